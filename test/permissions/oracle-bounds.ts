import { isTrueOf } from './oracle-conditions.ts';

/** What bounds a grant (§10): a condition, and a time in hours of the story. */
export interface Bounds {
  readonly when?: string | undefined;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

/** What somebody holds for as long as his bounds say, perhaps with the option to pass it on. */
export interface Bounded {
  readonly when?: string | undefined;
  from?: number | undefined;
  until?: number | undefined;
  option: boolean;
}

/** How late it is in the story; all parts of the oracle look at the same one. */
export class StoryTime {
  hours = 0;
}

export const hasExpired = ({ until }: Bounds, { hours }: StoryTime): boolean =>
  until !== undefined && until <= hours;

/** Whether what is held so counts for a caller of these names, now. */
export const counts = (names: readonly string[], held: Bounds, time: StoryTime): boolean =>
  isTrueOf(names, held.when) &&
  !hasExpired(held, time) &&
  (held.from === undefined || held.from <= time.hours);

/** Whether what is held under the one may be passed on under the other: under no other condition, and no longer. */
export const covers = (held: Bounds, wanted: Bounds): boolean =>
  (held.when === undefined || held.when === wanted.when) &&
  (held.until === undefined || (wanted.until !== undefined && wanted.until <= held.until));

export const isForATime = ({ from, until }: Bounds): boolean => from !== undefined || until !== undefined;

/** §10: granting again adds to what is there; what is there for a time is replaced, and lends nothing of itself. */
export function addTo(there: Bounded, { from, until, option }: Omit<Bounded, 'when'>): void {
  if (isForATime(there)) Object.assign(there, { from, until, option });
  else if (!isForATime({ from, until })) there.option ||= option;
}

/** Says no if he may not take back one that is held until then: he could not have granted it. */
export type Permit = (permission: string, until: number | undefined) => void;
