import { defineRead } from '@lakewarden/kernel';
import { getLFTag } from '@lakewarden/permissions';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { callerOf, InProcessLake, InProcessStory } from './in-process.ts';
import { ACCOUNT, step, type WrittenStep } from './story.ts';

type On = Extract<WrittenStep, { op: 'Grant' }>['on'];
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

  const granting = (on: On, ...permissions: string[]) => ({
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

  it('about a value of an LF-tag is not that about another value, or another tag, and follows grants', async () => {
    await tell({ op: 'MakeTag', key: 'class', values: ['x', 'y'] });
    const values = async (key: string) =>
      (await story.run(step.parse({ op: 'GetTag', as: 'ann', key }))).names;
    const { comes, goes } = granting({ tag: 'env', values: ['x'] }, 'DESCRIBE');
    for (let round = 0; round < 2; round += 1) {
      expect([await values('env'), await values('class')]).toEqual([undefined, undefined]);
      await tell(comes);
      expect([await values('env'), await values('class')]).toEqual([['x'], undefined]);
      await tell(granting({ tag: 'class', values: ['y'] }, 'DESCRIBE').comes);
      expect([await values('env'), await values('class')]).toEqual([['x'], ['y']]);
      await tell(goes, granting({ tag: 'class', values: ['y'] }, 'DESCRIBE').goes);
    }
  });

  it('about one value of an LF-tag is kept by itself until what is held changes', async () => {
    const { id: tagId } = await lake.run(callerOf('admin', []), getLFTag, { catalogId: ACCOUNT, key: 'env' });
    const describes = defineRead({
      action: 'test:Decide',
      run: async (scope, value: string) => {
        const resource = { type: 'LF_TAG', catalogId: ACCOUNT, tagId, key: 'env', value } as const;
        return (await scope.permissions.decide(scope, { permission: 'DESCRIBE', resource })).allowed;
      },
    });
    const ask = (value: string) => lake.run(callerOf('ann', []), describes, value);
    const asked = async () => [await ask('y'), await ask('x'), await ask('y'), await ask('x')];
    const { comes, goes } = granting({ tag: 'env', values: ['x'] }, 'DESCRIBE');
    for (let round = 0; round < 2; round += 1) {
      expect(await asked()).toEqual([false, false, false, false]);
      await tell(comes);
      expect(await asked()).toEqual([false, true, false, true]);
      await tell(goes);
    }
    expect(await asked()).toEqual([false, false, false, false]);
  });

  it('about a policy on tables is not that about one on databases', async () => {
    const expression = [{ key: 'env', values: ['x'] }];
    const passes = defineRead({
      action: 'test:Decide',
      run: async (scope, of: 'DATABASE' | 'TABLE') => {
        const asked = { type: 'LF_TAG_POLICY', catalogId: ACCOUNT, of, expression } as const;
        const resource = { ...asked, expressionId: 'none', isSaved: false };
        const question = { permission: 'DESCRIBE', resource, withGrantOption: true } as const;
        return (await scope.permissions.decide(scope, question)).allowed;
      },
    });
    const asked = async () => {
      const all: boolean[] = [];
      for (const things of ['TABLE', 'DATABASE', 'TABLE'] as const)
        all.push(await lake.run(callerOf('ann', []), passes, things));
      return all;
    };
    const x = { env: ['x'] };
    const held = { permissions: ['DESCRIBE'], option: ['DESCRIBE'] };
    expect(await asked()).toEqual([false, false, false]);
    await tell({ op: 'Grant', to: 'ann', on: { databasesTagged: x }, ...held });
    expect(await asked()).toEqual([false, true, false]);
    await tell({ op: 'Grant', to: 'ann', on: { tablesTagged: x }, ...held });
    expect(await asked()).toEqual([true, true, true]);
    await tell({ op: 'Revoke', from: 'ann', on: { databasesTagged: x }, ...held });
    expect(await asked()).toEqual([true, false, true]);
  });

  it('about passing a policy on is not that about another one, and follows grants and the expression', async () => {
    const passes = async (on: On) =>
      (await story.run(step.parse({ op: 'Grant', as: 'ann', to: 'bob', on, permissions: ['DESCRIBE'] })))
        .code;
    const x = { env: ['x'] };
    await tell({ op: 'SaveExpression', name: 'saved', expression: x });
    await tell(granting({ tag: 'env', values: ['x', 'y'] }, 'DESCRIBE').comes);
    const held: On[] = [{ tablesTagged: x }, { databasesTagged: x }, { tablesTagged: 'saved' }];
    const all: On[] = [...held, { tablesTagged: { env: ['y'] } }, { databasesTagged: { env: ['y'] } }];
    const passable = async () => {
      const codes: boolean[] = [];
      // What is refused first: it must not be what is kept of the others.
      for (const on of all.toReversed()) codes.unshift((await passes(on)) === 'OK');
      return codes;
    };
    const none = all.map(() => false);
    expect(await passable()).toEqual(none);
    for (const [i, on] of held.entries()) {
      await tell({ op: 'Grant', to: 'ann', on, permissions: ['DESCRIBE'], option: ['DESCRIBE'] });
      // A saved one reaches, today, as far as what it says: that is passed on as well.
      expect(await passable()).toEqual(all.map((_, at) => at === i || (i === 2 && at === 0)));
      await tell({ op: 'Revoke', from: 'ann', on, permissions: ['DESCRIBE'] });
      expect(await passable()).toEqual(none);
    }
    await tell({
      op: 'Grant',
      to: 'ann',
      on: { tablesTagged: 'saved' },
      permissions: ['DESCRIBE'],
      option: ['DESCRIBE'],
    });
    expect(await passes({ tablesTagged: { env: ['y'] } })).not.toBe('OK');
    await tell({ op: 'ChangeExpression', name: 'saved', expression: { env: ['y'] } });
    expect(await passes({ tablesTagged: { env: ['y'] } })).toBe('OK');
    expect(await passes({ tablesTagged: x })).not.toBe('OK');
  });

  it('about what lies in a hybrid location follows every registration, and the table’s own place', async () => {
    const placed = { table: 'sales.placed', columns: ['id'] };
    await tell({ op: 'CreateTable', ...placed, location: 's3://lake/a/t' });
    const isOpen = () => may({ permission: 'SELECT', on: { table: 'sales.placed' } });
    expect(await isOpen()).toBe(false);
    // Elsewhere there is a hybrid one all the time: that there is any does not tell them apart.
    await tell({ op: 'Register', location: 's3://other', hybrid: true });
    expect(await isOpen()).toBe(false);
    await tell({ op: 'Register', location: 's3://lake', hybrid: true });
    expect(await isOpen()).toBe(true);
    for (const hybrid of [false, true]) {
      await tell({ op: 'ChangeRegistration', location: 's3://lake', hybrid });
      expect(await isOpen()).toBe(hybrid);
    }
    await tell({ op: 'Register', location: 's3://lake/a', hybrid: false });
    expect(await isOpen()).toBe(false);
    await tell({ op: 'Deregister', location: 's3://lake/a' });
    expect(await isOpen()).toBe(true);
    await tell({ op: 'UpdateTable', ...placed, location: 's3://elsewhere/t' });
    expect(await isOpen()).toBe(false);
  });

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
