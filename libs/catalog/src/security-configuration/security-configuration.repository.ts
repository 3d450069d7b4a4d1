import { alreadyExists, asId, type Tx } from '@lakewarden/kernel';
import { isUniqueViolation, sql } from '@lakewarden/storage';

import type { EncryptionConfiguration, SecurityConfiguration } from './security-configuration.ts';

interface Row {
  readonly id: string;
  readonly account_id: string;
  readonly name: string;
  readonly configuration: EncryptionConfiguration;
  readonly created_at: Date;
}

const toSecurityConfiguration = (row: Row): SecurityConfiguration => ({
  id: asId(row.id),
  accountId: row.account_id,
  name: row.name,
  configuration: row.configuration,
  createdAt: row.created_at,
});

export async function findSecurityConfiguration(
  tx: Tx,
  accountId: string,
  name: string,
): Promise<SecurityConfiguration | undefined> {
  const rows = await sql<Row>(tx, {
    text: 'SELECT * FROM security_configuration WHERE account_id = $1 AND name = $2',
    values: [accountId, name],
  });
  return rows.map(toSecurityConfiguration)[0];
}

/** By name. @param afterName exclusive */
export async function listSecurityConfigurationRows(
  tx: Tx,
  accountId: string,
  afterName: string,
  limit: number,
): Promise<SecurityConfiguration[]> {
  // Plan: a range of the unique (account_id, name).
  const rows = await sql<Row>(tx, {
    text: 'SELECT * FROM security_configuration WHERE account_id = $1 AND name > $2 ORDER BY name LIMIT $3',
    values: [accountId, afterName, limit],
  });
  return rows.map(toSecurityConfiguration);
}

export async function insertSecurityConfiguration(tx: Tx, made: SecurityConfiguration): Promise<void> {
  try {
    await sql(tx, {
      text: `INSERT INTO security_configuration (id, account_id, name, configuration, created_at)
             VALUES ($1, $2, $3, $4, $5)`,
      values: [made.id, made.accountId, made.name, JSON.stringify(made.configuration), made.createdAt],
    });
  } catch (error) {
    // moto's words, which its tests ask for (spec/catalog.md §12).
    throw isUniqueViolation(error)
      ? alreadyExists(`SecurityConfiguration ${made.name} already exists`)
      : error;
  }
}

/** @returns what was there */
export async function deleteSecurityConfigurationRow(
  tx: Tx,
  accountId: string,
  name: string,
): Promise<SecurityConfiguration | undefined> {
  const rows = await sql<Row>(tx, {
    text: 'DELETE FROM security_configuration WHERE account_id = $1 AND name = $2 RETURNING *',
    values: [accountId, name],
  });
  return rows.map(toSecurityConfiguration)[0];
}
