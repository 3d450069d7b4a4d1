import { randomInt } from 'node:crypto';

import { Secret } from '@lakewarden/kernel';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const SECRET_CHARS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const randomText = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');

export interface AccessKeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret<string>;
}

/** A long-lived key pair, in AWS's form. */
export const newAccessKeyPair = (): AccessKeyPair => ({
  accessKeyId: `AKIA${randomText(BASE32, 16)}`,
  secretAccessKey: new Secret(randomText(SECRET_CHARS, 40)),
});

/** A temporary one's id and secret; it works with its session token alone. */
export const newTemporaryKeyPair = (): AccessKeyPair => ({
  accessKeyId: `ASIA${randomText(BASE32, 16)}`,
  secretAccessKey: new Secret(randomText(SECRET_CHARS, 40)),
});

/** IAM's unique ids: `AIDA` a user, `AROA` a role, `AGPA` a group, `ANPA` a policy. */
export const newUniqueId = (prefix: 'AIDA' | 'AROA' | 'AGPA' | 'ANPA'): string =>
  prefix + randomText(BASE32, 17);

/** What a sealed secret belongs to. */
export const secretContext = (accessKeyId: string): string => `access-key:${accessKeyId}`;
