import { alreadyExists, asId, type Tx } from '@lakewarden/kernel';
import { isUniqueViolation, sql } from '@lakewarden/storage';

import type { DatabaseDefinition, LinkTarget } from '../documents.ts';
import type { Database } from './database.ts';

interface DatabaseRow {
  readonly id: string;
  readonly account_id: string;
  readonly name: string;
  readonly definition: DatabaseDefinition;
  readonly link_target: LinkTarget | null;
  readonly created_at: Date;
}

const COLUMNS = 'id, account_id, name, definition, link_target, created_at';

const toDatabase = (row: DatabaseRow): Database => ({
  id: asId(row.id),
  catalogId: row.account_id,
  name: row.name,
  definition: row.definition,
  ...(row.link_target !== null && { linkTarget: row.link_target }),
  createdAt: row.created_at,
});

export async function findDatabase(tx: Tx, catalogId: string, name: string): Promise<Database | undefined> {
  const rows = await sql<DatabaseRow>(tx, {
    text: `SELECT ${COLUMNS} FROM glue_database WHERE account_id = $1 AND name = $2`,
    values: [catalogId, name],
    prepared: true,
  });
  return rows.map(toDatabase)[0];
}

/** Those that are there, in no order. At most a page of them. */
export async function findDatabases(
  tx: Tx,
  refs: readonly { readonly catalogId: string; readonly name: string }[],
): Promise<Database[]> {
  // Plan: one look into the unique index for each.
  const rows = await sql<DatabaseRow>(tx, {
    text: `SELECT ${COLUMNS} FROM glue_database
           WHERE (account_id, name) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    values: [refs.map(({ catalogId }) => catalogId), refs.map(({ name }) => name)],
  });
  return rows.map(toDatabase);
}

/** Keeps the database as it is until the transaction ends: no rename, no drop, while something is made inside it. */
export async function lockDatabase(tx: Tx, catalogId: string, name: string): Promise<Database | undefined> {
  const rows = await sql<DatabaseRow>(tx, {
    text: `SELECT ${COLUMNS} FROM glue_database WHERE account_id = $1 AND name = $2 FOR SHARE`,
    values: [catalogId, name],
  });
  return rows.map(toDatabase)[0];
}

/** Holds every other writer of the database, and of what is made inside it, back until the transaction ends. */
export async function lockDatabaseForChange(
  tx: Tx,
  catalogId: string,
  name: string,
): Promise<Database | undefined> {
  const rows = await sql<DatabaseRow>(tx, {
    text: `SELECT ${COLUMNS} FROM glue_database WHERE account_id = $1 AND name = $2 FOR UPDATE`,
    values: [catalogId, name],
  });
  return rows.map(toDatabase)[0];
}

/** By name. @param afterName exclusive */
export async function listDatabases(
  tx: Tx,
  catalogId: string,
  afterName: string,
  limit: number,
): Promise<Database[]> {
  const rows = await sql<DatabaseRow>(tx, {
    text: `SELECT ${COLUMNS} FROM glue_database WHERE account_id = $1 AND name > $2 ORDER BY name LIMIT $3`,
    values: [catalogId, afterName, limit],
    prepared: true,
  });
  return rows.map(toDatabase);
}

/** Those of the ids, by name. */
export async function listDatabasesById(tx: Tx, ids: readonly string[]): Promise<Database[]> {
  const rows = await sql<DatabaseRow>(tx, {
    text: `SELECT ${COLUMNS} FROM glue_database WHERE id = ANY ($1::uuid[]) ORDER BY name`,
    values: [ids],
    prepared: true,
  });
  return rows.map(toDatabase);
}

export async function insertDatabase(tx: Tx, database: Database, createdBy: string): Promise<void> {
  try {
    await sql(tx, {
      text: `INSERT INTO glue_database (id, account_id, name, definition, link_target, created_by, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      values: [
        database.id,
        database.catalogId,
        database.name,
        JSON.stringify(database.definition),
        database.linkTarget === undefined ? null : JSON.stringify(database.linkTarget),
        createdBy,
        database.createdAt,
      ],
    });
  } catch (error) {
    throw isUniqueViolation(error) ? alreadyExists('Database already exists.') : error;
  }
}

export async function updateDatabaseRow(
  tx: Tx,
  id: Database['id'],
  name: string,
  definition: DatabaseDefinition,
): Promise<void> {
  try {
    await sql(tx, {
      text: 'UPDATE glue_database SET name = $2, definition = $3 WHERE id = $1',
      values: [id, name, JSON.stringify(definition)],
    });
  } catch (error) {
    throw isUniqueViolation(error) ? alreadyExists('Database already exists.') : error;
  }
}

/** With its tables, their versions and indexes (by foreign keys), partitions, descriptors and entries. */
export async function deleteDatabaseRows(tx: Tx, id: Database['id']): Promise<void> {
  const tables = 'SELECT no FROM glue_table WHERE database_id = $1';
  const indexes = `SELECT i.no FROM partition_index i JOIN glue_table t ON t.id = i.table_id WHERE t.database_id = $1`;
  for (const text of [
    `DELETE FROM partition_index_entry WHERE index_no IN (${indexes})`,
    `DELETE FROM partition WHERE table_no IN (${tables})`,
    `DELETE FROM storage_descriptor WHERE table_no IN (${tables})`,
    'DELETE FROM glue_database WHERE id = $1',
  ]) {
    await sql(tx, { text, values: [id] });
  }
}
