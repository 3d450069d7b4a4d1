import { addTo, type Bounds, counts, covers, StoryTime } from './oracle-bounds.ts';
import { OracleFilters } from './oracle-filters.ts';
import { OracleHybrid } from './oracle-hybrid.ts';
import { type LocationCaller, OracleLocations } from './oracle-locations.ts';
import { OracleTags, type TagCaller } from './oracle-tags.ts';
import {
  columnsOf,
  type Database,
  denied,
  EVERYBODY,
  type Giving,
  GRANTABLE,
  type Held,
  missing,
  sameList,
  shows,
  type Table,
} from './oracle-world.ts';
import { pathOf } from './story.ts';

/** What there is, what is held, and what follows from it for a caller (§2 to §9). */
export class OracleDecision {
  admins: readonly string[] = ['admin'];
  readOnlyAdmins: readonly string[] = [];
  isOpen = false;
  members: { group: string; user: string }[] = [];
  databases: Database[] = [];
  held: Held[] = [];
  readonly time = new StoryTime();
  readonly locations = new OracleLocations(this.time);
  readonly hybrid = new OracleHybrid();
  readonly filters = new OracleFilters(this.time);
  /** A grant that is being made, or taken back: what is held under a condition or for a time passes on no more than that. */
  passing: Bounds | undefined;
  readonly tags = new OracleTags(this.time);
  ids = 0;

  /** §8: what a hybrid location makes of a table, or of a database itself. */
  #accessOf(caller: string, database: Database, table: Table | undefined) {
    const { location } = table ?? database;
    return this.hybrid.accessOf(this.names(caller), { database: database.id, table: table?.id, location });
  }

  /** Who is opted in is not one of those whom IAM alone decides about. */
  #namesOn(caller: string, database: Database, table: Table | undefined): string[] {
    const names = this.names(caller);
    if (this.#accessOf(caller, database, table) !== 'opted in') return names;
    return names.filter((name) => name !== 'IAM_ALLOWED_PRINCIPALS');
  }

  tagCaller(caller: string): TagCaller {
    return {
      isAdmin: this.isAdmin(caller),
      seesAll: this.mayCatalog(caller, 'DESCRIBE'),
      names: this.names(caller),
      creator: caller.replace('session/', 'role/'),
    };
  }

  /** §2. */
  names(caller: string): string[] {
    const own = [caller, ...EVERYBODY];
    if (caller.startsWith('session/')) own.push(caller.replace('session/', 'role/'));
    for (const { group, user } of this.members) if (user === caller) own.push(`group/${group}`);
    return own;
  }

  isAdmin(caller: string): boolean {
    return this.names(caller).some((name) => this.admins.includes(name));
  }

  isReadOnlyAdmin(caller: string): boolean {
    return this.names(caller).some((name) => this.readOnlyAdmins.includes(name));
  }

  locationCaller(caller: string): LocationCaller {
    return { isAdmin: this.isAdmin(caller), names: this.names(caller) };
  }

  /** §8, §9: where a new location is registered, it takes DATA_LOCATION_ACCESS. */
  place(
    caller: string,
    { now, before, database }: { now: string | undefined; before?: string | undefined; database?: Database },
  ): void {
    if (now === undefined || now === before) return;
    // By what is granted: a hybrid location takes DATA_LOCATION_ACCESS of whom IAM lets make tables.
    const isMaker = database !== undefined && this.#isGivenDatabase(caller, database, 'CREATE_TABLE');
    const home = isMaker ? database.location : undefined;
    if (!this.locations.mayUse(this.locationCaller(caller), now, { inside: before, home })) throw denied();
  }

  /** What the caller holds, and with grant option where that is asked. */
  #holds(caller: string, withOption: boolean, names: readonly string[] = this.names(caller)): Held[] {
    const counting = this.held.filter((held) => counts(names, held, this.time));
    const passing = this.passing;
    const covering = passing === undefined ? counting : counting.filter((held) => covers(held, passing));
    return covering.filter((held) => names.includes(held.principal) && (!withOption || held.option));
  }

  /** §4 and §9: passing on takes the same permission, or ALL; following from another is not enough. */
  mayCatalog(caller: string, permission: string, withOption = false): boolean {
    if (this.isAdmin(caller)) return true;
    if (!withOption && permission === 'DESCRIBE' && this.isReadOnlyAdmin(caller)) return true;
    // ALL is every permission of the catalog's row in §3, and DESCRIBE is none of it.
    const isOfRow = GRANTABLE.catalog.includes(permission);
    for (const held of this.#holds(caller, withOption)) {
      if (held.kind !== 'catalog') continue;
      if (held.permission === permission || (held.permission === 'ALL' && isOfRow)) return true;
    }
    return false;
  }

  mayDatabase(caller: string, database: Database, permission: string, withOption = false): boolean {
    if (!withOption && this.#accessOf(caller, database, undefined) === 'open') return true;
    return this.#isGivenDatabase(caller, database, permission, withOption);
  }

  #isGivenDatabase(caller: string, database: Database, permission: string, withOption = false): boolean {
    if (this.isAdmin(caller)) return true;
    if (!withOption && permission === 'DESCRIBE' && this.isReadOnlyAdmin(caller)) return true;
    const names = this.#namesOn(caller, database, undefined);
    for (const held of this.#holds(caller, withOption, names)) {
      if (held.database !== database.id) continue;
      if (held.kind === 'database' && (held.permission === permission || held.permission === 'ALL'))
        return true;
      // Whatever is held on it or in it shows that it is there.
      if (!withOption && permission === 'DESCRIBE') return true;
    }
    const follows = permission === 'DESCRIBE' && !withOption;
    if (follows && this.filters.showsDatabase(database.id, names)) return true;
    const byTags = this.tags.onDatabase(names, database.id, withOption, this.passing);
    if (byTags.some((given) => given === permission || given === 'ALL' || follows)) return true;
    return follows && database.tables.some((table) => this.#byTags(names, database, table, false).length > 0);
  }

  /** What policies on tables give of this one; where only columns match that is SELECT of them alone. */
  #byTags(names: readonly string[], database: Database, table: Table, withOption: boolean) {
    const place = { database: database.id, table: table.id, columns: columnsOf(table) };
    return this.tags
      .onTable(names, place, withOption, this.passing)
      .filter(({ permission, isWhole }) => isWhole || permission === 'SELECT' || permission === 'ALL');
  }

  seesWholeDatabase(caller: string, database: Database): boolean {
    if (this.isAdmin(caller) || this.isReadOnlyAdmin(caller)) return true;
    if (this.#accessOf(caller, database, undefined) === 'open') return true;
    const names = this.#namesOn(caller, database, undefined);
    if (this.tags.onDatabase(names, database.id, false).length > 0) return true;
    return this.#holds(caller, false, names).some(
      ({ kind, database: id }) => kind === 'database' && id === database.id,
    );
  }

  /** Everything that gives the permission; a `table` that is not there stands for all of the database. */
  givingOn(
    caller: string,
    database: Database,
    table: Table | undefined,
    permission: string,
    withOption = false,
  ): Giving[] {
    const giving: Giving[] = [];
    const isData = ['SELECT', 'INSERT', 'DELETE'].includes(permission);
    const isRuled = this.isAdmin(caller) && (withOption || !isData);
    const isLookedAt = this.isReadOnlyAdmin(caller) && permission === 'DESCRIBE' && !withOption;
    if (isRuled || isLookedAt) giving.push({ kind: 'tables', columns: [] });
    const isOpen = table !== undefined && this.#accessOf(caller, database, table) === 'open';
    if (isOpen && !withOption) giving.push({ kind: 'tables', columns: [] });
    const names = table === undefined ? this.names(caller) : this.#namesOn(caller, database, table);
    for (const held of this.#holds(caller, withOption, names)) {
      const bears =
        (held.kind === 'tables' && held.database === database.id) ||
        (table !== undefined && held.table === table.id);
      if (!bears) continue;
      const follows = permission === 'DESCRIBE' && !withOption;
      if (held.permission === permission || held.permission === 'ALL' || follows) giving.push(held);
    }
    // A filter is passed on as that filter, and gives nothing on its table then.
    if (table !== undefined && !withOption && (permission === 'SELECT' || permission === 'DESCRIBE')) {
      giving.push(...this.filters.shownOn(table.id, names));
    }
    if (table !== undefined)
      giving.push(...this.#givenByTags(names, database, table, permission, withOption));
    return giving.filter(
      ({ kind }) => permission === 'SELECT' || permission === 'DESCRIBE' || kind !== 'column',
    );
  }

  #givenByTags(
    names: readonly string[],
    database: Database,
    table: Table,
    permission: string,
    withOption: boolean,
  ): Giving[] {
    const follows = permission === 'DESCRIBE' && !withOption;
    return this.#byTags(names, database, table, withOption)
      .filter(({ permission: given, isWhole }) =>
        isWhole ? given === permission || given === 'ALL' || follows : permission === 'SELECT' || follows,
      )
      .map(({ isWhole, columns }) =>
        isWhole
          ? {
              kind: 'except',
              columns: columnsOf(table).filter((column) => !columns.includes(column)),
              isByTags: true,
            }
          : { kind: 'column', columns, isByTags: true },
      );
  }

  visible(caller: string, database: Database, table: Table, permission: string): string[] {
    const giving = this.givingOn(caller, database, table, permission);
    return columnsOf(table).filter((column) => giving.some((held) => shows(held, column)));
  }

  /** §5: who would see no column of it does not see it. */
  seesTable(caller: string, database: Database, table: Table): boolean {
    const isGiven = this.givingOn(caller, database, table, 'DESCRIBE').length > 0;
    const hasNone = columnsOf(table).length === 0;
    return isGiven && (hasNone || this.visible(caller, database, table, 'DESCRIBE').length > 0);
  }

  #mayTable(caller: string, database: Database, table: Table, permission: string): boolean {
    if (permission === 'DESCRIBE') return this.seesTable(caller, database, table);
    const hasNone = columnsOf(table).length === 0;
    return hasNone
      ? this.givingOn(caller, database, table, permission).length > 0
      : this.visible(caller, database, table, permission).length > 0;
  }

  /** §9: that it is not there is told to those who may see the full list. */
  find(caller: string, name: string): Database {
    const found = this.databases.find((each) => each.name === name);
    if (found !== undefined) return found;
    throw this.mayCatalog(caller, 'DESCRIBE') ? missing() : denied();
  }

  database(caller: string, name: string, permission: string): Database {
    const found = this.find(caller, name);
    if (!this.mayDatabase(caller, found, permission)) throw denied();
    return found;
  }

  findTable(caller: string, path: string): readonly [Database, Table] {
    const [databaseName, name] = pathOf(path);
    const database = this.find(caller, databaseName);
    const table = database.tables.find((each) => each.name === name);
    if (table !== undefined) return [database, table];
    const listsAll = this.givingOn(caller, database, undefined, 'DESCRIBE').length > 0;
    throw listsAll ? missing() : denied();
  }

  table(caller: string, path: string, ...anyOf: readonly string[]): readonly [Database, Table] {
    const [database, table] = this.findTable(caller, path);
    if (!anyOf.some((permission) => this.#mayTable(caller, database, table, permission))) throw denied();
    return [database, table];
  }

  /** §10: granting again changes nothing; with the option it adds it. */
  hold(given: Held): void {
    const same = this.held.find((held) => this.isSame(held, given));
    if (same === undefined) this.held.push({ ...given });
    else addTo(same, given);
  }

  isSame(a: Held, b: Omit<Held, 'option'>): boolean {
    return (
      a.kind === b.kind &&
      a.database === b.database &&
      a.table === b.table &&
      a.principal === b.principal &&
      a.permission === b.permission &&
      a.when === b.when &&
      sameList(a.columns, b.columns)
    );
  }
}
