import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { type KeyPair, newUser } from '../support/principals.ts';
import { query } from '../support/query.ts';

const ACCOUNT = '111122223333';
const userArn = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`;
const ORDERS = { database: 'sales', table: 'orders' };
const UNTIL = '2999-01-01T00:00:00.000Z';
const PLACE = 'arn:aws:s3:::lake/sales';

interface Held {
  readonly principal: string;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly permissions: readonly string[];
  readonly permissionsWithGrantOption: readonly string[];
  readonly condition: string | null;
  readonly validUntil: string | null;
  readonly grantedBy: string;
}
interface Page {
  readonly edges: readonly { readonly node: Held; readonly cursor: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

const NODE = `principal permissions permissionsWithGrantOption condition validFrom validUntil grantedBy grantedAt
  resource { type catalogId database table allTables columns exceptColumns dataCellsFilter dataLocation
    lfTag { key values } lfTagPolicy { resourceType expression { key values } expressionName } lfTagExpression }`;
const PAGE = `edges { cursor node { ${NODE} } } pageInfo { hasNextPage endCursor }`;
const LIST = `query ($principal: ID, $resource: GrantedResourceInput, $resourceType: ListedResourceType,
  $includeRelated: Boolean, $catalogId: ID, $first: Int, $after: String) {
  permissions(principal: $principal, resource: $resource, resourceType: $resourceType, includeRelated: $includeRelated,
    catalogId: $catalogId, first: $first, after: $after) { ${PAGE} } }`;

/** What can be granted on what, in the words of the input; each grant is made, listed, explained by its list, and revoked. */
const EVERYTHING: readonly {
  readonly on: object;
  readonly permissions: readonly string[];
  readonly type: string;
  readonly bounds?: object;
}[] = [
  { on: {}, permissions: ['CREATE_DATABASE', 'CREATE_LF_TAG', 'CREATE_LF_TAG_EXPRESSION'], type: 'CATALOG' },
  { on: { database: 'sales' }, permissions: ['ALTER', 'CREATE_TABLE', 'DROP'], type: 'DATABASE' },
  { on: { database: 'sales', allTables: true }, permissions: ['INSERT', 'SELECT'], type: 'ALL_TABLES' },
  {
    on: ORDERS,
    permissions: ['DELETE', 'DESCRIBE'],
    type: 'TABLE',
    bounds: { condition: 'context.mfa', validFrom: '2026-01-01T00:00:00.000Z', validUntil: UNTIL },
  },
  { on: ORDERS, permissions: ['ALTER'], type: 'TABLE', bounds: { validUntil: UNTIL } },
  { on: { ...ORDERS, columns: ['email', 'id'] }, permissions: ['SELECT'], type: 'COLUMNS' },
  { on: { ...ORDERS, exceptColumns: ['email'] }, permissions: ['SELECT'], type: 'COLUMNS_EXCEPT' },
  { on: { ...ORDERS, exceptColumns: [] }, permissions: ['SELECT'], type: 'COLUMNS_EXCEPT' },
  { on: { ...ORDERS, dataCellsFilter: 'mine' }, permissions: ['SELECT'], type: 'DATA_CELLS_FILTER' },
  {
    on: { dataLocation: PLACE },
    permissions: ['DATA_LOCATION_ACCESS'],
    type: 'DATA_LOCATION',
    bounds: { condition: 'context.sourceIp = "192.0.2.1"' },
  },
  { on: { lfTag: { key: 'class', values: ['open', 'pii'] } }, permissions: ['ASSOCIATE'], type: 'LF_TAG' },
  {
    on: { lfTagPolicy: { resourceType: 'TABLE', expression: [{ key: 'class', values: ['open'] }] } },
    permissions: ['SELECT'],
    type: 'LF_TAG_POLICY',
    bounds: { condition: 'context.tags["team"] = "sales"', validUntil: UNTIL },
  },
  {
    on: { lfTagPolicy: { resourceType: 'DATABASE', expressionName: 'Public' } },
    permissions: ['DESCRIBE'],
    type: 'LF_TAG_POLICY',
  },
  { on: { lfTagExpression: 'Public' }, permissions: ['ALTER', 'DROP'], type: 'LF_TAG_EXPRESSION' },
];

/** An answer's resource, as a question names it. */
const asInput = (resource: Held['resource']): object => {
  const { type: _type, ...members } = resource;
  return JSON.parse(
    JSON.stringify(members, (_name, value: unknown) => (value === null ? undefined : value)),
  ) as object;
};

describe.each(DATABASES)('permissions in GraphQL on %s', (databaseName) => {
  let lake: Lake;
  let token: string;
  let ann: KeyPair;
  let annsToken: string;

  const lf = async (operation: string, input: object) => {
    const { status, body } = await lakeFormation(lake, operation, input);
    expect([status, body]).toEqual([200, body]);
    return body;
  };
  const ask = async (question: string, variables: object, bearer = token): Promise<unknown> => {
    const { data, errors } = await graphql(lake, question, variables, bearer);
    if (errors !== undefined) return errors[0]?.extensions.code;
    return Object.values(data ?? {})[0];
  };
  const change = (kind: 'grant' | 'revoke', entries: object[], bearer = token) =>
    ask(
      `mutation ($e: [GrantEntryInput!]!) { ${kind}Permissions(input: { entries: $e }) { failures { index code message } } }`,
      { e: entries },
      bearer,
    );
  const entry = (resource: object, permissions: readonly string[], more: object = {}, to = 'bob') => ({
    principal: userArn(to),
    permissions,
    resource,
    ...more,
  });
  const list = async (filter: object = {}, bearer = token): Promise<readonly Held[]> => {
    const answer = (await ask(LIST, filter, bearer)) as Page;
    return answer.edges.map(({ node }) => node);
  };
  const tokenOf = async (caller: KeyPair) =>
    (
      await query({ url: lake.url, ...caller }, 'sts', 'GetWebIdentityToken', {
        'Audience.member.1': 'lakewarden',
      })
    ).texts('WebIdentityToken')[0] ?? '';

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
    ann = await newUser(lake, 'ann');
    annsToken = await tokenOf(ann);
    await newUser(lake, 'bob');
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'sales', LocationUri: 's3://lake/sales' } });
    const Columns = ['id', 'email'].map((Name) => ({ Name, Type: 'string' }));
    for (const Name of ['orders', 'other']) {
      const StorageDescriptor = { Columns, Location: `s3://lake/sales/${Name}` };
      await lake.ok('CreateTable', { DatabaseName: 'sales', TableInput: { Name, StorageDescriptor } });
    }
    await lf('RegisterResource', { ResourceArn: PLACE, UseServiceLinkedRole: true });
    await lf('CreateLFTag', { TagKey: 'class', TagValues: ['open', 'pii'] });
    await lf('CreateLFTagExpression', {
      Name: 'Public',
      Expression: [{ TagKey: 'class', TagValues: ['open'] }],
    });
    await lf('CreateDataCellsFilter', {
      TableData: {
        TableCatalogId: ACCOUNT,
        DatabaseName: 'sales',
        TableName: 'orders',
        Name: 'mine',
        RowFilter: { FilterExpression: "id = '1'" },
        ColumnWildcard: {},
      },
    });
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('grants on every kind of thing, lists it in the words it was granted in, and revokes what it listed', async () => {
    const granted = await change(
      'grant',
      EVERYTHING.map(({ on, permissions, bounds }) => entry(on, permissions, bounds)),
    );
    expect(granted).toEqual({ failures: [] });
    const held = await list({ principal: userArn('bob') });
    for (const { on, permissions, type, bounds = {} } of EVERYTHING) {
      const ofType = held.filter((each) => each.resource['type'] === type);
      expect(ofType.map((each) => ({ ...each, resource: asInput(each.resource) }))).toContainEqual(
        expect.objectContaining({
          principal: userArn('bob'),
          permissions,
          permissionsWithGrantOption: [],
          grantedBy: userArn('admin'),
          resource: { catalogId: ACCOUNT, ...on },
          condition: null,
          validUntil: null,
          ...bounds,
        }),
      );
    }
    expect(held).toHaveLength(EVERYTHING.length);
    // As Lake Formation's own door lists them, in the same order.
    const { PrincipalResourcePermissions: theirs } = await lf('ListPermissions', {
      Principal: { DataLakePrincipalIdentifier: userArn('bob') },
    });
    const listed = theirs as { Permissions: string[]; Condition?: { Expression: string } }[];
    expect(listed.map(({ Permissions, Condition }) => [Permissions, Condition?.Expression ?? null])).toEqual(
      held.map(({ permissions, condition }) => [permissions, condition]),
    );
    // What is answered is what may be asked about, and taken back.
    for (const each of held) {
      const resource = asInput(each.resource);
      const found = await list({ principal: userArn('bob'), resource });
      expect(found).toContainEqual(each);
    }
    const back = held.map(({ permissions, condition, resource }) =>
      entry(asInput(resource), permissions, { condition }),
    );
    expect(await change('revoke', back)).toEqual({ failures: [] });
    expect(await list({ principal: userArn('bob') })).toEqual([]);
  });

  it('tells each entry that cannot be granted by its place, and grants the rest', async () => {
    const failing = [
      [entry({ dataLocation: PLACE }, ['SELECT']), 'InvalidInputException'],
      [
        entry({ dataLocation: 'arn:aws:s3:::elsewhere' }, ['DATA_LOCATION_ACCESS']),
        'EntityNotFoundException',
      ],
      [entry({ lfTag: { key: 'class', values: ['none'] } }, ['ASSOCIATE']), 'EntityNotFoundException'],
      [entry({ lfTagExpression: 'none' }, ['DESCRIBE']), 'EntityNotFoundException'],
      [entry({ ...ORDERS, dataCellsFilter: 'none' }, ['SELECT']), 'EntityNotFoundException'],
      [entry(ORDERS, ['SELECT'], { condition: 'context.mfa OR' }), 'InvalidInputException'],
      [entry(ORDERS, ['SELECT'], { validUntil: '2001-01-01T00:00:00Z' }), 'InvalidInputException'],
      [entry(ORDERS, ['SELECT'], { withGrantOption: ['DROP'] }), 'InvalidInputException'],
    ] as const;
    const answer = (await change('grant', [...failing.map(([each]) => each), entry(ORDERS, ['SELECT'])])) as {
      failures: { index: number; code: string; message: string }[];
    };
    expect(answer.failures.map(({ index, code }) => [index, code])).toEqual(
      failing.map(([, code], index) => [index, code]),
    );
    expect((await list({ principal: userArn('bob') })).map(({ permissions }) => permissions)).toEqual([
      ['SELECT'],
    ]);
    await change('revoke', [entry(ORDERS, ['SELECT'])]);
    // What no request may look like is refused as a whole.
    for (const [resource, more] of [
      [{ dataLocation: PLACE, lfTagExpression: 'Public' }, {}],
      [{ database: 'sales', dataLocation: PLACE }, {}],
      [{ dataLocation: PLACE, columns: ['id'] }, {}],
      [{ table: 'orders' }, {}],
      [{ lfTagPolicy: { resourceType: 'TABLE' } }, {}],
      [{ lfTagPolicy: { resourceType: 'TABLE', expression: [], expressionName: 'Public' } }, {}],
      [{ dataLocation: 'nowhere' }, {}],
    ] as const) {
      expect(await change('grant', [entry(resource, ['DESCRIBE'], more)])).toBe('InvalidInputException');
    }
    for (const bounds of [
      { validFrom: 'tomorrow' },
      { validFrom: '0000-01-01T00:00:00Z' },
      { condition: 'x'.repeat(3_001) },
    ]) {
      expect(await change('grant', [entry(ORDERS, ['SELECT'], bounds)])).toBe('ValidationException');
    }
    const many = Array.from({ length: 1_001 }, () => entry(ORDERS, ['SELECT']));
    expect(await change('grant', many)).toBe('ValidationException');
  });

  it('filters by kind and by what is related, and goes through pages without a gap', async () => {
    await change('grant', [
      entry({ database: 'sales', allTables: true }, ['DESCRIBE']),
      entry({ ...ORDERS, columns: ['id'] }, ['SELECT']),
      entry({ ...ORDERS, dataCellsFilter: 'mine' }, ['SELECT']),
      entry({ dataLocation: PLACE }, ['DATA_LOCATION_ACCESS']),
      entry({ lfTag: { key: 'class', values: ['*'] } }, ['DESCRIBE']),
    ]);
    const types = async (filter: object) => (await list(filter)).map(({ resource }) => resource['type']);
    const bobs = { principal: userArn('bob') };
    expect(await types({ ...bobs, resourceType: 'TABLE' })).toEqual([
      'COLUMNS',
      'DATA_CELLS_FILTER',
      'ALL_TABLES',
    ]);
    expect(await types({ ...bobs, resourceType: 'DATA_LOCATION' })).toEqual(['DATA_LOCATION']);
    expect(await types({ ...bobs, resourceType: 'LF_TAG' })).toEqual(['LF_TAG']);
    expect(await types({ ...bobs, resource: ORDERS })).toEqual(['COLUMNS', 'DATA_CELLS_FILTER']);
    expect(await types({ ...bobs, resource: ORDERS, includeRelated: true })).toContain('ALL_TABLES');
    const whole = await list();
    const paged: Held[] = [];
    for (let after: string | null = null; ;) {
      const page = (await ask(LIST, { first: 2, after })) as Page;
      expect(page.edges.length).toBeLessThanOrEqual(2);
      paged.push(...page.edges.map(({ node }) => node));
      if (!page.pageInfo.hasNextPage) break;
      expect(page.edges.at(-1)?.cursor).toBe(page.pageInfo.endCursor);
      after = page.pageInfo.endCursor;
    }
    expect(paged).toEqual(whole);
    const { pageInfo } = (await ask(LIST, { first: 1 })) as Page;
    // A cursor goes on with its own question alone.
    expect(await ask(LIST, { ...bobs, after: pageInfo.endCursor })).toBe('InvalidInputException');
    for (const first of [0, 1_001]) expect(await ask(LIST, { first })).toBe('ValidationException');
    expect(await ask(LIST, { resource: { database: 'none' } })).toBe('EntityNotFoundException');
    expect(await ask(LIST, { resource: { database: 'none' } }, annsToken)).toMatchObject({ edges: [] });
  });

  it('shows what is held on a database and on a table from there, and at a place', async () => {
    const at = async (question: string): Promise<unknown[]> => {
      const { data, errors } = await graphql(lake, question, {}, token);
      expect(errors).toBeUndefined();
      return [...JSON.stringify(data).matchAll(/"type":"(\w+)"/g)].map(([, type]) => type);
    };
    expect(await at(`{ database(name: "sales") { permissions { ${PAGE} } } }`)).toEqual(['DATABASE']);
    const table = (more: string) =>
      `{ table(database: "sales", name: "orders") { permissions${more} { ${PAGE} } } }`;
    expect(await at(table(''))).toEqual(['TABLE', 'COLUMNS', 'DATA_CELLS_FILTER']);
    expect(await at(table('(includeRelated: true)'))).toContain('ALL_TABLES');
    const path = (arn: string) => `{ effectivePermissionsForPath(resourceArn: "${arn}") { ${PAGE} } }`;
    expect((await at(path(PLACE))).sort()).toEqual([
      'ALL_TABLES',
      'COLUMNS',
      'DATABASE',
      'DATA_CELLS_FILTER',
      'DATA_LOCATION',
      'TABLE',
      'TABLE',
    ]);
    expect(await at(path('arn:aws:s3:::elsewhere'))).toEqual([]);
    expect(await ask(path('elsewhere'), {})).toBe('InvalidInputException');
  });

  it('shows others what they hold and may pass on, and nothing of what is not theirs', async () => {
    expect(await list({}, annsToken)).toEqual([]);
    expect(await list({ principal: userArn('bob') }, annsToken)).toEqual([]);
    await change('grant', [
      entry({ ...ORDERS, columns: ['id'] }, ['SELECT'], { withGrantOption: ['SELECT'] }, 'ann'),
    ]);
    const seen = await list({}, annsToken);
    expect(seen.map(({ principal, resource }) => [principal, resource['columns']])).toEqual([
      [userArn('ann'), ['id']],
      [userArn('bob'), ['id']],
    ]);
    expect(seen[0]?.permissionsWithGrantOption).toEqual(['SELECT']);
    // She passes on what she holds, under a condition too, and no more.
    const passed = await change(
      'grant',
      [
        entry({ ...ORDERS, columns: ['id'] }, ['SELECT'], { condition: 'context.mfa' }),
        entry({ ...ORDERS, columns: ['email'] }, ['SELECT']),
        entry({ dataLocation: PLACE }, ['DATA_LOCATION_ACCESS']),
        entry({ lfTag: { key: 'class', values: ['open'] } }, ['DESCRIBE']),
      ],
      annsToken,
    );
    expect(passed).toMatchObject({
      failures: [1, 2, 3].map((index) => ({ index, code: 'AccessDeniedException' })),
    });
  });

  it('refuses to look up the things of another account in the name of the own one', async () => {
    const elsewhere = { catalogId: '444455556666', database: 'sales', table: 'orders' };
    expect(await ask(LIST, { catalogId: ACCOUNT, resource: elsewhere })).toBe('AccessDeniedException');
    expect(await ask(LIST, { resource: elsewhere })).toBe('AccessDeniedException');
    const { body } = await lakeFormation(lake, 'ListPermissions', {
      Resource: { Database: { CatalogId: '444455556666', Name: 'sales' } },
    });
    expect(body).toMatchObject({ __type: 'AccessDeniedException' });
  });

  it('counts what a list inside of lists may cost', async () => {
    const nested = `{ databases(first: 100) { edges { node { tables(first: 100) { edges { node {
      permissions(first: 100) { edges { node { principal } } } } } } } } } }`;
    expect(await ask(nested, {})).toBe('ValidationException');
    const small = `{ databases(first: 10) { edges { node { name permissions(first: 10) { ${PAGE} } } } } }`;
    expect(await ask(small, {})).toMatchObject({ edges: [{ node: { name: 'sales' } }] });
  });
});
