import type { NewLocations, ReadScope } from '@lakewarden/kernel';

import type { Database } from './database/database.ts';
import { listDatabasesById } from './database/database.repository.ts';
import type { DatabaseDefinition, StorageDescriptor, TableDefinition } from './documents.ts';
import type { CreateIcebergTableInput } from './iceberg/iceberg-input.ts';
import type { PartitionInput } from './partition/partition.ts';
import { insufficient } from './permission.ts';
import type { Table } from './table/table.ts';

/**
 * Where data lies according to a definition: by Glue's own members, and by the parameters that engines follow instead of
 * them (Iceberg's metadata files, Spark's `path`, Athena's partition projection).
 */
const PARAMETERS = [
  'metadata_location',
  'previous_metadata_location',
  'location',
  'path',
  'storage.location.template',
];

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Of a template the part before its first variable: whatever follows may be anything. */
const fixedPart = (location: string): string => {
  const at = location.indexOf('${');
  return at < 0 ? location : location.slice(0, location.lastIndexOf('/', at) + 1);
};

const inParameters = (parameters: unknown): string[] => {
  const given = typeof parameters === 'object' && parameters !== null ? Object.entries(parameters) : [];
  return given.flatMap(([name, value]) =>
    PARAMETERS.includes(name.toLowerCase()) && isText(value) ? [fixedPart(value)] : [],
  );
};

function descriptorLocations(descriptor: StorageDescriptor | undefined): string[] {
  const { Location, AdditionalLocations, SerdeInfo, Parameters } = descriptor ?? {};
  const additional: readonly unknown[] = Array.isArray(AdditionalLocations) ? AdditionalLocations : [];
  const serde = typeof SerdeInfo === 'object' && SerdeInfo !== null ? { ...SerdeInfo } : {};
  return [
    ...[Location, ...additional].filter(isText),
    ...inParameters('Parameters' in serde ? serde.Parameters : undefined),
    ...inParameters(Parameters),
  ];
}

export const tableLocations = (definition: TableDefinition, iceberg?: CreateIcebergTableInput): string[] => [
  ...descriptorLocations(definition.StorageDescriptor),
  ...inParameters(definition.Parameters),
  ...(iceberg === undefined ? [] : [iceberg.Location, ...inParameters(iceberg.Properties)]),
];

export const databaseLocations = ({ LocationUri }: DatabaseDefinition): string[] =>
  [LocationUri].filter(isText);

export const partitionLocations = ({ storageDescriptor, parameters }: PartitionInput): string[] => [
  ...descriptorLocations(storageDescriptor),
  ...inParameters(parameters),
];

/** Only what was not there before enters the catalog. */
export const added = (after: readonly string[], before: readonly string[]): string[] =>
  after.filter((location) => !before.includes(location));

/** What may lie where, in the database of a table. */
export const placeOf = ({ id, definition }: Pick<Database, 'id' | 'definition'>) => ({
  id,
  location: definition.LocationUri,
});

export const notPermitted = (location: string) => insufficient(['DATA_LOCATION_ACCESS'], location);

/** Which of a table's new locations may not be stored; those inside its own are no new ones. */
export function refusedTableLocations(
  scope: ReadScope,
  table: Pick<Table, 'catalogId' | 'databaseId' | 'definition'>,
  locations: readonly string[],
): Promise<readonly string[]> {
  if (locations.length === 0) return Promise.resolve([]);
  return scope.permissions.refusedLocations(scope, {
    catalogId: table.catalogId,
    locations,
    inside: table.definition.StorageDescriptor?.Location,
    database: async () => {
      const [database] = await listDatabasesById(scope.tx, [table.databaseId]);
      return database && placeOf(database);
    },
  });
}

/** Before a table's new locations are stored. @throws AccessDeniedException */
export async function permitTableLocations(
  scope: ReadScope,
  table: Pick<Table, 'catalogId' | 'databaseId' | 'definition'>,
  locations: readonly string[],
): Promise<void> {
  const [refused] = await refusedTableLocations(scope, table, locations);
  if (refused !== undefined) throw notPermitted(refused);
}

/** Gate 2 for locations that are about to enter the catalog. @throws AccessDeniedException naming the first refused */
export async function permitLocations(scope: ReadScope, asked: NewLocations): Promise<void> {
  const [refused] = await scope.permissions.refusedLocations(scope, asked);
  if (refused !== undefined) throw notPermitted(refused);
}
