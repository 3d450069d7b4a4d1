import type { DatabaseRef, TableRef } from '@lakewarden/catalog';
import {
  catalogArn,
  databaseArn,
  invalid,
  type Permission,
  type ReadScope,
  type Resource,
  tableArn,
} from '@lakewarden/kernel';

import { lakeOf } from '../authorize.ts';
import { GRANTABLE } from '../grant/grantable.ts';
import { catalogIdOf, type GrantResource } from '../grant/granted-resource.ts';

/** Columns by their names, each of which is asked about. */
export interface ExplainedColumns {
  readonly kind: 'TableWithColumns';
  readonly table: TableRef;
  readonly columns: { readonly kind: 'include'; readonly names: readonly string[] };
}

/** What one may ask about: whatever permissions are held on, but for what reaches things by their LF-tags. */
export type ExplainedResource =
  Exclude<GrantResource, { readonly kind: 'TableWithColumns' | 'LFTagPolicy' }> | ExplainedColumns;

/** @throws InvalidInputException it stands for other things, each of which is asked about by itself */
export function toExplained(resource: GrantResource): ExplainedResource {
  switch (resource.kind) {
    case 'LFTagPolicy':
      throw invalid('What carries LF-tags is asked about by its name: a database, a table, columns.');
    case 'TableWithColumns': {
      const { kind, table, columns } = resource;
      if (columns.kind !== 'include') throw invalid('Columns are asked about by their names.');
      return { kind, table, columns: { kind: 'include', names: columns.names } };
    }
    case 'Catalog':
    case 'Database':
    case 'Table':
    case 'TableWildcard':
    case 'DataCellsFilter':
    case 'DataLocation':
    case 'LFTag':
    case 'LFTagExpression':
      return resource;
  }
}

type Actions = Partial<Record<Permission, string>>;

const ON_TABLES: Actions = {
  DESCRIBE: 'glue:GetTable',
  SELECT: 'glue:GetTable',
  INSERT: 'glue:BatchCreatePartition',
  DELETE: 'glue:BatchDeletePartition',
  ALTER: 'glue:UpdateTable',
  DROP: 'glue:DeleteTable',
};

/** spec/permissions.md §9: the operation that asks for the permission first. */
const ACTIONS: Readonly<Record<ExplainedResource['kind'], Actions>> = {
  Catalog: {
    CREATE_DATABASE: 'glue:CreateDatabase',
    CREATE_LF_TAG: 'lakeformation:CreateLFTag',
    CREATE_LF_TAG_EXPRESSION: 'lakeformation:CreateLFTagExpression',
  },
  Database: {
    DESCRIBE: 'glue:GetDatabase',
    ALTER: 'glue:UpdateDatabase',
    DROP: 'glue:DeleteDatabase',
    CREATE_TABLE: 'glue:CreateTable',
  },
  Table: ON_TABLES,
  TableWildcard: ON_TABLES,
  TableWithColumns: ON_TABLES,
  DataCellsFilter: {
    SELECT: 'glue:GetTable',
    DESCRIBE: 'lakeformation:GetDataCellsFilter',
    DROP: 'lakeformation:DeleteDataCellsFilter',
  },
  // §8 begins with it. Of the table that is to lie there nothing is known but its catalog.
  DataLocation: { DATA_LOCATION_ACCESS: 'glue:CreateTable' },
  LFTag: {
    DESCRIBE: 'lakeformation:GetLFTag',
    ASSOCIATE: 'lakeformation:AddLFTagsToResource',
    ALTER: 'lakeformation:UpdateLFTag',
    DROP: 'lakeformation:DeleteLFTag',
  },
  LFTagExpression: {
    DESCRIBE: 'lakeformation:GetLFTagExpression',
    ALTER: 'lakeformation:UpdateLFTagExpression',
    DROP: 'lakeformation:DeleteLFTagExpression',
  },
};
const ANY_ACTION = 'glue:GetDatabases';

/** Besides what is granted: administrators describe the catalog, and columns are described one by one. */
const ASKED_BESIDES: Partial<Record<ExplainedResource['kind'], readonly Permission[]>> = {
  Catalog: ['DESCRIBE'],
  TableWithColumns: ['DESCRIBE'],
};

/** `[L]`: each is a question of its own, and `whoCan` asks it of hundreds of principals. */
const MAX_ASKED_VALUES = 20;

/** @throws InvalidInputException nothing ever asks for the permission on that kind of resource; or too much at once */
export function refuseUnaskable(resource: ExplainedResource, permission: Permission): void {
  const { kind } = resource;
  if (kind === 'LFTag' && resource.values.length > MAX_ASKED_VALUES) {
    throw invalid(
      `At most ${String(MAX_ASKED_VALUES)} values of an LF-tag are asked about at once; * stands for all of them.`,
    );
  }
  const askable = [...GRANTABLE[kind], ...(ASKED_BESIDES[kind] ?? [])];
  if (askable.includes(permission)) return;
  throw invalid(`Permission ${permission} is not asked for on a ${kind}: it takes ${askable.join(', ')}.`);
}

function onDatabase(scope: ReadScope, { catalogId: accountId, name }: DatabaseRef): Resource {
  const home = { region: scope.home.region, accountId };
  return { arn: databaseArn(home, name), accountId, within: [catalogArn(home)] };
}

function onTable(scope: ReadScope, { catalogId: accountId, database, name }: TableRef): Resource {
  const home = { region: scope.home.region, accountId };
  return {
    arn: tableArn(home, database, name),
    accountId,
    within: [databaseArn(home, database), catalogArn(home)],
  };
}

function arnsOf(scope: ReadScope, resource: ExplainedResource): Resource {
  const accountId = catalogIdOf(resource);
  switch (resource.kind) {
    case 'Database':
      return onDatabase(scope, resource.database);
    case 'TableWildcard': {
      const { catalogId, name: database } = resource.database;
      return onTable(scope, { catalogId, database, name: '*' });
    }
    case 'Table':
    case 'TableWithColumns':
    case 'DataCellsFilter':
      return onTable(scope, resource.table);
    case 'Catalog':
    case 'DataLocation':
    case 'LFTag':
    case 'LFTagExpression':
      return { arn: catalogArn({ region: scope.home.region, accountId }), accountId };
  }
}

/** What gate 1 is asked, and of what: Lake Formation's own operations are on the data lake as a whole. */
export function gateOneOf(
  scope: ReadScope,
  resource: ExplainedResource,
  permission: Permission,
): { readonly action: string; readonly on: Resource } {
  const action = ACTIONS[resource.kind][permission] ?? ANY_ACTION;
  const isOfLake = action.startsWith('lakeformation:');
  return { action, on: isOfLake ? lakeOf(scope, catalogIdOf(resource)) : arnsOf(scope, resource) };
}
