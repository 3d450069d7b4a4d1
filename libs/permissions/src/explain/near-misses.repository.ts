import type { GovernedResource, Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { InForce } from '../condition/in-force.ts';
import { COLUMNS, type GrantRow, toBearing, withFilters } from '../grant/grant.repository.ts';
import type { Grant } from '../grant/grant.ts';
import { EVERY_VALUE } from '../tag/lf-tag.ts';
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

/** Where to look, by what names the thing: $1, and $6 where that takes two. */
interface Bearing {
  readonly text: string;
  readonly first: unknown;
  readonly further?: readonly [string];
}

/** Of a table, and of all tables of a database, which have an id that no table has (EVERY_TABLE). */
const onTable = ({ tableId, databaseId }: { tableId: string; databaseId: string }): Bearing => ({
  text: `${named("(table_id = ANY ($1::uuid[]) OR resource_type = 'TABLE_WILDCARD' AND database_id = $6::uuid)")}
    UNION ALL ${tablePolicies(COLUMNS, '$3', '$2', dormant('g.'))}`,
  first: [tableId],
  further: [databaseId],
});

function bearingOn(on: GovernedResource): Bearing | undefined {
  switch (on.type) {
    case 'CATALOG':
      return { text: named("resource_type = 'CATALOG' AND $1::uuid IS NULL"), first: null };
    case 'DATABASE':
      return {
        text: `${named('database_id = $1')}
          UNION ALL ${databasePolicies(COLUMNS, '$3', '$2', dormant('g.'))}`,
        first: on.databaseId,
      };
    case 'TABLE':
    case 'FILTER':
      return onTable(on);
    case 'DATA_LOCATION':
      return {
        // As far as text tells; whether the place lies in it is for the model to say.
        text: named("resource_type = 'DATA_LOCATION' AND starts_with($1, columns[1])"),
        first: on.location,
      };
    case 'LF_TAG':
      return {
        text: named(`tag_id = $1 AND columns[2] IN ('${EVERY_VALUE}', $6)`),
        first: on.tagId,
        further: [on.value],
      };
    case 'LF_TAG_EXPRESSION':
      return {
        text: named("tag_expression_id = $1 AND resource_type = 'LF_TAG_EXPRESSION'"),
        first: on.expressionId,
      };
    case 'LF_TAG_POLICY':
      return undefined; // asked about by who passes it on alone
  }
}

/**
 * What is held under those names on the thing, or on what carries its LF-tags, and does not count now, for its time or
 * its condition, newest first. What has expired stays until it is granted anew or its thing goes.
 */
export async function listDormantGrants(
  tx: Tx,
  on: GovernedResource,
  principals: readonly string[],
  { conditions, now }: InForce,
): Promise<Grant[]> {
  const bearing = bearingOn(on);
  if (bearing === undefined) return [];
  const rows = await sql<GrantRow & PolicyColumns>(tx, {
    text: `SELECT * FROM (${bearing.text}) AS dormant ORDER BY id DESC LIMIT ${String(MOST)}`,
    values: [bearing.first, principals, on.catalogId, conditions, now, ...(bearing.further ?? [])],
  });
  return withFilters(tx, rows.map(toBearing));
}
