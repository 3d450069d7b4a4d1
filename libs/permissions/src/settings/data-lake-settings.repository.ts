import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { DataLakeSettings } from './data-lake-settings.ts';

export async function findSettings(tx: Tx, accountId: string): Promise<DataLakeSettings | undefined> {
  const [row] = await sql<{ settings: DataLakeSettings }>(tx, {
    text: 'SELECT settings FROM data_lake_settings WHERE account_id = $1',
    values: [accountId],
    prepared: true,
  });
  return row?.settings;
}

export async function saveSettings(
  tx: Tx,
  accountId: string,
  settings: DataLakeSettings,
  now: Date,
): Promise<void> {
  await sql(tx, {
    text: `INSERT INTO data_lake_settings (account_id, settings, updated_at) VALUES ($1, $2, $3)
           ON CONFLICT (account_id) DO UPDATE SET settings = excluded.settings, updated_at = excluded.updated_at`,
    values: [accountId, JSON.stringify(settings), now],
  });
}

/** What is there, or else the given ones, which are there then: locked until commit. */
export async function holdSettings(
  tx: Tx,
  accountId: string,
  otherwise: DataLakeSettings,
  now: Date,
): Promise<DataLakeSettings> {
  await sql(tx, {
    text: `INSERT INTO data_lake_settings (account_id, settings, updated_at) VALUES ($1, $2, $3)
           ON CONFLICT (account_id) DO NOTHING`,
    values: [accountId, JSON.stringify(otherwise), now],
  });
  const [row] = await sql<{ settings: DataLakeSettings }>(tx, {
    text: 'SELECT settings FROM data_lake_settings WHERE account_id = $1 FOR UPDATE',
    values: [accountId],
  });
  return row?.settings ?? otherwise;
}
