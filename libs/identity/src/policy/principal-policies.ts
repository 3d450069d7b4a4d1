import { type CallerPolicies, groupArn, type Tx } from '@lakewarden/kernel';

import { listInlinePolicies } from './holder.repository.ts';
import { findManagedPolicy } from './managed-policies.ts';
import { type CompiledPolicy, identityRules, readPolicy } from './compiled-policy.ts';
import { type NamedPolicy, PolicySet } from './policy-set.ts';
import { listDefaultDocuments } from './policy.repository.ts';
import { findPrincipalHolder } from './principal-policies.repository.ts';

export const ADMINISTRATOR_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess';

const sets = new WeakMap<object, PolicySet>();

/** Only libs/identity looks into it. */
const seal = (set: PolicySet): CallerPolicies => {
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

/** Checked when it was stored. */
const stored = (text: string): CompiledPolicy => readPolicy(text, identityRules(Infinity));

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
  const holder = await findPrincipalHolder(tx, kind, id);
  if (holder === undefined) return undefined;
  const { accountId, groups } = holder;
  const attached = [...new Set([...holder.policies, ...groups.flatMap(({ policies }) => policies)])];
  const own = await listDefaultDocuments(
    tx,
    accountId,
    holder.boundary === null ? attached : [...attached, holder.boundary],
  );
  const documentOf = (arn: string): NamedPolicy[] => {
    const document =
      findManagedPolicy(arn)?.document ??
      own.filter((each) => each.arn === arn).map((each) => stored(each.document))[0];
    return document === undefined ? [] : [{ name: arn, document }];
  };
  const inline = await listInlinePolicies(tx, [id, ...groups.map((group) => group.id)]);
  const set = await PolicySet.of({
    identity: [
      ...attached.flatMap(documentOf),
      ...inline.map(({ name, document }) => ({ name: `inline policy ${name}`, document: stored(document) })),
    ],
    // A boundary whose policy is gone allows nothing.
    boundary: holder.boundary === null ? undefined : documentOf(holder.boundary),
    session: session?.map((document, i) => ({
      name: `session policy ${String(i + 1)}`,
      document: stored(document),
    })),
  });
  return {
    policies: seal(set),
    groups: groups.map((group) => groupArn(accountId, group.path, group.name)),
    isAccountAdministrator: attached.includes(ADMINISTRATOR_ACCESS) && !set.isCapped,
    subjects: [id, ...groups.map((group) => group.id), ...own.map(({ policyId }) => policyId)],
  };
}
