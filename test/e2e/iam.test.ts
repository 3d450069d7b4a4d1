import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { newUser } from '../support/principals.ts';
import { query, type QueryAnswer } from '../support/query.ts';

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
});

describe.each(DATABASES)('the IAM door on %s', (databaseName) => {
  let lake: Lake;

  beforeAll(async () => {
    lake = await startLake(databaseName);
  });
  afterAll(async () => {
    await lake.stop();
  });

  const iam = (action: string, members?: Record<string, string>): Promise<QueryAnswer> =>
    query(lake, 'iam', action, members);
  const ok = async (action: string, members?: Record<string, string>): Promise<QueryAnswer> => {
    const answer = await iam(action, members);
    if (answer.status !== 200) throw new Error(`${action}: ${answer.xml}`);
    return answer;
  };
  const refused = async (action: string, members?: Record<string, string>): Promise<string> => {
    const answer = await iam(action, members);
    return `${String(answer.status)} ${answer.texts('Code').join()}`;
  };
  const allNames = async (action: string, element: string, members: Record<string, string> = {}) => {
    const names: string[] = [];
    for (let marker: string | undefined = ''; marker !== undefined;) {
      const page: QueryAnswer = await ok(action, { ...members, ...(marker !== '' && { Marker: marker }) });
      names.push(...page.texts(element));
      [marker] = page.texts('Marker');
      expect(page.texts('IsTruncated')).toEqual([String(marker !== undefined)]);
    }
    return names;
  };

  it('given a policy that names a path, heeds it for what lies there, and tells nobody the path', async () => {
    const boss = await newUser(lake, 'boss', []);
    const statement = (Effect: string, Action: string, Resource: string) => ({ Effect, Action, Resource });
    const arn = (path: string) => `arn:aws:iam::111122223333:${path}`;
    await ok('PutUserPolicy', {
      UserName: 'boss',
      PolicyName: 'p',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          statement('Allow', 'iam:*', '*'),
          ...['user', 'role', 'group'].map((kind) => statement('Deny', 'iam:*', arn(`${kind}/eng/*`))),
        ],
      }),
    });
    const asBoss = async (action: string, members: Record<string, string>): Promise<string> => {
      const answer = await query({ ...lake, ...boss }, 'iam', action, members);
      expect(answer.xml).not.toContain('eng/');
      return `${String(answer.status)} ${answer.texts('Code').join()}`;
    };
    await ok('CreateUser', { UserName: 'ann', Path: '/eng/' });
    await ok('CreateRole', { RoleName: 'ann', Path: '/eng/', AssumeRolePolicyDocument: TRUST });
    await ok('CreateGroup', { GroupName: 'ann', Path: '/eng/' });
    const policy = {
      PolicyName: 'x',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [] }),
    };
    for (const [action, members] of [
      ['GetUser', { UserName: 'ann' }],
      ['CreateAccessKey', { UserName: 'ann' }],
      ['PutUserPolicy', { UserName: 'ann', ...policy }],
      ['DeleteUser', { UserName: 'ann' }],
      ['GetRole', { RoleName: 'ann' }],
      ['UpdateAssumeRolePolicy', { RoleName: 'ann', PolicyDocument: TRUST }],
      ['DeleteRole', { RoleName: 'ann' }],
      ['GetGroup', { GroupName: 'ann' }],
      ['AddUserToGroup', { GroupName: 'ann', UserName: 'boss' }],
      ['DeleteGroup', { GroupName: 'ann' }],
    ] as const) {
      expect(`${action} ${await asBoss(action, members)}`).toBe(`${action} 403 AccessDenied`);
    }
    expect(await asBoss('GetUser', { UserName: 'boss' })).toBe('200 ');
    expect(await asBoss('GetUser', {})).toBe('200 ');
    expect(await asBoss('GetUser', { UserName: 'nobody' })).toBe('404 NoSuchEntity');
    await ok('DeleteUser', { UserName: 'ann' });
    await ok('DeleteRole', { RoleName: 'ann' });
    await ok('DeleteGroup', { GroupName: 'ann' });
    await ok('DeleteUserPolicy', { UserName: 'boss', PolicyName: 'p' });
    await ok('DeleteAccessKey', { UserName: 'boss', AccessKeyId: boss.accessKeyId });
    await ok('DeleteUser', { UserName: 'boss' });
  });

  describe('roles', () => {
    it('given a role, gives its trust policy back URL-encoded, with its ARN and id', async () => {
      await ok('CreateRole', {
        RoleName: 'reader',
        Path: '/lake/',
        AssumeRolePolicyDocument: TRUST,
        Description: 'a <b> & c',
        MaxSessionDuration: '7200',
      });
      const role = await ok('GetRole', { RoleName: 'reader' });
      expect(role.texts('Arn')).toEqual(['arn:aws:iam::111122223333:role/lake/reader']);
      expect(role.texts('RoleId')[0]).toMatch(/^AROA[A-Z0-9]{17}$/);
      expect(decodeURIComponent(role.texts('AssumeRolePolicyDocument')[0] ?? '')).toBe(TRUST);
      expect(role.texts('AssumeRolePolicyDocument')[0]).not.toContain('{');
      expect(role.texts('Description')).toEqual(['a <b> & c']);
      expect(role.texts('MaxSessionDuration')).toEqual(['7200']);
    });

    it.each([
      ['409 EntityAlreadyExists', { RoleName: 'TWICE', AssumeRolePolicyDocument: TRUST }],
      ['400 MalformedPolicyDocument', { RoleName: 'r1', AssumeRolePolicyDocument: '{"Version":' }],
      ['400 ValidationError', { RoleName: 'r 2', AssumeRolePolicyDocument: TRUST }],
      ['400 ValidationError', { RoleName: 'r3' }],
      ['400 ValidationError', { RoleName: 'r4', AssumeRolePolicyDocument: TRUST, MaxSessionDuration: '60' }],
    ])('given what cannot be, refuses with %s', async (code, members) => {
      await iam('CreateRole', { RoleName: 'twice', AssumeRolePolicyDocument: TRUST });
      expect(await refused('CreateRole', members)).toBe(code);
      expect(await allNames('ListRoles', 'RoleName')).not.toContain(members.RoleName);
    });

    it('given a deleted role, no longer knows it', async () => {
      await ok('CreateRole', { RoleName: 'gone', AssumeRolePolicyDocument: TRUST });
      await ok('DeleteRole', { RoleName: 'gone' });
      expect(await refused('GetRole', { RoleName: 'gone' })).toBe('404 NoSuchEntity');
      expect(await refused('DeleteRole', { RoleName: 'gone' })).toBe('404 NoSuchEntity');
    });
  });

  describe('groups', () => {
    it('given members, lists them by page, and the groups of a user', async () => {
      await ok('CreateGroup', { GroupName: 'analysts' });
      for (const UserName of ['ann', 'bob', 'cy']) {
        await ok('CreateUser', { UserName });
        await ok('AddUserToGroup', { GroupName: 'analysts', UserName });
        await ok('AddUserToGroup', { GroupName: 'analysts', UserName });
      }
      expect(await allNames('GetGroup', 'UserName', { GroupName: 'analysts', MaxItems: '2' })).toEqual([
        'ann',
        'bob',
        'cy',
      ]);
      expect(await allNames('ListGroupsForUser', 'GroupName', { UserName: 'bob' })).toEqual(['analysts']);

      await ok('RemoveUserFromGroup', { GroupName: 'analysts', UserName: 'bob' });
      expect(await allNames('ListGroupsForUser', 'GroupName', { UserName: 'bob' })).toEqual([]);
      expect(await refused('RemoveUserFromGroup', { GroupName: 'analysts', UserName: 'bob' })).toBe(
        '404 NoSuchEntity',
      );
    });

    it('given members, is not deleted; without, it is', async () => {
      await ok('CreateGroup', { GroupName: 'full' });
      await ok('CreateUser', { UserName: 'dora' });
      await ok('AddUserToGroup', { GroupName: 'full', UserName: 'dora' });
      expect(await refused('DeleteGroup', { GroupName: 'full' })).toBe('409 DeleteConflict');
      await ok('RemoveUserFromGroup', { GroupName: 'full', UserName: 'dora' });
      await ok('DeleteGroup', { GroupName: 'full' });
      expect(await refused('GetGroup', { GroupName: 'full' })).toBe('404 NoSuchEntity');
    });

    it.each([
      ['AddUserToGroup', { GroupName: 'nobody', UserName: 'admin' }],
      ['AddUserToGroup', { GroupName: 'somebody', UserName: 'nobody' }],
      ['ListGroupsForUser', { UserName: 'nobody' }],
      ['DeleteGroup', { GroupName: 'nobody' }],
    ])('given a name that is not there, %s refuses', async (action, members) => {
      await iam('CreateGroup', { GroupName: 'somebody' });
      expect(await refused(action, members)).toBe('404 NoSuchEntity');
    });
  });

  // Names and paths are compared as they are: `_` and `%` stand for themselves.
  describe.each([
    { kind: 'User', list: 'ListUsers', more: {} },
    { kind: 'Group', list: 'ListGroups', more: {} },
    { kind: 'Role', list: 'ListRoles', more: { AssumeRolePolicyDocument: TRUST } },
  ])('the names of $kind', ({ kind, list, more }) => {
    const name = `${kind}Name`;

    it('given a look-alike under LIKE, are other names', async () => {
      await ok(`Create${kind}`, { [name]: 'axb', Path: '/axb/', ...more });
      await ok(`Create${kind}`, { [name]: 'a_b', Path: '/a_b/', ...more });
      expect(await allNames(list, name, { PathPrefix: '/a_b/' })).toEqual(['a_b']);
      expect(await allNames(list, name, { PathPrefix: '/a%/' })).toEqual([]);
    });

    it('given a name that differs in case alone, is taken', async () => {
      await ok(`Create${kind}`, { [name]: 'Case.me', ...more });
      expect(await refused(`Create${kind}`, { [name]: 'cASE.ME', ...more })).toBe('409 EntityAlreadyExists');
    });

    it('given pages of one, lists each once', async () => {
      const made = ['p1', 'p2', 'p3'];
      for (const each of made) await ok(`Create${kind}`, { [name]: each, Path: '/paged/', ...more });
      expect(await allNames(list, name, { PathPrefix: '/paged/', MaxItems: '1' })).toEqual(made);
    });
  });
});
