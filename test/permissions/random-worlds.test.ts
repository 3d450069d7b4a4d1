import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { InProcessLake, InProcessStory } from './in-process.ts';
import { STORY_CONDITIONS } from './oracle-conditions.ts';
import { Oracle } from './oracle.ts';
import { type Decide, type On, type Step, step, type WrittenStep } from './story.ts';

/** More of them, or the same again: `LAKEWARDEN_WORLDS=2000 LAKEWARDEN_SEED=... npm run test:fuzz`. */
const WORLDS = Number(process.env['LAKEWARDEN_WORLDS'] ?? 60);
const SEED = Number(process.env['LAKEWARDEN_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const LEAST_DECISIONS = 400 * WORLDS;

const CALLERS = ['ann', 'bob', 'session/reader', 'admin'];
const GRANTEES = ['ann', 'bob', 'group/analysts', 'role/reader', 'IAM_ALLOWED_PRINCIPALS', 'IAMPrincipals'];
const DATABASES = ['a', 'b'];
const TABLES = ['a.t', 'a.u', 'b.t'];
const COLUMNS = ['id', 'name', 'mail', 'note'];
const ON_CATALOG = ['CREATE_DATABASE', 'ALL', 'DESCRIBE'];
const ON_DATABASE = ['DESCRIBE', 'ALTER', 'DROP', 'CREATE_TABLE', 'ALL'];
const ON_TABLE = ['DESCRIBE', 'SELECT', 'INSERT', 'DELETE', 'ALTER', 'DROP', 'ALL'];

const read = (written: WrittenStep): Step => step.parse(written);
const caller = fc.oneof({ weight: 2, arbitrary: fc.constant('admin') }, fc.constantFrom(...CALLERS));
const database = fc.constantFrom(...DATABASES);
const table = fc.constantFrom(...TABLES);
const columns = fc.subarray(COLUMNS, { minLength: 1 });
const place = fc.constantFrom('s3://lake', 's3://lake/a', 's3://lake/a/b', 's3://lake/c');
const anyPlace = fc.option(
  fc.oneof(
    place,
    fc.constantFrom(
      's3a://lake/a/x/',
      's3://lake/ab',
      's3://lake/a/b/../../c',
      's3://other/a',
      'hdfs://lake/a',
    ),
  ),
  { nil: undefined },
);
const keys = fc.constantFrom<string[]>([], ['day']);
const FILTERS = ['f', 'g'];
const filter = fc.constantFrom(...FILTERS);
const filterShows = {
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

const when = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  fc.constantFrom(...Object.keys(STORY_CONDITIONS)),
);

const KEYS = ['env', 'class'];
const VALUES = ['x', 'y'];
const key = fc.constantFrom(...KEYS);
const value = fc.constantFrom(...VALUES);
const values = fc.subarray(VALUES, { minLength: 1 });
const expression = fc.oneof(
  fc.record({ env: values }),
  fc.record({ class: values }),
  fc.record({ env: values, class: values }),
);
const tagged = fc.oneof({ weight: 3, arbitrary: expression }, { weight: 1, arbitrary: fc.constant('saved') });
const taggable = fc.oneof<fc.Arbitrary<On>[]>(
  database.map((name) => ({ database: name })),
  table.map((name) => ({ table: name })),
  fc.record({ columns: fc.subarray(COLUMNS.slice(0, 3), { minLength: 1 }), of: table }),
);

const granting = fc
  .oneof<fc.Arbitrary<[On, string[]]>[]>(
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
      fc.record({ filter, of: table }),
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
    fc.tuple(fc.record({ columns, of: table }), fc.constant(['SELECT'])),
    fc.tuple(
      fc.record({ allColumnsBut: fc.subarray([...COLUMNS, 'day']), of: table }),
      fc.constant(['SELECT']),
    ),
  )
  .chain(([on, permissions]) =>
    fc.record({
      on: fc.constant(on),
      permissions: fc.constant(permissions),
      option: fc.oneof(fc.constant<string[]>([]), fc.subarray(permissions)),
      as: caller,
      when: 'location' in on || 'filter' in on ? fc.constant(undefined) : when,
    }),
  );
const grantee = fc.constantFrom(...GRANTEES);
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
const op = <Op extends string>(name: Op) => fc.constant(name);

const anyStep: fc.Arbitrary<Step> = fc
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
  .map(read);

/** Something there, and somebody who holds something of it. */
const BEGINNING: readonly Step[] = [
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
const HYBRID_BEGINNING: readonly Step[] = [
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

function questionsOf(as: string): Decide[] {
  const asked: Decide[] = [];
  for (const withGrantOption of [false, true]) {
    const ask = (permission: string, on: Decide['on']) => {
      asked.push({ op: 'Decide', as, permission, on, withGrantOption });
    };
    for (const permission of ON_CATALOG) ask(permission, { catalog: true });
    for (const name of DATABASES) for (const permission of ON_DATABASE) ask(permission, { database: name });
    for (const name of DATABASES) for (const permission of ON_TABLE) ask(permission, { tablesOf: name });
    for (const name of TABLES) for (const permission of ON_TABLE) ask(permission, { table: name });
  }
  return asked;
}

const looksOf = (as: string): Step[] => [
  read({ op: 'GetDatabases', as }),
  read({ op: 'ListOptIns', as, who: 'ann' }),
  ...KEYS.map((name) => read({ op: 'GetTag', as, key: name })),
  ...DATABASES.flatMap((name) => [
    read({ op: 'GetDatabase', as, database: name }),
    read({ op: 'GetTables', as, database: name }),
  ]),
  ...[...TABLES, 'b.none', 'c.t'].flatMap((name) => [
    read({ op: 'GetTable', as, table: name }),
    read({ op: 'GetPartitions', as, table: name }),
    read({ op: 'ListFilters', as, of: name }),
    ...FILTERS.map((each) => read({ op: 'GetFilter', as, filter: each, of: name })),
  ]),
];

describe('random worlds of grants', () => {
  let lake: InProcessLake;
  let decisions = 0;
  let allowed = 0;
  let worlds = 0;

  beforeAll(async () => {
    lake = await InProcessLake.start();
  });
  afterAll(async () => {
    await lake.close();
  });

  async function agree(oracle: Oracle, story: InProcessStory, told: readonly Step[]): Promise<void> {
    for (const as of CALLERS) {
      const asked = questionsOf(as);
      const answers = await story.decideAll(as, asked);
      for (const [i, question] of asked.entries()) {
        const expected = oracle.run(question);
        expect({ told, question, answer: answers[i] }).toEqual({ told, question, answer: expected });
        decisions += 1;
        if (expected.code === 'OK') allowed += 1;
      }
      for (const look of looksOf(as)) {
        const answer = await story.run(look);
        expect({ told, look, answer }).toEqual({ told, look, answer: oracle.run(look) });
      }
    }
  }

  it(
    `decides as the oracle does (LAKEWARDEN_SEED=${String(SEED)})`,
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyStep, { minLength: 2, maxLength: 16 }),
          fc.boolean(),
          async (steps, isHybrid) => {
            const oracle = new Oracle();
            const story = new InProcessStory(lake, `_${String((worlds += 1))}`);
            try {
              const told: Step[] = [];
              const beginning = [...BEGINNING, ...(isHybrid ? HYBRID_BEGINNING : [])];
              for (const each of [...beginning, ...steps]) {
                told.push(each);
                const answer = await story.run(each);
                expect({ told, answer }).toEqual({ told, answer: oracle.run(each) });
                // In between as well: what was decided before a change must not outlive it.
                if (told.length === beginning.length + Math.ceil(steps.length / 2))
                  await agree(oracle, story, told);
              }
              await agree(oracle, story, told);
            } finally {
              await story.end();
            }
          },
        ),
        { numRuns: WORLDS, seed: SEED },
      );
      expect(decisions).toBeGreaterThan(LEAST_DECISIONS);
      // Worlds in which everything or nothing is allowed would prove little.
      expect(allowed / decisions).toBeGreaterThan(0.1);
      expect(allowed / decisions).toBeLessThan(0.9);
    },
    WORLDS * 10_000,
  );
});
