import type { ColumnScope } from '@lakewarden/kernel';

/** A key and those of its values that are meant: any of them. */
export interface TagCondition {
  readonly key: string;
  readonly values: readonly string[];
}

/** AND over keys, OR over a key's values (spec/permissions.md §7). Each key once. */
export type TagExpression = readonly TagCondition[];

/** One tag as it was put on a database, a table (`column` is empty) or one of its columns. */
export interface AssignedTag {
  readonly level: 'database' | 'table';
  readonly column: string;
  readonly key: string;
  readonly value: string;
}

/** At most one value a key. */
export type Tags = ReadonlyMap<string, string>;

/** What a database, a table and its tagged columns carry, what they inherit included. */
export interface EffectiveTags {
  readonly database: Tags;
  readonly table: Tags;
  /** Those columns alone that have a tag of their own: the others carry the table's. */
  readonly columns: ReadonlyMap<string, Tags>;
}

const tagsOf = (assigned: readonly AssignedTag[]): [string, string][] =>
  assigned.map(({ key, value }) => [key, value]);

/**
 * A table inherits its database's tags, a column its table's; each level overrides by key. There is no other way for a
 * tag to come to a thing, so tags cannot go in circles.
 */
export function effectiveTags(assigned: readonly AssignedTag[]): EffectiveTags {
  const database = new Map(tagsOf(assigned.filter(({ level }) => level === 'database')));
  const own = assigned.filter(({ level, column }) => level === 'table' && column === '');
  const table = new Map([...database, ...tagsOf(own)]);
  const columns = new Map<string, Tags>();
  for (const { column, key, value } of assigned) {
    if (column === '') continue;
    columns.set(column, new Map([...(columns.get(column) ?? table), [key, value]]));
  }
  return { database, table, columns };
}

/** The rule of matching. An expression without a key says nothing, and matches nothing. */
export const matches = (expression: TagExpression, tags: Tags): boolean =>
  expression.length > 0 &&
  expression.every(({ key, values }) => {
    const value = tags.get(key);
    return value !== undefined && values.includes(value);
  });

/** How far a policy on tables reaches into one of them. */
export interface TableReach {
  /** The table's own tags match: other permissions than SELECT reach no less. */
  readonly isWhole: boolean;
  readonly columns: ColumnScope;
}

/**
 * A table that matches is reached with all columns except those whose overriding tags do not match; of another table
 * those columns that match. @returns undefined where it is out of reach
 */
export function reachOf(expression: TagExpression, assigned: readonly AssignedTag[]): TableReach | undefined {
  const { table, columns } = effectiveTags(assigned);
  const namesWhere = (wanted: boolean): string[] =>
    [...columns].filter(([, tags]) => matches(expression, tags) === wanted).map(([name]) => name);
  if (matches(expression, table)) {
    const names = namesWhere(false);
    return { isWhole: true, columns: names.length === 0 ? { kind: 'all' } : { kind: 'exclude', names } };
  }
  const names = namesWhere(true);
  return names.length === 0 ? undefined : { isWhole: false, columns: { kind: 'include', names } };
}

/** Whether whatever matches the one matches the other too. */
export const isWithin = (narrower: TagExpression, wider: TagExpression): boolean =>
  wider.length > 0 &&
  wider.every(({ key, values }) => {
    const asked = narrower.find((each) => each.key === key);
    return asked !== undefined && asked.values.every((value) => values.includes(value));
  });

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The same for two expressions that were written in another order. */
export const canonical = (expression: TagExpression): TagExpression =>
  expression
    .map(({ key, values }) => ({ key, values: [...new Set(values)].sort(inOrder) }))
    .sort((a, b) => inOrder(a.key, b.key));

/** As reasons name it: `class=open|pii AND env=prod`. */
export const describeExpression = (expression: TagExpression): string =>
  canonical(expression)
    .map(({ key, values }) => `${key}=${values.join('|')}`)
    .join(' AND ');
