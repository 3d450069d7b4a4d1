import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fillPage } from './fill-page.ts';

describe('fillPage', () => {
  /** Every page of the numbers below `end`, of which those in `wanted` belong on one; and how many were read for each. */
  async function pagesOf(
    end: number,
    wanted: ReadonlySet<number>,
    limit: number,
    batch: number,
    most: number,
  ) {
    const pages: (readonly number[])[] = [];
    const reads: number[] = [];
    let after: string | undefined;
    do {
      let read = 0;
      const { items, last } = await fillPage<number>({
        after,
        positionOf: String,
        read(from, count) {
          const first = from === undefined ? 0 : Number(from) + 1;
          const rows = Array.from({ length: Math.max(0, Math.min(count, end - first)) }, (_, i) => first + i);
          read += Math.min(rows.length, batch);
          return Promise.resolve(rows);
        },
        keep: (numbers) => Promise.resolve(numbers.filter((each) => wanted.has(each))),
        limit,
        batch,
        most,
      });
      pages.push(items);
      reads.push(read);
      after = last;
    } while (after !== undefined);
    return { pages, reads };
  }

  it('goes through all that belongs, once and in order, by full pages, and reads no more than it may', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(120),
        fc.uniqueArray(fc.nat(119)),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 60 }),
        async (end, numbers, limit, batch, most) => {
          const wanted = new Set(numbers);
          const { pages, reads } = await pagesOf(end, wanted, limit, batch, most);
          const all = numbers.filter((each) => each < end).sort((a, b) => a - b);
          expect(pages.flat()).toEqual(all);
          for (const [i, page] of pages.entries()) {
            expect(page.length).toBeLessThanOrEqual(limit);
            expect(reads[i]).toBeLessThan(most + batch);
            const isShort = page.length < limit && i < pages.length - 1;
            if (isShort) expect(reads[i]).toBeGreaterThanOrEqual(most);
          }
        },
      ),
    );
  });

  it('given nothing that belongs, lets go with an empty page, and goes on behind it', async () => {
    expect(await pagesOf(25, new Set([24]), 5, 5, 10)).toEqual({
      pages: [[], [], [24]],
      reads: [10, 10, 5],
    });
  });
});
