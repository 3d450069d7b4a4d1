import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

import type { ServerProcess } from './server-process.ts';

const READY_WITHIN_MS = 30_000;

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });

/** moto's own server, the peer that people use today; undefined where it is not installed (pip install 'moto[server]'). */
export async function startMoto(): Promise<ServerProcess | undefined> {
  const port = await freePort();
  const child = spawn('moto_server', ['-p', String(port)], { stdio: 'ignore' });
  const isMissing = await new Promise<boolean>((resolve) => {
    child.once('error', () => {
      resolve(true);
    });
    child.once('spawn', () => {
      resolve(false);
    });
  });
  if (isMissing) return undefined;
  process.once('exit', () => child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${String(port)}`;
  const deadline = performance.now() + READY_WITHIN_MS;
  while (
    !(await fetch(`${url}/moto-api/`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (performance.now() > deadline) throw new Error('moto_server does not answer');
    await new Promise(setImmediate);
  }
  return {
    url,
    pid: child.pid ?? 0,
    accessKeyId: 'testing',
    secretAccessKey: 'testing',
    consolePassword: '',
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          resolve();
        });
        child.kill();
      }),
  };
}
