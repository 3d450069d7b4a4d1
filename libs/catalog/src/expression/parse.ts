import { invalid, malformed } from '@lakewarden/kernel';

import { type Token, tokenize } from './tokens.ts';
import {
  type Comparator,
  type Expression,
  type ExpressionKey,
  keyFamily,
  type PartitionKeyType,
  type TypedLiteral,
} from './tree.ts';
import { misfitMessage, parseTyped } from './typed-value.ts';

/** Glue's PredicateString. */
const MAX_EXPRESSION_BYTES = 2048;
const MAX_DEPTH = 200;

const COMPARATORS = new Set(['=', '<>', '<', '<=', '>', '>=']);
const MIRRORED: Record<Comparator, Comparator> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};
const RESERVED = new Set(['and', 'or', 'not', 'in', 'between', 'like', 'is', 'null']);

const FAMILY_NAMES: Record<Exclude<PartitionKeyType, 'string'>, string> = {
  integer: 'Integral',
  decimal: 'Decimal',
  date: 'Date',
  timestamp: 'Timestamp',
};

/** A literal as written: which spellings a key's type takes is the key's affair. */
interface Literal {
  readonly kind: 'string' | 'number' | 'date' | 'timestamp';
  readonly text: string;
}

type Operand = { readonly column: number } | { readonly literal: Literal };

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #keys: readonly ExpressionKey[];
  #at = 0;
  #depth = 0;

  constructor(text: string, tokens: readonly Token[], keys: readonly ExpressionKey[]) {
    this.#text = text;
    this.#tokens = tokens;
    this.#keys = keys;
  }

  parse(): Expression {
    const expression = this.#or();
    if (this.#at < this.#tokens.length) throw this.#unsupported();
    return expression;
  }

  #unsupported() {
    return invalid(`Unsupported expression '${this.#text}'`);
  }

  #deeper<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#unsupported();
    const result = read();
    this.#depth -= 1;
    return result;
  }

  #isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.#tokens[this.#at + ahead];
    return token?.kind === 'symbol' && token.text === symbol;
  }

  #isWord(word: string, ahead = 0): boolean {
    const token = this.#tokens[this.#at + ahead];
    return token?.kind === 'word' && token.text.toLowerCase() === word;
  }

  #takeWord(word: string): boolean {
    if (!this.#isWord(word)) return false;
    this.#at += 1;
    return true;
  }

  #takeSymbol(symbol: string): boolean {
    if (!this.#isSymbol(symbol)) return false;
    this.#at += 1;
    return true;
  }

  /** AND and OR may stand in parentheses of their own: `(a) = 1 (OR) (b) = 2` (spec/catalog.md §6). */
  #takeConnective(word: string): boolean {
    if (this.#takeWord(word)) return true;
    let open = 0;
    while (this.#isSymbol('(', open)) open += 1;
    if (open === 0 || !this.#isWord(word, open)) return false;
    for (let i = 1; i <= open; i += 1) if (!this.#isSymbol(')', open + i)) return false;
    this.#at += 2 * open + 1;
    return true;
  }

  #or(): Expression {
    const operands = [this.#and()];
    while (this.#takeConnective('or')) operands.push(this.#and());
    return operands.length === 1 && operands[0] !== undefined ? operands[0] : { kind: 'or', operands };
  }

  #and(): Expression {
    const operands = [this.#not()];
    while (this.#takeConnective('and')) operands.push(this.#not());
    return operands.length === 1 && operands[0] !== undefined ? operands[0] : { kind: 'and', operands };
  }

  #not(): Expression {
    if (!this.#takeWord('not')) return this.#primary();
    return this.#deeper(() => ({ kind: 'not', operand: this.#not() }));
  }

  #primary(): Expression {
    if (!this.#isSymbol('(') || this.#wrapsOperand()) return this.#predicate();
    return this.#deeper(() => {
      this.#at += 1;
      const inner = this.#or();
      if (!this.#takeSymbol(')')) throw this.#unsupported();
      return inner;
    });
  }

  /** Whether the parentheses here hold one operand and nothing else: `((a))`, `('x')`, `(DATE '…')`. */
  #wrapsOperand(): boolean {
    let open = 0;
    while (this.#isSymbol('(', open)) open += 1;
    const token = this.#tokens[this.#at + open];
    if (token === undefined || token.kind === 'symbol') return false;
    const behind = open + (this.#isTypedLiteral(open) ? 2 : 1);
    // All of them close at once, or the outer ones hold more: `((a) = 1)` is an expression in parentheses.
    for (let i = 0; i < open; i += 1) if (!this.#isSymbol(')', behind + i)) return false;
    return true;
  }

  #isTypedLiteral(ahead: number): boolean {
    return (
      (this.#isWord('date', ahead) || this.#isWord('timestamp', ahead)) &&
      this.#tokens[this.#at + ahead + 1]?.kind === 'string'
    );
  }

  #operand(): Operand {
    let open = 0;
    while (this.#takeSymbol('(')) open += 1;
    const operand = this.#bareOperand();
    for (; open > 0; open -= 1) if (!this.#takeSymbol(')')) throw this.#unsupported();
    return operand;
  }

  #bareOperand(): Operand {
    if (this.#isTypedLiteral(0)) {
      const kind = this.#isWord('date') ? 'date' : 'timestamp';
      const literal: Literal = { kind, text: this.#tokens[this.#at + 1]?.text ?? '' };
      this.#at += 2;
      return { literal };
    }
    const token = this.#tokens[this.#at];
    if (token === undefined || token.kind === 'symbol') throw this.#unsupported();
    this.#at += 1;
    if (token.kind === 'quoted' || token.kind === 'word') {
      const name = token.text.toLowerCase();
      if (token.kind === 'word' && RESERVED.has(name)) throw this.#unsupported();
      // A function's name is no column: it would be complained about for the wrong reason.
      if (this.#isSymbol('(')) throw this.#unsupported();
      const column = this.#keys.findIndex((key) => key.name === name);
      if (column < 0) throw invalid('Invalid partition expression!');
      return { column };
    }
    return { literal: { kind: token.kind, text: token.text } };
  }

  #literal(): Literal {
    const operand = this.#operand();
    if (!('literal' in operand)) throw this.#unsupported();
    return operand.literal;
  }

  #predicate(): Expression {
    const left = this.#operand();
    const token = this.#tokens[this.#at];
    if (token?.kind === 'symbol' && COMPARATORS.has(token.text)) {
      this.#at += 1;
      const comparator = token.text as Comparator; // one of COMPARATORS
      const right = this.#operand();
      if ('column' in left && 'literal' in right)
        return this.#compare(left.column, comparator, right.literal);
      if ('literal' in left && 'column' in right) {
        return this.#compare(right.column, MIRRORED[comparator], left.literal);
      }
      throw this.#unsupported();
    }
    if (!('column' in left)) throw this.#unsupported();
    const key = left.column;
    if (this.#takeWord('is')) {
      const negated = this.#takeWord('not');
      if (!this.#takeWord('null')) throw this.#unsupported();
      return { kind: 'isNull', key, negated };
    }
    const negated = this.#takeWord('not');
    if (this.#takeWord('in')) return this.#in(key, negated);
    if (this.#takeWord('between')) {
      const low = this.#typed(key, this.#literal());
      if (!this.#takeConnective('and')) throw this.#unsupported();
      return {
        kind: 'between',
        key,
        family: this.#family(key),
        low,
        high: this.#typed(key, this.#literal()),
        negated,
      };
    }
    if (this.#takeWord('like')) return this.#like(key, negated);
    throw this.#unsupported();
  }

  #in(key: number, negated: boolean): Expression {
    if (!this.#takeSymbol('(')) throw this.#unsupported();
    const values = [this.#typed(key, this.#literal())];
    while (this.#takeSymbol(',')) values.push(this.#typed(key, this.#literal()));
    if (!this.#takeSymbol(')')) throw this.#unsupported();
    return { kind: 'in', key, family: this.#family(key), values, negated };
  }

  #like(key: number, negated: boolean): Expression {
    const family = this.#family(key);
    if (family !== 'string') {
      throw invalid(`${FAMILY_NAMES[family]} data type doesn't support operation 'LIKE'`);
    }
    const pattern = this.#literal();
    if (pattern.kind !== 'string') throw this.#unsupported();
    // Spark writes Hive-metastore patterns: `.*` is its `%` (spec/catalog.md §6, the trap).
    return { kind: 'like', key, pattern: pattern.text.replaceAll('.*', '%'), negated };
  }

  #compare(key: number, comparator: Comparator, literal: Literal): Expression {
    return { kind: 'compare', key, family: this.#family(key), comparator, value: this.#typed(key, literal) };
  }

  #family(key: number): PartitionKeyType {
    const type = this.#keys[key]?.type ?? '';
    const family = keyFamily(type);
    if (family === undefined)
      throw invalid(`Unknown type : '${(type.split('(', 1)[0] ?? '').toLowerCase()}'`);
    return family;
  }

  #typed(key: number, literal: Literal): TypedLiteral {
    const family = this.#family(key);
    const fits = literal.kind !== 'timestamp' || family === 'timestamp' || family === 'string';
    const value = fits ? parseTyped(family, literal.text) : undefined;
    if (value === undefined) throw invalid(misfitMessage(family, literal.text));
    return value;
  }
}

/**
 * GetPartitions.Expression, checked against the keys. Blank is no filter.
 *
 * @throws ValidationException longer than 2048 bytes
 * @throws InvalidInputException it cannot be derived, names no key, or a literal does not fit its key's type
 * @see spec/catalog.md §6
 */
export function parseExpression(
  text: string | undefined,
  keys: readonly ExpressionKey[],
): Expression | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  if (text.length > MAX_EXPRESSION_BYTES || Buffer.byteLength(text) > MAX_EXPRESSION_BYTES) {
    throw malformed(
      "1 validation error detected: Value at 'expression' failed to satisfy constraint: " +
        `Member must have length less than or equal to ${String(MAX_EXPRESSION_BYTES)}`,
    );
  }
  const tokens = tokenize(text);
  if (tokens === undefined || text.includes('\u0000')) throw invalid(`Unsupported expression '${text}'`);
  return new Parser(text, tokens, keys).parse();
}
