import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ENGINE_TABLES } from '../support/engine-documents.ts';
import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';

interface PartitionAnswer {
  readonly Values: readonly string[];
  readonly StorageDescriptor?: Readonly<Record<string, unknown>>;
}

/** What the engines' Glue clients send and look for (spec/catalog.md §4 to §6). */
describe.each(DATABASES)('what engines send, on %s', (databaseName) => {
  let lake: Lake;
  let token: string;

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'lake' } });
  });
  afterAll(async () => {
    await lake.stop();
  });

  const getTable = async (Name: string) =>
    (await lake.ok('GetTable', { DatabaseName: 'lake', Name }))['Table'] as Readonly<Record<string, unknown>>;

  describe('table documents', () => {
    it.each(ENGINE_TABLES)('$engine: come back as they were sent, through both doors', async ({ input }) => {
      await lake.ok('CreateTable', { DatabaseName: 'lake', TableInput: input });
      const table = await getTable(input.Name);
      expect(table).toEqual({
        ...input,
        DatabaseName: 'lake',
        CatalogId: '111122223333',
        VersionId: '0',
        CreatedBy: 'arn:aws:iam::111122223333:user/admin',
        IsRegisteredWithLakeFormation: false,
        CreateTime: expect.any(Number) as unknown,
        UpdateTime: expect.any(Number) as unknown,
        ...('ViewDefinition' in input && { IsMultiDialectView: true }),
      });
      const { data } = await graphql(
        lake,
        'query ($name: String!) { table(database: "lake", name: $name) { glue storageDescriptor { numberOfBuckets } } }',
        { name: input.Name },
        token,
      );
      expect(data?.['table']).toMatchObject({ glue: table });
    });

    it.each(ENGINE_TABLES)(
      '$engine: an answer sent back as the next input changes nothing',
      async ({ input }) => {
        const before = await getTable(input.Name);
        await lake.ok('UpdateTable', { DatabaseName: 'lake', TableInput: before, SkipArchive: true });
        const after = await getTable(input.Name);
        expect(after).toEqual({ ...before, VersionId: '1', UpdateTime: after['UpdateTime'] });
      },
    );

    it('given members that were not sent, leaves them out, and gives empty lists back as such', async () => {
      await lake.ok('CreateTable', { DatabaseName: 'lake', TableInput: { Name: 'bare' } });
      const bare = await getTable('bare');
      for (const member of ['TableType', 'PartitionKeys', 'Parameters', 'StorageDescriptor', 'Owner'])
        expect(bare).not.toHaveProperty(member);
      await lake.ok('CreateTable', {
        DatabaseName: 'lake',
        TableInput: { Name: 'empty', PartitionKeys: [], StorageDescriptor: { Columns: [] }, Parameters: {} },
      });
      expect(await getTable('empty')).toMatchObject({
        PartitionKeys: [],
        StorageDescriptor: { Columns: [] },
        Parameters: {},
      });
    });

    it('given null for what is absent, as the Java client sends it, takes it as absent', async () => {
      await lake.ok('CreateTable', {
        CatalogId: null,
        DatabaseName: 'lake',
        PartitionIndexes: null,
        TableInput: {
          Name: 'nulls',
          Description: null,
          StorageDescriptor: { Columns: null, Location: 's3://x' },
        },
      });
      expect(await getTable('nulls')).not.toHaveProperty('Description');
      expect((await getTable('nulls'))['StorageDescriptor']).toEqual({ Location: 's3://x' });
    });
  });

  it('Hive and Spark at their start: the default database, made where it is missing', async () => {
    const missing = 'EntityNotFoundException: Database default not found.';
    expect(await lake.refused('GetDatabase', { Name: 'default' })).toBe(missing);
    const DatabaseInput = {
      Name: 'default',
      Description: 'Default Hive database',
      LocationUri: 'hdfs://nameservice1/user/hive/warehouse',
      Parameters: {},
    };
    await lake.ok('CreateDatabase', { DatabaseInput });
    // Two sessions start at once: the second is told that it is there, and goes on.
    expect(await lake.refused('CreateDatabase', { DatabaseInput })).toContain('AlreadyExistsException');
    expect((await lake.ok('GetDatabase', { Name: 'default' }))['Database']).toMatchObject(DatabaseInput);
    // `SHOW TABLES LIKE` and the emptiness check of DROP DATABASE.
    expect(await lake.ok('GetTables', { DatabaseName: 'default', Expression: '.*' })).toEqual({
      TableList: [],
    });
    await lake.ok('DeleteDatabase', { Name: 'default' });
  });

  describe('partitions', () => {
    const named = { DatabaseName: 'lake', TableName: 'events' };
    const columns = [{ Name: 'v', Type: 'bigint' }];

    beforeAll(async () => {
      await lake.ok('CreateTable', {
        DatabaseName: 'lake',
        TableInput: {
          Name: 'events',
          StorageDescriptor: { Columns: columns, Location: 's3://lake/events' },
          PartitionKeys: [
            { Name: 'c', Type: 'string' },
            { Name: 'd', Type: 'int' },
            { Name: 'ds', Type: 'date' },
          ],
        },
      });
      const all = ['2020', '2021', "o'clock"].flatMap((c) =>
        Array.from({ length: 10 }, (_, d) => [c, String(d), `2019-01-0${String(1 + (d % 3))}`]),
      );
      const PartitionInputList = [...all, ['__HIVE_DEFAULT_PARTITION__', '1', '2019-01-01']].map(
        (Values) => ({
          Values,
          StorageDescriptor: { Columns: columns, Location: `s3://lake/events/${Values.join('/')}` },
        }),
      );
      await lake.ok('BatchCreatePartition', { ...named, PartitionInputList });
    });

    const found = async (Expression: string, more: object = {}): Promise<readonly PartitionAnswer[]> => {
      const { Partitions } = await lake.ok('GetPartitions', { ...named, Expression, ...more });
      return Partitions as PartitionAnswer[];
    };

    it.each([
      { client: 'Trino', expression: "((c = '2021'))", count: 10 },
      {
        client: 'Trino',
        expression: "((c = '2021')) AND ((d >= 1 AND d < 5) OR (d in (7, 9)))",
        count: 6,
      },
      { client: 'Trino, for NULL', expression: "((c = '__HIVE_DEFAULT_PARTITION__'))", count: 1 },
      {
        client: 'Trino, for NULL or a value',
        expression: "((c = '2020') OR (c = '__HIVE_DEFAULT_PARTITION__'))",
        count: 11,
      },
      { client: 'Trino and the Java client, for all', expression: '', count: 31 },
      { client: 'Hive', expression: "((c = '2021') and (ds = '2019-01-02'))", count: 3 },
      { client: 'Hive', expression: "(c) IN ('2020', '2021') and d between 3 and 4", count: 4 },
      { client: 'Hive, a partial spec', expression: "(c='o\\'clock') AND (d=9)", count: 1 },
      { client: 'Spark', expression: '(d = 1 or d = 2) and c >= "2021"', count: 5 },
      { client: 'Spark, literal first and dates bare', expression: '7 < d and ds = 2019-01-03', count: 3 },
      { client: 'Spark, starts with', expression: 'c like "202.*"', count: 20 },
      { client: 'AWS CLI', expression: "c='2020' AND ds BETWEEN '2019-01-01' AND '2019-01-02'", count: 7 },
    ])('$client: $expression', async ({ expression, count }) => {
      expect(await found(expression)).toHaveLength(count);
    });

    it('Trino and Hive: five segments at once, each with its own pages, find everything once', async () => {
      const segment = async (SegmentNumber: number): Promise<string[]> => {
        const values: string[] = [];
        let NextToken: unknown;
        do {
          const page = await lake.ok('GetPartitions', {
            ...named,
            Segment: { SegmentNumber, TotalSegments: 5 },
            MaxResults: 3,
            ExcludeColumnSchema: true,
            Expression: '',
            NextToken,
          });
          for (const partition of page['Partitions'] as PartitionAnswer[]) {
            expect(partition.StorageDescriptor).not.toHaveProperty('Columns');
            values.push(partition.Values.join('/'));
          }
          NextToken = page['NextToken'];
        } while (NextToken !== undefined);
        return values;
      };
      const segments = await Promise.all([0, 1, 2, 3, 4].map(segment));
      expect(segments.flat()).toHaveLength(31);
      expect(new Set(segments.flat()).size).toBe(31);
    });

    it('Hive: adding partitions if they are not there, by the code in ErrorDetail', async () => {
      const { Errors } = await lake.ok('BatchCreatePartition', {
        ...named,
        PartitionInputList: [{ Values: ['2021', '0', '2019-01-01'] }],
      });
      expect(Errors).toMatchObject([
        {
          PartitionValues: ['2021', '0', '2019-01-01'],
          ErrorDetail: { ErrorCode: 'AlreadyExistsException' },
        },
      ]);
    });
  });
});
