import type { Context } from './condition.ts';
import type { PolicyDecision, PolicySet } from './policy-set.ts';

export interface Verdict {
  readonly allowed: boolean;
  readonly isExplicitDeny: boolean;
  /** What the principal's own policies say, and the resource's. */
  readonly own: PolicyDecision;
  readonly shared: PolicyDecision | undefined;
}

/**
 * The principal's own policies and the resource's together. Within an account one of them has to allow, across accounts
 * both; none may deny. A boundary or session policy bounds both. Requests and simulations are judged here alike.
 *
 * @param isOwnAccount whether the resource is the principal's own account's
 */
export function judge(
  own: PolicySet,
  shared: PolicySet | undefined,
  action: string,
  arn: string,
  contextOf: () => Context,
  isOwnAccount = true,
): Verdict {
  const mine = own.decide(action, arn, contextOf);
  const theirs = shared?.decide(action, arn, contextOf);
  const isExplicitDeny = mine.isExplicitDeny || theirs?.isExplicitDeny === true;
  const allows = isOwnAccount
    ? mine.allowed || (theirs?.allowed === true && !own.isCapped)
    : mine.allowed && theirs?.allowed === true;
  return { allowed: allows && !isExplicitDeny, isExplicitDeny, own: mine, shared: theirs };
}
