import {
  alreadyExists,
  type ArnHome,
  asId,
  registrySchemaArn,
  schemaRegistryArn,
  type Tx,
} from '@lakewarden/kernel';
import { isUniqueViolation, sql } from '@lakewarden/storage';

import type { Compatibility, DataFormat, RegistrySchema, SchemaRegistry } from './schema-registry.ts';

interface SchemaRow {
  readonly id: string;
  readonly registry_id: string;
  readonly account_id: string;
  readonly registry: string;
  readonly name: string;
  readonly description: string | null;
  readonly data_format: DataFormat;
  readonly compatibility: Compatibility;
  readonly checkpoint: number;
  readonly latest_version: number | null;
  readonly next_version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const SELECT = `SELECT s.id, s.registry_id, r.account_id, r.name AS registry, s.name, s.description, s.data_format,
                       s.compatibility, s.checkpoint, s.latest_version, s.next_version, s.created_at, s.updated_at
                FROM registry_schema s JOIN schema_registry r ON r.id = s.registry_id`;

export function toSchema(row: SchemaRow, region: string): RegistrySchema {
  const home: ArnHome = { region, accountId: row.account_id };
  return {
    id: asId(row.id),
    registryId: asId(row.registry_id),
    catalogId: row.account_id,
    registry: row.registry,
    name: row.name,
    arn: registrySchemaArn(home, row.registry, row.name),
    registryArn: schemaRegistryArn(home, row.registry),
    ...(row.description !== null && { description: row.description }),
    dataFormat: row.data_format,
    compatibility: row.compatibility,
    checkpoint: row.checkpoint,
    ...(row.latest_version !== null && { latestVersion: row.latest_version }),
    nextVersion: row.next_version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** @param lock `held`: nobody else changes it, or its versions, until the transaction ends */
export async function findSchema(
  tx: Tx,
  home: ArnHome,
  registry: string,
  name: string,
  lock?: 'held',
): Promise<RegistrySchema | undefined> {
  const rows = await sql<SchemaRow>(tx, {
    text:
      `${SELECT} WHERE r.account_id = $1 AND r.name = $2 AND s.name = $3` +
      (lock === undefined ? '' : ' FOR UPDATE OF s'),
    values: [home.accountId, registry, name],
    prepared: true,
  });
  return rows.map((row) => toSchema(row, home.region))[0];
}

export interface SchemaPosition {
  readonly registry: string;
  readonly name: string;
}

/** By registry, then by name. @param after exclusive; @param registry of this one alone */
export async function listSchemaRows(
  tx: Tx,
  home: ArnHome,
  registry: string | undefined,
  after: SchemaPosition,
  limit: number,
): Promise<RegistrySchema[]> {
  const rows = await sql<SchemaRow>(tx, {
    text: `${SELECT} WHERE r.account_id = $1 AND ($2::text IS NULL OR r.name = $2)
           AND r.name >= $3 AND (r.name, s.name) > ($3, $4) ORDER BY r.name, s.name LIMIT $5`,
    values: [home.accountId, registry ?? null, after.registry, after.name, limit],
  });
  return rows.map((row) => toSchema(row, home.region));
}

/** Call it with the registry held: a count and a later insert are only safe together. */
export async function countSchemas(tx: Tx, registryId: SchemaRegistry['id']): Promise<number> {
  const [row] = await sql<{ count: string }>(tx, {
    text: 'SELECT count(*) AS count FROM registry_schema WHERE registry_id = $1',
    values: [registryId],
  });
  return Number(row?.count ?? 0);
}

/** @throws AlreadyExistsException */
export async function insertSchema(tx: Tx, schema: RegistrySchema): Promise<void> {
  try {
    await sql(tx, {
      text: `INSERT INTO registry_schema (id, registry_id, name, description, data_format, compatibility, checkpoint,
                                          latest_version, next_version, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      values: [
        schema.id,
        schema.registryId,
        schema.name,
        schema.description ?? null,
        schema.dataFormat,
        schema.compatibility,
        schema.checkpoint,
        schema.latestVersion ?? null,
        schema.nextVersion,
        schema.createdAt,
        schema.updatedAt,
      ],
    });
  } catch (error) {
    throw isUniqueViolation(error)
      ? alreadyExists(`Schema already exists. SchemaName: ${schema.name}`)
      : error;
  }
}

export async function updateSchemaRow(tx: Tx, schema: RegistrySchema): Promise<void> {
  await sql(tx, {
    text: `UPDATE registry_schema SET description = $2, compatibility = $3, checkpoint = $4, latest_version = $5,
                                      next_version = $6, updated_at = $7 WHERE id = $1`,
    values: [
      schema.id,
      schema.description ?? null,
      schema.compatibility,
      schema.checkpoint,
      schema.latestVersion ?? null,
      schema.nextVersion,
      schema.updatedAt,
    ],
  });
}

/** With its versions and their metadata, by foreign keys. */
export async function deleteSchemaRow(tx: Tx, id: RegistrySchema['id']): Promise<void> {
  await sql(tx, { text: 'DELETE FROM registry_schema WHERE id = $1', values: [id] });
}

/** For their tags, which hang on no foreign key. */
export async function schemaIdsOf(tx: Tx, registryId: SchemaRegistry['id']): Promise<string[]> {
  const rows = await sql<{ id: string }>(tx, {
    text: 'SELECT id FROM registry_schema WHERE registry_id = $1',
    values: [registryId],
  });
  return rows.map(({ id }) => id);
}
