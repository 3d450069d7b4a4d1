import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { EncryptionSettings } from './encryption-settings.ts';

export async function findEncryptionSettings(
  tx: Tx,
  accountId: string,
): Promise<EncryptionSettings | undefined> {
  const [row] = await sql<{ settings: EncryptionSettings }>(tx, {
    text: 'SELECT settings FROM catalog_encryption_settings WHERE account_id = $1',
    values: [accountId],
  });
  return row?.settings;
}

export async function saveEncryptionSettings(
  tx: Tx,
  accountId: string,
  settings: EncryptionSettings,
  now: Date,
): Promise<void> {
  await sql(tx, {
    text: `INSERT INTO catalog_encryption_settings (account_id, settings, updated_at) VALUES ($1, $2, $3)
           ON CONFLICT (account_id) DO UPDATE SET settings = excluded.settings, updated_at = excluded.updated_at`,
    values: [accountId, JSON.stringify(settings), now],
  });
}
