import 'reflect-metadata';

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { signRequest } from '@lakewarden/aws-wire';
import pino from 'pino';
import request from 'supertest';

import { startServer } from '../../apps/server/src/server.ts';
import { readSettings } from '../../apps/server/src/settings/settings.ts';
import { startPostgres } from './postgres.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Lake {
  readonly url: string;
  /** A signed Glue call over HTTP. */
  glue(operation: string, input?: object): Promise<Answer>;
  /** A Glue call whose answer must be 200; its body. */
  ok(operation: string, input?: object): Promise<Readonly<Record<string, unknown>>>;
  /** A Glue call that must be refused: `Code: message`. */
  refused(operation: string, input?: object): Promise<string>;
  readonly accessKeyId: string;
  readonly consolePassword: string;
  readonly secretAccessKey: string;
  stop(): Promise<void>;
}

export type DatabaseName = 'PGlite' | 'PostgreSQL';

export const DATABASES: readonly DatabaseName[] = ['PGlite', 'PostgreSQL'];

/** A server of its own on an empty database, spoken to as a client would. */
export async function startLake(databaseName: DatabaseName): Promise<Lake> {
  const directory = await mkdtemp(join(tmpdir(), 'lakewarden-'));
  const postgres = databaseName === 'PostgreSQL' ? await startPostgres() : undefined;
  const settings = readSettings({
    LAKEWARDEN_PORT: '0',
    LAKEWARDEN_DATA_DIR: directory,
    DATABASE_URL: postgres?.url ?? 'memory://',
  });
  const server = await startServer(settings, { log: pino({ level: 'silent' }) });
  const credentials = JSON.parse(await readFile(join(directory, 'admin-credentials.json'), 'utf8')) as {
    accessKeyId: string;
    secretAccessKey: string;
    consolePassword: string;
  };
  const url = new URL(server.url);

  const glue = async (operation: string, input: object = {}): Promise<Answer> => {
    const body = JSON.stringify(input);
    const headers = signRequest({
      method: 'POST',
      url: new URL('/', url),
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSGlue.${operation}` },
      body,
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      region: 'us-east-1',
      service: 'glue',
      now: new Date(),
    });
    const answer = await request(server.url).post('/').set(headers).send(body).buffer(true).parse(asText);
    return {
      status: answer.status,
      headers: answer.headers as unknown as Record<string, string>, // supertest types them as any
      body: JSON.parse(String(answer.body)) as Record<string, unknown>,
    };
  };

  return {
    url: server.url,
    glue,
    ...credentials,
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

type Parser = NonNullable<Parameters<ReturnType<ReturnType<typeof request>['post']>['parse']>[0]>;

const asText: Parser = (response, done) => {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    text += chunk;
  });
  response.on('end', () => {
    done(null, text);
  });
};
