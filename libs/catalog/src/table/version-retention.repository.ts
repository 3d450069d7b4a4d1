import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

/**
 * Deletes, of the next tables, archived versions beyond the newest ones.
 * @param archived how many of them stay
 * @returns how many went, and the last table looked at
 */
export async function trimVersions(
  tx: Tx,
  afterTable: string,
  archived: number,
  { tables, rows }: { readonly tables: number; readonly rows: number },
): Promise<{ readonly trimmed: number; readonly last?: string }> {
  // Plan: the versions' primary key, backwards and past those that stay, a table at a time.
  const [row] = await sql<{ trimmed: number; last: string | null }>(tx, {
    text: `WITH tables AS (SELECT id FROM glue_table WHERE id > $1 ORDER BY id LIMIT $3),
           excess AS (
             SELECT old.table_id, old.version_id FROM tables CROSS JOIN LATERAL (
               SELECT v.table_id, v.version_id FROM glue_table_version v
               WHERE v.table_id = tables.id ORDER BY v.version_id DESC OFFSET $2) old
             LIMIT $4),
           gone AS (
             DELETE FROM glue_table_version v USING excess
             WHERE v.table_id = excess.table_id AND v.version_id = excess.version_id RETURNING 1)
           SELECT (SELECT count(*) FROM gone)::int AS trimmed,
                  (SELECT id FROM tables ORDER BY id DESC LIMIT 1) AS last`,
    values: [afterTable, archived, tables, rows],
  });
  return { trimmed: row?.trimmed ?? 0, ...(row?.last != null && { last: row.last }) };
}
