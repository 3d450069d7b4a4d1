import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';

import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { eventually, spawnServer, startFaultServer } from './support/fault-server.ts';

let directories: string[] = [];
let postgres: TestPostgres | undefined;

const newDirectory = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'lakewarden-start-'));
  directories.push(directory);
  return directory;
};

afterEach(async () => {
  await postgres?.stop();
  postgres = undefined;
  for (const directory of directories) await rm(directory, { recursive: true, force: true });
  directories = [];
});

describe('One server, one folder', () => {
  it('given a folder that another server has, ends with a line that says so; given its death, takes it', async () => {
    const directory = await newDirectory();
    const first = await startFaultServer({ directory });
    await first.ok('CreateDatabase', { DatabaseInput: { Name: 'd' } });

    const second = spawnServer(directory, {});
    await expect(second.url).rejects.toThrow(/is in use by another server\. Stop it first/);
    expect((await second.ended).code).toBe(1);
    expect(await first.ok('GetDatabase', { Name: 'd' })).toMatchObject({ Database: { Name: 'd' } });

    await first.kill();
    const third = await startFaultServer({ directory });
    expect(await third.ok('GetDatabase', { Name: 'd' })).toMatchObject({ Database: { Name: 'd' } });
    await third.stop();
  });
});

describe('Two servers at once on an empty database', () => {
  it('makes one account, one administrator and one schema, and both serve', async () => {
    postgres = await startPostgres();
    const { url: databaseUrl } = postgres;
    const master = { LAKEWARDEN_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') };
    const key = {
      LAKEWARDEN_ADMIN_ACCESS_KEY_ID: 'AKIAAAAAAAAAAAAAAAAA',
      LAKEWARDEN_ADMIN_SECRET_ACCESS_KEY: 'a-secret-of-forty-characters-0123456789ab',
    };
    const starts = [];
    for (let i = 0; i < 3; i += 1) {
      starts.push(spawnServer(await newDirectory(), { databaseUrl, environment: { ...master, ...key } }));
    }
    try {
      const urls = await Promise.all(starts.map(({ url }) => url));
      for (const url of urls) expect((await fetch(`${url}/readyz`)).status).toBe(200);
      const client = new pg.Client(databaseUrl);
      await client.connect();
      const count = async (text: string) =>
        (await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${text}`)).rows[0]?.n;
      expect(await count('account')).toBe(1);
      expect(await count('access_key')).toBe(1);
      expect(await count('"_prisma_migrations"')).toBe(
        await count('(SELECT DISTINCT migration_name FROM "_prisma_migrations") AS each'),
      );
      await client.end();
    } finally {
      for (const { child } of starts) child.kill('SIGTERM');
      for (const { ended } of starts) expect((await ended).code).toBe(0);
    }
  });
});

describe('A migration that is killed half way', () => {
  it.each([
    ['at its first statement', 'CREATE TABLE'],
    ['in its middle', 'CREATE INDEX'],
  ])(
    'given kill -9 %s, leaves nothing of it, and the next start makes it whole',
    async (_when, statement) => {
      postgres = await startPostgres();
      const { url: databaseUrl } = postgres;
      const client = new pg.Client(databaseUrl);
      await client.connect();
      // The first statement of that kind waits until it is let go: the server is killed while it waits.
      await client.query(`
      CREATE FUNCTION wait_here() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN IF current_query() LIKE '%CREATE TABLE "access_key"%' THEN PERFORM pg_advisory_lock(1); PERFORM pg_advisory_unlock(1); END IF; END $$;
      CREATE EVENT TRIGGER wait_here ON ddl_command_start WHEN TAG IN ('${statement}') EXECUTE FUNCTION wait_here();
      SELECT pg_advisory_lock(1);`);
      const directory = await newDirectory();
      const doomed = spawnServer(directory, { databaseUrl });
      const isWaiting = async (): Promise<boolean> =>
        (
          await client.query(
            `SELECT 1 FROM pg_stat_activity WHERE application_name = 'lakewarden' AND wait_event = 'advisory'`,
          )
        ).rows.length > 0;
      await eventually(async () => ((await isWaiting()) ? true : undefined), 'the migration waits');
      doomed.child.kill('SIGKILL');
      await doomed.ended;
      // As PostgreSQL does by itself when it next speaks to a client that is gone.
      await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lakewarden'`,
      );
      await client.query('DROP EVENT TRIGGER wait_here; SELECT pg_advisory_unlock(1)');
      const { rows } = await client.query(
        `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE '\\_prisma%'`,
      );
      expect(rows).toEqual([]);
      await client.end();

      const server = await startFaultServer({ databaseUrl, directory });
      await server.ok('CreateDatabase', { DatabaseInput: { Name: 'd' } });
      expect((await server.stop()).code).toBe(0);
    },
  );
});
