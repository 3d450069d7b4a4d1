import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { FeedEvent } from './events.ts';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface WebhookBody {
  readonly revision: string;
  readonly time: string;
  readonly events: readonly FeedEvent[];
}

export const bodyOf = ({ body }: Received): WebhookBody => JSON.parse(body) as WebhookBody;

/** What Standard Webhooks 1.0.0 says that the header must be, written down a second time. */
export const expectedSignature = (secret: string, { headers, body }: Received): string => {
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
};

type Answer = (received: Received, response: ServerResponse) => void | Promise<void>;

/** A consumer: an HTTP server on 127.0.0.1 that keeps what it is sent. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** Ends the answer; absent: 204. */
  answer: Answer | undefined;
  #server: Server | undefined;
  #port = 0;
  readonly #wakes = new Set<() => void>();

  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}/hook`;
  }

  /** On the same port as before. */
  async open(): Promise<void> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { url = '', headers } = request;
        const received = { path: url, headers, body: Buffer.concat(chunks).toString() };
        this.received.push(received);
        for (const wake of this.#wakes) wake();
        if (this.answer === undefined) response.writeHead(204).end();
        else void this.answer(received, response);
      });
    });
    await new Promise<void>((listening) => server.listen(this.#port, '127.0.0.1', listening));
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port; // it listens on TCP
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server?.close(done));
    this.#server?.closeAllConnections();
    await closed;
  }

  /** Resolves when it has been sent so many. */
  async until(count: number): Promise<readonly Received[]> {
    while (this.received.length < count) {
      await new Promise<void>((next) => {
        const wake = () => {
          this.#wakes.delete(wake);
          next();
        };
        this.#wakes.add(wake);
      });
    }
    return this.received;
  }
}
