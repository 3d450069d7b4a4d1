import type { Socket } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openSocket, rawGlue, readToEnd } from './support/client.ts';
import { eventually, type FaultServer, residentMiB, startFaultServer } from './support/fault-server.ts';

const IDLE = 2_000;
const SLOW = 600;
const REQUEST_SECONDS = 3;

let server: FaultServer;
const signer = () => ({ url: server.url, ...server.credentials });

beforeAll(async () => {
  server = await startFaultServer({
    environment: {
      LAKEWARDEN_REQUEST_TIMEOUT_SECONDS: String(REQUEST_SECONDS),
      LAKEWARDEN_ANSWER_TIMEOUT_SECONDS: '2',
      LAKEWARDEN_MAX_IN_FLIGHT: '20',
    },
  });
  await server.ok('CreateDatabase', { DatabaseInput: { Name: 'd' } });
});
afterAll(async () => {
  expect((await server.stop()).code).toBe(0);
});

describe('Slow clients', () => {
  it('given 600 bodies that trickle in, goes on answering the others, and lets the slow ones go in time', async () => {
    const { head, body } = rawGlue(signer(), 'GetDatabases', { CatalogId: '111122223333' });
    const sockets = await Promise.all(Array.from({ length: SLOW }, () => openSocket(server.port)));
    const startedAt = performance.now();
    const answers = sockets.map(async (socket) => {
      const text = readToEnd(socket);
      socket.write(head + body.slice(0, 3));
      return text;
    });
    // They hold no place of those who work.
    for (let i = 0; i < 50; i += 1) expect((await server.glue('GetDatabases')).status).toBe(200);
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(performance.now() - startedAt).toBeLessThan(4 * REQUEST_SECONDS * 1000);
  });

  it('given headers that trickle in, answers 408 and closes', async () => {
    const socket = await openSocket(server.port);
    const answer = readToEnd(socket);
    socket.write('POST / HTTP/1.1\r\nhost: x\r\nx-slow: ');
    expect(await answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('given clients that ask for much and never read, cuts them off, and keeps none of it in memory', async () => {
    const long = 'x'.repeat(2_000);
    for (let i = 0; i < 100; i += 1) {
      const TableInput = {
        Name: `t${String(i)}`,
        Description: long,
        Parameters: { a: long, b: long, c: long },
      };
      await server.ok('CreateTable', { DatabaseName: 'd', TableInput });
    }
    const before = await residentMiB(server.pid);
    const { head, body } = rawGlue(signer(), 'GetTables', { DatabaseName: 'd' });
    const sockets: Socket[] = [];
    let closed = 0;
    for (let i = 0; i < 100; i += 1) {
      const socket = await openSocket(server.port);
      socket.on('error', () => undefined);
      socket.on('close', () => (closed += 1));
      socket.pause();
      // Again and again on one connection, until the kernel takes no more of the answers.
      for (let n = 0; n < 20; n += 1) socket.write(head + body);
      sockets.push(socket);
    }
    // A paused socket sees its end only when it is read: the server's own count of connections says it.
    const connections = async (): Promise<number> => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      return Number(/^lakewarden_connections (\d+)/m.exec(text)?.[1]);
    };
    await eventually(
      async () => ((await connections()) < 50 ? true : undefined),
      'the slow readers are cut off',
      30_000,
    );
    for (const socket of sockets) socket.destroy();
    await eventually(
      async () => ((await server.glue('GetDatabases')).status === 200 ? true : undefined),
      'the others are answered',
    );
    expect(closed).toBeLessThanOrEqual(sockets.length);
    expect((await residentMiB(server.pid)) - before).toBeLessThan(200);
  }, 120_000);
});

describe('2,000 idle connections', () => {
  let patient: FaultServer;
  beforeAll(async () => {
    patient = await startFaultServer();
  });
  afterAll(async () => {
    await patient.stop();
  });

  it('cost little memory and slow nobody down', async () => {
    const before = await residentMiB(patient.pid);
    const sockets: Socket[] = [];
    for (let i = 0; i < IDLE; i += 100) {
      sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => openSocket(patient.port)))));
    }
    for (const socket of sockets) socket.on('error', () => undefined);
    // Each has had its answer once, as a client's pool would hold them.
    await Promise.all(
      sockets.map(
        (socket) =>
          new Promise((resolve) => {
            socket.once('data', resolve);
            socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
          }),
      ),
    );
    const open = sockets.filter((socket) => !socket.destroyed && socket.readyState === 'open');
    expect(open).toHaveLength(IDLE);
    for (let i = 0; i < 50; i += 1) expect((await patient.glue('GetDatabases')).status).toBe(200);
    const grown = (await residentMiB(patient.pid)) - before;
    process.stdout.write(`${String(IDLE)} idle connections: ${grown.toFixed(0)} MiB\n`);
    expect(grown).toBeLessThan(150);
    for (const socket of sockets) socket.destroy();
  });
});
