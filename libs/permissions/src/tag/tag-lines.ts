import type { ReadScope, TagResource } from '@lakewarden/kernel';

import { describeResource, type SliceLine } from '../decision/rule.ts';
import type { InForce } from '../condition/in-force.ts';
import type { Grant } from '../grant/grant.ts';
import { type AssignedTag, describeExpression, effectiveTags, matches, reachOf } from './expression.ts';
import { listPolicies, listTagGrants } from './tag-grant.repository.ts';
import { reachesPolicy, type ReachingPolicy, type TagLineType } from './tag-grant.ts';
import { toExpression } from './tag-expression.repository.ts';

const textOf = ({ column, key, value }: AssignedTag): string =>
  column === '' ? `${key}=${value}` : `${column}: ${key}=${value}`;

/** Those of the resource's tags that make the policy reach it. */
function matching({ expression, assigned }: ReachingPolicy): string[] {
  const isNamed = ({ key, value }: AssignedTag) =>
    expression.some((each) => each.key === key && each.values.includes(value));
  const isOverridden = ({ level, key }: AssignedTag) =>
    level === 'database' &&
    assigned.some((other) => other.level === 'table' && other.column === '' && other.key === key);
  return assigned.filter((each) => isNamed(each) && !isOverridden(each)).map(textOf);
}

/** @param things the type's plural */
function reasonOf(grant: Grant, policy: ReachingPolicy, things: 'databases' | 'tables'): SliceLine['reason'] {
  const expression = describeExpression(policy.expression);
  return {
    gate: 2,
    kind: 'tag',
    id: grant.id,
    principal: grant.principal,
    resource: `${things} tagged ${expression}`,
    permission: grant.permission,
    grantOption: grant.grantOption,
    grantedBy: grant.grantedBy,
    at: grant.grantedAt,
    condition: grant.condition,
    validFrom: grant.validFrom,
    validUntil: grant.validUntil,
    tags: { expression, matching: matching(policy) },
  };
}

/** What a policy gives on the database or table that it was read for: nothing, where the tags do not match after all. */
export function policyLines(grant: Grant, policy: ReachingPolicy): SliceLine[] {
  const line = (
    type: TagLineType,
    columns: SliceLine['columns'],
    things: 'databases' | 'tables',
  ): SliceLine => ({
    type,
    resource: policy.onId,
    permission: grant.permission,
    grantOption: grant.grantOption,
    columns,
    reason: reasonOf(grant, policy, things),
  });
  if (grant.type === 'LF_TAG_POLICY_DATABASE') {
    const { database } = effectiveTags(policy.assigned);
    return matches(policy.expression, database)
      ? [line('TAGGED_DATABASE', { kind: 'all' }, 'databases')]
      : [];
  }
  const reach = reachOf(policy.expression, policy.assigned);
  if (reach === undefined) return [];
  // Where only columns match, SELECT of them is all that there is to give (spec/permissions.md §7).
  if (!reach.isWhole && grant.permission !== 'SELECT' && grant.permission !== 'ALL') return [];
  return [line(reach.isWhole ? 'TAGGED_TABLE' : 'TAGGED_COLUMNS', reach.columns, 'tables')];
}

/** What the model is told of a grant on a tag, on a saved expression, or of a policy that reaches far enough. */
export const plainLine = (grant: Grant, resource: string, on: TagResource): SliceLine => ({
  type: grant.type,
  resource,
  permission: grant.permission,
  grantOption: grant.grantOption,
  columns: { kind: 'all' },
  reason: {
    gate: 2,
    kind: 'grant',
    id: grant.id,
    principal: grant.principal,
    resource: describeResource(on),
    permission: grant.permission,
    grantOption: grant.grantOption,
    grantedBy: grant.grantedBy,
    at: grant.grantedAt,
    condition: grant.condition,
    validFrom: grant.validFrom,
    validUntil: grant.validUntil,
  },
});

/** What bears on a tag, a saved expression or a policy for one set of principals. */
export async function tagResourceLines(
  scope: ReadScope,
  on: TagResource,
  principals: readonly string[],
  force: InForce,
): Promise<SliceLine[]> {
  if (on.type !== 'LF_TAG_POLICY') {
    const thing = on.type === 'LF_TAG' ? { tagId: on.tagId } : { expressionId: on.expressionId };
    const grants = await listTagGrants(scope.tx, thing, principals, force);
    return grants.map((grant) => plainLine(grant, grant.columns.join(' '), on));
  }
  const policies = await listPolicies(scope.tx, on.catalogId, on.of, principals, force);
  return policies
    .filter(({ columns: [expressionId = ''], terms }) =>
      reachesPolicy({ expressionId, expression: toExpression(terms) }, on),
    )
    .map((grant) => plainLine(grant, on.expressionId, on));
}
