import { type ListPermissions, listPermissions } from '@lakewarden/permissions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  expectRefused,
  granting,
  onAllTables,
  onColumns,
  onDatabase,
  onFilter,
  onTable,
} from '../../../../test/permissions/granting.ts';
import { arnOf, callerOf, InProcessLake, InProcessStory } from '../../../../test/permissions/in-process.ts';
import { ACCOUNT, step, type WrittenStep } from '../../../../test/permissions/story.ts';

const MANY = 100;

describe('ListPermissions', () => {
  let lake: InProcessLake;
  const { grant } = granting(() => lake);
  const ask = (as: string, more: Partial<ListPermissions> = {}) =>
    lake.run(callerOf(as, []), listPermissions, { catalogId: ACCOUNT, limit: MANY, ...more });
  const ofAnn = { principal: arnOf('ann') };

  beforeAll(async () => {
    lake = await InProcessLake.start();
    const story = new InProcessStory(lake, '');
    const steps: WrittenStep[] = [
      { op: 'CreateDatabase', database: 'sales' },
      { op: 'CreateTable', table: 'sales.orders', columns: ['id', 'note'] },
      { op: 'CreateTable', table: 'sales.other', columns: ['id'] },
      { op: 'CreateFilter', filter: 'few', of: 'sales.orders', columns: ['id'] },
    ];
    for (const each of steps)
      expect({ each, ...(await story.run(step.parse(each))) }).toMatchObject({ code: 'OK' });
    await grant('ann', onDatabase(), ['ALTER']);
    await grant('ann', onAllTables(), ['DELETE']);
    await grant('ann', onTable(), ['INSERT']);
    await grant('ann', onTable('other'), ['INSERT']);
    await grant('ann', onFilter(), ['SELECT']);
    await grant('ann', onColumns('id', 'note'), ['SELECT']);
  });
  afterAll(async () => {
    await lake.close();
  });

  it.each([1, 2, 5, 6])('in pages of %i tells the same, each once and in the same order', async (limit) => {
    const all = (await ask('admin', ofAnn)).items;
    const found: unknown[] = [];
    for (let token: string | undefined; ;) {
      const { items, next } = await ask('admin', { ...ofAnn, limit, ...(token !== undefined && { token }) });
      expect(items.length).toBeLessThanOrEqual(limit);
      found.push(...items);
      if (next === undefined) break;
      expect(items).toHaveLength(limit);
      token = next;
    }
    expect(found).toEqual(all);
  });

  it('goes on with no other question’s page', async () => {
    const question = { ...ofAnn, resource: onTable(), limit: 1 };
    const { next: token = '' } = await ask('admin', question);
    expect((await ask('admin', { ...question, token })).items).toHaveLength(1);
    const others: readonly Partial<ListPermissions>[] = [
      { principal: arnOf('bob') },
      { resourceType: 'TABLE' },
      { resource: onTable('other') },
      { resource: onFilter() },
      { resource: onColumns('id') },
      { resource: undefined },
      { includeRelated: true },
    ];
    const refused = 'NextToken is not valid for this request. Start again without it.';
    for (const other of others)
      await expectRefused(ask('admin', { ...question, ...other, token }), 'InvalidInputException', refused);
    await expectRefused(ask('ann', { ...question, token }), 'InvalidInputException', refused);
  });
});
