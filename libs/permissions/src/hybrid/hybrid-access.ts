import {
  type DatabaseResource,
  EVERY_TABLE,
  type GovernedResource,
  type ReadScope,
  tag,
  type TableResource,
} from '@lakewarden/kernel';

import { byName } from '../by-name.ts';
import { inForce, type InForce } from '../condition/in-force.ts';
import { IAM_ALLOWED_PRINCIPALS } from '../decision/caller-set.ts';
import type { SliceLine } from '../decision/rule.ts';
import type { NamedId } from '../grant/grant.repository.ts';
import { arnOfPlace, type LocationPath } from '../location/location-path.ts';
import { registeredLocations } from '../location/registered-locations.ts';
import {
  findLocated,
  findSomeInRanges,
  isOptedInOnDatabase,
  listDatabasesInRanges,
  listInRanges,
  listLocated,
  type LocatedName,
} from './hybrid-access.repository.ts';
import { HybridPlaces } from './hybrid-places.ts';

/** What hybrid access makes of one thing for one caller; absent for what no hybrid prefix governs. */
export type HybridAccess =
  | { readonly kind: 'open'; readonly place: LocationPath }
  /** He is opted in: grants govern him, and IAM alone does not. */
  | { readonly kind: 'opted-in' };

/** Who asks, as decisions know him. */
export interface HybridCaller {
  readonly set: readonly string[];
  readonly force: InForce;
}

/** Grants govern callers of other accounts, wherever the data lies. */
const mayBeHybrid = (scope: ReadScope, catalogId: string, { force }: HybridCaller): boolean =>
  force.hasHybrid && scope.caller.accountId === catalogId;

const placesOf = async (scope: ReadScope, catalogId: string): Promise<HybridPlaces> =>
  new HybridPlaces(await registeredLocations(scope, catalogId));

/** By the ids of the things; with one statement, and none where the account has no hybrid location. */
export async function hybridAccess(
  scope: ReadScope,
  things: readonly (DatabaseResource | TableResource)[],
  caller: HybridCaller,
): Promise<ReadonlyMap<string, HybridAccess>> {
  const [first] = things;
  // All tables of a database, also those of tomorrow, lie nowhere.
  if (things.every((each) => each.type === 'TABLE' && each.tableId === EVERY_TABLE)) return new Map();
  if (first === undefined || !mayBeHybrid(scope, first.catalogId, caller)) return new Map();
  const places = await placesOf(scope, first.catalogId);
  const located = await findLocated(
    scope.tx,
    first.catalogId,
    { set: caller.set, conditions: caller.force.conditions },
    things.flatMap((each) => (each.type === 'DATABASE' ? each.databaseId : [])),
    things.flatMap((each) => (each.type === 'TABLE' ? each.tableId : [])),
  );
  return new Map(
    located.flatMap(({ id, location, isOptedIn }) => {
      const place = places.governing(location);
      if (place === undefined) return [];
      return [[id, isOptedIn ? { kind: 'opted-in' } : { kind: 'open', place }] as const];
    }),
  );
}

export const idOf = (thing: DatabaseResource | TableResource): string =>
  thing.type === 'TABLE' ? thing.tableId : thing.databaseId;

/** Whose grants count: for who is opted in, those to IAM_ALLOWED_PRINCIPALS do not. */
export const countingSet = (set: readonly string[], access: HybridAccess | undefined): readonly string[] =>
  access?.kind === 'opted-in' ? set.filter((principal) => principal !== IAM_ALLOWED_PRINCIPALS) : set;

/** That IAM alone decides, as a line of the slice. */
export const hybridLines = (
  scope: ReadScope,
  thing: DatabaseResource | TableResource,
  access: HybridAccess | undefined,
): SliceLine[] => {
  if (access?.kind !== 'open') return [];
  const arn = arnOfPlace(access.place);
  return [
    {
      type: 'HYBRID',
      resource: idOf(thing),
      permission: 'ALL',
      grantOption: false,
      columns: { kind: 'all' },
      reason: {
        gate: 2,
        kind: 'hybrid',
        id: arn,
        principal: scope.caller.arn,
        resource: `hybrid location ${arn}`,
        permission: 'ALL',
        grantOption: false,
      },
    },
  ];
};

/**
 * What has to change, besides what is held and who is opted in, for a slice to be stale. An account without a hybrid
 * location keeps its slices under another key (InForce), and none of them waits for this.
 */
export function hybridTags(
  scope: ReadScope,
  thing: DatabaseResource | TableResource,
  caller: HybridCaller,
): string[] {
  if (!mayBeHybrid(scope, thing.catalogId, caller)) return [];
  return [
    tag('data-location', thing.catalogId),
    thing.type === 'TABLE' ? tag('table', thing.tableId) : tag('database', thing.databaseId),
  ];
}

/** Whether a hybrid prefix governs it: then it is open to whoever is not opted in. */
export async function isHybrid(scope: ReadScope, thing: GovernedResource): Promise<boolean> {
  if (thing.type !== 'TABLE' && thing.type !== 'DATABASE') return false;
  const force = await inForce(scope, thing.catalogId);
  return (await hybridAccess(scope, [thing], { set: [], force })).has(idOf(thing));
}

/** By name. @param more may repeat what is there */
export function mergeNamed(found: readonly NamedId[], more: readonly NamedId[], limit: number): NamedId[] {
  if (more.length === 0) return [...found];
  const byId = new Map([...found, ...more].map((each) => [each.id, each]));
  return [...byId.values()].sort(byName).slice(0, limit);
}

const isIn =
  (places: HybridPlaces) =>
  ({ location }: LocatedName): boolean =>
    places.governing(location) !== undefined;

/** Databases that are open to the caller by where they lie, by name. @param afterName exclusive */
export async function openDatabases(
  scope: ReadScope,
  catalogId: string,
  caller: HybridCaller,
  afterName: string,
  limit: number,
): Promise<NamedId[]> {
  if (!mayBeHybrid(scope, catalogId, caller)) return [];
  const places = await placesOf(scope, catalogId);
  const walk = { set: caller.set, conditions: caller.force.conditions, ranges: places.ranges(), limit };
  const found: NamedId[] = [];
  for (let after = afterName; found.length < limit;) {
    const next = await listDatabasesInRanges(scope.tx, catalogId, { ...walk, afterName: after });
    found.push(...next.filter(isIn(places)));
    if (next.length < limit) break;
    after = next.at(-1)?.name ?? after;
  }
  return found.slice(0, limit);
}

/**
 * Tables of the database that are open to the caller by where they lie, by name. Where they are fewer than asked for, no
 * others are looked at. Otherwise the next names are, and only where these are mostly others all that are open are gone
 * through: cost follows what is seen.
 */
export async function openTables(
  scope: ReadScope,
  { catalogId, databaseId }: DatabaseResource,
  caller: HybridCaller,
  afterName: string,
  limit: number,
): Promise<NamedId[]> {
  if (!mayBeHybrid(scope, catalogId, caller)) return [];
  const optedIn = { set: caller.set, conditions: caller.force.conditions };
  if (await isOptedInOnDatabase(scope.tx, catalogId, databaseId, optedIn)) return [];
  const places = await placesOf(scope, catalogId);
  const walk = { ...optedIn, databaseId, ranges: places.ranges() };
  if (afterName === '') {
    const some = await findSomeInRanges(scope.tx, { ...walk, limit });
    if (some.length < limit) return some.filter(isIn(places)).sort(byName);
  }
  const found: NamedId[] = [];
  for (let after = afterName; found.length < limit;) {
    const near = await listLocated(scope.tx, { ...walk, afterName: after, limit: 2 * limit });
    const open = near.filter((table) => !table.isOptedIn && isIn(places)(table));
    const isDense = open.length >= limit || near.length < 2 * limit;
    const next = isDense ? near : await listInRanges(scope.tx, { ...walk, afterName: after, limit });
    found.push(...(isDense ? open : next.filter(isIn(places))));
    if (next.length < (isDense ? 2 * limit : limit)) break;
    after = next.at(-1)?.name ?? after;
  }
  return found.slice(0, limit);
}
