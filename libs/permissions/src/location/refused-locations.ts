import type { DataLocationResource, Decision, NewLocations, ReadScope } from '@lakewarden/kernel';

import type { DataLocation } from './data-location.ts';
import { governing, isAtOrUnder, mayBeAnywhere, readingsOf } from './location-path.ts';
import { registeredLocations } from './registered-locations.ts';

/** What decides: one answer for each, in their order. */
export type DecideLocations = (
  scope: ReadScope,
  places: readonly DataLocationResource[],
  withGrantOption: boolean,
) => Promise<readonly Decision[]>;

/**
 * Tells of a place whether it lies in the given location, and the same registered prefix governs both. Around it is not
 * enough (`[L]`, §8): whoever put something at `s3://bucket` while nobody asked had all that is registered below it.
 */
function governedIn(
  around: string | undefined,
  registered: readonly DataLocation[],
): (place: string) => boolean {
  const places = readingsOf(around ?? '').map((place) => ({ place, by: governing(place, registered) }));
  return (place) => {
    const by = governing(place, registered);
    return by !== undefined && places.some((each) => each.by === by && isAtOrUnder(place, each.place));
  };
}

/**
 * @see DataPermissions.refusedLocations. Every reading of a location is asked about: it is refused if one of them is. The
 * locations of the table and of its database count for what the prefix governs that governs them.
 */
export async function refusedLocations(
  scope: ReadScope,
  { catalogId, locations, inside, database }: NewLocations,
  decide: DecideLocations,
): Promise<readonly string[]> {
  const registered = locations.length === 0 ? [] : await registeredLocations(scope, catalogId);
  if (registered.length === 0) return [];
  const isInside = governedIn(inside, registered);
  const asked = new Map<string, string[]>();
  for (const location of new Set(locations)) {
    const isAnywhere = mayBeAnywhere(location);
    const places = isAnywhere ? registered.map((each) => each.location) : readingsOf(location);
    for (const place of places) {
      if (governing(place, registered) === undefined || (!isAnywhere && isInside(place))) continue;
      asked.set(place, [...(asked.get(place) ?? []), location]);
    }
  }
  if (asked.size === 0) return [];
  const around = await database?.();
  const isHome = governedIn(around?.location, registered);
  const places = [...asked.keys()].map((location): DataLocationResource => ({
    type: 'DATA_LOCATION',
    catalogId,
    location,
    databaseId: isHome(location) ? around?.id : undefined,
  }));
  const decisions = await decide(scope, places, false);
  const refused = places.filter((_, i) => decisions[i]?.allowed !== true);
  return [...new Set(refused.flatMap(({ location }) => asked.get(location) ?? []))];
}
