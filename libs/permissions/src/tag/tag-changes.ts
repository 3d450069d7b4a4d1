import type { TableResource, WriteScope } from '@lakewarden/kernel';

import { grantedInside } from '../grant/grant.ts';
import { type TaggedThing, untagColumns } from './tag-assignment.repository.ts';

/** Tags, expressions or policies are others now: whatever was decided by tags in the catalog is stale. */
export function tagsChanged(scope: WriteScope, catalogId: string): void {
  scope.changed({ accountId: catalogId, kind: 'grant', subjectId: catalogId });
}

/**
 * What the thing carries is different. A database's own change makes the slices of all its tables stale: they stand
 * under its id too. And the database may be there for somebody now for the sake of a table in it.
 */
export function taggingChanged(
  scope: WriteScope,
  catalogId: string,
  { databaseId, tableId }: TaggedThing,
): void {
  for (const subjectId of [tableId ?? databaseId, grantedInside(databaseId)]) {
    scope.changed({ accountId: catalogId, kind: 'grant', subjectId });
  }
}

/** A column made again under the name of a dropped one starts untagged. */
export async function columnsUntagged(
  scope: WriteScope,
  table: TableResource,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  const { catalogId, databaseId, tableId } = table;
  if (await untagColumns(scope.tx, tableId, names)) {
    taggingChanged(scope, catalogId, { databaseId, tableId });
  }
}
