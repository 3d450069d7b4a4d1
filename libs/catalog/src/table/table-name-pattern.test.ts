import { describe, expect, it } from 'vitest';

import { tableNamePattern } from './table-name-pattern.ts';

describe('tableNamePattern', () => {
  it.each([
    ['orders*', 'Orders_2021', true],
    ['orders', 'orders_2021', false],
    ['o.*s|t', 'T', true],
    ['a\\w*', 'abc', true],
    ['(ab){2,3}', 'ababab', true],
    ['[a-c]{255}', 'abc'.repeat(85), true],
    ['trino__\\Qadd.one\\E__.*', 'trino__add.one__1234', true],
    ['trino__\\Qadd.one\\E__.*', 'trino__addXone__1234', false],
    ['\\Qa*b\\E', 'a*b', true],
    ['\\Qa*b\\E', 'axb', false],
    ['\\Qab\\E*', 'abc', true],
    ['\\Qno end(', 'no end(', true],
    ['\\Qx{9999}\\E', 'x{9999}', true],
    ['a\\\\Q.', 'a\\Qx', true],
    ['x{250,}', 'x'.repeat(255), true],
  ])('given %s, says of %s: %s', (expression, name, isMatch) => {
    expect(tableNamePattern(expression)(name)).toBe(isMatch);
  });

  // Each of these takes RE2 seconds or a gigabyte when it is let through.
  it.each([
    ['one count', 'a{1000}'],
    ['counts that add up', '(a?){100}'.repeat(200)],
    ['an open count', 'a{301,}'],
    ['a count behind an escaped backslash and a Q', '\\\\Qa{1000}'],
    ['a range', 'a{1,301}'],
    ['a class', '\\pL{1000}'.repeat(200)],
    ['its length', '*'.repeat(2049)],
    ['depth', '('.repeat(1020) + ')'.repeat(1020)],
    ['no end', '('],
  ])('given too much, by %s, refuses', (_what, expression) => {
    expect(() => tableNamePattern(expression)).toThrow(
      expect.objectContaining({ code: 'InvalidInputException' }) as Error,
    );
  });
});
