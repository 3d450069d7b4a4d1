import { asId, type Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { ListedOptIn, OptIn, OptInTarget, OptInType } from './opt-in.ts';

/** Opting in again says the same anew. */
export async function saveOptIn(tx: Tx, optIn: OptIn): Promise<void> {
  await sql(tx, {
    text: `INSERT INTO lf_opt_in (id, catalog_id, resource_type, database_id, table_id, principal, condition, updated_by,
                                  updated_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT (principal, catalog_id, resource_type, database_id, table_id, condition)
           DO UPDATE SET updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
    values: [
      optIn.id,
      optIn.catalogId,
      optIn.type,
      optIn.databaseId ?? null,
      optIn.tableId ?? null,
      optIn.principal,
      optIn.condition ?? '',
      optIn.updatedBy,
      optIn.updatedAt,
    ],
  });
}

/** @returns whether it was there */
export async function removeOptIn(
  tx: Tx,
  { catalogId, type, databaseId, tableId }: OptInTarget,
  principal: string,
  condition: string | undefined,
): Promise<boolean> {
  const rows = await sql(tx, {
    text: `DELETE FROM lf_opt_in WHERE principal = $1 AND catalog_id = $2 AND resource_type = $3
           AND database_id IS NOT DISTINCT FROM $4::uuid AND table_id IS NOT DISTINCT FROM $5::uuid AND condition = $6
           RETURNING id`,
    values: [principal, catalogId, type, databaseId ?? null, tableId ?? null, condition ?? ''],
  });
  return rows.length > 0;
}

/** All of a principal's. @returns what they were on, each once */
export const removeOptInsOf = (
  tx: Tx,
  principal: string,
): Promise<{ readonly catalogId: string; readonly subjectId: string }[]> =>
  sql(tx, {
    text: `WITH gone AS (DELETE FROM lf_opt_in WHERE principal = $1 RETURNING catalog_id, database_id, table_id)
           SELECT DISTINCT catalog_id AS "catalogId",
                  coalesce(table_id::text, database_id::text, catalog_id) AS "subjectId" FROM gone`,
    values: [principal],
  });

interface Row {
  readonly id: string;
  readonly catalog_id: string;
  readonly resource_type: OptInType;
  readonly database_id: string | null;
  readonly table_id: string | null;
  readonly principal: string;
  readonly condition: string;
  readonly updated_by: string;
  readonly updated_at: Date;
  readonly database: string | null;
  readonly table_name: string | null;
}

export interface OptInSearch {
  readonly catalogId: string;
  readonly principal: string | undefined;
  readonly on: OptInTarget | undefined;
  /** Exclusive; ids are by time. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** The oldest first. */
export async function findOptIns(tx: Tx, search: OptInSearch): Promise<ListedOptIn[]> {
  const { on } = search;
  const values: unknown[] = [search.catalogId];
  const bind = (value: unknown): string => `$${String(values.push(value))}`;
  const conditions = ['o.catalog_id = $1'];
  if (search.principal !== undefined) conditions.push(`o.principal = ${bind(search.principal)}`);
  if (search.after !== undefined) conditions.push(`o.id > ${bind(search.after)}::uuid`);
  if (on !== undefined) {
    conditions.push(`o.resource_type = ${bind(on.type)}`);
    if (on.databaseId !== undefined) conditions.push(`o.database_id = ${bind(on.databaseId)}::uuid`);
    if (on.tableId !== undefined) conditions.push(`o.table_id = ${bind(on.tableId)}::uuid`);
  }
  const rows = await sql<Row>(tx, {
    text: `SELECT o.*, d.name AS database, t.name AS table_name FROM lf_opt_in o
           LEFT JOIN glue_database d ON d.id = o.database_id LEFT JOIN glue_table t ON t.id = o.table_id
           WHERE ${conditions.join(' AND ')} ORDER BY o.id LIMIT ${bind(search.limit)}`,
    values,
  });
  return rows.map((row) => ({
    id: asId(row.id),
    catalogId: row.catalog_id,
    type: row.resource_type,
    databaseId: row.database_id ?? undefined,
    tableId: row.table_id ?? undefined,
    database: row.database ?? undefined,
    table: row.table_name ?? undefined,
    principal: row.principal,
    condition: row.condition === '' ? undefined : row.condition,
    updatedBy: row.updated_by,
    updatedAt: row.updated_at,
  }));
}
