import type { ColumnScope } from '@lakewarden/kernel';

import { shownCells } from '../../libs/permissions/src/decision/row-filter.ts';
import { readRowExpression } from '../../libs/permissions/src/filter/row-expression.ts';
import type { RowPredicate } from '../../libs/permissions/src/filter/row-predicate.ts';

/** The few forms that stories write, for a row in which every column has this value. */
function holds(predicate: RowPredicate, value: string): boolean {
  if (predicate.kind === 'or') return predicate.of.some((each) => holds(each, value));
  if (predicate.kind === 'constant') return predicate.value;
  if (predicate.kind === 'compare' && (predicate.op === '=' || predicate.op === '<>')) {
    const isSame = predicate.right.kind === 'literal' && predicate.right.text === `'${value}'`;
    return isSame === (predicate.op === '=');
  }
  throw new Error(`no story says ${JSON.stringify(predicate)}`);
}

/** What an engine would show of the two sample rows that does as row filter and masks say. */
export function cellsShown(
  columns: readonly ColumnScope[],
  names: readonly string[],
): Readonly<Record<string, string[]>> {
  const { rowFilter, masks } = shownCells(columns, names);
  const typed = names.map((name) => ({ name, type: 'string' }));
  const isTrue = (sql: string | undefined, value: string) =>
    sql === undefined || holds(readRowExpression(sql, typed).predicate, value);
  const listed = names.filter((name) =>
    columns.some(
      (scope) => scope.kind === 'all' || scope.names.includes(name) === (scope.kind === 'include'),
    ),
  );
  const shownIn = (value: string): string[] =>
    isTrue(rowFilter, value)
      ? listed.filter((name) => isTrue(masks.find(({ column }) => column === name)?.shownWhere, value)).sort()
      : [];
  return { x: shownIn('x'), y: shownIn('y') };
}
