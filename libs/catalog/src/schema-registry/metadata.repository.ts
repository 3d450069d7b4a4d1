import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { SchemaVersion } from './schema-registry.ts';

export interface MetadataPair {
  readonly key: string;
  readonly value: string;
}

export interface Metadata extends MetadataPair {
  readonly createdAt: Date;
}

/** By key, the newest value first. At most ten. */
export async function listMetadata(tx: Tx, versionId: SchemaVersion['id']): Promise<Metadata[]> {
  const rows = await sql<{ key: string; value: string; created_at: Date }>(tx, {
    text: `SELECT key, value, created_at FROM registry_schema_version_metadata WHERE version_id = $1
           ORDER BY key, created_at DESC, value`,
    values: [versionId],
  });
  return rows.map(({ key, value, created_at: createdAt }) => ({ key, value, createdAt }));
}

export async function insertMetadata(
  tx: Tx,
  versionId: SchemaVersion['id'],
  { key, value, createdAt }: Metadata,
): Promise<void> {
  await sql(tx, {
    text: `INSERT INTO registry_schema_version_metadata (version_id, key, value, created_at) VALUES ($1, $2, $3, $4)`,
    values: [versionId, key, value, createdAt],
  });
}

/** @returns whether it was there */
export async function deleteMetadata(
  tx: Tx,
  versionId: SchemaVersion['id'],
  { key, value }: MetadataPair,
): Promise<boolean> {
  const rows = await sql(tx, {
    text: `DELETE FROM registry_schema_version_metadata WHERE version_id = $1 AND key = $2 AND value = $3
           RETURNING key`,
    values: [versionId, key, value],
  });
  return rows.length > 0;
}
