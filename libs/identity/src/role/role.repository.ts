import type { Tx } from '@lakewarden/kernel';
import { prisma, sql } from '@lakewarden/storage';

import { refuseTakenName } from '../account/names.repository.ts';
import type { Role } from './role.ts';

interface RoleRow extends Omit<Role, 'description'> {
  readonly description: string | null;
}

const COLUMNS = `id, account_id AS "accountId", name, path, unique_id AS "uniqueId", description,
  assume_role_policy_document AS "assumeRolePolicyDocument", max_session_seconds AS "maxSessionSeconds",
  created_at AS "createdAt"`;

const toRole = ({ description, ...role }: RoleRow): Role => ({
  ...role,
  ...(description !== null && { description }),
});

export async function findRole(tx: Tx, accountId: string, name: string): Promise<Role | undefined> {
  const rows = await sql<RoleRow>(tx, {
    text: `SELECT ${COLUMNS} FROM iam_role WHERE account_id = $1 AND name = $2`,
    values: [accountId, name],
  });
  return rows.map(toRole)[0];
}

export async function findRoleByUniqueId(
  tx: Tx,
  accountId: string,
  uniqueId: string,
): Promise<Role | undefined> {
  const rows = await sql<RoleRow>(tx, {
    text: `SELECT ${COLUMNS} FROM iam_role WHERE account_id = $1 AND unique_id = $2`,
    values: [accountId, uniqueId],
    prepared: true,
  });
  return rows.map(toRole)[0];
}

export async function findRoleById(tx: Tx, id: string): Promise<Role | undefined> {
  const rows = await sql<RoleRow>(tx, {
    text: `SELECT ${COLUMNS} FROM iam_role WHERE id = $1`,
    values: [id],
    prepared: true,
  });
  return rows.map(toRole)[0];
}

/** By name. @param afterName exclusive */
export async function listRoleRows(
  tx: Tx,
  accountId: string,
  pathPrefix: string,
  afterName: string,
  limit: number,
): Promise<Role[]> {
  // starts_with, not LIKE: a prefix may hold `_` and `%`.
  const rows = await sql<RoleRow>(tx, {
    text: `SELECT ${COLUMNS} FROM iam_role WHERE account_id = $1 AND starts_with(path, $2) AND name > $3
           ORDER BY name LIMIT $4`,
    values: [accountId, pathPrefix, afterName, limit],
  });
  return rows.map(toRole);
}

/** @throws AlreadyExistsException */
export async function insertRole(tx: Tx, role: Role): Promise<void> {
  await refuseTakenName(tx, 'Role', role.accountId, role.name);
  await prisma(tx).iamRole.create({ data: role });
}

/** @returns the role that was there */
export async function deleteRoleRow(tx: Tx, accountId: string, name: string): Promise<Role | undefined> {
  const rows = await sql<RoleRow>(tx, {
    text: `DELETE FROM iam_role WHERE account_id = $1 AND name = $2 RETURNING ${COLUMNS}`,
    values: [accountId, name],
  });
  return rows.map(toRole)[0];
}

export async function setTrustPolicy(tx: Tx, id: string, document: string): Promise<void> {
  await prisma(tx).iamRole.update({ where: { id }, data: { assumeRolePolicyDocument: document } });
}
