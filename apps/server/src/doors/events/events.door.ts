import { randomUUID } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';

import { publicError, renderError, validate } from '@lakewarden/aws-wire';
import { type FeedEvent, type FeedPage, type ReadChanges, readChanges } from '@lakewarden/feed';
import { type Caller, LakewardenError, type RequestFacts, type UseCases } from '@lakewarden/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { z } from 'zod';

import { REVISION_HEADER } from '../aws/aws.door.ts';
import type { Changes } from '../graphql/changes.ts';
import {
  cursorText,
  DEFAULT_LIMIT,
  filterShape,
  kindList,
  MAX_LIMIT,
  mayBeFed,
  toFilter,
} from './feed-question.ts';

const MAX_WAIT_SECONDS = 30;
/** Each holds a connection and nothing else while nothing happens. */
const MAX_WAITING = 1_000;
const MAX_WAITING_OF_AN_ACCOUNT = 100;

const question = z.object({
  ...filterShape,
  after: cursorText.default('latest'),
  wait: z.coerce.number().min(0).max(MAX_WAIT_SECONDS).default(0),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  kinds: z
    .string()
    .transform((text) => text.split(','))
    .pipe(kindList)
    .optional(),
});

export interface EventsPorts {
  readonly useCases: UseCases;
  readonly changes: Changes;
  readonly log: Logger;
  readonly observe: (code: string, seconds: number) => void;
  authenticate(authorization: string | undefined, facts: RequestFacts): Promise<Caller | undefined>;
}

/** How many wait, in all and of each account. */
class Waiting {
  readonly #ofAccount = new Map<string, number>();
  #all = 0;

  /** @throws ThrottlingException too many wait already */
  enter(accountId: string): void {
    const own = this.#ofAccount.get(accountId) ?? 0;
    if (this.#all >= MAX_WAITING || own >= MAX_WAITING_OF_AN_ACCOUNT) {
      throw new LakewardenError('ThrottlingException', 'Too many wait for events already.');
    }
    this.#all += 1;
    this.#ofAccount.set(accountId, own + 1);
  }

  leave(accountId: string): void {
    const own = this.#ofAccount.get(accountId) ?? 0;
    this.#all -= 1;
    if (own > 1) this.#ofAccount.set(accountId, own - 1);
    else this.#ofAccount.delete(accountId);
  }
}

/** As JSON has it: what is not there is left out. */
const toJson = ({ events, cursor, hasMore }: FeedPage): object => ({
  events: events satisfies readonly FeedEvent[],
  cursor,
  hasMore,
});

/** Ends when the client has gone. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    gone.abort();
  });
  return gone.signal;
}

/** The change feed by long poll (docs/guides/change-feed.md). */
export function registerEventsDoor(fastify: FastifyInstance, ports: EventsPorts): void {
  const { useCases, changes, log, observe } = ports;
  const waiting = new Waiting();

  const ask = (caller: Caller, command: ReadChanges): Promise<FeedPage> =>
    useCases.run(caller, readChanges, command);

  async function poll(
    caller: Caller,
    command: ReadChanges,
    waitMs: number,
    gone: AbortSignal,
  ): Promise<FeedPage> {
    if (waitMs === 0) return ask(caller, command);
    waiting.enter(caller.accountId);
    // Listen first, then look: what happens in between is found by looking again.
    const signal = changes.listen(mayBeFed(caller.accountId));
    const over = new AbortController();
    const timeOut = after(waitMs, 'over' as const, { signal: AbortSignal.any([gone, over.signal]) }).catch(
      () => 'over' as const,
    );
    try {
      let page = await ask(caller, command);
      while (page.events.length === 0 && !page.hasMore) {
        const outcome = await Promise.race([signal.next(), timeOut]);
        if (outcome === 'over' || outcome.done) break;
        page = await ask(caller, { ...command, after: page.cursor });
      }
      return page;
    } finally {
      over.abort();
      await signal.return();
      waiting.leave(caller.accountId);
    }
  }

  async function callerOf(request: FastifyRequest, requestId: string): Promise<Caller> {
    const caller = await ports.authenticate(request.headers.authorization, {
      id: requestId,
      sourceIp: request.ip,
      ...(request.headers[REVISION_HEADER] !== undefined && {
        revision: request.headers[REVISION_HEADER].toString(),
      }),
    });
    if (caller !== undefined) return caller;
    throw new LakewardenError(
      'MissingAuthenticationTokenException',
      'Send a bearer token: `lakewarden token` prints one, the mutation `login` returns one.',
    );
  }

  fastify.get('/events', { config: { isLongPoll: true } }, async (request, reply) => {
    const requestId = randomUUID();
    const startedAt = performance.now();
    const told = (code: string): void => {
      observe(code, (performance.now() - startedAt) / 1000);
    };
    try {
      const caller = await callerOf(request, requestId);
      const { after: start, wait, limit, ...filter } = validate(question, request.query);
      const command = { after: start, limit, filter: toFilter(filter) };
      const page = await poll(caller, command, wait * 1000, goneSignal(reply));
      told('OK');
      return await reply
        .headers({ 'x-amzn-requestid': requestId, 'cache-control': 'no-store' })
        .send(toJson(page));
    } catch (error) {
      const { code } = publicError(error);
      if (code === 'InternalServiceException' || code === 'ServiceUnavailableException') {
        log.error({ err: error, requestId }, 'unexpected');
      }
      told(code);
      const { status, headers, body } = renderError('rest-json', undefined, error, requestId);
      return reply.code(status).headers(headers).send(body);
    }
  });
}
