import type { Permission } from '@lakewarden/kernel';
import type { GrantResource } from '@lakewarden/permissions';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  expectRefused,
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

type Holding = readonly [on: GrantResource, permission: Permission];
type Passed = readonly [held: Holding, may: readonly Holding[], mayNot: readonly Holding[]];

describe('who holds something with the grant option', () => {
  let lake: InProcessLake;
  let story: InProcessStory;
  const { grant, revoke, held } = granting(() => lake);
  const tell = async (...steps: WrittenStep[]): Promise<void> => {
    for (const each of steps)
      expect({ each, ...(await story.run(step.parse(each))) }).toMatchObject({ code: 'OK' });
  };
  const answer = (asked: Promise<void>): Promise<string> =>
    asked.then(
      () => 'OK',
      (error: unknown) => String(error instanceof Error && 'code' in error ? error.code : error),
    );
  /** Of a grant, and of the revocation of one that is there, to ann: they ask the same. */
  async function passed([on, permission]: Holding): Promise<string> {
    const granted = await answer(grant('cat', on, [permission], { as: 'ann' }));
    if (granted !== 'OK') await grant('cat', on, [permission]);
    const revoked = await answer(revoke('cat', on, [permission], { as: 'ann' }));
    if (revoked !== 'OK') await revoke('cat', on, [permission]);
    expect(revoked).toBe(granted);
    expect(await held('cat')).toEqual([]);
    return granted;
  }

  beforeAll(async () => {
    lake = await InProcessLake.start();
  });
  beforeEach(async () => {
    story = new InProcessStory(lake, '');
    await tell(
      { op: 'CreateDatabase', database: 'sales' },
      { op: 'CreateDatabase', database: 'hr' },
      { op: 'CreateTable', table: 'sales.orders', columns: ['ID', 'note'], keys: ['day'] },
      { op: 'CreateTable', table: 'sales.other', columns: ['id'] },
      { op: 'CreateFilter', filter: 'few', of: 'sales.orders', columns: ['id'] },
      { op: 'CreateFilter', filter: 'most', of: 'sales.orders', columns: ['id'], isExclude: true },
      {
        op: 'CreateFilter',
        filter: 'every',
        of: 'sales.orders',
        columns: [],
        isExclude: true,
        rows: { column: 'note', is: 'x' },
      },
    );
  });
  afterEach(async () => {
    await story.end();
  });
  afterAll(async () => {
    await lake.close();
  });

  const others: readonly Holding[] = [
    [onTable('other'), 'SELECT'],
    [onAllTables(), 'SELECT'],
  ];
  it.each([
    [
      [onDatabase(), 'ALTER'],
      [],
      [
        [onDatabase(), 'DROP'],
        [onDatabase('hr'), 'ALTER'],
        [onAllTables(), 'ALTER'],
        [onTable(), 'ALTER'],
      ],
    ],
    [
      [onAllTables(), 'ALTER'],
      [[onTable(), 'ALTER']],
      [
        [onDatabase(), 'ALTER'],
        [onAllTables('hr'), 'ALTER'],
      ],
    ],
    [
      [onTable(), 'SELECT'],
      [
        [onColumns('id', 'day'), 'SELECT'],
        [onAllColumnsBut(), 'SELECT'],
        [onAllColumnsBut('id'), 'SELECT'],
        [onFilter('few'), 'SELECT'],
        [onFilter('every'), 'DROP'],
      ],
      [...others, [onTable(), 'INSERT'], [onTable(), 'ALL']],
    ],
    [
      [onTable(), 'ALTER'],
      [],
      [
        [onTable(), 'SELECT'],
        [onColumns('id'), 'SELECT'],
        [onFilter(), 'SELECT'],
      ],
    ],
    [
      [onAllColumnsBut(), 'SELECT'],
      [
        [onTable(), 'SELECT'],
        [onFilter('every'), 'SELECT'],
        [onColumns('day'), 'SELECT'],
      ],
      others,
    ],
    [
      [onAllColumnsBut('id'), 'SELECT'],
      [
        [onColumns('note', 'day'), 'SELECT'],
        [onAllColumnsBut('note', 'id'), 'SELECT'],
        [onFilter('most'), 'SELECT'],
      ],
      [
        ...others,
        [onTable(), 'SELECT'],
        [onAllColumnsBut(), 'SELECT'],
        [onAllColumnsBut('note'), 'SELECT'],
        [onColumns('id'), 'SELECT'],
        [onFilter('few'), 'SELECT'],
        [onFilter('every'), 'SELECT'],
      ],
    ],
    [
      [onColumns('id'), 'SELECT'],
      [
        [onFilter('few'), 'SELECT'],
        [onFilter('few'), 'DESCRIBE'],
      ],
      [
        ...others,
        [onTable(), 'SELECT'],
        [onColumns('id', 'note'), 'SELECT'],
        [onColumns('note', 'id'), 'SELECT'],
        [onAllColumnsBut('note', 'day'), 'SELECT'],
        [onFilter('most'), 'SELECT'],
        [onFilter('every'), 'DROP'],
      ],
    ],
    // Its rows are not all rows, even where it hides no column.
    [
      [onFilter('every'), 'SELECT'],
      [],
      [
        [onFilter('few'), 'SELECT'],
        [onFilter('every'), 'DROP'],
        [onColumns('id'), 'SELECT'],
        [onTable(), 'SELECT'],
      ],
    ],
  ] as readonly Passed[])('on %j passes on that, and %j, and not %j', async (own, may, mayNot) => {
    const [on, permission] = own;
    await grant('ann', on, [permission], { option: [permission] });
    for (const each of [own, ...may]) expect([each, await passed(each)]).toEqual([each, 'OK']);
    for (const each of mayNot) expect([each, await passed(each)]).toEqual([each, 'AccessDeniedException']);
    await revoke('ann', on, [], { option: [permission] });
    expect([own, await passed(own)]).toEqual([own, 'AccessDeniedException']);
  });

  it('of several permissions needs each', async () => {
    await grant('ann', onTable(), ['SELECT', 'ALTER'], { option: ['SELECT', 'ALTER'] });
    await grant('cat', onTable(), ['SELECT', 'ALTER'], { as: 'ann', option: ['ALTER'] });
    expect(await held('cat')).toMatchObject([
      {
        permissions: ['ALTER', 'SELECT'],
        withGrantOption: ['ALTER'],
        lastUpdatedBy: expect.stringContaining('ann') as string,
      },
    ]);
  });

  /** Each sees the full list of what the missing thing would be in, and of nothing above it. */
  it.each([
    [onAllTables(), 'DESCRIBE', onTable('nope'), onDatabase('nope'), 'Table nope not found.'],
    [onAllTables(), 'DESCRIBE', onFilter('few', 'nope'), onTable('t', 'nope'), 'Table nope not found.'],
    [
      onAllTables(),
      'DESCRIBE',
      onColumns('nope'),
      onAllTables('nope'),
      'Column nope not found in table sales.orders.',
    ],
    [
      onTable(),
      'DESCRIBE',
      onColumns('nope'),
      onTable('nope'),
      'Column nope not found in table sales.orders.',
    ],
    [
      onAllColumnsBut(),
      'SELECT',
      onColumns('nope'),
      onFilter('nope'),
      'Column nope not found in table sales.orders.',
    ],
  ] as readonly (readonly [GrantResource, Permission, GrantResource, GrantResource, string])[])(
    'or without: %j, %s, hears that %j is not there, and of %j no more than others',
    async (own, permission, missing, further, message) => {
      await grant('ann', own, [permission]);
      const asked: Permission = missing.kind === 'TableWithColumns' ? 'SELECT' : 'DROP';
      await expectRefused(grant('cat', missing, [asked], { as: 'ann' }), 'EntityNotFoundException', message);
      expect(await answer(grant('cat', further, ['DROP'], { as: 'ann' }))).toBe('AccessDeniedException');
    },
  );

  it('on all of a table’s columns hears that a filter is not there; who holds less of it does not', async () => {
    const ask = () => grant('cat', onFilter('nope'), ['DROP'], { as: 'ann' });
    const denied =
      'Insufficient Lake Formation permission(s): Required DROP with grant option on data cells filter nope of table sales.orders';
    await grant('ann', onTable(), ['DESCRIBE']);
    await grant('ann', onColumns('id', 'note', 'day'), ['SELECT'], { option: ['SELECT'] });
    await grant('ann', onFilter(), ['SELECT', 'DESCRIBE', 'DROP'], { option: ['DROP'] });
    await expectRefused(ask(), 'AccessDeniedException', denied);
    await grant('ann', onAllColumnsBut(), ['SELECT'], { option: ['SELECT'] });
    await expectRefused(
      ask(),
      'EntityNotFoundException',
      'Data cells filter nope of table sales.orders not found.',
    );
  });

  it('on some columns, or without seeing all, does not hear that a column is not there', async () => {
    for (const on of [onColumns('id'), onAllColumnsBut('id'), onFilter('few')]) {
      await grant('ann', on, ['SELECT']);
      await expectRefused(
        grant('cat', onColumns('nope'), ['SELECT'], { as: 'ann' }),
        'AccessDeniedException',
        'Insufficient Lake Formation permission(s): Required SELECT with grant option on table sales.orders',
      );
      await revoke('ann', on, ['SELECT']);
    }
  });
});
