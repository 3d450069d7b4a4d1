import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { ResourcePolicy } from './resource-policy.ts';

const COLUMNS =
  'account_id AS "accountId", policy, hash, enable_hybrid AS "enableHybrid", created_at AS "createdAt", updated_at AS "updatedAt"';

export async function findResourcePolicy(tx: Tx, accountId: string): Promise<ResourcePolicy | undefined> {
  const [policy] = await sql<ResourcePolicy>(tx, {
    text: `SELECT ${COLUMNS} FROM resource_policy WHERE account_id = $1`,
    values: [accountId],
  });
  return policy;
}

/** Until commit nobody else writes the account's policy, be there one or not. */
export async function lockResourcePolicy(tx: Tx, accountId: string): Promise<void> {
  // The account's row stands for a policy that is not there yet. NO KEY: those who only refer to it go on.
  await sql(tx, { text: 'SELECT id FROM account WHERE id = $1 FOR NO KEY UPDATE', values: [accountId] });
}

export async function saveResourcePolicy(tx: Tx, policy: ResourcePolicy): Promise<void> {
  await sql(tx, {
    text: `INSERT INTO resource_policy (account_id, policy, hash, enable_hybrid, created_at, updated_at)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (account_id) DO UPDATE SET policy = excluded.policy, hash = excluded.hash,
             enable_hybrid = excluded.enable_hybrid, updated_at = excluded.updated_at`,
    values: [
      policy.accountId,
      policy.policy,
      policy.hash,
      policy.enableHybrid,
      policy.createdAt,
      policy.updatedAt,
    ],
  });
}

export async function deleteResourcePolicyRow(tx: Tx, accountId: string): Promise<void> {
  await sql(tx, { text: 'DELETE FROM resource_policy WHERE account_id = $1', values: [accountId] });
}
