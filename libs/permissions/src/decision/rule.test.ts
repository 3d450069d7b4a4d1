import type { ColumnScope, Permission, TableResource } from '@lakewarden/kernel';
import { describe, expect, it } from 'vitest';

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
  const [type = '', resource = '', permission = ''] = policy.split(' ');
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

describe('the model of data permissions', () => {
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
  });
});
