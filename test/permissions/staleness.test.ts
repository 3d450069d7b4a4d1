import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { InProcessLake, InProcessStory } from './in-process.ts';
import { step, type WrittenStep } from './story.ts';

type Decide = Omit<Extract<WrittenStep, { op: 'Decide' }>, 'op' | 'as'>;

/** What is kept of a decision is forgotten by whatever would decide otherwise, whichever way it comes and goes. */
describe('a decision that is kept', () => {
  let lake: InProcessLake;
  let story: InProcessStory;
  const tell = async (...steps: WrittenStep[]): Promise<void> => {
    for (const each of steps)
      expect({ each, ...(await story.run(step.parse(each))) }).toMatchObject({ code: 'OK' });
  };
  /** Twice: the second time from memory. */
  const may = async (asked: Decide): Promise<boolean> => {
    const answers: boolean[] = [];
    for (let n = 0; n < 2; n += 1)
      answers.push((await story.run(step.parse({ op: 'Decide', as: 'ann', ...asked }))).code === 'OK');
    expect(new Set(answers).size).toBe(1);
    return answers[0] === true;
  };

  beforeAll(async () => {
    lake = await InProcessLake.start();
  });
  beforeEach(async () => {
    story = new InProcessStory(lake, '');
    await tell(
      { op: 'CreateDatabase', database: 'sales' },
      { op: 'CreateTable', table: 'sales.orders', columns: ['id', 'note'] },
      { op: 'CreateTable', table: 'sales.other', columns: ['id'] },
      { op: 'MakeTag', key: 'env', values: ['x', 'y'] },
    );
  });
  afterEach(async () => {
    await story.end();
  });
  afterAll(async () => {
    await lake.close();
  });

  const granting = (on: Extract<WrittenStep, { op: 'Grant' }>['on'], ...permissions: string[]) => ({
    comes: { op: 'Grant' as const, to: 'ann', on, permissions },
    goes: { op: 'Revoke' as const, from: 'ann', on, permissions },
  });
  const sales = { database: 'sales' };
  const orders = { table: 'sales.orders' };

  it.each([
    ['CREATE_DATABASE', { catalog: true as const }, granting({ catalog: true }, 'CREATE_DATABASE')],
    ['ALTER', sales, granting(sales, 'ALTER')],
    ['DESCRIBE', sales, granting(orders, 'SELECT')],
    ['DESCRIBE', sales, granting({ tablesOf: 'sales' }, 'SELECT')],
    ['DESCRIBE', sales, granting({ columns: ['id'], of: 'sales.orders' }, 'SELECT')],
    ['SELECT', orders, granting(orders, 'SELECT')],
    ['SELECT', orders, granting({ tablesOf: 'sales' }, 'SELECT')],
    ['DROP', { tablesOf: 'sales' }, granting({ tablesOf: 'sales' }, 'DROP')],
  ])('%s on %j follows grants', async (permission, on, { comes, goes }) => {
    for (let round = 0; round < 2; round += 1) {
      expect(await may({ permission, on })).toBe(false);
      await tell(comes);
      expect(await may({ permission, on })).toBe(true);
      await tell(goes);
    }
    expect(await may({ permission, on })).toBe(false);
  });

  it.each([
    ['DESCRIBE', sales, granting({ databasesTagged: { env: ['x'] } }, 'DESCRIBE'), sales],
    ['SELECT', orders, granting({ tablesTagged: { env: ['x'] } }, 'SELECT'), orders],
    ['SELECT', orders, granting({ tablesTagged: { env: ['x'] } }, 'SELECT'), sales],
    [
      'SELECT',
      orders,
      granting({ tablesTagged: { env: ['x'] } }, 'SELECT'),
      { columns: ['id'], of: 'sales.orders' },
    ],
    ['DESCRIBE', sales, granting({ tablesTagged: { env: ['x'] } }, 'SELECT'), orders],
  ])(
    '%s on %j follows policies, and what is put on what',
    async (permission, on, { comes, goes }, tagged) => {
      const tagging = { on: tagged, key: 'env', value: 'x' };
      await tell(comes);
      expect(await may({ permission, on })).toBe(false);
      await tell({ op: 'Assign', ...tagging });
      expect(await may({ permission, on })).toBe(true);
      await tell({ op: 'Unassign', ...tagging });
      expect(await may({ permission, on })).toBe(false);
      await tell({ op: 'Assign', ...tagging });
      expect(await may({ permission, on })).toBe(true);
      await tell(goes);
      expect(await may({ permission, on })).toBe(false);
      await tell(comes);
      expect(await may({ permission, on })).toBe(true);
    },
  );

  it.each([granting(orders, 'SELECT'), granting({ tablesTagged: { env: ['x'] } }, 'SELECT')])(
    'to describe a database goes with the table that showed it: %#',
    async ({ comes }) => {
      await tell({ op: 'Assign', on: orders, key: 'env', value: 'x' }, comes);
      expect(await may({ permission: 'DESCRIBE', on: sales })).toBe(true);
      await tell({ op: 'DeleteTable', table: 'sales.orders' });
      expect(await may({ permission: 'DESCRIBE', on: sales })).toBe(false);
    },
  );

  it('follows who administrates the lake', async () => {
    for (const admins of [['admin', 'ann'], ['admin']]) {
      await tell({ op: 'Settings', admins });
      expect(await may({ permission: 'ALTER', on: orders })).toBe(admins.includes('ann'));
      expect(await may({ permission: 'SELECT', on: orders, withGrantOption: true })).toBe(
        admins.includes('ann'),
      );
    }
    for (const readOnlyAdmins of [['ann'], []]) {
      await tell({ op: 'Settings', readOnlyAdmins });
      expect(await may({ permission: 'DESCRIBE', on: orders })).toBe(readOnlyAdmins.includes('ann'));
    }
  });

  it('of one resource is not that of another', async () => {
    await tell({ op: 'CreateDatabase', database: 'hr' }, granting(orders, 'ALTER').comes);
    expect(await may({ permission: 'ALTER', on: orders })).toBe(true);
    expect(await may({ permission: 'ALTER', on: { table: 'sales.other' } })).toBe(false);
    expect(await may({ permission: 'ALTER', on: { tablesOf: 'sales' } })).toBe(false);
    await tell(granting(sales, 'ALTER').comes);
    expect(await may({ permission: 'ALTER', on: sales })).toBe(true);
    expect(await may({ permission: 'ALTER', on: { database: 'hr' } })).toBe(false);
    await tell(granting({ tablesOf: 'sales' }, 'DROP').comes);
    expect(await may({ permission: 'DROP', on: { tablesOf: 'sales' } })).toBe(true);
    expect(await may({ permission: 'DROP', on: { tablesOf: 'hr' } })).toBe(false);
  });
});
