import type { DataLocationResource, Decision, NewLocations, ReadScope } from '@lakewarden/kernel';

import { governing, isAtOrUnder, liesIn, mayBeAnywhere, readingsOf } from './location-path.ts';
import { registeredLocations } from './registered-locations.ts';

/** What decides: one answer for each, in their order. */
export type DecideLocations = (
  scope: ReadScope,
  places: readonly DataLocationResource[],
  withGrantOption: boolean,
) => Promise<readonly Decision[]>;

/**
 * @see DataPermissions.refusedLocations. Every reading of a location is asked about: it is refused if one of them is.
 *
 * The location of a database counts only where it is governed itself, which took DATA_LOCATION_ACCESS: otherwise whoever
 * may create a database at an unregistered `s3://bucket` had all that is registered below it (`[L]`, §8).
 */
export async function refusedLocations(
  scope: ReadScope,
  { catalogId, locations, inside, database }: NewLocations,
  decide: DecideLocations,
): Promise<readonly string[]> {
  const registered = locations.length === 0 ? [] : await registeredLocations(scope, catalogId);
  if (registered.length === 0) return [];
  const asked = new Map<string, string[]>();
  for (const location of new Set(locations)) {
    if (liesIn(location, inside)) continue;
    const places = mayBeAnywhere(location) ? registered.map((each) => each.location) : readingsOf(location);
    for (const place of places) {
      if (governing(place, registered) === undefined) continue;
      asked.set(place, [...(asked.get(place) ?? []), location]);
    }
  }
  if (asked.size === 0) return [];
  const around = await database?.();
  const own = readingsOf(around?.location ?? '').filter(
    (place) => governing(place, registered) !== undefined,
  );
  const places = [...asked.keys()].map((location): DataLocationResource => ({
    type: 'DATA_LOCATION',
    catalogId,
    location,
    databaseId: own.some((each) => isAtOrUnder(location, each)) ? around?.id : undefined,
  }));
  const decisions = await decide(scope, places, false);
  const refused = places.filter((_, i) => decisions[i]?.allowed !== true);
  return [...new Set(refused.flatMap(({ location }) => asked.get(location) ?? []))];
}
