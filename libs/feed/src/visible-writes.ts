import { catalogArn, type ReadScope } from '@lakewarden/kernel';

import type { FeedWrite } from './event.ts';

/** Whose feed it is, is asked before anything is read. @throws AccessDeniedException */
export const authorizeFeed = (scope: ReadScope, accountId: string): Promise<void> =>
  scope.authorize({ arn: catalogArn({ region: scope.home.region, accountId }), accountId });

/**
 * The one place that decides which events a caller hears of. `authorizeFeed` lets in only those who may see all of the
 * account, so today it is every event of that account and none of another's.
 */
export const visibleWrites = (accountId: string, writes: readonly FeedWrite[]): readonly FeedWrite[] =>
  writes.map((write) => ({
    ...write,
    events: write.events.filter(({ catalogId }) => catalogId === accountId),
  }));
