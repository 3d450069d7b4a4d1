import { alreadyExists, newId, type Tx } from '@lakewarden/kernel';
import { isUniqueViolation, prisma, sql } from '@lakewarden/storage';

import { type AccessKeyPair, secretContext } from '../access-key/access-key.ts';
import type { MasterKeys } from '../secrets/master-keys.ts';
import type { AccessKey, User } from './user.ts';

export async function findUser(tx: Tx, accountId: string, name: string): Promise<User | undefined> {
  return (
    (await prisma(tx).iamUser.findUnique({ where: { accountId_name: { accountId, name } } })) ?? undefined
  );
}

export async function findUserByUniqueId(
  tx: Tx,
  accountId: string,
  uniqueId: string,
): Promise<User | undefined> {
  return (await prisma(tx).iamUser.findFirst({ where: { accountId, uniqueId } })) ?? undefined;
}

/** By name. @param afterName exclusive */
export async function listUserRows(
  tx: Tx,
  accountId: string,
  pathPrefix: string,
  afterName: string,
  limit: number,
): Promise<User[]> {
  return prisma(tx).iamUser.findMany({
    where: { accountId, path: { startsWith: pathPrefix }, name: { gt: afterName } },
    orderBy: { name: 'asc' },
    take: limit,
  });
}

/** Two names that differ in case alone are one name to IAM; the lock makes look and insert one step. */
export async function insertUser(tx: Tx, user: User): Promise<void> {
  await sql(tx, { text: 'SELECT id FROM account WHERE id = $1 FOR UPDATE', values: [user.accountId] });
  const taken = await prisma(tx).iamUser.findFirst({
    where: { accountId: user.accountId, name: { equals: user.name, mode: 'insensitive' } },
  });
  if (taken !== null) throw alreadyExists(`User with name ${user.name} already exists.`);
  await prisma(tx).iamUser.create({ data: user });
}

export async function deleteUserRow(tx: Tx, id: string): Promise<void> {
  await prisma(tx).iamUser.delete({ where: { id } });
}

/** Holds every other writer of the user's keys back until the transaction ends. */
export async function lockUser(tx: Tx, id: string): Promise<void> {
  await sql(tx, { text: 'SELECT id FROM iam_user WHERE id = $1 FOR UPDATE', values: [id] });
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

export const newUserId = (): string => newId<'User'>();

export async function findUserWithPolicies(
  tx: Tx,
  accountId: string,
  uniqueId: string,
): Promise<(User & { readonly policies: readonly string[] }) | undefined> {
  return (await prisma(tx).iamUser.findFirst({ where: { accountId, uniqueId } })) ?? undefined;
}

export async function findPasswordHash(
  tx: Tx,
  accountId: string,
  name: string,
): Promise<{ readonly uniqueId: string; readonly passwordHash: string | null } | undefined> {
  const user = await prisma(tx).iamUser.findUnique({ where: { accountId_name: { accountId, name } } });
  return user ?? undefined;
}
