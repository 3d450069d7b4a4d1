import { defineRead, defineWrite, type ReadScope, tag } from '@lakewarden/kernel';

import { authorizeCatalog } from '../reference.ts';
import { type EncryptionSettings, NO_ENCRYPTION } from './encryption-settings.ts';
import { findEncryptionSettings, saveEncryptionSettings } from './encryption-settings.repository.ts';

const CHANGE = 'encryption-settings' as const;

/** The account's settings, from memory where they are known. */
export const encryptionSettingsOf = (scope: ReadScope, accountId: string): Promise<EncryptionSettings> =>
  scope.cached(`encryption-settings\n${accountId}`, async () => ({
    value: (await findEncryptionSettings(scope.tx, accountId)) ?? NO_ENCRYPTION,
    tags: [tag(CHANGE, accountId)],
  }));

export const getEncryptionSettings = defineRead({
  action: 'glue:GetDataCatalogEncryptionSettings',

  async run(scope, { catalogId }: { readonly catalogId: string }): Promise<EncryptionSettings> {
    await authorizeCatalog(scope, catalogId);
    return encryptionSettingsOf(scope, catalogId);
  },
});

export interface PutEncryptionSettings {
  readonly catalogId: string;
  readonly settings: EncryptionSettings;
}

/** Replaces all of them. */
export const putEncryptionSettings = defineWrite({
  action: 'glue:PutDataCatalogEncryptionSettings',

  async run(scope, { catalogId, settings }: PutEncryptionSettings): Promise<EncryptionSettings> {
    await authorizeCatalog(scope, catalogId);
    await saveEncryptionSettings(scope.tx, catalogId, settings, scope.now);
    scope.changed({ accountId: catalogId, kind: CHANGE, subjectId: catalogId });
    return settings;
  },
});
