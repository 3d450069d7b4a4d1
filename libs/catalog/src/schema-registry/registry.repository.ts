import { alreadyExists, type ArnHome, asId, schemaRegistryArn, type Tx } from '@lakewarden/kernel';
import { isUniqueViolation, sql } from '@lakewarden/storage';

import type { SchemaRegistry } from './schema-registry.ts';

interface RegistryRow {
  readonly id: string;
  readonly account_id: string;
  readonly name: string;
  readonly description: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const COLUMNS = 'id, account_id, name, description, created_at, updated_at';

const toRegistry = (row: RegistryRow, region: string): SchemaRegistry => ({
  id: asId(row.id),
  catalogId: row.account_id,
  name: row.name,
  arn: schemaRegistryArn({ region, accountId: row.account_id }, row.name),
  ...(row.description !== null && { description: row.description }),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** @param lock `held`: nobody else changes it, or makes a schema in it, until the transaction ends */
export async function findRegistry(
  tx: Tx,
  home: ArnHome,
  name: string,
  lock?: 'held',
): Promise<SchemaRegistry | undefined> {
  const rows = await sql<RegistryRow>(tx, {
    text:
      `SELECT ${COLUMNS} FROM schema_registry WHERE account_id = $1 AND name = $2` +
      (lock === undefined ? '' : ' FOR UPDATE'),
    values: [home.accountId, name],
    prepared: true,
  });
  return rows.map((row) => toRegistry(row, home.region))[0];
}

/** By name. @param afterName exclusive */
export async function listRegistryRows(
  tx: Tx,
  home: ArnHome,
  afterName: string,
  limit: number,
): Promise<SchemaRegistry[]> {
  const rows = await sql<RegistryRow>(tx, {
    text: `SELECT ${COLUMNS} FROM schema_registry WHERE account_id = $1 AND name > $2 ORDER BY name LIMIT $3`,
    values: [home.accountId, afterName, limit],
    prepared: true,
  });
  return rows.map((row) => toRegistry(row, home.region));
}

/**
 * Every other maker of a registry waits until the transaction ends. NO KEY: those who merely refer to the account do
 * not.
 */
export async function holdRegistriesOf(tx: Tx, accountId: string): Promise<void> {
  await sql(tx, { text: 'SELECT id FROM account WHERE id = $1 FOR NO KEY UPDATE', values: [accountId] });
}

/** Call it with the account's registries held: a count and a later insert are only safe together. */
export async function countRegistries(tx: Tx, accountId: string): Promise<number> {
  const [row] = await sql<{ count: string }>(tx, {
    text: 'SELECT count(*) AS count FROM schema_registry WHERE account_id = $1',
    values: [accountId],
  });
  return Number(row?.count ?? 0);
}

/** @throws AlreadyExistsException */
export async function insertRegistry(tx: Tx, registry: SchemaRegistry): Promise<void> {
  try {
    await sql(tx, {
      text: `INSERT INTO schema_registry (id, account_id, name, description, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6)`,
      values: [
        registry.id,
        registry.catalogId,
        registry.name,
        registry.description ?? null,
        registry.createdAt,
        registry.updatedAt,
      ],
    });
  } catch (error) {
    throw isUniqueViolation(error)
      ? alreadyExists(`Registry already exists. RegistryName: ${registry.name}`)
      : error;
  }
}

export async function updateRegistryRow(
  tx: Tx,
  id: SchemaRegistry['id'],
  description: string | undefined,
  at: Date,
): Promise<void> {
  await sql(tx, {
    text: 'UPDATE schema_registry SET description = $2, updated_at = $3 WHERE id = $1',
    values: [id, description ?? null, at],
  });
}

/** With its schemas, their versions and metadata, by foreign keys. */
export async function deleteRegistryRow(tx: Tx, id: SchemaRegistry['id']): Promise<void> {
  await sql(tx, { text: 'DELETE FROM schema_registry WHERE id = $1', values: [id] });
}
