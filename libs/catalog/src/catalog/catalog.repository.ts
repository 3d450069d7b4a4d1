import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { Catalog, DefaultPermission } from './catalog.ts';

interface CatalogRow {
  readonly id: string;
  readonly created_at: Date;
  /** libs/permissions writes them. */
  readonly settings: {
    readonly createDatabaseDefaultPermissions?: readonly DefaultPermission[];
    readonly createTableDefaultPermissions?: readonly DefaultPermission[];
  } | null;
}

/** An account has one catalog, whose id is the account's. */
export async function findCatalog(tx: Tx, accountId: string): Promise<Omit<Catalog, 'arn'> | undefined> {
  const rows = await sql<CatalogRow>(tx, {
    text: `SELECT a.id, a.created_at, s.settings FROM account a
           LEFT JOIN data_lake_settings s ON s.account_id = a.id WHERE a.id = $1`,
    values: [accountId],
  });
  return rows.map(({ id, created_at: createdAt, settings }) => ({
    catalogId: id,
    name: id,
    createdAt,
    databaseDefaults: settings?.createDatabaseDefaultPermissions ?? [],
    tableDefaults: settings?.createTableDefaultPermissions ?? [],
  }))[0];
}
