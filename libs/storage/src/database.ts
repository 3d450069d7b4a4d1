import { AsyncLocalStorage } from 'node:async_hooks';

import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';

import { openEmbeddedDatabase } from './embedded.ts';
import { PrismaClient } from './generated/client.ts';
import { typeParsers } from './type-parsers.ts';

export interface DatabaseSettings {
  /** `postgresql://...`, or `memory://`; absent, the embedded database of `directory` is opened. */
  readonly url?: string | undefined;
  /** Where the embedded database lives. */
  readonly directory: string;
  /** Connections to a PostgreSQL server; the embedded database always has one. */
  readonly maxConnections?: number;
}

/** Statements longer than this are cut off by PostgreSQL (57014, answered as OperationTimeoutException). */
const STATEMENT_TIMEOUT_MS = 60_000;

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

export type DatabaseKind = 'embedded' | 'postgresql';

/** An open database: one pool, and Prisma on top of that same pool. Owns its connections and, embedded, its thread. */
export class Database {
  readonly kind: DatabaseKind;
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  /** Raw statements answered, and the time spent waiting for them. */
  readonly statements = { count: 0, seconds: 0 };
  readonly #closeEmbedded: (() => Promise<void>) | undefined;

  private constructor(kind: DatabaseKind, pool: pg.Pool, closeEmbedded?: () => Promise<void>) {
    this.kind = kind;
    this.pool = pool;
    this.prisma = new PrismaClient({
      adapter: new PrismaPg(pool),
      transactionOptions: { maxWait: STATEMENT_TIMEOUT_MS, timeout: 10 * STATEMENT_TIMEOUT_MS },
    });
    this.#closeEmbedded = closeEmbedded;
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    pool.on('error', () => undefined);
  }

  static async open(settings: DatabaseSettings): Promise<Database> {
    if (settings.url !== undefined && !settings.url.startsWith('memory:')) {
      const pool = new NotingPool({
        connectionString: settings.url,
        max: settings.maxConnections ?? 10,
        connectionTimeoutMillis: 10_000,
        statement_timeout: STATEMENT_TIMEOUT_MS,
        application_name: 'lakewarden',
        types: typeParsers,
        options: '-c timezone=UTC',
      });
      return new Database('postgresql', pool);
    }
    const embedded = await openEmbeddedDatabase(
      settings.url === undefined ? settings.directory : 'memory://',
    );
    const pool = new NotingPool({
      max: 1,
      idleTimeoutMillis: 0,
      user: 'postgres',
      database: 'postgres',
      ssl: false,
      types: typeParsers,
      stream: () => embedded.openSocket(),
    });
    return new Database('embedded', pool, () => embedded.close());
  }

  /** One Prisma transaction whose connection raw SQL shares. */
  async transaction<T>(run: (prisma: PrismaTransaction, client: pg.PoolClient) => Promise<T>): Promise<T> {
    const noted: TransactionConnection = {};
    return transactionConnection.run(noted, () =>
      this.prisma.$transaction((prisma) => {
        if (noted.client === undefined)
          throw new Error('the Prisma adapter took no connection from its pool');
        return run(prisma, noted.client);
      }),
    );
  }

  async close(): Promise<void> {
    await this.prisma.$disconnect();
    await this.pool.end();
    await this.#closeEmbedded?.();
  }
}

export type PrismaTransaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];
