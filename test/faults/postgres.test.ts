import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { eventually, type FaultServer, IS_LONG, startFaultServer } from './support/fault-server.ts';
import { MixedLoad } from './support/mixed-load.ts';
import { newSeed, randomOf } from './support/random.ts';

const CLIENTS = 6;
const ROUNDS = IS_LONG ? 8 : 2;
const WRITES_A_ROUND = 60;
const RECOVERY_MS = 15_000;
const CONNECTIONS = 3;
const WAITING = 20;

let postgres: TestPostgres;
let server: FaultServer;
let admin: pg.Client;

const connect = async (): Promise<pg.Client> => {
  const client = new pg.Client(postgres.url);
  client.on('error', () => undefined); // it is cut off with the others
  await client.connect();
  return client;
};
const answers = (): Promise<true> =>
  eventually(
    async () => ((await server.glue('GetDatabases')).status === 200 ? true : undefined),
    'the server answers again',
    RECOVERY_MS,
  );
const isReady = async (): Promise<boolean> => (await fetch(`${server.url}/readyz`)).status === 200;

/** Runs the load, and the fault in the midst of it, some times. */
async function underLoad(load: MixedLoad, fault: () => Promise<void>): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    let writes = 0;
    let hit: (() => void) | undefined;
    const isInMidst = new Promise<void>((resolve) => (hit = resolve));
    const running = load.run(
      server,
      CLIENTS,
      () => writes >= 2 * WRITES_A_ROUND,
      () => {
        writes += 1;
        if (writes === WRITES_A_ROUND) hit?.();
      },
    );
    await isInMidst;
    await fault();
    await running;
    await answers();
    expect(await load.verify(server), `after round ${String(round + 1)}`).toEqual([]);
  }
}

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});
beforeEach(async () => {
  admin = await connect();
  await admin.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS pgboss CASCADE');
  server = await startFaultServer({
    databaseUrl: postgres.url,
    environment: {
      LAKEWARDEN_DATABASE_CONNECTIONS: String(CONNECTIONS),
      LAKEWARDEN_STATEMENT_TIMEOUT_SECONDS: '1',
      LAKEWARDEN_DATABASE_WAITING: String(WAITING),
    },
  });
});
afterEach(async () => {
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  await admin.end().catch(() => undefined);
});

describe('PostgreSQL restarted under load', () => {
  it.each(['fast', 'immediate'] as const)(
    'given a restart that is %s, keeps what was acknowledged, says what was not made, and goes on by itself',
    async (how) => {
      const load = new MixedLoad(randomOf(newSeed()));
      await load.prepare(server);
      await underLoad(load, () => postgres.restart(how));
      expect(load.acknowledged).toBeGreaterThan(WRITES_A_ROUND);
    },
    120_000,
  );
});

describe('Connections cut', () => {
  it('given pg_terminate_backend of every connection under load, loses nothing and never lies', async () => {
    const load = new MixedLoad(randomOf(newSeed()));
    await load.prepare(server);
    await underLoad(load, async () => {
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'lakewarden%'`,
      );
    });
  }, 120_000);

  it('given a connection that is cut while its statement runs, answers 503 and says that nothing was changed', async () => {
    await server.ok('CreateDatabase', { DatabaseInput: { Name: 'held' } });
    await admin.query('BEGIN; LOCK TABLE glue_database IN ACCESS EXCLUSIVE MODE');
    const held = server.glue('UpdateDatabase', {
      Name: 'held',
      DatabaseInput: { Name: 'held', Description: 'x' },
    });
    const pid = await eventually(async () => {
      const { rows } = await admin.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE application_name = 'lakewarden' AND wait_event_type = 'Lock'`,
      );
      return rows[0]?.pid;
    }, 'the statement waits');
    await admin.query('SELECT pg_terminate_backend($1)', [pid]);
    const { status, body, headers } = await held;
    await admin.query('ROLLBACK');

    expect([status, body['__type'], headers['retry-after']]).toEqual([
      503,
      'ServiceUnavailableException',
      '1',
    ]);
    expect(body['message']).toMatch(/Nothing was changed/);
    const { Database: found } = await server.ok('GetDatabase', { Name: 'held' });
    expect(found).not.toHaveProperty('Description');
  });

  it('given a connection that is cut during COMMIT, does not say that nothing was changed', async () => {
    // Deferred to the COMMIT, where it waits until the test lets it go, or its connection is cut.
    await admin.query(`
      CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock(99); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER wait_at_commit AFTER INSERT ON glue_database DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION wait_at_commit();
      SELECT pg_advisory_lock(99)`);
    const held = server.glue('CreateDatabase', { DatabaseInput: { Name: 'unknown' } });
    const pid = await eventually(async () => {
      const { rows } = await admin.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE application_name = 'lakewarden' AND wait_event = 'advisory' AND query ~* '^commit'`,
      );
      return rows[0]?.pid;
    }, 'the COMMIT waits');
    await admin.query('SELECT pg_terminate_backend($1)', [pid]);
    const { status, body } = await held;
    await admin.query('SELECT pg_advisory_unlock(99); DROP TRIGGER wait_at_commit ON glue_database');

    expect([status, body['__type']]).toEqual([503, 'ServiceUnavailableException']);
    expect(body['message']).toMatch(/while the change was being made final/);
  });
});

describe('Pool exhausted', () => {
  it('given every connection held, lets so many wait, answers the others at once, and serves all when they are free', async () => {
    await server.ok('CreateDatabase', { DatabaseInput: { Name: 'held' } });
    await admin.query('BEGIN; LOCK TABLE glue_database IN ACCESS EXCLUSIVE MODE');
    const sent = Array.from({ length: 100 }, (_, i) =>
      server.glue('CreateDatabase', { DatabaseInput: { Name: `d${String(i)}` } }),
    );
    // Those that neither hold a connection nor wait for one are answered while it still is held.
    let answered = 0;
    await new Promise<void>((resolve) => {
      for (const each of sent) {
        void each.then(() => {
          answered += 1;
          if (answered === sent.length - CONNECTIONS - WAITING) resolve();
        });
      }
    });
    await admin.query('ROLLBACK');
    const outcomes = (await Promise.all(sent)).map(({ status, body }, i) => ({
      name: `d${String(i)}`,
      outcome: status === 200 ? 'made' : String(body['__type']),
    }));
    const made = outcomes.filter(({ outcome }) => outcome === 'made').map(({ name }) => name);
    expect(made.length).toBeGreaterThanOrEqual(CONNECTIONS);
    expect(made.length).toBeLessThanOrEqual(CONNECTIONS + WAITING);
    const codes = new Set(outcomes.map(({ outcome }) => outcome));
    // On a slow machine the statements that waited for the lock have met their own limit.
    codes.delete('OperationTimeoutException');
    expect(codes).toEqual(new Set(['made', 'ThrottlingException']));
    const { DatabaseList: list } = await server.ok('GetDatabases');
    expect((list as { Name: string }[]).map(({ Name }) => Name).sort()).toEqual([...made, 'held'].sort());
  });
});

describe('Statement time-outs', () => {
  it('given a statement that waits too long, cuts it off, answers OperationTimeoutException, and changes nothing', async () => {
    await server.ok('CreateDatabase', { DatabaseInput: { Name: 'held' } });
    await admin.query('BEGIN; LOCK TABLE glue_database IN ACCESS EXCLUSIVE MODE');
    const startedAt = performance.now();
    const { status, body } = await server.glue('CreateDatabase', { DatabaseInput: { Name: 'late' } });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await admin.query('ROLLBACK');
    expect([status, body['__type']]).toEqual([400, 'OperationTimeoutException']);
    expect((await server.glue('GetDatabase', { Name: 'late' })).body['__type']).toBe(
      'EntityNotFoundException',
    );
  });
});

describe('A database that is silent', () => {
  it('given PostgreSQL frozen, answers within the statement’s time and ten seconds, and goes on when it wakes', async () => {
    await server.ok('CreateDatabase', { DatabaseInput: { Name: 'd' } });
    const { rows } = await admin.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'lakewarden%'`,
    );
    const pids = [await postgres.pid(), ...rows.map(({ pid }) => pid)];
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    const startedAt = performance.now();
    try {
      const { status, body } = await server.glue('CreateTable', {
        DatabaseName: 'd',
        TableInput: { Name: 't' },
      });
      expect([status, body['__type']]).toEqual([503, 'ServiceUnavailableException']);
      expect(performance.now() - startedAt).toBeLessThan(30_000);
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
    await answers();
    expect(await isReady()).toBe(true);
  }, 120_000);
});
