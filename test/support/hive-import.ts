import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type CliOutcome, lakewarden } from './cli.ts';
import { HIVE_PARTITIONS } from './hive-metastore.ts';
import { type Lake, startLake } from './lake.ts';
import { type Proxy, startProxy } from './proxy.ts';

export interface TestMetastore {
  readonly url: string;
  stop(): Promise<void>;
}

const none = { created: 0, updated: 0, unchanged: 0, different: 0, failed: 0 };

/** The same questions to a metastore on any database. */
export function describeHiveImport(kind: string, startMetastore: () => Promise<TestMetastore>): void {
  describe(`lakewarden import hive, from ${kind}`, () => {
    let metastore: TestMetastore;
    let lake: Lake;
    let proxy: Proxy;
    let directory: string;

    const run = (...words: string[]): Promise<CliOutcome> =>
      lakewarden(
        ['import', 'hive', '--url', proxy.url, '--json', ...words],
        {
          LAKEWARDEN_HIVE_URL: metastore.url,
          LAKEWARDEN_ACCESS_KEY_ID: lake.accessKeyId,
          LAKEWARDEN_SECRET_ACCESS_KEY: lake.secretAccessKey,
        },
        directory,
      );

    beforeAll(async () => {
      metastore = await startMetastore();
      lake = await startLake('PGlite');
      proxy = await startProxy(lake.url);
      directory = await mkdtemp(join(tmpdir(), 'lakewarden-hive-'));
    });
    afterAll(async () => {
      await proxy.stop();
      await lake.stop();
      await metastore.stop();
      await rm(directory, { recursive: true, force: true });
    });

    it('given a line that breaks, goes on behind the last batch that was acknowledged', async () => {
      const wrote = ({ operation }: { operation: string }) => operation === 'BatchCreatePartition';
      // One batch of the reader is 50 calls: the second one is cut off.
      proxy.refuse = (operation) => wrote({ operation }) && proxy.calls.filter(wrote).length > 52;
      const broken = await run('--skip', 'statistics');
      expect(broken.code).toBe(1);
      expect(JSON.parse(broken.stdout)).toMatchObject({ isComplete: false });
      proxy.refuse = () => false;
      proxy.calls.length = 0;
      const again = await run();
      expect(again).toMatchObject({ code: 0, stderr: '' });
      const report = JSON.parse(again.stdout) as { source: string };
      expect(report).toMatchObject({
        isComplete: true,
        counts: {
          databases: { ...none, unchanged: 1 },
          functions: { ...none, created: 1 },
          statistics: { ...none, created: 2 },
        },
      });
      expect(report.source).not.toContain('hive:hive');
      expect(proxy.calls.filter(wrote)).toHaveLength((HIVE_PARTITIONS - 5_000) / 100);
      expect(await readdir(directory)).toEqual([]);
    });

    it('turns everything into what Hive’s own Glue client would send', async () => {
      expect(await lake.ok('GetDatabases')).toMatchObject({
        DatabaseList: [
          {
            Name: 'sales',
            Description: 'Orders, é',
            LocationUri: 'hdfs://nn/warehouse/sales.db',
            Parameters: { team: 'one' },
          },
        ],
      });
      const descriptor = {
        Columns: [
          { Name: 'id', Type: 'bigint', Comment: 'key' },
          { Name: 'sum', Type: 'decimal(10,2)' },
        ],
        Location: 'hdfs://nn/warehouse/sales.db/orders',
        InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
        OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
        Compressed: false,
        NumberOfBuckets: 4,
        SerdeInfo: {
          Name: 'orders',
          SerializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
          Parameters: { 'field.delim': '\t' },
        },
        StoredAsSubDirectories: true,
      };
      const { Table: orders } = await lake.ok('GetTable', { DatabaseName: 'sales', Name: 'orders' });
      expect(orders).toMatchObject({
        Owner: 'ann',
        LastAccessTime: 0,
        Retention: 0,
        TableType: 'EXTERNAL_TABLE',
        PartitionKeys: [
          { Name: 'day', Type: 'string' },
          { Name: 'n', Type: 'int', Comment: 'which' },
        ],
      });
      expect((orders as { Parameters: object }).Parameters).toEqual({ EXTERNAL: 'TRUE' });
      expect((orders as { StorageDescriptor: object }).StorageDescriptor).toEqual({
        ...descriptor,
        BucketColumns: ['id'],
        SortColumns: [{ Column: 'sum', SortOrder: 1 }],
        Parameters: { sd: 'parameter' },
        SkewedInfo: {
          SkewedColumnNames: ['id', 'sum'],
          SkewedColumnValues: ['4$20213$abc'],
          SkewedColumnValueLocationMaps: { '4$20213$abc': 'hdfs://nn/skewed' },
        },
      });
      const { Table: view } = await lake.ok('GetTable', { DatabaseName: 'sales', Name: 'view' });
      expect(view).toMatchObject({
        TableType: 'VIRTUAL_VIEW',
        Retention: 7,
        LastAccessTime: 1_600_000_000,
        ViewOriginalText: 'select id from orders',
        ViewExpandedText: 'select `orders`.`id` from `sales`.`orders`',
        StorageDescriptor: { Compressed: true, NumberOfBuckets: -1, SerdeInfo: { Parameters: {} } },
      });
      expect(view).not.toHaveProperty('Owner');

      const { Partition: partition } = await lake.ok('GetPartition', {
        DatabaseName: 'sales',
        TableName: 'orders',
        PartitionValues: ['2021-01-01', '7'],
      });
      expect(partition).toMatchObject({
        Parameters: { numRows: '42' },
        LastAccessTime: 0,
        StorageDescriptor: { ...descriptor, Location: 'hdfs://nn/warehouse/sales.db/orders/7' },
      });
      const { UserDefinedFunction: mask } = await lake.ok('GetUserDefinedFunction', {
        DatabaseName: 'sales',
        FunctionName: 'mask',
      });
      expect(mask).toMatchObject({
        ClassName: 'org.example.Mask',
        OwnerName: 'ann',
        OwnerType: 'USER',
        ResourceUris: [
          { ResourceType: 'JAR', Uri: 'hdfs://nn/mask.jar' },
          { ResourceType: 'ARCHIVE', Uri: 'hdfs://nn/mask.zip' },
        ],
      });
      const { ColumnStatisticsList: statistics } = await lake.ok('GetColumnStatisticsForTable', {
        DatabaseName: 'sales',
        TableName: 'orders',
        ColumnNames: ['id', 'sum'],
      });
      const distinct = { NumberOfNulls: 1, NumberOfDistinctValues: 5 };
      expect(statistics).toMatchObject([
        {
          ColumnName: 'id',
          ColumnType: 'bigint',
          AnalyzedTime: 1_600_000_000,
          StatisticsData: {
            Type: 'LONG',
            LongColumnStatisticsData: { ...distinct, MinimumValue: -3, MaximumValue: 9 },
          },
        },
        {
          ColumnName: 'sum',
          StatisticsData: {
            Type: 'DECIMAL',
            DecimalColumnStatisticsData: {
              ...distinct,
              MinimumValue: { UnscaledValue: Buffer.from([0x80]).toString('base64'), Scale: 2 },
              MaximumValue: { UnscaledValue: Buffer.from([0x0b, 0xbd]).toString('base64'), Scale: 1 },
            },
          },
        },
      ]);
    });

    it('given the same metastore again, changes nothing', async () => {
      const again = await run();
      expect(again).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(again.stdout)).toMatchObject({
        counts: {
          databases: { ...none, unchanged: 1 },
          tables: { ...none, unchanged: 2 },
          partitions: { ...none, unchanged: HIVE_PARTITIONS },
          functions: { ...none, unchanged: 1 },
          statistics: { ...none, unchanged: 2 },
        },
      });
    });

    it('given another catalog of the metastore, takes that one', async () => {
      const { stdout } = await run('--hive-catalog', 'spark');
      expect(JSON.parse(stdout)).toMatchObject({ counts: { databases: { ...none, created: 1 } } });
      await lake.ok('GetDatabase', { Name: 'other_catalogs' });
    });

    it('given no metastore, says so in one line without the password', async () => {
      const wrong = new URL(metastore.url);
      wrong.port = '9';
      const closed = await run('--from', wrong.href);
      expect(closed.code).toBe(1);
      expect(closed.stderr).not.toContain('hive:hive');
      expect(closed.stderr.trim().split('\n')).toHaveLength(1);
      const other = await run('--from', 'oracle://user:secret@host/db');
      expect(other.stderr).toMatch(
        /^lakewarden: --from oracle:\/\/ is neither postgresql:\/\/ nor mysql:\/\/\./,
      );
    });
  });
}
