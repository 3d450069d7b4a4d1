import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { type KeyPair, newUser } from '../support/principals.ts';

const ACCOUNT = '111122223333';
const principal = (name: string) => ({ DataLakePrincipalIdentifier: `arn:aws:iam::${ACCOUNT}:user/${name}` });
const TABLE = { DatabaseName: 'sales', Name: 'orders' };
const COLUMNS = [
  { Name: 'id', Type: 'bigint' },
  { Name: 'city', Type: 'string' },
  { Name: 'amount', Type: 'decimal(10,2)' },
  { Name: 'at', Type: 'timestamp' },
  { Name: 'tags', Type: 'array<string>' },
];
const KEYS = [{ Name: 'day', Type: 'date' }];

/** A filter of `sales.orders`, shows id and city of Oslo's rows unless it says otherwise. */
const tableData = (Name: string, more: object = {}) => ({
  TableCatalogId: ACCOUNT,
  DatabaseName: 'sales',
  TableName: 'orders',
  Name,
  RowFilter: { FilterExpression: "city = 'Oslo'" },
  ColumnNames: ['id', 'city'],
  ...more,
});
const names = (Name: string) => ({
  TableCatalogId: ACCOUNT,
  DatabaseName: 'sales',
  TableName: 'orders',
  Name,
});

describe.each(DATABASES)('data cells filters on %s', (databaseName) => {
  let lake: Lake;
  let ann: KeyPair;
  let bob: KeyPair;

  const lf = (operation: string, input: object, caller: KeyPair = lake) =>
    lakeFormation({ url: lake.url, ...caller }, operation, input);
  const ok = async (operation: string, input: object, caller?: KeyPair) => {
    const { status, body } = await lf(operation, input, caller);
    if (status !== 200) throw new Error(`${operation}: ${JSON.stringify(body)}`);
    return body;
  };
  const refusal = async (operation: string, input: object, caller?: KeyPair): Promise<string> => {
    const { status, body } = await lf(operation, input, caller);
    expect(status).not.toBe(200);
    return `${String(body['__type'])}: ${String(body['Message'] ?? body['message'])}`;
  };
  const glue = (operation: string, input: object, caller: KeyPair) => lake.glue(operation, input, { caller });
  const create = (Name: string, more?: object) =>
    ok('CreateDataCellsFilter', { TableData: tableData(Name, more) });
  const grant = (to: string, Name: string, more: object = {}, caller?: KeyPair) =>
    ok(
      'GrantPermissions',
      {
        Principal: principal(to),
        Resource: { DataCellsFilter: names(Name) },
        Permissions: ['SELECT'],
        ...more,
      },
      caller,
    );
  const get = async (Name: string, caller?: KeyPair) =>
    (await ok('GetDataCellsFilter', names(Name), caller))['DataCellsFilter'] as Record<string, unknown>;
  const columnsSeen = async (caller: KeyPair): Promise<string[]> => {
    const { status, body } = await glue('GetTable', TABLE, caller);
    if (status !== 200) return [String(body['__type'])];
    const table = body['Table'] as {
      StorageDescriptor: { Columns: { Name: string }[] };
      PartitionKeys: { Name: string }[];
    };
    return [...table.StorageDescriptor.Columns, ...table.PartitionKeys].map(({ Name }) => Name);
  };
  const update = (Columns: object[], PartitionKeys: object[] = KEYS, StorageDescriptor: object = {}) =>
    lake.ok('UpdateTable', {
      DatabaseName: 'sales',
      TableInput: {
        Name: 'orders',
        StorageDescriptor: { Columns, ...StorageDescriptor },
        PartitionKeys,
        Parameters: { owner: 'sales', 'spark.sql.statistics.colStats.amount.max': 'zzmost' },
      },
    });

  beforeAll(async () => {
    lake = await startLake(databaseName);
    ann = await newUser(lake, 'ann', ['LakewardenDataAccess']);
    bob = await newUser(lake, 'bob', ['LakewardenDataAccess']);
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'sales' } });
  });
  afterAll(async () => {
    await lake.stop();
  });
  beforeEach(async () => {
    await lake.glue('DeleteTable', TABLE);
    await lake.ok('CreateTable', {
      DatabaseName: 'sales',
      TableInput: { Name: 'orders', StorageDescriptor: { Columns: COLUMNS }, PartitionKeys: KEYS },
    });
  });

  it('given a filter, shows it as it was written, lists it by page, and lets it go', async () => {
    await create('oslo');
    await create('all', {
      RowFilter: { AllRowsWildcard: {} },
      ColumnNames: undefined,
      ColumnWildcard: { ExcludedColumnNames: ['AMOUNT'] },
    });
    expect(await get('oslo')).toEqual({
      ...names('oslo'),
      RowFilter: { FilterExpression: "city = 'Oslo'" },
      ColumnNames: ['city', 'id'],
      VersionId: expect.any(String) as unknown,
    });
    expect(await get('all')).toMatchObject({
      RowFilter: { AllRowsWildcard: {} },
      ColumnWildcard: { ExcludedColumnNames: ['amount'] },
    });
    const first = await ok('ListDataCellsFilter', { Table: TABLE, MaxResults: 1 });
    const second = await ok('ListDataCellsFilter', {
      Table: TABLE,
      MaxResults: 1,
      NextToken: first['NextToken'],
    });
    expect(
      [first, second].map((page) => (page['DataCellsFilters'] as { Name: string }[]).map(({ Name }) => Name)),
    ).toEqual([['all'], ['oslo']]);
    expect(second['NextToken']).toBeUndefined();
    expect((await ok('ListDataCellsFilter', {}))['DataCellsFilters']).toHaveLength(2);
    expect(await refusal('CreateDataCellsFilter', { TableData: tableData('oslo') })).toMatch(
      /^AlreadyExistsException/,
    );
    await ok('DeleteDataCellsFilter', names('oslo'));
    expect(await refusal('GetDataCellsFilter', names('oslo'))).toMatch(/^EntityNotFoundException/);
    expect(await refusal('DeleteDataCellsFilter', names('oslo'))).toMatch(/^EntityNotFoundException/);
  });

  it('given the version that was read, updates it once', async () => {
    await create('oslo');
    const { VersionId } = await get('oslo');
    const next = tableData('oslo', { VersionId, RowFilter: { FilterExpression: 'id < 10' } });
    await ok('UpdateDataCellsFilter', { TableData: next });
    expect(await get('oslo')).toMatchObject({ RowFilter: { FilterExpression: 'id < 10' } });
    expect(await refusal('UpdateDataCellsFilter', { TableData: next })).toMatch(
      /^ConcurrentModificationException/,
    );
    expect(await refusal('UpdateDataCellsFilter', { TableData: tableData('none') })).toMatch(
      /^EntityNotFoundException: Data cells filter none/,
    );
  });

  it('given two updates of one version at once, lets one through', async () => {
    await create('oslo');
    const { VersionId } = await get('oslo');
    const outcomes = await Promise.all(
      ['id = 1', 'id = 2'].map((FilterExpression) =>
        lf('UpdateDataCellsFilter', {
          TableData: tableData('oslo', { VersionId, RowFilter: { FilterExpression } }),
        }),
      ),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  it('given a grant on it, shows the table with its columns; revoked or deleted, nothing', async () => {
    await create('oslo');
    expect(await columnsSeen(ann)).toEqual(['AccessDeniedException']);
    await grant('ann', 'oslo');
    expect(await columnsSeen(ann)).toEqual(['id', 'city']);
    expect((await glue('GetDatabases', {}, ann)).body['DatabaseList']).toHaveLength(1);
    expect((await glue('GetTables', { DatabaseName: 'sales' }, ann)).body['TableList']).toHaveLength(1);

    const held = await ok('ListPermissions', { Principal: principal('ann') });
    expect(held['PrincipalResourcePermissions']).toMatchObject([
      {
        Resource: { DataCellsFilter: names('oslo') },
        Permissions: ['SELECT'],
        PermissionsWithGrantOption: [],
      },
    ]);
    const ofTable = await ok('ListPermissions', { Resource: { Table: TABLE }, Principal: principal('ann') });
    expect(ofTable['PrincipalResourcePermissions']).toHaveLength(1);
    const ofFilter = await ok('ListPermissions', { Resource: { DataCellsFilter: names('oslo') } });
    expect(ofFilter['PrincipalResourcePermissions']).toHaveLength(1);

    const entry = {
      Principal: principal('ann'),
      Resource: { DataCellsFilter: names('oslo') },
      Permissions: ['SELECT'],
    };
    await ok('RevokePermissions', entry);
    expect(await columnsSeen(ann)).toEqual(['AccessDeniedException']);
    expect(await refusal('RevokePermissions', entry)).toMatch(/No permissions revoked/);
    const batch = {
      Entries: [
        { Id: '1', ...entry },
        { Id: '2', ...entry, Resource: { DataCellsFilter: names('none') } },
      ],
    };
    expect(await ok('BatchGrantPermissions', batch)).toMatchObject({
      Failures: [{ RequestEntry: { Id: '2' }, Error: { ErrorCode: 'EntityNotFoundException' } }],
    });
    expect(await columnsSeen(ann)).toEqual(['id', 'city']);
    await ok('UpdateDataCellsFilter', { TableData: tableData('oslo', { ColumnNames: ['city'] }) });
    expect(await columnsSeen(ann)).toEqual(['city']);
    await ok('DeleteDataCellsFilter', names('oslo'));
    expect(await columnsSeen(ann)).toEqual(['AccessDeniedException']);
    expect((await glue('GetDatabases', {}, ann)).body['DatabaseList']).toEqual([]);
    await create('oslo');
    expect(await columnsSeen(ann)).toEqual(['AccessDeniedException']);
  });

  it('given the table made again under its name, starts without filters', async () => {
    await create('oslo');
    await grant('ann', 'oslo');
    await lake.ok('DeleteTable', TABLE);
    await lake.ok('CreateTable', {
      DatabaseName: 'sales',
      TableInput: { Name: 'orders', StorageDescriptor: { Columns: COLUMNS }, PartitionKeys: KEYS },
    });
    expect((await ok('ListDataCellsFilter', { Table: TABLE }))['DataCellsFilters']).toEqual([]);
    expect(
      (await ok('ListPermissions', { Principal: principal('ann') }))['PrincipalResourcePermissions'],
    ).toEqual([]);
    expect(await columnsSeen(ann)).toEqual(['AccessDeniedException']);
  });

  it('given a bad filter, names the fault', async () => {
    const refusedWith = (more: object, name = 'bad') =>
      refusal('CreateDataCellsFilter', { TableData: tableData(name, more) });
    const rows = (FilterExpression: string) => refusedWith({ RowFilter: { FilterExpression } });
    expect(await refusedWith({ ColumnNames: ['nope'] })).toMatch(/^EntityNotFoundException: Column nope/);
    expect(await refusedWith({ ColumnWildcard: {} })).toMatch(/^InvalidInputException: .*one of the two/);
    expect(await refusedWith({ ColumnNames: undefined })).toMatch(/^InvalidInputException: .*one of the two/);
    expect(await refusedWith({ ColumnNames: [] })).toMatch(
      /^InvalidInputException: ColumnNames names no column/,
    );
    expect(await refusedWith({ RowFilter: undefined })).toMatch(/^InvalidInputException: RowFilter takes/);
    expect(await refusedWith({ RowFilter: { FilterExpression: 'id = 1', AllRowsWildcard: {} } })).toMatch(
      /RowFilter takes/,
    );
    expect(await refusedWith({ TableName: 'none' })).toMatch(/^EntityNotFoundException: Table none/);
    expect(await refusedWith({ DatabaseName: 'none' })).toMatch(/^EntityNotFoundException/);
    expect(await rows('nope = 1')).toMatch(/^InvalidInputException: .*names nope/);
    expect(await rows("id = 'x'")).toMatch(/^InvalidInputException: .*another type/);
    expect(await rows('id in (select 1)')).toMatch(/^InvalidInputException: .*subquery/);
    expect(await rows('lower(city) = 1')).toMatch(/^InvalidInputException: .*function/);
    expect(await rows(`city = '${'x'.repeat(2040)}'`)).toMatch(/^(InvalidInput|Validation)Exception/);
    expect(await rows(`${'('.repeat(200)}id = 1${')'.repeat(200)}`)).toMatch(
      /^InvalidInputException: .*nested/,
    );
    expect(await rows('')).toMatch(/^InvalidInputException: .*empty/);
    expect((await ok('ListDataCellsFilter', { Table: TABLE }))['DataCellsFilters']).toEqual([]);
    const on = (Permissions: string[]) => ({
      Principal: principal('ann'),
      Resource: { DataCellsFilter: names('none') },
      Permissions,
    });
    expect(await refusal('GrantPermissions', on(['SELECT']))).toMatch(
      /^EntityNotFoundException: Data cells filter none/,
    );
    expect(await refusal('GrantPermissions', on(['INSERT']))).toMatch(
      /^InvalidInputException: Permission INSERT/,
    );
  });

  it('given a hundred filters, refuses one more', async () => {
    for (let i = 0; i < 100; i += 1) await create(`f${String(i)}`);
    expect(await refusal('CreateDataCellsFilter', { TableData: tableData('more') })).toMatch(
      /^ResourceNumberLimitExceededException: .*100/,
    );
  });

  it('given a column that goes, leaves it out, and admits nothing where an expression named it', async () => {
    await create('oslo');
    await create('rest', {
      RowFilter: { FilterExpression: 'id > 5' },
      ColumnNames: ['id', 'city', 'amount'],
    });
    await grant('ann', 'oslo');
    await grant('bob', 'rest');
    await update(COLUMNS.filter(({ Name }) => Name !== 'city'));
    expect(await get('oslo')).toMatchObject({ ColumnNames: ['id'] });
    expect(await columnsSeen(ann)).toEqual(['id']);
    expect(await columnsSeen(bob)).toEqual(['id', 'amount']);
    // The same name again is another column: neither shown nor looked at.
    await update(COLUMNS);
    expect(await columnsSeen(ann)).toEqual(['id']);
    expect(await columnsSeen(bob)).toEqual(['id', 'amount']);
  });

  it('given a column of another type, admits nothing where an expression compared it, until it is updated', async () => {
    await create('oslo');
    await create('typed', { RowFilter: { FilterExpression: "at >= '2026-01-01'" } });
    await grant('ann', 'typed');
    await grant('bob', 'oslo');
    const rows = async (user: string) => {
      const { data } = await graphql(
        lake,
        'query ($input: ExplainInput!) { explain(input: $input) { rowFilter } }',
        {
          input: {
            principal: `arn:aws:iam::${ACCOUNT}:user/${user}`,
            permission: 'SELECT',
            database: 'sales',
            table: 'orders',
          },
        },
        await login(lake),
      );
      return (data?.['explain'] as { rowFilter: string }).rowFilter;
    };
    expect(await rows('ann')).toBe("at >= TIMESTAMP '2026-01-01 00:00:00'");
    // As a date it would be another condition: the same text is not what was granted.
    await update(COLUMNS.map((each) => (each.Name === 'at' ? { ...each, Type: 'date' } : each)));
    expect(await rows('ann')).toBe('FALSE');
    expect(await rows('bob')).toBe("city = 'Oslo'");
    await update(COLUMNS);
    expect(await rows('ann')).toBe('FALSE');
    const RowFilter = { FilterExpression: "at >= '2026-01-01'" };
    await ok('UpdateDataCellsFilter', { TableData: tableData('typed', { RowFilter }) });
    expect(await rows('ann')).toBe("at >= TIMESTAMP '2026-01-01 00:00:00'");
  });

  it('given a caller without rights, tells him nothing of filters', async () => {
    await create('oslo');
    const told = async (operation: string, filter: string, input: object) =>
      (await refusal(operation, input, ann)).replaceAll(filter, 'FILTER');
    for (const operation of ['GetDataCellsFilter', 'DeleteDataCellsFilter']) {
      const there = await told(operation, 'oslo', names('oslo'));
      expect(there).toMatch(/^AccessDeniedException: Insufficient Lake Formation permission/);
      expect(await told(operation, 'none', names('none'))).toBe(there);
    }
    for (const operation of ['CreateDataCellsFilter', 'UpdateDataCellsFilter']) {
      const there = await told(operation, 'oslo', { TableData: tableData('oslo') });
      expect(there).toMatch(/^AccessDeniedException: .*SELECT with grant option on table sales.orders/);
      expect(await told(operation, 'none', { TableData: tableData('none', { ColumnNames: ['nope'] }) })).toBe(
        there,
      );
    }
    expect((await ok('ListDataCellsFilter', {}, ann))['DataCellsFilters']).toEqual([]);
    // Of a table that she does not see she hears what she would hear of one that is not there.
    const ofNone = { DatabaseName: 'sales', Name: 'nothing' };
    expect((await refusal('ListDataCellsFilter', { Table: TABLE }, ann)).replace('orders', 'nothing')).toBe(
      await refusal('ListDataCellsFilter', { Table: ofNone }, ann),
    );
    // Even who holds some columns.
    const Resource = { TableWithColumns: { ...TABLE, ColumnNames: ['id'] } };
    await ok('GrantPermissions', { Principal: principal('ann'), Resource, Permissions: ['SELECT'] });
    expect(await refusal('GetDataCellsFilter', names('oslo'), ann)).toMatch(/^AccessDeniedException/);
    expect((await ok('ListDataCellsFilter', { Table: TABLE }, ann))['DataCellsFilters']).toEqual([]);
  });

  it('given the grant option on columns, makes, shows and grants filters of these, and looks at no other', async () => {
    const Resource = { TableWithColumns: { ...TABLE, ColumnNames: ['id', 'city'] } };
    await ok('GrantPermissions', {
      Principal: principal('ann'),
      Resource,
      Permissions: ['SELECT'],
      PermissionsWithGrantOption: ['SELECT'],
    });
    await ok('CreateDataCellsFilter', { TableData: tableData('mine') }, ann);
    const peeking = { RowFilter: { FilterExpression: 'amount > 100' } };
    expect(await refusal('CreateDataCellsFilter', { TableData: tableData('peek', peeking) }, ann)).toMatch(
      /^AccessDenied/,
    );
    expect(await refusal('UpdateDataCellsFilter', { TableData: tableData('mine', peeking) }, ann)).toMatch(
      /^AccessDenied/,
    );
    expect(
      await refusal(
        'CreateDataCellsFilter',
        { TableData: tableData('more', { ColumnNames: ['amount'] }) },
        ann,
      ),
    ).toMatch(/^AccessDenied/);
    await create('wide', { ColumnNames: ['id', 'amount'] });
    expect(await refusal('DeleteDataCellsFilter', names('wide'), ann)).toMatch(/^AccessDenied/);
    expect(await refusal('UpdateDataCellsFilter', { TableData: tableData('wide') }, ann)).toMatch(
      /^AccessDenied/,
    );
    await grant('bob', 'mine', {}, ann);
    expect(await columnsSeen(bob)).toEqual(['id', 'city']);
    // Bob may not pass it on, nor see the others.
    expect(
      await refusal(
        'GrantPermissions',
        {
          Principal: principal('ann'),
          Resource: { DataCellsFilter: names('mine') },
          Permissions: ['SELECT'],
        },
        bob,
      ),
    ).toMatch(/^AccessDenied/);
    expect(
      (
        (await ok('ListDataCellsFilter', { Table: TABLE }, bob))['DataCellsFilters'] as { Name: string }[]
      ).map(({ Name }) => Name),
    ).toEqual(['mine']);
    expect(await refusal('DeleteDataCellsFilter', names('mine'), bob)).toMatch(/^AccessDenied/);
    await grant('bob', 'mine', { Permissions: ['DROP'] }, ann);
    await ok('DeleteDataCellsFilter', names('mine'), bob);
  });

  it('given a filter with the grant option, passes on that filter and not its columns', async () => {
    await create('oslo');
    await create('other');
    await grant('ann', 'oslo', { PermissionsWithGrantOption: ['SELECT'] });
    await grant('bob', 'oslo', {}, ann);
    expect(await columnsSeen(bob)).toEqual(['id', 'city']);
    const to = { Principal: principal('bob'), Permissions: ['SELECT'] };
    for (const Resource of [
      { DataCellsFilter: names('other') },
      { TableWithColumns: { ...TABLE, ColumnNames: ['id'] } },
      { Table: TABLE },
    ]) {
      expect(await refusal('GrantPermissions', { ...to, Resource }, ann)).toMatch(/^AccessDenied/);
    }
  });

  it('given some rows of a partition key, shows the key and none of its values', async () => {
    await lake.ok('CreatePartition', {
      DatabaseName: 'sales',
      TableName: 'orders',
      PartitionInput: { Values: ['2026-01-01'] },
    });
    const at = { DatabaseName: 'sales', TableName: 'orders' };
    const partitions = async (caller: KeyPair) => {
      const { status, body } = await glue('GetPartitions', at, caller);
      return status === 200 ? (body['Partitions'] as unknown[]).length : String(body['__type']);
    };
    await create('some', { ColumnNames: ['id', 'day'] });
    await create('every', { ColumnNames: ['day'], RowFilter: { AllRowsWildcard: {} } });
    await grant('ann', 'some');
    expect(await columnsSeen(ann)).toEqual(['id', 'day']);
    expect(await partitions(ann)).toBe('AccessDeniedException');
    for (const [operation, input] of [
      ['GetPartition', { PartitionValues: ['2026-01-01'] }],
      ['BatchGetPartition', { PartitionsToGet: [{ Values: ['2026-01-01'] }] }],
    ] as const) {
      expect((await glue(operation, { ...at, ...input }, ann)).body['__type']).toBe('AccessDeniedException');
    }
    await grant('ann', 'every');
    expect(await partitions(ann)).toBe(1);
    await create('true', { ColumnNames: ['day'], RowFilter: { FilterExpression: 'TRUE' } });
    await grant('bob', 'true');
    expect(await partitions(bob)).toBe(1);
  });

  it('given some rows, shows no statistics, extremes or skewed values of their columns', async () => {
    const SkewedInfo = {
      SkewedColumnNames: ['amount'],
      SkewedColumnValues: ['zzmost'],
      SkewedColumnValueLocationMaps: {},
    };
    await update(COLUMNS, KEYS, { SkewedInfo });
    await lake.ok('UpdateColumnStatisticsForTable', {
      DatabaseName: 'sales',
      TableName: 'orders',
      ColumnStatisticsList: ['id', 'city'].map((ColumnName) => ({
        ColumnName,
        ColumnType: 'bigint',
        AnalyzedTime: 1764000000,
        StatisticsData: {
          Type: 'LONG',
          LongColumnStatisticsData: {
            MinimumValue: 1,
            MaximumValue: 9,
            NumberOfNulls: 0,
            NumberOfDistinctValues: 9,
          },
        },
      })),
    });
    await create('some', { ColumnNames: ['id', 'city', 'amount'] });
    await create('ids', { ColumnNames: ['id'], RowFilter: { AllRowsWildcard: {} } });
    await grant('ann', 'some');
    await grant('ann', 'ids');
    const statistics = await glue(
      'GetColumnStatisticsForTable',
      { DatabaseName: 'sales', TableName: 'orders', ColumnNames: ['id', 'city'] },
      ann,
    );
    expect(statistics.body).toMatchObject({
      ColumnStatisticsList: [{ ColumnName: 'id' }],
      Errors: [{ ColumnName: 'city' }],
    });
    const shown = (await glue('GetTable', TABLE, ann)).body['Table'] as {
      Parameters: object;
      StorageDescriptor: object;
    };
    expect(shown.Parameters).toEqual({ owner: 'sales' });
    expect(shown.StorageDescriptor).not.toHaveProperty('SkewedInfo');
    const found = await glue('SearchTables', { SearchText: 'orders' }, ann);
    expect(JSON.stringify(found.body)).not.toContain('zzmost');
    await create('amounts', { ColumnNames: ['amount'], RowFilter: { AllRowsWildcard: {} } });
    await grant('ann', 'amounts');
    expect(
      ((await glue('GetTable', TABLE, ann)).body['Table'] as { StorageDescriptor: object }).StorageDescriptor,
    ).toMatchObject({ SkewedInfo });
  });
});
