import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

/** What policies hang on. */
export type HolderKind = 'user' | 'group' | 'role';

export interface HolderRow {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  /** `AIDA...`, `AGPA...`, `AROA...` */
  readonly uniqueId: string;
  /** ARNs of the attached managed policies. */
  readonly policies: readonly string[];
  readonly boundary: string | null;
}

const TABLES: Readonly<Record<HolderKind, string>> = {
  user: 'iam_user',
  group: 'iam_group',
  role: 'iam_role',
};

export async function findHolderRow(
  tx: Tx,
  kind: HolderKind,
  accountId: string,
  name: string,
  lock: boolean,
): Promise<HolderRow | undefined> {
  const [row] = await sql<HolderRow>(tx, {
    text: `SELECT id, name, path, unique_id AS "uniqueId", policies, ${kind === 'group' ? 'NULL' : 'permissions_boundary'} AS boundary
           FROM ${TABLES[kind]} WHERE account_id = $1 AND name = $2 ${lock ? 'FOR UPDATE' : ''}`,
    values: [accountId, name],
  });
  return row;
}

/** By name. */
export async function listHolderRows(
  tx: Tx,
  kind: HolderKind,
  accountId: string,
  names: readonly string[],
): Promise<HolderRow[]> {
  return sql<HolderRow>(tx, {
    text: `SELECT id, name, path, policies, ${kind === 'group' ? 'NULL' : 'permissions_boundary'} AS boundary
           FROM ${TABLES[kind]} WHERE account_id = $1 AND name = ANY ($2) ORDER BY name`,
    values: [accountId, names],
  });
}

export async function countAttached(tx: Tx, kind: HolderKind, id: string): Promise<number> {
  const [row] = await sql<{ count: number }>(tx, {
    text: `SELECT cardinality(policies) AS count FROM ${TABLES[kind]} WHERE id = $1`,
    values: [id],
  });
  return row?.count ?? 0;
}

export async function setAttachedPolicies(
  tx: Tx,
  kind: HolderKind,
  id: string,
  arns: readonly string[],
): Promise<void> {
  await sql(tx, { text: `UPDATE ${TABLES[kind]} SET policies = $2 WHERE id = $1`, values: [id, arns] });
}

export async function setBoundary(
  tx: Tx,
  kind: 'user' | 'role',
  id: string,
  arn: string | undefined,
): Promise<void> {
  await sql(tx, {
    text: `UPDATE ${TABLES[kind]} SET permissions_boundary = $2 WHERE id = $1`,
    values: [id, arn ?? null],
  });
}

export interface PolicyHolder {
  readonly kind: HolderKind;
  readonly name: string;
  readonly id: string;
}

const HOLDERS_OF = Object.entries(TABLES)
  .map(
    ([kind, table]) => `SELECT '${kind}' AS kind, name, id FROM ${table}
          WHERE account_id = $1 AND ($2 = ANY (policies)${kind === 'group' ? '' : ' OR permissions_boundary = $2'})`,
  )
  .join(' UNION ALL ');

/** The account's principals that a managed policy is attached to, or bounds; by kind and name. */
export const listHoldersOf = (tx: Tx, accountId: string, arn: string): Promise<PolicyHolder[]> =>
  sql(tx, { text: `${HOLDERS_OF} ORDER BY 1, 2`, values: [accountId, arn] });

/** So many of them. @param after exclusive; empty: from the first */
export const listHoldersAfter = (
  tx: Tx,
  accountId: string,
  arn: string,
  after: Pick<PolicyHolder, 'name'> & { readonly kind: string },
  limit: number,
): Promise<PolicyHolder[]> =>
  sql(tx, {
    text: `SELECT kind, name, id FROM (${HOLDERS_OF}) AS holder
           WHERE kind > $3 OR (kind = $3 AND name > $4) ORDER BY kind, name LIMIT $5`,
    values: [accountId, arn, after.kind, after.name, limit],
  });

export interface InlinePolicyRow {
  readonly name: string;
  readonly document: string;
}

export async function putInlinePolicy(tx: Tx, holderId: string, policy: InlinePolicyRow): Promise<void> {
  await sql(tx, {
    text: `INSERT INTO iam_inline_policy (principal_id, name, document) VALUES ($1, $2, $3)
           ON CONFLICT (principal_id, name) DO UPDATE SET document = excluded.document`,
    values: [holderId, policy.name, policy.document],
  });
}

export interface HeldInlinePolicy extends InlinePolicyRow {
  readonly holderId: string;
}

/** By name. */
export async function listInlinePolicies(tx: Tx, holderIds: readonly string[]): Promise<HeldInlinePolicy[]> {
  return sql(tx, {
    text: `SELECT name, document, principal_id AS "holderId" FROM iam_inline_policy
           WHERE principal_id = ANY ($1::uuid[]) ORDER BY name`,
    values: [holderIds],
  });
}

/** @returns whether there was one */
export async function deleteInlinePolicy(tx: Tx, holderId: string, name: string): Promise<boolean> {
  const rows = await sql(tx, {
    text: 'DELETE FROM iam_inline_policy WHERE principal_id = $1 AND name = $2 RETURNING name',
    values: [holderId, name],
  });
  return rows.length > 0;
}
