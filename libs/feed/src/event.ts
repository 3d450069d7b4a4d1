import type { CatalogEvent, Change } from '@lakewarden/kernel';

/** One thing that a write did, as consumers are told of it. */
export interface FeedEvent extends CatalogEvent {
  /** The same however often it is told: `REVISION-N`. */
  readonly id: string;
  readonly revision: string;
  readonly time: Date;
  readonly catalogId: string;
  /** The ARN of whoever did it; `arn:aws:lakewarden:::system` for background work. */
  readonly principal: string;
  /** The operation: `glue:UpdateTable`. */
  readonly action: string;
  readonly requestId: string;
}

/** A write of the feed, with those of its events that were asked for. It is told whole or not at all. */
export interface FeedWrite {
  readonly position: bigint;
  readonly revision: string;
  readonly time: Date;
  readonly events: readonly FeedEvent[];
}

export interface StoredWrite {
  readonly position: bigint;
  readonly revision: string;
  readonly action: string;
  readonly principal: string;
  readonly requestId: string;
  readonly changes: readonly Change[];
  readonly at: Date;
}

/** What a consumer wants to hear of; absent members narrow nothing. */
export interface FeedFilter {
  readonly kinds?: readonly CatalogEvent['kind'][] | undefined;
  readonly database?: string | undefined;
  readonly table?: string | undefined;
}

/**
 * A database that is deleted or renamed stands for all of its tables: whoever follows one of them, or its partitions,
 * hears of it whatever kinds he has asked for.
 */
const standsForItsTables = (event: CatalogEvent): boolean =>
  event.kind === 'DATABASE' && (event.type === 'DELETED' || event.previousName !== undefined);

export function isWanted(event: CatalogEvent, { kinds, database, table }: FeedFilter): boolean {
  if (database !== undefined && event.database !== database && event.previousName !== database) return false;
  if (standsForItsTables(event)) return true;
  if (table !== undefined && event.table !== table) return false;
  return kinds === undefined || kinds.includes(event.kind);
}

export const toFeedWrite = (stored: StoredWrite, filter: FeedFilter): FeedWrite => ({
  position: stored.position,
  revision: stored.revision,
  time: stored.at,
  events: stored.changes.flatMap(({ event, accountId }, n) =>
    event === undefined || !isWanted(event, filter)
      ? []
      : [
          {
            ...event,
            id: `${stored.revision}-${String(n)}`,
            revision: stored.revision,
            time: stored.at,
            catalogId: accountId,
            principal: stored.principal,
            action: stored.action,
            requestId: stored.requestId,
          },
        ],
  ),
});
