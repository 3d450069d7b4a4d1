import { describe, expect, it } from 'vitest';

import type { TypedColumn } from './column-type.ts';
import { columnsNamedIn, readRowExpression } from './row-expression.ts';

const COLUMNS: readonly TypedColumn[] = [
  { name: 'id', type: 'bigint' },
  { name: 'amount', type: 'decimal(10,2)' },
  { name: 'ratio', type: 'double' },
  { name: 'name', type: 'varchar(20)' },
  { name: 'city', type: 'string' },
  { name: 'day', type: 'date' },
  { name: 'at', type: 'timestamp' },
  { name: 'active', type: 'boolean' },
  { name: 'tags', type: 'array<string>' },
  { name: 'raw', type: 'binary' },
  { name: 'user', type: 'string' },
  { name: 'odd name', type: 'int' },
  { name: 'a "b"', type: 'int' },
];
const sql = (text: string) => readRowExpression(text, COLUMNS).sql;

/** As it is written, and as engines get it. */
const READ: readonly (readonly [string, string])[] = [
  ["city = 'Oslo'", "city = 'Oslo'"],
  ["CITY='it''s'", "city = 'it''s'"],
  ['id != 5', 'id <> 5'],
  ['id <> 5', 'id <> 5'],
  ['5 < id', '5 < id'],
  ['id = 12345678901234567890', 'id = 12345678901234567890'],
  ['amount >= -007.50', 'amount >= -7.50'],
  ['amount > .5', 'amount > 0.5'],
  ['id between 1 and 2 and active', '(id BETWEEN 1 AND 2) AND active'],
  ['id not between 1 and 2', 'id NOT BETWEEN 1 AND 2'],
  ["city in ('a', 'b')", "city IN ('a', 'b')"],
  ["city not in ('a')", "city NOT IN ('a')"],
  ["name like 'a%'", "name LIKE 'a%'"],
  ["not name like 'a%'", "NOT (name LIKE 'a%')"],
  ["name not like '_b'", "name NOT LIKE '_b'"],
  ['tags is null', 'tags IS NULL'],
  ['raw is not null', 'raw IS NOT NULL'],
  ["day >= '2026-02-28'", "day >= DATE '2026-02-28'"],
  ["day = DATE '2024-02-29'", "day = DATE '2024-02-29'"],
  ["at < '2026-01-01'", "at < TIMESTAMP '2026-01-01 00:00:00'"],
  ["at < timestamp '2026-01-01T10:20:30.5'", "at < TIMESTAMP '2026-01-01 10:20:30.5'"],
  ["at = DATE '2026-01-01'", "at = TIMESTAMP '2026-01-01 00:00:00'"],
  ["at = TIMESTAMP '2026-01-01'", "at = TIMESTAMP '2026-01-01 00:00:00'"],
  ['active = true', 'active = TRUE'],
  ['active <> FALSE', 'active <> FALSE'],
  ['active = active', 'active = active'],
  ['city <> name', 'city <> name'],
  ['id in (1)', 'id IN (1)'],
  ['id = 1 or id = 2 and ratio = 3', '(id = 1) OR ((id = 2) AND (ratio = 3))'],
  ['(id = 1 or id = 2) and ratio = 3', '((id = 1) OR (id = 2)) AND (ratio = 3)'],
  ['id = ratio', 'id = ratio'],
  [`"user" = 'ann'`, `"user" = 'ann'`],
  ['"odd name" = 1 -- as it is', '"odd name" = 1'],
  ['false', 'FALSE'],
  ['true and active', 'TRUE AND active'],
  ['not active or false', '(NOT active) OR FALSE'],
  ['"a ""b""" = 1', '"a ""b""" = 1'],
];

/** What is refused, and what the message has to name. */
const REFUSED: readonly (readonly [string, RegExp])[] = [
  ['', /is empty/],
  [`city = '${'x'.repeat(2048)}'`, /2057 characters, of at most 2048/],
  ['nope = 1', /names nope, which the table does not have/],
  ["id = '1'", /compares id with '1'/],
  ['city = 1', /compares city with 1/],
  ['id = city', /compares id with city/],
  ["day = '2026-02-29'", /no date/],
  ["at = 'yesterday'", /no timestamp/],
  ["tags = 'a'", /tags, whose type takes IS NULL/],
  ['tags = raw', /compares tags with raw/],
  ['id', /id stands for a condition/],
  ["id like '1%'", /id is compared by LIKE/],
  ['upper(city) = 1', /upper\(city\) is a function/],
  ['day = current_date', /current_date is a function/],
  ['id = (select 1)', /a subquery/],
  ['id in (select id from other)', /a subquery/],
  ['exists (select 1)', /grammar/],
  ['id::text = city', /a cast/],
  ['cast(city as int) = 1', /a cast/],
  ['case when id = 1 then true else false end', /CASE/],
  ['id = $1', /a parameter/],
  ['orders.id = 1', /names orders.id/],
  ['id = NULL', /never true: write IS NULL/],
  ['city in (NULL)', /never true/],
  ['1 = 1', /without naming a column/],
  ['id + 1 = 2', /id \+ 1 is a calculation/],
  ["city || 'x' = 'y'", /is a calculation/],
  ["city ilike 'x'", /ILIKE/],
  ["city ~ 'x'", /~/],
  ['active is true', /IS TRUE/],
  ["city = 'a\\'", /backslash/],
  ['id = 1; drop table orders', /from character 7 on/],
  ['id = ', /grammar/],
  ["city = 'open", /grammar/],
  [`${'('.repeat(33)}id = 1${')'.repeat(33)}`, /nested more than 32/],
  [`${'not '.repeat(40)}active`, /nested more than 32/],
];

describe('row expressions', () => {
  it.each(READ)('reads %s as %s, and that as itself', (text, printed) => {
    expect(sql(text)).toBe(printed);
    expect(sql(printed)).toBe(printed);
  });

  it.each(REFUSED)('refuses %s', (text, message) => {
    expect(() => sql(text)).toThrow(message);
    expect(() => sql(text)).toThrow(expect.objectContaining({ code: 'InvalidInputException' }));
  });

  it('names the columns that it takes, each once', () => {
    const { columns } = readRowExpression("CITY = 'a' and (id > 1 or city is null)", COLUMNS);
    expect(columns).toEqual(['city', 'id']);
  });

  it('given TRUE, admits every row', () => {
    expect(sql('true')).toBeUndefined();
  });

  it('takes many conditions side by side, and parentheses inside of texts', () => {
    const many = Array.from({ length: 100 }, (_, i) => `id = ${String(i)}`).join(' or ');
    expect(sql(many)).toContain('(id = 99)');
    expect(sql(`city = '${'('.repeat(100)}'`)).toContain('((((');
  });

  it('names the columns of an expression whose table is not looked at', () => {
    expect(columnsNamedIn("CITY = 'a' and (id > 1 or other is null)")).toEqual(['city', 'id', 'other']);
    expect(
      columnsNamedIn("flag and a like 'x%' and b = DATE '2026-01-01' and c between 1 and 'z' and d < e"),
    ).toEqual(['flag', 'a', 'b', 'c', 'd', 'e']);
    expect(() => columnsNamedIn('a = b + 1')).toThrow(/a calculation/);
  });

  it('of a table without columns accepts none', () => {
    expect(() => readRowExpression('id = 1', [])).toThrow(/names id/);
  });
});
