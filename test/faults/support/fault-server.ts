import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Answer, callGlue } from '../../support/glue.ts';

/** The long form is run before a release; the short one by CI. */
export const IS_LONG = process.env['FAULTS'] === 'long';

export interface FaultServerOptions {
  /** Absent: the embedded database. */
  readonly databaseUrl?: string;
  /** Its data; a folder of its own otherwise. */
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** For Node itself, before the program. */
  readonly nodeArguments?: readonly string[];
}

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly consolePassword: string;
}

/** How a process ended: its code, or the signal that ended it. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The built server as a process of its own, so that it can be killed. */
export interface FaultServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly credentials: Key;
  /** Resolves when it has ended, however. */
  readonly ended: Promise<Ending>;
  glue(operation: string, input?: object): Promise<Answer>;
  /** A Glue call that must be answered 200; its body. */
  ok(operation: string, input?: object): Promise<Readonly<Record<string, unknown>>>;
  /** What it has logged so far. */
  log(): string;
  signal(name: NodeJS.Signals): void;
  kill(): Promise<void>;
  /** Ends it politely and removes its folder. */
  stop(): Promise<Ending>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The server's process, before it is known whether it will ever serve. */
export function spawnServer(
  directory: string,
  { databaseUrl, environment, nodeArguments = [] }: FaultServerOptions,
) {
  const child = spawn(process.execPath, [...nodeArguments, 'apps/server/dist/main.js'], {
    env: {
      ...process.env,
      LAKEWARDEN_PORT: '0',
      LAKEWARDEN_DATA_DIR: directory,
      LAKEWARDEN_LOG_LEVEL: 'error',
      DATABASE_URL: databaseUrl ?? '',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = new Promise<Ending>((resolve) => {
    child.once('exit', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const found = /serves on (\S+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => {
      reject(new Error(`the server ended with ${String(code)}: ${text}`));
    });
  });
  url.catch(() => undefined); // asked for by those who expect it
  return { child, url, ended, log: () => text };
}

export async function startFaultServer(options: FaultServerOptions = {}): Promise<FaultServer> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'lakewarden-faults-')));
  const { child, url: said, ended, log } = spawnServer(directory, options);
  const url = await said;
  const credentials = JSON.parse(await readFile(join(directory, 'admin-credentials.json'), 'utf8')) as Key;
  const signer = { url, ...credentials };
  const glue = (operation: string, input: object = {}): Promise<Answer> => callGlue(signer, operation, input);
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid ?? 0,
    credentials,
    ended,
    glue,
    log,
    async ok(operation, input) {
      const { status, body } = await glue(operation, input);
      if (status !== 200) throw new Error(`${operation}: ${String(status)} ${JSON.stringify(body)}`);
      return body;
    },
    signal(name) {
      child.kill(name);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      const ending = await ended;
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
      return ending;
    },
  };
}

/** Resident memory of a process, in MiB. */
export async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

/** Asks until it holds; for what another process tells nobody. @throws Error after `timeoutMs` */
export async function eventually<T>(
  ask: () => Promise<T | undefined>,
  what: string,
  timeoutMs = 20_000,
): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > until) throw new Error(`not within ${String(timeoutMs)} ms: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
