import { type OracleFilter, OracleFilters, seenCells, type Shown, showsEveryRow } from './oracle-filters.ts';
import {
  addTo,
  type Bounded,
  type Bounds,
  counts,
  covers,
  hasExpired,
  isForATime,
  type Permit,
  StoryTime,
} from './oracle-bounds.ts';
import { STORY_CONDITIONS } from './oracle-conditions.ts';
import { OracleHybrid, type OptedOn } from './oracle-hybrid.ts';
import { type LocationCaller, OracleLocations } from './oracle-locations.ts';
import { OracleTags, type Outcome, type TagCaller, type TaggedPlace } from './oracle-tags.ts';
import {
  type Answer,
  type FilterStep,
  type Granting,
  type On,
  type OnTags,
  pathOf,
  type Revoking,
  type Step,
  type TagStep,
} from './story.ts';

/**
 * The decision rule again, from the specification alone and in plain loops over plain data: what the lake answers is
 * compared with it. It imports nothing of the code that it judges.
 */

interface Table {
  readonly id: number;
  readonly name: string;
  columns: readonly string[];
  keys: readonly string[];
  location?: string | undefined;
  /** Where they lie, by value. */
  readonly partitions: Map<string, string | undefined>;
}

interface Database {
  readonly id: number;
  name: string;
  /** Default permissions are copied into a database when it is made. */
  readonly isOpen: boolean;
  tables: Table[];
  location?: string | undefined;
}

/** One permission on one thing; of an include list one for each column. */
interface Held extends Bounded {
  readonly kind: 'catalog' | 'database' | 'tables' | 'table' | 'column' | 'except';
  readonly database: number;
  readonly table: number;
  columns: readonly string[];
  readonly principal: string;
  readonly permission: string;
}

type Target = Pick<Held, 'kind' | 'database' | 'table'>;

/** §3: what may be granted on what. */
const GRANTABLE: Readonly<Record<Held['kind'], readonly string[]>> = {
  catalog: ['CREATE_DATABASE', 'CREATE_LF_TAG', 'CREATE_LF_TAG_EXPRESSION', 'ALL'],
  database: ['DESCRIBE', 'ALTER', 'DROP', 'CREATE_TABLE', 'ALL'],
  tables: ['DESCRIBE', 'SELECT', 'INSERT', 'DELETE', 'ALTER', 'DROP', 'ALL'],
  table: ['DESCRIBE', 'SELECT', 'INSERT', 'DELETE', 'ALTER', 'DROP', 'ALL'],
  column: ['SELECT'],
  except: ['SELECT'],
};

class Refusal extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

const denied = () => new Refusal('AccessDeniedException');
const missing = () => new Refusal('EntityNotFoundException');
const invalid = () => new Refusal('InvalidInputException');
const taken = () => new Refusal('AlreadyExistsException');

/** What LF-tags say of a step. */
const told = (outcome: Outcome): Partial<Answer> => {
  if (outcome === 'denied') throw denied();
  if (outcome === 'missing') throw missing();
  if (outcome === 'invalid') throw invalid();
  return {};
};

/** §3, of LF-tags themselves. */
const ON_TAG = ['DESCRIBE', 'ASSOCIATE', 'ALTER', 'DROP'];
const ON_EXPRESSION = ['DESCRIBE', 'ALTER', 'DROP'];

const policyOf = (on: Extract<OnTags, { tablesTagged: unknown } | { databasesTagged: unknown }>) =>
  'tablesTagged' in on
    ? { of: 'tables' as const, expression: on.tablesTagged }
    : { of: 'databases' as const, expression: on.databasesTagged };

const isOnTags = (on: On): on is OnTags =>
  'tag' in on || 'expression' in on || 'tablesTagged' in on || 'databasesTagged' in on;

/** What is granted on by the names of the catalog. */
type NamedThing = Exclude<On, OnTags | { location: string } | { filter: string }>;

/** §10: whom a grant may name. */
const IS_THERE =
  /^(admin|ann|bob|cat|liz|ned|(role|session)\/reader|group\/(analysts|makers)|IAM_ALLOWED_PRINCIPALS|IAMPrincipals)$/;
const EVERYBODY = ['IAM_ALLOWED_PRINCIPALS', 'IAMPrincipals'];
const NO_TABLE = -1;

const columnsOf = ({ columns, keys }: Table): string[] => [...columns, ...keys];

const shows = (held: Pick<Held, 'kind' | 'columns'>, column: string): boolean => {
  if (held.kind === 'column') return held.columns.includes(column);
  if (held.kind === 'except') return !held.columns.includes(column);
  return true;
};

/** All of these and those of tomorrow: a list of names does not reach them. */
const showsAll = (giving: readonly Pick<Held, 'kind' | 'columns'>[], columns: readonly string[]): boolean =>
  giving.some(({ kind }) => kind !== 'column') &&
  columns.every((column) => giving.some((held) => shows(held, column)));

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each) => b.includes(each));

/** What shows columns; of a data cells filter in some rows. */
type Giving = Pick<Held, 'kind' | 'columns'> & Partial<Pick<Shown, 'rows'>> & { readonly isByTags?: boolean };

export class Oracle {
  #admins: readonly string[] = ['admin'];
  #readOnlyAdmins: readonly string[] = [];
  #isOpen = false;
  #members: { group: string; user: string }[] = [];
  #databases: Database[] = [];
  #held: Held[] = [];
  readonly #time = new StoryTime();
  readonly #locations = new OracleLocations(this.#time);
  readonly #hybrid = new OracleHybrid();
  readonly #filters = new OracleFilters(this.#time);
  /** A grant that is being made, or taken back: what is held under a condition or for a time passes on no more than that. */
  #passing: Bounds | undefined;
  readonly #tags = new OracleTags(this.#time);
  #ids = 0;

  /** The groups of a user; for whoever has to present him. */
  groupsOf(user: string): string[] {
    return this.#members.filter((member) => member.user === user).map(({ group }) => group);
  }

  run(step: Step): Answer {
    try {
      return { code: 'OK', ...this.#do(step) };
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      return { code: refusal.code };
    }
  }

  #do(step: Step): Partial<Answer> {
    // §1, gate 1: ned has no policy; settings are for account administrators.
    if ('as' in step && step.as === 'ned') throw denied();
    switch (step.op) {
      case 'Grant':
        return this.#grant(step);
      case 'Revoke':
        return this.#revoke(step);
      case 'BatchGrant':
      case 'BatchRevoke':
        return this.#batch(step);
      case 'Pass':
        this.#time.hours += step.hours;
        return {};
      case 'Settings':
        if (step.as !== 'admin') throw denied();
        this.#admins = step.admins;
        this.#readOnlyAdmins = step.readOnlyAdmins;
        this.#isOpen = step.isOpen;
        return {};
      case 'OptIn':
      case 'OptOut':
      case 'ListOptIns':
        return this.#onOptIns(step);
      case 'ChangeRegistration':
        if (!this.#isAdmin(step.as) && step.as !== 'admin') throw denied();
        if (!this.#locations.isRegistered(step.location)) throw missing();
        this.#hybrid.register(step.location, step.hybrid);
        return {};
      case 'Register':
      case 'Deregister': {
        // §4: the account's administrator by policy may as well.
        if (!this.#isAdmin(step.as) && step.as !== 'admin') throw denied();
        if (step.op === 'Register' && !this.#locations.register(step.location)) throw taken();
        if (step.op === 'Deregister' && !this.#locations.deregister(step.location)) throw missing();
        if (step.op === 'Register') this.#hybrid.register(step.location, step.hybrid);
        else this.#hybrid.deregister(step.location);
        return {};
      }
      case 'Join':
        this.#members.push({ group: step.group, user: step.user });
        return {};
      case 'Leave':
        this.#members = this.#members.filter(({ group, user }) => group !== step.group || user !== step.user);
        return {};
      case 'CreateDatabase':
      case 'GetDatabase':
      case 'RenameDatabase':
      case 'DeleteDatabase':
        return this.#onDatabase(step);
      case 'GetDatabases': {
        const names = this.#databases
          .filter((database) => this.#mayDatabase(step.as, database, 'DESCRIBE'))
          .map(({ name }) => name);
        return { names: names.sort() };
      }
      case 'GetTables': {
        const database = this.#database(step.as, step.database, 'DESCRIBE');
        const seen = database.tables.filter((table) => this.#seesTable(step.as, database, table));
        return { names: seen.map(({ name }) => name).sort() };
      }
      case 'CreateTable':
        return this.#createTable(step);
      case 'GetTable':
      case 'UpdateTable':
      case 'DeleteTable':
      case 'GetPartitions':
      case 'CreatePartition':
      case 'UpdatePartition':
      case 'DeletePartition':
        return this.#onTable(step);
      case 'CreateFilter':
      case 'UpdateFilter':
      case 'GetFilter':
      case 'DeleteFilter':
      case 'ListFilters':
        return this.#onFilter(step);
      case 'Decide':
        return this.#decide(step);
      case 'MakeTag':
      case 'ChangeTag':
      case 'DropTag':
      case 'GetTag':
      case 'Assign':
      case 'Unassign':
      case 'SaveExpression':
      case 'ChangeExpression':
      case 'DropExpression':
      case 'GetExpression':
      case 'ListExpressions':
        return this.#onTags(step);
    }
  }

  /** §8: a data lake administrator opts principals in and out; read-only ones see who is. */
  #onOptIns(step: Extract<Step, { op: 'OptIn' | 'OptOut' | 'ListOptIns' }>): Partial<Answer> {
    const seesAll = step.op === 'ListOptIns' && this.#isReadOnlyAdmin(step.as);
    if (!this.#isAdmin(step.as) && !seesAll) throw denied();
    if (step.op === 'ListOptIns') {
      return {
        names: this.#hybrid
          .optInsOf(step.who)
          .map((each) => this.#optedOn(each))
          .sort(),
      };
    }
    const { as, on, who, when } = step;
    const isThing = 'catalog' in on || 'database' in on || 'tablesOf' in on || 'table' in on;
    if (!isThing) throw invalid();
    const [target] = this.#resolve(as, on).rows;
    if (target === undefined) throw missing();
    const optedOn: OptedOn = {
      kind:
        'catalog' in on ? 'catalog' : 'database' in on ? 'database' : 'tablesOf' in on ? 'tables' : 'table',
      ...(target.database !== NO_TABLE && { database: target.database }),
      ...(target.table !== NO_TABLE && { table: target.table }),
    };
    if (step.op === 'OptOut') {
      if (!this.#hybrid.optOut(optedOn, who, when)) throw missing();
      return {};
    }
    if (who === 'IAM_ALLOWED_PRINCIPALS' || !IS_THERE.test(who)) throw invalid();
    if (when !== undefined && !(when in STORY_CONDITIONS)) throw invalid();
    this.#hybrid.optIn(optedOn, who, when);
    return {};
  }

  #optedOn({ kind, database: id, table }: OptedOn): string {
    const database = this.#databases.find((each) => each.id === id);
    if (kind === 'catalog' || database === undefined) return 'catalog';
    if (kind === 'database') return `database ${database.name}`;
    if (kind === 'tables') return `tables of ${database.name}`;
    return `table ${database.name}.${String(database.tables.find((each) => each.id === table)?.name)}`;
  }

  /** §8: what a hybrid location makes of a table, or of a database itself. */
  #accessOf(caller: string, database: Database, table: Table | undefined) {
    const { location } = table ?? database;
    return this.#hybrid.accessOf(this.#names(caller), { database: database.id, table: table?.id, location });
  }

  /** Who is opted in is not one of those whom IAM alone decides about. */
  #namesOn(caller: string, database: Database, table: Table | undefined): string[] {
    const names = this.#names(caller);
    if (this.#accessOf(caller, database, table) !== 'opted in') return names;
    return names.filter((name) => name !== 'IAM_ALLOWED_PRINCIPALS');
  }

  #tagCaller(caller: string): TagCaller {
    return {
      isAdmin: this.#isAdmin(caller),
      seesAll: this.#mayCatalog(caller, 'DESCRIBE'),
      names: this.#names(caller),
      creator: caller.replace('session/', 'role/'),
    };
  }

  #onTags(step: TagStep): Partial<Answer> {
    const who = this.#tagCaller(step.as);
    const may = (permission: string) => this.#mayCatalog(step.as, permission);
    switch (step.op) {
      case 'MakeTag':
        return told(this.#tags.make(who, may('CREATE_LF_TAG'), step));
      case 'ChangeTag':
        return told(this.#tags.change(who, step));
      case 'DropTag':
        return told(this.#tags.drop(who, step));
      case 'GetTag': {
        const values = this.#tags.get(who, step);
        return typeof values === 'string' ? told(values) : { names: [...values] };
      }
      case 'Assign':
        return told(this.#tags.assign(who, this.#taggable(step.as, step.on), step));
      case 'Unassign':
        return told(this.#tags.unassign(who, this.#taggable(step.as, step.on), step));
      case 'SaveExpression':
        return told(this.#tags.save(who, may('CREATE_LF_TAG_EXPRESSION'), step));
      case 'ChangeExpression':
        return told(this.#tags.changeExpression(who, step));
      case 'DropExpression':
        return told(this.#tags.dropExpression(who, step));
      case 'GetExpression':
        return told(this.#tags.getExpression(who, step));
      case 'ListExpressions':
        return { names: this.#tags.listExpressions(who) };
    }
  }

  /** What is to carry a tag: as in Lake Formation that takes what it takes to grant all that there is to hold on it. */
  #taggable(caller: string, on: On): TaggedPlace[] {
    if (!('database' in on || 'table' in on || 'columns' in on)) throw invalid();
    const permissions = GRANTABLE['database' in on ? 'database' : 'table'].filter((each) => each !== 'ALL');
    const rows = this.#mayPassOn(caller, { on, permissions }, {});
    return rows.map(({ database, table, columns }) => ({
      database,
      ...(table !== NO_TABLE && { table }),
      ...(columns[0] !== undefined && { column: columns[0] }),
    }));
  }

  #grantTags(on: OnTags, step: Granting): () => void {
    const { as, permissions, option, to } = step;
    this.#refuseUnfitOnTags(on, permissions);
    const bounds = this.#boundsOf(step);
    this.#mayPassTagsOn(as, on, permissions, bounds);
    if (to === 'IAM_ALLOWED_PRINCIPALS' && permissions.some((each) => each !== 'ALL')) throw invalid();
    if (!IS_THERE.test(to)) throw invalid();
    return () => {
      for (const permission of permissions) {
        const given = { ...bounds, option: option.includes(permission) };
        const held = { principal: to, permission, ...given };
        if ('tag' in on) this.#tags.grantTag(on, to, permission, given);
        else if ('expression' in on) this.#tags.grantExpression({ name: on.expression, ...held });
        else this.#tags.grantPolicy({ ...policyOf(on), ...held });
      }
    };
  }

  #mayPassTagsOn(as: string, on: OnTags, permissions: readonly string[], passing: Bounds): void {
    const who = this.#tagCaller(as);
    if ('tag' in on) told(this.#tags.mayPassTagOn(who, on, permissions, passing));
    else if ('expression' in on)
      told(this.#tags.mayPassExpressionOn(who, on.expression, permissions, passing));
    else {
      const { of, expression } = policyOf(on);
      told(this.#tags.mayPassPolicyOn(who, of, expression, permissions, passing));
    }
  }

  #refuseUnfitOnTags(on: OnTags, permissions: readonly string[]): void {
    const row =
      'tag' in on
        ? ON_TAG
        : 'expression' in on
          ? ON_EXPRESSION
          : GRANTABLE['tablesTagged' in on ? 'table' : 'database'];
    if (permissions.some((each) => !row.includes(each))) throw invalid();
  }

  #revokeTags(on: OnTags, { as, permissions, option, from, when }: Revoking): Partial<Answer> {
    this.#refuseUnfitOnTags(on, [...permissions, ...option]);
    this.#mayPassTagsOn(as, on, [...permissions, ...option], { when, until: this.#time.hours });
    const optionOnly = option.filter((each) => !permissions.includes(each));
    const permit: Permit = (permission, until) => {
      this.#mayPassTagsOn(as, on, [permission], { when, until });
    };
    const held = { principal: from, when };
    const isDone =
      'tag' in on
        ? this.#tags.revokeTag(on, from, permissions, optionOnly, { when }, permit)
        : 'expression' in on
          ? this.#tags.revokeExpression({ name: on.expression, ...held }, permissions, optionOnly, permit)
          : this.#tags.revokePolicy({ ...policyOf(on), ...held }, permissions, optionOnly, permit);
    if (!isDone) throw invalid();
    return {};
  }

  /** §2. */
  #names(caller: string): string[] {
    const own = [caller, ...EVERYBODY];
    if (caller.startsWith('session/')) own.push(caller.replace('session/', 'role/'));
    for (const { group, user } of this.#members) if (user === caller) own.push(`group/${group}`);
    return own;
  }

  #isAdmin(caller: string): boolean {
    return this.#names(caller).some((name) => this.#admins.includes(name));
  }

  #isReadOnlyAdmin(caller: string): boolean {
    return this.#names(caller).some((name) => this.#readOnlyAdmins.includes(name));
  }

  #locationCaller(caller: string): LocationCaller {
    return { isAdmin: this.#isAdmin(caller), names: this.#names(caller) };
  }

  /** §8, §9: where a new location is registered, it takes DATA_LOCATION_ACCESS. */
  #place(
    caller: string,
    { now, before, database }: { now: string | undefined; before?: string | undefined; database?: Database },
  ): void {
    if (now === undefined || now === before) return;
    // By what is granted: a hybrid location takes DATA_LOCATION_ACCESS of whom IAM lets make tables.
    const isMaker = database !== undefined && this.#isGivenDatabase(caller, database, 'CREATE_TABLE');
    const home = isMaker ? database.location : undefined;
    if (!this.#locations.mayUse(this.#locationCaller(caller), now, { inside: before, home })) throw denied();
  }

  /** What the caller holds, and with grant option where that is asked. */
  #holds(caller: string, withOption: boolean, names: readonly string[] = this.#names(caller)): Held[] {
    const counting = this.#held.filter((held) => counts(names, held, this.#time));
    const passing = this.#passing;
    const covering = passing === undefined ? counting : counting.filter((held) => covers(held, passing));
    return covering.filter((held) => names.includes(held.principal) && (!withOption || held.option));
  }

  /** §4 and §9: passing on takes the same permission, or ALL; following from another is not enough. */
  #mayCatalog(caller: string, permission: string, withOption = false): boolean {
    if (this.#isAdmin(caller)) return true;
    if (!withOption && permission === 'DESCRIBE' && this.#isReadOnlyAdmin(caller)) return true;
    // ALL is every permission of the catalog's row in §3, and DESCRIBE is none of it.
    const isOfRow = GRANTABLE.catalog.includes(permission);
    for (const held of this.#holds(caller, withOption)) {
      if (held.kind !== 'catalog') continue;
      if (held.permission === permission || (held.permission === 'ALL' && isOfRow)) return true;
    }
    return false;
  }

  #mayDatabase(caller: string, database: Database, permission: string, withOption = false): boolean {
    if (!withOption && this.#accessOf(caller, database, undefined) === 'open') return true;
    return this.#isGivenDatabase(caller, database, permission, withOption);
  }

  #isGivenDatabase(caller: string, database: Database, permission: string, withOption = false): boolean {
    if (this.#isAdmin(caller)) return true;
    if (!withOption && permission === 'DESCRIBE' && this.#isReadOnlyAdmin(caller)) return true;
    const names = this.#namesOn(caller, database, undefined);
    for (const held of this.#holds(caller, withOption, names)) {
      if (held.database !== database.id) continue;
      if (held.kind === 'database' && (held.permission === permission || held.permission === 'ALL'))
        return true;
      // Whatever is held on it or in it shows that it is there.
      if (!withOption && permission === 'DESCRIBE') return true;
    }
    const follows = permission === 'DESCRIBE' && !withOption;
    if (follows && this.#filters.showsDatabase(database.id, names)) return true;
    const byTags = this.#tags.onDatabase(names, database.id, withOption, this.#passing);
    if (byTags.some((given) => given === permission || given === 'ALL' || follows)) return true;
    return follows && database.tables.some((table) => this.#byTags(names, database, table, false).length > 0);
  }

  /** What policies on tables give of this one; where only columns match that is SELECT of them alone. */
  #byTags(names: readonly string[], database: Database, table: Table, withOption: boolean) {
    const place = { database: database.id, table: table.id, columns: columnsOf(table) };
    return this.#tags
      .onTable(names, place, withOption, this.#passing)
      .filter(({ permission, isWhole }) => isWhole || permission === 'SELECT' || permission === 'ALL');
  }

  #seesWholeDatabase(caller: string, database: Database): boolean {
    if (this.#isAdmin(caller) || this.#isReadOnlyAdmin(caller)) return true;
    if (this.#accessOf(caller, database, undefined) === 'open') return true;
    const names = this.#namesOn(caller, database, undefined);
    if (this.#tags.onDatabase(names, database.id, false).length > 0) return true;
    return this.#holds(caller, false, names).some(
      ({ kind, database: id }) => kind === 'database' && id === database.id,
    );
  }

  /** Everything that gives the permission; a `table` that is not there stands for all of the database. */
  #givingOn(
    caller: string,
    database: Database,
    table: Table | undefined,
    permission: string,
    withOption = false,
  ): Giving[] {
    const giving: Giving[] = [];
    const isData = ['SELECT', 'INSERT', 'DELETE'].includes(permission);
    const isRuled = this.#isAdmin(caller) && (withOption || !isData);
    const isLookedAt = this.#isReadOnlyAdmin(caller) && permission === 'DESCRIBE' && !withOption;
    if (isRuled || isLookedAt) giving.push({ kind: 'tables', columns: [] });
    const isOpen = table !== undefined && this.#accessOf(caller, database, table) === 'open';
    if (isOpen && !withOption) giving.push({ kind: 'tables', columns: [] });
    const names = table === undefined ? this.#names(caller) : this.#namesOn(caller, database, table);
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
      giving.push(...this.#filters.shownOn(table.id, names));
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

  #visible(caller: string, database: Database, table: Table, permission: string): string[] {
    const giving = this.#givingOn(caller, database, table, permission);
    return columnsOf(table).filter((column) => giving.some((held) => shows(held, column)));
  }

  /** §5: who would see no column of it does not see it. */
  #seesTable(caller: string, database: Database, table: Table): boolean {
    const isGiven = this.#givingOn(caller, database, table, 'DESCRIBE').length > 0;
    const hasNone = columnsOf(table).length === 0;
    return isGiven && (hasNone || this.#visible(caller, database, table, 'DESCRIBE').length > 0);
  }

  #mayTable(caller: string, database: Database, table: Table, permission: string): boolean {
    if (permission === 'DESCRIBE') return this.#seesTable(caller, database, table);
    const hasNone = columnsOf(table).length === 0;
    return hasNone
      ? this.#givingOn(caller, database, table, permission).length > 0
      : this.#visible(caller, database, table, permission).length > 0;
  }

  /** §9: that it is not there is told to those who may see the full list. */
  #find(caller: string, name: string): Database {
    const found = this.#databases.find((each) => each.name === name);
    if (found !== undefined) return found;
    throw this.#mayCatalog(caller, 'DESCRIBE') ? missing() : denied();
  }

  #database(caller: string, name: string, permission: string): Database {
    const found = this.#find(caller, name);
    if (!this.#mayDatabase(caller, found, permission)) throw denied();
    return found;
  }

  #findTable(caller: string, path: string): readonly [Database, Table] {
    const [databaseName, name] = pathOf(path);
    const database = this.#find(caller, databaseName);
    const table = database.tables.find((each) => each.name === name);
    if (table !== undefined) return [database, table];
    const listsAll = this.#givingOn(caller, database, undefined, 'DESCRIBE').length > 0;
    throw listsAll ? missing() : denied();
  }

  #table(caller: string, path: string, ...anyOf: readonly string[]): readonly [Database, Table] {
    const [database, table] = this.#findTable(caller, path);
    if (!anyOf.some((permission) => this.#mayTable(caller, database, table, permission))) throw denied();
    return [database, table];
  }

  #onDatabase(
    step: Extract<Step, { op: 'CreateDatabase' | 'GetDatabase' | 'RenameDatabase' | 'DeleteDatabase' }>,
  ): Partial<Answer> {
    const isTaken = (name: string) => this.#databases.some((each) => each.name === name);
    switch (step.op) {
      case 'CreateDatabase': {
        if (!this.#mayCatalog(step.as, 'CREATE_DATABASE')) throw denied();
        this.#place(step.as, { now: step.location });
        if (isTaken(step.database)) throw taken();
        const { location } = step;
        const made = {
          id: (this.#ids += 1),
          name: step.database,
          isOpen: this.#isOpen,
          tables: [],
          location,
        };
        this.#databases.push(made);
        this.#created(step.as, { kind: 'database', database: made.id, table: NO_TABLE }, this.#isOpen);
        return {};
      }
      case 'GetDatabase': {
        const database = this.#database(step.as, step.database, 'DESCRIBE');
        return { isWhole: this.#seesWholeDatabase(step.as, database) };
      }
      case 'RenameDatabase': {
        const database = this.#database(step.as, step.database, 'ALTER');
        if (step.location !== database.location) this.#place(step.as, { now: step.location });
        if (step.to !== database.name && isTaken(step.to)) throw taken();
        database.name = step.to;
        database.location = step.location;
        return {};
      }
      case 'DeleteDatabase': {
        const database = this.#database(step.as, step.database, 'DROP');
        // §9: it goes with all that is in it, or not at all.
        const mayDrop = (table: Table) => this.#givingOn(step.as, database, table, 'DROP').length > 0;
        if (!database.tables.every(mayDrop)) throw denied();
        this.#databases = this.#databases.filter((each) => each !== database);
        this.#filters.drop((filter) => filter.database === database.id);
        this.#held = this.#held.filter((held) => held.database !== database.id);
        this.#tags.databaseGone(database.id);
        this.#hybrid.gone((on) => on.database === database.id);
        return {};
      }
    }
  }

  /** §4: the creator, of a role session the role, holds ALL with grant option. */
  #created(caller: string, target: Target, isOpen: boolean): void {
    const creator = caller.replace('session/', 'role/');
    this.#hold({ ...target, columns: [], principal: creator, permission: 'ALL', option: true });
    if (!isOpen) return;
    const everybody = { principal: 'IAM_ALLOWED_PRINCIPALS', permission: 'ALL', option: false };
    this.#hold({ ...target, ...everybody, columns: [] });
  }

  #createTable(step: Extract<Step, { op: 'CreateTable' }>): Partial<Answer> {
    const [databaseName, name] = pathOf(step.table);
    const database = this.#database(step.as, databaseName, 'CREATE_TABLE');
    this.#place(step.as, { now: step.location, database });
    if (database.tables.some((each) => each.name === name)) throw taken();
    const { columns, keys, location } = step;
    const made: Table = { id: (this.#ids += 1), name, columns, keys, location, partitions: new Map() };
    database.tables.push(made);
    this.#created(step.as, { kind: 'table', database: database.id, table: made.id }, database.isOpen);
    return {};
  }

  #onTable(
    step: Extract<
      Step,
      {
        op:
          | 'GetTable'
          | 'UpdateTable'
          | 'DeleteTable'
          | 'GetPartitions'
          | 'CreatePartition'
          | 'UpdatePartition'
          | 'DeletePartition';
      }
    >,
  ): Partial<Answer> {
    switch (step.op) {
      case 'GetTable': {
        const [database, table] = this.#table(step.as, step.table, 'DESCRIBE');
        return { columns: this.#visible(step.as, database, table, 'DESCRIBE').sort() };
      }
      case 'UpdateTable': {
        const [database, table] = this.#table(step.as, step.table, 'ALTER');
        this.#place(step.as, { now: step.location, before: table.location, database });
        // §7: what an ALTER by tags does not reach stays as it is; §9: who does not see all of it writes a part.
        const reached = this.#visible(step.as, database, table, 'ALTER');
        const seen = this.#visible(step.as, database, table, 'DESCRIBE');
        const isKept = (name: string) =>
          table.columns.includes(name) ? step.columns.includes(name) : step.keys.includes(name);
        const before = columnsOf(table);
        if (before.some((name) => !reached.includes(name) && !seen.includes(name))) throw denied();
        if (before.some((name) => !reached.includes(name) && !isKept(name))) throw denied();
        // As in Glue: partitions have a value for each key.
        if (table.partitions.size > 0 && step.keys.length !== table.keys.length) throw invalid();
        table.location = step.location;
        table.columns = step.columns;
        table.keys = step.keys;
        this.#dropColumns(
          table,
          before.filter((column) => !columnsOf(table).includes(column)),
        );
        return {};
      }
      case 'DeleteTable': {
        const [database, table] = this.#table(step.as, step.table, 'DROP');
        database.tables = database.tables.filter((each) => each !== table);
        this.#filters.drop((filter) => filter.table === table.id);
        this.#held = this.#held.filter((held) => held.table !== table.id);
        this.#tags.tableGone(table.id);
        this.#hybrid.gone((on) => on.table === table.id);
        return {};
      }
      case 'GetPartitions': {
        const [database, table] = this.#table(step.as, step.table, 'DESCRIBE');
        this.#refuseHiddenKeys(step.as, database, table);
        return { names: [...table.partitions.keys()].sort() };
      }
      case 'CreatePartition': {
        const [database, table] = this.#table(step.as, step.table, 'ALTER', 'INSERT');
        this.#refuseHiddenKeys(step.as, database, table);
        if (table.keys.length !== 1) throw invalid();
        this.#place(step.as, { now: step.location, before: table.location, database });
        if (table.partitions.has(step.value)) throw taken();
        table.partitions.set(step.value, step.location);
        return {};
      }
      case 'UpdatePartition': {
        const [database, table] = this.#table(step.as, step.table, 'ALTER');
        this.#refuseHiddenKeys(step.as, database, table);
        if (table.keys.length !== 1) throw invalid();
        if (!table.partitions.has(step.value)) throw missing();
        const isMove = step.location !== table.partitions.get(step.value);
        if (isMove) this.#place(step.as, { now: step.location, before: table.location, database });
        table.partitions.set(step.value, step.location);
        return {};
      }
      case 'DeletePartition': {
        const [database, table] = this.#table(step.as, step.table, 'ALTER', 'DELETE');
        this.#refuseHiddenKeys(step.as, database, table);
        if (table.keys.length !== 1) throw invalid();
        if (!table.partitions.delete(step.value)) throw missing();
        return {};
      }
    }
  }

  /** §9: partition values only with the keys visible, to those as well who write them. */
  #refuseHiddenKeys(caller: string, database: Database, table: Table): void {
    const giving = this.#givingOn(caller, database, table, 'DESCRIBE');
    if (table.keys.some((key) => !showsEveryRow(giving, key))) throw denied();
  }

  /** §5: a dropped column leaves its lists. */
  #dropColumns(table: Table, dropped: readonly string[]): void {
    this.#filters.dropColumns(table.id, dropped);
    this.#tags.columnsGone(table.id, dropped);
    const isCut = (held: Held) =>
      held.table === table.id && held.columns.some((column) => dropped.includes(column));
    const cut = this.#held.filter((held) => isCut(held) && held.kind === 'except');
    this.#held = this.#held.filter((held) => !isCut(held));
    // Of two that are now the same the one that holds for good is left, else one with the option, else the longer one.
    const rank = (held: Held) => [isForATime(held) ? 1 : 0, held.option ? 0 : 1, -(held.until ?? Infinity)];
    cut.sort((a, b) => {
      const [mine, theirs] = [rank(a), rank(b)];
      const at = mine.findIndex((each, i) => each !== theirs[i]);
      return at < 0 ? (a.from ?? -Infinity) - (b.from ?? -Infinity) : (mine[at] ?? 0) - (theirs[at] ?? 0);
    });
    for (const held of cut) {
      const columns = held.columns.filter((column) => !dropped.includes(column));
      const shorter = { ...held, columns };
      const same = this.#held.find((each) => this.#isSame(each, shorter));
      if (same === undefined) this.#held.push(shorter);
      else if (!isForATime(shorter)) addTo(same, shorter);
    }
  }

  /** §10: granting again changes nothing; with the option it adds it. */
  #hold(given: Held): void {
    const same = this.#held.find((held) => this.#isSame(held, given));
    if (same === undefined) this.#held.push({ ...given });
    else addTo(same, given);
  }

  #isSame(a: Held, b: Omit<Held, 'option'>): boolean {
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

  #decide(step: Extract<Step, { op: 'Decide' }>): Partial<Answer> {
    const { as, permission, withGrantOption } = step;
    if ('catalog' in step.on) {
      if (!this.#mayCatalog(as, permission, withGrantOption)) throw denied();
      return {};
    }
    if ('database' in step.on) {
      const { database: name } = step.on;
      const database = this.#databases.find((each) => each.name === name);
      if (database === undefined || !this.#mayDatabase(as, database, permission, withGrantOption))
        throw denied();
      return {};
    }
    const [databaseName, tableName] = 'table' in step.on ? pathOf(step.on.table) : [step.on.tablesOf, ''];
    const database = this.#databases.find(({ name }) => name === databaseName);
    if (database === undefined) throw denied();
    const table = database.tables.find(({ name }) => name === tableName);
    if (table === undefined && 'table' in step.on) throw denied();
    const giving = this.#givingOn(as, database, table, permission, withGrantOption);
    if (giving.length === 0) throw denied();
    if (table === undefined) return {};
    const cells =
      permission === 'SELECT' && !withGrantOption ? seenCells(giving, columnsOf(table)) : undefined;
    return {
      ...(cells !== undefined && { cells }),
      columns: columnsOf(table)
        .filter((name) => giving.some((held) => shows(held, name)))
        .sort(),
    };
  }

  /** Who sees all that could be granted of a table may hear that it has no filter of a name. */
  #mayKnowFilters(caller: string, database: Database, table: Table): boolean {
    return (
      this.#isReadOnlyAdmin(caller) ||
      showsAll(this.#givingOn(caller, database, table, 'SELECT', true), columnsOf(table))
    );
  }

  /** §9: SELECT with grant option over at least these columns. */
  #mayShow(
    caller: string,
    of: string,
    { columns, isExclude }: { readonly columns: readonly string[]; readonly isExclude: boolean },
    [database, table]: readonly [Database, Table],
    passing?: Bounds,
  ): boolean {
    const on = isExclude ? { allColumnsBut: [...columns], of } : { columns: [...columns], of };
    this.#passing = passing;
    const isAny = this.#givingOn(caller, database, table, 'SELECT', true).length > 0;
    const shows = isAny && this.#reaches(caller, on, 'SELECT', database, table);
    this.#passing = undefined;
    return shows;
  }

  /** By what is held on the filter, or by who could grant as much himself. */
  #mayFilter(
    caller: string,
    [database, table, filter]: readonly [Database, Table, OracleFilter],
    permission: string,
    passing?: Bounds,
  ): boolean {
    if (this.#isAdmin(caller)) return true;
    const isPassing = passing !== undefined;
    if (!isPassing && permission === 'DESCRIBE' && this.#isReadOnlyAdmin(caller)) return true;
    if (this.#filters.isHeld(filter, permission, this.#names(caller), passing)) return true;
    return this.#mayShow(caller, `${database.name}.${table.name}`, filter, [database, table], passing);
  }

  #findFilter(caller: string, of: string, name: string): readonly [Database, Table, OracleFilter] {
    const [database, table] = this.#findTable(caller, of);
    const filter = this.#filters.find(table.id, name);
    if (filter === undefined) throw this.#mayKnowFilters(caller, database, table) ? missing() : denied();
    return [database, table, filter];
  }

  #onFilter(step: FilterStep): Partial<Answer> {
    switch (step.op) {
      case 'CreateFilter':
      case 'UpdateFilter':
        return this.#putFilter(step);
      case 'GetFilter':
      case 'DeleteFilter': {
        const found = this.#findFilter(step.as, step.of, step.filter);
        const permission = step.op === 'GetFilter' ? 'DESCRIBE' : 'DROP';
        if (!this.#mayFilter(step.as, found, permission)) throw denied();
        if (step.op === 'GetFilter') return { columns: [...found[2].columns].sort() };
        this.#filters.drop((filter) => filter === found[2]);
        return {};
      }
      case 'ListFilters': {
        const [database, table] = this.#findTable(step.as, step.of);
        const seen = this.#filters
          .of(table.id)
          .filter((filter) => this.#mayFilter(step.as, [database, table, filter], 'DESCRIBE'));
        // §9: who sees neither the table nor a filter of it is not told that it is there.
        if (seen.length === 0 && !this.#seesTable(step.as, database, table)) throw denied();
        return { names: seen.map(({ name }) => name).sort() };
      }
    }
  }

  #putFilter(step: Extract<Step, { op: 'CreateFilter' | 'UpdateFilter' }>): Partial<Answer> {
    const { as, of, filter: name, isExclude } = step;
    const [database, table] = this.#findTable(as, of);
    const columns = step.columns.map((column) => column.toLowerCase());
    const rows = step.rows === 'all' ? 'all' : { ...step.rows, column: step.rows.column.toLowerCase() };
    // One that is held already is changed by who could grant it without a condition, for good.
    const passing = step.op === 'UpdateFilter' ? {} : undefined;
    if (!this.#mayShow(as, of, { columns, isExclude }, [database, table], passing)) throw denied();
    this.#passing = passing;
    const giving = this.#givingOn(as, database, table, 'SELECT', true);
    this.#passing = undefined;
    // Whoever could look at a column that is hidden from him would learn its values by the rows.
    if (rows !== 'all' && !giving.some((held) => shows(held, rows.column))) throw denied();
    const there = columnsOf(table);
    const named = [...columns, ...(rows === 'all' ? [] : [rows.column])];
    const seesAll = showsAll(this.#givingOn(as, database, table, 'DESCRIBE'), there);
    // Who does not hears the same of what is hidden and what is not there.
    if (!seesAll && named.some((column) => !there.includes(column))) throw denied();
    if (columns.some((column) => !there.includes(column))) throw missing();
    if (rows !== 'all' && !columnsOf(table).includes(rows.column)) throw invalid();
    const known = this.#filters.find(table.id, name);
    if (step.op === 'CreateFilter') {
      if (known !== undefined) throw taken();
      this.#filters.add({ database: database.id, table: table.id, name, rows, columns, isExclude });
      return {};
    }
    if (known === undefined) throw this.#mayKnowFilters(as, database, table) ? missing() : denied();
    if (!this.#mayShow(as, of, known, [database, table], passing)) throw denied();
    Object.assign(known, { rows, columns, isExclude });
    return {};
  }

  /** §3: SELECT on a filter, DESCRIBE and DROP for managing it. */
  #permitFilter(
    { filter, of }: { readonly filter: string; readonly of: string },
    as: string,
    permissions: readonly string[],
    passing: Bounds,
  ): OracleFilter {
    if (permissions.some((each) => !['SELECT', 'DESCRIBE', 'DROP'].includes(each))) throw invalid();
    const found = this.#findFilter(as, of, filter);
    if (permissions.some((permission) => !this.#mayFilter(as, found, permission, passing))) throw denied();
    return found[2];
  }

  #grantFilter(on: { readonly filter: string; readonly of: string }, step: Granting): () => void {
    const { as, permissions, option, to } = step;
    const bounds = this.#boundsOf(step);
    const filter = this.#permitFilter(on, as, permissions, bounds);
    if (to === 'IAM_ALLOWED_PRINCIPALS' || !IS_THERE.test(to)) throw invalid();
    return () => {
      for (const permission of permissions)
        this.#filters.grant(filter, to, permission, { option: option.includes(permission), ...bounds });
    };
  }

  #revokeFilter(
    on: { readonly filter: string; readonly of: string },
    { as, permissions, option, from, when }: Revoking,
  ): Partial<Answer> {
    const until = this.#time.hours;
    const filter = this.#permitFilter(on, as, [...permissions, ...option], { when, until });
    const permit: Permit = (permission, end) => {
      this.#permitFilter(on, as, [permission], { when, until: end });
    };
    if (!this.#filters.revoke(filter, from, permissions, option, { when }, permit)) throw invalid();
    return {};
  }

  /** What is granted on: one entry for each row that is then held, and the columns that it reaches. */
  #resolve(
    caller: string,
    on: NamedThing,
  ): { rows: (Target & Pick<Held, 'columns'>)[]; database?: Database; table?: Table } {
    if ('catalog' in on)
      return { rows: [{ kind: 'catalog', database: NO_TABLE, table: NO_TABLE, columns: [] }] };
    if ('database' in on || 'tablesOf' in on) {
      const database = this.#find(caller, 'database' in on ? on.database : on.tablesOf);
      const kind = 'database' in on ? 'database' : 'tables';
      return { rows: [{ kind, database: database.id, table: NO_TABLE, columns: [] }], database };
    }
    const [database, table] = this.#findTable(caller, 'table' in on ? on.table : on.of);
    const at = { database: database.id, table: table.id };
    if ('table' in on) return { rows: [{ kind: 'table', ...at, columns: [] }], database, table };
    const named = ('columns' in on ? on.columns : on.allColumnsBut).map((column) => column.toLowerCase());
    if (named.some((column) => !columnsOf(table).includes(column))) {
      // Who sees all columns may hear that one is not there.
      throw showsAll(this.#givingOn(caller, database, table, 'DESCRIBE'), columnsOf(table))
        ? missing()
        : denied();
    }
    const rows =
      'columns' in on
        ? named.map((column) => ({ kind: 'column' as const, ...at, columns: [column] }))
        : [{ kind: 'except' as const, ...at, columns: [...named].sort() }];
    return { rows, database, table };
  }

  /** §9: the same permission with grant option over at least that scope. */
  #mayPassOn(
    caller: string,
    { on, permissions }: { on: NamedThing; permissions: readonly string[] },
    bounds: Bounds,
  ) {
    const { rows, database, table } = this.#resolve(caller, on);
    this.#passing = bounds;
    const reaches = permissions.every((each) => this.#reaches(caller, on, each, database, table));
    this.#passing = undefined;
    if (!reaches) throw denied();
    return rows.map((row) => ({ ...row, ...bounds }));
  }

  #reaches(caller: string, on: NamedThing, permission: string, database?: Database, table?: Table): boolean {
    if (database === undefined) return this.#mayCatalog(caller, permission, true);
    if ('database' in on) return this.#mayDatabase(caller, database, permission, true);
    const giving = this.#givingOn(caller, database, table, permission, true);
    if ('columns' in on) return on.columns.every((column) => giving.some((held) => shows(held, column)));
    const excluded = 'allColumnsBut' in on ? on.allColumnsBut : [];
    const wanted = table === undefined ? [] : columnsOf(table);
    // What tags hide he cannot name; what he holds all but of, he can.
    const isNamed = giving.some(({ kind, isByTags }) => kind === 'except' && isByTags !== true);
    if (!isNamed && wanted.some((column) => !giving.some((held) => shows(held, column)))) return false;
    return showsAll(
      giving,
      wanted.filter((column) => !excluded.includes(column)),
    );
  }

  #refuseUnfit(on: NamedThing, permissions: readonly string[], option: readonly string[]): void {
    const kind =
      'catalog' in on
        ? 'catalog'
        : 'database' in on
          ? 'database'
          : 'tablesOf' in on
            ? 'tables'
            : 'table' in on
              ? 'table'
              : 'column';
    for (const permission of [...permissions, ...option]) {
      if (!GRANTABLE[kind].includes(permission)) throw invalid();
    }
  }

  /** §10: a condition that there is, and a time that is to come. */
  #boundsOf({ when, since, until }: Granting): Bounds {
    if (when !== undefined && !(when in STORY_CONDITIONS)) throw invalid();
    if (until !== undefined && (until <= 0 || (since !== undefined && since >= until))) throw invalid();
    const { hours } = this.#time;
    return {
      when,
      ...(since !== undefined && { from: hours + since }),
      ...(until !== undefined && { until: hours + until }),
    };
  }

  /** A batch of grants is decided before any of them is made; revokes are done one after the other. */
  #batch(step: Extract<Step, { op: 'BatchGrant' | 'BatchRevoke' }>): Partial<Answer> {
    const { as } = step;
    const code = (act: () => void): string => {
      try {
        act();
        return 'OK';
      } catch (refusal) {
        if (!(refusal instanceof Refusal)) throw refusal;
        return refusal.code;
      }
    };
    if (step.op === 'BatchRevoke')
      return { codes: step.entries.map((each) => code(() => this.#revoke({ op: 'Revoke', as, ...each }))) };
    const made: (() => void)[] = [];
    const codes = step.entries.map((each) =>
      code(() => made.push(this.#granting({ op: 'Grant', as, ...each }))),
    );
    for (const make of made) make();
    return { codes };
  }

  #grant(step: Granting): Partial<Answer> {
    this.#granting(step)();
    return {};
  }

  /** Refuses, or says what is to be done. */
  #granting(step: Granting): () => void {
    const { as, on, permissions, option, to } = step;
    if (permissions.length === 0 || option.some((each) => !permissions.includes(each))) throw invalid();
    if ('location' in on) return this.#grantLocation(on, step);
    if ('filter' in on) return this.#grantFilter(on, step);
    if (isOnTags(on)) return this.#grantTags(on, step);
    this.#refuseUnfit(on, permissions, option);
    const rows = this.#mayPassOn(as, { on, permissions }, this.#boundsOf(step));
    if (to === 'IAM_ALLOWED_PRINCIPALS' && permissions.some((each) => each !== 'ALL')) throw invalid();
    if (!IS_THERE.test(to)) throw invalid();
    return () => {
      for (const permission of permissions) {
        for (const row of rows)
          this.#hold({ ...row, principal: to, permission, option: option.includes(permission) });
      }
    };
  }

  #grantLocation({ location }: { readonly location: string }, step: Granting): () => void {
    const { as, permissions, option, to } = step;
    if (permissions.some((each) => each !== 'DATA_LOCATION_ACCESS')) throw invalid();
    const bounds = this.#boundsOf(step);
    this.#mayPassLocationOn(as, location, bounds);
    if (!this.#locations.isGoverned(location)) throw missing();
    if (to === 'IAM_ALLOWED_PRINCIPALS' || !IS_THERE.test(to)) throw invalid();
    return () => {
      this.#locations.grant(location, to, { option: option.length > 0, ...bounds });
    };
  }

  #mayPassLocationOn(as: string, location: string, bounds: Bounds): void {
    if (!this.#locations.mayPassOn(this.#locationCaller(as), location, bounds)) throw denied();
  }

  #revokeLocation(
    { location }: { readonly location: string },
    { as, permissions, option, from, when }: Revoking,
  ): Partial<Answer> {
    if ([...permissions, ...option].some((each) => each !== 'DATA_LOCATION_ACCESS')) throw invalid();
    this.#mayPassLocationOn(as, location, { when, until: this.#time.hours });
    const permit: Permit = (_permission, until) => {
      this.#mayPassLocationOn(as, location, { when, until });
    };
    const how = { optionOnly: permissions.length === 0, when };
    if (!this.#locations.revoke(location, from, how, permit)) throw invalid();
    return {};
  }

  #revoke(step: Revoking): Partial<Answer> {
    const { as, on, permissions, option, from, when } = step;
    if (permissions.length + option.length === 0) throw invalid();
    if ('location' in on) return this.#revokeLocation(on, step);
    if ('filter' in on) return this.#revokeFilter(on, step);
    if (isOnTags(on)) return this.#revokeTags(on, step);
    this.#refuseUnfit(on, permissions, option);
    const now = { when, until: this.#time.hours };
    const rows = this.#mayPassOn(as, { on, permissions: [...permissions, ...option] }, now);
    const heldBy = (permission: string): Held[] =>
      rows.map((row) => {
        const found = this.#held.find((held) => this.#isSame(held, { ...row, principal: from, permission }));
        if (found === undefined || hasExpired(found, this.#time)) throw invalid();
        return found;
      });
    const gone = permissions.flatMap(heldBy);
    const narrowed = option.filter((permission) => !permissions.includes(permission)).flatMap(heldBy);
    if (narrowed.some((held) => !held.option)) throw invalid();
    for (const { permission, until } of [...gone, ...narrowed])
      this.#mayPassOn(as, { on, permissions: [permission] }, { when, until });
    this.#held = this.#held.filter((held) => !gone.includes(held));
    for (const held of narrowed) held.option = false;
    return {};
  }
}
