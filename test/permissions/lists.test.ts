import { lookUpDatabase, lookUpTable } from '@lakewarden/catalog';
import { type DatabaseResource, defineRead, type ReadScope, type TableResource } from '@lakewarden/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { callerOf, InProcessLake, InProcessStory } from './in-process.ts';
import { ACCOUNT, step, type WrittenStep } from './story.ts';

const DATABASES = ['a', 'b', 'c', 'd', 'e'];
const TABLES = [
  'a.t',
  'a.u',
  'a.v',
  'b.t',
  'b.u',
  'c.n',
  'c.o',
  'c.p',
  'c.t',
  'd.n',
  'd.t',
  'd.u',
  'e.h',
  'e.i',
  'e.n',
];
/** What carries all that a policy asks for, but on two columns of which neither carries both: SQL alone would find it. */
const NEARLY = ['c.n', 'c.o', 'd.n', 'e.n'];
/** They lie where hybrid access lets IAM alone decide about who is not opted in. */
const HYBRID = ['e.h', 'e.i'];
const PERMISSIONS = ['DESCRIBE', 'SELECT', 'INSERT', 'ALTER'] as const;
/**
 * Who holds things in many ways, through a wildcard and tags, one of each, nothing, by two tags and by name; and two kinds
 * of administrators.
 */
const CALLERS = ['ann', 'bob', 'liz', 'ned', 'session/reader', 'admin', 'cat'];
const MANY = 100;

/** Lists ask about many things at once, and which of them there are to ask about: as one question each would answer. */
describe('what is decided of many', () => {
  let lake: InProcessLake;
  let databases: DatabaseResource[];
  let tables: TableResource[];

  const ask = <Answer>(as: string, question: (scope: ReadScope) => Promise<Answer>): Promise<Answer> =>
    lake.run(callerOf(as, []), defineRead({ action: 'test:Ask', run: question }), undefined);

  beforeAll(async () => {
    lake = await InProcessLake.start();
    const story = new InProcessStory(lake, '');
    const grant = (to: string, on: Extract<WrittenStep, { op: 'Grant' }>['on'], ...permissions: string[]) =>
      ({ op: 'Grant', to, on, permissions }) as const;
    const steps: WrittenStep[] = [
      { op: 'Settings', admins: ['admin'], readOnlyAdmins: ['cat'] },
      ...DATABASES.map((database): WrittenStep => ({ op: 'CreateDatabase', database })),
      { op: 'Register', location: 's3://hybrid', hybrid: true },
      ...TABLES.map((table): WrittenStep => ({
        op: 'CreateTable',
        table,
        columns: ['id', 'note'],
        ...(HYBRID.includes(table) && { location: `s3://hybrid/${table}` }),
      })),
      // For who is opted in this does not count, wherever the other tables of the page lie.
      ...HYBRID.map((table) => grant('IAM_ALLOWED_PRINCIPALS', { table }, 'ALL')),
      { op: 'OptIn', who: 'ann', on: { table: 'e.h' } },
      { op: 'OptIn', who: 'bob', on: { table: 'e.i' } },
      { op: 'CreateFilter', filter: 'few', of: 'a.u', columns: ['id'], rows: { column: 'id', is: 'x' } },
      { op: 'MakeTag', key: 'env', values: ['x', 'y'] },
      { op: 'Assign', on: { database: 'd' }, key: 'env', value: 'x' },
      { op: 'Assign', on: { table: 'c.t' }, key: 'env', value: 'x' },
      { op: 'Assign', on: { columns: ['id'], of: 'b.u' }, key: 'env', value: 'x' },
      { op: 'MakeTag', key: 'class', values: ['x', 'y'] },
      ...NEARLY.flatMap((of): WrittenStep[] => [
        { op: 'Assign', on: { columns: ['id'], of }, key: 'class', value: 'x' },
        { op: 'Assign', on: { columns: ['note'], of }, key: 'env', value: 'y' },
      ]),
      { op: 'Assign', on: { columns: ['note'], of: 'd.u' }, key: 'class', value: 'x' },
      { op: 'Assign', on: { columns: ['note'], of: 'd.u' }, key: 'env', value: 'y' },
      { op: 'Assign', on: { table: 'c.p' }, key: 'class', value: 'x' },
      { op: 'Assign', on: { table: 'c.p' }, key: 'env', value: 'y' },
      grant('role/reader', { tablesTagged: { class: ['x'], env: ['y'] } }, 'SELECT'),
      grant('role/reader', { table: 'c.n' }, 'INSERT'),
      grant('role/reader', { table: 'c.t' }, 'ALTER'),
      grant('ann', { table: 'a.t' }, 'SELECT', 'ALTER'),
      grant('ann', { filter: 'few', of: 'a.u' }, 'SELECT'),
      grant('ann', { columns: ['note'], of: 'a.v' }, 'SELECT'),
      grant('ann', { tablesOf: 'b' }, 'INSERT'),
      grant('ann', { columns: ['id'], of: 'b.t' }, 'SELECT'),
      grant('ann', { database: 'e' }, 'ALTER'),
      grant('bob', { tablesOf: 'a' }, 'SELECT'),
      grant('bob', { tablesTagged: { env: ['x'] } }, 'SELECT', 'INSERT'),
      grant('liz', { databasesTagged: { env: ['x'] } }, 'DESCRIBE'),
      grant('liz', { table: 'b.u' }, 'ALTER'),
    ];
    for (const each of steps)
      expect({ each, ...(await story.run(step.parse(each))) }).toMatchObject({ code: 'OK' });
    databases = await ask('admin', (scope) =>
      Promise.all(
        DATABASES.map(async (name) => {
          const found = await lookUpDatabase(scope, { catalogId: ACCOUNT, name });
          return {
            type: 'DATABASE',
            catalogId: ACCOUNT,
            databaseId: found?.id ?? '',
            database: name,
          } as const;
        }),
      ),
    );
    tables = await ask('admin', (scope) =>
      Promise.all(
        TABLES.map(async (path) => {
          const [database = '', name = ''] = path.split('.');
          const found = await lookUpTable(scope, { catalogId: ACCOUNT, database, name });
          const { id = '', databaseId = '' } = found ?? {};
          return {
            type: 'TABLE',
            catalogId: ACCOUNT,
            databaseId,
            database,
            tableId: id,
            table: name,
          } as const;
        }),
      ),
    );
  });
  afterAll(async () => {
    await lake.close();
  });

  it.each(CALLERS)("%s's tables in one go are decided as one by one", async (as) => {
    for (const permission of PERMISSIONS) {
      const { together, single } = await ask(as, async (scope) => ({
        together: await scope.permissions.decideTables(scope, permission, tables),
        single: await Promise.all(
          tables.map((resource) => scope.permissions.decide(scope, { permission, resource })),
        ),
      }));
      const told = ({ allowed, columns, because }: (typeof single)[number]) => ({
        allowed,
        columns,
        because,
      });
      expect(together.map(told)).toEqual(single.map(told));
    }
  });

  it.each(CALLERS)("%s's databases in one go are decided as one by one", async (as) => {
    for (const permission of ['DESCRIBE', 'ALTER'] as const) {
      const { together, single } = await ask(as, async (scope) => ({
        together: await scope.permissions.decideDatabases(scope, permission, databases),
        single: await Promise.all(
          databases.map((resource) => scope.permissions.decide(scope, { permission, resource })),
        ),
      }));
      expect(together).toEqual(single);
    }
  });

  it('of nothing is nothing', async () => {
    expect(await ask('ann', (scope) => scope.permissions.decideTables(scope, 'DESCRIBE', []))).toEqual([]);
    expect(await ask('ann', (scope) => scope.permissions.decideDatabases(scope, 'DESCRIBE', []))).toEqual([]);
  });

  /** All pages of so many. */
  async function pages<Thing>(
    page: (afterName: string) => Promise<'all' | readonly string[]>,
    all: readonly Thing[],
    told: (thing: Thing) => { readonly id: string; readonly name: string },
    limit: number,
  ): Promise<string[]> {
    const names = new Map(all.map(told).map(({ id, name }) => [id, name]));
    const found: string[] = [];
    for (let after = ''; ;) {
      const ids = await page(after);
      if (ids === 'all') return [...names.values()];
      expect(ids.length).toBeLessThanOrEqual(limit);
      found.push(...ids.map((id) => names.get(id) ?? id));
      if (ids.length < limit) return found;
      after = names.get(ids.at(-1) ?? '') ?? '';
    }
  }

  it.each(CALLERS.flatMap((as) => [1, 2, MANY].map((limit) => [as, limit] as const)))(
    'what %s may list, %i a page, is what he may describe',
    async (as, limit) => {
      await ask(as, async (scope) => {
        const { permissions } = scope;
        const described = async <On extends DatabaseResource | TableResource>(all: readonly On[]) => {
          const decisions = await Promise.all(
            all.map((resource) => permissions.decide(scope, { permission: 'DESCRIBE', resource })),
          );
          return all.filter((_, i) => decisions[i]?.allowed === true);
        };
        expect(
          await pages(
            (after) => permissions.visibleDatabases(scope, ACCOUNT, after, limit),
            databases,
            ({ databaseId: id, database: name }) => ({ id, name }),
            limit,
          ),
        ).toEqual((await described(databases)).map(({ database }) => database));
        for (const database of databases) {
          const own = tables.filter(({ databaseId }) => databaseId === database.databaseId);
          const listed = await pages(
            (after) => permissions.visibleTables(scope, database, after, limit),
            own,
            ({ tableId: id, table: name }) => ({ id, name }),
            limit,
          );
          const names = (await described(own)).map(({ table }) => table);
          // What is granted to everybody is listed to who is opted in, and then decided.
          const isSure = (table: string) =>
            !HYBRID.includes(`${database.database}.${table}`) || names.includes(table);
          expect(listed.filter(isSure)).toEqual(names);
        }
      });
    },
  );

  it('a database is shown by the one of its tables that a policy reaches, behind many that it nearly reaches', async () => {
    const story = new InProcessStory(lake, '');
    const tell = async (...steps: WrittenStep[]): Promise<void> => {
      for (const each of steps)
        expect({ each, ...(await story.run(step.parse(each))) }).toMatchObject({ code: 'OK' });
    };
    const isShown = async () =>
      (await story.run(step.parse({ op: 'GetDatabase', as: 'session/reader', database: 'many' }))).code;
    await tell({ op: 'CreateDatabase', database: 'many' });
    // More than are looked at in one go.
    for (let n = 100; n < 201; n += 1) {
      const of = `many.t${String(n)}`;
      await tell(
        { op: 'CreateTable', table: of, columns: ['id', 'note'] },
        { op: 'Assign', on: { columns: ['id'], of }, key: 'class', value: 'x' },
        { op: 'Assign', on: { columns: ['note'], of }, key: 'env', value: 'y' },
      );
    }
    expect(await isShown()).toBe('AccessDeniedException');
    await tell({ op: 'Assign', on: { columns: ['id'], of: 'many.t200' }, key: 'env', value: 'y' });
    expect(await isShown()).toBe('OK');
    await tell({ op: 'DeleteTable', table: 'many.t200' });
    expect(await isShown()).toBe('AccessDeniedException');
    await tell({ op: 'DeleteDatabase', database: 'many' });
  });
});
