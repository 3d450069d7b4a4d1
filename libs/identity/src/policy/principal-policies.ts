import type { CallerPolicies, Tx } from '@lakewarden/kernel';

import { loadAttachedPolicies, storedPolicy } from './attached-policies.ts';
import { PolicySet } from './policy-set.ts';

export const ADMINISTRATOR_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess';

const sets = new WeakMap<object, PolicySet>();

/** Only libs/identity looks into it. */
export const sealPolicies = (set: PolicySet): CallerPolicies => {
  const sealed = {} as CallerPolicies; // opaque: what it stands for is in the map
  sets.set(sealed, set);
  return sealed;
};

/** Nothing is allowed to a caller without policies. */
export const policySetOf = (policies: CallerPolicies | undefined): PolicySet | undefined =>
  policies === undefined ? undefined : sets.get(policies);

/** What gate 1 and grants need to know of a principal. */
export interface PrincipalPolicies {
  readonly policies: CallerPolicies;
  /** ARNs of his groups. */
  readonly groups: readonly string[];
  readonly isAccountAdministrator: boolean;
  /** Ids whose change makes this stale: his own, his groups', his account's own policies'. */
  readonly subjects: readonly string[];
}

/**
 * Everything that is attached to a user and his groups, or to a role.
 * @param session policies given with the session; they narrow it
 */
export async function loadPrincipalPolicies(
  tx: Tx,
  kind: 'user' | 'role',
  id: string,
  session?: readonly string[],
): Promise<PrincipalPolicies | undefined> {
  const found = await loadAttachedPolicies(tx, kind, id);
  if (found === undefined) return undefined;
  const { identity, boundary, groups, subjects } = found;
  const set = await PolicySet.of({
    identity,
    boundary,
    session: session?.map((document, i) => ({
      name: `session policy ${String(i + 1)}`,
      document: storedPolicy(document),
    })),
  });
  return {
    policies: sealPolicies(set),
    groups,
    isAccountAdministrator: found.attached.includes(ADMINISTRATOR_ACCESS) && !set.isCapped,
    subjects,
  };
}
