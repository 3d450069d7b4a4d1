import { databaseRef, tableRef } from '@lakewarden/catalog';
import { type Caller, type ColumnScope, invalid, PERMISSIONS } from '@lakewarden/kernel';
import { type FilterRef, type GrantResource, placeOfArn } from '@lakewarden/permissions';
import { z } from 'zod';

import { catalogId, nameString } from '../glue/shapes.ts';
import { tagGrantResource, tagResources } from './tag-shapes.ts';

/** Lake Formation's bounds (service model 2017-03-31). */
export const principal = z.object({ DataLakePrincipalIdentifier: z.string().min(1).max(255) });
/** Service model: at most 3,000 characters. An empty one is none. */
export const condition = z.object({ Expression: z.string().max(3000).optional() });
/** SUPER_USER is what the console calls ALL in older clients. */
export const permissions = z
  .array(z.enum([...PERMISSIONS, 'SUPER_USER']))
  .max(20)
  .transform((given) => given.map((permission) => (permission === 'SUPER_USER' ? 'ALL' : permission)));

export const columnNames = z.array(nameString).max(1000);

/** A filter by its names; GrantPermissions and the filter's own operations name it alike. */
export const filterNames = z.object({
  TableCatalogId: catalogId,
  DatabaseName: nameString,
  TableName: nameString,
  Name: nameString,
});

/** The service model bounds it not; a key of S3 has at most 1,024 bytes. */
export const resourceArn = z.string().min(1).max(2048);

export const resource = z.object({
  Catalog: z.object({ Id: catalogId }).optional(),
  Database: z.object({ CatalogId: catalogId, Name: nameString }).optional(),
  Table: z
    .object({
      CatalogId: catalogId,
      DatabaseName: nameString,
      Name: nameString.optional(),
      TableWildcard: z.object({}).optional(),
    })
    .optional(),
  TableWithColumns: z
    .object({
      CatalogId: catalogId,
      DatabaseName: nameString,
      Name: nameString,
      ColumnNames: columnNames.optional(),
      ColumnWildcard: z.object({ ExcludedColumnNames: columnNames.optional() }).optional(),
    })
    .optional(),
  DataCellsFilter: filterNames.optional(),
  DataLocation: z.object({ CatalogId: catalogId, ResourceArn: resourceArn }).optional(),
  ...tagResources,
});

export type ResourceShape = z.output<typeof resource>;
type ColumnsShape = NonNullable<ResourceShape['TableWithColumns']>;

/** The Name that lists give the wildcard of a database's tables. */
export const ALL_TABLES = 'ALL_TABLES';

export const fold = (names: readonly string[]): string[] => [
  ...new Set(names.map((name) => name.toLowerCase())),
];

/** @throws InvalidInputException both lists, or neither */
function columnsOf({ ColumnNames, ColumnWildcard }: ColumnsShape): ColumnScope {
  if (ColumnNames !== undefined && ColumnWildcard !== undefined) {
    throw invalid('TableWithColumns takes ColumnNames or ColumnWildcard, not both.');
  }
  if (ColumnNames !== undefined) {
    if (ColumnNames.length === 0) throw invalid('ColumnNames names no column.');
    return { kind: 'include', names: fold(ColumnNames) };
  }
  if (ColumnWildcard === undefined) {
    throw invalid('TableWithColumns needs ColumnNames or ColumnWildcard.');
  }
  const excluded = fold(ColumnWildcard.ExcludedColumnNames ?? []);
  return excluded.length === 0 ? { kind: 'all' } : { kind: 'exclude', names: excluded };
}

export const filterRef = (shape: z.output<typeof filterNames>, caller: Caller): FilterRef => ({
  table: tableRef(caller, {
    catalogId: shape.TableCatalogId,
    database: shape.DatabaseName,
    name: shape.TableName,
  }),
  name: shape.Name,
});

/** @throws InvalidInputException unless just one kind of resource is named */
export function grantResource(shape: ResourceShape, caller: Caller): GrantResource {
  const { Catalog, Database, Table, TableWithColumns, DataCellsFilter, DataLocation } = shape;
  const named = Object.entries(shape).filter(([, each]) => each !== undefined);
  if (named.length !== 1) {
    throw invalid(`Resource must name one of ${Object.keys(resource.shape).join(', ')}.`);
  }
  const ofTags = tagGrantResource(shape, caller);
  if (ofTags !== undefined) return ofTags;
  if (Database !== undefined) {
    const { CatalogId, Name } = Database;
    return { kind: 'Database', database: databaseRef(caller, { catalogId: CatalogId, name: Name }) };
  }
  if (Table !== undefined) {
    const { CatalogId, DatabaseName, Name: given, TableWildcard } = Table;
    // As lists answer all tables of a database.
    const Name = TableWildcard !== undefined && given === ALL_TABLES ? undefined : given;
    if ((Name === undefined) === (TableWildcard === undefined)) {
      throw invalid('Table takes a Name or a TableWildcard, one of the two.');
    }
    return Name === undefined
      ? {
          kind: 'TableWildcard',
          database: databaseRef(caller, { catalogId: CatalogId, name: DatabaseName }),
        }
      : {
          kind: 'Table',
          table: tableRef(caller, { catalogId: CatalogId, database: DatabaseName, name: Name }),
        };
  }
  if (TableWithColumns !== undefined) {
    const { CatalogId, DatabaseName, Name } = TableWithColumns;
    return {
      kind: 'TableWithColumns',
      table: tableRef(caller, { catalogId: CatalogId, database: DatabaseName, name: Name }),
      columns: columnsOf(TableWithColumns),
    };
  }
  if (DataCellsFilter !== undefined)
    return { kind: 'DataCellsFilter', ...filterRef(DataCellsFilter, caller) };
  if (DataLocation !== undefined) {
    const { CatalogId, ResourceArn } = DataLocation;
    return {
      kind: 'DataLocation',
      catalogId: CatalogId ?? caller.accountId,
      location: placeOfArn(ResourceArn),
    };
  }
  return { kind: 'Catalog', catalogId: Catalog?.Id ?? caller.accountId };
}
