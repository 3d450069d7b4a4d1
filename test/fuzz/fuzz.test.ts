import { MasterKeys, TokenService } from '@lakewarden/identity';
import { Secret, systemClock } from '@lakewarden/kernel';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { postgresProbe } from '../../apps/server/src/connection-probe/postgres-probe.ts';
import { operationTables } from '../../apps/server/src/doors/aws/operation-tables.ts';
import {
  eventually,
  type FaultServer,
  residentMiB,
  startFaultServer,
} from '../faults/support/fault-server.ts';
import { login } from '../support/graphql.ts';
import { DATABASES } from '../support/lake.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { query } from '../support/query.ts';
import { httpCases, rawCases } from './support/cases.ts';
import { type Outcome, send, sendRaw } from './support/send.ts';

/** In all, over both databases; 50,000 is the full form. */
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 3_000) / DATABASES.length;
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const CHUNK = 250;
/** Of them one in so many goes past HTTP's rules. */
const RAW_SHARE = 12;
const CONCURRENCY = 6;
const SLOW_MS = 2_000;
/** Of the requests; caches fill and code is compiled in it. */
const WARM_UP = 0.3;
const MAX_GROWTH_MIB = 64;
const TIMEOUT_MS = 3_600_000;

/** Every operation that the doors offer, by service. */
const offered = (): Record<string, string[]> => {
  const keys = new MasterKeys(new Secret(Buffer.alloc(32)));
  const tokens = new TokenService('http://127.0.0.1', systemClock, () => Promise.resolve([]));
  return Object.fromEntries(
    Object.entries(operationTables(keys, tokens, postgresProbe())).map(([service, table]) => [
      service,
      Object.keys(table),
    ]),
  );
};

async function world(server: FaultServer): Promise<void> {
  const PartitionKeys = [
    { Name: 'year', Type: 'int' },
    { Name: 'city', Type: 'string' },
  ];
  await server.ok('CreateDatabase', { DatabaseInput: { Name: 'db' } });
  await server.ok('CreateTable', { DatabaseName: 'db', TableInput: { Name: 'plain' } });
  await server.ok('CreateTable', { DatabaseName: 'db', TableInput: { Name: 't', PartitionKeys } });
  const Values = [2024, 1].flatMap((year) => ['a', 'b'].map((city) => [String(year), city]));
  await server.ok('BatchCreatePartition', {
    DatabaseName: 'db',
    TableName: 't',
    PartitionInputList: Values.map((each) => ({ Values: each })),
  });
  const signer = { url: server.url, ...server.credentials };
  for (const [action, members] of [
    ['CreateUser', { UserName: 'u' }],
    ['CreateGroup', { GroupName: 'g' }],
    ['CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}' }],
  ] as const) {
    await query(signer, 'iam', action, members);
  }
}

describe.each(DATABASES)('every door on %s', (databaseName) => {
  let postgres: TestPostgres | undefined;
  let server: FaultServer | undefined;

  afterEach(async () => {
    await server?.stop();
    await postgres?.stop();
  });

  it(
    `given ${String(REQUESTS)} valid, nearly valid and hostile requests, answers each within 2 s, none with 5xx, and does not grow`,
    async () => {
      process.stdout.write(`FUZZ_SEED=${String(SEED)}\n`);
      postgres = databaseName === 'PostgreSQL' ? await startPostgres() : undefined;
      const running = await startFaultServer({
        ...(postgres !== undefined && { databaseUrl: postgres.url }),
        nodeArguments: ['--expose-gc', '--import', './test/fuzz/support/collect-on-signal.mjs'],
      });
      server = running;
      await world(running);
      const bearer = await login({ url: running.url, consolePassword: running.credentials.consolePassword });
      const sdl = await (await fetch(`${running.url}/graphql/schema.graphql`)).text();
      const http = httpCases(offered(), sdl);
      const faults: string[] = [];
      const statuses = new Map<string, number>();
      let slowestMs = 0;

      const slow: (() => Promise<void>)[] = [];
      /** What one request did; a slow one is asked again, alone: another process may have had the machine. */
      const judge = async (
        what: string,
        ask: () => Promise<Outcome | undefined>,
        shown: () => string,
        triesLeft = 2,
      ): Promise<void> => {
        try {
          const outcome = await ask();
          if (outcome === undefined) return;
          if (outcome.ms > SLOW_MS && triesLeft > 0) {
            slow.push(() => judge(what, ask, shown, triesLeft - 1));
            return;
          }
          slowestMs = Math.max(slowestMs, outcome.ms);
          const door = `${what} ${String(outcome.status)}`;
          statuses.set(door, (statuses.get(door) ?? 0) + 1);
          // GraphQL tells it in its body.
          const isInternal = outcome.status >= 500 || outcome.text.includes('InternalServiceException');
          if (isInternal || outcome.ms > SLOW_MS) {
            faults.push(
              `${String(outcome.status)} after ${outcome.ms.toFixed(0)} ms: ${outcome.text}\n${shown()}`,
            );
          }
        } catch (error) {
          faults.push(`${String(error)}\n${shown()}`);
        }
      };

      const collected = async (): Promise<{ heapMiB: number; rssMiB: number }> => {
        const before = running.log().split('collected ').length;
        running.signal('SIGUSR2');
        const heap = await eventually(() => {
          const parts = running.log().split('collected ');
          return Promise.resolve(parts.length > before ? Number(parts.at(-1)?.split('\n')[0]) : undefined);
        }, 'garbage collected');
        return { heapMiB: heap / 2 ** 20, rssMiB: await residentMiB(running.pid) };
      };

      let warm: { heapMiB: number; rssMiB: number } | undefined;
      let sent = 0;
      for (let chunk = 0; sent < REQUESTS && faults.length === 0; chunk += 1) {
        const numRuns = Math.min(CHUNK, REQUESTS - sent);
        const seed = SEED + chunk;
        const rawCount = Math.floor(numRuns / RAW_SHARE);
        const asks = [
          ...fc.sample(http, { numRuns: numRuns - rawCount, seed }).map(
            (each) => () =>
              judge(
                each.what,
                () => send(each, running, bearer),
                () => JSON.stringify(each).slice(0, 4_000),
              ),
          ),
          ...fc.sample(rawCases, { numRuns: rawCount, seed }).map(
            (each) => () =>
              judge(
                each.what,
                () => sendRaw(each, running),
                () => JSON.stringify(each).slice(0, 4_000),
              ),
          ),
        ];
        let next = 0;
        const worker = async (): Promise<void> => {
          for (let ask = asks[next++]; ask !== undefined; ask = asks[next++]) await ask();
        };
        await Promise.all(Array.from({ length: CONCURRENCY }, worker));
        for (let again = slow.shift(); again !== undefined; again = slow.shift()) await again();
        sent += numRuns;
        if (warm === undefined && sent >= REQUESTS * WARM_UP) warm = await collected();
        // It lives, and is the same server.
        expect((await fetch(`${running.url}/healthz`)).status).toBe(200);
      }
      const log = running.log().split('unexpected').length > 1 ? running.log().slice(-6_000) : '';
      expect(
        faults,
        `FUZZ_SEED=${String(SEED)}, after ${String(sent)} requests; the server's log: ${log}`,
      ).toEqual([]);
      const end = await collected();
      const summary = [...statuses].reduce<Record<string, number>>((sums, [door, count]) => {
        const status = door.split(' ').at(-1) ?? '';
        return { ...sums, [status]: (sums[status] ?? 0) + count };
      }, {});
      process.stdout.write(
        `${databaseName}: ${String(sent)} requests ${JSON.stringify(summary)}, slowest ${slowestMs.toFixed(0)} ms, ` +
          `RSS ${String(warm?.rssMiB.toFixed(0))} → ${end.rssMiB.toFixed(0)} MiB, ` +
          `heap ${String(warm?.heapMiB.toFixed(1))} → ${end.heapMiB.toFixed(1)} MiB\n`,
      );
      // It did something: an empty fuzz finds nothing.
      expect(summary['200'] ?? 0).toBeGreaterThan(sent / 20);
      expect(end.rssMiB - (warm?.rssMiB ?? 0)).toBeLessThan(MAX_GROWTH_MIB);
      expect((await running.glue('GetDatabases')).status).toBe(200);
    },
    TIMEOUT_MS,
  );
});
