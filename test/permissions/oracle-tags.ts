/**
 * LF-tags (spec/permissions.md §7) from the specification alone, in plain loops over plain data. It knows databases and
 * tables by number, and what a caller is by his names; everything else stands here. It imports nothing of the code that
 * it judges.
 */

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

/** An expression as it is written: values by key; or the name of a saved one. */
export type Expression = Readonly<Record<string, readonly string[]>>;

export interface TagCaller {
  readonly isAdmin: boolean;
  /** A read-only administrator as well. */
  readonly seesAll: boolean;
  readonly names: readonly string[];
  /** Who holds what he makes. */
  readonly creator: string;
}

/** A database, a table of it, or a column: the empty name is the table itself, no number the database itself. */
export interface TaggedPlace {
  readonly database: number;
  readonly table?: number | undefined;
  readonly column?: string | undefined;
}

interface Assignment extends TaggedPlace {
  readonly key: string;
  readonly value: string;
}

interface OnTag extends Bounded {
  readonly key: string;
  readonly value: string;
  readonly principal: string;
  readonly permission: string;
}

interface Policy extends Bounded {
  readonly of: 'databases' | 'tables';
  readonly expression: Expression | string;
  readonly principal: string;
  readonly permission: string;
}

interface OnExpression extends Bounded {
  readonly name: string;
  readonly principal: string;
  readonly permission: string;
}

/** What a step comes to. */
export type Outcome = 'OK' | 'denied' | 'missing' | 'invalid';

const fold = (text: string): string => text.toLowerCase();
const foldAll = (expression: Expression): Expression => {
  const folded: Record<string, string[]> = {};
  for (const [key, values] of Object.entries(expression)) folded[fold(key)] = values.map(fold);
  return folded;
};

const sameExpression = (a: Expression | string, b: Expression | string): boolean => {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) {
    const [mine, theirs] = [new Set(a[key]), new Set(b[key] ?? [])];
    if (mine.size !== theirs.size) return false;
    for (const value of mine) if (!theirs.has(value)) return false;
  }
  return true;
};

export class OracleTags {
  readonly #tags = new Map<string, Set<string>>();
  #assigned: Assignment[] = [];
  #onTags: OnTag[] = [];
  #policies: Policy[] = [];
  readonly #saved = new Map<string, Expression>();
  #onExpressions: OnExpression[] = [];
  readonly #time: StoryTime;

  constructor(time: StoryTime) {
    this.#time = time;
  }

  // what is held on tags themselves

  #mayOnValue(who: TagCaller, key: string, value: string, permission: string, passing?: Bounds): boolean {
    const withOption = passing !== undefined;
    if (who.isAdmin) return true;
    if (who.seesAll && permission === 'DESCRIBE' && !withOption) return true;
    for (const held of this.#onTags) {
      if (!who.names.includes(held.principal) || held.key !== key) continue;
      if (!counts(who.names, held, this.#time)) continue;
      if (held.value !== '*' && held.value !== value) continue;
      if (passing !== undefined && !(held.option && covers(held, passing))) continue;
      if (held.permission === permission) return true;
      if (permission === 'DESCRIBE' && !withOption) return true;
    }
    return false;
  }

  #mayOnExpression(who: TagCaller, name: string, permission: string, passing?: Bounds): boolean {
    if (who.isAdmin) return true;
    if (who.seesAll && permission === 'DESCRIBE' && passing === undefined) return true;
    for (const held of this.#onExpressions) {
      if (!who.names.includes(held.principal) || held.name !== name) continue;
      if (!counts(who.names, held, this.#time)) continue;
      if (passing !== undefined && !(held.option && covers(held, passing))) continue;
      if (held.permission === permission) return true;
      if (permission === 'DESCRIBE' && passing === undefined) return true;
    }
    return false;
  }

  #isThere(key: string, value: string): boolean {
    return this.#tags.get(key)?.has(value) === true;
  }

  make(who: TagCaller, mayCreate: boolean, asked: { key: string; values: readonly string[] }): Outcome {
    const key = fold(asked.key);
    if (asked.values.length === 0) return 'invalid';
    if (!mayCreate) return 'denied';
    if (this.#tags.has(key)) return 'invalid';
    this.#tags.set(key, new Set(asked.values.map(fold)));
    for (const permission of ['DESCRIBE', 'ASSOCIATE', 'ALTER', 'DROP']) {
      this.#onTags.push({ key, value: '*', principal: who.creator, permission, option: true });
    }
    return 'OK';
  }

  #tagOutcome(who: TagCaller, key: string, permission: string): Outcome {
    if (!this.#tags.has(key)) return who.seesAll ? 'missing' : 'denied';
    return this.#mayOnValue(who, key, '*', permission) ? 'OK' : 'denied';
  }

  change(who: TagCaller, asked: { key: string; add: readonly string[]; drop: readonly string[] }): Outcome {
    const key = fold(asked.key);
    const [add, drop] = [asked.add.map(fold), asked.drop.map(fold)];
    if (add.length + drop.length === 0 || add.some((value) => drop.includes(value))) return 'invalid';
    const outcome = this.#tagOutcome(who, key, 'ALTER');
    if (outcome !== 'OK') return outcome;
    const values = this.#tags.get(key) ?? new Set<string>();
    const left = new Set([...values, ...add]);
    for (const value of drop) left.delete(value);
    if (left.size === 0) return 'invalid';
    for (const value of drop) {
      if (!values.has(value) || this.#isUsed(key, value)) return 'invalid';
    }
    this.#onTags = this.#onTags.filter((held) => held.key !== key || !drop.includes(held.value));
    this.#tags.set(key, left);
    return 'OK';
  }

  /** Something carries it, or an expression that counts names it. */
  #isUsed(key: string, value: string): boolean {
    if (this.#assigned.some((each) => each.key === key && each.value === value)) return true;
    for (const expression of this.#saved.values()) if (expression[key]?.includes(value)) return true;
    return this.#policies.some(
      (held) =>
        typeof held.expression !== 'string' &&
        held.expression[key]?.includes(value) === true &&
        !hasExpired(held, this.#time),
    );
  }

  drop(who: TagCaller, asked: { key: string }): Outcome {
    const key = fold(asked.key);
    const outcome = this.#tagOutcome(who, key, 'DROP');
    if (outcome !== 'OK') return outcome;
    this.#tags.delete(key);
    this.#assigned = this.#assigned.filter((each) => each.key !== key);
    this.#onTags = this.#onTags.filter((each) => each.key !== key);
    for (const [name, expression] of this.#saved) if (key in expression) this.#forgetExpression(name);
    this.#policies = this.#policies.filter(
      ({ expression }) => typeof expression === 'string' || !(key in expression),
    );
    return 'OK';
  }

  /** The values that he may DESCRIBE. */
  get(who: TagCaller, asked: { key: string }): readonly string[] | Outcome {
    const key = fold(asked.key);
    const values = [...(this.#tags.get(key) ?? [])].filter((value) =>
      this.#mayOnValue(who, key, value, 'DESCRIBE'),
    );
    if (values.length > 0) return values.sort();
    return who.seesAll ? 'missing' : 'denied';
  }

  // assignments

  /** @param mayAll whether he could pass everything on that there is to hold on each of the places */
  assign(who: TagCaller, places: readonly TaggedPlace[], asked: { key: string; value: string }): Outcome {
    const pair = this.#associable(who, asked);
    if (typeof pair === 'string') return pair;
    for (const place of places) {
      const old = this.#ownAt(place).find(({ key }) => key === pair.key);
      if (old !== undefined && old.value !== pair.value) {
        if (!this.#mayOnValue(who, pair.key, old.value, 'ASSOCIATE')) return 'denied';
      }
    }
    for (const place of places) {
      this.#assigned = this.#assigned.filter((each) => !this.#isAt(each, place) || each.key !== pair.key);
      this.#assigned.push({ ...place, ...pair });
    }
    return 'OK';
  }

  unassign(who: TagCaller, places: readonly TaggedPlace[], asked: { key: string; value: string }): Outcome {
    const pair = this.#associable(who, asked);
    if (typeof pair === 'string') return pair;
    const isOn = (place: TaggedPlace) =>
      this.#ownAt(place).some(({ key, value }) => key === pair.key && value === pair.value);
    if (!places.every(isOn)) return 'missing';
    for (const place of places) {
      this.#assigned = this.#assigned.filter((each) => !this.#isAt(each, place) || each.key !== pair.key);
    }
    return 'OK';
  }

  #associable(who: TagCaller, asked: { key: string; value: string }) {
    const [key, value] = [fold(asked.key), fold(asked.value)];
    if (!this.#isThere(key, value)) return who.seesAll ? ('missing' as const) : ('denied' as const);
    return this.#mayOnValue(who, key, value, 'ASSOCIATE') ? { key, value } : ('denied' as const);
  }

  #isAt(each: Assignment, { database, table, column }: TaggedPlace): boolean {
    return each.database === database && each.table === table && each.column === column;
  }

  #ownAt(place: TaggedPlace): Assignment[] {
    return this.#assigned.filter((each) => this.#isAt(each, place));
  }

  databaseGone(database: number): void {
    this.#assigned = this.#assigned.filter((each) => each.database !== database);
  }

  tableGone(table: number): void {
    this.#assigned = this.#assigned.filter((each) => each.table !== table);
  }

  columnsGone(table: number, columns: readonly string[]): void {
    this.#assigned = this.#assigned.filter(
      (each) => each.table !== table || each.column === undefined || !columns.includes(each.column),
    );
  }

  // matching

  /** The value of the key there: its own, or what it inherits. */
  #valueAt({ database, table, column }: TaggedPlace, key: string): string | undefined {
    const levels: TaggedPlace[] = [];
    if (column !== undefined) levels.push({ database, table, column });
    if (table !== undefined) levels.push({ database, table });
    levels.push({ database });
    for (const level of levels) {
      const own = this.#ownAt(level).find((each) => each.key === key);
      if (own !== undefined) return own.value;
    }
    return undefined;
  }

  #matches(expression: Expression, place: TaggedPlace): boolean {
    for (const [key, values] of Object.entries(expression)) {
      const value = this.#valueAt(place, key);
      if (value === undefined || !values.includes(value)) return false;
    }
    return true;
  }

  #said(expression: Expression | string): Expression | undefined {
    return typeof expression === 'string' ? this.#saved.get(expression) : expression;
  }

  /** What policies on databases that match this one give him. */
  onDatabase(
    names: readonly string[],
    database: number,
    withOption: boolean,
    passing?: Bounds,
  ): readonly string[] {
    const given: string[] = [];
    for (const policy of this.#policies) {
      if (policy.of !== 'databases' || !names.includes(policy.principal)) continue;
      if (!counts(names, policy, this.#time)) continue;
      if (withOption && !policy.option) continue;
      if (passing !== undefined && !covers(policy, passing)) continue;
      const expression = this.#said(policy.expression);
      if (expression !== undefined && this.#matches(expression, { database })) given.push(policy.permission);
    }
    return given;
  }

  /** What policies on tables give him of this one, and of which columns. */
  onTable(
    names: readonly string[],
    place: { readonly database: number; readonly table: number; readonly columns: readonly string[] },
    withOption: boolean,
    passing?: Bounds,
  ): { readonly permission: string; readonly isWhole: boolean; readonly columns: readonly string[] }[] {
    const { database, table } = place;
    const given: { permission: string; isWhole: boolean; columns: readonly string[] }[] = [];
    for (const policy of this.#policies) {
      const { of, principal, option, permission, expression } = policy;
      if (of !== 'tables' || !names.includes(principal) || (withOption && !option)) continue;
      if (!counts(names, policy, this.#time) || (passing !== undefined && !covers(policy, passing))) continue;
      const said = this.#said(expression);
      if (said === undefined) continue;
      const columns = place.columns.filter((column) => this.#matches(said, { database, table, column }));
      const isWhole = this.#matches(said, { database, table });
      if (isWhole || columns.length > 0) given.push({ permission, isWhole, columns });
    }
    return given;
  }

  // grants

  /** Whether a pair may be named by him: it is there, and he may know. */
  #isKnown(who: TagCaller, of: Policy['of'], key: string, value: string): boolean {
    if (!this.#isThere(key, value)) return false;
    if (this.#mayOnValue(who, key, value, 'DESCRIBE')) return true;
    return this.#policies.some(
      (held) =>
        held.of === of &&
        held.option &&
        counts(who.names, held, this.#time) &&
        who.names.includes(held.principal) &&
        this.#said(held.expression)?.[key]?.includes(value) === true,
    );
  }

  /** Whatever matches the one matches the other. */
  #isWithin(narrower: Expression, wider: Expression): boolean {
    return Object.entries(wider).every(([key, values]) => {
      const asked = narrower[key];
      return asked !== undefined && asked.every((value) => values.includes(value));
    });
  }

  /** §9: the same permission with grant option over at least that scope. */
  mayPassPolicyOn(
    who: TagCaller,
    of: Policy['of'],
    asked: Expression | string,
    permissions: readonly string[],
    passing: Bounds,
  ): Outcome {
    const expression = typeof asked === 'string' ? asked : foldAll(asked);
    const said = this.#said(expression);
    const absent: Outcome = who.seesAll ? 'missing' : 'denied';
    if (said === undefined) return absent;
    if (typeof expression !== 'string') {
      if (Object.keys(expression).length === 0) return 'invalid';
      for (const [key, values] of Object.entries(expression)) {
        for (const value of values) if (!this.#isKnown(who, of, key, value)) return absent;
      }
    }
    if (who.isAdmin) return 'OK';
    const mine = this.#policies.filter(
      (held) =>
        held.of === of &&
        held.option &&
        counts(who.names, held, this.#time) &&
        covers(held, passing) &&
        who.names.includes(held.principal),
    );
    const reaches = (held: Policy): boolean => {
      if (sameExpression(held.expression, expression)) return true;
      // What a saved one says tomorrow is for its own holders to pass on.
      const wider = this.#said(held.expression);
      return typeof expression !== 'string' && wider !== undefined && this.#isWithin(said, wider);
    };
    const may = permissions.every((permission) =>
      mine.some((held) => (held.permission === permission || held.permission === 'ALL') && reaches(held)),
    );
    return may ? 'OK' : 'denied';
  }

  mayPassTagOn(
    who: TagCaller,
    asked: { tag: string; values: readonly string[] },
    permissions: readonly string[],
    passing: Bounds,
  ): Outcome {
    const key = fold(asked.tag);
    const values = this.#valuesOf(asked.values);
    for (const value of values) {
      const isThere = value === '*' ? this.#tags.has(key) : this.#isThere(key, value);
      if (!isThere) return who.seesAll ? 'missing' : 'denied';
    }
    const may = (permission: string) =>
      values.every((value) => this.#mayOnValue(who, key, value, permission, passing));
    return permissions.every(may) ? 'OK' : 'denied';
  }

  #valuesOf(values: readonly string[]): readonly string[] {
    return values.includes('*') ? ['*'] : values.map(fold);
  }

  grantPolicy(given: Policy): void {
    const { expression } = given;
    const asked = typeof expression === 'string' ? expression : foldAll(expression);
    const same = this.#findPolicy({ ...given, expression: asked });
    if (same === undefined) this.#policies.push({ ...given, expression: asked });
    else addTo(same, given);
  }

  #findPolicy(asked: Omit<Policy, 'option'>): Policy | undefined {
    return this.#policies.find(
      (held) =>
        held.of === asked.of &&
        held.principal === asked.principal &&
        held.permission === asked.permission &&
        held.when === asked.when &&
        sameExpression(held.expression, asked.expression),
    );
  }

  /** @returns false where it is not held so: then none is revoked */
  revokePolicy(
    on: Pick<Policy, 'of' | 'expression' | 'principal' | 'when'>,
    permissions: readonly string[],
    optionOnly: readonly string[],
    permit: Permit,
  ): boolean {
    const expression = typeof on.expression === 'string' ? on.expression : foldAll(on.expression);
    const heldOf = (permission: string) => this.#findPolicy({ ...on, expression, permission });
    const gone = this.#taken(permissions.map(heldOf), optionOnly.map(heldOf), permit);
    if (gone === undefined) return false;
    this.#policies = this.#policies.filter((held) => !gone.includes(held));
    return true;
  }

  /** Without their options those are left that lose no more. @returns what is to go, all of it or nothing */
  #taken<Held extends Bounded & { readonly permission: string }>(
    gone: readonly (Held | undefined)[],
    narrowed: readonly (Held | undefined)[],
    permit: Permit,
  ): readonly Held[] | undefined {
    const there = (held: Held | undefined) =>
      held === undefined || hasExpired(held, this.#time) ? [] : [held];
    const [taken, kept] = [gone.flatMap(there), narrowed.flatMap(there)];
    if (taken.length < gone.length || kept.length < narrowed.length) return undefined;
    if (kept.some(({ option }) => !option)) return undefined;
    for (const { permission, until } of [...taken, ...kept]) permit(permission, until);
    for (const held of kept) held.option = false;
    return taken;
  }

  grantTag(
    asked: { tag: string; values: readonly string[] },
    principal: string,
    permission: string,
    given: { readonly option: boolean } & Bounds,
  ): void {
    for (const value of this.#valuesOf(asked.values)) {
      const on = { key: fold(asked.tag), value, principal, permission };
      const same = this.#findOnTag({ ...on, when: given.when });
      if (same === undefined) this.#onTags.push({ ...on, ...given });
      else addTo(same, given);
    }
  }

  #findOnTag(asked: Omit<OnTag, 'option'>): OnTag | undefined {
    return this.#onTags.find(
      (held) =>
        held.key === asked.key &&
        held.value === asked.value &&
        held.principal === asked.principal &&
        held.permission === asked.permission &&
        held.when === asked.when,
    );
  }

  revokeTag(
    asked: { tag: string; values: readonly string[] },
    principal: string,
    permissions: readonly string[],
    optionOnly: readonly string[],
    { when }: Bounds,
    permit: Permit,
  ): boolean {
    const heldOf = (permission: string) =>
      this.#valuesOf(asked.values).map((value) =>
        this.#findOnTag({ key: fold(asked.tag), value, principal, permission, when }),
      );
    const gone = this.#taken(permissions.flatMap(heldOf), optionOnly.flatMap(heldOf), permit);
    if (gone === undefined) return false;
    this.#onTags = this.#onTags.filter((held) => !gone.includes(held));
    return true;
  }

  mayPassExpressionOn(
    who: TagCaller,
    name: string,
    permissions: readonly string[],
    passing: Bounds,
  ): Outcome {
    if (!this.#saved.has(name)) return who.seesAll ? 'missing' : 'denied';
    const may = (permission: string) => this.#mayOnExpression(who, name, permission, passing);
    return permissions.every(may) ? 'OK' : 'denied';
  }

  #findOnExpression(asked: Omit<OnExpression, 'option'>): OnExpression | undefined {
    return this.#onExpressions.find(
      (held) =>
        held.name === asked.name &&
        held.principal === asked.principal &&
        held.permission === asked.permission &&
        held.when === asked.when,
    );
  }

  grantExpression(given: OnExpression): void {
    const same = this.#findOnExpression(given);
    if (same === undefined) this.#onExpressions.push({ ...given });
    else addTo(same, given);
  }

  revokeExpression(
    on: Pick<OnExpression, 'name' | 'principal' | 'when'>,
    permissions: readonly string[],
    optionOnly: readonly string[],
    permit: Permit,
  ): boolean {
    const heldOf = (permission: string) => this.#findOnExpression({ ...on, permission });
    const gone = this.#taken(permissions.map(heldOf), optionOnly.map(heldOf), permit);
    if (gone === undefined) return false;
    this.#onExpressions = this.#onExpressions.filter((held) => !gone.includes(held));
    return true;
  }

  // saved expressions

  #mayName(who: TagCaller, expression: Expression): Outcome {
    for (const [key, values] of Object.entries(expression)) {
      for (const value of values) {
        if (!this.#isThere(key, value)) return who.seesAll ? 'missing' : 'denied';
        if (!this.#mayOnValue(who, key, value, 'DESCRIBE')) return 'denied';
      }
    }
    return 'OK';
  }

  save(who: TagCaller, mayCreate: boolean, asked: { name: string; expression: Expression }): Outcome {
    const expression = foldAll(asked.expression);
    if (Object.keys(expression).length === 0) return 'invalid';
    if (!mayCreate) return 'denied';
    const outcome = this.#mayName(who, expression);
    if (outcome !== 'OK') return outcome;
    if (this.#saved.has(asked.name)) return 'invalid';
    this.#saved.set(asked.name, expression);
    for (const permission of ['DESCRIBE', 'ALTER', 'DROP']) {
      this.#onExpressions.push({ name: asked.name, principal: who.creator, permission, option: true });
    }
    return 'OK';
  }

  changeExpression(who: TagCaller, asked: { name: string; expression: Expression }): Outcome {
    const expression = foldAll(asked.expression);
    if (Object.keys(expression).length === 0) return 'invalid';
    if (!this.#saved.has(asked.name)) return who.seesAll ? 'missing' : 'denied';
    if (!this.#mayOnExpression(who, asked.name, 'ALTER')) return 'denied';
    const outcome = this.#mayName(who, expression);
    if (outcome === 'OK') this.#saved.set(asked.name, expression);
    return outcome;
  }

  dropExpression(who: TagCaller, { name }: { name: string }): Outcome {
    if (!this.#saved.has(name)) return who.seesAll ? 'missing' : 'denied';
    if (!this.#mayOnExpression(who, name, 'DROP')) return 'denied';
    this.#forgetExpression(name);
    return 'OK';
  }

  getExpression(who: TagCaller, { name }: { name: string }): Outcome {
    if (!this.#saved.has(name)) return who.seesAll ? 'missing' : 'denied';
    return this.#mayOnExpression(who, name, 'DESCRIBE') ? 'OK' : 'denied';
  }

  listExpressions(who: TagCaller): string[] {
    return [...this.#saved.keys()].filter((name) => this.#mayOnExpression(who, name, 'DESCRIBE')).sort();
  }

  #forgetExpression(name: string): void {
    this.#saved.delete(name);
    this.#onExpressions = this.#onExpressions.filter((held) => held.name !== name);
    this.#policies = this.#policies.filter(({ expression }) => expression !== name);
  }
}
