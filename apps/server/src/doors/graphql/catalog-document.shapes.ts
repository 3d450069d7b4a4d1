import type {
  CatalogDocument,
  DatabaseDocument,
  LinkTarget,
  PartitionInput,
  StorageDescriptor,
  TableDocument,
} from '@lakewarden/catalog';
import { malformed } from '@lakewarden/kernel';
import { z } from 'zod';

import {
  catalogId,
  descriptionString,
  epochSeconds,
  nameString,
  parametersMap,
  principalPermissions,
  requiredCatalogId,
  seconds,
  text,
  valueList,
} from '../aws/glue/shapes.ts';

/**
 * The document's form: Glue's own member names, every one of them known. A misspelt member would otherwise be stored
 * and mean nothing. What is stored under a name that this version does not know is written, and taken, under `Other`.
 */
const other = z.record(nameString, z.json()).optional();

const strict = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape);

const merged = <Members extends { Other?: Readonly<Record<string, unknown>> | undefined }>({
  Other,
  ...members
}: Members) => ({ ...Other, ...members });

const column = strict({
  Name: nameString,
  Type: text(0, 131_072).optional(),
  Comment: text(0, 255).optional(),
  Parameters: parametersMap.optional(),
});

const storageDescriptorShape = {
  Columns: z.array(column).max(100_000).optional(),
  Location: text(0, 2056).optional(),
  AdditionalLocations: z.array(text(0, 2056)).optional(),
  InputFormat: text(0, 128).optional(),
  OutputFormat: text(0, 128).optional(),
  Compressed: z.boolean().optional(),
  NumberOfBuckets: z.int().optional(),
  SerdeInfo: strict({
    Name: text(1, 255).optional(),
    SerializationLibrary: text(1, 255).optional(),
    Parameters: parametersMap.optional(),
  }).optional(),
  BucketColumns: z.array(nameString).optional(),
  SortColumns: z.array(strict({ Column: nameString, SortOrder: z.int().min(0).max(1) })).optional(),
  Parameters: parametersMap.optional(),
  SkewedInfo: strict({
    SkewedColumnNames: z.array(nameString).optional(),
    SkewedColumnValues: z.array(z.string()).optional(),
    SkewedColumnValueLocationMaps: z.record(z.string(), z.string()).optional(),
  }).optional(),
  StoredAsSubDirectories: z.boolean().optional(),
  SchemaReference: z.looseObject({}).optional(),
};
const storageDescriptor = strict({ ...storageDescriptorShape, Other: other }).transform(
  (members): StorageDescriptor => merged(members),
);

const link = strict({
  CatalogId: requiredCatalogId.optional(),
  DatabaseName: nameString,
  Name: nameString.optional(),
  Region: text(1, 255).optional(),
}) satisfies z.ZodType<LinkTarget>;

const partition = strict({
  Values: valueList.min(1),
  Parameters: parametersMap.optional(),
  LastAccessTime: epochSeconds.optional(),
  LastAnalyzedTime: epochSeconds.optional(),
  StorageDescriptor: storageDescriptor.optional(),
}).transform((input): PartitionInput => ({
  values: input.Values,
  ...(input.StorageDescriptor !== undefined && { storageDescriptor: input.StorageDescriptor }),
  ...(input.Parameters !== undefined && { parameters: input.Parameters }),
  ...(input.LastAccessTime !== undefined && { lastAccessTime: new Date(input.LastAccessTime * 1000) }),
  ...(input.LastAnalyzedTime !== undefined && { lastAnalyzedTime: new Date(input.LastAnalyzedTime * 1000) }),
}));

const tableShape = {
  Description: descriptionString.optional(),
  Owner: nameString.optional(),
  TableType: text(0, 255).optional(),
  Retention: z.int().min(0).optional(),
  LastAccessTime: epochSeconds.optional(),
  LastAnalyzedTime: epochSeconds.optional(),
  Parameters: parametersMap.optional(),
  StorageDescriptor: storageDescriptor.optional(),
  ViewOriginalText: text(0, 409_600).optional(),
  ViewExpandedText: text(0, 409_600).optional(),
  ViewDefinition: z.looseObject({}).optional(),
};

/** Names that lead to things; folded, each once. */
const named = <Value extends z.ZodType>(value: Value) =>
  z.record(nameString, value).transform((entries, context) => {
    const found = new Map<string, z.output<Value>>();
    for (const [name, each] of Object.entries(entries)) {
      const folded = name.toLowerCase();
      if (found.has(folded)) {
        context.addIssue({ code: 'custom', path: [name], message: `${folded} is named more than once` });
      }
      found.set(folded, each);
    }
    return found;
  });

const indexes = z.record(nameString, z.array(nameString).min(1).max(100));

const table = strict({
  ...tableShape,
  PartitionKeys: z.array(column).max(1000).optional(),
  TargetTable: link.optional(),
  PartitionIndexes: indexes.optional(),
  Partitions: z.array(partition).optional(),
  Other: other,
}).transform(
  ({ PartitionKeys, TargetTable, PartitionIndexes, Partitions, ...definition }): TableDocument => ({
    definition: merged(definition),
    partitionKeys: PartitionKeys,
    linkTarget: TargetTable,
    indexes: new Map(Object.entries(PartitionIndexes ?? {})),
    partitions: Partitions,
  }),
);

const databaseShape = {
  Description: descriptionString.optional(),
  LocationUri: text(1, 1024).optional(),
  Parameters: parametersMap.optional(),
  CreateTableDefaultPermissions: z.array(principalPermissions).optional(),
  FederatedDatabase: z.looseObject({}).optional(),
};

const database = strict({
  ...databaseShape,
  TargetDatabase: link.optional(),
  Tables: named(table).optional(),
  Other: other,
}).transform(({ TargetDatabase, Tables, ...definition }): DatabaseDocument => ({
  definition: merged(definition),
  linkTarget: TargetDatabase,
  tables: Tables ?? new Map<string, TableDocument>(),
}));

/** A later version may say more (grants, tags); what this one does not know it refuses. */
const catalogDocument = strict({
  version: z.literal(1),
  scope: z.enum(['catalog', 'databases']).default('databases'),
  databases: named(database),
});

export const planArguments = z.object({
  catalogId: catalogId.nullable(),
  document: z.unknown(),
  prune: z.boolean().nullish(),
});
export const exportArguments = z.object({
  catalogId: catalogId.nullable(),
  databases: z.array(nameString).max(1_000).nullish(),
  partitions: z.boolean().nullish(),
});

const MAX_SHOWN = 10;

/** `/databases/sales/Tables/orders`: each part as a URL has it, so that a name may hold anything. */
const pathText = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${encodeURIComponent(String(part))}`).join('') || '/';

const faultsOf = (issue: z.core.$ZodIssue): string[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => `at ${pathText([...issue.path, key])}: unknown member`)
    : [`at ${pathText(issue.path)}: ${issue.message}`];

/** @throws ValidationException naming where each fault is */
export function readDocument(document: unknown): CatalogDocument {
  const result = catalogDocument.safeParse(document);
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap(faultsOf);
  const more = faults.length - MAX_SHOWN;
  throw malformed(
    faults.slice(0, MAX_SHOWN).join('\n') + (more > 0 ? `\nand ${String(more)} more faults` : ''),
  );
}

/** Known members in the shape's order, the others under `Other`. */
function written(shape: z.ZodRawShape, members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known = Object.keys(shape).flatMap((name) =>
    members[name] === undefined ? [] : [[name, members[name]] as const],
  );
  const unknown = Object.entries(members).filter(([name, value]) => !(name in shape) && value !== undefined);
  return {
    ...Object.fromEntries(known.map(([name, value]) => [name, writtenMember(name, value)])),
    ...(unknown.length > 0 && { Other: Object.fromEntries(unknown) }),
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Parameters in the order of their names: Glue's maps have none. */
const sorted = (map: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

function writtenMember(name: string, value: unknown): unknown {
  if (!isRecord(value)) return value;
  if (name === 'Parameters') return sorted(value);
  if (name === 'StorageDescriptor') return written(storageDescriptorShape, value);
  return Object.fromEntries(
    Object.entries(value).map(([member, each]) => [member, writtenMember(member, each)]),
  );
}

const isFilled = (list: readonly unknown[] | undefined): boolean => list !== undefined && list.length > 0;

export function writeDatabase(found: DatabaseDocument): Record<string, unknown> {
  const { CreateTableDefaultPermissions: defaults, ...definition } = found.definition;
  return {
    ...written(databaseShape, {
      ...definition,
      // Empty is what it is without being said.
      ...(isFilled(defaults) && { CreateTableDefaultPermissions: defaults }),
    }),
    ...(found.linkTarget !== undefined && { TargetDatabase: found.linkTarget }),
    ...(found.tables.size > 0 && {
      Tables: Object.fromEntries([...found.tables].map(([name, each]) => [name, writeTable(each)])),
    }),
  };
}

function writeTable(found: TableDocument): Record<string, unknown> {
  return {
    ...written(tableShape, found.definition),
    ...(found.partitionKeys !== undefined && { PartitionKeys: found.partitionKeys }),
    ...(found.linkTarget !== undefined && { TargetTable: found.linkTarget }),
    ...(found.indexes.size > 0 && { PartitionIndexes: sorted(Object.fromEntries(found.indexes)) }),
    ...(found.partitions !== undefined && { Partitions: found.partitions.map(writePartition) }),
  };
}

const writePartition = (found: PartitionInput): Record<string, unknown> => ({
  Values: found.values,
  ...(found.parameters !== undefined && { Parameters: sorted(found.parameters) }),
  ...(found.lastAccessTime !== undefined && { LastAccessTime: seconds(found.lastAccessTime) }),
  ...(found.lastAnalyzedTime !== undefined && { LastAnalyzedTime: seconds(found.lastAnalyzedTime) }),
  ...(found.storageDescriptor !== undefined && {
    StorageDescriptor: written(storageDescriptorShape, found.storageDescriptor),
  }),
});
