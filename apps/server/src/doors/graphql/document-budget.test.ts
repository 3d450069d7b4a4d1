import { describe, expect, it } from 'vitest';

import { DocumentBudget } from './document-budget.ts';

const TEN = 'a'.repeat(9);

/** How often all documents were forgotten. */
function forgotten(sources: readonly string[], maxCharacters = 100): number {
  const budget = new DocumentBudget(maxCharacters);
  let times = 0;
  for (const source of sources) budget.take(source, () => (times += 1));
  return times;
}

const distinct = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i).padEnd(9));

describe('the documents that are kept parsed', () => {
  it('given the same one again and again, keeps it', () => {
    expect(forgotten(Array.from({ length: 1_000 }, () => TEN))).toBe(0);
  });

  it('given as many as fit, keeps them; given one more, forgets all, and counts anew', () => {
    expect(forgotten(distinct(10))).toBe(0);
    expect(forgotten(distinct(11))).toBe(1);
    expect(forgotten(distinct(21))).toBe(1);
    expect(forgotten(distinct(100))).toBe(9);
  });

  it('given one that is larger than all may be, does not keep it', () => {
    expect(forgotten(['a'.repeat(200)])).toBe(1);
  });
});
