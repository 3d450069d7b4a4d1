import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { Table } from '../table/table.ts';
import {
  PARTITION_COLUMNS,
  type PartitionRow,
  type StoredPartition,
  toPartitions,
} from './partition.repository.ts';
import type { Access } from './plan.ts';

/** Where a page begins: behind a key, or, in bucket order, behind a bucket's key. */
export type Position =
  | { readonly order: 'key'; readonly key: Buffer }
  | { readonly order: 'bucket'; readonly bucket: number; readonly key: Buffer };

export interface BucketRange {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** An expression as SQL over the partition `p`, its parameters numbered from `firstParameter`. */
export type CompileFilter = (firstParameter: number) => {
  readonly text: string;
  readonly parameters: readonly unknown[];
};

export interface PartitionSearch {
  readonly table: Table;
  readonly access: Access;
  readonly filter?: CompileFilter | undefined;
  readonly buckets?: BucketRange | undefined;
  readonly after?: Position | undefined;
  readonly order: Position['order'];
  readonly limit: number;
}

/** Collects $n parameters. */
class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown): string {
    this.values.push(value);
    return `$${String(this.values.length)}`;
  }
}

/** One statement; the rows it answers are in the search's order. */
export function searchStatement(search: PartitionSearch): { text: string; values: unknown[] } {
  const { table, access, filter, buckets, after, order, limit } = search;
  const parameters = new Parameters();
  const tableNo = parameters.add(table.no);
  const conditions: string[] = [];
  if (buckets !== undefined) {
    conditions.push(
      `p.bucket >= ${parameters.add(buckets.from)}::smallint AND p.bucket < ${parameters.add(buckets.to)}::smallint`,
    );
  }
  if (after?.order === 'key') conditions.push(`p.key > ${parameters.add(after.key)}`);
  if (after?.order === 'bucket') {
    conditions.push(
      `(p.bucket, p.key) > (${parameters.add(after.bucket)}::smallint, ${parameters.add(after.key)})`,
    );
  }
  if (filter !== undefined) {
    const compiled = filter(parameters.values.length + 1);
    parameters.values.push(...compiled.parameters);
    conditions.push(`(${compiled.text})`);
  }
  const limited = parameters.add(limit);
  const rest = conditions.map((condition) => ` AND ${condition}`).join('');
  const range = (column: string, { from, to }: Access['ranges'][number]): string =>
    (from.length === 0 ? '' : ` AND ${column} >= ${parameters.add(from)}`) +
    (to === undefined ? '' : ` AND ${column} < ${parameters.add(to)}`);

  if (order === 'bucket') {
    // Plan: partition_table_no_bucket_idx, each bucket's few rows sorted by key (incremental sort).
    const text = `SELECT ${PARTITION_COLUMNS} FROM partition p WHERE p.table_no = ${tableNo}${rest}
                  ORDER BY p.bucket, p.key LIMIT ${limited}`;
    return { text, values: parameters.values };
  }
  const branches = access.ranges.map((each) =>
    access.entriesOf === undefined
      ? // Plan: partition_pkey, walked in order until the page is full.
        `SELECT ${PARTITION_COLUMNS} FROM partition p WHERE p.table_no = ${tableNo}${range('p.key', each)}${rest}
         ORDER BY p.key LIMIT ${limited}`
      : // Plan: a range of partition_index_entry_pkey alone, each entry's partition by partition_pkey, then the top rows by key.
        `SELECT ${PARTITION_COLUMNS} FROM partition_index_entry e JOIN partition p ON p.table_no = ${tableNo} AND p.key = e.partition_key
         WHERE e.index_no = ${parameters.add(access.entriesOf.no)}${range('e.key', each)}${rest}
         ORDER BY p.key LIMIT ${limited}`,
  );
  const [only] = branches;
  if (only !== undefined && branches.length === 1) return { text: only, values: parameters.values };
  // Plan: Merge Append of the branches, each read only as far as the page needs.
  const text = `SELECT ${PARTITION_COLUMNS} FROM (${branches.map((branch) => `(${branch})`).join(' UNION ALL ')}) p ORDER BY p.key LIMIT ${limited}`;
  return { text, values: parameters.values };
}

export async function searchPartitions(tx: Tx, search: PartitionSearch): Promise<StoredPartition[]> {
  if (search.access.ranges.length === 0) return [];
  return toPartitions(tx, await sql<PartitionRow>(tx, { ...searchStatement(search), prepared: true }));
}

/** How many entries the index's ranges hold, counted no further than the limit. */
export async function countEntries(tx: Tx, access: Access, limit: number): Promise<number> {
  if (access.entriesOf === undefined) return 0;
  const parameters = new Parameters();
  const no = parameters.add(access.entriesOf.no);
  const ranges = access.ranges.map(
    ({ from, to }) =>
      `(key >= ${parameters.add(from)}${to === undefined ? '' : ` AND key < ${parameters.add(to)}`})`,
  );
  const [row] = await sql<{ count: string }>(tx, {
    text: `SELECT count(*) FROM (SELECT 1 FROM partition_index_entry WHERE index_no = ${no}
           AND (${ranges.join(' OR ')}) LIMIT ${parameters.add(limit)}) counted`,
    values: parameters.values,
    prepared: true,
  });
  return Number(row?.count ?? 0);
}

/** Leaves of a plan: what was read, before and after filtering. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Runs the search under EXPLAIN ANALYZE. @returns rows read from partitions or entries */
export async function countRowsRead(tx: Tx, search: PartitionSearch): Promise<number> {
  if (search.access.ranges.length === 0) return 0;
  const { text, values } = searchStatement(search);
  const [row] = await sql<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(tx, {
    text: `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`,
    values,
  });
  const read = (node: PlanNode): number =>
    node.Plans === undefined
      ? node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0))
      : node.Plans.reduce((sum, each) => sum + read(each), 0);
  return (row?.['QUERY PLAN'] ?? []).reduce((sum, { Plan }) => sum + read(Plan), 0);
}
