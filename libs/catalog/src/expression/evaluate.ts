import { LakewardenError } from '@lakewarden/kernel';

import type { Comparator, Expression, ExpressionKey, PartitionKeyType, TypedLiteral } from './tree.ts';
import { HIVE_NULL, misfitMessage, parseTyped } from './typed-value.ts';

/** SQL's three values: undefined is unknown. */
type Truth = boolean | undefined;

/** Code points, not UTF-16 units: U+FFFD comes before U+10000. */
const compareText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

function compareDecimals(a: string, b: string): number {
  const scale = Math.max(a.split('.')[1]?.length ?? 0, b.split('.')[1]?.length ?? 0);
  const scaled = (text: string): bigint => {
    const [integer = '', fraction = ''] = text.split('.');
    return BigInt(integer.replace('-', '') + fraction.padEnd(scale, '0')) * (text.startsWith('-') ? -1n : 1n);
  };
  const [left, right] = [scaled(a), scaled(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareTyped(family: PartitionKeyType, a: TypedLiteral, b: TypedLiteral): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0;
  return family === 'decimal' ? compareDecimals(String(a), String(b)) : compareText(String(a), String(b));
}

const HOLDS: Record<Comparator, (order: number) => boolean> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** `%` any run, `_` one character; the greedy two-pointer match, linear but for the last `%`. */
export function isLike(text: string, pattern: string): boolean {
  const chars = Array.from(text);
  const wanted = Array.from(pattern);
  let c = 0;
  let w = 0;
  let star = -1;
  let resume = 0;
  while (c < chars.length) {
    if (wanted[w] === '%') {
      star = w;
      resume = c;
      w += 1;
    } else if (w < wanted.length && (wanted[w] === '_' || wanted[w] === chars[c])) {
      c += 1;
      w += 1;
    } else if (star >= 0) {
      resume += 1;
      c = resume;
      w = star + 1;
    } else {
      return false;
    }
  }
  while (wanted[w] === '%') w += 1;
  return w === wanted.length;
}

const not = (truth: Truth, negated = true): Truth => (truth === undefined || !negated ? truth : !truth);

/**
 * The reference meaning of an expression over one partition's values; compile-sql.ts must agree with it.
 * Every compared key is looked at, whatever AND and OR would skip, so that an answer does not depend on their order.
 * @throws InvalidStateException a stored value that is compared does not fit its key's type
 */
export function evaluate(
  expression: Expression,
  keys: readonly ExpressionKey[],
  values: readonly string[],
): Truth {
  const typed = (key: number, family: PartitionKeyType): TypedLiteral | undefined => {
    const text = values[key] ?? '';
    if (family !== 'string' && text === HIVE_NULL) return undefined;
    const value = parseTyped(family, text);
    if (value === undefined) throw new LakewardenError('InvalidStateException', misfitMessage(family, text));
    return value;
  };
  switch (expression.kind) {
    case 'and': {
      const truths = expression.operands.map((operand) => evaluate(operand, keys, values));
      return truths.includes(false) ? false : truths.includes(undefined) ? undefined : true;
    }
    case 'or': {
      const truths = expression.operands.map((operand) => evaluate(operand, keys, values));
      return truths.includes(true) ? true : truths.includes(undefined) ? undefined : false;
    }
    case 'not':
      return not(evaluate(expression.operand, keys, values));
    case 'compare': {
      const { family, comparator, value } = expression;
      const stored = typed(expression.key, family);
      return stored === undefined ? undefined : HOLDS[comparator](compareTyped(family, stored, value));
    }
    case 'in': {
      const { family } = expression;
      const stored = typed(expression.key, family);
      if (stored === undefined) return undefined;
      return not(
        expression.values.some((value) => compareTyped(family, stored, value) === 0),
        expression.negated,
      );
    }
    case 'between': {
      const { family, low, high } = expression;
      const stored = typed(expression.key, family);
      if (stored === undefined) return undefined;
      return not(
        compareTyped(family, stored, low) >= 0 && compareTyped(family, stored, high) <= 0,
        expression.negated,
      );
    }
    case 'like':
      return not(isLike(values[expression.key] ?? '', expression.pattern), expression.negated);
    case 'isNull':
      return not(values[expression.key] === HIVE_NULL, expression.negated);
  }
}

/** Whether some compared key has a type that a stored value may fail to fit. */
export function comparesTypedKeys(expression: Expression): boolean {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.operands.some(comparesTypedKeys);
    case 'not':
      return comparesTypedKeys(expression.operand);
    case 'compare':
    case 'in':
    case 'between':
      return expression.family !== 'string';
    case 'like':
    case 'isNull':
      return false;
  }
}
