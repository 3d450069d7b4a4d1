import { notFound, type ReadScope } from '@lakewarden/kernel';

import { findRole } from '../role/role.repository.ts';
import { findUser } from '../user/user.repository.ts';
import { findPrincipal, type Principal } from './find-principal.ts';

const NAMED = /^arn:aws:iam::(\d{12}):(user|role)\/(?:.*\/)?([\w+=,.@-]{1,128})$/;
/** A role is asked about as whoever assumes it: a session without facts of its own. */
const ANY_SESSION = 'explain';

/**
 * A user or a role of an account, as a caller; a group or a SAML name as nothing but its name, without policies.
 * @throws EntityNotFoundException there is no such user or role in the caller's account
 */
export async function principalByArn(scope: ReadScope, arn: string): Promise<Principal> {
  const [, accountId = '', kind, name = ''] = NAMED.exec(arn) ?? [];
  // Other accounts' users are none of the asker's business: nothing is looked up, nothing can be told.
  if (kind === undefined || accountId !== scope.caller.accountId) {
    return {
      accountId: arn.split(':')[4] ?? '',
      arn,
      principalId: arn,
      isAccountAdministrator: false,
      memberships: [],
    };
  }
  const found = await (kind === 'user' ? findUser : findRole)(scope.tx, accountId, name);
  if (found === undefined) throw notFound(`Principal ${arn} not found.`);
  const principalId = kind === 'user' ? found.uniqueId : `${found.uniqueId}:${ANY_SESSION}`;
  return findPrincipal.run(scope, { accountId, principalId });
}
