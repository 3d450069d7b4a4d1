import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

const TABLES: Readonly<Record<string, string>> = { user: 'iam_user', role: 'iam_role', group: 'iam_group' };

export async function principalRowExists(
  tx: Tx,
  kind: string,
  accountId: string,
  path: string,
  name: string,
): Promise<boolean> {
  const table = TABLES[kind];
  if (table === undefined) return false;
  const rows = await sql(tx, {
    text: `SELECT 1 FROM ${table} WHERE account_id = $1 AND path = $2 AND name = $3`,
    values: [accountId, path, name],
    prepared: true,
  });
  return rows.length > 0;
}
