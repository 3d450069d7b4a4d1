import { asId, type Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type {
  RegistrySchema,
  SchemaVersion,
  SchemaVersionStatus,
  SchemaVersionWithDefinition,
} from './schema-registry.ts';

interface VersionRow {
  readonly id: string;
  readonly number: number;
  readonly status: SchemaVersionStatus;
  readonly created_at: Date;
}

interface WholeRow extends VersionRow {
  readonly definition: string;
}

const COLUMNS = 'id, number, status, created_at';

const toVersion = (row: VersionRow): SchemaVersion => ({
  id: asId(row.id),
  number: row.number,
  status: row.status,
  createdAt: row.created_at,
});

const toWhole = (row: WholeRow): SchemaVersionWithDefinition => ({
  ...toVersion(row),
  definition: row.definition,
});

export async function findVersion(
  tx: Tx,
  schemaId: RegistrySchema['id'],
  number: number,
): Promise<SchemaVersionWithDefinition | undefined> {
  const rows = await sql<WholeRow>(tx, {
    text: `SELECT ${COLUMNS}, definition FROM registry_schema_version WHERE schema_id = $1 AND number = $2`,
    values: [schemaId, number],
    prepared: true,
  });
  return rows.map(toWhole)[0];
}

/** The first with this canonical form; of those that fit, when there is one. */
export async function findVersionByHash(
  tx: Tx,
  schemaId: RegistrySchema['id'],
  hash: Buffer,
): Promise<SchemaVersion | undefined> {
  const rows = await sql<VersionRow>(tx, {
    text: `SELECT ${COLUMNS} FROM registry_schema_version WHERE schema_id = $1 AND hash = $2
           ORDER BY status = 'AVAILABLE' DESC, number DESC LIMIT 1`,
    values: [schemaId, hash],
  });
  return rows.map(toVersion)[0];
}

/** By number. @param afterNumber exclusive */
export async function listVersionRows(
  tx: Tx,
  schemaId: RegistrySchema['id'],
  afterNumber: number,
  limit: number,
): Promise<SchemaVersion[]> {
  const rows = await sql<VersionRow>(tx, {
    text: `SELECT ${COLUMNS} FROM registry_schema_version WHERE schema_id = $1 AND number > $2 ORDER BY number LIMIT $3`,
    values: [schemaId, afterNumber, limit],
    prepared: true,
  });
  return rows.map(toVersion);
}

/** Those that fit, the newest first, until their definitions are together longer than `maxChars`. */
export async function listAvailable(
  tx: Tx,
  schemaId: RegistrySchema['id'],
  fromNumber: number,
  limit: number,
  maxChars: number,
): Promise<SchemaVersionWithDefinition[]> {
  const rows = await sql<WholeRow>(tx, {
    text: `SELECT ${COLUMNS}, definition FROM (
             SELECT *, sum(length(definition)) OVER (ORDER BY number DESC) AS chars FROM registry_schema_version
             WHERE schema_id = $1 AND status = 'AVAILABLE' AND number >= $2 ORDER BY number DESC LIMIT $3) v
           WHERE chars - length(definition) <= $4 ORDER BY number DESC`,
    values: [schemaId, fromNumber, limit, maxChars],
  });
  return rows.map(toWhole);
}

/** The nearest that fit, outside a range of numbers. */
export async function availableAround(
  tx: Tx,
  schemaId: RegistrySchema['id'],
  first: number,
  last: number,
): Promise<{
  readonly before?: SchemaVersionWithDefinition | undefined;
  readonly after?: SchemaVersionWithDefinition | undefined;
}> {
  const near = async (condition: string, number: number) => {
    const rows = await sql<WholeRow>(tx, {
      text: `SELECT ${COLUMNS}, definition FROM registry_schema_version
             WHERE schema_id = $1 AND status = 'AVAILABLE' AND ${condition} LIMIT 1`,
      values: [schemaId, number],
    });
    return rows.map(toWhole)[0];
  };
  return {
    before: await near('number < $2 ORDER BY number DESC', first),
    after: await near('number > $2 ORDER BY number', last),
  };
}

export async function countVersions(tx: Tx, schemaId: RegistrySchema['id']): Promise<number> {
  const [row] = await sql<{ count: string }>(tx, {
    text: 'SELECT count(*) AS count FROM registry_schema_version WHERE schema_id = $1',
    values: [schemaId],
  });
  return Number(row?.count ?? 0);
}

export async function insertVersion(
  tx: Tx,
  schemaId: RegistrySchema['id'],
  version: SchemaVersionWithDefinition,
  hash: Buffer,
): Promise<void> {
  await sql(tx, {
    text: `INSERT INTO registry_schema_version (id, schema_id, number, status, definition, hash, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    values: [
      version.id,
      schemaId,
      version.number,
      version.status,
      version.definition,
      hash,
      version.createdAt,
    ],
  });
}

/** @returns the numbers that were there */
export async function deleteVersionRows(
  tx: Tx,
  schemaId: RegistrySchema['id'],
  first: number,
  last: number,
): Promise<number[]> {
  const rows = await sql<{ number: number }>(tx, {
    text: 'DELETE FROM registry_schema_version WHERE schema_id = $1 AND number BETWEEN $2 AND $3 RETURNING number',
    values: [schemaId, first, last],
  });
  return rows.map(({ number }) => number);
}

/** Where a version id is, in one account: version ids of others are not there. */
export async function findHomeOfVersion(
  tx: Tx,
  accountId: string,
  versionId: string,
): Promise<{ readonly registry: string; readonly name: string; readonly number: number } | undefined> {
  const rows = await sql<{ registry: string; name: string; number: number }>(tx, {
    text: `SELECT r.name AS registry, s.name, v.number FROM registry_schema_version v
           JOIN registry_schema s ON s.id = v.schema_id JOIN schema_registry r ON r.id = s.registry_id
           WHERE v.id = $1 AND r.account_id = $2`,
    values: [versionId, accountId],
    prepared: true,
  });
  return rows[0];
}
