import { type Caller, LakewardenError, type ReadScope } from '@lakewarden/kernel';

import type { DataLakeSettings } from '../settings/data-lake-settings.ts';
import { settingsOf } from '../settings/put-data-lake-settings.ts';

/** The session tag by which an engine shows itself when it assumes its user's role (LF: application integration). */
export const ENGINE_TAG = 'LakeFormationAuthorizedCaller';

/**
 * FILTERING: it shows its user just the granted cells. FULL_TABLE: anybody's engine, for who may read the whole table
 * anyway.
 */
export type Trust = 'FILTERING' | 'FULL_TABLE';

function mayFilter(caller: Caller, settings: DataLakeSettings): boolean {
  if (!settings.allowExternalDataFiltering) return false;
  const names = [caller.accountId, caller.arn, ...(caller.memberships ?? [])];
  if (!names.some((name) => settings.externalDataFilteringAllowList.includes(name))) return false;
  const mark = caller.session?.tags?.[ENGINE_TAG];
  return mark !== undefined && settings.authorizedSessionTagValueList.includes(mark);
}

/**
 * Whether the caller's session is one that an engine may see unfiltered metadata in: by the settings of the data lake
 * whose table it is. Who sets the tag is governed by the role's trust policy (sts:TagSession).
 * @throws AccessDeniedException before anything is looked up: in the same words whatever is there
 */
export async function requireTrust(scope: ReadScope, catalogId: string): Promise<Trust> {
  const settings = await settingsOf(scope, catalogId);
  if (mayFilter(scope.caller, settings)) return 'FILTERING';
  if (settings.allowFullTableExternalDataAccess) return 'FULL_TABLE';
  throw notTrusted();
}

export const notTrusted = (): LakewardenError =>
  new LakewardenError(
    'AccessDeniedException',
    `Insufficient Lake Formation permission(s): Required a trusted engine for unfiltered metadata: AllowExternalDataFiltering, a principal of ExternalDataFilteringAllowList and a session tag ${ENGINE_TAG} of AuthorizedSessionTagValueList; or AllowFullTableExternalDataAccess and SELECT on the whole table.`,
  );
