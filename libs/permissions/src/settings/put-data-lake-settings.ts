import {
  defineRead,
  defineWrite,
  LakewardenError,
  type ReadScope,
  tag,
  userArn,
  type WriteScope,
} from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import { isLakeAdmin } from '../decision/caller-set.ts';
import type { DataLakeSettings } from './data-lake-settings.ts';
import { findSettings, holdSettings, saveSettings } from './data-lake-settings.repository.ts';

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
 * An IAM administrator may put them without being data lake administrator, and so make himself one (spec/permissions.md
 * §1, §4); to others it takes more than an action that a policy allows.
 * @throws AccessDeniedException
 */
async function requireMayPut(scope: WriteScope, catalogId: string): Promise<void> {
  await authorizeLake(scope, catalogId);
  const own = await settingsOf(scope, scope.caller.accountId);
  if (!isLakeAdmin(scope.caller, own) && !scope.caller.isAccountAdministrator) {
    throw new LakewardenError(
      'AccessDeniedException',
      'Only a data lake administrator, or an administrator of the account (AdministratorAccess), puts the settings of the data lake.',
    );
  }
}

async function save(scope: WriteScope, catalogId: string, settings: DataLakeSettings): Promise<void> {
  await saveSettings(scope.tx, catalogId, settings, scope.now);
  scope.changed({ accountId: catalogId, kind: SETTINGS_CHANGE, subjectId: catalogId });
}

/** Replaces all of them. @throws AccessDeniedException */
export const putDataLakeSettings = defineWrite({
  action: 'lakeformation:PutDataLakeSettings',

  async run(scope, { catalogId, settings }: PutDataLakeSettings): Promise<void> {
    await requireMayPut(scope, catalogId);
    await save(scope, catalogId, settings);
  },
});

export interface UpdateDataLakeSettings {
  readonly catalogId: string;
  readonly changes: Partial<DataLakeSettings>;
}

/**
 * Replaces what is given. Two at once each change their own: the second waits for the first.
 * @returns all of them, as they are then
 * @throws AccessDeniedException
 */
export const updateDataLakeSettings = defineWrite({
  action: 'lakeformation:PutDataLakeSettings',

  async run(scope, { catalogId, changes }: UpdateDataLakeSettings): Promise<DataLakeSettings> {
    await requireMayPut(scope, catalogId);
    const settings = await holdSettings(scope.tx, catalogId, newSettings(catalogId), scope.now);
    const changed = { ...settings, ...changes };
    await save(scope, catalogId, changed);
    return changed;
  },
});

/** A principal that is gone administers nothing: one made again under its name starts as nobody. */
export async function forgetInSettings(scope: WriteScope, arn: string): Promise<void> {
  const [, , , , accountId = ''] = arn.split(':');
  const settings = (await findSettings(scope.tx, accountId)) ?? newSettings(accountId);
  const others = (names: readonly string[]): string[] => names.filter((name) => name !== arn);
  const otherThan = (list: DataLakeSettings['createTableDefaultPermissions']) =>
    list.filter(({ principal }) => principal !== arn);
  const left: DataLakeSettings = {
    ...settings,
    admins: others(settings.admins),
    readOnlyAdmins: others(settings.readOnlyAdmins),
    externalDataFilteringAllowList: others(settings.externalDataFilteringAllowList),
    createDatabaseDefaultPermissions: otherThan(settings.createDatabaseDefaultPermissions),
    createTableDefaultPermissions: otherThan(settings.createTableDefaultPermissions),
  };
  if (JSON.stringify(left) === JSON.stringify(settings)) return;
  await save(scope, accountId, left);
}
