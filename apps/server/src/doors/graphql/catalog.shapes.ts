import type {
  Column,
  Database,
  LinkTarget,
  Partition,
  PartitionIndex,
  StorageDescriptor,
  Table,
} from '@lakewarden/catalog';
import { z } from 'zod';

import { toTableShape } from '../aws/glue/table.operations.ts';

/** Where the domain's and Glue's own forms become the schema's, and back. */

type StringMap = Readonly<Record<string, string>>;

/** A table of a catalog, for what is asked of many at once. */
interface TableId {
  readonly catalogId: string;
  readonly id: string;
}

/** @param table whose own column it is */
const toColumn = (column: Column, table?: TableId) => ({
  name: column.Name,
  type: column.Type,
  comment: column.Comment,
  parameters: column.Parameters,
  table,
});

export type ColumnNode = ReturnType<typeof toColumn>;

/** Members that the store keeps as they came; what a newer client has written there may be of another type. */
const storedDescriptor = z.object({
  InputFormat: z.string().optional(),
  OutputFormat: z.string().optional(),
  Compressed: z.boolean().optional(),
  NumberOfBuckets: z.number().optional(),
  SerdeInfo: z
    .object({
      Name: z.string().optional(),
      SerializationLibrary: z.string().optional(),
      Parameters: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  BucketColumns: z.array(z.string()).optional(),
  SortColumns: z.array(z.object({ Column: z.string(), SortOrder: z.number() })).optional(),
  Parameters: z.record(z.string(), z.string()).optional(),
  StoredAsSubDirectories: z.boolean().optional(),
});

/** A descriptor is shared by many partitions: it is looked through once. */
const knownDescriptors = new WeakMap<object, ReturnType<typeof readDescriptor>>();

function readDescriptor(descriptor: StorageDescriptor) {
  const { SerdeInfo: serde, ...stored } = storedDescriptor.parse(descriptor);
  return {
    columns: (descriptor.Columns ?? []).map((column) => toColumn(column)),
    location: descriptor.Location,
    inputFormat: stored.InputFormat,
    outputFormat: stored.OutputFormat,
    compressed: stored.Compressed,
    numberOfBuckets: stored.NumberOfBuckets,
    serde: serde && {
      name: serde.Name,
      serializationLibrary: serde.SerializationLibrary,
      parameters: serde.Parameters,
    },
    bucketColumns: stored.BucketColumns,
    sortColumns: stored.SortColumns?.map(({ Column: column, SortOrder: sortOrder }) => ({
      column,
      sortOrder,
    })),
    parameters: stored.Parameters,
    storedAsSubDirectories: stored.StoredAsSubDirectories,
  };
}

function toStorageDescriptor(descriptor: StorageDescriptor) {
  const known = knownDescriptors.get(descriptor);
  if (known !== undefined) return known;
  const made = readDescriptor(descriptor);
  knownDescriptors.set(descriptor, made);
  return made;
}

const toLinkTarget = (link: LinkTarget | undefined, home: { readonly catalogId: string }) =>
  link && { catalogId: link.CatalogId ?? home.catalogId, database: link.DatabaseName, name: link.Name };

export const toDatabaseNode = (database: Database) => ({
  id: database.id,
  name: database.name,
  catalogId: database.catalogId,
  description: database.definition.Description,
  locationUri: database.definition.LocationUri,
  parameters: database.definition.Parameters ?? {},
  linkTarget: toLinkTarget(database.linkTarget, database),
  createdAt: database.createdAt,
});

export type DatabaseNode = ReturnType<typeof toDatabaseNode>;

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const toTableNode = (table: Table) => ({
  id: table.id,
  name: table.name,
  database: table.database,
  catalogId: table.catalogId,
  versionId: table.versionId,
  description: table.definition.Description,
  owner: textOf(table.definition['Owner']),
  tableType: table.definition.TableType,
  parameters: table.definition.Parameters ?? {},
  columns: (table.definition.StorageDescriptor?.Columns ?? []).map((column) => toColumn(column, table)),
  partitionKeys: table.partitionKeys.map((key) => toColumn(key, table)),
  storageDescriptor:
    table.definition.StorageDescriptor && toStorageDescriptor(table.definition.StorageDescriptor),
  viewOriginalText: textOf(table.definition['ViewOriginalText']),
  viewExpandedText: textOf(table.definition['ViewExpandedText']),
  linkTarget: toLinkTarget(table.linkTarget, table),
  createdBy: table.createdBy,
  createdAt: table.createdAt,
  updatedAt: table.updatedAt,
  get glue() {
    return toTableShape(table);
  },
});

export type TableNode = ReturnType<typeof toTableNode>;

export const toPartitionNode = (partition: Partition) => ({
  values: partition.values,
  storageDescriptor: partition.storageDescriptor && toStorageDescriptor(partition.storageDescriptor),
  parameters: partition.parameters ?? {},
  createdAt: partition.createdAt,
  lastAccessTime: partition.lastAccessTime,
  lastAnalyzedTime: partition.lastAnalyzedTime,
});

export const toPartitionIndexNode = (index: PartitionIndex) => ({
  name: index.name,
  keys: index.keys,
  status: index.status,
  builtCount: index.builtCount,
  backfillErrors: index.backfillErrors.map(({ Code: code, Partitions }) => ({
    code,
    partitions: Partitions.map(({ Values }) => Values),
  })),
  createdAt: index.createdAt,
});

interface ColumnInput {
  readonly name: string;
  readonly type?: string | null;
  readonly comment?: string | null;
  readonly parameters?: StringMap | null;
}

export interface StorageDescriptorInput {
  readonly columns?: readonly ColumnInput[] | null;
  readonly location?: string | null;
  readonly inputFormat?: string | null;
  readonly outputFormat?: string | null;
  readonly compressed?: boolean | null;
  readonly numberOfBuckets?: number | null;
  readonly serde?: {
    readonly name?: string | null;
    readonly serializationLibrary?: string | null;
    readonly parameters?: StringMap | null;
  } | null;
  readonly bucketColumns?: readonly string[] | null;
  readonly sortColumns?: readonly { readonly column: string; readonly sortOrder: number }[] | null;
  readonly parameters?: StringMap | null;
  readonly storedAsSubDirectories?: boolean | null;
}

export interface TableDefinitionInput {
  readonly description?: string | null;
  readonly owner?: string | null;
  readonly tableType?: string | null;
  readonly parameters?: StringMap | null;
  readonly partitionKeys?: readonly ColumnInput[] | null;
  readonly storageDescriptor?: StorageDescriptorInput | null;
  readonly viewOriginalText?: string | null;
  readonly viewExpandedText?: string | null;
}

export interface LinkTargetInput {
  readonly catalogId?: string | null;
  readonly database: string;
  readonly name?: string | null;
}

export interface PartitionInputNode {
  readonly values: readonly string[];
  readonly storageDescriptor?: StorageDescriptorInput | null;
  readonly parameters?: StringMap | null;
}

/** GraphQL's null and absent are both Glue's absent. */
export const given = (members: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined));

const fromColumn = (column: ColumnInput) =>
  given({ Name: column.name, Type: column.type, Comment: column.comment, Parameters: column.parameters });

const fromStorageDescriptor = (input: StorageDescriptorInput) =>
  given({
    Columns: input.columns?.map(fromColumn),
    Location: input.location,
    InputFormat: input.inputFormat,
    OutputFormat: input.outputFormat,
    Compressed: input.compressed,
    NumberOfBuckets: input.numberOfBuckets,
    SerdeInfo:
      input.serde &&
      given({
        Name: input.serde.name,
        SerializationLibrary: input.serde.serializationLibrary,
        Parameters: input.serde.parameters,
      }),
    BucketColumns: input.bucketColumns,
    SortColumns: input.sortColumns?.map(({ column, sortOrder }) => ({
      Column: column,
      SortOrder: sortOrder,
    })),
    Parameters: input.parameters,
    StoredAsSubDirectories: input.storedAsSubDirectories,
  });

const fromLinkTarget = (link: LinkTargetInput | null | undefined) =>
  link && given({ CatalogId: link.catalogId, DatabaseName: link.database, Name: link.name });

/** Glue's documents, for its shapes to check: bounds stand there and nowhere else. */
export const fromTableDefinition = (
  name: string,
  input: TableDefinitionInput,
  linkTarget?: LinkTargetInput | null,
) =>
  given({
    Name: name,
    Description: input.description,
    Owner: input.owner,
    TableType: input.tableType,
    Parameters: input.parameters,
    PartitionKeys: input.partitionKeys?.map(fromColumn),
    StorageDescriptor: input.storageDescriptor && fromStorageDescriptor(input.storageDescriptor),
    ViewOriginalText: input.viewOriginalText,
    ViewExpandedText: input.viewExpandedText,
    TargetTable: fromLinkTarget(linkTarget),
  });

export const fromPartition = (input: PartitionInputNode) =>
  given({
    Values: input.values,
    StorageDescriptor: input.storageDescriptor && fromStorageDescriptor(input.storageDescriptor),
    Parameters: input.parameters,
  });

export interface DatabaseMembers {
  readonly description?: string | null;
  readonly locationUri?: string | null;
  readonly parameters?: StringMap | null;
}

export const fromDatabase = (name: string, input: DatabaseMembers, linkTarget?: LinkTargetInput | null) =>
  given({
    Name: name,
    Description: input.description,
    LocationUri: input.locationUri,
    Parameters: input.parameters,
    TargetDatabase: fromLinkTarget(linkTarget),
  });
