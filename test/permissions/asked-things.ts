import type { Permission } from '@lakewarden/kernel';
import type { ExplainedResource, GrantEntry, GrantResource } from '@lakewarden/permissions';

import { arnOf } from './in-process.ts';
import { ACCOUNT } from './story.ts';

export const orders = { catalogId: ACCOUNT, database: 'sales', name: 'orders' };
export const sales = { catalogId: ACCOUNT, name: 'sales' };
export const place = (location: string) => ({ kind: 'DataLocation', catalogId: ACCOUNT, location }) as const;
export const filter = (name: string) => ({ kind: 'DataCellsFilter', table: orders, name }) as const;
export const env = (...values: string[]) =>
  ({ kind: 'LFTag', catalogId: ACCOUNT, key: 'env', values }) as const;
export const saved = (name: string) => ({ kind: 'LFTagExpression', catalogId: ACCOUNT, name }) as const;
export const columns = (...names: string[]) =>
  ({ kind: 'TableWithColumns', table: orders, columns: { kind: 'include', names } }) as const;
export const allTables = { kind: 'TableWildcard', database: sales } as const;

/**
 * A question, and what it takes: each of these, which a grant gives or does not. Written down from spec/permissions.md,
 * not asked of the code.
 */
export interface Asked {
  readonly on: ExplainedResource;
  readonly permission: Permission;
  readonly takes: readonly string[];
  readonly action: string;
  /** As a refusal names what is missing, where that is not the thing asked about. */
  readonly missing?: Readonly<Record<string, string>>;
}
const ASKED: Readonly<Record<string, Asked>> = {
  'location s3://lake/a': {
    on: place('s3://lake/a'),
    permission: 'DATA_LOCATION_ACCESS',
    takes: ['a'],
    action: 'glue:CreateTable',
  },
  'location s3://lake/a/b': {
    on: place('s3://lake/a/b'),
    permission: 'DATA_LOCATION_ACCESS',
    takes: ['a/b'],
    action: 'glue:CreateTable',
  },
  'location s3://lake/ab': {
    on: place('s3://lake/ab'),
    permission: 'DATA_LOCATION_ACCESS',
    takes: ['ab'],
    action: 'glue:CreateTable',
  },
  'SELECT data cells filter few of table sales.orders': {
    on: filter('few'),
    permission: 'SELECT',
    takes: ['few'],
    action: 'glue:GetTable',
  },
  'DESCRIBE data cells filter few of table sales.orders': {
    on: filter('few'),
    permission: 'DESCRIBE',
    takes: ['describe few'],
    action: 'lakeformation:GetDataCellsFilter',
  },
  'DROP data cells filter few of table sales.orders': {
    on: filter('few'),
    permission: 'DROP',
    takes: ['drop few'],
    action: 'lakeformation:DeleteDataCellsFilter',
  },
  'DESCRIBE LF-tag env=x': {
    on: env('x'),
    permission: 'DESCRIBE',
    takes: ['describe x'],
    action: 'lakeformation:GetLFTag',
  },
  'ASSOCIATE LF-tag env=x|y': {
    on: env('x', 'y'),
    permission: 'ASSOCIATE',
    takes: ['associate x', 'associate y'],
    action: 'lakeformation:AddLFTagsToResource',
    missing: { 'associate x': 'LF-tag env=x', 'associate y': 'LF-tag env=y' },
  },
  // Whoever alters or drops a tag does so with all of it.
  'ALTER LF-tag env=*': {
    on: env('x'),
    permission: 'ALTER',
    takes: ['alter *'],
    action: 'lakeformation:UpdateLFTag',
  },
  'DROP LF-tag env=*': {
    on: env('*'),
    permission: 'DROP',
    takes: ['drop *'],
    action: 'lakeformation:DeleteLFTag',
  },
  'DESCRIBE LF-tag expression Live': {
    on: saved('Live'),
    permission: 'DESCRIBE',
    takes: ['describe Live'],
    action: 'lakeformation:GetLFTagExpression',
  },
  'ALTER LF-tag expression Live': {
    on: saved('Live'),
    permission: 'ALTER',
    takes: ['alter Live'],
    action: 'lakeformation:UpdateLFTagExpression',
  },
  'SELECT all tables of database sales': {
    on: allTables,
    permission: 'SELECT',
    takes: ['select every'],
    action: 'glue:GetTable',
  },
  'DESCRIBE all tables of database sales': {
    on: allTables,
    permission: 'DESCRIBE',
    takes: ['describe every'],
    action: 'glue:GetTable',
  },
  'SELECT column mail of table sales.orders': {
    on: columns('mail'),
    permission: 'SELECT',
    takes: ['mail'],
    action: 'glue:GetTable',
  },
  'SELECT columns id, mail of table sales.orders': {
    on: columns('id', 'mail'),
    permission: 'SELECT',
    takes: ['id', 'mail'],
    action: 'glue:GetTable',
    missing: { id: 'column id of table sales.orders', mail: 'column mail of table sales.orders' },
  },
  'DESCRIBE column mail of table sales.orders': {
    on: columns('mail'),
    permission: 'DESCRIBE',
    takes: ['describe mail'],
    action: 'glue:GetTable',
  },
};
export const questions = Object.entries(ASKED).map(([name, asked]) => ({
  ...asked,
  thing: name.replace(/^[A-Z]+ /, ''),
}));

export interface Held {
  readonly on: GrantResource;
  readonly permission: Permission;
  readonly gives: readonly string[];
  readonly withGrantOption?: true;
}
const TABLE_SEEN = ['describe id', 'describe mail'];
const EVERY_SEEN = ['describe every', ...TABLE_SEEN];
export const HELD: readonly Held[] = [
  { on: place('s3://lake/a'), permission: 'DATA_LOCATION_ACCESS', gives: ['a', 'a/b'] },
  { on: place('s3://lake/a/b'), permission: 'DATA_LOCATION_ACCESS', gives: ['a/b'] },
  { on: place('s3://lake/ab'), permission: 'DATA_LOCATION_ACCESS', gives: ['ab'] },
  { on: filter('few'), permission: 'SELECT', gives: ['few', 'describe few', 'id', 'describe id'] },
  { on: filter('few'), permission: 'DESCRIBE', gives: ['describe few'] },
  { on: filter('few'), permission: 'DROP', gives: ['describe few', 'drop few'] },
  { on: filter('other'), permission: 'SELECT', gives: ['mail', 'describe mail'] },
  {
    on: { kind: 'Table', table: orders },
    permission: 'SELECT',
    withGrantOption: true,
    gives: ['id', 'mail', ...TABLE_SEEN, 'describe few', 'drop few'],
  },
  { on: { kind: 'Table', table: orders }, permission: 'DESCRIBE', gives: TABLE_SEEN },
  {
    on: columns('id'),
    permission: 'SELECT',
    withGrantOption: true,
    gives: ['id', 'describe id', 'describe few', 'drop few'],
  },
  // Another column than the filter's: it may be passed on, and the filter may not be managed.
  { on: columns('mail'), permission: 'SELECT', withGrantOption: true, gives: ['mail', 'describe mail'] },
  {
    on: { kind: 'TableWithColumns', table: orders, columns: { kind: 'exclude', names: ['mail'] } },
    permission: 'SELECT',
    gives: ['id', 'describe id'],
  },
  { on: allTables, permission: 'SELECT', gives: ['select every', 'id', 'mail', ...EVERY_SEEN] },
  { on: allTables, permission: 'ALTER', gives: EVERY_SEEN },
  { on: { kind: 'Database', database: sales }, permission: 'ALL', gives: [] },
  { on: env('x'), permission: 'DESCRIBE', gives: ['describe x'] },
  { on: env('x'), permission: 'ASSOCIATE', gives: ['describe x', 'associate x'] },
  { on: env('y'), permission: 'ASSOCIATE', gives: ['associate y'] },
  { on: env('*'), permission: 'ASSOCIATE', gives: ['describe x', 'associate x', 'associate y'] },
  { on: env('x'), permission: 'ALTER', gives: ['describe x'] },
  { on: env('*'), permission: 'ALTER', gives: ['describe x', 'alter *'] },
  { on: env('*'), permission: 'DROP', gives: ['describe x', 'drop *'] },
  { on: saved('Live'), permission: 'ALTER', gives: ['describe Live', 'alter Live'] },
  { on: saved('Dead'), permission: 'ALTER', gives: [] },
];

export const entryOf = ({ on, permission, withGrantOption }: Held, to = 'ann'): GrantEntry => ({
  principal: arnOf(to),
  resource: on,
  permissions: [permission],
  withGrantOption: withGrantOption === true ? [permission] : [],
});
