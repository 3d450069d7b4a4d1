import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

/** Where these databases and tables say that their data lies; those that say nothing are left out. By id. */
export async function locationsOf(
  tx: Tx,
  databaseIds: readonly string[],
  tableIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ readonly id: string; readonly location: string }>(tx, {
    // Plan: by primary key.
    text: `SELECT * FROM (
             SELECT id, definition ->> 'LocationUri' AS location FROM glue_database WHERE id = ANY ($1::uuid[])
             UNION ALL
             SELECT id, definition -> 'StorageDescriptor' ->> 'Location' FROM glue_table WHERE id = ANY ($2::uuid[])
           ) AS located WHERE location IS NOT NULL`,
    values: [databaseIds, tableIds],
    prepared: true,
  });
  return new Map(rows.map(({ id, location }) => [id, location]));
}

export interface LocatedTable {
  readonly name: string;
  readonly location: string;
}

/**
 * Tables of a database whose location holds a text, whatever its case. By name.
 * @param afterName exclusive
 */
export async function listLocatedTables(
  tx: Tx,
  databaseId: string,
  text: string,
  afterName: string,
  limit: number,
): Promise<LocatedTable[]> {
  return sql(tx, {
    // Plan: the index (database_id, name), from the name on; it ends with the last row of the page. No index holds
    // locations: each table on the way is read.
    text: `SELECT name, location FROM (
             SELECT name, definition -> 'StorageDescriptor' ->> 'Location' AS location FROM glue_table
             WHERE database_id = $1 AND name > $3
           ) AS located WHERE position(lower($2 COLLATE "C") IN lower(location COLLATE "C")) > 0 ORDER BY name LIMIT $4`,
    values: [databaseId, text, afterName, limit],
    prepared: true,
  });
}
