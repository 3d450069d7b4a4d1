import { alreadyExists, newId, type Tx } from '@lakewarden/kernel';
import { isUniqueViolation, prisma, sql } from '@lakewarden/storage';

import { type AccessKeyPair, newUniqueId, secretContext } from '../access-key/access-key.ts';
import { ADMINISTRATOR_ACCESS } from '../policy/principal-policies.ts';
import type { MasterKeys } from '../secrets/master-keys.ts';

export interface NewAccount {
  readonly id: string;
  readonly name: string;
  readonly organization: boolean;
}

/** The oldest account: only its administrators make others. */
export async function findFirstAccountId(tx: Tx): Promise<string | undefined> {
  const account = await prisma(tx).account.findFirst({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
  return account?.id;
}

/** Any number; one server at a time makes the first account. */
const FIRST_ACCOUNT_LOCK = 7_205_132;

export async function lockFirstAccount(tx: Tx): Promise<void> {
  await sql(tx, { text: 'SELECT pg_advisory_xact_lock($1)', values: [FIRST_ACCOUNT_LOCK] });
}

/** The account, its user `admin` with AdministratorAccess, and the user's key. */
export async function insertAccount(
  tx: Tx,
  keys: MasterKeys,
  account: NewAccount,
  pair: AccessKeyPair,
  now: Date,
  passwordHash?: string,
): Promise<void> {
  const userId = newId<'User'>();
  try {
    await prisma(tx).account.create({ data: { ...account, createdAt: now } });
  } catch (error) {
    throw isUniqueViolation(error) ? alreadyExists(`Account ${account.id} already exists.`) : error;
  }
  await prisma(tx).iamUser.create({
    data: {
      id: userId,
      accountId: account.id,
      name: 'admin',
      uniqueId: newUniqueId('AIDA'),
      policies: [ADMINISTRATOR_ACCESS],
      passwordHash: passwordHash ?? null,
      createdAt: now,
    },
  });
  const sealed = keys.seal(pair.secretAccessKey.reveal(), secretContext(pair.accessKeyId));
  try {
    await prisma(tx).accessKey.create({
      data: {
        accessKeyId: pair.accessKeyId,
        accountId: account.id,
        userId,
        status: 'Active',
        secretSealed: Uint8Array.from(sealed),
        createdAt: now,
      },
    });
  } catch (error) {
    throw isUniqueViolation(error) ? alreadyExists('That access key id is taken.') : error;
  }
}
