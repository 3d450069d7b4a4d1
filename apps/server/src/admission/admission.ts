import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

import { RETRY_AFTER_SECONDS } from '@lakewarden/aws-wire';
import { LakewardenError } from '@lakewarden/kernel';
import type { FastifyInstance, FastifyReply } from 'fastify';

export interface AdmissionLimits {
  /** Requests being worked on at once. */
  readonly maxInFlight: number;
  /** Bytes of large bodies that are arriving or being worked on. */
  readonly maxBodyBytes: number;
  /** Bytes of large answers that clients have not taken yet. */
  readonly maxAnswerBytes: number;
  /** How long a client may take to read its answer. */
  readonly answerTimeoutMs: number;
  /** What a body counts whose length nobody has said. */
  readonly bodyLimitBytes: number;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered whatever the load: an orchestrator must not take a busy server for a dead one. */
    isAlwaysAdmitted?: boolean;
    /** Waits for something to happen, and not for this machine: bounded by its own door, it is no load. */
    isLongPoll?: boolean;
  }
}

/** Smaller ones are not counted: connections bound them. */
const LARGE_BYTES = 16 * 1024;
const SWEEP_MS = 1_000;
const TOO_MANY_REQUESTS = 429;

interface Visit {
  readonly response: ServerResponse;
  bodyBytes: number;
  answerBytes: number;
  isInFlight: boolean;
  /** Of performance.now(); 0 before there is an answer. */
  answeredAt: number;
}

/** Fastify's own handlers go by `statusCode`; the doors by the code. */
const overloaded = (): LakewardenError =>
  Object.assign(new LakewardenError('ThrottlingException', 'Rate exceeded'), {
    statusCode: TOO_MANY_REQUESTS,
  });

function bodyBytesOf({ headers }: IncomingMessage, bodyLimitBytes: number): number {
  const length = headers['content-length'];
  if (length !== undefined) return Math.min(Number(length), bodyLimitBytes);
  return headers['transfer-encoding'] === undefined ? 0 : bodyLimitBytes;
}

/**
 * How much is let in at once. Whoever comes when it is full is told so at the cost of three comparisons, before his
 * body is parsed or his signature looked at.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #visits = new Map<IncomingMessage, Visit>();
  readonly #sockets = new Set<Socket>();
  #sweeper: NodeJS.Timeout | undefined;
  #isDraining = false;
  #bodyBytes = 0;
  #answerBytes = 0;
  inFlight = 0;
  /** How many have been turned away since the start. */
  refused = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** On the root instance, before any route is known: its hooks are then everybody's. */
  register(fastify: FastifyInstance): void {
    const { maxInFlight, maxBodyBytes, maxAnswerBytes, bodyLimitBytes } = this.#limits;
    fastify.server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#sweeper = setInterval(() => {
      this.#sweep();
    }, SWEEP_MS).unref();

    fastify.addHook('onRequest', (request, reply, done) => {
      if (this.#isDraining) void reply.header('connection', 'close');
      // A subscription's socket stays open for hours; Mercurius bounds its messages.
      if (request.headers.upgrade !== undefined) {
        done();
        return;
      }
      const declared = bodyBytesOf(request.raw, bodyLimitBytes);
      const bodyBytes = declared > LARGE_BYTES ? declared : 0;
      const isFull =
        this.inFlight >= maxInFlight ||
        (bodyBytes > 0 && this.#bodyBytes + bodyBytes > maxBodyBytes) ||
        this.#answerBytes > maxAnswerBytes;
      if (isFull && request.routeOptions.config.isAlwaysAdmitted !== true) {
        // The connection stays: Node throws away what still comes of the body, and the client reads why.
        this.#refuse(reply, done);
        return;
      }
      const visit: Visit = {
        response: reply.raw,
        bodyBytes,
        answerBytes: 0,
        isInFlight: false,
        answeredAt: 0,
      };
      this.#bodyBytes += bodyBytes;
      this.#visits.set(request.raw, visit);
      reply.raw.once('close', () => {
        this.#visits.delete(request.raw);
        this.#bodyBytes -= visit.bodyBytes;
        this.#answerBytes -= visit.answerBytes;
        if (visit.isInFlight) this.inFlight -= 1;
      });
      done();
    });
    // A body that trickles in is not being worked on: a hundred slow clients must not look like load.
    fastify.addHook('preHandler', (request, reply, done) => {
      const visit = this.#visits.get(request.raw);
      if (visit !== undefined && request.routeOptions.config.isLongPoll !== true) {
        // Again: a thousand bodies may have come in together.
        if (this.inFlight >= maxInFlight && request.routeOptions.config.isAlwaysAdmitted !== true) {
          this.#refuse(reply, done);
          return;
        }
        visit.isInFlight = true;
        this.inFlight += 1;
      }
      done();
    });
    // Node gives an upgrading connection away for good; answered without an upgrade, nobody would ever end it.
    fastify.addHook('onResponse', (request, _reply, done) => {
      if (request.headers.upgrade !== undefined) request.raw.socket.destroySoon();
      done();
    });
    fastify.addHook('onSend', (request, _reply, payload, done) => {
      const visit = this.#visits.get(request.raw);
      if (visit !== undefined) {
        if (visit.isInFlight) this.inFlight -= 1;
        visit.isInFlight = false;
        visit.answeredAt = performance.now();
        const length = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0;
        if (length > LARGE_BYTES) {
          visit.answerBytes = length;
          this.#answerBytes += length;
        }
      }
      done(null, payload);
    });
  }

  /**
   * Every answer from now on says that its connection ends with it, while new ones are still taken: whoever is in
   * conversation leaves by himself. Ends when everybody has, or after `graceMs`.
   */
  async beginDrain(graceMs: number): Promise<void> {
    this.#isDraining = true;
    if (this.#sockets.size === 0 || graceMs === 0) return;
    const over = new AbortController();
    const left = Promise.all(
      [...this.#sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    );
    await Promise.race([left, after(graceMs, undefined, { signal: over.signal })]);
    over.abort();
    // Node's own closing passes over connections that have never said anything.
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.end();
  }

  close(): void {
    clearInterval(this.#sweeper);
  }

  #refuse(reply: FastifyReply, done: (fault: Error) => void): void {
    this.refused += 1;
    void reply.header('retry-after', RETRY_AFTER_SECONDS);
    done(overloaded());
  }

  /** Clients that do not read keep an answer in memory. */
  #sweep(): void {
    const oldest = performance.now() - this.#limits.answerTimeoutMs;
    for (const { response, answeredAt } of this.#visits.values()) {
      if (answeredAt > 0 && answeredAt < oldest) response.destroy();
    }
  }
}
