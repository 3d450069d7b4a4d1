import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

import { Secret } from '@lakewarden/kernel';

const VERSION = 1;
const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES;

const idOf = (key: Buffer): string =>
  createHash('sha256').update(key).digest().subarray(0, KEY_ID_BYTES).toString('hex');

/**
 * Seals what must not lie in the database in clear: AES-256-GCM, as `version | key id | nonce | tag | ciphertext`. The
 * context (what the secret belongs to) is authenticated with it, so a sealed value moved to another row does not open.
 */
export class MasterKeys {
  readonly #current: Buffer;
  readonly #byId: ReadonlyMap<string, Buffer>;

  /** @param previous keys that still open what they have sealed, while they are being rotated away */
  constructor(current: Secret<Buffer>, previous: readonly Secret<Buffer>[] = []) {
    const keys = [current, ...previous].map((key) => key.reveal());
    for (const key of keys) {
      if (key.length !== KEY_BYTES) throw new Error(`a master key has ${String(KEY_BYTES)} bytes`);
    }
    this.#current = current.reveal();
    this.#byId = new Map(keys.map((key) => [idOf(key), key]));
  }

  seal(plain: string, context: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#current, nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    const header = Buffer.concat([
      Buffer.from([VERSION]),
      Buffer.from(idOf(this.#current), 'hex'),
      nonce,
      cipher.getAuthTag(),
    ]);
    return Buffer.concat([header, sealed]);
  }

  /** @throws Error the key that sealed it is not here, or the value or its context was altered */
  open(sealed: Uint8Array, context: string): Secret<string> {
    const bytes = Buffer.from(sealed);
    const keyId = bytes.subarray(1, 1 + KEY_ID_BYTES).toString('hex');
    const key = this.#byId.get(keyId);
    if (bytes[0] !== VERSION || bytes.length < HEADER_BYTES || key === undefined) {
      throw new Error(`no master key ${keyId} is configured for a sealed value`);
    }
    const nonceAt = 1 + KEY_ID_BYTES;
    const tagAt = nonceAt + NONCE_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(nonceAt, tagAt))
      .setAAD(Buffer.from(context))
      .setAuthTag(bytes.subarray(tagAt, HEADER_BYTES));
    return new Secret(
      Buffer.concat([decipher.update(bytes.subarray(HEADER_BYTES)), decipher.final()]).toString('utf8'),
    );
  }
}
