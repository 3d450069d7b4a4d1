import type { StoryTime } from './oracle-bounds.ts';
import {
  addTo,
  type Bounded,
  type Bounds,
  counts,
  covers,
  hasExpired,
  type Permit,
} from './oracle-bounds.ts';

/**
 * Data locations (§8) again, from the specification alone. It shares nothing with the code that it judges: a place is a
 * list of words here.
 */
interface Place {
  readonly bucket: string;
  readonly words: readonly string[];
}

interface LocationGrant extends Bounded {
  readonly place: string;
  readonly principal: string;
}

/** `s3://b/a/x`: as it is written, and as a file system would go there; either with `%2f` as it is or as `/`. */
function meant(location: string): Place[] {
  return location.includes('%')
    ? [...taken(location), ...taken(decodeURIComponent(location))]
    : taken(location);
}

function taken(location: string): Place[] {
  const [scheme = '', , host = '', ...rest] = location.split('/');
  const bucket = host.toLowerCase();
  if (!['s3:', 's3a:', 's3n:'].includes(scheme)) return [];
  const written = [...rest];
  while (written.at(-1) === '') written.pop();
  const walked: string[] = [];
  for (const word of rest) {
    if (word === '..') walked.pop();
    else if (word !== '' && word !== '.') walked.push(word);
  }
  return [
    { bucket, words: written },
    { bucket, words: walked },
  ];
}

function isAbove(above: Place, place: Place): boolean {
  return above.bucket === place.bucket && above.words.every((word, i) => place.words[i] === word);
}

const some = (above: string, place: Place): boolean => meant(above).some((each) => isAbove(each, place));

/** The caller, as far as this part of the rule looks at him. */
export interface LocationCaller {
  readonly isAdmin: boolean;
  readonly names: readonly string[];
}

export class OracleLocations {
  #registered: string[] = [];
  #grants: LocationGrant[] = [];
  readonly #time: StoryTime;

  constructor(time: StoryTime) {
    this.#time = time;
  }

  /** @returns false: it is there already */
  register(location: string): boolean {
    if (this.#registered.includes(location)) return false;
    this.#registered.push(location);
    return true;
  }

  /** Grants stay. @returns false: it is not there */
  deregister(location: string): boolean {
    const before = this.#registered.length;
    this.#registered = this.#registered.filter((each) => each !== location);
    return this.#registered.length < before;
  }

  isRegistered(location: string): boolean {
    return this.#registered.includes(location);
  }

  isGoverned(location: string): boolean {
    return meant(location).some((place) => this.#registered.some((each) => some(each, place)));
  }

  /** @param passing what it is passed on under: what is held under a condition or for a time passes on no more than that */
  mayPassOn({ isAdmin, names }: LocationCaller, location: string, passing: Bounds): boolean {
    if (isAdmin) return true;
    const passable = this.#grants.filter(
      (held) =>
        held.option &&
        names.includes(held.principal) &&
        counts(names, held, this.#time) &&
        covers(held, passing),
    );
    return meant(location).every((place) => passable.some((held) => some(held.place, place)));
  }

  #find(place: string, principal: string, when: string | undefined): LocationGrant | undefined {
    return this.#grants.find(
      (held) => held.place === place && held.principal === principal && held.when === when,
    );
  }

  grant(place: string, principal: string, given: { readonly option: boolean } & Bounds): void {
    const same = this.#find(place, principal, given.when);
    if (same === undefined) this.#grants.push({ place, principal, ...given });
    else addTo(same, given);
  }

  /** @returns false: nothing of it was held */
  revoke(
    place: string,
    principal: string,
    { optionOnly, when }: { readonly optionOnly: boolean } & Bounds,
    permit: Permit,
  ): boolean {
    const same = this.#find(place, principal, when);
    if (same === undefined || hasExpired(same, this.#time) || (optionOnly && !same.option)) return false;
    permit('DATA_LOCATION_ACCESS', same.until);
    if (optionOnly) same.option = false;
    else this.#grants = this.#grants.filter((held) => held !== same);
    return true;
  }

  /** The longest prefix that governs the place. */
  #prefixOf(place: Place): Place | undefined {
    const around = this.#registered.flatMap(meant).filter((prefix) => isAbove(prefix, place));
    return around.sort((a, b) => b.words.length - a.words.length)[0];
  }

  /** Whether the place lies in that location, and the prefix that governs the place governs it too. */
  #isAround(location: string | undefined, place: Place, { bucket, words }: Place): boolean {
    return meant(location ?? '').some((around) => {
      const governing = this.#prefixOf(around);
      const isGovernedSo = governing?.bucket === bucket && governing.words.join('/') === words.join('/');
      return isGovernedSo && isAbove(around, place);
    });
  }

  /**
   * @param inside where the table is already
   * @param home the database's own location, where the caller may create tables in it
   */
  mayUse(
    { isAdmin, names }: LocationCaller,
    location: string,
    { inside, home }: { inside?: string | undefined; home?: string | undefined },
  ): boolean {
    if (isAdmin) return true;
    return meant(location).every((place) => {
      const prefix = this.#prefixOf(place);
      if (prefix === undefined || this.#isAround(inside, place, prefix)) return true;
      const isHome = this.#isAround(home, place, prefix);
      if (isHome) return true;
      return this.#grants.some(
        (held) =>
          names.includes(held.principal) && counts(names, held, this.#time) && some(held.place, place),
      );
    });
  }
}
