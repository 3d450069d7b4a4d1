import 'reflect-metadata';

import { writeFile } from 'node:fs/promises';

import pg from 'pg';

import { type Lake, startLake } from '../test/support/lake.ts';
import { startPostgres } from '../test/support/postgres.ts';

/** The table of the partition-index post: an hour a partition, 1980 to 2021. */
const HOURS = Number(process.env['BENCH_PARTITIONS'] ?? 367_920);
const BATCH = 100;
const CONNECTIONS = 8;

interface Row {
  readonly what: string;
  readonly ms: number;
  readonly peer?: string;
  readonly peerMs?: number;
  readonly ratio?: number;
  readonly aim?: string;
}

const rows: Row[] = [];

const table = { DatabaseName: 'partition_index', TableName: 'hours' };

const valuesAt = (hour: number): string[] => {
  const time = new Date(Date.UTC(1980, 0, 1, hour)).toISOString();
  return [time.slice(0, 4), time.slice(5, 7), time.slice(8, 10), time.slice(11, 13)];
};

async function inParallel(count: number, work: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** The median, after a warm-up. */
async function median(work: () => Promise<unknown>, runs = 15): Promise<number> {
  await work();
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) times.push(await timed(work));
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? NaN;
}

async function load(lake: Lake): Promise<number> {
  await lake.ok('CreateDatabase', { DatabaseInput: { Name: table.DatabaseName } });
  const PartitionKeys = ['year', 'month', 'day', 'hour'].map((Name) => ({ Name, Type: 'string' }));
  await lake.ok('CreateTable', {
    DatabaseName: table.DatabaseName,
    TableInput: { Name: table.TableName, PartitionKeys, StorageDescriptor: { Location: 's3://lake/hours' } },
  });
  return timed(() =>
    inParallel(Math.ceil(HOURS / BATCH), async (batch) => {
      const size = Math.min(BATCH, HOURS - batch * BATCH);
      const PartitionInputList = Array.from({ length: size }, (_, i) => {
        const Values = valuesAt(batch * BATCH + i);
        const [year = '', month = '', day = '', hour = ''] = Values;
        return {
          Values,
          StorageDescriptor: {
            Columns: [{ Name: 'value', Type: 'double' }],
            Location: `s3://lake/hours/year=${year}/month=${month}/day=${day}/hour=${hour}`,
          },
        };
      });
      await lake.ok('BatchCreatePartition', { ...table, PartitionInputList });
    }),
  );
}

/** The same rows by bare multi-row INSERTs over one connection: what loading is measured against. */
async function bareInserts(client: pg.Client): Promise<number> {
  await client.query(
    'CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, year text, month text, day text, hour text, location text, UNIQUE (year, month, day, hour))',
  );
  return timed(async () => {
    for (let from = 0; from < HOURS; from += BATCH) {
      const values = Array.from({ length: Math.min(BATCH, HOURS - from) }, (_, i) => valuesAt(from + i));
      const parameters = values.flatMap((each) => [...each, `s3://lake/hours/year=${each.join('/')}`]);
      const tuples = values.map(
        (_, i) => `(${[1, 2, 3, 4, 5].map((p) => `$${String(i * 5 + p)}`).join(',')})`,
      );
      await client.query(
        `INSERT INTO bare (year, month, day, hour, location) VALUES ${tuples.join(',')}`,
        parameters,
      );
    }
  });
}

const SELECTIONS = [
  ['one hour', "year='2020' and month='07' and day='01' and hour='09'"],
  ['one day', "year='2020' and month='07' and day='01'"],
  ['one month', "year='2020' and month='07'"],
  ['one year', "year='2020'"],
] as const;

async function all(lake: Lake, expression: string): Promise<{ calls: number; found: number }> {
  let calls = 0;
  let found = 0;
  let NextToken: unknown;
  do {
    const page = await lake.ok('GetPartitions', {
      ...table,
      Expression: expression,
      MaxResults: 1000,
      NextToken,
    });
    calls += 1;
    found += (page['Partitions'] as unknown[]).length;
    NextToken = page['NextToken'];
  } while (NextToken !== undefined);
  return { calls, found };
}

const buildIndex = (lake: Lake, IndexName: string, Keys: string[]): Promise<number> =>
  timed(async () => {
    await lake.ok('CreatePartitionIndex', { ...table, PartitionIndex: { IndexName, Keys } });
    for (;;) {
      const { PartitionIndexDescriptorList: list } = await lake.ok('GetPartitionIndexes', table);
      if ((list as { IndexStatus: string }[]).every(({ IndexStatus }) => IndexStatus === 'ACTIVE')) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

async function main(): Promise<void> {
  const postgres = await startPostgres();
  const direct = new pg.Client({ connectionString: postgres.url });
  await direct.connect();
  const bareMs = await bareInserts(direct);

  for (const databaseName of ['PostgreSQL', 'PGlite'] as const) {
    const lake = await startLake(databaseName);
    const loadMs = await load(lake);
    rows.push({
      what: `${databaseName}: BatchCreatePartition, ${String(HOURS)} partitions`,
      ms: loadMs,
      peer: 'bare INSERT, PostgreSQL',
      peerMs: bareMs,
      ratio: bareMs / loadMs,
      aim: '>= 0.3',
    });

    const scan = "hour='09' and day='01'";
    for (const phase of ['without', 'with'] as const) {
      if (phase === 'with') {
        rows.push({
          what: `${databaseName}: index (year, month, day, hour) built`,
          ms: await buildIndex(lake, 'by-time', ['year', 'month', 'day', 'hour']),
          aim: '< 5000',
        });
        rows.push({
          what: `${databaseName}: index (hour, day) built`,
          ms: await buildIndex(lake, 'by-hour', ['hour', 'day']),
          aim: '< 5000',
        });
      }
      for (const [what, expression] of [
        ...SELECTIONS,
        ['an hour of every first of the month', scan] as const,
      ]) {
        // A space more each time: another question to the page cache, the same one to the database.
        let spaces = '';
        const { calls, found } = await all(lake, expression);
        const ms = await median(() => all(lake, expression + (spaces += ' ')));
        const cached = await median(() => all(lake, expression));
        const peerMs = await median(() =>
          direct.query(`SELECT id, year, month, day, hour, location FROM bare WHERE ${expression}`),
        );
        rows.push({
          what: `${databaseName}: ${what} (${String(found)} partitions, ${String(calls)} calls), ${phase} index`,
          ms,
          peer: 'PostgreSQL directly',
          peerMs,
          ratio: ms / peerMs,
        });
        rows.push({
          what: `${databaseName}: the same again, from the page cache`,
          ms: cached,
          peer: 'PostgreSQL directly',
          peerMs,
          ratio: cached / peerMs,
        });
      }
    }
    rows.push({
      what: `${databaseName}: resident MiB of the bench process, server and database inside`,
      ms: process.memoryUsage().rss / 2 ** 20,
      aim: '< 400',
    });
    await lake.stop();
  }
  await direct.end();
  await postgres.stop();

  console.table(
    rows.map(({ what, ms, peer = '', peerMs, ratio, aim = '' }) => ({
      what,
      ms: ms.toFixed(1),
      peer,
      'peer ms': peerMs?.toFixed(1) ?? '',
      ratio: ratio?.toFixed(2) ?? '',
      aim,
    })),
  );
  await writeFile('bench/results.json', `${JSON.stringify(rows, null, 2)}\n`);
}

await main();
