import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { query } from '../support/query.ts';
import { type Subscription, subscribe } from '../support/subscribe.ts';

const QUESTION = 'subscription ($table: TableRefInput!) { partitionIndexes(table: $table) { name status } }';
const HOUR_MS = 60 * 60 * 1000;

describe.each(DATABASES)('subscriptions on %s', (databaseName) => {
  let lake: Lake;
  let connectionParams: { Authorization: string };
  let now = new Date();

  beforeAll(async () => {
    lake = await startLake(databaseName, { clock: { now: () => now } });
    connectionParams = { Authorization: `Bearer ${await login(lake)}` };
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'd' } });
    for (const name of ['built', 'dropped', 'watched']) {
      await lake.ok('CreateTable', {
        DatabaseName: 'd',
        TableInput: { Name: name, PartitionKeys: [{ Name: 'k', Type: 'string' }] },
      });
    }
  });
  afterAll(async () => {
    await lake.stop();
  });

  const watch = (name: string, more: object = {}, params: object = connectionParams) =>
    subscribe(lake, { query: QUESTION, variables: { table: { database: 'd', name, ...more } } }, params);
  const indexesOf = async (subscription: Subscription): Promise<unknown> => {
    const message = await subscription.next();
    return (message?.payload as { data?: { partitionIndexes?: unknown } }).data?.partitionIndexes;
  };
  const refusalOf = async (subscription: Subscription): Promise<string> => {
    // What was told before may be told again.
    let message = await subscription.next();
    while (message?.type === 'next') message = await subscription.next();
    expect(message?.type).toBe('error');
    const [error] = message?.payload as {
      message: string;
      extensions: { code: string; requestId: string };
    }[];
    expect(error?.extensions.requestId).toMatch(/^[0-9a-f-]{36}$/);
    await subscription.close();
    return `${error?.extensions.code ?? ''}: ${error?.message ?? ''}`;
  };

  it('given an index that is being built, tells each state until it is ACTIVE, and when it is gone', async () => {
    const subscription = await watch('built');
    expect(await indexesOf(subscription)).toEqual([]);
    const table = { DatabaseName: 'd', TableName: 'built' };
    await lake.ok('CreatePartitionIndex', { ...table, PartitionIndex: { IndexName: 'i', Keys: ['k'] } });
    let seen: unknown;
    do seen = await indexesOf(subscription);
    while (JSON.stringify(seen) !== '[{"name":"i","status":"ACTIVE"}]');
    await lake.ok('DeletePartitionIndex', { ...table, IndexName: 'i' });
    do seen = await indexesOf(subscription);
    while (JSON.stringify(seen) !== '[]');
    await subscription.close();
  });

  it('given a table that is dropped with its database, ends with the field’s own code', async () => {
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'short' } });
    await lake.ok('CreateTable', { DatabaseName: 'short', TableInput: { Name: 't' } });
    const subscription = await watch('t', { database: 'short' });
    expect(await indexesOf(subscription)).toEqual([]);
    await lake.ok('DeleteDatabase', { Name: 'short' });
    expect(await refusalOf(subscription)).toBe('EntityNotFoundException: Database short not found.');
  });

  it.each<[string, () => Promise<Subscription>, RegExp]>([
    ['no token', () => watch('built', {}, {}), /^MissingAuthenticationTokenException: /],
    [
      'a foreign token',
      () => watch('built', {}, { authorization: 'Bearer a.b.c' }),
      /^UnrecognizedClientException: /,
    ],
    [
      'another account’s table',
      () => watch('built', { catalogId: '444455556666' }),
      /^AccessDeniedException: User: /,
    ],
    ['a table that is not there', () => watch('nope'), /^EntityNotFoundException: Table nope not found\.$/],
    ['a name that cannot be stored', () => watch('a\u0000b'), /^ValidationException: .*'name' failed/],
    [
      'a field that is none',
      () =>
        subscribe(
          lake,
          { query: 'subscription { partitionIndexes(table: { database: "d", name: "t" }) { secret } }' },
          connectionParams,
        ),
      /^ValidationException: Cannot query field "secret"/,
    ],
    [
      'no argument',
      () => subscribe(lake, { query: 'subscription { partitionIndexes { name } }' }, connectionParams),
      /^ValidationException: .*argument "table"/,
    ],
  ])('given %s, refuses in the field’s words and no others', async (_what, start, words) => {
    expect(await refusalOf(await start())).toMatch(words);
  });

  it('given a token that runs out meanwhile, tells nothing more', async () => {
    const subscription = await watch('watched');
    expect(await indexesOf(subscription)).toEqual([]);
    try {
      now = new Date(now.getTime() + HOUR_MS + 1000);
      await lake.ok('CreatePartitionIndex', {
        DatabaseName: 'd',
        TableName: 'watched',
        PartitionIndex: { IndexName: 'secret', Keys: ['k'] },
      });
      expect(await refusalOf(subscription)).toMatch(/^ExpiredTokenException: /);
    } finally {
      now = new Date();
    }
  });

  it('given garbage on the socket, the server stays up', async () => {
    for (const garbage of ['{', 'null', '[]', '{"type":"subscribe","id":"1"}', '\u0000']) {
      const socket = new WebSocket(`${lake.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      await new Promise((resolve) => {
        socket.addEventListener('open', resolve);
      });
      const answered = new Promise((resolve) => {
        socket.addEventListener('message', resolve);
        socket.addEventListener('close', resolve);
      });
      socket.send(garbage);
      await answered;
      socket.close();
    }
    expect((await fetch(`${lake.url}/healthz`)).status).toBe(200);
    expect((await query(lake, 'sts', 'GetCallerIdentity')).status).toBe(200);
  });
});
