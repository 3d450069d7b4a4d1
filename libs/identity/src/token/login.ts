import { defineRead, LakewardenError, type Secret } from '@lakewarden/kernel';

import { findPasswordHash } from '../user/user.repository.ts';
import { isPassword } from './passwords.ts';
import type { TokenSubject } from './tokens.ts';

export interface Login {
  readonly accountId: string;
  readonly userName: string;
  readonly password: Secret<string>;
}

/**
 * Who a user name and a password are. One answer, in the same time, whatever of them is wrong.
 * @throws AccessDeniedException
 */
export const login = defineRead({
  action: 'lakewarden:Login',
  isAlwaysAudited: true,

  async run(scope, { accountId, userName, password }: Login): Promise<TokenSubject> {
    const user = await findPasswordHash(scope.tx, accountId, userName);
    if (!(await isPassword(password, user?.passwordHash ?? undefined)) || user === undefined) {
      throw new LakewardenError('AccessDeniedException', 'The account, user name or password is wrong.');
    }
    return { accountId, principalId: user.uniqueId };
  },
});
