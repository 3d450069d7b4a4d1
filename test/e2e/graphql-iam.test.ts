import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { bearerOf, iam, type KeyPair, newUser } from '../support/principals.ts';

const ACCOUNT = '111122223333';
const DENIED = 'AccessDeniedException';
const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const OWN = `arn:aws:iam::${ACCOUNT}:policy/team/lake`;
const NOBODY = '{"Version":"2012-10-17","Statement":[]}';
const document = (Action: string, Resource = '*'): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] });

const HELD = 'attachedPolicies { name arn } inlinePolicies { name document }';
const page = 'pageInfo { hasNextPage endCursor }';
const VERSIONS = 'versions { versionId isDefault document }';
const one = `query ($arn: ID!) { policy(arn: $arn) { arn name path description isAws defaultVersionId ${VERSIONS} } }`;
/** A mutation of one input. */
const change = (field: string, type: string, answer: string): string =>
  `mutation ($i: ${type}!) { ${field}(input: $i) { ${answer} } }`;
const putInline = change('putInlinePolicy', 'PutInlinePolicyInput', 'inlinePolicy { name document }');
const deleteInline = change('deleteInlinePolicy', 'InlinePolicyRefInput', 'name');
const attach = change('attachPolicy', 'PolicyAttachmentInput', 'policyArn');
const detach = change('detachPolicy', 'PolicyAttachmentInput', 'policyArn');
const bound = change('putPermissionsBoundary', 'PolicyAttachmentInput', 'policyArn');
const unbound = change('deletePermissionsBoundary', 'PolicyHolderInput', 'name');
const createPolicy = change('createPolicy', 'CreatePolicyInput', `policy { arn description ${VERSIONS} }`);
const deletePolicy = change('deletePolicy', 'PolicyRefInput', 'arn');
const createVersion = change(
  'createPolicyVersion',
  'CreatePolicyVersionInput',
  'policyVersion { versionId isDefault document }',
);
const deleteVersion = change('deletePolicyVersion', 'PolicyVersionRefInput', 'arn versionId');
const setDefault = change('setDefaultPolicyVersion', 'PolicyVersionRefInput', 'arn versionId');
const trust = change('updateTrustPolicy', 'UpdateTrustPolicyInput', 'role trustPolicy');

interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const HOLDERS = [
  ['USER', 'user', 'ann'],
  ['GROUP', 'group', 'analysts'],
  ['ROLE', 'role', 'reader'],
] as const;

describe.each(DATABASES)('IAM in GraphQL on %s', (databaseName) => {
  let lake: Lake;
  let token: string;
  let ann: KeyPair;

  /** The first field's value, or the code of the refusal. */
  const ask = async (question: string, variables: object = {}, bearer = token): Promise<unknown> => {
    const { data, errors } = await graphql(lake, question, variables, bearer);
    return errors === undefined ? Object.values(data ?? {})[0] : errors[0]?.extensions.code;
  };
  const names = async (field: string, first: number, bearer = token): Promise<string[]> => {
    const found: string[] = [];
    for (let after: string | null = null; ;) {
      const asked = field.replace('$', `first: ${String(first)}, after: ${JSON.stringify(after)}`);
      const answer = (await ask(`{ ${asked} }`, {}, bearer)) as Record<string, unknown>;
      // Of a field of a field: the one member of the answer.
      const connection = ('edges' in answer ? answer : Object.values(answer)[0]) as Connection<{
        name: string;
      }>;
      expect(connection.edges.length).toBeLessThanOrEqual(first);
      expect(connection.edges.every(({ cursor }) => cursor !== '')).toBe(true);
      found.push(...connection.edges.map(({ node }) => node.name));
      if (!connection.pageInfo.hasNextPage) return found;
      after = connection.pageInfo.endCursor;
    }
  };
  const nodes = `edges { cursor node { name } } ${page}`;

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
    ann = await newUser(lake, 'ann', []);
    for (const name of ['bob', 'cid']) await iam(lake, 'CreateUser', { UserName: name, Path: '/team/' });
    for (const name of ['analysts', 'others']) {
      await iam(lake, 'CreateGroup', { GroupName: name });
      for (const member of ['ann', 'bob', 'cid'])
        await iam(lake, 'AddUserToGroup', { GroupName: name, UserName: member });
    }
    for (const name of ['reader', 'writer'])
      await iam(lake, 'CreateRole', { RoleName: name, AssumeRolePolicyDocument: NOBODY });
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('shows users, groups and roles, by name and by path, and who is in what', async () => {
    expect(await ask('{ user { name arn path } }')).toEqual({
      name: 'admin',
      arn: `arn:aws:iam::${ACCOUNT}:user/admin`,
      path: '/',
    });
    expect(await ask('{ user(name: "nobody") { name } }')).toBeNull();
    expect(await ask('{ group(name: "nobody") { name } }')).toBeNull();
    expect(await ask('{ role(name: "nobody") { name } }')).toBeNull();
    expect(await ask('{ role(name: "reader") { name arn trustPolicy maxSessionSeconds uniqueId } }')).toEqual(
      {
        name: 'reader',
        arn: `arn:aws:iam::${ACCOUNT}:role/reader`,
        trustPolicy: NOBODY,
        maxSessionSeconds: 3600,
        uniqueId: expect.stringMatching(/^AROA/) as string,
      },
    );
    for (const first of [1, 2, 100]) {
      expect(await names(`users($) { ${nodes} }`, first)).toEqual(['admin', 'ann', 'bob', 'cid']);
      expect(await names(`users($, pathPrefix: "/team/") { ${nodes} }`, first)).toEqual(['bob', 'cid']);
      expect(await names(`groups($) { ${nodes} }`, first)).toEqual(['analysts', 'others']);
      expect(await names(`roles($) { ${nodes} }`, first)).toEqual(['reader', 'writer']);
      expect(await names(`group(name: "others") { members($) { ${nodes} } }`, first)).toEqual([
        'ann',
        'bob',
        'cid',
      ]);
      expect(await names(`user(name: "bob") { groups($) { ${nodes} } }`, first)).toEqual([
        'analysts',
        'others',
      ]);
    }
    expect(await ask('{ users(first: 101) { edges { cursor } } }')).toBe('ValidationException');
    expect(await ask('{ users(first: 1, after: "forged") { edges { cursor } } }')).toBe(
      'ValidationException',
    );
    expect(await ask('{ users(pathPrefix: "team") { edges { cursor } } }')).toBe('ValidationException');
  });

  it.each(HOLDERS)(
    'puts, attaches, detaches and deletes policies of a %s, as the IAM door does',
    async (kind, field, name) => {
      const holder = { kind, name };
      const held = () => ask(`{ ${field}(name: "${name}") { ${HELD} } }`);
      expect(await held()).toEqual({ attachedPolicies: [], inlinePolicies: [] });
      for (const policy of ['a', 'b']) {
        const i = { holder, name: policy, document: document(`glue:Get${policy.toUpperCase()}*`) };
        expect(await ask(putInline, { i })).toEqual({ inlinePolicy: { name: policy, document: i.document } });
      }
      const replaced = document('glue:GetTable');
      await ask(putInline, { i: { holder, name: 'b', document: replaced } });
      for (const _again of [1, 2]) {
        expect(await ask(attach, { i: { holder, policyArn: READ_ONLY } })).toEqual({ policyArn: READ_ONLY });
      }
      expect(await held()).toEqual({
        attachedPolicies: [{ name: 'ReadOnlyAccess', arn: READ_ONLY }],
        inlinePolicies: [
          { name: 'a', document: document('glue:GetA*') },
          { name: 'b', document: replaced },
        ],
      });
      const title = field.replace(/^./, (letter) => letter.toUpperCase());
      const members = { [`${title}Name`]: name };
      expect(await iam(lake, `List${title}Policies`, members, 'member')).toEqual(['a', 'b']);
      expect(await iam(lake, `ListAttached${title}Policies`, members, 'PolicyArn')).toEqual([READ_ONLY]);
      expect(await ask(deleteInline, { i: { holder, name: 'a' } })).toEqual({ name: 'a' });
      expect(await ask(deleteInline, { i: { holder, name: 'a' } })).toBe('EntityNotFoundException');
      expect(await ask(detach, { i: { holder, policyArn: READ_ONLY } })).toEqual({ policyArn: READ_ONLY });
      expect(await ask(detach, { i: { holder, policyArn: READ_ONLY } })).toBe('EntityNotFoundException');
      expect(await ask(attach, { i: { holder, policyArn: `${READ_ONLY}Not` } })).toBe(
        'EntityNotFoundException',
      );
      expect(await held()).toEqual({
        attachedPolicies: [],
        inlinePolicies: [{ name: 'b', document: replaced }],
      });
      expect(await ask(deleteInline, { i: { holder, name: 'b' } })).toEqual({ name: 'b' });
    },
  );

  it.each([
    [
      'an unknown element',
      putInline,
      { name: 'p', document: '{"Statements":[]}' },
      'MalformedPolicyDocumentException',
    ],
    [
      'a name that can be none',
      putInline,
      { name: 'no spaces', document: document('*') },
      'ValidationException',
    ],
    [
      'too much',
      putInline,
      { name: 'p', document: document('glue:G', 'x'.repeat(12_000)) },
      'ResourceNumberLimitExceededException',
    ],
    ['an ARN that is none', attach, { policyArn: 'nothing' }, 'ValidationException'],
  ])('given %s, refuses with its AWS code', async (_what, question, i, code) => {
    const answer = await ask(question, { i: { holder: { kind: 'USER', name: 'ann' }, ...i } });
    // The size of one document and that of all together are told apart.
    expect(code.includes('Limit') ? [code, 'MalformedPolicyDocumentException'] : [code]).toContain(answer);
    expect(await ask(`{ user(name: "ann") { ${HELD} } }`)).toEqual({
      attachedPolicies: [],
      inlinePolicies: [],
    });
  });

  it('makes a managed policy, its versions, and has one of them count', async () => {
    const first = document('glue:GetDatabase*');
    const i = { name: 'lake', path: '/team/', description: 'of the team', document: first };
    const v1 = { versionId: 'v1', isDefault: true, document: first };
    expect(await ask(createPolicy, { i })).toEqual({
      policy: { arn: OWN, description: 'of the team', versions: [v1] },
    });
    expect(await ask(createPolicy, { i })).toBe('AlreadyExistsException');
    expect(await ask(createPolicy, { i: { ...i, name: 'bad', document: '{' } })).toBe(
      'MalformedPolicyDocumentException',
    );
    const second = document('glue:GetTable*');
    expect(await ask(createVersion, { i: { arn: OWN, document: second } })).toEqual({
      policyVersion: { versionId: 'v2', isDefault: false, document: second },
    });
    expect(await ask(deleteVersion, { i: { arn: OWN, versionId: 'v1' } })).toBe('DeleteConflictException');
    expect(await ask(setDefault, { i: { arn: OWN, versionId: 'v2' } })).toEqual({
      arn: OWN,
      versionId: 'v2',
    });
    expect(await ask(setDefault, { i: { arn: OWN, versionId: 'v9' } })).toBe('EntityNotFoundException');
    expect(await ask(setDefault, { i: { arn: OWN, versionId: '2' } })).toBe('ValidationException');
    expect(await ask(one, { arn: OWN })).toEqual({
      arn: OWN,
      name: 'lake',
      path: '/team/',
      description: 'of the team',
      isAws: false,
      defaultVersionId: 'v2',
      versions: [
        { versionId: 'v2', isDefault: true, document: second },
        { ...v1, isDefault: false },
      ],
    });
    expect(await ask(deleteVersion, { i: { arn: OWN, versionId: 'v1' } })).toEqual({
      arn: OWN,
      versionId: 'v1',
    });
    for (let version = 3; version <= 6; version += 1) {
      await ask(createVersion, { i: { arn: OWN, document: second, setAsDefault: true } });
    }
    expect(await ask(createVersion, { i: { arn: OWN, document: second } })).toBe(
      'ResourceNumberLimitExceededException',
    );
    expect(await iam(lake, 'ListPolicyVersions', { PolicyArn: OWN }, 'VersionId')).toEqual([
      'v6',
      'v5',
      'v4',
      'v3',
      'v2',
    ]);
    expect(await ask(deletePolicy, { i: { arn: OWN } })).toBe('DeleteConflictException');
    for (const versionId of ['v2', 'v3', 'v4', 'v5'])
      await ask(deleteVersion, { i: { arn: OWN, versionId } });
    // What counts is what the last version says, at the next call.
    const holder = { kind: 'USER', name: 'ann' };
    const bearer = await bearerOf(lake, ann);
    const tables = '{ databases { edges { node { name } } } }';
    await ask(attach, { i: { holder, policyArn: OWN } });
    expect(await ask(tables, {}, bearer)).toBe(DENIED);
    await ask(createVersion, { i: { arn: OWN, document: first, setAsDefault: true } });
    expect(await ask(tables, {}, bearer)).toEqual({ edges: [] });
    expect(await ask(deletePolicy, { i: { arn: OWN } })).toBe('DeleteConflictException');
    for (const [kind, _field, name] of HOLDERS.slice(1)) {
      await ask(attach, { i: { holder: { kind, name }, policyArn: OWN } });
    }
    for (const size of [1, 2, 100]) {
      expect(await names(`policy(arn: "${OWN}") { holders($) { ${nodes} } }`, size)).toEqual([
        'analysts',
        'reader',
        'ann',
      ]);
    }
    for (const [kind, _field, name] of HOLDERS)
      await ask(detach, { i: { holder: { kind, name }, policyArn: OWN } });
    await ask(deleteVersion, { i: { arn: OWN, versionId: 'v6' } });
    expect(await ask(deletePolicy, { i: { arn: OWN } })).toEqual({ arn: OWN });
    expect(await ask(one, { arn: OWN })).toBeNull();
  });

  it("shows AWS's own policies, which nobody changes, before the account's", async () => {
    expect(await ask(one, { arn: READ_ONLY })).toMatchObject({
      isAws: true,
      path: '/',
      versions: [{ versionId: 'v1', isDefault: true }],
    });
    expect(await ask(deletePolicy, { i: { arn: READ_ONLY } })).toBe('InvalidInputException');
    for (const name of ['Alpha', 'zeta'])
      await ask(createPolicy, { i: { name, document: document('glue:*') } });
    const aws = await names(`policies(scope: AWS, $) { ${nodes} }`, 100);
    expect(aws).toContain('ReadOnlyAccess');
    for (const first of [1, 4, 7, 100]) {
      expect(await names(`policies(scope: AWS, $) { ${nodes} }`, first)).toEqual(aws);
      expect(await names(`policies(scope: LOCAL, $) { ${nodes} }`, first)).toEqual(['Alpha', 'zeta']);
      expect(await names(`policies($) { ${nodes} }`, first)).toEqual([...aws, 'Alpha', 'zeta']);
    }
    // The IAM door pages alike: before, the first page held more than was asked for.
    expect(await iam(lake, 'ListPolicies', { MaxItems: '2' }, 'PolicyName')).toEqual(aws.slice(0, 2));
    const all = (await ask(`{ policies { edges { node { name ${VERSIONS} } } } }`)) as Connection<{
      versions: object[];
    }>;
    expect(all.edges.every(({ node }) => node.versions.length === 1)).toBe(true);
  });

  it('bounds users and roles, and changes who may assume a role', async () => {
    for (const [kind, field, name] of [HOLDERS[0], HOLDERS[2]]) {
      const boundary = () => ask(`{ ${field}(name: "${name}") { permissionsBoundary } }`);
      expect(await boundary()).toEqual({ permissionsBoundary: null });
      expect(await ask(bound, { i: { holder: { kind, name }, policyArn: READ_ONLY } })).toEqual({
        policyArn: READ_ONLY,
      });
      expect(await boundary()).toEqual({ permissionsBoundary: READ_ONLY });
      expect(await ask(unbound, { i: { kind, name } })).toEqual({ name });
      expect(await boundary()).toEqual({ permissionsBoundary: null });
    }
    const group = { kind: 'GROUP', name: 'analysts' };
    expect(await ask(bound, { i: { holder: group, policyArn: READ_ONLY } })).toBe('InvalidInputException');
    expect(await ask(unbound, { i: group })).toBe('InvalidInputException');
    const AWS = `arn:aws:iam::${ACCOUNT}:user/ann`;
    const trusts = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' }],
    });
    expect(await ask(trust, { i: { role: 'reader', document: trusts } })).toEqual({
      role: 'reader',
      trustPolicy: trusts,
    });
    expect(await ask('{ role(name: "reader") { trustPolicy } }')).toEqual({ trustPolicy: trusts });
    expect(await ask(trust, { i: { role: 'reader', document: '{"Statement":1}' } })).toBe(
      'MalformedPolicyDocumentException',
    );
    expect(await ask(trust, { i: { role: 'nobody', document: trusts } })).toBe('EntityNotFoundException');
  });

  it('tells each what his policies let him, field by field and user by user', async () => {
    const bearer = await bearerOf(lake, ann);
    for (const [question, i] of [
      [putInline, { holder: { kind: 'USER', name: 'ann' }, name: 'p', document: document('*') }],
      [attach, { holder: { kind: 'USER', name: 'ann' }, policyArn: READ_ONLY }],
      [bound, { holder: { kind: 'USER', name: 'ann' }, policyArn: READ_ONLY }],
      [createPolicy, { name: 'mine', document: document('*') }],
      [trust, { role: 'reader', document: NOBODY }],
    ] as const) {
      expect(await ask(question, { i }, bearer)).toBe(DENIED);
    }
    for (const question of ['users', 'groups', 'roles', 'policies']) {
      expect(await ask(`{ ${question} { edges { cursor } } }`, {}, bearer)).toBe(DENIED);
    }
    await ask(putInline, {
      i: {
        holder: { kind: 'USER', name: 'ann' },
        name: 'sees',
        document: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: ['iam:ListUsers', 'iam:ListUserPolicies'], Resource: '*' },
            {
              Effect: 'Allow',
              Action: ['iam:GetUserPolicy', 'iam:ListAttachedUserPolicies'],
              Resource: `arn:aws:iam::${ACCOUNT}:user/team/*`,
            },
          ],
        }),
      },
    });
    await ask(putInline, {
      i: { holder: { kind: 'USER', name: 'bob' }, name: 'p', document: document('glue:*') },
    });
    const { data, errors } = await graphql(
      lake,
      `{ users { edges { node { name ${HELD} permissionsBoundary } } } }`,
      {},
      bearer,
    );
    const { users } = data as unknown as { users: Connection<object> };
    const hidden = { attachedPolicies: null, inlinePolicies: null, permissionsBoundary: null };
    expect(users.edges.map(({ node }) => node)).toEqual([
      { name: 'admin', ...hidden },
      { name: 'ann', ...hidden },
      {
        name: 'bob',
        attachedPolicies: [],
        inlinePolicies: [{ name: 'p', document: document('glue:*') }],
        permissionsBoundary: null,
      },
      { name: 'cid', attachedPolicies: [], inlinePolicies: [], permissionsBoundary: null },
    ]);
    expect(errors?.every(({ extensions }) => extensions.code === DENIED)).toBe(true);
    expect(errors).toHaveLength(2 * 3 + 2);
    await ask(deleteInline, { i: { holder: { kind: 'USER', name: 'bob' }, name: 'p' } });
  });

  it('asks for what hangs on a page of users in as many statements as for one of them', async () => {
    const many = 30;
    for (let i = 0; i < many; i += 1) {
      const name = `w${String(i).padStart(2, '0')}`;
      await iam(lake, 'CreateUser', { UserName: name, Path: '/wide/' });
      await ask(putInline, { i: { holder: { kind: 'USER', name }, name, document: document('glue:*') } });
      await ask(createPolicy, { i: { name, path: '/wide/', document: document('glue:*') } });
    }
    const statements = async () => {
      const text = await (await fetch(`${lake.url}/metrics`)).text();
      return Number(/lakewarden_database_statements_total (\d+)/.exec(text)?.[1]);
    };
    const asked = async (field: string, first: number, fields: string): Promise<number> => {
      const before = await statements();
      const question = `{ ${field}(first: ${String(first)}, pathPrefix: "/wide/") { edges { node { name ${fields} } } } }`;
      const { edges } = (await ask(question)) as Connection<{ name: string; inlinePolicies?: object[] }>;
      expect(edges).toHaveLength(first);
      for (const { node } of edges) {
        if (node.inlinePolicies === undefined) continue;
        expect(node.inlinePolicies).toEqual([{ name: node.name, document: document('glue:*') }]);
      }
      return (await statements()) - before;
    };
    /** The least of some tries: background work has statements of its own. */
    const least = async (field: string, first: number, fields: string): Promise<number> => {
      const counts = [];
      for (let i = 0; i < 4; i += 1) counts.push(await asked(field, first, fields));
      return Math.min(...counts);
    };
    for (const [field, fields] of [
      ['users', `${HELD} permissionsBoundary`],
      ['policies', VERSIONS],
    ] as const) {
      const single = (await least(field, 1, fields)) - (await least(field, 1, ''));
      const page = (await least(field, many, fields)) - (await least(field, many, ''));
      expect(single).toBeGreaterThan(0);
      expect(page).toBe(single);
    }
  });
});
