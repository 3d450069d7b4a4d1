import type { WriteScope } from '@lakewarden/kernel';

import { mergedTags, type TaggedResource, type Tags } from './tag.ts';
import { deleteAllTags, putTags } from './tag.repository.ts';

/**
 * For use cases that make a taggable thing: its first tags, in their own transaction.
 * @throws InvalidInputException more than 50, or a reserved key
 */
export async function tagNew(
  scope: WriteScope,
  resource: TaggedResource,
  tags: Tags | undefined,
): Promise<void> {
  if (tags === undefined || Object.keys(tags).length === 0) return;
  await putTags(scope.tx, resource, mergedTags({}, tags));
}

/** For use cases that delete taggable things: their tags go with them, in the same transaction. */
export async function untagDeleted(
  scope: WriteScope,
  kind: TaggedResource['kind'],
  ids: readonly string[],
): Promise<void> {
  if (ids.length > 0) await deleteAllTags(scope.tx, kind, ids);
}
