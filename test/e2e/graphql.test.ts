import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import request from 'supertest';

import { DATABASES, type Lake, startLake } from '../support/lake.ts';

interface GraphqlAnswer {
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string; readonly requestId: string };
  }[];
}

describe.each(DATABASES)('the GraphQL door on %s', (databaseName) => {
  let lake: Lake;
  let token: string;

  beforeAll(async () => {
    lake = await startLake(databaseName);
    const answer = await ask('mutation ($input: LoginInput!) { login(input: $input) { token } }', {
      input: { accountId: '111122223333', userName: 'admin', password: lake.consolePassword },
    });
    token = (answer.data?.['login'] as { token: string }).token;
  });
  afterAll(async () => {
    await lake.stop();
  });

  const ask = async (query: string, variables?: object, bearer?: string): Promise<GraphqlAnswer> => {
    const call = request(lake.url).post('/graphql').set('content-type', 'application/json');
    if (bearer !== undefined) void call.set('authorization', `Bearer ${bearer}`);
    const answer = await call.send(JSON.stringify({ query, variables }));
    return answer.body as GraphqlAnswer;
  };

  const ok = async (query: string, variables?: object): Promise<Record<string, unknown>> => {
    const { data, errors } = await ask(query, variables, token);
    if (errors !== undefined || data === null) throw new Error(JSON.stringify(errors));
    return data;
  };

  const refused = async (
    query: string,
    variables?: object,
    bearer: string | undefined = token,
  ): Promise<string> => {
    const { errors } = await ask(query, variables, bearer);
    const [first] = errors ?? [];
    if (first === undefined) throw new Error('not refused');
    expect(first.extensions.requestId).toMatch(/^[0-9a-f-]{36}$/);
    return `${first.extensions.code}: ${first.message}`;
  };

  it('given a database, a table with partitions and an index, answers the post’s question and says how', async () => {
    await ok('mutation { createDatabase(input: { name: "Post", description: "d" }) { database { name } } }');
    await ok(
      `mutation ($input: CreateTableInput!) { createTable(input: $input) { table { name versionId } } }`,
      {
        input: {
          table: { database: 'post', name: 'hours' },
          definition: {
            parameters: { classification: 'json' },
            partitionKeys: ['year', 'month', 'day', 'hour'].map((name) => ({ name, type: 'string' })),
            storageDescriptor: { columns: [{ name: 'value', type: 'double' }], location: 's3://lake/hours' },
          },
        },
      },
    );
    const partitions = ['01', '02'].flatMap((day) =>
      Array.from({ length: 24 }, (_, hour) => ({
        values: ['2021', '04', day, String(hour).padStart(2, '0')],
        storageDescriptor: {
          columns: [{ name: 'value', type: 'double' }],
          location: `s3://lake/hours/${day}`,
        },
      })),
    );
    const made = await ok(
      'mutation ($input: CreatePartitionsInput!) { createPartitions(input: $input) { failures { values code message } } }',
      {
        input: { table: { database: 'post', name: 'hours' }, partitions: [...partitions, { values: ['1'] }] },
      },
    );
    expect(made['createPartitions']).toMatchObject({
      failures: [{ values: ['1'], code: 'InvalidInputException' }],
    });
    await ok(
      'mutation { createPartitionIndex(input: { table: { database: "post", name: "hours" }, name: "by-hour", keys: ["hour"] }) { partitionIndex { status } } }',
    );

    const indexes =
      '{ table(database: "post", name: "hours") { partitionIndexes { name status builtCount } } }';
    let table: { partitionIndexes: { status: string }[] };
    do {
      table = (await ok(indexes))['table'] as typeof table;
    } while (table.partitionIndexes[0]?.status === 'CREATING');
    expect(table.partitionIndexes).toEqual([{ name: 'by-hour', status: 'ACTIVE', builtCount: 48 }]);

    const question = `query ($expression: String, $first: Int, $after: String) {
      table(database: "post", name: "hours") {
        columns { name type }
        partitions(first: $first, after: $after, expression: $expression) {
          edges { cursor node { values storageDescriptor { location } } }
          pageInfo { hasNextPage endCursor }
          explain { access index keysUsed rowsRead }
        }
      }
    }`;
    interface Found {
      columns: unknown[];
      partitions: {
        edges: { cursor: string; node: { values: string[]; storageDescriptor: { location: string } } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
        explain: object;
      };
    }
    const search = async (variables: object) => (await ok(question, variables))['table'] as Found;
    const byHour = await search({ expression: "hour = '07'" });
    expect(
      byHour.partitions.edges.map(({ node }) => [node.values[2], node.storageDescriptor.location]),
    ).toEqual([
      ['01', 's3://lake/hours/01'],
      ['02', 's3://lake/hours/02'],
    ]);
    expect(byHour.partitions.explain).toMatchObject({
      access: 'INDEX',
      index: 'by-hour',
      keysUsed: ['hour'],
    });
    const byDay = await search({ expression: "year='2021' and month='04' and day='01'" });
    expect(byDay.partitions.explain).toEqual({
      access: 'TABLE_ORDER',
      index: null,
      keysUsed: ['year', 'month', 'day'],
      rowsRead: 24,
    });

    const firstPage = await search({ first: 30 });
    expect(firstPage.partitions.pageInfo.hasNextPage).toBe(true);
    const rest = await search({ first: 30, after: firstPage.partitions.pageInfo.endCursor });
    const fromCursor = await search({ first: 30, after: firstPage.partitions.edges[29]?.cursor });
    expect(rest.partitions.edges).toHaveLength(18);
    expect(rest.partitions.pageInfo.hasNextPage).toBe(false);
    expect(fromCursor.partitions.edges.map(({ node }) => node)).toEqual(
      rest.partitions.edges.map(({ node }) => node),
    );

    const glue = await lake.ok('GetTable', { DatabaseName: 'post', Name: 'hours' });
    expect(await ok('{ table(database: "POST", name: "HOURS") { glue } }')).toEqual({
      table: { glue: glue['Table'] },
    });
  });

  it('given a new account, keeps it apart from the first one', async () => {
    const made = await ok(
      'mutation { createAccount(input: { id: "444455556666", name: "lob-a" }) { account { id } accessKey { accessKeyId secretAccessKey } } }',
    );
    expect(made['createAccount']).toMatchObject({ account: { id: '444455556666' } });
    expect(
      await refused(
        'mutation { createAccount(input: { id: "444455556666", name: "again" }) { account { id } } }',
      ),
    ).toMatch(/^AlreadyExistsException/);
    expect(await refused('{ databases(catalogId: "444455556666") { edges { cursor } } }')).toMatch(
      /^AccessDeniedException/,
    );
  });

  it('given a thing that is not there, answers null; given a refusal, the field’s code', async () => {
    expect(await ok('{ table(database: "nope", name: "t") { name } }')).toEqual({ table: null });
    expect(await refused('mutation { deleteDatabase(input: { name: "nope" }) { name } }')).toBe(
      'EntityNotFoundException: Database nope not found.',
    );
  });

  it.each<[string, string, RegExp]>([
    ['no such field', '{ nope }', /^ValidationException: Cannot query field/],
    ['bad syntax', '{', /^ValidationException: Syntax Error/],
    ['a page too large', '{ databases(first: 101) { edges { cursor } } }', /^ValidationException/],
    [
      'too much at once',
      '{ databases { edges { node { tables { edges { node { partitions(first: 1000) { edges { node { values } } } } } } } } } }',
      /^ValidationException: The question costs/,
    ],
    [
      'too deep',
      `{ table(database: "a", name: "b") ${'{ partitions { edges { node { storageDescriptor { serde'.repeat(1)} { name } } } } } } databases { edges { node { tables { edges { node { versions { edges { node { versions { edges { node { name } } } } } } } } } } } }`,
      /^ValidationException/,
    ],
  ])('given %s, refuses', async (_what, query, expected) => {
    expect(await refused(query)).toMatch(expected);
  });

  it('given no token, a foreign one or a wrong password, tells nothing', async () => {
    expect((await ask('{ viewer { arn } }')).errors?.[0]?.extensions.code).toBe(
      'MissingAuthenticationTokenException',
    );
    expect(await refused('{ viewer { arn } }', {}, `${token.slice(0, -4)}AAAA`)).toMatch(
      /^UnrecognizedClientException/,
    );
    // Not even parsed: it is no GraphQL.
    const long = `{ ${'viewer '.repeat(700)}`;
    expect((await ask(long)).errors?.[0]?.extensions.code).toBe('MissingAuthenticationTokenException');
    expect(await refused(long, {}, `${token.slice(0, -4)}AAAA`)).toMatch(/^UnrecognizedClientException/);
    expect(await refused(long)).toMatch(/^ValidationException/);
    for (const userName of ['admin', 'nobody']) {
      expect(
        await refused('mutation ($input: LoginInput!) { login(input: $input) { token } }', {
          input: { accountId: '111122223333', userName, password: 'wrong' },
        }),
      ).toBe('AccessDeniedException: The account, user name or password is wrong.');
    }
    expect(await ok('{ viewer { arn isAccountAdministrator } }')).toEqual({
      viewer: { arn: 'arn:aws:iam::111122223333:user/admin', isAccountAdministrator: true },
    });
  });

  it('serves its schema as text', async () => {
    const answer = await request(lake.url).get('/graphql/schema.graphql');
    expect(answer.text).toContain('type PartitionSearchPlan');
  });
});
