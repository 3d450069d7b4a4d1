import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ChainCheck, type ChainFault, type ChainPlace, hashAfter, type SealedRow } from './chain.ts';

const ACCOUNT = '111122223333';
const NOWHERE: ChainPlace = { seq: 0, hash: '' };

function sealed(events: readonly string[], anchor = NOWHERE): SealedRow[] {
  let last = anchor;
  return events.map((event, i) => {
    const row = { seq: last.seq + 1, id: `id-${String(i)}`, event };
    last = { seq: row.seq, hash: hashAfter(last.hash, ACCOUNT, row) };
    return { ...row, hash: last.hash };
  });
}

function verify(rows: readonly SealedRow[], head: ChainPlace, anchor = NOWHERE): ChainFault | undefined {
  const check = new ChainCheck(ACCOUNT, anchor);
  for (const row of rows) {
    const fault = check.next(row);
    if (fault !== undefined) return fault;
  }
  return check.end(head);
}

const events = fc.array(fc.string(), { minLength: 2, maxLength: 30 });
const place = fc.nat(1_000_000);
const headOf = (rows: readonly SealedRow[]): ChainPlace => rows.at(-1) ?? NOWHERE;

describe('the chain', () => {
  it('given what was sealed, also behind an anchor, finds nothing', () => {
    fc.assert(
      fc.property(events, fc.nat(29), (texts, cut) => {
        const rows = sealed(texts);
        expect(verify(rows, headOf(rows))).toBeUndefined();
        const anchor = rows[Math.min(cut, rows.length - 1)];
        expect(verify(rows.slice(anchor?.seq ?? 0), headOf(rows), anchor)).toBeUndefined();
      }),
    );
  });

  it('given a row that was changed in anything, names it', () => {
    const members = fc.constantFrom('event', 'id', 'hash');
    fc.assert(
      fc.property(events, place, members, (texts, at, member) => {
        const rows = sealed(texts);
        const i = at % rows.length;
        const changed = rows.map((row, j) =>
          i === j ? { ...row, [member]: `${row[member as 'id']}0` } : row,
        );
        expect(verify(changed, headOf(rows))).toMatchObject({ seq: i + 1, kind: 'changed' });
      }),
    );
  });

  it('given rows that were removed, names the first of them, at the end too', () => {
    fc.assert(
      fc.property(events, place, fc.integer({ min: 1, max: 5 }), (texts, at, count) => {
        const rows = sealed(texts);
        const i = at % rows.length;
        const left = rows.toSpliced(i, count);
        const kind = i + count >= rows.length ? 'cut' : 'missing';
        expect(verify(left, headOf(rows))).toMatchObject({ seq: i + 1, kind });
      }),
    );
  });

  it('given two rows in each other’s place, by their order or by their numbers, names the first', () => {
    fc.assert(
      fc.property(events, place, place, (texts, a, b) => {
        const rows = sealed(texts);
        const [i, j] = [a % rows.length, b % rows.length];
        const [one, other] = [rows[i], rows[j]];
        fc.pre(one !== undefined && other !== undefined && i < j);
        const reordered = rows.with(i, other).with(j, one);
        expect(verify(reordered, headOf(rows))?.seq).toBe(i + 1);
        const renumbered = rows
          .with(i, { ...other, seq: one.seq, hash: one.hash })
          .with(j, { ...one, seq: other.seq, hash: other.hash });
        expect(verify(renumbered, headOf(rows))).toMatchObject({ seq: i + 1, kind: 'changed' });
      }),
    );
  });

  it('given a row that was put in, finds it, whatever number and hash it has', () => {
    fc.assert(
      fc.property(events, place, fc.string(), (texts, at, event) => {
        const rows = sealed(texts);
        const i = at % rows.length;
        const before = rows[i - 1] ?? NOWHERE;
        const forged = { seq: i + 1, id: 'forged', event };
        const row = { ...forged, hash: hashAfter(before.hash, ACCOUNT, forged) };
        expect(verify(rows.toSpliced(i, 0, row), headOf(rows))).toBeDefined();
        const renumbered = rows.slice(i).map((each) => ({ ...each, seq: each.seq + 1 }));
        expect(verify([...rows.slice(0, i), row, ...renumbered], headOf(rows))).toBeDefined();
      }),
    );
  });
});
