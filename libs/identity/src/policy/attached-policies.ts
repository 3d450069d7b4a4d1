import { groupArn, parsePolicyArn, type Tx } from '@lakewarden/kernel';

import { type CompiledPolicy, identityRules, readPolicy } from './compiled-policy.ts';
import { type HolderKind, listInlinePolicies } from './holder.repository.ts';
import { AWS_POLICY_PREFIX, findManagedPolicy } from './managed-policies.ts';
import type { NamedPolicy } from './policy-set.ts';
import { listDefaultDocuments } from './policy.repository.ts';
import { findPrincipalHolder } from './principal-policies.repository.ts';

/** Where a simulated statement comes from, by the names of the service model's `PolicySourceType`. */
export interface PolicySource {
  /** A managed policy's name; of an inline one its holder's as well, as IAM writes it: `user_ann_read`. */
  readonly id: string;
  readonly type: HolderKind | 'aws-managed' | 'user-managed' | 'resource' | 'none';
  /** The document as it was written: statements are found by their places in it. */
  readonly text: string;
}

export interface SourcedPolicy extends NamedPolicy {
  readonly source: PolicySource;
}

/** All that hangs on a user and his groups, on a group, or on a role. */
export interface AttachedPolicies {
  /** ARNs of the managed ones. */
  readonly attached: readonly string[];
  readonly identity: readonly SourcedPolicy[];
  /** Empty where there is a boundary whose policy is gone: it allows nothing. */
  readonly boundary: readonly SourcedPolicy[] | undefined;
  /** ARNs of his groups. */
  readonly groups: readonly string[];
  /** Ids whose change makes this stale: his own, his groups', his account's own policies'. */
  readonly subjects: readonly string[];
}

/** Checked when it was stored. */
export const storedPolicy = (text: string): CompiledPolicy => readPolicy(text, identityRules(Infinity));

export async function loadAttachedPolicies(
  tx: Tx,
  kind: HolderKind,
  id: string,
): Promise<AttachedPolicies | undefined> {
  const holder = await findPrincipalHolder(tx, kind, id);
  if (holder === undefined) return undefined;
  const { accountId, groups } = holder;
  const attached = [...new Set([...holder.policies, ...groups.flatMap(({ policies }) => policies)])];
  const own = await listDefaultDocuments(
    tx,
    accountId,
    holder.boundary === null ? attached : [...attached, holder.boundary],
  );
  const managed = (arn: string): SourcedPolicy[] => {
    const aws = findManagedPolicy(arn);
    const text = aws?.text ?? own.find((each) => each.arn === arn)?.document;
    if (text === undefined) return [];
    const type = arn.startsWith(AWS_POLICY_PREFIX) ? 'aws-managed' : 'user-managed';
    return [
      {
        name: arn,
        document: aws?.document ?? storedPolicy(text),
        source: { id: parsePolicyArn(arn)?.name ?? arn, type, text },
      },
    ];
  };
  const inline = await listInlinePolicies(tx, [id, ...groups.map((group) => group.id)]);
  return {
    attached,
    identity: [
      ...attached.flatMap(managed),
      ...inline.map(({ name, document: text, holderId }): SourcedPolicy => {
        const group = groups.find((each) => each.id === holderId);
        const type = group === undefined ? kind : 'group';
        return {
          name: `inline policy ${name}`,
          document: storedPolicy(text),
          source: { id: [type, group?.name ?? holder.name, name].join('_'), type, text },
        };
      }),
    ],
    boundary: holder.boundary === null ? undefined : managed(holder.boundary),
    groups: groups.map((group) => groupArn(accountId, group.path, group.name)),
    subjects: [id, ...groups.map((group) => group.id), ...own.map(({ policyId }) => policyId)],
  };
}
