import pg from 'pg';

import { createTable, getTable } from '@lakewarden/catalog';
import { BufferedAuditTrail } from '@lakewarden/governance';

import type { TestPostgres } from '../../test/support/postgres.ts';
import { type DecisionLake, openDecisionLake } from '../support/decision-lake.ts';
import type { Row } from '../support/report.ts';
import { median } from './median.ts';

const ACCOUNT = '111122223333';
const CATALOG = { catalogId: ACCOUNT, database: 'model' };
const ROUNDS = 12;
const WRITES_A_ROUND = 200;
const READS_A_ROUND = 5_000;
const AT_ONCE = 4;

async function databaseOf(postgres: TestPostgres, name: string): Promise<string> {
  const client = new pg.Client(postgres.url);
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return postgres.url.replace(/[^/]*$/, name);
}

/** How many a second, some at once. */
async function rate(count: number, work: (nth: number) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next += 1;
      await work(next);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return (count * 1000) / (performance.now() - startedAt);
}

/** Use cases in process, by turns with the trail and without it. */
export async function audit(postgres: TestPostgres): Promise<Row[]> {
  const trails: BufferedAuditTrail[] = [];
  const withTrail = await openDecisionLake(await databaseOf(postgres, 'audited'), ACCOUNT, (tx) => {
    const trail = new BufferedAuditTrail({
      tx,
      sealed: () => undefined,
      report: (fault) => {
        throw fault;
      },
      // Every read has an event of its own: the dearest there is.
      sameReads: 1_000_000,
    });
    trail.start();
    trails.push(trail);
    return trail;
  });
  const without = await openDecisionLake(await databaseOf(postgres, 'unaudited'), ACCOUNT);

  let made = 0;
  const write = (lake: DecisionLake) => () => {
    made += 1;
    const table = { ...CATALOG, name: `t${String(made)}` };
    return lake.asAdmin(createTable, { table, definition: {}, partitionKeys: [] });
  };
  const read = (lake: DecisionLake) => () => lake.asAdmin(getTable, { ...CATALOG, name: 'model' });

  const rows: Row[] = [];
  for (const [what, count, work] of [
    ['CreateTable in process, with its audit event', WRITES_A_ROUND, write],
    ['GetTable in process, an audit event each', READS_A_ROUND, read],
  ] as const) {
    const own: number[] = [];
    const peer: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      peer.push(await rate(count, work(without)));
      own.push(await rate(count, work(withTrail)));
    }
    // The first round compiles.
    const [value, peerValue] = [median(own.slice(1)), median(peer.slice(1))];
    rows.push({ what, value, unit: '/s', peer: 'without a trail', peerValue, ratio: value / peerValue });
  }
  for (const trail of trails) await trail.close();
  await withTrail.close();
  await without.close();
  return rows;
}
