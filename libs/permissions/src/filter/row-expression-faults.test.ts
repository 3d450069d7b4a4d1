import { describe, expect, it } from 'vitest';

import { MAX_ROW_EXPRESSION_CHARS, readRowExpression } from './row-expression.ts';

const COLUMNS = Object.entries({
  id: 'bigint',
  city: 'string',
  name: 'varchar(20)',
  day: 'date',
  at: 'timestamp',
  active: 'boolean',
  raw: 'binary',
  tags: 'array<string>',
}).map(([name, type]) => ({ name, type }));
const read = (text: string) => readRowExpression(text, COLUMNS);
const refusing = (fault: string): unknown =>
  expect.objectContaining({ code: 'InvalidInputException', message: `RowFilter.FilterExpression ${fault}` });

const never = 'compares with NULL, which is never true: write IS NULL.';
const ofAnotherType = (left: string, right: string) =>
  `compares ${left} with ${right}, which is of another type.`;
const literal = (what: string) => `takes a literal here: ${what}.`;
const column = (what: string) => `takes a column here: ${what}.`;
const grammar = 'is no expression of the supported grammar';
const from = (character: number) =>
  `${grammar}: it is not understood from character ${String(character)} on.`;

/** What a client reads of each fault: what is wrong, by his own words. */
const FAULTS: readonly (readonly [string, string])[] = [
  ['', 'is empty: name AllRowsWildcard for every row.'],
  [' \n ', 'is empty: name AllRowsWildcard for every row.'],
  ['nope = 1', 'names nope, which the table does not have.'],
  ['orders.id = 1', 'names orders.id: columns are named alone.'],
  ['a.b.id = 1', 'names a.b.id: columns are named alone.'],
  ['*', 'names *: columns are named alone.'],
  ["id = '1'", ofAnotherType('id', "'1'")],
  ['1 = city', ofAnotherType('city', '1')],
  ['active = 1', ofAnotherType('active', '1')],
  ['city = true', ofAnotherType('city', 'TRUE')],
  ['city <> false', ofAnotherType('city', 'FALSE')],
  ['id = city', ofAnotherType('id', 'city')],
  ['at = day', ofAnotherType('at', 'day')],
  ['raw = raw', ofAnotherType('raw', 'raw')],
  ["id = DATE '2026-01-01'", ofAnotherType('id', "DATE '2026-01-01'")],
  ["day = TIMESTAMP '2026-01-01'", ofAnotherType('day', "TIMESTAMP '2026-01-01 00:00:00'")],
  ["id between 1 and 'a'", ofAnotherType('id', "'a'")],
  ["id between 'a' and 1", ofAnotherType('id', "'a'")],
  ["city in ('a', 1)", ofAnotherType('city', '1')],
  ["day = '2026-02-29'", "writes '2026-02-29', which is no date (YYYY-MM-DD)."],
  ["day = DATE 'x'", "writes 'x', which is no date (YYYY-MM-DD)."],
  ["at = 'soon'", "writes 'soon', which is no timestamp (YYYY-MM-DD HH:MM:SS)."],
  ["at = TIMESTAMP 'soon'", "writes 'soon', which is no timestamp (YYYY-MM-DD HH:MM:SS)."],
  ["tags = 'a'", 'compares tags, whose type takes IS NULL and IS NOT NULL alone.'],
  ['id', 'is not typed: id stands for a condition and is no boolean.'],
  ['not id', 'is not typed: id stands for a condition and is no boolean.'],
  ["id like '1%'", 'is not typed: id is compared by LIKE and is no text.'],
  ['city like 1', 'takes a text after LIKE.'],
  ['city not like name', 'takes a text after LIKE.'],
  ['id = NULL', never],
  ['NULL = id', never],
  ['id between null and 2', never],
  ['1 = 1', 'compares without naming a column.'],
  ["'a' = 'b'", 'compares without naming a column.'],
  ['day = current_date', literal('current_date is a function')],
  ['upper(city) = 1', literal('upper(city) is a function')],
  ['id = (select 1)', literal('select 1 is a subquery')],
  ['id::text = city', literal('id::text is a cast')],
  ["day = INTERVAL '1 day'", literal("INTERVAL '1 day' is a cast")],
  ['city = cast(name as date)', literal('cast(name as date) is a cast')],
  ["id = cast('5' as int)", literal("cast('5' as int) is a cast")],
  ['id in (select 1)', literal('select 1 is a subquery')],
  ['id = $1', literal('$1 is a parameter')],
  ['id + 1 = 2', literal('id + 1 is a calculation')],
  ['-id = 2', literal('-id is a calculation')],
  ['id = - 5', literal('- 5 is a calculation')],
  ['id between 1 and city', literal('city is no such thing')],
  ['city in (name)', literal('name is no such thing')],
  ["'a' in (city)", column("'a' is no such thing")],
  ['5 between id and 7', column('5 is no such thing')],
  ['1 is null', column('1 is no such thing')],
  ["'a' like city", column("'a' is no such thing")],
  [
    'case when active then true end',
    'is not of the supported grammar: case when active then true end is CASE.',
  ],
  ['not 5', 'is not of the supported grammar: 5 is no such thing.'],
  ["city ilike 'x'", 'uses ILIKE, which row expressions do not have.'],
  ["city ~ 'x'", 'uses ~, which row expressions do not have.'],
  ['active is not false', 'uses IS NOT FALSE, which row expressions do not have.'],
  ["city = 'a\\'", 'holds a backslash, which engines read differently.'],
  ['id = 1; drop table orders', from(7)],
  ['id = 12345678901 1', from(18)],
  ['id = 1 and\n\n   and active', from(16)],
  [`${'\n'.repeat(11)}id = )`, from(17)],
  ['id = 1e5', `${grammar}.`],
  ['id = ', `${grammar}.`],
];

describe('a fault of a row expression', () => {
  it.each(FAULTS)('in %j is told as: %s', (text, fault) => {
    expect(() => read(text)).toThrow(refusing(fault));
  });
});

describe('a row expression at its bounds', () => {
  const deep = (depth: number) => `${'('.repeat(depth)}active${')'.repeat(depth)}`;

  it('has 2,048 characters and no more', () => {
    expect(read(`active${' '.repeat(MAX_ROW_EXPRESSION_CHARS - 6)}`).sql).toBe('active');
    expect(() => read(`active${' '.repeat(MAX_ROW_EXPRESSION_CHARS - 5)}`)).toThrow(
      refusing('has 2049 characters, of at most 2048.'),
    );
  });

  it('has 32 levels of parentheses and no more, however many stand side by side', () => {
    expect(read(deep(32)).sql).toBe('active');
    expect(() => read(deep(33))).toThrow(refusing('is nested more than 32 levels deep.'));
    expect(read(Array.from({ length: 50 }, () => '(active)').join(' or ')).sql).toContain('active OR active');
    expect(() => read(`(active) or ${deep(33)}`)).toThrow(refusing('is nested more than 32 levels deep.'));
    // Those inside of texts and names are none, and close none.
    expect(read(`city = ')' and ${deep(32)}`).sql).toBe("(city = ')') AND active");
    expect(() => read(`city = '))' and ${deep(33)}`)).toThrow(
      refusing('is nested more than 32 levels deep.'),
    );
  });

  it('has 32 levels of NOT and no more', () => {
    const both = (depth: number) => `${'not (active and '.repeat(depth)}active${')'.repeat(depth)}`;
    expect(() => read(both(16))).not.toThrow();
    expect(() => read(both(20))).toThrow(refusing('is nested more than 32 levels deep.'));
    expect(read(`${'not '.repeat(32)}active`).sql).toMatch(/^NOT \(NOT /);
    expect(() => read(`${'not '.repeat(33)}active`)).toThrow(refusing('is nested more than 32 levels deep.'));
  });
});
