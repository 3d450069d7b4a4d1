import { setTimeout as after } from 'node:timers/promises';

import {
  buildPartitionIndexStep,
  deletePartitionIndexStep,
  resumePartitionIndexes,
  type StepOutcome,
} from '@lakewarden/catalog';
import {
  type Caller,
  type Job,
  LakewardenError,
  type Tx,
  type UseCases,
  type WriteUseCase,
} from '@lakewarden/kernel';
import { type Database, sql } from '@lakewarden/storage';
import { PgBoss, type QueueOptions } from 'pg-boss';
import type { Logger } from 'pino';

import { runUpkeep, type UpkeepPorts } from './upkeep.ts';
import { WEBHOOK_QUEUE, WebhookQueue, type WebhookSettings } from './webhook-queue.ts';
import { HEARTBEAT_SECONDS, type JobObserver, POLL_MS, Worker } from './worker.ts';

export type { JobObserver } from './worker.ts';

const QUEUE = 'lakewarden';
const UPKEEP_QUEUE = 'lakewarden-upkeep';
const EXPIRE_SECONDS = 900;
const RETRIES = 20;

const STEPS: Record<Job['kind'], WriteUseCase<string, StepOutcome>> = {
  'build-partition-index': buildPartitionIndexStep,
  'delete-partition-index': deletePartitionIndexStep,
};

/** Background work is done in nobody's name; its writes show in the change feed as the system's. */
const system: Caller = {
  accountId: '',
  arn: 'arn:aws:lakewarden:::system',
  principalId: 'system',
  isAccountAdministrator: false,
  request: { id: 'job' },
};

export interface JobSettings extends Pick<UpkeepPorts, 'retention' | 'trimmed'> {
  readonly upkeepSeconds: number;
  /** How long finished jobs are kept. */
  readonly keepJobsSeconds: number;
  readonly webhooks: WebhookSettings;
}

/** Owns pg-boss: the queues of background work, and a worker for each of them. */
export class JobQueue {
  readonly #boss: PgBoss;
  readonly #log: Logger;
  readonly #observe: JobObserver;
  readonly #settings: JobSettings;
  #workers:
    | { readonly jobs: Worker<Job>; readonly upkeep: Worker<object>; readonly webhooks: WebhookQueue }
    | undefined;
  #upkeepTimer: NodeJS.Timeout | undefined;

  constructor(database: Database, log: Logger, observe: JobObserver, settings: JobSettings) {
    this.#observe = observe;
    this.#log = log;
    this.#settings = settings;
    this.#boss = new PgBoss({
      db: {
        executeSql: async (text, values) => {
          const client = await database.pool.connect();
          let fault: Error | undefined;
          try {
            return await client.query(text, values);
          } catch (error) {
            fault = error instanceof Error ? error : new Error(String(error));
            throw error;
          } finally {
            // Some of its texts are whole transactions: one that failed half way, as where another server makes the
            // same queue at the same time, would go on being aborted for whoever has the connection next.
            client.release(fault);
          }
        },
      },
      schedule: false,
    });
    this.#boss.on('error', (error) => {
      this.#log.error({ err: error }, 'job queue');
    });
  }

  async start(useCases: UseCases): Promise<void> {
    await this.#boss.start();
    await this.#prepare(QUEUE, 'standard');
    // One that waits or runs, whichever replica has asked for it.
    await this.#prepare(UPKEEP_QUEUE, 'exclusive');
    const { retention, trimmed, webhooks } = this.#settings;
    const { attempts, firstDelaySeconds, maxDelaySeconds } = webhooks.retries;
    await this.#prepare(WEBHOOK_QUEUE, 'exclusive', {
      retryLimit: attempts,
      retryDelay: firstDelaySeconds,
      retryBackoff: true,
      retryDelayMax: maxDelaySeconds,
    });
    const common = { boss: this.#boss, log: this.#log, observe: this.#observe };
    this.#workers = {
      jobs: new Worker<Job>({
        ...common,
        queue: QUEUE,
        nameOf: ({ kind }) => kind,
        run: (job, isClosing) => runSteps(useCases, job, isClosing),
      }),
      upkeep: new Worker<object>({
        ...common,
        queue: UPKEEP_QUEUE,
        nameOf: () => 'upkeep',
        run: (_job, isClosing) => runUpkeep({ useCases, system, retention, trimmed, isClosing }),
      }),
      webhooks: new WebhookQueue({ ...common, ...webhooks, useCases, system }),
    };
    await useCases.run(system, resumePartitionIndexes, undefined);
    this.#workers.jobs.wake();
    this.#workers.webhooks.start();
    await this.#askForUpkeep();
    this.#upkeepTimer = setInterval(() => void this.#askForUpkeep(), this.#settings.upkeepSeconds * 1000);
  }

  /** Inside the writer's transaction. */
  async enqueue(tx: Tx, job: Job): Promise<void> {
    await this.#boss.send(QUEUE, job, {
      db: { executeSql: async (text, values) => ({ rows: await sql(tx, { text, values: values ?? [] }) }) },
    });
  }

  wake(): void {
    this.#workers?.jobs.wake();
  }

  /** Something may have been written that webhooks are to be told of. */
  tellWebhooks(): void {
    this.#workers?.webhooks.look();
  }

  async close(): Promise<void> {
    clearInterval(this.#upkeepTimer);
    const workers = this.#workers;
    await Promise.all([workers?.jobs.close(), workers?.upkeep.close(), workers?.webhooks.close()]);
    await this.#boss.stop({ graceful: false, close: false });
  }

  /** Made once; what a later start has other settings for is changed. */
  async #prepare(
    queue: string,
    policy: 'standard' | 'exclusive',
    retries: QueueOptions = { retryLimit: RETRIES, retryDelay: 1 },
  ): Promise<void> {
    const options = {
      ...retries,
      expireInSeconds: EXPIRE_SECONDS,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      deleteAfterSeconds: this.#settings.keepJobsSeconds,
    };
    await this.#boss.createQueue(queue, { policy, ...options });
    await this.#boss.updateQueue(queue, { ...retries, deleteAfterSeconds: options.deleteAfterSeconds });
  }

  /** Every replica asks; of those within one interval, by the database's clock, the first is heard. */
  async #askForUpkeep(): Promise<void> {
    try {
      const asked = { singletonKey: 'upkeep', singletonSeconds: this.#settings.upkeepSeconds };
      await this.#boss.send(UPKEEP_QUEUE, {}, asked);
      this.#workers?.upkeep.wake();
      // Who was missed when a server died between a commit and its telling.
      this.tellWebhooks();
    } catch (error) {
      this.#log.error({ err: error }, 'upkeep');
    }
  }
}

async function runSteps(useCases: UseCases, job: Job, isClosing: () => boolean): Promise<StepOutcome> {
  let outcome: StepOutcome = 'more';
  while (outcome === 'more' && !isClosing()) outcome = await runStep(useCases, job);
  return outcome;
}

async function runStep(useCases: UseCases, job: Job): Promise<StepOutcome> {
  try {
    return await useCases.run(system, STEPS[job.kind], job.subjectId);
  } catch (error) {
    if (!(error instanceof LakewardenError && error.code === 'ThrottlingException')) throw error;
    // Clients first: background work waits for a quieter moment, and does not use up its attempts.
    await after(POLL_MS);
    return 'more';
  }
}
