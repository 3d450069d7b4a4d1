import {
  type ColumnScope,
  type GovernedResource,
  notFound,
  type ReadScope,
  type WriteScope,
} from '@lakewarden/kernel';

import { inForce } from '../condition/in-force.ts';
import { callerSet } from '../decision/caller-set.ts';
import type { ResolvedResource } from '../grant/resolved-resource.ts';
import { settingsOf } from '../settings/put-data-lake-settings.ts';
import { describeExpression, type TagExpression } from './expression.ts';
import { checkedExpression, checkedExpressionName, EVERY_VALUE, foldTag } from './lf-tag.ts';
import { findLFTags, lockLFTags } from './lf-tag.repository.ts';
import {
  findExpression,
  keepUnnamedExpression,
  toExpression,
  unnamedExpressionId,
} from './tag-expression.repository.ts';
import { listPolicies } from './tag-grant.repository.ts';
import type { TagGrantResource } from './tag-grant.ts';

const ALL_COLUMNS: ColumnScope = { kind: 'all' };

type TagPolicy = Extract<TagGrantResource, { readonly kind: 'LFTagPolicy' }>;
type LFTagGrant = Extract<TagGrantResource, { readonly kind: 'LFTag' }>;
type Pair = readonly [key: string, value: string];

/** In the asker's own words. */
export function describeTagGrant(resource: TagGrantResource): string {
  switch (resource.kind) {
    case 'LFTag':
      return `LF-tag ${foldTag(resource.key)}=${resource.values.map(foldTag).join('|')}`;
    case 'LFTagExpression':
      return `LF-tag expression ${resource.name}`;
    case 'LFTagPolicy': {
      const { expression } = resource;
      const said =
        'name' in expression ? `by the expression ${expression.name}` : describeExpression(expression);
      return `${resource.of === 'TABLE' ? 'tables' : 'databases'} tagged ${said}`;
    }
  }
}

export const pairsOf = (expression: TagExpression): Pair[] =>
  expression.flatMap(({ key, values }) => values.map((value): Pair => [key, value]));

/** Pairs that are there, each with its tag's id. @throws EntityNotFoundException */
export async function requirePairs(
  scope: ReadScope,
  catalogId: string,
  expression: TagExpression,
): Promise<{ readonly tagId: string; readonly key: string; readonly value: string }[]> {
  const tags = await findLFTags(
    scope.tx,
    catalogId,
    expression.map(({ key }) => key),
  );
  return pairsOf(expression).map(([key, value]) => {
    const tag = tags.find((each) => each.key === key);
    if (tag === undefined) throw notFound(`LF-tag ${key} not found.`);
    if (value !== EVERY_VALUE && !tag.values.includes(value)) {
      throw notFound(`LF-tag ${key} has no value ${value}.`);
    }
    return { tagId: tag.id, key, value };
  });
}

/** Those of the pairs that the caller may not DESCRIBE. */
async function hiddenPairs(
  scope: ReadScope,
  catalogId: string,
  pairs: Awaited<ReturnType<typeof requirePairs>>,
): Promise<Pair[]> {
  const hidden: Pair[] = [];
  for (const pair of pairs) {
    const resource = { type: 'LF_TAG', catalogId, ...pair } as const;
    const { allowed } = await scope.permissions.decide(scope, { permission: 'DESCRIBE', resource });
    if (!allowed) hidden.push([pair.key, pair.value]);
  }
  return hidden;
}

/**
 * The expression's pairs are there, and the caller may know: he may DESCRIBE them, or is told of them by a policy that
 * he passes on. A pair that he may not know of is one that is not there.
 * @throws EntityNotFoundException
 */
async function requireKnownPairs(scope: ReadScope, { catalogId, of }: TagPolicy, expression: TagExpression) {
  const pairs = await requirePairs(scope, catalogId, expression);
  const hidden = await hiddenPairs(scope, catalogId, pairs);
  if (hidden.length === 0) return;
  const own = await settingsOf(scope, scope.caller.accountId);
  const force = await inForce(scope, catalogId);
  const held = await listPolicies(scope.tx, catalogId, of, callerSet(scope.caller, catalogId, own), force);
  const told = held.flatMap(({ terms }) => pairsOf(toExpression(terms)));
  for (const [key, value] of hidden) {
    if (!told.some((pair) => pair[0] === key && pair[1] === value)) {
      throw notFound(`LF-tag ${key} has no value ${value}.`);
    }
  }
}

const resolved = (
  catalogId: string,
  on: readonly [GovernedResource, ...GovernedResource[]],
  rows: ResolvedResource['rows'],
): ResolvedResource => {
  const [first, ...further] = on;
  return { catalogId, on: first, alsoOn: further, rows, columns: ALL_COLUMNS, subjectId: catalogId };
};

/** @throws InvalidInputException, EntityNotFoundException */
export async function resolveTagGrant(
  scope: ReadScope,
  resource: TagGrantResource,
): Promise<ResolvedResource> {
  const { catalogId } = resource;
  switch (resource.kind) {
    case 'LFTag':
      return resolveTag(scope, resource);
    case 'LFTagExpression': {
      const saved = await findExpression(scope.tx, catalogId, checkedExpressionName(resource.name));
      if (saved === undefined) throw notFound(`LF-tag expression ${resource.name} not found.`);
      const { id, name } = saved;
      const on = { type: 'LF_TAG_EXPRESSION', catalogId, expressionId: id, name } as const;
      return resolved(catalogId, [on], [{ type: 'LF_TAG_EXPRESSION', columns: [id] }]);
    }
    case 'LFTagPolicy':
      return resolvePolicy(scope, resource);
  }
}

async function resolveTag(
  scope: ReadScope,
  { catalogId, key, values }: LFTagGrant,
): Promise<ResolvedResource> {
  const folded = [...new Set(values.map(foldTag))];
  // All of them is one thing to hold, which no list of values comes up to.
  const asked = folded.includes(EVERY_VALUE) ? [EVERY_VALUE] : folded;
  const pairs = await requirePairs(scope, catalogId, [{ key: foldTag(key), values: asked }]);
  const [first, ...further] = pairs.map((pair) => ({ type: 'LF_TAG', catalogId, ...pair }) as const);
  if (first === undefined) throw notFound(`LF-tag ${foldTag(key)} not found.`);
  return resolved(
    catalogId,
    [first, ...further],
    pairs.map(({ tagId, value }) => ({ type: 'LF_TAG', columns: [tagId, value] })),
  );
}

async function resolvePolicy(scope: ReadScope, policy: TagPolicy): Promise<ResolvedResource> {
  const { catalogId, of } = policy;
  const type = `LF_TAG_POLICY_${of}` as const;
  const onto = (expressionId: string, expression: TagExpression, isSaved: boolean): ResolvedResource =>
    resolved(
      catalogId,
      [{ type: 'LF_TAG_POLICY', catalogId, of, expressionId, expression, isSaved }],
      [{ type, columns: [expressionId] }],
    );
  if ('name' in policy.expression) {
    const saved = await findExpression(scope.tx, catalogId, checkedExpressionName(policy.expression.name));
    if (saved === undefined) throw notFound(`LF-tag expression ${policy.expression.name} not found.`);
    return onto(saved.id, saved.expression, true);
  }
  const expression = checkedExpression(policy.expression);
  await requireKnownPairs(scope, policy, expression);
  return onto(unnamedExpressionId(catalogId, expression), expression, false);
}

/** Before a grant on tags is looked at: they stay as they are until it is made. */
export async function holdTagsOf(
  scope: WriteScope,
  { kind, ...resource }: { readonly kind: string },
): Promise<void> {
  if ('catalogId' in resource && typeof resource.catalogId === 'string' && kind.startsWith('LFTag')) {
    await lockLFTags(scope.tx, resource.catalogId, 'exclusive');
  }
}

/** What a policy without a saved expression refers to. */
export async function keepExpressionOf(
  scope: WriteScope,
  resource: { readonly kind: string } | TagPolicy,
): Promise<void> {
  if (!('of' in resource) || 'name' in resource.expression) return;
  await keepUnnamedExpression(scope.tx, resource.catalogId, checkedExpression(resource.expression));
}
