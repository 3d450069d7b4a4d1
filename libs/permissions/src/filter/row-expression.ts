import { invalid, type LakewardenError } from '@lakewarden/kernel';
import { type Expr, parse } from 'pgsql-ast-parser';

import { dateText, timestampText, type TypeClass, typeClass, type TypedColumn } from './column-type.ts';
import { type Comparison, type Operand, predicateSql, quoted, type RowPredicate } from './row-predicate.ts';

/** spec/permissions.md §6; the service model's PredicateString has the same bound. */
export const MAX_ROW_EXPRESSION_CHARS = 2048;
/** The parser and we go down one call a level; nobody writes as many by hand. */
const MAX_DEPTH = 32;

/** A row expression that fits its table. */
export interface RowExpression {
  readonly predicate: RowPredicate;
  /** The columns that it names. */
  readonly columns: readonly string[];
  /** SQL that every engine reads alike. Absent: it is true for every row, as `TRUE` is. */
  readonly sql?: string;
}

const refuse = (fault: string): LakewardenError => invalid(`RowFilter.FilterExpression ${fault}`);

/** Parentheses outside of texts and names: how deep the parser would have to go. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]/g)) {
    if (token === '(') deepest = Math.max(deepest, (depth += 1));
    else if (token === ')') depth -= 1;
  }
  return deepest;
}

function parsed(text: string): Expr {
  if (text.trim() === '') throw refuse('is empty: name AllRowsWildcard for every row.');
  if (text.length > MAX_ROW_EXPRESSION_CHARS) {
    throw refuse(`has ${String(text.length)} characters, of at most ${String(MAX_ROW_EXPRESSION_CHARS)}.`);
  }
  if (depthOf(text) > MAX_DEPTH) throw refuse(`is nested more than ${String(MAX_DEPTH)} levels deep.`);
  // Some engines take it for an escape and would find another end of the text than others do.
  if (text.includes('\\')) throw refuse('holds a backslash, which engines read differently.');
  try {
    // With locations the parser answers a list, and types it as statements; of the entry `expr` it holds one expression.
    const [expr, ...more] = parse(text, { entry: 'expr', locationTracking: true }) as unknown[] as Expr[];
    if (expr !== undefined && more.length === 0) return expr;
  } catch (error) {
    const [, line, column] = /line (\d+) col (\d+)/.exec(error instanceof Error ? error.message : '') ?? [];
    if (line === undefined || column === undefined)
      throw refuse('is no expression of the supported grammar.');
    const before = text.split('\n').slice(0, Number(line) - 1);
    const at = before.reduce((length, each) => length + each.length + 1, Number(column));
    throw refuse(
      `is no expression of the supported grammar: it is not understood from character ${String(at)} on.`,
    );
  }
  throw refuse('is no expression of the supported grammar.');
}

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '=': '=',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

class Reader {
  readonly #text: string;
  readonly #types: ReadonlyMap<string, TypeClass>;
  readonly columns = new Set<string>();

  constructor(text: string, columns: readonly TypedColumn[] | undefined) {
    this.#text = text;
    this.#types = new Map(columns?.map(({ name, type }) => [name.toLowerCase(), typeClass(type)]));
  }

  predicate(expr: Expr, depth = 0): RowPredicate {
    if (depth > MAX_DEPTH) throw refuse(`is nested more than ${String(MAX_DEPTH)} levels deep.`);
    if (expr.type === 'boolean') return { kind: 'constant', value: expr.value };
    if (expr.type === 'binary') return this.#binary(expr, depth);
    if (expr.type === 'unary') return this.#unary(expr, depth);
    if (expr.type === 'ref') {
      const column = this.#column(expr).name;
      this.#mustBe('BOOLEAN', column, 'stands for a condition');
      return { kind: 'boolean', column };
    }
    if (expr.type === 'ternary') {
      const value = this.#operand(expr.value);
      const low = this.#literalFor(value, expr.lo);
      const high = this.#literalFor(value, expr.hi);
      return { kind: 'between', isNegated: expr.op === 'NOT BETWEEN', value, low, high };
    }
    throw this.#unsupported(expr);
  }

  #unary(expr: Extract<Expr, { type: 'unary' }>, depth: number): RowPredicate {
    if (expr.op === 'NOT') return { kind: 'not', of: this.predicate(expr.operand, depth + 1) };
    if (expr.op === 'IS NULL' || expr.op === 'IS NOT NULL') {
      const column = this.#column(expr.operand).name;
      return { kind: 'null', isNegated: expr.op === 'IS NOT NULL', column };
    }
    throw refuse(`uses ${expr.op}, which row expressions do not have.`);
  }

  #binary(expr: Extract<Expr, { type: 'binary' }>, depth: number): RowPredicate {
    const { op } = expr;
    if (op === 'AND' || op === 'OR') {
      const kind = op === 'AND' ? 'and' : 'or';
      const of = operandsOf(expr, op).map((each) => this.predicate(each, depth + 1));
      return { kind, of };
    }
    if (op === 'IN' || op === 'NOT IN') {
      const value = this.#operand(expr.left);
      if (expr.right.type !== 'list') {
        // A subquery, or one value in parentheses.
        const only = this.#literalFor(value, expr.right);
        return { kind: 'in', isNegated: op === 'NOT IN', value, list: [only] };
      }
      const list = expr.right.expressions.map((each) => this.#literalFor(value, each));
      return { kind: 'in', isNegated: op === 'NOT IN', value, list };
    }
    if (op === 'LIKE' || op === 'NOT LIKE') {
      const column = this.#column(expr.left).name;
      this.#mustBe('TEXT', column, 'is compared by LIKE');
      if (expr.right.type !== 'string') throw refuse('takes a text after LIKE.');
      return { kind: 'like', isNegated: op === 'NOT LIKE', column, pattern: expr.right.value };
    }
    const comparison = COMPARISONS[op];
    if (comparison === undefined) throw refuse(`uses ${op}, which row expressions do not have.`);
    return this.#compare(comparison, expr.left, expr.right);
  }

  #compare(op: Comparison, left: Expr, right: Expr): RowPredicate {
    if (left.type === 'ref' && right.type === 'ref') {
      const [a, b] = [this.#column(left), this.#column(right)];
      const [typeOfA, typeOfB] = [this.#typeOf(a.name), this.#typeOf(b.name)];
      if (typeOfA !== typeOfB || typeOfA === 'OTHER') {
        throw refuse(`compares ${a.name} with ${b.name}, which is of another type.`);
      }
      return { kind: 'compare', op, left: a, right: b };
    }
    if (left.type === 'ref') {
      const column = this.#operand(left);
      return { kind: 'compare', op, left: column, right: this.#literalFor(column, right) };
    }
    if (right.type !== 'ref') {
      this.#literal(left);
      throw refuse('compares without naming a column.');
    }
    const column = this.#operand(right);
    return { kind: 'compare', op, left: this.#literalFor(column, left), right: column };
  }

  #typeOf(column: string): TypeClass | undefined {
    // Without columns only the grammar is looked at.
    return this.#types.get(column);
  }

  #mustBe(wanted: TypeClass, column: string, saying: string): void {
    const type = this.#typeOf(column);
    if (type === undefined || type === wanted) return;
    throw refuse(`is not typed: ${column} ${saying} and is no ${wanted.toLowerCase()}.`);
  }

  #column(expr: Expr): Extract<Operand, { kind: 'column' }> {
    if (expr.type !== 'ref') throw this.#unsupported(expr, 'takes a column here');
    if (expr.table !== undefined || expr.name === '*') {
      throw refuse(`names ${this.#sliceOf(expr)}: columns are named alone.`);
    }
    // The parser leaves quotes in a quoted name doubled.
    const name = expr.name.replaceAll('""', '"').toLowerCase();
    if (this.#types.size > 0 && !this.#types.has(name))
      throw refuse(`names ${name}, which the table does not have.`);
    this.columns.add(name);
    return { kind: 'column', name };
  }

  #operand(expr: Expr): Extract<Operand, { kind: 'column' }> {
    const column = this.#column(expr);
    if (this.#typeOf(column.name) === 'OTHER') {
      throw refuse(`compares ${column.name}, whose type takes IS NULL and IS NOT NULL alone.`);
    }
    return column;
  }

  /** The literal as it is printed beside that column. */
  #literalFor({ name }: Extract<Operand, { kind: 'column' }>, expr: Expr): Operand {
    const literal = this.#literal(expr);
    const type = this.#typeOf(name) ?? literal.type;
    if (literal.type === type) return { kind: 'literal', ...literal };
    // Engines differ in whether they read a text as a day by themselves.
    if (literal.type === 'TEXT' && type === 'DATE') return dateLiteral(literal.value);
    if ((literal.type === 'TEXT' || literal.type === 'DATE') && type === 'TIMESTAMP') {
      return timestampLiteral(literal.value);
    }
    throw refuse(`compares ${name} with ${literal.text}, which is of another type.`);
  }

  #literal(expr: Expr): { readonly type: TypeClass; readonly text: string; readonly value: string } {
    if (expr.type === 'string') return { type: 'TEXT', text: quoted(expr.value), value: expr.value };
    if (expr.type === 'boolean') {
      return { type: 'BOOLEAN', text: expr.value ? 'TRUE' : 'FALSE', value: String(expr.value) };
    }
    if (expr.type === 'integer' || expr.type === 'numeric') {
      const text = this.#number(expr);
      return { type: 'NUMBER', text, value: text };
    }
    if (expr.type === 'cast') {
      const to = 'name' in expr.to ? expr.to.name.toLowerCase() : '';
      if (expr.operand.type === 'string' && (to === 'date' || to === 'timestamp')) {
        const { value } = expr.operand;
        return { ...(to === 'date' ? dateLiteral(value) : timestampLiteral(value)), value };
      }
    }
    if (expr.type === 'null') throw refuse('compares with NULL, which is never true: write IS NULL.');
    throw this.#unsupported(expr, 'takes a literal here');
  }

  /** From the text itself: the parser has rounded it. */
  #number(expr: Expr): string {
    const written = /^(-?)\s*(\d*)(?:\.(\d*))?$/.exec(this.#sliceOf(expr));
    if (written === null) throw refuse(`writes ${this.#sliceOf(expr)}, which is no plain number.`);
    const [, sign = '', whole = '', fraction = ''] = written;
    const digits = whole.replace(/^0+(?=\d)/, '');
    return `${sign}${digits === '' ? '0' : digits}${fraction === '' ? '' : `.${fraction}`}`;
  }

  #unsupported(expr: Expr, fault = 'is not of the supported grammar'): LakewardenError {
    const names: Partial<Record<Expr['type'], string>> = {
      binary: 'a calculation',
      unary: 'a calculation',
      call: 'a function',
      keyword: 'a function',
      select: 'a subquery',
      cast: 'a cast',
      case: 'CASE',
      parameter: 'a parameter',
    };
    return refuse(`${fault}: ${this.#sliceOf(expr)} is ${names[expr.type] ?? 'no such thing'}.`);
  }

  #sliceOf({ _location: at }: Expr): string {
    return at === undefined ? 'a part' : this.#text.slice(at.start, at.end);
  }
}

/** `a AND b AND c` is one level, however long. */
function operandsOf(expr: Extract<Expr, { type: 'binary' }>, op: 'AND' | 'OR'): Expr[] {
  const found: Expr[] = [];
  let left: Expr = expr;
  while (left.type === 'binary' && left.op === op) {
    found.push(left.right);
    left = left.left;
  }
  return [...found, left].reverse();
}

type TypedLiteral = Extract<Operand, { kind: 'literal' }>;

function dateLiteral(value: string): TypedLiteral {
  const text = dateText(value);
  if (text === undefined) throw refuse(`writes ${quoted(value)}, which is no date (YYYY-MM-DD).`);
  return { kind: 'literal', type: 'DATE', text: `DATE '${text}'` };
}

function timestampLiteral(value: string): TypedLiteral {
  const text = timestampText(value);
  if (text === undefined) {
    throw refuse(`writes ${quoted(value)}, which is no timestamp (YYYY-MM-DD HH:MM:SS).`);
  }
  return { kind: 'literal', type: 'TIMESTAMP', text: `TIMESTAMP '${text}'` };
}

/**
 * The columns that an expression names, before it is known whether the table has them.
 * @throws InvalidInputException it is not of the grammar
 */
export function columnsNamedIn(text: string): readonly string[] {
  const reader = new Reader(text, undefined);
  reader.predicate(parsed(text));
  return [...reader.columns];
}

/**
 * Parses and types a row expression: columns, literals, `= <> != < <= > >=`, BETWEEN, IN, LIKE, IS [NOT] NULL, AND, OR,
 * NOT and parentheses (spec/permissions.md §6).
 * @throws InvalidInputException it is not of the grammar, names an unknown column, or compares what cannot be compared
 */
export function readRowExpression(text: string, columns: readonly TypedColumn[]): RowExpression {
  const reader = new Reader(text, columns.length === 0 ? [{ name: '' }] : columns);
  const predicate = reader.predicate(parsed(text));
  const isAlways = predicate.kind === 'constant' && predicate.value;
  return {
    predicate,
    columns: [...reader.columns],
    ...(!isAlways && { sql: predicateSql(predicate) }),
  };
}
