import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import { foldName } from '../names.ts';
import { partitionKey } from '../partition/partition-key.ts';
import type { ColumnStatistics } from './column-statistics.ts';
import { fromStored, type StoredStatistics, toStored } from './stored-statistics.ts';

/** Whose statistics: a table's, or those of one of its partitions. */
export interface StatisticsOwner {
  readonly tableNo: string;
  /** Absent: the table's own. */
  readonly partition?: readonly string[] | undefined;
}

/**
 * The partition's values as text, one after the other, and not as the types of the keys: a change of a key's type
 * gives a partition another place in its table, and its statistics stay where they are. No partition's is empty.
 */
const ownerKey = (values: readonly string[] = []): Buffer =>
  partitionKey(
    values.map(() => 'string'),
    values,
  );

/** By column name. At most as many as names. */
export async function findStatistics(
  tx: Tx,
  owner: StatisticsOwner,
  names: readonly string[],
): Promise<ColumnStatistics[]> {
  // Plan: one probe of the primary key for each name.
  const rows = await sql<{ statistics: StoredStatistics; analyzed_at: Date }>(tx, {
    text: `SELECT statistics, analyzed_at FROM column_statistics
           WHERE table_no = $1 AND partition_key = $2 AND column_name = ANY($3::text[]) ORDER BY column_name`,
    values: [owner.tableNo, ownerKey(owner.partition), names.map(foldName)],
    prepared: true,
  });
  return rows.map((row) => fromStored(row.statistics, row.analyzed_at));
}

/** Over what is there, column by column. Each name once. */
export async function putStatistics(
  tx: Tx,
  owner: StatisticsOwner,
  statistics: readonly ColumnStatistics[],
): Promise<void> {
  await sql(tx, {
    text: `INSERT INTO column_statistics (table_no, partition_key, column_name, statistics, analyzed_at)
           SELECT $1, $2, name, statistics::json, analyzed_at
           FROM unnest($3::text[], $4::text[], $5::timestamptz[]) AS new (name, statistics, analyzed_at)
           ON CONFLICT (table_no, partition_key, column_name)
           DO UPDATE SET statistics = excluded.statistics, analyzed_at = excluded.analyzed_at`,
    values: [
      owner.tableNo,
      ownerKey(owner.partition),
      statistics.map(({ columnName }) => foldName(columnName)),
      statistics.map((each) => JSON.stringify(toStored(each))),
      statistics.map(({ analyzedAt }) => analyzedAt),
    ],
    prepared: true,
  });
}

/** @returns how many there were */
export async function deleteStatistics(
  tx: Tx,
  owner: StatisticsOwner,
  names: readonly string[],
): Promise<number> {
  const rows = await sql(tx, {
    text: `DELETE FROM column_statistics
           WHERE table_no = $1 AND partition_key = $2 AND column_name = ANY($3::text[]) RETURNING column_name`,
    values: [owner.tableNo, ownerKey(owner.partition), names.map(foldName)],
  });
  return rows.length;
}

/** The table's and all of its partitions'. */
export async function deleteStatisticsOfColumns(
  tx: Tx,
  tableNo: string,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  // Plan: the table's range of the primary key; a column is seldom dropped.
  await sql(tx, {
    text: 'DELETE FROM column_statistics WHERE table_no = $1 AND column_name = ANY($2::text[])',
    values: [tableNo, names],
  });
}

/** When partitions are deleted. */
export async function deleteStatisticsOfPartitions(
  tx: Tx,
  tableNo: string,
  partitions: readonly (readonly string[])[],
): Promise<void> {
  await sql(tx, {
    text: 'DELETE FROM column_statistics WHERE table_no = $1 AND partition_key = ANY($2::bytea[])',
    values: [tableNo, partitions.map(ownerKey)],
    prepared: true,
  });
}

/** When a partition gets other values. */
export async function moveStatistics(
  tx: Tx,
  tableNo: string,
  from: readonly string[],
  to: readonly string[],
): Promise<void> {
  await sql(tx, {
    text: 'UPDATE column_statistics SET partition_key = $3 WHERE table_no = $1 AND partition_key = $2',
    values: [tableNo, ownerKey(from), ownerKey(to)],
    prepared: true,
  });
}
