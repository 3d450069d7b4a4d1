import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DATABASES, type Lake, startLake } from '../support/lake.ts';

/** More than one step of a build. */
const MANY = 5_200;

describe.each(DATABASES)('how partitions are stored, on %s', (databaseName) => {
  let lake: Lake;
  let made = 0;

  beforeAll(async () => {
    lake = await startLake(databaseName);
  });
  afterAll(async () => {
    await lake.stop();
  });

  const newTable = async (PartitionKeys: readonly { Name: string; Type: string }[]) => {
    const DatabaseName = `layout${String((made += 1))}`;
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: DatabaseName } });
    await lake.ok('CreateTable', { DatabaseName, TableInput: { Name: 't', PartitionKeys } });
    return { DatabaseName, TableName: 't' };
  };

  const add = async (table: object, values: readonly (readonly string[])[]) => {
    for (let from = 0; from < values.length; from += 100) {
      const PartitionInputList = values.slice(from, from + 100).map((Values) => ({ Values }));
      expect(await lake.ok('BatchCreatePartition', { ...table, PartitionInputList })).toEqual({ Errors: [] });
    }
  };

  const found = async (table: object, Expression?: string, more: object = {}): Promise<string[]> => {
    const all: string[] = [];
    let NextToken: unknown;
    do {
      const page = await lake.ok('GetPartitions', { ...table, Expression, NextToken, ...more });
      all.push(...(page['Partitions'] as { Values: string[] }[]).map(({ Values }) => Values.join('/')));
      NextToken = page['NextToken'];
    } while (NextToken !== undefined);
    return all;
  };

  const index = async (table: object, IndexName: string, Keys: readonly string[]): Promise<unknown> => {
    await lake.ok('CreatePartitionIndex', { ...table, PartitionIndex: { IndexName, Keys } });
    for (;;) {
      const { PartitionIndexDescriptorList: list } = await lake.ok('GetPartitionIndexes', table);
      const named = (list as Record<string, unknown>[])
        .filter((each) => each['IndexName'] === IndexName)
        .at(-1);
      if (named?.['IndexStatus'] !== 'CREATING') return named;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  it('given a key that becomes a number, keeps spellings, indexes and segments of every partition', async () => {
    const table = await newTable([
      { Name: 'a', Type: 'string' },
      { Name: 'b', Type: 'string' },
    ]);
    const values = ['10', '9', '09', '-3', '2'].flatMap((a) => ['x', 'ü'].map((b) => [a, b]));
    await add(table, values);
    expect(await index(table, 'by-b', ['b'])).toMatchObject({ IndexStatus: 'ACTIVE' });
    const PartitionKeys = [
      { Name: 'a', Type: 'int' },
      { Name: 'b', Type: 'string' },
    ];
    await lake.ok('UpdateTable', {
      DatabaseName: table.DatabaseName,
      TableInput: { Name: 't', PartitionKeys },
    });

    expect(await found(table, "b='x'")).toEqual(['-3/x', '2/x', '9/x', '09/x', '10/x']);
    expect(await found(table, "a>=9 and b='ü'")).toEqual(['9/ü', '09/ü', '10/ü']);
    const segments = await Promise.all(
      [0, 1, 2].map((SegmentNumber) =>
        found(table, undefined, { Segment: { SegmentNumber, TotalSegments: 3 } }),
      ),
    );
    expect(segments.flat().sort()).toEqual(values.map((each) => each.join('/')).sort());

    // What writers do to entries they know by the new keys.
    await lake.ok('DeletePartition', { ...table, PartitionValues: ['09', 'x'] });
    await lake.ok('UpdatePartition', {
      ...table,
      PartitionValueList: ['2', 'x'],
      PartitionInput: { Values: ['1', 'x'] },
    });
    expect(await found(table, "b='x'")).toEqual(['-3/x', '1/x', '9/x', '10/x']);
  });

  it('given numbers that no bigint holds among many, builds an index that finds each of them', async () => {
    const table = await newTable([
      { Name: 'a', Type: 'string' },
      { Name: 'n', Type: 'bigint' },
      { Name: 'd', Type: 'date' },
    ]);
    const huge = '123456789012345678901234567890';
    const values = Array.from({ length: MANY }, (_, i) => [
      `k${String(i).padStart(5, '0')}`,
      String(i - 100),
      `2024-01-${String(1 + (i % 28)).padStart(2, '0')}`,
    ]);
    values[MANY - 2] = ['k-huge', huge, '2024-02-29'];
    values[MANY - 1] = ['k-null', '__HIVE_DEFAULT_PARTITION__', '__HIVE_DEFAULT_PARTITION__'];
    await add(table, values);
    expect(await index(table, 'by-n', ['n', 'd'])).toMatchObject({ IndexStatus: 'ACTIVE' });

    expect(await found(table, `n=${huge}`)).toEqual([`k-huge/${huge}/2024-02-29`]);
    expect(await found(table, 'n=-100')).toEqual(['k00000/-100/2024-01-01']);
    expect(await found(table, "n=5000 and d='2024-01-05'")).toEqual(
      values.filter(([, n, d]) => n === '5000' && d === '2024-01-05').map((each) => each.join('/')),
    );
    expect(await found(table, 'n>=-2 and n<2')).toEqual(values.slice(98, 102).map((each) => each.join('/')));
  });

  it('given one value among many that cannot be indexed, fails and names it', async () => {
    const table = await newTable([
      { Name: 'a', Type: 'string' },
      { Name: 'n', Type: 'int' },
    ]);
    const values = Array.from({ length: 300 }, (_, i) => [`k${String(i)}`, String(i)]);
    await add(table, [...values, ['odd', 'seven']]);
    expect(await index(table, 'by-n', ['n'])).toMatchObject({
      IndexStatus: 'FAILED',
      BackfillErrors: [
        { Code: 'INVALID_PARTITION_TYPE_DATA_ERROR', Partitions: [{ Values: ['odd', 'seven'] }] },
      ],
    });
  });
});
