import {
  checkedCompatibility,
  checkedDataFormat,
  checkedDescription,
  checkedNewTags,
  checkedSchemaName,
  createRegistry,
  createSchema,
  deleteRegistry,
  deleteSchema,
  getRegistry,
  getSchema,
  listRegistries,
  listSchemas,
  registrySchemaRef,
  schemaRegistryRef,
  updateRegistry,
  updateSchema,
  versionChoice,
} from '@lakewarden/catalog';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import {
  anyText,
  newTags,
  registryId,
  schemaId,
  toRegistryShape,
  toSchemaItem,
  toSchemaShape,
  versionNumber,
} from './schema-registry.shapes.ts';
import { maxResults, pageToken } from './shapes.ts';

/** spec/catalog.md §2. */
const PAGE = 25;
const MAX_PAGE = 100;
const paging = { MaxResults: maxResults(MAX_PAGE), NextToken: pageToken };

export const schemaRegistryOperations: OperationTable = {
  CreateRegistry: operation({
    input: z.object({ RegistryName: anyText, Description: anyText.optional(), Tags: newTags }),
    useCase: createRegistry,
    command: (input, caller) => ({
      registry: schemaRegistryRef(caller, { RegistryName: input.RegistryName }),
      description: checkedDescription(input.Description),
      tags: checkedNewTags(input.Tags),
    }),
    answer: (registry, input) => ({
      RegistryArn: registry.arn,
      RegistryName: registry.name,
      Description: registry.description,
      Tags: input.Tags,
    }),
  }),
  GetRegistry: operation({
    input: z.object({ RegistryId: registryId }),
    useCase: getRegistry,
    command: (input, caller) => schemaRegistryRef(caller, input.RegistryId),
    answer: toRegistryShape,
  }),
  ListRegistries: operation({
    input: z.object(paging),
    useCase: listRegistries,
    command: (input, caller) => ({
      catalogId: caller.accountId,
      limit: input.MaxResults ?? PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }) => ({ Registries: items.map(toRegistryShape), NextToken: next }),
  }),
  UpdateRegistry: operation({
    input: z.object({ RegistryId: registryId, Description: anyText }),
    useCase: updateRegistry,
    command: (input, caller) => ({
      registry: schemaRegistryRef(caller, input.RegistryId),
      description: checkedDescription(input.Description),
    }),
    answer: (registry) => ({ RegistryName: registry.name, RegistryArn: registry.arn }),
  }),
  DeleteRegistry: operation({
    input: z.object({ RegistryId: registryId }),
    useCase: deleteRegistry,
    command: (input, caller) => schemaRegistryRef(caller, input.RegistryId),
    answer: (registry) => ({
      RegistryName: registry.name,
      RegistryArn: registry.arn,
      Status: 'DELETING',
    }),
  }),
  CreateSchema: operation({
    input: z.object({
      RegistryId: registryId.optional(),
      SchemaName: anyText,
      DataFormat: anyText,
      Compatibility: anyText.optional(),
      Description: anyText.optional(),
      Tags: newTags,
      SchemaDefinition: anyText.optional(),
    }),
    useCase: createSchema,
    command: (input, caller) => ({
      registry: schemaRegistryRef(caller, input.RegistryId ?? {}),
      name: checkedSchemaName(input.SchemaName),
      dataFormat: checkedDataFormat(input.DataFormat),
      compatibility: checkedCompatibility(input.Compatibility ?? 'BACKWARD'),
      description: checkedDescription(input.Description),
      tags: checkedNewTags(input.Tags),
      definition: input.SchemaDefinition,
    }),
    answer: ({ schema, version }, input) => {
      const { CreatedTime: _created, UpdatedTime: _updated, ...shape } = toSchemaShape(schema);
      return {
        ...shape,
        Tags: input.Tags,
        SchemaVersionId: version?.id,
        SchemaVersionStatus: version?.status,
      };
    },
  }),
  GetSchema: operation({
    input: z.object({ SchemaId: schemaId }),
    useCase: getSchema,
    command: (input, caller) => registrySchemaRef(caller, input.SchemaId),
    answer: toSchemaShape,
  }),
  ListSchemas: operation({
    input: z.object({ ...paging, RegistryId: registryId.optional() }),
    useCase: listSchemas,
    command: (input, caller) => ({
      catalogId: caller.accountId,
      registry: input.RegistryId && schemaRegistryRef(caller, input.RegistryId),
      limit: input.MaxResults ?? PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }) => ({ Schemas: items.map(toSchemaItem), NextToken: next }),
  }),
  UpdateSchema: operation({
    input: z.object({
      SchemaId: schemaId,
      SchemaVersionNumber: versionNumber.optional(),
      Compatibility: anyText.optional(),
      Description: anyText.optional(),
    }),
    useCase: updateSchema,
    command: (input, caller) => ({
      schema: registrySchemaRef(caller, input.SchemaId),
      checkpoint: input.SchemaVersionNumber && versionChoice(input.SchemaVersionNumber),
      compatibility:
        input.Compatibility === undefined ? undefined : checkedCompatibility(input.Compatibility),
      description: checkedDescription(input.Description),
    }),
    answer: (schema) => ({
      SchemaArn: schema.arn,
      SchemaName: schema.name,
      RegistryName: schema.registry,
    }),
  }),
  DeleteSchema: operation({
    input: z.object({ SchemaId: schemaId }),
    useCase: deleteSchema,
    command: (input, caller) => registrySchemaRef(caller, input.SchemaId),
    answer: (schema) => ({ SchemaArn: schema.arn, SchemaName: schema.name, Status: 'DELETING' }),
  }),
};
