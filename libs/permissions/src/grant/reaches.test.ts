import type { ColumnScope, Decision } from '@lakewarden/kernel';
import { describe, expect, it } from 'vitest';

import { reaches } from './reaches.ts';

const all: ColumnScope = { kind: 'all' };
const only = (...names: string[]): ColumnScope => ({ kind: 'include', names });
const but = (...names: string[]): ColumnScope => ({ kind: 'exclude', names });
const held = (...columns: ColumnScope[]): Decision => ({
  allowed: true,
  columns,
  isWhole: true,
  because: [],
  missing: [],
});

describe('what may be passed on', () => {
  it.each([
    [[all], all],
    [[all], only('id')],
    [[all], but('id')],
    [[only('id', 'note')], only('id', 'note')],
    [[only('id'), only('note')], only('note', 'id')],
    [[but('mail')], only('id')],
    [[but('mail')], but('mail')],
    [[but('mail')], but('id', 'mail')],
    // Together they hide nothing.
    [[but('mail'), only('mail')], all],
    [[but('mail'), but('id')], all],
    [[but('mail', 'id'), only('id')], but('mail')],
  ])('of %j reaches %j', (columns, wanted) => {
    expect(reaches(held(...columns), wanted)).toBe(true);
  });

  it.each([
    [[only('id')], only('note')],
    [[only('id')], only('id', 'note')],
    // However many there are, more may be added tomorrow.
    [[only('id', 'note')], all],
    [[only('id', 'note')], but('mail')],
    [[but('mail')], all],
    [[but('mail')], only('mail')],
    [[but('mail')], only('id', 'mail')],
    [[but('mail')], but('id')],
    [[but('mail', 'id')], but('mail')],
  ])('of %j does not reach %j', (columns, wanted) => {
    expect(reaches(held(...columns), wanted)).toBe(false);
  });

  it('is nothing where nothing may be passed on', () => {
    for (const wanted of [all, only('id'), but('id'), only()]) {
      expect(reaches({ ...held(all), allowed: false }, wanted)).toBe(false);
    }
  });
});
