import { type Authorize, type Caller, type Clock, LakewardenError, type ReadScope } from '@lakewarden/kernel';

import type { Context } from './condition.ts';
import { judge } from './judge.ts';
import { PRINCIPAL_NAMES, type PolicySet } from './policy-set.ts';
import { policySetOf } from './principal-policies.ts';

const set = (context: Map<string, readonly string[]>, key: string, value: string | undefined): void => {
  if (value !== undefined) context.set(key.toLowerCase(), [value]);
};

/** A role's bearer token carries no session's facts: it is a role's all the same, without a second factor. */
const isRole = ({ session, grantee }: ContextPrincipal): boolean =>
  session !== undefined || grantee !== undefined;

const USER_NAME = /:user\/(?:.*\/)?([^/]+)$/;

/** Whom a request is from. A role that nobody has assumed yet has no id of its own. */
export type ContextPrincipal = Pick<Caller, 'arn' | 'accountId' | 'grantee' | 'session'> &
  Partial<Pick<Caller, 'principalId'>>;

/** What hangs on the caller alone, whatever he asks and whenever. */
export function principalContext(caller: ContextPrincipal): Map<string, readonly string[]> {
  const context = new Map<string, readonly string[]>();
  context.set(PRINCIPAL_NAMES, [
    caller.arn,
    ...(caller.grantee === undefined ? [] : [caller.grantee]),
    caller.accountId,
    `arn:aws:iam::${caller.accountId}:root`,
  ]);
  set(context, 'aws:PrincipalArn', caller.grantee ?? caller.arn);
  set(context, 'aws:PrincipalAccount', caller.accountId);
  set(context, 'aws:PrincipalType', isRole(caller) ? 'AssumedRole' : 'User');
  set(context, 'aws:userid', caller.principalId);
  set(context, 'aws:username', USER_NAME.exec(caller.arn)?.[1]);
  return context;
}

/** What a request says of itself (spec/permissions.md §11). MFA facts are absent for long-lived keys, as in AWS. */
export function contextOf(caller: Caller, now: Date, region: string): Context {
  const context = principalContext(caller);
  const { session } = caller;
  if (isRole(caller)) set(context, 'aws:MultiFactorAuthPresent', String(session?.mfaAt !== undefined));
  set(context, 'aws:SourceIp', caller.request.sourceIp);
  set(context, 'aws:CurrentTime', now.toISOString());
  set(context, 'aws:EpochTime', String(Math.floor(now.getTime() / 1000)));
  set(context, 'aws:SecureTransport', String(caller.request.isSecure ?? false));
  set(context, 'aws:RequestedRegion', region);
  if (session !== undefined) {
    set(context, 'aws:TokenIssueTime', session.issuedAt.toISOString());
    set(context, 'aws:SourceIdentity', session.sourceIdentity);
    if (session.mfaAt !== undefined) {
      const age = Math.floor((now.getTime() - session.mfaAt.getTime()) / 1000);
      set(context, 'aws:MultiFactorAuthAge', String(age));
    }
    for (const [key, value] of Object.entries(session.tags ?? {}))
      set(context, `aws:PrincipalTag/${key}`, value);
  }
  return context;
}

const denied = (caller: Caller, action: string, arn: string, isExplicit: boolean): LakewardenError =>
  new LakewardenError(
    'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${arn}` +
      (isExplicit ? ' with an explicit deny in a policy' : ''),
  );

/** The policy of an account's catalog, compiled; undefined where it has none. */
export type ResourcePolicyOf = (
  scope: Pick<ReadScope, 'tx' | 'cached'>,
  accountId: string,
) => Promise<PolicySet | undefined>;

/**
 * Gate 1: the caller's own policies and, for the catalog, the one of its account (`judge`). What another account owns is reached through
 * shares, which are not there yet: until then nobody reaches it.
 */
export const authorizeByPolicies =
  (clock: Clock, region: string, resourcePolicyOf: ResourcePolicyOf): Authorize =>
  async (caller, action, resource, scope) => {
    const own = policySetOf(caller.policies);
    if (own === undefined || caller.accountId !== resource.accountId) {
      throw denied(caller, action, resource.asked ?? resource.arn, false);
    }
    const context = () => contextOf(caller, clock.now(), region);
    const shared = action.startsWith('glue:') ? await resourcePolicyOf(scope, resource.accountId) : undefined;
    const allowedBy = new Set<string>();
    for (const arn of [resource.arn, ...(resource.within ?? [])]) {
      const { allowed, isExplicitDeny, own: mine, shared: theirs } = judge(own, shared, action, arn, context);
      if (!allowed) throw denied(caller, action, resource.asked ?? resource.arn, isExplicitDeny);
      for (const { policy } of [...mine.because, ...(theirs?.because ?? [])]) allowedBy.add(policy);
    }
    return [...allowedBy];
  };
