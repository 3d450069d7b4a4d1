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
import { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';

const QUEUE = 'lakewarden';
/** A job is a run of short steps; a worker that says nothing for this long is taken for dead and another goes on. */
const EXPIRE_SECONDS = 900;
const HEARTBEAT_SECONDS = 10;
/** Jobs queued here start at once; those of a replica that died are met at the next look. */
const POLL_MS = 2_000;

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

/** Claims jobs through pg-boss, one at a time, and runs their steps. */
/** One call a run of a job. */
export type JobObserver = (job: Job['kind'], outcome: StepOutcome | 'failed', seconds: number) => void;

export class JobQueue {
  readonly #boss: PgBoss;
  readonly #log: Logger;
  readonly #observe: JobObserver;
  #useCases: UseCases | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #isClosing = false;

  constructor(database: Database, log: Logger, observe: JobObserver) {
    this.#observe = observe;
    this.#log = log;
    this.#boss = new PgBoss({
      db: {
        executeSql: async (text, values) => {
          const client = await database.pool.connect();
          try {
            return await client.query(text, values);
          } finally {
            client.release();
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
    this.#useCases = useCases;
    await this.#boss.start();
    await this.#boss.createQueue(QUEUE, {
      policy: 'standard',
      retryLimit: 20,
      retryDelay: 1,
      expireInSeconds: EXPIRE_SECONDS,
      heartbeatSeconds: HEARTBEAT_SECONDS,
    });
    await useCases.run(system, resumePartitionIndexes, undefined);
    this.wake();
  }

  /** Inside the writer's transaction. */
  async enqueue(tx: Tx, job: Job): Promise<void> {
    await this.#boss.send(QUEUE, job, {
      db: { executeSql: async (text, values) => ({ rows: await sql(tx, { text, values: values ?? [] }) }) },
    });
  }

  /** Looks for work now; called when a change may have queued some, and every few seconds. */
  wake(): void {
    if (this.#isClosing || this.#useCases === undefined) return;
    clearTimeout(this.#timer);
    this.#running = this.#running.then(() => this.#drain());
    this.#timer = setTimeout(() => {
      this.wake();
    }, POLL_MS);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#boss.stop({ graceful: false, close: false });
  }

  async #drain(): Promise<void> {
    try {
      while (!this.#isClosing) {
        const [claimed] = await this.#boss.fetch<Job>(QUEUE);
        if (claimed === undefined) return;
        await this.#work(claimed.id, claimed.data);
      }
    } catch (error) {
      this.#log.error({ err: error }, 'job queue');
    }
  }

  async #work(id: string, job: Job): Promise<void> {
    const startedAt = performance.now();
    const heartbeat = setInterval(
      () => void this.#boss.touch(QUEUE, id).catch(() => undefined),
      (HEARTBEAT_SECONDS * 1000) / 2,
    );
    try {
      let outcome: StepOutcome = 'more';
      while (outcome === 'more' && !this.#isClosing) outcome = await this.#step(job);
      // Stopped half way: the job goes back, and whoever takes it up goes on behind the last step.
      await (outcome === 'done' ? this.#boss.complete(QUEUE, id) : this.#boss.fail(QUEUE, id));
      this.#observe(job.kind, outcome, (performance.now() - startedAt) / 1000);
      this.#log.info(
        { job: job.kind, subjectId: job.subjectId, outcome, ms: Math.round(performance.now() - startedAt) },
        'job',
      );
    } catch (error) {
      this.#observe(job.kind, 'failed', (performance.now() - startedAt) / 1000);
      this.#log.error({ job: job.kind, subjectId: job.subjectId, err: error }, 'job');
      await this.#boss.fail(QUEUE, id);
    } finally {
      clearInterval(heartbeat);
    }
  }

  async #step(job: Job): Promise<StepOutcome> {
    if (this.#useCases === undefined) return 'done';
    try {
      return await this.#useCases.run(system, STEPS[job.kind], job.subjectId);
    } catch (error) {
      if (!(error instanceof LakewardenError && error.code === 'ThrottlingException')) throw error;
      // Clients first: background work waits for a quieter moment, and does not use up its attempts.
      await after(POLL_MS);
      return 'more';
    }
  }
}
