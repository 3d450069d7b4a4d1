import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DATABASES, type Lake, startLake } from '../support/lake.ts';

describe.each(DATABASES)('the Glue door on %s', (databaseName) => {
  let lake: Lake;
  let made = 0;

  beforeAll(async () => {
    lake = await startLake(databaseName);
  });
  afterAll(async () => {
    await lake.stop();
  });

  const newDatabase = async (): Promise<string> => {
    const name = `db${String((made += 1))}`;
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: name } });
    return name;
  };

  const newTable = async (keys: readonly { Name: string; Type: string }[], more: object = {}) => {
    const database = await newDatabase();
    await lake.ok('CreateTable', {
      DatabaseName: database,
      TableInput: { Name: 'trips', StorageDescriptor: { Columns: [] }, PartitionKeys: keys },
      ...more,
    });
    return { DatabaseName: database, TableName: 'trips' };
  };

  const add = async (table: object, values: readonly (readonly string[])[]) =>
    lake.ok('BatchCreatePartition', { ...table, PartitionInputList: values.map((Values) => ({ Values })) });

  const found = async (table: object, expression?: string, more: object = {}): Promise<string[]> => {
    const { Partitions: partitions } = await lake.ok('GetPartitions', {
      ...table,
      Expression: expression,
      ...more,
    });
    return (partitions as { Values: string[] }[]).map(({ Values }) => Values.join('/'));
  };

  const untilBuilt = async (table: object): Promise<readonly Record<string, unknown>[]> => {
    for (;;) {
      const { PartitionIndexDescriptorList: list } = await lake.ok('GetPartitionIndexes', table);
      const indexes = list as Record<string, unknown>[];
      if (indexes.every(({ IndexStatus }) => IndexStatus !== 'CREATING' && IndexStatus !== 'DELETING'))
        return indexes;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  describe('databases', () => {
    it('given a name in capitals, folds it and gives the definition back as it came', async () => {
      await lake.ok('CreateDatabase', {
        DatabaseInput: {
          Name: 'Sales',
          Description: 'd',
          Parameters: { 'A.b': '' },
          LocationUri: 's3://b/s',
        },
      });

      const { Database } = await lake.ok('GetDatabase', { Name: 'SALES' });

      expect(Database).toMatchObject({
        Name: 'sales',
        Description: 'd',
        Parameters: { 'A.b': '' },
        LocationUri: 's3://b/s',
        CatalogId: '111122223333',
        CreateTableDefaultPermissions: [],
      });
    });

    it('given a name that is taken, refuses', async () => {
      const name = await newDatabase();
      expect(await lake.refused('CreateDatabase', { DatabaseInput: { Name: name } })).toBe(
        'AlreadyExistsException: Database already exists.',
      );
    });

    it('given an update, replaces and clears what is absent, and renames with everything inside', async () => {
      const table = await newTable([{ Name: 'k', Type: 'string' }]);
      await lake.ok('UpdateDatabase', {
        Name: table.DatabaseName,
        DatabaseInput: { Name: 'renamed', Description: 'x' },
      });
      await lake.ok('UpdateDatabase', { Name: 'renamed', DatabaseInput: { Name: 'renamed' } });

      const { Database } = await lake.ok('GetDatabase', { Name: 'renamed' });
      expect(Database).not.toHaveProperty('Description');
      expect(await lake.ok('GetTable', { DatabaseName: 'renamed', Name: 'trips' })).toBeTruthy();
      expect(await lake.refused('GetTable', { DatabaseName: table.DatabaseName, Name: 'trips' })).toBe(
        `EntityNotFoundException: Database ${table.DatabaseName} not found.`,
      );
    });

    it('given a full database, deletes it with its tables, and the same name starts empty', async () => {
      const table = await newTable([{ Name: 'k', Type: 'string' }]);
      await add(table, [['a']]);
      await lake.ok('DeleteDatabase', { Name: table.DatabaseName });
      expect(await lake.refused('GetPartitions', table)).toContain('EntityNotFoundException: Database');

      await lake.ok('CreateDatabase', { DatabaseInput: { Name: table.DatabaseName } });
      expect(await lake.ok('GetTables', { DatabaseName: table.DatabaseName })).toEqual({ TableList: [] });
    });

    it('given pages of one, lists every database once, by name', async () => {
      await newDatabase();
      await newDatabase();
      const names: string[] = [];
      let token: unknown;
      do {
        const page = await lake.ok('GetDatabases', { MaxResults: 1, NextToken: token });
        names.push(...(page['DatabaseList'] as { Name: string }[]).map(({ Name }) => Name));
        token = page['NextToken'];
      } while (token !== undefined);
      const whole = await lake.ok('GetDatabases', {});
      expect(names).toEqual((whole['DatabaseList'] as { Name: string }[]).map(({ Name }) => Name));
      expect(new Set(names).size).toBe(names.length);
    });
  });

  describe('tables', () => {
    it('given updates, numbers versions from 0, keeps what it replaces, and honours SkipArchive', async () => {
      const { DatabaseName, TableName } = await newTable([]);
      const update = (Description: string, more: object = {}) =>
        lake.ok('UpdateTable', { DatabaseName, TableInput: { Name: 'trips', Description }, ...more });
      await update('one');
      await update('two', { SkipArchive: true });
      await update('three');

      const { TableVersions: versions } = await lake.ok('GetTableVersions', { DatabaseName, TableName });
      expect((versions as { VersionId: string }[]).map(({ VersionId }) => VersionId)).toEqual([
        '0',
        '2',
        '3',
      ]);
      const old = await lake.ok('GetTableVersion', { DatabaseName, TableName, VersionId: '2' });
      expect(old['TableVersion']).toMatchObject({ Table: { Description: 'two' }, VersionId: '2' });
      expect(await lake.refused('GetTableVersion', { DatabaseName, TableName, VersionId: '1' })).toBe(
        'EntityNotFoundException: Version not found.',
      );
      expect(await lake.refused('GetTableVersion', { DatabaseName, TableName, VersionId: 'x' })).toMatch(
        /^InvalidInputException/,
      );
    });

    it('given two updates that have read the same version, lets exactly one through', async () => {
      const { DatabaseName } = await newTable([]);
      const update = () =>
        lake.glue('UpdateTable', { DatabaseName, TableInput: { Name: 'trips' }, VersionId: '0' });

      const answers = await Promise.all([update(), update(), update(), update()]);

      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const codes = answers.filter(({ status }) => status !== 200).map(({ body }) => body['__type']);
      expect(new Set(codes)).toEqual(new Set(['ConcurrentModificationException']));
    });

    it('given an Iceberg commit on another base, refuses it even without a VersionId', async () => {
      const { DatabaseName } = await newTable([]);
      const commit = (from: string | undefined, to: string) => ({
        DatabaseName,
        TableInput: {
          Name: 'trips',
          Parameters: {
            table_type: 'ICEBERG',
            metadata_location: to,
            ...(from !== undefined && { previous_metadata_location: from }),
          },
        },
      });
      await lake.ok('UpdateTable', commit(undefined, 'm1'));
      await lake.ok('UpdateTable', commit('m1', 'm2'));
      expect(await lake.refused('UpdateTable', commit('m1', 'm3'))).toBe(
        'ConcurrentModificationException: Update table failed due to concurrent modifications.',
      );
    });

    it.each([
      ['mytableprefix_\\w+', ['mytableprefix_123']],
      ['\\w+catchthis\\w+', ['xx_catchthis_yy']],
      ['*', ['mytableprefix_123', 'trips', 'xx_catchthis_yy']],
      ['mytable*', ['mytableprefix_123']],
      ['*catch*is*', ['xx_catchthis_yy']],
      ['.*catch*is*', ['xx_catchthis_yy']],
      ['TRIPS|nope', ['trips']],
    ])('given the expression %s, finds %j', async (Expression, expected) => {
      const { DatabaseName } = await newTable([]);
      for (const Name of ['mytableprefix_123', 'xx_catchthis_yy']) {
        await lake.ok('CreateTable', { DatabaseName, TableInput: { Name } });
      }
      const { TableList } = await lake.ok('GetTables', { DatabaseName, Expression });
      expect((TableList as { Name: string }[]).map(({ Name }) => Name)).toEqual(expected);
    });

    it('given a batch delete, deletes what is there and names what is not', async () => {
      const { DatabaseName } = await newTable([]);
      const answer = await lake.ok('BatchDeleteTable', { DatabaseName, TablesToDelete: ['trips', 'nope'] });
      expect(answer).toEqual({
        Errors: [
          {
            TableName: 'nope',
            ErrorDetail: { ErrorCode: 'EntityNotFoundException', ErrorMessage: 'Table not found' },
          },
        ],
      });
    });
  });

  describe('partitions', () => {
    const keys = [
      { Name: 'Year', Type: 'int' },
      { Name: 'month', Type: 'string' },
    ];

    it('given locations by pattern and otherwise, gives every descriptor back as it came', async () => {
      const table = await newTable(keys);
      const inputs = [
        {
          Values: ['2021', '04'],
          StorageDescriptor: {
            Location: 's3://b/t/year=2021/month=04',
            Columns: [{ Name: 'v', Type: 'int' }],
          },
        },
        {
          Values: ['2022', '05'],
          StorageDescriptor: { Location: 's3://else/where', SerdeInfo: { Parameters: { z: '1', a: '2' } } },
        },
        {
          Values: ['2023', 'a/b'],
          StorageDescriptor: { Location: 's3://b/t/2023/a/b' },
          Parameters: { numRows: '3' },
          LastAccessTime: 1_700_000_000.5,
        },
        { Values: ['2024', '01'] },
      ];
      expect(await lake.ok('BatchCreatePartition', { ...table, PartitionInputList: inputs })).toEqual({
        Errors: [],
      });

      const { Partitions } = await lake.ok('GetPartitions', table);
      expect(Partitions).toEqual(
        inputs.map((input) => ({
          ...input,
          ...table,
          CreationTime: expect.any(Number) as number,
          CatalogId: '111122223333',
        })),
      );
    });

    it('given a batch with good and bad items, does the good ones and says what ails the others', async () => {
      const table = await newTable(keys);
      await add(table, [['2020', '01']]);
      const { Errors } = await add(table, [['2020', '01'], ['2021', '01'], ['2021', '01'], ['2022']]);
      expect(
        (Errors as { PartitionValues: string[]; ErrorDetail: { ErrorCode: string } }[]).map(
          ({ PartitionValues, ErrorDetail }) => [PartitionValues.join('/'), ErrorDetail.ErrorCode],
        ),
      ).toEqual(
        expect.arrayContaining([
          ['2020/01', 'AlreadyExistsException'],
          ['2021/01', 'AlreadyExistsException'],
          ['2022', 'InvalidInputException'],
        ]),
      );
      expect(await found(table)).toEqual(['2020/01', '2021/01']);
    });

    it('orders by type, keeps spellings apart, and keeps equal numbers together', async () => {
      const table = await newTable(keys);
      await add(table, [
        ['10', 'a'],
        ['9', 'a'],
        ['-5', 'z'],
        ['09', 'b'],
        ['9', 'B'],
        ['__HIVE_DEFAULT_PARTITION__', 'a'],
      ]);
      expect(await found(table)).toEqual([
        '-5/z',
        '9/B',
        '9/a',
        '09/b',
        '10/a',
        '__HIVE_DEFAULT_PARTITION__/a',
      ]);
      expect(await found(table, 'year = 9')).toEqual(['9/B', '9/a', '09/b']);
      expect(await found(table, 'year > 9')).toEqual(['10/a']);
      expect(await found(table, 'year is null')).toEqual(['__HIVE_DEFAULT_PARTITION__/a']);
    });

    it('given a stored value that does not fit, raises InvalidStateException where it is compared', async () => {
      const table = await newTable(keys);
      await add(table, [
        ['int', '01'],
        ['2', '01'],
      ]);
      expect(await lake.refused('GetPartitions', { ...table, Expression: 'year = 2' })).toBe(
        'InvalidStateException: "int" is not an integer.',
      );
      expect(await found(table, "month = '01'")).toHaveLength(2);
    });

    it('given an update with other values, moves the partition, and refuses to move it onto another', async () => {
      const table = await newTable(keys);
      await add(table, [
        ['1', 'a'],
        ['2', 'b'],
      ]);
      const move = (from: string[], to: string[]) => ({
        ...table,
        PartitionValueList: from,
        PartitionInput: { Values: to },
      });
      await lake.ok('UpdatePartition', move(['1', 'a'], ['3', 'c']));
      expect(await lake.refused('UpdatePartition', move(['3', 'c'], ['2', 'b']))).toContain(
        'AlreadyExistsException',
      );
      expect(await lake.refused('UpdatePartition', move(['1', 'a'], ['4', 'd']))).toBe(
        'EntityNotFoundException: Cannot find partition.',
      );
      expect(await found(table)).toEqual(['2/b', '3/c']);
    });

    it('gets, deletes and batch-deletes', async () => {
      const table = await newTable(keys);
      await add(table, [
        ['1', 'a'],
        ['2', 'b'],
        ['3', 'c'],
      ]);
      const batch = await lake.ok('BatchGetPartition', {
        ...table,
        PartitionsToGet: [
          { Values: ['3', 'c'] },
          { Values: ['9', 'x'] },
          { Values: ['1', 'a'] },
          { Values: ['3', 'c'] },
        ],
      });
      expect((batch['Partitions'] as { Values: string[] }[]).map(({ Values }) => Values[0])).toEqual([
        '3',
        '1',
      ]);
      await lake.ok('DeletePartition', { ...table, PartitionValues: ['1', 'a'] });
      expect(await lake.refused('GetPartition', { ...table, PartitionValues: ['1', 'a'] })).toContain(
        'partition',
      );
      expect(
        await lake.ok('BatchDeletePartition', { ...table, PartitionsToDelete: [{ Values: ['2', 'b'] }] }),
      ).toEqual({});
      expect(await found(table)).toEqual(['3/c']);
    });

    it('given segments and pages, returns every partition exactly once', async () => {
      const table = await newTable(keys);
      const values = Array.from({ length: 100 }, (_, i) => [String(i), 'm']);
      await add(table, values);
      for (const TotalSegments of [1, 3, 10]) {
        const all: string[] = [];
        for (let SegmentNumber = 0; SegmentNumber < TotalSegments; SegmentNumber += 1) {
          let NextToken: unknown;
          do {
            const page = await lake.ok('GetPartitions', {
              ...table,
              Segment: { SegmentNumber, TotalSegments },
              MaxResults: 7,
              NextToken,
            });
            all.push(...(page['Partitions'] as { Values: string[] }[]).map(({ Values }) => Values[0] ?? ''));
            NextToken = page['NextToken'];
          } while (NextToken !== undefined);
        }
        expect(all.sort()).toEqual(values.map(([year]) => year).sort());
      }
    });

    it('given a token of another question, refuses it', async () => {
      const table = await newTable(keys);
      await add(table, [
        ['1', 'a'],
        ['2', 'b'],
      ]);
      const { NextToken } = await lake.ok('GetPartitions', { ...table, MaxResults: 1 });
      expect(
        await lake.refused('GetPartitions', { ...table, MaxResults: 1, NextToken, Expression: 'year > 0' }),
      ).toContain('InvalidInputException: NextToken');
    });

    it('given a key whose type changes, orders its partitions anew', async () => {
      const table = await newTable([{ Name: 'k', Type: 'string' }]);
      await add(table, [['10'], ['9'], ['100']]);
      expect(await found(table)).toEqual(['10', '100', '9']);
      await lake.ok('UpdateTable', {
        DatabaseName: table.DatabaseName,
        TableInput: { Name: 'trips', PartitionKeys: [{ Name: 'k', Type: 'int' }] },
      });
      expect(await found(table)).toEqual(['9', '10', '100']);
      expect(await found(table, 'k > 9')).toEqual(['10', '100']);
    });
  });

  describe('partition indexes', () => {
    const keys = ['year', 'month', 'day'].map((Name) => ({ Name, Type: 'string' }));
    const create = (table: object, IndexName: string, Keys: string[]) => ({
      ...table,
      PartitionIndex: { IndexName, Keys },
    });
    const grid = ['2020', '2021'].flatMap((y) =>
      ['01', '02'].flatMap((m) => ['1', '2', '3'].map((d) => [y, m, d])),
    );

    it('given an index built over partitions and kept through every write, answers as without it', async () => {
      const plain = await newTable(keys);
      const indexed = await newTable(keys);
      for (const table of [plain, indexed]) await add(table, grid);
      await lake.ok('CreatePartitionIndex', create(indexed, 'by-day', ['day', 'month']));
      expect(await untilBuilt(indexed)).toEqual([
        {
          IndexName: 'by-day',
          IndexStatus: 'ACTIVE',
          Keys: [
            { Name: 'day', Type: 'string' },
            { Name: 'month', Type: 'string' },
          ],
        },
      ]);
      for (const table of [plain, indexed]) {
        await add(table, [['2022', '01', '2']]);
        await lake.ok('UpdatePartition', {
          ...table,
          PartitionValueList: ['2020', '01', '2'],
          PartitionInput: { Values: ['2020', '09', '2'] },
        });
        await lake.ok('DeletePartition', { ...table, PartitionValues: ['2021', '01', '2'] });
      }
      for (const expression of [
        "day='2'",
        "day='2' and month='01'",
        "day in ('1','2') and month > '01'",
        "day='2' or month='02'",
      ]) {
        const answer = await found(indexed, expression);
        expect(answer).toEqual(await found(plain, expression));
        expect(answer.length).toBeGreaterThan(0);
      }
    });

    it('given an index in CreateTable, has it ACTIVE at once', async () => {
      const table = await newTable(keys, { PartitionIndexes: [{ IndexName: 'i', Keys: ['year'] }] });
      const { PartitionIndexDescriptorList: list } = await lake.ok('GetPartitionIndexes', table);
      expect(list).toMatchObject([{ IndexName: 'i', IndexStatus: 'ACTIVE' }]);
    });

    it('refuses with the field’s own texts', async () => {
      const table = await newTable(keys);
      expect(await lake.refused('CreatePartitionIndex', create(table, 'i', ['nosuchcol']))).toBe(
        'InvalidInputException: IndexKeys not a part of PartitionColumns. Verify the indexKeys : [nosuchcol]',
      );
      for (const [name, key] of [
        ['a', 'year'],
        ['b', 'month'],
        ['c', 'day'],
      ] as const) {
        await lake.ok('CreatePartitionIndex', create(table, name, [key]));
        await untilBuilt(table);
      }
      expect(await lake.refused('CreatePartitionIndex', create(table, 'a', ['day', 'year']))).toBe(
        'AlreadyExistsException: Partition Index a already exists with the same name.',
      );
      expect(await lake.refused('CreatePartitionIndex', create(table, 'd', ['year']))).toBe(
        'AlreadyExistsException: Partition Index a already exists with the same keys.',
      );
      expect(await lake.refused('CreatePartitionIndex', create(table, 'd', ['day', 'year']))).toBe(
        'ResourceNumberLimitExceededException: Partition index limit exceeded. Maximum: 3',
      );
      await lake.ok('DeletePartitionIndex', { ...table, IndexName: 'a' });
      expect((await untilBuilt(table)).map(({ IndexName }) => IndexName)).toEqual(['b', 'c']);
      expect(await lake.refused('DeletePartitionIndex', { ...table, IndexName: 'a' })).toContain(
        'EntityNotFoundException',
      );
    });

    it('given values that do not fit, fails the build with samples, and refuses such values once an index exists', async () => {
      const typed = [{ Name: 'n', Type: 'int' }];
      const table = await newTable(typed);
      await add(table, [['foo'], ['1']]);
      await lake.ok('CreatePartitionIndex', create(table, 'i', ['n']));
      expect(await untilBuilt(table)).toMatchObject([
        {
          IndexStatus: 'FAILED',
          BackfillErrors: [{ Code: 'INVALID_PARTITION_TYPE_DATA_ERROR', Partitions: [{ Values: ['foo'] }] }],
        },
      ]);
      await lake.ok('DeletePartition', { ...table, PartitionValues: ['foo'] });
      await lake.ok('CreatePartitionIndex', create(table, 'i', ['n']));
      await untilBuilt(table);
      expect(
        await lake.refused('CreatePartition', { ...table, PartitionInput: { Values: ['bar'] } }),
      ).toMatch(/^InvalidInputException/);
      expect(
        await lake.refused('UpdateTable', {
          DatabaseName: table.DatabaseName,
          TableInput: { Name: 'trips', PartitionKeys: [{ Name: 'n', Type: 'string' }] },
        }),
      ).toMatch(/^InvalidInputException.*indexed/);
    });
  });

  describe('bad input', () => {
    it.each<[string, string, object, RegExp]>([
      [
        'a missing member',
        'GetTable',
        { DatabaseName: 'd' },
        /^ValidationException: 1 validation error detected: Value 'null' at 'name' failed to satisfy constraint: Member must not be null$/,
      ],
      ['a wrong type', 'GetTable', { DatabaseName: 'd', Name: 5 }, /^ValidationException/],
      [
        'a name too long',
        'CreateDatabase',
        { DatabaseInput: { Name: 'x'.repeat(256) } },
        /^ValidationException.*less than or equal to 255$/,
      ],
      [
        '101 partitions',
        'BatchCreatePartition',
        { DatabaseName: 'd', TableName: 't', PartitionInputList: Array(101).fill({ Values: ['a'] }) },
        /^ValidationException.*100$/,
      ],
      [
        'a page size out of bounds',
        'GetTables',
        { DatabaseName: 'd', MaxResults: 101 },
        /^ValidationException/,
      ],
      [
        'U+0000',
        'CreateDatabase',
        { DatabaseInput: { Name: 'a', Description: 'x\u0000' } },
        /^ValidationException/,
      ],
      ['an unknown operation', 'MakeCoffee', {}, /^UnknownOperationException/],
      [
        'a table nowhere',
        'GetTable',
        { DatabaseName: 'nowhere', Name: 't' },
        /^EntityNotFoundException: Database nowhere not found.$/,
      ],
      [
        'another account',
        'GetTable',
        { CatalogId: '444455556666', DatabaseName: 'd', Name: 't' },
        /^AccessDeniedException/,
      ],
    ])('given %s, refuses', async (_what, operation, input, expected) => {
      expect(await lake.refused(operation, input)).toMatch(expected);
    });

    it.each<[string, RegExp]>([
      ['x = 1', /^InvalidInputException: Invalid partition expression!$/],
      ['n like "a%"', /^InvalidInputException: Integral data type doesn't support operation 'LIKE'$/],
      ["n = 'a'", /^InvalidInputException: "a" is not an integer.$/],
      ['n = 1 and', /^InvalidInputException: Unsupported expression 'n = 1 and'$/],
      [`n = ${'1'.repeat(1_000_000)}`, /^ValidationException/],
      ['('.repeat(2000), /^InvalidInputException: Unsupported expression/],
      ['not '.repeat(500), /^InvalidInputException: Unsupported expression/],
    ])('given the expression %.30s, refuses', async (Expression, expected) => {
      const table = await newTable([{ Name: 'n', Type: 'int' }]);
      expect(await lake.refused('GetPartitions', { ...table, Expression })).toMatch(expected);
    });
  });
});
