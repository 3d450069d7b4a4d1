import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { auditEvents } from '../support/audit.ts';
import { login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { iam, type KeyPair, newUser } from '../support/principals.ts';
import { query, type QueryAnswer } from '../support/query.ts';

const ACCOUNT = '111122223333';
const arnOf = (name: string) => `arn:aws:iam::${ACCOUNT}:${name}`;
const glueArn = (name: string) => `arn:aws:glue:us-east-1:${ACCOUNT}:${name}`;
const TABLE = ['table/d/t', 'database/d', 'catalog'].map(glueArn);

const say = (Effect: 'Allow' | 'Deny', Action: string, Resource: string | string[] = '*', more = {}) => ({
  Effect,
  Action,
  Resource,
  ...more,
});
const policyOf = (...statements: object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

/** A list as the Query protocol writes it. */
const members = (name: string, values: readonly string[]): Record<string, string> =>
  Object.fromEntries(values.map((value, i) => [`${name}.member.${String(i + 1)}`, value]));
const entry = (i: number, name: string, values: readonly string[], type = 'string') => ({
  [`ContextEntries.member.${String(i)}.ContextKeyName`]: name,
  [`ContextEntries.member.${String(i)}.ContextKeyType`]: type,
  ...members(`ContextEntries.member.${String(i)}.ContextKeyValues`, values),
});

describe.each(DATABASES)('simulating policies on %s', (databaseName) => {
  let lake: Lake;
  let ann: KeyPair;
  let session: KeyPair;

  const ok = (action: string, input: Record<string, string>) => iam(lake, action, input);
  const simulate = (more: Record<string, string>, caller: KeyPair = lake): Promise<QueryAnswer> =>
    query({ ...lake, ...caller }, 'iam', 'SimulatePrincipalPolicy', {
      PolicySourceArn: arnOf('user/eng/ann'),
      ...more,
    });
  const decisions = async (more: Record<string, string>): Promise<string[]> => {
    const answer = await simulate(more);
    if (answer.status !== 200) throw new Error(answer.xml);
    return answer.texts('EvalDecision');
  };
  const refusal = (answer: QueryAnswer): string => `${String(answer.status)} ${answer.texts('Code').join()}`;

  beforeAll(async () => {
    lake = await startLake(databaseName);
    await ok('CreateUser', { UserName: 'ann', Path: '/eng/' });
    await ok('CreateGroup', { GroupName: 'readers' });
    await ok('AddUserToGroup', { GroupName: 'readers', UserName: 'ann' });
    const key = await query(lake, 'iam', 'CreateAccessKey', { UserName: 'ann' });
    ann = {
      accessKeyId: key.texts('AccessKeyId')[0] ?? '',
      secretAccessKey: key.texts('SecretAccessKey')[0] ?? '',
    };
    await ok('CreateRole', {
      RoleName: 'reader',
      AssumeRolePolicyDocument: policyOf({
        Effect: 'Allow',
        Principal: { AWS: arnOf('user/eng/ann') },
        Action: 'sts:AssumeRole',
      }),
    });
    const assumed = await query({ ...lake, ...ann }, 'sts', 'AssumeRole', {
      RoleArn: arnOf('role/reader'),
      RoleSessionName: 'work',
    });
    session = {
      accessKeyId: assumed.texts('AccessKeyId')[0] ?? '',
      secretAccessKey: assumed.texts('SecretAccessKey')[0] ?? '',
      sessionToken: assumed.texts('SessionToken')[0] ?? '',
    };
    // Data permissions let both do everything: what refuses them is a policy.
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'd' } });
    await lake.ok('CreateTable', { DatabaseName: 'd', TableInput: { Name: 't' } });
    for (const principal of ['user/eng/ann', 'role/reader']) {
      for (const Resource of [
        { Database: { Name: 'd' } },
        { Table: { DatabaseName: 'd', TableWildcard: {} } },
      ]) {
        const granted = await lakeFormation(lake, 'GrantPermissions', {
          Principal: { DataLakePrincipalIdentifier: arnOf(principal) },
          Resource,
          Permissions: ['ALL'],
        });
        expect(granted.body).toEqual({});
      }
    }
  });
  afterAll(async () => {
    await lake.stop();
  });

  /** What the catalog answers to the request itself. */
  async function answered(caller: KeyPair): Promise<string> {
    const { status, body } = await lake.glue('GetTable', { DatabaseName: 'd', Name: 't' }, { caller });
    if (status === 200) return 'allowed';
    expect(body['__type']).toBe('AccessDeniedException');
    const isExplicit = String(body['Message']).endsWith('with an explicit deny in a policy');
    return isExplicit ? 'explicitDeny' : 'implicitDeny';
  }
  const simulated = async (source: string, more: Record<string, string>): Promise<string> => {
    const found = await decisions({
      PolicySourceArn: arnOf(source),
      ...members('ActionNames', ['glue:GetTable']),
      ...members('ResourceArns', TABLE),
      ...more,
    });
    expect(found).toHaveLength(3);
    return found.find((each) => each !== 'allowed') ?? 'allowed';
  };

  const reads = policyOf(say('Allow', 'glue:Get*'));
  const inOffice = (network: string) =>
    policyOf(
      say('Allow', 'glue:*', '*', {
        Condition: { IpAddress: { 'aws:SourceIp': network }, StringEquals: { 'aws:username': 'ann' } },
      }),
    );
  const shared = (Effect: 'Allow' | 'Deny', name: string) =>
    policyOf(say(Effect, 'glue:GetTable', glueArn('*'), { Principal: { AWS: arnOf(name) } }));

  it.each([
    ['nothing', {}, 'implicitDeny'],
    ['an Allow of his own', { own: reads }, 'allowed'],
    ['an Allow of his group', { group: reads }, 'allowed'],
    ['an Allow on the table alone', { own: policyOf(say('Allow', '*', TABLE[0])) }, 'implicitDeny'],
    [
      'a Deny of his group on the database',
      { own: reads, group: policyOf(say('Deny', 'glue:*', TABLE[1])) },
      'explicitDeny',
    ],
    [
      'a boundary that is silent',
      { own: reads, boundary: policyOf(say('Allow', 'glue:Search*')) },
      'implicitDeny',
    ],
    ['a boundary that allows', { own: reads, boundary: policyOf(say('Allow', 'glue:*')) }, 'allowed'],
    ['a condition that his request meets', { own: inOffice('127.0.0.0/8') }, 'allowed'],
    ['a condition that it does not meet', { own: inOffice('10.0.0.0/8') }, 'implicitDeny'],
    ["the catalog's policy alone", { catalog: shared('Allow', 'user/eng/ann') }, 'allowed'],
    ["the catalog's policy for another", { catalog: shared('Allow', 'user/bob') }, 'implicitDeny'],
    ["the catalog's Deny", { own: reads, catalog: shared('Deny', 'user/eng/ann') }, 'explicitDeny'],
    [
      "the catalog's policy beside a boundary",
      { boundary: reads, catalog: shared('Allow', 'user/eng/ann') },
      'implicitDeny',
    ],
  ] as const)('given %s, says what a real call meets', async (_case, given, expected) => {
    const sources: { own?: string; group?: string; boundary?: string; catalog?: string } = given;
    const { own, group, boundary, catalog } = sources;
    const inline = { UserName: 'ann', PolicyName: 'own' };
    const ofGroup = { GroupName: 'readers', PolicyName: 'reads' };
    const PermissionsBoundary = arnOf('policy/bound');
    if (own !== undefined) await ok('PutUserPolicy', { ...inline, PolicyDocument: own });
    if (group !== undefined) await ok('PutGroupPolicy', { ...ofGroup, PolicyDocument: group });
    if (boundary !== undefined) {
      await ok('CreatePolicy', { PolicyName: 'bound', PolicyDocument: boundary });
      await ok('PutUserPermissionsBoundary', { UserName: 'ann', PermissionsBoundary });
    }
    if (catalog !== undefined) await lake.ok('PutResourcePolicy', { PolicyInJson: catalog });

    const more = {
      ...entry(1, 'aws:SourceIp', ['127.0.0.1'], 'ip'),
      ...(catalog !== undefined && { ResourcePolicy: catalog }),
    };
    expect([await answered(ann), await simulated('user/eng/ann', more)]).toEqual([expected, expected]);

    if (own !== undefined) await ok('DeleteUserPolicy', inline);
    if (group !== undefined) await ok('DeleteGroupPolicy', ofGroup);
    if (boundary !== undefined) {
      await ok('DeleteUserPermissionsBoundary', { UserName: 'ann' });
      await ok('DeletePolicy', { PolicyArn: PermissionsBoundary });
    }
    if (catalog !== undefined) await lake.ok('DeleteResourcePolicy', {});
    // Nothing is kept of what they were.
    expect([await answered(ann), await simulated('user/eng/ann', {})]).toEqual([
      'implicitDeny',
      'implicitDeny',
    ]);
  });

  it('given a role, says what its sessions meet', async () => {
    const inline = { RoleName: 'reader', PolicyName: 'reads' };
    expect([await answered(session), await simulated('role/reader', {})]).toEqual([
      'implicitDeny',
      'implicitDeny',
    ]);
    const Condition = { ArnEquals: { 'aws:PrincipalArn': arnOf('role/reader') } };
    await ok('PutRolePolicy', {
      ...inline,
      PolicyDocument: policyOf(say('Allow', 'glue:Get*', '*', { Condition })),
    });
    expect([await answered(session), await simulated('role/reader', {})]).toEqual(['allowed', 'allowed']);
    await ok('DeleteRolePolicy', inline);
  });

  it('tells the statements by source and place, what is missing, and what the boundary says', async () => {
    const document = '{\n "Version": "2012-10-17",\n "Statement": [\n  ' + JSON.stringify(say('Allow', '*'));
    const own = `${document},\n  ${JSON.stringify(say('Deny', '*', glueArn('table/secret/*')))}\n ]\n}`;
    await ok('PutUserPolicy', { UserName: 'ann', PolicyName: 'own', PolicyDocument: own });
    await ok('PutGroupPolicy', { GroupName: 'readers', PolicyName: 'reads', PolicyDocument: reads });
    await ok('AttachUserPolicy', {
      UserName: 'ann',
      PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    });
    const input = policyOf(
      say('Allow', 'glue:*', '*', { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }),
    );
    const asked = {
      ...members('ActionNames', ['glue:GetTable']),
      ...members('PolicyInputList', [input]),
      ...members('PermissionsBoundaryPolicyInputList', [reads]),
    };
    const every = await simulate(asked);
    expect(every.texts('EvalResourceName')).toEqual(['*']);
    expect([...every.texts('SourcePolicyId')].sort()).toEqual([
      'AdministratorAccess',
      'group_readers_reads',
      'user_ann_own',
    ]);
    expect([...every.texts('SourcePolicyType')].sort()).toEqual(['aws-managed', 'group', 'user']);
    expect(every.xml).toContain(
      '<MissingContextValues><member>aws:MultiFactorAuthPresent</member></MissingContextValues>',
    );
    expect(every.texts('AllowedByPermissionsBoundary')).toEqual(['true']);
    expect(every.xml).not.toMatch(/ResourceSpecificResults|EvalDecisionDetails|OrganizationsDecisionDetail/);

    const denied = await simulate({ ...asked, ...members('ResourceArns', [glueArn('table/secret/x')]) });
    const statement =
      '<member><SourcePolicyId>user_ann_own</SourcePolicyId><SourcePolicyType>user</SourcePolicyType>' +
      '<StartPosition><Line>5</Line><Column>3</Column></StartPosition>' +
      `<EndPosition><Line>5</Line><Column>${String(3 + JSON.stringify(say('Deny', '*', glueArn('table/secret/*'))).length)}</Column></EndPosition></member>`;
    expect(denied.xml).toContain(
      `<EvalDecision>explicitDeny</EvalDecision><MatchedStatements>${statement}</MatchedStatements><MissingContextValues></MissingContextValues>`,
    );
    expect(denied.xml).toContain(
      `<EvalResourceDecision>explicitDeny</EvalResourceDecision><MatchedStatements>${statement}</MatchedStatements>` +
        '<MissingContextValues><member>aws:MultiFactorAuthPresent</member></MissingContextValues>',
    );
    expect(denied.xml).toContain('<EvalDecisionDetails></EvalDecisionDetails>');

    const keys = await query(lake, 'iam', 'GetContextKeysForPrincipalPolicy', {
      PolicySourceArn: arnOf('user/eng/ann'),
      ...members('PolicyInputList', [input, policyOf(say('Deny', 's3:*', 'arn:aws:s3:::${aws:username}'))]),
    });
    expect(keys.texts('member')).toEqual(['aws:MultiFactorAuthPresent', 'aws:username']);
    await ok('DetachUserPolicy', {
      UserName: 'ann',
      PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    });
    await ok('DeleteUserPolicy', { UserName: 'ann', PolicyName: 'own' });
    await ok('DeleteGroupPolicy', { GroupName: 'readers', PolicyName: 'reads' });
  });

  it('given a group, simulates what hangs on it, for any member or for one', async () => {
    const own = policyOf(
      say('Allow', 'glue:*', '*', { Condition: { StringLike: { 'aws:username': 'a*' } } }),
    );
    await ok('PutGroupPolicy', { GroupName: 'readers', PolicyName: 'own', PolicyDocument: own });
    const asked = { PolicySourceArn: arnOf('group/readers'), ...members('ActionNames', ['glue:GetTable']) };
    const anyone = await simulate(asked);
    expect([anyone.texts('EvalDecision'), anyone.texts('member')]).toEqual([
      ['implicitDeny'],
      ['aws:username'],
    ]);
    expect(await decisions({ ...asked, CallerArn: arnOf('user/eng/ann') })).toEqual(['allowed']);
    expect(await decisions({ ...asked, CallerArn: arnOf('user/bob') })).toEqual(['implicitDeny']);
    expect(await decisions({ ...asked, ...entry(1, 'aws:username', ['al']) })).toEqual(['allowed']);
    await ok('DeleteGroupPolicy', { GroupName: 'readers', PolicyName: 'own' });
  });

  it('given policies alone, simulates these, across accounts too', async () => {
    const asked = {
      ...members('PolicyInputList', [reads]),
      ...members('ActionNames', ['glue:GetTable', 'glue:DeleteTable']),
    };
    const custom = (more: Record<string, string>) =>
      query(lake, 'iam', 'SimulateCustomPolicy', { ...asked, ...more });
    const alone = await custom({});
    expect([alone.texts('EvalDecision'), alone.texts('SourcePolicyId')]).toEqual([
      ['allowed', 'implicitDeny'],
      ['PolicyInputList.1'],
    ]);
    const foreign = members('ResourceArns', ['arn:aws:glue:us-east-1:999999999999:table/d/t']);
    const open = policyOf(say('Allow', '*', '*', { Principal: { AWS: arnOf('user/bob') } }));
    const across = await custom({ ...foreign, ResourcePolicy: open, CallerArn: arnOf('user/bob') });
    expect(across.texts('EvalDecision')).toEqual(['allowed', 'implicitDeny']);
    expect(across.xml).toContain(
      '<EvalDecisionDetails><entry><key>IAM Policy</key><value>implicitDeny</value></entry>' +
        '<entry><key>Resource Policy</key><value>allowed</value></entry></EvalDecisionDetails>',
    );
    expect(
      (await custom({ ...foreign, ResourcePolicy: open, CallerArn: arnOf('user/cid') })).texts(
        'EvalDecision',
      ),
    ).toEqual(['implicitDeny', 'implicitDeny']);
    const keys = await query(lake, 'iam', 'GetContextKeysForCustomPolicy', {
      ...members('PolicyInputList', [inOffice('10.0.0.0/8'), reads]),
    });
    expect(keys.texts('member')).toEqual(['aws:SourceIp', 'aws:username']);
  });

  it('given more than a page, goes on behind its marker, and takes it for no other question', async () => {
    const asked = {
      ...members('ActionNames', ['glue:GetTable', 'glue:GetTables', 'glue:DeleteTable']),
      ...members('ResourceArns', TABLE),
      MaxItems: '4',
    };
    const seen: string[] = [];
    let marker: string | undefined;
    do {
      const page = await simulate({ ...asked, ...(marker !== undefined && { Marker: marker }) });
      const names = page.texts('EvalResourceName').filter((_name, i) => i % 2 === 0);
      page.texts('EvalActionName').forEach((action, i) => seen.push(`${action} ${names[i] ?? ''}`));
      expect(page.texts('IsTruncated')).toEqual([String(seen.length < 9)]);
      [marker] = page.texts('Marker');
      if (marker !== undefined) {
        const others = { ...asked, ...entry(1, 'aws:username', ['x']), Marker: marker };
        expect(refusal(await simulate(others))).toBe('400 ValidationError');
      }
    } while (marker !== undefined);
    expect(seen).toEqual(
      ['glue:GetTable', 'glue:GetTables', 'glue:DeleteTable'].flatMap((action) =>
        TABLE.map((arn) => `${action} ${arn}`),
      ),
    );
  });

  it.each([
    ['404 NoSuchEntity', { PolicySourceArn: arnOf('user/nobody') }],
    ['404 NoSuchEntity', { PolicySourceArn: arnOf('user/ann') }],
    ['404 NoSuchEntity', { PolicySourceArn: 'arn:aws:iam::999999999999:user/ann' }],
    ['400 InvalidInput', { PolicySourceArn: arnOf('policy/eng/ann') }],
    ['400 InvalidInput', { PolicySourceArn: `arn:aws:sts::${ACCOUNT}:assumed-role/reader/work` }],
    ['400 InvalidInput', members('ActionNames', ['glue:Get*'])],
    ['400 InvalidInput', members('ActionNames', ['GetTable'])],
    ['400 InvalidInput', members('ResourceArns', ['d.t'])],
    ['400 InvalidInput', members('PolicyInputList', ['{"Version":'])],
    ['400 InvalidInput', members('PolicyInputList', [policyOf(say('Allow', '*', '*', { Principal: '*' }))])],
    ['400 InvalidInput', members('PermissionsBoundaryPolicyInputList', [reads, reads])],
    ['400 InvalidInput', { ResourcePolicy: reads }],
    [
      '400 InvalidInput',
      { ResourcePolicy: shared('Allow', 'user/bob'), PolicySourceArn: arnOf('role/reader') },
    ],
    ['400 InvalidInput', { CallerArn: arnOf('role/reader') }],
    ['400 InvalidInput', { ResourceOwner: 'me' }],
    ['400 InvalidInput', entry(1, 'principal names', [arnOf('user/bob')])],
    ['400 InvalidInput', entry(1, 'aws:SourceIp', ['nowhere'], 'ip')],
    ['400 ValidationError', entry(1, 'aws:SourceIp', ['1'], 'number')],
    [
      '400 ValidationError',
      members(
        'ActionNames',
        Array.from({ length: 101 }, () => 'glue:GetTable'),
      ),
    ],
    [
      '400 ValidationError',
      members(
        'PolicyInputList',
        Array.from({ length: 11 }, () => reads),
      ),
    ],
    ['400 ValidationError', { MaxItems: '0' }],
    ['400 ValidationError', { Marker: 'x' }],
  ] as const)('given what cannot be, refuses with %s: %j', async (code, input) => {
    expect(refusal(await simulate({ ...members('ActionNames', ['glue:GetTable']), ...input }))).toBe(code);
  });

  it("given nobody's leave, refuses, and leaves an event", async () => {
    const bob = await newUser(lake, 'bob', []);
    const asked = members('ActionNames', ['glue:GetTable']);
    const refused = await simulate(asked, bob);
    expect(refusal(refused)).toBe('403 AccessDenied');
    const [requestId = ''] = refused.texts('RequestId');
    expect(await auditEvents(lake, await login(lake), { requestId })).toMatchObject([
      { action: 'iam:SimulatePrincipalPolicy', kind: 'DENIED' },
    ]);
    const custom = { ...asked, ...members('PolicyInputList', [reads]) };
    expect(refusal(await query({ ...lake, ...bob }, 'iam', 'SimulateCustomPolicy', custom))).toBe(
      '403 AccessDenied',
    );
    // About himself alone.
    await ok('PutUserPolicy', {
      UserName: 'bob',
      PolicyName: 'own',
      PolicyDocument: policyOf(say('Allow', 'iam:*', arnOf('user/${aws:username}'))),
    });
    expect(refusal(await simulate(asked, bob))).toBe('403 AccessDenied');
    expect(refusal(await simulate({ ...asked, PolicySourceArn: arnOf('user/bob') }, bob))).toBe('200 ');
    expect(refusal(await query({ ...lake, ...bob }, 'iam', 'SimulateCustomPolicy', custom))).toBe(
      '403 AccessDenied',
    );
  });
});
