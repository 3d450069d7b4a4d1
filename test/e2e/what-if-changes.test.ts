import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { lakewarden } from '../support/cli.ts';
import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { iam, type KeyPair, newUser } from '../support/principals.ts';
import { query } from '../support/query.ts';

const ACCOUNT = '111122223333';
const userArn = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`;
const GROUP = `arn:aws:iam::${ACCOUNT}:group/analysts`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/reader`;
const ORDERS = { database: 'sales', table: 'orders' };
const PLACE = 'arn:aws:s3:::lake/sales';
const DENIED = 'AccessDeniedException';
const DATA_ACCESS = 'arn:aws:iam::aws:policy/LakewardenDataAccess';
const statement = (Effect: string, Action: string | string[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect, Action, Resource: '*' }] });

const grant = (resource: object, permissions: string[], more: object = {}, to = 'ann') => ({
  kind: 'GRANT',
  entry: { principal: userArn(to), permissions, resource, ...more },
});
const revoke = (principal: string, resource: object, permissions: string[]) => ({
  kind: 'REVOKE',
  entry: { principal, permissions, resource },
});
const settings = (changes: object) => ({ kind: 'UPDATE_SETTINGS', settings: changes });
const policy = (kind: string, holder: string, members: object) => ({ kind, policy: { holder, ...members } });
const deny = (holder: string, action: string | string[]) =>
  policy('PUT_INLINE_POLICY', holder, { name: 'deny', document: statement('Deny', action) });
const member = (kind: 'ADD_USER_TO_GROUP' | 'REMOVE_USER_FROM_GROUP', name: string, group = GROUP) => ({
  kind,
  membership: { user: name.includes(':') ? name : userArn(name), group },
});
const asks = (name: string | undefined, permission = 'SELECT', on: object = ORDERS) => ({
  ...(name !== undefined && { principal: name.includes(':') ? name : userArn(name) }),
  permission,
  ...on,
});

interface Answer {
  readonly before: { readonly allowed: boolean };
  readonly after: { readonly allowed: boolean };
}

describe.each(DATABASES)('what if anything were changed, on %s', (databaseName) => {
  let lake: Lake;
  let token: string;

  const whatIf = async (changes: object[], questions: object[], bearer = token): Promise<unknown> => {
    const { data, errors } = await graphql(
      lake,
      `
        query ($i: WhatIfInput!) {
          whatIf(input: $i) {
            before {
              allowed
              columns
              policies {
                allowed
              }
              grants {
                allowed
              }
            }
            after {
              allowed
              columns
              rowFilter
              policies {
                allowed
                refusal
              }
              grants {
                allowed
              }
              nearMisses {
                why
                grant {
                  validFrom
                  condition
                }
              }
            }
          }
        }
      `,
      { i: { changes, questions } },
      bearer,
    );
    return errors?.[0]?.extensions.code ?? data?.['whatIf'];
  };
  /** `before after` of each answer. */
  const turns = async (changes: object[], questions: object[], bearer = token) => {
    const answers = await whatIf(changes, questions, bearer);
    if (!Array.isArray(answers)) throw new Error(String(answers));
    return (answers as Answer[]).map(
      ({ before, after }) => `${String(before.allowed)} ${String(after.allowed)}`,
    );
  };
  const lf = async (operation: string, input: object) => {
    const { status, body } = await lakeFormation(lake, operation, input);
    expect([status, body]).toEqual([200, body]);
    return body;
  };
  const tokenOf = async (caller: KeyPair) =>
    (
      await query({ url: lake.url, ...caller }, 'sts', 'GetWebIdentityToken', {
        'Audience.member.1': 'lakewarden',
      })
    ).texts('WebIdentityToken')[0] ?? '';
  /** All that a change could have changed. */
  const world = async (): Promise<string> =>
    JSON.stringify([
      await lf('ListPermissions', {}),
      await lf('GetDataLakeSettings', {}),
      await lf('ListLFTags', {}),
      ...(await Promise.all(
        [
          ['ListAttachedUserPolicies', { UserName: 'ann' }, 'PolicyArn'],
          ['ListUserPolicies', { UserName: 'admin' }, 'member'],
          ['ListUserPolicies', { UserName: 'ann' }, 'member'],
          ['ListGroupPolicies', { GroupName: 'analysts' }, 'member'],
          ['GetGroup', { GroupName: 'analysts' }, 'UserName'],
          ['GetUser', { UserName: 'bob' }, 'PermissionsBoundaryArn'],
          ['GetUser', { UserName: 'admin' }, 'PermissionsBoundaryArn'],
          ['GetRole', { RoleName: 'reader' }, 'PermissionsBoundaryArn'],
          ['ListAttachedRolePolicies', { RoleName: 'reader' }, 'PolicyArn'],
        ].map(([action, members, element]) =>
          iam(lake, action as string, members as Record<string, string>, element as string),
        ),
      )),
    ]);

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
    await newUser(lake, 'ann');
    await newUser(lake, 'bob');
    await newUser(lake, 'eve', []);
    await iam(lake, 'CreateGroup', { GroupName: 'analysts' });
    await iam(lake, 'AddUserToGroup', { GroupName: 'analysts', UserName: 'bob' });
    await iam(lake, 'PutUserPolicy', {
      UserName: 'eve',
      PolicyName: 'all',
      PolicyDocument: statement('Allow', '*'),
    });
    await iam(lake, 'CreateRole', {
      RoleName: 'reader',
      AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
    });
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'sales' } });
    const Columns = ['id', 'mail'].map((Name) => ({ Name, Type: 'string' }));
    await lake.ok('CreateTable', {
      DatabaseName: 'sales',
      TableInput: { Name: 'orders', StorageDescriptor: { Columns } },
    });
    await lf('RegisterResource', { ResourceArn: PLACE, UseServiceLinkedRole: true });
    await lf('CreateLFTag', { TagKey: 'class', TagValues: ['open', 'pii'] });
    await lf('CreateLFTagExpression', {
      Name: 'Open',
      Expression: [{ TagKey: 'class', TagValues: ['open'] }],
    });
    const Resource = { Table: { DatabaseName: 'sales', Name: 'orders' } };
    await lf('AddLFTagsToResource', { Resource, LFTags: [{ TagKey: 'class', TagValues: ['open'] }] });
    await lf('CreateDataCellsFilter', {
      TableData: {
        TableCatalogId: ACCOUNT,
        DatabaseName: 'sales',
        TableName: 'orders',
        Name: 'mine',
        RowFilter: { FilterExpression: "id = '1'" },
        ColumnNames: ['id'],
      },
    });
    for (const principal of [userArn('bob'), userArn('eve'), ROLE]) {
      await lf('GrantPermissions', {
        Principal: { DataLakePrincipalIdentifier: principal },
        Resource,
        Permissions: ['SELECT'],
      });
    }
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('tries grants on everything, each alone and then undone', async () => {
    const before = await world();
    const policyOf = (of: object) => ({ lfTagPolicy: { resourceType: 'TABLE', ...of } });
    const effects: [object, string[], object][] = [
      [{ ...ORDERS, dataCellsFilter: 'mine' }, ['SELECT'], { columns: ['id'], rowFilter: "id = '1'" }],
      [{ ...ORDERS, exceptColumns: ['id'] }, ['SELECT'], { columns: ['mail'], rowFilter: null }],
      [{ database: 'sales', allTables: true }, ['SELECT'], { columns: ['id', 'mail'] }],
      [
        policyOf({ expression: [{ key: 'class', values: ['open'] }] }),
        ['SELECT'],
        { columns: ['id', 'mail'] },
      ],
      [policyOf({ expressionName: 'Open' }), ['SELECT'], { columns: ['id', 'mail'] }],
    ];
    for (const [resource, permissions, after] of effects) {
      const said = await whatIf([grant(resource, permissions)], [asks('ann')]);
      expect(said).toMatchObject([{ before: { allowed: false }, after: { allowed: true, ...after } }]);
    }
    const without: [object, string[]][] = [
      [policyOf({ expression: [{ key: 'class', values: ['pii'] }] }), ['SELECT']],
      [{ dataLocation: PLACE }, ['DATA_LOCATION_ACCESS']],
      [{ lfTag: { key: 'class', values: ['open'] } }, ['ASSOCIATE']],
      [{ lfTagExpression: 'Open' }, ['DESCRIBE']],
    ];
    for (const [resource, permissions] of without)
      expect(await turns([grant(resource, permissions)], [asks('ann')])).toEqual(['false false']);
    const later = { validFrom: '2999-01-01T00:00:00.000Z' };
    expect(await whatIf([grant(ORDERS, ['SELECT'], later)], [asks('ann')])).toMatchObject([
      { after: { allowed: false, nearMisses: [{ why: 'NOT_YET_VALID', grant: later }] } },
    ]);
    expect(await whatIf([grant({ dataLocation: PLACE }, ['SELECT'])], [asks('ann')])).toBe(
      'InvalidInputException',
    );
    expect(await world()).toBe(before);
  });

  it('tries settings: who administers, who looks, and what becomes of oneself', async () => {
    const before = await world();
    const describes = ['ann', 'bob', undefined].map((name) => asks(name, 'DESCRIBE'));
    expect(await turns([settings({ readOnlyAdmins: [userArn('ann')] })], describes)).toEqual([
      'false true',
      'true true',
      'true true',
    ]);
    // The table is his as well, by what he made; the catalog's own permissions are its administrators'.
    const catalog = [asks(undefined, 'CREATE_DATABASE', {}), asks('ann', 'CREATE_DATABASE', {})];
    expect(await turns([settings({ admins: [userArn('ann')] })], catalog)).toEqual([
      'true false',
      'false true',
    ]);
    // What was an administrator's to pass on is so no longer: as it would be for real.
    expect(await whatIf([settings({ admins: [] }), grant({}, ['CREATE_DATABASE'])], catalog)).toBe(DENIED);
    expect(await world()).toBe(before);
  });

  it('tries policies of users, groups and roles, attached and inline', async () => {
    const before = await world();
    const all = [asks('ann'), asks('bob'), asks('eve'), asks(ROLE)];
    const attach = policy('ATTACH_POLICY', ROLE, { arn: DATA_ACCESS });
    expect(await turns([attach], all)).toEqual(['false false', 'true true', 'true true', 'false true']);
    expect(await turns([deny(GROUP, 'glue:Get*')], all)).toEqual([
      'false false',
      'true false',
      'true true',
      'false false',
    ]);
    const changes = [
      policy('DETACH_POLICY', userArn('bob'), { arn: DATA_ACCESS }),
      policy('DELETE_INLINE_POLICY', userArn('eve'), { name: 'all' }),
    ];
    expect(await turns(changes, all)).toEqual(['false false', 'true false', 'true false', 'false false']);
    const told = await whatIf([deny(userArn('bob'), 'glue:GetTable')], [asks('bob')]);
    expect(told).toMatchObject([
      {
        before: { policies: { allowed: true } },
        after: {
          grants: { allowed: true },
          policies: { allowed: false, refusal: expect.stringContaining('explicit deny') as string },
        },
      },
    ]);
    expect(await world()).toBe(before);
  });

  it('tries groups: what is granted to one, and what its policies deny, is its members’ as long as they are', async () => {
    await lf('GrantPermissions', {
      Principal: { DataLakePrincipalIdentifier: GROUP },
      Resource: { Table: { DatabaseName: 'sales', Name: 'orders' } },
      Permissions: ['INSERT'],
    });
    const before = await world();
    const inserts = [asks('ann', 'INSERT'), asks('bob', 'INSERT')];
    expect(await turns([member('ADD_USER_TO_GROUP', 'ann')], inserts)).toEqual(['false true', 'true true']);
    expect(await turns([member('REMOVE_USER_FROM_GROUP', 'bob')], inserts)).toEqual([
      'false false',
      'true false',
    ]);
    const both = [member('ADD_USER_TO_GROUP', 'ann'), member('REMOVE_USER_FROM_GROUP', 'ann')];
    expect(await turns(both, inserts)).toEqual(['false false', 'true true']);
    // The policies of a group that one is in by now.
    const barred = [deny(GROUP, 'glue:*'), member('ADD_USER_TO_GROUP', 'admin')];
    expect(await turns(barred, [asks(undefined, 'DESCRIBE')])).toEqual(['true false']);
    expect(
      await whatIf([deny(GROUP, 'iam:*'), member('ADD_USER_TO_GROUP', 'admin'), both[0] ?? {}], inserts),
    ).toBe(DENIED);
    expect(await world()).toBe(before);
  });

  it('tries boundaries of users and roles, and what they leave of the caller', async () => {
    const before = await world();
    const bound = (name: string, arn?: string) =>
      arn === undefined
        ? policy('DELETE_PERMISSIONS_BOUNDARY', name, {})
        : policy('PUT_PERMISSIONS_BOUNDARY', name, { arn });
    const [lookers] = await iam(
      lake,
      'CreatePolicy',
      { PolicyName: 'none', PolicyDocument: statement('Allow', 'iam:GetUser') },
      'Arn',
    );
    const all = [asks('bob'), asks(ROLE)];
    const attach = policy('ATTACH_POLICY', ROLE, { arn: DATA_ACCESS });
    expect(await turns([bound(userArn('bob'), lookers)], all)).toEqual(['true false', 'false false']);
    expect(await turns([bound(userArn('bob'), lookers), bound(userArn('bob'))], all)).toEqual([
      'true true',
      'false false',
    ]);
    expect(await turns([attach, bound(ROLE, DATA_ACCESS)], all)).toEqual(['true true', 'false true']);
    expect(await turns([attach, bound(ROLE, lookers)], all)).toEqual(['true true', 'false false']);
    // Under that boundary he may not take it away again.
    const mine = userArn('admin');
    expect(await whatIf([bound(mine, lookers), bound(mine)], all)).toBe(DENIED);
    expect(await turns([bound(mine, lookers)], [asks(undefined, 'DESCRIBE')])).toEqual(['true false']);
    expect(await whatIf([bound(GROUP, lookers)], all)).toBe('InvalidInputException');
    expect(await whatIf([bound(userArn('bob'), `arn:aws:iam::${ACCOUNT}:policy/not-there`)], all)).toBe(
      'EntityNotFoundException',
    );
    expect(await world()).toBe(before);
  });

  it('asks of each change what the changes before it leave of the caller, and of himself afterwards', async () => {
    const before = await world();
    const mine = userArn('admin');
    expect(await turns([deny(mine, 'glue:GetTable')], [asks(undefined, 'DESCRIBE')])).toEqual(['true false']);
    for (const [action, change] of [
      ['lakeformation:GrantPermissions', grant(ORDERS, ['SELECT'])],
      ['lakeformation:PutDataLakeSettings', settings({ readOnlyAdmins: [] })],
      ['iam:AttachUserPolicy', policy('ATTACH_POLICY', userArn('ann'), { arn: DATA_ACCESS })],
    ] as const) {
      expect(await whatIf([deny(mine, action), change], [asks('ann')])).toBe(DENIED);
      expect(await turns([deny(mine, 'glue:GetJobs'), change], [asks('ann')])).toHaveLength(1);
    }
    expect(await world()).toBe(before);
  });

  it('refuses each change to whom it would be refused, and tells nothing to who may not ask', async () => {
    const looks = await newUser(lake, 'looks', ['AdministratorAccess']);
    const leads = await newUser(lake, 'leads', ['LakewardenDataAccess']);
    await iam(lake, 'PutUserPolicy', {
      UserName: 'leads',
      PolicyName: 'lake',
      PolicyDocument: statement('Allow', 'lakeformation:*'),
    });
    const [looksToken, leadsToken] = [await tokenOf(looks), await tokenOf(leads)];
    // An administrator of the account, who may make himself one of the lake, but is none yet.
    const himself = settings({ admins: [userArn('looks')] });
    expect(await whatIf([himself], [asks('bob')], looksToken)).toBe(DENIED);
    const ask = `mutation ($s: DataLakeSettingsInput!) { updateDataLakeSettings(input: { settings: $s }) { dataLakeSettings { admins } } }`;
    const roles = { admins: [userArn('admin'), userArn('leads')], readOnlyAdmins: [userArn('looks')] };
    expect((await graphql(lake, ask, { s: roles }, token)).errors).toBeUndefined();
    const before = await world();
    expect(await turns([], [asks('bob')], looksToken)).toEqual(['true true']);
    expect(await whatIf([grant(ORDERS, ['SELECT'])], [asks('ann')], looksToken)).toBe(DENIED);
    expect(await whatIf([revoke(userArn('bob'), ORDERS, ['SELECT'])], [asks('bob')], looksToken)).toBe(
      DENIED,
    );
    expect(await turns([grant(ORDERS, ['SELECT'])], [asks('ann')], leadsToken)).toEqual(['false true']);
    for (const change of [
      policy('ATTACH_POLICY', ROLE, { arn: DATA_ACCESS }),
      policy('DETACH_POLICY', userArn('ann'), { arn: DATA_ACCESS }),
      deny(userArn('nobody-there'), 'glue:*'),
      policy('DELETE_INLINE_POLICY', userArn('eve'), { name: 'all' }),
      policy('PUT_PERMISSIONS_BOUNDARY', userArn('bob'), { arn: DATA_ACCESS }),
      policy('DELETE_PERMISSIONS_BOUNDARY', userArn('nobody-there'), {}),
      member('ADD_USER_TO_GROUP', 'leads'),
      member('REMOVE_USER_FROM_GROUP', 'nobody-there'),
    ]) {
      expect(await whatIf([change], [asks('ann')], leadsToken)).toBe(DENIED);
    }
    // Another account's: not looked up by its name in this one.
    for (const name of ['ann', 'nobody-there']) {
      const change = deny(`arn:aws:iam::444455556666:user/${name}`, 'glue:*');
      expect(await whatIf([change], [asks('ann')])).toBe(DENIED);
      const theirs = `arn:aws:iam::444455556666:`;
      const joins = member('ADD_USER_TO_GROUP', `${theirs}user/${name}`, `${theirs}group/analysts`);
      expect(await whatIf([joins], [asks('ann')])).toBe(DENIED);
      const bounds = policy('DELETE_PERMISSIONS_BOUNDARY', `${theirs}user/${name}`, {});
      expect(await whatIf([bounds], [asks('ann')])).toBe(DENIED);
    }
    expect(await world()).toBe(before);
  });

  it('refuses what cannot be, by the name of its fault', async () => {
    const before = await world();
    for (const [change, code] of [
      [policy('ATTACH_POLICY', userArn('nobody-there'), { arn: DATA_ACCESS }), 'EntityNotFoundException'],
      [policy('DETACH_POLICY', userArn('eve'), { arn: DATA_ACCESS }), 'EntityNotFoundException'],
      [policy('DELETE_INLINE_POLICY', GROUP, { name: 'none' }), 'EntityNotFoundException'],
      [policy('PUT_INLINE_POLICY', GROUP, { name: 'p', document: '{}' }), 'MalformedPolicyDocumentException'],
      [policy('DELETE_INLINE_POLICY', 'ann', { name: 'p' }), 'InvalidInputException'],
      [policy('PUT_INLINE_POLICY', GROUP, { name: 'p' }), 'ValidationException'],
      [policy('ATTACH_POLICY', GROUP, { name: 'p' }), 'ValidationException'],
      [policy('ATTACH_POLICY', GROUP, { arn: DATA_ACCESS, name: 'p' }), 'ValidationException'],
      [{ ...grant(ORDERS, ['SELECT']), settings: { admins: [] } }, 'ValidationException'],
      [{ kind: 'GRANT' }, 'ValidationException'],
      [{ kind: 'UPDATE_SETTINGS' }, 'ValidationException'],
      [{ kind: 'ADD_USER_TO_GROUP' }, 'ValidationException'],
      [{ ...member('ADD_USER_TO_GROUP', 'ann'), policy: { holder: GROUP } }, 'ValidationException'],
      [policy('PUT_PERMISSIONS_BOUNDARY', userArn('ann'), {}), 'ValidationException'],
      [policy('DELETE_PERMISSIONS_BOUNDARY', userArn('ann'), { arn: DATA_ACCESS }), 'ValidationException'],
      [member('ADD_USER_TO_GROUP', GROUP), 'InvalidInputException'],
      [member('ADD_USER_TO_GROUP', 'ann', ROLE), 'InvalidInputException'],
      [member('ADD_USER_TO_GROUP', 'ann', 'arn:aws:iam::444455556666:group/g'), 'InvalidInputException'],
      [member('REMOVE_USER_FROM_GROUP', 'ann'), 'EntityNotFoundException'],
      [member('ADD_USER_TO_GROUP', 'ann', `${GROUP}-none`), 'EntityNotFoundException'],
      [{ kind: 'FLY' }, 'ValidationException'],
    ] as const) {
      expect([change, await whatIf([change], [asks('ann')])]).toEqual([change, code]);
    }
    expect(await whatIf([grant(ORDERS, ['SELECT'])], [])).toBe('ValidationException');
    expect(await world()).toBe(before);
  });

  it('is asked on the command line, from a file or standard input, as a table and as JSON', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'what-if-'));
    const file = join(folder, 'changes.json');
    const document = JSON.parse(statement('Deny', 'glue:GetTable')) as object;
    const trial = {
      changes: [
        grant({ ...ORDERS, columns: ['id'] }, ['SELECT']),
        policy('PUT_INLINE_POLICY', userArn('eve'), { name: 'deny', document }),
      ],
      questions: [asks('ann'), asks('bob'), asks('eve')],
    };
    await writeFile(file, JSON.stringify(trial));
    const keys = { AWS_ACCESS_KEY_ID: lake.accessKeyId, AWS_SECRET_ACCESS_KEY: lake.secretAccessKey };
    const cli = (...words: string[]) => lakewarden(['what-if', '--url', lake.url, ...words], keys);
    const table = await cli('--file', file);
    expect([table.code, table.stderr]).toEqual([0, '']);
    expect(table.stdout.split('\n')).toEqual([
      '2 changes tried and undone; 2 of 3 answers would change.',
      '   principal                           permission  on                  now            then',
      `*  ${userArn('ann')}  SELECT      table sales.orders  no: grants     yes: id`,
      `   ${userArn('bob')}  SELECT      table sales.orders  yes: id, mail  yes: id, mail`,
      `*  ${userArn('eve')}  SELECT      table sales.orders  yes: id, mail  no: policies`,
      '',
    ]);
    const piped = ['what-if', '--url', lake.url, '--file', '-', '--json'];
    const json = await lakewarden(piped, keys, process.cwd(), JSON.stringify(trial));
    expect([json.code, json.stderr]).toEqual([0, '']);
    expect(JSON.parse(json.stdout)).toMatchObject([
      { before: { allowed: false }, after: { allowed: true, columns: ['id'] } },
      { before: { allowed: true }, after: { allowed: true } },
      { before: { allowed: true }, after: { allowed: false } },
    ]);
    for (const [content, fault] of [
      ['{"changes": [', 'no JSON'],
      [JSON.stringify({ ...trial, more: 1 }), 'more'],
      [
        JSON.stringify({ ...trial, changes: [revoke(userArn('ann'), ORDERS, ['DROP'])] }),
        'changes[0]: No permissions revoked',
      ],
    ] as const) {
      await writeFile(file, content);
      const outcome = await cli('--file', file);
      expect([content, outcome.code, outcome.stdout]).toEqual([content, 1, '']);
      expect(outcome.stderr).toContain(fault);
    }
  });
});
