import { alreadyExists, type Id, type Tx } from '@lakewarden/kernel';
import { isUniqueViolation, sql } from '@lakewarden/storage';

import type { DataLocation } from './data-location.ts';

interface Row {
  readonly catalog_id: string;
  readonly location: string;
  readonly role_arn: string;
  readonly with_federation: boolean;
  readonly hybrid_access_enabled: boolean;
  readonly with_privileged_access: boolean;
  readonly expected_owner_account: string | null;
  readonly updated_at: Date;
}

const toLocation = (row: Row): DataLocation => ({
  catalogId: row.catalog_id,
  location: row.location,
  roleArn: row.role_arn,
  withFederation: row.with_federation,
  hybridAccessEnabled: row.hybrid_access_enabled,
  withPrivilegedAccess: row.with_privileged_access,
  expectedOwnerAccount: row.expected_owner_account ?? undefined,
  updatedAt: row.updated_at,
});

/** Of the account, by place. At most MAX_LOCATIONS rows. */
export async function listDataLocations(tx: Tx, catalogId: string): Promise<DataLocation[]> {
  const rows = await sql<Row>(tx, {
    text: 'SELECT * FROM lf_data_location WHERE catalog_id = $1 ORDER BY location',
    values: [catalogId],
    prepared: true,
  });
  return rows.map(toLocation);
}

/** Locked until commit. */
export async function lockDataLocation(
  tx: Tx,
  catalogId: string,
  location: string,
): Promise<DataLocation | undefined> {
  const rows = await sql<Row>(tx, {
    text: 'SELECT * FROM lf_data_location WHERE catalog_id = $1 AND location = $2 FOR UPDATE',
    values: [catalogId, location],
  });
  return rows.map(toLocation)[0];
}

/** @throws AlreadyExistsException */
export async function insertDataLocation(
  tx: Tx,
  id: Id<'DataLocation'>,
  location: DataLocation,
): Promise<void> {
  try {
    await sql(tx, {
      text: `INSERT INTO lf_data_location (id, catalog_id, location, role_arn, with_federation, hybrid_access_enabled,
                                           with_privileged_access, expected_owner_account, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      values: [
        id,
        location.catalogId,
        location.location,
        location.roleArn,
        location.withFederation,
        location.hybridAccessEnabled,
        location.withPrivilegedAccess,
        location.expectedOwnerAccount ?? null,
        location.updatedAt,
      ],
    });
  } catch (error) {
    throw isUniqueViolation(error) ? alreadyExists('Resource is already registered.') : error;
  }
}

export async function updateDataLocation(tx: Tx, location: DataLocation): Promise<void> {
  await sql(tx, {
    text: `UPDATE lf_data_location SET role_arn = $3, with_federation = $4, hybrid_access_enabled = $5,
                  expected_owner_account = $6, updated_at = $7
           WHERE catalog_id = $1 AND location = $2`,
    values: [
      location.catalogId,
      location.location,
      location.roleArn,
      location.withFederation,
      location.hybridAccessEnabled,
      location.expectedOwnerAccount ?? null,
      location.updatedAt,
    ],
  });
}

export async function deleteDataLocation(tx: Tx, catalogId: string, location: string): Promise<void> {
  await sql(tx, {
    text: 'DELETE FROM lf_data_location WHERE catalog_id = $1 AND location = $2',
    values: [catalogId, location],
  });
}
