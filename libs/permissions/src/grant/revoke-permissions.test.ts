import type { Permission } from '@lakewarden/kernel';
import type { GrantResource } from '@lakewarden/permissions';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  expectRefused,
  type Further,
  granting,
  onAllColumnsBut,
  onAllTables,
  onColumns,
  onDatabase,
  onFilter,
  onTable,
} from '../../../../test/permissions/granting.ts';
import { InProcessLake, InProcessStory } from '../../../../test/permissions/in-process.ts';
import { step, type WrittenStep } from '../../../../test/permissions/story.ts';

const NOT_HELD =
  'No permissions revoked. Grantee does not have: the permissions, or the grant option, on that resource in that form.';

describe('RevokePermissions', () => {
  const startedMs = Date.now();
  let lake: InProcessLake;
  let story: InProcessStory;
  const { grant, revoke, held } = granting(() => lake);
  const tell = async (...steps: WrittenStep[]): Promise<void> => {
    for (const each of steps)
      expect({ each, ...(await story.run(step.parse(each))) }).toMatchObject({ code: 'OK' });
  };
  /** Nothing of it is revoked. */
  async function refused(on: GrantResource, permissions: readonly Permission[], further: Further = {}) {
    const before = await held('ann');
    await expectRefused(revoke('ann', on, permissions, further), 'InvalidInputException', NOT_HELD);
    expect(await held('ann')).toEqual(before);
  }

  beforeAll(async () => {
    lake = await InProcessLake.start();
  });
  beforeEach(async () => {
    story = new InProcessStory(lake, '');
    await tell(
      { op: 'CreateDatabase', database: 'sales' },
      { op: 'CreateTable', table: 'sales.orders', columns: ['id', 'note', 'mail'] },
      { op: 'CreateTable', table: 'sales.other', columns: ['id'] },
      { op: 'CreateFilter', filter: 'few', of: 'sales.orders', columns: ['id'] },
    );
  });
  afterEach(async () => {
    await story.end();
  });
  afterAll(async () => {
    await lake.close();
  });

  it('takes what it names and leaves the rest', async () => {
    await grant('ann', onTable(), ['SELECT', 'ALTER', 'DROP']);
    await grant('bob', onTable(), ['SELECT']);
    await revoke('ann', onTable(), ['SELECT', 'DROP', 'SELECT']);
    expect(await held('ann')).toMatchObject([{ permissions: ['ALTER'] }]);
    expect(await held('bob')).toMatchObject([{ permissions: ['SELECT'] }]);
  });

  it('takes the grant option alone, once, and with its permission whether it was there or not', async () => {
    const option = ['SELECT'] as const;
    await grant('ann', onTable(), ['SELECT', 'ALTER'], { option: ['SELECT', 'ALTER'] });
    await revoke('ann', onTable(), [], { option });
    expect(await held('ann')).toMatchObject([
      { permissions: ['ALTER', 'SELECT'], withGrantOption: ['ALTER'] },
    ]);
    await refused(onTable(), [], { option });
    await refused(onTable(), ['ALTER'], { option });
    await revoke('ann', onTable(), ['SELECT'], { option });
    await revoke('ann', onTable(), ['ALTER'], { option: ['ALTER'] });
    expect(await held('ann')).toEqual([]);
  });

  it('takes nothing where one of several is not held, or not with the grant option', async () => {
    await grant('ann', onTable(), ['SELECT', 'ALTER'], { option: ['ALTER'] });
    await refused(onTable(), ['SELECT', 'DROP']);
    await refused(onTable(), ['ALTER'], { option: ['SELECT'] });
    await refused(onTable(), [], { option: ['ALTER', 'SELECT'] });
    await refused(onTable(), [], { option: ['DROP'] });
  });

  it('names what it cannot take', async () => {
    await expectRefused(
      revoke('ann', onTable(), []),
      'InvalidInputException',
      'Permissions names no permission.',
    );
    const unfit =
      'Permission SELECT cannot be granted on a Database: it takes DESCRIBE, ALTER, DROP, CREATE_TABLE, ALL.';
    await expectRefused(revoke('ann', onDatabase(), ['SELECT']), 'InvalidInputException', unfit);
    await expectRefused(
      revoke('ann', onDatabase(), [], { option: ['SELECT'] }),
      'InvalidInputException',
      unfit,
    );
  });

  /** Of each, as it was granted; the others are other forms of it, or other things. */
  const forms: readonly GrantResource[] = [
    onTable(),
    onTable('other'),
    onAllTables(),
    onFilter(),
    onColumns('id'),
    onColumns('note'),
    onAllColumnsBut(),
    onAllColumnsBut('id'),
    onAllColumnsBut('note'),
    onAllColumnsBut('id', 'note'),
  ];
  it.each(forms)('takes %j where it was granted in that form', async (form) => {
    await grant('ann', form, ['SELECT']);
    for (const other of forms) if (other !== form) await refused(other, ['SELECT']);
    await revoke('ann', form, ['SELECT']);
    expect(await held('ann')).toEqual([]);
    for (const other of forms) if (other !== form) await grant('ann', other, ['SELECT']);
    await refused(form, ['SELECT']);
  });

  it('takes columns of a list one by one, and a list of hidden ones as it is, in any order', async () => {
    await grant('ann', onColumns('id', 'note'), ['SELECT']);
    await refused(onColumns('note', 'mail'), ['SELECT']);
    await revoke('ann', onColumns('note'), ['SELECT']);
    expect(await held('ann')).toMatchObject([{ type: 'COLUMNS', columns: ['id'] }]);
    await revoke('ann', onColumns('id'), ['SELECT']);

    await grant('ann', onAllColumnsBut('note', 'id'), ['SELECT']);
    await grant('ann', onAllColumnsBut('id', 'note'), ['SELECT']);
    expect(await held('ann')).toMatchObject([{ type: 'COLUMNS_EXCEPT', columns: ['id', 'note'] }]);
    await refused(onAllColumnsBut('note', 'mail'), ['SELECT']);
    await revoke('ann', onAllColumnsBut('note', 'id'), ['SELECT']);
    expect(await held('ann')).toEqual([]);
  });

  it('takes what is held under a condition where it names it, and no other', async () => {
    const condition = 'context.mfa == true';
    await grant('ann', onTable(), ['SELECT'], { condition });
    await refused(onTable(), ['SELECT']);
    await refused(onTable(), ['SELECT'], { condition: 'context.mfa == false' });
    await grant('ann', onTable(), ['SELECT']);
    await revoke('ann', onTable(), ['SELECT'], { condition });
    expect(await held('ann')).toMatchObject([{ permissions: ['SELECT'], condition: undefined }]);
  });

  it('is for whoever may pass it on now, and for as long as the other holds it', async () => {
    const at = (hours: number) => new Date(startedMs + hours * 3_600_000);
    await grant('bob', onTable(), ['SELECT'], { option: ['SELECT'], validUntil: at(2) });
    for (const validUntil of [at(1), at(2)]) {
      await grant('ann', onTable(), ['SELECT'], { validUntil });
      await revoke('ann', onTable(), ['SELECT'], { as: 'bob' });
      expect(await held('ann')).toEqual([]);
    }
    for (const validUntil of [at(3), undefined]) {
      await grant('ann', onTable(), ['SELECT'], { validUntil });
      // Whatever end he names: it is taken back whatever its time is.
      for (const named of [undefined, at(1)])
        await expectRefused(
          revoke('ann', onTable(), ['SELECT'], { as: 'bob', validUntil: named }),
          'AccessDeniedException',
          'Insufficient Lake Formation permission(s): Required SELECT with grant option on table sales.orders',
        );
      expect(await held('ann')).toMatchObject([{ permissions: ['SELECT'], validUntil }]);
    }
    await grant('liz', onTable(), ['SELECT'], { option: ['SELECT'], validFrom: at(1) });
    await grant('ann', onTable(), ['SELECT']);
    await expectRefused(
      revoke('ann', onTable(), ['SELECT'], { as: 'liz', validFrom: at(1) }),
      'AccessDeniedException',
      'Insufficient Lake Formation permission(s): Required SELECT with grant option on table sales.orders',
    );
  });

  it('is heeded at once, also where a decision was kept', async () => {
    const may = async (on: Extract<WrittenStep, { op: 'Decide' }>['on'], permission = 'SELECT') =>
      (await story.run(step.parse({ op: 'Decide', as: 'ann', permission, on }))).code === 'OK';
    const orders = { table: 'sales.orders' };
    await grant('ann', onColumns('id'), ['SELECT']);
    for (let n = 0; n < 2; n += 1) expect(await may(orders)).toBe(true);
    expect(await may({ database: 'sales' }, 'DESCRIBE')).toBe(true);
    await revoke('ann', onColumns('id'), ['SELECT']);
    expect(await may(orders)).toBe(false);
    expect(await may({ database: 'sales' }, 'DESCRIBE')).toBe(false);
  });
});
