import { createHmac, hkdfSync, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

import { MasterKeys } from '@lakewarden/identity';
import { Secret } from '@lakewarden/kernel';
import { z } from 'zod';

import { BackupError } from './backup-error.ts';

const KEY_BYTES = 32;
const SALT_BYTES = 16;
const MIN_PASSPHRASE = 8;
/** OWASP's parameters for scrypt (Password Storage Cheat Sheet): 128 MiB and about half a second. */
const COST = { N: 2 ** 17, r: 8, p: 1 } as const;
/** A forged header must not make the reader take all the memory there is. */
const MAX_N = 2 ** 20;
const CHECK = 'lakewarden backup';
const CHECK_CONTEXT = 'backup:check';

/** How the key was made from the passphrase; stands in the file's first line. */
export const derivation = z.object({
  name: z.literal('scrypt'),
  N: z.int().min(2).max(MAX_N),
  r: z.int().min(1).max(32),
  p: z.int().min(1).max(16),
  salt: z.base64(),
  /** Something known, sealed: a wrong passphrase does not open it. */
  check: z.base64(),
});
export type Derivation = z.output<typeof derivation>;

export interface BackupKeys {
  readonly derivation: Derivation;
  /** Seals the secrets of a backup. */
  readonly secrets: MasterKeys;
  /** Of the manifest: who does not know the passphrase cannot alter a row and mend the checksums. */
  signature(text: string): Buffer;
}

const scryptKey = (passphrase: Secret<string>, salt: Buffer, cost: { N: number; r: number; p: number }) =>
  new Promise<Buffer>((resolve, reject) => {
    const maxmem = 256 * cost.N * cost.r;
    scrypt(passphrase.reveal().normalize('NFC'), salt, KEY_BYTES, { ...cost, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });

const branch = (key: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, '', `lakewarden backup ${purpose}`, KEY_BYTES));

const keysFrom = (key: Buffer) => ({
  secrets: new MasterKeys(new Secret(branch(key, 'secrets'))),
  signature: (text: string) => createHmac('sha256', branch(key, 'manifest')).update(text).digest(),
});

/** @throws BackupError the passphrase is too short */
export async function newBackupKeys(passphrase: Secret<string>): Promise<BackupKeys> {
  if (passphrase.reveal().length < MIN_PASSPHRASE) {
    throw new BackupError(`the passphrase must have ${String(MIN_PASSPHRASE)} characters or more.`);
  }
  const salt = randomBytes(SALT_BYTES);
  const keys = keysFrom(await scryptKey(passphrase, salt, COST));
  const check = keys.secrets.seal(CHECK, CHECK_CONTEXT).toString('base64');
  return { ...keys, derivation: { name: 'scrypt', ...COST, salt: salt.toString('base64'), check } };
}

/** @throws BackupError another passphrase made the backup */
export async function openBackupKeys(passphrase: Secret<string>, made: Derivation): Promise<BackupKeys> {
  const keys = keysFrom(await scryptKey(passphrase, Buffer.from(made.salt, 'base64'), made));
  try {
    keys.secrets.open(Buffer.from(made.check, 'base64'), CHECK_CONTEXT);
  } catch (cause) {
    throw new BackupError('the passphrase does not open this backup.', { cause });
  }
  return { ...keys, derivation: made };
}

export const isSignedBy = (keys: BackupKeys, text: string, signature: string): boolean => {
  const given = Buffer.from(signature, 'base64');
  const right = keys.signature(text);
  return given.length === right.length && timingSafeEqual(given, right);
};
