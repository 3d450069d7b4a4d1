import { lookup as resolve, type LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';

import { isAllowedAddress, literalAddress } from '@lakewarden/feed';

/** In which a consumer must have begun to answer. */
const TIMEOUT_MS = 10_000;
/** Of its answer, of which only the status counts. */
const MAX_ANSWER_BYTES = 4_096;
const IDLE_SOCKET_MS = 5_000;

/** The address is not one that webhooks are sent to. */
class RefusedAddressError extends Error {
  override readonly name = 'RefusedAddressError';
}

const refusal = (host: string, address: string): RefusedAddressError =>
  new RefusedAddressError(`${host} is at ${address}, to which webhooks are not sent`);

/**
 * Resolves for a connection, which is then made to these addresses and no others: whatever the name meant before, and
 * whatever it means a moment later.
 */
const guardedLookup =
  (allowsPrivate: boolean): LookupFunction =>
  (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const refused = addresses.find(({ address }) => !isAllowedAddress(address, allowsPrivate));
      const [first] = addresses;
      if (refused !== undefined || first === undefined) {
        callback(refusal(host, refused?.address ?? 'no address'), '', 0);
      } else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

export interface WebhookPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends webhooks: to allowed addresses, without following anybody elsewhere. Owns its connections. */
export class WebhookSender {
  readonly #allowsPrivate: boolean;
  readonly #timeoutMs: number;
  readonly #agents: { readonly 'http:': http.Agent; readonly 'https:': https.Agent };
  readonly #closing = new AbortController();

  constructor(allowsPrivate: boolean, timeoutMs = TIMEOUT_MS) {
    this.#allowsPrivate = allowsPrivate;
    this.#timeoutMs = timeoutMs;
    const options = { keepAlive: true, timeout: IDLE_SOCKET_MS, lookup: guardedLookup(allowsPrivate) };
    this.#agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
  }

  /** @returns undefined: taken; else why not, in words that hold nothing of the URL's path or query */
  async send(post: WebhookPost): Promise<string | undefined> {
    const url = new URL(post.url);
    const address = literalAddress(url);
    // For an address nobody is asked where it leads.
    if (address !== undefined && !isAllowedAddress(address, this.#allowsPrivate)) {
      return refusal(address, address).message;
    }
    const timeOut = AbortSignal.timeout(this.#timeoutMs);
    try {
      const status = await this.#post(url, post, AbortSignal.any([timeOut, this.#closing.signal]));
      return status >= 200 && status < 300 ? undefined : `answered ${String(status)}`;
    } catch (error) {
      return timeOut.aborted ? `no answer within ${String(this.#timeoutMs / 1000)} seconds` : reasonOf(error);
    }
  }

  /** What is on its way is cut off: nobody knows whether it has arrived. */
  close(): void {
    this.#closing.abort();
    this.#agents['http:'].destroy();
    this.#agents['https:'].destroy();
  }

  async #post(url: URL, post: WebhookPost, signal: AbortSignal): Promise<number> {
    try {
      return await this.#attempt(url, post, signal);
    } catch (error) {
      // The consumer closed an idle connection as it was taken up again; a new one says how he is.
      if (error instanceof ReusedSocketError) return this.#attempt(url, post, signal);
      throw error;
    }
  }

  #attempt(url: URL, { headers, body }: WebhookPost, signal: AbortSignal): Promise<number> {
    const isTls = url.protocol === 'https:';
    const client = isTls ? https : http;
    const agent = isTls ? this.#agents['https:'] : this.#agents['http:'];
    const bytes = Buffer.from(body);
    return new Promise((taken, failed) => {
      const request = client.request(url, {
        method: 'POST',
        agent,
        signal,
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': bytes.length,
          'user-agent': 'Lakewarden',
        },
      });
      request.on('error', (error) => {
        const wasReused = request.reusedSocket && codeOf(error) === 'ECONNRESET' && !signal.aborted;
        failed(wasReused ? new ReusedSocketError('connection closed', { cause: error }) : error);
      });
      request.on('response', (response) => {
        taken(response.statusCode ?? 0);
        let sizeBytes = 0;
        response.on('error', () => undefined); // its status is all that was asked for
        response.on('data', (chunk: Buffer) => {
          sizeBytes += chunk.length;
          if (sizeBytes > MAX_ANSWER_BYTES) response.destroy();
        });
      });
      request.end(bytes);
    });
  }
}

class ReusedSocketError extends Error {
  override readonly name = 'ReusedSocketError';
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

function reasonOf(error: unknown): string {
  if (error instanceof RefusedAddressError) return error.message;
  // Several addresses, none of which was reached: the first one's reason.
  const [first] = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [error];
  return codeOf(first) ?? codeOf(error) ?? 'the connection failed';
}
