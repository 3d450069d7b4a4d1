import { defineRead, type Page, type PageRequest, type ReadScope, toPage } from '@lakewarden/kernel';

import type { Database } from '../database/database.ts';
import { requireDatabase } from '../database/databases.ts';
import { isAllowed, tableTarget } from '../link.ts';
import { databaseResource, tableResource } from '../permission.ts';
import { authorizeDatabase, authorizeTable, type DatabaseRef, type TableRef } from '../reference.ts';
import { withRegistration } from './registered-table.ts';
import { seenThrough } from './require-table.ts';
import type { Table } from './table.ts';
import { tableNamePattern } from './table-name-pattern.ts';
import { findTables, listTables, listTablesById } from './table.repository.ts';
import { isShown, visibleTable } from './visible-table.ts';

export interface GetTables extends PageRequest {
  readonly database: DatabaseRef;
  readonly expression?: string | undefined;
}

/** Names a filter looks at before it lets go of the request with a shorter page and a token. */
const FILTER_SCAN_LIMIT = 10_000;
const FILTER_BATCH = 1_000;

/** Own tables: every link among them with its target's properties, where the caller may see the target. */
async function seenThroughLinks(scope: ReadScope, tables: readonly Table[]): Promise<Table[]> {
  const targets: TableRef[] = [];
  for (const table of tables) {
    if (table.linkTarget === undefined) continue;
    const target = tableTarget(table.linkTarget, table);
    if (await isAllowed(authorizeTable(scope, target))) targets.push(target);
  }
  if (targets.length === 0) return [...tables];
  const there = await withRegistration(scope, await findTables(scope.tx, targets));
  const decisions = await scope.permissions.decideTables(scope, 'DESCRIBE', there.map(tableResource));
  const found = there.flatMap((table, i) => {
    const decision = decisions[i];
    return decision !== undefined && isShown(table, decision) ? [visibleTable(table, decision)] : [];
  });
  return tables.map((table) => {
    const target = table.linkTarget && tableTarget(table.linkTarget, table);
    const behind = found.find(
      ({ catalogId, database, name, linkTarget }) =>
        linkTarget === undefined &&
        catalogId === target?.catalogId &&
        database === target.database &&
        name === target.name,
    );
    return behind === undefined ? table : seenThrough(table, behind);
  });
}

/** Of another account's database, only the tables that gate 1 lets the caller into. */
async function sharedOnes(scope: ReadScope, tables: readonly Table[]): Promise<Table[]> {
  const shared: Table[] = [];
  for (const table of tables) {
    if (await isAllowed(authorizeTable(scope, table))) shared.push(table);
  }
  return shared;
}

/** What the caller may describe, each with the columns that he may see. */
async function visibleOnes(scope: ReadScope, tables: readonly Table[]): Promise<Table[]> {
  const decisions = await scope.permissions.decideTables(scope, 'DESCRIBE', tables.map(tableResource));
  return (await withRegistration(scope, tables)).flatMap((table, i) => {
    const decision = decisions[i];
    return decision !== undefined && isShown(table, decision) ? [visibleTable(table, decision)] : [];
  });
}

/** By name. @throws EntityNotFoundException the database; InvalidInputException the expression */
export const getTables = defineRead({
  action: 'glue:GetTables',

  async run(scope, command: GetTables): Promise<Page<Table>> {
    await authorizeDatabase(scope, command.database);
    const matches = command.expression === undefined ? () => true : tableNamePattern(command.expression);
    const { database, link } = await requireDatabase(scope, command.database, ['DESCRIBE']);
    const question = ['GetTables', database.id, command.expression, scope.caller.arn];
    const after = command.token === undefined ? '' : scope.tokens.open(question, command.token).toString();
    const tokenAfter = (last: { name: string }) => scope.tokens.issue(question, Buffer.from(last.name));
    const page = await pageOfTables(scope, database, command, after, matches, tokenAfter);
    const items = await visibleOnes(scope, page.items);
    if (link === undefined) return { ...page, items: await seenThroughLinks(scope, items) };
    // Behind a link, table links are shown as they are.
    if (database.catalogId === link.catalogId) return { ...page, items };
    const shared = toPage(await sharedOnes(scope, items), command.limit, tokenAfter);
    return { ...shared, ...(page.next !== undefined && { next: page.next }) };
  },
});

/** By name. Who may not list the whole database walks his own grants, not the database. */
export async function listVisibleTables(
  scope: ReadScope,
  database: Database,
  afterName: string,
  limit: number,
): Promise<Table[]> {
  const visible = await scope.permissions.visibleTables(scope, databaseResource(database), afterName, limit);
  return visible === 'all'
    ? listTables(scope.tx, database.id, afterName, limit)
    : listTablesById(scope.tx, visible);
}

async function pageOfTables(
  scope: ReadScope,
  database: Database,
  { expression, limit }: GetTables,
  afterName: string,
  matches: (name: string) => boolean,
  tokenAfter: (last: { readonly name: string }) => string,
): Promise<Page<Table>> {
  if (expression === undefined) {
    return toPage(await listVisibleTables(scope, database, afterName, limit + 1), limit, tokenAfter);
  }
  let after = afterName;
  const found: Table[] = [];
  for (let seen = 0; seen < FILTER_SCAN_LIMIT; seen += FILTER_BATCH) {
    const rows = await listVisibleTables(scope, database, after, FILTER_BATCH);
    found.push(...rows.filter((table) => matches(table.name)));
    if (found.length > limit || rows.length < FILTER_BATCH) return toPage(found, limit, tokenAfter);
    after = rows.at(-1)?.name ?? after;
  }
  return { ...toPage(found, limit, tokenAfter), next: tokenAfter({ name: after }) };
}
