import { alreadyExists, asId, type Tx } from '@lakewarden/kernel';
import { isUniqueViolation, sql } from '@lakewarden/storage';

import type { FunctionDefinition, FunctionRef, UserDefinedFunction } from './function.ts';

interface FunctionRow {
  readonly id: string;
  readonly database_id: string;
  readonly account_id: string;
  readonly database: string;
  readonly name: string;
  readonly definition: FunctionDefinition;
  readonly created_at: Date;
}

const SELECT = `SELECT f.id, f.database_id, f.account_id, d.name AS database, f.name, f.definition, f.created_at
  FROM user_defined_function f JOIN glue_database d ON d.id = f.database_id`;

const toFunction = (row: FunctionRow): UserDefinedFunction => ({
  id: asId(row.id),
  databaseId: asId(row.database_id),
  catalogId: row.account_id,
  database: row.database,
  name: row.name,
  definition: row.definition,
  createdAt: row.created_at,
});

/** @param lock until commit, against every other writer of the function */
export async function findFunction(
  tx: Tx,
  ref: FunctionRef,
  lock = false,
): Promise<UserDefinedFunction | undefined> {
  const rows = await sql<FunctionRow>(tx, {
    text: `${SELECT} WHERE d.account_id = $1 AND d.name = $2 AND f.name = $3 ${lock ? 'FOR UPDATE OF f' : ''}`,
    values: [ref.catalogId, ref.database, ref.name],
  });
  return rows.map(toFunction)[0];
}

/** Where a listing stands: behind a name, and where names repeat over databases, behind an id. */
export interface FunctionPosition {
  readonly name: string;
  readonly id: string;
}

/** One database's, by name. */
export async function listFunctionsOf(
  tx: Tx,
  databaseId: string,
  after: FunctionPosition,
  limit: number,
): Promise<UserDefinedFunction[]> {
  // Plan: a range of the unique (database_id, name).
  const rows = await sql<FunctionRow>(tx, {
    text: `${SELECT} WHERE f.database_id = $1 AND f.name > $2 ORDER BY f.name LIMIT $3`,
    values: [databaseId, after.name, limit],
  });
  return rows.map(toFunction);
}

/** The whole catalog's, by name, then by id. */
export async function listFunctionsIn(
  tx: Tx,
  catalogId: string,
  after: FunctionPosition,
  limit: number,
): Promise<UserDefinedFunction[]> {
  // Plan: a range of (account_id, name, id).
  const rows = await sql<FunctionRow>(tx, {
    text: `${SELECT} WHERE f.account_id = $1 AND (f.name, f.id) > ($2, $3::uuid) ORDER BY f.name, f.id LIMIT $4`,
    values: [catalogId, after.name, after.id, limit],
  });
  return rows.map(toFunction);
}

const functionExists = () => alreadyExists('Function already exists.');

export async function insertFunction(tx: Tx, made: UserDefinedFunction): Promise<void> {
  try {
    await sql(tx, {
      text: `INSERT INTO user_defined_function (id, account_id, database_id, name, definition, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)`,
      values: [
        made.id,
        made.catalogId,
        made.databaseId,
        made.name,
        JSON.stringify(made.definition),
        made.createdAt,
      ],
    });
  } catch (error) {
    throw isUniqueViolation(error) ? functionExists() : error;
  }
}

export async function replaceFunction(tx: Tx, changed: UserDefinedFunction): Promise<void> {
  try {
    await sql(tx, {
      text: 'UPDATE user_defined_function SET name = $2, definition = $3 WHERE id = $1',
      values: [changed.id, changed.name, JSON.stringify(changed.definition)],
    });
  } catch (error) {
    throw isUniqueViolation(error) ? functionExists() : error;
  }
}

export async function deleteFunctionRow(tx: Tx, id: UserDefinedFunction['id']): Promise<void> {
  await sql(tx, { text: 'DELETE FROM user_defined_function WHERE id = $1', values: [id] });
}
