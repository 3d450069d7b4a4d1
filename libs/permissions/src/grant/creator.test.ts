import { createDatabase, createTable, getDatabase } from '@lakewarden/catalog';
import { createUser, deleteUser } from '@lakewarden/identity';
import { type Permission, PERMISSIONS } from '@lakewarden/kernel';
import { updateDataLakeSettings } from '@lakewarden/permissions';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  granting,
  onCatalog,
  onDatabase,
  onTable,
  orders,
  sales,
} from '../../../../test/permissions/granting.ts';
import { arnOf, callerOf, InProcessLake, InProcessStory } from '../../../../test/permissions/in-process.ts';
import { ACCOUNT, step, type WrittenStep } from '../../../../test/permissions/story.ts';

/** Glue's form: who is granted what on each new table of a database. */
const byDefault = (principal: string, ...permissions: Permission[]) => ({
  Principal: { DataLakePrincipalIdentifier: arnOf(principal) },
  Permissions: permissions,
});

describe('who makes a database or table', () => {
  let lake: InProcessLake;
  let story: InProcessStory;
  const { grant, revoke, held } = granting(() => lake);
  const answerTo = async (written: WrittenStep) => (await story.run(step.parse(written))).code;
  const may = (as: string, permission: Permission, on: Extract<WrittenStep, { op: 'Decide' }>['on']) =>
    answerTo({ op: 'Decide', as, permission, on });
  const makeDatabase = (as: string, ...tableDefaults: readonly object[]) =>
    lake.run(callerOf(as, []), createDatabase, {
      database: sales,
      definition: { CreateTableDefaultPermissions: tableDefaults },
    });
  const makeTable = (as: string) =>
    lake.run(callerOf(as, []), createTable, {
      table: orders,
      definition: { StorageDescriptor: { Columns: [{ Name: 'id', Type: 'string' }] } },
      partitionKeys: [],
    });
  /** What is told of each that somebody holds. */
  const told = async (principal: string) =>
    (await held(principal)).map(({ type, columns, permissions, withGrantOption }) => ({
      type,
      columns,
      permissions,
      withGrantOption,
    }));

  beforeAll(async () => {
    lake = await InProcessLake.start();
  });
  beforeEach(() => {
    story = new InProcessStory(lake, '');
  });
  afterEach(async () => {
    await story.end();
  });
  afterAll(async () => {
    await lake.close();
  });

  it('holds ALL on it, may pass it on, and is revoked it like anybody', async () => {
    await grant('ann', onCatalog, ['CREATE_DATABASE']);
    await makeDatabase('ann');
    await makeTable('ann');
    const all = { columns: [], permissions: ['ALL'], withGrantOption: ['ALL'] };
    expect(await told('ann')).toEqual([
      { type: 'CATALOG', columns: [], permissions: ['CREATE_DATABASE'], withGrantOption: [] },
      { type: 'DATABASE', ...all },
      { type: 'TABLE', ...all },
    ]);
    await grant('bob', onTable(), ['SELECT'], { as: 'ann' });
    await grant('bob', onDatabase(), ['ALTER'], { as: 'ann' });
    await revoke('ann', onTable(), ['ALL']);
    await revoke('ann', onDatabase(), ['ALL']);
    expect(await may('ann', 'SELECT', { table: 'sales.orders' })).toBe('AccessDeniedException');
  });

  it('holds it as a role, not as the session that asked', async () => {
    await grant('role/reader', onCatalog, ['CREATE_DATABASE']);
    await makeDatabase('session/reader');
    expect(await told('role/reader')).toContainEqual({
      type: 'DATABASE',
      columns: [],
      permissions: ['ALL'],
      withGrantOption: ['ALL'],
    });
    expect(await told('session/reader')).toEqual([]);
  });

  it('lets those whom the database names have what it says, each once and without the grant option', async () => {
    const { Principal } = byDefault('bob');
    const twice = byDefault('ann', 'SELECT', 'SELECT');
    await makeDatabase('admin', twice, byDefault('ann', 'ALL', 'SELECT'), { Principal }, {});
    await makeTable('admin');
    expect(await told('ann')).toEqual([
      { type: 'TABLE', columns: [], permissions: ['ALL', 'SELECT'], withGrantOption: [] },
    ]);
    expect(await told('bob')).toEqual([]);
  });

  it('keeps his grant option where the database names him as well', async () => {
    await grant('ann', onCatalog, ['CREATE_DATABASE']);
    await makeDatabase('admin', byDefault('ann', 'ALL', 'SELECT'));
    await grant('ann', onDatabase(), ['CREATE_TABLE']);
    await makeTable('ann');
    expect(await told('ann')).toContainEqual({
      type: 'TABLE',
      columns: [],
      permissions: ['ALL', 'SELECT'],
      withGrantOption: ['ALL'],
    });
  });

  it('lets those whom the settings name have a new database', async () => {
    const createDatabaseDefaultPermissions = [{ principal: arnOf('bob'), permissions: ['ALTER'] }];
    const changes = { createDatabaseDefaultPermissions };
    await lake.run(callerOf('admin', []), updateDataLakeSettings, { catalogId: ACCOUNT, changes });
    await makeDatabase('admin');
    expect(await told('bob')).toEqual([
      { type: 'DATABASE', columns: [], permissions: ['ALTER'], withGrantOption: [] },
    ]);
  });

  it('is granted by default what fits the thing, whatever else is named', async () => {
    const every = PERMISSIONS.filter((permission) => permission !== 'ALL');
    await lake.run(callerOf('admin', []), updateDataLakeSettings, {
      catalogId: ACCOUNT,
      changes: { createDatabaseDefaultPermissions: [{ principal: arnOf('ann'), permissions: every }] },
    });
    await makeDatabase('admin', byDefault('ann', ...every));
    await makeTable('admin');
    const lists = (await told('ann')).map(({ type, permissions }) => [type, [...permissions].sort()]);
    expect(Object.fromEntries(lists)).toEqual({
      DATABASE: ['ALTER', 'CREATE_TABLE', 'DESCRIBE', 'DROP'],
      TABLE: ['ALTER', 'DELETE', 'DESCRIBE', 'DROP', 'INSERT', 'SELECT'],
    });
    expect((await lake.run(callerOf('admin', []), getDatabase, sales)).definition).toEqual({
      CreateTableDefaultPermissions: [byDefault('ann', ...every)],
    });
  });

  it('shows the database with a table at once to those who could not see it before', async () => {
    await makeDatabase('admin', byDefault('ann', 'SELECT'));
    const database = { database: 'sales' };
    // Twice: the second time from memory.
    for (let n = 0; n < 2; n += 1) expect(await may('ann', 'DESCRIBE', database)).not.toBe('OK');
    await makeTable('admin');
    expect(await may('ann', 'DESCRIBE', database)).toBe('OK');
  });

  it('a user who is gone leaves nothing to one of the same name, on whatever it was held', async () => {
    const name = 'new';
    const admin = callerOf('admin', []);
    const remake = async () => {
      await lake.run(admin, deleteUser, { name });
      await lake.run(admin, createUser, { name, path: '/' });
    };
    await lake.run(admin, createUser, { name, path: '/' });
    await makeDatabase('admin');
    await makeTable('admin');
    const held = [
      [onCatalog, 'CREATE_DATABASE', { catalog: true }],
      [onDatabase(), 'ALTER', { database: 'sales' }],
      [onTable(), 'SELECT', { table: 'sales.orders' }],
      [onTable(), 'SELECT', { database: 'sales' }],
    ] as const;
    for (const [on, permission, asked] of held) {
      const isShown = on.kind === 'Table' && 'database' in asked;
      await grant(name, on, [permission]);
      expect(await may(name, isShown ? 'DESCRIBE' : permission, asked)).toBe('OK');
      await remake();
      expect(await may(name, isShown ? 'DESCRIBE' : permission, asked)).toBe('AccessDeniedException');
    }
    await lake.run(admin, deleteUser, { name });
  });
});
