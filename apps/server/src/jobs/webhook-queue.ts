import { listDueWebhooks } from '@lakewarden/feed';
import type { MasterKeys } from '@lakewarden/identity';
import type { Caller, Clock, UseCases } from '@lakewarden/kernel';
import type { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';

import { deliverWebhook } from '../webhooks/deliver-webhook.ts';
import { WebhookSender } from '../webhooks/webhook-sender.ts';
import { type JobObserver, Worker } from './worker.ts';

export const WEBHOOK_QUEUE = 'lakewarden-webhooks';

/** At once on a server: one that does not answer holds the others up no more than this. */
const CONCURRENCY = 16;
const PAGE = 500;
/** Changes that come together are looked at together. */
const GATHER_MS = 50;
const CLOSE_GRACE_MS = 2_000;

/** How often and how far apart a consumer that does not take a delivery is asked again. */
export interface WebhookRetries {
  /** In a row; with the last of them the webhook is dead. */
  readonly attempts: number;
  /** Doubled each time. */
  readonly firstDelaySeconds: number;
  readonly maxDelaySeconds: number;
}

/**
 * About a day. pg-boss waits 5 s · 2ⁿ, of which a random part between the half and the whole of it: eleven waits make some
 * 3 hours until the two hours are reached, eleven more make 22.
 */
export const WEBHOOK_RETRIES: WebhookRetries = {
  attempts: 22,
  firstDelaySeconds: 5,
  maxDelaySeconds: 7_200,
};

export interface WebhookSettings {
  readonly keys: MasterKeys;
  readonly clock: Clock;
  readonly allowsPrivateNetworks: boolean;
  readonly retries: WebhookRetries;
}

export interface WebhookQueuePorts extends WebhookSettings {
  readonly boss: PgBoss;
  readonly log: Logger;
  readonly observe: JobObserver;
  readonly useCases: UseCases;
  readonly system: Caller;
}

interface WebhookJob {
  readonly webhookId: string;
}

/** Tells webhooks what has been written. One job of each webhook waits or runs, whichever replica has asked for it. */
export class WebhookQueue {
  readonly #ports: WebhookQueuePorts;
  readonly #sender: WebhookSender;
  readonly #worker: Worker<WebhookJob>;
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<void> = Promise.resolve();
  #isClosing = false;

  constructor(ports: WebhookQueuePorts) {
    this.#ports = ports;
    this.#sender = new WebhookSender(ports.allowsPrivateNetworks);
    const { retries } = ports;
    this.#worker = new Worker<WebhookJob>({
      ...ports,
      queue: WEBHOOK_QUEUE,
      concurrency: CONCURRENCY,
      nameOf: () => 'webhook',
      run: ({ webhookId }, isClosing) =>
        deliverWebhook({ ...ports, sender: this.#sender, attempts: retries.attempts, isClosing }, webhookId),
      // Asked for while it ran, it was not queued a second time.
      ended: () => {
        this.look();
      },
    });
  }

  start(): void {
    this.#worker.wake();
    this.look();
  }

  /** Looks soon who is to be told something; called when somebody may be. */
  look(): void {
    if (this.#isClosing) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#asking = this.#asking.then(() => this.#ask());
    }, GATHER_MS);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    await this.#asking;
    // What is on its way may be answered: cut off, it would be told again.
    const cutOff = setTimeout(() => {
      this.#sender.close();
    }, CLOSE_GRACE_MS);
    await this.#worker.close();
    clearTimeout(cutOff);
    this.#sender.close();
  }

  async #ask(): Promise<void> {
    const { boss, log, useCases, system } = this.#ports;
    try {
      let hasAsked = false;
      for (let after = '', isLast = false; !isLast && !this.#isClosing;) {
        const due = await useCases.run(system, listDueWebhooks, { after, limit: PAGE });
        for (const webhookId of due) {
          hasAsked =
            (await boss.send(WEBHOOK_QUEUE, { webhookId }, { singletonKey: webhookId })) !== null || hasAsked;
        }
        after = due.at(-1) ?? '';
        isLast = due.length < PAGE;
      }
      if (hasAsked) this.#worker.wake();
    } catch (error) {
      // Looked at again with the next change, and with every upkeep.
      log.error({ err: error }, 'webhooks');
    }
  }
}
