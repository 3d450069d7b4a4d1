import type { Expression, PartitionKeyType, TypedLiteral } from './tree.ts';

export interface KeyBound {
  readonly value: TypedLiteral;
  readonly inclusive: boolean;
}

/** What a matching row's value must satisfy; `equals` when it must be one of a few. */
export interface KeyConstraint {
  readonly family: PartitionKeyType;
  readonly equals?: readonly TypedLiteral[];
  readonly lower?: KeyBound;
  readonly upper?: KeyBound;
}

/**
 * Necessary conditions by key, from what is joined by AND: no matching row lies outside. Of several conditions on one
 * key an equality wins, else the first of each bound; the rest is left to the filter.
 */
export function keyConstraints(expression: Expression): Map<number, KeyConstraint> {
  const constraints = new Map<number, KeyConstraint>();
  for (const conjunct of conjuncts(expression)) {
    const found = constraintOf(conjunct);
    if (found === undefined) continue;
    const known = constraints.get(found.key);
    constraints.set(found.key, known === undefined ? found.constraint : narrowed(known, found.constraint));
  }
  return constraints;
}

function conjuncts(expression: Expression): readonly Expression[] {
  return expression.kind === 'and' ? expression.operands.flatMap(conjuncts) : [expression];
}

function narrowed(known: KeyConstraint, more: KeyConstraint): KeyConstraint {
  if (known.equals !== undefined) return known;
  if (more.equals !== undefined) return more;
  return { ...more, ...known };
}

function constraintOf(expression: Expression): { key: number; constraint: KeyConstraint } | undefined {
  switch (expression.kind) {
    case 'compare': {
      const { key, family, comparator, value } = expression;
      switch (comparator) {
        case '=':
          return { key, constraint: { family, equals: [value] } };
        case '<':
        case '<=':
          return { key, constraint: { family, upper: { value, inclusive: comparator === '<=' } } };
        case '>':
        case '>=':
          return { key, constraint: { family, lower: { value, inclusive: comparator === '>=' } } };
        case '<>':
          return undefined;
      }
      break;
    }
    case 'in':
      return expression.negated
        ? undefined
        : {
            key: expression.key,
            constraint: { family: expression.family, equals: [...new Set(expression.values)] },
          };
    case 'between':
      return expression.negated
        ? undefined
        : {
            key: expression.key,
            constraint: {
              family: expression.family,
              lower: { value: expression.low, inclusive: true },
              upper: { value: expression.high, inclusive: true },
            },
          };
    case 'or':
      return alternatives(expression.operands);
    case 'and':
    case 'not':
    case 'like':
    case 'isNull':
      return undefined;
  }
  return undefined;
}

/** `a = 1 OR a = 2 OR a IN (3)`: Spark's and Trino's way of saying IN. */
function alternatives(
  operands: readonly Expression[],
): { key: number; constraint: KeyConstraint } | undefined {
  const found = operands.map(constraintOf);
  const first = found[0];
  if (first === undefined) return undefined;
  const equals = new Set<TypedLiteral>();
  for (const each of found) {
    if (each?.key !== first.key || each.constraint.equals === undefined) return undefined;
    for (const value of each.constraint.equals) equals.add(value);
  }
  return { key: first.key, constraint: { family: first.constraint.family, equals: [...equals] } };
}
