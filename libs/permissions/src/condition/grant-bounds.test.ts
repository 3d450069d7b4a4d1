import type { Decision, Reason } from '@lakewarden/kernel';
import { describe, expect, it } from 'vitest';

import { type GrantBounds, isBounded, reachingWithin, refuseUnfitBounds } from './grant-bounds.ts';

const at = (hour: number): Date => new Date(Date.UTC(2026, 5, 1, hour));
const NOW = at(12);
const MFA = 'context.mfa';

describe('isBounded', () => {
  it.each<[GrantBounds, boolean]>([
    [{}, false],
    [{ condition: undefined, validFrom: undefined, validUntil: undefined }, false],
    [{ condition: MFA }, true],
    [{ validFrom: at(13) }, true],
    [{ validUntil: at(13) }, true],
    [{ condition: MFA, validFrom: at(13), validUntil: at(14) }, true],
  ])('of %j is %s', (bounds, answer) => {
    expect(isBounded(bounds)).toBe(answer);
  });
});

describe('refuseUnfitBounds', () => {
  it.each<[GrantBounds, RegExp]>([
    [{ condition: 'context.user = "ann"' }, /^Condition\.Expression: /],
    [{ condition: 'context.user = "ann"', validUntil: at(13) }, /^Condition\.Expression: /],
    [{ validUntil: at(11) }, /^validUntil is past/],
    [{ validUntil: NOW }, /^validUntil is past/],
    [{ validFrom: at(14), validUntil: at(13) }, /^validFrom is not before validUntil/],
    [{ validFrom: at(13), validUntil: at(13) }, /^validFrom is not before validUntil/],
  ])('given %j, says %s', (bounds, message) => {
    expect(() => {
      refuseUnfitBounds(bounds, NOW);
    }).toThrow(
      expect.objectContaining({
        code: 'InvalidInputException',
        message: expect.stringMatching(message) as string,
      }),
    );
  });

  it.each<GrantBounds>([
    {},
    { condition: MFA },
    { validFrom: at(1) },
    { validFrom: at(23) },
    { validUntil: at(13) },
    { validFrom: at(1), validUntil: at(13) },
    { validFrom: at(13), validUntil: at(14) },
  ])('takes %j', (bounds) => {
    expect(() => {
      refuseUnfitBounds(bounds, NOW);
    }).not.toThrow();
  });
});

describe('reachingWithin', () => {
  const reason = (bounds: GrantBounds): Reason => ({
    gate: 2,
    kind: 'grant',
    id: '1',
    principal: 'ann',
    resource: 'table sales.orders',
    permission: 'SELECT',
    grantOption: true,
    ...bounds,
  });
  const held = (...all: (readonly [column: string, bounds: GrantBounds])[]): Decision => ({
    allowed: true,
    isWhole: true,
    columns: all.map(([name]) => ({ kind: 'include', names: [name] })),
    because: all.map(([, bounds]) => reason(bounds)),
    missing: [],
  });
  const covers = (outer: GrantBounds, inner: GrantBounds): boolean =>
    reachingWithin(held(['id', outer]), inner, NOW).allowed;

  it.each<[held: GrantBounds, passedOn: GrantBounds, isCovered: boolean]>([
    [{}, {}, true],
    [{}, { condition: MFA, validFrom: at(13), validUntil: at(14) }, true],
    [{ condition: MFA }, { condition: MFA }, true],
    [{ condition: MFA }, { condition: MFA, validUntil: at(14) }, true],
    [{ condition: MFA }, {}, false],
    [{ condition: MFA }, { condition: `not ${MFA}` }, false],
    [{ validFrom: at(11) }, {}, true],
    [{ validFrom: NOW }, {}, true],
    [{ validFrom: at(13) }, {}, false],
    [{ validFrom: at(13) }, { validFrom: at(13) }, true],
    [{ validFrom: at(11) }, { validFrom: at(10) }, false],
    [{ validFrom: at(11) }, { validFrom: at(14) }, true],
    [{ validUntil: at(14) }, {}, false],
    [{ validUntil: at(14) }, { validUntil: at(14) }, true],
    [{ validUntil: at(14) }, { validUntil: at(13) }, true],
    [{ validUntil: at(14) }, { validUntil: at(15) }, false],
    [{ condition: MFA, validUntil: at(14) }, { validUntil: at(14) }, false],
    [{ condition: MFA, validUntil: at(14) }, { condition: MFA }, false],
  ])('of who holds within %j, passing on within %j is covered: %s', (outer, inner, isCovered) => {
    expect(covers(outer, inner)).toBe(isCovered);
  });

  it('leaves of a decision the columns and the reasons that last as long', () => {
    const short = { validUntil: at(13) };
    const both = held(['id', {}], ['note', short], ['mail', { condition: MFA }]);
    expect(reachingWithin(both, {}, NOW)).toEqual({
      ...both,
      columns: [{ kind: 'include', names: ['id'] }],
      because: [reason({})],
    });
    expect(reachingWithin(both, short, NOW).columns).toEqual([
      { kind: 'include', names: ['id'] },
      { kind: 'include', names: ['note'] },
    ]);
  });

  it('makes no allowance of a refusal', () => {
    const none = { ...held(['id', {}]), allowed: false };
    expect(reachingWithin(none, {}, NOW).allowed).toBe(false);
    expect(reachingWithin({ ...held(), allowed: true }, {}, NOW).allowed).toBe(false);
  });
});
