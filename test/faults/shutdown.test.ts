import { afterEach, describe, expect, it } from 'vitest';

import { DATABASES } from '../support/lake.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { KeptConnection, openSocket, rawGlue, readToEnd } from './support/client.ts';
import { type FaultServer, startFaultServer } from './support/fault-server.ts';

const CLIENTS = 16;
const TEN_SECONDS_MS = 10_000;

describe.each(DATABASES)('SIGTERM under load on %s', (databaseName) => {
  let postgres: TestPostgres | undefined;
  let server: FaultServer | undefined;

  const start = async (): Promise<FaultServer> => {
    postgres = databaseName === 'PostgreSQL' ? await startPostgres() : undefined;
    server = await startFaultServer(postgres === undefined ? {} : { databaseUrl: postgres.url });
    await server.ok('CreateDatabase', { DatabaseInput: { Name: 'd' } });
    return server;
  };
  afterEach(async () => {
    await server?.kill();
    await postgres?.stop();
  });

  it('drops no request, closes kept connections with an answer, and exits 0 within 10 s', async () => {
    const running = await start();
    const signer = { url: running.url, ...running.credentials };
    const statuses: number[] = [];
    let answered = 0;
    let begin: (() => void) | undefined;
    const isUnderLoad = new Promise<void>((resolve) => (begin = resolve));

    // Each goes on until it is told that its connection ends, as a client behind a load balancer would.
    const client = async (name: string): Promise<void> => {
      const connection = new KeptConnection(signer);
      for (let n = 0; ; n += 1) {
        const isWrite = n % 2 === 0;
        const { status, headers } = isWrite
          ? await connection.glue('CreateTable', {
              DatabaseName: 'd',
              TableInput: { Name: `${name}_${String(n)}` },
            })
          : await connection.glue('GetTable', { DatabaseName: 'd', Name: `${name}_${String(n - 1)}` });
        statuses.push(status);
        answered += 1;
        if (answered > 10 * CLIENTS) begin?.();
        if (headers['connection'] === 'close') return;
      }
    };
    const clients = Array.from({ length: CLIENTS }, (_, i) => client(`c${String(i)}`));
    await Promise.race([isUnderLoad, Promise.all(clients)]);
    const startedAt = performance.now();
    running.signal('SIGTERM');

    await Promise.all(clients);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(await running.ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - startedAt).toBeLessThan(TEN_SECONDS_MS);
    await expect(openSocket(running.port)).rejects.toThrow('ECONNREFUSED');
  });

  it('answers a request whose body is still arriving, and ends an idle connection without a reset', async () => {
    const running = await start();
    const signer = { url: running.url, ...running.credentials };
    const idle = await openSocket(running.port);
    let isReset = false;
    idle.on('error', () => (isReset = true));
    const idleEnded = new Promise((resolve) => idle.once('close', resolve));
    idle.resume();
    const slow = await openSocket(running.port);
    const { head, body } = rawGlue(signer, 'CreateTable', {
      DatabaseName: 'd',
      TableInput: { Name: 'slow' },
    });
    slow.write(head + body.slice(0, 5));
    const answer = readToEnd(slow);
    await running.ok('GetDatabases'); // by now the server has seen both
    running.signal('SIGTERM');
    await idleEnded;
    slow.write(body.slice(5));

    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(isReset).toBe(false);
    expect(await running.ended).toEqual({ code: 0, signal: null });
  });

  it('given a client that never reads nor ends, exits 0 within 10 s all the same', async () => {
    const running = await start();
    const stuck = await openSocket(running.port);
    stuck.on('error', () => undefined);
    stuck.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{');
    await running.ok('GetDatabases');
    const startedAt = performance.now();
    running.signal('SIGTERM');
    running.signal('SIGTERM'); // an impatient operator changes nothing

    expect(await running.ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - startedAt).toBeLessThan(TEN_SECONDS_MS);
  });
});
