import { randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto';

import type { Secret } from '@lakewarden/kernel';

/** OWASP's second choice of parameters for scrypt: 2^16 blocks, 64 MiB. */
const COST: ScryptOptions = { N: 2 ** 16, r: 8, p: 2, maxmem: 256 * 1024 * 1024 };
const HASH_BYTES = 32;
const SALT_BYTES = 16;

const derive = (password: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, COST, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });

/** `scrypt$salt$hash`, base64. Slow by design: never inside a transaction. */
export async function hashPassword(password: Secret<string>): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password.reveal(), salt);
  return `scrypt$${salt.toString('base64')}$${hash.toString('base64')}`;
}

const NOBODY = `scrypt$${Buffer.alloc(SALT_BYTES).toString('base64')}$${Buffer.alloc(HASH_BYTES).toString('base64')}`;

/** Takes the same time whether there is such a user or not. @param stored undefined for an unknown user */
export async function isPassword(password: Secret<string>, stored: string | undefined): Promise<boolean> {
  const [, salt = '', hash = ''] = (stored ?? NOBODY).split('$');
  const derived = await derive(password.reveal(), Buffer.from(salt, 'base64'));
  return timingSafeEqual(derived, Buffer.from(hash, 'base64')) && stored !== undefined;
}
