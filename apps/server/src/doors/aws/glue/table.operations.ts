import {
  batchDeleteTable,
  batchDeleteTableVersion,
  createTable,
  databaseRef,
  deleteTable,
  getTable,
  getTables,
  getTableVersion,
  getTableVersions,
  type Table,
  tableRef,
  updateTable,
} from '@lakewarden/catalog';
import { z } from 'zod';

import { errorDetail } from './error-detail.ts';
import { operation, type OperationTable } from '../operation.ts';
import { openTableFormatInput } from './open-table-format.shapes.ts';
import { partitionIndex } from './partition-index.operations.ts';
import { catalogId, maxResults, nameString, pageToken, seconds, tableInput, tableNames } from './shapes.ts';

const PAGE = 100;

/** ViewDefinition has a Representation a dialect (spec/catalog.md §4). */
const isMultiDialectView = ({ definition: { ViewDefinition: view } }: Table): boolean =>
  typeof view === 'object' && view !== null && 'Representations' in view;

export const toTableShape = (table: Table) => ({
  Name: table.name,
  DatabaseName: table.database,
  ...table.definition,
  ...(table.hasPartitionKeys && { PartitionKeys: table.partitionKeys }),
  ...(table.linkTarget !== undefined && { TargetTable: table.linkTarget }),
  CreateTime: seconds(table.createdAt),
  UpdateTime: seconds(table.updatedAt),
  CreatedBy: table.createdBy,
  ...(isMultiDialectView(table) && { IsMultiDialectView: true }),
  IsRegisteredWithLakeFormation: table.isRegistered ?? false,
  CatalogId: table.catalogId,
  VersionId: table.versionId,
});

const toVersionShape = (table: Table) => ({ Table: toTableShape(table), VersionId: table.versionId });

const databaseName = z.object({ CatalogId: catalogId, DatabaseName: nameString });
const names = databaseName.extend({ Name: nameString });

const attributes = z
  .array(z.enum(['NAME', 'TABLE_TYPE']))
  .min(1)
  .optional();

const named = (input: z.output<typeof tableNames>) => ({
  catalogId: input.CatalogId,
  database: input.DatabaseName,
  name: input.TableName,
});

interface TableRequest {
  readonly Name?: string | undefined;
  readonly TableInput?: z.output<typeof tableInput> | undefined;
  readonly OpenTableFormatInput?: z.output<typeof openTableFormatInput>;
  readonly UpdateOpenTableFormatInput?: object | undefined;
}

/** A table is described by TableInput, or by its Name and what an open table format says of it. */
function withTableInput<Request extends TableRequest>(request: Request, context: z.RefinementCtx) {
  const { Name, TableInput, OpenTableFormatInput, UpdateOpenTableFormatInput: update } = request;
  const iceberg = OpenTableFormatInput?.IcebergInput;
  const missing = (member: string) => {
    context.addIssue({ code: 'custom', path: [member], message: 'Member must not be null' });
  };
  if (TableInput === undefined && iceberg?.CreateIcebergTableInput === undefined && update === undefined) {
    missing('TableInput');
    return z.NEVER;
  }
  const name = TableInput?.name ?? Name;
  if (name === undefined) {
    missing('Name');
    return z.NEVER;
  }
  if (Name !== undefined && Name.toLowerCase() !== name.toLowerCase()) {
    context.addIssue({ code: 'custom', path: ['Name'], message: 'Member must equal TableInput.Name' });
    return z.NEVER;
  }
  return { ...request, iceberg, table: TableInput ?? { name, definition: {} } };
}

export const tableOperations: OperationTable = {
  CreateTable: operation({
    input: databaseName
      .extend({
        Name: nameString.optional(),
        TableInput: tableInput.optional(),
        PartitionIndexes: z.array(partitionIndex).max(3).optional(),
        OpenTableFormatInput: openTableFormatInput,
      })
      .transform(withTableInput),
    useCase: createTable,
    command: ({ CatalogId, DatabaseName, table: { name, ...input }, PartitionIndexes, iceberg }, caller) => ({
      table: tableRef(caller, { catalogId: CatalogId, database: DatabaseName, name }),
      ...input,
      indexes: PartitionIndexes?.map(({ IndexName, Keys }) => ({ indexName: IndexName, keys: Keys })),
      iceberg,
    }),
    answer: () => ({}),
  }),
  GetTable: operation({
    input: names,
    useCase: getTable,
    command: (input, caller) =>
      tableRef(caller, { catalogId: input.CatalogId, database: input.DatabaseName, name: input.Name }),
    variant: () => '',
    answer: (table) => ({ Table: toTableShape(table) }),
  }),
  GetTables: operation({
    input: databaseName.extend({
      Expression: z.string().max(2048).optional(),
      NextToken: pageToken,
      MaxResults: maxResults(PAGE),
      AttributesToGet: attributes,
    }),
    useCase: getTables,
    command: (input, caller) => ({
      database: databaseRef(caller, { catalogId: input.CatalogId, name: input.DatabaseName }),
      expression: input.Expression,
      limit: input.MaxResults ?? PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }, { AttributesToGet: wanted }) => ({
      TableList: items.map((table) =>
        wanted === undefined
          ? toTableShape(table)
          : {
              Name: table.name,
              DatabaseName: table.database,
              CatalogId: table.catalogId,
              ...(wanted.includes('TABLE_TYPE') && { TableType: table.definition.TableType }),
            },
      ),
      NextToken: next,
    }),
  }),
  UpdateTable: operation({
    // Force, ViewUpdateAction and TransactionId: about views of several dialects and governed tables; ignored.
    input: databaseName
      .extend({
        Name: nameString.optional(),
        TableInput: tableInput.optional(),
        SkipArchive: z.boolean().optional(),
        VersionId: z.string().min(1).max(255).optional(),
        UpdateOpenTableFormatInput: z.looseObject({}).optional(),
      })
      .transform(withTableInput),
    useCase: updateTable,
    command: (
      {
        CatalogId,
        DatabaseName,
        table: { name, ...input },
        SkipArchive,
        VersionId,
        UpdateOpenTableFormatInput: openTableFormat,
      },
      caller,
    ) => ({
      table: tableRef(caller, { catalogId: CatalogId, database: DatabaseName, name }),
      ...input,
      skipArchive: SkipArchive ?? false,
      expectedVersionId: VersionId,
      isOpenTableFormatUpdate: openTableFormat !== undefined,
    }),
    answer: () => ({}),
  }),
  DeleteTable: operation({
    input: names,
    useCase: deleteTable,
    command: (input, caller) =>
      tableRef(caller, { catalogId: input.CatalogId, database: input.DatabaseName, name: input.Name }),
    answer: () => ({}),
  }),
  BatchDeleteTable: operation({
    input: databaseName.extend({ TablesToDelete: z.array(nameString).max(100) }),
    useCase: batchDeleteTable,
    command: (input, caller) => {
      const database = databaseRef(caller, { catalogId: input.CatalogId, name: input.DatabaseName });
      const fold = (name: string) => tableRef(caller, { database: database.name, name }).name;
      return { database, names: input.TablesToDelete.map(fold) };
    },
    answer: (failures) => ({
      Errors: failures.map(({ name, error }) => ({ TableName: name, ErrorDetail: errorDetail(error) })),
    }),
  }),
  GetTableVersion: operation({
    input: tableNames.extend({ VersionId: z.string().min(1).max(255).optional() }),
    useCase: getTableVersion,
    command: (input, caller) => ({ table: tableRef(caller, named(input)), versionId: input.VersionId }),
    answer: (table) => ({ TableVersion: toVersionShape(table) }),
  }),
  GetTableVersions: operation({
    input: tableNames.extend({ NextToken: pageToken, MaxResults: maxResults(PAGE) }),
    useCase: getTableVersions,
    command: (input, caller) => ({
      table: tableRef(caller, named(input)),
      limit: input.MaxResults ?? PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }) => ({ TableVersions: items.map(toVersionShape), NextToken: next }),
  }),
  DeleteTableVersion: operation({
    input: tableNames.extend({ VersionId: z.string().min(1).max(255) }),
    useCase: batchDeleteTableVersion,
    command: (input, caller) => ({ table: tableRef(caller, named(input)), versionIds: [input.VersionId] }),
    answer: ([failure]) => {
      if (failure !== undefined) throw failure.error;
      return {};
    },
  }),
  BatchDeleteTableVersion: operation({
    input: tableNames.extend({ VersionIds: z.array(z.string().min(1).max(255)).max(100) }),
    useCase: batchDeleteTableVersion,
    command: (input, caller) => ({ table: tableRef(caller, named(input)), versionIds: input.VersionIds }),
    answer: (failures, input) => ({
      Errors: failures.map(({ versionId, error }) => ({
        TableName: input.TableName,
        VersionId: versionId,
        ErrorDetail: errorDetail(error),
      })),
    }),
  }),
};
