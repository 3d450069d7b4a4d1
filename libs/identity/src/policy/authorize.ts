import { type Authorize, type Caller, type Clock, LakewardenError } from '@lakewarden/kernel';

import type { Context } from './condition.ts';
import { policySetOf } from './principal-policies.ts';

const set = (context: Map<string, readonly string[]>, key: string, value: string | undefined): void => {
  if (value !== undefined) context.set(key.toLowerCase(), [value]);
};

const USER_NAME = /:user\/(?:.*\/)?([^/]+)$/;

/** What a request says of itself (spec/permissions.md §11). MFA facts are absent for long-lived keys, as in AWS. */
export function contextOf(caller: Caller, now: Date, region: string): Context {
  const context = new Map<string, readonly string[]>();
  const { session } = caller;
  set(context, 'aws:PrincipalArn', caller.grantee ?? caller.arn);
  set(context, 'aws:PrincipalAccount', caller.accountId);
  // A role's bearer token carries no session's facts: it is a role's all the same, without a second factor.
  const isRole = session !== undefined || caller.grantee !== undefined;
  set(context, 'aws:PrincipalType', isRole ? 'AssumedRole' : 'User');
  if (isRole) set(context, 'aws:MultiFactorAuthPresent', String(session?.mfaAt !== undefined));
  set(context, 'aws:userid', caller.principalId);
  set(context, 'aws:username', USER_NAME.exec(caller.arn)?.[1]);
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

/**
 * Gate 1: the caller's own policies. What another account owns is reached through shares, which are not there yet:
 * until then nobody reaches it.
 */
export const authorizeByPolicies =
  (clock: Clock, region: string): Authorize =>
  (caller, action, resource) => {
    const policies = policySetOf(caller.policies);
    if (policies === undefined || caller.accountId !== resource.accountId) {
      throw denied(caller, action, resource.arn, false);
    }
    const context = () => contextOf(caller, clock.now(), region);
    for (const arn of [resource.arn, ...(resource.within ?? [])]) {
      const { allowed, isExplicitDeny } = policies.decide(action, arn, context);
      if (!allowed) throw denied(caller, action, resource.arn, isExplicitDeny);
    }
  };
