import { type AuditedRun, type AuditTrail, LakewardenError, newId, type Tx } from '@lakewarden/kernel';

import { accountsOf, auditBody, bodyText } from './audit-body.ts';
import {
  insertPending,
  listUnsealedAccounts,
  type PendingEvent,
  readChainState,
  sealEvents,
  STEP,
} from './audit.repository.ts';
import type { ChainPlace } from './chain.ts';

const FLUSH_MS = 1_000;
/** Reads that wait to be written: some ten megabytes. */
const MAX_BUFFERED = 10_000;
const INSERTED_AT_ONCE = 500;
/** A server that died has left some unsealed; whoever lives looks now and then. */
const LOOK_ROUND_EVERY = 10;
/** What was written just before a sealing may be committed just after it. */
const LOOK_AGAIN = 3;

export interface TrailPorts {
  /** Without a transaction: each statement is committed by itself. */
  readonly tx: Tx;
  /** After each sealing: where the account's chain ends now. */
  readonly sealed: (accountId: string, head: ChainPlace) => void;
  readonly report: (fault: unknown) => void;
  /** The same read of the same caller within one second: so many have an event each, the rest is counted. At least 1. */
  readonly sameReads: number;
}

interface Buffered {
  readonly run: AuditedRun;
  count: number;
}

/** Nobody but the resource and who it was: the gates' answer to the same question is the same. */
const keyOf = ({ caller, action, asked, outcome }: AuditedRun): string =>
  [
    caller.arn,
    caller.request.sourceIp,
    action,
    outcome.kind === 'failed' ? outcome.code : '',
    ...asked.map(({ arn }) => arn),
  ].join('\n');

/** One event an account that hears of it. Its id is its time: chains are in this order. */
const eventsOf = (run: AuditedRun, count?: number): PendingEvent[] =>
  accountsOf(run).map((accountId) => ({
    accountId,
    id: newId<'AuditEvent'>(),
    body: bodyText(auditBody(run, accountId, count)),
  }));

/** Owns the buffer of allowed reads and the sealer. */
export class BufferedAuditTrail implements AuditTrail {
  readonly #ports: TrailPorts;
  #buffer: Buffered[] = [];
  #told = new Map<string, { told: number; last: Buffered }>();
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #unsealed = 0;
  #looks = 0;
  #ticks = 0;

  constructor(ports: TrailPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#tick(), FLUSH_MS);
    this.#timer.unref();
  }

  async written(tx: Tx, run: AuditedRun): Promise<void> {
    const events = eventsOf(run);
    if (run.refused.length > 0) {
      const [first] = run.refused;
      const outcome = {
        kind: 'denied',
        code: 'AccessDeniedException',
        message: first?.message ?? '',
      } as const;
      events.push(...eventsOf({ ...run, outcome }));
    }
    if (events.length > 0) await insertPending(tx, events);
    this.#count(events.length);
  }

  async denied(run: AuditedRun): Promise<void> {
    const events = eventsOf(run);
    try {
      await insertPending(this.#ports.tx, events);
    } catch (cause) {
      throw unaudited(cause);
    }
    this.#count(events.length);
  }

  noted(run: AuditedRun): Promise<void> | undefined {
    const key = keyOf(run);
    const known = this.#told.get(key);
    if (known !== undefined && known.told >= this.#ports.sameReads) {
      known.last.count += 1;
      return undefined;
    }
    const buffered: Buffered = { run, count: 1 };
    this.#told.set(key, { told: (known?.told ?? 0) + 1, last: buffered });
    this.#buffer.push(buffered);
    if (this.#buffer.length < MAX_BUFFERED) return undefined;
    return this.flush().catch((cause: unknown) => {
      if (this.#buffer.length >= MAX_BUFFERED) throw unaudited(cause);
    });
  }

  /** Writes what is buffered. One at a time; what cannot be written stays buffered. */
  flush(): Promise<void> {
    const next = this.#flushing.catch(() => undefined).then(() => this.#write());
    this.#flushing = next;
    return next;
  }

  async #write(): Promise<void> {
    while (this.#buffer.length > 0) {
      const part = this.#buffer.slice(0, INSERTED_AT_ONCE);
      // What is counted from now on is counted on a row that is still to be written.
      this.#told.clear();
      this.#buffer = this.#buffer.slice(INSERTED_AT_ONCE);
      const events = part.flatMap(({ run, count }) => eventsOf(run, count));
      try {
        await insertPending(this.#ports.tx, events);
      } catch (cause) {
        this.#buffer = [...part, ...this.#buffer];
        throw cause;
      }
      this.#count(events.length);
    }
  }

  /** Seals everything that is committed, of every account. */
  async seal(): Promise<void> {
    this.#unsealed = 0;
    const { tx, sealed } = this.#ports;
    for (const accountId of await listUnsealedAccounts(tx)) {
      while ((await sealEvents(tx, accountId)) === STEP);
      sealed(accountId, (await readChainState(tx, accountId)).head);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#ticking;
    try {
      await this.flush();
      await this.seal();
    } catch (fault) {
      this.#ports.report(fault);
    }
  }

  #count(events: number): void {
    this.#unsealed += events;
    this.#looks = LOOK_AGAIN;
    if (this.#unsealed >= STEP) void this.#tick();
  }

  #tick(): Promise<void> {
    this.#ticking ??= this.#work().finally(() => {
      this.#ticking = undefined;
    });
    return this.#ticking;
  }

  async #work(): Promise<void> {
    this.#ticks += 1;
    try {
      await this.flush();
      if (this.#looks === 0 && this.#ticks % LOOK_ROUND_EVERY !== 1) return;
      this.#looks = Math.max(this.#looks - 1, 0);
      await this.seal();
    } catch (fault) {
      this.#ports.report(fault);
    }
  }
}

const unaudited = (cause: unknown): LakewardenError =>
  new LakewardenError(
    'ServiceUnavailableException',
    'The request cannot be written to the audit trail, so it is not answered. Try again.',
    { cause },
  );
