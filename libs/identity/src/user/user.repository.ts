import { alreadyExists, type Tx } from '@lakewarden/kernel';
import { isUniqueViolation, prisma, sql } from '@lakewarden/storage';

import { type AccessKeyPair, secretContext } from '../access-key/access-key.ts';
import { refuseTakenName } from '../account/names.repository.ts';
import type { MasterKeys } from '../secrets/master-keys.ts';
import type { AccessKey, User } from './user.ts';

/** A `User` and no more of his row: never the password's hash. */
export const USER_COLUMNS =
  'u.id, u.account_id AS "accountId", u.name, u.path, u.unique_id AS "uniqueId", u.created_at AS "createdAt"';

export async function findUser(tx: Tx, accountId: string, name: string): Promise<User | undefined> {
  const [user] = await sql<User>(tx, {
    text: `SELECT ${USER_COLUMNS} FROM iam_user u WHERE u.account_id = $1 AND u.name = $2`,
    values: [accountId, name],
  });
  return user;
}

export async function findUserByUniqueId(
  tx: Tx,
  accountId: string,
  uniqueId: string,
): Promise<User | undefined> {
  const [user] = await sql<User>(tx, {
    text: `SELECT ${USER_COLUMNS} FROM iam_user u WHERE u.account_id = $1 AND u.unique_id = $2`,
    values: [accountId, uniqueId],
  });
  return user;
}

/** By name. @param afterName exclusive */
export async function listUserRows(
  tx: Tx,
  accountId: string,
  pathPrefix: string,
  afterName: string,
  limit: number,
): Promise<User[]> {
  // starts_with, not LIKE: a prefix may hold `_` and `%`.
  return sql<User>(tx, {
    text: `SELECT ${USER_COLUMNS} FROM iam_user u WHERE u.account_id = $1 AND starts_with(u.path, $2) AND u.name > $3
           ORDER BY u.name LIMIT $4`,
    values: [accountId, pathPrefix, afterName, limit],
  });
}

/** @throws AlreadyExistsException */
export async function insertUser(tx: Tx, user: User): Promise<void> {
  await refuseTakenName(tx, 'User', user.accountId, user.name);
  await prisma(tx).iamUser.create({ data: user });
}

export async function deleteUserRow(tx: Tx, id: string): Promise<void> {
  await prisma(tx).iamUser.delete({ where: { id } });
}

/**
 * Holds every other writer of the user, his keys and his groups back until the transaction ends.
 * @returns whether he is still there
 */
export async function lockUser(tx: Tx, id: string): Promise<boolean> {
  const locked = await sql(tx, { text: 'SELECT id FROM iam_user WHERE id = $1 FOR UPDATE', values: [id] });
  return locked.length > 0;
}

/** As {@link lockUser}, by name. */
export async function lockUserNamed(tx: Tx, accountId: string, name: string): Promise<User | undefined> {
  const [user] = await sql<User>(tx, {
    text: `SELECT ${USER_COLUMNS} FROM iam_user u WHERE u.account_id = $1 AND u.name = $2 FOR UPDATE`,
    values: [accountId, name],
  });
  return user;
}

export async function isInGroup(tx: Tx, userId: string): Promise<boolean> {
  return (await prisma(tx).iamGroupMember.findFirst({ where: { userId } })) !== null;
}

export async function listUserKeys(tx: Tx, user: User): Promise<AccessKey[]> {
  const rows = await prisma(tx).accessKey.findMany({
    where: { userId: user.id },
    orderBy: [{ createdAt: 'asc' }, { accessKeyId: 'asc' }],
  });
  return rows.map(({ accessKeyId, status, createdAt }) => ({
    accessKeyId,
    userName: user.name,
    status: status === 'Active' ? 'Active' : 'Inactive',
    createdAt,
  }));
}

export async function insertUserKey(
  tx: Tx,
  keys: MasterKeys,
  user: User,
  pair: AccessKeyPair,
  now: Date,
): Promise<void> {
  try {
    await prisma(tx).accessKey.create({
      data: {
        accessKeyId: pair.accessKeyId,
        accountId: user.accountId,
        userId: user.id,
        status: 'Active',
        secretSealed: Uint8Array.from(
          keys.seal(pair.secretAccessKey.reveal(), secretContext(pair.accessKeyId)),
        ),
        createdAt: now,
      },
    });
  } catch (error) {
    throw isUniqueViolation(error) ? alreadyExists('That access key id is taken.') : error;
  }
}

/** @returns whether the user has such a key */
export async function setUserKeyStatus(
  tx: Tx,
  user: User,
  accessKeyId: string,
  status: string,
): Promise<boolean> {
  const { count } = await prisma(tx).accessKey.updateMany({
    where: { accessKeyId, userId: user.id },
    data: { status },
  });
  return count > 0;
}

/** @returns whether the user had such a key */
export async function deleteUserKey(tx: Tx, user: User, accessKeyId: string): Promise<boolean> {
  const { count } = await prisma(tx).accessKey.deleteMany({ where: { accessKeyId, userId: user.id } });
  return count > 0;
}

export async function findPasswordHash(
  tx: Tx,
  accountId: string,
  name: string,
): Promise<{ readonly uniqueId: string; readonly passwordHash: string | null } | undefined> {
  const user = await prisma(tx).iamUser.findUnique({ where: { accountId_name: { accountId, name } } });
  return user ?? undefined;
}
