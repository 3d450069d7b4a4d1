import 'reflect-metadata';

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Clock } from '@lakewarden/kernel';
import pino, { type Logger } from 'pino';

import type { WebhookRetries } from '../../apps/server/src/jobs/webhook-queue.ts';
import { startServer } from '../../apps/server/src/server.ts';
import { readSettings } from '../../apps/server/src/settings/settings.ts';
import { type Answer, callGlue } from './glue.ts';
import { startPostgres } from './postgres.ts';

/** Of the first administrator; admin-credentials.json. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly consolePassword: string;
}

/** One for all, so that two servers may share a database. */
const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');

export interface GlueCallOptions {
  /** Who signs; the first administrator when absent. */
  readonly caller?: Pick<Credentials, 'accessKeyId' | 'secretAccessKey'> & { readonly sessionToken?: string };
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Lake {
  readonly url: string;
  /** A signed Glue call over HTTP. */
  glue(operation: string, input?: object | string, more?: GlueCallOptions): Promise<Answer>;
  /** A Glue call whose answer must be 200; its body. */
  ok(operation: string, input?: object): Promise<Readonly<Record<string, unknown>>>;
  /** A Glue call that must be refused: `Code: message`. */
  refused(operation: string, input?: object): Promise<string>;
  readonly accessKeyId: string;
  readonly consolePassword: string;
  readonly secretAccessKey: string;
  /** Where its file:// locations may lie: DATA_DIR/lake. */
  readonly lakeFolder: string;
  stop(): Promise<void>;
}

export type DatabaseName = 'PGlite' | 'PostgreSQL';

export const DATABASES: readonly DatabaseName[] = ['PGlite', 'PostgreSQL'];

/** A server of its own on an empty database, spoken to as a client would. */
export async function startLake(
  databaseName: DatabaseName,
  options: {
    readonly clock?: Clock;
    readonly log?: Logger;
    readonly webhookRetries?: WebhookRetries;
    readonly databaseUrl?: string;
    readonly credentials?: Credentials;
    /** Settings beyond those that every lake has. */
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<Lake> {
  const directory = await mkdtemp(join(tmpdir(), 'lakewarden-'));
  const postgres =
    databaseName === 'PostgreSQL' && options.databaseUrl === undefined ? await startPostgres() : undefined;
  const settings = readSettings({
    LAKEWARDEN_PORT: '0',
    LAKEWARDEN_DATA_DIR: directory,
    DATABASE_URL: options.databaseUrl ?? postgres?.url ?? 'memory://',
    LAKEWARDEN_MASTER_KEY: MASTER_KEY,
    ...options.environment,
  });
  const server = await startServer(settings, {
    log: options.log ?? pino({ level: 'silent' }),
    ...(options.clock !== undefined && { clock: options.clock }),
    ...(options.webhookRetries !== undefined && { webhookRetries: options.webhookRetries }),
  });
  const credentials =
    options.credentials ??
    (JSON.parse(await readFile(join(directory, 'admin-credentials.json'), 'utf8')) as Credentials);

  const glue = (
    operation: string,
    input: object | string = {},
    { caller = credentials, headers = {} }: GlueCallOptions = {},
  ): Promise<Answer> =>
    callGlue({ ...caller, url: server.url }, operation, input, {
      headers,
      now: options.clock?.now() ?? new Date(),
    });

  return {
    url: server.url,
    glue,
    accessKeyId: credentials.accessKeyId,
    secretAccessKey: credentials.secretAccessKey,
    consolePassword: credentials.consolePassword,
    lakeFolder: join(directory, 'lake'),
    async ok(operation, input) {
      const answer = await glue(operation, input);
      if (answer.status !== 200) throw new Error(`${operation}: ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    async refused(operation, input) {
      const { status, body } = await glue(operation, input);
      if (status === 200) throw new Error(`${operation} was not refused`);
      return `${String(body['__type'])}: ${String(body['Message'] ?? body['message'])}`;
    },
    async stop() {
      await server.close();
      await postgres?.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
