import {
  type ArnHome,
  type AuditedRun,
  type AuditTrail,
  type Authorize,
  type Caller,
  type Change,
  type Clock,
  type DataPermissions,
  type Job,
  type LakeFiles,
  LakewardenError,
  newId,
  type PageTokens,
  type ReadScope,
  type Tx,
  type UseCase,
  type UseCases,
  type WriteScope,
} from '@lakewarden/kernel';

import type { ChangeAwareCache } from './cache.ts';
import { CHANGE_CHANNEL, type ChangeFeed } from './change-feed.ts';
import type { Database } from './database.ts';
import { explainFailure } from './failures.ts';
import { refusedItems, RunNotes, watched } from './run-notes.ts';
import { readTx, sql, writeTx } from './tx.ts';

export interface RunnerPorts {
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly cache: ChangeAwareCache;
  readonly clock: Clock;
  readonly tokens: PageTokens;
  readonly region: string;
  readonly authorize: Authorize;
  readonly permissions: DataPermissions;
  readonly files: LakeFiles;
  readonly audit: AuditTrail;
  /** Queues the job inside the transaction. */
  enqueue(tx: Tx, job: Job): Promise<void>;
}

/** NOTIFY takes at most 8,000 bytes; a larger set of changes is told as one that concerns the whole account. */
const MAX_NOTIFY_BYTES = 7_000;

type About = Pick<AuditedRun, 'action' | 'at' | 'region' | 'command'>;

/** Ends a trial's transaction. */
const UNDONE = new Error('a trial is undone');

/** Whoever asks again hears the decision then. */
const WITHOUT_AN_ANSWER: ReadonlySet<string> = new Set([
  'InternalServiceException',
  'ServiceUnavailableException',
  'ThrottlingException',
]);

/** Not the server itself, nor background work in nobody's name. */
const isOfAnAccount = ({ accountId }: Caller): boolean => accountId !== '';

export class UseCaseRunner implements UseCases {
  readonly #ports: RunnerPorts;
  readonly #readTx: Tx;

  constructor(ports: RunnerPorts) {
    this.#ports = ports;
    this.#readTx = readTx(ports.database);
  }

  async run<Command, Answer>(
    caller: Caller,
    useCase: UseCase<Command, Answer>,
    command: Command,
  ): Promise<Answer> {
    const { audit, clock, region } = this.#ports;
    const notes = new RunNotes();
    const about = { action: useCase.action, at: clock.now(), region, command };
    try {
      if (useCase.kind === 'write') return await this.#write(caller, useCase, command, notes, about);
      const answer = await (useCase.kind === 'read'
        ? useCase.run(this.#reader(caller, useCase.action, notes), command)
        : this.#trial(caller, useCase, command, notes, about.at));
      if (isOfAnAccount(caller) && (!notes.isEmpty || useCase.isAlwaysAudited === true)) {
        const noted = audit.noted(notes.runOf(caller, about, { kind: 'read' }));
        if (noted !== undefined) await noted;
      }
      return answer;
    } catch (error) {
      throw await this.#failed(caller, notes, about, explainFailure(error));
    }
  }

  /** A refusal is kept before it is told, in a transaction of its own: that of the operation is undone by now. */
  async #failed(caller: Caller, notes: RunNotes, about: About, error: unknown): Promise<unknown> {
    const { audit } = this.#ports;
    if (!isOfAnAccount(caller) || !(error instanceof LakewardenError)) return error;
    const { code, message } = error;
    try {
      if (code === 'AccessDeniedException') {
        await audit.denied(notes.runOf(caller, about, { kind: 'denied', code, message }));
      } else if (!notes.isEmpty && !WITHOUT_AN_ANSWER.has(code)) {
        await audit.noted(notes.runOf(caller, about, { kind: 'failed', code }));
      }
    } catch (unaudited) {
      return unaudited;
    }
    return error;
  }

  #reader(caller: Caller, action: string, notes: RunNotes): ReadScope {
    const { cache } = this.#ports;
    return this.#readScope(this.#readTx, caller, action, (key, load) => cache.get(key, load), notes);
  }

  #writer(
    tx: Tx,
    caller: Caller,
    action: string,
    known: ReadScope['cached'],
    { now, changes, notes }: { now: Date; changes: Change[]; notes: RunNotes },
  ): WriteScope {
    return {
      ...this.#readScope(tx, caller, action, known, notes),
      now,
      files: this.#ports.files,
      newId,
      enqueue: (job) => this.#ports.enqueue(tx, job),
      changed: (change) => {
        changes.push(change);
      },
    };
  }

  async #write<Command, Answer>(
    caller: Caller,
    useCase: Extract<UseCase<Command, Answer>, { kind: 'write' }>,
    command: Command,
    notes: RunNotes,
    about: About,
  ): Promise<Answer> {
    const { database, feed, cache, audit } = this.#ports;
    const { action } = useCase;
    const changes: Change[] = [];
    const { answer, revision } = await database.transaction(async (prisma, client) => {
      const tx = writeTx(database, prisma, client);
      // What a transaction has read may be undone with it: it is not kept.
      const known: ReadScope['cached'] = (key, load) => cache.peek(key, load);
      const scope = this.#writer(tx, caller, action, known, { now: about.at, changes, notes });
      const answer = await useCase.run(scope, command);
      const revision = await this.#recordChange(tx, caller, action, about.at, changes);
      // Background work that has changed nothing leaves no trace here either.
      if (changes.length > 0 || (isOfAnAccount(caller) && !notes.isEmpty)) {
        const outcome = { kind: 'written', revision, changes } as const;
        await audit.written(tx, notes.runOf(caller, about, outcome, refusedItems(answer)));
      }
      return { answer, revision };
    });
    // Before the answer leaves: whoever reads after it must not meet what was cached before it.
    feed.publishHere(changes);
    caller.request.writtenRevision = revision;
    return answer;
  }

  /** In a transaction that is undone whatever comes of it. Nothing is read from memory, and nothing is told. */
  async #trial<Command, Answer>(
    caller: Caller,
    useCase: Extract<UseCase<Command, Answer>, { kind: 'trial' }>,
    command: Command,
    notes: RunNotes,
    now: Date,
  ): Promise<Answer> {
    const { database } = this.#ports;
    let found: { readonly answer: Answer } | undefined;
    try {
      await database.transaction(async (prisma, client) => {
        const tx = writeTx(database, prisma, client);
        const fresh: ReadScope['cached'] = async (_key, load) => (await load()).value;
        const scope = this.#writer(tx, caller, useCase.action, fresh, { now, changes: [], notes });
        found = { answer: await useCase.run(scope, command) };
        throw UNDONE;
      });
    } catch (error) {
      if (error !== UNDONE) throw error;
    }
    if (found === undefined) throw new Error('a trial ended without an answer');
    return found.answer;
  }

  #readScope(
    tx: Tx,
    caller: Caller,
    action: string,
    known: ReadScope['cached'],
    notes?: RunNotes,
  ): ReadScope {
    const { clock, tokens, region, authorize, permissions } = this.#ports;
    const home: ArnHome = { region, accountId: caller.accountId };
    const cached: ReadScope['cached'] = (key, load) =>
      caller.request.revision === undefined ? known(key, load) : load().then(({ value }) => value);
    return {
      tx,
      caller,
      clock,
      tokens,
      home,
      permissions: notes === undefined ? permissions : watched(permissions, notes),
      cached,
      // Without notes: what another may is no decision about this caller.
      as: (other) => this.#readScope(tx, { ...other, request: caller.request }, action, known),
      // With this transaction's own connection: the embedded database has no second one.
      authorize: async (resource, asked = action) => {
        notes?.asked(resource);
        const policies = await authorize(caller, asked, resource, { tx, cached });
        if (policies !== undefined) notes?.allowedBy(policies);
      },
    };
  }

  /**
   * One row a write, and account whose things it changed. In PostgreSQL the same statement notifies the other replicas,
   * at commit. Background work that has changed nothing leaves no trace: it looks every few seconds.
   */
  async #recordChange(tx: Tx, caller: Caller, action: string, at: Date, changes: Change[]): Promise<string> {
    if (changes.length === 0 && caller.accountId === '') return '';
    const owners = [...new Set(changes.map(({ accountId }) => accountId))];
    const [first = caller.accountId, ...others] = owners;
    for (const owner of others) {
      await this.#insertChange(tx, caller, { owner, action, at, changes: ownedBy(owner, changes) });
    }
    return this.#insertChange(tx, caller, { owner: first, action, at, changes: ownedBy(first, changes) });
  }

  async #insertChange(
    tx: Tx,
    caller: Caller,
    { owner, action, at, changes }: { owner: string; action: string; at: Date; changes: readonly Change[] },
  ): Promise<string> {
    const insert = `INSERT INTO change (account_id, action, principal, request_id, changes, at)
                    VALUES ($1, $2, $3, $4, $5::json, $6) RETURNING revision`;
    const values: unknown[] = [owner, action, caller.arn, caller.request.id, JSON.stringify(changes), at];
    if (this.#ports.database.kind === 'embedded') {
      const [row] = await sql<{ revision: string }>(tx, { text: insert, values, prepared: true });
      return row?.revision ?? '';
    }
    const [row] = await sql<{ revision: string }>(tx, {
      text: `WITH written AS (${insert}) SELECT revision, pg_notify('${CHANGE_CHANNEL}', $7) FROM written`,
      values: [...values, notice(owner, changes)],
      prepared: true,
    });
    return row?.revision ?? '';
  }
}

const ownedBy = (owner: string, changes: readonly Change[]): Change[] =>
  changes.filter(({ accountId }) => accountId === owner);

/** What the other replicas are told: what to forget, and not what happened. */
function notice(owner: string, changes: readonly Change[]): string {
  const stale = changes.map(({ accountId, kind, subjectId }): Change => ({ accountId, kind, subjectId }));
  const text = JSON.stringify(stale);
  if (Buffer.byteLength(text) <= MAX_NOTIFY_BYTES) return text;
  const whole: readonly Change[] = [{ accountId: owner, kind: 'account', subjectId: owner }];
  return JSON.stringify(whole);
}
