import type { StepOutcome } from '@lakewarden/catalog';
import { nextDeliveries, recordDelivered, recordFailed, webhookHeaders } from '@lakewarden/feed';
import type { MasterKeys } from '@lakewarden/identity';
import type { Caller, Clock, UseCases } from '@lakewarden/kernel';
import type { Logger } from 'pino';

import type { WebhookSender } from './webhook-sender.ts';

/** A long backlog is told in turns, so that others come in between. */
const TURN_MS = 60_000;

const EXPIRED =
  'What it was to be told next is no longer kept. Read the catalog anew, then revive it from `latest`, ' +
  'or take what is left of the feed from `earliest`.';

const REFUSED =
  'Who made it is gone, or is no administrator of the data lake any more. Whoever is one may revive it.';

export interface WebhookDeliveryPorts {
  readonly useCases: UseCases;
  readonly system: Caller;
  readonly sender: WebhookSender;
  readonly keys: MasterKeys;
  readonly clock: Clock;
  readonly log: Logger;
  /** Failures in a row; with the last of them the webhook is dead. */
  readonly attempts: number;
  readonly isClosing: () => boolean;
}

/**
 * Tells one webhook what comes behind its position, in order, until there is nothing more or its turn is over.
 * @returns `more`: to be tried again after a while
 */
export async function deliverWebhook(ports: WebhookDeliveryPorts, id: string): Promise<StepOutcome> {
  const { useCases, system, sender, keys, clock, isClosing } = ports;
  const startedAt = performance.now();
  const moveTo = (position: bigint): Promise<boolean> =>
    useCases.run(system, recordDelivered, { id, position });

  for (let hasMore = true; hasMore;) {
    const next = await useCases.run(system, nextDeliveries, { id, keys });
    if (next === undefined) return 'done';
    if (next === 'expired') return fail(ports, id, EXPIRED, 1);
    if (next === 'refused') return fail(ports, id, REFUSED, 1);
    const { url, secret } = next;
    for (const delivery of next.deliveries) {
      if (isClosing()) return 'more';
      if (performance.now() - startedAt > TURN_MS) return 'done';
      const headers = webhookHeaders(secret, delivery, clock.now());
      const refusal = await sender.send({ url, headers, body: delivery.body });
      // Cut off by the server itself: not the consumer's failure.
      if (refusal !== undefined && isClosing()) return 'more';
      if (refusal !== undefined) return fail(ports, id, refusal, ports.attempts);
      if (!(await moveTo(delivery.position))) return 'done';
    }
    if (!(await moveTo(next.through))) return 'done';
    hasMore = next.hasMore && performance.now() - startedAt < TURN_MS;
  }
  return 'done';
}

async function fail(
  { useCases, system, log }: WebhookDeliveryPorts,
  id: string,
  reason: string,
  atMost: number,
): Promise<StepOutcome> {
  const state = await useCases.run(system, recordFailed, { id, reason, atMost });
  log.warn({ webhook: id, state, reason }, 'webhook');
  return state === 'ACTIVE' ? 'more' : 'done';
}
