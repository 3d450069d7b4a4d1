import { defineRead, type Page, type PageRequest, type ReadScope } from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import { inForce } from '../condition/in-force.ts';
import type { GrantedType } from '../grant/grant.ts';
import { type HeldPermissions, seenBy, toHeld } from '../grant/list-permissions.ts';
import { type GrantGroup, listGrantGroups } from '../grant/list-permissions.repository.ts';
import type { DataLocation } from './data-location.ts';
import { fillPage } from './fill-page.ts';
import { listLocatedTables, locationsOf } from './located.repository.ts';
import {
  governing,
  isAtOrUnder,
  type LocationPath,
  markOf,
  placeOfArn,
  readingsOf,
} from './location-path.ts';
import { registeredLocations } from './registered-locations.ts';

/**
 * `[L]`: of what ListPermissions would show, as much is compared with the path at one request, in such batches. A page
 * may be short, or empty, and have a next one, as AWS allows, where more than that lies elsewhere.
 */
const MAX_COMPARED = 10_000;
const BATCH = 1_000;

/** What has a place: grants on the catalog, and on LF-tags, have none. */
const LOCATED: readonly GrantedType[] = [
  'DATABASE',
  'TABLE',
  'TABLE_WILDCARD',
  'COLUMN',
  'COLUMNS_EXCEPT',
  'FILTER',
  'DATA_LOCATION',
];

const ids = (found: readonly (string | undefined)[]): string[] => [
  ...new Set(found.filter((id) => id !== undefined)),
];

/** It lies there, around it or in it, whatever it is taken for. */
const touches = (location: string, place: LocationPath): boolean =>
  readingsOf(location).some((each) => isAtOrUnder(each, place) || isAtOrUnder(place, each));

/** On a database or table that touches the place, or on what governs it. */
const concerns =
  (place: LocationPath, locations: ReadonlyMap<string, string>, registered: readonly DataLocation[]) =>
  (group: GrantGroup): boolean => {
    if (group.type === 'DATA_LOCATION') {
      // Grants on what has been deregistered are dormant.
      return group.columns.some(
        (each) => isAtOrUnder(place, each) && governing(each, registered) !== undefined,
      );
    }
    const location = locations.get(group.tableId ?? group.databaseId ?? '');
    return location !== undefined && touches(location, place);
  };

/** Asks of databases, of each once, whether any of their tables touches the place: a grant on all tables reaches that one. */
function holdingThere(scope: ReadScope, place: LocationPath): (databaseId: string) => Promise<boolean> {
  const known = new Map<string, boolean>();
  const look = async (databaseId: string): Promise<boolean> => {
    for (let after = ''; ;) {
      const tables = await listLocatedTables(scope.tx, databaseId, markOf(place), after, BATCH);
      if (tables.some(({ location }) => touches(location, place))) return true;
      const last = tables.at(-1);
      if (tables.length < BATCH || last === undefined) return false;
      after = last.name;
    }
  };
  return async (databaseId) => {
    const answer = known.get(databaseId) ?? (await look(databaseId));
    known.set(databaseId, answer);
    return answer;
  };
}

export interface PermissionsForPath extends PageRequest {
  readonly catalogId: string;
  readonly arn: string;
}

/**
 * Goes through what ListPermissions shows the caller, in its order. Tables are read where all of a database's are
 * granted, and there alone.
 *
 * @throws InvalidInputException the ARN names no place
 * @see spec/permissions.md §8, §9
 */
export const getEffectivePermissionsForPath = defineRead({
  action: 'lakeformation:GetEffectivePermissionsForPath',

  async run(scope, command: PermissionsForPath): Promise<Page<HeldPermissions>> {
    const { catalogId, limit, token } = command;
    await authorizeLake(scope, catalogId);
    const place = placeOfArn(command.arn);
    const question = ['GetEffectivePermissionsForPath', catalogId, place, scope.caller.arn];
    const search = {
      catalogId,
      principal: undefined,
      types: LOCATED,
      on: undefined,
      includeRelated: false,
      seen: await seenBy(scope, catalogId),
      force: await inForce(scope, catalogId),
    };
    const registered = await registeredLocations(scope, catalogId);
    const holdsThere = holdingThere(scope, place);
    const { items, last } = await fillPage<GrantGroup>({
      after: token === undefined ? undefined : scope.tokens.open(question, token).toString(),
      positionOf: ({ position }) => position,
      read: (after, most) => listGrantGroups(scope.tx, { ...search, after, limit: most }),
      async keep(groups) {
        const locations = await locationsOf(
          scope.tx,
          ids(groups.map(({ tableId, databaseId }) => (tableId === undefined ? databaseId : undefined))),
          ids(groups.map(({ tableId }) => tableId)),
        );
        const isConcerned = concerns(place, locations, registered);
        const found: GrantGroup[] = [];
        for (const group of groups) {
          const { type, databaseId = '' } = group;
          if (isConcerned(group) || (type === 'TABLE_WILDCARD' && (await holdsThere(databaseId)))) {
            found.push(group);
          }
        }
        return found;
      },
      limit,
      batch: BATCH,
      most: MAX_COMPARED,
    });
    const cursorAt = (position: string): string => scope.tokens.issue(question, Buffer.from(position));
    return {
      items: items.map(toHeld),
      cursorAt: (index) => {
        const group = items[index];
        return group === undefined ? '' : cursorAt(group.position);
      },
      ...(last !== undefined && { next: cursorAt(last) }),
    };
  },
});
