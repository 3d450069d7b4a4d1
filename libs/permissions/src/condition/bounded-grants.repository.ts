import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

/**
 * What bounds some grant or opt-in of the catalog: each condition, and each instant at which one begins or ends; and
 * whether a location of it is hybrid, without which opt-ins are not asked for.
 */
export async function listBounds(
  tx: Tx,
  catalogId: string,
): Promise<{
  readonly conditions: readonly string[];
  readonly instants: readonly Date[];
  readonly hasHybrid: boolean;
}> {
  const rows = await sql<{ condition: string | null; at: Date | null; hybrid: boolean }>(tx, {
    // Plan: the partial indexes of bounded grants and opt-ins, mostly empty, and the account's few locations.
    text: `WITH bounded AS MATERIALIZED (
             SELECT condition, valid_from, valid_until FROM lf_grant WHERE catalog_id = $1
             AND (condition <> '' OR valid_from IS NOT NULL OR valid_until IS NOT NULL))
           SELECT DISTINCT condition, NULL::timestamptz AS at, false AS hybrid FROM bounded WHERE condition <> ''
           UNION SELECT condition, NULL, false FROM lf_opt_in WHERE catalog_id = $1 AND condition <> ''
           UNION SELECT NULL, valid_from, false FROM bounded WHERE valid_from IS NOT NULL
           UNION SELECT NULL, valid_until, false FROM bounded WHERE valid_until IS NOT NULL
           UNION SELECT NULL, NULL, true FROM lf_data_location WHERE catalog_id = $1 AND hybrid_access_enabled`,
    values: [catalogId],
    prepared: true,
  });
  return {
    conditions: rows.flatMap(({ condition }) => condition ?? []).sort(),
    instants: rows.flatMap(({ at }) => at ?? []).sort((a, b) => a.getTime() - b.getTime()),
    hasHybrid: rows.some(({ hybrid }) => hybrid),
  };
}
