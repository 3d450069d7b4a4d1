import type { StepOutcome } from '@lakewarden/catalog';
import type { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';

/** A job is a run of short steps; a worker that says nothing for this long is taken for dead and another goes on. */
export const HEARTBEAT_SECONDS = 10;
/** Jobs queued here start at once; those of a replica that died are met at the next look. */
export const POLL_MS = 2_000;

/** One call a run of a job. */
export type JobObserver = (job: string, outcome: StepOutcome | 'failed', seconds: number) => void;

export interface WorkerPorts<Data> {
  readonly boss: PgBoss;
  readonly log: Logger;
  readonly observe: JobObserver;
  readonly queue: string;
  /** For metrics and the log. */
  readonly nameOf: (job: Data) => string;
  /** Runs the job; `more` when it was stopped half way, and is to be taken up again. */
  readonly run: (job: Data, isClosing: () => boolean) => Promise<StepOutcome>;
  /** Jobs at once; 1 when absent. */
  readonly concurrency?: number;
  /** After each run. */
  readonly ended?: () => void;
}

/** Claims the jobs of one queue, one or a few at a time. No other worker on any replica has the same one meanwhile. */
export class Worker<Data extends object> {
  readonly #ports: WorkerPorts<Data>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  readonly #busy = new Set<Promise<void>>();
  #isClosing = false;

  constructor(ports: WorkerPorts<Data>) {
    this.#ports = ports;
  }

  /** Looks for work now; called when a change may have queued some, and every few seconds. */
  wake(): void {
    if (this.#isClosing) return;
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
    await Promise.all(this.#busy);
  }

  async #drain(): Promise<void> {
    const { boss, queue, log, concurrency = 1 } = this.#ports;
    try {
      while (!this.#isClosing) {
        const [claimed] = await boss.fetch<Data>(queue);
        if (claimed === undefined) return;
        const work = this.#work(claimed.id, claimed.data)
          .catch((error: unknown) => {
            log.error({ err: error }, 'job queue');
          })
          .finally(() => this.#busy.delete(work));
        this.#busy.add(work);
        if (this.#busy.size >= concurrency) await Promise.race(this.#busy);
      }
    } catch (error) {
      log.error({ err: error }, 'job queue');
    }
  }

  async #work(id: string, job: Data): Promise<void> {
    const { boss, queue, log, observe, nameOf, run, ended } = this.#ports;
    const startedAt = performance.now();
    const heartbeat = setInterval(
      () => void boss.touch(queue, id).catch(() => undefined),
      (HEARTBEAT_SECONDS * 1000) / 2,
    );
    const name = nameOf(job);
    try {
      const outcome = await run(job, () => this.#isClosing);
      // Stopped half way: the job goes back, and whoever takes it up goes on behind the last step.
      await (outcome === 'done' ? boss.complete(queue, id) : boss.fail(queue, id));
      const ms = performance.now() - startedAt;
      observe(name, outcome, ms / 1000);
      log.info({ job: name, data: job, outcome, ms: Math.round(ms) }, 'job');
    } catch (error) {
      observe(name, 'failed', (performance.now() - startedAt) / 1000);
      log.error({ job: name, data: job, err: error }, 'job');
      await boss.fail(queue, id);
    } finally {
      clearInterval(heartbeat);
      ended?.();
    }
  }
}
