import { randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto';

import { LakewardenError, type Secret } from '@lakewarden/kernel';

/** OWASP's second choice of parameters for scrypt: 2^16 blocks, 64 MiB. */
const COST: ScryptOptions = { N: 2 ** 16, r: 8, p: 2, maxmem: 256 * 1024 * 1024 };
const HASH_BYTES = 32;
const SALT_BYTES = 16;

/** Each takes 64 MiB and a core for a third of a second: a flood of guesses must leave both to the others. */
const MAX_AT_ONCE = 2;
const MAX_WAITING = 8;
let running = 0;
const waiting: (() => void)[] = [];

/** @throws ThrottlingException too many passwords are being looked at */
async function derive(password: string, salt: Buffer): Promise<Buffer> {
  if (waiting.length >= MAX_WAITING) throw new LakewardenError('ThrottlingException', 'Rate exceeded');
  if (running >= MAX_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await deriveNow(password, salt);
  } finally {
    // The place goes to whoever waits longest, without being free in between.
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

const deriveNow = (password: string, salt: Buffer): Promise<Buffer> =>
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
