import type { ColumnScope, Decision, Reason } from '@lakewarden/kernel';
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

  it('does not tell by "all but" what LF-tags hide, unless a list of the holder says it', () => {
    const reason = (kind: 'tag' | 'grant'): Reason => ({
      gate: 2,
      kind,
      id: kind,
      principal: 'arn:aws:iam::111122223333:user/ann',
      resource: 'table sales.orders',
      permission: 'SELECT',
      grantOption: true,
    });
    const byTag: Decision = { ...held(but('mail')), because: [reason('tag')] };
    expect(reaches(byTag, only('id'))).toBe(true);
    expect(reaches(byTag, but('mail'))).toBe(false);
    expect(reaches(byTag, but('mail', 'id'))).toBe(false);
    const byBoth: Decision = {
      ...held(but('mail', 'id'), but('mail')),
      because: [reason('tag'), reason('grant')],
    };
    expect(reaches(byBoth, but('mail'))).toBe(true);
    // What is left out by the one is shown by the other.
    const allByTags: Decision = {
      ...held(but('mail'), only('mail')),
      because: [reason('tag'), reason('tag')],
    };
    expect(reaches(allByTags, but('id'))).toBe(true);
  });

  it('is nothing where nothing may be passed on', () => {
    for (const wanted of [all, only('id'), but('id'), only()]) {
      expect(reaches({ ...held(all), allowed: false }, wanted)).toBe(false);
    }
  });
});
