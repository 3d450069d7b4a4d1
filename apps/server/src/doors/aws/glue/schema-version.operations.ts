import {
  checkedDataFormat,
  checkedMetadataKey,
  checkedMetadataValue,
  checkSchemaVersionValidity,
  deleteSchemaVersions,
  type FoundVersion,
  getSchemaByDefinition,
  getSchemaVersion,
  getSchemaVersionsDiff,
  listSchemaVersions,
  type Metadata,
  putSchemaVersionMetadata,
  querySchemaVersionMetadata,
  registerSchemaVersion,
  registrySchemaRef,
  removeSchemaVersionMetadata,
  schemaVersionRef,
  versionChoice,
  versionRange,
} from '@lakewarden/catalog';
import { z } from 'zod';

import { errorDetail } from './error-detail.ts';
import { operation, type OperationTable } from '../operation.ts';
import { anyText, askedVersion, schemaId, toVersionItem, versionNumber } from './schema-registry.shapes.ts';
import { maxResults, pageToken } from './shapes.ts';

/** spec/catalog.md §2. */
const PAGE = 25;
const MAX_PAGE = 100;
const MAX_METADATA_PAGE = 50;
const MAX_METADATA_FILTERS = 100;

const definition = z.object({ SchemaId: schemaId, SchemaDefinition: anyText });

const metadata = askedVersion.extend({
  MetadataKeyValue: z.object({ MetadataKey: anyText, MetadataValue: anyText }),
});

const checkedPair = ({ MetadataKeyValue: pair }: z.output<typeof metadata>) => ({
  key: checkedMetadataKey(pair.MetadataKey),
  value: checkedMetadataValue(pair.MetadataValue),
});

/** What was asked is said back: a version that was named by its id has no number here, and no schema (T). */
const toMetadataAnswer = ({ schema, version }: FoundVersion, input: z.output<typeof metadata>) => ({
  ...(input.SchemaId !== undefined && {
    SchemaArn: schema.arn,
    SchemaName: schema.name,
    RegistryName: schema.registry,
  }),
  LatestVersion: input.SchemaVersionNumber?.LatestVersion ?? false,
  VersionNumber: input.SchemaVersionNumber === undefined ? 0 : version.number,
  SchemaVersionId: version.id,
  ...input.MetadataKeyValue,
});

const toMetadataInfo = ([newest, ...others]: readonly Metadata[]) => ({
  MetadataValue: newest?.value,
  CreatedTime: newest?.createdAt.toISOString(),
  OtherMetadataValueList: others.map(({ value, createdAt }) => ({
    MetadataValue: value,
    CreatedTime: createdAt.toISOString(),
  })),
});

export const schemaVersionOperations: OperationTable = {
  RegisterSchemaVersion: operation({
    input: definition,
    useCase: registerSchemaVersion,
    command: (input, caller) => ({
      schema: registrySchemaRef(caller, input.SchemaId),
      definition: input.SchemaDefinition,
    }),
    answer: ({ version }) => ({
      SchemaVersionId: version.id,
      VersionNumber: version.number,
      Status: version.status,
    }),
  }),
  GetSchemaVersion: operation({
    input: askedVersion,
    useCase: getSchemaVersion,
    command: (input, caller) => schemaVersionRef(caller, input),
    answer: ({ schema, version }) => ({
      ...toVersionItem(schema, version),
      SchemaDefinition: version.definition,
      DataFormat: schema.dataFormat,
    }),
  }),
  GetSchemaByDefinition: operation({
    input: definition,
    useCase: getSchemaByDefinition,
    command: (input, caller) => ({
      schema: registrySchemaRef(caller, input.SchemaId),
      definition: input.SchemaDefinition,
    }),
    answer: ({ schema, version }) => ({
      SchemaVersionId: version.id,
      SchemaArn: schema.arn,
      DataFormat: schema.dataFormat,
      Status: version.status,
      CreatedTime: version.createdAt.toISOString(),
    }),
  }),
  ListSchemaVersions: operation({
    input: z.object({ SchemaId: schemaId, MaxResults: maxResults(MAX_PAGE), NextToken: pageToken }),
    useCase: listSchemaVersions,
    command: (input, caller) => ({
      schema: registrySchemaRef(caller, input.SchemaId),
      limit: input.MaxResults ?? PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ schema, page }) => ({
      Schemas: page.items.map((version) => toVersionItem(schema, version)),
      NextToken: page.next,
    }),
  }),
  CheckSchemaVersionValidity: operation({
    input: z.object({ DataFormat: anyText, SchemaDefinition: anyText }),
    useCase: checkSchemaVersionValidity,
    command: (input, caller) => ({
      catalogId: caller.accountId,
      dataFormat: checkedDataFormat(input.DataFormat),
      definition: input.SchemaDefinition,
    }),
    answer: ({ fault }) => ({ Valid: fault === undefined, Error: fault }),
  }),
  GetSchemaVersionsDiff: operation({
    input: z.object({
      SchemaId: schemaId,
      FirstSchemaVersionNumber: versionNumber,
      SecondSchemaVersionNumber: versionNumber,
      SchemaDiffType: z.enum(['SYNTAX_DIFF']),
    }),
    useCase: getSchemaVersionsDiff,
    command: (input, caller) => ({
      schema: registrySchemaRef(caller, input.SchemaId),
      first: versionChoice(input.FirstSchemaVersionNumber),
      second: versionChoice(input.SecondSchemaVersionNumber),
    }),
    answer: (patch) => ({ Diff: JSON.stringify(patch) }),
  }),
  DeleteSchemaVersions: operation({
    input: z.object({ SchemaId: schemaId, Versions: anyText }),
    useCase: deleteSchemaVersions,
    command: (input, caller) => ({
      schema: registrySchemaRef(caller, input.SchemaId),
      versions: versionRange(input.Versions),
    }),
    answer: ({ failures }) => ({
      SchemaVersionErrors: failures.map(({ number, error }) => ({
        VersionNumber: number,
        ErrorDetails: errorDetail(error),
      })),
    }),
  }),
  PutSchemaVersionMetadata: operation({
    input: metadata,
    useCase: putSchemaVersionMetadata,
    command: (input, caller) => ({
      version: schemaVersionRef(caller, input),
      pair: checkedPair(input),
    }),
    answer: toMetadataAnswer,
  }),
  RemoveSchemaVersionMetadata: operation({
    input: metadata,
    useCase: removeSchemaVersionMetadata,
    command: (input, caller) => ({
      version: schemaVersionRef(caller, input),
      pair: checkedPair(input),
    }),
    answer: toMetadataAnswer,
  }),
  QuerySchemaVersionMetadata: operation({
    input: askedVersion.extend({
      MetadataList: z
        .array(z.object({ MetadataKey: anyText.optional(), MetadataValue: anyText.optional() }))
        .max(MAX_METADATA_FILTERS)
        .optional(),
      MaxResults: maxResults(MAX_METADATA_PAGE),
      NextToken: pageToken,
    }),
    useCase: querySchemaVersionMetadata,
    command: (input, caller) => ({
      version: schemaVersionRef(caller, input),
      wanted: (input.MetadataList ?? []).map(({ MetadataKey: key, MetadataValue: value }) => ({
        ...(key !== undefined && { key }),
        ...(value !== undefined && { value }),
      })),
      limit: input.MaxResults ?? PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ found, page }) => ({
      MetadataInfoMap: Object.fromEntries(page.items.map(({ key, values }) => [key, toMetadataInfo(values)])),
      SchemaVersionId: found.version.id,
      NextToken: page.next,
    }),
  }),
};
