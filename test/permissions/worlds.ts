import fc from 'fast-check';

import type { On, Step } from './story.ts';
import { type Undone, batches, moves, passedOn, undo, undone } from './worlds-chains.ts';
import {
  DATABASES,
  TABLES,
  read,
  caller,
  database,
  table,
  columns,
  place,
  anyPlace,
  keys,
  filter,
  filterShows,
  when,
  passes,
  KEYS,
  VALUES,
  key,
  value,
  values,
  expression,
  taggable,
  granting,
  grantee,
} from './worlds-things.ts';

const principals = fc.subarray(['ann', 'bob', 'group/analysts', 'role/reader', 'admin'], { maxLength: 2 });
const membership = { group: fc.constant('analysts'), user: fc.constantFrom('ann', 'bob') };
const optingIn = {
  as: caller,
  who: grantee,
  on: fc.oneof<fc.Arbitrary<On>[]>(
    fc.constant<On>({ catalog: true }),
    database.map((name) => ({ database: name })),
    database.map((name) => ({ tablesOf: name })),
    table.map((name) => ({ table: name })),
  ),
  when,
};
const partition = { table, value: fc.constantFrom('1', '2'), location: anyPlace };
const op = <Op extends string>(name: Op) => fc.constant(name);

const one = fc
  .oneof(
    {
      weight: 10,
      arbitrary: fc.tuple(granting, grantee).map(([given, to]) => ({ op: 'Grant' as const, ...given, to })),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(granting, grantee)
        .map(([given, from]) => ({ op: 'Revoke' as const, ...given, from })),
    },
    fc.record({ op: op('Settings'), admins: principals, readOnlyAdmins: principals, isOpen: fc.boolean() }),
    fc.record({ op: op('Join'), ...membership }),
    fc.record({ op: op('Leave'), ...membership }),
    {
      weight: 3,
      arbitrary: fc.record({ op: op('Register'), as: caller, location: place, hybrid: fc.boolean() }),
    },
    fc.record({ op: op('ChangeRegistration'), as: caller, location: place, hybrid: fc.boolean() }),
    { weight: 4, arbitrary: fc.record({ op: op('OptIn'), ...optingIn }) },
    { weight: 2, arbitrary: fc.record({ op: op('OptOut'), ...optingIn }) },
    fc.record({ op: op('Deregister'), as: caller, location: place }),
    fc.record({ op: op('CreateDatabase'), as: caller, database, location: anyPlace }),
    fc.record({ op: op('RenameDatabase'), as: caller, database, to: database, location: anyPlace }),
    fc.record({ op: op('DeleteDatabase'), as: caller, database }),
    {
      weight: 2,
      arbitrary: fc.record({ op: op('CreateTable'), as: caller, table, columns, keys, location: anyPlace }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ op: op('UpdateTable'), as: caller, table, columns, keys, location: anyPlace }),
    },
    { weight: 2, arbitrary: fc.record({ op: op('DeleteTable'), as: caller, table }) },
    { weight: 3, arbitrary: fc.record({ op: op('CreatePartition'), as: caller, ...partition }) },
    { weight: 2, arbitrary: fc.record({ op: op('UpdatePartition'), as: caller, ...partition }) },
    fc.record({ op: op('DeletePartition'), as: caller, table, value: partition.value }),
    {
      weight: 3,
      arbitrary: fc.record({ op: op('CreateFilter'), as: caller, filter, of: table, ...filterShows }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ op: op('UpdateFilter'), as: caller, filter, of: table, ...filterShows }),
    },
    fc.record({ op: op('DeleteFilter'), as: caller, filter, of: table }),
    fc.record({ op: op('MakeTag'), as: caller, key, values }),
    fc.record({ op: op('DropTag'), as: caller, key }),
    { weight: 8, arbitrary: fc.record({ op: op('Assign'), as: caller, on: taggable, key, value }) },
    { weight: 3, arbitrary: fc.record({ op: op('Unassign'), as: caller, on: taggable, key, value }) },
    fc.record({
      op: op('ChangeTag'),
      as: caller,
      key,
      add: fc.constantFrom<string[][]>([], ['z']),
      drop: values,
    }),
    fc.record({ op: op('SaveExpression'), as: caller, name: fc.constant('saved'), expression }),
    fc.record({ op: op('ChangeExpression'), as: caller, name: fc.constant('saved'), expression }),
    fc.record({ op: op('DropExpression'), as: caller, name: fc.constant('saved') }),
  )
  .map((written) => [read(written)]);

const someSteps: fc.Arbitrary<(Step | Undone)[]> = fc.oneof(
  { weight: 12, arbitrary: one },
  { weight: 3, arbitrary: undone.map((each) => [each]) },
  { weight: 3, arbitrary: passedOn },
  { weight: 1, arbitrary: moves },
  { weight: 1, arbitrary: batches },
  { weight: 1, arbitrary: passes.map((each) => [each]) },
);

export const world: fc.Arbitrary<Step[]> = fc
  .array(someSteps, { minLength: 2, maxLength: 14 })
  .map((made) => {
    const told: Step[] = [];
    for (const each of made.flat()) told.push(...('undoes' in each ? undo(each, told) : [each]));
    return told;
  });

/** Something there, and somebody who holds something of it. */
export const BEGINNING: readonly Step[] = [
  ...DATABASES.map((name) => read({ op: 'CreateDatabase', database: name })),
  ...TABLES.map((name) =>
    read({ op: 'CreateTable', table: name, columns: ['id', 'name', 'mail'], keys: ['day'] }),
  ),
  read({
    op: 'CreateFilter',
    filter: 'f',
    of: 'a.t',
    rows: { column: 'mail', is: 'x' },
    columns: ['id', 'day'],
  }),
  ...KEYS.map((name) => read({ op: 'MakeTag', key: name, values: VALUES })),
  read({ op: 'SaveExpression', name: 'saved', expression: { env: ['x'] } }),
];

/** Half of the worlds begin with things under a hybrid location. */
export const HYBRID_BEGINNING: readonly Step[] = [
  read({ op: 'Register', location: 's3://lake', hybrid: true }),
  read({ op: 'RenameDatabase', database: 'a', to: 'a', location: 's3://lake/a' }),
  read({
    op: 'UpdateTable',
    table: 'a.t',
    columns: ['id', 'name', 'mail'],
    keys: ['day'],
    location: 's3a://lake/a/b/',
  }),
];
