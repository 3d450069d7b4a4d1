import { createHash } from 'node:crypto';

import { LakewardenError, type Tx } from '@lakewarden/kernel';
import { LRUCache } from 'lru-cache';
import pg from 'pg';

import type { Database, PrismaTransaction } from './database.ts';
import { explainFailure } from './failures.ts';

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
    throw explainFailure(error);
  } finally {
    database.statements.count += 1;
    database.statements.seconds += (performance.now() - startedAt) / 1000;
  }
}

/** Whether the database itself has answered so, on a connection that goes on. */
const isAnswer = (error: unknown): boolean =>
  error instanceof pg.DatabaseError ||
  (error instanceof LakewardenError && error.code !== 'ServiceUnavailableException');

/** A scope without a transaction: each statement sees what is committed when it starts. */
export function readTx(database: Database): Tx {
  const open: OpenTx = {
    prisma: database.prisma,
    async query(statement) {
      const client = await database.connect();
      let broken: Error | undefined;
      try {
        return await run(database, client, statement);
      } catch (error) {
        if (!isAnswer(error)) broken = error as Error; // pg rejects with nothing else
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
