import {
  type Cacheable,
  type DataLocationResource,
  type DatabaseResource,
  type DataPermissions,
  type Decision,
  EVERY_TABLE,
  type GovernedResource,
  type Question,
  type ReadScope,
  type TableResource,
  tag,
  type TagResource,
} from '@lakewarden/kernel';

import { forgetPrincipal, grantToCreator } from '../grant/creator.ts';
import { filterText } from '../filter/data-cells-filter.ts';
import { columnsChanged } from '../filter/refit-filters.ts';
import { type InForce, inForce } from '../condition/in-force.ts';
import { columnsDropped } from '../grant/dropped-columns.ts';
import { columnScopeOf, type Grant, grantedId, grantedInside } from '../grant/grant.ts';
import {
  listCatalogGrants,
  listDatabaseGrants,
  listGrantedDatabases,
  listGrantedTables,
  listLocationGrants,
  listTableGrants,
} from '../grant/grant.repository.ts';
import {
  countingSet,
  hybridAccess,
  hybridLines,
  hybridTags,
  idOf,
  mergeNamed,
  openDatabases,
  openTables,
} from '../hybrid/hybrid-access.ts';
import { isAtOrUnder } from '../location/location-path.ts';
import { refusedLocations } from '../location/refused-locations.ts';
import { governedLocations } from '../location/registered-locations.ts';
import type { DataLakeSettings } from '../settings/data-lake-settings.ts';
import { settingsOf } from '../settings/put-data-lake-settings.ts';
import { coversOf, isTagResource } from '../tag/tag-grant.ts';
import { policyLines, tagResourceLines } from '../tag/tag-lines.ts';
import { columnsUntagged } from '../tag/tag-changes.ts';
import { firstReached, reachedDatabases, reachedTables } from '../tag/reached.ts';
import { callerSet, isLakeAdmin, isReadOnlyLakeAdmin, seesAll } from './caller-set.ts';
import { describeResource, Slice, type SliceLine } from './rule.ts';

/** Who the caller is to one owner's data lake. */
interface Standing {
  readonly set: readonly string[];
  /** Told from other callers' sets; the same for two callers who are the same in every grant's eyes. */
  readonly key: string;
  readonly rights: readonly SliceLine[];
  /** Which grants count for him now. */
  readonly force: InForce;
}

const rightOf = (scope: ReadScope, catalogId: string, type: 'ADMIN' | 'READ_ONLY_ADMIN'): SliceLine => ({
  type,
  resource: catalogId,
  permission: 'ALL',
  grantOption: type === 'ADMIN',
  columns: { kind: 'all' },
  reason: {
    gate: 2,
    kind: type === 'ADMIN' ? 'admin' : 'read-only-admin',
    id: catalogId,
    principal: scope.caller.arn,
    resource: `catalog ${catalogId}`,
    permission: 'ALL',
    grantOption: type === 'ADMIN',
  },
});

async function standingOf(scope: ReadScope, catalogId: string): Promise<Standing> {
  const { caller } = scope;
  const own = await settingsOf(scope, caller.accountId);
  const set = callerSet(caller, catalogId, own);
  const rights: SliceLine[] = [];
  if (caller.accountId === catalogId) {
    if (isLakeAdmin(caller, own)) rights.push(rightOf(scope, catalogId, 'ADMIN'));
    if (isReadOnlyLakeAdmin(caller, own)) rights.push(rightOf(scope, catalogId, 'READ_ONLY_ADMIN'));
  }
  const force = await inForce(scope, catalogId);
  return { set, rights, force, key: [...rights.map(({ type }) => type), ...set, force.key].join('\n') };
}

/** What a slice of something in the catalog is of: a filter is decided by its table's. LF-tags are told apart. */
type Home = Exclude<GovernedResource, TagResource | { readonly type: 'FILTER' }>;

/** What is asked about in memory; locations are too many and too seldom asked about. */
export type KeptHome = Exclude<Home, DataLocationResource>;

export const homeOf = (resource: Exclude<GovernedResource, DataLocationResource>): KeptHome | TagResource =>
  resource.type === 'FILTER' ? { ...resource, type: 'TABLE' } : resource;

/** What the model is told of a grant that bears on the thing. */
export const linesOf = (grant: Grant, on: Home): SliceLine[] =>
  grant.policy === undefined ? [lineOf(grant, on)] : policyLines(grant, grant.policy);

const lineOf = (grant: Grant, on: Home): SliceLine => ({
  type: grant.type,
  resource: grantedId(grant),
  permission: grant.permission,
  grantOption: grant.grantOption,
  columns: columnScopeOf(grant),
  reason: {
    gate: 2,
    kind: 'grant',
    id: grant.id,
    principal: grant.principal,
    resource: resourceText(grant, on),
    permission: grant.permission,
    grantOption: grant.grantOption,
    grantedBy: grant.grantedBy,
    at: grant.grantedAt,
    condition: grant.condition,
    validFrom: grant.validFrom,
    validUntil: grant.validUntil,
  },
});

function resourceText(grant: Grant, on: Home): string {
  const { type, filter } = grant;
  if (type === 'TABLE_WILDCARD') return wildcardText(on);
  if (type === 'DATA_LOCATION') return `location ${grantedId(grant)}`;
  if (filter !== undefined) return filterText({ database: filter.database, name: filter.table }, filter.name);
  return on.type === 'DATA_LOCATION' ? 'the database of the location' : describeResource(on);
}

const wildcardText = (on: Home): string =>
  'database' in on ? `all tables of database ${on.database}` : 'all tables';

/** What has to change for a slice to be stale; who the caller is, by the settings too, stands in its key. */
function tagsOf(on: KeptHome, grants: readonly Pick<Grant, 'tableId'>[]): string[] {
  // Policies on what carries LF-tags are the catalog's; what is assigned is told as a grant on what it is assigned to.
  const policies = tag('grant', on.catalogId);
  switch (on.type) {
    case 'CATALOG':
      return [policies];
    case 'DATABASE': {
      // One grant on a table in it shows the database, for as long as there is the grant and the table.
      const shownBy = grants.flatMap(({ tableId }) => tableId ?? []);
      return [
        policies,
        tag('grant', on.databaseId),
        tag('grant', grantedInside(on.databaseId)),
        ...shownBy.flatMap((id) => [tag('grant', id), tag('table', id)]),
      ];
    }
    case 'TABLE':
      return [policies, tag('grant', on.databaseId), tag('grant', on.tableId)];
  }
}

const sliceKey = (on: KeptHome, { key }: Standing): string => {
  // The database's id as well: EVERY_TABLE is a table of each of them.
  const path =
    on.type === 'CATALOG' ? '' : on.type === 'DATABASE' ? on.databaseId : `${on.databaseId} ${on.tableId}`;
  return `slice\n${on.type}\n${on.catalogId}\n${path}\n${key}`;
};

function loadGrants(scope: ReadScope, on: KeptHome, { set, force }: Standing): Promise<Grant[]> {
  switch (on.type) {
    case 'CATALOG':
      return listCatalogGrants(scope.tx, on.catalogId, set, force);
    case 'DATABASE':
      return listDatabaseGrants(scope.tx, on.catalogId, on.databaseId, set, force);
    case 'TABLE':
      return listTableGrants(scope.tx, on.catalogId, [on.tableId], [on.databaseId], set, force);
  }
}

async function linesFor(
  scope: ReadScope,
  on: KeptHome,
  standing: Standing,
): Promise<{ readonly lines: SliceLine[]; readonly grants: readonly Pick<Grant, 'tableId'>[] }> {
  if (on.type === 'CATALOG') {
    const grants = await loadGrants(scope, on, standing);
    return { lines: [...standing.rights, ...grants.flatMap((grant) => linesOf(grant, on))], grants };
  }
  const access = (await hybridAccess(scope, [on], standing)).get(idOf(on));
  const set = countingSet(standing.set, access);
  const grants = await loadGrants(scope, on, { ...standing, set });
  const lines = [
    ...standing.rights,
    ...hybridLines(scope, on, access),
    ...grants.flatMap((grant) => linesOf(grant, on)),
  ];
  if (on.type !== 'DATABASE' || lines.length > 0) return { lines, grants };
  // Nothing that names it or matches it: a table in it that a policy reaches would show that it is there.
  const reached = await firstReached(scope, on, { ...standing, set });
  return reached === undefined
    ? { lines, grants }
    : { lines: reached.lines, grants: [{ tableId: reached.tableId }] };
}

function sliceOf(scope: ReadScope, on: KeptHome | TagResource, standing: Standing): Promise<Slice> {
  if (isTagResource(on)) return tagSliceOf(scope, on, standing);
  return scope.cached(sliceKey(on, standing), async (): Promise<Cacheable<Slice>> => {
    const { lines, grants } = await linesFor(scope, on, standing);
    const tags = tagsOf(on, grants);
    if (on.type !== 'CATALOG') tags.push(...hybridTags(scope, on, standing));
    return { value: await Slice.of(lines), tags };
  });
}

const tagSliceOf = (
  scope: ReadScope,
  on: TagResource,
  { set, key, rights, force }: Standing,
): Promise<Slice> =>
  scope.cached(
    `slice\n${on.type}\n${on.type === 'LF_TAG_POLICY' ? on.of : ''}\n${on.catalogId}\n${coversOf(on).join()}\n${key}`,
    async (): Promise<Cacheable<Slice>> => ({
      value: await Slice.of([...rights, ...(await tagResourceLines(scope, on, set, force))]),
      tags: [tag('grant', on.catalogId)],
    }),
  );

async function decide(
  scope: ReadScope,
  { permission, resource, withGrantOption = false }: Question,
): Promise<Decision> {
  if (resource.type === 'DATA_LOCATION') {
    const [decision] = await decideLocations(scope, [resource], withGrantOption, permission);
    if (decision !== undefined) return decision;
    throw new Error('a location was asked about and not decided');
  }
  const standing = await standingOf(scope, resource.catalogId);
  return (await sliceOf(scope, homeOf(resource), standing)).decide(resource, permission, withGrantOption);
}

/** What is held on the database of a location, by who counts there. */
async function listGrantsAround(scope: ReadScope, catalogId: string, databaseId: string, standing: Standing) {
  const database: DatabaseResource = { type: 'DATABASE', catalogId, databaseId, database: '' };
  const access = (await hybridAccess(scope, [database], standing)).get(databaseId);
  const set = countingSet(standing.set, access);
  return listDatabaseGrants(scope.tx, catalogId, databaseId, set, standing.force);
}

/** With two statements for all of them. */
async function decideLocations(
  scope: ReadScope,
  places: readonly DataLocationResource[],
  withGrantOption: boolean,
  permission: Question['permission'] = 'DATA_LOCATION_ACCESS',
): Promise<readonly Decision[]> {
  const [first] = places;
  if (first === undefined) return [];
  const standing = await standingOf(scope, first.catalogId);
  const onLocations = await listLocationGrants(scope.tx, first.catalogId, standing.set, standing.force);
  const databaseId = places.find((each) => each.databaseId !== undefined)?.databaseId;
  const onDatabase =
    databaseId === undefined ? [] : await listGrantsAround(scope, first.catalogId, databaseId, standing);
  const slices = new Map<string, Promise<Slice>>();
  return Promise.all(
    places.map(async (place) => {
      const bearing = [
        ...onLocations.filter((grant) => isAtOrUnder(place.location, grantedId(grant))),
        ...(place.databaseId === undefined ? [] : onDatabase),
      ];
      const key = bearing.map(({ id }) => id).join(' ');
      const lines = () => [...standing.rights, ...bearing.flatMap((grant) => linesOf(grant, place))];
      const slice = slices.get(key) ?? Slice.of(lines());
      slices.set(key, slice);
      return (await slice).decide(place, permission, withGrantOption);
    }),
  );
}

async function decideTables(
  scope: ReadScope,
  permission: Question['permission'],
  tables: readonly TableResource[],
): Promise<readonly Decision[]> {
  const [first] = tables;
  if (first === undefined) return [];
  const standing = await standingOf(scope, first.catalogId);
  const grants = await listTableGrants(
    scope.tx,
    first.catalogId,
    tables.map(({ tableId }) => tableId),
    [...new Set(tables.map(({ databaseId }) => databaseId))],
    standing.set,
    standing.force,
  );
  const hybrid = await hybridAccess(scope, tables, standing);
  // Most tables of a page are held through the same wildcard or right: one compiled slice for each set of lines.
  const shared = new Map<string, Promise<Slice>>();
  return Promise.all(
    tables.map(async (table) => {
      const access = hybrid.get(table.tableId);
      const counting = countingSet(standing.set, access);
      const bearing = grants.filter(
        ({ type, tableId, databaseId, policy, principal }) =>
          (type === 'TABLE_WILDCARD'
            ? databaseId === table.databaseId
            : (policy?.onId ?? tableId) === table.tableId) && counting.includes(principal),
      );
      const isShared = access === undefined && bearing.every(({ type }) => type === 'TABLE_WILDCARD');
      const known = isShared ? shared.get(table.databaseId) : undefined;
      const slice =
        known ??
        Slice.of([
          ...standing.rights,
          ...hybridLines(scope, table, access),
          ...bearing.flatMap((grant) => linesOf(grant, table)),
        ]);
      if (isShared) shared.set(table.databaseId, slice);
      return (await slice).decide(table, permission, false);
    }),
  );
}

async function decideDatabases(
  scope: ReadScope,
  permission: Question['permission'],
  databases: readonly DatabaseResource[],
): Promise<readonly Decision[]> {
  // From memory mostly: databases are few, and what is held on them is asked for again and again.
  return Promise.all(databases.map((resource) => decide(scope, { permission, resource })));
}

/** Gate 2 as the catalog sees it. Every answer comes from the model in grants.conf. */
export const dataPermissions: DataPermissions = {
  decide,
  decideTables,
  decideDatabases,
  refusedLocations: (scope, asked) => refusedLocations(scope, asked, decideLocations),
  governedLocations,

  async defaults(scope, catalogId) {
    const settings = await settingsOf(scope, catalogId);
    const toGlue = (list: DataLakeSettings['createTableDefaultPermissions']) =>
      list.map(({ principal, permissions }) => ({
        Principal: { DataLakePrincipalIdentifier: principal },
        Permissions: permissions,
      }));
    return {
      database: toGlue(settings.createDatabaseDefaultPermissions),
      table: toGlue(settings.createTableDefaultPermissions),
    };
  },

  created: grantToCreator,
  async columnsDropped(scope, table, names) {
    await columnsDropped(scope, table, names);
    await columnsUntagged(scope, table, names);
  },
  columnsChanged,
  forgetPrincipal,

  async visibleDatabases(scope, catalogId, afterName, limit) {
    const own = await settingsOf(scope, scope.caller.accountId);
    if (seesAll(scope.caller, catalogId, own)) return 'all';
    const { set, force } = await standingOf(scope, catalogId);
    const open = await openDatabases(scope, catalogId, { set, force }, afterName, limit);
    const granted = await listGrantedDatabases(scope.tx, catalogId, set, force, afterName, limit);
    const named = mergeNamed(granted, open, limit);
    return reachedDatabases(scope, catalogId, { set, force, afterName, limit, named });
  },

  async visibleTables(scope, database, afterName, limit) {
    const standing = await standingOf(scope, database.catalogId);
    // A table that is not there, but would be shown by what is held on all tables of the database: then all are.
    const any: TableResource = { ...database, type: 'TABLE', tableId: EVERY_TABLE, table: '*' };
    const { catalogId, databaseId } = database;
    const { set, force, rights } = standing;
    const wildcards = await listTableGrants(scope.tx, catalogId, [], [databaseId], set, force);
    const slice = await Slice.of([...rights, ...wildcards.flatMap((grant) => linesOf(grant, any))]);
    if (slice.decide(any, 'DESCRIBE', false).allowed) return 'all';
    const open = await openTables(scope, database, standing, afterName, limit);
    const granted = await listGrantedTables(scope.tx, catalogId, databaseId, set, force, afterName, limit);
    const named = mergeNamed(granted, open, limit);
    return reachedTables(scope, database, { set, force, afterName, limit, named });
  },
};
