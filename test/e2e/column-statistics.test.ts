import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { signGlue } from '../support/glue.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';

const AnalyzedTime = 1_700_000_000.125;
/** Beyond 2^53, where doubles are two apart. */
const LONG = '9007199254740993';

const longData = (minimum: number | string, NumberOfNulls = 0) => ({
  Type: 'LONG',
  LongColumnStatisticsData: { MinimumValue: minimum, NumberOfNulls, NumberOfDistinctValues: 7 },
});
const statistics = (ColumnName: string, minimum = 1) => ({
  ColumnName,
  ColumnType: 'bigint',
  AnalyzedTime,
  StatisticsData: longData(minimum),
});

const EVERY_TYPE: Readonly<Record<string, object>> = {
  BOOLEAN: { BooleanColumnStatisticsData: { NumberOfTrues: 1, NumberOfFalses: 2, NumberOfNulls: 3 } },
  DATE: {
    DateColumnStatisticsData: {
      MinimumValue: -86_400,
      MaximumValue: 1_700_000_000.5,
      NumberOfNulls: 0,
      NumberOfDistinctValues: 2,
    },
  },
  DECIMAL: {
    DecimalColumnStatisticsData: {
      MinimumValue: { UnscaledValue: 'gA==', Scale: 2 },
      MaximumValue: { UnscaledValue: 'AAAAgA==', Scale: 0 },
      NumberOfNulls: 0,
      NumberOfDistinctValues: 2,
    },
  },
  DOUBLE: {
    DoubleColumnStatisticsData: {
      MinimumValue: '-Infinity',
      MaximumValue: 'NaN',
      NumberOfNulls: 0,
      NumberOfDistinctValues: 2,
    },
  },
  LONG: { LongColumnStatisticsData: { NumberOfNulls: 0, NumberOfDistinctValues: 2 } },
  STRING: {
    StringColumnStatisticsData: {
      MaximumLength: 9,
      AverageLength: 4.5,
      NumberOfNulls: 0,
      NumberOfDistinctValues: 2,
    },
  },
  BINARY: { BinaryColumnStatisticsData: { MaximumLength: 9, AverageLength: 4.5, NumberOfNulls: 0 } },
};

describe.each(DATABASES)('column statistics on %s', (databaseName) => {
  let lake: Lake;
  let token: string;
  let tables = 0;

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'db' } });
  });
  afterAll(async () => {
    await lake.stop();
  });

  const columnsOf = (...names: string[]) => ({
    StorageDescriptor: { Columns: names.map((Name) => ({ Name, Type: 'bigint' })) },
  });
  const keys = { PartitionKeys: [{ Name: 'day', Type: 'int' }] };
  /** A table of its own for each test. */
  const newTable = async (...columns: string[]) => {
    tables += 1;
    const names = { DatabaseName: 'db', TableName: `t${String(tables)}` };
    await lake.ok('CreateTable', {
      DatabaseName: 'db',
      TableInput: { Name: names.TableName, ...keys, ...columnsOf(...columns) },
    });
    return names;
  };
  const read = async (
    names: { DatabaseName: string; TableName: string; PartitionValues?: string[] },
    ...ColumnNames: string[]
  ) => {
    const of = names.PartitionValues === undefined ? 'Table' : 'Partition';
    const found = await lake.ok(`GetColumnStatisticsFor${of}`, { ...names, ColumnNames });
    return found as {
      ColumnStatisticsList: {
        ColumnName: string;
        StatisticsData: { LongColumnStatisticsData: { MinimumValue: number } };
      }[];
      Errors: { ColumnName: string; Error: { ErrorCode: string; ErrorMessage: string } }[];
    };
  };
  const minimaOf = async (...question: Parameters<typeof read>) =>
    Object.fromEntries(
      (await read(...question)).ColumnStatisticsList.map(({ ColumnName, StatisticsData }) => [
        ColumnName,
        StatisticsData.LongColumnStatisticsData.MinimumValue,
      ]),
    );

  it('given every type, answers what was written', async () => {
    const columns = Object.keys(EVERY_TYPE).map((type) => `c_${type.toLowerCase()}`);
    const names = await newTable(...columns);
    const list = Object.entries(EVERY_TYPE).map(([Type, member], i) => ({
      ColumnName: columns[i],
      ColumnType: 'any',
      AnalyzedTime,
      StatisticsData: { Type, ...member },
    }));
    expect(await lake.ok('UpdateColumnStatisticsForTable', { ...names, ColumnStatisticsList: list })).toEqual(
      { Errors: [] },
    );
    const { ColumnStatisticsList: found, Errors } = await read(names, ...columns);
    expect(Errors).toEqual([]);
    const byName = (a: { ColumnName?: string | undefined }, b: { ColumnName?: string | undefined }) =>
      (a.ColumnName ?? '') < (b.ColumnName ?? '') ? -1 : 1;
    expect(found).toEqual([...list].sort(byName));
  });

  it('given longs beyond 2^53, keeps every digit on the wire', async () => {
    const names = await newTable('a');
    const body = JSON.stringify({
      ...names,
      ColumnStatisticsList: [
        { ColumnName: 'a', ColumnType: 'bigint', AnalyzedTime, StatisticsData: longData('MIN') },
      ],
    }).replace('"MIN"', `-9223372036854775808,"MaximumValue":${LONG}`);
    expect((await lake.glue('UpdateColumnStatisticsForTable', body)).status).toBe(200);

    const signed = signGlue(
      lake,
      'GetColumnStatisticsForTable',
      JSON.stringify({ ...names, ColumnNames: ['a'] }),
    );
    const text = await (await fetch(lake.url, { method: 'POST', ...signed })).text();
    expect(text).toContain(`"MinimumValue":-9223372036854775808,"MaximumValue":${LONG}`);

    const { data } = await graphql(
      lake,
      `{ table(database: "db", name: "${names.TableName}") { columnStatistics(columns: ["A"]) { minimum maximum nulls } } }`,
      {},
      token,
    );
    expect(data).toEqual({
      table: { columnStatistics: [{ minimum: '-9223372036854775808', maximum: LONG, nulls: '0' }] },
    });
  });

  it('overwrites column by column, without case; what has none is an item in Errors', async () => {
    const names = await newTable('a', 'b', 'c');
    const update = (...list: object[]) =>
      lake.ok('UpdateColumnStatisticsForTable', { ...names, ColumnStatisticsList: list });
    await update(statistics('a', 1), statistics('b', 2));
    await update(statistics('A', 3), statistics('day', 5));
    expect(await minimaOf(names, 'a', 'b', 'day')).toEqual({ A: 3, b: 2, day: 5 });
    const error = {
      ErrorCode: 'EntityNotFoundException',
      ErrorMessage: 'Statistics do not exist for this column',
    };
    expect((await read(names, 'c', 'zzz', 'b')).Errors).toEqual([
      { ColumnName: 'c', Error: error },
      { ColumnName: 'zzz', Error: error },
    ]);
    // The last of two for the same column stands.
    await update(statistics('c', 1), statistics('C', 2));
    expect(await minimaOf(names, 'c')).toEqual({ C: 2 });
  });

  it('given a column that is not there, says so and does the others', async () => {
    const names = await newTable('a');
    const answer = await lake.ok('UpdateColumnStatisticsForTable', {
      ...names,
      ColumnStatisticsList: [statistics('nope'), statistics('a')],
    });
    expect(answer['Errors']).toEqual([
      {
        ColumnStatistics: statistics('nope'),
        Error: { ErrorCode: 'EntityNotFoundException', ErrorMessage: 'Column nope not found.' },
      },
    ]);
    expect(await minimaOf(names, 'a', 'nope')).toEqual({ a: 1 });
  });

  it('given a deletion, forgets one column; a second one is refused', async () => {
    const names = await newTable('a', 'b');
    await lake.ok('UpdateColumnStatisticsForTable', {
      ...names,
      ColumnStatisticsList: [statistics('a'), statistics('b')],
    });
    await lake.ok('DeleteColumnStatisticsForTable', { ...names, ColumnName: 'A' });
    expect(await minimaOf(names, 'a', 'b')).toEqual({ b: 1 });
    expect(await lake.refused('DeleteColumnStatisticsForTable', { ...names, ColumnName: 'a' })).toBe(
      'EntityNotFoundException: Statistics do not exist for this column',
    );
  });

  it('given UpdateTable, keeps what is said of the columns that remain, and forgets the others for good', async () => {
    const names = await newTable('keep', 'drop');
    const partition = { ...names, PartitionValues: ['1'] };
    await lake.ok('CreatePartition', { ...names, PartitionInput: { Values: ['1'] } });
    const both = { ColumnStatisticsList: [statistics('keep', 1), statistics('drop', 2)] };
    await lake.ok('UpdateColumnStatisticsForTable', { ...names, ...both });
    await lake.ok('UpdateColumnStatisticsForPartition', { ...partition, ...both });
    for (const columns of [columnsOf('KEEP', 'new'), columnsOf('keep', 'drop')]) {
      await lake.ok('UpdateTable', {
        DatabaseName: 'db',
        TableInput: { Name: names.TableName, ...keys, ...columns },
      });
      expect(await minimaOf(names, 'keep', 'drop')).toEqual({ keep: 1 });
      expect(await minimaOf(partition, 'keep', 'drop')).toEqual({ keep: 1 });
    }
  });

  describe('of partitions', () => {
    const input = (value: string, ...columns: string[]) => ({ Values: [value], ...columnsOf(...columns) });
    const furnish = async () => {
      const names = await newTable('a', 'b');
      await lake.ok('BatchCreatePartition', {
        ...names,
        PartitionInputList: ['1', '01', '2'].map((value) => ({ Values: [value] })),
      });
      const put = (value: string, minimum: number) =>
        lake.ok('UpdateColumnStatisticsForPartition', {
          ...names,
          PartitionValues: [value],
          ColumnStatisticsList: [statistics('a', minimum), statistics('b', minimum)],
        });
      await put('1', 1);
      await put('01', 101);
      return names;
    };
    const minimumOf = async (names: { DatabaseName: string; TableName: string }, value: string) =>
      (await minimaOf({ ...names, PartitionValues: [value] }, 'a'))['a'];

    it('given two spellings of one number, tells them and the table apart', async () => {
      const names = await furnish();
      expect(await minimumOf(names, '1')).toBe(1);
      expect(await minimumOf(names, '01')).toBe(101);
      expect(await minimumOf(names, '2')).toBeUndefined();
      expect(await minimaOf(names, 'a')).toEqual({});
    });

    it('given other values, moves along', async () => {
      const names = await furnish();
      await lake.ok('UpdatePartition', {
        ...names,
        PartitionValueList: ['1'],
        PartitionInput: { Values: ['3'] },
      });
      expect(await minimumOf(names, '3')).toBe(1);
      await lake.ok('CreatePartition', { ...names, PartitionInput: { Values: ['1'] } });
      expect(await minimumOf(names, '1')).toBeUndefined();
    });

    it('given a new type of its key, stays', async () => {
      const names = await furnish();
      await lake.ok('UpdateTable', {
        DatabaseName: 'db',
        TableInput: {
          Name: names.TableName,
          PartitionKeys: [{ Name: 'day', Type: 'string' }],
          ...columnsOf('a', 'b'),
        },
      });
      expect(await minimumOf(names, '1')).toBe(1);
      expect(await minimumOf(names, '01')).toBe(101);
    });

    it('given its deletion, alone or in a batch, is gone for the next of that name', async () => {
      const names = await furnish();
      await lake.ok('DeletePartition', { ...names, PartitionValues: ['1'] });
      await lake.ok('BatchDeletePartition', { ...names, PartitionsToDelete: [{ Values: ['01'] }] });
      await lake.ok('BatchCreatePartition', {
        ...names,
        PartitionInputList: ['1', '01'].map((value) => ({ Values: [value] })),
      });
      expect(await minimumOf(names, '1')).toBeUndefined();
      expect(await minimumOf(names, '01')).toBeUndefined();
    });

    it('given UpdatePartition, forgets a column that only the partition had', async () => {
      const names = await newTable('a');
      const own = { ...names, PartitionValues: ['1'] };
      await lake.ok('CreatePartition', { ...names, PartitionInput: input('1', 'a', 'own') });
      await lake.ok('UpdateColumnStatisticsForPartition', {
        ...own,
        ColumnStatisticsList: [statistics('a', 1), statistics('own', 2)],
      });
      for (const columns of [['a'], ['a', 'own']]) {
        await lake.ok('UpdatePartition', {
          ...names,
          PartitionValueList: ['1'],
          PartitionInput: input('1', ...columns),
        });
        expect(await minimaOf(own, 'a', 'own')).toEqual({ a: 1 });
      }
    });

    it('given a partition that is not there, refuses', async () => {
      const names = { ...(await furnish()), PartitionValues: ['77'] };
      expect(await lake.refused('GetColumnStatisticsForPartition', { ...names, ColumnNames: ['a'] })).toBe(
        'EntityNotFoundException: Cannot find partition.',
      );
      expect(
        await lake.refused('UpdateColumnStatisticsForPartition', {
          ...names,
          ColumnStatisticsList: [statistics('a')],
        }),
      ).toBe('EntityNotFoundException: Cannot find partition.');
      expect(
        await lake.refused('GetColumnStatisticsForPartition', {
          ...names,
          PartitionValues: ['1', '2'],
          ColumnNames: ['a'],
        }),
      ).toMatch(/^InvalidInputException: The number of partition keys/);
    });
  });

  it('given the table made again, with and without its database, knows nothing', async () => {
    for (const operation of ['DeleteTable', 'DeleteDatabase']) {
      const names = { DatabaseName: 'again', TableName: 't' };
      const table = { DatabaseName: 'again', TableInput: { Name: 't', ...keys, ...columnsOf('a') } };
      if (operation === 'DeleteTable') await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'again' } });
      await lake.ok('CreateTable', table);
      await lake.ok('UpdateColumnStatisticsForTable', { ...names, ColumnStatisticsList: [statistics('a')] });
      await lake.ok(
        operation,
        operation === 'DeleteTable' ? { DatabaseName: 'again', Name: 't' } : { Name: 'again' },
      );
      if (operation === 'DeleteDatabase')
        await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'again' } });
      await lake.ok('CreateTable', table);
      expect(await minimaOf(names, 'a')).toEqual({});
      await lake.ok('DeleteTable', { DatabaseName: 'again', Name: 't' });
    }
  });

  it.each([
    [
      'a member of another Type',
      { Type: 'DOUBLE', LongColumnStatisticsData: { NumberOfNulls: 0, NumberOfDistinctValues: 1 } },
      /^InvalidInputException: StatisticsData of Type DOUBLE has DoubleColumnStatisticsData and nothing else/,
    ],
    ['no member', { Type: 'LONG' }, /^InvalidInputException: .*but got none/],
    ['two members', { Type: 'LONG', ...EVERY_TYPE['LONG'], ...EVERY_TYPE['DATE'] }, /^InvalidInputException/],
    ['an unknown Type', { Type: 'TEXT', ...EVERY_TYPE['LONG'] }, /^ValidationException: .*enum value set/],
    [
      'a count below 0',
      { Type: 'LONG', LongColumnStatisticsData: { NumberOfNulls: -1, NumberOfDistinctValues: 1 } },
      /^ValidationException: .*numberOfNulls' failed.*greater than or equal to 0/,
    ],
    [
      'no count',
      { Type: 'LONG', LongColumnStatisticsData: { NumberOfDistinctValues: 1 } },
      /^ValidationException: .*numberOfNulls' failed.*must not be null/,
    ],
    ['a fraction', longData(1.5), /^ValidationException: .*minimumValue' failed.*64-bit integer/],
    ['a text', longData('1'), /^ValidationException: .*64-bit integer/],
    [
      'a blob that is none',
      {
        Type: 'DECIMAL',
        DecimalColumnStatisticsData: {
          MinimumValue: { UnscaledValue: '*', Scale: 0 },
          NumberOfNulls: 0,
          NumberOfDistinctValues: 1,
        },
      },
      /^ValidationException: .*unscaledValue/,
    ],
  ])('given %s, refuses', async (_what, StatisticsData, refusal) => {
    const names = await newTable('a');
    const ColumnStatisticsList = [{ ColumnName: 'a', ColumnType: 'x', AnalyzedTime, StatisticsData }];
    expect(await lake.refused('UpdateColumnStatisticsForTable', { ...names, ColumnStatisticsList })).toMatch(
      refusal,
    );
  });

  it('given a number past 64 bits, or too many columns, refuses', async () => {
    const names = await newTable('a');
    const body = JSON.stringify({ ...names, ColumnStatisticsList: [statistics('a', 77)] });
    const { body: answer } = await lake.glue(
      'UpdateColumnStatisticsForTable',
      body.replace('77', '9223372036854775808'),
    );
    expect(answer).toMatchObject({ __type: 'ValidationException' });
    const many = Array.from({ length: 101 }, (_, i) => `c${String(i)}`);
    expect(
      await lake.refused('UpdateColumnStatisticsForTable', {
        ...names,
        ColumnStatisticsList: many.slice(0, 26).map((name) => statistics(name)),
      }),
    ).toMatch(/^ValidationException: .*columnStatisticsList/);
    expect(await lake.refused('GetColumnStatisticsForTable', { ...names, ColumnNames: many })).toMatch(
      /^ValidationException: .*columnNames/,
    );
    expect(
      await lake.refused('GetColumnStatisticsForTable', { ...names, TableName: 'nope', ColumnNames: [] }),
    ).toBe('EntityNotFoundException: Table nope not found.');
  });

  it('given GraphQL, writes, reads and deletes, exact as text', async () => {
    const names = await newTable('d', 'f');
    const table = { database: 'db', name: names.TableName };
    const at = '2026-11-24T00:00:00.000Z';
    const base = { analyzedAt: at, nulls: '9007199254740993', distinctValues: 3 };
    const update =
      'mutation ($i: UpdateColumnStatisticsInput!) { updateColumnStatistics(input: $i) { failures { columnName code } } }';
    const written = await graphql(
      lake,
      update,
      {
        i: {
          table,
          statistics: [
            { ...base, columnName: 'd', columnType: 'decimal(9,2)', type: 'DECIMAL', minimum: '-12.50' },
            {
              ...base,
              columnName: 'f',
              columnType: 'double',
              type: 'DOUBLE',
              maximum: 'NaN',
              minimum: '1e3',
            },
            { ...base, columnName: 'x', columnType: 'double', type: 'DOUBLE' },
          ],
        },
      },
      token,
    );
    expect(written.errors).toBeUndefined();
    expect(written.data).toEqual({
      updateColumnStatistics: { failures: [{ columnName: 'x', code: 'EntityNotFoundException' }] },
    });
    const [decimal] = (await read(names, 'd')).ColumnStatisticsList;
    expect(decimal?.StatisticsData).toMatchObject({
      DecimalColumnStatisticsData: { MinimumValue: { UnscaledValue: '+x4=', Scale: 2 } },
    });
    const ask = `{ table(database: "db", name: "${names.TableName}") { columnStatistics(columns: ["d", "f"]) { columnName type minimum maximum nulls distinctValues analyzedAt } } }`;
    const shown = { nulls: '9007199254740993', distinctValues: '3', analyzedAt: at };
    expect((await graphql(lake, ask, {}, token)).data).toEqual({
      table: {
        columnStatistics: [
          { columnName: 'd', type: 'DECIMAL', minimum: '-12.50', maximum: null, ...shown },
          { columnName: 'f', type: 'DOUBLE', minimum: '1000', maximum: 'NaN', ...shown },
        ],
      },
    });
    const refused = await graphql(
      lake,
      update,
      {
        i: { table, statistics: [{ ...base, columnName: 'd', columnType: '', type: 'LONG', minimum: 'x' }] },
      },
      token,
    );
    expect(refused.errors?.[0]?.extensions.code).toBe('ValidationException');
    await graphql(
      lake,
      'mutation ($i: DeleteColumnStatisticsInput!) { deleteColumnStatistics(input: $i) { name } }',
      { i: { table, columnName: 'd' } },
      token,
    );
    expect((await read(names, 'd')).ColumnStatisticsList).toEqual([]);
  });
});
