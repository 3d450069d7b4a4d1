import { type DatabaseRef, lookUpDatabase, lookUpTable, type TableRef } from '@lakewarden/catalog';
import {
  type ColumnScope,
  EVERY_TABLE,
  notFound,
  type Permission,
  type ReadScope,
  type TableResource,
} from '@lakewarden/kernel';

import { columnsOf, filterResource, filterText, noSuchFilter } from '../filter/data-cells-filter.ts';
import { findFilter } from '../filter/filter.repository.ts';
import { arnOfPlace, type LocationPath } from '../location/location-path.ts';
import type { TagGrantResource } from '../tag/tag-grant.ts';
import { describeTagGrant, resolveTagGrant } from '../tag/granted-tags.ts';
import { refuseUnfit } from './grantable.ts';
import type { ResolvedResource } from './resolved-resource.ts';

export type { ResolvedResource } from './resolved-resource.ts';

/** What a client asks to grant on, by names (service model lakeformation, `Resource`). */
export type GrantResource =
  | { readonly kind: 'Catalog'; readonly catalogId: string }
  | { readonly kind: 'Database'; readonly database: DatabaseRef }
  | { readonly kind: 'Table'; readonly table: TableRef }
  | { readonly kind: 'TableWildcard'; readonly database: DatabaseRef }
  | { readonly kind: 'TableWithColumns'; readonly table: TableRef; readonly columns: ColumnScope }
  | { readonly kind: 'DataCellsFilter'; readonly table: TableRef; readonly name: string }
  | { readonly kind: 'DataLocation'; readonly catalogId: string; readonly location: LocationPath }
  | TagGrantResource;

/** @throws InvalidInputException naming the permission and the resource */
export function refuseUnfitPermissions(
  resource: GrantResource,
  permissions: readonly Permission[],
  withGrantOption: readonly Permission[],
): void {
  const all = [...permissions, ...withGrantOption];
  if (resource.kind !== 'LFTagPolicy') refuseUnfit(resource.kind, all);
  // A policy on databases or tables takes what they take.
  else refuseUnfit(resource.of === 'TABLE' ? 'Table' : 'Database', all, `LFTagPolicy of ${resource.of}s`);
}

const ALL_COLUMNS: ColumnScope = { kind: 'all' };

export const catalogIdOf = (resource: GrantResource): string => {
  switch (resource.kind) {
    case 'Catalog':
    case 'DataLocation':
      return resource.catalogId;
    case 'Database':
    case 'TableWildcard':
      return resource.database.catalogId;
    case 'Table':
    case 'TableWithColumns':
    case 'DataCellsFilter':
      return resource.table.catalogId;
    case 'LFTag':
    case 'LFTagPolicy':
    case 'LFTagExpression':
      return resource.catalogId;
  }
};

/** As a refusal names it: in the asker's own words, whether it is there or not. */
export function describeAsked(resource: GrantResource): string {
  switch (resource.kind) {
    case 'Catalog':
      return `catalog ${resource.catalogId}`;
    case 'Database':
      return `database ${resource.database.name}`;
    case 'TableWildcard':
      return `all tables of database ${resource.database.name}`;
    case 'Table':
    case 'TableWithColumns':
      return `table ${resource.table.database}.${resource.table.name}`;
    case 'DataCellsFilter':
      return filterText(resource.table, resource.name);
    case 'DataLocation':
      return `location ${arnOfPlace(resource.location)}`;
    case 'LFTag':
    case 'LFTagPolicy':
    case 'LFTagExpression':
      return describeTagGrant(resource);
  }
}

/** @throws EntityNotFoundException there is no such database, table, column, filter, LF-tag, value or expression */
export async function resolveResource(scope: ReadScope, resource: GrantResource): Promise<ResolvedResource> {
  switch (resource.kind) {
    case 'Catalog':
      return {
        catalogId: resource.catalogId,
        on: { type: 'CATALOG', catalogId: resource.catalogId },
        rows: [{ type: 'CATALOG', columns: [] }],
        columns: ALL_COLUMNS,
        subjectId: resource.catalogId,
      };
    case 'Database':
    case 'TableWildcard':
      return resolveDatabase(scope, resource.kind, resource.database);
    case 'Table':
      return resolveTable(scope, resource.table, undefined);
    case 'TableWithColumns':
      return resolveTable(scope, resource.table, resource.columns);
    case 'DataCellsFilter':
      return resolveFilter(scope, resource.table, resource.name);
    case 'DataLocation': {
      const { catalogId, location } = resource;
      return {
        catalogId,
        on: { type: 'DATA_LOCATION', catalogId, location },
        rows: [{ type: 'DATA_LOCATION', columns: [location] }],
        columns: ALL_COLUMNS,
        subjectId: catalogId,
      };
    }
    case 'LFTag':
    case 'LFTagPolicy':
    case 'LFTagExpression':
      return resolveTagGrant(scope, resource);
  }
}

async function resolveDatabase(
  scope: ReadScope,
  kind: 'Database' | 'TableWildcard',
  ref: DatabaseRef,
): Promise<ResolvedResource> {
  const database = await lookUpDatabase(scope, ref);
  if (database === undefined) throw notFound(`Database ${ref.name} not found.`);
  const path = { catalogId: ref.catalogId, databaseId: database.id, database: database.name };
  return {
    catalogId: ref.catalogId,
    databaseId: database.id,
    // No table has this id: only what is held on all tables of the database bears on it.
    on:
      kind === 'Database'
        ? { type: 'DATABASE', ...path }
        : { type: 'TABLE', ...path, tableId: EVERY_TABLE, table: '*' },
    rows: [{ type: kind === 'Database' ? 'DATABASE' : 'TABLE_WILDCARD', columns: [] }],
    columns: ALL_COLUMNS,
    subjectId: database.id,
  };
}

async function resolveFilter(scope: ReadScope, ref: TableRef, name: string): Promise<ResolvedResource> {
  const table = await lookUpTable(scope, ref);
  if (table === undefined) throw notFound(`Table ${ref.name} not found.`);
  const filter = await findFilter(scope.tx, table.id, name);
  if (filter === undefined) throw noSuchFilter(ref, name);
  return {
    catalogId: ref.catalogId,
    databaseId: table.databaseId,
    tableId: table.id,
    filterId: filter.id,
    on: filterResource(filter),
    rows: [{ type: 'FILTER', columns: [] }],
    columns: columnsOf(filter.columns),
    subjectId: table.id,
  };
}

async function resolveTable(
  scope: ReadScope,
  ref: TableRef,
  columns: ColumnScope | undefined,
): Promise<ResolvedResource> {
  const table = await lookUpTable(scope, ref);
  if (table === undefined) throw notFound(`Table ${ref.name} not found.`);
  const on: TableResource = {
    type: 'TABLE',
    catalogId: ref.catalogId,
    databaseId: table.databaseId,
    database: table.database,
    tableId: table.id,
    table: table.name,
  };
  const known = new Set(
    [...(table.definition.StorageDescriptor?.Columns ?? []), ...table.partitionKeys].map(({ Name }) =>
      Name.toLowerCase(),
    ),
  );
  const unknown = columns === undefined || columns.kind === 'all' ? [] : unknownOf(columns.names, known);
  if (unknown.length > 0) {
    throw notFound(`Column ${unknown.join(', ')} not found in table ${table.database}.${table.name}.`);
  }
  return {
    catalogId: ref.catalogId,
    databaseId: table.databaseId,
    tableId: table.id,
    on,
    rows: rowsOf(columns),
    columns: columns ?? ALL_COLUMNS,
    subjectId: table.id,
  };
}

const unknownOf = (names: readonly string[], known: ReadonlySet<string>): string[] =>
  names.filter((name) => !known.has(name));

/** Excluding nothing is another grant than the whole table: SELECT alone, and listed as columns. */
const rowsOf = (columns: ColumnScope | undefined): ResolvedResource['rows'] => {
  if (columns === undefined) return [{ type: 'TABLE', columns: [] }];
  switch (columns.kind) {
    case 'all':
      return [{ type: 'COLUMNS_EXCEPT', columns: [] }];
    case 'include':
      return columns.names.map((name) => ({ type: 'COLUMN', columns: [name] }));
    case 'exclude':
      return [{ type: 'COLUMNS_EXCEPT', columns: [...columns.names].sort() }];
  }
};
