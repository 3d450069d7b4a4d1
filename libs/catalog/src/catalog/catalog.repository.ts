import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

/** An account has one catalog, whose id is the account's. */
export async function findCatalog(
  tx: Tx,
  accountId: string,
): Promise<{ readonly catalogId: string; readonly createdAt: Date } | undefined> {
  const rows = await sql<{ id: string; created_at: Date }>(tx, {
    text: 'SELECT id, created_at FROM account WHERE id = $1',
    values: [accountId],
  });
  return rows.map(({ id, created_at: createdAt }) => ({ catalogId: id, createdAt }))[0];
}
