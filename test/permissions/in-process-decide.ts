import { lookUpDatabase, lookUpTable } from '@lakewarden/catalog';
import { EVERY_TABLE, type GovernedResource, type ReadScope, showsColumn } from '@lakewarden/kernel';

import { cellsShown } from './cells.ts';
import { columnsOf, isPermission } from './in-process-inputs.ts';
import type { StoryNames } from './in-process-names.ts';
import { ACCOUNT, type Answer, type Decide } from './story.ts';

/** The bare decision about what a story names. */
export async function decided(
  scope: ReadScope,
  names: StoryNames,
  { permission, on, withGrantOption }: Decide,
): Promise<Answer> {
  const refused = { code: 'AccessDeniedException' };
  if (!isPermission(permission)) return refused;
  const decide = (resource: GovernedResource) =>
    scope.permissions.decide(scope, { permission, resource, withGrantOption });
  if ('catalog' in on) {
    return (await decide({ type: 'CATALOG', catalogId: ACCOUNT })).allowed ? { code: 'OK' } : refused;
  }
  if ('table' in on) {
    const table = await lookUpTable(scope, names.table(on.table));
    if (table === undefined) return refused;
    const { databaseId, database } = table;
    const path = { catalogId: ACCOUNT, databaseId, database, tableId: table.id, table: table.name };
    const { allowed, columns } = await decide({ type: 'TABLE', ...path });
    if (!allowed) return refused;
    const shown = columnsOf(table).filter((name) => showsColumn(columns, name));
    const isFiltered = permission === 'SELECT' && columns.some(({ rows }) => rows !== undefined);
    const cells = isFiltered ? cellsShown(columns, columnsOf(table)) : undefined;
    return { code: 'OK', columns: shown.sort(), ...(cells !== undefined && { cells }) };
  }
  const ref = names.database('database' in on ? on.database : on.tablesOf);
  const database = await lookUpDatabase(scope, ref);
  if (database === undefined) return refused;
  const path = { catalogId: ACCOUNT, databaseId: database.id, database: database.name };
  const { allowed } = await decide(
    'database' in on
      ? { type: 'DATABASE', ...path }
      : { type: 'TABLE', ...path, tableId: EVERY_TABLE, table: '*' },
  );
  return allowed ? { code: 'OK' } : refused;
}
