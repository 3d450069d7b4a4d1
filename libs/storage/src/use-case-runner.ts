import {
  type ArnHome,
  type Authorize,
  type Caller,
  type Change,
  type Clock,
  type DataPermissions,
  type Job,
  type LakeFiles,
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
  /** Queues the job inside the transaction. */
  enqueue(tx: Tx, job: Job): Promise<void>;
}

/** NOTIFY takes at most 8,000 bytes; a larger set of changes is told as one that concerns the whole account. */
const MAX_NOTIFY_BYTES = 7_000;

export class UseCaseRunner implements UseCases {
  readonly #ports: RunnerPorts;
  readonly #readTx: Tx;

  constructor(ports: RunnerPorts) {
    this.#ports = ports;
    this.#readTx = readTx(ports.database);
  }

  run<Command, Answer>(caller: Caller, useCase: UseCase<Command, Answer>, command: Command): Promise<Answer> {
    return useCase.kind === 'read'
      ? this.#read(caller, useCase, command)
      : this.#write(caller, useCase, command);
  }

  async #read<Command, Answer>(
    caller: Caller,
    useCase: Extract<UseCase<Command, Answer>, { kind: 'read' }>,
    command: Command,
  ): Promise<Answer> {
    try {
      const { cache } = this.#ports;
      const scope = this.#readScope(this.#readTx, caller, useCase.action, (key, load) =>
        cache.get(key, load),
      );
      return await useCase.run(scope, command);
    } catch (error) {
      throw explainFailure(error);
    }
  }

  async #write<Command, Answer>(
    caller: Caller,
    useCase: Extract<UseCase<Command, Answer>, { kind: 'write' }>,
    command: Command,
  ): Promise<Answer> {
    const { database, feed, clock, cache, files } = this.#ports;
    const changes: Change[] = [];
    const now = clock.now();
    const { answer, revision } = await database.transaction(async (prisma, client) => {
      const tx = writeTx(database, prisma, client);
      const scope: WriteScope = {
        // What a transaction has read may be undone with it: it is not kept.
        ...this.#readScope(tx, caller, useCase.action, (key, load) => cache.peek(key, load)),
        now,
        files,
        newId,
        enqueue: (job) => this.#ports.enqueue(tx, job),
        changed: (change) => {
          changes.push(change);
        },
      };
      const answer = await useCase.run(scope, command);
      return { answer, revision: await this.#recordChange(tx, caller, useCase.action, now, changes) };
    });
    // Before the answer leaves: whoever reads after it must not meet what was cached before it.
    feed.publishHere(changes);
    caller.request.writtenRevision = revision;
    return answer;
  }

  #readScope(tx: Tx, caller: Caller, action: string, known: ReadScope['cached']): ReadScope {
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
      permissions,
      cached,
      as: (other) => this.#readScope(tx, { ...other, request: caller.request }, action, known),
      // With this transaction's own connection: the embedded database has no second one.
      authorize: async (resource, asked = action) => authorize(caller, asked, resource, { tx, cached }),
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
