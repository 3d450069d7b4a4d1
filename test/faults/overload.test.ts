import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { DATABASES } from '../support/lake.ts';
import { query } from '../support/query.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { openSocket, rawGlue, readToEnd } from './support/client.ts';
import { eventually, type FaultServer, residentMiB, startFaultServer } from './support/fault-server.ts';

const MAX_IN_FLIGHT = 8;
const BURST = 400;
const RECOVERY_MS = 5_000;

describe.each(DATABASES)('overload on %s', (databaseName) => {
  let postgres: TestPostgres | undefined;
  let server: FaultServer;

  beforeAll(async () => {
    postgres = databaseName === 'PostgreSQL' ? await startPostgres() : undefined;
    server = await startFaultServer({
      ...(postgres !== undefined && { databaseUrl: postgres.url }),
      environment: {
        LAKEWARDEN_MAX_IN_FLIGHT: String(MAX_IN_FLIGHT),
        LAKEWARDEN_MAX_BODIES_MIB: '32',
        LAKEWARDEN_DATABASE_CONNECTIONS: '2',
      },
    });
    await server.ok('CreateDatabase', { DatabaseInput: { Name: 'd' } });
  });
  afterAll(async () => {
    await server.stop();
    await postgres?.stop();
  });

  it('answers the field’s throttling code on every door, makes what it says it made, and recovers', async () => {
    const bearer = await login({ url: server.url, consolePassword: server.credentials.consolePassword });
    const writes = Array.from({ length: BURST }, (_, i) =>
      server.glue('CreateTable', { DatabaseName: 'd', TableInput: { Name: `t${String(i)}` } }),
    );
    const questions = Array.from({ length: BURST }, () =>
      graphql(server, '{ databases(first: 1) { edges { cursor } } }', {}, bearer),
    );
    const users = Array.from({ length: BURST }, () =>
      query({ url: server.url, ...server.credentials }, 'iam', 'ListUsers'),
    );
    // Whatever the load, an orchestrator is told that the process lives.
    const health = Array.from({ length: 20 }, () => fetch(`${server.url}/healthz`));

    const made: string[] = [];
    let throttled = 0;
    for (const [i, { status, headers, body }] of (await Promise.all(writes)).entries()) {
      if (status === 200) {
        made.push(`t${String(i)}`);
        continue;
      }
      throttled += 1;
      expect([status, body, headers['retry-after']]).toEqual([
        400,
        { __type: 'ThrottlingException', message: 'Rate exceeded' },
        '1',
      ]);
    }
    expect(throttled).toBeGreaterThan(0);
    expect(made.length).toBeGreaterThanOrEqual(MAX_IN_FLIGHT);
    const refusedQuestions = (await Promise.all(questions)).filter(({ errors }) => errors !== undefined);
    expect(refusedQuestions.length).toBeGreaterThan(0);
    for (const { data, errors, headers } of refusedQuestions) {
      expect([data, errors?.[0]?.extensions.code, headers.get('retry-after')]).toEqual([
        null,
        'ThrottlingException',
        '1',
      ]);
    }
    const refusedUsers = (await Promise.all(users)).filter(({ status }) => status !== 200);
    expect(refusedUsers.length).toBeGreaterThan(0);
    for (const answer of refusedUsers) {
      expect([answer.status, answer.texts('Code'), answer.texts('Message')]).toEqual([
        400,
        ['Throttling'],
        ['Rate exceeded'],
      ]);
    }
    expect((await Promise.all(health)).map(({ status }) => status)).toEqual(Array(20).fill(200));

    const endedAt = performance.now();
    await eventually(
      async () => ((await server.glue('GetDatabases')).status === 200 ? true : undefined),
      'the server recovers',
      RECOVERY_MS,
    );
    expect(performance.now() - endedAt).toBeLessThan(RECOVERY_MS);
    const found = new Set<string>();
    let NextToken: unknown;
    do {
      const page = await server.ok('GetTables', { DatabaseName: 'd', NextToken });
      for (const { Name } of page['TableList'] as { Name: string }[]) found.add(Name);
      NextToken = page['NextToken'];
    } while (NextToken !== undefined);
    expect([...found].sort()).toEqual([...made].sort());
  });

  it('given GraphQL beyond its limit, answers 429', async () => {
    const send = () =>
      fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ __typename }' }),
      });
    const statuses = new Set<number>();
    for (let round = 0; round < 20 && !statuses.has(429); round += 1) {
      const writes = Array.from({ length: BURST }, (_, i) =>
        server.glue('CreateTable', {
          DatabaseName: 'd',
          TableInput: { Name: `g${String(round)}_${String(i)}` },
        }),
      );
      for (const { status } of await Promise.all(Array.from({ length: BURST }, send))) statuses.add(status);
      await Promise.all(writes);
    }
    expect(statuses).toContain(429);
    expect([...statuses].filter((status) => status !== 200 && status !== 429)).toEqual([]);
  });

  it('given large bodies that are held back, takes as many as it has memory for and no more', async () => {
    const before = await residentMiB(server.pid);
    const size = 15 * 1024 * 1024;
    const head = [
      'POST / HTTP/1.1',
      'host: x',
      'x-amz-target: AWSGlue.GetDatabases',
      'content-type: application/x-amz-json-1.1',
      `content-length: ${String(size)}`,
    ].join('\r\n');
    const sockets = await Promise.all(Array.from({ length: 30 }, () => openSocket(server.port)));
    const answers: string[] = [];
    const refused = new Promise<void>((resolve) => {
      for (const socket of sockets) {
        socket.on('error', () => undefined);
        socket.once('data', (chunk: Buffer) => {
          answers.push(chunk.toString());
          if (answers.length === sockets.length - 2) resolve();
        });
        socket.write(`${head}\r\n\r\n`);
        socket.write(Buffer.alloc(size - 1, 0x20));
      }
    });
    await refused;
    // Two of 15 MiB go into 32.
    expect(answers.every((answer) => /^HTTP\/1\.1 400 [^]*ThrottlingException/.test(answer))).toBe(true);
    expect((await residentMiB(server.pid)) - before).toBeLessThan(200);
    // Small requests go on meanwhile.
    expect((await server.glue('GetDatabases')).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    // Gone with their clients: there is room again.
    const signer = { url: server.url, ...server.credentials };
    const large = { DatabaseName: 'd', TableInput: { Name: 'large', Description: 'x'.repeat(1_000_000) } };
    const answer = await eventually(async () => {
      const socket = await openSocket(server.port);
      const { head: signedHead, body } = rawGlue(signer, 'CreateTable', large);
      socket.write(signedHead.replace('\r\n', '\r\nconnection: close\r\n') + body);
      const text = await readToEnd(socket);
      return text.includes('ThrottlingException') ? undefined : text;
    }, 'room for a large body');
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*ValidationException[^]*description/);
  });
});
