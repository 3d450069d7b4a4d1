import {
  addLFTagsToResource,
  createLFTag,
  explain,
  grantPermissions,
  type GrantResource,
  revokePermissions,
  whatIf,
} from '@lakewarden/permissions';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { arnOf, callerOf, InProcessLake, InProcessStory } from './in-process.ts';
import { ACCOUNT, step, type WrittenStep } from './story.ts';

const HOUR = 3_600_000;
const table = (name: string) => ({ catalogId: ACCOUNT, database: 'sales', name });
const database = { catalogId: ACCOUNT, name: 'sales' };

/** Tables of that class; sales.orders is open. */
const tagged = (value: string): GrantResource => ({
  kind: 'LFTagPolicy',
  catalogId: ACCOUNT,
  of: 'TABLE',
  expression: [{ key: 'class', values: [value] }],
});

/** What a grant is on, and what it would allow of sales.orders if it counted: written down here, not asked of the code. */
const THINGS: readonly {
  readonly on: GrantResource;
  readonly permission: 'SELECT' | 'DESCRIBE' | 'ALTER' | 'ALL';
  readonly allows: readonly string[];
}[] = [
  { on: { kind: 'Table', table: table('orders') }, permission: 'SELECT', allows: ['SELECT', 'DESCRIBE'] },
  {
    on: { kind: 'Table', table: table('orders') },
    permission: 'ALL',
    allows: ['SELECT', 'DESCRIBE', 'ALTER'],
  },
  { on: { kind: 'Table', table: table('other') }, permission: 'ALL', allows: [] },
  { on: { kind: 'TableWildcard', database }, permission: 'ALTER', allows: ['ALTER', 'DESCRIBE'] },
  { on: { kind: 'TableWildcard', database }, permission: 'DESCRIBE', allows: ['DESCRIBE'] },
  { on: { kind: 'Database', database }, permission: 'ALL', allows: [] },
  {
    on: { kind: 'TableWithColumns', table: table('orders'), columns: { kind: 'include', names: ['id'] } },
    permission: 'SELECT',
    allows: ['SELECT', 'DESCRIBE'],
  },
  { on: tagged('open'), permission: 'SELECT', allows: ['SELECT', 'DESCRIBE'] },
  { on: tagged('pii'), permission: 'SELECT', allows: [] },
];

interface Bounds {
  readonly condition?: string;
  /** In hours. */
  readonly from?: number;
  readonly until?: number;
}

function nth<Item>(list: readonly Item[], index: number): Item {
  const item = list[index];
  if (item === undefined) throw new RangeError(`there is no item ${String(index)}`);
  return item;
}

/** A bound, and why the grant does not count two hours after it was made; undefined: it does. */
const BOUNDS: readonly { readonly bounds: Bounds; readonly why: string | undefined }[] = [
  { bounds: { condition: 'context.mfa' }, why: 'CONDITION' },
  { bounds: { condition: 'NOT context.mfa' }, why: undefined },
  { bounds: { from: 1 }, why: undefined },
  { bounds: { from: 2 }, why: undefined },
  { bounds: { from: 3 }, why: 'NOT_YET_VALID' },
  { bounds: { until: 1 }, why: 'EXPIRED' },
  { bounds: { until: 2 }, why: 'EXPIRED' },
  { bounds: { until: 3 }, why: undefined },
  { bounds: { condition: 'context.mfa', until: 1 }, why: 'EXPIRED' },
  { bounds: { condition: 'context.mfa', from: 3 }, why: 'NOT_YET_VALID' },
  { bounds: {}, why: undefined },
];

describe('explain, of grants that do not count now', () => {
  let lake: InProcessLake;
  let nowMs = Date.parse('2030-01-01T00:00:00Z');
  const clock = { now: () => new Date(nowMs) };
  const admin = callerOf('admin', []);
  const at = (hours: number | undefined) =>
    hours === undefined ? undefined : new Date(nowMs + hours * HOUR);
  const entry = (thing: number, bound: number, to: string) => {
    const { on, permission } = nth(THINGS, thing);
    const { condition, from, until }: Bounds = nth(BOUNDS, bound).bounds;
    return {
      principal: arnOf(to),
      resource: on,
      permissions: [permission],
      withGrantOption: [],
      condition,
      validFrom: at(from),
      validUntil: at(until),
    };
  };
  const ask = (permission: 'SELECT' | 'DESCRIBE' | 'ALTER', principal: string | undefined, as = admin) =>
    lake.run(as, explain, {
      principal: principal === undefined ? undefined : arnOf(principal),
      permission,
      resource: { kind: 'Table', table: table('orders') },
    });

  beforeAll(async () => {
    lake = await InProcessLake.start(clock);
    const story = new InProcessStory(lake, '');
    const tell = (written: WrittenStep) => story.run(step.parse(written));
    await tell({ op: 'CreateDatabase', database: 'sales' });
    for (const name of ['orders', 'other'])
      await tell({ op: 'CreateTable', table: `sales.${name}`, columns: ['id', 'mail'] });
    await lake.run(admin, createLFTag, { catalogId: ACCOUNT, key: 'class', values: ['open', 'pii'] });
    const failures = await lake.run(admin, addLFTagsToResource, {
      catalogId: ACCOUNT,
      resource: { kind: 'Table', table: table('orders') },
      tags: [{ key: 'class', values: ['open'] }],
    });
    expect(failures).toEqual([]);
  });
  afterAll(async () => {
    await lake.close();
  });

  it('names just those that would be reasons, each with why it is none, and decides by none of them', async () => {
    const grants = fc.uniqueArray(
      fc.record({
        thing: fc.nat(THINGS.length - 1),
        bound: fc.nat(BOUNDS.length - 1),
        to: fc.constantFrom('ann', 'bob'),
      }),
      // One thing is held once under one condition: a second grant replaces the times of the first.
      {
        maxLength: 8,
        selector: ({ thing, bound, to }) => JSON.stringify([thing, to, nth(BOUNDS, bound).bounds.condition]),
      },
    );
    await fc.assert(
      fc.asyncProperty(grants, fc.constantFrom('SELECT', 'DESCRIBE', 'ALTER'), async (made, permission) => {
        const entries = made.map(({ thing, bound, to }) => entry(thing, bound, to));
        for (const each of entries) await lake.run(admin, grantPermissions, each);
        nowMs += 2 * HOUR;
        const { nearMisses, grants: said } = await ask(permission, 'ann');
        const bearing = made.filter(
          ({ thing, to }) => to === 'ann' && nth(THINGS, thing).allows.includes(permission),
        );
        const expected = bearing.flatMap(({ thing, bound }) => {
          const { why } = nth(BOUNDS, bound);
          return why === undefined ? [] : [[why, nth(THINGS, thing).permission]];
        });
        expect(nearMisses.map(({ why, grant }) => [why, grant.permission]).sort()).toEqual(expected.sort());
        for (const { grant } of nearMisses) {
          expect(grant).toMatchObject({ principal: arnOf('ann'), grantedBy: arnOf('admin') });
          expect(grant.condition ?? grant.validFrom ?? grant.validUntil).toBeDefined();
        }
        expect(said.allowed).toBe(bearing.some(({ bound }) => nth(BOUNDS, bound).why === undefined));
        expect(said.because).toHaveLength(bearing.length - expected.length);
        // What has expired cannot be revoked: it is made anew, and then it can.
        for (const each of entries) {
          const forever = { ...each, validFrom: undefined, validUntil: undefined };
          await lake.run(admin, grantPermissions, forever);
          await lake.run(admin, revokePermissions, forever);
        }
      }),
      {
        numRuns: 25,
        // Each bound at least once, on the table itself.
        examples: BOUNDS.map((_, bound) => [[{ thing: 0, bound, to: 'ann' }], 'SELECT']),
      },
    );
    expect((await ask('SELECT', 'ann')).nearMisses).toEqual([]);
  });

  it('tells others of their own alone, and to whom the table is hidden nothing', async () => {
    const [ann, bob] = [callerOf('ann', []), callerOf('bob', [])];
    await lake.run(admin, grantPermissions, entry(0, 0, 'ann'));
    await expect(ask('SELECT', undefined, ann)).rejects.toMatchObject({ code: 'AccessDeniedException' });
    for (const to of ['ann', 'bob']) await lake.run(admin, grantPermissions, entry(4, 10, to));
    expect((await ask('SELECT', undefined, ann)).nearMisses).toMatchObject([
      { why: 'CONDITION', grant: { principal: arnOf('ann'), condition: 'context.mfa' } },
    ]);
    expect((await ask('SELECT', undefined, bob)).nearMisses).toEqual([]);
    await expect(ask('SELECT', 'ann', bob)).rejects.toMatchObject({ code: 'AccessDeniedException' });
    // Those of a session are asked by its own facts.
    const session = {
      issuedAt: clock.now(),
      expiresAt: at(1) ?? clock.now(),
      mfaAt: clock.now(),
      isNarrowed: false,
    };
    const withMfa = await ask('SELECT', undefined, { ...ann, session });
    expect([withMfa.grants.allowed, withMfa.nearMisses]).toEqual([true, []]);
  });

  it('tries no policies in a session that its own policies narrow: they cannot be read anew', async () => {
    const holder = { accountId: ACCOUNT, kind: 'user', name: 'ann' } as const;
    const change = { kind: 'DELETE_INLINE_POLICY', holder, name: 'p' } as const;
    const session = { issuedAt: clock.now(), expiresAt: at(1) ?? clock.now(), isNarrowed: true };
    await expect(
      lake.run({ ...admin, session }, whatIf, { changes: [change], questions: [] }),
    ).rejects.toMatchObject({
      code: 'InvalidInputException',
      message: 'changes[0]: Changes of policies are not tried in a session that session policies narrow.',
    });
  });
});
