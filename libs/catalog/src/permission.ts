import {
  type Decision,
  EVERY_TABLE,
  LakewardenError,
  type Permission,
  type ReadScope,
  showsAllColumns,
  showsColumn,
  type TableResource,
} from '@lakewarden/kernel';

import type { Database } from './database/database.ts';
import { findDatabase } from './database/database.repository.ts';
import type { Table } from './table/table.ts';

/** One of these is enough. */
export type AnyOf = readonly [Permission, ...Permission[]];

/** What a refusal speaks of. */
export interface Asked {
  readonly permissions: AnyOf;
  readonly name: string;
}

/** spec/permissions.md §9: the same words for what is not allowed and for what is not there. */
export const insufficient = (permissions: readonly Permission[], name: string): LakewardenError =>
  new LakewardenError(
    'AccessDeniedException',
    `Insufficient Lake Formation permission(s): Required ${permissions.join(' or ')} on ${name}`,
  );

export const tableResource = (
  table: Pick<Table, 'id' | 'catalogId' | 'databaseId' | 'database' | 'name'>,
): TableResource => ({
  type: 'TABLE',
  catalogId: table.catalogId,
  databaseId: table.databaseId,
  database: table.database,
  tableId: table.id,
  table: table.name,
});

export const databaseResource = ({ id, catalogId, name }: Pick<Database, 'id' | 'catalogId' | 'name'>) =>
  ({ type: 'DATABASE', catalogId, databaseId: id, database: name }) as const;

async function firstAllowed(
  permissions: AnyOf,
  decide: (permission: Permission) => Promise<Decision>,
): Promise<Decision | undefined> {
  for (const permission of permissions) {
    const decision = await decide(permission);
    if (decision.allowed) return decision;
  }
  return undefined;
}

/** Whether the table has columns, and the decision shows none of them: it is not there then (spec §5). */
export function hidesEveryColumn(table: Table, { columns }: Decision): boolean {
  if (showsAllColumns(columns)) return false;
  const all = [...(table.definition.StorageDescriptor?.Columns ?? []), ...table.partitionKeys];
  return all.length > 0 && !all.some(({ Name }) => showsColumn(columns, Name.toLowerCase()));
}

/**
 * Gate 2 for a table that has been found.
 * @param asked what the caller asked for, where the table is a step on the way: the refusal must be that of a name that
 * is not there
 * @throws AccessDeniedException
 */
export async function permitTable(
  scope: ReadScope,
  table: Table,
  permissions: AnyOf,
  asked: Asked = { permissions, name: table.name },
): Promise<Decision> {
  const resource = tableResource(table);
  const decision = await firstAllowed(permissions, (permission) =>
    scope.permissions.decide(scope, { permission, resource }),
  );
  if (decision === undefined || hidesEveryColumn(table, decision))
    throw insufficient(asked.permissions, asked.name);
  return decision;
}

/**
 * What the caller sees of a table that he writes. Where he writes by LF-tags that may be more than his permission reaches,
 * or less than all (spec/permissions.md §7).
 */
export async function seenByWriter(scope: ReadScope, table: Table, decision: Decision): Promise<Decision> {
  if (showsAllColumns(decision.columns)) return decision;
  return scope.permissions.decide(scope, { permission: 'DESCRIBE', resource: tableResource(table) });
}

/** The same for a database. @throws AccessDeniedException */
export async function permitDatabase(
  scope: ReadScope,
  database: Database,
  permissions: AnyOf,
  asked: Asked = { permissions, name: database.name },
): Promise<Decision> {
  const resource = databaseResource(database);
  const decision = await firstAllowed(permissions, (permission) =>
    scope.permissions.decide(scope, { permission, resource }),
  );
  if (decision === undefined) throw insufficient(asked.permissions, asked.name);
  return decision;
}

/** @throws AccessDeniedException */
export async function permitCatalog(
  scope: ReadScope,
  catalogId: string,
  permission: Permission,
): Promise<void> {
  const resource = { type: 'CATALOG', catalogId } as const;
  const { allowed } = await scope.permissions.decide(scope, { permission, resource });
  if (!allowed) throw insufficient([permission], catalogId);
}

/** Whether the caller may list every database of the catalog: then nothing is told by saying that one is not there. */
const mayListCatalog = async (scope: ReadScope, catalogId: string): Promise<boolean> => {
  const resource = { type: 'CATALOG', catalogId } as const;
  return (await scope.permissions.decide(scope, { permission: 'DESCRIBE', resource })).allowed;
};

/** Whether the caller may list every table of the database. */
const mayListTables = async (scope: ReadScope, database: Database): Promise<boolean> => {
  const resource: TableResource = {
    ...databaseResource(database),
    type: 'TABLE',
    tableId: EVERY_TABLE,
    table: '*',
  };
  return (await scope.permissions.decide(scope, { permission: 'DESCRIBE', resource })).allowed;
};

const isMissing = (error: unknown): boolean =>
  error instanceof LakewardenError && error.code === 'EntityNotFoundException';

/** Looks for a database; that it is not there is told only to those who may list the catalog (spec §9). */
export async function hidingDatabase<T>(
  scope: ReadScope,
  ref: { readonly catalogId: string; readonly name: string },
  permissions: AnyOf,
  look: () => Promise<T>,
): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (isMissing(error) && !(await mayListCatalog(scope, ref.catalogId)))
      throw insufficient(permissions, ref.name);
    throw error;
  }
}

/** The same for a table: told to those who may list its database. */
export async function hidingTable<T>(
  scope: ReadScope,
  ref: { readonly catalogId: string; readonly database: string; readonly name: string },
  permissions: AnyOf,
  look: () => Promise<T>,
): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!isMissing(error)) throw error;
    const database = await findDatabase(scope.tx, ref.catalogId, ref.database);
    const mayList =
      database === undefined
        ? await mayListCatalog(scope, ref.catalogId)
        : await mayListTables(scope, database);
    throw mayList ? error : insufficient(permissions, ref.name);
  }
}
