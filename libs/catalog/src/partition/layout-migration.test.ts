import { PGlite } from '@electric-sql/pglite';
import { readMigrations } from '@lakewarden/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { PartitionKeyType } from '../expression/index.ts';
import { indexKey, partitionKey, segmentBucket } from './partition-key.ts';
import { spelledValues, storedValues } from './spelled-values.ts';

const LAYOUT = '20261125160000_partition_layout';
const FAMILIES: readonly PartitionKeyType[] = ['string', 'integer'];
const ROWS = [
  ['plain', '7'],
  ['plain', '07'],
  ['é', '-12'],
  ['back\\slash\\000', '1'],
  ['\u0001\u0002', 'not a number'],
  ['comma,"{}', '__HIVE_DEFAULT_PARTITION__'],
] as const;

describe('the migration to the packed layout', () => {
  let database: PGlite;

  beforeAll(async () => {
    database = await PGlite.create();
    const migrations = await readMigrations('prisma/migrations');
    for (const { name, text } of migrations) {
      if (name > LAYOUT) break;
      if (name === LAYOUT) await storeBefore(database);
      await database.exec(text);
    }
  });
  afterAll(async () => {
    await database.close();
  });

  it('carries every partition over, as the server would write it today', async () => {
    const { rows } = await database.query<{
      table_no: number;
      key: Uint8Array;
      spelled: string | null;
      bucket: number;
      location: string;
      parameters: string;
    }>(
      'SELECT table_no, key, spelled, bucket, location, parameters::text FROM partition ORDER BY table_no, key',
    );
    const expected = [
      ...ROWS.map((values) => ({ tableNo: 1, values, key: partitionKey(FAMILIES, values) })),
      { tableNo: 2, values: ['a', 'b'], key: partitionKey(['string', 'string'], ['a', 'b']) },
    ].sort((a, b) => a.tableNo - b.tableNo || Buffer.compare(a.key, b.key));
    expect(
      rows.map((row) => ({
        ...row,
        key: Buffer.from(row.key).toString('hex'),
        table_no: row.table_no,
      })),
    ).toEqual(
      expected.map(({ tableNo, values, key }) => ({
        table_no: tableNo,
        key: key.toString('hex'),
        spelled: spelledValues(key, values),
        bucket: segmentBucket(key),
        location: `s3://lake/${String(tableNo)}`,
        parameters: '{ "kept":  "as it is" }',
      })),
    );
    expect(rows.map(({ key, spelled }) => storedValues(Buffer.from(key), spelled))).toEqual(
      expected.map(({ values }) => [...values]),
    );
    expect(rows.at(-1)?.spelled).toBeNull(); // text only: the key says it all
  });

  it('points every entry at its partition by key', async () => {
    const { rows } = await database.query<{ key: Uint8Array; partition_key: Uint8Array }>(
      'SELECT key, partition_key FROM partition_index_entry',
    );
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    expect(rows.map((row) => [hex(row.key), hex(row.partition_key)]).sort()).toEqual(
      ROWS.map((values) => [
        hex(indexKey(FAMILIES, [1], values)),
        hex(partitionKey(FAMILIES, values)),
      ]).sort(),
    );
  });
});

/** Rows as the first release wrote them. */
async function storeBefore(database: PGlite): Promise<void> {
  const insert = async (tableNo: number, values: readonly string[], key: Buffer): Promise<number> => {
    const { rows } = await database.query<{ id: number }>(
      `INSERT INTO partition (table_no, created_at, bucket, key, values, location, parameters)
       VALUES ($1, now(), 1, $2, $3, $4, '{ "kept":  "as it is" }') RETURNING id`,
      [tableNo, key, values, `s3://lake/${String(tableNo)}`],
    );
    return rows[0]?.id ?? 0;
  };
  for (const values of ROWS) {
    const id = await insert(1, values, partitionKey(FAMILIES, values));
    await database.query('INSERT INTO partition_index_entry VALUES (5, $1, $2)', [
      indexKey(FAMILIES, [1], values),
      id,
    ]);
  }
  await insert(2, ['a', 'b'], partitionKey(['string', 'string'], ['a', 'b']));
}
