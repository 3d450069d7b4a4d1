import { LakewardenError, type TableResource, type WriteScope } from '@lakewarden/kernel';

import type { TypedColumn } from './column-type.ts';
import { type DataCellsFilter, type FilterColumns, NO_ROW } from './data-cells-filter.ts';
import { lockFiltersOf, replaceFilter } from './filter.repository.ts';
import { readRowExpression } from './row-expression.ts';

/** spec/permissions.md §5: a dropped column leaves its lists. */
const keptColumns = ({ isExcludeList, names }: FilterColumns, has: ReadonlySet<string>): FilterColumns => ({
  isExcludeList,
  names: names.filter((name) => has.has(name)),
});

/** FALSE once is FALSE until somebody updates the filter: a column that takes the old one's name is another column. */
function refitted(filter: DataCellsFilter, columns: readonly TypedColumn[]): string | undefined {
  if (filter.rowExpression === undefined || filter.rowPredicate === undefined) return filter.rowPredicate;
  try {
    // Typed by other columns the same text may mean something else: then it is not what was granted.
    const { sql } = readRowExpression(filter.rowExpression, columns);
    return sql === filter.rowPredicate ? sql : NO_ROW;
  } catch (error) {
    if (error instanceof LakewardenError) return NO_ROW;
    throw error;
  }
}

/** @see DataPermissions.columnsChanged */
export async function columnsChanged(
  scope: WriteScope,
  table: TableResource,
  columns: readonly TypedColumn[],
): Promise<void> {
  const has = new Set(columns.map(({ name }) => name));
  let isChanged = false;
  for (const filter of await lockFiltersOf(scope.tx, table.tableId)) {
    const next = { columns: keptColumns(filter.columns, has), rowPredicate: refitted(filter, columns) };
    const isSame =
      next.rowPredicate === filter.rowPredicate && next.columns.names.length === filter.columns.names.length;
    if (isSame) continue;
    await replaceFilter(scope.tx, {
      ...filter,
      ...next,
      versionId: scope.newId<'FilterVersion'>(),
      updatedAt: scope.now,
    });
    isChanged = true;
  }
  if (isChanged) scope.changed({ accountId: table.catalogId, kind: 'grant', subjectId: table.tableId });
}
