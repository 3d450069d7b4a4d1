import { assumedRoleArn, LakewardenError, roleArn, Secret, type Tx } from '@lakewarden/kernel';

import type { Principal } from '../caller/find-principal.ts';
import { loadPrincipalPolicies } from '../policy/principal-policies.ts';
import { findRoleById } from '../role/role.repository.ts';
import type { MasterKeys } from '../secrets/master-keys.ts';
import { openSession } from './session-token.ts';

export interface FoundSession {
  readonly secret: Secret<string>;
  readonly principal: Principal;
  readonly expiresAt: Date;
  /** Ids whose change makes it stale. */
  readonly subjects: readonly string[];
}

/**
 * Whose temporary credentials are. What the role may do is read now, not when it was assumed.
 * @returns undefined when the role is gone
 * @throws UnrecognizedClientException the token is not this key's
 */
export async function findSession(
  tx: Tx,
  keys: MasterKeys,
  accessKeyId: string,
  token: string,
): Promise<FoundSession | undefined> {
  const session = openSession(keys, accessKeyId, token);
  const role = await findRoleById(tx, session.roleId);
  const identity = role && (await loadPrincipalPolicies(tx, 'role', role.id, session.policies));
  if (role === undefined || identity === undefined) return undefined;
  const grantee = roleArn(role.accountId, role.path, role.name);
  const expiresAt = new Date(session.expiresAtMs);
  return {
    secret: new Secret(session.secret),
    expiresAt,
    subjects: identity.subjects,
    principal: {
      accountId: role.accountId,
      arn: assumedRoleArn(role.accountId, role.name, session.sessionName),
      principalId: `${role.uniqueId}:${session.sessionName}`,
      grantee,
      memberships: [grantee],
      isAccountAdministrator: identity.isAccountAdministrator,
      policies: identity.policies,
      session: {
        issuedAt: new Date(session.issuedAtMs),
        expiresAt,
        isNarrowed: session.policies !== undefined,
        ...(session.mfaAtMs !== undefined && { mfaAt: new Date(session.mfaAtMs) }),
        ...(session.sourceIdentity !== undefined && { sourceIdentity: session.sourceIdentity }),
        ...(session.tags !== undefined && { tags: session.tags }),
      },
    },
  };
}

/** @throws ExpiredTokenException */
export function refuseExpired({ expiresAt }: FoundSession, now: Date): void {
  if (now < expiresAt) return;
  throw new LakewardenError('ExpiredTokenException', 'The security token included in the request is expired');
}
