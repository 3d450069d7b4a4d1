import { type ColumnScope, showsColumn } from '@lakewarden/kernel';

import { NO_ROW } from '../filter/data-cells-filter.ts';

/** In which rows a column is shown that is not shown in all that the caller sees. */
export interface Mask {
  readonly column: string;
  /** SQL; where it is not true the column is NULL. */
  readonly shownWhere: string;
}

/** What an engine has to do so that just the granted cells are seen (spec/permissions.md §6). */
export interface ShownCells {
  /** SQL; absent: every row. */
  readonly rowFilter?: string;
  readonly masks: readonly Mask[];
}

/** Of a column: in every row, or where one of these is true. */
type Where = 'every row' | ReadonlySet<string>;

function whereShown(columns: readonly ColumnScope[], name: string): Where {
  const where = new Set<string>();
  for (const scope of columns) {
    if (!showsColumn([scope], name)) continue;
    if (scope.rows === undefined) return 'every row';
    where.add(scope.rows);
  }
  return where;
}

/** A filter that admits nothing adds nothing; in one order, so that the same grants read alike. */
function anyOf(where: ReadonlySet<string>): string {
  const [first = NO_ROW, ...more] = [...where].filter((each) => each !== NO_ROW).sort();
  return more.length === 0 ? first : [first, ...more].map((each) => `(${each})`).join(' OR ');
}

/**
 * Row filter and masks of what several grants show of a table: a row is there if any of them admits it, and a column of
 * it is shown if one that admits the row shows it. Without a filter a grant admits every row.
 * @param columns of a decision on SELECT
 * @param names of the table's columns and partition keys, in lower case
 */
export function shownCells(columns: readonly ColumnScope[], names: readonly string[]): ShownCells {
  // What shows no column that is there shows no row either.
  const bearing = columns.filter((scope) => names.some((name) => showsColumn([scope], name)));
  const isEveryRow = bearing.some(({ rows }) => rows === undefined);
  const rowFilter = isEveryRow ? undefined : anyOf(new Set(bearing.flatMap(({ rows }) => rows ?? [])));
  const masks = names.flatMap((column): Mask[] => {
    const where = whereShown(bearing, column);
    if (where === 'every row' || where.size === 0) return [];
    const shownWhere = anyOf(where);
    return shownWhere === rowFilter ? [] : [{ column, shownWhere }];
  });
  return { ...(rowFilter !== undefined && { rowFilter }), masks };
}

/** The columns that are not shown in every row of the table, each with all of its condition. */
export const cellFilters = (columns: readonly ColumnScope[], names: readonly string[]): readonly Mask[] =>
  names.flatMap((column): Mask[] => {
    const where = whereShown(columns, column);
    return where === 'every row' || where.size === 0 ? [] : [{ column, shownWhere: anyOf(where) }];
  });
