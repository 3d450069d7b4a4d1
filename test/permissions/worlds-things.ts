import fc from 'fast-check';

import { STORY_CONDITIONS } from './oracle-conditions.ts';
import { type On, type Step, step, type WrittenStep } from './story.ts';

/** What random worlds are made of: who, what, where, for how long. */

export const CALLERS = ['ann', 'bob', 'session/reader', 'admin'];
export const GRANTEES = [
  'ann',
  'bob',
  'group/analysts',
  'role/reader',
  'IAM_ALLOWED_PRINCIPALS',
  'IAMPrincipals',
];
export const DATABASES = ['a', 'b'];
export const TABLES = ['a.t', 'a.u', 'b.t'];
export const COLUMNS = ['id', 'name', 'mail', 'note'];
export const ON_CATALOG = ['CREATE_DATABASE', 'ALL', 'DESCRIBE'];
export const ON_DATABASE = ['DESCRIBE', 'ALTER', 'DROP', 'CREATE_TABLE', 'ALL'];
export const ON_TABLE = ['DESCRIBE', 'SELECT', 'INSERT', 'DELETE', 'ALTER', 'DROP', 'ALL'];

export interface Validity {
  readonly since?: number;
  readonly until?: number;
}

export const read = (written: WrittenStep): Step => step.parse(written);
export const caller = fc.oneof({ weight: 2, arbitrary: fc.constant('admin') }, fc.constantFrom(...CALLERS));
export const database = fc.constantFrom(...DATABASES);
export const table = fc.constantFrom(...TABLES);
export const columns = fc.subarray(COLUMNS, { minLength: 1 });
/** One in the other, and one whose parent is never registered. */
export const place = fc.constantFrom(
  's3://lake',
  's3://lake/a',
  's3://lake/a/b',
  's3://lake/c',
  's3://other/a',
);
export const anyPlace = fc.option(
  fc.oneof(
    place,
    fc.constantFrom(
      's3a://lake/a/x/',
      's3://lake/ab',
      's3://lake/a/b/../../c',
      's3://other',
      's3://other/a/b',
      'hdfs://lake/a',
    ),
  ),
  { nil: undefined },
);
export const keys = fc.constantFrom<string[]>([], ['day']);
export const FILTERS = ['f', 'g'];
export const filter = fc.constantFrom(...FILTERS);
export const filterShows = {
  rows: fc.oneof(
    fc.constant('all' as const),
    fc.record({
      column: fc.constantFrom(...COLUMNS, 'day'),
      is: fc.constantFrom('x', 'y', 'z'),
      not: fc.boolean(),
    }),
  ),
  columns,
  isExclude: fc.boolean(),
};

export const when = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  fc.constantFrom(...Object.keys(STORY_CONDITIONS)),
);

/** In hours; to the instant at which time goes by. */
export const validity = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Validity>({}) },
  { weight: 3, arbitrary: fc.constantFrom<Validity[]>({ until: 1 }, { until: 2 }, { until: 4 }) },
  fc.constantFrom<Validity[]>({ since: 1 }, { since: 1, until: 3 }, { since: 2, until: 2 }),
);
export const passes = fc.constantFrom(1, 2, 3).map((hours): Step => ({ op: 'Pass', hours }));

export const KEYS = ['env', 'class'];
export const VALUES = ['x', 'y'];
export const key = fc.constantFrom(...KEYS);
export const value = fc.constantFrom(...VALUES);
export const values = fc.subarray(VALUES, { minLength: 1 });
export const expression = fc.oneof(
  fc.record({ env: values }),
  fc.record({ class: values }),
  fc.record({ env: values, class: values }),
);
export const tagged = fc.oneof(
  { weight: 3, arbitrary: expression },
  { weight: 1, arbitrary: fc.constant('saved') },
);
export const taggable = fc.oneof<fc.Arbitrary<On>[]>(
  database.map((name) => ({ database: name })),
  table.map((name) => ({ table: name })),
  fc.record({ columns: fc.subarray(COLUMNS.slice(0, 3), { minLength: 1 }), of: table }),
);

/** What there is to hold, and what of it is granted at once. */
export const holdable = fc.oneof<fc.Arbitrary<[On, string[]]>[]>(
  fc.tuple(fc.constant<On>({ catalog: true }), fc.subarray(ON_CATALOG.slice(0, 2), { minLength: 1 })),
  fc.tuple(
    database.map((name) => ({ database: name })),
    fc.subarray(ON_DATABASE, { minLength: 1 }),
  ),
  fc.tuple(
    database.map((name) => ({ tablesOf: name })),
    fc.subarray(ON_TABLE, { minLength: 1 }),
  ),
  fc.tuple(
    table.map((name) => ({ table: name })),
    fc.subarray(ON_TABLE, { minLength: 1 }),
  ),
  fc.tuple(
    place.map((location) => ({ location })),
    fc.constant(['DATA_LOCATION_ACCESS']),
  ),
  fc.tuple(
    fc.oneof(fc.constant<On>({ filter: 'f', of: 'a.t' }), fc.record({ filter, of: table })),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant<string[]>(['SELECT']) },
      fc.subarray(['SELECT', 'DESCRIBE', 'DROP'], { minLength: 1 }),
    ),
  ),
  fc.tuple(
    tagged.map((tablesTagged) => ({ tablesTagged })),
    fc.subarray(ON_TABLE, { minLength: 1 }),
  ),
  fc.tuple(
    tagged.map((tablesTagged) => ({ tablesTagged })),
    fc.constantFrom(['SELECT'], ['ALL']),
  ),
  fc.tuple(
    tagged.map((databasesTagged) => ({ databasesTagged })),
    fc.subarray(ON_DATABASE, { minLength: 1 }),
  ),
  fc.tuple(
    fc.record({ tag: key, values: fc.oneof(values, fc.constant<string[]>(['*'])) }),
    fc.subarray(['DESCRIBE', 'ASSOCIATE', 'ALTER', 'DROP'], { minLength: 1 }),
  ),
  fc.tuple(
    fc.constant<On>({ expression: 'saved' }),
    fc.subarray(['DESCRIBE', 'ALTER', 'DROP'], { minLength: 1 }),
  ),
  fc.tuple(fc.record({ columns, of: table }), fc.constant(['SELECT'])),
  fc.tuple(
    fc.record({ allColumnsBut: fc.subarray([...COLUMNS, 'day']), of: table }),
    fc.constant(['SELECT']),
  ),
);

export const granting = fc
  .tuple(holdable, validity, when, caller)
  .chain(([[on, permissions], time, condition, as]) =>
    fc
      .oneof(fc.constant<string[]>([]), fc.subarray(permissions))
      .map((option) => ({ on, permissions, option, as, when: condition, ...time })),
  );
export const grantee = fc.constantFrom(...GRANTEES);
