import fc from 'fast-check';

import type { Granting, On, Step } from './story.ts';
import {
  read,
  caller,
  place,
  anyPlace,
  when,
  validity,
  passes,
  holdable,
  granting,
  grantee,
} from './worlds-things.ts';

const without = ({
  on,
  permissions,
  option,
  when: condition,
  since,
  until,
}: Omit<Granting, 'op' | 'to'>) => ({
  on,
  permissions,
  option,
  when: condition,
  since,
  until,
});

/** What of a thing can be granted on by a name of its own. */
function narrower(on: On): On {
  if ('tablesOf' in on) return { table: `${on.tablesOf}.t` };
  if ('table' in on)
    return on.table === 'a.t' ? { filter: 'f', of: 'a.t' } : { columns: ['id', 'day'], of: on.table };
  if ('allColumnsBut' in on) return { allColumnsBut: [...new Set([...on.allColumnsBut, 'mail'])], of: on.of };
  if ('columns' in on) return { columns: on.columns.slice(0, 1), of: on.of };
  if ('location' in on) return { location: `${on.location}/b` };
  return on;
}

const HOLDERS = [
  { to: 'ann', as: 'ann' },
  { to: 'bob', as: 'bob' },
  { to: 'group/analysts', as: 'ann' },
  { to: 'role/reader', as: 'session/reader' },
] as const;

/** Whoever holds something with grant option, under a condition or for a time, passes it on and takes it back. */
export const passedOn = fc
  .record({
    held: holdable,
    holder: fc.constantFrom(...HOLDERS),
    to: fc.constantFrom('ann', 'bob', 'role/reader', 'group/analysts'),
    when,
    otherWhen: when,
    isSame: fc.boolean(),
    isNarrow: fc.boolean(),
    time: validity,
    otherTime: validity,
    wait: fc.option(passes, { nil: undefined }),
    isThere: fc.boolean(),
    isTakenBack: fc.boolean(),
    isOptionOnly: fc.boolean(),
  })
  .map((it): Step[] => {
    const [on, permissions] = it.held;
    const { as, to } = it.holder;
    const given = { on, permissions, option: permissions, as: 'admin', when: it.when, ...it.time };
    const passed = {
      ...given,
      on: it.isNarrow ? narrower(on) : on,
      option: it.isOptionOnly ? permissions : [],
      when: it.isSame ? it.when : it.otherWhen,
    };
    const isLocated = 'location' in on;
    const taken = it.isOptionOnly ? { ...passed, permissions: [] } : { ...passed, option: [] };
    return [
      ...(isLocated ? [read({ op: 'Register', location: on.location })] : []),
      ...(to === 'group/analysts' ? [read({ op: 'Join', group: 'analysts', user: as })] : []),
      read({ op: 'Grant', ...given, to }),
      ...(it.isThere ? [read({ op: 'Grant', ...passed, as: 'admin', to: it.to })] : []),
      ...(it.wait === undefined ? [] : [it.wait]),
      read({ op: 'Grant', ...passed, ...it.otherTime, as, to: it.to }),
      ...(it.isTakenBack ? [read({ op: 'Revoke', ...taken, as, from: it.to })] : []),
    ];
  });

/** Somebody who may make and alter things in a database that lies somewhere puts them elsewhere. */
export const moves = fc
  .record({
    as: fc.constantFrom('ann', 'bob', 'session/reader'),
    registered: fc.uniqueArray(place, { maxLength: 3 }),
    home: anyPlace,
    at: anyPlace,
    permissions: fc.subarray(['ALTER', 'INSERT', 'ALL'], { minLength: 1 }),
    isMaker: fc.boolean(),
    access: fc.option(place, { nil: undefined }),
    when,
    to: fc.array(fc.tuple(fc.constantFrom('table', 'database', 'partition', 'new'), anyPlace), {
      minLength: 1,
      maxLength: 3,
    }),
  })
  .map((it): Step[] => {
    const { as } = it;
    const to = as.replace('session/', 'role/');
    const own = { table: 'a.t', columns: ['id', 'name', 'mail'], keys: ['day'] };
    const give = (on: On, ...permissions: string[]) =>
      read({ op: 'Grant', on, permissions, to, when: it.when });
    return [
      ...it.registered.map((location) => read({ op: 'Register', location })),
      read({ op: 'RenameDatabase', database: 'a', to: 'a', location: it.home }),
      read({ op: 'UpdateTable', ...own, location: it.at }),
      give({ tablesOf: 'a' }, ...it.permissions),
      give({ database: 'a' }, ...(it.isMaker ? ['CREATE_TABLE', 'ALTER'] : ['ALTER'])),
      ...(it.access === undefined ? [] : [give({ location: it.access }, 'DATA_LOCATION_ACCESS')]),
      ...it.to.flatMap(([what, location]): Step[] => {
        switch (what) {
          case 'table':
            return [read({ op: 'UpdateTable', as, ...own, location })];
          case 'database':
            return [read({ op: 'RenameDatabase', as, database: 'a', to: 'a', location })];
          case 'new':
            return [
              read({ op: 'DeleteTable', table: 'a.u' }),
              read({ op: 'CreateTable', as, ...own, table: 'a.u', location }),
            ];
          case 'partition': {
            const of = { as, table: 'a.t', value: '1' };
            return [read({ op: 'CreatePartition', ...of }), read({ op: 'UpdatePartition', ...of, location })];
          }
        }
      }),
    ];
  });

/** Some entries say again what others said: for a time, with the option, in another order. */
export const batches = fc
  .record({
    entries: fc.array(fc.tuple(granting, grantee), { minLength: 1, maxLength: 3 }),
    again: fc.array(fc.tuple(fc.nat(2), validity, fc.boolean(), fc.boolean()), {
      minLength: 1,
      maxLength: 3,
    }),
    as: caller,
    op: fc.constantFrom('BatchGrant', 'BatchGrant', 'BatchRevoke'),
  })
  .map(({ entries, again, as, op: named }): Step[] => {
    const granted = entries.map(([given, to]) => ({ ...without(given), to }));
    const repeated = again.flatMap(([i, time, hasOption, isTwice]) => {
      const given = granted[i % granted.length];
      if (given === undefined) return [];
      const { on, permissions, when: condition, to } = given;
      const twice = isTwice ? [...permissions, ...permissions] : permissions;
      const option = hasOption ? permissions : [];
      return [{ on, permissions: twice, option, when: condition, to, ...time }];
    });
    const all = [...granted, ...repeated];
    if (named === 'BatchGrant') {
      const held = granted.map((each) => ({
        ...each,
        option: each.permissions,
        to: as.replace('session/', 'role/'),
      }));
      return [
        ...(as === 'admin' ? [] : [read({ op: 'BatchGrant', as: 'admin', entries: held })]),
        read({ op: 'BatchGrant', as, entries: all }),
      ];
    }
    return [
      read({ op: 'BatchGrant', as: 'admin', entries: granted }),
      read({ op: 'BatchRevoke', as, entries: all.map(({ to: from, ...rest }) => ({ ...rest, from })) }),
    ];
  });

/** What was done before is done away with: the nth that can be, by whomever. */
export interface Undone {
  readonly undoes: number;
  readonly as: string;
  readonly isOptionOnly: boolean;
}

export const undone: fc.Arbitrary<Undone> = fc.record({
  undoes: fc.nat(),
  as: caller,
  isOptionOnly: fc.boolean(),
});

export function undo({ undoes, as, isOptionOnly }: Undone, told: readonly Step[]): Step[] {
  const ways = told.flatMap((each): Step[] => {
    if (each.op === 'OptIn') return [{ ...each, op: 'OptOut', as }];
    if (each.op === 'Assign') return [{ ...each, op: 'Unassign', as }];
    if (each.op === 'Register') return [{ op: 'Deregister', as, location: each.location }];
    if (each.op !== 'Grant') return [];
    const { to: from, ...given } = each;
    const what = isOptionOnly ? { permissions: [] } : { option: [] };
    return [{ ...given, op: 'Revoke', as, from, ...what }];
  });
  const way = ways[undoes % ways.length];
  return way === undefined ? [] : [way];
}
