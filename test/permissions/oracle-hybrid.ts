import { isTrueOf } from './oracle-conditions.ts';

/**
 * Hybrid access (§8) again, from the specification alone. It shares nothing with the code that it judges, nor with the
 * oracle of data locations: which prefix governs is found by trying them from the longest on.
 */
type Kind = 'catalog' | 'database' | 'tables' | 'table';

export interface OptedOn {
  readonly kind: Kind;
  /** Absent on the catalog. */
  readonly database?: number | undefined;
  readonly table?: number | undefined;
}

interface OptIn extends OptedOn {
  readonly principal: string;
  readonly when: string | undefined;
}

/** What is decided about: a table, or without one the database itself. */
export interface HybridThing {
  readonly database: number;
  readonly table?: number | undefined;
  readonly location: string | undefined;
}

/** One bucket and plain words: whatever two readers could take for two places is not hybrid. */
const PLAIN = /^s3[an]?:\/\/([a-z0-9.-]+)((?:\/[^/%?#]+)*)\/*$/;

function plainWords(location: string): string[] | undefined {
  const [, bucket, path = ''] = PLAIN.exec(location) ?? [];
  const words = path.split('/').slice(1);
  if (bucket === undefined || location.length > 511 || words.some((word) => /^\.\.?$/.test(word))) return;
  return [bucket, ...words];
}

const isSame = (a: OptIn, b: OptIn): boolean =>
  a.kind === b.kind &&
  a.database === b.database &&
  a.table === b.table &&
  a.principal === b.principal &&
  a.when === b.when;

export class OracleHybrid {
  #prefixes: { readonly words: readonly string[]; isHybrid: boolean }[] = [];
  #optIns: OptIn[] = [];

  register(location: string, isHybrid: boolean): void {
    this.deregister(location);
    this.#prefixes.push({ words: plainWords(location) ?? [], isHybrid });
    this.#prefixes.sort((a, b) => b.words.length - a.words.length);
  }

  deregister(location: string): void {
    const words = plainWords(location) ?? [];
    this.#prefixes = this.#prefixes.filter((each) => each.words.join('/') !== words.join('/'));
  }

  isHybrid(location: string | undefined): boolean {
    const words = location === undefined ? undefined : plainWords(location);
    if (words === undefined) return false;
    const longest = this.#prefixes.find((prefix) => prefix.words.every((word, i) => words[i] === word));
    return longest?.isHybrid === true;
  }

  optIn(on: OptedOn, principal: string, when: string | undefined): void {
    const made = { ...on, principal, when };
    if (!this.#optIns.some((each) => isSame(each, made))) this.#optIns.push(made);
  }

  /** @returns false: he is not opted in on just that */
  optOut(on: OptedOn, principal: string, when: string | undefined): boolean {
    const before = this.#optIns.length;
    this.#optIns = this.#optIns.filter((each) => !isSame(each, { ...on, principal, when }));
    return this.#optIns.length < before;
  }

  optInsOf(principal: string): readonly OptedOn[] {
    return this.#optIns.filter((each) => each.principal === principal);
  }

  gone(isGone: (on: OptedOn) => boolean): void {
    this.#optIns = this.#optIns.filter((each) => !isGone(each));
  }

  /** Whether grants govern the caller there as anywhere, not at all, or so that IAM alone gives him nothing. */
  accessOf(
    names: readonly string[],
    { database, table, location }: HybridThing,
  ): 'usual' | 'open' | 'opted in' {
    if (!this.isHybrid(location)) return 'usual';
    const isOptedIn = this.#optIns.some((each) => {
      if (!names.includes(each.principal)) return false;
      if (!isTrueOf(names, each.when)) return false;
      switch (each.kind) {
        case 'catalog':
          return true;
        case 'database':
          return each.database === database;
        case 'tables':
          return table !== undefined && each.database === database;
        case 'table':
          return table !== undefined && each.table === table;
      }
    });
    return isOptedIn ? 'opted in' : 'open';
  }
}
