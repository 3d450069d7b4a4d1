import type { Caller, SessionFacts } from '@lakewarden/kernel';

import { ACCOUNT } from './story.ts';

/** A principal's name in stories, as the field names it. */
export function arnOf(principal: string): string {
  if (principal === 'IAM_ALLOWED_PRINCIPALS') return principal;
  if (principal === 'IAMPrincipals') return `${ACCOUNT}:IAMPrincipals`;
  if (principal.startsWith('session/')) {
    return `arn:aws:sts::${ACCOUNT}:assumed-role/${principal.slice('session/'.length)}/work`;
  }
  return `arn:aws:iam::${ACCOUNT}:${principal.includes('/') ? principal : `user/${principal}`}`;
}

/** A role's sessions are of one team; conditions look at nothing else of them. */
const SESSION: SessionFacts = {
  issuedAt: new Date(0),
  expiresAt: new Date(0),
  tags: { team: 'blue' },
  isNarrowed: false,
};

/** As a door would present him. */
export function callerOf(name: string, groups: readonly string[]): Caller {
  const role = name.startsWith('session/') ? arnOf(name.replace('session/', 'role/')) : undefined;
  return {
    accountId: ACCOUNT,
    arn: arnOf(name),
    principalId: name,
    isAccountAdministrator: name === 'admin',
    memberships: role === undefined ? groups.map((group) => arnOf(`group/${group}`)) : [role],
    ...(role !== undefined && { grantee: role, session: SESSION }),
    request: { id: 'story', sourceIp: '127.0.0.1' },
  };
}
