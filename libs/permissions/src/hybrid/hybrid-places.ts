import type { DataLocation } from '../location/data-location.ts';
import { type LocationPath, readingsOf } from '../location/location-path.ts';

/** As much of a location as the database keeps to find it by: one of that length may have been cut. */
export const KEPT_CHARS = 512;

/** How a client may spell a bucket without anybody taking it for another place. */
const S3_SCHEMES = ['s3://', 's3a://', 's3n://'];

/**
 * The place, where the location is written so that there is no other reading of it. All else stays governed: what is
 * hybrid is open, and a place that one engine takes for another must not become so.
 */
export function plainPlaceOf(location: string): LocationPath | undefined {
  if (location.length >= KEPT_CHARS) return undefined;
  const [place, ...others] = readingsOf(location);
  if (place === undefined || others.length > 0) return undefined;
  return spellingsOf(place).some((spelling) => location.replace(/\/+$/, '') === spelling) ? place : undefined;
}

const spellingsOf = (place: LocationPath): string[] =>
  place.startsWith('s3://')
    ? S3_SCHEMES.map((scheme) => `${scheme}${place.slice('s3://'.length)}`)
    : [place.replace(/\/+$/, '')];

/** Of text that is compared by bytes; without the upper end. */
export interface TextRange {
  readonly low: string;
  readonly high: string;
}

/** Everything that is spelled `PLACE` or `PLACE/…`: no text has a character below U+0001, and `0` follows `/`. */
const rangesAt = (spelling: string): TextRange[] => [
  { low: spelling, high: `${spelling}\u0001` },
  { low: `${spelling}/`, high: `${spelling}0` },
];

/** The place and all that it lies in, the longest first. */
function prefixesOf(place: LocationPath): LocationPath[] {
  const prefixes = [place];
  for (let end = place.lastIndexOf('/'); end > 0; end = place.lastIndexOf('/', end - 1)) {
    prefixes.push(place.slice(0, end));
  }
  return prefixes;
}

/** What an account has registered, asked which of it governs a place and whether that is hybrid. */
export class HybridPlaces {
  readonly #isHybrid: ReadonlyMap<LocationPath, boolean>;

  constructor(registered: readonly Pick<DataLocation, 'location' | 'hybridAccessEnabled'>[]) {
    this.#isHybrid = new Map(
      registered.map(({ location, hybridAccessEnabled }) => [location, hybridAccessEnabled]),
    );
  }

  /** The longest registered prefix of the location, if that is hybrid. */
  governing(location: string): LocationPath | undefined {
    const place = plainPlaceOf(location);
    const prefix =
      place === undefined ? undefined : prefixesOf(place).find((each) => this.#isHybrid.has(each));
    return prefix !== undefined && this.#isHybrid.get(prefix) === true ? prefix : undefined;
  }

  /** Where all that a hybrid prefix governs is among locations as they are written, and little else. */
  ranges(): TextRange[] {
    const hybrid = [...this.#isHybrid].flatMap(([place, isHybrid]) => (isHybrid ? place : []));
    return hybrid
      .filter((place) => !prefixesOf(place).some((above) => above !== place && this.#isHybrid.get(above)))
      .flatMap(spellingsOf)
      .flatMap(rangesAt);
  }
}
