import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Database } from '@lakewarden/storage';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { rotateMasterKey } from '../../apps/server/src/maintenance/rotate-master-key.ts';
import { readSettings } from '../../apps/server/src/settings/settings.ts';
import { inWords, readEvents } from '../support/events.ts';
import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { startPostgres } from '../support/postgres.ts';
import { newUser } from '../support/principals.ts';
import { query } from '../support/query.ts';
import { bodyOf, expectedSignature, WebhookReceiver } from '../support/webhook-receiver.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MEMBERS = 'id url database table kinds state failures lastError cursor createdAt';

interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly state: string;
  readonly failures: number;
  readonly lastError: string | null;
  readonly cursor: string;
}

/** GraphQL as the webhooks' administrator speaks it. */
function webhooksOf(lake: Pick<Lake, 'url'>, token: () => string) {
  const ask = async (question: string, variables: object = {}) => {
    const { data, errors } = await graphql(lake, question, variables, token());
    const [fault] = errors ?? [];
    if (fault !== undefined) throw new Error(`${fault.extensions.code}: ${fault.message}`);
    return Object.values(data ?? {})[0];
  };
  const list = async (): Promise<Webhook[]> => {
    const page = await ask(`{ webhooks { edges { node { ${MEMBERS} } } } }`);
    return (page as { edges: { node: Webhook }[] }).edges.map(({ node }) => node);
  };
  return {
    list,
    ask,
    create: async (input: object) =>
      (await ask(
        `mutation ($i: CreateWebhookInput!) { createWebhook(input: $i) { secret webhook { ${MEMBERS} } } }`,
        { i: input },
      )) as { secret: string; webhook: Webhook },
    revive: (id: string, after?: string) =>
      ask('mutation ($i: ReviveWebhookInput!) { reviveWebhook(input: $i) { webhook { state } } }', {
        i: { id, ...(after !== undefined && { after }) },
      }),
    remove: (id: string) =>
      ask('mutation ($i: WebhookIdInput!) { deleteWebhook(input: $i) { id } }', { i: { id } }),
    /** Resolves when it is as wanted. */
    until: async (id: string, isWanted: (webhook: Webhook) => boolean): Promise<Webhook> => {
      for (;;) {
        const found = (await list()).find((each) => each.id === id);
        if (found !== undefined && isWanted(found)) return found;
        await new Promise(setImmediate);
      }
    },
  };
}

describe.each(DATABASES)('webhooks on %s', (databaseName) => {
  let lake: Lake;
  let token: string;
  let receiver: WebhookReceiver;
  let now = new Date();
  const logged: string[] = [];
  const hooks = () => webhooksOf(lake, () => token);

  beforeAll(async () => {
    lake = await startLake(databaseName, {
      clock: { now: () => now },
      log: pino({ level: 'trace' }, { write: (line: string) => logged.push(line) }),
      environment: {
        LAKEWARDEN_WEBHOOK_PRIVATE_NETWORKS: 'true',
        LAKEWARDEN_RETAIN_CHANGES_DAYS: '2',
        LAKEWARDEN_UPKEEP_SECONDS: '1',
      },
      webhookRetries: { attempts: 3, firstDelaySeconds: 1, maxDelaySeconds: 0 },
    });
    token = await login(lake);
  });
  afterAll(async () => {
    await lake.stop();
  });
  beforeEach(async () => {
    receiver = new WebhookReceiver();
    await receiver.open();
  });
  afterEach(async () => {
    for (const { id } of await hooks().list()) await hooks().remove(id);
    await receiver.close();
  });

  const makeDatabase = (Name: string) => lake.ok('CreateDatabase', { DatabaseInput: { Name } });
  const makeTable = (DatabaseName: string, Name: string) =>
    lake.ok('CreateTable', {
      DatabaseName,
      TableInput: { Name, PartitionKeys: [{ Name: 'k', Type: 'string' }] },
    });
  const told = () => receiver.received.map((each) => bodyOf(each).events.map(inWords).join(', '));
  const names = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, n) => `${prefix}${String(n)}`);

  it('given writes, posts each of them once, in order, signed, as the feed tells them', async () => {
    const start = (await readEvents(lake, token)).cursor;
    const { secret, webhook } = await hooks().create({ url: receiver.url });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(webhook).toMatchObject({
      url: receiver.url,
      state: 'ACTIVE',
      failures: 0,
      lastError: null,
      kinds: null,
    });
    await makeDatabase('ordered');
    await makeTable('ordered', 't');
    for (const value of names(25, 'v')) {
      await lake.ok('CreatePartition', {
        DatabaseName: 'ordered',
        TableName: 't',
        PartitionInput: { Values: [value] },
      });
    }
    await lake.ok('BatchDeleteTable', { DatabaseName: 'ordered', TablesToDelete: ['t'] });
    const received = await receiver.until(28);

    const { events } = await readEvents(lake, token, { after: start });
    expect(received.flatMap((each) => bodyOf(each).events)).toEqual(events);
    for (const each of received) {
      const { revision, time, events: ofWrite } = bodyOf(each);
      expect(new Set(ofWrite.map((event) => `${event.revision} ${event.time}`))).toEqual(
        new Set([`${revision} ${time}`]),
      );
      expect(each.headers['webhook-signature']).toBe(expectedSignature(secret, each));
      expect(each.headers['webhook-id']).toBe(`${webhook.id}-${revision}`);
      expect(each.headers['webhook-timestamp']).toBe(String(Math.floor(now.getTime() / 1000)));
      expect(each.headers['content-type']).toBe('application/json');
    }
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(28);
    // The cursor is the feed's own: behind it there is nothing.
    const { cursor } = await hooks().until(webhook.id, (each) => each.cursor !== webhook.cursor);
    expect((await readEvents(lake, token, { after: cursor, kinds: 'DATABASE' })).events).toEqual([]);
  });

  it('given a consumer that fails, sends the same again until it is taken, and nothing else before', async () => {
    const { webhook } = await hooks().create({ url: receiver.url, after: 'latest' });
    const seen: Webhook[] = [];
    receiver.answer = async (_received, response) => {
      seen.push(...(await hooks().list()));
      response.writeHead(receiver.received.length < 3 ? 500 : 200).end('internal words');
    };
    await makeDatabase('retried0');
    await makeDatabase('retried1');
    const [first, second, third] = await receiver.until(4);
    while (seen.length < 4) await new Promise(setImmediate);
    expect(told()).toEqual([
      'DATABASE CREATED retried0',
      'DATABASE CREATED retried0',
      'DATABASE CREATED retried0',
      'DATABASE CREATED retried1',
    ]);
    expect([second, third].map((each) => [each?.body, each?.headers['webhook-id']])).toEqual(
      [first, first].map((each) => [each?.body, each?.headers['webhook-id']]),
    );
    expect(seen.map(({ failures, lastError, state }) => [failures, lastError, state])).toEqual([
      [0, null, 'ACTIVE'],
      [1, 'answered 500', 'ACTIVE'],
      [2, 'answered 500', 'ACTIVE'],
      [0, null, 'ACTIVE'],
    ]);
    expect(seen[0]?.cursor).toBe(seen[2]?.cursor);
    expect(await hooks().until(webhook.id, ({ cursor }) => cursor !== seen[3]?.cursor)).toMatchObject({
      failures: 0,
    });
  });

  it('given a consumer that is away until it is given up, tells it everything when it is revived', async () => {
    const { webhook } = await hooks().create({ url: receiver.url });
    await receiver.close();
    for (const name of names(5, 'missed')) await makeDatabase(name);
    const dead = await hooks().until(webhook.id, ({ state }) => state === 'DEAD');
    expect(dead).toMatchObject({ failures: 3, lastError: 'ECONNREFUSED' });
    await makeDatabase('missed5');
    await receiver.open();
    expect(receiver.received).toEqual([]);
    expect(await hooks().revive(webhook.id)).toEqual({ webhook: { state: 'ACTIVE' } });
    await receiver.until(6);
    expect(told()).toEqual(names(6, 'missed').map((name) => `DATABASE CREATED ${name}`));
  });

  it('given an outage, catches up by itself', async () => {
    const { webhook } = await hooks().create({ url: receiver.url });
    await receiver.close();
    for (const name of names(4, 'outage')) await makeDatabase(name);
    await hooks().until(webhook.id, ({ failures }) => failures > 0);
    await receiver.open();
    await receiver.until(4);
    expect(told()).toEqual(names(4, 'outage').map((name) => `DATABASE CREATED ${name}`));
  });

  it('given a consumer that does not answer, goes on telling the others', async () => {
    const silent = new WebhookReceiver();
    await silent.open();
    const asked = new Promise<void>((arrived) => {
      silent.answer = () => {
        arrived();
      };
    });
    await hooks().create({ url: silent.url });
    await makeDatabase('silence');
    await asked;
    await hooks().create({ url: receiver.url });
    await makeDatabase('heard');
    await receiver.until(1);
    expect([told(), silent.received.length]).toEqual([['DATABASE CREATED heard'], 1]);
    await silent.close();
  });

  it('given a filter, posts what it lets through and of each write no more', async () => {
    await hooks().create({ url: receiver.url, database: 'NARROW', table: 'a', kinds: ['TABLE'] });
    for (const database of ['narrow', 'wide']) {
      await makeDatabase(database);
      for (const table of ['a', 'b']) await makeTable(database, table);
      await lake.ok('CreatePartition', {
        DatabaseName: database,
        TableName: 'a',
        PartitionInput: { Values: ['1'] },
      });
    }
    await lake.ok('BatchDeleteTable', { DatabaseName: 'narrow', TablesToDelete: ['a', 'b'] });
    await receiver.until(2);
    expect(told()).toEqual(['TABLE CREATED narrow.a', 'TABLE DELETED narrow.a']);
  });

  it('given a cursor to begin at, tells what came behind it', async () => {
    const { cursor } = await readEvents(lake, token);
    await makeDatabase('before');
    await hooks().create({ url: receiver.url, after: cursor });
    await receiver.until(1);
    expect(told()).toEqual(['DATABASE CREATED before']);
  });

  it('given a webhook that was deleted, tells it nothing more', async () => {
    const { webhook } = await hooks().create({ url: receiver.url });
    const other = new WebhookReceiver();
    await other.open();
    await hooks().create({ url: other.url });
    await hooks().remove(webhook.id);
    await makeDatabase('unheard');
    await other.until(1);
    expect(receiver.received).toEqual([]);
    await expect(hooks().remove(webhook.id)).rejects.toThrow(/^EntityNotFoundException: Webhook /);
    await expect(hooks().revive(webhook.id)).rejects.toThrow(/^EntityNotFoundException: Webhook /);
    await other.close();
  });

  it.each<[string, object, RegExp]>([
    ['another scheme', { url: 'ftp://example.com/' }, /^InvalidInputException: The URL of a webhook begins/],
    ['a password', { url: 'http://u:p@127.0.0.1/' }, /^InvalidInputException: The URL of a webhook holds no/],
    [
      "the cloud's metadata",
      { url: 'http://169.254.169.254/' },
      /^InvalidInputException: Webhooks are not sent to 169\.254\.169\.254/,
    ],
    ['too long a URL', { url: `http://127.0.0.1/${'x'.repeat(2_048)}` }, /^ValidationException: .*'url'/],
    ['a cursor that is none', { url: 'http://127.0.0.1/', after: 'x' }, /^InvalidInputException: The cursor/],
    ['an empty name', { url: 'http://127.0.0.1/', table: '' }, /^ValidationException: .*'table'/],
  ])('given %s, refuses in the field’s words', async (_what, input, words) => {
    await expect(hooks().create(input)).rejects.toThrow(words);
    expect(await hooks().list()).toEqual([]);
  });

  it('given as many as an account may have, refuses another, and lists them page by page', async () => {
    for (let i = 0; i < 50; i += 1) await hooks().create({ url: receiver.url, database: 'none' });
    await expect(hooks().create({ url: receiver.url })).rejects.toThrow(
      /^ResourceNumberLimitExceededException: An account has at most 50 webhooks/,
    );
    const ids: string[] = [];
    for (let after: string | undefined, hasMore = true; hasMore;) {
      const page = (await hooks().ask(
        'query ($after: String) { webhooks(first: 20, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }',
        { after },
      )) as {
        edges: { node: { id: string } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
      ids.push(...page.edges.map(({ node }) => node.id));
      ({ hasNextPage: hasMore, endCursor: after } = page.pageInfo);
    }
    expect(ids).toEqual((await hooks().list()).map(({ id }) => id));
    expect(new Set(ids).size).toBe(50);
  });

  it('given an ordinary user, refuses', async () => {
    await query(lake, 'iam', 'CreateUser', { UserName: 'plain' });
    const made = await query(lake, 'iam', 'CreateAccessKey', { UserName: 'plain' });
    const sts = await query(
      {
        ...lake,
        accessKeyId: made.texts('AccessKeyId')[0] ?? '',
        secretAccessKey: made.texts('SecretAccessKey')[0] ?? '',
      },
      'sts',
      'GetWebIdentityToken',
      { 'Audience.member.1': 'lakewarden' },
    );
    const plain = webhooksOf(lake, () => sts.texts('WebIdentityToken')[0] ?? '');
    await expect(plain.list()).rejects.toThrow(/^AccessDeniedException: /);
    await expect(plain.create({ url: receiver.url })).rejects.toThrow(/^AccessDeniedException: /);
    await expect(plain.remove('x')).rejects.toThrow(/^AccessDeniedException: /);
    await expect(plain.revive('x')).rejects.toThrow(/^AccessDeniedException: /);
    // A policy lets him follow what he may describe; a webhook would tell him of everything.
    const put = await query(lake, 'iam', 'PutUserPolicy', {
      UserName: 'plain',
      PolicyName: 'all',
      PolicyDocument: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    });
    expect(put.status).toBe(200);
    const words = /^AccessDeniedException: Webhooks are told of every change/;
    await expect(plain.list()).rejects.toThrow(words);
    await expect(plain.create({ url: receiver.url })).rejects.toThrow(words);
    await expect(plain.remove('x')).rejects.toThrow(words);
    await expect(plain.revive('x')).rejects.toThrow(words);
  });

  it('given a maker who is an administrator no more, tells nothing more, says so, and goes on as its reviver’s', async () => {
    const admins = (...names: string[]) =>
      lakeFormation(lake, 'PutDataLakeSettings', {
        DataLakeSettings: {
          DataLakeAdmins: names.map((name) => ({
            DataLakePrincipalIdentifier: `arn:aws:iam::111122223333:user/${name}`,
          })),
        },
      });
    const key = await newUser(lake, 'maker', ['AdministratorAccess']);
    expect((await admins('admin', 'maker')).status).toBe(200);
    const sts = await query({ ...lake, ...key }, 'sts', 'GetWebIdentityToken', {
      'Audience.member.1': 'lakewarden',
    });
    const theirs = webhooksOf(lake, () => sts.texts('WebIdentityToken')[0] ?? '');
    const { webhook } = await theirs.create({ url: receiver.url, database: 'maker' });
    await makeDatabase('maker');
    await receiver.until(1);
    expect((await admins('admin')).status).toBe(200);
    await makeTable('maker', 'hidden');
    const dead = await hooks().until(webhook.id, ({ state }) => state === 'DEAD');
    expect(dead.lastError).toMatch(/no administrator of the data lake any more/);
    expect(told()).toEqual(['DATABASE CREATED maker']);
    await hooks().revive(webhook.id);
    await receiver.until(2);
    expect(told()).toEqual(['DATABASE CREATED maker', 'TABLE CREATED maker.hidden']);
  });

  it('logs no secret and nothing of the path', async () => {
    const { secret } = await hooks().create({ url: `${receiver.url}?token=of-the-path` });
    receiver.answer = (_received, response) => {
      response.writeHead(receiver.received.length === 1 ? 500 : 200).end();
    };
    await makeDatabase('logged');
    await receiver.until(2);
    while (!logged.some((line) => line.includes('answered 500'))) await new Promise(setImmediate);
    const text = logged.join('\n');
    expect(text).not.toContain(secret.slice(6));
    expect(text).not.toMatch(/whsec_|of-the-path/);
  });

  it('given one that was dead for longer than the feed is kept, says so, and goes on from where it is told', async () => {
    const { webhook } = await hooks().create({ url: receiver.url });
    receiver.answer = (_received, response) => {
      response.writeHead(500).end();
    };
    await makeDatabase('forgotten');
    await hooks().until(webhook.id, ({ state }) => state === 'DEAD');
    receiver.answer = undefined;
    receiver.received.length = 0;
    now = new Date(now.getTime() + 3 * DAY_MS);
    token = await login(lake);
    while ((await readEvents(lake, token, { after: webhook.cursor })).refusal === undefined);
    await hooks().revive(webhook.id);
    const expired = await hooks().until(webhook.id, ({ state }) => state === 'DEAD');
    expect(expired.lastError).toMatch(/^What it was to be told next is no longer kept\. /);
    await hooks().revive(webhook.id, 'latest');
    await makeDatabase('remembered');
    await receiver.until(1);
    expect(told()).toEqual(['DATABASE CREATED remembered']);
  });
});

describe.each(DATABASES)('the secret of a webhook on %s', (databaseName) => {
  it('lies sealed in its row, and a rotation of the master key seals it again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lakewarden-webhooks-'));
    const postgres = databaseName === 'PostgreSQL' ? await startPostgres() : undefined;
    const credentials = {
      accessKeyId: 'AKIAWEBHOOKS00000001',
      secretAccessKey: 'of-the-webhooks-test',
      consolePassword: 'of-the-webhooks-test',
    };
    const environment = {
      LAKEWARDEN_DATA_DIR: directory,
      LAKEWARDEN_MASTER_KEY: '',
      DATABASE_URL: postgres?.url ?? '',
      LAKEWARDEN_ADMIN_ACCESS_KEY_ID: credentials.accessKeyId,
      LAKEWARDEN_ADMIN_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      LAKEWARDEN_ADMIN_PASSWORD: credentials.consolePassword,
      LAKEWARDEN_WEBHOOK_PRIVATE_NETWORKS: 'true',
    };
    const start = () => startLake(databaseName, { environment, credentials, databaseUrl: 'memory://' });
    const sealed = async (): Promise<Buffer> => {
      const database = await Database.open({ url: postgres?.url, directory: `${directory}/pglite` });
      try {
        const { rows } = await database.pool.query<{ line: string; secret_sealed: Buffer }>(
          'SELECT webhook::text AS line, secret_sealed FROM webhook',
        );
        const [row] = rows;
        expect(row?.line).not.toContain(secret.slice(6));
        expect(row?.line).not.toContain(Buffer.from(secret).toString('hex'));
        return row?.secret_sealed ?? Buffer.alloc(0);
      } finally {
        await database.close();
      }
    };
    const receiver = new WebhookReceiver();
    await receiver.open();

    let lake = await start();
    const token = await login(lake);
    const { secret } = await webhooksOf(lake, () => token).create({ url: receiver.url });
    await receiver.close();
    // Written while nobody is there: the next start finds it.
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'pending' } });
    await lake.stop();

    const before = await sealed();
    expect(await rotateMasterKey(readSettings(environment))).toMatchObject({ webhooks: 1 });
    expect((await sealed()).equals(before)).toBe(false);

    await receiver.open();
    lake = await start();
    const [received] = await receiver.until(1);
    expect(received?.headers['webhook-signature']).toBe(received && expectedSignature(secret, received));
    expect(received && bodyOf(received).events.map(inWords)).toEqual(['DATABASE CREATED pending']);
    await lake.stop();
    await receiver.close();
    await postgres?.stop();
    await rm(directory, { recursive: true, force: true });
  });
});

describe('webhooks of two servers on one PostgreSQL', () => {
  it('are told every write of both in order, and go on when one of them leaves', async () => {
    const postgres = await startPostgres();
    const options = {
      databaseUrl: postgres.url,
      environment: { LAKEWARDEN_WEBHOOK_PRIVATE_NETWORKS: 'true' },
    };
    const first = await startLake('PostgreSQL', options);
    const second = await startLake('PostgreSQL', { ...options, credentials: first });
    const receiver = new WebhookReceiver();
    await receiver.open();
    const token = await login(first);
    await webhooksOf(first, () => token).create({ url: receiver.url });
    const write = (lake: Lake, name: string) => lake.ok('CreateDatabase', { DatabaseInput: { Name: name } });

    for (let i = 0; i < 20; i += 1) await write(i % 2 === 0 ? first : second, `both${String(i)}`);
    await receiver.until(20);
    await first.stop();
    await write(second, 'alone');
    // At least once: what a server cannot note before it leaves is told again, under its id.
    const byId = () => new Map(receiver.received.map((each) => [each.headers['webhook-id'], each]));
    for (let count = 21; byId().size < 21; count += 1) await receiver.until(count);
    expect([...byId().values()].map((each) => bodyOf(each).events.map(({ database }) => database))).toEqual(
      [...Array.from({ length: 20 }, (_, i) => `both${String(i)}`), 'alone'].map((name) => [name]),
    );
    await second.stop();
    await receiver.close();
    await postgres.stop();
  });
});
