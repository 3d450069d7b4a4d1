import type { ErrorCode } from '@lakewarden/kernel';
import { describe, expect, it } from 'vitest';

import { evaluate, type ExpressionKey, parseExpression } from './index.ts';

const keys: readonly ExpressionKey[] = [
  { name: 'string_col', type: 'string' },
  { name: 'int_col', type: 'INT' },
  { name: 'decimal_col', type: 'decimal(10,2)' },
  { name: 'date_col', type: 'date' },
  { name: 'timestamp', type: 'timestamp' },
  { name: 'float_col', type: 'float' },
  { name: 'char_col', type: 'varchar(10)' },
  { name: 'and', type: 'string' },
  { name: '2021_sales', type: 'int' },
];
const NULL = '__HIVE_DEFAULT_PARTITION__';
const row = ['two', '2', '2.6', '2019-01-01', '1970-01-01 00:02:03.456', '3.14', '2', 'x', '7'];

const answer = (text: string, values: readonly string[] = row): boolean | undefined => {
  const expression = parseExpression(text, keys);
  return expression === undefined ? undefined : evaluate(expression, keys, values);
};

/** That row, one value replaced. */
const stored = (key: string, value: string): string[] =>
  row.map((each, i) => (keys[i]?.name === key ? value : each));

/** Typed unknown: the matcher itself is `any`. */
const refusal = (code: ErrorCode, message: string): unknown => expect.objectContaining({ code, message });

const MATCHING = [
  'int_col = 2',
  "int_col = '2'",
  'int_col IN (2)',
  "int_col in (6, '4', 2)",
  'int_col between 2 AND 2',
  'int_col > 1 AND int_col < 3',
  'int_col >= 2 and int_col <> 3',
  '(int_col) = ((2)) (OR) (((int_col))) = (2)',
  '((int_col = 1) ((OR)) (int_col = 2))',
  'int_col IS NOT NULL and int_col = 2',
  'int_col not IN (1, 3)',
  'int_col NOT BETWEEN 1 AND 1 and int_col NOT BETWEEN 3 AND 3',
  'int_col between 1 (and) 2',
  '2021_sales = 7 and decimal_col>1e-5 and 1e1 > decimal_col',
  '1 < int_col',
  '2 = (int_col)',
  'int_col>-1',
  'int_col != 3',
  '(int_col = 2L) and (int_col = 2D) and (int_col = 2S) and (int_col = 2Y) and (int_col = 2BD)',
  'INT_COL = +2',
  'not int_col = 1 and int_col = 2',
  'NOT NOT int_col = 2',
  'int_col = 2 OR int_col = 3 AND int_col = 4',
  "int_col between 1 and 3 and string_col = 'two'",
  'decimal_col = 2.6',
  "decimal_col IN (6, '4', 2.60)",
  'decimal_col between 2 AND 3e10',
  "decimal_col <> '3e14'",
  "string_col between 'twn' AND 'twp'",
  "string_col IN ('test', 'two', '3')",
  'char_col = 2',
  "string_col LIKE 't_o'",
  "string_col LIKE ('%wo')",
  "string_col NOT LIKE '%e' AND string_col not like '_'",
  'string_col = "two"',
  "`string_col` = 'two' and `and` = 'x'",
  'string_col like ".*w.*" and string_col like "t.*" and string_col like ".*o"',
  'date_col = 2019-01-01',
  "date_col = '2019-01-01' and date_col = DATE '2019-01-01'",
  "((string_col = 'two') and (timestamp = '1970-01-01 00:02:03.456'))",
  "timestamp = TIMESTAMP '1970-01-01 00:02:03.456000000'",
  "timestamp < '1970-01-01 00:02:03.456000001'",
  "((string_col = 'two')) AND ((int_col >= 1 AND int_col < 5) OR (int_col in (7, 9)))",
  '(int_col = 2021 or int_col = 2) and char_col >= "02"',
];

const UNSUPPORTED = [
  "string_col IS test' AND not parsable",
  'int_col',
  '1',
  'NOT int_col',
  '1 = 1',
  'int_col = int_col',
  'int_col = NULL',
  'int_col IN ()',
  'int_col IN (2',
  'int_col IN (NULL)',
  '2 IN (int_col)',
  'int_col + 1 = 2',
  'abs(int_col) = 2',
  'date(date_col) = 1',
  'int_col = 2 int_col = 2',
  '(int_col = 2',
  'int_col = 2)',
  'int_col == 2',
  'int_col NOT = 2',
  'int_col = 2019-1-1',
  'date_col = 2019-01-01x',
  "string_col = 'O'Brien'",
  "string_col LIKE 'a' ESCAPE 'x'",
  'string_col LIKE 2',
  'string_col LIKE int_col',
  'and = 1',
  'int_col = 2;',
  "string_col = 'a\u0000'",
];

const REFUSED: readonly (readonly [text: string, message: string])[] = [
  ['unknown_col IS NULL', 'Invalid partition expression!'],
  ["unknown_col LIKE 'two'", 'Invalid partition expression!'],
  ["int_col = 2 OR unknown_col = 'test'", 'Invalid partition expression!'],
  ["int_col = 'test'", '"test" is not an integer.'],
  ['int_col in (2, 2.5)', '"2.5" is not an integer.'],
  [`int_col = '${NULL}'`, `"${NULL}" is not an integer.`],
  ["decimal_col = 'test'", 'test is not a decimal.'],
  ['date_col = 2022-02-32', '2022-02-32 is not a date.'],
  ["date_col = '1900-02-29'", '1900-02-29 is not a date.'],
  ...['2019-01-01', '2019-01-01 00:00:00.', '2019-01-01 24:00:00', '2019-01-01 00:00:00.1234567890'].map(
    (value) =>
      [
        `timestamp = '${value}'`,
        `Timestamp format must be yyyy-mm-dd hh:mm:ss[.fffffffff] ${value} is not a timestamp.`,
      ] as const,
  ),
  ['float_col = 3.14', "Unknown type : 'float'"],
  ['float_col IN (3.14)', "Unknown type : 'float'"],
  ["int_col LIKE '2'", "Integral data type doesn't support operation 'LIKE'"],
  ["decimal_col LIKE '2'", "Decimal data type doesn't support operation 'LIKE'"],
  ["date_col NOT LIKE '2'", "Date data type doesn't support operation 'LIKE'"],
  ["timestamp LIKE '2'", "Timestamp data type doesn't support operation 'LIKE'"],
];

describe('GetPartitions expressions', () => {
  it.each(MATCHING)('given %s, matches', (text) => {
    expect(answer(text)).toBe(true);
  });

  it.each(UNSUPPORTED)('given %j, refuses what cannot be derived', (text) => {
    expect(() => answer(text)).toThrow(refusal('InvalidInputException', `Unsupported expression '${text}'`));
  });

  it.each(REFUSED)('given %s, answers %s', (text, message) => {
    expect(() => answer(text)).toThrow(refusal('InvalidInputException', message));
  });

  it.each([undefined, '', '  \t\n'])('given %j, filters nothing', (text) => {
    expect(parseExpression(text, keys)).toBeUndefined();
  });

  it.each([
    [String.raw`string_col = 'it\'s'`, "it's"],
    ["string_col = 'it''s'", "it's"],
    [`string_col = "it's"`, "it's"],
    [String.raw`string_col = 'a\b'`, String.raw`a\b`],
    ["string_col = ''", ''],
    ['string_col = 2.50', '2.50'],
    ["string_col > '\uffee'", '\u{1f600}'],
    [`string_col = '${NULL}'`, NULL],
    ['string_col IS NULL', NULL],
  ])('given %s, finds %s', (text, value) => {
    expect(answer(text, stored('string_col', value))).toBe(true);
  });

  it.each(['int_col between 3 and 1', "string_col LIKE 'TWO'", "string_col = 'two '", 'int_col = 1'])(
    'given %s, does not match',
    (text) => {
      expect(answer(text)).toBe(false);
    },
  );

  it('given NULL under a typed key, is unknown but for IS NULL', () => {
    const values = stored('int_col', NULL);
    expect(answer('int_col = 2', values)).toBeUndefined();
    expect(answer('NOT int_col = 2', values)).toBeUndefined();
    expect(answer('int_col NOT IN (2)', values)).toBeUndefined();
    expect(answer('int_col = 2 OR char_col = 2', values)).toBe(true);
    expect(answer('int_col IS NULL', values)).toBe(true);
    expect(answer('int_col IS NOT NULL', values)).toBe(false);
  });

  it('given a stored value that does not fit, complains where it is compared and nowhere else', () => {
    const values = stored('int_col', 'int');
    const complaint = refusal('InvalidStateException', '"int" is not an integer.');
    expect(() => answer('int_col = 2', values)).toThrow(complaint);
    expect(() => answer("string_col = 'two' OR int_col = 2", values)).toThrow(complaint);
    expect(() => answer('char_col = 3 AND NOT int_col = 2', values)).toThrow(complaint);
    expect(answer("string_col = 'two'", values)).toBe(true);
    expect(answer('int_col IS NOT NULL', values)).toBe(true);
  });
});

describe('expressions of strangers', () => {
  const TOO_LONG = refusal(
    'ValidationException',
    "1 validation error detected: Value at 'expression' failed to satisfy constraint: " +
      'Member must have length less than or equal to 2048',
  );

  it.each([
    ['a megabyte', 'x'.repeat(1_000_000)],
    ['100,000 parentheses', `${'('.repeat(100_000)}int_col = 2${')'.repeat(100_000)}`],
    ['2049 bytes in fewer characters', `string_col = '${'é'.repeat(1017)}'`],
  ])('given %s, refuses the length', (_, text) => {
    expect(() => answer(text)).toThrow(TOO_LONG);
  });

  it('given exactly 2048 bytes, answers', () => {
    const text = `string_col = '${'a'.repeat(2048 - 15)}b'`.slice(0, 2047) + "'";
    expect(Buffer.byteLength(text)).toBe(2048);
    expect(answer(text)).toBe(false);
  });

  it.each([
    ['200 parentheses', `${'('.repeat(200)}int_col = 2${')'.repeat(200)}`],
    ['200 NOTs', `${'not '.repeat(200)}int_col = 2`],
    ['a long IN', `int_col in (${'7,'.repeat(1000)}2)`],
    ['a long OR', `${'int_col=1 or '.repeat(150)}int_col=2`],
  ])('given %s, answers', (_, text) => {
    expect(answer(text)).toBe(true);
  });

  it.each([
    ['201 parentheses', `${'('.repeat(201)}int_col = 2${')'.repeat(201)}`],
    ['201 NOTs', `${'not '.repeat(201)}int_col = 2`],
    ['parentheses that never close', '('.repeat(2048)],
    ['parentheses behind an end', `int_col = 2 ${'('.repeat(2000)}`],
  ])('given %s, refuses', (_, text) => {
    expect(() => answer(text)).toThrow(refusal('InvalidInputException', `Unsupported expression '${text}'`));
  });

  it('given a pattern of many runs, matches without going back over them', () => {
    const values = stored('string_col', 'a'.repeat(1024));
    expect(answer(`string_col like '${'%a'.repeat(900)}b'`, values)).toBe(false);
  });
});
