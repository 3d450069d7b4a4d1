import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type AuditedEvent, auditEvents } from '../support/audit.ts';
import { lakewarden } from '../support/cli.ts';
import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { iam, type KeyPair, newUser } from '../support/principals.ts';
import { query } from '../support/query.ts';

const ACCOUNT = '111122223333';
const userArn = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`;
const tableArn = (name: string) => `arn:aws:glue:us-east-1:${ACCOUNT}:table/${name}`;

describe.each(DATABASES)('the audit trail on %s', (databaseName) => {
  let lake: Lake;
  let ann: KeyPair;
  let bob: KeyPair;
  let token: string;

  const events = (filter: object, first = 100): Promise<AuditedEvent[]> =>
    auditEvents(lake, token, filter, first);
  const grant = async (principal: string, Resource: object, Permissions: string[], caller: KeyPair = lake) =>
    lakeFormation({ url: lake.url, ...caller }, 'GrantPermissions', {
      Principal: { DataLakePrincipalIdentifier: principal },
      Resource,
      Permissions,
    });

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
    ann = await newUser(lake, 'ann');
    bob = await newUser(lake, 'bob');
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'sales' } });
    await lake.ok('CreateTable', { DatabaseName: 'sales', TableInput: { Name: 'orders' } });
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('tells of a write: who, what, why it was allowed, what changed, under the id and revision of its answer', async () => {
    const answer = await lake.glue('CreateTable', { DatabaseName: 'sales', TableInput: { Name: 'returns' } });
    expect(answer.status).toBe(200);
    const [event, ...more] = await events({ requestId: answer.headers['x-amzn-requestid'] });
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      kind: 'WRITTEN',
      principal: userArn('admin'),
      action: 'glue:CreateTable',
      allowed: true,
      revision: answer.headers['x-lakewarden-revision'],
      sourceIp: '127.0.0.1',
    });
    expect(event?.because).toContainEqual(
      expect.objectContaining({ gate: 1, kind: 'policy', id: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
    );
    expect(event?.changes).toContainEqual(
      expect.objectContaining({ kind: 'table', type: 'CREATED', table: 'returns' }),
    );
  });

  it('tells of a refusal what was missing, and of a grant all that was asked for', async () => {
    const refused = await lake.glue('GetTable', { DatabaseName: 'sales', Name: 'orders' }, { caller: ann });
    expect(refused.body['__type']).toBe('AccessDeniedException');
    expect(await events({ requestId: refused.headers['x-amzn-requestid'] })).toMatchObject([
      {
        kind: 'DENIED',
        principal: userArn('ann'),
        action: 'glue:GetTable',
        resource: tableArn('sales/orders'),
        allowed: false,
        code: 'AccessDeniedException',
        missing: [{ permission: 'DESCRIBE', resource: 'table sales.orders' }],
      },
    ]);
    const on = { Table: { DatabaseName: 'sales', Name: 'orders' } };
    expect((await grant(userArn('ann'), on, ['SELECT'])).status).toBe(200);
    const [granted] = await events({ action: 'lakeformation:GrantPermissions', resource: 'sales.orders' });
    expect(granted).toMatchObject({
      kind: 'WRITTEN',
      principal: userArn('admin'),
      resource: tableArn('sales/orders'),
      details: { principal: userArn('ann'), permissions: ['SELECT'] },
    });
    const read = await lake.glue('GetTable', { DatabaseName: 'sales', Name: 'orders' }, { caller: ann });
    expect(read.status).toBe(200);
    const [seen] = await events({ requestId: read.headers['x-amzn-requestid'] });
    expect(seen).toMatchObject({ kind: 'READ', allowed: true, principal: userArn('ann') });
    expect(seen?.because).toContainEqual(
      expect.objectContaining({
        gate: 2,
        kind: 'grant',
        principal: userArn('ann'),
        permission: 'SELECT',
        grantedBy: userArn('admin'),
      }),
    );
    const denied = await grant(userArn('bob'), on, ['DROP'], ann);
    expect(denied.status).toBe(403);
    expect(await events({ requestId: denied.headers['x-amzn-requestid'], allowed: false })).toMatchObject([
      { action: 'lakeformation:GrantPermissions', details: { permissions: ['DROP'] } },
    ]);
  });

  it('tells of the items of a batch that were refused while the rest was done', async () => {
    await grant(userArn('bob'), { Table: { DatabaseName: 'sales', Name: 'returns' } }, ['DROP']);
    const answer = await lake.glue(
      'BatchDeleteTable',
      { DatabaseName: 'sales', TablesToDelete: ['returns', 'orders'] },
      { caller: bob },
    );
    expect(answer.body['Errors']).toMatchObject([{ TableName: 'orders' }]);
    const told = await events({ requestId: answer.headers['x-amzn-requestid'] });
    expect(told.map(({ allowed }) => allowed).sort()).toEqual([false, true]);
    expect(told.find(({ allowed }) => !allowed)?.refused).toMatchObject([{ item: 'orders' }]);
  });

  it('names the session, its role and what is behind it; and every credential that was given out', async () => {
    const trust = { Effect: 'Allow', Principal: { AWS: userArn('bob') }, Action: 'sts:AssumeRole' };
    await iam(lake, 'CreateRole', {
      RoleName: 'reader',
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: trust }),
    });
    const assumed = await query({ url: lake.url, ...bob }, 'sts', 'AssumeRole', {
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/reader`,
      RoleSessionName: 'today',
    });
    expect(assumed.status).toBe(200);
    expect(await events({ action: 'sts:AssumeRole' })).toMatchObject([
      {
        principal: userArn('bob'),
        resource: `arn:aws:iam::${ACCOUNT}:role/reader`,
        details: { sessionName: 'today' },
      },
    ]);
    const session = {
      accessKeyId: assumed.texts('AccessKeyId')[0] ?? '',
      secretAccessKey: assumed.texts('SecretAccessKey')[0] ?? '',
      sessionToken: assumed.texts('SessionToken')[0] ?? '',
    };
    await lake.glue('GetDatabase', { Name: 'sales' }, { caller: session });
    const [event] = await events({ principal: `arn:aws:sts::${ACCOUNT}:assumed-role/reader/today` });
    expect(event).toMatchObject({ role: `arn:aws:iam::${ACCOUNT}:role/reader`, allowed: false });
    await graphql(lake, 'mutation ($i: LoginInput!) { login(input: $i) { token } }', {
      i: { accountId: ACCOUNT, userName: 'admin', password: 'not-the-password' },
    });
    const [login] = await events({ action: 'lakewarden:Login', allowed: false });
    expect(login).toMatchObject({ principal: 'anonymous', resource: userArn('admin') });
    expect(JSON.stringify(login)).not.toContain('not-the-password');
  });

  it('holds no secret', async () => {
    const hook =
      'mutation { createWebhook(input: { url: "https://example.com/hook?key=hunter2" }) { secret } }';
    const made = await graphql(lake, hook, {}, token);
    const { secret } = made.data?.['createWebhook'] as { secret: string };
    await lake.ok('CreateConnection', {
      ConnectionInput: {
        Name: 'c',
        ConnectionType: 'JDBC',
        ConnectionProperties: { USERNAME: 'u', PASSWORD: 'hunter2' },
      },
    });
    const all = JSON.stringify(await events({}, 1000));
    for (const each of [
      ann.secretAccessKey,
      bob.secretAccessKey,
      secret,
      lake.consolePassword,
      'hunter2',
      token,
    ]) {
      expect(all.includes(each)).toBe(false);
    }
    expect(all).toContain('https://example.com/hook?[secret]');
  });

  it('given the same read again and again, tells the first ones each and counts the rest', async () => {
    for (let i = 0; i < 60; i += 1) await lake.glue('GetDatabase', { Name: 'sales' });
    const told = await events({ action: 'glue:GetDatabase', principal: userArn('admin') });
    expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(60);
  });

  it('given LAKEWARDEN_AUDIT_SAME_READS=1, keeps one event a second of equal reads, and each refusal', async () => {
    const other = await startLake(databaseName, { environment: { LAKEWARDEN_AUDIT_SAME_READS: '1' } });
    try {
      await other.ok('CreateDatabase', { DatabaseInput: { Name: 'sales' } });
      const stranger = await newUser(other, 'ann');
      for (let i = 0; i < 30; i += 1) await other.ok('GetDatabase', { Name: 'sales' });
      for (let i = 0; i < 5; i += 1) await other.glue('GetDatabase', { Name: 'sales' }, { caller: stranger });
      const theirToken = await login(other);
      const told = (principal: string) =>
        auditEvents(other, theirToken, { action: 'glue:GetDatabase', principal: userArn(principal) }, 100);
      const reads = await told('admin');
      expect(reads.reduce((sum, { count }) => sum + count, 0)).toBe(30);
      expect(reads.length).toBeLessThan(10);
      expect((await told('ann')).map(({ count }) => count)).toEqual([1, 1, 1, 1, 1]);
    } finally {
      await other.stop();
    }
  });

  it('costs a read no statement of its own', async () => {
    const statements = async () => {
      const text = await (await fetch(`${lake.url}/metrics`)).text();
      return Number(/lakewarden_database_statements_total (\d+)/.exec(text)?.[1]);
    };
    const read = () => lake.glue('GetTable', { DatabaseName: 'sales', Name: 'orders' });
    await read();
    const READS = 200;
    const before = await statements();
    for (let i = 0; i < READS; i += 1) expect((await read()).status).toBe(200);
    // Background work goes on meanwhile: some a second, and not one a read.
    expect((await statements()) - before).toBeLessThan(READS / 2);
  });

  it('given a place in the chain that cannot be, refuses it by name', async () => {
    const { errors } = await graphql(lake, '{ auditChain(afterSeq: -1) { accountId } }', {}, token);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['ValidationException']);
    expect(errors?.[0]?.message).toContain("Value '-1' at 'afterSeq'");
  });

  it('is paged, the newest first, and filtered by all that was asked for', async () => {
    const page = async (after: string | null, filter: object) => {
      const { data } = await graphql(
        lake,
        `
          query ($after: String, $filter: AuditEventFilter) {
            auditEvents(first: 3, after: $after, filter: $filter) {
              edges {
                node {
                  seq
                  action
                  at
                }
              }
              pageInfo {
                hasNextPage
                endCursor
              }
            }
          }
        `,
        { after, filter },
        token,
      );
      return data?.['auditEvents'] as {
        edges: { node: { seq: string; action: string; at: string } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
    };
    const filter = { action: 'iam:AttachUserPolicy', to: new Date(Date.now() + 1000).toISOString() };
    const whole = (await events(filter, 1000)).map(({ seq }) => seq);
    expect(whole.length).toBeGreaterThan(1);
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const { edges, pageInfo } = await page(after, filter);
      seen.push(...edges.map(({ node }) => node.seq));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    expect(seen).toEqual(whole);
    expect([...seen].sort((a, b) => Number(b) - Number(a))).toEqual(seen);
    expect(await events({ from: new Date(Date.now() + 60_000).toISOString() })).toEqual([]);
  });

  it('is told to administrators of the lake and to whom a policy allows it, and to nobody else', async () => {
    const tokenOf = async (caller: KeyPair) => {
      const answer = await query({ url: lake.url, ...caller }, 'sts', 'GetWebIdentityToken', {
        'Audience.member.1': 'lakewarden',
      });
      return answer.texts('WebIdentityToken')[0] ?? '';
    };
    const ask = async (bearer: string) => {
      const { data, errors } = await graphql(
        lake,
        '{ auditEvents(first: 1) { edges { node { id } } } }',
        {},
        bearer,
      );
      return errors?.[0]?.extensions.code ?? (data === null ? 'null' : 'data');
    };
    const eve = await tokenOf(await newUser(lake, 'eve', []));
    expect(await ask(eve)).toBe('AccessDeniedException');
    await iam(lake, 'PutUserPolicy', {
      UserName: 'eve',
      PolicyName: 'audit',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action: 'lakewarden:ListAuditEvents', Resource: '*' },
      }),
    });
    expect(await ask(eve)).toBe('data');
    expect(await ask(await tokenOf(bob))).toBe('AccessDeniedException');
  });
});

describe('the rows themselves, on PostgreSQL', () => {
  let postgres: TestPostgres;
  let lake: Lake;
  let client: pg.Client;

  beforeAll(async () => {
    postgres = await startPostgres();
    lake = await startLake('PostgreSQL', { databaseUrl: postgres.url });
    client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'd' } });
    await auditEvents(lake, await login(lake), {});
  });
  afterAll(async () => {
    await client.end();
    await lake.stop();
    await postgres.stop();
  });

  it('are only ever added to', async () => {
    for (const statement of [
      `UPDATE audit_event SET body = '{}'`,
      'UPDATE audit_event SET seq = seq + 1',
      'DELETE FROM audit_event',
      'TRUNCATE audit_event',
      `UPDATE audit_pending SET body = '{}'`,
    ]) {
      // There is always a pending one: an update of no rows fires no trigger.
      await lake.ok('CreateTable', {
        DatabaseName: 'd',
        TableInput: { Name: `t${String(Math.random()).slice(2)}` },
      });
      if (statement.includes('pending') && (await client.query('SELECT FROM audit_pending')).rowCount === 0) {
        await client.query(
          `INSERT INTO audit_pending VALUES ('999988887777', gen_random_uuid(),
             '{"at": "", "principal": "", "action": "", "resource": "", "allowed": true, "requestId": ""}')`,
        );
      }
      await expect(client.query(statement)).rejects.toThrow('only ever added to');
    }
  });

  it('given a refusal that cannot be kept, answers neither with it nor with anything else', async () => {
    const ann = await newUser(lake, 'ann');
    await client.query(
      `ALTER TABLE audit_pending ADD CONSTRAINT full_up CHECK (body ->> 'allowed' <> 'false') NOT VALID`,
    );
    const refused = await lake.glue('GetDatabase', { Name: 'd' }, { caller: ann });
    expect([refused.status, refused.body['__type']]).toEqual([503, 'ServiceUnavailableException']);
    await client.query('ALTER TABLE audit_pending DROP CONSTRAINT full_up');
    const again = await lake.glue('GetDatabase', { Name: 'd' }, { caller: ann });
    expect(again.body['__type']).toBe('AccessDeniedException');
  });

  it('given an event that cannot be kept, undoes the write with it', async () => {
    await client.query(
      `ALTER TABLE audit_pending ADD CONSTRAINT full_up CHECK (body ->> 'kind' <> 'written') NOT VALID`,
    );
    expect(
      (await lake.glue('CreateDatabase', { DatabaseInput: { Name: 'lost' } })).status,
    ).toBeGreaterThanOrEqual(500);
    await client.query('ALTER TABLE audit_pending DROP CONSTRAINT full_up');
    expect(await lake.refused('GetDatabase', { Name: 'lost' })).toContain('EntityNotFoundException');
  });

  describe('verified by the command', () => {
    let folder: string;
    const audit = (...words: string[]) =>
      lakewarden(['audit', ...words, '--url', lake.url], {
        AWS_ACCESS_KEY_ID: lake.accessKeyId,
        AWS_SECRET_ACCESS_KEY: lake.secretAccessKey,
      });
    /** What whoever owns the database can do: the trigger is off, and the row is as it was afterwards. */
    const tampered = async (statements: readonly string[], then: () => Promise<void>) => {
      // The server's own sealer waits meanwhile.
      const LOCK = 'LOCK TABLE audit_head IN EXCLUSIVE MODE';
      await client.query(`BEGIN; ${LOCK};
        CREATE TABLE kept AS SELECT account_id, seq, id, body, hash FROM audit_event;
        CREATE TABLE kept_head AS SELECT * FROM audit_head;
        ALTER TABLE audit_event DISABLE TRIGGER USER; ${statements.join('; ')}; COMMIT`);
      try {
        await then();
      } finally {
        await client.query(`BEGIN; ${LOCK};
          DELETE FROM audit_event; DELETE FROM audit_head; DELETE FROM audit_pending;
          INSERT INTO audit_event (account_id, seq, id, body, hash) SELECT * FROM kept;
          INSERT INTO audit_head SELECT * FROM kept_head;
          ALTER TABLE audit_event ENABLE TRIGGER USER; DROP TABLE kept, kept_head; COMMIT`);
      }
    };

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'lakewarden-audit-'));
      for (let i = 0; i < 5; i += 1)
        await lake.ok('CreateDatabase', { DatabaseInput: { Name: `v${String(i)}` } });
      await auditEvents(lake, await login(lake), {});
    });
    afterAll(async () => {
      await rm(folder, { recursive: true, force: true });
    });

    it('is intact, with what is added meanwhile, and so is an export of it', async () => {
      const whole = await audit('verify', '--json');
      expect([whole.code, whole.stderr]).toEqual([0, '']);
      expect(JSON.parse(whole.stdout)).toMatchObject({
        intact: true,
        accountId: ACCOUNT,
        anchor: { seq: 0 },
      });
      const file = join(folder, 'trail.jsonl');
      expect((await audit('export', '-o', file)).code).toBe(0);
      expect(await audit('verify', '--file', file)).toMatchObject({ code: 0, stderr: '' });
      const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
      const events = lines
        .slice(1, -1)
        .map((text) => (JSON.parse(text) as { event: { action: string } }).event);
      expect(events.map(({ action }) => action)).toContain('glue:CreateDatabase');
      for (const [changed, words] of [
        [lines.toSpliced(3, 1), /row 3 is missing/],
        [
          lines.with(3, (lines[3] ?? '').replace('"allowed":true', '"allowed":false')),
          /row 3 does not fit its hash/,
        ],
        [lines.slice(0, -2).concat(lines.at(-1) ?? ''), /the end is missing/],
        [lines.slice(0, -1), /breaks off/],
        [lines.with(2, lines[3] ?? '').with(3, lines[2] ?? ''), /row 2 is missing/],
      ] as const) {
        await writeFile(file, `${changed.join('\n')}\n`);
        const { code, stderr } = await audit('verify', '--file', file);
        expect(code).toBe(1);
        expect(stderr).toMatch(words);
      }
    });

    it.each([
      [
        'changed',
        [
          `UPDATE audit_event SET body = replace(body::text, '"v":1', '"v":2')::json WHERE account_id = '${ACCOUNT}' AND seq = 4`,
        ],
        /row 4 does not fit/,
      ],
      [
        'removed',
        [`DELETE FROM audit_event WHERE account_id = '${ACCOUNT}' AND seq BETWEEN 4 AND 5`],
        /rows 4 to 5 are missing/,
      ],
      [
        'reordered',
        [
          `UPDATE audit_event SET seq = -4 WHERE account_id = '${ACCOUNT}' AND seq = 4`,
          `UPDATE audit_event SET seq = 4 WHERE account_id = '${ACCOUNT}' AND seq = 5`,
          `UPDATE audit_event SET seq = 5 WHERE account_id = '${ACCOUNT}' AND seq = -4`,
        ],
        /row 4 does not fit/,
      ],
    ])('given a row that was %s behind its back, says where', async (_what, statements, words) => {
      await tampered(statements, async () => {
        const { code, stderr } = await audit('verify');
        expect(code).toBe(1);
        expect(stderr).toMatch(words);
      });
    });

    it('given an end that was cut off with its head, finds it by a head that was noted elsewhere', async () => {
      const { last } = JSON.parse((await audit('verify', '--json')).stdout) as {
        last: { seq: number; hash: string };
      };
      const noted = `${String(last.seq)}:${last.hash}`;
      expect((await audit('verify', '--head', noted)).code).toBe(0);
      const statements = [
        `DELETE FROM audit_event WHERE account_id = '${ACCOUNT}' AND seq > 6`,
        `UPDATE audit_head h SET seq = 6, hash = (SELECT hash FROM audit_event e WHERE e.account_id = h.account_id AND seq = 6)
         WHERE account_id = '${ACCOUNT}'`,
        'DELETE FROM audit_pending',
      ];
      await tampered(statements, async () => {
        expect((await audit('verify')).code).toBe(0);
        const { code, stderr } = await audit('verify', '--head', noted);
        expect(code).toBe(1);
        expect(stderr).toMatch(/was rewritten|is not in it/);
      });
    });
  });

  it('given an age, trims what is older in the order of the chain and leaves one that verifies', async () => {
    const token = await login(lake);
    const before = await auditEvents(lake, token, {}, 1000);
    const middle = Math.floor(Number(before[0]?.seq) / 2);
    const { rows } = await client.query<{ at: string }>(
      `SELECT at FROM audit_event WHERE account_id = '${ACCOUNT}' AND seq = ${String(middle)}`,
    );
    const trim = async (most: number) =>
      (
        await client.query<{ n: number }>(
          `SELECT trim_audit('${ACCOUNT}', '${rows[0]?.at ?? ''}', ${String(most)}) AS n`,
        )
      ).rows[0]?.n;
    expect(await trim(3)).toBe(3);
    for (;;) if ((await trim(3)) === 0) break;
    const left = await auditEvents(lake, token, {}, 1000);
    const oldest = Number(left.at(-1)?.seq);
    expect(oldest).toBeGreaterThan(3);
    expect(oldest).toBeLessThanOrEqual(middle);
    const { code, stdout } = await lakewarden(['audit', 'verify', '--json', '--url', lake.url], {
      AWS_ACCESS_KEY_ID: lake.accessKeyId,
      AWS_SECRET_ACCESS_KEY: lake.secretAccessKey,
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ intact: true, anchor: { seq: oldest - 1 } });
    await expect(client.query('DELETE FROM audit_event')).rejects.toThrow('only ever added to');
  });

  it('given writers and sealers at once, chains every event once and waits for none of the writers', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `race${String(i)}`);
    const token = await login(lake);
    const slow = new pg.Client({ connectionString: postgres.url });
    await slow.connect();
    // Committed last, though its id is the oldest.
    await slow.query('BEGIN');
    await slow.query(
      `INSERT INTO audit_pending VALUES ('${ACCOUNT}', '00000000-0000-7000-8000-000000000001',
         '{"at": "2026-01-01T00:00:00.000Z", "kind": "read", "principal": "late", "action": "", "resource": "", "allowed": true, "requestId": ""}')`,
    );
    const looks = Array.from({ length: 10 }, () => auditEvents(lake, token, {}, 10));
    await Promise.all([
      ...names.map((Name) => lake.ok('CreateDatabase', { DatabaseInput: { Name } })),
      ...looks,
    ]);
    await slow.query('COMMIT');
    await slow.end();
    const all = await auditEvents(lake, token, {}, 1000);
    const told = all.flatMap(({ action, changes }) =>
      action === 'glue:CreateDatabase'
        ? (changes as { database?: string }[]).flatMap(({ database }) => database ?? [])
        : [],
    );
    expect(told.filter((name) => name.startsWith('race')).sort()).toEqual([...names].sort());
    expect(all.filter(({ principal }) => principal === 'late')).toHaveLength(1);
    const verified = await lakewarden(['audit', 'verify', '--url', lake.url], {
      AWS_ACCESS_KEY_ID: lake.accessKeyId,
      AWS_SECRET_ACCESS_KEY: lake.secretAccessKey,
    });
    expect([verified.code, verified.stderr]).toEqual([0, '']);
  });
});
