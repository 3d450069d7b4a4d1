import { isGrantee, listGrantees } from '@lakewarden/identity';
import { defineWrite, invalid, LakewardenError, type Permission, type WriteScope } from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import { IAM_ALLOWED_PRINCIPALS } from '../decision/caller-set.ts';
import {
  announceBounds,
  type GrantBounds,
  reachingWithin,
  refuseUnfitBounds,
} from '../condition/grant-bounds.ts';
import {
  catalogIdOf,
  describeAsked,
  type GrantResource,
  refuseUnfitPermissions,
  type ResolvedResource,
  resolveResource,
} from './granted-resource.ts';
import { type Grant, grantedInside } from './grant.ts';
import { holdTagsOf, keepExpressionOf } from '../tag/granted-tags.ts';
import { mayKnow } from './may-know.ts';
import { mergeGrants } from './merge-grants.ts';
import { insertGrants } from './grant.repository.ts';
import { reaches } from './reaches.ts';
import { once, remembering } from './remembering.ts';
import { requireRegistered } from '../location/registered-locations.ts';

export interface GrantEntry extends GrantBounds {
  readonly principal: string;
  readonly resource: GrantResource;
  readonly permissions: readonly Permission[];
  readonly withGrantOption: readonly Permission[];
}

/**
 * A grant needs a grantee: IAM users, roles and groups must be there, the pseudo principal takes ALL alone.
 * @throws InvalidInputException
 */
async function refuseUnfitPrincipal(
  { principal, permissions }: Pick<GrantEntry, 'principal' | 'permissions'>,
  asking: Pick<Asking, 'isGrantee'>,
): Promise<void> {
  if (principal === IAM_ALLOWED_PRINCIPALS) {
    if (permissions.some((permission) => permission !== 'ALL')) {
      throw invalid(`${IAM_ALLOWED_PRINCIPALS} takes the permission ALL and no other.`);
    }
    return;
  }
  if (!(await asking.isGrantee(principal))) throw invalid(`Invalid principal: ${principal}`);
}

/** The same words for what may not be passed on and for what is not there. */
const noGrantOption = (permission: Permission, resource: GrantResource): LakewardenError =>
  new LakewardenError(
    'AccessDeniedException',
    `Insufficient Lake Formation permission(s): Required ${permission} with grant option on ${describeAsked(resource)}`,
  );

/** @throws AccessDeniedException the caller may not pass one of them on */
export async function requireGrantOption(
  scope: WriteScope,
  resource: GrantResource,
  { on, alsoOn = [], columns }: ResolvedResource,
  permissions: readonly Permission[],
  bounds: GrantBounds,
): Promise<void> {
  for (const permission of permissions) {
    for (const each of [on, ...alsoOn]) {
      const held = await scope.permissions.decide(scope, {
        permission,
        resource: each,
        withGrantOption: true,
      });
      if (!reaches(reachingWithin(held, bounds, scope.now), columns)) {
        throw noGrantOption(permission, resource);
      }
    }
  }
}

/**
 * What the entry is about, once it is sure that the caller may act on it. Who may not see the full list of what the
 * thing would be in hears the same of what is there and what is not.
 */
export async function resolveForGranting(
  scope: WriteScope,
  resource: GrantResource,
  permissions: readonly [Permission, ...Permission[]],
  bounds: GrantBounds,
): Promise<ResolvedResource> {
  let resolved: ResolvedResource;
  try {
    resolved = await resolveResource(scope, resource);
  } catch (error) {
    if (!(error instanceof LakewardenError) || error.code !== 'EntityNotFoundException') throw error;
    if (await mayKnow(scope, resource)) throw error;
    throw noGrantOption(permissions[0], resource);
  }
  await requireGrantOption(scope, resource, resolved, permissions, bounds);
  return resolved;
}

/** What an entry has to ask; a batch asks each thing once. */
interface Asking {
  isGrantee(principal: string): Promise<boolean>;
  resolve(
    resource: GrantResource,
    permissions: readonly [Permission, ...Permission[]],
    bounds: GrantBounds,
  ): Promise<ResolvedResource>;
}

const askingOne = (scope: WriteScope): Asking => ({
  isGrantee: (principal) => isGrantee(scope, principal),
  resolve: (resource, permissions, bounds) => resolveForGranting(scope, resource, permissions, bounds),
});

/** For entries of which none is granted before the last has been decided. */
async function askingMany(scope: WriteScope, entries: readonly GrantEntry[]): Promise<Asking> {
  const grantees = await listGrantees(
    scope,
    entries.map(({ principal }) => principal),
  );
  const inBatch = remembering(scope);
  const resolve = once(
    (question: readonly [GrantResource, readonly [Permission, ...Permission[]], GrantBounds]) =>
      JSON.stringify(question),
    ([resource, permissions, bounds]) => resolveForGranting(inBatch, resource, permissions, bounds),
  );
  return {
    isGrantee: (principal) => Promise.resolve(grantees.has(principal)),
    resolve: (resource, permissions, { condition, validFrom, validUntil }) =>
      resolve([resource, permissions, { condition, validFrom, validUntil }]),
  };
}

async function rowsFor(
  scope: WriteScope,
  entry: GrantEntry,
  asking: Asking,
): Promise<readonly [ResolvedResource, Grant[]]> {
  const { principal, permissions, withGrantOption, resource } = entry;
  const [first, ...further] = permissions;
  if (first === undefined) throw invalid('Permissions names no permission.');
  const loose = withGrantOption.filter((permission) => !permissions.includes(permission));
  if (loose.length > 0) {
    throw invalid(
      `PermissionsWithGrantOption must be among Permissions: ${loose.join(', ')} ${loose.length === 1 ? 'is' : 'are'} not.`,
    );
  }
  refuseUnfitPermissions(resource, permissions, withGrantOption);
  refuseUnfitBounds(entry, scope.now);
  await authorizeLake(scope, catalogIdOf(resource));
  await holdTagsOf(scope, resource);
  const resolved = await asking.resolve(resource, [first, ...further], entry);
  if (resource.kind === 'DataLocation') await requireRegistered(scope, resource.catalogId, resource.location);
  await refuseUnfitPrincipal(entry, asking);
  await keepExpressionOf(scope, resource);
  const grants = [...new Set(permissions)].flatMap((permission) =>
    resolved.rows.map(({ type, columns }): Grant => ({
      id: scope.newId<'Grant'>(),
      catalogId: resolved.catalogId,
      type,
      databaseId: resolved.databaseId,
      tableId: resolved.tableId,
      filterId: resolved.filterId,
      principal,
      permission,
      columns,
      condition: entry.condition,
      validFrom: entry.validFrom,
      validUntil: entry.validUntil,
      grantOption: withGrantOption.includes(permission),
      grantedBy: scope.caller.arn,
      grantedAt: scope.now,
    })),
  );
  announceBounds(scope, resolved.catalogId, entry);
  return [resolved, grants];
}

/** Tells who keeps decisions that other grants bear on the thing now. */
export function announceGrants(
  scope: WriteScope,
  resolved: Pick<ResolvedResource, 'catalogId' | 'databaseId' | 'tableId' | 'subjectId'>,
): void {
  const changed = (subjectId: string) => {
    scope.changed({ accountId: resolved.catalogId, kind: 'grant', subjectId });
  };
  changed(resolved.subjectId);
  if (resolved.tableId !== undefined) changed(grantedInside(resolved.databaseId ?? ''));
}

/**
 * Adds to what is held; granting again changes nothing.
 *
 * @throws InvalidInputException a permission does not fit the resource, or the principal is none
 * @throws EntityNotFoundException the database, table or column is not there
 * @throws AccessDeniedException the caller may not pass the permission on
 * @see spec/permissions.md §3, §10
 */
export const grantPermissions = defineWrite({
  action: 'lakeformation:GrantPermissions',

  async run(scope, entry: GrantEntry): Promise<void> {
    const [resolved, grants] = await rowsFor(scope, entry, askingOne(scope));
    await insertGrants(scope.tx, grants);
    announceGrants(scope, resolved);
  },
});

export interface BatchFailure {
  readonly id: string;
  readonly error: LakewardenError;
}

export type BatchEntry<Entry> = Entry & { readonly id: string };

/** The good ones are granted, in one statement. @returns what could not be, by the entries' own ids */
export const batchGrantPermissions = defineWrite({
  action: 'lakeformation:BatchGrantPermissions',

  async run(scope, entries: readonly BatchEntry<GrantEntry>[]): Promise<readonly BatchFailure[]> {
    const failures: BatchFailure[] = [];
    const made: Grant[] = [];
    const touched = new Map<string, ResolvedResource>();
    const asking = await askingMany(scope, entries);
    for (const entry of entries) {
      try {
        const [resolved, grants] = await rowsFor(scope, entry, asking);
        made.push(...grants);
        touched.set(resolved.subjectId, resolved);
      } catch (error) {
        if (!(error instanceof LakewardenError)) throw error;
        failures.push({ id: entry.id, error });
      }
    }
    await insertGrants(scope.tx, mergeGrants(made));
    for (const resolved of touched.values()) announceGrants(scope, resolved);
    return failures;
  },
});
