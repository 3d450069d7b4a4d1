import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type FeedEvent, inWords, readEvents } from '../support/events.ts';
import { login } from '../support/graphql.ts';
import { type Lake, startLake } from '../support/lake.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

describe('the change feed of two servers on one PostgreSQL', () => {
  let postgres: TestPostgres;
  let lakes: readonly [Lake, Lake];
  let token: string;

  beforeAll(async () => {
    postgres = await startPostgres();
    const first = await startLake('PostgreSQL', { databaseUrl: postgres.url });
    const second = await startLake('PostgreSQL', { databaseUrl: postgres.url, credentials: first });
    lakes = [first, second];
    token = await login(first);
  });
  afterAll(async () => {
    await lakes[1].stop();
    await lakes[0].stop();
    await postgres.stop();
  });

  it('given a write that commits after later revisions were read, tells of it nevertheless', async () => {
    const [lake] = lakes;
    const { cursor } = await readEvents(lake, token);
    const DATABASE_ID = '00000000-0000-7000-8000-000000000000';
    const event = { kind: 'DATABASE', type: 'CREATED', databaseId: DATABASE_ID, database: 'late' };
    const late = new pg.Client({ connectionString: postgres.url });
    await late.connect();
    await late.query('BEGIN');
    const { rows } = await late.query<{ revision: string }>(
      `INSERT INTO change (account_id, action, principal, request_id, changes, at)
       VALUES ('111122223333', 'glue:CreateDatabase', 'p', 'r', $1, now()) RETURNING revision`,
      [JSON.stringify([{ accountId: '111122223333', kind: 'database', subjectId: 'x', event }])],
    );
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'early' } });
    const before = await readEvents(lake, token, { after: cursor });
    expect(before.events.map(inWords)).toEqual(['DATABASE CREATED early']);
    expect(BigInt(before.events[0]?.revision ?? 0)).toBeGreaterThan(BigInt(rows[0]?.revision ?? 0));

    await late.query('COMMIT');
    await late.end();
    const behind = await readEvents(lake, token, { after: before.cursor });
    expect(behind.events.map(inWords)).toEqual(['DATABASE CREATED late']);
    // Whoever reads it all again is told the same, in the same order.
    const again = await readEvents(lake, token, { after: cursor });
    expect(again.events.map(inWords)).toEqual(['DATABASE CREATED early', 'DATABASE CREATED late']);
  });

  it('given writers and readers racing on both, tells every reader every write once, each table in order', async () => {
    const TABLES = 6;
    const VERSIONS = 12;
    const { cursor } = await readEvents(lakes[0], token);
    await lakes[0].ok('CreateDatabase', { DatabaseInput: { Name: 'race' } });
    const input = (n: number) => ({
      DatabaseName: 'race',
      TableInput: { Name: `t${String(n)}`, PartitionKeys: [{ Name: 'k', Type: 'string' }] },
    });
    for (let n = 0; n < TABLES; n += 1) await lakes[0].ok('CreateTable', input(n));

    const writers = Array.from({ length: TABLES * 2 }, async (_, writer) => {
      const lake = lakes[writer % 2 === 0 ? 0 : 1];
      const n = writer % TABLES;
      for (let i = 0; i < VERSIONS; i += 1) {
        await lake.ok('UpdateTable', { ...input(n), SkipArchive: true });
        await lake.ok('BatchCreatePartition', {
          DatabaseName: 'race',
          TableName: `t${String(n)}`,
          PartitionInputList: [{ Values: [`${String(writer)}-${String(i)}`] }],
        });
      }
    });
    const written = Promise.all(writers).then(() => lakes[0].ok('DeleteDatabase', { Name: 'race' }));
    const follow = async (lake: Lake): Promise<FeedEvent[]> => {
      const told: FeedEvent[] = [];
      for (let after = cursor; ;) {
        const page = await readEvents(lake, token, { after, wait: '30', limit: '7', database: 'race' });
        told.push(...page.events);
        if (page.events.some(({ kind, type }) => kind === 'DATABASE' && type === 'DELETED')) return told;
        after = page.cursor;
      }
    };
    const [first, second, third] = await Promise.all([
      follow(lakes[0]),
      follow(lakes[1]),
      follow(lakes[1]),
      written,
    ]);

    expect(first.map(({ id }) => id)).toEqual(second.map(({ id }) => id));
    expect(first.map(({ id }) => id)).toEqual(third.map(({ id }) => id));
    expect(first).toHaveLength(2 + TABLES + TABLES * 2 * VERSIONS * 2);
    expect(new Set(first.map(({ id }) => id)).size).toBe(first.length);
    for (let n = 0; n < TABLES; n += 1) {
      const ofTable = first.filter(({ table }) => table === `t${String(n)}`);
      const versions = ofTable.flatMap(({ kind, versionId }) =>
        kind === 'TABLE' ? [Number(versionId)] : [],
      );
      expect(versions).toEqual(Array.from({ length: 2 * VERSIONS + 1 }, (_, version) => version));
      // A partition is told of behind the version of its table that it was written to, and before the next.
      let version = -1;
      for (const event of ofTable) {
        if (event.kind === 'TABLE') version = Number(event.versionId);
        else expect(Number(event.versionId)).toBe(version);
      }
    }
  });
});
