import { defineRead, defineWrite, parseGlueArn, type ReadScope } from '@lakewarden/kernel';

import { requireOwnDatabase } from '../database/databases.ts';
import { lockTagsOf } from '../locks.repository.ts';
import { foldName } from '../names.ts';
import { authorizeDatabase, type DatabaseRef } from '../reference.ts';
import { mergedTags, refuseReserved, type TaggedResource, type Tags } from './tag.ts';
import { deleteTags, findTags, putTags } from './tag.repository.ts';
import { requireTaggable } from './taggable.ts';

/** Authorized before it is looked up: the answer must not tell a stranger whether it is there. */
async function authorizedResource(scope: ReadScope, arn: string, hold = false): Promise<TaggedResource> {
  const parsed = parseGlueArn(arn);
  await scope.authorize({ arn, accountId: parsed.accountId });
  if (parsed.kind === 'database') {
    const ref = { catalogId: parsed.accountId, name: foldName(parsed.names[0] ?? '') };
    await requireOwnDatabase(scope, ref, [hold ? 'ALTER' : 'DESCRIBE']);
  }
  return requireTaggable(scope.tx, parsed, arn, scope.home, hold);
}

export interface TagResource {
  readonly resourceArn: string;
  readonly tags: Tags;
}

/**
 * Adds to what is there; the same key gets the new value.
 * @returns all that the resource carries now
 * @throws EntityNotFoundException; InvalidInputException no such ARN, or more than 50 tags in all
 */
export const tagResource = defineWrite({
  action: 'glue:TagResource',

  async run(scope, command: TagResource): Promise<Tags> {
    const resource = await authorizedResource(scope, command.resourceArn, true);
    await lockTagsOf(scope.tx, resource.id);
    const merged = mergedTags(await findTags(scope.tx, resource), command.tags);
    await putTags(scope.tx, resource, command.tags);
    scope.changed({
      accountId: parseGlueArn(command.resourceArn).accountId,
      kind: 'tag',
      subjectId: resource.id,
    });
    return merged;
  },
});

export interface UntagResource {
  readonly resourceArn: string;
  readonly keys: readonly string[];
}

/** What is not there is left alone. @returns what remains. @throws EntityNotFoundException, InvalidInputException */
export const untagResource = defineWrite({
  action: 'glue:UntagResource',

  async run(scope, command: UntagResource): Promise<Tags> {
    const resource = await authorizedResource(scope, command.resourceArn, true);
    refuseReserved(command.keys);
    await lockTagsOf(scope.tx, resource.id);
    await deleteTags(scope.tx, resource, command.keys);
    scope.changed({
      accountId: parseGlueArn(command.resourceArn).accountId,
      kind: 'tag',
      subjectId: resource.id,
    });
    return findTags(scope.tx, resource);
  },
});

/** @throws EntityNotFoundException, InvalidInputException */
export const getTags = defineRead({
  action: 'glue:GetTags',

  async run(scope, resourceArn: string): Promise<Tags> {
    return findTags(scope.tx, await authorizedResource(scope, resourceArn));
  },
});

/** GetTags of a database by its name, for who knows no ARN. @throws EntityNotFoundException */
export const getDatabaseTags = defineRead({
  action: 'glue:GetTags',

  async run(scope, command: DatabaseRef): Promise<Tags> {
    await authorizeDatabase(scope, command);
    const database = await requireOwnDatabase(scope, command, ['DESCRIBE']);
    return findTags(scope.tx, { kind: 'database', id: database.id });
  },
});
