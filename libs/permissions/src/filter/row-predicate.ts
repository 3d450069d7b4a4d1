import type { TypeClass } from './column-type.ts';
import { RESERVED } from './reserved-words.ts';

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** A column, or a literal as it is printed. */
export type Operand =
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'literal'; readonly type: TypeClass; readonly text: string };

/** A row expression of §6, typed. */
export type RowPredicate =
  | { readonly kind: 'and' | 'or'; readonly of: readonly RowPredicate[] }
  | { readonly kind: 'not'; readonly of: RowPredicate }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'boolean'; readonly column: string }
  | { readonly kind: 'compare'; readonly op: Comparison; readonly left: Operand; readonly right: Operand }
  | {
      readonly kind: 'between';
      readonly isNegated: boolean;
      readonly value: Operand;
      readonly low: Operand;
      readonly high: Operand;
    }
  | {
      readonly kind: 'in';
      readonly isNegated: boolean;
      readonly value: Operand;
      readonly list: readonly Operand[];
    }
  | { readonly kind: 'like'; readonly isNegated: boolean; readonly column: string; readonly pattern: string }
  | { readonly kind: 'null'; readonly isNegated: boolean; readonly column: string };

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Quoted only where it must be: to some engines a quoted name is a text. */
export const columnSql = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;

const operandSql = (operand: Operand): string =>
  operand.kind === 'column' ? columnSql(operand.name) : operand.text;

/** SQL of the typed predicate; every part but the whole stands in parentheses of its own where it could be misread. */
export function predicateSql(predicate: RowPredicate): string {
  const not = (isNegated: boolean) => (isNegated ? 'NOT ' : '');
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return predicate.of.map(partSql).join(predicate.kind === 'and' ? ' AND ' : ' OR ');
    case 'not':
      return `NOT ${partSql(predicate.of)}`;
    case 'constant':
      return predicate.value ? 'TRUE' : 'FALSE';
    case 'boolean':
      return columnSql(predicate.column);
    case 'compare':
      return `${operandSql(predicate.left)} ${predicate.op} ${operandSql(predicate.right)}`;
    case 'between': {
      const { value, low, high } = predicate;
      return `${operandSql(value)} ${not(predicate.isNegated)}BETWEEN ${operandSql(low)} AND ${operandSql(high)}`;
    }
    case 'in':
      return `${operandSql(predicate.value)} ${not(predicate.isNegated)}IN (${predicate.list.map(operandSql).join(', ')})`;
    case 'like':
      return `${columnSql(predicate.column)} ${not(predicate.isNegated)}LIKE ${quoted(predicate.pattern)}`;
    case 'null':
      return `${columnSql(predicate.column)} IS ${not(predicate.isNegated)}NULL`;
  }
}

const partSql = (predicate: RowPredicate): string =>
  predicate.kind === 'constant' || predicate.kind === 'boolean'
    ? predicateSql(predicate)
    : `(${predicateSql(predicate)})`;
