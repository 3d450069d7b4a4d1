import { AsyncLocalStorage } from 'node:async_hooks';
import type { Duplex } from 'node:stream';

import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';

import { openEmbeddedDatabase } from './embedded.ts';
import { type Aftermath, busy, explainFailure } from './failures.ts';
import { PrismaClient } from './generated/client.ts';
import { typeParsers } from './type-parsers.ts';

export interface DatabaseSettings {
  /** `postgresql://...`, or `memory://`; absent, the embedded database of `directory` is opened. */
  readonly url?: string | undefined;
  /** Where the embedded database lives. */
  readonly directory: string;
  /** Connections to a PostgreSQL server; the embedded database always has one. */
  readonly maxConnections?: number;
  /** How many may wait for a connection; whoever comes after them is told to come back. */
  readonly maxWaiting?: number;
  /** Statements longer than this are cut off by PostgreSQL (57014, answered as OperationTimeoutException). */
  readonly statementTimeoutMs?: number;
}

export const DEFAULT_CONNECTIONS = 10;
export const DEFAULT_WAITING = 1_000;
export const DEFAULT_STATEMENT_TIMEOUT_MS = 60_000;
/** How long somebody waits for a connection before he is told to come back. */
const CONNECT_TIMEOUT_MS = 10_000;
/** A server that has said nothing for this much longer than a statement may take is taken for dead. */
const SILENCE_MS = 10_000;
/** Within it a machine that went away without a word is noticed. */
const KEEP_ALIVE_MS = 10_000;
/** A transaction is statements one after the other; ten of the longest. */
const TRANSACTION_STATEMENTS = 10;

/** The connection that the running Prisma transaction took, so that raw SQL can join it. */
interface TransactionConnection {
  client?: pg.PoolClient;
}

const transactionConnection = new AsyncLocalStorage<TransactionConnection>();

/** Notes which connection a transaction gets. Prisma's own raw queries re-parse each row; hot paths go round them. */
class NotingPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(
    callback: (
      error: Error | undefined,
      client: pg.PoolClient | undefined,
      done: (release?: unknown) => void,
    ) => void,
  ): void;
  override connect(
    callback?: (
      error: Error | undefined,
      client: pg.PoolClient | undefined,
      done: (release?: unknown) => void,
    ) => void,
  ): Promise<pg.PoolClient> | undefined {
    if (callback !== undefined) {
      super.connect(callback);
      return undefined;
    }
    const noted = transactionConnection.getStore();
    return super.connect().then((client) => {
      if (noted !== undefined) noted.client = client;
      return client;
    });
  }
}

/** pg's typings leave it out: the socket of an open connection, encrypted or not. */
const socketOf = (client: pg.PoolClient): Duplex & { setTimeout?: (ms: number) => void } =>
  (client as unknown as { connection: { stream: Duplex } }).connection.stream;

export type DatabaseKind = 'embedded' | 'postgresql';

/** An open database: one pool, and Prisma on top of that same pool. Owns its connections and, embedded, its thread. */
export class Database {
  readonly kind: DatabaseKind;
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  /** Raw statements answered, and the time spent waiting for them. */
  readonly statements = { count: 0, seconds: 0 };
  readonly #closeEmbedded: (() => Promise<void>) | undefined;
  readonly #maxWaiting: number;

  private constructor(
    kind: DatabaseKind,
    pool: pg.Pool,
    settings: DatabaseSettings,
    closeEmbedded?: () => Promise<void>,
  ) {
    const { statementTimeoutMs = DEFAULT_STATEMENT_TIMEOUT_MS } = settings;
    this.kind = kind;
    this.pool = pool;
    this.#maxWaiting = settings.maxWaiting ?? DEFAULT_WAITING;
    this.prisma = new PrismaClient({
      adapter: new PrismaPg(pool),
      transactionOptions: {
        maxWait: DEFAULT_STATEMENT_TIMEOUT_MS,
        timeout: TRANSACTION_STATEMENTS * Math.max(statementTimeoutMs, DEFAULT_STATEMENT_TIMEOUT_MS),
      },
    });
    this.#closeEmbedded = closeEmbedded;
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    pool.on('error', () => undefined);
    pool.on('connect', (client) => {
      // Likewise one that breaks while it is taken: its statement is rejected, and that is told.
      client.on('error', () => undefined);
      if (kind === 'embedded') return;
      const socket = socketOf(client);
      socket.on('timeout', () => {
        socket.destroy(new Error('Connection terminated: the database server is silent'));
      });
      socket.setTimeout?.(statementTimeoutMs + SILENCE_MS);
    });
  }

  static async open(settings: DatabaseSettings): Promise<Database> {
    if (settings.url !== undefined && !settings.url.startsWith('memory:')) {
      const pool = new NotingPool({
        connectionString: settings.url,
        max: settings.maxConnections ?? DEFAULT_CONNECTIONS,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        statement_timeout: settings.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS,
        // A transaction whose client is gone without a word must not keep its locks.
        idle_in_transaction_session_timeout: DEFAULT_STATEMENT_TIMEOUT_MS,
        keepAlive: true,
        keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
        application_name: 'lakewarden',
        types: typeParsers,
        options: '-c timezone=UTC',
      });
      return new Database('postgresql', pool, settings);
    }
    const embedded = await openEmbeddedDatabase(
      settings.url === undefined ? settings.directory : 'memory://',
    );
    const pool = new NotingPool({
      max: 1,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      user: 'postgres',
      database: 'postgres',
      ssl: false,
      types: typeParsers,
      stream: () => embedded.openSocket(),
    });
    return new Database('embedded', pool, settings, () => embedded.close());
  }

  /**
   * A connection of the pool; whoever takes it releases it.
   * @throws ThrottlingException too many wait already, or this one waited too long
   * @throws ServiceUnavailableException there is no database
   */
  async connect(): Promise<pg.PoolClient> {
    this.#refuseIfCrowded();
    try {
      return await this.pool.connect();
    } catch (error) {
      throw explainFailure(error);
    }
  }

  /** One Prisma transaction whose connection raw SQL shares. */
  async transaction<T>(run: (prisma: PrismaTransaction, client: pg.PoolClient) => Promise<T>): Promise<T> {
    this.#refuseIfCrowded();
    const noted: TransactionConnection = {};
    let aftermath: Aftermath = 'nothing-changed';
    try {
      return await transactionConnection.run(noted, () =>
        this.prisma.$transaction(async (prisma) => {
          if (noted.client === undefined)
            throw new Error('the Prisma adapter took no connection from its pool');
          const answer = await run(prisma, noted.client);
          aftermath = 'unknown'; // until COMMIT is answered
          return answer;
        }),
      );
    } catch (error) {
      throw explainFailure(error, aftermath);
    }
  }

  /** A connection without time limits, for migrations: they take as long as the tables are large. */
  async unhurried<T>(run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      if (this.kind === 'postgresql') {
        await client.query('SET statement_timeout = 0');
        socketOf(client).setTimeout?.(0);
      }
      return await run(client);
    } finally {
      // Not kept: the next one to take it is to have its limits again.
      client.release(this.kind === 'postgresql');
    }
  }

  #refuseIfCrowded(): void {
    if (this.pool.waitingCount >= this.#maxWaiting) throw busy();
  }

  async close(): Promise<void> {
    await this.prisma.$disconnect();
    await this.pool.end();
    await this.#closeEmbedded?.();
  }
}

export type PrismaTransaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];
