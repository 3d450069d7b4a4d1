import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { iam, type KeyPair, newUser } from '../support/principals.ts';
import { query } from '../support/query.ts';

const ACCOUNT = '111122223333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/analyst`;
const USER = `arn:aws:iam::${ACCOUNT}:user/ann`;
const TABLE = { DatabaseName: 'sales', Name: 'orders' };
const ENGINE = {
  CatalogId: ACCOUNT,
  DatabaseName: 'sales',
  SupportedPermissionTypes: ['COLUMN_PERMISSION', 'CELL_FILTER_PERMISSION'],
};
const ASKED = { ...ENGINE, Name: 'orders' };
const PARTITIONS = { ...ENGINE, TableName: 'orders' };
const DENIED = 'AccessDeniedException';
const trusting = (lists: object = {}) => ({
  AllowExternalDataFiltering: true,
  ExternalDataFilteringAllowList: [{ DataLakePrincipalIdentifier: ACCOUNT }],
  AuthorizedSessionTagValueList: ['spark'],
  ...lists,
});

describe.each(DATABASES)('unfiltered metadata on %s', (databaseName) => {
  let lake: Lake;
  let user: KeyPair;
  /** The role's session as an engine assumes it, and as anybody does. */
  let engine: KeyPair;
  let plain: KeyPair;

  const lf = async (operation: string, input: object) => {
    const { status, body } = await lakeFormation(lake, operation, input);
    if (status !== 200) throw new Error(`${operation}: ${JSON.stringify(body)}`);
    return body;
  };
  const settings = (more: object) =>
    lf('PutDataLakeSettings', {
      DataLakeSettings: {
        DataLakeAdmins: [{ DataLakePrincipalIdentifier: `arn:aws:iam::${ACCOUNT}:user/admin` }],
        ...more,
      },
    });
  const assume = async (tag?: string): Promise<KeyPair> => {
    const answer = await query({ ...lake, ...user }, 'sts', 'AssumeRole', {
      RoleArn: ROLE,
      RoleSessionName: 'work',
      ...(tag !== undefined && {
        'Tags.member.1.Key': 'LakeFormationAuthorizedCaller',
        'Tags.member.1.Value': tag,
      }),
    });
    const [accessKeyId = '', secretAccessKey = '', sessionToken = ''] = [
      'AccessKeyId',
      'SecretAccessKey',
      'SessionToken',
    ].map((element) => answer.texts(element)[0]);
    return { accessKeyId, secretAccessKey, sessionToken };
  };
  const ask = async (operation: string, input: object, caller: KeyPair = engine) => {
    const { status, body } = await lake.glue(operation, input, { caller });
    return status === 200 ? body : { code: String(body['__type']), message: String(body['Message']) };
  };
  const grant = (Resource: object, Permissions = ['SELECT'], to = ROLE) =>
    lf('GrantPermissions', { Principal: { DataLakePrincipalIdentifier: to }, Resource, Permissions });
  const revoke = (Resource: object, Permissions = ['SELECT']) =>
    lf('RevokePermissions', { Principal: { DataLakePrincipalIdentifier: ROLE }, Resource, Permissions });
  const filter = (Name: string) => ({
    DataCellsFilter: { TableCatalogId: ACCOUNT, DatabaseName: 'sales', TableName: 'orders', Name },
  });

  beforeAll(async () => {
    lake = await startLake(databaseName);
    user = await newUser(lake, 'ann');
    await iam(lake, 'CreateRole', {
      RoleName: 'analyst',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: USER }, Action: ['sts:AssumeRole', 'sts:TagSession'] },
        ],
      }),
    });
    const PolicyArn = 'arn:aws:iam::aws:policy/LakewardenDataAccess';
    await iam(lake, 'AttachRolePolicy', { RoleName: 'analyst', PolicyArn });
    engine = await assume('spark');
    plain = await assume();
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'sales' } });
    const Columns = ['id', 'city', 'amount'].map((Name) => ({
      Name,
      Type: Name === 'city' ? 'string' : 'int',
    }));
    await lake.ok('CreateTable', {
      DatabaseName: 'sales',
      TableInput: {
        Name: 'orders',
        StorageDescriptor: { Columns, Location: 's3://lake/orders' },
        PartitionKeys: [{ Name: 'day', Type: 'string' }],
      },
    });
    for (const day of ['1', '2', '3']) {
      await lake.ok('CreatePartition', { ...TABLE, TableName: 'orders', PartitionInput: { Values: [day] } });
    }
    for (const [Name, FilterExpression, ColumnNames] of [
      ['oslo', "CITY = 'Oslo'", ['id', 'city']],
      ['small', 'amount < 10', ['id', 'amount', 'day']],
    ] as const) {
      const { DataCellsFilter } = filter(Name);
      await lf('CreateDataCellsFilter', {
        TableData: { ...DataCellsFilter, RowFilter: { FilterExpression }, ColumnNames },
      });
    }
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('given settings that trust nobody, or another, refuses in the same words whatever is there', async () => {
    await grant({ Table: TABLE });
    const none = { ...ASKED, Name: 'none' };
    for (const [more, caller] of [
      [{}, engine],
      [trusting({ AllowExternalDataFiltering: false }), engine],
      [trusting({ ExternalDataFilteringAllowList: [] }), engine],
      [
        trusting({ ExternalDataFilteringAllowList: [{ DataLakePrincipalIdentifier: '444455556666' }] }),
        engine,
      ],
      [trusting({ AuthorizedSessionTagValueList: ['athena'] }), engine],
      [trusting(), plain],
      [trusting(), user],
    ] as const) {
      await settings(more);
      const there = await ask('GetUnfilteredTableMetadata', ASKED, caller);
      expect(there).toMatchObject({ code: DENIED, message: expect.stringContaining('trust') as unknown });
      expect(await ask('GetUnfilteredTableMetadata', none, caller)).toEqual(there);
      expect(await ask('GetUnfilteredPartitionsMetadata', PARTITIONS, caller)).toEqual(there);
      expect(
        await ask('GetUnfilteredPartitionMetadata', { ...PARTITIONS, PartitionValues: ['1'] }, caller),
      ).toEqual(there);
    }
    await revoke({ Table: TABLE });
  });

  it('given a user who sees it all, answers the table, and a name for the query that holds for it', async () => {
    await settings(trusting());
    await grant({ Table: TABLE }, ['SELECT', 'INSERT']);
    const found = await ask('GetUnfilteredTableMetadata', ASKED);
    expect(found).toMatchObject({
      Table: { Name: 'orders', PartitionKeys: [{ Name: 'day' }] },
      AuthorizedColumns: ['id', 'city', 'amount', 'day'],
      CellFilters: [],
      IsProtected: false,
      Permissions: ['SELECT', 'INSERT'],
      ResourceArn: `arn:aws:glue:us-east-1:${ACCOUNT}:table/sales/orders`,
      IsRegisteredWithLakeFormation: false,
    });
    expect(found).not.toHaveProperty('RowFilter');
    await lf('RegisterResource', { ResourceArn: 'arn:aws:s3:::lake/orders', UseServiceLinkedRole: true });
    expect(await ask('GetUnfilteredTableMetadata', ASKED)).toMatchObject({
      Table: { IsRegisteredWithLakeFormation: true },
      IsRegisteredWithLakeFormation: true,
    });
    const ofPartition = { ...PARTITIONS, PartitionValues: ['1'] };
    expect(await ask('GetUnfilteredPartitionMetadata', ofPartition)).toMatchObject({
      IsRegisteredWithLakeFormation: true,
    });
    await lf('DeregisterResource', { ResourceArn: 'arn:aws:s3:::lake/orders' });
    const QueryAuthorizationId = 'QueryAuthorizationId' in found ? found['QueryAuthorizationId'] : '';
    const again = { QuerySessionContext: { QueryId: 'q1', QueryAuthorizationId } };
    expect(await ask('GetUnfilteredTableMetadata', { ...ASKED, ...again })).toMatchObject({
      QueryAuthorizationId,
    });
    const invented = { QuerySessionContext: { QueryAuthorizationId: 'invented' } };
    expect(await ask('GetUnfilteredTableMetadata', { ...ASKED, ...invented })).toMatchObject({
      code: 'InvalidInputException',
    });
    expect(
      await ask('GetUnfilteredTableMetadata', { ...ASKED, Permissions: ['SELECT', 'INSERT'] }),
    ).toHaveProperty('Table');
    for (const Permissions of [['DELETE'], ['SELECT', 'DELETE']]) {
      expect(await ask('GetUnfilteredTableMetadata', { ...ASKED, Permissions })).toMatchObject({
        code: DENIED,
        message: expect.stringContaining('Required DELETE') as unknown,
      });
    }
    await revoke({ Table: TABLE }, ['SELECT', 'INSERT']);
  });

  it('given filters, tells the engine columns, rows and cells; and refuses one that cannot enforce them', async () => {
    await settings(trusting());
    await grant(filter('oslo'));
    expect(await ask('GetUnfilteredTableMetadata', ASKED)).toMatchObject({
      Table: { StorageDescriptor: { Columns: [{ Name: 'id' }, { Name: 'city' }, { Name: 'amount' }] } },
      AuthorizedColumns: ['id', 'city'],
      RowFilter: "city = 'Oslo'",
      CellFilters: [
        { ColumnName: 'id', RowFilterExpression: "city = 'Oslo'" },
        { ColumnName: 'city', RowFilterExpression: "city = 'Oslo'" },
      ],
    });
    await grant(filter('small'));
    expect(await ask('GetUnfilteredTableMetadata', ASKED)).toMatchObject({
      AuthorizedColumns: ['id', 'city', 'amount', 'day'],
      RowFilter: "(amount < 10) OR (city = 'Oslo')",
      CellFilters: [
        { ColumnName: 'id', RowFilterExpression: "(amount < 10) OR (city = 'Oslo')" },
        { ColumnName: 'city', RowFilterExpression: "city = 'Oslo'" },
        { ColumnName: 'amount', RowFilterExpression: 'amount < 10' },
        { ColumnName: 'day', RowFilterExpression: 'amount < 10' },
      ],
    });
    for (const SupportedPermissionTypes of [['COLUMN_PERMISSION'], ['NESTED_PERMISSION']]) {
      expect(await ask('GetUnfilteredTableMetadata', { ...ASKED, SupportedPermissionTypes })).toMatchObject({
        code: 'PermissionTypeMismatchException',
        message: expect.stringContaining('CELL_FILTER_PERMISSION') as unknown,
      });
    }
    await revoke(filter('small'));
    const cellsOnly = { SupportedPermissionTypes: ['CELL_FILTER_PERMISSION'] };
    expect(await ask('GetUnfilteredTableMetadata', { ...ASKED, ...cellsOnly })).toMatchObject({
      code: 'PermissionTypeMismatchException',
      message: expect.stringContaining('COLUMN_PERMISSION') as unknown,
    });
    // The user himself sees no partition; his trusted engine needs them all to find his rows.
    expect(
      (await lake.glue('GetPartitions', { ...TABLE, TableName: 'orders' }, { caller: engine })).body[
        '__type'
      ],
    ).toBe(DENIED);
    const first = await ask('GetUnfilteredPartitionsMetadata', { ...PARTITIONS, MaxResults: 2 });
    expect(first).toMatchObject({
      UnfilteredPartitions: [
        {
          Partition: { Values: ['1'] },
          AuthorizedColumns: ['id', 'city'],
          IsRegisteredWithLakeFormation: false,
        },
        { Partition: { Values: ['2'] } },
      ],
    });
    const NextToken = 'NextToken' in first ? first['NextToken'] : undefined;
    expect(
      await ask('GetUnfilteredPartitionsMetadata', { ...PARTITIONS, MaxResults: 2, NextToken }),
    ).toMatchObject({
      UnfilteredPartitions: [{ Partition: { Values: ['3'] } }],
    });
    expect(
      await ask('GetUnfilteredPartitionsMetadata', { ...PARTITIONS, Expression: "day = '2'" }),
    ).toMatchObject({
      UnfilteredPartitions: [{ Partition: { Values: ['2'] } }],
    });
    expect(
      await ask('GetUnfilteredPartitionMetadata', { ...PARTITIONS, PartitionValues: ['2'] }),
    ).toMatchObject({
      Partition: { Values: ['2'] },
      AuthorizedColumns: ['id', 'city'],
    });
    expect(
      await ask('GetUnfilteredPartitionMetadata', { ...PARTITIONS, PartitionValues: ['9'] }),
    ).toMatchObject({
      code: 'EntityNotFoundException',
    });
    for (const [operation, input] of [
      ['GetUnfilteredPartitionsMetadata', PARTITIONS],
      ['GetUnfilteredPartitionMetadata', { ...PARTITIONS, PartitionValues: ['2'] }],
    ] as const) {
      const weak = { ...input, SupportedPermissionTypes: ['COLUMN_PERMISSION'] };
      expect(await ask(operation, weak)).toMatchObject({ code: 'PermissionTypeMismatchException' });
    }
    await revoke(filter('oslo'));
  });

  it('given full table access, serves any engine whose user sees all, and no other', async () => {
    await settings({ AllowFullTableExternalDataAccess: true });
    await grant({ Table: TABLE });
    expect(await ask('GetUnfilteredTableMetadata', ASKED, plain)).toHaveProperty('AuthorizedColumns');
    await revoke({ Table: TABLE });
    const Resource = { TableWithColumns: { ...TABLE, ColumnNames: ['id'] } };
    await grant(Resource);
    expect(await ask('GetUnfilteredTableMetadata', ASKED, plain)).toMatchObject({ code: DENIED });
    await revoke(Resource);
    await grant(filter('oslo'));
    expect(await ask('GetUnfilteredTableMetadata', ASKED, plain)).toMatchObject({ code: DENIED });
    await revoke(filter('oslo'));
  });

  it('given a user without SELECT, refuses his trusted engine, and tells nothing of what is there', async () => {
    await settings(trusting());
    const there = await ask('GetUnfilteredTableMetadata', ASKED);
    expect(there).toMatchObject({
      code: DENIED,
      message: expect.stringContaining('Required SELECT on orders') as unknown,
    });
    const nowhere = await ask('GetUnfilteredTableMetadata', { ...ASKED, Name: 'none' });
    expect(JSON.stringify(nowhere).replaceAll('none', 'orders')).toBe(JSON.stringify(there));
    await grant({ Table: TABLE }, ['DESCRIBE']);
    expect(await ask('GetUnfilteredTableMetadata', ASKED)).toEqual(there);
    await revoke({ Table: TABLE }, ['DESCRIBE']);
    for (const bad of [
      { SupportedPermissionTypes: [] },
      { SupportedPermissionTypes: ['ALL'] },
      { SupportedPermissionTypes: undefined },
      { CatalogId: undefined },
      { Region: 'eu-west-1' },
      { Permissions: ['CREATE_DATABASE'] },
    ]) {
      expect(await ask('GetUnfilteredTableMetadata', { ...ASKED, ...bad })).toMatchObject({
        code: expect.stringMatching(/^(Validation|InvalidInput)Exception$/) as unknown,
      });
    }
  });

  it('explains which rows and cells are shown', async () => {
    await grant(filter('oslo'), ['SELECT'], USER);
    await grant(filter('small'), ['SELECT'], USER);
    const { data, errors } = await graphql(
      lake,
      `
        query ($input: ExplainInput!) {
          explain(input: $input) {
            allowed
            columns
            rowFilter
            masks {
              column
              shownWhere
            }
            grants {
              because {
                resource
              }
            }
          }
        }
      `,
      { input: { principal: USER, permission: 'SELECT', database: 'sales', table: 'orders' } },
      await login(lake),
    );
    expect(errors).toBeUndefined();
    expect(data?.['explain']).toEqual({
      allowed: true,
      columns: ['id', 'city', 'amount', 'day'],
      rowFilter: "(amount < 10) OR (city = 'Oslo')",
      masks: [
        { column: 'city', shownWhere: "city = 'Oslo'" },
        { column: 'amount', shownWhere: 'amount < 10' },
        { column: 'day', shownWhere: 'amount < 10' },
      ],
      grants: {
        because: [
          { resource: 'data cells filter oslo of table sales.orders' },
          { resource: 'data cells filter small of table sales.orders' },
        ],
      },
    });
  });
});
