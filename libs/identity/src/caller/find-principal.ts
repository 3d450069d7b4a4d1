import { defineRead, LakewardenError, tag, userArn } from '@lakewarden/kernel';

import { ADMINISTRATOR_ACCESS } from './principal.repository.ts';
import { findUserWithPolicies } from '../user/user.repository.ts';

/** A principal as it stands now. */
export interface Principal {
  readonly accountId: string;
  readonly principalId: string;
  readonly arn: string;
  readonly isAccountAdministrator: boolean;
}

export interface FindPrincipal {
  readonly accountId: string;
  readonly principalId: string;
}

/** Who a token's subject is now. @throws UnrecognizedClientException he is gone */
export const findPrincipal = defineRead({
  action: 'lakewarden:FindPrincipal',

  run: (scope, { accountId, principalId }: FindPrincipal): Promise<Principal> =>
    scope.cached(`principal\n${accountId}\n${principalId}`, async () => {
      const user = await findUserWithPolicies(scope.tx, accountId, principalId);
      if (user === undefined) {
        throw new LakewardenError(
          'UnrecognizedClientException',
          'The principal of this bearer token no longer exists.',
        );
      }
      const principal: Principal = {
        accountId,
        principalId,
        arn: userArn(accountId, user.path, user.name),
        isAccountAdministrator: user.policies.includes(ADMINISTRATOR_ACCESS),
      };
      return { value: principal, tags: [tag('identity', user.id)] };
    }),
});
