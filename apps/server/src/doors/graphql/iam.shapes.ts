import type { AnyPolicy, Group, HolderKind, PolicyVersion, Role, User } from '@lakewarden/identity';
import { groupArn, policyArn, roleArn, userArn } from '@lakewarden/kernel';
import { z } from 'zod';

import { groupName, roleName, userName } from '../aws/iam/shapes.ts';

export const toUserNode = (user: User) => ({
  kind: 'user' as const,
  name: user.name,
  path: user.path,
  arn: userArn(user.accountId, user.path, user.name),
  uniqueId: user.uniqueId,
  createdAt: user.createdAt,
});
export type UserNode = ReturnType<typeof toUserNode>;

export const toGroupNode = (group: Group) => ({
  kind: 'group' as const,
  name: group.name,
  path: group.path,
  arn: groupArn(group.accountId, group.path, group.name),
  uniqueId: group.uniqueId,
  createdAt: group.createdAt,
});
export type GroupNode = ReturnType<typeof toGroupNode>;

export const toRoleNode = (role: Role) => ({
  kind: 'role' as const,
  name: role.name,
  path: role.path,
  arn: roleArn(role.accountId, role.path, role.name),
  uniqueId: role.uniqueId,
  description: role.description,
  maxSessionSeconds: role.maxSessionSeconds,
  trustPolicy: role.assumeRolePolicyDocument,
  createdAt: role.createdAt,
});
export type RoleNode = ReturnType<typeof toRoleNode>;

const versionIdOf = (version: number): string => `v${String(version)}`;

export const toVersionNode = ({ version, isDefault }: { version: PolicyVersion; isDefault: boolean }) => ({
  versionId: versionIdOf(version.version),
  isDefault,
  document: version.document,
  createdAt: version.createdAt,
});

export const toPolicyNode = (found: AnyPolicy) => {
  if (found.kind === 'aws') {
    const { arn, name, description } = found.policy;
    return { arn, name, path: '/', description, isAws: true, defaultVersionId: versionIdOf(1) };
  }
  const { policy } = found;
  return {
    arn: policyArn(policy.accountId, policy.path, policy.name),
    name: policy.name,
    path: policy.path,
    description: policy.description,
    isAws: false,
    defaultVersionId: versionIdOf(policy.defaultVersion),
    createdAt: policy.createdAt,
    updatedAt: policy.updatedAt,
    policyId: policy.id,
  };
};
export type PolicyNode = ReturnType<typeof toPolicyNode>;

/** A user, group or role by its name, under the bounds that IAM has for each. */
export const holder = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('USER'), name: userName }),
    z.object({ kind: z.literal('GROUP'), name: groupName }),
    z.object({ kind: z.literal('ROLE'), name: roleName }),
  ])
  .transform(({ kind, name }): { kind: HolderKind; name: string } => {
    switch (kind) {
      case 'USER':
        return { kind: 'user', name };
      case 'GROUP':
        return { kind: 'group', name };
      case 'ROLE':
        return { kind: 'role', name };
    }
  });

const KINDS = { user: 'USER', group: 'GROUP', role: 'ROLE' } as const;

export const toHolderNode = ({ kind, name }: { readonly kind: HolderKind; readonly name: string }) => ({
  kind: KINDS[kind],
  name,
});
