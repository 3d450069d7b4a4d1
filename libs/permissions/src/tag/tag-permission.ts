import { LakewardenError, notFound, type Permission, type ReadScope } from '@lakewarden/kernel';

import type { TagExpression } from './expression.ts';
import { requirePairs } from './granted-tags.ts';
import { EVERY_VALUE, type LFTag, type SavedExpression } from './lf-tag.ts';
import { listGrantsOnTags } from './tag-grant.repository.ts';
import { callerSet } from '../decision/caller-set.ts';
import { settingsOf } from '../settings/put-data-lake-settings.ts';

/** The same words for what is not allowed and for what is not there (spec/permissions.md §9). */
export const insufficient = (permission: Permission, on: string): LakewardenError =>
  new LakewardenError(
    'AccessDeniedException',
    `Insufficient Lake Formation permission(s): Required ${permission} on ${on}`,
  );

/** Whether the caller sees every tag of the catalog: then he may hear that one is not there. */
export async function seesEveryTag(scope: ReadScope, catalogId: string): Promise<boolean> {
  const resource = { type: 'CATALOG', catalogId } as const;
  return (await scope.permissions.decide(scope, { permission: 'DESCRIBE', resource })).allowed;
}

/** @throws AccessDeniedException */
export async function permitOnCatalog(
  scope: ReadScope,
  catalogId: string,
  permission: Permission,
): Promise<void> {
  const resource = { type: 'CATALOG', catalogId } as const;
  const { allowed } = await scope.permissions.decide(scope, { permission, resource });
  if (!allowed) throw insufficient(permission, `catalog ${catalogId}`);
}

/** @param value `*`: every value */
export async function mayOnTag(
  scope: ReadScope,
  tag: LFTag,
  permission: Permission,
  value: string,
): Promise<boolean> {
  const { id: tagId, catalogId, key } = tag;
  const resource = { type: 'LF_TAG', catalogId, tagId, key, value } as const;
  return (await scope.permissions.decide(scope, { permission, resource })).allowed;
}

/** The tag as a whole. @throws EntityNotFoundException, AccessDeniedException */
export async function permitTag(
  scope: ReadScope,
  asked: { readonly catalogId: string; readonly key: string },
  found: LFTag | undefined,
  permission: Permission,
): Promise<LFTag> {
  if (found !== undefined && (await mayOnTag(scope, found, permission, EVERY_VALUE))) return found;
  if (found === undefined && (await seesEveryTag(scope, asked.catalogId))) {
    throw notFound(`LF-tag ${asked.key} not found.`);
  }
  throw insufficient(permission, `LF-tag ${asked.key}`);
}

/** The tags with those of their values that the caller may DESCRIBE; without those of which he may none. */
export async function visibleTags(
  scope: ReadScope,
  catalogId: string,
  tags: readonly LFTag[],
): Promise<LFTag[]> {
  if (await seesEveryTag(scope, catalogId)) return [...tags];
  const own = await settingsOf(scope, scope.caller.accountId);
  const set = callerSet(scope.caller, catalogId, own);
  const ids = tags.map(({ id }) => id);
  const held = ids.length === 0 ? [] : await listGrantsOnTags(scope.tx, ids, set);
  const shown: LFTag[] = [];
  for (const tag of tags) {
    // Only values that some grant names can be seen; whether one is seen is for the decision to say.
    const named = held.filter(({ columns }) => columns[0] === tag.id).map(({ columns }) => columns[1]);
    const asked = named.includes(EVERY_VALUE)
      ? tag.values
      : tag.values.filter((value) => named.includes(value));
    const values: string[] = [];
    for (const value of asked) if (await mayOnTag(scope, tag, 'DESCRIBE', value)) values.push(value);
    if (values.length > 0) shown.push({ ...tag, values });
  }
  return shown;
}

/**
 * Every pair of it is there, and the caller may DESCRIBE it: else he could ask what is not his to know.
 * @throws EntityNotFoundException, AccessDeniedException
 */
export async function requireVisiblePairs(
  scope: ReadScope,
  catalogId: string,
  expression: TagExpression,
): Promise<void> {
  const isAll = await seesEveryTag(scope, catalogId);
  const hidden = (key: string, value: string) => insufficient('DESCRIBE', `LF-tag ${key}=${value}`);
  const [first] = expression;
  const pairs = await requirePairs(scope, catalogId, expression).catch((error: unknown) => {
    if (isAll || !(error instanceof LakewardenError)) throw error;
    return undefined;
  });
  if (pairs === undefined) throw hidden(first?.key ?? '', first?.values[0] ?? '');
  if (isAll) return;
  for (const { tagId, key, value } of pairs) {
    const tag: LFTag = { id: tagId, catalogId, key, values: [] };
    if (!(await mayOnTag(scope, tag, 'DESCRIBE', value)))
      throw hidden(first?.key ?? '', first?.values[0] ?? '');
  }
}

/** @throws EntityNotFoundException, AccessDeniedException */
export async function permitExpression(
  scope: ReadScope,
  asked: { readonly catalogId: string; readonly name: string },
  found: SavedExpression | undefined,
  permission: Permission,
): Promise<SavedExpression> {
  const { catalogId, name } = asked;
  if (found !== undefined) {
    const resource = { type: 'LF_TAG_EXPRESSION', catalogId, expressionId: found.id, name } as const;
    if ((await scope.permissions.decide(scope, { permission, resource })).allowed) return found;
  }
  if (found === undefined && (await seesEveryTag(scope, catalogId))) {
    throw notFound(`LF-tag expression ${name} not found.`);
  }
  throw insufficient(permission, `LF-tag expression ${name}`);
}
