import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { granting, onAllColumnsBut, onColumns } from '../../../../test/permissions/granting.ts';
import { InProcessLake, InProcessStory } from '../../../../test/permissions/in-process.ts';
import { step, type WrittenStep } from '../../../../test/permissions/story.ts';

describe('a column that is dropped, and another that takes its name', () => {
  let lake: InProcessLake;
  let story: InProcessStory;
  const { grant, held } = granting(() => lake);
  const tell = (written: WrittenStep) => story.run(step.parse(written));
  const retable = (...columns: string[]) => tell({ op: 'UpdateTable', table: 'sales.orders', columns });
  /** Twice: the second time from memory. */
  const shown = async () => {
    const asked: WrittenStep = {
      op: 'Decide',
      as: 'ann',
      permission: 'SELECT',
      on: { table: 'sales.orders' },
    };
    const first = await tell(asked);
    expect(await tell(asked)).toEqual(first);
    return first.columns ?? first.code;
  };
  const showsDatabase = async () =>
    (await tell({ op: 'Decide', as: 'ann', permission: 'DESCRIBE', on: { database: 'sales' } })).code;

  beforeAll(async () => {
    lake = await InProcessLake.start();
  });
  beforeEach(async () => {
    story = new InProcessStory(lake, '');
    await tell({ op: 'CreateDatabase', database: 'sales' });
    await tell({ op: 'CreateTable', table: 'sales.orders', columns: ['id', 'note'] });
  });
  afterEach(async () => {
    await story.end();
  });
  afterAll(async () => {
    await lake.close();
  });

  it('is not shown to who was granted the old one', async () => {
    await grant('ann', onColumns('id', 'note'), ['SELECT']);
    expect(await shown()).toEqual(['id', 'note']);
    await retable('id');
    await retable('id', 'note');
    expect(await shown()).toEqual(['id']);
    expect(await held('ann')).toMatchObject([{ columns: ['id'] }]);
  });

  it('is not shown, nor its table and database, to who was granted the old one alone', async () => {
    await grant('ann', onColumns('note'), ['SELECT']);
    expect(await shown()).toEqual(['note']);
    expect(await showsDatabase()).toBe('OK');
    await retable('id');
    await retable('id', 'note');
    expect(await shown()).toBe('AccessDeniedException');
    expect(await showsDatabase()).toBe('AccessDeniedException');
    expect(await held('ann')).toEqual([]);
  });

  it('is not hidden from whom the old one was hidden', async () => {
    await grant('ann', onAllColumnsBut('note'), ['SELECT']);
    expect(await shown()).toEqual(['id']);
    await retable('id');
    await retable('id', 'note');
    expect(await shown()).toEqual(['id', 'note']);
    expect(await held('ann')).toMatchObject([{ type: 'COLUMNS_EXCEPT', columns: [] }]);
  });

  it('leaves alone what is held where none is dropped', async () => {
    await grant('ann', onColumns('id', 'note'), ['SELECT']);
    await grant('bob', onAllColumnsBut('note'), ['SELECT']);
    await retable('note', 'more', 'id');
    expect(await shown()).toEqual(['id', 'note']);
    expect(await held('ann')).toMatchObject([{ columns: ['id', 'note'] }]);
    expect(await held('bob')).toMatchObject([{ columns: ['note'] }]);
  });
});
