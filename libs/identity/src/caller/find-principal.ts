import {
  assumedRoleArn,
  type Caller,
  defineRead,
  LakewardenError,
  type ReadScope,
  roleArn,
  tag,
  userArn,
} from '@lakewarden/kernel';

import { loadPrincipalPolicies } from '../policy/principal-policies.ts';
import { findRoleByUniqueId } from '../role/role.repository.ts';
import { findUserByUniqueId } from '../user/user.repository.ts';

/** A principal as it stands now: a caller, but for his request. */
export type Principal = Omit<Caller, 'request'>;

export interface FindPrincipal {
  readonly accountId: string;
  /** `AIDA...`, or `AROA...:SESSION`. */
  readonly principalId: string;
}

const gone = () =>
  new LakewardenError('UnrecognizedClientException', 'The principal of this bearer token no longer exists.');

async function user(scope: ReadScope, { accountId, principalId }: FindPrincipal) {
  const found = await findUserByUniqueId(scope.tx, accountId, principalId);
  const identity = found && (await loadPrincipalPolicies(scope.tx, 'user', found.id));
  if (found === undefined || identity === undefined) throw gone();
  const value: Principal = {
    accountId,
    principalId,
    arn: userArn(accountId, found.path, found.name),
    isAccountAdministrator: identity.isAccountAdministrator,
    memberships: identity.groups,
    policies: identity.policies,
  };
  return { value, tags: identity.subjects.map((id) => tag('identity', id)) };
}

async function role(scope: ReadScope, { accountId, principalId }: FindPrincipal) {
  const [uniqueId = '', session = ''] = principalId.split(':');
  const found = await findRoleByUniqueId(scope.tx, accountId, uniqueId);
  const identity = found && (await loadPrincipalPolicies(scope.tx, 'role', found.id));
  if (found === undefined || identity === undefined) throw gone();
  const grantee = roleArn(accountId, found.path, found.name);
  const value: Principal = {
    accountId,
    principalId,
    arn: assumedRoleArn(accountId, found.name, session),
    grantee,
    memberships: [grantee],
    isAccountAdministrator: identity.isAccountAdministrator,
    policies: identity.policies,
  };
  return { value, tags: identity.subjects.map((id) => tag('identity', id)) };
}

/** Who a token's subject is now. @throws UnrecognizedClientException he is gone */
export const findPrincipal = defineRead({
  action: 'lakewarden:FindPrincipal',

  run: (scope, command: FindPrincipal): Promise<Principal> =>
    scope.cached(`principal\n${command.accountId}\n${command.principalId}`, () =>
      command.principalId.startsWith('AROA') ? role(scope, command) : user(scope, command),
    ),
});
