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
