import { notFound, type ReadScope, tag } from '@lakewarden/kernel';

import { governing, type LocationPath, readingsOf } from './location-path.ts';
import type { DataLocation } from './data-location.ts';
import { listDataLocations } from './data-location.repository.ts';

/** What the account has registered, from memory where it is known: mostly nothing. */
export const registeredLocations = async (
  scope: ReadScope,
  catalogId: string,
): Promise<readonly DataLocation[]> => {
  const { locations } = await scope.cached(`data-locations\n${catalogId}`, async () => ({
    value: { locations: await listDataLocations(scope.tx, catalogId) },
    tags: [tag('data-location', catalogId)],
  }));
  return locations;
};

/** Tells whether a registered prefix governs a location, in any of its readings. */
export async function governedLocations(
  scope: ReadScope,
  catalogId: string,
): Promise<(location: string) => boolean> {
  const registered = await registeredLocations(scope, catalogId);
  if (registered.length === 0) return () => false;
  return (location) => readingsOf(location).some((place) => governing(place, registered) !== undefined);
}

/** The same of one. */
export async function isRegistered(
  scope: ReadScope,
  catalogId: string,
  location: string | undefined,
): Promise<boolean> {
  return location !== undefined && (await governedLocations(scope, catalogId))(location);
}

/**
 * A grant is made on what is registered, or on what lies in it.
 * @returns the registration that governs it
 * @throws EntityNotFoundException
 */
export async function requireRegistered(
  scope: ReadScope,
  catalogId: string,
  location: LocationPath,
): Promise<DataLocation> {
  const registered = governing(location, await registeredLocations(scope, catalogId));
  if (registered !== undefined) return registered;
  throw notFound(`No registered location governs ${location}: register it, or a prefix of it, first.`);
}
