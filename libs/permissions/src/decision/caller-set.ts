import type { Caller } from '@lakewarden/kernel';

import type { DataLakeSettings } from '../settings/data-lake-settings.ts';

/** The pseudo principal of IAM-only access control: everybody of the account who passes gate 1. */
export const IAM_ALLOWED_PRINCIPALS = 'IAM_ALLOWED_PRINCIPALS';

export const allIamPrincipalsOf = (accountId: string): string => `${accountId}:IAMPrincipals`;

const isOneOf = (caller: Caller, arns: readonly string[]): boolean =>
  arns.includes(caller.arn) || (caller.memberships ?? []).some((arn) => arns.includes(arn));

export const isLakeAdmin = (caller: Caller, settings: DataLakeSettings): boolean =>
  isOneOf(caller, settings.admins);

export const isReadOnlyLakeAdmin = (caller: Caller, settings: DataLakeSettings): boolean =>
  isOneOf(caller, settings.readOnlyAdmins);

/** Whether the caller sees all of that owner's data lake: an administrator of it, read-only or not. */
export const seesAll = (caller: Caller, ownerId: string, own: DataLakeSettings): boolean =>
  caller.accountId === ownerId && (isLakeAdmin(caller, own) || isReadOnlyLakeAdmin(caller, own));

/**
 * Every name under which the caller may have been granted something of that owner's (spec/permissions.md §2).
 * @param own the settings of the caller's own account: what another account was granted reaches its administrators
 */
export function callerSet(caller: Caller, ownerId: string, own: DataLakeSettings): string[] {
  const set = [caller.arn, ...(caller.memberships ?? []), allIamPrincipalsOf(caller.accountId)];
  if (caller.accountId === ownerId) set.push(IAM_ALLOWED_PRINCIPALS);
  else if (isLakeAdmin(caller, own)) set.push(caller.accountId);
  return set;
}
