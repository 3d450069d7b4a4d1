import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';

const question = (query: string, variables: object = {}): string => JSON.stringify({ query, variables });
const aliases = (count: number, field: string): string =>
  Array.from({ length: count }, (_, i) => `a${String(i)}: ${field}`).join(' ');

/** What is posted, and what comes back: the field's exception, and words that help. */
const BODIES: readonly (readonly [what: string, body: string, status: number, answer: RegExp])[] = [
  ['malformed JSON', '{"query":', 400, /^SerializationException: .*not valid JSON/],
  ['no body', '', 400, /^SerializationException: .*empty/],
  ['a list', '[{"query":"{viewer{arn}}"}]', 200, /^ValidationException: body must be object/],
  ['null', 'null', 200, /^ValidationException: body must be object/],
  ['no question', '{}', 200, /^ValidationException: /],
  [
    'the name of a question that has none',
    '{"query":"{viewer{arn}}","operationName":"A"}',
    200,
    /^ValidationException: Unknown operation named "A"/,
  ],
  [
    'variables of text',
    '{"query":"{viewer{arn}}","variables":"x"}',
    200,
    /^ValidationException: .*variables/,
  ],
  [
    'a prototype',
    '{"query":"{viewer{arn}}","variables":{"__proto__":{"a":1}}}',
    400,
    /^SerializationException: /,
  ],
  [
    'a nesting bomb of JSON',
    `{"query":"{viewer{arn}}","variables":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
    200,
    /^ValidationException: .*variables/,
  ],
  // Mercurius would take this for a question.
  [
    'a syntax tree',
    question(
      '{"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","selectionSet":' +
        '{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"}}]}}]}',
    ),
    200,
    /^ValidationException: .*no GraphQL document/,
  ],
  ['null for a document', question(' null '), 200, /^ValidationException: /],
  ['a number for a document', question('5'), 200, /^ValidationException: /],
  ['a nesting bomb of selections', question('{a'.repeat(100_000)), 200, /^ValidationException: /],
  [
    'a nesting bomb of lists',
    question(`{ databases(first: ${'['.repeat(9_000)}${']'.repeat(9_000)}) { edges { cursor } } }`),
    200,
    /^ValidationException: /,
  ],
  [
    'a megabyte of fields',
    question(`{ ${'viewer { arn } '.repeat(70_000)} }`),
    200,
    /^ValidationException: .*tokens/,
  ],
  [
    'a thousand aliases',
    question(`{ ${aliases(1_000, 'databases { edges { cursor } }')} }`),
    200,
    /^ValidationException: .*(maximum|costs)/,
  ],
  [
    'fragments that double',
    question(
      `{ viewer { ...f0 } } fragment f40 on Viewer { arn } ${Array.from(
        { length: 40 },
        (_, i) => `fragment f${String(i)} on Viewer { ...f${String(i + 1)} ...f${String(i + 1)} }`,
      ).join(' ')}`,
    ),
    200,
    /^ValidationException: /,
  ],
  [
    'fragments in a circle',
    question('{ viewer { ...a } } fragment a on Viewer { ...b } fragment b on Viewer { ...a }'),
    200,
    /^ValidationException: Cannot spread fragment/,
  ],
  [
    'a deep look at the schema',
    question(`{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }`),
    200,
    /^ValidationException: /,
  ],
  [
    'a huge page',
    question('{ databases(first: 99999999999) { edges { cursor } } }'),
    200,
    /^ValidationException: Int/,
  ],
  [
    'a page before the first',
    question('{ databases(first: -1) { edges { cursor } } }'),
    200,
    /^ValidationException: /,
  ],
];

/** Texts that nothing can be called, and every argument that calls something. */
const TEXTS = [
  ['U+0000', 'a\u0000b'],
  ['half a surrogate pair', '\ud800'],
  ['256 characters', 'x'.repeat(256)],
  ['a megabyte', 'x'.repeat(1024 * 1024)],
  ['no character', ''],
] as const;
const ARGUMENTS = [
  'query ($n: String!) { database(name: $n) { name } }',
  'query ($n: ID!) { databases(catalogId: $n) { edges { cursor } } }',
  'query ($n: String!) { table(database: $n, name: "t") { name } }',
  'query ($n: String!) { table(database: "d", name: $n) { name } }',
  'query ($n: ID!) { table(database: "d", name: "t", catalogId: $n) { name } }',
  'mutation ($n: String!) { createDatabase(input: { name: $n }) { database { name } } }',
  'mutation ($n: String!) { deleteDatabase(input: { name: $n }) { name } }',
  'mutation ($n: String!) { createTable(input: { table: { database: "d", name: $n }, definition: {} }) { table { name } } }',
  'mutation ($n: String!) { deleteTable(input: { database: "d", name: $n }) { name } }',
  'mutation ($n: String!) { createPartitionIndex(input: { table: { database: "d", name: "t" }, name: $n, keys: ["k"] }) { partitionIndex { name } } }',
  'mutation ($n: String!) { createAccount(input: { id: "444455556666", name: $n }) { account { id } } }',
  'mutation ($n: String!) { login(input: { accountId: "111122223333", userName: $n, password: "x" }) { token } }',
];

describe.each(DATABASES)('bad input to GraphQL on %s', (databaseName) => {
  let lake: Lake;
  let token: string;

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'd' } });
    await lake.ok('CreateTable', {
      DatabaseName: 'd',
      TableInput: { Name: 't', PartitionKeys: [{ Name: 'k', Type: 'string' }] },
    });
    await lake.ok('CreatePartition', {
      DatabaseName: 'd',
      TableName: 't',
      PartitionInput: { Values: ['1'] },
    });
  });
  afterAll(async () => {
    await lake.stop();
  });

  const post = async (body: string | Buffer, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${lake.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body,
    });
    const { data, errors } = (await answer.json()) as {
      data: object | null;
      errors?: { message: string; extensions: { code: string; requestId: string } }[];
    };
    const [error] = errors ?? [];
    return {
      status: answer.status,
      data,
      text: `${error?.extensions.code ?? 'OK'}: ${error?.message ?? ''}`,
      requestId: error?.extensions.requestId,
    };
  };
  const world = async (): Promise<string> =>
    JSON.stringify([
      await lake.ok('GetDatabases'),
      await lake.ok('GetTables', { DatabaseName: 'd' }),
      await lake.ok('GetPartitionIndexes', { DatabaseName: 'd', TableName: 't' }),
    ]);

  it.each(BODIES)('given %s, refuses and tells why', async (_what, body, status, words) => {
    const answer = await post(body);
    expect(answer.text).toMatch(words);
    expect(answer.status).toBe(status);
    expect(answer.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect((await fetch(`${lake.url}/healthz`)).status).toBe(200);
  });

  it.each(TEXTS.flatMap(([what, n]) => ARGUMENTS.map((query) => [what, query, n] as const)))(
    'given %s, refuses and changes nothing: %s',
    async (_what, query, n) => {
      const before = await world();
      expect((await post(question(query, { n }))).text).toMatch(
        /^ValidationException: .*failed to satisfy constraint/,
      );
      expect(await world()).toBe(before);
    },
  );

  it.each([
    ['values that cannot be stored', 'partition(values: ["a\\u0000"]) { values }', /^ValidationException: /],
    [
      'more values than keys can be',
      `partition(values: [${'"a",'.repeat(101)}]) { values }`,
      /^ValidationException: /,
    ],
    [
      'a segment of none',
      'partitions(segment: { number: 0, total: 0 }) { edges { cursor } }',
      /^ValidationException: .*total/,
    ],
    [
      'a segment below the first',
      'partitions(segment: { number: -1, total: 2 }) { edges { cursor } }',
      /^ValidationException: /,
    ],
    [
      'a cursor of nobody',
      'partitions(after: "eyJ") { edges { cursor } }',
      /^InvalidInputException: NextToken/,
    ],
    [
      'a cursor of another question',
      'versions(after: "$CURSOR") { edges { cursor } }',
      /^InvalidInputException: NextToken is not valid for this request/,
    ],
    [
      'an expression that is none',
      'partitions(expression: "k =") { edges { cursor } }',
      /^InvalidInputException: /,
    ],
    [
      'an expression over no key',
      'partitions(expression: "v = \'1\'") { edges { cursor } }',
      /^InvalidInputException: /,
    ],
  ])('given %s, refuses', async (_what, field, words) => {
    const page = (
      await post(question('{ table(database: "d", name: "t") { partitions { edges { cursor } } } }'))
    ).data as {
      table: { partitions: { edges: { cursor: string }[] } };
    };
    const asked = field.replace('$CURSOR', page.table.partitions.edges[0]?.cursor ?? '');
    expect((await post(question(`{ table(database: "d", name: "t") { ${asked} } }`))).text).toMatch(words);
  });

  it.each([
    ['(a?){1000}'.repeat(200), /^InvalidInputException: .*repeats more than/],
    ['*'.repeat(3_000), /^InvalidInputException: .*longer than/],
  ])('given an expression over names that would take minutes, refuses', async (expression, words) => {
    const tables =
      'query ($e: String) { database(name: "d") { tables(expression: $e) { edges { cursor } } } }';
    expect((await post(question(tables, { e: expression }))).text).toMatch(words);
  });

  it('given a body of 64 MiB, refuses it as too large', async () => {
    const answer = await post(Buffer.alloc(64 * 1024 * 1024, 0x20)).catch((error: unknown) => error);
    // A server may close the connection while the client still writes.
    if (!(answer instanceof Error)) {
      expect(answer).toMatchObject({
        status: 413,
        text: expect.stringMatching(/^RequestEntityTooLargeException: /) as string,
      });
    }
    expect((await fetch(`${lake.url}/healthz`)).status).toBe(200);
  });

  it('given a write by GET, refuses it: a link must change nothing', async () => {
    const mutation = encodeURIComponent('mutation { deleteDatabase(input: { name: "d" }) { name } }');
    const answer = await fetch(`${lake.url}/graphql?query=${mutation}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await answer.text()).toContain('"code":"ValidationException"');
    expect(await lake.ok('GetDatabase', { Name: 'd' })).toHaveProperty('Database');
  });

  it('counts what it refuses', async () => {
    await post('{"query":');
    const metrics = await (await fetch(`${lake.url}/metrics`)).text();
    expect(metrics).toMatch(
      /lakewarden_request_seconds_count\{door="graphql",operation="none",code="SerializationException"\} \d+/,
    );
  });
});
