import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { inWords, readEvents } from '../support/events.ts';
import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { query } from '../support/query.ts';
import { subscribe } from '../support/subscribe.ts';

const ADMIN = 'arn:aws:iam::111122223333:user/admin';

describe.each(DATABASES)('the change feed on %s', (databaseName) => {
  let lake: Lake;
  let token: string;

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
  });
  afterAll(async () => {
    await lake.stop();
  });

  const events = (question: Record<string, string> = {}) => readEvents(lake, token, question);
  const now = async (): Promise<string> => (await events()).cursor;
  const since = async (after: string, more: Record<string, string> = {}): Promise<string[]> =>
    (await events({ after, ...more })).events.map(inWords);
  const makeTable = async (database: string, name: string) => {
    await lake.glue('CreateDatabase', { DatabaseInput: { Name: database } });
    await lake.ok('CreateTable', {
      DatabaseName: database,
      TableInput: { Name: name, PartitionKeys: [{ Name: 'k', Type: 'string' }] },
    });
  };
  const addPartitions = (DatabaseName: string, TableName: string, values: string[]) =>
    lake.glue('BatchCreatePartition', {
      DatabaseName,
      TableName,
      PartitionInputList: values.map((value) => ({ Values: [value] })),
    });

  it('given a life of a table, tells every part of it once and in order', async () => {
    const start = await now();
    await makeTable('life', 't');
    await lake.ok('UpdateTable', {
      DatabaseName: 'life',
      TableInput: { Name: 't', PartitionKeys: [{ Name: 'k', Type: 'string' }] },
    });
    await addPartitions('life', 't', ['1', '2', '1']);
    const table = { DatabaseName: 'life', TableName: 't' };
    await lake.ok('BatchUpdatePartition', {
      ...table,
      Entries: [
        { PartitionValueList: ['1'], PartitionInput: { Values: ['3'] } },
        { PartitionValueList: ['2'], PartitionInput: { Values: ['2'] } },
        { PartitionValueList: ['9'], PartitionInput: { Values: ['9'] } },
      ],
    });
    await lake.ok('DeletePartition', { ...table, PartitionValues: ['3'] });
    await lake.ok('UpdateDatabase', { Name: 'life', DatabaseInput: { Name: 'afterlife' } });
    await lake.ok('DeleteTable', { DatabaseName: 'afterlife', Name: 't' });
    await lake.ok('DeleteDatabase', { Name: 'afterlife' });

    const { events: told } = await events({ after: start });
    expect(told.map(inWords)).toEqual([
      'DATABASE CREATED life',
      'TABLE CREATED life.t',
      'TABLE UPDATED life.t',
      'PARTITION CREATED life.t 1 2',
      'PARTITION UPDATED life.t 3 2',
      'PARTITION DELETED life.t 3',
      'DATABASE UPDATED afterlife',
      'TABLE DELETED afterlife.t',
      'DATABASE DELETED afterlife',
    ]);
    expect(told[4]?.previousPartitions).toEqual([['1'], ['2']]);
    expect(told[6]?.previousName).toBe('life');
    expect(told.slice(1, 4).map(({ versionId }) => versionId)).toEqual(['0', '1', '1']);
    expect(new Set(told.slice(1, 6).map(({ tableId }) => tableId)).size).toBe(1);
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
    expect(new Set(told.map(({ principal, catalogId }) => `${principal} ${catalogId}`))).toEqual(
      new Set([`${ADMIN} 111122223333`]),
    );
    // What was told once is not told again behind its cursor.
    expect(await since(await now())).toEqual([]);
  });

  it("given a write, tells its revision, its request id and its operation as the write's answer did", async () => {
    const start = await now();
    const { headers } = await lake.glue('CreateDatabase', { DatabaseInput: { Name: 'answered' } });
    const { events: told } = await events({ after: start });
    expect(told).toMatchObject([
      {
        revision: headers['x-lakewarden-revision'],
        requestId: headers['x-amzn-requestid'],
        action: 'glue:CreateDatabase',
      },
    ]);
    expect(Math.abs(Date.parse(told[0]?.time ?? '') - Date.now())).toBeLessThan(60_000);
  });

  it('given a write that was refused or changed nothing, tells nothing', async () => {
    await makeTable('quiet', 't');
    const start = await now();
    expect(await lake.refused('CreateDatabase', { DatabaseInput: { Name: 'quiet' } })).toMatch(/^AlreadyEx/);
    await lake.glue('BatchDeletePartition', {
      DatabaseName: 'quiet',
      TableName: 't',
      PartitionsToDelete: [{ Values: ['absent'] }],
    });
    await query(lake, 'iam', 'CreateGroup', { GroupName: 'quiet' });
    expect(await since(start)).toEqual([]);
  });

  it('given an index, tells that it was made, when it can be used, and when it is gone', async () => {
    await makeTable('indexed', 't');
    const start = await now();
    const table = { DatabaseName: 'indexed', TableName: 't' };
    await lake.ok('CreatePartitionIndex', { ...table, PartitionIndex: { IndexName: 'i', Keys: ['k'] } });
    let told: string[] = [];
    const waitFor = async (last: string) => {
      while (told.at(-1) !== last) told = await since(start, { kinds: 'PARTITION_INDEX', wait: '0' });
    };
    await waitFor('PARTITION_INDEX UPDATED indexed.t i=ACTIVE');
    await lake.ok('DeletePartitionIndex', { ...table, IndexName: 'i' });
    await waitFor('PARTITION_INDEX DELETED indexed.t i=DELETING');
    expect(told).toEqual([
      'PARTITION_INDEX CREATED indexed.t i=CREATING',
      'PARTITION_INDEX UPDATED indexed.t i=ACTIVE',
      'PARTITION_INDEX UPDATED indexed.t i=DELETING',
      'PARTITION_INDEX DELETED indexed.t i=DELETING',
    ]);
  });

  it('given a filter, tells what it names, and the end of the database of the table it names', async () => {
    const start = await now();
    for (const [database, table] of [
      ['one', 'a'],
      ['one', 'b'],
      ['two', 'a'],
    ] as const) {
      await makeTable(database, table);
      await addPartitions(database, table, ['1']);
    }
    await lake.ok('DeleteDatabase', { Name: 'one' });
    expect(await since(start, { database: 'ONE', table: 'a' })).toEqual([
      'TABLE CREATED one.a',
      'PARTITION CREATED one.a 1',
      'DATABASE DELETED one',
    ]);
    expect(await since(start, { kinds: 'PARTITION' })).toEqual([
      'PARTITION CREATED one.a 1',
      'PARTITION CREATED one.b 1',
      'PARTITION CREATED two.a 1',
      'DATABASE DELETED one',
    ]);
    expect(await since(start, { database: 'two', kinds: 'DATABASE,TABLE' })).toEqual([
      'DATABASE CREATED two',
      'TABLE CREATED two.a',
    ]);
  });

  it('given a limit, goes on from page to page and leaves nothing out', async () => {
    const start = await now();
    for (let i = 0; i < 7; i += 1)
      await lake.ok('CreateDatabase', { DatabaseInput: { Name: `page${String(i)}` } });
    const told: string[] = [];
    for (let after = start, hasMore = true; hasMore;) {
      const page = await events({ after, limit: '3' });
      expect(page.events.length).toBeLessThanOrEqual(3);
      told.push(...page.events.map(({ database }) => database));
      ({ cursor: after, hasMore } = page);
    }
    expect(told).toEqual(Array.from({ length: 7 }, (_, i) => `page${String(i)}`));
    expect((await events({ after: 'earliest', limit: '1000' })).events.length).toBeGreaterThan(7);
  });

  it('given nothing to tell, waits for the next event and answers with it at once', async () => {
    const start = await now();
    const answer = events({ after: start, wait: '30', database: 'awaited' });
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'unasked' } });
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'awaited' } });
    expect((await answer).events.map(inWords)).toEqual(['DATABASE CREATED awaited']);
    expect((await events({ after: await now(), wait: '0.01' })).events).toEqual([]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['a cursor that is none', { after: 'x' }, /^InvalidInputException: The cursor is not one of/],
    [
      'a cursor of another account',
      { after: Buffer.from('c1:444455556666:1').toString('base64url') },
      /^InvalidInputException: The cursor is not one of/,
    ],
    [
      'a cursor of what has not been yet',
      { after: Buffer.from('c1:111122223333:99999999').toString('base64url') },
      /^InvalidInputException: The cursor has expired/,
    ],
    ['too long a wait', { wait: '31' }, /^ValidationException: .*'wait'/],
    ['too large a page', { limit: '1001' }, /^ValidationException: .*'limit'/],
    ['a kind that is none', { kinds: 'VIEW' }, /^ValidationException: .*'kinds/],
    ['an empty name', { table: '' }, /^ValidationException: .*'table'/],
  ])('given %s, refuses in the field’s words', async (_what, question, words) => {
    const { status, refusal } = await events(question);
    expect(refusal).toMatch(words);
    expect(status).toBe(400);
  });

  it('given no token, or one of another account, tells nothing of this one', async () => {
    expect((await readEvents(lake, undefined)).refusal).toMatch(/^MissingAuthenticationTokenException: /);
    expect((await readEvents(lake, 'a.b.c')).refusal).toMatch(/^UnrecognizedClientException: /);
    const { data } = await graphql(
      lake,
      'mutation ($i: CreateAccountInput!) { createAccount(input: $i) { accessKey { accessKeyId secretAccessKey } } }',
      { i: { id: '444455556666', name: 'lob' } },
      token,
    );
    const { accessKey } = data?.['createAccount'] as {
      accessKey: { accessKeyId: string; secretAccessKey: string };
    };
    const sts = await query({ ...lake, ...accessKey }, 'sts', 'GetWebIdentityToken', {
      'Audience.member.1': 'lakewarden',
    });
    const strangers = sts.texts('WebIdentityToken')[0] ?? '';
    const answer = await readEvents(lake, strangers, { after: 'earliest' });
    expect([answer.status, answer.events]).toEqual([200, []]);
    await lake.glue('CreateDatabase', { DatabaseInput: { Name: 'his' } }, { caller: accessKey });
    expect((await readEvents(lake, strangers, { after: 'earliest' })).events.map(inWords)).toEqual([
      'DATABASE CREATED his',
    ]);
    expect(await since('earliest', { database: 'his' })).toEqual([]);
  });

  it('given an ordinary user, refuses', async () => {
    await query(lake, 'iam', 'CreateUser', { UserName: 'plain' });
    const made = await query(lake, 'iam', 'CreateAccessKey', { UserName: 'plain' });
    const plain = {
      accessKeyId: made.texts('AccessKeyId')[0] ?? '',
      secretAccessKey: made.texts('SecretAccessKey')[0] ?? '',
    };
    const sts = await query({ ...lake, ...plain }, 'sts', 'GetWebIdentityToken', {
      'Audience.member.1': 'lakewarden',
    });
    const { status, refusal } = await readEvents(lake, sts.texts('WebIdentityToken')[0] ?? '');
    expect([status, refusal]).toEqual([
      403,
      expect.stringMatching(/^AccessDeniedException: User: .*user\/plain/),
    ]);
  });

  it('given a subscription, tells each page with its cursor, and goes on from a cursor', async () => {
    const question = `subscription ($after: ID) { changes(after: $after, database: "sub") {
      events { kind type database table partitions revision principal } cursor } }`;
    const ask = (variables: object) =>
      subscribe(lake, { query: question, variables }, { Authorization: `Bearer ${token}` });
    type Page = { events: { kind: string; table: string | null; partitions: unknown }[]; cursor: string };
    const first = await ask({});
    const nextPage = async (from: typeof first): Promise<Page> =>
      ((await from.next())?.payload as { data: { changes: Page } }).data.changes;
    const { cursor, events: none } = await nextPage(first);
    expect(none).toEqual([]);
    await makeTable('sub', 't');
    const kinds: string[] = [];
    while (kinds.length < 2) kinds.push(...(await nextPage(first)).events.map(({ kind }) => kind));
    expect(kinds).toEqual(['DATABASE', 'TABLE']);
    await first.close();
    await addPartitions('sub', 't', ['1', '2']);
    const second = await ask({ after: cursor });
    expect(
      (await nextPage(second)).events.map(({ kind, table, partitions }) => [kind, table, partitions]),
    ).toEqual([
      ['DATABASE', null, null],
      ['TABLE', 't', null],
      ['PARTITION', 't', [['1'], ['2']]],
    ]);
    await second.close();
  });
});
