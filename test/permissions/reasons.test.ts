import { lookUpDatabase, lookUpTable } from '@lakewarden/catalog';
import {
  type Caller,
  type Decision,
  defineRead,
  type GovernedResource,
  type Permission,
} from '@lakewarden/kernel';
import { grantPermissions } from '@lakewarden/permissions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { arnOf, callerOf, InProcessLake, InProcessStory } from './in-process.ts';
import { ACCOUNT, step, type WrittenStep } from './story.ts';

const TABLE = { catalogId: ACCOUNT, database: 'sales', name: 'orders' };

/** What `explain`, the audit trail and whoever is refused are told: by which grant or right, and what is missing. */
describe('the reasons of a decision', () => {
  let lake: InProcessLake;
  let story: InProcessStory;
  let database: GovernedResource;
  let table: GovernedResource;
  const catalog: GovernedResource = { type: 'CATALOG', catalogId: ACCOUNT };
  const home = { catalogId: ACCOUNT, location: 's3://lake/a/b' };
  const location = { type: 'DATA_LOCATION', ...home } as const;
  let databaseId: string;

  const tell = async (...steps: WrittenStep[]): Promise<void> => {
    for (const each of steps) expect(await story.run(step.parse(each))).toEqual({ code: 'OK' });
  };
  const ask = (caller: Caller, permission: Permission, resource: GovernedResource): Promise<Decision> =>
    lake.run(
      caller,
      defineRead({
        action: 'test:Decide',
        run: (scope) => scope.permissions.decide(scope, { permission, resource }),
      }),
      undefined,
    );
  const decide = (as: string, permission: Permission, resource: GovernedResource) =>
    ask(callerOf(as, []), permission, resource);
  const because = async (as: string, permission: Permission, resource: GovernedResource) =>
    (await decide(as, permission, resource)).because;
  const granted = (resource: string, permission: Permission, more: object = {}) => ({
    gate: 2,
    kind: 'grant',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    principal: arnOf('ann'),
    resource,
    permission,
    grantOption: false,
    grantedBy: arnOf('admin'),
    at: expect.any(Date) as Date,
    ...more,
  });

  beforeAll(async () => {
    lake = await InProcessLake.start();
    story = new InProcessStory(lake, '');
    await tell(
      { op: 'Settings', admins: ['admin'], readOnlyAdmins: ['bob'] },
      { op: 'CreateDatabase', database: 'sales', location: 's3://lake/sales' },
      { op: 'CreateTable', table: 'sales.orders', columns: ['id', 'note'] },
      { op: 'CreateFilter', filter: 'few', of: 'sales.orders', columns: ['id'] },
      { op: 'MakeTag', key: 'env', values: ['x'] },
      { op: 'Register', location: 's3://lake/a' },
    );
    const found = await lake.run(
      callerOf('admin', []),
      defineRead({
        action: 'test:LookUp',
        run: async (scope) => ({
          database: await lookUpDatabase(scope, { catalogId: ACCOUNT, name: 'sales' }),
          table: await lookUpTable(scope, TABLE),
        }),
      }),
      undefined,
    );
    if (found.database === undefined || found.table === undefined)
      throw new Error('what was made is not there');
    databaseId = found.database.id;
    const path = { catalogId: ACCOUNT, databaseId: found.database.id, database: 'sales' };
    database = { type: 'DATABASE', ...path };
    table = { type: 'TABLE', ...path, tableId: found.table.id, table: 'orders' };
  });
  afterAll(async () => {
    await lake.close();
  });

  const given = async (
    on: Extract<WrittenStep, { op: 'Grant' }>['on'],
    permissions: string[],
    ask: () => Promise<void>,
    option: string[] = [],
  ): Promise<void> => {
    await tell({ op: 'Grant', to: 'ann', on, permissions, option });
    await ask();
    await tell({ op: 'Revoke', from: 'ann', on, permissions, option });
  };

  it('of an administrator is his right, with what he may pass on', async () => {
    const right = { gate: 2, id: ACCOUNT, resource: `catalog ${ACCOUNT}`, permission: 'ALL' };
    expect(await because('admin', 'CREATE_DATABASE', catalog)).toEqual([
      { ...right, kind: 'admin', principal: arnOf('admin'), grantOption: true },
    ]);
    expect(await because('bob', 'DESCRIBE', database)).toEqual([
      { ...right, kind: 'read-only-admin', principal: arnOf('bob'), grantOption: false },
    ]);
  });

  it('of a grant names what it is on', async () => {
    await given({ catalog: true }, ['CREATE_DATABASE'], async () => {
      expect(await because('ann', 'CREATE_DATABASE', catalog)).toEqual([
        granted(`catalog ${ACCOUNT}`, 'CREATE_DATABASE'),
      ]);
    });
    await given(
      { database: 'sales' },
      ['ALTER'],
      async () => {
        expect(await because('ann', 'ALTER', database)).toEqual([
          granted('database sales', 'ALTER', { grantOption: true }),
        ]);
      },
      ['ALTER'],
    );
    await given({ table: 'sales.orders' }, ['DROP'], async () => {
      expect(await because('ann', 'DROP', table)).toEqual([granted('table sales.orders', 'DROP')]);
    });
    await given({ columns: ['id'], of: 'sales.orders' }, ['SELECT'], async () => {
      expect(await because('ann', 'SELECT', table)).toEqual([granted('table sales.orders', 'SELECT')]);
      expect(await because('ann', 'DESCRIBE', database)).toEqual([granted('database sales', 'SELECT')]);
    });
    await given({ tablesOf: 'sales' }, ['SELECT'], async () => {
      expect(await because('ann', 'SELECT', table)).toEqual([
        granted('all tables of database sales', 'SELECT'),
      ]);
    });
    await given({ filter: 'few', of: 'sales.orders' }, ['SELECT'], async () => {
      expect(await because('ann', 'SELECT', table)).toEqual([
        granted('data cells filter few of table sales.orders', 'SELECT'),
      ]);
    });
    await given({ database: 'sales' }, ['CREATE_TABLE'], async () => {
      const inDatabase = { ...location, location: 's3://lake/sales/x', databaseId };
      expect(await because('ann', 'DATA_LOCATION_ACCESS', inDatabase)).toEqual([
        granted('the database of the location', 'CREATE_TABLE'),
      ]);
    });
    await given({ location: 's3://lake/a' }, ['DATA_LOCATION_ACCESS'], async () => {
      expect(await because('ann', 'DATA_LOCATION_ACCESS', location)).toEqual([
        granted('location s3://lake/a', 'DATA_LOCATION_ACCESS'),
      ]);
    });
  });

  it('of a grant through LF-tags names the tags', async () => {
    await tell({ op: 'Assign', on: { table: 'sales.orders' }, key: 'env', value: 'x' });
    await given({ tablesTagged: { env: ['x'] } }, ['SELECT'], async () => {
      expect(await because('ann', 'SELECT', table)).toEqual([
        granted('tables tagged env=x', 'SELECT', {
          kind: 'tag',
          tags: { expression: 'env=x', matching: ['env=x'] },
        }),
      ]);
    });
    await tell({ op: 'Unassign', on: { table: 'sales.orders' }, key: 'env', value: 'x' });
  });

  it('of a grant with bounds names them', async () => {
    const [validFrom, validUntil] = [new Date(0), new Date(Date.now() + 3_600_000)];
    const condition = 'context.mfa = false';
    await lake.run(callerOf('admin', []), grantPermissions, {
      principal: arnOf('cat'),
      resource: { kind: 'Table', table: TABLE },
      permissions: ['SELECT'],
      withGrantOption: [],
      condition,
      validFrom,
      validUntil,
    });
    expect(await because('cat', 'SELECT', table)).toMatchObject([{ condition, validFrom, validUntil }]);
  });

  it("of another account's administrator are none of his: his rights end with his account", async () => {
    const other: Caller = {
      ...callerOf('admin', []),
      accountId: '444455556666',
      arn: 'arn:aws:iam::444455556666:user/admin',
    };
    for (const each of [catalog, database, table, location]) {
      expect(await ask(other, 'DESCRIBE', each)).toMatchObject({ allowed: false, because: [] });
    }
  });

  it('of a refusal are what is missing, on what was asked about', async () => {
    for (const [permission, resource, named] of [
      ['CREATE_DATABASE', catalog, `catalog ${ACCOUNT}`],
      ['ALTER', database, 'database sales'],
      ['SELECT', table, 'table sales.orders'],
      ['DATA_LOCATION_ACCESS', location, 'location s3://lake/a/b'],
    ] as const) {
      expect(await decide('liz', permission, resource)).toMatchObject({
        allowed: false,
        because: [],
        missing: [{ permission, resource: named }],
      });
    }
  });
});
