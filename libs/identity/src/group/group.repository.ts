import type { Tx } from '@lakewarden/kernel';
import { prisma, sql } from '@lakewarden/storage';

import { refuseTakenName } from '../account/names.repository.ts';
import { USER_COLUMNS } from '../user/user.repository.ts';
import type { User } from '../user/user.ts';
import type { Group } from './group.ts';

const COLUMNS =
  'g.id, g.account_id AS "accountId", g.name, g.path, g.unique_id AS "uniqueId", g.created_at AS "createdAt"';

export async function findGroup(tx: Tx, accountId: string, name: string): Promise<Group | undefined> {
  const [group] = await sql<Group>(tx, {
    text: `SELECT ${COLUMNS} FROM iam_group g WHERE g.account_id = $1 AND g.name = $2`,
    values: [accountId, name],
  });
  return group;
}

/** Holds every other writer of the group and its members back until the transaction ends. */
export async function lockGroup(tx: Tx, accountId: string, name: string): Promise<Group | undefined> {
  const [group] = await sql<Group>(tx, {
    text: `SELECT ${COLUMNS} FROM iam_group g WHERE g.account_id = $1 AND g.name = $2 FOR UPDATE`,
    values: [accountId, name],
  });
  return group;
}

/** By name. @param afterName exclusive */
export async function listGroupRows(
  tx: Tx,
  accountId: string,
  pathPrefix: string,
  afterName: string,
  limit: number,
): Promise<Group[]> {
  // starts_with, not LIKE: a prefix may hold `_` and `%`.
  return sql<Group>(tx, {
    text: `SELECT ${COLUMNS} FROM iam_group g WHERE g.account_id = $1 AND starts_with(g.path, $2) AND g.name > $3
           ORDER BY g.name LIMIT $4`,
    values: [accountId, pathPrefix, afterName, limit],
  });
}

/** @throws AlreadyExistsException */
export async function insertGroup(tx: Tx, group: Group): Promise<void> {
  await refuseTakenName(tx, 'Group', group.accountId, group.name);
  await prisma(tx).iamGroup.create({ data: group });
}

export async function deleteGroupRow(tx: Tx, id: string): Promise<void> {
  await prisma(tx).iamGroup.delete({ where: { id } });
}

/** By name. @param afterName exclusive */
export async function listMembers(
  tx: Tx,
  groupId: string,
  afterName: string,
  limit: number,
): Promise<User[]> {
  return sql<User>(tx, {
    text: `SELECT ${USER_COLUMNS} FROM iam_group_member m JOIN iam_user u ON u.id = m.user_id
           WHERE m.group_id = $1 AND u.name > $2 ORDER BY u.name LIMIT $3`,
    values: [groupId, afterName, limit],
  });
}

/** By name. @param afterName exclusive */
export async function listGroupsOf(
  tx: Tx,
  userId: string,
  afterName: string,
  limit: number,
): Promise<Group[]> {
  return sql<Group>(tx, {
    text: `SELECT ${COLUMNS} FROM iam_group_member m JOIN iam_group g ON g.id = m.group_id
           WHERE m.user_id = $1 AND g.name > $2 ORDER BY g.name LIMIT $3`,
    values: [userId, afterName, limit],
  });
}

/** Does nothing for a member. Both rows must be locked. */
export async function insertMember(tx: Tx, groupId: string, userId: string): Promise<void> {
  await sql(tx, {
    text: 'INSERT INTO iam_group_member (group_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    values: [groupId, userId],
  });
}

/** @returns whether the user was a member */
export async function deleteMember(tx: Tx, groupId: string, userId: string): Promise<boolean> {
  const { count } = await prisma(tx).iamGroupMember.deleteMany({ where: { groupId, userId } });
  return count > 0;
}
