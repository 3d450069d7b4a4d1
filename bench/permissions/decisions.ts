import pg from 'pg';

import type { TableResource } from '@lakewarden/kernel';

import type { TestPostgres } from '../../test/support/postgres.ts';
import { type DecisionLake, openDecisionLake } from '../support/decision-lake.ts';
import { OpenFga } from '../support/openfga.ts';
import {
  loadDatabases,
  loadGrants,
  loadTables,
  principalOf,
  tableOf,
} from '../../test/support/grant-load.ts';
import { type Ask, cedar, type Grants, plainCasbin } from '../support/peers.ts';
import type { Row } from '../support/report.ts';
import { median, timed } from './median.ts';

const ACCOUNT = '111122223333';
const PRINCIPALS = 10_000;
const DATABASES = 100;
const TABLES_EACH = 100;
const SIZES = [1_000, 10_000, 100_000, 1_000_000] as const;
const CASBIN_UP_TO = 100_000;
const CEDAR_UP_TO = 10_000;
const CEDAR_FROM = 100;
const OPENFGA_UP_TO = 100_000;
const OPENFGA_QUESTIONS = 501;
/** Pairs of a caller and a table that are asked about again and again, and how often. */
const WARM_PAIRS = 50;
const WARM_ROUNDS = 200;
const COLD_PAIRS = 300;
/** Asked before anything is measured: the code is compiled then, the statements prepared. */
const WARMING_UP = 100;
const PEER_QUESTIONS = 21;
const MICROSECONDS = 1000;

interface Question {
  readonly user: string;
  readonly table: TableResource;
  readonly isHeld: boolean;
}

/** One size of the world, in a database of its own. */
interface World {
  readonly size: number;
  readonly lake: DecisionLake;
  readonly client: pg.Client;
  readonly tables: readonly TableResource[];
  readonly warm: number[];
  readonly cold: number[];
  readonly limit: number[];
}

async function tablesOf(client: pg.Client): Promise<TableResource[]> {
  const { rows } = await client.query<{ id: string; name: string; database_id: string; database: string }>(
    `SELECT t.id, t.name, d.id AS database_id, d.name AS database FROM glue_table t JOIN glue_database d
     ON d.id = t.database_id ORDER BY d.name, t.name`,
  );
  return rows.map((row) => ({
    type: 'TABLE',
    catalogId: ACCOUNT,
    databaseId: row.database_id,
    database: row.database,
    tableId: row.id,
    table: row.name,
  }));
}

async function openWorld(postgres: TestPostgres, size: number): Promise<World> {
  const name = `grants_${String(size)}`;
  const maker = new pg.Client(postgres.url);
  await maker.connect();
  await maker.query(`CREATE DATABASE ${name}`);
  await maker.end();
  const url = postgres.url.replace(/[^/]*$/, name);
  const lake = await openDecisionLake(url, ACCOUNT);
  const client = new pg.Client(url);
  await client.connect();
  await loadDatabases(client, ACCOUNT, 'model', 0, DATABASES);
  for (let n = 0; n < DATABASES; n += 1) {
    await loadTables(client, ACCOUNT, `d${String(n)}`, 'model', 0, TABLES_EACH);
  }
  await loadGrants(client, ACCOUNT, 0, size);
  await client.query('ANALYZE');
  return { size, lake, client, tables: await tablesOf(client), warm: [], cold: [], limit: [] };
}

/**
 * The nth question of a world: by turns of a table on which the caller holds SELECT, and of one on which he holds
 * nothing.
 */
function questionOf({ size, tables }: World, nth: number, held = size): Question {
  const isHeld = nth % 2 === 0;
  const principal = (nth * 4001) % Math.min(held, PRINCIPALS);
  const own = tableOf(principal, 0, tables.length);
  const table = tables[isHeld ? own : (own + 1 + nth) % tables.length];
  if (table === undefined) throw new Error('no such table');
  return { user: principalOf(ACCOUNT, principal), table, isHeld };
}

/** Milliseconds of one decision. */
async function decide({ lake }: World, { user, table, isHeld }: Question): Promise<number> {
  return lake.inScope(user, async (scope) => {
    const startedAt = performance.now();
    const { allowed } = await scope.permissions.decide(scope, { permission: 'SELECT', resource: table });
    const took = performance.now() - startedAt;
    if (isHeld && !allowed) throw new Error(`${user} may not read ${table.table}`);
    return took;
  });
}

/** What the database takes for the rows of one decision, asked by nothing but its driver. */
const plainRead = ({ client }: World, { user, table }: Question): Promise<number> =>
  timed(() =>
    client.query({
      name: 'slice',
      text: 'SELECT * FROM lf_grant WHERE table_id = $1 AND principal = ANY ($2)',
      values: [table.tableId, [user, 'arn:aws:iam::111122223333:group/analysts']],
    }),
  );

/** By turns, so that whatever else the machine does meets all sizes alike. */
async function measure(worlds: readonly World[]): Promise<void> {
  for (let n = 0; n < WARMING_UP; n += 1) {
    for (const world of worlds) await decide(world, questionOf(world, COLD_PAIRS + WARM_PAIRS + n));
  }
  for (let n = 0; n < COLD_PAIRS; n += 1) {
    for (const world of worlds) {
      const question = questionOf(world, n);
      world.cold.push(await decide(world, question));
      world.limit.push(await plainRead(world, question));
    }
  }
  for (let round = 0; round < WARM_ROUNDS; round += 1) {
    for (const world of worlds) {
      for (let n = 0; n < WARM_PAIRS; n += 1) world.warm.push(await decide(world, questionOf(world, n)));
    }
  }
}

/** Microseconds of one decision of a peer that holds the same grants. */
function peerTime(world: World, ask: Ask, held: number): number {
  const times: number[] = [];
  for (let n = 0; n < PEER_QUESTIONS; n += 1) {
    const { user, table, isHeld } = questionOf(world, n, held);
    const startedAt = performance.now();
    const allowed = ask(user, table.tableId);
    times.push((performance.now() - startedAt) * MICROSECONDS);
    if (isHeld && !allowed) throw new Error(`the peer refuses ${user}`);
  }
  return median(times);
}

const grantsOf = ({ size, tables }: World, first = size): Grants =>
  Array.from({ length: first }, (_, g) => {
    const [principal, nth] = [g % PRINCIPALS, Math.floor(g / PRINCIPALS)];
    return [
      principalOf(ACCOUNT, principal),
      tables[tableOf(principal, nth, tables.length)]?.tableId ?? '',
    ] as const;
  });

async function rowsOf(world: World, smallest: World): Promise<Row[]> {
  const { size } = world;
  const grants = `${size.toLocaleString('en')} grants`;
  const warm = median(world.warm) * MICROSECONDS;
  const cold = median(world.cold);
  const smallestWarm = median(smallest.warm) * MICROSECONDS;
  const smallestCold = median(smallest.cold);
  const limit = median(world.limit);
  const least = `${smallest.size.toLocaleString('en')} grants`;
  const what = `decision, warm, ${grants}`;
  const rows: Row[] = [
    {
      what,
      value: warm,
      unit: 'µs',
      peer: least,
      peerValue: smallestWarm,
      ratio: warm / smallestWarm,
      aim: '< 20 µs, within 1.5',
    },
    {
      what: `decision, cold, ${grants}`,
      value: cold,
      unit: 'ms',
      peer: least,
      peerValue: smallestCold,
      ratio: cold / smallestCold,
      aim: '< 2 ms, within 1.5',
    },
    {
      what: `decision, cold, ${grants}`,
      value: cold,
      unit: 'ms',
      peer: 'its rows by plain SQL',
      peerValue: limit,
      ratio: cold / limit,
    },
  ];
  const against = (peer: string, ask: Ask, held = size): void => {
    const peerValue = peerTime(world, ask, held);
    rows.push({ what, value: warm, unit: 'µs', peer, peerValue, ratio: warm / peerValue });
  };
  if (size <= CASBIN_UP_TO) against('node-casbin, all in one enforcer', await plainCasbin(grantsOf(world)));
  const cedarName = 'cedar-wasm, policies parsed before';
  if (size <= CEDAR_UP_TO) against(cedarName, cedar(grantsOf(world)));
  if (size === SIZES[0]) {
    against(`${cedarName}, 100 of them`, cedar(grantsOf(world, CEDAR_FROM)), CEDAR_FROM);
  }
  return rows;
}

/** OpenFGA is a server: what it takes includes its HTTP, which is most of it. */
async function besideOpenFga(worlds: readonly World[]): Promise<Row[]> {
  const fga = await OpenFga.start();
  if (fga === undefined) {
    process.stderr.write('OpenFGA is left out: no openfga on the PATH.\n');
    return [];
  }
  const rows: Row[] = [];
  for (const world of worlds.filter(({ size }) => size <= OPENFGA_UP_TO)) {
    const ask = await fga.store(grantsOf(world));
    const times: number[] = [];
    for (let n = 0; n < OPENFGA_QUESTIONS; n += 1) {
      const { user, table, isHeld } = questionOf(world, n);
      const startedAt = performance.now();
      const allowed = await ask(user, table.tableId);
      times.push((performance.now() - startedAt) * MICROSECONDS);
      if (isHeld && !allowed) throw new Error(`OpenFGA refuses ${user}`);
    }
    const [value, peerValue] = [median(world.warm) * MICROSECONDS, median(times)];
    rows.push({
      what: `decision, warm, ${world.size.toLocaleString('en')} grants`,
      value,
      unit: 'µs',
      peer: 'OpenFGA, in memory, over HTTP',
      peerValue,
      ratio: value / peerValue,
    });
  }
  await fga.stop();
  return rows;
}

/** What one decision costs in process, from 100 grants to a million, beside peers that hold the same grants. */
export async function decisions(postgres: TestPostgres): Promise<Row[]> {
  const worlds: World[] = [];
  for (const size of SIZES) worlds.push(await openWorld(postgres, size));
  await measure(worlds);
  const rows: Row[] = [];
  const [smallest] = worlds;
  for (const world of worlds) if (smallest !== undefined) rows.push(...(await rowsOf(world, smallest)));
  rows.push(...(await besideOpenFga(worlds)));
  for (const { lake, client } of worlds) {
    await client.end();
    await lake.close();
  }
  return rows;
}
