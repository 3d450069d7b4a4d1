import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Answer } from '../support/glue.ts';
import { graphql } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { iam, type KeyPair, newUser } from '../support/principals.ts';
import { query } from '../support/query.ts';

const ACCOUNT = '111122223333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/keeper`;
const principal = (name: string) => ({ DataLakePrincipalIdentifier: `arn:aws:iam::${ACCOUNT}:user/${name}` });
const typeOf = ({ body }: Answer): string => (typeof body['__type'] === 'string' ? body['__type'] : 'OK');
const DENIED = 'AccessDeniedException';

describe.each(DATABASES)('data locations on %s', (databaseName) => {
  let lake: Lake;
  let ann: KeyPair;

  const lf = (operation: string, input: object = {}, caller?: KeyPair) =>
    lakeFormation({ url: lake.url, ...(caller ?? lake) }, operation, input);
  const ok = async (operation: string, input: object = {}, caller?: KeyPair) => {
    const { status, body } = await lf(operation, input, caller);
    if (status !== 200) throw new Error(`${operation}: ${JSON.stringify(body)}`);
    return body;
  };
  const codeOf = async (operation: string, input: object, caller?: KeyPair): Promise<string> =>
    typeOf(await lf(operation, input, caller));
  const glue = async (operation: string, input: object): Promise<string> =>
    typeOf(await lake.glue(operation, input, { caller: ann }));
  const arns = async (input: object = {}): Promise<unknown[]> =>
    ((await ok('ListResources', input))['ResourceInfoList'] as { ResourceArn: string }[]).map(
      ({ ResourceArn }) => ResourceArn,
    );
  const table = (Name: string, more: object) => ({ DatabaseName: 'sales', TableInput: { Name, ...more } });

  beforeAll(async () => {
    lake = await startLake(databaseName);
    await iam(lake, 'CreateRole', {
      RoleName: 'keeper',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'lakeformation.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      }),
    });
    ann = await newUser(lake, 'ann', ['AWSGlueConsoleFullAccess', 'LakewardenDataAccess']);
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'sales' } });
    await ok('GrantPermissions', {
      Principal: principal('ann'),
      Resource: { Database: { Name: 'sales' } },
      Permissions: ['CREATE_TABLE'],
    });
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('given a location, tells what it was registered with, updates it and lets it go', async () => {
    const ResourceArn = 'arn:aws:s3:::first/data';
    await ok('RegisterResource', { ResourceArn: `${ResourceArn}/`, RoleArn: ROLE, WithFederation: true });
    const { ResourceInfo } = await ok('DescribeResource', { ResourceArn });
    expect(ResourceInfo).toMatchObject({
      ResourceArn,
      RoleArn: ROLE,
      WithFederation: true,
      HybridAccessEnabled: false,
      WithPrivilegedAccess: false,
      VerificationStatus: 'NOT_VERIFIED',
      LastModified: expect.any(Number) as number,
    });
    await ok('UpdateResource', { ResourceArn, RoleArn: ROLE, HybridAccessEnabled: true });
    expect((await ok('DescribeResource', { ResourceArn }))['ResourceInfo']).toMatchObject({
      WithFederation: true,
      HybridAccessEnabled: true,
    });
    await ok('DeregisterResource', { ResourceArn });
    for (const operation of ['DescribeResource', 'DeregisterResource', 'UpdateResource']) {
      expect(await codeOf(operation, { ResourceArn, RoleArn: ROLE })).toBe('EntityNotFoundException');
    }
  });

  it('given what cannot be registered, says so by the exceptions of the model', async () => {
    const ResourceArn = 'arn:aws:s3:::bad/data';
    const role = { RoleArn: ROLE };
    for (const input of [
      { ResourceArn },
      { ResourceArn, ...role, UseServiceLinkedRole: true },
      { ResourceArn, RoleArn: `arn:aws:iam::${ACCOUNT}:role/nobody` },
      { ResourceArn, RoleArn: 'arn:aws:iam::999988887777:role/keeper' },
      { ResourceArn: 's3://bad/data', ...role },
      { ResourceArn: 'arn:aws:s3:::bad/../data', ...role },
      { ResourceArn: 'arn:aws:s3:::bad//data', ...role },
    ]) {
      expect([input, await codeOf('RegisterResource', input)]).toEqual([input, 'InvalidInputException']);
    }
    for (const input of [{ ResourceArn: '', ...role }, role, { ResourceArn, RoleArn: 'keeper' }]) {
      expect([input, await codeOf('RegisterResource', input)]).toEqual([input, 'ValidationException']);
    }
    const filter = (ComparisonOperator: string, ...StringValueList: string[]) => ({
      FilterConditionList: [{ Field: 'LAST_MODIFIED', ComparisonOperator, StringValueList }],
    });
    for (const input of [
      filter('CONTAINS', '1'),
      filter('EQ', 'soon'),
      filter('BETWEEN', '1'),
      filter('IN'),
    ]) {
      expect(await codeOf('ListResources', input)).toBe('InvalidInputException');
    }
    const all = {
      ResourceArn,
      UseServiceLinkedRole: true,
    };
    for (const [operation, input] of Object.entries({
      RegisterResource: all,
      UpdateResource: { ResourceArn, ...role },
      DeregisterResource: { ResourceArn },
      DescribeResource: { ResourceArn },
      ListResources: {},
    })) {
      expect([operation, await codeOf(operation, input, ann)]).toEqual([operation, DENIED]);
    }
  });

  it('given several, lists them by page and by filter', async () => {
    const all = ['a', 'b', 'c'].map((name) => `arn:aws:s3:::listed/${name}`);
    for (const ResourceArn of all) await ok('RegisterResource', { ResourceArn, UseServiceLinkedRole: true });
    await ok('UpdateResource', { ResourceArn: all[1], RoleArn: ROLE });
    const by = (Field: string, ComparisonOperator: string, ...StringValueList: string[]) => ({
      FilterConditionList: [{ Field, ComparisonOperator, StringValueList }],
    });
    const [a, b, c] = all;
    expect(await arns(by('ROLE_ARN', 'EQ', ROLE))).toEqual([b]);
    expect(await arns(by('RESOURCE_ARN', 'BEGINS_WITH', 'arn:aws:s3:::listed/'))).toEqual(all);
    expect(await arns(by('RESOURCE_ARN', 'BETWEEN', a ?? '', b ?? ''))).toEqual([a, b]);
    expect(await arns(by('RESOURCE_ARN', 'IN', a ?? '', c ?? ''))).toEqual([a, c]);
    expect(await arns(by('RESOURCE_ARN', 'NOT_CONTAINS', 'listed'))).toEqual([]);
    expect(await arns(by('LAST_MODIFIED', 'GT', '2099-01-01T00:00:00Z'))).toEqual([]);
    const first = await ok('ListResources', { MaxResults: 2 });
    expect(first['ResourceInfoList']).toHaveLength(2);
    expect(await arns({ MaxResults: 2, NextToken: first['NextToken'] })).toEqual([c]);
    for (const ResourceArn of all) await ok('DeregisterResource', { ResourceArn });
  });

  it('given two that register one location at once, lets exactly one through', async () => {
    const ResourceArn = 'arn:aws:s3:::raced/data';
    const codes = await Promise.all(
      [1, 2, 3].map(() => codeOf('RegisterResource', { ResourceArn, UseServiceLinkedRole: true })),
    );
    expect(codes.sort()).toEqual(['AlreadyExistsException', 'AlreadyExistsException', 'OK']);
    await ok('DeregisterResource', { ResourceArn });
  });

  it('given a registered prefix, lets no location into it by any door or member', async () => {
    const ResourceArn = 'arn:aws:s3:::closed/data';
    const inside = 's3://closed/data/t';
    await ok('RegisterResource', { ResourceArn, UseServiceLinkedRole: true });
    const wide = { Location: 's3://open/t' };
    const ways: object[] = [
      { StorageDescriptor: { Location: inside } },
      { StorageDescriptor: { ...wide, AdditionalLocations: [inside] } },
      { StorageDescriptor: { ...wide, SerdeInfo: { Parameters: { path: inside } } } },
      { Parameters: { table_type: 'ICEBERG', metadata_location: `${inside}/metadata/v1.json` } },
      { Parameters: { 'storage.location.template': `${inside}/\${day}` } },
      { Parameters: { 'storage.location.template': 's3://${bucket}/data' } },
    ];
    for (const way of ways) {
      expect([way, await glue('CreateTable', table('t', way))]).toEqual([way, DENIED]);
    }
    const iceberg = {
      OpenTableFormatInput: {
        IcebergInput: {
          MetadataOperation: 'CREATE',
          Version: '2',
          CreateIcebergTableInput: {
            Location: inside,
            Schema: { Fields: [{ Id: 1, Name: 'id', Type: 'int', Required: true }] },
          },
        },
      },
    };
    expect(await glue('CreateTable', { ...table('t', {}), ...iceberg })).toBe(DENIED);
    // The table that he has made elsewhere does not move there, nor do its partitions.
    const keys = { PartitionKeys: [{ Name: 'day', Type: 'string' }] };
    expect(await glue('CreateTable', table('t', { StorageDescriptor: wide, ...keys }))).toBe('OK');
    expect(await glue('UpdateTable', table('t', { StorageDescriptor: { Location: inside }, ...keys }))).toBe(
      DENIED,
    );
    // Nor does one that lies around it: nobody was asked about s3://closed.
    const around = table('around', { StorageDescriptor: { Location: 's3://closed' }, ...keys });
    expect(await glue('CreateTable', around)).toBe('OK');
    for (const way of ways.slice(0, 5)) {
      const into = table('around', { ...way, ...keys });
      expect([way, await glue('UpdateTable', into)]).toEqual([way, DENIED]);
    }
    const within = { Values: ['1'], StorageDescriptor: { Location: inside } };
    const inAround = { DatabaseName: 'sales', TableName: 'around', PartitionInput: within };
    expect(await glue('CreatePartition', inAround)).toBe(DENIED);
    const named = { DatabaseName: 'sales', TableName: 't' };
    const part = (Values: string[], Location: string) => ({ Values, StorageDescriptor: { Location } });
    expect(await glue('CreatePartition', { ...named, PartitionInput: part(['1'], inside) })).toBe(DENIED);
    const batch = await lake.glue(
      'BatchCreatePartition',
      { ...named, PartitionInputList: [part(['1'], inside), part(['2'], 's3://open/t/2')] },
      { caller: ann },
    );
    expect(batch.body).toMatchObject({
      Errors: [{ PartitionValues: ['1'], ErrorDetail: { ErrorCode: DENIED } }],
    });
    const moved = { PartitionValueList: ['2'], PartitionInput: part(['2'], inside) };
    expect(await glue('UpdatePartition', { ...named, ...moved })).toBe(DENIED);
    const updates = await lake.glue('BatchUpdatePartition', { ...named, Entries: [moved] }, { caller: ann });
    expect(updates.body).toMatchObject({ Errors: [{ ErrorDetail: { ErrorCode: DENIED } }] });

    const sts = await query({ ...lake, ...ann }, 'sts', 'GetWebIdentityToken', {
      'Audience.member.1': 'lakewarden',
    });
    const [bearer] = sts.texts('WebIdentityToken');
    const questions = [
      `mutation { createTable(input: { table: { database: "sales", name: "g" }, definition: { storageDescriptor: { location: "${inside}" } } }) { table { name } } }`,
      `mutation { createPartitions(input: { table: { database: "sales", name: "t" }, partitions: [{ values: ["3"], storageDescriptor: { location: "${inside}" } }] }) { failures { code } } }`,
    ];
    for (const question of questions) {
      expect(JSON.stringify(await graphql(lake, question, {}, bearer))).toContain(DENIED);
    }
    const document = {
      version: 1,
      scope: 'databases',
      databases: { sales: { Tables: { d: { StorageDescriptor: { Location: inside } } } } },
    };
    const plan = 'query ($document: JSON!) { planCatalog(input: { document: $document }) { base } }';
    const { data, errors } = await graphql(lake, plan, { document }, bearer);
    expect(errors).toBeUndefined();
    const { base } = data?.['planCatalog'] as { base: string };
    const apply =
      'mutation ($document: JSON!, $base: ID!) { applyCatalog(input: { document: $document, base: $base }) { base } }';
    const applied = await graphql(lake, apply, { document, base }, bearer);
    expect(applied.errors?.[0]?.extensions.code).toBe(DENIED);

    await ok('GrantPermissions', {
      Principal: principal('ann'),
      Resource: { DataLocation: { ResourceArn } },
      Permissions: ['DATA_LOCATION_ACCESS'],
    });
    expect(await glue('CreateTable', table('u', { StorageDescriptor: { Location: inside } }))).toBe('OK');
    expect(await glue('UpdatePartition', { ...named, ...moved })).toBe('OK');
  });

  it('given grants on locations, lists them with their ARN, to the grantee his own', async () => {
    const ResourceArn = 'arn:aws:s3:::granted/data';
    await ok('RegisterResource', { ResourceArn, UseServiceLinkedRole: true });
    const grant = {
      Principal: principal('ann'),
      Resource: { DataLocation: { ResourceArn: `${ResourceArn}/deep` } },
      Permissions: ['DATA_LOCATION_ACCESS'],
      PermissionsWithGrantOption: ['DATA_LOCATION_ACCESS'],
    };
    const { Failures } = await ok('BatchGrantPermissions', {
      Entries: [
        { Id: '1', ...grant },
        { Id: '2', ...grant, Resource: { DataLocation: { ResourceArn: 'arn:aws:s3:::nowhere' } } },
        { Id: '3', ...grant, Permissions: ['SELECT'], PermissionsWithGrantOption: [] },
      ],
    });
    expect(Failures).toMatchObject([
      { Error: { ErrorCode: 'EntityNotFoundException' } },
      { Error: { ErrorCode: 'InvalidInputException' } },
    ]);
    const listed = await ok('ListPermissions', { Resource: grant.Resource }, ann);
    expect(listed['PrincipalResourcePermissions']).toMatchObject([
      { ...grant, Resource: { DataLocation: { CatalogId: ACCOUNT, ResourceArn: `${ResourceArn}/deep` } } },
    ]);
    await newUser(lake, 'bob');
    const on = (path: string) => ({
      Principal: principal('bob'),
      Resource: { DataLocation: { ResourceArn: `${ResourceArn}${path}` } },
      Permissions: ['DATA_LOCATION_ACCESS'],
    });
    await ok('GrantPermissions', on(''));
    await ok('GrantPermissions', on('/deep/er'), ann);
    const seen = await ok(
      'ListPermissions',
      { ResourceType: 'DATA_LOCATION', Principal: principal('bob') },
      ann,
    );
    // What he may pass on reaches down, not up.
    expect(seen['PrincipalResourcePermissions']).toMatchObject([
      { Resource: { DataLocation: { ResourceArn: `${ResourceArn}/deep/er` } } },
    ]);
    await ok('RevokePermissions', on('/deep/er'), ann);
    expect(await codeOf('RevokePermissions', on('/deep/er'), ann)).toBe('InvalidInputException');
    expect(await codeOf('RevokePermissions', on(''), ann)).toBe(DENIED);
  });

  it('given a registered prefix, tells of every table in it, and of no other, for as long as it is', async () => {
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'told' } });
    const create = (Name: string, Location?: string) =>
      lake.ok('CreateTable', {
        DatabaseName: 'told',
        TableInput: { Name, ...(Location !== undefined && { StorageDescriptor: { Location } }) },
      });
    await create('inside', 's3a://told/in/t/');
    await create('beside', 's3://told/inner/t');
    await create('view');
    await lake.ok('CreateTable', {
      DatabaseName: 'told',
      TableInput: { Name: 'link', TargetTable: { CatalogId: ACCOUNT, DatabaseName: 'told', Name: 'inside' } },
    });
    type Answered = { Name: string; IsRegisteredWithLakeFormation: boolean };
    const flags = (tables: unknown) =>
      (tables as Answered[])
        .filter(({ IsRegisteredWithLakeFormation }) => IsRegisteredWithLakeFormation)
        .map(({ Name }) => Name)
        .sort();
    const told = async () => {
      const one = async (Name: string) =>
        (await lake.ok('GetTable', { DatabaseName: 'told', Name }))['Table'];
      const { TableList: listed } = await lake.ok('GetTables', { DatabaseName: 'told' });
      const { TableList: searched } = await lake.ok('SearchTables', { SearchText: 'inside' });
      const { TableVersions: versions } = await lake.ok('GetTableVersions', {
        DatabaseName: 'told',
        TableName: 'inside',
      });
      const asked = await Promise.all(['inside', 'beside', 'view', 'link'].map(one));
      return [
        flags(asked),
        flags(listed),
        flags(searched),
        flags((versions as { Table: unknown }[]).map(({ Table }) => Table)),
      ];
    };
    expect(await told()).toEqual([[], [], [], []]);
    const ResourceArn = 'arn:aws:s3:::told/in';
    await ok('RegisterResource', { ResourceArn, UseServiceLinkedRole: true });
    const inside = [['inside', 'link'], ['inside', 'link'], ['inside'], ['inside']];
    expect(await told()).toEqual(inside);
    expect(await told()).toEqual(inside);
    await ok('DeregisterResource', { ResourceArn });
    expect(await told()).toEqual([[], [], [], []]);
  });
});
