import {
  defineRead,
  defineWrite,
  LakewardenError,
  type Page,
  type PageRequest,
  type ReadScope,
  tag,
  toPage,
  type WriteScope,
} from '@lakewarden/kernel';

import { noSuchDatabase, requireDatabase } from '../database/databases.ts';
import { findDatabase, lockDatabase } from '../database/database.repository.ts';
import { lockTableNo, type TableLock } from '../locks.repository.ts';
import { createIndexesWithTable, refuseChangedIndexedKeys } from '../partition-index/index-rules.ts';
import type { IndexRequest } from '../partition-index/index-rules.ts';
import { listPartitionIndexes } from '../partition-index/partition-index.repository.ts';
import { rekeyPartitions } from '../partition/rekey.ts';
import { authorizeDatabase, authorizeTable, type DatabaseRef, type TableRef } from '../reference.ts';
import { noSuchTable, type Table, tableChange, type TableWithIndexes } from './table.ts';
import { tableNamePattern } from './table-name-pattern.ts';
import { partitionKeyColumns, refuseUnfitLink, type TableInput } from './table-rules.ts';
import {
  archiveTableVersion,
  deleteTableRows,
  findTable,
  insertTable,
  listTables,
  replaceTable,
} from './table.repository.ts';

/**
 * A table and its indexes, from memory where they are known.
 * @throws EntityNotFoundException the database, or else the table, is not there
 */
export function requireTable(scope: ReadScope, ref: TableRef): Promise<TableWithIndexes> {
  return scope.cached(`table\n${ref.catalogId}\n${ref.database}\n${ref.name}`, async () => {
    const table = await requireTableNow(scope, ref);
    const indexes = await listPartitionIndexes(scope.tx, table.id);
    return {
      value: { table, indexes },
      tags: [tag('table', table.id), tag('partition-index', table.id), tag('database', table.databaseId)],
    };
  });
}

/** As it is in this moment. @throws EntityNotFoundException */
export async function requireTableNow(scope: ReadScope, ref: TableRef): Promise<Table> {
  const table = await findTable(scope.tx, ref);
  if (table !== undefined) return table;
  const database = await findDatabase(scope.tx, ref.catalogId, ref.database);
  throw database === undefined ? noSuchDatabase(ref.database) : noSuchTable(ref.name);
}

/** The table, held as the lock says until the transaction ends. @throws EntityNotFoundException */
export async function lockTable(scope: WriteScope, ref: TableRef, lock: TableLock): Promise<Table> {
  for (;;) {
    const seen = await requireTableNow(scope, ref);
    await lockTableNo(scope.tx, seen, lock);
    // While this one waited the table may have been altered, or dropped and made again under its name.
    const held = await requireTableNow(scope, ref);
    if (held.id === seen.id) return held;
  }
}

export interface CreateTable extends TableInput {
  readonly table: TableRef;
  readonly indexes?: readonly IndexRequest[] | undefined;
}

/**
 * Indexes given with it are ACTIVE at once: there are no partitions yet.
 * @throws AlreadyExistsException, EntityNotFoundException (the database), InvalidInputException
 * @see spec/catalog.md §4
 */
export const createTable = defineWrite({
  action: 'glue:CreateTable',

  async run(scope, command: CreateTable): Promise<Table> {
    await authorizeTable(scope, command.table);
    refuseUnfitLink(command);
    const partitionKeys = partitionKeyColumns(command.partitionKeys);
    const database = await lockDatabase(scope.tx, command.table.catalogId, command.table.database);
    if (database === undefined) throw noSuchDatabase(command.table.database);

    const made: Omit<Table, 'no'> = {
      id: scope.newId<'Table'>(),
      databaseId: database.id,
      catalogId: database.catalogId,
      database: database.name,
      name: command.table.name,
      versionId: '0',
      definition: command.definition,
      partitionKeys,
      hasPartitionKeys: command.partitionKeys !== undefined,
      ...(command.linkTarget !== undefined && { linkTarget: command.linkTarget }),
      createdBy: scope.caller.arn,
      createdAt: scope.now,
      updatedAt: scope.now,
    };
    const table: Table = { ...made, no: await insertTable(scope.tx, made) };
    await createIndexesWithTable(scope, table, command.indexes ?? []);
    scope.changed(tableChange(table));
    return table;
  },
});

/** @throws EntityNotFoundException */
export const getTable = defineRead({
  action: 'glue:GetTable',

  async run(scope, command: TableRef): Promise<Table> {
    await authorizeTable(scope, command);
    return (await requireTable(scope, command)).table;
  },
});

export interface GetTables extends PageRequest {
  readonly database: DatabaseRef;
  readonly expression?: string | undefined;
}

/** Names a filter looks at before it lets go of the request with a shorter page and a token. */
const FILTER_SCAN_LIMIT = 10_000;
const FILTER_BATCH = 1_000;

/** By name. @throws EntityNotFoundException the database; InvalidInputException the expression */
export const getTables = defineRead({
  action: 'glue:GetTables',

  async run(scope, command: GetTables): Promise<Page<Table>> {
    await authorizeDatabase(scope, command.database);
    const matches = command.expression === undefined ? () => true : tableNamePattern(command.expression);
    const database = await requireDatabase(scope, command.database);
    const question = ['GetTables', database.id, command.expression, scope.caller.arn];
    let after = command.token === undefined ? '' : scope.tokens.open(question, command.token).toString();
    const tokenAfter = (last: { name: string }) => scope.tokens.issue(question, Buffer.from(last.name));
    if (command.expression === undefined) {
      const rows = await listTables(scope.tx, database.id, after, command.limit + 1);
      return toPage(rows, command.limit, tokenAfter);
    }

    const found: Table[] = [];
    for (let seen = 0; seen < FILTER_SCAN_LIMIT; seen += FILTER_BATCH) {
      const rows = await listTables(scope.tx, database.id, after, FILTER_BATCH);
      found.push(...rows.filter((table) => matches(table.name)));
      if (found.length > command.limit || rows.length < FILTER_BATCH)
        return toPage(found, command.limit, tokenAfter);
      after = rows.at(-1)?.name ?? after;
    }
    return { ...toPage(found, command.limit, tokenAfter), next: tokenAfter({ name: after }) };
  },
});

export interface UpdateTable extends TableInput {
  readonly table: TableRef;
  /** The version the caller has read; another one now means that somebody else has written. */
  readonly expectedVersionId?: string | undefined;
  readonly skipArchive: boolean;
}

const raced = (): LakewardenError =>
  new LakewardenError(
    'ConcurrentModificationException',
    'Update table failed due to concurrent modifications.',
  );

/** An Iceberg commit that names another predecessor than the current metadata would lose a commit (spec §11). */
function refuseLostIcebergCommit(current: Table, input: TableInput): void {
  const before = current.definition.Parameters;
  const after = input.definition.Parameters;
  if (before?.['table_type']?.toUpperCase() !== 'ICEBERG') return;
  const claimed = after?.['previous_metadata_location'];
  const unchanged = after?.['metadata_location'] === before['metadata_location'];
  if (claimed !== undefined && !unchanged && claimed !== before['metadata_location']) throw raced();
}

/**
 * Replaces the whole definition; compare and write are one transaction under the table's lock.
 * @throws EntityNotFoundException, InvalidInputException
 * @throws ConcurrentModificationException the expected version is not the current one
 */
export const updateTable = defineWrite({
  action: 'glue:UpdateTable',

  async run(scope, command: UpdateTable): Promise<Table> {
    await authorizeTable(scope, command.table);
    refuseUnfitLink(command);
    const partitionKeys = partitionKeyColumns(command.partitionKeys);
    const current = await lockTable(scope, command.table, 'exclusive');
    if (command.expectedVersionId !== undefined && command.expectedVersionId !== current.versionId)
      throw raced();
    if (command.expectedVersionId === undefined) refuseLostIcebergCommit(current, command);

    const { linkTarget: _replaced, ...kept } = current;
    const next: Table = {
      ...kept,
      versionId: (BigInt(current.versionId) + 1n).toString(),
      definition: command.definition,
      partitionKeys,
      hasPartitionKeys: command.partitionKeys !== undefined,
      ...(command.linkTarget !== undefined && { linkTarget: command.linkTarget }),
      updatedAt: scope.now,
    };
    refuseChangedIndexedKeys(current, next, await listPartitionIndexes(scope.tx, current.id));
    await rekeyPartitions(scope.tx, current, next);
    if (!command.skipArchive) await archiveTableVersion(scope.tx, current.id);
    await replaceTable(scope.tx, next);
    scope.changed(tableChange(next));
    return next;
  },
});

async function dropTable(scope: WriteScope, table: Table): Promise<void> {
  await deleteTableRows(scope.tx, table);
  scope.changed(tableChange(table));
}

/** With versions, partitions and indexes; a build under way is cancelled. @throws EntityNotFoundException */
export const deleteTable = defineWrite({
  action: 'glue:DeleteTable',

  async run(scope, command: TableRef): Promise<void> {
    await authorizeTable(scope, command);
    await dropTable(scope, await lockTable(scope, command, 'exclusive'));
  },
});

export interface BatchDeleteTable {
  readonly database: DatabaseRef;
  readonly names: readonly string[];
}

/** @returns the names that were not there */
export const batchDeleteTable = defineWrite({
  action: 'glue:BatchDeleteTable',

  async run(scope, command: BatchDeleteTable): Promise<readonly string[]> {
    await authorizeDatabase(scope, command.database);
    await requireDatabase(scope, command.database);
    const missing: string[] = [];
    // In one order for everybody: two batches over the same tables cannot lock each other out.
    for (const name of [...new Set(command.names)].sort()) {
      const ref: TableRef = { catalogId: command.database.catalogId, database: command.database.name, name };
      await authorizeTable(scope, ref);
      if ((await findTable(scope.tx, ref)) === undefined) missing.push(name);
      else await dropTable(scope, await lockTable(scope, ref, 'exclusive'));
    }
    return missing;
  },
});
