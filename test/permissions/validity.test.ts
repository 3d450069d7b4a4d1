import { getDatabases, getTable, getTables } from '@lakewarden/catalog';
import { explain, grantPermissions, listPermissions, revokePermissions } from '@lakewarden/permissions';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { arnOf, callerOf, InProcessLake, InProcessStory } from './in-process.ts';
import { ACCOUNT, step, type WrittenStep } from './story.ts';

const HOUR = 3_600_000;

describe('a grant for a time', () => {
  let lake: InProcessLake;
  let story: InProcessStory;
  let nowMs = Date.now();
  const clock = { now: () => new Date(nowMs) };
  const tell = (written: WrittenStep) => story.run(step.parse(written));
  const table = { catalogId: ACCOUNT, database: 'sales', name: 'orders' };
  const at = (hours: number) => new Date(nowMs + hours * HOUR);
  const grant = (bounds: object, to = 'ann', as = 'admin', option = false) =>
    lake.run(callerOf(as, []), grantPermissions, {
      principal: arnOf(to),
      resource: { kind: 'Table', table },
      permissions: ['SELECT'],
      withGrantOption: option ? ['SELECT'] : [],
      ...bounds,
    });
  const revoke = () =>
    lake.run(callerOf('admin', []), revokePermissions, {
      principal: arnOf('ann'),
      resource: { kind: 'Table', table },
      permissions: ['SELECT'],
      withGrantOption: [],
    });

  /** Whether ann has the table, by every way that there is to ask: they must agree. */
  async function has(): Promise<boolean> {
    const ann = callerOf('ann', []);
    const said = [
      await lake.run(ann, getTable, table).then(
        () => true,
        () => false,
      ),
      (await lake.run(ann, getDatabases, { catalogId: ACCOUNT, limit: 9 })).items.length > 0,
      await lake.run(ann, getTables, { database: { catalogId: ACCOUNT, name: 'sales' }, limit: 9 }).then(
        ({ items }) => items.length > 0,
        () => false,
      ),
      (
        await lake.run(callerOf('admin', []), explain, {
          principal: arnOf('ann'),
          permission: 'SELECT',
          resource: { kind: 'Table', table },
        })
      ).grants.allowed,
    ];
    expect(new Set(said).size).toBe(1);
    return said[0] === true;
  }
  const listed = async () =>
    (
      await lake.run(callerOf('admin', []), listPermissions, {
        catalogId: ACCOUNT,
        principal: arnOf('ann'),
        limit: 9,
      })
    ).items;

  beforeAll(async () => {
    lake = await InProcessLake.start(clock);
    story = new InProcessStory(lake, '');
    await tell({ op: 'CreateDatabase', database: 'sales' });
    await tell({ op: 'CreateTable', table: 'sales.orders', columns: ['id'] });
  });
  // So that there is something kept that each of them has to end.
  beforeEach(async () => {
    expect(await has()).toBe(false);
  });
  afterAll(async () => {
    await lake.close();
  });

  it('begins and ends to the instant, for decisions and lists alike, also where they were kept', async () => {
    await grant({ validFrom: at(1), validUntil: at(2) });
    const [from, until] = [at(1), at(2)];
    expect(await has()).toBe(false);
    expect(await listed()).toMatchObject([{ validFrom: from, validUntil: until }]);
    nowMs = from.getTime() - 1;
    expect(await has()).toBe(false);
    nowMs = from.getTime();
    expect(await has()).toBe(true);
    nowMs = until.getTime() - 1;
    expect(await has()).toBe(true);
    nowMs = until.getTime();
    expect(await has()).toBe(false);
    expect(await listed()).toEqual([]);
    await expect(revoke()).rejects.toMatchObject({ code: 'InvalidInputException' });
  });

  it('is given anew when it has expired, and stays for good when it is given for good', async () => {
    await grant({ validUntil: at(1) });
    expect(await has()).toBe(true);
    nowMs += HOUR;
    expect(await has()).toBe(false);
    await grant({});
    expect(await has()).toBe(true);
    await grant({ validUntil: at(1) });
    nowMs += 2 * HOUR;
    expect(await has()).toBe(true);
    await revoke();
    expect(await has()).toBe(false);
  });

  it('does not confuse the instants of one grant with those of another that goes', async () => {
    await grant({ validUntil: at(5) }, 'bob');
    await grant({ validUntil: at(1) });
    expect(await has()).toBe(true);
    nowMs += HOUR / 2;
    expect(await has()).toBe(true);
    await grant({}, 'bob'); // one instant less
    nowMs += HOUR;
    expect(await has()).toBe(false);
  });

  it('passes on no more than it is itself', async () => {
    const until = at(4);
    await grant({ validUntil: until }, 'ann', 'admin', true);
    await grant({ validUntil: until }, 'cat', 'ann');
    for (const bounds of [{}, { validUntil: at(5) }, { validFrom: at(1) }]) {
      await expect(grant(bounds, 'cat', 'ann')).rejects.toMatchObject({ code: 'AccessDeniedException' });
    }
    await expect(grant({ validUntil: at(-1) })).rejects.toMatchObject({ code: 'InvalidInputException' });
    await expect(grant({ validFrom: at(2), validUntil: at(1) })).rejects.toMatchObject({
      code: 'InvalidInputException',
    });
    nowMs = until.getTime();
    await expect(grant({ validUntil: at(1) }, 'cat', 'ann')).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
  });

  it('given by LF-tags, begins and ends likewise: tables, lists and databases', async () => {
    await tell({ op: 'MakeTag', key: 'span', values: ['short'] });
    await tell({ op: 'Assign', on: { table: 'sales.orders' }, key: 'span', value: 'short' });
    expect(await has()).toBe(false);
    const [from, until] = [at(1), at(2)];
    await lake.run(callerOf('admin', []), grantPermissions, {
      principal: arnOf('ann'),
      resource: {
        kind: 'LFTagPolicy',
        catalogId: ACCOUNT,
        of: 'TABLE',
        expression: [{ key: 'span', values: ['short'] }],
      },
      permissions: ['SELECT'],
      withGrantOption: [],
      validFrom: from,
      validUntil: until,
    });
    expect(await listed()).toMatchObject([{ validFrom: from, validUntil: until }]);
    for (const [instantMs, isHeld] of [
      [from.getTime() - 1, false],
      [from.getTime(), true],
      [until.getTime() - 1, true],
      [until.getTime(), false],
    ] as const) {
      nowMs = instantMs;
      expect(await has()).toBe(isHeld);
    }
  });

  it.each([
    ['for good', 'for an hour with the option', {}, false, { validUntil: 1 }, true, false],
    ['for an hour with the option', 'for good', { validUntil: 1 }, true, {}, false, false],
    ['for good', 'for good with the option', {}, false, {}, true, true],
    ['for good with the option', 'for an hour', {}, true, { validUntil: 1 }, false, true],
  ])(
    'given one %s and one %s whose exclude lists a dropped column makes equal, keeps what holds for good',
    async (_short, _long, short, shortOption, long, longOption, option) => {
      const people = { ...table, name: 'people' };
      await tell({ op: 'CreateTable', table: 'sales.people', columns: ['id', 'name', 'mail'] });
      const hide = (names: string[], { validUntil }: { validUntil?: number }, isOption: boolean) =>
        lake.run(callerOf('admin', []), grantPermissions, {
          principal: arnOf('ned'),
          resource: { kind: 'TableWithColumns', table: people, columns: { kind: 'exclude', names } },
          permissions: ['SELECT'],
          withGrantOption: isOption ? ['SELECT'] : [],
          ...(validUntil !== undefined && { validUntil: at(validUntil) }),
        });
      await hide(['name'], short, shortOption);
      await hide(['name', 'mail'], long, longOption);
      await tell({ op: 'UpdateTable', table: 'sales.people', columns: ['id', 'name'] });
      const held = await lake.run(callerOf('admin', []), listPermissions, {
        catalogId: ACCOUNT,
        principal: arnOf('ned'),
        limit: 9,
      });
      expect(held.items).toEqual([
        expect.objectContaining({
          permissions: ['SELECT'],
          withGrantOption: option ? ['SELECT'] : [],
          validFrom: undefined,
          validUntil: undefined,
        }),
      ]);
      await tell({ op: 'DeleteTable', table: 'sales.people' });
    },
  );

  it('given two that end together and that a dropped column makes equal, keeps the one that has begun', async () => {
    await tell({ op: 'CreateTable', table: 'sales.people', columns: ['id', 'name', 'mail', 'note'] });
    const hide = (allColumnsBut: string[], since?: number) =>
      tell({
        op: 'Grant',
        on: { allColumnsBut, of: 'sales.people' },
        permissions: ['SELECT'],
        to: 'ned',
        since,
        until: 2,
      });
    await hide(['name', 'mail'], 1);
    await hide(['name', 'note']);
    await tell({ op: 'UpdateTable', table: 'sales.people', columns: ['id', 'name'] });
    const decided = await tell({
      op: 'Decide',
      as: 'ned',
      permission: 'SELECT',
      on: { table: 'sales.people' },
    });
    expect(decided).toEqual({ code: 'OK', columns: ['id'] });
    await tell({ op: 'DeleteTable', table: 'sales.people' });
  });
});
