import { PGlite } from '@electric-sql/pglite';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { HIVE_NULL, parseTyped, type PartitionKeyType } from '../expression/index.ts';
import { entryKeySql } from '../partition-index/entry-key-sql.ts';
import { indexKey, partitionKey } from './partition-key.ts';
import { spelledValues, storedValues, VALUES_SQL } from './spelled-values.ts';

const INDEXABLE = ['string', 'integer', 'date'] as const satisfies readonly PartitionKeyType[];

/** No value is empty or holds U+0000: both are refused before anything is stored. */
const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme-ascii' }),
  fc.string({ minLength: 1, maxLength: 6, unit: 'binary' }),
  fc.constantFrom('\\', '\\000', '\u0001', '\u0002x', 'é', '😀', '2024', HIVE_NULL),
);
const integer = fc.oneof(
  fc.bigInt({ min: -(10n ** 21n), max: 10n ** 21n }).map(String),
  fc.integer().map(String),
  fc.constantFrom('0', '-0', '+7', '007', '-1', '255', '256', '-255', '-256', '65536', '-65536'),
);
const date = fc.constantFrom('2024-02-29', '2023-02-29', '1999-12-31', '0001-01-01', '2024-13-01');
const value = fc.oneof(text, integer, date).filter((each) => each !== '' && !each.includes('\u0000'));
const column = fc.record({ family: fc.constantFrom(...INDEXABLE), value });
const columns = fc.array(column, { minLength: 1, maxLength: 5 });

/** Whether one value has a place in an index; the rule's own statement, not the code under test. */
const fits = (family: PartitionKeyType, each: string): boolean =>
  family === 'string'
    ? !each.includes('\u0001') && !each.includes('\u0002')
    : each === HIVE_NULL || parseTyped(family, each) !== undefined;

const isBeyondSql = (family: PartitionKeyType, each: string): boolean =>
  family === 'integer' && each !== HIVE_NULL && !/^-?[0-9]{1,18}$/.test(each);

describe('the stored form of values', () => {
  let database: PGlite;

  beforeAll(async () => {
    database = await PGlite.create();
  });
  afterAll(async () => {
    await database.close();
  });

  it('comes back as it went in, here and in SQL, which makes the same index keys', async () => {
    await fc.assert(
      fc.asyncProperty(columns, async (row) => {
        const families = row.map(({ family }) => family);
        const values = row.map((each) => each.value);
        const key = partitionKey(families, values);
        const spelled = spelledValues(key, values);
        expect(storedValues(key, spelled)).toEqual(values);

        const positions = row.map((_, at) => at).reverse();
        const entry = entryKeySql(
          positions.map((at) => ({ at, family: families[at] ?? 'string' })),
          VALUES_SQL,
        );
        const { rows } = await database.query<{ values: string[]; entry: Uint8Array | null }>(
          `SELECT ${VALUES_SQL} AS values, ${entry} AS entry FROM (SELECT $1::bytea AS key, $2::text AS spelled) p`,
          [key, spelled],
        );
        const [found] = rows;
        expect(found?.values.slice(0, values.length)).toEqual(values);
        const isKeyed = row.every(
          (each) => fits(each.family, each.value) && !isBeyondSql(each.family, each.value),
        );
        expect(found?.entry == null ? undefined : Buffer.from(found.entry).toString('hex')).toBe(
          isKeyed ? indexKey(families, positions, values).toString('hex') : undefined,
        );
      }),
      { numRuns: 1500 },
    );
  });

  it('writes nothing beside a key of plain text', () => {
    const values = ['2024', '07', '01', '09'];
    expect(spelledValues(partitionKey(['string', 'string', 'string', 'string'], values), values)).toBeNull();
    expect(spelledValues(partitionKey(['integer'], ['7']), ['7'])).toBe('\u00017');
  });
});
