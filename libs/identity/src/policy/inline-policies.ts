import { defineRead, defineWrite, LakewardenError, notFound, type WriteScope } from '@lakewarden/kernel';

import type { Holder, HolderName } from './holder.ts';
import { requireHolder } from './holder.ts';
import {
  deleteInlinePolicy,
  type InlinePolicyRow,
  listInlinePolicies,
  putInlinePolicy,
} from './holder.repository.ts';
import { identityRules, POLICY_MAX_BYTES } from './compiled-policy.ts';
import { parsePolicyDocument } from './policy-document.ts';

/** Whoever has it in memory reads it again: the holder's own sessions, and those of a group's members. */
export const holderChange = (
  scope: WriteScope,
  { accountId, id }: Pick<Holder, 'accountId' | 'id'>,
): void => {
  scope.changed({ accountId, kind: 'identity', subjectId: id });
};

/** All inline documents of one holder together (spec/permissions.md §11). */
function refuseTooMuch(holder: Holder, documents: readonly string[]): void {
  const bytes = documents.reduce((sum, document) => sum + Buffer.byteLength(document.replace(/\s/g, '')), 0);
  const most = POLICY_MAX_BYTES[holder.kind];
  if (bytes > most) {
    throw new LakewardenError(
      'ResourceNumberLimitExceededException',
      `Maximum policy size of ${String(most)} bytes exceeded for ${holder.kind} ${holder.name}`,
    );
  }
}

export interface PutInlinePolicy {
  readonly holder: HolderName;
  readonly name: string;
  readonly document: string;
}

const put = (action: string) =>
  defineWrite({
    action,

    async run(scope, { holder: named, name, document }: PutInlinePolicy): Promise<void> {
      const holder = await requireHolder(scope, named, true);
      parsePolicyDocument(document, identityRules(POLICY_MAX_BYTES.role));
      const others = (await listInlinePolicies(scope.tx, [holder.id])).filter((each) => each.name !== name);
      refuseTooMuch(holder, [...others.map((each) => each.document), document]);
      await putInlinePolicy(scope.tx, holder.id, { name, document });
      holderChange(scope, holder);
    },
  });

export interface NamedInlinePolicy {
  readonly holder: HolderName;
  readonly name: string;
}

const noSuchPolicy = ({ holder, name }: NamedInlinePolicy) =>
  notFound(`The ${holder.kind} policy with name ${name} cannot be found.`);

const get = (action: string) =>
  defineRead({
    action,

    async run(scope, command: NamedInlinePolicy): Promise<InlinePolicyRow> {
      const holder = await requireHolder(scope, command.holder);
      const found = (await listInlinePolicies(scope.tx, [holder.id])).find(
        ({ name }) => name === command.name,
      );
      if (found === undefined) throw noSuchPolicy(command);
      return found;
    },
  });

const list = (action: string) =>
  defineRead({
    action,

    async run(scope, named: HolderName): Promise<readonly string[]> {
      const holder = await requireHolder(scope, named);
      return (await listInlinePolicies(scope.tx, [holder.id])).map(({ name }) => name);
    },
  });

const remove = (action: string) =>
  defineWrite({
    action,

    async run(scope, command: NamedInlinePolicy): Promise<void> {
      const holder = await requireHolder(scope, command.holder, true);
      if (!(await deleteInlinePolicy(scope.tx, holder.id, command.name))) throw noSuchPolicy(command);
      holderChange(scope, holder);
    },
  });

/** IAM's operations on inline policies: one set a kind of holder, each with its own action. */
export const inlinePolicies = {
  user: {
    put: put('iam:PutUserPolicy'),
    get: get('iam:GetUserPolicy'),
    list: list('iam:ListUserPolicies'),
    delete: remove('iam:DeleteUserPolicy'),
  },
  group: {
    put: put('iam:PutGroupPolicy'),
    get: get('iam:GetGroupPolicy'),
    list: list('iam:ListGroupPolicies'),
    delete: remove('iam:DeleteGroupPolicy'),
  },
  role: {
    put: put('iam:PutRolePolicy'),
    get: get('iam:GetRolePolicy'),
    list: list('iam:ListRolePolicies'),
    delete: remove('iam:DeleteRolePolicy'),
  },
} as const;
