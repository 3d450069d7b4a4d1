import { defineRead, LakewardenError, type ReadScope } from '@lakewarden/kernel';

import { holderResource } from './holder.ts';
import {
  type HolderKind,
  type HolderRow,
  type InlinePolicyRow,
  listHolderRows,
  listInlinePolicies,
} from './holder.repository.ts';

/** What is told of one of many that were asked about: a value, or why it is not told. */
export type Told<Value> =
  | { readonly name: string; readonly value: Value }
  | { readonly name: string; readonly error: LakewardenError };

/** @returns why not; undefined where the caller may do each of the actions */
export async function refusalOf(
  scope: ReadScope,
  resource: Parameters<ReadScope['authorize']>[0],
  actions: readonly string[],
): Promise<LakewardenError | undefined> {
  try {
    for (const action of actions) await scope.authorize(resource, action);
    return undefined;
  } catch (error) {
    if (!(error instanceof LakewardenError)) throw error;
    return error;
  }
}

/** Of each holder that is there; who may not know of one is told of the others. In as many statements as for one. */
async function ofEach<Value>(
  scope: ReadScope,
  kind: HolderKind,
  names: readonly string[],
  actions: readonly string[],
  read: (holders: readonly HolderRow[]) => Promise<(holder: HolderRow) => Value>,
): Promise<readonly Told<Value>[]> {
  const { accountId } = scope.caller;
  const refused: Told<Value>[] = [];
  const allowed: HolderRow[] = [];
  for (const holder of await listHolderRows(scope.tx, kind, accountId, names)) {
    const { name, path } = holder;
    const error = await refusalOf(scope, holderResource(accountId, kind, name, path), actions);
    if (error === undefined) allowed.push(holder);
    else refused.push({ name, error });
  }
  if (allowed.length === 0) return refused;
  const valueOf = await read(allowed);
  return [...refused, ...allowed.map((holder) => ({ name: holder.name, value: valueOf(holder) }))];
}

const attachedTo = (kind: HolderKind, action: string) =>
  defineRead({
    action,
    run: (scope, names: readonly string[]): Promise<readonly Told<readonly string[]>[]> =>
      ofEach(scope, kind, names, [action], () => Promise.resolve(({ policies }) => policies)),
  });

/** With the documents: who only may list their names is told none. */
const inlineOf = (kind: HolderKind, action: string, documents: string) =>
  defineRead({
    action,
    run: (scope, names: readonly string[]): Promise<readonly Told<readonly InlinePolicyRow[]>[]> =>
      ofEach(scope, kind, names, [action, documents], async (holders) => {
        const ids = holders.map(({ id }) => id);
        const held = Map.groupBy(await listInlinePolicies(scope.tx, ids), ({ holderId }) => holderId);
        return ({ id }) => held.get(id) ?? [];
      }),
  });

const boundaryOf = (kind: HolderKind, action: string) =>
  defineRead({
    action,
    run: (scope, names: readonly string[]): Promise<readonly Told<string | undefined>[]> =>
      ofEach(scope, kind, names, [action], () => Promise.resolve(({ boundary }) => boundary ?? undefined)),
  });

/** IAM's reads of what hangs on users, groups and roles, for a page of them at once. */
export const holderPages = {
  user: {
    attached: attachedTo('user', 'iam:ListAttachedUserPolicies'),
    inline: inlineOf('user', 'iam:ListUserPolicies', 'iam:GetUserPolicy'),
    boundary: boundaryOf('user', 'iam:GetUser'),
  },
  group: {
    attached: attachedTo('group', 'iam:ListAttachedGroupPolicies'),
    inline: inlineOf('group', 'iam:ListGroupPolicies', 'iam:GetGroupPolicy'),
  },
  role: {
    attached: attachedTo('role', 'iam:ListAttachedRolePolicies'),
    inline: inlineOf('role', 'iam:ListRolePolicies', 'iam:GetRolePolicy'),
    boundary: boundaryOf('role', 'iam:GetRole'),
  },
} as const;
