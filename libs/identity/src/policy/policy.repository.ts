import { alreadyExists, type Tx } from '@lakewarden/kernel';
import { isUniqueViolation, prisma, sql } from '@lakewarden/storage';

import type { Policy, PolicyVersion } from './policy.ts';

const COLUMNS = `id, account_id AS "accountId", name, path, unique_id AS "uniqueId", description,
  default_version AS "defaultVersion", last_version AS "lastVersion", created_at AS "createdAt", updated_at AS "updatedAt"`;

type PolicyRow = Omit<Policy, 'description'> & { readonly description: string | null };

const toPolicy = ({ description, ...row }: PolicyRow): Policy => ({
  ...row,
  ...(description !== null && { description }),
});

/** @throws AlreadyExistsException */
export async function insertPolicy(tx: Tx, policy: Policy, document: string): Promise<void> {
  try {
    await prisma(tx).iamPolicy.create({ data: policy });
  } catch (error) {
    throw isUniqueViolation(error)
      ? alreadyExists(`A policy called ${policy.name} already exists. Duplicate names are not allowed.`)
      : error;
  }
  await insertPolicyVersion(tx, {
    policyId: policy.id,
    version: policy.defaultVersion,
    document,
    createdAt: policy.createdAt,
  });
}

export async function insertPolicyVersion(tx: Tx, version: PolicyVersion): Promise<void> {
  await prisma(tx).iamPolicyVersion.create({ data: version });
}

/** @param lock until commit, against every other writer of it */
export async function findPolicy(
  tx: Tx,
  accountId: string,
  path: string,
  name: string,
  lock = false,
): Promise<Policy | undefined> {
  const rows = await sql<PolicyRow>(tx, {
    text: `SELECT ${COLUMNS} FROM iam_policy WHERE account_id = $1 AND path = $2 AND name = $3
           ${lock ? 'FOR UPDATE' : ''}`,
    values: [accountId, path, name],
  });
  return rows.map(toPolicy)[0];
}

/** By name. @param afterName exclusive */
export async function listPolicyRows(
  tx: Tx,
  accountId: string,
  pathPrefix: string,
  afterName: string,
  limit: number,
): Promise<Policy[]> {
  const rows = await sql<PolicyRow>(tx, {
    text: `SELECT ${COLUMNS} FROM iam_policy WHERE account_id = $1 AND starts_with(path, $2) AND name > $3
           ORDER BY name LIMIT $4`,
    values: [accountId, pathPrefix, afterName, limit],
  });
  return rows.map(toPolicy);
}

/** Newest first. At most 5. */
export async function listPolicyVersions(tx: Tx, policyId: string): Promise<PolicyVersion[]> {
  return prisma(tx).iamPolicyVersion.findMany({ where: { policyId }, orderBy: { version: 'desc' } });
}

/** The same of many of an account's policies. */
export async function listVersionsOfAll(
  tx: Tx,
  accountId: string,
  policyIds: readonly string[],
): Promise<(PolicyVersion & { readonly isDefault: boolean })[]> {
  return sql(tx, {
    text: `SELECT v.policy_id AS "policyId", v.version, v.document, v.created_at AS "createdAt",
                  v.version = p.default_version AS "isDefault"
           FROM iam_policy_version v JOIN iam_policy p ON p.id = v.policy_id
           WHERE p.account_id = $1 AND p.id = ANY ($2::uuid[]) ORDER BY v.version DESC`,
    values: [accountId, policyIds],
  });
}

export async function setDefaultVersion(
  tx: Tx,
  policy: Policy,
  version: number,
  lastVersion: number,
  now: Date,
): Promise<void> {
  await prisma(tx).iamPolicy.update({
    where: { id: policy.id },
    data: { defaultVersion: version, lastVersion, updatedAt: now },
  });
}

/** @returns whether there was one */
export async function deletePolicyVersion(tx: Tx, policyId: string, version: number): Promise<boolean> {
  const { count } = await prisma(tx).iamPolicyVersion.deleteMany({ where: { policyId, version } });
  return count > 0;
}

export async function deletePolicyRow(tx: Tx, id: string): Promise<void> {
  await prisma(tx).iamPolicy.delete({ where: { id } });
}

export interface DefaultDocument {
  readonly policyId: string;
  readonly arn: string;
  readonly document: string;
}

/** The documents in force of an account's own policies, by their ARNs. */
export async function listDefaultDocuments(
  tx: Tx,
  accountId: string,
  arns: readonly string[],
): Promise<DefaultDocument[]> {
  return sql(tx, {
    text: `SELECT p.id AS "policyId", a.arn, v.document FROM unnest($2::text[]) AS a (arn)
           JOIN iam_policy p ON p.account_id = $1 AND a.arn = 'arn:aws:iam::' || p.account_id || ':policy' || p.path || p.name
           JOIN iam_policy_version v ON v.policy_id = p.id AND v.version = p.default_version`,
    values: [accountId, arns],
  });
}
