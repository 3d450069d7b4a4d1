export interface Filling<T> {
  /** Position of the last item that was seen before. */
  readonly after: string | undefined;
  readonly positionOf: (item: T) => string;
  /** What comes behind a position, in order, at most so many. */
  readonly read: (after: string | undefined, most: number) => Promise<readonly T[]>;
  /** Those of them that belong on the page, in order. */
  readonly keep: (items: readonly T[]) => Promise<readonly T[]>;
  readonly limit: number;
  /** How many are read at a time. */
  readonly batch: number;
  /** How many are looked at before the page is let go of as it is. */
  readonly most: number;
}

/**
 * Reads a list on until as many are found as a page holds, it is at its end, or so many have been looked at.
 * @returns `last`: the position behind which the next page begins; undefined at the end of the list
 */
export async function fillPage<T>({
  after: start,
  positionOf,
  read,
  keep,
  limit,
  batch,
  most,
}: Filling<T>): Promise<{ readonly items: readonly T[]; readonly last: string | undefined }> {
  const kept: T[] = [];
  let after = start;
  let looked = 0;
  for (;;) {
    const rows = await read(after, batch + 1);
    const compared = rows.slice(0, batch);
    kept.push(...(await keep(compared)));
    const onPage = kept.slice(0, limit);
    const [lastOnPage, lastCompared] = [onPage.at(-1), compared.at(-1)];
    // One more than the page holds: there is a next page, and something on it.
    if (kept.length > limit && lastOnPage !== undefined) {
      return { items: onPage, last: positionOf(lastOnPage) };
    }
    if (rows.length <= batch || lastCompared === undefined) return { items: kept, last: undefined };
    after = positionOf(lastCompared);
    looked += compared.length;
    if (looked >= most) return { items: kept, last: after };
  }
}
