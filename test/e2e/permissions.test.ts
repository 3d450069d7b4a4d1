import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Answer } from '../support/glue.ts';
import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { iam, type KeyPair, newUser } from '../support/principals.ts';
import { query } from '../support/query.ts';

const ACCOUNT = '111122223333';
const userArn = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`;
const DENIED = 'AccessDeniedException';

const codeOf = ({ status, body }: Answer): string => (status === 200 ? 'OK' : String(body['__type']));
const messageOf = ({ body }: Answer): string => String(body['Message'] ?? body['message']);

describe.each(DATABASES)('permissions on %s', (databaseName) => {
  let lake: Lake;
  let ann: KeyPair;
  let bob: KeyPair;

  const lf = async (operation: string, input: object, caller: KeyPair = lake): Promise<Answer> =>
    lakeFormation({ url: lake.url, ...caller }, operation, input);
  const grant = async (principal: string, Resource: object, Permissions: string[], more: object = {}) => {
    const Principal = { DataLakePrincipalIdentifier: principal };
    const answer = await lf('GrantPermissions', { Principal, Resource, Permissions, ...more });
    expect([codeOf(answer), answer.body]).toEqual(['OK', {}]);
  };
  const revoke = async (principal: string, Resource: object, Permissions: string[]) => {
    const Principal = { DataLakePrincipalIdentifier: principal };
    expect(codeOf(await lf('RevokePermissions', { Principal, Resource, Permissions }))).toBe('OK');
  };
  const as = (caller: KeyPair, operation: string, input: object = {}): Promise<Answer> =>
    lake.glue(operation, input, { caller });
  const namesIn = (answer: Answer, list: string): string[] =>
    (answer.body[list] as { Name: string }[]).map(({ Name }) => Name);
  const columnsOf = (table: unknown): string[] =>
    (table as { StorageDescriptor: { Columns: { Name: string }[] } }).StorageDescriptor.Columns.map(
      ({ Name }) => Name,
    );

  const newDatabase = async (Name: string, tables: readonly string[] = ['orders', 'customers']) => {
    await lake.ok('CreateDatabase', { DatabaseInput: { Name, Description: 'secret words' } });
    for (const table of tables) {
      await lake.ok('CreateTable', {
        DatabaseName: Name,
        TableInput: {
          Name: table,
          StorageDescriptor: {
            Location: `s3://lake/${table}/`,
            Columns: ['id', 'name', 'address', 'email'].map((column) => ({ Name: column, Type: 'string' })),
            SortColumns: [{ Column: 'email', SortOrder: 1 }],
          },
          PartitionKeys: [{ Name: 'day', Type: 'string' }],
          Parameters: {
            classification: 'parquet',
            'comment-of-email': 'x',
            schema: '{"fields":["address"]}',
          },
        },
      });
      await lake.ok('CreatePartition', {
        DatabaseName: Name,
        TableName: table,
        PartitionInput: {
          Values: ['2026-11-25'],
          StorageDescriptor: { Columns: [{ Name: 'id' }, { Name: 'email' }, { Name: 'old' }] },
        },
      });
    }
  };

  beforeAll(async () => {
    lake = await startLake(databaseName);
    ann = await newUser(lake, 'ann');
    bob = await newUser(lake, 'bob', []);
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('given no grant, a name that is there and one that is not look the same', async () => {
    await newDatabase('closed');
    const table = await as(ann, 'GetTable', { DatabaseName: 'closed', Name: 'orders' });
    expect([codeOf(table), messageOf(table)]).toEqual([
      DENIED,
      'Insufficient Lake Formation permission(s): Required DESCRIBE on orders',
    ]);
    for (const [operation, there, nowhere] of [
      ['GetDatabase', { Name: 'closed' }, { Name: 'closec' }],
      ['GetTable', { DatabaseName: 'closed', Name: 'orders' }, { DatabaseName: 'closed', Name: 'orderz' }],
      ['GetTable', { DatabaseName: 'closed', Name: 'orders' }, { DatabaseName: 'closec', Name: 'orders' }],
      ['GetTables', { DatabaseName: 'closed' }, { DatabaseName: 'closec' }],
      ['DeleteTable', { DatabaseName: 'closed', Name: 'orders' }, { DatabaseName: 'closed', Name: 'orderz' }],
      [
        'GetPartitions',
        { DatabaseName: 'closed', TableName: 'orders' },
        { DatabaseName: 'closed', TableName: 'orderz' },
      ],
    ] as const) {
      const [a, b] = [await as(ann, operation, there), await as(ann, operation, nowhere)];
      expect([operation, codeOf(a), codeOf(b)]).toEqual([operation, DENIED, DENIED]);
      expect(messageOf(b).replaceAll(/closec|orderz/g, '*')).toBe(
        messageOf(a).replaceAll(/closed|orders/g, (word) => (messageOf(b).includes(word) ? word : '*')),
      );
    }
    expect((await as(ann, 'GetDatabases')).body).toEqual({ DatabaseList: [] });
  });

  it('given SELECT on columns, shows the table with these columns alone, whatever names the others is cut', async () => {
    await newDatabase('people');
    const on = {
      TableWithColumns: { DatabaseName: 'people', Name: 'customers', ColumnNames: ['id', 'name', 'day'] },
    };
    await grant(userArn('ann'), on, ['SELECT']);
    const { body } = await as(ann, 'GetTable', { DatabaseName: 'people', Name: 'customers' });
    expect(columnsOf(body['Table'])).toEqual(['id', 'name']);
    expect(JSON.stringify(body)).not.toMatch(/address|email/);
    expect(body['Table']).toMatchObject({
      Parameters: { classification: 'parquet' },
      PartitionKeys: [{ Name: 'day' }],
    });

    const { body: found } = await as(ann, 'GetPartitions', {
      DatabaseName: 'people',
      TableName: 'customers',
    });
    expect(found['Partitions']).toMatchObject([{ Values: ['2026-11-25'] }]);
    expect(columnsOf((found['Partitions'] as unknown[])[0])).toEqual(['id']);
    // The database is there, and no more of it is told.
    expect((await as(ann, 'GetDatabase', { Name: 'people' })).body).toMatchObject({
      Database: { Name: 'people' },
    });
    expect(JSON.stringify((await as(ann, 'GetDatabase', { Name: 'people' })).body)).not.toContain(
      'secret words',
    );
    expect(namesIn(await as(ann, 'GetTables', { DatabaseName: 'people' }), 'TableList')).toEqual([
      'customers',
    ]);
    expect(namesIn(await as(ann, 'GetDatabases'), 'DatabaseList')).toEqual(['people']);
    expect(codeOf(await as(ann, 'GetTable', { DatabaseName: 'people', Name: 'orders' }))).toBe(DENIED);
    for (const [operation, input] of [
      ['DeleteTable', { DatabaseName: 'people', Name: 'customers' }],
      ['UpdateTable', { DatabaseName: 'people', TableInput: { Name: 'customers' } }],
      [
        'CreatePartition',
        { DatabaseName: 'people', TableName: 'customers', PartitionInput: { Values: ['x'] } },
      ],
      [
        'DeletePartition',
        { DatabaseName: 'people', TableName: 'customers', PartitionValues: ['2026-11-25'] },
      ],
      ['CreateTable', { DatabaseName: 'people', TableInput: { Name: 'mine' } }],
      ['DeleteDatabase', { Name: 'people' }],
    ] as const) {
      expect([operation, codeOf(await as(ann, operation, input))]).toEqual([operation, DENIED]);
    }
  });

  it('given an exclude list, shows what is not on it, also a column that comes later', async () => {
    await newDatabase('later', ['t']);
    const on = {
      TableWithColumns: {
        DatabaseName: 'later',
        Name: 't',
        ColumnWildcard: { ExcludedColumnNames: ['email', 'address'] },
      },
    };
    await grant(userArn('ann'), on, ['SELECT']);
    const get = async () =>
      columnsOf((await as(ann, 'GetTable', { DatabaseName: 'later', Name: 't' })).body['Table']);
    expect(await get()).toEqual(['id', 'name']);
    await lake.ok('UpdateTable', {
      DatabaseName: 'later',
      TableInput: {
        Name: 't',
        StorageDescriptor: { Columns: [{ Name: 'id' }, { Name: 'email' }, { Name: 'fresh' }] },
        PartitionKeys: [{ Name: 'day', Type: 'string' }],
      },
    });
    expect(await get()).toEqual(['id', 'fresh']);
  });

  it('given column lists without a partition key, refuses the partitions', async () => {
    await newDatabase('keys', ['t']);
    const on = { TableWithColumns: { DatabaseName: 'keys', Name: 't', ColumnNames: ['id'] } };
    await grant(userArn('ann'), on, ['SELECT']);
    const table = { DatabaseName: 'keys', TableName: 't' };
    for (const [operation, input] of [
      ['GetPartitions', table],
      ['GetPartition', { ...table, PartitionValues: ['2026-11-25'] }],
      ['BatchGetPartition', { ...table, PartitionsToGet: [{ Values: ['2026-11-25'] }] }],
    ] as const) {
      expect([operation, codeOf(await as(ann, operation, input))]).toEqual([operation, DENIED]);
    }
    const { body } = await as(ann, 'GetTable', { DatabaseName: 'keys', Name: 't' });
    expect(JSON.stringify(body)).not.toContain('day');
  });

  it('given a revoke, refuses the next call', async () => {
    await newDatabase('gone', ['t']);
    const Resource = { Table: { DatabaseName: 'gone', Name: 't' } };
    const see = async () => codeOf(await as(ann, 'GetTable', { DatabaseName: 'gone', Name: 't' }));
    for (let round = 0; round < 3; round += 1) {
      await grant(userArn('ann'), Resource, ['DESCRIBE']);
      expect(await see()).toBe('OK');
      await revoke(userArn('ann'), Resource, ['DESCRIBE']);
      expect(await see()).toBe(DENIED);
    }
  });

  it('given a grant to a group, reaches its members for as long as they are members', async () => {
    await newDatabase('grouped', ['t']);
    await iam(lake, 'CreateGroup', { GroupName: 'analysts' });
    await grant(
      `arn:aws:iam::${ACCOUNT}:group/analysts`,
      { Table: { DatabaseName: 'grouped', TableWildcard: {} } },
      ['SELECT'],
    );
    const see = async () => codeOf(await as(ann, 'GetTable', { DatabaseName: 'grouped', Name: 't' }));
    expect(await see()).toBe(DENIED);
    await iam(lake, 'AddUserToGroup', { GroupName: 'analysts', UserName: 'ann' });
    expect(await see()).toBe('OK');
    await lake.ok('CreateTable', { DatabaseName: 'grouped', TableInput: { Name: 'tomorrow' } });
    expect(namesIn(await as(ann, 'GetTables', { DatabaseName: 'grouped' }), 'TableList')).toEqual([
      't',
      'tomorrow',
    ]);
    expect(codeOf(await as(ann, 'GetTable', { DatabaseName: 'grouped', Name: 'none' }))).toBe(
      'EntityNotFoundException',
    );
    await iam(lake, 'RemoveUserFromGroup', { GroupName: 'analysts', UserName: 'ann' });
    expect(await see()).toBe(DENIED);
  });

  it('lets a creator do everything with what is his, and nothing with what others make in it', async () => {
    await grant(userArn('ann'), { Catalog: {} }, ['CREATE_DATABASE']);
    expect(codeOf(await as(ann, 'CreateDatabase', { DatabaseInput: { Name: 'anns' } }))).toBe('OK');
    expect(codeOf(await as(ann, 'CreateTable', { DatabaseName: 'anns', TableInput: { Name: 'hers' } }))).toBe(
      'OK',
    );
    await lake.ok('CreateTable', { DatabaseName: 'anns', TableInput: { Name: 'admins' } });
    expect(namesIn(await as(ann, 'GetTables', { DatabaseName: 'anns' }), 'TableList')).toEqual(['hers']);
    const dropped = await as(ann, 'BatchDeleteTable', {
      DatabaseName: 'anns',
      TablesToDelete: ['admins', 'none'],
    });
    expect(dropped.body['Errors']).toMatchObject([
      { TableName: 'admins', ErrorDetail: { ErrorCode: DENIED } },
      { TableName: 'none', ErrorDetail: { ErrorCode: DENIED } },
    ]);
    // She may not drop every table in it: nothing is dropped.
    expect(codeOf(await as(ann, 'DeleteDatabase', { Name: 'anns' }))).toBe(DENIED);
    await lake.ok('DeleteTable', { DatabaseName: 'anns', Name: 'admins' });
    const Principal = { DataLakePrincipalIdentifier: userArn('bob') };
    const hers = { Table: { DatabaseName: 'anns', Name: 'hers' } };
    expect(
      codeOf(await lf('GrantPermissions', { Principal, Resource: hers, Permissions: ['SELECT'] }, ann)),
    ).toBe('OK');
    expect(codeOf(await as(ann, 'DeleteDatabase', { Name: 'anns' }))).toBe('OK');
    await revoke(userArn('ann'), { Catalog: {} }, ['CREATE_DATABASE']);
  });

  it('lets a grant option pass on what it reaches, and no more', async () => {
    await newDatabase('passed', ['t']);
    const columns = (ColumnNames: string[]) => ({
      TableWithColumns: { DatabaseName: 'passed', Name: 't', ColumnNames },
    });
    await grant(userArn('ann'), columns(['id', 'name']), ['SELECT'], {
      PermissionsWithGrantOption: ['SELECT'],
    });
    const pass = async (Resource: object, Permissions = ['SELECT']) => {
      const Principal = { DataLakePrincipalIdentifier: userArn('bob') };
      return codeOf(await lf('GrantPermissions', { Principal, Resource, Permissions }, ann));
    };
    expect(await pass(columns(['id']))).toBe('OK');
    expect(await pass(columns(['id', 'email']))).toBe(DENIED);
    expect(await pass({ Table: { DatabaseName: 'passed', Name: 't' } })).toBe(DENIED);
    expect(await pass({ Table: { DatabaseName: 'passed', Name: 'none' } })).toBe(DENIED);
    expect(await pass({ Table: { DatabaseName: 'passed', TableWildcard: {} } })).toBe(DENIED);
    const listed = await lf(
      'ListPermissions',
      { Resource: { Table: { DatabaseName: 'passed', Name: 't' } } },
      ann,
    );
    const principals = (listed.body['PrincipalResourcePermissions'] as { Principal: object }[]).map(
      ({ Principal }) => Principal,
    );
    expect(principals).toContainEqual({ DataLakePrincipalIdentifier: userArn('bob') });
  });

  it('asks both gates: without a policy a grant is not enough, and an explicit Deny wins', async () => {
    await newDatabase('gated', ['t']);
    const table = { DatabaseName: 'gated', Name: 't' };
    await grant(userArn('bob'), { Table: table }, ['SELECT']);
    const get = async () => as(bob, 'GetTable', table);
    expect(messageOf(await get())).toContain('is not authorized to perform: glue:GetTable');
    const put = (PolicyName: string, Statement: object) =>
      iam(lake, 'PutUserPolicy', {
        UserName: 'bob',
        PolicyName,
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
      });
    const arns = ['catalog', 'database/gated', 'table/gated/*'].map(
      (path) => `arn:aws:glue:us-east-1:${ACCOUNT}:${path}`,
    );
    await put('read', { Effect: 'Allow', Action: 'glue:Get*', Resource: arns });
    expect(codeOf(await get())).toBe('OK');
    await put('read', { Effect: 'Allow', Action: 'glue:Get*', Resource: arns.slice(1) });
    expect(codeOf(await get())).toBe(DENIED);
    await put('read', { Effect: 'Allow', Action: 'glue:Get*', Resource: '*' });
    await put('never', {
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
    });
    expect(messageOf(await get())).toContain('explicit deny');
    await iam(lake, 'DeleteUserPolicy', { UserName: 'bob', PolicyName: 'never' });
    expect(codeOf(await get())).toBe('OK');
    await iam(lake, 'PutUserPermissionsBoundary', {
      UserName: 'bob',
      PermissionsBoundary: 'arn:aws:iam::aws:policy/AmazonAthenaFullAccess',
    });
    expect(codeOf(await get())).toBe('OK');
    expect((await query({ ...lake, ...bob }, 'iam', 'ListUsers')).status).toBe(403);
    const made = await query(lake, 'iam', 'CreatePolicy', {
      PolicyName: 'only-lists',
      PolicyDocument:
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"glue:GetDatabases","Resource":"*"}]}',
    });
    await iam(lake, 'PutUserPermissionsBoundary', {
      UserName: 'bob',
      PermissionsBoundary: made.texts('Arn')[0] ?? '',
    });
    expect(codeOf(await get())).toBe(DENIED);
    await iam(lake, 'DeleteUserPermissionsBoundary', { UserName: 'bob' });
    expect(codeOf(await get())).toBe('OK');
  });

  it('asks the policy of the catalog: it allows beside the own ones, and its Deny wins', async () => {
    await newDatabase('shared', ['t']);
    const table = { DatabaseName: 'shared', Name: 't' };
    await newUser(lake, 'cid', []);
    const cid = await newUser(lake, 'dee', []);
    await grant(userArn('dee'), { Table: table }, ['SELECT']);
    const get = async () => as(cid, 'GetTable', table);
    const put = (...statements: object[]) =>
      lake.ok('PutResourcePolicy', {
        PolicyInJson: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
      });
    const every = `arn:aws:glue:us-east-1:${ACCOUNT}:*`;
    const allow = (Principal: object) => ({
      Effect: 'Allow',
      Principal,
      Action: 'glue:Get*',
      Resource: every,
    });
    expect(codeOf(await get())).toBe(DENIED);
    await put(allow({ AWS: userArn('dee') }));
    expect(codeOf(await get())).toBe('OK');
    await put(allow({ AWS: userArn('cid') }));
    expect(codeOf(await get())).toBe(DENIED);
    await put(allow({ AWS: ACCOUNT }), {
      Effect: 'Deny',
      Principal: '*',
      Action: 'glue:GetTable',
      Resource: `arn:aws:glue:us-east-1:${ACCOUNT}:table/shared/*`,
    });
    expect(messageOf(await get())).toContain('explicit deny');
    expect((await lake.glue('GetTable', table)).status).toBe(400);
    await lake.ok('DeleteResourcePolicy');
    expect(codeOf(await get())).toBe(DENIED);
    expect((await lake.glue('GetTable', table)).status).toBe(200);
  });

  it('explains a decision by its reasons: to an administrator anybody’s, to others their own', async () => {
    await newDatabase('told', ['t']);
    const question = `query ($input: ExplainInput!) { explain(input: $input) {
      principal resource allowed columns policies { action allowed }
      grants { allowed because { kind principal permission grantedBy } missing { permission resource } } } }`;
    const admin = await login(lake);
    const ask = async (input: object, bearer = admin) => {
      const { data, errors } = await graphql(lake, question, { input }, bearer);
      return errors === undefined ? data?.['explain'] : errors[0]?.extensions.code;
    };
    const about = { principal: userArn('ann'), permission: 'SELECT', database: 'told', table: 't' };
    expect(await ask(about)).toEqual({
      principal: userArn('ann'),
      resource: 'table told.t',
      allowed: false,
      columns: [],
      policies: { action: 'glue:GetTable', allowed: true },
      grants: {
        allowed: false,
        because: [],
        missing: [{ permission: 'SELECT', resource: 'table told.t' }],
      },
    });
    const columns = { TableWithColumns: { DatabaseName: 'told', Name: 't', ColumnNames: ['id'] } };
    await grant(userArn('ann'), columns, ['SELECT']);
    const because = [
      { kind: 'grant', principal: userArn('ann'), permission: 'SELECT', grantedBy: userArn('admin') },
    ];
    expect(await ask(about)).toMatchObject({ allowed: true, columns: ['id'], grants: { because } });
    // Gate 1 refuses him whatever he is granted.
    await newUser(lake, 'eve', []);
    await grant(userArn('eve'), columns, ['SELECT']);
    expect(await ask({ ...about, principal: userArn('eve') })).toMatchObject({
      allowed: false,
      policies: { allowed: false },
      grants: { allowed: true },
    });
    expect(await ask({ ...about, principal: userArn('nobody') })).toBe('EntityNotFoundException');

    const sts = await query({ ...lake, ...ann }, 'sts', 'GetWebIdentityToken', {
      'Audience.member.1': 'lakewarden',
    });
    const hers = sts.texts('WebIdentityToken')[0] ?? '';
    const { principal: _ann, ...herself } = about;
    expect(await ask(herself, hers)).toMatchObject({ principal: userArn('ann'), allowed: true });
    expect(await ask({ ...about, principal: userArn('eve') }, hers)).toBe(DENIED);
    expect(await ask({ ...herself, table: 'none' }, hers)).toBe(DENIED);
  });

  it('refuses a policy with a typo, naming it, and stores nothing', async () => {
    for (const [document, fault] of [
      ['{"Statement":[{"Effect":"Allow","Actions":"*","Resource":"*"}]}', /Actions/],
      ['{"Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}', /Effect/],
      ['{"Statement":[{"Effect":"Allow","Action":"GetTable","Resource":"*"}]}', /not an action/],
      [
        '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEqual":{"aws:username":"x"}}}]}',
        /no condition operator/,
      ],
      ['{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}', /not JSON/],
    ] as const) {
      const answer = await query(lake, 'iam', 'PutUserPolicy', {
        UserName: 'ann',
        PolicyName: 'typo',
        PolicyDocument: document,
      });
      expect([answer.status, answer.texts('Code')]).toEqual([400, ['MalformedPolicyDocument']]);
      expect(answer.texts('Message')[0]).toMatch(fault);
    }
    expect(await iam(lake, 'ListUserPolicies', { UserName: 'ann' }, 'member')).toEqual([]);
  });

  it('lets a role be assumed by whom it trusts; a session policy narrows it; grants to the role reach its sessions', async () => {
    await newDatabase('roles', ['t', 'u']);
    const table = { DatabaseName: 'roles', Name: 't' };
    await iam(lake, 'CreateRole', {
      RoleName: 'reader',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: userArn('ann') }, Action: 'sts:AssumeRole' }],
      }),
    });
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/reader`;
    await iam(lake, 'AttachRolePolicy', {
      RoleName: 'reader',
      PolicyArn: 'arn:aws:iam::aws:policy/LakewardenDataAccess',
    });
    await grant(roleArn, { Table: table }, ['SELECT']);
    expect(codeOf(await as(ann, 'GetTable', table))).toBe(DENIED);

    const assume = (caller: KeyPair, more: Record<string, string> = {}) =>
      query({ ...lake, ...caller }, 'sts', 'AssumeRole', {
        RoleArn: roleArn,
        RoleSessionName: 'work',
        ...more,
      });
    expect((await assume(bob)).status).toBe(403);
    const sessionOf = async (more: Record<string, string> = {}): Promise<KeyPair> => {
      const assumed = await assume(ann, more);
      const [accessKeyId = '', secretAccessKey = '', sessionToken = ''] = [
        assumed.texts('AccessKeyId')[0],
        assumed.texts('SecretAccessKey')[0],
        assumed.texts('SessionToken')[0],
      ];
      expect(accessKeyId).toMatch(/^ASIA/);
      return { accessKeyId, secretAccessKey, sessionToken };
    };
    const session = await sessionOf();
    expect(codeOf(await as(session, 'GetTable', table))).toBe('OK');
    expect(codeOf(await as(session, 'GetTable', { DatabaseName: 'roles', Name: 'u' }))).toBe(DENIED);
    const identity = await query({ ...lake, ...session }, 'sts', 'GetCallerIdentity');
    expect(identity.texts('Arn')).toEqual([`arn:aws:sts::${ACCOUNT}:assumed-role/reader/work`]);

    const narrowed = await sessionOf({
      Policy:
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"glue:GetDatabases","Resource":"*"}]}',
    });
    expect(codeOf(await as(narrowed, 'GetTable', table))).toBe(DENIED);
    expect(codeOf(await as(narrowed, 'GetDatabases'))).toBe('OK');
    // A token works with its own key alone.
    const mixed = { ...session, sessionToken: narrowed.sessionToken ?? '' };
    expect(codeOf(await as(mixed, 'GetTable', table))).toBe('UnrecognizedClientException');
    expect(
      codeOf(
        await as(
          { accessKeyId: session.accessKeyId, secretAccessKey: session.secretAccessKey },
          'GetDatabases',
        ),
      ),
    ).toBe('UnrecognizedClientException');
    await iam(lake, 'DetachRolePolicy', {
      RoleName: 'reader',
      PolicyArn: 'arn:aws:iam::aws:policy/LakewardenDataAccess',
    });
    expect(codeOf(await as(session, 'GetTable', table))).toBe(DENIED);
    await iam(lake, 'DeleteRole', { RoleName: 'reader' });
    expect(codeOf(await as(session, 'GetDatabases'))).toBe('UnrecognizedClientException');
  });

  it('given IAM-only access control, lets everybody of the account who passes gate 1', async () => {
    const settings = (await lf('GetDataLakeSettings', {})).body['DataLakeSettings'] as object;
    const everybody = {
      Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' },
      Permissions: ['ALL'],
    };
    const put = (more: object) => lf('PutDataLakeSettings', { DataLakeSettings: { ...settings, ...more } });
    await put({ CreateDatabaseDefaultPermissions: [everybody], CreateTableDefaultPermissions: [everybody] });
    await newDatabase('open', ['t']);
    expect(codeOf(await as(ann, 'GetTable', { DatabaseName: 'open', Name: 't' }))).toBe('OK');
    expect(codeOf(await as(ann, 'CreateTable', { DatabaseName: 'open', TableInput: { Name: 'anns' } }))).toBe(
      'OK',
    );
    await put({});
    await newDatabase('shut', ['t']);
    expect(codeOf(await as(ann, 'GetTable', { DatabaseName: 'shut', Name: 't' }))).toBe(DENIED);
    expect(codeOf(await as(ann, 'GetTable', { DatabaseName: 'open', Name: 't' }))).toBe('OK');
  });

  it('lets administrators of the data lake do everything but read data; read-only ones look', async () => {
    await newDatabase('ruled', ['t']);
    const settings = (await lf('GetDataLakeSettings', {})).body['DataLakeSettings'] as object;
    await lf('PutDataLakeSettings', {
      DataLakeSettings: { ...settings, ReadOnlyAdmins: [{ DataLakePrincipalIdentifier: userArn('ann') }] },
    });
    const table = { DatabaseName: 'ruled', Name: 't' };
    expect(columnsOf((await as(ann, 'GetTable', table)).body['Table'])).toHaveLength(4);
    expect(codeOf(await as(ann, 'DeleteTable', table))).toBe(DENIED);
    expect(codeOf(await as(ann, 'GetTable', { DatabaseName: 'ruled', Name: 'none' }))).toBe(
      'EntityNotFoundException',
    );
    await lf('PutDataLakeSettings', { DataLakeSettings: settings });
    expect(codeOf(await as(ann, 'GetTable', table))).toBe(DENIED);
  });
});
