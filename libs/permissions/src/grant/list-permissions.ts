import {
  defineRead,
  LakewardenError,
  type Page,
  type PageRequest,
  type Permission,
  type ReadScope,
  toPage,
} from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import { inForce } from '../condition/in-force.ts';
import { callerSet, seesAll } from '../decision/caller-set.ts';
import { arnOfPlace } from '../location/location-path.ts';
import { settingsOf } from '../settings/put-data-lake-settings.ts';
import { type ListedTags, TAG_LISTED_TYPES } from '../tag/listed-tags.repository.ts';
import {
  catalogIdOf,
  type GrantResource,
  type ResolvedResource,
  resolveResource,
} from './granted-resource.ts';
import type { GrantedType } from './grant.ts';
import { type GrantGroup, listGrantGroups, type Seen } from './list-permissions.repository.ts';

/** What one principal holds on one thing, as ListPermissions answers it. */
export interface HeldPermissions {
  readonly principal: string;
  readonly type: Exclude<GrantedType, 'COLUMN'> | 'COLUMNS';
  readonly catalogId: string;
  readonly database?: string | undefined;
  readonly table?: string | undefined;
  readonly filter?: string | undefined;
  /** COLUMNS: the granted ones; COLUMNS_EXCEPT: the excluded ones; DATA_LOCATION: its ARN. */
  readonly columns: readonly string[];
  /** Of grants on LF-tags; the columns are the values then. */
  readonly tags?: ListedTags | undefined;
  readonly condition?: string | undefined;
  readonly validFrom?: Date | undefined;
  readonly validUntil?: Date | undefined;
  readonly permissions: readonly Permission[];
  readonly withGrantOption: readonly Permission[];
  readonly lastUpdatedAt: Date;
  readonly lastUpdatedBy: string;
}

export type ListedType = 'CATALOG' | 'DATABASE' | 'TABLE' | 'DATA_LOCATION' | keyof typeof TAG_LISTED_TYPES;

export interface ListPermissions extends PageRequest {
  readonly catalogId: string;
  readonly principal?: string | undefined;
  readonly resourceType?: ListedType | undefined;
  readonly resource?: GrantResource | undefined;
  /** With a table: also what is held on all tables of its database. */
  readonly includeRelated?: boolean | undefined;
}

export const toHeld = (group: GrantGroup): HeldPermissions => ({
  principal: group.principal,
  type: group.type === 'COLUMN' ? 'COLUMNS' : group.type,
  catalogId: group.catalogId,
  database: group.database,
  table: group.table,
  filter: group.filter,
  columns: group.type === 'DATA_LOCATION' ? group.columns.map(arnOfPlace) : group.columns,
  tags: group.tags,
  condition: group.condition,
  validFrom: group.validFrom,
  validUntil: group.validUntil,
  permissions: group.permissions,
  withGrantOption: group.withGrantOption,
  lastUpdatedAt: group.lastUpdatedAt,
  lastUpdatedBy: group.lastUpdatedBy,
});

/** Administrators see all; others what they hold, and what is granted on what they may pass on (spec §9). */
export async function seenBy(scope: ReadScope, catalogId: string): Promise<Seen> {
  const own = await settingsOf(scope, scope.caller.accountId);
  if (seesAll(scope.caller, catalogId, own)) return 'all';
  return { heldBy: callerSet(scope.caller, catalogId, own) };
}

/**
 * What is not there holds nothing, to those who may not know whether it is there. Of columns the whole table's grants are
 * listed, whichever are named: who sees the table is answered the same for a hidden column and for none.
 */
async function resolveSeen(
  scope: ReadScope,
  resource: GrantResource,
  seen: Seen,
): Promise<ResolvedResource | 'unknown'> {
  try {
    const isOfColumns = seen !== 'all' && resource.kind === 'TableWithColumns';
    return await resolveResource(scope, isOfColumns ? { kind: 'Table', table: resource.table } : resource);
  } catch (error) {
    const isMissing = error instanceof LakewardenError && error.code === 'EntityNotFoundException';
    if (isMissing && seen !== 'all') return 'unknown';
    throw error;
  }
}

const TYPES: Readonly<Record<ListedType, readonly GrantedType[]>> = {
  CATALOG: ['CATALOG'],
  DATABASE: ['DATABASE'],
  TABLE: ['TABLE', 'TABLE_WILDCARD', 'COLUMN', 'COLUMNS_EXCEPT', 'FILTER'],
  DATA_LOCATION: ['DATA_LOCATION'],
  ...TAG_LISTED_TYPES,
};

/**
 * By principal and resource.
 * @throws EntityNotFoundException the resource that is asked about
 */
export const listPermissions = defineRead({
  action: 'lakeformation:ListPermissions',

  async run(scope, command: ListPermissions): Promise<Page<HeldPermissions>> {
    const { catalogId, principal, resourceType, resource, includeRelated = false } = command;
    await authorizeLake(scope, catalogId);
    // What is another's is not looked up in the name of one's own.
    if (resource !== undefined && catalogIdOf(resource) !== catalogId) {
      await authorizeLake(scope, catalogIdOf(resource));
    }
    const seen = await seenBy(scope, catalogId);
    const on = resource === undefined ? undefined : await resolveSeen(scope, resource, seen);
    if (on === 'unknown') return { items: [], cursorAt: () => '' };
    const question = [
      'ListPermissions',
      catalogId,
      principal,
      resourceType,
      on?.subjectId,
      on?.filterId,
      on?.rows,
      includeRelated,
      scope.caller.arn,
    ];
    const after = command.token === undefined ? undefined : scope.tokens.open(question, command.token);
    const groups = await listGrantGroups(scope.tx, {
      catalogId,
      principal,
      types: resourceType === undefined ? undefined : TYPES[resourceType],
      on,
      includeRelated,
      seen,
      force: await inForce(scope, catalogId),
      after: after?.toString(),
      limit: command.limit + 1,
    });
    const page = toPage(groups, command.limit, (last) =>
      scope.tokens.issue(question, Buffer.from(last.position)),
    );
    return { ...page, items: page.items.map(toHeld) };
  },
});
