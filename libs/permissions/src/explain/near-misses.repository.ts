import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { InForce } from '../condition/in-force.ts';
import type { KeptHome } from '../decision/decide.ts';
import { COLUMNS, type GrantRow, toBearing, withFilters } from '../grant/grant.repository.ts';
import type { Grant } from '../grant/grant.ts';
import { databasePolicies, NO_POLICY, type PolicyColumns, tablePolicies } from '../tag/policy.repository.ts';

/** Nobody reads more of them. */
const MOST = 50;

/** There, and not in force (condition/in-force-sql.ts): by $4 and $5. */
const dormant = (of: string): string =>
  `(${of}condition <> '' AND ${of}condition <> ALL ($4) OR ${of}valid_from > $5 OR ${of}valid_until <= $5)`;

/** Plan: the partial index of bounded grants; mostly empty. */
const named = (on: string): string => `
  SELECT ${COLUMNS}, ${NO_POLICY} FROM lf_grant
  WHERE catalog_id = $3 AND (condition <> '' OR valid_from IS NOT NULL OR valid_until IS NOT NULL)
  AND principal = ANY ($2) AND ${dormant('')} AND ${on}`;

/** $1 and $6 are ids of the thing. */
const BEARING = {
  CATALOG: named("resource_type = 'CATALOG' AND $1::uuid IS NULL AND $6::uuid IS NULL"),
  DATABASE: `${named('database_id = $1 AND $6::uuid IS NULL')}
    UNION ALL ${databasePolicies(COLUMNS, '$3', '$2', dormant('g.'))}`,
  TABLE: `${named("(table_id = ANY ($1::uuid[]) OR resource_type = 'TABLE_WILDCARD' AND database_id = $6)")}
    UNION ALL ${tablePolicies(COLUMNS, '$3', '$2', dormant('g.'))}`,
} as const;

function idsOf(on: KeptHome): readonly [unknown, string | null] {
  switch (on.type) {
    case 'CATALOG':
      return [null, null];
    case 'DATABASE':
      return [on.databaseId, null];
    case 'TABLE':
      return [[on.tableId], on.databaseId];
  }
}

/**
 * What is held under those names on the thing, or on what carries its LF-tags, and does not count now, for its time or
 * its condition, newest first. What has expired stays until it is granted anew or its thing goes.
 */
export async function listDormantGrants(
  tx: Tx,
  on: KeptHome,
  principals: readonly string[],
  { conditions, now }: InForce,
): Promise<Grant[]> {
  const [first, second] = idsOf(on);
  const rows = await sql<GrantRow & PolicyColumns>(tx, {
    text: `SELECT * FROM (${BEARING[on.type]}) AS dormant ORDER BY id DESC LIMIT ${String(MOST)}`,
    values: [first, principals, on.catalogId, conditions, now, second],
  });
  return withFilters(tx, rows.map(toBearing));
}
