import type { Permission } from '@lakewarden/kernel';
import {
  type BatchFailure,
  batchGrantPermissions,
  batchRevokePermissions,
  type GrantEntry,
  type GrantResource,
} from '@lakewarden/permissions';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  entryOf,
  type Further,
  granting,
  onAllTables,
  onColumns,
  onDatabase,
  onTable,
} from '../../../../test/permissions/granting.ts';
import { arnOf, callerOf, InProcessLake, InProcessStory } from '../../../../test/permissions/in-process.ts';
import { step, type WrittenStep } from '../../../../test/permissions/story.ts';

const HOUR = 3_600_000;

describe('a batch', () => {
  let lake: InProcessLake;
  let story: InProcessStory;
  const startedMs = Date.now();
  const at = (hours: number) => new Date(startedMs + hours * HOUR);
  const { grant, held } = granting(() => lake);
  const tell = async (...steps: WrittenStep[]): Promise<void> => {
    for (const each of steps)
      expect({ each, ...(await story.run(step.parse(each))) }).toMatchObject({ code: 'OK' });
  };
  const may = async (permission: Permission, on: Extract<WrittenStep, { op: 'Decide' }>['on'], as = 'cat') =>
    (await story.run(step.parse({ op: 'Decide', as, permission, on }))).code === 'OK';
  const told = (failures: readonly BatchFailure[]) =>
    failures.map(({ id, error }) => `${id} ${error.code}: ${error.message}`);
  const numbered = (entries: readonly GrantEntry[]) =>
    entries.map((entry, i) => ({ id: String(i), ...entry }));
  const grantAll = async (entries: readonly GrantEntry[], as = 'admin') =>
    told(await lake.run(callerOf(as, []), batchGrantPermissions, numbered(entries)));
  const revokeAll = async (entries: readonly GrantEntry[], as = 'admin') =>
    told(await lake.run(callerOf(as, []), batchRevokePermissions, numbered(entries)));
  const toCat = (on: GrantResource, permissions: readonly Permission[], further: Further = {}) =>
    entryOf('cat', on, permissions, further);

  beforeAll(async () => {
    lake = await InProcessLake.start();
  });
  beforeEach(async () => {
    story = new InProcessStory(lake, '');
    await tell(
      { op: 'CreateDatabase', database: 'sales' },
      { op: 'CreateTable', table: 'sales.orders', columns: ['id', 'note'] },
      { op: 'CreateTable', table: 'sales.other', columns: ['id'] },
    );
  });
  afterEach(async () => {
    await story.end();
  });
  afterAll(async () => {
    await lake.close();
  });

  it('of grants makes the good ones and tells what is wrong with each other, by its id', async () => {
    const failures = await grantAll([
      toCat(onTable(), ['SELECT']),
      toCat(onTable('nope'), ['SELECT']),
      entryOf('nobody', onTable(), ['SELECT']),
      toCat(onDatabase(), ['SELECT']),
      toCat(onTable(), []),
      toCat(onDatabase(), ['ALTER']),
    ]);
    expect(failures).toEqual([
      '1 EntityNotFoundException: Table nope not found.',
      `2 InvalidInputException: Invalid principal: ${arnOf('nobody')}`,
      '3 InvalidInputException: Permission SELECT cannot be granted on a Database: it takes DESCRIBE, ALTER, DROP, CREATE_TABLE, ALL.',
      '4 InvalidInputException: Permissions names no permission.',
    ]);
    expect(await held('cat')).toMatchObject([
      { type: 'DATABASE', permissions: ['ALTER'] },
      { type: 'TABLE', permissions: ['SELECT'] },
    ]);
    expect(await held('nobody')).toEqual([]);
  });

  it('of grants that are all wrong makes none', async () => {
    expect(await grantAll([toCat(onTable('nope'), ['SELECT'])])).toHaveLength(1);
    expect(await grantAll([])).toEqual([]);
    expect(await held('cat')).toEqual([]);
  });

  it('is seen at once, on everything that it names, also where a decision was kept', async () => {
    const asked = [
      ['SELECT', { table: 'sales.orders' }],
      ['SELECT', { table: 'sales.other' }],
      ['DESCRIBE', { database: 'sales' }],
      ['DROP', { tablesOf: 'sales' }],
    ] as const;
    const all = async () => Promise.all(asked.map(([permission, on]) => may(permission, on)));
    const entries = [
      toCat(onTable(), ['SELECT']),
      toCat(onTable('other'), ['SELECT']),
      toCat(onTable('nope'), ['SELECT']),
      toCat(onAllTables(), ['DROP']),
    ];
    for (let round = 0; round < 2; round += 1) {
      // Twice: the second time from memory.
      for (let n = 0; n < 2; n += 1) expect(await all()).toEqual([false, false, false, false]);
      expect(await grantAll(entries)).toHaveLength(1);
      for (let n = 0; n < 2; n += 1) expect(await all()).toEqual([true, true, true, true]);
      expect(await revokeAll(entries)).toHaveLength(1);
    }
    expect(await all()).toEqual([false, false, false, false]);
  });

  it('with the same permission twice makes one of it, with the grant option if either has it', async () => {
    const option = { option: ['SELECT'] } as const;
    for (const [first, second] of [
      [option, {}],
      [{}, option],
    ]) {
      expect(
        await grantAll([toCat(onTable(), ['SELECT'], first), toCat(onTable(), ['SELECT', 'SELECT'], second)]),
      ).toEqual([]);
      expect(await held('cat')).toMatchObject([{ permissions: ['SELECT'], withGrantOption: ['SELECT'] }]);
      expect(await revokeAll([toCat(onTable(), ['SELECT'])])).toEqual([]);
      expect(await held('cat')).toEqual([]);
    }
  });

  it('with the same permission twice keeps what one grant after the other would', async () => {
    const option: Further = { option: ['SELECT'] };
    const variants: Further[] = [{}, option, { validUntil: at(1) }, { ...option, validFrom: at(1) }];
    const shown = async (principal: string) =>
      (await held(principal)).map(({ condition, withGrantOption, validFrom, validUntil }) => ({
        condition,
        withGrantOption,
        validFrom,
        validUntil,
      }));
    for (const first of variants) {
      for (const second of variants) {
        const grants = [undefined, 'context.mfa == true'].flatMap((condition) =>
          [first, second].map((each) => ({ ...each, condition })),
        );
        expect(await grantAll(grants.map((each) => toCat(onTable(), ['SELECT'], each)))).toEqual([]);
        for (const each of grants) await grant('bob', onTable(), ['SELECT'], each);
        expect([first, second, await shown('cat')]).toEqual([first, second, await shown('bob')]);
        for (const [i, { condition }] of grants.entries()) {
          if (i % 2 === 1) continue;
          const entries = ['bob', 'cat'].map((each) => entryOf(each, onTable(), ['SELECT'], { condition }));
          expect(await revokeAll(entries)).toEqual([]);
        }
      }
    }
  });

  it('keeps apart what differs in its principal, its thing, its columns or its condition', async () => {
    const condition = 'context.mfa == true';
    expect(
      await grantAll([
        toCat(onTable(), ['SELECT', 'ALTER']),
        toCat(onTable('other'), ['SELECT']),
        toCat(onColumns('id', 'note'), ['SELECT']),
        toCat(onTable(), ['SELECT'], { condition }),
        entryOf('bob', onTable(), ['SELECT']),
      ]),
    ).toEqual([]);
    const shown = (await held('cat')).map(({ table, columns, permissions, condition: when }) => [
      table,
      columns,
      permissions,
      when,
    ]);
    expect(shown).toHaveLength(4);
    expect(shown).toEqual(
      expect.arrayContaining([
        ['orders', [], ['ALTER', 'SELECT'], undefined],
        ['orders', [], ['SELECT'], condition],
        ['other', [], ['SELECT'], undefined],
        ['orders', ['id', 'note'], ['SELECT'], undefined],
      ]),
    );
    expect(await held('bob')).toMatchObject([{ table: 'orders', permissions: ['SELECT'] }]);
  });

  it('asks for each entry whether its own permissions, columns and time may be passed on', async () => {
    await grant('ann', onColumns('id'), ['SELECT'], { option: ['SELECT'], validUntil: at(2) });
    await grant('ann', onTable(), ['ALTER'], { option: ['ALTER'] });
    const denied = (i: number, permission: string) =>
      `${String(i)} AccessDeniedException: Insufficient Lake Formation permission(s): Required ${permission} with grant option on table sales.orders`;
    const failures = await grantAll(
      [
        toCat(onColumns('id'), ['SELECT'], { validUntil: at(1) }),
        toCat(onColumns('id'), ['SELECT'], { validUntil: at(3) }),
        toCat(onColumns('id'), ['SELECT']),
        toCat(onColumns('note'), ['SELECT'], { validUntil: at(1) }),
        toCat(onTable(), ['ALTER']),
        toCat(onTable(), ['ALTER', 'DROP']),
      ],
      'ann',
    );
    expect(failures).toEqual([
      denied(1, 'SELECT'),
      denied(2, 'SELECT'),
      denied(3, 'SELECT'),
      denied(5, 'DROP'),
    ]);
    expect(await held('cat')).toMatchObject([
      { columns: ['id'], permissions: ['SELECT'], validUntil: at(1) },
      { type: 'TABLE', permissions: ['ALTER'] },
    ]);
  });

  it('decides before it grants: what one entry gives, another does not pass on', async () => {
    const option = { option: ['SELECT'] } as const;
    await grant('ann', onTable('other'), ['SELECT'], option);
    const entries = [
      entryOf('ann', onTable('other'), ['SELECT'], option),
      toCat(onTable('other'), ['SELECT']),
      toCat(onTable(), ['SELECT']),
    ];
    expect(await grantAll(entries, 'ann')).toEqual([
      '2 AccessDeniedException: Insufficient Lake Formation permission(s): Required SELECT with grant option on table sales.orders',
    ]);
  });

  it('of revocations makes the good ones and tells what is wrong with each other, by its id', async () => {
    const notHeld =
      'InvalidInputException: No permissions revoked. Grantee does not have: the permissions, or the grant option, on that resource in that form.';
    await grantAll([toCat(onTable(), ['SELECT', 'ALTER']), toCat(onTable('other'), ['SELECT'])]);
    const failures = await revokeAll([
      toCat(onTable(), ['SELECT']),
      toCat(onTable(), ['SELECT']),
      toCat(onTable(), ['ALTER', 'DROP']),
      toCat(onTable('nope'), ['SELECT']),
      toCat(onTable('other'), ['SELECT']),
    ]);
    expect(failures).toEqual([
      `1 ${notHeld}`,
      `2 ${notHeld}`,
      '3 EntityNotFoundException: Table nope not found.',
    ]);
    expect(await held('cat')).toMatchObject([{ table: 'orders', permissions: ['ALTER'] }]);
  });
});
