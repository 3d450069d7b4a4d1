import { asId, type Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { PartitionKeyType } from '../expression/index.ts';
import { VALUES_SQL } from '../partition/spelled-values.ts';
import { entryKeySql } from './entry-key-sql.ts';
import type { BackfillError, IndexKey, PartitionIndex, PartitionIndexStatus } from './partition-index.ts';

interface IndexRow {
  readonly id: string;
  readonly no: string;
  readonly table_id: string;
  readonly name: string;
  readonly keys: readonly IndexKey[];
  readonly status: PartitionIndexStatus;
  readonly backfill_errors: readonly BackfillError[];
  readonly built_count: string;
  readonly built_through: Buffer;
  readonly created_at: Date;
}

const COLUMNS =
  'id, no, table_id, name, keys, status, backfill_errors, built_count, built_through, created_at';

const toPartitionIndex = (row: IndexRow): PartitionIndex => ({
  id: asId(row.id),
  no: row.no,
  tableId: asId(row.table_id),
  name: row.name,
  keys: row.keys,
  status: row.status,
  backfillErrors: row.backfill_errors,
  builtCount: Number(row.built_count),
  builtThrough: row.built_through,
  createdAt: row.created_at,
});

/** All of them, oldest first: at most 3 and the last FAILED ones. */
export async function listPartitionIndexes(tx: Tx, tableId: string): Promise<PartitionIndex[]> {
  const rows = await sql<IndexRow>(tx, {
    text: `SELECT ${COLUMNS} FROM partition_index WHERE table_id = $1 ORDER BY created_at, id`,
    values: [tableId],
    prepared: true,
  });
  return rows.map(toPartitionIndex);
}

/** @param lock until commit, against every other writer of it */
export async function findPartitionIndex(
  tx: Tx,
  id: string,
  lock = false,
): Promise<PartitionIndex | undefined> {
  const rows = await sql<IndexRow>(tx, {
    text: `SELECT ${COLUMNS} FROM partition_index WHERE id = $1${lock ? ' FOR UPDATE' : ''}`,
    values: [id],
  });
  return rows.map(toPartitionIndex)[0];
}

/** What was begun and not finished, on any table: after a crash somebody must go on with it. */
export async function listUnfinishedIndexes(tx: Tx): Promise<PartitionIndex[]> {
  const rows = await sql<IndexRow>(tx, {
    text: `SELECT ${COLUMNS} FROM partition_index WHERE status IN ('CREATING', 'DELETING') ORDER BY id LIMIT 1000`,
  });
  return rows.map(toPartitionIndex);
}

export async function insertPartitionIndex(tx: Tx, index: Omit<PartitionIndex, 'no'>): Promise<void> {
  await sql(tx, {
    text: `INSERT INTO partition_index (id, table_id, name, keys, status, backfill_errors, created_at, updated_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`,
    values: [
      index.id,
      index.tableId,
      index.name,
      JSON.stringify(index.keys),
      index.status,
      JSON.stringify(index.backfillErrors),
      index.createdAt,
    ],
  });
}

export async function setIndexStatus(
  tx: Tx,
  id: PartitionIndex['id'],
  status: PartitionIndexStatus,
  now: Date,
  backfillErrors: readonly BackfillError[] = [],
): Promise<void> {
  await sql(tx, {
    text: 'UPDATE partition_index SET status = $2, backfill_errors = $3, updated_at = $4 WHERE id = $1',
    values: [id, status, JSON.stringify(backfillErrors), now],
  });
}

export async function setIndexProgress(
  tx: Tx,
  id: PartitionIndex['id'],
  builtThrough: Buffer,
  builtCount: number,
  now: Date,
): Promise<void> {
  await sql(tx, {
    text: 'UPDATE partition_index SET built_through = $2, built_count = $3, updated_at = $4 WHERE id = $1',
    values: [id, builtThrough, builtCount, now],
  });
}

export async function deletePartitionIndexRow(tx: Tx, id: PartitionIndex['id']): Promise<void> {
  await sql(tx, { text: 'DELETE FROM partition_index WHERE id = $1', values: [id] });
}

/** Descriptors of failed builds beyond the newest ten go (spec/catalog.md §7). */
export async function trimFailedIndexes(tx: Tx, tableId: string): Promise<void> {
  await sql(tx, {
    text: `DELETE FROM partition_index WHERE id IN (
             SELECT id FROM partition_index WHERE table_id = $1 AND status = 'FAILED' ORDER BY created_at DESC, id DESC OFFSET 10)`,
    values: [tableId],
  });
}

export interface IndexEntry {
  readonly indexNo: string;
  readonly key: Buffer;
  readonly partitionKey: Buffer;
}

/** An entry that is there already stays: a build may meet what a writer has put in meanwhile. */
export async function insertIndexEntries(tx: Tx, entries: readonly IndexEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await sql(tx, {
    text: `INSERT INTO partition_index_entry (index_no, key, partition_key)
           SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[]) ON CONFLICT DO NOTHING`,
    values: [
      entries.map((entry) => entry.indexNo),
      entries.map((entry) => entry.key),
      entries.map((entry) => entry.partitionKey),
    ],
    prepared: true,
  });
}

export async function deleteIndexEntries(tx: Tx, entries: readonly IndexEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await sql(tx, {
    text: `DELETE FROM partition_index_entry e USING unnest($1::bigint[], $2::bytea[], $3::bytea[]) AS gone (index_no, key, partition_key)
           WHERE e.index_no = gone.index_no AND e.key = gone.key AND e.partition_key = gone.partition_key`,
    values: [
      entries.map((entry) => entry.indexNo),
      entries.map((entry) => entry.key),
      entries.map((entry) => entry.partitionKey),
    ],
    prepared: true,
  });
}

/** @returns how many went; fewer than the limit means that none is left */
export async function deleteSomeIndexEntries(tx: Tx, indexNo: string, limit: number): Promise<number> {
  const [row] = await sql<{ gone: string }>(tx, {
    text: `WITH gone AS (DELETE FROM partition_index_entry WHERE (index_no, key, partition_key) IN (
             SELECT index_no, key, partition_key FROM partition_index_entry WHERE index_no = $1 LIMIT $2) RETURNING 1)
           SELECT count(*) AS gone FROM gone`,
    values: [indexNo, limit],
  });
  return Number(row?.gone ?? 0);
}

export async function deleteEntriesOfTable(tx: Tx, tableId: string): Promise<void> {
  await sql(tx, {
    text: `DELETE FROM partition_index_entry WHERE index_no IN (SELECT no FROM partition_index WHERE table_id = $1)`,
    values: [tableId],
  });
}

/** Builds under way look at every partition anew. */
export async function restartBuilds(tx: Tx, tableId: string): Promise<void> {
  await sql(tx, {
    text: `UPDATE partition_index SET built_through = DEFAULT, built_count = 0
           WHERE table_id = $1 AND status = 'CREATING'`,
    values: [tableId],
  });
}

export interface NextEntries {
  readonly tableNo: string;
  readonly index: PartitionIndex;
  readonly keys: readonly { readonly at: number; readonly family: PartitionKeyType }[];
  readonly limit: number;
  /** Without: the partitions are only looked at. */
  readonly withEntries: boolean;
}

/**
 * Entries of the next partitions behind `builtThrough`, made where the partitions are: nothing travels.
 * @returns how many were looked at, and for how many of them SQL has no key
 */
export async function insertEntriesOfNext(
  tx: Tx,
  { tableNo, index, keys, limit, withEntries }: NextEntries,
): Promise<{ count: number; odd: number; through?: Buffer }> {
  // Plan: a range of partition_pkey, read once. Sorted by entry: neighbours in the index are written together.
  const insert = withEntries
    ? `, made AS (INSERT INTO partition_index_entry (index_no, key, partition_key)
         SELECT $4::bigint, entry_key, key FROM step WHERE entry_key IS NOT NULL ORDER BY entry_key, key
         ON CONFLICT DO NOTHING)`
    : '';
  const [row] = await sql<{ count: string; odd: string; through: Buffer | null }>(tx, {
    text: `WITH step AS MATERIALIZED (
             SELECT next.key, ${entryKeySql(keys, 'next.values')} AS entry_key FROM (
               SELECT p.key, ${VALUES_SQL} AS values FROM partition p
               WHERE p.table_no = $1 AND p.key > $2 ORDER BY p.key LIMIT $3) next)${insert}
           SELECT count(*) AS count, count(*) FILTER (WHERE entry_key IS NULL) AS odd,
                  (SELECT key FROM step ORDER BY key DESC LIMIT 1) AS through FROM step`,
    values: [tableNo, index.builtThrough, limit, ...(withEntries ? [index.no] : [])],
    prepared: true,
  });
  return {
    count: Number(row?.count ?? 0),
    odd: Number(row?.odd ?? 0),
    ...(row?.through && { through: row.through }),
  };
}
