import { PGlite } from '@electric-sql/pglite';
import { asId } from '@lakewarden/kernel';
import { readMigrations } from '@lakewarden/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { PartitionIndex } from '../partition-index/partition-index.ts';
import type { Table } from '../table/table.ts';
import { afterPrefix, indexKey, partitionKey, segmentBucket } from './partition-key.ts';
import { searchStatement } from './partition-search.repository.ts';
import type { Access } from './plan.ts';

const KEYS = ['year', 'day', 'hour'];
const FAMILIES = ['string', 'string', 'string'] as const;
/** Table 1 is small, table 2 twenty times as large; both have an index (hour, day), by the table's number. */
const SIZES: readonly (readonly [no: number, years: number])[] = [
  [1, 1],
  [2, 20],
];

interface PlanNode {
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly PlanNode[];
}

describe('how a search is carried out', () => {
  let database: PGlite;

  beforeAll(async () => {
    database = await PGlite.create();
    for (const { text } of await readMigrations('prisma/migrations')) await database.exec(text);
    for (const [no, years] of SIZES) {
      const rows = Array.from({ length: years * 30 * 24 }, (_, i) => [
        String(2000 + Math.floor(i / 720)),
        String(1 + (Math.floor(i / 24) % 30)).padStart(2, '0'),
        String(i % 24).padStart(2, '0'),
      ]);
      const keys = rows.map((values) => partitionKey(FAMILIES, values));
      await database.query(
        `INSERT INTO partition (table_no, created_at, key, bucket)
         SELECT $1, now(), decode(key, 'hex'), bucket FROM unnest($2::text[], $3::smallint[]) AS new (key, bucket)`,
        [no, keys.map((key) => key.toString('hex')), keys.map(segmentBucket)],
      );
      await database.query(
        `INSERT INTO partition_index_entry
         SELECT $1, decode(entry, 'hex'), decode(key, 'hex') FROM unnest($2::text[], $3::text[]) AS new (entry, key)`,
        [
          no,
          rows.map((values) => indexKey(FAMILIES, [2, 1], values).toString('hex')),
          keys.map((key) => key.toString('hex')),
        ],
      );
    }
    await database.exec('ANALYZE');
  });
  afterAll(async () => {
    await database.close();
  });

  const prefix = (positions: readonly number[], values: readonly string[]) => {
    const from = indexKey(FAMILIES, positions, values);
    return { from, to: afterPrefix(from) };
  };

  /** @returns the indexes that the plan names, and how many rows its nodes gave */
  const explain = async (no: number, access: Access): Promise<{ indexes: string[]; rows: number[] }> => {
    const { text, values } = searchStatement({
      // Of a table a statement needs nothing but its number.
      table: { no: String(no) } as Table,
      access,
      order: 'key',
      limit: 101,
    });
    const { rows } = await database.query<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`,
      values,
    );
    const nodes: PlanNode[] = [];
    const walk = (node: PlanNode): void => {
      nodes.push(node);
      node.Plans?.forEach(walk);
    };
    rows[0]?.['QUERY PLAN'].forEach(({ Plan }) => {
      walk(Plan);
    });
    return {
      indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
      rows: nodes.map((node) => node['Actual Rows'] * node['Actual Loops']),
    };
  };

  it.each(SIZES)('of one hour in table %i of %i years, reads one row of the primary key', async (no) => {
    const plan = await explain(no, {
      plan: { access: 'TABLE_ORDER', keysUsed: KEYS },
      ranges: [prefix([0, 1, 2], ['2000', '07', '09'])],
    });
    expect(plan.indexes).toEqual(['partition_pkey']);
    expect(Math.max(...plan.rows)).toBe(1);
  });

  it.each(SIZES)(
    'by hour and day in table %i of %i years, reads a row a year of either index',
    async (no, years) => {
      const index: PartitionIndex = {
        id: asId('00000000-0000-0000-0000-000000000001'),
        no: String(no),
        tableId: asId('00000000-0000-0000-0000-000000000002'),
        name: 'by-hour',
        keys: [],
        status: 'ACTIVE',
        backfillErrors: [],
        builtCount: 0,
        builtThrough: Buffer.alloc(0),
        createdAt: new Date(0),
      };
      const plan = await explain(no, {
        plan: { access: 'INDEX', index: 'by-hour', keysUsed: ['hour', 'day'] },
        ranges: [prefix([2, 1], ['2000', '07', '09'])],
        entriesOf: index,
      });
      expect(plan.indexes).toEqual(['partition_index_entry_pkey', 'partition_pkey']);
      expect(Math.max(...plan.rows)).toBe(years);
    },
  );
});
