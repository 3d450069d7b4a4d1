import type { FeedFilter } from '../event.ts';

/** DEAD: given up; nothing is sent until it is revived. */
export type WebhookState = 'ACTIVE' | 'DEAD';

export interface Webhook {
  readonly id: string;
  readonly accountId: string;
  /** The principal id of who made or last revived it: it is told what he may hear, for as long as he may. */
  readonly maker: string;
  readonly url: string;
  readonly filter: FeedFilter;
  /** Of the last write that it has been told of, or that its filter has passed over. */
  readonly position: bigint;
  readonly state: WebhookState;
  /** In a row; a delivery ends them. */
  readonly failures: number;
  readonly lastError?: string | undefined;
  readonly createdAt: Date;
}

/** Every write makes a POST to each of them. */
export const MAX_WEBHOOKS_OF_AN_ACCOUNT = 50;
