import {
  type DatabaseResource,
  PERMISSIONS,
  type Permission,
  type TableResource,
  type WriteScope,
} from '@lakewarden/kernel';
import { z } from 'zod';

import { forgetOptIns } from '../hybrid/opt-ins.ts';
import { forgetInSettings } from '../settings/put-data-lake-settings.ts';
import { type Grant, grantedInside } from './grant.ts';
import { deleteGrantsOf, insertGrants } from './grant.repository.ts';
import { isGrantable } from './grantable.ts';
import { mergeGrants } from './merge-grants.ts';

/** Glue's `PrincipalPermissions`, as databases and settings hold them. */
const defaultGrant = z.object({
  Principal: z.object({ DataLakePrincipalIdentifier: z.string().optional() }).optional(),
  Permissions: z.array(z.enum(PERMISSIONS)).default([]),
});

type Governed = DatabaseResource | TableResource;

/**
 * Who is granted what by default, of what can be granted on the thing at all: the original stores and answers any of its
 * permissions, such as SELECT on databases, and so do we. One may be named twice, and nobody at all.
 */
function defaultsOf(type: Governed['type'], defaults: readonly unknown[]) {
  const fits = isGrantable(type === 'TABLE' ? 'Table' : 'Database');
  return z
    .array(defaultGrant)
    .parse(defaults)
    .flatMap(({ Principal, Permissions }) => {
      const principal = Principal?.DataLakePrincipalIdentifier;
      return principal === undefined
        ? []
        : Permissions.filter(fits).map((permission) => ({ principal, permission }));
    });
}

/** @see DataPermissions.created */
export async function grantToCreator(
  scope: WriteScope,
  resource: Governed,
  defaults: readonly unknown[],
): Promise<void> {
  const grant = (principal: string, permission: Permission, grantOption: boolean): Grant => ({
    id: scope.newId<'Grant'>(),
    catalogId: resource.catalogId,
    type: resource.type,
    databaseId: resource.databaseId,
    tableId: resource.type === 'TABLE' ? resource.tableId : undefined,
    principal,
    permission,
    columns: [],
    grantOption,
    grantedBy: scope.caller.arn,
    grantedAt: scope.now,
  });
  const creator = scope.caller.grantee ?? scope.caller.arn;
  const byDefault = defaultsOf(resource.type, defaults).map(({ principal, permission }) =>
    grant(principal, permission, false),
  );
  // One may be named twice, and the creator.
  await insertGrants(scope.tx, mergeGrants([grant(creator, 'ALL', true), ...byDefault]));
  if (resource.type === 'TABLE') {
    const subjectId = grantedInside(resource.databaseId);
    scope.changed({ accountId: resource.catalogId, kind: 'grant', subjectId });
  }
}

/** @see DataPermissions.forgetPrincipal */
export async function forgetPrincipal(scope: WriteScope, arn: string): Promise<void> {
  await forgetInSettings(scope, arn);
  await forgetOptIns(scope, arn);
  const gone = await deleteGrantsOf(scope.tx, arn);
  // A database that was there for the sake of a table in it hears of that table's own grants.
  for (const { catalogId, subjectId } of gone) {
    scope.changed({ accountId: catalogId, kind: 'grant', subjectId });
  }
}
