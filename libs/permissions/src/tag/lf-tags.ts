import {
  defineRead,
  defineWrite,
  invalid,
  type Page,
  type PageRequest,
  type Permission,
  toPage,
  type WriteScope,
} from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import { callerSet } from '../decision/caller-set.ts';
import { insertGrants } from '../grant/grant.repository.ts';
import { settingsOf } from '../settings/put-data-lake-settings.ts';
import { GRANTABLE } from '../grant/grantable.ts';
import {
  checkedKey,
  checkedValues,
  EVERY_VALUE,
  foldTag,
  type LFTag,
  MAX_VALUES,
  refuseTooManyValues,
} from './lf-tag.ts';
import {
  deleteLFTagRows,
  deleteValues,
  findLFTags,
  findUsedValues,
  insertLFTag,
  insertValues,
  listLFTags,
  lockLFTags,
} from './lf-tag.repository.ts';
import { tagsChanged } from './tag-changes.ts';
import { deleteUnusedExpressions } from './tag-expression.repository.ts';
import type { TagGrantedType } from './tag-grant.ts';
import { insufficient, permitOnCatalog, permitTag, seesEveryTag, visibleTags } from './tag-permission.ts';

/** A tag by its key, as a caller says it. */
export interface LFTagRef {
  readonly catalogId: string;
  readonly key: string;
}

export interface CreateLFTag extends LFTagRef {
  readonly values: readonly string[];
}

/** Who makes a tag or a saved expression holds all there is to hold on it, and may pass it on. */
export async function grantAllToCreator(
  scope: WriteScope,
  catalogId: string,
  type: Extract<TagGrantedType, 'LF_TAG' | 'LF_TAG_EXPRESSION'>,
  columns: readonly string[],
): Promise<void> {
  const permissions: readonly Permission[] = GRANTABLE[type === 'LF_TAG' ? 'LFTag' : 'LFTagExpression'];
  await insertGrants(
    scope.tx,
    permissions.map((permission) => ({
      id: scope.newId<'Grant'>(),
      catalogId,
      type,
      principal: scope.caller.grantee ?? scope.caller.arn,
      permission,
      columns,
      grantOption: true,
      grantedBy: scope.caller.arn,
      grantedAt: scope.now,
    })),
  );
}

/** With all its values, in order: who makes a tag, or may ALTER all of it, may DESCRIBE each of them. */
async function asStored({ tx }: WriteScope, tag: LFTag): Promise<LFTag> {
  const [stored] = await findLFTags(tx, tag.catalogId, [tag.key]);
  return stored ?? tag;
}

/**
 * Keys and values are stored in lower case. Its creator may do everything with it.
 *
 * @throws InvalidInputException the key is taken; a name that cannot be one
 * @throws ResourceNumberLimitExceededException more than 1,000 values
 * @throws AccessDeniedException without CREATE_LF_TAG on the catalog
 * @see spec/permissions.md §7
 */
export const createLFTag = defineWrite({
  action: 'lakeformation:CreateLFTag',

  async run(scope, { catalogId, ...asked }: CreateLFTag): Promise<LFTag> {
    await authorizeLake(scope, catalogId);
    const key = checkedKey(asked.key);
    const values = checkedValues(asked.values);
    if (values.length === 0) throw invalid('TagValues names no value.');
    refuseTooManyValues(values.length);
    await permitOnCatalog(scope, catalogId, 'CREATE_LF_TAG');
    await lockLFTags(scope.tx, catalogId, 'exclusive');
    const id = scope.newId<'LFTag'>();
    const made = { id, catalogId, key, values, createdBy: scope.caller.arn, createdAt: scope.now };
    // The model has no AlreadyExistsException here.
    if (!(await insertLFTag(scope.tx, made))) throw invalid(`LF-tag ${key} already exists.`);
    await grantAllToCreator(scope, catalogId, 'LF_TAG', [id, EVERY_VALUE]);
    tagsChanged(scope, catalogId);
    return asStored(scope, made);
  },
});

export interface UpdateLFTag extends LFTagRef {
  readonly valuesToAdd: readonly string[];
  readonly valuesToDelete: readonly string[];
}

/** @throws InvalidInputException something carries one of them, or an expression names it */
async function dropValues(scope: WriteScope, tag: LFTag, values: readonly string[]): Promise<void> {
  const unknown = values.filter((value) => !tag.values.includes(value));
  if (unknown.length > 0) {
    throw invalid(`TagValuesToDelete: LF-tag ${tag.key} has no value ${unknown.join(', ')}.`);
  }
  await deleteUnusedExpressions(scope.tx, tag.id, values);
  const [used] = await findUsedValues(scope.tx, tag.id, values);
  if (used !== undefined) {
    throw invalid(
      used.isAssigned
        ? `Update not allowed: ${tag.key}=${used.value} is assigned to a resource. Remove it there first.`
        : `Update not allowed: an LF-tag expression or a grant on one names ${tag.key}=${used.value}.`,
    );
  }
  await deleteValues(scope.tx, tag.id, values);
}

/**
 * @throws InvalidInputException a value that is in use, is not there, or both to be added and deleted; none would be left
 * @throws EntityNotFoundException, AccessDeniedException without ALTER on the tag
 */
export const updateLFTag = defineWrite({
  action: 'lakeformation:UpdateLFTag',

  async run(scope, command: UpdateLFTag): Promise<LFTag> {
    const { catalogId } = command;
    await authorizeLake(scope, catalogId);
    const key = foldTag(command.key);
    const added = checkedValues(command.valuesToAdd);
    const deleted = [...new Set(command.valuesToDelete.map(foldTag))];
    if (added.length + deleted.length === 0) {
      throw invalid('TagValuesToAdd and TagValuesToDelete name no value.');
    }
    const both = added.filter((value) => deleted.includes(value));
    if (both.length > 0) {
      throw invalid(`${both.join(', ')}: both in TagValuesToAdd and in TagValuesToDelete.`);
    }
    await lockLFTags(scope.tx, catalogId, 'exclusive');
    const [found] = await findLFTags(scope.tx, catalogId, [key]);
    const tag = await permitTag(scope, { catalogId, key }, found, 'ALTER');
    const left = new Set([...tag.values, ...added]);
    for (const value of deleted) left.delete(value);
    if (left.size === 0) throw invalid(`LF-tag ${key} would have no value left: delete the tag instead.`);
    // The model has no ResourceNumberLimitExceededException here.
    if (left.size > MAX_VALUES) throw invalid(`An LF-tag has at most ${String(MAX_VALUES)} values.`);
    if (deleted.length > 0) await dropValues(scope, tag, deleted);
    await insertValues(scope.tx, tag.id, added);
    tagsChanged(scope, catalogId);
    return asStored(scope, tag);
  },
});

/**
 * With the tag go its assignments, the grants on it, and every expression that names it, saved or of a grant, with what
 * is granted through it: without the key an expression would reach further than it was meant to.
 * @throws EntityNotFoundException, AccessDeniedException without DROP on the tag
 */
export const deleteLFTag = defineWrite({
  action: 'lakeformation:DeleteLFTag',

  async run(scope, command: LFTagRef): Promise<void> {
    const { catalogId } = command;
    await authorizeLake(scope, catalogId);
    const key = foldTag(command.key);
    await lockLFTags(scope.tx, catalogId, 'exclusive');
    const [found] = await findLFTags(scope.tx, catalogId, [key]);
    const tag = await permitTag(scope, { catalogId, key }, found, 'DROP');
    await deleteLFTagRows(scope.tx, tag.id);
    tagsChanged(scope, catalogId);
  },
});

/** With the values that the caller may DESCRIBE. @throws EntityNotFoundException, AccessDeniedException */
export const getLFTag = defineRead({
  action: 'lakeformation:GetLFTag',

  async run(scope, command: LFTagRef): Promise<LFTag> {
    const { catalogId } = command;
    await authorizeLake(scope, catalogId);
    const key = foldTag(command.key);
    const found = await findLFTags(scope.tx, catalogId, [key]);
    const [tag] = await visibleTags(scope, catalogId, found);
    if (tag !== undefined) return tag;
    if (await seesEveryTag(scope, catalogId))
      await permitTag(scope, { catalogId, key }, undefined, 'DESCRIBE');
    throw insufficient('DESCRIBE', `LF-tag ${key}`);
  },
});

export interface ListLFTags extends PageRequest {
  readonly catalogId: string;
  /** `FOREIGN`: those of other accounts that are shared with the caller's alone. */
  readonly shareType?: 'FOREIGN' | 'ALL' | undefined;
}

/** By key; of each the values that the caller may DESCRIBE. Nobody can share a tag yet: the own ones are all. */
export const listLFTagsPage = defineRead({
  action: 'lakeformation:ListLFTags',

  async run(scope, { catalogId, shareType, limit, token }: ListLFTags): Promise<Page<LFTag>> {
    await authorizeLake(scope, catalogId);
    const question = ['ListLFTags', catalogId, shareType ?? null, scope.caller.arn];
    const after = token === undefined ? '' : scope.tokens.open(question, token).toString();
    const tokenAfter = (last: LFTag) => scope.tokens.issue(question, Buffer.from(last.key));
    if (shareType === 'FOREIGN') return toPage([], limit, tokenAfter);
    const own = await settingsOf(scope, scope.caller.accountId);
    const principals = (await seesEveryTag(scope, catalogId))
      ? undefined
      : callerSet(scope.caller, catalogId, own);
    const page = toPage(
      await listLFTags(scope.tx, catalogId, principals, after, limit + 1),
      limit,
      tokenAfter,
    );
    return { ...page, items: await visibleTags(scope, catalogId, page.items) };
  },
});
