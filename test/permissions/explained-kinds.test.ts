import { addUserToGroup } from '@lakewarden/identity';
import { LakewardenError, type Permission } from '@lakewarden/kernel';
import {
  addLFTagsToResource,
  createDataCellsFilter,
  createLFTag,
  createLFTagExpression,
  explain,
  type ExplainedResource,
  type GrantEntry,
  grantPermissions,
  type GrantResource,
  registerResource,
  revokePermissions,
  whoCan,
} from '@lakewarden/permissions';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  allTables,
  type Asked,
  columns,
  entryOf,
  env,
  filter,
  type Held,
  HELD,
  orders,
  place,
  questions,
  sales,
  saved,
} from './asked-things.ts';
import { arnOf, callerOf, InProcessLake, InProcessStory } from './in-process.ts';
import { ACCOUNT, step, USERS, type WrittenStep } from './story.ts';

describe('explain and whoCan, of whatever permissions are held on', () => {
  let lake: InProcessLake;
  const admin = callerOf('admin', []);
  const ann = callerOf('ann', []);
  const ask = (
    { on: resource, permission }: Pick<Asked, 'on' | 'permission'>,
    principal?: string,
    as = admin,
  ) =>
    lake.run(as, explain, {
      principal: principal === undefined ? undefined : arnOf(principal),
      permission,
      resource,
    });
  const holding = async (entries: readonly GrantEntry[], look: () => Promise<void>) => {
    for (const each of entries) await lake.run(admin, grantPermissions, each);
    try {
      await look();
    } finally {
      for (const each of entries) await lake.run(admin, revokePermissions, each);
    }
  };
  const refusal = async (asking: Promise<unknown>): Promise<unknown> => {
    try {
      return { answer: await asking };
    } catch (error) {
      if (!(error instanceof LakewardenError)) throw error;
      return [error.code, error.message];
    }
  };

  beforeAll(async () => {
    lake = await InProcessLake.start();
    const story = new InProcessStory(lake, '');
    const tell = (written: WrittenStep) => story.run(step.parse(written));
    await tell({ op: 'CreateDatabase', database: 'sales' });
    await tell({ op: 'CreateTable', table: 'sales.orders', columns: ['id', 'mail'] });
    for (const [name, column] of [
      ['few', 'id'],
      ['other', 'mail'],
    ] as const) {
      await lake.run(admin, createDataCellsFilter, {
        table: orders,
        name,
        columns: { isExcludeList: false, names: [column] },
        rowExpression: "mail = 'a'",
      });
    }
    const expression = [{ key: 'env', values: ['x'] }];
    await lake.run(admin, createLFTag, { catalogId: ACCOUNT, key: 'env', values: ['x', 'y'] });
    for (const name of ['Live', 'Dead'])
      await lake.run(admin, createLFTagExpression, { catalogId: ACCOUNT, name, expression });
    for (const path of ['a', 'ab']) {
      await lake.run(admin, registerResource, {
        arn: `arn:aws:s3:::lake/${path}`,
        useServiceLinkedRole: true,
        withFederation: false,
        hybridAccessEnabled: false,
        withPrivilegedAccess: false,
      });
    }
  });
  afterAll(async () => {
    await lake.close();
  });

  it('answers by just the grants that are there, as they come and go', async () => {
    const reads = fc.subarray([...HELD]);
    await fc.assert(
      fc.asyncProperty(reads, async (held) => {
        const entries = held.map((each) => entryOf(each));
        await holding(entries, async () => {
          const given = new Set(held.flatMap(({ gives }) => gives));
          for (const question of questions) {
            const { thing, takes, action, permission, missing = {} } = question;
            const said = await ask(question, 'ann');
            const lacking = takes.filter((each) => !given.has(each));
            expect([thing, permission, said.resource]).toEqual([thing, permission, thing]);
            expect([thing, permission, said.allowed]).toEqual([thing, permission, lacking.length === 0]);
            expect(said.policies).toEqual({ action, allowed: true });
            expect(said.grants.missing).toEqual(
              lacking.map((each) => ({ permission, resource: missing[each] ?? thing })),
            );
            const giving = held.filter(({ gives }) => gives.some((each) => takes.includes(each)));
            // Those that give a part of it too; of a filter none that another has to be added to.
            expect([thing, permission, said.grants.because.map((reason) => reason.principal)]).toEqual([
              thing,
              permission,
              giving.map(() => arnOf('ann')),
            ]);
          }
        });
        for (const question of questions) {
          const { allowed, grants } = await ask(question, 'ann');
          expect([question.thing, allowed, grants.because]).toEqual([question.thing, false, []]);
        }
      }),
      { numRuns: 12, examples: [[[...HELD]], ...HELD.map((each): [Held[]] => [[each]])] },
    );
  });

  it('names whom both gates allow, page by page, as explain says of each', async () => {
    await lake.run(admin, addUserToGroup, { groupName: 'analysts', userName: 'cat' });
    const toGroup = HELD.map((each) => entryOf(each, 'group/analysts'));
    for (const [i, question] of questions.entries()) {
      const enough = HELD.filter(({ gives }) => gives.some((each) => question.takes.includes(each)));
      const entries = [
        ...enough.map((each) => entryOf(each, 'bob')),
        // No policy lets him: the second gate alone is not enough.
        ...enough.map((each) => entryOf(each, 'ned')),
        ...(i % 2 === 0 ? toGroup : []),
      ];
      await holding(entries, async () => {
        const { on: resource, permission } = question;
        const found: string[] = [];
        for (let token: string | undefined, pages = 0; pages < 20; pages += 1) {
          const page = await lake.run(admin, whoCan, {
            permission,
            resource,
            limit: 1,
            ...(token !== undefined && { token }),
          });
          for (const { principal, grants } of page.items) {
            expect(grants.because).not.toEqual([]);
            found.push(principal);
          }
          token = page.next;
          if (token === undefined) break;
        }
        const expected: string[] = [];
        for (const name of ['admin', ...USERS])
          if ((await ask(question, name)).allowed) expected.push(arnOf(name));
        expect([question.thing, permission, found]).toEqual([question.thing, permission, expected]);
        expect(found).toContain(arnOf('bob'));
        expect(found.includes(arnOf('cat'))).toBe(i % 2 === 0);
      });
    }
  });

  it('names the members of a group that looks after the data lake', async () => {
    const tell = (readOnlyAdmins: string[]) =>
      new InProcessStory(lake, '').run(step.parse({ op: 'Settings', admins: ['admin'], readOnlyAdmins }));
    await lake.run(admin, addUserToGroup, { groupName: 'makers', userName: 'liz' });
    const describers = async (resource: ExplainedResource): Promise<string[]> => {
      const { items } = await lake.run(admin, whoCan, { permission: 'DESCRIBE', resource, limit: 9 });
      return items.map(({ principal }) => principal);
    };
    for (const resource of [filter('few'), env('x'), saved('Live'), allTables, columns('id')]) {
      await tell(['group/makers']);
      expect(await describers(resource)).toEqual([arnOf('admin'), arnOf('liz')]);
      await tell([]);
      expect(await describers(resource)).toEqual([arnOf('admin')]);
    }
  });

  it('names near misses of each', async () => {
    const seen = { permissions: ['DESCRIBE'], withGrantOption: [], principal: arnOf('ann') } as const;
    for (const question of questions) {
      const [one] = HELD.filter(({ gives }) => question.takes.every((each) => gives.includes(each)));
      if (one === undefined) throw new Error(`nothing gives ${question.thing}`);
      const entry = { ...entryOf(one), condition: 'context.mfa' };
      await holding([entry], async () => {
        const { allowed, nearMisses } = await ask(question, 'ann');
        expect([question.thing, allowed, nearMisses]).toMatchObject([
          question.thing,
          false,
          [{ why: 'CONDITION', grant: { principal: arnOf('ann'), permission: one.permission } }],
        ]);
        expect((await ask(question, 'bob')).nearMisses).toEqual([]);
      });
    }
    // What would not count if it did hold is none.
    const others = [
      { ...seen, resource: place('s3://lake/a/b/c'), permissions: ['DATA_LOCATION_ACCESS'] },
      { ...seen, resource: columns('id'), permissions: ['SELECT'], withGrantOption: ['SELECT'] },
      { ...seen, resource: env('y') },
      { ...seen, resource: saved('Dead') },
      { ...seen, resource: { kind: 'Database', database: sales } },
      { ...seen, resource: filter('other') },
    ] as const;
    const bounded = others.map((each) => ({ ...each, condition: 'context.mfa' }));
    await holding(bounded, async () => {
      for (const question of questions.filter(({ takes }) => !takes.some((each) => /^id$|few/.test(each)))) {
        const { nearMisses } = await ask(question, 'ann');
        expect([question.thing, question.permission, nearMisses]).toEqual([
          question.thing,
          question.permission,
          [],
        ]);
      }
    });
  });

  it('tells what a location is governed by, and what of columns and through a filter is shown', async () => {
    const locate = async (location: string) =>
      (await ask({ on: place(location), permission: 'DATA_LOCATION_ACCESS' })).registration;
    expect(await locate('s3://lake/a')).toBe('arn:aws:s3:::lake/a');
    expect(await locate('s3://lake/a/b/c')).toBe('arn:aws:s3:::lake/a');
    expect(await locate('s3://lake/ab')).toBe('arn:aws:s3:::lake/ab');
    const entries = [entryOf({ on: filter('few'), permission: 'SELECT', gives: [] })];
    await holding(entries, async () => {
      const rowFilter = expect.stringContaining('mail') as string;
      expect(await ask({ on: filter('few'), permission: 'SELECT' }, 'ann')).toMatchObject({
        allowed: true,
        columns: ['id'],
        rowFilter,
      });
      expect(await ask({ on: columns('id'), permission: 'SELECT' }, 'ann')).toMatchObject({
        allowed: true,
        columns: ['id'],
        rowFilter,
      });
      expect(await ask({ on: columns('id', 'mail'), permission: 'SELECT' }, 'ann')).toMatchObject({
        allowed: false,
        columns: ['id'],
        grants: { missing: [{ permission: 'SELECT', resource: 'column mail of table sales.orders' }] },
      });
      expect((await ask({ on: filter('few'), permission: 'DESCRIBE' }, 'ann')).columns).toBeUndefined();
    });
    expect(await ask({ on: filter('few'), permission: 'SELECT' }, 'ann')).toMatchObject({ columns: [] });
  });

  it('says through which LF-tags a column is shown, and a filter managed, now and under another condition', async () => {
    const tagged: GrantResource = {
      kind: 'LFTagPolicy',
      catalogId: ACCOUNT,
      of: 'TABLE',
      expression: [{ key: 'env', values: ['x'] }],
    };
    const put = (on: GrantResource, value: string) =>
      lake.run(admin, addLFTagsToResource, {
        catalogId: ACCOUNT,
        resource: on,
        tags: [{ key: 'env', values: [value] }],
      });
    const select: Asked = { on: columns('id', 'mail'), permission: 'SELECT', takes: [], action: '' };
    const drop: Asked = { on: filter('few'), permission: 'DROP', takes: [], action: '' };
    const passes = entryOf({ on: tagged, permission: 'SELECT', withGrantOption: true, gives: [] });
    const through = (...matching: string[]) => [
      { kind: 'tag', principal: arnOf('ann'), tags: { expression: 'env=x', matching } },
    ];
    const missing = (name: string) => [
      { permission: 'SELECT', resource: `column ${name} of table sales.orders` },
    ];
    const who = async ({ on: resource, permission }: Asked) =>
      (await lake.run(admin, whoCan, { permission, resource, limit: 9 })).items.map(
        ({ principal }) => principal,
      );
    await put(columns('mail'), 'x');
    await holding([{ ...passes, condition: 'NOT context.mfa' }], async () => {
      expect((await ask(select, 'ann')).grants).toMatchObject({
        allowed: false,
        because: [{ ...through('mail: env=x')[0], condition: 'NOT context.mfa' }],
        missing: missing('id'),
      });
      // The administrator has made the table.
      expect(await who({ ...select, on: columns('mail') })).toEqual([arnOf('admin'), arnOf('ann')]);
      expect(await who({ ...select, on: columns('id') })).toEqual([arnOf('admin')]);
      // The filter shows another column.
      expect((await ask(drop, 'ann')).grants).toMatchObject({ allowed: false, because: [] });
      await put(columns('id'), 'x');
      expect((await ask(select, 'ann')).grants).toMatchObject({ allowed: true, missing: [] });
      expect((await ask(drop, 'ann')).grants).toMatchObject({
        allowed: true,
        because: through('id: env=x', 'mail: env=x'),
      });
      expect(await who(drop)).toEqual([arnOf('admin'), arnOf('ann')]);
      await put(columns('mail'), 'y');
      expect((await ask(select, 'ann')).grants.missing).toEqual(missing('mail'));
    });
    await holding([{ ...passes, condition: 'context.mfa' }], async () => {
      const { grants, nearMisses } = await ask({ ...select, on: columns('id') }, 'ann');
      expect([grants.allowed, grants.because, nearMisses]).toMatchObject([
        false,
        [],
        [{ why: 'CONDITION', grant: through('id: env=x')[0] }],
      ]);
      expect((await ask(drop, 'ann')).nearMisses).toMatchObject([{ why: 'CONDITION' }]);
      // It does not show the other column.
      expect((await ask({ ...select, on: columns('mail') }, 'ann')).nearMisses).toEqual([]);
    });
  });

  /** What is there and not for ann to know, and what is not there; and what she holds beside it. */
  const HIDDEN: readonly (readonly [
    permission: Permission,
    there: ExplainedResource,
    not: ExplainedResource,
    beside: readonly Held[],
  ])[] = [
    [
      'DATA_LOCATION_ACCESS',
      place('s3://lake/ab'),
      place('s3://elsewhere'),
      [{ on: place('s3://lake/a'), permission: 'DATA_LOCATION_ACCESS', gives: [] }],
    ],
    ['SELECT', filter('other'), filter('none'), [{ on: filter('few'), permission: 'DESCRIBE', gives: [] }]],
    ['DESCRIBE', env('y'), env('zz'), [{ on: env('x'), permission: 'ALTER', gives: [] }]],
    ['ALTER', env('y'), env('zz'), [{ on: env('x'), permission: 'ALTER', gives: [] }]],
    [
      'ASSOCIATE',
      env('y'),
      { kind: 'LFTag', catalogId: ACCOUNT, key: 'none', values: ['y'] },
      [{ on: env('x'), permission: 'ALTER', gives: [] }],
    ],
    ['DROP', saved('Live'), saved('None'), [{ on: saved('Dead'), permission: 'DROP', gives: [] }]],
    [
      'SELECT',
      allTables,
      { kind: 'TableWildcard', database: { catalogId: ACCOUNT, name: 'none' } },
      [{ on: env('x'), permission: 'ALTER', gives: [] }],
    ],
    ['SELECT', columns('mail'), columns('none'), [{ on: columns('id'), permission: 'SELECT', gives: [] }]],
    [
      'SELECT',
      columns('id', 'mail'),
      columns('id', 'none'),
      [{ on: columns('id'), permission: 'SELECT', gives: [] }],
    ],
    ['DESCRIBE', columns('mail'), columns('none'), [{ on: filter('few'), permission: 'SELECT', gives: [] }]],
  ];

  it.each(HIDDEN)(
    'given %s on something hidden, says the same as of nothing',
    async (permission, there, not, beside) => {
      const entries = beside.map((each) => entryOf(each));
      for (const held of [[], entries]) {
        await holding(held, async () => {
          const told = await refusal(ask({ on: there, permission }, undefined, ann));
          expect(told).toEqual([
            'AccessDeniedException',
            'Insufficient Lake Formation permission(s): Required DESCRIBE on the resource',
          ]);
          expect(await refusal(ask({ on: not, permission }, undefined, ann))).toEqual(told);
          const toOthers = await refusal(ask({ on: there, permission }, 'bob', ann));
          expect(await refusal(ask({ on: not, permission }, 'bob', ann))).toEqual(toOthers);
          const listed = (resource: ExplainedResource) =>
            refusal(lake.run(ann, whoCan, { permission, resource, limit: 9 }));
          expect(await listed(there)).toEqual(await listed(not));
        });
      }
      // Who sees the whole data lake hears which of them it is.
      expect(await ask({ on: there, permission }, 'ann')).toMatchObject({ allowed: false });
      await expect(ask({ on: not, permission }, 'ann')).rejects.toMatchObject({
        code: 'EntityNotFoundException',
      });
    },
  );

  it('tells who sees a thing what of it is missing for himself', async () => {
    const cases: readonly (readonly [Held, ExplainedResource, Permission, string])[] = [
      [
        { on: filter('few'), permission: 'DESCRIBE', gives: [] },
        filter('few'),
        'SELECT',
        'data cells filter few of table sales.orders',
      ],
      [{ on: env('x'), permission: 'DESCRIBE', gives: [] }, env('x'), 'ALTER', 'LF-tag env=*'],
      [
        { on: { kind: 'Database', database: sales }, permission: 'DESCRIBE', gives: [] },
        allTables,
        'SELECT',
        'all tables of database sales',
      ],
      [
        { on: { kind: 'Table', table: orders }, permission: 'DESCRIBE', gives: [] },
        columns('mail'),
        'SELECT',
        'column mail of table sales.orders',
      ],
    ];
    for (const [held, on, permission, resource] of cases) {
      await holding([entryOf(held)], async () => {
        expect((await ask({ on, permission }, undefined, ann)).grants).toMatchObject({
          allowed: false,
          missing: [{ permission, resource }],
        });
      });
    }
  });

  it('refuses what is never asked for, by the permission and what the thing takes', async () => {
    for (const [on, permission, takes] of [
      [place('s3://lake/a'), 'SELECT', 'DATA_LOCATION_ACCESS'],
      [filter('few'), 'ALTER', 'SELECT, DESCRIBE, DROP'],
      [env('x'), 'SELECT', 'DESCRIBE, ASSOCIATE, ALTER, DROP'],
      [saved('Live'), 'ASSOCIATE', 'DESCRIBE, ALTER, DROP'],
      [columns('id'), 'INSERT', 'SELECT, DESCRIBE'],
      [{ kind: 'Table', table: orders }, 'ASSOCIATE', 'DESCRIBE, SELECT, INSERT, DELETE, ALTER, DROP, ALL'],
    ] as const) {
      const told = [
        'InvalidInputException',
        `Permission ${permission} is not asked for on a ${on.kind}: it takes ${takes}.`,
      ];
      expect(await refusal(ask({ on, permission }, 'ann'))).toEqual(told);
      expect(await refusal(lake.run(admin, whoCan, { permission, resource: on, limit: 9 }))).toEqual(told);
    }
    const many = Array.from({ length: 21 }, (_, i) => `v${String(i)}`);
    expect(await refusal(ask({ on: env(...many), permission: 'DESCRIBE' }))).toEqual([
      'InvalidInputException',
      'At most 20 values of an LF-tag are asked about at once; * stands for all of them.',
    ]);
  });
});
