import type { ReadScope } from '@lakewarden/kernel';

import { seesAll } from './decision/caller-set.ts';
import { settingsOf } from './settings/put-data-lake-settings.ts';

/** Whether the caller administers that account's data lake, read-only or not: he is told everything about it. */
export async function seesLake(scope: ReadScope, accountId: string): Promise<boolean> {
  return seesAll(scope.caller, accountId, await settingsOf(scope, scope.caller.accountId));
}
