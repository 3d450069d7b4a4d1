import { visibleEvents } from '@lakewarden/catalog';
import { catalogArn, type ReadScope } from '@lakewarden/kernel';

import type { FeedWrite } from './event.ts';

/** Whose feed it is, is asked before anything is read. @throws AccessDeniedException */
export const authorizeFeed = (scope: ReadScope, accountId: string, action?: string): Promise<void> =>
  scope.authorize({ arn: catalogArn({ region: scope.home.region, accountId }), accountId }, action);

/** Every event of that account and none of another's. */
export const visibleWrites = (accountId: string, writes: readonly FeedWrite[]): readonly FeedWrite[] =>
  writes.map((write) => ({
    ...write,
    events: write.events.filter(({ catalogId }) => catalogId === accountId),
  }));

/**
 * The one place that decides which events a caller hears of: those of his account alone, and of them what the catalog
 * would show him.
 */
export async function writesShownTo(
  scope: ReadScope,
  accountId: string,
  writes: readonly FeedWrite[],
): Promise<readonly FeedWrite[]> {
  const own = visibleWrites(accountId, writes);
  const isSeen = await visibleEvents(
    scope,
    accountId,
    own.flatMap(({ events }) => events),
  );
  let n = 0;
  return own.map(({ events, ...write }) => ({ ...write, events: events.filter(() => isSeen[n++] === true) }));
}
