import { alreadyExists, type Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

const TABLES = { User: 'iam_user', Role: 'iam_role', Group: 'iam_group' } as const;

/**
 * Two names that differ in case alone are one name to IAM; the lock makes look and insert one step.
 * @throws AlreadyExistsException
 */
export async function refuseTakenName(
  tx: Tx,
  kind: keyof typeof TABLES,
  accountId: string,
  name: string,
): Promise<void> {
  // NO KEY: databases and tables made meanwhile, which refer to the account, do not wait.
  await sql(tx, { text: 'SELECT id FROM account WHERE id = $1 FOR NO KEY UPDATE', values: [accountId] });
  // Not Prisma's `mode: 'insensitive'`, which is an ILIKE: there the `_` of `a_b` stands for any character.
  const taken = await sql(tx, {
    text: `SELECT id FROM ${TABLES[kind]} WHERE account_id = $1 AND lower(name) = lower($2) LIMIT 1`,
    values: [accountId, name],
  });
  if (taken.length > 0) throw alreadyExists(`${kind} with name ${name} already exists.`);
}
