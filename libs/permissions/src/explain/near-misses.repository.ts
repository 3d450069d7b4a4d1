import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { InForce } from '../condition/in-force.ts';
import type { KeptHome } from '../decision/decide.ts';
import { COLUMNS, type GrantRow, toGrant, withFilters } from '../grant/grant.repository.ts';
import type { Grant } from '../grant/grant.ts';

/** Nobody reads more of them. */
const MOST = 50;

/** Which rows can bear on the thing; how, the model says. */
const ON = {
  CATALOG: "resource_type = 'CATALOG' AND $3::uuid IS NULL AND $4::uuid IS NULL",
  DATABASE: 'database_id = $3::uuid AND $4::uuid IS NULL',
  TABLE: "(table_id = $4::uuid OR resource_type = 'TABLE_WILDCARD' AND database_id = $3::uuid)",
} as const;

/**
 * What is held under those names on the thing and does not count now, for its time or its condition, newest first: what
 * has expired stays until it is granted anew or its thing goes.
 */
export async function listDormantGrants(
  tx: Tx,
  on: KeptHome,
  principals: readonly string[],
  { conditions, now }: InForce,
): Promise<Grant[]> {
  const rows = await sql<GrantRow>(tx, {
    // Plan: the partial index of bounded grants; mostly empty.
    text: `SELECT ${COLUMNS} FROM lf_grant
           WHERE catalog_id = $1 AND (condition <> '' OR valid_from IS NOT NULL OR valid_until IS NOT NULL)
           AND principal = ANY ($2) AND ${ON[on.type]}
           AND (condition <> '' AND condition <> ALL ($5) OR valid_from > $6 OR valid_until <= $6)
           ORDER BY id DESC LIMIT ${String(MOST)}`,
    values: [
      on.catalogId,
      principals,
      on.type === 'CATALOG' ? null : on.databaseId,
      on.type === 'TABLE' ? on.tableId : null,
      conditions,
      now,
    ],
  });
  return withFilters(tx, rows.map(toGrant));
}
