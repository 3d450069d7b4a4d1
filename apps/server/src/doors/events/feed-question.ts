import type { FeedFilter } from '@lakewarden/feed';
import type { Change } from '@lakewarden/kernel';
import { z } from 'zod';

import { nameString } from '../aws/glue/shapes.ts';

export const EVENT_KINDS = ['DATABASE', 'TABLE', 'PARTITION', 'PARTITION_INDEX'] as const;
const MAX_CURSOR_LENGTH = 200;

/** What an empty page means by default, and how many events fit on one at most. */
export const DEFAULT_LIMIT = 100;
export const MAX_LIMIT = 1_000;

export const cursorText = z.string().min(1).max(MAX_CURSOR_LENGTH);
export const kindList = z.array(z.enum(EVENT_KINDS)).min(1).max(EVENT_KINDS.length);

/** Shared by every way to follow the feed: names are compared as the catalog keeps them, in lower case. */
export const filterShape = {
  database: nameString.nullish(),
  table: nameString.nullish(),
  kinds: kindList.nullish(),
};

export const toFilter = ({
  database,
  table,
  kinds,
}: z.output<z.ZodObject<typeof filterShape>>): FeedFilter => ({
  database: database?.toLowerCase(),
  table: table?.toLowerCase(),
  kinds: kinds ?? undefined,
});

/** Changes that may have brought an event. */
export const FED: ReadonlySet<Change['kind']> = new Set([
  'database',
  'table',
  'partition',
  'partition-index',
  'account',
]);

/** Whether the change may have brought an event to the account's feed. */
export const mayBeFed =
  (accountId: string) =>
  (change: Change): boolean =>
    change.accountId === accountId && FED.has(change.kind);
