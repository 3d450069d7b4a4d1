import { defineRead, type ReadScope } from '@lakewarden/kernel';

import { placeChanges, readLog, STEP } from './change-log.repository.ts';
import { expiredCursor, parseCursor, printCursor } from './cursor.ts';
import { type FeedEvent, type FeedFilter, type FeedWrite, toFeedWrite } from './event.ts';
import { authorizeFeed, writesShownTo } from './visible-writes.ts';

/** Writes that one question looks at, at most: a filter that finds nothing must not read the whole log. */
const MAX_LOOKED_AT = 10 * STEP;

/** `earliest`: all that is kept; `latest`: what comes from now on; else a cursor of an earlier answer. */
export type FeedPosition = string;

export interface ReadChanges {
  readonly after: FeedPosition;
  /** Of events. A write is never split: one with more events is told whole. */
  readonly limit: number;
  readonly filter: FeedFilter;
}

export interface FeedPage {
  readonly events: readonly FeedEvent[];
  /** Give it as `after`, when these have been dealt with. */
  readonly cursor: string;
  /** Whether there is more already. */
  readonly hasMore: boolean;
}

/** Where the account's log ends now. */
export async function endOfLog(scope: Pick<ReadScope, 'tx'>, accountId: string): Promise<bigint> {
  // What is committed and has no place yet is before now.
  while ((await placeChanges(scope.tx, accountId)) === STEP);
  return (await readLog(scope.tx, accountId, 0n, 0)).position;
}

export interface LogRead {
  readonly writes: readonly FeedWrite[];
  /** The last write looked at, wanted or not. */
  readonly through: bigint;
  readonly hasMore: boolean;
}

/** What of the writes a reader may hear of. */
type Show = (writes: readonly FeedWrite[]) => Promise<readonly FeedWrite[]>;

/**
 * What comes behind a position, each write whole.
 * @param show what it leaves out is not counted: a page's length must not tell of it
 * @param whatIsKept what is trimmed meanwhile is not missed: all that is kept was asked for, not what came behind a place
 * @throws InvalidInputException what came behind it has been trimmed, or the log has never been that long
 */
export async function readWrites(
  scope: Pick<ReadScope, 'tx'>,
  accountId: string,
  after: bigint,
  { limit, filter }: Pick<ReadChanges, 'limit' | 'filter'>,
  show: Show = (writes) => Promise.resolve(writes),
  whatIsKept = false,
): Promise<LogRead> {
  const writes: FeedWrite[] = [];
  let through = after;
  let found = 0;
  for (let lookedAt = 0; lookedAt < MAX_LOOKED_AT;) {
    const placed = await placeChanges(scope.tx, accountId);
    const batch = Math.min(STEP, Math.max(limit, 100));
    const log = await readLog(scope.tx, accountId, through, batch);
    const isBehind = through < log.trimmedThrough && !whatIsKept;
    if (isBehind || through > log.position) throw expiredCursor();
    const asked = log.writes.map((stored) => toFeedWrite(stored, filter));
    for (const write of await show(asked)) {
      if (found > 0 && found + write.events.length > limit) return { writes, through, hasMore: true };
      found += write.events.length;
      if (write.events.length > 0) writes.push(write);
      through = write.position;
    }
    lookedAt += log.writes.length;
    const isEnd = log.writes.length < batch && placed < STEP;
    if (isEnd) return { writes, through, hasMore: false };
    if (found >= limit) break;
  }
  return { writes, through, hasMore: true };
}

/** @throws InvalidInputException the cursor is none of the caller's account */
export async function startOf(scope: ReadScope, after: FeedPosition): Promise<bigint> {
  const { accountId } = scope.caller;
  if (after === 'latest') return endOfLog(scope, accountId);
  if (after === 'earliest') return (await readLog(scope.tx, accountId, 0n, 0)).trimmedThrough;
  return parseCursor(after, accountId).position;
}

/**
 * What has been written to the caller's account, in the order of its log: that of the writes, for each table. Nothing
 * that was committed is left out, whichever server wrote it and however late it was committed.
 *
 * @throws AccessDeniedException
 * @throws InvalidInputException the cursor is none, or has expired
 */
export const readChanges = defineRead({
  action: 'lakewarden:ReadChanges',

  async run(scope, command: ReadChanges): Promise<FeedPage> {
    const { accountId } = scope.caller;
    await authorizeFeed(scope, accountId);
    const start = await startOf(scope, command.after);
    const { writes, through, hasMore } = await readWrites(
      scope,
      accountId,
      start,
      command,
      (all) => writesShownTo(scope, accountId, all),
      command.after === 'earliest',
    );
    return {
      events: writes.flatMap(({ events }) => events),
      cursor: printCursor({ accountId, position: through }),
      hasMore,
    };
  },
});
