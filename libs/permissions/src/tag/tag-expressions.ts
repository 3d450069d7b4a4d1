import { defineRead, defineWrite, invalid, type Page, type PageRequest, toPage } from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import { inForce } from '../condition/in-force.ts';
import { callerSet } from '../decision/caller-set.ts';
import { settingsOf } from '../settings/put-data-lake-settings.ts';
import type { TagExpression } from './expression.ts';
import { checkedExpression, checkedExpressionName, type SavedExpression } from './lf-tag.ts';
import { lockLFTags } from './lf-tag.repository.ts';
import { grantAllToCreator } from './lf-tags.ts';
import { tagsChanged } from './tag-changes.ts';
import {
  deleteExpression,
  findExpression,
  insertSavedExpression,
  listExpressions,
  replaceExpression,
} from './tag-expression.repository.ts';
import { permitExpression, permitOnCatalog, requireVisiblePairs, seesEveryTag } from './tag-permission.ts';

/** A saved expression by its name. */
export interface TagExpressionRef {
  readonly catalogId: string;
  readonly name: string;
}

export interface SaveTagExpression extends TagExpressionRef {
  readonly description?: string | undefined;
  readonly expression: TagExpression;
}

/**
 * Its creator may do everything with it.
 * @throws InvalidInputException the name is taken; more than 50 keys, none, or one twice
 * @throws EntityNotFoundException a key or value
 * @throws AccessDeniedException without CREATE_LF_TAG_EXPRESSION on the catalog, or DESCRIBE on what it names
 */
export const createLFTagExpression = defineWrite({
  action: 'lakeformation:CreateLFTagExpression',

  async run(scope, command: SaveTagExpression): Promise<SavedExpression> {
    const { catalogId, description } = command;
    await authorizeLake(scope, catalogId);
    const name = checkedExpressionName(command.name);
    const expression = checkedExpression(command.expression);
    await permitOnCatalog(scope, catalogId, 'CREATE_LF_TAG_EXPRESSION');
    await lockLFTags(scope.tx, catalogId, 'exclusive');
    await requireVisiblePairs(scope, catalogId, expression);
    const id = scope.newId<'LFTagExpression'>();
    const made = { id, catalogId, name, description, expression };
    // The model has no AlreadyExistsException here.
    if (!(await insertSavedExpression(scope.tx, made))) {
      throw invalid(`LF-tag expression ${name} already exists.`);
    }
    await grantAllToCreator(scope, catalogId, 'LF_TAG_EXPRESSION', [id]);
    tagsChanged(scope, catalogId);
    return made;
  },
});

/** What is granted through it reaches as far as it says now. Without a description it keeps the one it has. */
export const updateLFTagExpression = defineWrite({
  action: 'lakeformation:UpdateLFTagExpression',

  async run(scope, command: SaveTagExpression): Promise<SavedExpression> {
    const { catalogId, name } = command;
    await authorizeLake(scope, catalogId);
    const expression = checkedExpression(command.expression);
    await lockLFTags(scope.tx, catalogId, 'exclusive');
    const found = await findExpression(scope.tx, catalogId, name);
    const saved = await permitExpression(scope, { catalogId, name }, found, 'ALTER');
    await requireVisiblePairs(scope, catalogId, expression);
    const description = command.description ?? saved.description;
    const changed: SavedExpression = { ...saved, description, expression };
    await replaceExpression(scope.tx, changed);
    tagsChanged(scope, catalogId);
    return changed;
  },
});

/** With every grant that refers to it. */
export const deleteLFTagExpression = defineWrite({
  action: 'lakeformation:DeleteLFTagExpression',

  async run(scope, { catalogId, name }: TagExpressionRef): Promise<void> {
    await authorizeLake(scope, catalogId);
    await lockLFTags(scope.tx, catalogId, 'exclusive');
    const found = await findExpression(scope.tx, catalogId, name);
    const saved = await permitExpression(scope, { catalogId, name }, found, 'DROP');
    await deleteExpression(scope.tx, saved.id);
    tagsChanged(scope, catalogId);
  },
});

export const getLFTagExpression = defineRead({
  action: 'lakeformation:GetLFTagExpression',

  async run(scope, { catalogId, name }: TagExpressionRef): Promise<SavedExpression> {
    await authorizeLake(scope, catalogId);
    return permitExpression(
      scope,
      { catalogId, name },
      await findExpression(scope.tx, catalogId, name),
      'DESCRIBE',
    );
  },
});

export interface ListTagExpressions extends PageRequest {
  readonly catalogId: string;
}

/** By name; those that the caller may DESCRIBE. Whatever is held on one is enough for that. */
export const listLFTagExpressions = defineRead({
  action: 'lakeformation:ListLFTagExpressions',

  async run(scope, { catalogId, limit, token }: ListTagExpressions): Promise<Page<SavedExpression>> {
    await authorizeLake(scope, catalogId);
    const question = ['ListLFTagExpressions', catalogId, scope.caller.arn];
    const after = token === undefined ? '' : scope.tokens.open(question, token).toString();
    const own = await settingsOf(scope, scope.caller.accountId);
    const holders = (await seesEveryTag(scope, catalogId))
      ? undefined
      : {
          principals: callerSet(scope.caller, catalogId, own),
          force: await inForce(scope, catalogId),
        };
    const rows = await listExpressions(scope.tx, catalogId, holders, after, limit + 1);
    return toPage(rows, limit, (last) => scope.tokens.issue(question, Buffer.from(last.name)));
  },
});
