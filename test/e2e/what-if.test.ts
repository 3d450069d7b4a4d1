import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { auditEvents } from '../support/audit.ts';
import { lakewarden } from '../support/cli.ts';
import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { iam, type KeyPair, newUser } from '../support/principals.ts';
import { query } from '../support/query.ts';

const ACCOUNT = '111122223333';
const userArn = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`;
const SALES = { database: 'sales', table: 'orders' };

describe.each(DATABASES)('who can, and what if, on %s', (databaseName) => {
  let lake: Lake;
  let token: string;
  let ann: KeyPair;

  const ask = async (question: string, variables: object, bearer = token) => {
    const { data, errors } = await graphql(lake, question, variables, bearer);
    if (errors !== undefined) return errors[0]?.extensions.code;
    return Object.values(data ?? {})[0];
  };
  const change = async (kind: 'grant' | 'revoke', entries: object[], bearer = token) =>
    ask(
      `mutation ($e: [GrantEntryInput!]!) { ${kind}Permissions(input: { entries: $e }) { failures { index code } } }`,
      { e: entries },
      bearer,
    );
  const entry = (principal: string, permissions: string[], resource: object = SALES) => ({
    principal: principal.includes(':') ? principal : userArn(principal),
    permissions,
    resource,
  });
  const whoCan = async (permission: string, first = 50): Promise<string[]> => {
    const found: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page = (await ask(
        `query ($i: WhoCanInput!, $first: Int, $after: String) { whoCan(input: $i, first: $first, after: $after) {
           edges { node { principal allowed grants { because { kind principal grantedBy } } } }
           pageInfo { hasNextPage endCursor } } }`,
        { i: { permission, ...SALES }, first, after },
      )) as {
        edges: { node: { principal: string; allowed: boolean; grants: { because: object[] } } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
      for (const { node } of page.edges) {
        expect(node.allowed).toBe(true);
        expect(node.grants.because).not.toEqual([]);
        found.push(node.principal);
      }
      if (!page.pageInfo.hasNextPage) return found;
      after = page.pageInfo.endCursor;
    }
  };
  const whatIf = (changes: object[], questions: object[], bearer = token) =>
    ask(
      `query ($i: WhatIfInput!) { whatIf(input: $i) {
         before { allowed columns } after { allowed columns grants { because { principal grantedBy } } } } }`,
      { i: { changes, questions } },
      bearer,
    );
  const tokenOf = async (caller: KeyPair) =>
    (
      await query({ url: lake.url, ...caller }, 'sts', 'GetWebIdentityToken', {
        'Audience.member.1': 'lakewarden',
      })
    ).texts('WebIdentityToken')[0] ?? '';
  const sees = async (caller: KeyPair) =>
    (await lake.glue('GetTable', { DatabaseName: 'sales', Name: 'orders' }, { caller })).status === 200;

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
    ann = await newUser(lake, 'ann');
    for (const name of ['bob', 'cid', 'dan']) await newUser(lake, name);
    await newUser(lake, 'eve', []);
    await iam(lake, 'CreateGroup', { GroupName: 'analysts' });
    await iam(lake, 'AddUserToGroup', { GroupName: 'analysts', UserName: 'cid' });
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'sales' } });
    await lake.ok('CreateTable', {
      DatabaseName: 'sales',
      TableInput: {
        Name: 'orders',
        StorageDescriptor: { Columns: ['id', 'email'].map((Name) => ({ Name, Type: 'string' })) },
      },
    });
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('grants and revokes many at once; what cannot be is told by its place, and the rest holds', async () => {
    const many = Array.from({ length: 200 }, () => entry('dan', ['DESCRIBE']));
    const answer = await change('grant', [
      ...many,
      entry('nobody-there', ['SELECT']),
      entry('dan', ['SELECT'], { database: 'sales', allTables: true }),
    ]);
    expect(answer).toEqual({ failures: [{ index: 200, code: 'InvalidInputException' }] });
    expect(await whoCan('SELECT')).toContain(userArn('dan'));
    const back = await change('revoke', [
      entry('dan', ['SELECT'], { database: 'sales', allTables: true }),
      entry('dan', ['DESCRIBE']),
      entry('dan', ['DROP']),
    ]);
    expect(back).toEqual({ failures: [{ index: 2, code: 'InvalidInputException' }] });
    expect(await whoCan('SELECT')).not.toContain(userArn('dan'));
  });

  it('names whom both gates allow, by members and by pages, and follows each grant and each revoke', async () => {
    expect(await whoCan('SELECT')).toEqual([userArn('admin')]);
    await change('grant', [
      entry(`arn:aws:iam::${ACCOUNT}:group/analysts`, ['SELECT']),
      entry('bob', ['SELECT'], { ...SALES, columns: ['id'] }),
      // No policy lets her: the second gate alone is not enough.
      entry('eve', ['SELECT']),
    ]);
    const expected = [userArn('admin'), userArn('bob'), userArn('cid')];
    for (const first of [1, 2, 50]) expect(await whoCan('SELECT', first)).toEqual(expected);
    const told = await lakewarden(
      ['who-can', '--action', 'select', '--resource', 'sales.orders', '--json', '--url', lake.url],
      { AWS_ACCESS_KEY_ID: lake.accessKeyId, AWS_SECRET_ACCESS_KEY: lake.secretAccessKey },
    );
    expect([told.code, told.stderr]).toEqual([0, '']);
    expect((JSON.parse(told.stdout) as { principal: string }[]).map(({ principal }) => principal)).toEqual(
      expected,
    );
    await change('revoke', [entry('bob', ['SELECT'], { ...SALES, columns: ['id'] })]);
    expect(await whoCan('SELECT')).toEqual([userArn('admin'), userArn('cid')]);
    expect(
      await ask(
        '{ whoCan(input: { permission: SELECT, database: "sales", table: "orders" }) { edges { node { principal } } } }',
        {},
        await tokenOf(ann),
      ),
    ).toBe('AccessDeniedException');
  });

  it('tries changes: answers before and after, and leaves nothing, in the lake, in memory or in the trail', async () => {
    expect(await sees(ann)).toBe(false);
    const changes = [
      { kind: 'GRANT', entry: entry('ann', ['SELECT'], { ...SALES, columns: ['id'] }) },
      { kind: 'REVOKE', entry: entry(`arn:aws:iam::${ACCOUNT}:group/analysts`, ['SELECT']) },
    ];
    const questions = ['ann', 'cid'].map((name) => ({
      principal: userArn(name),
      permission: 'SELECT',
      ...SALES,
    }));
    const grants = async () =>
      (await auditEvents(lake, token, { action: 'lakeformation:BatchGrantPermissions' }, 1000)).length;
    const before = await grants();
    for (let round = 0; round < 2; round += 1) {
      expect(await whatIf(changes, questions)).toMatchObject([
        {
          before: { allowed: false, columns: [] },
          after: {
            allowed: true,
            columns: ['id'],
            grants: { because: [{ principal: userArn('ann'), grantedBy: userArn('admin') }] },
          },
        },
        { before: { allowed: true }, after: { allowed: false } },
      ]);
      expect(await sees(ann)).toBe(false);
      expect(await whoCan('SELECT')).toEqual([userArn('admin'), userArn('cid')]);
    }
    expect(await grants()).toBe(before);
    const written = await auditEvents(lake, token, { action: 'lakeformation:GrantPermissions' });
    expect(written).toEqual([]);
  });

  it('given readers meanwhile, none of them sees what is only tried', async () => {
    const changes = [{ kind: 'GRANT', entry: entry('ann', ['SELECT']) }];
    const questions = [{ principal: userArn('ann'), permission: 'SELECT', ...SALES }];
    const trials = Array.from({ length: 8 }, () => whatIf(changes, questions));
    const looks = Array.from({ length: 60 }, () => sees(ann));
    for (const tried of await Promise.all(trials)) {
      expect(tried).toMatchObject([{ before: { allowed: false }, after: { allowed: true } }]);
    }
    expect(new Set(await Promise.all(looks))).toEqual(new Set([false]));
    expect(await sees(ann)).toBe(false);
  });

  it('is bounded, is refused to others, and refuses a change as if it were meant', async () => {
    const question = { permission: 'SELECT', ...SALES };
    const grant = { kind: 'GRANT', entry: entry('ann', ['SELECT']) };
    expect(await whatIf(Array<object>(101).fill(grant), [question])).toBe('ValidationException');
    expect(await whatIf([], Array<object>(101).fill(question))).toBe('ValidationException');
    expect(await whatIf([grant], [question], await tokenOf(ann))).toBe('AccessDeniedException');
    const unknown = { kind: 'GRANT', entry: entry('ann', ['SELECT'], { database: 'sales', table: 'none' }) };
    expect(await whatIf([unknown], [question])).toBe('EntityNotFoundException');
    expect(await whatIf([{ kind: 'REVOKE', entry: entry('ann', ['DROP']) }], [question])).toBe(
      'InvalidInputException',
    );
  });
});
