import { findPrincipal, type MasterKeys } from '@lakewarden/identity';
import { defineRead, defineWrite, LakewardenError, type ReadScope, type Secret } from '@lakewarden/kernel';

import type { FeedWrite } from '../event.ts';
import { type LogRead, readWrites } from '../read-changes.ts';
import { visibleWrites } from '../visible-writes.ts';
import type { WebhookMessage } from './signature.ts';
import type { Webhook, WebhookState } from './webhook.ts';
import { authorizeWebhooks } from './webhooks.ts';
import { advanceWebhook, failWebhook, findLivingWebhook, listDueWebhookIds } from './webhook.repository.ts';

/** Read at once, of events. */
const BATCH = 100;

export interface DueWebhooks {
  readonly after: string;
  readonly limit: number;
}

/** Of every account: for the server's own worker. Ids of those that are to be told something, or passed over it. */
export const listDueWebhooks = defineRead({
  action: 'lakewarden:DeliverWebhook',
  run: (scope, { after, limit }: DueWebhooks): Promise<string[]> => listDueWebhookIds(scope.tx, after, limit),
});

export interface Delivery extends WebhookMessage {
  /** Where it stands when this has been delivered. */
  readonly position: bigint;
}

export interface NextDeliveries {
  readonly url: string;
  readonly secret: Secret<string>;
  readonly deliveries: readonly Delivery[];
  /** The last write looked at, wanted or not. */
  readonly through: bigint;
  readonly hasMore: boolean;
}

/** The same at every attempt: names and filters are of what has been. */
const toDelivery = ({ id }: Webhook, { position, revision, time, events }: FeedWrite): Delivery => ({
  position,
  id: `${id}-${revision}`,
  body: JSON.stringify({ revision, time, events }),
});

async function readBehind(scope: ReadScope, webhook: Webhook): Promise<LogRead | 'expired'> {
  try {
    const { accountId, position, filter } = webhook;
    return await readWrites(scope, accountId, position, { limit: BATCH, filter });
  } catch (error) {
    if (error instanceof LakewardenError && error.code === 'InvalidInputException') return 'expired';
    throw error;
  }
}

/** Whether who made it is there and may still be told of everything. */
async function mayBeTold(scope: ReadScope, { accountId, maker }: Webhook): Promise<boolean> {
  try {
    const theirs = scope.as(await findPrincipal.run(scope, { accountId, principalId: maker }));
    await authorizeWebhooks(theirs, accountId, 'lakewarden:CreateWebhook');
    return true;
  } catch (error) {
    if (!(error instanceof LakewardenError)) throw error;
    if (error.code === 'AccessDeniedException' || error.code === 'UnrecognizedClientException') return false;
    throw error;
  }
}

/**
 * What a webhook is to be told next, one message a write. The server's own worker asks.
 * @returns undefined: it is dead or gone; 'expired': what it was to be told is no longer kept;
 * 'refused': its maker may no longer be told
 */
export const nextDeliveries = defineRead({
  action: 'lakewarden:DeliverWebhook',

  async run(
    scope,
    { id, keys }: { readonly id: string; readonly keys: MasterKeys },
  ): Promise<NextDeliveries | 'expired' | 'refused' | undefined> {
    const found = await findLivingWebhook(scope.tx, keys, id);
    if (found === undefined) return undefined;
    const { webhook, secret } = found;
    if (!(await mayBeTold(scope, webhook))) return 'refused';
    const read = await readBehind(scope, webhook);
    if (read === 'expired') return read;
    // All of the account's: its maker sees all of it.
    const deliveries = visibleWrites(webhook.accountId, read.writes)
      .filter(({ events }) => events.length > 0)
      .map((write) => toDelivery(webhook, write));
    return { url: webhook.url, secret, deliveries, through: read.through, hasMore: read.hasMore };
  },
});

/** @returns whether it still lives */
export const recordDelivered = defineWrite({
  action: 'lakewarden:DeliverWebhook',
  run: (scope, { id, position }: { readonly id: string; readonly position: bigint }): Promise<boolean> =>
    advanceWebhook(scope.tx, id, position),
});

export interface RecordFailed {
  readonly id: string;
  /** Told to the account's administrators. */
  readonly reason: string;
  /** Failures in a row; the last of them ends it. */
  readonly atMost: number;
}

/** @returns its state; undefined when it is dead already or gone */
export const recordFailed = defineWrite({
  action: 'lakewarden:DeliverWebhook',
  run: (scope, { id, reason, atMost }: RecordFailed): Promise<WebhookState | undefined> =>
    failWebhook(scope.tx, id, reason, atMost),
});
