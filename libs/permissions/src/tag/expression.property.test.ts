import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  type AssignedTag,
  canonical,
  describeExpression,
  effectiveTags,
  isWithin,
  matches,
  reachOf,
  type TagExpression,
} from './expression.ts';

const KEYS = ['class', 'env', 'team'];
const VALUES = ['a', 'b', 'c'];
const COLUMNS = ['id', 'mail', 'name'];

const anyTags = fc
  .dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES))
  .map((tags) => Object.entries(tags));
const anyAssignments: fc.Arbitrary<AssignedTag[]> = fc
  .record({ database: anyTags, table: anyTags, columns: fc.dictionary(fc.constantFrom(...COLUMNS), anyTags) })
  .map(({ database, table, columns }) => [
    ...database.map(([key, value]) => ({ level: 'database' as const, column: '', key, value })),
    ...table.map(([key, value]) => ({ level: 'table' as const, column: '', key, value })),
    ...Object.entries(columns).flatMap(([column, tags]) =>
      tags.map(([key, value]) => ({ level: 'table' as const, column, key, value })),
    ),
  ])
  // Nothing says in which order they are read.
  .chain((assigned) => fc.shuffledSubarray(assigned, { minLength: assigned.length }));
const anyExpression: fc.Arbitrary<TagExpression> = fc
  .uniqueArray(fc.constantFrom(...KEYS), { maxLength: 3 })
  .chain((keys) =>
    fc.tuple(
      ...keys.map((key) => fc.subarray(VALUES, { minLength: 1 }).map((values) => ({ key, values: values }))),
    ),
  );

/** The value of a key on a column, looked for from the inside out. */
const valueAt = (assigned: readonly AssignedTag[], column: string, key: string): string | undefined => {
  const on = (level: AssignedTag['level'], name: string) =>
    assigned.find((each) => each.level === level && each.column === name && each.key === key)?.value;
  return (column === '' ? undefined : on('table', column)) ?? on('table', '') ?? on('database', '');
};
const matchesAt = (expression: TagExpression, assigned: readonly AssignedTag[], column: string): boolean => {
  let all = expression.length > 0;
  for (const { key, values } of expression) {
    const value = valueAt(assigned, column, key);
    all &&= value !== undefined && values.includes(value);
  }
  return all;
};

describe('tag expressions', () => {
  it('given tags on three levels, each overrides the one above by key', () => {
    fc.assert(
      fc.property(anyAssignments, (assigned) => {
        const { database, table, columns } = effectiveTags(assigned);
        const named = assigned.flatMap(({ column }) => (column === '' ? [] : [column]));
        expect([...columns.keys()].sort()).toEqual([...new Set(named)].sort());
        for (const key of KEYS) {
          expect(database.get(key)).toBe(
            assigned.find((each) => each.level === 'database' && each.key === key)?.value,
          );
          expect(table.get(key)).toBe(valueAt(assigned, '', key));
          for (const column of COLUMNS) {
            expect((columns.get(column) ?? table).get(key)).toBe(valueAt(assigned, column, key));
          }
        }
      }),
    );
  });

  it('given a table, reaches just the columns that match, and the whole of it when its own tags do', () => {
    fc.assert(
      fc.property(anyExpression, anyAssignments, (expression, assigned) => {
        const reach = reachOf(expression, assigned);
        expect(reach?.isWhole ?? false).toBe(matchesAt(expression, assigned, ''));
        const shown = [...COLUMNS, 'added tomorrow'].filter((name) => {
          if (reach === undefined) return false;
          const { columns } = reach;
          if (columns.kind === 'all') return true;
          expect(columns.names).not.toEqual([]);
          return columns.names.includes(name) === (columns.kind === 'include');
        });
        expect(shown).toEqual(
          [...COLUMNS, 'added tomorrow'].filter((name) => matchesAt(expression, assigned, name)),
        );
      }),
    );
  });

  it('given two expressions of which one is within the other, whatever matches it matches the other', () => {
    fc.assert(
      fc.property(anyExpression, anyExpression, anyTags, (narrower, wider, tags) => {
        const carried = new Map(tags);
        if (isWithin(narrower, wider) && matches(narrower, carried)) {
          expect(matches(wider, carried)).toBe(true);
        }
      }),
    );
  });

  it('given an expression, is within itself, whatever the order; without a key it matches nothing', () => {
    fc.assert(
      fc.property(anyExpression, anyTags, (expression, tags) => {
        const turned = [...expression]
          .reverse()
          .map(({ key, values }) => ({ key, values: [...values].reverse() }));
        expect(isWithin(turned, expression)).toBe(expression.length > 0);
        expect(canonical(turned)).toEqual(canonical(expression));
        expect(matches(turned, new Map(tags))).toBe(matches(expression, new Map(tags)));
        expect(describeExpression(turned)).toBe(describeExpression(expression));
        expect(matches([], new Map(tags))).toBe(false);
      }),
    );
  });
});
