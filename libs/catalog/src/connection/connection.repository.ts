import { type MasterKeys, sealedContext } from '@lakewarden/identity';
import { alreadyExists, type Tx } from '@lakewarden/kernel';
import { isUniqueViolation, sql } from '@lakewarden/storage';

import { type Connection, type ConnectionDefinition, schemaVersionOf } from './connection.ts';
import { type ConnectionSecrets, splitSecrets } from './secrets.ts';

interface ConnectionRow {
  readonly id: string;
  readonly account_id: string;
  readonly name: string;
  readonly schema_version: number;
  readonly definition: ConnectionDefinition;
  readonly secrets_sealed: Buffer;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly updated_by: string;
}

/** As it is stored: its secrets stay sealed until somebody may see them. */
export interface StoredConnection extends Connection {
  readonly secretsSealed: Buffer;
}

const toConnection = (row: ConnectionRow): StoredConnection => ({
  id: row.id,
  accountId: row.account_id,
  name: row.name,
  definition: row.definition,
  schemaVersion: row.schema_version,
  secretsSealed: row.secrets_sealed,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  updatedBy: row.updated_by,
});

/** What {@link seal} sealed, for that row alone. */
export const openSecrets = (keys: MasterKeys, { id, secretsSealed }: StoredConnection): ConnectionSecrets =>
  // Sealed by this file alone, and authenticated with the row's id.
  JSON.parse(keys.open(secretsSealed, sealedContext('connection', id)).reveal()) as ConnectionSecrets;

const seal = (keys: MasterKeys, id: string, secrets: ConnectionSecrets): Buffer =>
  keys.seal(JSON.stringify(secrets), sealedContext('connection', id));

/** @param lock until commit, against every other writer of it */
export async function findConnection(
  tx: Tx,
  accountId: string,
  name: string,
  lock = false,
): Promise<StoredConnection | undefined> {
  const rows = await sql<ConnectionRow>(tx, {
    text: `SELECT * FROM connection WHERE account_id = $1 AND name = $2 ${lock ? 'FOR UPDATE' : ''}`,
    values: [accountId, name],
  });
  return rows.map(toConnection)[0];
}

export interface ConnectionFilter {
  readonly type?: string | undefined;
  /** All of them must be the connection's. */
  readonly matchCriteria?: readonly string[] | undefined;
  readonly schemaVersion?: number | undefined;
}

/** By name. @param afterName exclusive */
export async function listConnectionRows(
  tx: Tx,
  accountId: string,
  filter: ConnectionFilter,
  afterName: string,
  limit: number,
): Promise<StoredConnection[]> {
  // Plan: a range of the unique (account_id, name), filtered; an account has about a thousand.
  const rows = await sql<ConnectionRow>(tx, {
    text: `SELECT * FROM connection WHERE account_id = $1 AND name > $2
             AND ($3::text IS NULL OR type = $3) AND match_criteria @> $4::text[]
             AND ($5::smallint IS NULL OR schema_version = $5)
           ORDER BY name LIMIT $6`,
    values: [
      accountId,
      afterName,
      filter.type ?? null,
      filter.matchCriteria ?? [],
      filter.schemaVersion ?? null,
      limit,
    ],
  });
  return rows.map(toConnection);
}

/** @param made with its secrets, which are sealed here */
export async function insertConnection(tx: Tx, keys: MasterKeys, made: Connection): Promise<void> {
  const { definition, secrets } = splitSecrets(made.definition);
  try {
    await sql(tx, {
      text: `INSERT INTO connection (id, account_id, name, type, match_criteria, schema_version, definition,
                                     secrets_sealed, created_at, updated_at, updated_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      values: [
        made.id,
        made.accountId,
        made.name,
        definition.ConnectionType,
        definition.MatchCriteria ?? [],
        schemaVersionOf(definition),
        JSON.stringify(definition),
        seal(keys, made.id, secrets),
        made.createdAt,
        made.updatedAt,
        made.updatedBy,
      ],
    });
  } catch (error) {
    // moto's words, which its tests ask for (spec/catalog.md §8).
    throw isUniqueViolation(error) ? alreadyExists(`Connection ${made.name} already exists`) : error;
  }
}

/** @param changed with its secrets, which are sealed here */
export async function replaceConnection(tx: Tx, keys: MasterKeys, changed: Connection): Promise<void> {
  const { definition, secrets } = splitSecrets(changed.definition);
  await sql(tx, {
    text: `UPDATE connection SET type = $2, match_criteria = $3, schema_version = $4, definition = $5,
             secrets_sealed = $6, updated_at = $7, updated_by = $8 WHERE id = $1`,
    values: [
      changed.id,
      definition.ConnectionType,
      definition.MatchCriteria ?? [],
      schemaVersionOf(definition),
      JSON.stringify(definition),
      seal(keys, changed.id, secrets),
      changed.updatedAt,
      changed.updatedBy,
    ],
  });
}

/** @returns the ids of those that were there, by name */
export async function deleteConnectionRows(
  tx: Tx,
  accountId: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ id: string; name: string }>(tx, {
    text: 'DELETE FROM connection WHERE account_id = $1 AND name = ANY($2::text[]) RETURNING id, name',
    values: [accountId, names],
  });
  return new Map(rows.map(({ id, name }) => [name, id]));
}
