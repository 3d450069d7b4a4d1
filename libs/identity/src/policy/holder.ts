import { groupArn, notFound, type ReadScope, type Resource, roleArn, userArn } from '@lakewarden/kernel';

import { findHolderRow, type HolderKind, type HolderRow } from './holder.repository.ts';

export interface Holder extends HolderRow {
  readonly kind: HolderKind;
  readonly accountId: string;
  readonly arn: string;
}

const ARNS = { user: userArn, group: groupArn, role: roleArn } as const;

export interface HolderName {
  readonly kind: HolderKind;
  readonly name: string;
}

/** What policies name it by, and what the caller has named. */
export const holderResource = (accountId: string, kind: HolderKind, name: string, path = '/'): Resource => ({
  // By its own path, which policies may name.
  arn: ARNS[kind](accountId, path, name),
  asked: ARNS[kind](accountId, '/', name),
  accountId,
});

/**
 * The caller's account's own, once he may do the use case's action to it.
 * @param lock until commit, against every other writer of it
 * @throws EntityNotFoundException
 */
export async function requireHolder(
  scope: ReadScope,
  { kind, name }: HolderName,
  lock = false,
): Promise<Holder> {
  const { accountId } = scope.caller;
  const row = await findHolderRow(scope.tx, kind, accountId, name, lock);
  await scope.authorize(holderResource(accountId, kind, name, row?.path));
  if (row === undefined) throw notFound(`The ${kind} with name ${name} cannot be found.`);
  return { ...row, kind, accountId, arn: ARNS[kind](accountId, row.path, row.name) };
}
