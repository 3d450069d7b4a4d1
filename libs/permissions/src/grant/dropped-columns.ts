import type { TableResource, WriteScope } from '@lakewarden/kernel';

import { dropColumnsFromLists } from './grant.repository.ts';

/** @see DataPermissions.columnsDropped */
export async function columnsDropped(
  scope: WriteScope,
  table: TableResource,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  const isNarrowed = await dropColumnsFromLists(scope.tx, table.tableId, names);
  if (isNarrowed) scope.changed({ accountId: table.catalogId, kind: 'grant', subjectId: table.tableId });
}
