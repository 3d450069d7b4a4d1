import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

/** What bounds some grant of the catalog: each condition, and each instant at which one begins or ends. */
export async function listBounds(
  tx: Tx,
  catalogId: string,
): Promise<{ readonly conditions: readonly string[]; readonly instants: readonly Date[] }> {
  const rows = await sql<{ condition: string | null; at: Date | null }>(tx, {
    // Plan: the partial index of bounded grants; mostly empty.
    text: `WITH bounded AS MATERIALIZED (
             SELECT condition, valid_from, valid_until FROM lf_grant WHERE catalog_id = $1
             AND (condition <> '' OR valid_from IS NOT NULL OR valid_until IS NOT NULL))
           SELECT DISTINCT condition, NULL::timestamptz AS at FROM bounded WHERE condition <> ''
           UNION SELECT NULL, valid_from FROM bounded WHERE valid_from IS NOT NULL
           UNION SELECT NULL, valid_until FROM bounded WHERE valid_until IS NOT NULL`,
    values: [catalogId],
    prepared: true,
  });
  return {
    conditions: rows.flatMap(({ condition }) => condition ?? []).sort(),
    instants: rows.flatMap(({ at }) => at ?? []).sort((a, b) => a.getTime() - b.getTime()),
  };
}
