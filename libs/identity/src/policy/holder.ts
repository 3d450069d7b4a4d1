import { groupArn, notFound, type ReadScope, roleArn, userArn } from '@lakewarden/kernel';

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
  // By its own path, which policies may name.
  await scope.authorize({
    arn: ARNS[kind](accountId, row?.path ?? '/', name),
    asked: ARNS[kind](accountId, '/', name),
    accountId,
  });
  if (row === undefined) throw notFound(`The ${kind} with name ${name} cannot be found.`);
  return { ...row, kind, accountId, arn: ARNS[kind](accountId, row.path, row.name) };
}
