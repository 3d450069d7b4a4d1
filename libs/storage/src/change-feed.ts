import { EventEmitter } from 'node:events';

import type { Change } from '@lakewarden/kernel';
import pg from 'pg';

import type { Database } from './database.ts';

const CHANNEL = 'lakewarden_change';
const RECONNECT_AFTER_MS = 1_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Within it a machine that went away without a word is noticed: until then changes are missed. */
const KEEP_ALIVE_MS = 10_000;

interface ChangeEvents {
  change: [Change];
  /** Changes may have been missed: forget everything. */
  gap: [];
}

/**
 * Tells this process what has been committed, here or on another replica. Own writes are told by the runner before
 * they are acknowledged; other replicas' come by NOTIFY. While that connection is down `isLive` is false and nothing
 * may be cached.
 */
export class ChangeFeed extends EventEmitter<ChangeEvents> {
  readonly #url: string | undefined;
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  isLive: boolean;

  constructor(database: Database, url: string | undefined) {
    super();
    this.setMaxListeners(0);
    // The embedded database has no other replicas to hear from.
    this.#url = database.kind === 'postgresql' ? url : undefined;
    this.isLive = this.#url === undefined;
  }

  async start(): Promise<void> {
    if (this.#url === undefined) return;
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'lakewarden feed',
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
    this.#client = client;
    client.on('notification', ({ payload }) => {
      for (const change of JSON.parse(payload ?? '[]') as Change[]) this.emit('change', change); // written by publishStatement
    });
    client.on('error', () => {
      this.#lost();
    });
    client.on('end', () => {
      this.#lost();
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      this.isLive = true;
      this.emit('gap');
    } catch {
      this.#lost();
    }
  }

  /** Tells this process's own listeners; called after commit, before the answer. */
  publishHere(changes: readonly Change[]): void {
    for (const change of changes) this.emit('change', change);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#client?.end();
  }

  #lost(): void {
    if (this.#closed || this.#timer !== undefined) return;
    this.isLive = false;
    this.emit('gap');
    const lost = this.#client;
    lost?.removeAllListeners().on('error', () => undefined);
    // One that connected and could not listen would stay open.
    void lost?.end().catch(() => undefined);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.start();
    }, RECONNECT_AFTER_MS);
  }
}

export { CHANNEL as CHANGE_CHANNEL };
