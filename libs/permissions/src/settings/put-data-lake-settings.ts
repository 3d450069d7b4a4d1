import { defineRead, defineWrite, type ReadScope, tag, userArn } from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import type { DataLakeSettings } from './data-lake-settings.ts';
import { findSettings, saveSettings } from './data-lake-settings.repository.ts';

/** Until somebody says otherwise the account's first administrator is its data lake administrator (contract.md §7). */
const newSettings = (accountId: string): DataLakeSettings => ({
  admins: [userArn(accountId, '/', 'admin')],
  readOnlyAdmins: [],
  createDatabaseDefaultPermissions: [],
  createTableDefaultPermissions: [],
  parameters: {},
  trustedResourceOwners: [],
  allowExternalDataFiltering: false,
  allowFullTableExternalDataAccess: false,
  externalDataFilteringAllowList: [],
  authorizedSessionTagValueList: [],
});

const SETTINGS_CHANGE = 'data-lake-settings' as const;

/** The account's settings, from memory where they are known. */
export const settingsOf = (scope: ReadScope, accountId: string): Promise<DataLakeSettings> =>
  scope.cached(`data-lake-settings\n${accountId}`, async () => ({
    value: (await findSettings(scope.tx, accountId)) ?? newSettings(accountId),
    tags: [tag(SETTINGS_CHANGE, accountId)],
  }));

export const getDataLakeSettings = defineRead({
  action: 'lakeformation:GetDataLakeSettings',

  async run(scope, command: { readonly catalogId: string }): Promise<DataLakeSettings> {
    await authorizeLake(scope, command.catalogId);
    return settingsOf(scope, command.catalogId);
  },
});

export interface PutDataLakeSettings {
  readonly catalogId: string;
  readonly settings: DataLakeSettings;
}

/**
 * Replaces all of them. An IAM administrator may do it without being data lake administrator, and so make himself one:
 * the change feed shows it (spec/permissions.md §1, §4).
 */
export const putDataLakeSettings = defineWrite({
  action: 'lakeformation:PutDataLakeSettings',

  async run(scope, command: PutDataLakeSettings): Promise<void> {
    await authorizeLake(scope, command.catalogId);
    await saveSettings(scope.tx, command.catalogId, command.settings, scope.now);
    scope.changed({ accountId: command.catalogId, kind: SETTINGS_CHANGE, subjectId: command.catalogId });
  },
});
