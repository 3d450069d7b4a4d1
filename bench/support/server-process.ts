import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MEMORY_ENVIRONMENT, MEMORY_FLAGS } from '../../scripts/memory-flags.mjs';

/** Lakewarden as its users run it: a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly consolePassword: string;
  stop(): Promise<void>;
}

/** The first text on the child's standard output that the pattern finds. */
function said(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => {
      reject(new Error(`ended with ${String(code)}: ${text}`));
    });
  });
}

/** A bench that fails must leave no server behind. */
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

const ended = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve) => child.once('exit', resolve));

type Credentials = Pick<ServerProcess, 'accessKeyId' | 'secretAccessKey' | 'consolePassword'>;

/**
 * @param databaseUrl absent: the embedded database, in a folder of its own
 * @param known where another server has made the administrator already; both have one LAKEWARDEN_MASTER_KEY
 */
export async function startServerProcess(databaseUrl?: string, known?: Credentials): Promise<ServerProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'lakewarden-bench-'));
  const child = spawn(process.execPath, [...MEMORY_FLAGS, 'apps/server/dist/main.js'], {
    env: {
      ...MEMORY_ENVIRONMENT,
      ...process.env,
      LAKEWARDEN_PORT: '0',
      LAKEWARDEN_DATA_DIR: directory,
      DATABASE_URL: databaseUrl ?? '',
      LAKEWARDEN_LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const url = await said(child, /serves on (\S+)/);
  const credentials =
    known ?? (JSON.parse(await readFile(join(directory, 'admin-credentials.json'), 'utf8')) as Credentials);
  return {
    url,
    pid: child.pid ?? 0,
    accessKeyId: credentials.accessKeyId,
    secretAccessKey: credentials.secretAccessKey,
    consolePassword: credentials.consolePassword,
    async stop() {
      const gone = ended(child);
      child.kill('SIGTERM');
      await gone;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What the same machine does at its best: Fastify, the same bytes, from memory, in a process of its own. */
export async function startBareFastify(
  body: string,
  contentType: string,
): Promise<{ url: string; stop(): Promise<void> }> {
  const script = `
    import Fastify from 'fastify';
    const app = Fastify();
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    const body = process.env.BODY;
    app.post('/', (_request, reply) => reply.header('content-type', process.env.CONTENT_TYPE).send(body));
    console.log('serves on ' + await app.listen({ port: 0, host: '127.0.0.1' }));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, BODY: body, CONTENT_TYPE: contentType },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  return {
    url: await said(child, /serves on (\S+)/),
    async stop() {
      const gone = ended(child);
      child.kill();
      await gone;
    },
  };
}

/** Resident memory of a process, in MiB. */
export async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}
