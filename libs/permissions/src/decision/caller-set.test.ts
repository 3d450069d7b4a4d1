import type { Caller } from '@lakewarden/kernel';
import { describe, expect, it } from 'vitest';

import { callerSet, isLakeAdmin, isReadOnlyLakeAdmin, seesAll } from './caller-set.ts';

const OWN = '111122223333';
const OTHER = '444455556666';
const ANN = `arn:aws:iam::${OWN}:user/ann`;
const TEAM = `arn:aws:iam::${OWN}:group/team`;

const ann: Caller = {
  accountId: OWN,
  arn: ANN,
  principalId: 'ann',
  isAccountAdministrator: false,
  request: { id: 'test', sourceIp: '127.0.0.1' },
};
const inTeam: Caller = { ...ann, memberships: [TEAM] };
const settings = (admins: readonly string[] = [], readOnlyAdmins: readonly string[] = []) => ({
  admins,
  readOnlyAdmins,
  createDatabaseDefaultPermissions: [],
  createTableDefaultPermissions: [],
  parameters: {},
  trustedResourceOwners: [],
  allowExternalDataFiltering: false,
  allowFullTableExternalDataAccess: false,
  externalDataFilteringAllowList: [],
  authorizedSessionTagValueList: [],
});

describe('who a caller is', () => {
  it('in the own account: itself, its groups, and everybody of the account who passes gate 1', () => {
    expect(callerSet(ann, OWN, settings())).toEqual([ANN, `${OWN}:IAMPrincipals`, 'IAM_ALLOWED_PRINCIPALS']);
    expect(callerSet(inTeam, OWN, settings([ANN]))).toEqual([
      ANN,
      TEAM,
      `${OWN}:IAMPrincipals`,
      'IAM_ALLOWED_PRINCIPALS',
    ]);
  });

  it("to another account: what that account gave the caller's reaches its administrators alone", () => {
    expect(callerSet(ann, OTHER, settings())).toEqual([ANN, `${OWN}:IAMPrincipals`]);
    expect(callerSet(ann, OTHER, settings([], [ANN]))).toEqual([ANN, `${OWN}:IAMPrincipals`]);
    expect(callerSet(ann, OTHER, settings([ANN]))).toEqual([ANN, `${OWN}:IAMPrincipals`, OWN]);
  });

  it.each([
    [ann, settings([ANN]), true, false],
    [ann, settings([], [ANN]), false, true],
    [ann, settings([TEAM], [TEAM]), false, false],
    [inTeam, settings([TEAM]), true, false],
    [inTeam, settings([], [TEAM]), false, true],
    [inTeam, settings(), false, false],
  ])('is an administrator by its own name or a group: %#', (caller, own, isAdmin, isReadOnly) => {
    expect(isLakeAdmin(caller, own)).toBe(isAdmin);
    expect(isReadOnlyLakeAdmin(caller, own)).toBe(isReadOnly);
    expect(seesAll(caller, OWN, own)).toBe(isAdmin || isReadOnly);
    // An administrator of one account is none of another.
    expect(seesAll(caller, OTHER, own)).toBe(false);
  });
});
