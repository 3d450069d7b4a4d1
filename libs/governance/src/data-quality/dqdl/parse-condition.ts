import type { TokenReader } from './reader.ts';
import {
  type Comparison,
  type Condition,
  DURATION_UNITS,
  KEYWORDS,
  type NumberTerm,
  type Option,
  SIZE_UNITS,
  type Value,
} from './ruleset.ts';

const MAX_DEPTH = 20;
const MAX_VALUES = 10_000;
const COMPARISONS: readonly Comparison[] = ['=', '!=', '<=', '>=', '<', '>'];
const CONDITION_WORDS = ['between', 'in', 'matches'] as const;

export function isConditionNext(reader: TokenReader): boolean {
  if (COMPARISONS.some((operator) => reader.isSymbol(operator))) return true;
  const behindNot = reader.isWord('not') ? 1 : 0;
  return CONDITION_WORDS.some((word) => reader.isWord(word, behindNot));
}

/** Call where {@link isConditionNext}. */
export function conditionOf(reader: TokenReader): Condition {
  const operator = COMPARISONS.find((each) => reader.isSymbol(each));
  if (operator !== undefined) {
    reader.next();
    return { kind: 'compare', operator, value: valueOf(reader) };
  }
  const negated = reader.isWord('not');
  if (negated) reader.next();
  const word = reader.word('an expression');
  if (word === 'matches') return { kind: 'matches', negated, pattern: reader.text('a pattern in quotes') };
  if (word === 'in') return { kind: 'in', negated, values: listOf(reader) };
  const low = valueOf(reader);
  if (!reader.isWord('and') && !reader.isWord('AND')) throw reader.fault('and is wanted here.');
  reader.next();
  return { kind: 'between', negated, low, high: valueOf(reader) };
}

function listOf(reader: TokenReader): readonly Value[] {
  reader.expect('[');
  const values: Value[] = [];
  do {
    if (values.length >= MAX_VALUES) throw reader.fault(`a list has at most ${String(MAX_VALUES)} values.`);
    values.push(valueOf(reader));
  } while (reader.accept(','));
  reader.expect(']');
  return values;
}

/** `with threshold > 0.9 with hashAlgorithm = "MD5"`. */
export function optionsOf(reader: TokenReader): readonly Option[] {
  const options: Option[] = [];
  while (reader.isWord('with')) {
    reader.next();
    // The reference quotes some names ("timeZone") and not others (threshold).
    const name = reader.peek().kind === 'text' ? reader.next().text : reader.word("an option's name");
    if (!isConditionNext(reader)) throw reader.fault(`${name} needs an expression, such as > 0.9.`);
    options.push({ name, condition: conditionOf(reader) });
  }
  return options;
}

const isNow = (reader: TokenReader, ahead: number): boolean =>
  reader.isWord('now', ahead) && reader.isSymbol('(', ahead + 1) && reader.isSymbol(')', ahead + 2);

function valueOf(reader: TokenReader): Value {
  const token = reader.peek();
  if (token.kind === 'text') return { kind: 'text', text: reader.next().text };
  const keyword = KEYWORDS.find((each) => reader.isWord(each) || reader.isWord(each.toLowerCase()));
  if (keyword !== undefined) {
    reader.next();
    return { kind: 'keyword', keyword };
  }
  if (isNow(reader, 0)) return skipNow(reader);
  if (reader.isSymbol('(') && isNow(reader, 1)) return shiftedNow(reader);
  if (token.kind === 'number') {
    const unit = [...DURATION_UNITS, ...SIZE_UNITS].find((each) => reader.isWord(each, 1));
    if (unit !== undefined) {
      reader.position += 2;
      return { kind: 'quantity', amount: token.text, unit };
    }
  }
  return sumOf(reader, 0);
}

function skipNow(reader: TokenReader): Value {
  reader.position += 3;
  return { kind: 'now' };
}

function shiftedNow(reader: TokenReader): Value {
  reader.expect('(');
  reader.position += 3;
  const sign = reader.isSymbol('+') ? '+' : '-';
  reader.expect(sign);
  const amount = reader.number('a number');
  const unit = DURATION_UNITS.find((each) => reader.isWord(each));
  if (unit === undefined) throw reader.fault(`one of ${DURATION_UNITS.join(', ')} is wanted here.`);
  reader.next();
  reader.expect(')');
  return { kind: 'now', shift: { sign, amount, unit } };
}

/** `+` and `-` bind less than `*` and `/`; equals from the left. */
function sumOf(reader: TokenReader, depth: number): NumberTerm {
  let left = productOf(reader, depth);
  while (reader.isSymbol('+') || reader.isSymbol('-')) {
    const operator = reader.next().text === '+' ? '+' : '-';
    left = { kind: 'arithmetic', operator, left, right: productOf(reader, depth) };
  }
  return left;
}

function productOf(reader: TokenReader, depth: number): NumberTerm {
  let left = factorOf(reader, depth);
  while (reader.isSymbol('*') || reader.isSymbol('/')) {
    const operator = reader.next().text === '*' ? '*' : '/';
    left = { kind: 'arithmetic', operator, left, right: factorOf(reader, depth) };
  }
  return left;
}

function factorOf(reader: TokenReader, depth: number): NumberTerm {
  if (depth >= MAX_DEPTH) throw reader.fault(`numbers nest at most ${String(MAX_DEPTH)} deep.`);
  if (reader.accept('(')) {
    const inner = sumOf(reader, depth + 1);
    reader.expect(')');
    return inner;
  }
  if (reader.accept('-')) return { kind: 'number', text: `-${reader.number('a number')}` };
  if (reader.peek().kind === 'word' && reader.isSymbol('(', 1)) return callOf(reader, depth);
  return { kind: 'number', text: reader.number('a value') };
}

function callOf(reader: TokenReader, depth: number): NumberTerm {
  const name = reader.word('a function');
  reader.expect('(');
  const parameters: NumberTerm[] = [];
  if (!reader.isSymbol(')')) {
    do parameters.push(sumOf(reader, depth + 1));
    while (reader.accept(','));
  }
  reader.expect(')');
  return { kind: 'call', name, parameters };
}
