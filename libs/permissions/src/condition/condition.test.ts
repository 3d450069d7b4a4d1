import type { Caller } from '@lakewarden/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseCondition } from './condition.ts';
import { type Facts, factsOf, holds } from './holds.ts';

const FACTS: Facts = {
  hasMfa: true,
  sourceIp: '10.1.2.3',
  nowMs: Date.parse('2026-06-01T12:00:00Z'),
  tags: { team: 'blue', 'a b': "o'clock" },
};
const isTrue = (expression: string, facts: Partial<Facts> = {}): boolean =>
  holds(parseCondition(expression), { ...FACTS, ...facts });

describe('a condition of a grant', () => {
  it.each([
    'context.mfa',
    'context.mfa = true',
    'context.mfa == true',
    'context.mfa != false',
    'NOT context.mfa = false',
    '!(context.mfa == false)',
    "context.sourceIp = '10.1.2.3'",
    'context.sourceIp in "10.0.0.0/8"',
    'context.sourceIp IN ["192.168.0.1", "10.1.0.0/16"]',
    'context.sourceIp != "10.1.2.4"',
    'context.time < "2026-06-01T12:00:01Z"',
    'context.time >= "2026-06-01T14:00:00+02:00"',
    'context.time > "2026-06-01"',
    'context.time <= "2026-06-01T12:00:00Z"',
    'context.time <= "2026-06-01T12:00:00.001Z"',
    'context.time >= "2026-06-01T12:00:00Z"',
    'context.tags["team"] == "blue"',
    'context.tags["team"] in ["red", "blue"]',
    `context.tags['a b'] = 'o''clock'`,
    'context.tags["team"] = "red" OR context.mfa AND context.sourceIp in "10.0.0.0/8"',
    'context.mfa && (context.tags["team"] == "red" || context.tags["team"] == "blue")',
    // One part that cannot be decided is not in the way of another that is true.
    'context.tags["none"] = "x" or context.mfa',
  ])('given %s, holds', (expression) => {
    expect(isTrue(expression)).toBe(true);
  });

  it.each([
    'context.mfa = false',
    'context.sourceIp = "10.1.2.4"',
    'context.sourceIp not_in',
    'context.time > "2026-06-01T12:00:00Z"',
    'context.time < "2026-06-01T12:00:00Z"',
    'context.time <= "2026-06-01T11:59:59.999Z"',
    'context.time >= "2026-06-01T12:00:00.001Z"',
    'context.tags["team"] != "blue"',
    'context.tags["TEAM"] = "blue"',
    'context.tags["none"] = "x"',
    'context.tags["none"] != "x"',
    'NOT context.tags["none"] = "x"',
    'context.mfa AND context.tags["none"] != "x"',
    'context.tags["constructor"] != "x"',
  ])('given %s, does not', (expression) => {
    let answer = false;
    try {
      answer = isTrue(expression);
    } catch (error) {
      expect(error).toMatchObject({ code: 'InvalidInputException' });
    }
    expect(answer).toBe(false);
  });

  it('given a session of which a fact is not known, holds neither way', () => {
    for (const expression of ['context.sourceIp = "1.1.1.1"', 'context.sourceIp != "1.1.1.1"']) {
      expect(isTrue(expression, { sourceIp: undefined })).toBe(false);
      expect(isTrue(expression, { sourceIp: 'localhost' })).toBe(false);
    }
    expect(isTrue('context.sourceIp in "10.0.0.0/8"', { sourceIp: '::ffff:10.1.2.3' })).toBe(true);
    expect(isTrue('context.sourceIp = "10.1.2.3"', { sourceIp: '::ffff:10.1.2.3' })).toBe(true);
    expect(isTrue('context.sourceIp != "10.1.2.4"', { sourceIp: '::FFFF:10.1.2.4' })).toBe(false);
    expect(isTrue('context.sourceIp in "fd00::/8"', { sourceIp: 'fd00::1' })).toBe(true);
    expect(isTrue('context.sourceIp in "fd00::/8"')).toBe(false);
    expect(isTrue('context.sourceIp in "0.0.0.0/0"', { sourceIp: 'fd00::ffff:10.1.2.3' })).toBe(false);
  });

  it('given what a session does not say, knows of no MFA and of no tags', () => {
    const caller: Caller = {
      accountId: '111122223333',
      arn: 'arn:aws:iam::111122223333:user/ann',
      principalId: 'ann',
      isAccountAdministrator: false,
      memberships: [],
      request: { id: 'test', sourceIp: '10.1.2.3' },
    };
    const now = new Date(FACTS.nowMs);
    expect(factsOf(caller, now)).toEqual({ ...FACTS, hasMfa: false, tags: {} });
    const session = { issuedAt: now, expiresAt: now, isNarrowed: false, mfaAt: now, tags: FACTS.tags };
    expect(factsOf({ ...caller, session }, now)).toEqual(FACTS);
  });

  it.each([
    '',
    ' ',
    'context',
    'context.',
    'context.user = "x"',
    'context.mfa = "true"',
    'context.mfa =',
    'context.mfa context.mfa',
    'context.mfa AND',
    '(context.mfa',
    'context.mfa)',
    'context.sourceIp = 10.0.0.1',
    'context.sourceIp in "10.0.0.0/33"',
    'context.sourceIp in []',
    'context.sourceIp < "10.0.0.1"',
    'context.time = "2026-06-01"',
    'context.time < "soon"',
    'context.time < "2026-06-01T12:00:00"',
    'context.time < 5',
    'context.tags = "x"',
    'context.tags[team] = "x"',
    'context.tags["team"] < "x"',
    'context.tags["team"] = "x',
    'true',
    '1 = 1',
    'context.mfa; DROP TABLE lf_grant',
    '('.repeat(30) + 'context.mfa' + ')'.repeat(30),
    '!'.repeat(2000) + 'context.mfa',
    `context.mfa${' '.repeat(3000)}`,
  ])('given %s, refuses it', (expression) => {
    expect(() => parseCondition(expression)).toThrow(
      expect.objectContaining({ code: 'InvalidInputException' }),
    );
  });

  it('given any text, is read or refused', () => {
    const words = fc.constantFrom(
      'context',
      '.',
      'mfa',
      'tags',
      '[',
      ']',
      '"a"',
      '=',
      'and',
      '!',
      '(',
      ')',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((all) => all.join('')),
        ),
        (text) => {
          try {
            parseCondition(text);
          } catch (error) {
            expect(error).toMatchObject({ code: 'InvalidInputException' });
          }
        },
      ),
    );
  });
});
