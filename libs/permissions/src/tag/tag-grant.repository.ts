import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { InForce } from '../condition/in-force.ts';
import { isInForce } from '../condition/in-force-sql.ts';
import type { Grant } from '../grant/grant.ts';
import { COLUMNS, type GrantRow, toGrant } from '../grant/grant.repository.ts';
import { heldPolicies } from './policy.repository.ts';
import { termsOf, type TermRows } from './tag-expression.repository.ts';

/** On a tag, or on a saved expression itself, to anyone of the set, and in force. */
export async function listTagGrants(
  tx: Tx,
  thing: { readonly tagId: string } | { readonly expressionId: string },
  principals: readonly string[],
  force: InForce,
): Promise<Grant[]> {
  const rows = await sql<GrantRow>(tx, {
    text:
      'tagId' in thing
        ? `SELECT ${COLUMNS} FROM lf_grant WHERE tag_id = $1 AND principal = ANY ($2) AND ${isInForce(3, 4)}`
        : `SELECT ${COLUMNS} FROM lf_grant
           WHERE tag_expression_id = $1 AND principal = ANY ($2) AND resource_type = 'LF_TAG_EXPRESSION'
           AND ${isInForce(3, 4)}`,
    values: ['tagId' in thing ? thing.tagId : thing.expressionId, principals, force.conditions, force.now],
    prepared: true,
  });
  return rows.map(toGrant);
}

/** On these tags, to anyone of the set, in force or not. */
export async function listGrantsOnTags(
  tx: Tx,
  tagIds: readonly string[],
  principals: readonly string[],
): Promise<Grant[]> {
  const rows = await sql<GrantRow>(tx, {
    text: `SELECT ${COLUMNS} FROM lf_grant WHERE tag_id = ANY ($1::uuid[]) AND principal = ANY ($2)`,
    values: [tagIds, principals],
    prepared: true,
  });
  return rows.map(toGrant);
}

/** The policies that the set holds and may pass on, with what they were written with. */
export async function listPolicies(
  tx: Tx,
  catalogId: string,
  of: 'DATABASE' | 'TABLE',
  principals: readonly string[],
  force: InForce,
): Promise<(Grant & { readonly terms: TermRows })[]> {
  const rows = await sql<GrantRow & { readonly terms: TermRows }>(tx, {
    text: `SELECT ${COLUMNS}, ${termsOf('h.tag_expression_id')} AS terms
           FROM (${heldPolicies('$1', '$2', of, isInForce(3, 4, 'g.'))}) AS h WHERE h.grant_option`,
    values: [catalogId, principals, force.conditions, force.now],
  });
  return rows.map((row) => ({ ...toGrant(row), terms: row.terms }));
}
