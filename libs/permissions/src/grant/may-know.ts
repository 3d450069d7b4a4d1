import { lookUpDatabase, lookUpTable, type TableRef } from '@lakewarden/catalog';
import {
  EVERY_TABLE,
  type GovernedResource,
  type ReadScope,
  showsAllColumns,
  type TableResource,
} from '@lakewarden/kernel';

import { catalogIdOf, type GrantResource } from './granted-resource.ts';

const describes = (scope: ReadScope, resource: GovernedResource) =>
  scope.permissions.decide(scope, { permission: 'DESCRIBE', resource });

/**
 * Whether the caller may hear that something of what he names is not there: he sees the full list of what it would be
 * in, the catalog's databases, the database's tables, the table's columns or its filters (spec/permissions.md §9).
 */
export async function mayKnow(scope: ReadScope, resource: GrantResource): Promise<boolean> {
  const catalogId = catalogIdOf(resource);
  if (
    resource.kind === 'Table' ||
    resource.kind === 'TableWithColumns' ||
    resource.kind === 'DataCellsFilter'
  ) {
    const known = await mayKnowInDatabase(scope, resource.table, resource.kind === 'DataCellsFilter');
    if (known !== undefined) return known;
  }
  return (await describes(scope, { type: 'CATALOG', catalogId })).allowed;
}

/** No filter has this id: only what is held on the whole table bears on it. */
const anyFilterOf = (table: TableResource): GovernedResource => ({
  ...table,
  type: 'FILTER',
  filterId: EVERY_TABLE,
  filter: '*',
});

/** @returns undefined where it is the database that is not there */
async function mayKnowInDatabase(
  scope: ReadScope,
  ref: TableRef,
  isFilter: boolean,
): Promise<boolean | undefined> {
  const found = await lookUpDatabase(scope, { catalogId: ref.catalogId, name: ref.database });
  if (found === undefined) return undefined;
  const table = await lookUpTable(scope, ref);
  const on: TableResource = {
    type: 'TABLE',
    catalogId: ref.catalogId,
    databaseId: found.id,
    database: found.name,
    tableId: table?.id ?? EVERY_TABLE,
    table: ref.name,
  };
  const asked = isFilter && table !== undefined ? anyFilterOf(on) : on;
  const { allowed, columns } = await describes(scope, asked);
  return allowed && showsAllColumns(columns);
}
