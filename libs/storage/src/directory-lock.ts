import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A name that the operating system gives to one process at a time and takes back at its death, kill -9 included: PGlite
 * looks after its files no more than a library does, and two servers on one folder would spoil it.
 */
function lockAddress(directory: string): string {
  const id = createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 32);
  if (process.platform === 'linux') return `\0lakewarden-${id}`; // an abstract socket: no file that could stay behind
  if (process.platform === 'win32') return `\\\\.\\pipe\\lakewarden-${id}`;
  return join(tmpdir(), `lakewarden-${id}.sock`);
}

const listen = (address: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy()).once('error', reject);
    server.listen(address, () => {
      resolve(server.unref());
    });
  });

const isHeld = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

/**
 * @returns what gives the folder back
 * @throws Error another process has it
 */
export async function lockDirectory(directory: string): Promise<() => void> {
  mkdirSync(directory, { recursive: true });
  const address = lockAddress(directory);
  let server: Server;
  try {
    server = await listen(address);
  } catch (error) {
    if (!isTaken(error)) throw error;
    // Only where the lock is a file can a dead process have left it behind.
    const isStale = !/^[\0\\]/.test(address) && !(await isHeld(address));
    if (!isStale) {
      throw new Error(
        `${directory} is in use by another server. Stop it first, or share one PostgreSQL by DATABASE_URL.`,
        { cause: error },
      );
    }
    rmSync(address, { force: true });
    server = await listen(address);
  }
  return () => {
    server.close();
  };
}
