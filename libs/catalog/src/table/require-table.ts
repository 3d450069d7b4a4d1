import { type Decision, invalid, type ReadScope, tag, type WriteScope } from '@lakewarden/kernel';

import type { Database } from '../database/database.ts';
import { noSuchDatabase } from '../database/databases.ts';
import { findDatabase } from '../database/database.repository.ts';
import { linkToLink, tableTarget, throughDatabaseLink } from '../link.ts';
import { lockTableNo, type TableLock } from '../locks.repository.ts';
import { listPartitionIndexes } from '../partition-index/partition-index.repository.ts';
import { type AnyOf, hidingTable, permitDatabase, permitTable } from '../permission.ts';
import { authorizeTable, type TableRef } from '../reference.ts';
import { withRegistration } from './registered-table.ts';
import { noSuchTable, type Table, type TableWithIndexes } from './table.ts';
import { findTable } from './table.repository.ts';
import { visibleTable } from './visible-table.ts';

/**
 * Which links an operation goes through on its way (spec/catalog.md §4):
 * `each`: a database link, then a table link; `first`: whichever comes first; `onlyOne`: the same, but one behind the
 * other is refused; `database`: a table link is the thing itself.
 */
export type LinkRule = 'each' | 'first' | 'onlyOne' | 'database';

/** What one name stands for. A database that is a link holds no tables of its own. */
type Step<Found> = Found | { readonly databaseLink: Database };

interface Resolved<Found> {
  readonly found: Found;
  /** What the caller may see of it. */
  readonly decision: Decision;
  /** The table link that led there. */
  readonly link?: Table;
}

/** Going through a link takes DESCRIBE on the link itself (spec/catalog.md §4). */
const THROUGH: AnyOf = ['DESCRIBE'];

/**
 * Follows links as the rule says. The caller of it has passed gate 1 for the name that was asked for; each further one
 * passes it here, before it is looked up. Gate 2 is asked of whatever is found: DESCRIBE of the links, the permissions
 * of the table that they lead to.
 */
async function follow<Found extends { readonly table: Table }>(
  scope: ReadScope,
  asked: TableRef,
  permissions: AnyOf,
  rule: LinkRule,
  look: (ref: TableRef) => Promise<Step<Found>>,
): Promise<Resolved<Found>> {
  let found = await hidingTable(scope, asked, permissions, () => look(asked));
  const isThroughDatabase = 'databaseLink' in found;
  if ('databaseLink' in found) {
    found = await throughLink(scope, found.databaseLink, asked.name, permissions, look);
  }
  const { linkTarget } = found.table;
  if (linkTarget === undefined || rule === 'database' || (rule === 'first' && isThroughDatabase)) {
    return { found, decision: await permitTable(scope, found.table, permissions) };
  }
  await permitTable(scope, found.table, THROUGH, { permissions, name: asked.name });
  if (rule === 'onlyOne' && isThroughDatabase) {
    throw invalid(
      `${asked.database} and ${asked.name} are both resource links: name the table by one of them alone.`,
    );
  }
  const link = found.table;
  const target = tableTarget(linkTarget, link);
  await authorizeTable(scope, target);
  const behind = await hidingTable(scope, target, permissions, () => look(target));
  // That it is a link is told to those who may know that it is there.
  const onTarget = { permissions, name: target.name };
  if ('databaseLink' in behind) {
    await permitDatabase(scope, behind.databaseLink, THROUGH, onTarget);
    throw linkToLink(link.name);
  }
  if (behind.table.linkTarget !== undefined) {
    await permitTable(scope, behind.table, THROUGH, onTarget);
    throw linkToLink(link.name);
  }
  return { found: behind, link, decision: await permitTable(scope, behind.table, permissions) };
}

async function throughLink<Found>(
  scope: ReadScope,
  database: Database,
  name: string,
  permissions: AnyOf,
  look: (ref: TableRef) => Promise<Step<Found>>,
): Promise<Found> {
  if (database.linkTarget === undefined) throw noSuchTable(name);
  await permitDatabase(scope, database, THROUGH, { permissions, name });
  const target = await throughDatabaseLink(scope, database.linkTarget, database);
  const ref: TableRef = { catalogId: target.catalogId, database: target.name, name };
  await authorizeTable(scope, ref);
  const behind = await hidingTable(scope, ref, permissions, () => look(ref));
  if (isDatabaseLink(behind)) {
    await permitDatabase(scope, behind.databaseLink, THROUGH, { permissions, name });
    throw linkToLink(database.name);
  }
  return behind;
}

const isDatabaseLink = <Found>(step: Step<Found>): step is { readonly databaseLink: Database } =>
  typeof step === 'object' && step !== null && 'databaseLink' in step;

/** The link that the table's database is. @throws EntityNotFoundException the database, or else the table */
async function requireDatabaseLink(scope: ReadScope, ref: TableRef): Promise<Database> {
  const database = await findDatabase(scope.tx, ref.catalogId, ref.database);
  if (database === undefined) throw noSuchDatabase(ref.database);
  if (database.linkTarget === undefined) throw noSuchTable(ref.name);
  return database;
}

const lookNow =
  (scope: ReadScope) =>
  async (ref: TableRef): Promise<Step<{ readonly table: Table }>> => {
    const table = await findTable(scope.tx, ref);
    return table === undefined ? { databaseLink: await requireDatabaseLink(scope, ref) } : { table };
  };

/** The same from memory, with the table's indexes. */
const lookInMemory =
  (scope: ReadScope) =>
  (ref: TableRef): Promise<Step<TableWithIndexes>> =>
    scope.cached<Step<TableWithIndexes>>(
      `table\n${ref.catalogId}\n${ref.database}\n${ref.name}`,
      async () => {
        const table = await findTable(scope.tx, ref);
        if (table === undefined) {
          const databaseLink = await requireDatabaseLink(scope, ref);
          return { value: { databaseLink }, tags: [tag('database', databaseLink.id)] };
        }
        const indexes = await listPartitionIndexes(scope.tx, table.id);
        return {
          value: { table, indexes },
          tags: [tag('table', table.id), tag('partition-index', table.id), tag('database', table.databaseId)],
        };
      },
    );

/** The target's properties under the link's own names. */
export const seenThrough = (link: Table | undefined, target: Table): Table =>
  link === undefined
    ? target
    : {
        ...target,
        catalogId: link.catalogId,
        database: link.database,
        name: link.name,
        ...(link.linkTarget !== undefined && { linkTarget: link.linkTarget }),
      };

/** A table that the caller has a permission on, and what the decision shows of it. */
export interface PermittedTable extends TableWithIndexes {
  readonly decision: Decision;
}

/**
 * A table and its indexes, from memory where they are known; through links, the table behind them.
 * @throws AccessDeniedException the caller holds none of the permissions on it, or it is not there
 * @throws EntityNotFoundException it is not there, and the caller may know
 */
export async function requireTable(
  scope: ReadScope,
  ref: TableRef,
  permissions: AnyOf,
): Promise<PermittedTable> {
  const { found, decision } = await follow(scope, ref, permissions, 'each', lookInMemory(scope));
  return { ...found, decision };
}

/** A table as GetTable shows it: a link with its target's properties, the columns that the caller may see. */
export async function requireTableView(scope: ReadScope, ref: TableRef): Promise<Table> {
  const { found, link, decision } = await follow(scope, ref, ['DESCRIBE'], 'first', lookInMemory(scope));
  const [table = found.table] = await withRegistration(scope, [found.table]);
  return seenThrough(link, visibleTable(table, decision));
}

/** The table behind GetTable's view as it is in this moment, and the link that led there. */
export async function requireTableNow(
  scope: ReadScope,
  ref: TableRef,
): Promise<{ readonly table: Table; readonly link?: Table; readonly decision: Decision }> {
  const { found, link, decision } = await follow(scope, ref, ['DESCRIBE'], 'first', lookNow(scope));
  return { table: found.table, decision, ...(link !== undefined && { link }) };
}

/** The table, held as the lock says until the transaction ends. @throws EntityNotFoundException */
export async function lockTable(
  scope: WriteScope,
  ref: TableRef,
  permissions: AnyOf,
  lock: TableLock,
  rule: LinkRule = 'each',
): Promise<Table> {
  return (await lockTableAndLink(scope, ref, permissions, lock, rule)).table;
}

/** The same, with the table link that led there and what the decision reaches of the table. */
export async function lockTableAndLink(
  scope: WriteScope,
  ref: TableRef,
  permissions: AnyOf,
  lock: TableLock,
  rule: LinkRule,
): Promise<{ readonly table: Table; readonly link?: Table; readonly decision: Decision }> {
  const look = lookNow(scope);
  for (;;) {
    const seen = await follow(scope, ref, permissions, rule, look);
    await lockTableNo(scope.tx, seen.found.table, lock);
    // While this one waited the table may have been altered, or dropped and made again under its name.
    const held = await follow(scope, ref, permissions, rule, look);
    if (held.found.table.id === seen.found.table.id) {
      const { found, link, decision } = held;
      return { table: found.table, decision, ...(link !== undefined && { link }) };
    }
  }
}
