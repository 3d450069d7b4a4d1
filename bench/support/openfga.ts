import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

import type { Grants } from './peers.ts';

const TUPLES_A_WRITE = 100;
const TRIES = 100;
const TRY_EVERY_MS = 100;

const MODEL = {
  schema_version: '1.1',
  type_definitions: [
    { type: 'user' },
    {
      type: 'table',
      relations: { can_select: { this: {} } },
      metadata: { relations: { can_select: { directly_related_user_types: [{ type: 'user' }] } } },
    },
  ],
};

/** OpenFGA's names have no colon but the one behind the type. */
const nameOf = (text: string): string => text.replaceAll(/[^\w-]/g, '_');

const tupleOf = (user: string, table: string) => ({
  user: `user:${nameOf(user)}`,
  relation: 'can_select',
  object: `table:${nameOf(table)}`,
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A server of its own with its rows in memory, asked over HTTP on kept connections. */
export class OpenFga {
  readonly #url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, process: ChildProcess) {
    this.#url = url;
    this.#process = process;
  }

  /** @returns undefined where the program is not on the PATH */
  static async start(): Promise<OpenFga | undefined> {
    const [http, grpc] = [await freePort(), await freePort()];
    const process = spawn(
      'openfga',
      [
        'run',
        '--datastore-engine=memory',
        `--http-addr=127.0.0.1:${String(http)}`,
        `--grpc-addr=127.0.0.1:${String(grpc)}`,
        '--playground-enabled=false',
        '--metrics-enabled=false',
        '--log-level=none',
      ],
      { stdio: 'ignore' },
    );
    const isStarted = await Promise.race([
      once(process, 'spawn').then(() => true),
      once(process, 'error').then(() => false),
    ]);
    if (!isStarted) return undefined;
    const own = new OpenFga(`http://127.0.0.1:${String(http)}`, process);
    await own.#ready();
    return own;
  }

  async #ready(): Promise<void> {
    for (let i = 0; i < TRIES; i += 1) {
      const isThere = await fetch(`${this.#url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isThere) return;
      await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
    }
    throw new Error('OpenFGA does not answer');
  }

  async #post(path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
    const answer = await fetch(`${this.#url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`OpenFGA: ${text}`);
    return JSON.parse(text) as Readonly<Record<string, unknown>>; // an object, as its API says
  }

  /** A store that holds these grants; asks it whether that user may SELECT from that table. */
  async store(grants: Grants): Promise<(user: string, table: string) => Promise<boolean>> {
    const { id } = await this.#post('/stores', { name: `grants-${String(grants.length)}` });
    const store = `/stores/${String(id)}`;
    await this.#post(`${store}/authorization-models`, MODEL);
    // The same pair twice would be refused.
    const tuples = [...new Map(grants.map((pair) => [pair.join(' '), tupleOf(...pair)])).values()];
    for (let at = 0; at < tuples.length; at += TUPLES_A_WRITE) {
      await this.#post(`${store}/write`, { writes: { tuple_keys: tuples.slice(at, at + TUPLES_A_WRITE) } });
    }
    return async (user, table) => {
      const { allowed } = await this.#post(`${store}/check`, { tuple_key: tupleOf(user, table) });
      return allowed === true;
    };
  }

  async stop(): Promise<void> {
    this.#process.kill();
    await once(this.#process, 'exit');
  }
}
