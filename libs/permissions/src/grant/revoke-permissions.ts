import { defineWrite, invalid, LakewardenError, type WriteScope } from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import { catalogIdOf, refuseUnfitPermissions, type ResolvedResource } from './granted-resource.ts';
import {
  announceGrants,
  type BatchEntry,
  type BatchFailure,
  type GrantEntry,
  requireGrantOption,
  resolveForGranting,
} from './grant-permissions.ts';
import { holdTagsOf } from '../tag/granted-tags.ts';
import type { Grant } from './grant.ts';
import { deleteGrants, dropGrantOptions, lockGrantsOn } from './grant.repository.ts';

const nothingRevoked = (): LakewardenError =>
  invalid(
    'No permissions revoked. Grantee does not have: the permissions, or the grant option, on that resource in that form.',
  );

const sameColumns = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i]);

/**
 * Who may pass a permission on until Friday takes back what ends by then: what holds longer he could not have granted.
 * @throws AccessDeniedException
 */
async function requireAsLong(
  scope: WriteScope,
  { resource, condition }: GrantEntry,
  resolved: ResolvedResource,
  grants: readonly Grant[],
): Promise<void> {
  const ends = new Map(
    grants.map((each) => [`${each.permission} ${String(each.validUntil?.getTime())}`, each]),
  );
  for (const { permission, validUntil } of ends.values()) {
    await requireGrantOption(scope, resource, resolved, [permission], { condition, validUntil });
  }
}

/**
 * What is revoked has to be held in the form it was granted: columns of a grant on the whole table are not
 * (spec/permissions.md §10).
 * @throws InvalidInputException a permission is not held so
 */
async function revoke(scope: WriteScope, entry: GrantEntry): Promise<ResolvedResource> {
  const { principal, permissions, withGrantOption, resource, condition } = entry;
  const [first, ...further] = new Set([...permissions, ...withGrantOption]);
  if (first === undefined) throw invalid('Permissions names no permission.');
  refuseUnfitPermissions(resource, permissions, withGrantOption);
  await authorizeLake(scope, catalogIdOf(resource));
  await holdTagsOf(scope, resource);
  // For now: how long he has to hold it is known by what he takes back.
  const bounds = { condition, validUntil: scope.now };
  const resolved = await resolveForGranting(scope, resource, [first, ...further], bounds);
  const held = await lockGrantsOn(scope.tx, { ...resolved, principal, condition, now: scope.now });
  const rowsOf = (permission: string): Grant[] => {
    const found = resolved.rows.map(({ type, columns }) =>
      held.find(
        (grant) =>
          grant.type === type && grant.permission === permission && sameColumns(grant.columns, columns),
      ),
    );
    return found.map((grant) => {
      if (grant === undefined) throw nothingRevoked();
      return grant;
    });
  };

  const gone = permissions.flatMap(rowsOf);
  const optionsOnly = withGrantOption
    .filter((permission) => !permissions.includes(permission))
    .flatMap(rowsOf);
  if (optionsOnly.some(({ grantOption }) => !grantOption)) throw nothingRevoked();
  await requireAsLong(scope, entry, resolved, [...gone, ...optionsOnly]);
  await deleteGrants(
    scope.tx,
    gone.map(({ id }) => id),
  );
  await dropGrantOptions(
    scope.tx,
    optionsOnly.map(({ id }) => id),
  );
  return resolved;
}

/**
 * Takes back permissions, or only the grant option of them.
 *
 * @throws InvalidInputException one of them is not held in that form; then none is revoked
 * @throws EntityNotFoundException, AccessDeniedException as GrantPermissions
 */
export const revokePermissions = defineWrite({
  action: 'lakeformation:RevokePermissions',

  async run(scope, entry: GrantEntry): Promise<void> {
    announceGrants(scope, await revoke(scope, entry));
  },
});

/** The good ones are revoked. @returns what could not be, by the entries' own ids */
export const batchRevokePermissions = defineWrite({
  action: 'lakeformation:BatchRevokePermissions',

  async run(scope, entries: readonly BatchEntry<GrantEntry>[]): Promise<readonly BatchFailure[]> {
    const failures: BatchFailure[] = [];
    for (const entry of entries) {
      try {
        // Everything that can be refused is refused before the first row of the entry changes.
        announceGrants(scope, await revoke(scope, entry));
      } catch (error) {
        if (!(error instanceof LakewardenError)) throw error;
        failures.push({ id: entry.id, error });
      }
    }
    return failures;
  },
});
