import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';

import type { Clock } from './clock.ts';
import { invalid, type LakewardenError } from './errors.ts';

/** One page of a list, in the list's own order. `next` is absent on the last page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
  /** The token that goes on behind the item at this place; made when asked for. */
  readonly cursorAt: (index: number) => string;
}

/** What a client asks of a list: how many, and after which token. */
export interface PageRequest {
  readonly limit: number;
  readonly token?: string;
}

/** Contract §5: tokens live for a day. */
export const PAGE_TOKEN_MAX_AGE_SECONDS = 24 * 60 * 60;
const MAX_TOKEN_LENGTH = 8192;
const MAC_BYTES = 16;
const TIME_BYTES = 6;
const CIPHER = 'aes-256-ctr';

const refuseNextToken = (fault: string): LakewardenError => invalid(`NextToken ${fault}`);

const notValid = (refuse: (fault: string) => LakewardenError): LakewardenError =>
  refuse('is not valid for this request. Start again without it.');

/**
 * Makes and checks page tokens: opaque, URL-safe, signed, bound to the question and to whoever asked it.
 * A token is `base64url(mac ‖ AES-CTR(issuedAt ‖ position))`, the mac being the cipher's first counter (RFC 5297's
 * construction): a search may stop at a thing that the caller may not see, and its name stands in the position.
 */
export class PageTokens {
  readonly #key: Buffer;
  readonly #cipherKey: Buffer;
  readonly #clock: Clock;

  constructor(key: Buffer, clock: Clock) {
    this.#key = key;
    this.#cipherKey = createHmac('sha256', key).update('page token position').digest();
    this.#clock = clock;
  }

  /** @param question everything that must be the same on the next call: operation, names, filters, caller */
  issue(question: readonly unknown[], position: Buffer): string {
    const issuedAt = Buffer.alloc(TIME_BYTES);
    issuedAt.writeUIntBE(Math.floor(this.#clock.now().getTime() / 1000), 0, TIME_BYTES);
    const body = Buffer.concat([issuedAt, position]);
    const mac = this.#mac(question, body);
    const hidden = createCipheriv(CIPHER, this.#cipherKey, mac).update(body);
    return Buffer.concat([mac, hidden]).toString('base64url');
  }

  /**
   * @param refuse where the service has another name for tokens, or another exception
   * @throws InvalidInputException the token is foreign, altered, for another question, or a day old
   */
  open(question: readonly unknown[], token: string, refuse = refuseNextToken): Buffer {
    const bytes = token.length <= MAX_TOKEN_LENGTH ? Buffer.from(token, 'base64url') : Buffer.alloc(0);
    if (bytes.length < MAC_BYTES + TIME_BYTES) throw notValid(refuse);
    const mac = bytes.subarray(0, MAC_BYTES);
    const body = createDecipheriv(CIPHER, this.#cipherKey, mac).update(bytes.subarray(MAC_BYTES));
    if (!timingSafeEqual(mac, this.#mac(question, body))) throw notValid(refuse);
    const ageSeconds = this.#clock.now().getTime() / 1000 - body.readUIntBE(0, TIME_BYTES);
    if (ageSeconds > PAGE_TOKEN_MAX_AGE_SECONDS) {
      throw refuse('has expired. Start again without it.');
    }
    return body.subarray(TIME_BYTES);
  }

  #mac(question: readonly unknown[], body: Buffer): Buffer {
    const asked = createHash('sha256').update(JSON.stringify(question)).digest();
    return createHmac('sha256', this.#key).update(asked).update(body).digest().subarray(0, MAC_BYTES);
  }
}

/** Cuts the `limit + 1` rows a repository read into a page, and signs the position of its last row. */
export function toPage<T>(rows: readonly T[], limit: number, tokenAfter: (last: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const cursorAt = (index: number): string => {
    const item = items[index];
    if (item === undefined) throw new RangeError(`the page has no item ${String(index)}`);
    return tokenAfter(item);
  };
  return rows.length > limit ? { items, cursorAt, next: cursorAt(items.length - 1) } : { items, cursorAt };
}
