import { randomBytes } from 'node:crypto';
import { loadavg } from 'node:os';

import pg from 'pg';

import { startPostgres } from '../test/support/postgres.ts';
import { glue } from './support/calls.ts';
import { report, type Row } from './support/report.ts';
import { bytesOf, countOf, loadHours, loadTables } from './support/scale-load.ts';
import { type ServerProcess, startServerProcess } from './support/server-process.ts';

const SMALL = 36_000;
const LARGE = Number(process.env['BENCH_SCALE_PARTITIONS'] ?? 10_000_000);
const TABLES = Number(process.env['BENCH_SCALE_TABLES'] ?? 100_000);
const FEW_TABLES = 100;
const ROUNDS = 300;

/** What an operator sets (docs/operations/capacity.md); everything else is PostgreSQL's own. */
const settings = { shared_buffers: '2GB', max_wal_size: '8GB', work_mem: '64MB' };

const ONE_HOUR = "year='2020' and month='07' and day='01' and hour='09'";
const KEYS = ['year', 'month', 'day', 'hour'];

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
};

const quantile = (times: readonly number[], at: number): number =>
  [...times].sort((a, b) => a - b)[Math.floor((times.length - 1) * at)] ?? NaN;

/** By turns, so that whatever else the machine does meets all of them. @returns the medians */
async function byTurns(questions: readonly ((round: number) => Promise<unknown>)[]): Promise<number[]> {
  const times = questions.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [i, ask] of questions.entries()) times[i]?.push(await timed(() => ask(round)));
  }
  // The first tenth warms up caches and plans.
  return times.map((each) => quantile(each.slice(ROUNDS / 10), 0.5));
}

/** A table with an index over its own order, and a first partition whose descriptor the others share. */
async function createTable(lake: ServerProcess, DatabaseName: string, Name: string): Promise<void> {
  await glue(lake, 'CreateTable', {
    DatabaseName,
    TableInput: {
      Name,
      PartitionKeys: KEYS.map((key) => ({ Name: key, Type: 'string' })),
      StorageDescriptor: { Location: `s3://lake/${Name}` },
    },
    PartitionIndexes: [{ IndexName: 'by-time', Keys: KEYS }],
  });
  await glue(lake, 'CreatePartition', {
    DatabaseName,
    TableName: Name,
    PartitionInput: partition(['2021', '12', '31', '23'], Name),
  });
}

const partition = (Values: readonly string[], table: string) => ({
  Values,
  StorageDescriptor: {
    Columns: [{ Name: 'value', Type: 'double' }],
    Location: `s3://lake/${table}/${KEYS.map((key, i) => `${key}=${Values[i] ?? ''}`).join('/')}`,
  },
});

/** Hours of the years from 3000 on, which no load has made. */
let made = 0;
const createNext = (lake: ServerProcess, DatabaseName: string, TableName: string): Promise<unknown> => {
  const time = new Date(Date.UTC(3000, 0, 1, made++)).toISOString();
  const values = [time.slice(0, 4), time.slice(5, 7), time.slice(8, 10), time.slice(11, 13)];
  return glue(lake, 'CreatePartition', {
    DatabaseName,
    TableName,
    PartitionInput: partition(values, TableName),
  });
};

/** Trailing spaces: another question to the page cache, the same one to the database. */
const oneHour = (lake: ServerProcess, DatabaseName: string, TableName: string) => async (round: number) => {
  const Expression =
    (TableName.startsWith('t') ? "year='2021' and month='12' and day='30' and hour='09'" : ONE_HOUR) +
    ' '.repeat(round);
  const { Partitions: found } = await glue(lake, 'GetPartitions', { DatabaseName, TableName, Expression });
  if (!Array.isArray(found) || found.length !== 1) throw new Error(`${TableName}: not one partition`);
};

async function compareTables(lake: ServerProcess): Promise<Row[]> {
  const large = `${String(LARGE)} partitions`;
  const small = `${String(SMALL)} partitions`;
  const pairs = [
    ['GetPartitions, one hour of the year', (table: string) => oneHour(lake, 'lake', table)],
    ['GetTable', (table: string) => () => glue(lake, 'GetTable', { DatabaseName: 'lake', Name: table })],
    ['CreatePartition', (table: string) => () => createNext(lake, 'lake', table)],
  ] as const;
  const rows: Row[] = [];
  for (const [what, ask] of pairs) {
    const [peerValue = NaN, value = NaN] = await byTurns([ask('small'), ask('large')]);
    rows.push({
      what: `${what}, of ${large}`,
      value,
      unit: 'ms',
      peer: `of ${small}`,
      peerValue,
      ratio: value / peerValue,
      aim: '<= 1.5',
    });
  }
  return rows;
}

async function compareDatabases(lake: ServerProcess): Promise<Row[]> {
  const middle = (count: number): string => `t${String(Math.floor(count / 2))}`;
  const pairs = [
    [
      'GetPartitions, one hour of the year',
      (database: string, count: number) => oneHour(lake, database, middle(count)),
    ],
    [
      'GetTables, first page',
      (DatabaseName: string) => (round: number) =>
        glue(lake, 'GetTables', { DatabaseName, MaxResults: 100 - (round % 10) }),
    ],
    ['CreatePartition', (database: string, count: number) => () => createNext(lake, database, middle(count))],
  ] as const;
  const rows: Row[] = [];
  for (const [what, ask] of pairs) {
    const [peerValue = NaN, value = NaN] = await byTurns([ask('few', FEW_TABLES), ask('many', TABLES)]);
    rows.push({
      what: `${what}, among ${String(TABLES)} tables of 100 partitions`,
      value,
      unit: 'ms',
      peer: `among ${String(FEW_TABLES)} tables`,
      peerValue,
      ratio: value / peerValue,
      aim: '<= 1.5',
    });
  }
  return rows;
}

/** A table that a search finds by its name, another one each time. @returns the median */
async function searchFor(lake: ServerProcess, tables: number): Promise<number> {
  const [median = NaN] = await byTurns([
    async (round) => {
      const name = `t${String((round * 37) % tables)}`;
      const { TableList: found } = await glue(lake, 'SearchTables', { SearchText: name });
      if (!Array.isArray(found) || found.length === 0) throw new Error(`${name} is not found`);
    },
  ]);
  return median;
}

/** One writer goes on all the time. */
async function buildIndex(lake: ServerProcess): Promise<Row[]> {
  const at = { DatabaseName: 'lake', TableName: 'large' };
  const idle: number[] = [];
  for (let i = 0; i < 200; i += 1) idle.push(await timed(() => createNext(lake, 'lake', 'large')));
  const startedAt = performance.now();
  await glue(lake, 'CreatePartitionIndex', {
    ...at,
    PartitionIndex: { IndexName: 'by-hour', Keys: ['hour', 'day'] },
  });
  const busy: number[] = [];
  for (;;) {
    busy.push(await timed(() => createNext(lake, 'lake', 'large')));
    if (busy.length % 10 !== 0) continue;
    const answer = await glue(lake, 'GetPartitionIndexes', at);
    const list = answer['PartitionIndexDescriptorList'] as { IndexName: string; IndexStatus: string }[];
    const status = list.find(({ IndexName: name }) => name === 'by-hour')?.IndexStatus;
    if (status === 'ACTIVE') break;
    if (status !== 'CREATING') throw new Error(`the build ended ${String(status)}`);
  }
  const value = performance.now() - startedAt;
  const seen = `${String(LARGE)} partitions, ${String(busy.length)} written meanwhile`;
  return [
    { what: `index (hour, day) built over ${seen}`, value: value / 1000, unit: 's', aim: '< 180' },
    {
      what: 'CreatePartition meanwhile, median',
      value: quantile(busy, 0.5),
      unit: 'ms',
      peer: 'without a build',
      peerValue: quantile(idle, 0.5),
      ratio: quantile(busy, 0.5) / quantile(idle, 0.5),
    },
    {
      what: 'CreatePartition meanwhile, 99 of 100',
      value: quantile(busy, 0.99),
      unit: 'ms',
      peer: 'without a build',
      peerValue: quantile(idle, 0.99),
      ratio: quantile(busy, 0.99) / quantile(idle, 0.99),
    },
    { what: 'CreatePartition meanwhile, longest', value: Math.max(...busy), unit: 'ms' },
  ];
}

async function main(): Promise<void> {
  // One for every start of the server on this database.
  process.env['LAKEWARDEN_MASTER_KEY'] ??= randomBytes(32).toString('base64');
  const postgres = await startPostgres({ settings });
  const direct = new pg.Client({ connectionString: postgres.url });
  let lake = await startServerProcess(postgres.url);
  await direct.connect();
  const rows: Row[] = [];
  /** After every part: a run takes long. The load says what else the machine did. */
  const keep = (): Promise<void> => {
    const [load = NaN] = loadavg();
    rows.push({ what: 'load of the machine at this point, the bench among it', value: load, unit: '' });
    return report('scale', rows, 'bench/results-scale.json');
  };
  const told = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    console.log(`${what}: ${((await timed(work)) / 1000).toFixed(1)} s`);
  };

  await glue(lake, 'CreateDatabase', { DatabaseInput: { Name: 'lake' } });
  await createTable(lake, 'lake', 'small');
  await createTable(lake, 'lake', 'large');
  console.log(
    'partitions are loaded by SQL, in the encoding of the server; what is measured goes through its door',
  );
  await told(`${String(SMALL)} partitions loaded`, () => loadHours(direct, 'small', SMALL));
  await told(`${String(LARGE)} partitions loaded`, () => loadHours(direct, 'large', LARGE));
  await told('VACUUM ANALYZE', () => direct.query('VACUUM ANALYZE partition'));
  const count = await countOf(direct, 'partition');
  const bytes = (await bytesOf(direct, 'partition')) / count;
  rows.push({
    what: 'a partition on disk, with its index by time',
    value: bytes,
    unit: 'bytes',
    aim: '< 200',
  });
  rows.push(...(await compareTables(lake)));
  await keep();

  rows.push(...(await buildIndex(lake)));
  const entries = await countOf(direct, 'partition_index_entry');
  const entryBytes = (await bytesOf(direct, 'partition_index_entry')) / entries;
  rows.push({ what: 'its entry in the index (hour, day)', value: entryBytes, unit: 'bytes' });
  await keep();

  const searches: number[] = [];
  for (const [database, tables] of [
    ['few', FEW_TABLES],
    ['many', TABLES],
  ] as const) {
    await glue(lake, 'CreateDatabase', { DatabaseInput: { Name: database } });
    await createTable(lake, database, `model_${database}`);
    await told(`${String(tables)} tables loaded`, () => loadTables(direct, `model_${database}`, tables));
    await lake.stop();
    // Tables that came by SQL get their terms as those of an older release do: before the server listens.
    await told('indexed for SearchTables', async () => (lake = await startServerProcess(postgres.url, lake)));
    await told('VACUUM ANALYZE', () => direct.query('VACUUM ANALYZE'));
    searches.push(await searchFor(lake, tables));
  }
  const [peerValue = NaN, value = NaN] = searches;
  rows.push({
    what: `SearchTables for one, among ${String(TABLES)} tables`,
    value,
    unit: 'ms',
    peer: `among ${String(FEW_TABLES)} tables`,
    peerValue,
    ratio: value / peerValue,
    aim: '<= 1.5',
  });
  rows.push(...(await compareDatabases(lake)));
  await keep();

  await direct.end();
  await lake.stop();
  await postgres.stop();
}

await main();
