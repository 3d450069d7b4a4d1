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
import type { FilterRows } from './story.ts';

/**
 * Data cells filters (§6) again, from the specification alone and in plain loops. It shares nothing with the code that it
 * judges.
 */
export interface OracleFilter {
  readonly id: number;
  readonly database: number;
  readonly table: number;
  readonly name: string;
  /** `none`: what it looked at is no longer there. */
  rows: FilterRows | 'none';
  columns: readonly string[];
  isExclude: boolean;
}

interface FilterGrant extends Bounded {
  readonly filter: OracleFilter;
  readonly principal: string;
  readonly permission: string;
}

/** Columns that one grant shows, and in which rows. */
export interface Shown {
  readonly kind: 'column' | 'except';
  readonly columns: readonly string[];
  readonly rows: FilterRows | 'none';
}

/** The sample rows: in each, all columns have this value. */
const VALUES = ['x', 'y'] as const;

const admits = (rows: Shown['rows'] | undefined, value: string): boolean => {
  if (rows === undefined || rows === 'all') return true;
  if (rows === 'none') return false;
  return (rows.is === value) !== rows.not;
};

type Giving = Pick<Shown, 'columns'> & { readonly kind: string; readonly rows?: Shown['rows'] };

const shows = (giving: Giving, column: string): boolean => {
  if (giving.kind === 'column') return giving.columns.includes(column);
  return giving.kind !== 'except' || !giving.columns.includes(column);
};

/** Whether the column is shown in every row: what tells of all of its values is for those who see it so. */
export const showsEveryRow = (giving: readonly Giving[], column: string): boolean =>
  giving.some((each) => (each.rows === undefined || each.rows === 'all') && shows(each, column));

/** A column of a row is seen if a grant that admits the row shows it; undefined where no grant looks at rows. */
export function seenCells(
  giving: readonly Giving[],
  columns: readonly string[],
): Readonly<Record<string, string[]>> | undefined {
  if (giving.every(({ rows }) => rows === undefined || rows === 'all')) return undefined;
  const seen: Record<string, string[]> = {};
  for (const value of VALUES) {
    const admitting = giving.filter(({ rows }) => admits(rows, value));
    seen[value] = columns.filter((column) => admitting.some((each) => shows(each, column))).sort();
  }
  return seen;
}

export class OracleFilters {
  #filters: OracleFilter[] = [];
  #grants: FilterGrant[] = [];
  #ids = 0;
  readonly #time: StoryTime;

  constructor(time: StoryTime) {
    this.#time = time;
  }

  find(table: number, name: string): OracleFilter | undefined {
    return this.#filters.find((filter) => filter.table === table && filter.name === name);
  }

  of(table: number): OracleFilter[] {
    return this.#filters.filter((filter) => filter.table === table);
  }

  add(filter: Omit<OracleFilter, 'id'>): void {
    this.#filters.push({ ...filter, id: (this.#ids += 1) });
  }

  /** §10: with it go its grants. */
  drop(isGone: (filter: OracleFilter) => boolean): void {
    this.#filters = this.#filters.filter((filter) => !isGone(filter));
    this.#grants = this.#grants.filter(({ filter }) => this.#filters.includes(filter));
  }

  /** §5, §6: a dropped column leaves the lists, and an expression over it admits nothing from then on. */
  dropColumns(table: number, dropped: readonly string[]): void {
    for (const filter of this.of(table)) {
      filter.columns = filter.columns.filter((column) => !dropped.includes(column));
      if (typeof filter.rows === 'object' && dropped.includes(filter.rows.column)) filter.rows = 'none';
    }
  }

  /** SELECT on a filter is SELECT of its columns, in its rows. */
  shownOn(table: number, names: readonly string[]): Shown[] {
    return this.#grants
      .filter((held) => {
        const { filter, permission, principal } = held;
        return (
          filter.table === table &&
          permission === 'SELECT' &&
          names.includes(principal) &&
          counts(names, held, this.#time)
        );
      })
      .map(({ filter }) => ({
        kind: filter.isExclude ? 'except' : 'column',
        columns: filter.columns,
        rows: filter.rows,
      }));
  }

  showsDatabase(database: number, names: readonly string[]): boolean {
    return this.#grants.some(
      (held) =>
        held.filter.database === database &&
        held.permission === 'SELECT' &&
        names.includes(held.principal) &&
        counts(names, held, this.#time),
    );
  }

  /** Whatever is held on a filter shows it; to pass it on takes the permission itself. */
  isHeld(
    filter: OracleFilter,
    permission: string,
    names: readonly string[],
    /** What it is passed on under; what is held under a condition or for a time passes on no more than that. */
    passing: Bounds | undefined,
  ): boolean {
    return this.#grants.some((held) => {
      if (held.filter !== filter || !names.includes(held.principal)) return false;
      if (!counts(names, held, this.#time)) return false;
      if (passing !== undefined)
        return held.option && held.permission === permission && covers(held, passing);
      return held.permission === permission || permission === 'DESCRIBE';
    });
  }

  grant(
    filter: OracleFilter,
    principal: string,
    permission: string,
    given: { readonly option: boolean } & Bounds,
  ): void {
    const held = this.#find(filter, principal, permission, given.when);
    if (held === undefined) this.#grants.push({ filter, principal, permission, ...given });
    else addTo(held, given);
  }

  /** @returns false: one of them is not held so, and nothing is revoked */
  revoke(
    filter: OracleFilter,
    principal: string,
    permissions: readonly string[],
    options: readonly string[],
    { when }: Bounds,
    permit: Permit,
  ): boolean {
    const heldOf = (permission: string) => {
      const held = this.#find(filter, principal, permission, when);
      return held === undefined || hasExpired(held, this.#time) ? undefined : held;
    };
    const gone = permissions.map(heldOf);
    const narrowed = options.filter((permission) => !permissions.includes(permission)).map(heldOf);
    if (gone.includes(undefined) || narrowed.some((held) => held?.option !== true)) return false;
    for (const held of [...gone, ...narrowed]) if (held !== undefined) permit(held.permission, held.until);
    this.#grants = this.#grants.filter((held) => !gone.includes(held));
    for (const held of narrowed) if (held !== undefined) held.option = false;
    return true;
  }

  #find(
    filter: OracleFilter,
    principal: string,
    permission: string,
    when: string | undefined,
  ): FilterGrant | undefined {
    return this.#grants.find(
      (held) =>
        held.filter === filter &&
        held.principal === principal &&
        held.permission === permission &&
        held.when === when,
    );
  }
}
