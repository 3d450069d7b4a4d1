import type { Tx } from '@lakewarden/kernel';
import { prisma, sql } from '@lakewarden/storage';

import type { MasterKeys } from '../secrets/master-keys.ts';

export interface StoredSigningKey {
  /** The token's `kid`. */
  readonly id: string;
  readonly privateJwk: string;
  readonly createdAt: Date;
  readonly retiredAt?: Date;
}

const PURPOSE = 'jwt';
/** Any number; one server at a time makes or rotates keys. */
const SIGNING_KEY_LOCK = 7_205_133;

const contextOf = (id: string): string => `signing-key:${id}`;

export async function lockSigningKeys(tx: Tx): Promise<void> {
  await sql(tx, { text: 'SELECT pg_advisory_xact_lock($1)', values: [SIGNING_KEY_LOCK] });
}

/** Newest first. */
export async function listSigningKeys(tx: Tx, keys: MasterKeys): Promise<StoredSigningKey[]> {
  const rows = await prisma(tx).signingKey.findMany({
    where: { purpose: PURPOSE },
    orderBy: { createdAt: 'desc' },
  });
  return rows.map(({ id, sealed, createdAt, retiredAt }) => ({
    id,
    privateJwk: keys.open(sealed, contextOf(id)).reveal(),
    createdAt,
    ...(retiredAt !== null && { retiredAt }),
  }));
}

export async function insertSigningKey(
  tx: Tx,
  keys: MasterKeys,
  key: { readonly id: string; readonly privateJwk: string; readonly publicJwk: object },
  now: Date,
): Promise<void> {
  await prisma(tx).signingKey.create({
    data: {
      id: key.id,
      purpose: PURPOSE,
      publicJwk: { ...key.publicJwk },
      sealed: Uint8Array.from(keys.seal(key.privateJwk, contextOf(key.id))),
      createdAt: now,
    },
  });
}

/** From now on these sign no more; what they have signed is still accepted for a while. */
export async function retireSigningKeys(tx: Tx, now: Date): Promise<void> {
  await prisma(tx).signingKey.updateMany({
    where: { purpose: PURPOSE, retiredAt: null },
    data: { retiredAt: now },
  });
}
