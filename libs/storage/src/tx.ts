import { createHash } from 'node:crypto';

import { LakewardenError, type Tx } from '@lakewarden/kernel';
import { LRUCache } from 'lru-cache';
import pg from 'pg';

import type { Database, PrismaTransaction } from './database.ts';

/** SQL text with $n placeholders, and what stands in for them. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Prepared once a connection; for the few statements of the hot paths. */
  readonly prepared?: boolean;
}

interface OpenTx {
  readonly prisma: PrismaTransaction;
  query<Row>(statement: Statement): Promise<Row[]>;
}

const PREPARED_TEXTS = 500;
const names = new LRUCache<string, string>({ max: PREPARED_TEXTS });

function preparedName(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 24);
  names.set(text, name);
  return name;
}

const toConfig = ({ text, values = [], prepared = false }: Statement): pg.QueryConfig => ({
  text,
  values: [...values],
  ...(prepared && { name: preparedName(text) }),
});

/** Failures of PostgreSQL that have a name of their own in the field. */
function named(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  // serialization_failure, deadlock_detected
  if (error.code === '40001' || error.code === '40P01') {
    return new LakewardenError(
      'ConcurrentModificationException',
      'Another request changed the same thing at the same time. Try again.',
      { cause: error },
    );
  }
  // query_canceled
  if (error.code === '57014') {
    return new LakewardenError(
      'OperationTimeoutException',
      'The database took too long. Narrow the request, or add a partition index.',
      { cause: error },
    );
  }
  return error;
}

async function run<Row>(
  database: Database,
  client: Pick<pg.ClientBase, 'query'>,
  statement: Statement,
): Promise<Row[]> {
  const startedAt = performance.now();
  try {
    const { rows } = await client.query(toConfig(statement));
    return rows as Row[]; // each repository states the shape of the columns it selects
  } catch (error) {
    throw named(error);
  } finally {
    database.statements.count += 1;
    database.statements.seconds += (performance.now() - startedAt) / 1000;
  }
}

/** A scope without a transaction: each statement sees what is committed when it starts. */
export function readTx(database: Database): Tx {
  const open: OpenTx = {
    prisma: database.prisma,
    async query(statement) {
      const client = await database.pool.connect();
      let broken: Error | undefined;
      try {
        return await run(database, client, statement);
      } catch (error) {
        if (!(error instanceof pg.DatabaseError || error instanceof LakewardenError)) broken = error as Error;
        throw error;
      } finally {
        client.release(broken);
      }
    },
  };
  return open as unknown as Tx; // Tx is opaque to everyone but this file
}

export const writeTx = (database: Database, prisma: PrismaTransaction, client: pg.PoolClient): Tx => {
  const open: OpenTx = { prisma, query: (statement) => run(database, client, statement) };
  return open as unknown as Tx; // Tx is opaque to everyone but this file
};

const opened = (tx: Tx): OpenTx => tx as unknown as OpenTx; // made by the two functions above alone

/** Prisma, inside the transaction. For repositories. */
export const prisma = (tx: Tx): PrismaTransaction => opened(tx).prisma;

/** One parameterised statement, inside the transaction. For repositories, where a plan or a lock matters. */
export const sql = <Row>(tx: Tx, statement: Statement): Promise<Row[]> => opened(tx).query<Row>(statement);

/** Whether the error is Postgres's 23505, by raw SQL or through Prisma. */
export function isUniqueViolation(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return error.code === '23505' || error.code === 'P2002';
}
