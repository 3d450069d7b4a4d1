import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { bearerOf, newUser } from '../support/principals.ts';

const ACCOUNT = '111122223333';
const DENIED = 'AccessDeniedException';
const annsArn = `arn:aws:iam::${ACCOUNT}:user/ann`;

const create =
  'mutation ($i: CreateLFTagInput!) { createLfTag(input: $i) { lfTag { catalogId key values } } }';
const update = 'mutation ($i: UpdateLFTagInput!) { updateLfTag(input: $i) { lfTag { key values } } }';
const remove = 'mutation ($i: LFTagRefInput!) { deleteLfTag(input: $i) { key } }';
const one = 'query ($key: String!) { lfTag(key: $key) { key values } }';
const saved = 'catalogId name description expression { key values }';
const save = (what: 'create' | 'update'): string =>
  `mutation ($i: LFTagExpressionInput!) { ${what}LfTagExpression(input: $i) { lfTagExpression { ${saved} } } }`;
const oneSaved = `query ($name: String!) { lfTagExpression(name: $name) { ${saved} } }`;
const removeSaved = 'mutation ($i: LFTagExpressionRefInput!) { deleteLfTagExpression(input: $i) { name } }';
const tagging = (what: 'add' | 'remove', to: 'To' | 'From'): string =>
  `mutation ($i: LFTaggingInput!) { ${what}LfTags${to}Resource(input: $i) { failures { index key value code } } }`;
const add = tagging('add', 'To');
const take = tagging('remove', 'From');
const CARRIED = 'lfTags { key value inherited }';
const page = 'pageInfo { hasNextPage endCursor }';

interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

describe.each(DATABASES)('LF-tags in GraphQL on %s', (databaseName) => {
  let lake: Lake;
  let token: string;
  let annsToken: string;

  /** The first field's value, or the code of the refusal. */
  const ask = async (question: string, variables: object = {}, bearer = token): Promise<unknown> => {
    const { data, errors } = await graphql(lake, question, variables, bearer);
    return errors === undefined ? Object.values(data ?? {})[0] : errors[0]?.extensions.code;
  };
  const lf = async (operation: string, input: object) => {
    const { status, body } = await lakeFormation(lake, operation, input);
    expect({ status, body: status === 200 ? {} : body }).toEqual({ status: 200, body: {} });
    return body;
  };
  const assign = async (resource: object, tags: Readonly<Record<string, string>>) => {
    const pairs = Object.entries(tags).map(([key, value]) => ({ key, value }));
    expect(await ask(add, { i: { resource, tags: pairs } })).toEqual({ failures: [] });
  };
  const grant = (resource: object, permissions: string[]) =>
    lf('GrantPermissions', {
      Principal: { DataLakePrincipalIdentifier: annsArn },
      Resource: resource,
      Permissions: permissions,
    });
  /** All nodes, so many a page, by the cursors. @param field with $ for the page's arguments */
  async function every<Node>(
    field: string,
    first: number,
    variables: { declared?: string; values?: object } = {},
    bearer = token,
  ): Promise<Node[]> {
    const found: Node[] = [];
    for (let after: string | null = null; ;) {
      const question = `query ($n: Int, $a: String ${variables.declared ?? ''}) { ${field.replace('$', 'first: $n, after: $a')} }`;
      const answer = await ask(question, { n: first, a: after, ...variables.values }, bearer);
      const connection = answer as Connection<Node>;
      expect(connection.edges.length).toBeLessThanOrEqual(first);
      found.push(...connection.edges.map(({ node }) => node));
      if (!connection.pageInfo.hasNextPage) return found;
      after = connection.pageInfo.endCursor;
    }
  }

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
    annsToken = await bearerOf(lake, await newUser(lake, 'ann'));
    for (const Name of ['shop', 'staff']) await lake.ok('CreateDatabase', { DatabaseInput: { Name } });
    const StorageDescriptor = { Columns: ['id', 'Mail'].map((Name) => ({ Name, Type: 'string' })) };
    const PartitionKeys = [{ Name: 'day', Type: 'string' }];
    for (const [DatabaseName, Name] of [
      ['shop', 'orders'],
      ['shop', 'people'],
      ['staff', 'wages'],
    ]) {
      await lake.ok('CreateTable', { DatabaseName, TableInput: { Name, StorageDescriptor, PartitionKeys } });
    }
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('makes a tag, changes its values, lists by key and deletes it, as the Lake Formation door does', async () => {
    expect(await ask(create, { i: { key: 'Class', values: ['PII', 'open', 'pii'] } })).toEqual({
      lfTag: { catalogId: ACCOUNT, key: 'class', values: ['open', 'pii'] },
    });
    const i = { key: 'class', valuesToAdd: ['Secret'], valuesToDelete: ['open'] };
    expect(await ask(update, { i })).toEqual({ lfTag: { key: 'class', values: ['pii', 'secret'] } });
    expect(await ask(update, { i: { key: 'class', valuesToAdd: ['open'] } })).toEqual({
      lfTag: { key: 'class', values: ['open', 'pii', 'secret'] },
    });
    expect(await lf('GetLFTag', { TagKey: 'class' })).toMatchObject({ TagValues: ['open', 'pii', 'secret'] });
    for (const key of ['env', 'team', 'zone']) await ask(create, { i: { key, values: ['a', 'b'] } });
    for (const first of [1, 3, 100]) {
      expect(await every(`lfTags($) { edges { cursor node { key } } ${page} }`, first)).toEqual(
        ['class', 'env', 'team', 'zone'].map((key) => ({ key })),
      );
    }
    expect(await ask(remove, { i: { key: 'zone' } })).toEqual({ key: 'zone' });
    expect(await ask(remove, { i: { key: 'zone' } })).toBe('EntityNotFoundException');
    expect(await ask(one, { key: 'zone' })).toBeNull();
    expect(await ask(one, { key: 'env' })).toEqual({ key: 'env', values: ['a', 'b'] });
  });

  it.each([
    ['a key that is taken', create, { key: 'CLASS', values: ['x'] }, 'InvalidInputException'],
    ['no value', create, { key: 'none', values: [] }, 'InvalidInputException'],
    ['a key that can be none', create, { key: '', values: ['x'] }, 'InvalidInputException'],
    ['an endless key', create, { key: 'x'.repeat(2_000), values: ['x'] }, 'ValidationException'],
    ['nothing to change', update, { key: 'class' }, 'InvalidInputException'],
    ['a tag that is not there', update, { key: 'nowhere', valuesToAdd: ['x'] }, 'EntityNotFoundException'],
    ['an expression without keys', save('create'), { name: 'bad', expression: [] }, 'InvalidInputException'],
    [
      'an expression of what is not there',
      save('create'),
      { name: 'bad', expression: [{ key: 'nowhere', values: ['x'] }] },
      'EntityNotFoundException',
    ],
    [
      'columns of no table',
      add,
      { resource: { database: 'shop', columns: ['id'] }, tags: [{ key: 'class', value: 'pii' }] },
      'InvalidInputException',
    ],
    [
      'a table that is not there',
      add,
      { resource: { database: 'shop', table: 'none' }, tags: [{ key: 'class', value: 'pii' }] },
      'EntityNotFoundException',
    ],
  ])('given %s, refuses with its AWS code', async (_what, question, i, code) => {
    expect(await ask(question, { i })).toBe(code);
  });

  it('saves expressions under names', async () => {
    const expression = [
      { key: 'Env', values: ['B', 'a'] },
      { key: 'class', values: ['pii'] },
    ];
    const made = {
      catalogId: ACCOUNT,
      name: 'Private',
      description: 'who may',
      expression: [
        { key: 'class', values: ['pii'] },
        { key: 'env', values: ['a', 'b'] },
      ],
    };
    const i = { name: 'Private', description: 'who may', expression };
    expect(await ask(save('create'), { i })).toEqual({ lfTagExpression: made });
    expect(await ask(save('create'), { i })).toBe('InvalidInputException');
    expect(await ask(oneSaved, { name: 'Private' })).toEqual(made);
    const changed = { ...made, expression: [{ key: 'class', values: ['open'] }] };
    expect(await ask(save('update'), { i: { name: 'Private', expression: changed.expression } })).toEqual({
      lfTagExpression: changed,
    });
    expect(await lf('GetLFTagExpression', { Name: 'Private' })).toMatchObject({
      Description: 'who may',
      Expression: [{ TagKey: 'class', TagValues: ['open'] }],
    });
    for (const name of ['a', 'b']) await ask(save('create'), { i: { name, expression } });
    for (const first of [1, 2, 100]) {
      const field = `lfTagExpressions($) { edges { cursor node { name } } ${page} }`;
      expect(await every(field, first)).toEqual(['Private', 'a', 'b'].map((name) => ({ name })));
    }
    expect(await ask(removeSaved, { i: { name: 'Private' } })).toEqual({ name: 'Private' });
    expect(await ask(oneSaved, { name: 'Private' })).toBeNull();
    expect(await ask(save('update'), { i: { name: 'Private', expression } })).toBe('EntityNotFoundException');
  });

  it('assigns what it can, and tells of the rest by its place', async () => {
    const i = {
      resource: { database: 'shop', table: 'people' },
      tags: [
        { key: 'class', value: 'open' },
        { key: 'class', value: 'pii' },
        { key: 'env', value: 'nowhere' },
        { key: 'Team', value: 'B' },
      ],
    };
    expect(await ask(add, { i })).toEqual({
      failures: [
        { index: 1, key: 'class', value: 'pii', code: 'InvalidInputException' },
        { index: 2, key: 'env', value: 'nowhere', code: 'EntityNotFoundException' },
      ],
    });
    expect(await ask(take, { i: { ...i, tags: [...i.tags.slice(3), { key: 'env', value: 'a' }] } })).toEqual({
      failures: [{ index: 1, key: 'env', value: 'a', code: 'EntityNotFoundException' }],
    });
    const people = `{ table(database: "shop", name: "people") { ${CARRIED} } }`;
    expect(await ask(people)).toEqual({ lfTags: [{ key: 'class', value: 'open', inherited: false }] });
  });

  it('tells what databases, tables and columns carry, and what of it they inherit', async () => {
    await assign({ database: 'shop' }, { env: 'a', team: 'a' });
    await assign({ database: 'shop', table: 'orders' }, { class: 'open', team: 'b' });
    await assign({ database: 'shop', table: 'orders', columns: ['MAIL'] }, { class: 'pii' });
    const question = `{ database(name: "shop") { ${CARRIED} tables { edges { node { name ${CARRIED}
      columns { name ${CARRIED} } partitionKeys { name ${CARRIED} }
      storageDescriptor { columns { name lfTags { key } } } } } } } }`;
    const carried = (key: string, value: string, inherited: boolean) => ({ key, value, inherited });
    const ofOrders = [
      carried('class', 'open', false),
      carried('env', 'a', true),
      carried('team', 'b', false),
    ];
    const inherited = ofOrders.map((tag) => ({ ...tag, inherited: true }));
    const ofMail = [carried('class', 'pii', false), ...inherited.slice(1)];
    const answer = (await ask(question)) as {
      lfTags: object[];
      tables: Connection<Record<string, unknown> & { name: string }>;
    };
    expect(answer.lfTags).toEqual([carried('env', 'a', false), carried('team', 'a', false)]);
    expect(answer.tables.edges.map(({ node }) => node)).toEqual([
      {
        name: 'orders',
        lfTags: ofOrders,
        columns: [
          { name: 'id', lfTags: inherited },
          { name: 'Mail', lfTags: ofMail },
        ],
        partitionKeys: [{ name: 'day', lfTags: inherited }],
        storageDescriptor: {
          columns: [
            { name: 'id', lfTags: null },
            { name: 'Mail', lfTags: null },
          ],
        },
      },
      expect.objectContaining({
        name: 'people',
        lfTags: [carried('class', 'open', false), carried('env', 'a', true), carried('team', 'a', true)],
      }),
    ]);
    // Lake Formation's own operation says the same.
    const { LFTagsOnTable, LFTagsOnColumns } = await lf('GetResourceLFTags', {
      Resource: { Table: { DatabaseName: 'shop', Name: 'orders' } },
    });
    const shape = (tags: readonly { key: string; value: string }[]) =>
      tags.map(({ key, value }) => ({ CatalogId: ACCOUNT, TagKey: key, TagValues: [value] }));
    expect(LFTagsOnTable).toEqual(shape(ofOrders));
    expect(LFTagsOnColumns).toEqual([{ Name: 'mail', LFTags: shape(ofMail) }]);
  });

  it('searches tables and databases by tags, page by page', async () => {
    const found = <Node>(what: 'Tables' | 'Databases', fields: string, first: number, bearer = token) => {
      const field = `search${what}ByLfTags($, expression: $e) { edges { cursor node { ${fields} } } ${page} }`;
      const declared = ', $e: [LFTagConditionInput!]!';
      const values = { e: [{ key: 'ENV', values: ['a'] }] };
      return every<Node>(field, first, { declared, values }, bearer);
    };
    await assign({ database: 'staff' }, { env: 'a' });
    const fields =
      'database name databaseLfTags { key value } lfTags { key value } columns { name lfTags { key value } }';
    for (const first of [1, 2, 100]) {
      const tables = await found<{ database: string; name: string }>('Tables', fields, first);
      expect(tables.map(({ database, name }) => `${database}.${name}`)).toEqual([
        'shop.orders',
        'shop.people',
        'staff.wages',
      ]);
      expect(tables[0]).toMatchObject({
        databaseLfTags: [
          { key: 'env', value: 'a' },
          { key: 'team', value: 'a' },
        ],
        columns: [{ name: 'mail', lfTags: [{ key: 'class', value: 'pii' }, {}, {}] }],
      });
      expect(await found('Databases', 'name', first)).toEqual([{ name: 'shop' }, { name: 'staff' }]);
    }
    const missing =
      '{ searchTablesByLfTags(expression: [{ key: "nowhere", values: ["x"] }]) { edges { cursor } } }';
    expect(await ask(missing)).toBe('EntityNotFoundException');
    expect(await ask(missing, {}, annsToken)).toBe(DENIED);
    expect(await ask('{ searchTablesByLfTags(expression: []) { edges { cursor } } }')).toBe(
      'InvalidInputException',
    );
  });

  it('shows to each what he may see of tables, of columns and of tags', async () => {
    const all = `{ databases(first: 3) { edges { node { name ${CARRIED} tables(first: 3) { edges { node { name ${CARRIED} columns { name ${CARRIED} } } } } } } } }`;
    await grant({ TableWithColumns: { DatabaseName: 'shop', Name: 'orders', ColumnNames: ['id'] } }, [
      'SELECT',
    ]);
    const seen = (lfTags: object[]) => ({
      edges: [
        {
          node: {
            name: 'shop',
            // He is shown that it is there, and no more of it.
            lfTags: null,
            tables: {
              edges: [
                {
                  node: {
                    name: 'orders',
                    lfTags,
                    columns: [{ name: 'id', lfTags: lfTags.map((tag) => ({ ...tag, inherited: true })) }],
                  },
                },
              ],
            },
          },
        },
      ],
    });
    expect(await ask(all, {}, annsToken)).toEqual(seen([]));
    expect(await every(`lfTags($) { edges { cursor node { key } } ${page} }`, 100, {}, annsToken)).toEqual(
      [],
    );
    expect(await ask(one, { key: 'team' }, annsToken)).toBe(DENIED);
    await grant({ LFTag: { TagKey: 'team', TagValues: ['b'] } }, ['DESCRIBE']);
    expect(await ask(all, {}, annsToken)).toEqual(seen([{ key: 'team', value: 'b', inherited: false }]));
    expect(await ask(one, { key: 'team' }, annsToken)).toEqual({ key: 'team', values: ['b'] });
    for (const [question, i] of [
      [create, { key: 'mine', values: ['x'] }],
      [update, { key: 'team', valuesToAdd: ['x'] }],
      [remove, { key: 'team' }],
      [save('create'), { name: 'mine', expression: [{ key: 'team', values: ['b'] }] }],
      [add, { resource: { database: 'shop', table: 'orders' }, tags: [{ key: 'team', value: 'b' }] }],
      [take, { resource: { database: 'shop', table: 'orders' }, tags: [{ key: 'team', value: 'b' }] }],
    ] as const) {
      expect(await ask(question, { i }, annsToken)).toBe(DENIED);
    }
  });

  it('given a caller without the IAM action, refuses the field and answers the rest', async () => {
    const eve = await newUser(lake, 'eve', ['AWSGlueConsoleFullAccess']);
    await lf('GrantPermissions', {
      Principal: { DataLakePrincipalIdentifier: `arn:aws:iam::${ACCOUNT}:user/eve` },
      Resource: { Table: { DatabaseName: 'shop', Name: 'orders' } },
      Permissions: ['SELECT'],
    });
    const { data, errors } = await graphql(
      lake,
      `{ table(database: "shop", name: "orders") { name ${CARRIED} } }`,
      {},
      await bearerOf(lake, eve),
    );
    expect(data).toEqual({ table: { name: 'orders', lfTags: null } });
    expect(errors).toMatchObject([{ path: ['table', 'lfTags'], extensions: { code: DENIED } }]);
  });

  it('asks for the tags of a page in as many statements as for those of one table', async () => {
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'wide' } });
    const many = 40;
    await ask(create, { i: { key: 'kind', values: ['pii', 'open'] } });
    for (let i = 0; i < many; i += 1) {
      const Name = `t${String(i).padStart(2, '0')}`;
      const StorageDescriptor = { Columns: ['a', 'b'].map((column) => ({ Name: column, Type: 'int' })) };
      await lake.ok('CreateTable', { DatabaseName: 'wide', TableInput: { Name, StorageDescriptor } });
      await assign({ database: 'wide', table: Name, columns: ['a'] }, { kind: i % 2 === 0 ? 'pii' : 'open' });
    }
    await grant({ Table: { DatabaseName: 'wide', TableWildcard: {} } }, ['SELECT']);
    await grant({ LFTag: { TagKey: 'kind', TagValues: ['pii'] } }, ['DESCRIBE']);
    const statements = async () => {
      const text = await (await fetch(`${lake.url}/metrics`)).text();
      return Number(/lakewarden_database_statements_total (\d+)/.exec(text)?.[1]);
    };
    const asked = async (first: number, fields: string, bearer: string): Promise<number> => {
      const question = `{ database(name: "wide") { tables(first: ${String(first)}) { edges { node { name ${fields} } } } } }`;
      const before = await statements();
      const { data, errors } = await graphql(lake, question, {}, bearer);
      expect(errors).toBeUndefined();
      const { tables } = data?.['database'] as {
        tables: Connection<{ name: string; columns?: { lfTags: { value: string }[] }[] }>;
      };
      expect(tables.edges).toHaveLength(first);
      for (const { node } of fields === '' ? [] : tables.edges) {
        const isPii = Number(node.name.slice(1)) % 2 === 0;
        const shown = bearer === token || isPii ? [isPii ? 'pii' : 'open'] : [];
        expect(node.columns?.map((column) => column.lfTags.map(({ value }) => value))).toEqual([shown, []]);
      }
      return (await statements()) - before;
    };
    /** The least of some tries: background work has statements of its own. */
    const least = async (first: number, fields: string, bearer: string): Promise<number> => {
      const counts = [];
      for (let i = 0; i < 4; i += 1) counts.push(await asked(first, fields, bearer));
      return Math.min(...counts);
    };
    const tags = `${CARRIED} columns { ${CARRIED} }`;
    for (const bearer of [token, annsToken]) {
      const one = (await least(1, tags, bearer)) - (await least(1, '', bearer));
      const page = (await least(many, tags, bearer)) - (await least(many, '', bearer));
      expect(one).toBeGreaterThan(0);
      expect(page).toBe(one);
    }
  });

  it('given a question that could ask for too much, refuses it before it runs', async () => {
    const search = '{ searchTablesByLfTags(expression: [], first: 101) { edges { cursor } } }';
    expect(await ask(search)).toBe('ValidationException');
    const deep = `{ databases(first: 100) { edges { node { tables(first: 100) { edges { node { columns { ${CARRIED} } } } } } } } }`;
    const { errors } = await graphql(lake, deep, {}, token);
    expect(errors?.[0]?.message).toMatch(/^The question costs /);
  });
});
