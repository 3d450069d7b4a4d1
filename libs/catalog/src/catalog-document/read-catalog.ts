import { createHash } from 'node:crypto';

import { invalid, type ReadScope, showsEverything } from '@lakewarden/kernel';

import type { Database } from '../database/database.ts';
import { findDatabase, listDatabases, listDatabasesById } from '../database/database.repository.ts';
import { isAllowed } from '../link.ts';
import type { Partition } from '../partition/partition.ts';
import { searchPartitions } from '../partition/partition-search.repository.ts';
import { chooseAccess } from '../partition/plan.ts';
import type { PartitionIndex } from '../partition-index/partition-index.ts';
import { listPartitionIndexes } from '../partition-index/partition-index.repository.ts';
import { databaseResource, tableResource } from '../permission.ts';
import { authorizeDatabase, authorizeTable } from '../reference.ts';
import type { Table } from '../table/table.ts';
import { listVisibleTables } from '../table/get-tables.ts';
import { MAX_DOCUMENT_DATABASES, MAX_DOCUMENT_PARTITIONS, MAX_DOCUMENT_TABLES } from './catalog-document.ts';
import { canonicalText } from './compare.ts';

const PAGE = 1_000;

export interface ReadTable {
  readonly table: Table;
  /** Those that serve or will serve. */
  readonly indexes: readonly PartitionIndex[];
  /** In key order; absent where they were not asked for. */
  readonly partitions?: readonly Partition[];
}

export interface ReadDatabase {
  readonly database: Database;
  readonly tables: ReadonlyMap<string, ReadTable>;
}

export type ReadCatalog = ReadonlyMap<string, ReadDatabase>;

export interface CatalogSelection {
  readonly catalogId: string;
  /** Names; absent: all. */
  readonly databases?: readonly string[] | undefined;
  readonly wantsPartitions: (database: string, table: string) => boolean;
}

const tooLarge = (what: string, max: number) =>
  invalid(`The document would hold more than ${String(max)} ${what}: name fewer databases.`);

/** The databases, by name. Those that the caller may not see as a whole are not there. */
export async function readDatabases(
  scope: ReadScope,
  { catalogId, databases: names }: CatalogSelection,
): Promise<Database[]> {
  const found: Database[] = [];
  if (names === undefined) {
    let after = '';
    for (;;) {
      const ids = await scope.permissions.visibleDatabases(scope, catalogId, after, PAGE);
      const page =
        ids === 'all'
          ? await listDatabases(scope.tx, catalogId, after, PAGE)
          : await listDatabasesById(scope.tx, ids);
      found.push(...page);
      after = page.at(-1)?.name ?? '';
      if (found.length > MAX_DOCUMENT_DATABASES) throw tooLarge('databases', MAX_DOCUMENT_DATABASES);
      if (page.length < PAGE) break;
    }
  } else {
    for (const name of [...new Set(names)].sort()) {
      const database = await findDatabase(scope.tx, catalogId, name);
      if (database !== undefined) found.push(database);
    }
  }
  const decisions = await scope.permissions.decideDatabases(scope, 'DESCRIBE', found.map(databaseResource));
  const visible: Database[] = [];
  for (const [i, database] of found.entries()) {
    const isWhole = decisions[i]?.allowed === true && decisions[i].isWhole;
    if (isWhole && (await isAllowed(authorizeDatabase(scope, database)))) visible.push(database);
  }
  return visible;
}

/** A table of which columns are hidden would come back without them: it is not there. */
async function visibleTables(scope: ReadScope, tables: readonly Table[]): Promise<Table[]> {
  const decisions = await scope.permissions.decideTables(scope, 'DESCRIBE', tables.map(tableResource));
  const visible: Table[] = [];
  for (const [i, table] of tables.entries()) {
    const decision = decisions[i];
    const isWhole = decision?.allowed === true && decision.isWhole && showsEverything(decision.columns);
    if (isWhole && (await isAllowed(authorizeTable(scope, table)))) visible.push(table);
  }
  return visible;
}

/** Everything that a document speaks of, as it is; links as links. @throws InvalidInputException it is too large */
export async function readCatalog(scope: ReadScope, selection: CatalogSelection): Promise<ReadCatalog> {
  const catalog = new Map<string, ReadDatabase>();
  let tableCount = 0;
  let partitionCount = 0;
  for (const database of await readDatabases(scope, selection)) {
    const tables = new Map<string, ReadTable>();
    let after = '';
    for (;;) {
      const page = await listVisibleTables(scope, database, after, PAGE);
      tableCount += page.length;
      if (tableCount > MAX_DOCUMENT_TABLES) throw tooLarge('tables', MAX_DOCUMENT_TABLES);
      for (const table of await visibleTables(scope, page)) {
        const read = await readTable(scope, table, selection, MAX_DOCUMENT_PARTITIONS - partitionCount);
        partitionCount += read.partitions?.length ?? 0;
        tables.set(table.name, read);
      }
      after = page.at(-1)?.name ?? after;
      if (page.length < PAGE) break;
    }
    catalog.set(database.name, { database, tables });
  }
  return catalog;
}

async function readTable(
  scope: ReadScope,
  table: Table,
  selection: CatalogSelection,
  partitionsLeft: number,
): Promise<ReadTable> {
  if (table.partitionKeys.length === 0) return { table, indexes: [] };
  const indexes = (await listPartitionIndexes(scope.tx, table.id)).filter(
    ({ status }) => status === 'ACTIVE' || status === 'CREATING',
  );
  if (!selection.wantsPartitions(table.database, table.name)) return { table, indexes };
  const partitions: Partition[] = [];
  const access = chooseAccess(table, [], new Map());
  let after: { order: 'key'; key: Buffer } | undefined;
  for (;;) {
    const page = await searchPartitions(scope.tx, { table, access, order: 'key', limit: PAGE, after });
    partitions.push(...page.map(({ partition }) => partition));
    if (partitions.length > partitionsLeft) throw tooLarge('partitions', MAX_DOCUMENT_PARTITIONS);
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return { table, indexes, partitions };
    after = { order: 'key', key: last.key };
  }
}

/** Another text as soon as anything of it is another: a renamed, replaced or altered thing, or one more. */
export function stateOf(catalog: ReadCatalog): string {
  const hash = createHash('sha256');
  for (const { database, tables } of catalog.values()) {
    hash.update(canonicalText([database.id, database.name, database.definition, database.linkTarget]));
    for (const { table, indexes, partitions } of tables.values()) {
      hash.update(
        canonicalText([table.id, table.name, table.versionId, table.definition, table.partitionKeys]),
      );
      hash.update(canonicalText(indexes.map(({ id, name, keys }) => [id, name, keys])));
      hash.update(canonicalText(partitions ?? null));
    }
  }
  return hash.digest('base64url');
}
