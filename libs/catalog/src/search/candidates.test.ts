import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { newId } from '@lakewarden/kernel';
import { Database, migrate, readTx } from '@lakewarden/storage';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DATABASES } from '../../../../test/support/lake.ts';
import { startPostgres } from '../../../../test/support/postgres.ts';
import { candidatesOf, type SearchBounds } from './candidates.ts';
import { type Narrowed, SORT_FIELDS, type SearchOrder, type SearchPosition } from './search.repository.ts';

const ACCOUNT = '111122223333';
const COUNT = 120;

interface Row {
  readonly id: string;
  readonly databaseId: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly terms: readonly string[];
}

const term = fc.constantFrom('1', '2', '-9223372036854775808', '9223372036854775807');

describe.each(DATABASES)('candidatesOf on %s', (databaseName) => {
  let database: Database;
  let close: () => Promise<void>;
  let rows: Row[];

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lakewarden-search-'));
    const postgres = databaseName === 'PostgreSQL' ? await startPostgres() : undefined;
    database = await Database.open({ url: postgres?.url ?? 'memory://', directory });
    close = async () => {
      await database.close();
      await postgres?.stop();
      await rm(directory, { recursive: true, force: true });
    };
    await migrate(database, 'prisma/migrations');
    const { pool } = database;
    await pool.query(`INSERT INTO account (id, name, created_at) VALUES ($1, 'x', now())`, [ACCOUNT]);
    const databaseIds = [newId(), newId()];
    for (const [i, id] of databaseIds.entries()) {
      await pool.query(
        `INSERT INTO glue_database (id, account_id, name, definition, created_by, created_at)
         VALUES ($1, $2, $3, '{}', 'x', now())`,
        [id, ACCOUNT, `d${String(i)}`],
      );
    }
    // Names and times repeat; a name beyond U+FFFF sorts behind U+FFFD by code point, before it by UTF-16 unit.
    rows = Array.from({ length: COUNT }, (_, i) => ({
      id: newId(),
      databaseId: databaseIds[i % 2] ?? '',
      name: ['a', 'b', '\u{1F600}', '\uFFFD', 'a_'][i % 5] ?? '',
      createdAt: new Date(1_000 * (i % 7)),
      updatedAt: new Date(i),
      terms: [...(i % 2 ? ['1'] : []), ...(i % 3 ? ['-9223372036854775808'] : []), ...(i % 50 ? [] : ['2'])],
    }));
    for (const [i, row] of rows.entries()) {
      await pool.query(
        `INSERT INTO glue_table (id, database_id, name, version_id, definition, created_by, created_at, updated_at)
         VALUES ($1, $2, $3, 0, '{}', 'x', $4, $5)`,
        [row.id, row.databaseId, `t${String(i)}`, row.createdAt, row.updatedAt],
      );
      await pool.query(
        `INSERT INTO table_search (table_id, account_id, database_id, name, created_at, updated_at, terms_version, terms)
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7::bigint[])`,
        [row.id, ACCOUNT, row.databaseId, row.name, row.createdAt, row.updatedAt, row.terms],
      );
    }
  });
  afterAll(() => close());

  const expected = (narrowed: Narrowed, { field, isDescending }: SearchOrder): string[] => {
    const key = (row: Row) =>
      field === 'name' ? Buffer.from(row.name) : Buffer.from(row[field].toISOString());
    const there = rows.filter(
      ({ terms, databaseId, createdAt }) =>
        narrowed.allTerms.every((each) => terms.includes(each)) &&
        (narrowed.anyTerms.length === 0 || narrowed.anyTerms.some((each) => terms.includes(each))) &&
        (narrowed.databaseIds === undefined || narrowed.databaseIds.includes(databaseId)) &&
        narrowed.times.every(({ time }) => createdAt >= time),
    );
    there.sort((a, b) => Buffer.compare(key(a), key(b)) || (a.id < b.id ? -1 : 1));
    return (isDescending ? there.reverse() : there).map(({ id }) => id);
  };

  it('given any narrowing, order and bounds, walks each candidate once and in order, over requests', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          allTerms: fc.uniqueArray(term, { maxLength: 2 }),
          anyTerms: fc.uniqueArray(term, { maxLength: 2 }),
          from: fc.option(fc.integer({ min: 0, max: 7_000 }), { nil: undefined }),
          oneDatabase: fc.boolean(),
        }),
        fc.record({ field: fc.constantFrom(...SORT_FIELDS), isDescending: fc.boolean() }),
        fc.record({ few: fc.constantFrom(0, 10, 1_000), window: fc.integer({ min: 1, max: 60 }) }),
        fc.integer({ min: 1, max: 40 }),
        async ({ allTerms, anyTerms, from, oneDatabase }, order, bounds: SearchBounds, batch) => {
          const narrowed: Narrowed = {
            catalogId: ACCOUNT,
            allTerms,
            anyTerms,
            times:
              from === undefined
                ? []
                : [{ property: 'createdAt', comparator: 'GREATER_THAN_EQUALS', time: new Date(from) }],
            databaseIds: oneDatabase ? [rows[0]?.databaseId ?? ''] : undefined,
          };
          const walked: string[] = [];
          let after: SearchPosition | undefined;
          for (let more = true; more;) {
            more = false;
            for await (const { positions, end } of candidatesOf(
              readTx(database),
              narrowed,
              order,
              after,
              batch,
              bounds,
            )) {
              walked.push(...positions.map(({ id }) => id));
              if (end?.isFar === true) {
                after = end.position;
                more = true;
              }
            }
          }
          expect(walked).toEqual(expected(narrowed, order));
        },
      ),
      { numRuns: 80 },
    );
  });
});
