import { signRequest } from '@lakewarden/aws-wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import type { Answer } from '../support/glue.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const table = { DatabaseName: 'db', TableName: 't' };
const long = 'x'.repeat(256);
const partitions = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => ({ Values: [String(from + i), 'a'] }));

/** What is sent, and what comes back: the field's exception, and words that help. */
const CASES: readonly (readonly [what: string, operation: string, input: object | string, answer: RegExp])[] =
  [
    ['malformed JSON', 'GetTable', '{"DatabaseName":', /^SerializationException: .*not valid JSON/],
    ['JSON that is no object', 'GetTable', '[1]', /^SerializationException: .*must be a JSON object/],
    ['a nesting bomb', 'CreateTable', '{"a":'.repeat(50_000), /^SerializationException: .*nested more than/],
    [
      'a nesting bomb of lists',
      'CreateTable',
      `{"a":${'['.repeat(500_000)}`,
      /^SerializationException: .*nested/,
    ],
    [
      'a number for a name',
      'GetTable',
      { DatabaseName: 5, Name: 't' },
      /^(Validation|Serialization)Exception: /,
    ],
    [
      'a text for a list',
      'CreatePartition',
      { ...table, PartitionInput: { Values: 'x' } },
      /^(Validation|Serialization)Exception: /,
    ],
    [
      'a missing member',
      'GetTable',
      { DatabaseName: 'db' },
      /^ValidationException: .*'name' failed to satisfy/,
    ],
    ['several faults', 'GetTable', {}, /^ValidationException: 2 validation errors detected/],
    [
      'a name that is too long',
      'CreateDatabase',
      { DatabaseInput: { Name: long } },
      /^ValidationException: .*databaseInput\.name/,
    ],
    [
      'a default that is no permission',
      'CreateDatabase',
      {
        DatabaseInput: {
          Name: 'defaults',
          CreateTableDefaultPermissions: [
            {
              Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' },
              Permissions: ['EVERYTHING'],
            },
          ],
        },
      },
      /^ValidationException: .*databaseInput\.createTableDefaultPermissions.*permissions/,
    ],
    ['an empty name', 'CreateDatabase', { DatabaseInput: { Name: '' } }, /^ValidationException: /],
    ['a name of two lines', 'CreateDatabase', { DatabaseInput: { Name: 'a\nb' } }, /^ValidationException: /],
    [
      '101 partitions',
      'BatchCreatePartition',
      { ...table, PartitionInputList: partitions(101, 1000) },
      /^ValidationException: .*partitionInputList/,
    ],
    [
      '26 deletions',
      'BatchDeletePartition',
      { ...table, PartitionsToDelete: partitions(26) },
      /^ValidationException: /,
    ],
    [
      '1,001 reads',
      'BatchGetPartition',
      { ...table, PartitionsToGet: partitions(1001) },
      /^ValidationException: /,
    ],
    [
      'too few values',
      'CreatePartition',
      { ...table, PartitionInput: { Values: ['9'] } },
      /^InvalidInputException: .*number of partition keys/i,
    ],
    [
      'too many values',
      'GetPartition',
      { ...table, PartitionValues: ['1', 'a', 'b'] },
      /^InvalidInputException: /,
    ],
    [
      'an empty value',
      'CreatePartition',
      { ...table, PartitionInput: { Values: ['9', ''] } },
      /^(ValidationException|InvalidInputException): /,
    ],
    [
      'a taken partition',
      'CreatePartition',
      { ...table, PartitionInput: { Values: ['1', 'a'] } },
      /^AlreadyExistsException: /,
    ],
    [
      'an expression over no key',
      'GetPartitions',
      { ...table, Expression: "value = 'x'" },
      /^InvalidInputException: /,
    ],
    [
      'an expression that is none',
      'GetPartitions',
      { ...table, Expression: 'year =' },
      /^InvalidInputException: /,
    ],
    [
      'an expression of SQL',
      'GetPartitions',
      { ...table, Expression: 'year = 1; DROP TABLE partition' },
      /^InvalidInputException: /,
    ],
    [
      'a letter for an int',
      'GetPartitions',
      { ...table, Expression: "year = 'x'" },
      /^InvalidInputException: .*is not an integer/,
    ],
    [
      'a 1 MB expression',
      'GetPartitions',
      { ...table, Expression: `year = ${'1'.repeat(1024 * 1024)}` },
      /^ValidationException: .*expression/,
    ],
    [
      'an expression of parentheses',
      'GetPartitions',
      { ...table, Expression: `${'('.repeat(1000)}year=1${')'.repeat(1000)}` },
      /^InvalidInputException: /,
    ],
    [
      'an expression of ORs',
      'GetPartitions',
      {
        ...table,
        Expression: Array.from({ length: 300 }, () => 'year=1')
          .join(' or ')
          .slice(0, 2048),
      },
      /^InvalidInputException: /,
    ],
    ['a page size of 0', 'GetPartitions', { ...table, MaxResults: 0 }, /^ValidationException: .*maxResults/],
    [
      'a page size of 1,001',
      'GetPartitions',
      { ...table, MaxResults: 1001 },
      /^ValidationException: .*maxResults/,
    ],
    [
      'a token of nobody',
      'GetPartitions',
      { ...table, NextToken: 'eyJ' },
      /^InvalidInputException: NextToken is not valid/,
    ],
    [
      'a segment outside its total',
      'GetPartitions',
      { ...table, Segment: { SegmentNumber: 2, TotalSegments: 2 } },
      /^(InvalidInput|Validation)Exception: /,
    ],
    [
      'an index over no key',
      'CreatePartitionIndex',
      { ...table, PartitionIndex: { IndexName: 'i', Keys: ['value'] } },
      /^InvalidInputException: .*IndexKeys not a part of PartitionColumns/,
    ],
    [
      'a key twice',
      'CreateTable',
      { DatabaseName: 'db', TableInput: { Name: 'n', PartitionKeys: [{ Name: 'k' }, { Name: 'K' }] } },
      /^InvalidInputException: /,
    ],
    [
      'an endless regular expression',
      'GetTables',
      { DatabaseName: 'db', Expression: '(a+)+$(' },
      /^InvalidInputException: /,
    ],
    ['an operation that is none', 'GetEverything', {}, /^UnknownOperationException: /],
    ['an operation of Object', 'constructor', {}, /^UnknownOperationException: /],
  ];

describe.each(DATABASES)('bad input on %s', (databaseName) => {
  let lake: Lake;
  let now = new Date();

  beforeAll(async () => {
    lake = await startLake(databaseName, { clock: { now: () => now } });
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'db' } });
    await lake.ok('CreateTable', {
      DatabaseName: 'db',
      TableInput: {
        Name: 't',
        StorageDescriptor: { Columns: [{ Name: 'value', Type: 'double' }] },
        PartitionKeys: [
          { Name: 'year', Type: 'int' },
          { Name: 'city', Type: 'string' },
        ],
      },
    });
    await lake.ok('BatchCreatePartition', { ...table, PartitionInputList: partitions(5) });
  });
  afterAll(async () => {
    await lake.stop();
  });

  const world = async (): Promise<string> =>
    JSON.stringify([
      await lake.ok('GetDatabases'),
      await lake.ok('GetTables', { DatabaseName: 'db' }),
      await lake.ok('GetPartitions', table),
      await lake.ok('GetPartitionIndexes', table),
    ]);
  const textOf = ({ body }: Answer) =>
    `${String(body['__type'])}: ${String(body['Message'] ?? body['message'])}`;

  it.each(CASES)('given %s, %s refuses and changes nothing', async (_what, operation, input, words) => {
    const before = await world();
    const answer = await lake.glue(operation, input);
    expect(textOf(answer)).toMatch(words);
    expect(textOf(answer)).not.toMatch(/SELECT |INSERT |\.ts:|node_modules|\/home|at Object/);
    expect(answer.status).toBe(400);
    expect(answer.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
    expect(await world()).toBe(before);
  });

  it('given unknown members, ignores them as AWS does', async () => {
    const { Table: made } = await lake.ok('GetTable', {
      DatabaseName: 'db',
      Name: 't',
      Nonsense: [{ deep: 1 }],
    });
    expect(made).toMatchObject({ Name: 't' });
  });

  it('given partitions that are there and twice in one batch, names those and makes the others', async () => {
    const { Errors: errors } = await lake.ok('BatchCreatePartition', {
      ...table,
      PartitionInputList: [...partitions(2, 4), ...partitions(1, 5), { Values: ['6'] }],
    });
    expect(
      (errors as { PartitionValues: string[]; ErrorDetail: { ErrorCode: string } }[])
        .map(({ PartitionValues: [first], ErrorDetail }) => `${String(first)} ${ErrorDetail.ErrorCode}`)
        .sort(),
    ).toEqual(['4 AlreadyExistsException', '5 AlreadyExistsException', '6 InvalidInputException']);
    const { Partitions: found } = await lake.ok('GetPartitions', table);
    expect(found).toHaveLength(6);
    await lake.ok('DeletePartition', { ...table, PartitionValues: ['5', 'a'] });
  });

  describe('page tokens', () => {
    const first = async () =>
      (await lake.ok('GetPartitions', { ...table, MaxResults: 2, Expression: 'year >= 0' }))[
        'NextToken'
      ] as string;

    it('given another question, an altered byte, or a day later, refuses', async () => {
      const token = await first();
      const next = (NextToken: string, more: object = {}) =>
        lake.glue('GetPartitions', { ...table, MaxResults: 2, Expression: 'year >= 0', NextToken, ...more });
      expect((await next(token)).status).toBe(200);
      expect(textOf(await next(token, { Expression: 'year >= 1' }))).toMatch(
        /^InvalidInputException: NextToken/,
      );
      const bytes = Buffer.from(token, 'base64url');
      for (let at = 0; at < bytes.length; at += 1) {
        const altered = Buffer.from(bytes);
        altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
        expect(textOf(await next(altered.toString('base64url')))).toMatch(
          /^InvalidInputException: NextToken/,
        );
      }
      try {
        now = new Date(now.getTime() + DAY_MS + 1000);
        expect(textOf(await next(token))).toBe(
          'InvalidInputException: NextToken has expired. Start again without it.',
        );
      } finally {
        now = new Date();
      }
    });
  });

  describe('signatures', () => {
    const signed = (more: { body?: string; at?: Date; secret?: string } = {}) =>
      signRequest({
        method: 'POST',
        url: new URL('/', lake.url),
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSGlue.GetDatabases' },
        body: more.body ?? '{}',
        accessKeyId: lake.accessKeyId,
        secretAccessKey: more.secret ?? lake.secretAccessKey,
        region: 'us-east-1',
        service: 'glue',
        now: more.at ?? now,
      });
    const send = async (headers: Record<string, string>, body = '{}') => {
      const { host: _host, ...others } = headers;
      const answer = await fetch(lake.url, { method: 'POST', headers: others, body });
      const { __type: type } = (await answer.json()) as { __type?: string };
      return type ?? answer.status;
    };

    it.each([
      [
        'another signature',
        () => send({ ...signed(), authorization: `${signed()['authorization']?.slice(0, -1) ?? ''}x` }),
        'InvalidSignatureException',
      ],
      ['another body', () => send(signed(), '{"CatalogId":"111122223333"}'), 'InvalidSignatureException'],
      ['another secret', () => send(signed({ secret: 'guessed' })), 'InvalidSignatureException'],
      [
        'a signature of an hour ago',
        () => send(signed({ at: new Date(now.getTime() - 3_600_000) })),
        'InvalidSignatureException',
      ],
      [
        'no signature',
        () => send({ 'x-amz-target': 'AWSGlue.GetDatabases' }),
        'MissingAuthenticationTokenException',
      ],
      [
        'another header that is not signed',
        () => send({ ...signed(), 'x-amz-meta': '1' }),
        'IncompleteSignatureException',
      ],
      ['its own', () => send(signed()), 200],
    ])('given %s, answers so', async (_what, call, answer) => {
      expect(await call()).toBe(answer);
    });
  });

  it('given a body of 64 MiB, refuses it without keeping it', async () => {
    const body = Buffer.alloc(64 * 1024 * 1024, 0x20);
    const answer = await fetch(lake.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSGlue.GetDatabases' },
      body,
    }).then(
      ({ status }) => status,
      // A server may close the connection while the client still writes.
      () => 413,
    );
    expect(answer).toBe(413);
    expect((await fetch(`${lake.url}/healthz`)).status).toBe(200);
    expect((await lake.glue('GetDatabases')).status).toBe(200);
  });

  it.each([
    [
      'a question of any depth',
      `{ table(database: "db", name: "t") ${'{ partitions { edges { node '.repeat(20)}`,
      /Syntax|depth/i,
    ],
    [
      'a question that costs too much',
      '{ databases(first: 100) { edges { node { tables(first: 100) { edges { node { partitions(first: 1000) { edges { node { values } } } } } } } } } }',
      /costs/,
    ],
    ['a field that is none', '{ secrets { name } }', /Cannot query field/],
    ['a page of 1,001', '{ databases(first: 1001) { edges { cursor } } }', /first/],
    ['no question', '', /./],
  ])('given %s, GraphQL refuses', async (_what, question, words) => {
    const { errors } = await graphql(lake, question, {}, await login(lake));
    expect(errors?.[0]?.extensions.code).toBe('ValidationException');
    expect(errors?.[0]?.message).toMatch(words);
  });
});
