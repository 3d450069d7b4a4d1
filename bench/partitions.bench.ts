import pg from 'pg';

import { startPostgres } from '../test/support/postgres.ts';
import { glue } from './support/calls.ts';
import { report, type Row } from './support/report.ts';
import { residentMiB, type ServerProcess, startServerProcess } from './support/server-process.ts';

/** The table of the partition-index post: an hour a partition, 1980 to 2021. */
const HOURS = Number(process.env['BENCH_PARTITIONS'] ?? 367_920);
const BATCH = 100;
const CONNECTIONS = 8;

const table = { DatabaseName: 'partition_index', TableName: 'hours' };

/** Counted back from the end of 2021: a short run still holds 2020. */
const valuesAt = (hour: number): string[] => {
  const time = new Date(Date.UTC(2021, 11, 31, 23 - hour)).toISOString();
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

async function load(lake: ServerProcess): Promise<number> {
  await glue(lake, 'CreateDatabase', { DatabaseInput: { Name: table.DatabaseName } });
  const PartitionKeys = ['year', 'month', 'day', 'hour'].map((Name) => ({ Name, Type: 'string' }));
  await glue(lake, 'CreateTable', {
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
      await glue(lake, 'BatchCreatePartition', { ...table, PartitionInputList });
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
  ['one hour of every first of the month', "hour='09' and day='01'"],
] as const;

async function all(lake: ServerProcess, expression: string): Promise<{ calls: number; found: number }> {
  let calls = 0;
  let found = 0;
  let NextToken: unknown;
  do {
    const page = await glue(lake, 'GetPartitions', {
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

const buildIndex = (lake: ServerProcess, IndexName: string, Keys: string[]): Promise<number> =>
  timed(async () => {
    await glue(lake, 'CreatePartitionIndex', { ...table, PartitionIndex: { IndexName, Keys } });
    for (;;) {
      const { PartitionIndexDescriptorList: list } = await glue(lake, 'GetPartitionIndexes', table);
      if ((list as { IndexStatus: string }[]).every(({ IndexStatus }) => IndexStatus === 'ACTIVE')) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

/** What a GetTable waits while an index is being built: the longest of many, one after the other. */
async function longestGetTable(lake: ServerProcess, until: Promise<unknown>): Promise<number> {
  let isOver = false;
  void until.finally(() => {
    isOver = true;
  });
  let longest = 0;
  let description = 0;
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set when the other promise ends
  while (!isOver) {
    // Another table each time, so that the database is asked and not the cache.
    description += 1;
    const ms = await timed(() =>
      glue(lake, 'GetTables', { DatabaseName: table.DatabaseName, MaxResults: 1 + (description % 2) }),
    );
    longest = Math.max(longest, ms);
  }
  return longest;
}

async function measure(
  databaseName: string,
  lake: ServerProcess,
  direct: pg.Client,
  bareMs: number,
): Promise<Row[]> {
  const rows: Row[] = [];
  const loadMs = await load(lake);
  rows.push({
    what: `${databaseName}: BatchCreatePartition, ${String(HOURS)} partitions, ${String(CONNECTIONS)} connections`,
    value: HOURS / (loadMs / 1000),
    unit: 'partitions/s',
    peer: 'bare INSERT, one connection',
    peerValue: HOURS / (bareMs / 1000),
    ratio: bareMs / loadMs,
    aim: '>= 0.3',
  });
  rows.push({
    what: `${databaseName}: server resident after loading`,
    value: await residentMiB(lake.pid),
    unit: 'MiB',
    aim: '< 400',
  });

  for (const phase of ['without', 'with'] as const) {
    if (phase === 'with') {
      for (const [name, keys] of [
        ['by-time', ['year', 'month', 'day', 'hour']],
        ['by-hour', ['hour', 'day']],
      ] as const) {
        const built = buildIndex(lake, name, [...keys]);
        const waited = await longestGetTable(lake, built);
        rows.push({
          what: `${databaseName}: index (${keys.join(', ')}) built`,
          value: await built,
          unit: 'ms',
          aim: '< 5000',
        });
        rows.push({ what: `${databaseName}: longest GetTables meanwhile`, value: waited, unit: 'ms' });
      }
    }
    for (const [what, expression] of SELECTIONS) {
      // A space more each time: another question to the page cache, the same one to the database.
      let spaces = '';
      const { calls, found } = await all(lake, expression);
      const value = await median(() => all(lake, expression + (spaces += ' ')));
      const cached = await median(() => all(lake, expression));
      const question = `SELECT id, year, month, day, hour, location FROM bare WHERE ${expression}`;
      const peerValue = await median(() => direct.query(question));
      const peer = 'PostgreSQL, the query alone';
      const size = `${String(found)} partitions, ${String(calls)} calls`;
      rows.push({
        what: `${databaseName}: ${what} (${size}), ${phase} index`,
        value,
        unit: 'ms',
        peer,
        peerValue,
        ratio: value / peerValue,
      });
      rows.push({
        what: `${databaseName}: the same again, from the page cache`,
        value: cached,
        unit: 'ms',
        peer,
        peerValue,
        ratio: cached / peerValue,
      });
    }
  }
  rows.push({
    what: `${databaseName}: server resident at the end`,
    value: await residentMiB(lake.pid),
    unit: 'MiB',
  });
  return rows;
}

async function main(): Promise<void> {
  const postgres = await startPostgres();
  const direct = new pg.Client({ connectionString: postgres.url });
  await direct.connect();
  const bareMs = await bareInserts(direct);
  await direct.query('VACUUM ANALYZE bare');
  const rows: Row[] = [];
  for (const [databaseName, url] of [
    ['PostgreSQL', postgres.url],
    ['PGlite', undefined],
  ] as const) {
    const lake = await startServerProcess(url);
    rows.push(...(await measure(databaseName, lake, direct, bareMs)));
    await lake.stop();
  }
  await direct.end();
  await postgres.stop();
  await report('partitions', rows);
}

await main();
