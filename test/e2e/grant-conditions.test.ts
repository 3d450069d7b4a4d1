import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { iam, type KeyPair, newUser } from '../support/principals.ts';
import { query } from '../support/query.ts';

const ACCOUNT = '111122223333';
const DENIED = 'AccessDeniedException';
const user = (name: string) => ({ DataLakePrincipalIdentifier: `arn:aws:iam::${ACCOUNT}:user/${name}` });

describe.each(DATABASES)('grants under a condition on %s', (databaseName) => {
  let lake: Lake;
  let ann: KeyPair;

  const lf = (operation: string, input: object = {}) => lakeFormation(lake, operation, input);
  const grant = (principal: object, Expression: string, more: object = {}) => ({
    Principal: principal,
    Resource: { Table: { DatabaseName: 'sales', Name: 'orders' } },
    Permissions: ['SELECT'],
    Condition: { Expression },
    ...more,
  });
  const mayRead = async (caller: KeyPair): Promise<boolean> => {
    const { status, body } = await lake.glue(
      'GetTable',
      { DatabaseName: 'sales', Name: 'orders' },
      { caller },
    );
    if (status !== 200) expect(body['__type']).toBe(DENIED);
    const { body: listed } = await lake.glue('GetDatabases', {}, { caller });
    expect(listed['DatabaseList']).toHaveLength(status === 200 ? 1 : 0);
    return status === 200;
  };
  /** A session of the role, with these session tags. */
  const session = async (team: string): Promise<KeyPair> => {
    const assumed = await query({ ...lake, ...ann }, 'sts', 'AssumeRole', {
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/reader`,
      RoleSessionName: team,
      'Tags.member.1.Key': 'team',
      'Tags.member.1.Value': team,
    });
    const [accessKeyId = '', secretAccessKey = '', sessionToken = ''] = [
      'AccessKeyId',
      'SecretAccessKey',
      'SessionToken',
    ].map((element) => assumed.texts(element)[0]);
    return { accessKeyId, secretAccessKey, sessionToken };
  };

  beforeAll(async () => {
    lake = await startLake(databaseName);
    ann = await newUser(lake, 'ann');
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'sales' } });
    await lake.ok('CreateTable', { DatabaseName: 'sales', TableInput: { Name: 'orders' } });
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('given the address of the caller, lets from there alone, and lists the condition', async () => {
    const here = grant(user('ann'), 'context.sourceIp in ["127.0.0.0/8", "::1"]');
    const elsewhere = grant(user('ann'), 'context.sourceIp = "192.0.2.1"');
    expect((await lf('GrantPermissions', elsewhere)).status).toBe(200);
    expect(await mayRead(ann)).toBe(false);
    expect((await lf('GrantPermissions', here)).status).toBe(200);
    expect(await mayRead(ann)).toBe(true);
    const { body } = await lf('ListPermissions', { Principal: user('ann') });
    const listed = body['PrincipalResourcePermissions'] as { Condition: { Expression: string } }[];
    expect(listed.map(({ Condition }) => Condition.Expression).sort()).toEqual(
      [here, elsewhere].map(({ Condition }) => Condition.Expression).sort(),
    );
    const first = await lf('ListPermissions', { Principal: user('ann'), MaxResults: 1 });
    const second = await lf('ListPermissions', {
      Principal: user('ann'),
      MaxResults: 1,
      NextToken: first.body['NextToken'],
    });
    expect([first, second].flatMap((each) => each.body['PrincipalResourcePermissions'])).toEqual(listed);
    expect((await lf('RevokePermissions', here)).status).toBe(200);
    expect(await mayRead(ann)).toBe(false);
    const batch = await lf('BatchRevokePermissions', {
      Entries: [
        { Id: '1', ...elsewhere },
        { Id: '2', ...here },
      ],
    });
    expect(batch.body).toMatchObject({ Failures: [{ RequestEntry: { Id: '2' } }] });
  });

  it('given tags of a session, tells two sessions of one role apart, also where both are kept', async () => {
    await iam(lake, 'CreateRole', {
      RoleName: 'reader',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: ['sts:AssumeRole', 'sts:TagSession'] },
        ],
      }),
    });
    const policy = (PolicyName: string, Action: string) => ({
      UserName: 'ann',
      PolicyName,
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
      }),
    });
    await iam(lake, 'PutUserPolicy', policy('assume', 'sts:*'));
    await iam(lake, 'AttachRolePolicy', {
      RoleName: 'reader',
      PolicyArn: 'arn:aws:iam::aws:policy/LakewardenDataAccess',
    });
    const role = { DataLakePrincipalIdentifier: `arn:aws:iam::${ACCOUNT}:role/reader` };
    const { status } = await lf('GrantPermissions', grant(role, 'context.tags["team"] == "blue"'));
    expect(status).toBe(200);
    const [blue, red] = [await session('blue'), await session('red')];
    for (let round = 0; round < 2; round += 1) {
      expect([await mayRead(blue), await mayRead(red)]).toEqual([true, false]);
    }
  });

  it('given a condition that cannot be, refuses the grant by the field', async () => {
    for (const expression of [
      'context.mfa = 1',
      'context.sourceIp in "10.0.0.0/99"',
      '1 = 1',
      'context.mfa OR',
    ]) {
      const { body } = await lf('GrantPermissions', grant(user('ann'), expression));
      expect(body).toMatchObject({ __type: 'InvalidInputException' });
      expect(JSON.stringify(body)).toContain('Condition.Expression');
    }
    const long = await lf('GrantPermissions', grant(user('ann'), ' '.repeat(3001)));
    expect(long.body).toMatchObject({ __type: 'ValidationException' });
    expect(await mayRead(ann)).toBe(false);
  });
});
