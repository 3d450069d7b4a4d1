import type { Tx } from '@lakewarden/kernel';

import {
  endOfWindow,
  findCandidates,
  type Narrowed,
  scanCandidates,
  type SearchOrder,
  type SearchPosition,
} from './search.repository.ts';

export interface SearchBounds {
  /** So few may match that they are all fetched and put in order here. */
  readonly few: number;
  /** Rows of the order that one request walks along where many may match. */
  readonly window: number;
}

const BOUNDS: SearchBounds = { few: 2_000, window: 5_000 };

export interface Candidates {
  readonly positions: readonly SearchPosition[];
  /** How far it has been looked, where there may be more behind it. */
  readonly end?: { readonly position: SearchPosition; readonly isFar: boolean };
}

const compare = (a: SearchPosition, b: SearchPosition): number => {
  if (a.value < b.value) return -1;
  if (a.value > b.value) return 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
};

/**
 * PostgreSQL's order: text by code point (COLLATE "C" over UTF-8), where JavaScript's `<` goes by UTF-16 units.
 */
const key = ({ value, id }: SearchPosition): SearchPosition =>
  typeof value === 'string' ? { value: Buffer.from(value).toString('latin1'), id } : { value, id };

function sorted(
  positions: readonly SearchPosition[],
  { isDescending }: SearchOrder,
  after: SearchPosition | undefined,
): SearchPosition[] {
  const sign = isDescending ? -1 : 1;
  const start = after && key(after);
  return positions
    .map((position) => ({ position, at: key(position) }))
    .filter(({ at }) => start === undefined || sign * compare(at, start) > 0)
    .sort((a, b) => sign * compare(a.at, b.at))
    .map(({ position }) => position);
}

const isNarrow = ({ allTerms, anyTerms, times, databaseIds }: Narrowed): boolean =>
  allTerms.length > 0 || anyTerms.length > 0 || times.length > 0 || databaseIds !== undefined;

/**
 * Tables that may match, in order, behind a position, in batches. Two ways, and both cost the same however many tables
 * there are: where few may match, all of them by their terms, put in order here; where many may, the order itself is
 * walked along, and one that matches is never far.
 */
export async function* candidatesOf(
  tx: Tx,
  narrowed: Narrowed,
  order: SearchOrder,
  after: SearchPosition | undefined,
  batch: number,
  { few, window }: SearchBounds = BOUNDS,
): AsyncGenerator<Candidates> {
  if (isNarrow(narrowed)) {
    const all = await findCandidates(tx, narrowed, order.field, few + 1);
    if (all.length <= few) {
      const positions = sorted(all, order, after);
      for (let from = 0; from < positions.length; from += batch) {
        const next = positions.slice(from, from + batch);
        const last = next.at(-1);
        const isLast = from + batch >= positions.length;
        yield {
          positions: next,
          ...(last !== undefined && !isLast && { end: { position: last, isFar: false } }),
        };
      }
      return;
    }
  }
  for (let from = after; ;) {
    const positions = await scanCandidates(tx, narrowed, order, from, { rows: window, limit: batch });
    const last = positions.at(-1);
    if (positions.length === batch && last !== undefined) {
      yield { positions, end: { position: last, isFar: false } };
      from = last;
      continue;
    }
    const position = await endOfWindow(tx, narrowed.catalogId, order, from, window);
    yield { positions, ...(position !== undefined && { end: { position, isFar: true } }) };
    return;
  }
}
