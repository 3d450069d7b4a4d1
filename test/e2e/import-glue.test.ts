import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type CliOutcome, lakewarden } from '../support/cli.ts';
import { type Lake, startLake } from '../support/lake.ts';
import { type Proxy, startProxy } from '../support/proxy.ts';

interface Report {
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly resumedTables: number;
  readonly failures: readonly { kind: string; name: string; code: string; message: string }[];
  readonly isComplete: boolean;
}

const none = { created: 0, updated: 0, unchanged: 0, different: 0, failed: 0 };
const MANY = 2_500;

/** From one Lakewarden on PGlite into another on PostgreSQL, by the real command. */
describe('lakewarden import glue', () => {
  let source: Lake;
  let target: Lake;
  let proxy: Proxy;
  let directory: string;

  const run = (words: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): Promise<CliOutcome> =>
    lakewarden(
      ['import', 'glue', '--from-endpoint', source.url, '--url', proxy.url, '--parallel', '1', ...words],
      {
        AWS_ACCESS_KEY_ID: source.accessKeyId,
        AWS_SECRET_ACCESS_KEY: source.secretAccessKey,
        AWS_SESSION_TOKEN: '',
        AWS_REGION: 'us-east-1',
        LAKEWARDEN_ACCESS_KEY_ID: target.accessKeyId,
        LAKEWARDEN_SECRET_ACCESS_KEY: target.secretAccessKey,
        ...environment,
      },
      directory,
    );
  const report = ({ stdout }: CliOutcome): Report => JSON.parse(stdout) as Report;
  const imported = async (...words: string[]): Promise<Report> => {
    const outcome = await run(['--json', ...words]);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    return report(outcome);
  };

  /** All that a client can read of a lake, without what each server decides for itself. */
  const world = async (lake: Lake): Promise<unknown> => {
    const without = (value: unknown): unknown =>
      JSON.parse(
        JSON.stringify(value, (name, member: unknown) =>
          ['CreateTime', 'CreationTime', 'UpdateTime', 'CreatedBy', 'NextToken'].includes(name)
            ? undefined
            : member,
        ),
      );
    const names = ['sales', 'raw'];
    const tables = await Promise.all(names.map((name) => lake.ok('GetTables', { DatabaseName: name })));
    const orders = { DatabaseName: 'sales', TableName: 'orders' };
    const { PartitionIndexDescriptorList: indexes } = await lake.ok('GetPartitionIndexes', orders);
    const partitions: unknown[] = [];
    let token: unknown;
    do {
      const page = await lake.ok('GetPartitions', { ...orders, MaxResults: 1000, NextToken: token });
      partitions.push(...(page['Partitions'] as unknown[]));
      token = page['NextToken'];
    } while (token !== undefined);
    return without([
      await lake.ok('GetDatabases'),
      tables,
      await lake.ok('GetTableVersions', { DatabaseName: 'sales', TableName: 'items' }),
      indexes,
      partitions,
      await lake.ok('GetUserDefinedFunctions', { DatabaseName: 'sales', Pattern: '*' }),
      await lake.ok('GetColumnStatisticsForTable', { ...orders, ColumnNames: ['id'] }),
    ]);
  };

  beforeAll(async () => {
    [source, target] = await Promise.all([startLake('PGlite'), startLake('PostgreSQL')]);
    proxy = await startProxy(target.url);
    directory = await mkdtemp(join(tmpdir(), 'lakewarden-import-'));

    await source.ok('CreateDatabase', {
      DatabaseInput: { Name: 'sales', Description: 'Orders', Parameters: { owner: 'ann' } },
    });
    await source.ok('CreateDatabase', { DatabaseInput: { Name: 'raw' } });
    await source.ok('CreateDatabase', {
      DatabaseInput: {
        Name: 'a_link',
        TargetDatabase: { CatalogId: '111122223333', DatabaseName: 'sales' },
      },
    });
    const descriptor = {
      Columns: [{ Name: 'id', Type: 'bigint', Comment: 'key' }],
      Location: 's3://lake/orders/',
      SerdeInfo: { SerializationLibrary: 'org.example.Serde', Parameters: { 'field.delim': '\t' } },
    };
    const keys = [
      { Name: 'day', Type: 'int' },
      { Name: 'city', Type: 'string' },
    ];
    await source.ok('CreateTable', {
      DatabaseName: 'sales',
      TableInput: {
        Name: 'orders',
        TableType: 'EXTERNAL_TABLE',
        PartitionKeys: keys,
        StorageDescriptor: descriptor,
      },
    });
    for (const Description of ['first', 'second', 'third']) {
      const TableInput = { Name: 'items', Description, StorageDescriptor: { Columns: [] } };
      const operation = Description === 'first' ? 'CreateTable' : 'UpdateTable';
      await source.ok(operation, { DatabaseName: 'sales', TableInput });
    }
    await source.ok('CreateTable', {
      DatabaseName: 'raw',
      TableInput: {
        Name: 'pointer',
        TargetTable: { CatalogId: '111122223333', DatabaseName: 'sales', Name: 'items' },
      },
    });
    await source.ok('CreateUserDefinedFunction', {
      DatabaseName: 'sales',
      FunctionInput: {
        FunctionName: 'mask',
        ClassName: 'org.example.Mask',
        OwnerName: 'ann',
        OwnerType: 'USER',
        ResourceUris: [{ ResourceType: 'JAR', Uri: 's3://lake/mask.jar' }],
      },
    });
    await source.ok('UpdateColumnStatisticsForTable', {
      DatabaseName: 'sales',
      TableName: 'orders',
      ColumnStatisticsList: [
        {
          ColumnName: 'id',
          ColumnType: 'bigint',
          AnalyzedTime: 1_600_000_000,
          StatisticsData: {
            Type: 'LONG',
            LongColumnStatisticsData: {
              MinimumValue: 1,
              MaximumValue: 9,
              NumberOfNulls: 0,
              NumberOfDistinctValues: 9,
            },
          },
        },
      ],
    });
    for (let from = 0; from < MANY; from += 100) {
      await source.ok('BatchCreatePartition', {
        DatabaseName: 'sales',
        TableName: 'orders',
        PartitionInputList: Array.from({ length: 100 }, (_, i) => ({
          Values: [String(from + i), `city/${String(i % 7)} é`],
          Parameters: { rows: String(i) },
          StorageDescriptor: { ...descriptor, Location: `s3://lake/orders/${String(from + i)}/` },
        })),
      });
    }
    await source.ok('CreatePartitionIndex', {
      DatabaseName: 'sales',
      TableName: 'orders',
      PartitionIndex: { IndexName: 'by_city', Keys: ['city'] },
    });
  });
  beforeEach(() => {
    proxy.refuse = () => false;
    proxy.calls.length = 0;
  });
  afterAll(async () => {
    await proxy.stop();
    await Promise.all([source.stop(), target.stop()]);
    await rm(directory, { recursive: true, force: true });
  });

  it('given a line that breaks in the middle, goes on where it was and ends with the same catalog', async () => {
    const wrote = (operation: string) => operation === 'BatchCreatePartition';
    proxy.refuse = (operation) =>
      wrote(operation) && proxy.calls.filter((call) => wrote(call.operation)).length > 15;
    const broken = await run(['--versions', '--json']);
    expect(broken.code).toBe(1);
    expect(broken.stderr).toMatch(/UnrecognizedClientException: the line is cut \(the same command goes on/);
    expect(report(broken)).toMatchObject({ isComplete: false });
    expect(await readdir(directory)).toHaveLength(1);

    proxy.refuse = () => false;
    proxy.calls.length = 0;
    const again = await imported('--versions');
    expect(again).toMatchObject({
      isComplete: true,
      resumedTables: 2, // items, and the link in raw: both came before
      failures: [],
      counts: {
        databases: { ...none, unchanged: 2, created: 1 },
        indexes: { ...none, created: 1 },
        functions: { ...none, created: 1 },
        statistics: { ...none, created: 1 },
      },
    });
    // Pages that were acknowledged are not sent again.
    const sent = proxy.calls.filter(({ operation }) => wrote(operation)).length;
    expect(sent).toBeLessThan(MANY / 100 + 5);
    expect(await world(target)).toEqual(await world(source));
    expect(await readdir(directory)).toEqual([]);
  });

  it('given the same catalog again, changes nothing', async () => {
    const again = await imported();
    expect(again.counts).toMatchObject({
      databases: { ...none, unchanged: 3 },
      tables: { ...none, unchanged: 3 },
      partitions: { ...none, unchanged: MANY },
      indexes: { ...none, unchanged: 1 },
      functions: { ...none, unchanged: 1 },
      statistics: { ...none, unchanged: 1 },
    });
    const reads = /^(Get|BatchGet|BatchCreatePartition)/;
    expect(proxy.calls.filter(({ operation }) => !reads.test(operation))).toEqual([]);
  });

  it('given changes in the source, tells them, and overwrites them with --update alone', async () => {
    await source.ok('UpdateDatabase', { Name: 'raw', DatabaseInput: { Name: 'raw', Description: 'new' } });
    await source.ok('UpdateTable', { DatabaseName: 'sales', TableInput: { Name: 'items', Owner: 'bob' } });
    await source.ok('UpdatePartition', {
      DatabaseName: 'sales',
      TableName: 'orders',
      PartitionValueList: ['7', 'city/0 é'],
      PartitionInput: { Values: ['7', 'city/0 é'], Parameters: { rows: 'many' } },
    });
    expect((await imported()).counts).toMatchObject({
      databases: { different: 1 },
      tables: { different: 1 },
      partitions: { different: 1, unchanged: MANY - 1 },
    });
    expect((await imported('--update')).counts).toMatchObject({
      databases: { updated: 1 },
      tables: { updated: 1 },
      partitions: { updated: 1, unchanged: MANY - 1 },
    });
    const { Table: items } = await target.ok('GetTable', { DatabaseName: 'sales', Name: 'items' });
    expect(items).toMatchObject({ Owner: 'bob' });
  });

  it('given globs, takes those databases alone', async () => {
    expect((await imported('--database', 'R*')).counts).toMatchObject({
      databases: { ...none, unchanged: 1 },
      tables: { ...none, unchanged: 1 },
    });
  });

  it('given partitions that the target refuses, names each with its reason and fails', async () => {
    const orders = { DatabaseName: 'raw', TableName: 'numbers' };
    const table = (name: string, type: string) => ({
      DatabaseName: 'raw',
      TableInput: { Name: name, PartitionKeys: [{ Name: 'n', Type: type }] },
    });
    await source.ok('CreateTable', table('numbers', 'string'));
    await source.ok('BatchCreatePartition', {
      ...orders,
      PartitionInputList: [{ Values: ['1'] }, { Values: ['one'] }],
    });
    await target.ok('CreateTable', {
      ...table('numbers', 'int'),
      PartitionIndexes: [{ IndexName: 'by_n', Keys: ['n'] }],
    });
    const outcome = await run(['--database', 'raw']);
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toMatch(/^failed: partitions raw\.numbers\/one: InvalidInputException: .*int/m);
    expect(outcome.stdout).toMatch(/^partitions +1 +0 +0 +0 +1$/m);
    expect(outcome.stderr).toMatch(/^lakewarden: 1 failures; the same command tries them again/);
    await target.ok('GetPartition', { ...orders, PartitionValues: ['1'] });
  });

  it.each<readonly [string, readonly string[], NodeJS.ProcessEnv, RegExp]>([
    ['a wrong key', [], { LAKEWARDEN_SECRET_ACCESS_KEY: 'wrong' }, /Signature/],
    [
      'the source as its own target',
      ['--from-endpoint', 'SAME'],
      { LAKEWARDEN_ACCESS_KEY_ID: '' },
      /same server/,
    ],
    ['ten times too many segments', ['--segments', '100'], {}, /Give a number from 1 to 10/],
    [
      'another import’s state',
      ['--state', 'a.state', '--database', 'other'],
      {},
      /belongs to another import/,
    ],
  ])('given %s, says so and fails', async (_what, words, environment, message) => {
    if (words.includes('a.state')) {
      proxy.refuse = (operation) => operation === 'GetDatabase';
      expect((await run(['--state', 'a.state'])).code).toBe(1);
    }
    const outcome = await run(
      words.map((word) => (word === 'SAME' ? proxy.url : word)),
      environment,
    );
    expect(outcome.code).not.toBe(0);
    expect(outcome.stderr).toMatch(message);
  });
});
