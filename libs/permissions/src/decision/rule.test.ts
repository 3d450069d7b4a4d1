import type { ColumnScope, GovernedResource, Permission, TableResource } from '@lakewarden/kernel';
import { describe, expect, it } from 'vitest';

import type { TagExpression } from '../tag/expression.ts';
import { Slice, type SliceLine } from './rule.ts';

const CATALOG = { type: 'CATALOG', catalogId: 'c' } as const;
const DATABASE = { type: 'DATABASE', catalogId: 'c', databaseId: 'd', database: 'sales' } as const;
const TABLE: TableResource = { ...DATABASE, type: 'TABLE', tableId: 't', table: 'orders' };
const ON = { CATALOG, DATABASE, TABLE };

const ALL: ColumnScope = { kind: 'all' };
const ID: ColumnScope = { kind: 'include', names: ['id'] };
const NOT_ID: ColumnScope = { kind: 'exclude', names: ['id'] };

/** `DATABASE d ALTER+`: a grant of ALTER, with grant option, on the database of that id. */
function lineOf(policy: string, columns: ColumnScope = ALL): SliceLine {
  const [type = '', id = '', permission = ''] = policy.split(' ');
  const resource = id.replace('%', ' '); // of an LF-tag: its id and a value
  const grantOption = permission.endsWith('+');
  const held = {
    resource,
    permission: permission.replace('+', '') as Permission, // written below
    grantOption,
  };
  return {
    ...held,
    type: type as SliceLine['type'], // written below
    columns,
    reason: { gate: 2, kind: 'grant', id: policy, principal: 'ann', ...held },
  };
}

/** What is held, what is asked of what (with a `+`: to pass it on), and whether it is allowed. */
const TABLE_OF_DECISIONS: readonly (readonly [string, keyof typeof ON, string, boolean])[] = [
  ['ADMIN c ALL+', 'CATALOG', 'CREATE_DATABASE', true],
  ['ADMIN c ALL+', 'DATABASE', 'DROP', true],
  ['ADMIN c ALL+', 'TABLE', 'ALTER', true],
  ['ADMIN c ALL+', 'TABLE', 'SELECT', false],
  ['ADMIN c ALL+', 'TABLE', 'INSERT', false],
  ['ADMIN c ALL+', 'TABLE', 'SELECT+', true],
  ['ADMIN x ALL+', 'TABLE', 'DESCRIBE', false],
  ['READ_ONLY_ADMIN c ALL', 'CATALOG', 'DESCRIBE', true],
  ['READ_ONLY_ADMIN c ALL', 'TABLE', 'DESCRIBE', true],
  ['READ_ONLY_ADMIN c ALL', 'TABLE', 'DESCRIBE+', false],
  ['READ_ONLY_ADMIN c ALL', 'TABLE', 'ALTER', false],
  ['CATALOG c CREATE_DATABASE', 'CATALOG', 'CREATE_DATABASE', true],
  ['CATALOG c CREATE_DATABASE', 'CATALOG', 'CREATE_DATABASE+', false],
  ['CATALOG c ALL', 'CATALOG', 'CREATE_LF_TAG', true],
  ['CATALOG c ALL+', 'CATALOG', 'DESCRIBE', false],
  ['CATALOG c ALL', 'DATABASE', 'DESCRIBE', false],
  ['DATABASE d ALL', 'DATABASE', 'CREATE_TABLE', true],
  ['DATABASE d CREATE_TABLE', 'DATABASE', 'DESCRIBE', true],
  ['DATABASE d ALTER+', 'DATABASE', 'DESCRIBE+', false],
  ['DATABASE d ALL+', 'DATABASE', 'DESCRIBE+', true],
  ['DATABASE x ALL', 'DATABASE', 'DESCRIBE', false],
  ['DATABASE d ALL', 'TABLE', 'DESCRIBE', false],
  ['TABLE t SELECT', 'TABLE', 'SELECT', true],
  ['TABLE t SELECT', 'TABLE', 'DESCRIBE', true],
  ['TABLE t SELECT', 'TABLE', 'INSERT', false],
  ['TABLE t SELECT+', 'TABLE', 'DESCRIBE+', false],
  ['TABLE x SELECT', 'TABLE', 'SELECT', false],
  ['TABLE t INSERT', 'DATABASE', 'DESCRIBE', true],
  ['TABLE t ALL+', 'DATABASE', 'DESCRIBE+', false],
  ['TABLE t ALL', 'DATABASE', 'ALTER', false],
  ['TABLE_WILDCARD d SELECT', 'TABLE', 'SELECT', true],
  ['TABLE_WILDCARD d SELECT+', 'TABLE', 'SELECT+', true],
  ['TABLE_WILDCARD x ALL', 'TABLE', 'DESCRIBE', false],
  ['COLUMN t SELECT', 'TABLE', 'SELECT', true],
  ['COLUMN t SELECT', 'TABLE', 'ALTER', false],
  ['COLUMN t SELECT+', 'TABLE', 'DESCRIBE+', false],
  ['COLUMNS_EXCEPT t SELECT', 'TABLE', 'DESCRIBE', true],
  ['COLUMNS_EXCEPT x SELECT', 'TABLE', 'SELECT', false],
];

const FILTER: GovernedResource = { ...TABLE, type: 'FILTER', filterId: 'f', filter: 'few' };
const LOCATION: GovernedResource = { type: 'DATA_LOCATION', catalogId: 'c', location: 's3://lake/a/b' };
const EXPRESSION: TagExpression = [{ key: 'env', values: ['x'] }];
const TAG: GovernedResource = { type: 'LF_TAG', catalogId: 'c', tagId: 'g', key: 'env', value: 'x' };
const SAVED: GovernedResource = {
  type: 'LF_TAG_EXPRESSION',
  catalogId: 'c',
  expressionId: 'e',
  name: 'saved',
};
const POLICY: GovernedResource = {
  type: 'LF_TAG_POLICY',
  catalogId: 'c',
  of: 'TABLE',
  expressionId: 'e',
  expression: EXPRESSION,
  isSaved: false,
};

/** Of the rest: what a line is on, besides what the line says. */
const REACHES: readonly (readonly [string, GovernedResource, string, boolean])[] = [
  ['FILTER t/f SELECT', TABLE, 'SELECT', true],
  ['FILTER t/f DESCRIBE', FILTER, 'DESCRIBE', true],
  ['FILTER t/g DESCRIBE', FILTER, 'DESCRIBE', false],
  ['FILTER x/f SELECT', TABLE, 'SELECT', false],
  ['FILTER tt/f SELECT', TABLE, 'SELECT', false],
  ['FILTER x/f SELECT', DATABASE, 'DESCRIBE', true],
  ['FILTER t/f SELECT', TABLE, 'SELECT+', false],
  ['DATA_LOCATION s3://lake/a DATA_LOCATION_ACCESS', LOCATION, 'DATA_LOCATION_ACCESS', true],
  ['DATA_LOCATION s3://lake/a/b/c DATA_LOCATION_ACCESS', LOCATION, 'DATA_LOCATION_ACCESS', false],
  ['DATA_LOCATION s3://lake/a DATA_LOCATION_ACCESS', TABLE, 'DESCRIBE', false],
  ['DATABASE d CREATE_TABLE', { ...LOCATION, databaseId: 'd' }, 'DATA_LOCATION_ACCESS', true],
  ['DATABASE x CREATE_TABLE', { ...LOCATION, databaseId: 'd' }, 'DATA_LOCATION_ACCESS', false],
  ['DATABASE d CREATE_TABLE', LOCATION, 'DATA_LOCATION_ACCESS', false],
  ['TAGGED_DATABASE d DESCRIBE', DATABASE, 'DESCRIBE', true],
  ['TAGGED_DATABASE x DESCRIBE', DATABASE, 'DESCRIBE', false],
  ['TAGGED_DATABASE d CREATE_TABLE', { ...LOCATION, databaseId: 'd' }, 'DATA_LOCATION_ACCESS', true],
  ['TAGGED_TABLE t INSERT', TABLE, 'INSERT', true],
  ['TAGGED_TABLE x INSERT', TABLE, 'INSERT', false],
  ['TAGGED_TABLE t INSERT', DATABASE, 'DESCRIBE', true],
  ['TAGGED_COLUMNS t SELECT', TABLE, 'SELECT', true],
  ['TAGGED_COLUMNS x SELECT', TABLE, 'SELECT', false],
  ['TAGGED_COLUMNS t SELECT', TABLE, 'INSERT', false],
  ['TAGGED_COLUMNS t SELECT', DATABASE, 'DESCRIBE', true],
  ['LF_TAG g%x ASSOCIATE', TAG, 'ASSOCIATE', true],
  ['LF_TAG g%* ASSOCIATE', TAG, 'ASSOCIATE', true],
  ['LF_TAG g%y ASSOCIATE', TAG, 'ASSOCIATE', false],
  ['LF_TAG h%x ASSOCIATE', TAG, 'DESCRIBE', false],
  ['LF_TAG_EXPRESSION e ALTER', SAVED, 'DESCRIBE', true],
  ['LF_TAG_EXPRESSION x ALTER', SAVED, 'ALTER', false],
  ['LF_TAG_POLICY_TABLE e SELECT+', POLICY, 'SELECT+', true],
  ['LF_TAG_POLICY_TABLE x SELECT+', POLICY, 'SELECT+', false],
  ['LF_TAG_POLICY_TABLE e SELECT', POLICY, 'SELECT+', false],
];

describe('the model of data permissions', () => {
  it.each(REACHES)('given %s, asked of %j for %s: %s', async (held, on, asked, allowed) => {
    const slice = await Slice.of([lineOf(held)]);
    const permission = asked.replace('+', '') as Permission; // written above
    expect(slice.decide(on, permission, asked.endsWith('+')).allowed).toBe(allowed);
  });

  it.each([
    [CATALOG, 'catalog c'],
    [DATABASE, 'database sales'],
    [TABLE, 'table sales.orders'],
    [FILTER, 'data cells filter few of table sales.orders'],
    [LOCATION, 'location s3://lake/a/b'],
    [TAG, 'LF-tag env=x'],
    [SAVED, 'LF-tag expression saved'],
    [POLICY, 'tables tagged env=x'],
    [{ ...POLICY, of: 'DATABASE' } as const, 'databases tagged env=x'],
  ])('names what is missing: %#', async (on, named) => {
    const { missing } = (await Slice.of([])).decide(on, 'DROP', false);
    expect(missing).toEqual([{ permission: 'DROP', resource: named }]);
  });

  it('answers for each filter, place and value apart, though one slice knows them all', async () => {
    const slice = await Slice.of([
      lineOf('FILTER t/f DROP'),
      lineOf('DATA_LOCATION s3://lake/a DATA_LOCATION_ACCESS'),
      lineOf('LF_TAG g%x DROP'),
    ]);
    const may = (on: GovernedResource, permission: Permission) => slice.decide(on, permission, false).allowed;
    for (let time = 0; time < 2; time += 1) {
      expect(may(FILTER, 'DROP')).toBe(true);
      expect(may({ ...FILTER, filterId: 'g' }, 'DROP')).toBe(false);
      expect(may({ ...FILTER, filterId: 'f' }, 'ALTER')).toBe(false);
      expect(may(LOCATION, 'DATA_LOCATION_ACCESS')).toBe(true);
      expect(may({ ...LOCATION, location: 's3://lake/c' }, 'DATA_LOCATION_ACCESS')).toBe(false);
      expect(may(TAG, 'DROP')).toBe(true);
      expect(may({ ...TAG, value: 'y' }, 'DROP')).toBe(false);
      expect(slice.decide(TAG, 'DROP', true).allowed).toBe(false);
    }
    expect(slice.size).toBe(3);
  });

  it('shows the rows of a filter to who asks about the table, and none to who asks about the filter', async () => {
    const rows: ColumnScope = { kind: 'include', names: ['id'], rows: 'id = 1' };
    const slice = await Slice.of([lineOf('FILTER t/f SELECT', rows)]);
    expect(slice.decide(TABLE, 'SELECT', false).columns).toEqual([rows]);
    expect(slice.decide(FILTER, 'SELECT', false).columns).toEqual([ID]);
  });
  it.each(TABLE_OF_DECISIONS)('given %s, asked of the %s for %s: %s', async (held, on, asked, allowed) => {
    const slice = await Slice.of([lineOf(held)]);
    const permission = asked.replace('+', '') as Permission; // written above
    const decision = slice.decide(ON[on], permission, asked.endsWith('+'));
    expect(decision.allowed).toBe(allowed);
    expect(decision.because.map(({ id }) => id)).toEqual(allowed ? [held] : []);
    expect(decision.missing).toHaveLength(allowed ? 0 : 1);
  });

  it('given nothing, refuses', async () => {
    const decision = (await Slice.of([])).decide(TABLE, 'DESCRIBE', false);
    expect(decision).toMatchObject({
      allowed: false,
      missing: [{ permission: 'DESCRIBE', resource: 'table sales.orders' }],
    });
  });

  it('given several lines, names each that contributes and shows what each shows', async () => {
    const slice = await Slice.of([
      lineOf('COLUMN t SELECT', ID),
      lineOf('COLUMNS_EXCEPT t SELECT', NOT_ID),
      lineOf('TABLE t INSERT'),
    ]);
    expect(slice.decide(TABLE, 'SELECT', false)).toMatchObject({ allowed: true, columns: [ID, NOT_ID] });
    expect(slice.decide(TABLE, 'INSERT', false).columns).toEqual([ALL]);
    expect(slice.decide(TABLE, 'DESCRIBE', false).columns).toEqual([ID, NOT_ID, ALL]);
  });

  it('shows a database whole by what is held on it, and its name by what is held in it', async () => {
    const whole = async (held: string) =>
      (await Slice.of([lineOf(held)])).decide(DATABASE, 'DESCRIBE', false).isWhole;
    expect(await whole('DATABASE d ALTER')).toBe(true);
    expect(await whole('TABLE_WILDCARD d ALL')).toBe(false);
    expect(await whole('COLUMN t SELECT')).toBe(false);
    expect(await whole('FILTER t/f SELECT')).toBe(false);
    expect(await whole('TAGGED_TABLE t SELECT')).toBe(false);
    expect(await whole('TAGGED_COLUMNS t SELECT')).toBe(false);
    expect(await whole('TAGGED_DATABASE d DESCRIBE')).toBe(true);
    const both = await Slice.of([lineOf('TABLE t SELECT'), lineOf('ADMIN c ALL+')]);
    expect(both.decide(DATABASE, 'DESCRIBE', false).isWhole).toBe(true);
    expect((await Slice.of([lineOf('TABLE t SELECT')])).decide(TABLE, 'SELECT', false).isWhole).toBe(true);
  });
});
