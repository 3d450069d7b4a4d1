import { defineRead, defineWrite, LakewardenError, notFound } from '@lakewarden/kernel';

import { type HolderName, requireHolder } from './holder.ts';
import { setAttachedPolicies, setBoundary } from './holder.repository.ts';
import { holderChange } from './inline-policies.ts';
import { requireAttachable } from './policies.ts';

/** As in IAM. */
const MAX_ATTACHED = 10;

export interface Attachment {
  readonly holder: HolderName;
  readonly policyArn: string;
}

const attach = (action: string) =>
  defineWrite({
    action,

    async run(scope, command: Attachment): Promise<void> {
      const holder = await requireHolder(scope, command.holder, true);
      await requireAttachable(scope, command.policyArn);
      if (holder.policies.includes(command.policyArn)) return;
      if (holder.policies.length >= MAX_ATTACHED) {
        throw new LakewardenError(
          'ResourceNumberLimitExceededException',
          `Cannot exceed quota for attached policies: ${String(MAX_ATTACHED)}`,
        );
      }
      await setAttachedPolicies(scope.tx, holder.kind, holder.id, [...holder.policies, command.policyArn]);
      holderChange(scope, holder);
    },
  });

const detach = (action: string) =>
  defineWrite({
    action,

    async run(scope, command: Attachment): Promise<void> {
      const holder = await requireHolder(scope, command.holder, true);
      if (!holder.policies.includes(command.policyArn)) {
        throw notFound(`Policy ${command.policyArn} was not found.`);
      }
      const left = holder.policies.filter((arn) => arn !== command.policyArn);
      await setAttachedPolicies(scope.tx, holder.kind, holder.id, left);
      holderChange(scope, holder);
    },
  });

const listAttached = (action: string) =>
  defineRead({
    action,
    run: async (scope, named: HolderName): Promise<readonly string[]> =>
      (await requireHolder(scope, named)).policies,
  });

/** IAM's operations on attached managed policies, a set for each kind of holder. */
export const attachments = {
  user: {
    attach: attach('iam:AttachUserPolicy'),
    detach: detach('iam:DetachUserPolicy'),
    list: listAttached('iam:ListAttachedUserPolicies'),
  },
  group: {
    attach: attach('iam:AttachGroupPolicy'),
    detach: detach('iam:DetachGroupPolicy'),
    list: listAttached('iam:ListAttachedGroupPolicies'),
  },
  role: {
    attach: attach('iam:AttachRolePolicy'),
    detach: detach('iam:DetachRolePolicy'),
    list: listAttached('iam:ListAttachedRolePolicies'),
  },
} as const;

export interface BoundaryChange {
  readonly holder: HolderName & { readonly kind: 'user' | 'role' };
  /** Absent: the boundary is taken away. */
  readonly policyArn?: string | undefined;
}

const bound = (action: string) =>
  defineWrite({
    action,

    async run(scope, { holder: named, policyArn }: BoundaryChange): Promise<void> {
      const holder = await requireHolder(scope, named, true);
      if (policyArn !== undefined) await requireAttachable(scope, policyArn);
      await setBoundary(scope.tx, named.kind, holder.id, policyArn);
      holderChange(scope, holder);
    },
  });

export const boundaries = {
  user: {
    put: bound('iam:PutUserPermissionsBoundary'),
    delete: bound('iam:DeleteUserPermissionsBoundary'),
  },
  role: {
    put: bound('iam:PutRolePermissionsBoundary'),
    delete: bound('iam:DeleteRolePermissionsBoundary'),
  },
} as const;
