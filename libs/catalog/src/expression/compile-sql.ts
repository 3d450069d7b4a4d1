import type { Comparator, Expression, ExpressionKey, PartitionKeyType, TypedLiteral } from './tree.ts';
import { HIVE_NULL } from './typed-value.ts';

export interface CompiledExpression {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

/** Calendar dates of the years 0000 to 9999, so that exactly what parseTyped() takes passes. */
const DATE_SHAPE =
  '([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)' +
  '|02-(0[1-9]|1[0-9]|2[0-8]))' +
  // Leap years: divisible by 4 and no century, or a century divisible by 400.
  '|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)';

/** What a value must look like before it may be cast: a cast that fails would fail the whole statement. */
export const SHAPES: Record<Exclude<PartitionKeyType, 'string'>, string> = {
  integer: '^[+-]?[0-9]+$',
  decimal: '^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,4})?$',
  date: `^${DATE_SHAPE}$`,
  timestamp: `^${DATE_SHAPE} ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?$`,
};

const COMPARATOR_SQL: Record<Comparator, string> = {
  '=': '=',
  '<>': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

class Compiler {
  readonly parameters: unknown[] = [];
  readonly #valuesColumn: string;
  readonly #first: number;
  /** Typed keys that are compared, with their families. */
  readonly typedKeys = new Map<number, Exclude<PartitionKeyType, 'string'>>();

  constructor(valuesColumn: string, firstParameter: number) {
    this.#valuesColumn = valuesColumn;
    this.#first = firstParameter;
  }

  #parameter(value: unknown, type: string): string {
    this.parameters.push(value);
    return `$${String(this.#first + this.parameters.length - 1)}::${type}`;
  }

  raw(key: number): string {
    return `${this.#valuesColumn}[${String(key + 1)}]`;
  }

  /** The stored value as its type compares; NULL for Hive's marker and for what does not fit. */
  #stored(key: number, family: PartitionKeyType): string {
    const raw = this.raw(key);
    if (family === 'string') return `${raw} COLLATE "C"`;
    this.typedKeys.set(key, family);
    const fits = `${raw} ~ '${SHAPES[family]}'`;
    switch (family) {
      case 'integer':
      case 'decimal':
        return `CASE WHEN ${fits} THEN ${raw}::numeric END`;
      case 'date':
        return `CASE WHEN ${fits} THEN ${raw} END COLLATE "C"`;
      case 'timestamp':
        // To nine digits: PostgreSQL's own timestamps end at microseconds.
        return `CASE WHEN ${fits} THEN rpad(CASE WHEN length(${raw}) = 19 THEN ${raw} || '.' ELSE ${raw} END, 29, '0') END COLLATE "C"`;
    }
  }

  #literal(family: PartitionKeyType, value: TypedLiteral): string {
    return family === 'integer' || family === 'decimal'
      ? this.#parameter(String(value), 'numeric')
      : this.#parameter(value, 'text');
  }

  /** Unless a value does not fit its key's type: those rows are kept, for evaluate() to complain about. */
  misfits(): string[] {
    return [...this.typedKeys].map(([key, family]) => {
      const raw = this.raw(key);
      return `(${raw} !~ '${SHAPES[family]}' AND ${raw} <> '${HIVE_NULL}')`;
    });
  }

  compile(expression: Expression): string {
    switch (expression.kind) {
      case 'and':
        return `(${expression.operands.map((operand) => this.compile(operand)).join(' AND ')})`;
      case 'or':
        return `(${expression.operands.map((operand) => this.compile(operand)).join(' OR ')})`;
      case 'not':
        return `(NOT ${this.compile(expression.operand)})`;
      case 'compare': {
        const { key, family, comparator, value } = expression;
        return `(${this.#stored(key, family)} ${COMPARATOR_SQL[comparator]} ${this.#literal(family, value)})`;
      }
      case 'in': {
        const { key, family, values, negated } = expression;
        const type = family === 'integer' || family === 'decimal' ? 'numeric[]' : 'text[]';
        const list = this.#parameter(values.map(String), type);
        const test = `(${this.#stored(key, family)} = ANY(${list}))`;
        return negated ? `(NOT ${test})` : test;
      }
      case 'between': {
        const { key, family, low, high, negated } = expression;
        const test = `(${this.#stored(key, family)} BETWEEN ${this.#literal(family, low)} AND ${this.#literal(family, high)})`;
        return negated ? `(NOT ${test})` : test;
      }
      case 'like': {
        const { key, pattern, negated } = expression;
        // ESCAPE '': a backslash is itself.
        const test = `(${this.raw(key)} COLLATE "C" LIKE ${this.#parameter(pattern, 'text')} ESCAPE '')`;
        return negated ? `(NOT ${test})` : test;
      }
      case 'isNull':
        return `(${this.raw(expression.key)} ${expression.negated ? '<>' : '='} '${HIVE_NULL}')`;
    }
  }
}

/**
 * The expression as a PostgreSQL condition over a `text[]` of values, in parameters numbered from `firstParameter`.
 * It holds for exactly the rows for which evaluate() holds or complains. The
 * caller passes the rows of an expression that {@link comparesTypedKeys} through evaluate().
 *
 * @param valuesColumn trusted SQL, such as `p.values`
 */
export function compileExpression(
  expression: Expression,
  _keys: readonly ExpressionKey[],
  valuesColumn: string,
  firstParameter: number,
): CompiledExpression {
  const compiler = new Compiler(valuesColumn, firstParameter);
  const condition = compiler.compile(expression);
  const text = [...compiler.misfits(), condition].join(' OR ');
  return { text: `(${text})`, parameters: compiler.parameters };
}
