import { describe, expect, it } from 'vitest';

import { type Condition, parseCondition } from './condition.ts';

const MFA: Condition = { kind: 'mfa', wanted: true };
const before = (atMs: number): Condition => ({ kind: 'time', operator: '<', atMs });
const team = (...values: string[]): Condition => ({ kind: 'tag', key: 'team', values });
const from = (...networks: string[]): Condition => ({ kind: 'sourceIp', networks });

/** As it is written, and what is kept of it. */
const READ: readonly (readonly [string, Condition])[] = [
  [' context . mfa ', MFA],
  ['\n\tcontext.mfa\n', MFA],
  ['context.mfa = TRUE', MFA],
  ['context.mfa <> true', { kind: 'mfa', wanted: false }],
  ['context.mfa and context.mfa && context.mfa', { kind: 'and', parts: [MFA, MFA, MFA] }],
  ['context.mfa or context.mfa || context.mfa', { kind: 'or', parts: [MFA, MFA, MFA] }],
  ['not not context.mfa', { kind: 'not', part: { kind: 'not', part: MFA } }],
  ['((context.mfa))', MFA],
  ['context.sourceIp in ("10.0.0.0/8", "::1", "fd00::/128")', from('10.0.0.0/8', '::1', 'fd00::/128')],
  ['context.sourceIp = "10.0.0.1/32"', from('10.0.0.1/32')],
  ['context.sourceIp <> "10.0.0.1"', { kind: 'not', part: from('10.0.0.1') }],
  ['context.tags["team"] IN ["a","b"]', team('a', 'b')],
  ['context.tags["team"] = "a\\"b\\\\c"', team('a"b\\c')],
  [`context.tags["team"] = 'a"b\\c'`, team('a"b\\c')],
  [`context.tags["team"] = "a''b"`, team("a''b")],
  ['context.tags["team"] = ""', team('')],
  ['context.time < "2026-06-01"', before(Date.UTC(2026, 5, 1))],
  ['context.time < "2026-06-01T10:20Z"', before(Date.UTC(2026, 5, 1, 10, 20))],
  ['context.time < "2026-06-01T10:20:30.125Z"', before(Date.UTC(2026, 5, 1, 10, 20, 30, 125))],
  ['context.time < "2026-06-01T10:20:30-05:30"', before(Date.UTC(2026, 5, 1, 15, 50, 30))],
];

/** What is refused, and the words that name the fault. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['context.mfa # context.mfa', 'there is nothing to be made of " # context.mfa".'],
  ['', 'context.mfa, .sourceIp, .time or .tags["key"] is compared, not its end.'],
  ['user.mfa', 'context.mfa, .sourceIp, .time or .tags["key"] is compared, not user.'],
  ['"context".mfa', 'context.mfa, .sourceIp, .time or .tags["key"] is compared, not context.'],
  ['Context.mfa', 'context.mfa, .sourceIp, .time or .tags["key"] is compared, not Context.'],
  ['context', '. is missing before its end.'],
  ['context."mfa"', 'context.mfa is not known: there are mfa, sourceIp, time and tags["key"].'],
  ['context.MFA', 'context.MFA is not known: there are mfa, sourceIp, time and tags["key"].'],
  ['context.mfa context.mfa', 'context stands where it should end.'],
  ['context.mfa "and" context.mfa', 'and stands where it should end.'],
  ['(context.mfa', ') is missing before its end.'],
  ['context.mfa = "true"', 'context.mfa is true or false, not true.'],
  ['context.mfa =', 'context.mfa is true or false, not its end.'],
  ['context.sourceIp in []', 'a text in quotes is expected, not ].'],
  ['context.sourceIp in ["10.0.0.1"', '] is missing before its end.'],
  ['context.sourceIp in ("10.0.0.1"]', ') is missing before ].'],
  ['context.sourceIp in ["10.0.0.1" "10.0.0.2"]', '] is missing before 10.0.0.2.'],
  ['context.sourceIp < "10.0.0.1"', '=, != or in stands before <.'],
  ['context.sourceIp = context', 'a text in quotes is expected, not context.'],
  ['context.sourceIp != context', 'a text in quotes is expected, not context.'],
  ['context.sourceIp = "here"', 'here is neither an IP address nor a network.'],
  ['context.sourceIp = ""', ' is neither an IP address nor a network.'],
  ['context.sourceIp in "10.0.0.0/33"', '10.0.0.0/33 is neither an IP address nor a network.'],
  ['context.sourceIp in "fd00::/129"', 'fd00::/129 is neither an IP address nor a network.'],
  ['context.sourceIp in "10.0.0.0/8/8"', '10.0.0.0/8/8 is neither an IP address nor a network.'],
  ['context.sourceIp in "/10.0.0.0"', '/10.0.0.0 is neither an IP address nor a network.'],
  ['context.sourceIp in "here/10.0.0.0"', 'here/10.0.0.0 is neither an IP address nor a network.'],
  ['context.time = "2026-06-01"', 'context.time is compared by <, <=, > or >= with a bound.'],
  ['context.time < context', 'a time in quotes is expected, not context.'],
  ...['on 2026-06-01', '2026-06-01 at noon', '2026-06-31T10', '2026-06-01T10:20:30', '2026-13-01'].map(
    (text) => [`context.time < "${text}"`, `${text} is no time: write 2026-12-31T00:00:00Z.`] as const,
  ),
  ['context.tags[team] = "a"', 'the key of a tag in quotes is expected, not team.'],
  ['context.tags("team") = "a"', '[ is missing before (.'],
];

const nested = (depth: number): string => `${'('.repeat(depth)}context.mfa${')'.repeat(depth)}`;
const refusing = (message: string): unknown =>
  expect.objectContaining({ code: 'InvalidInputException', message: `Condition.Expression: ${message}` });

describe('parseCondition', () => {
  it.each(READ)('reads %j as %j', (text, condition) => {
    expect(parseCondition(text)).toEqual(condition);
  });

  it.each(REFUSED)('of %j says: %s', (text, message) => {
    expect(() => parseCondition(text)).toThrow(refusing(message));
  });

  it('reads 20 levels of parentheses, of not, and of both, and refuses one more', () => {
    const denied = (depth: number): string => `${'!'.repeat(depth)}context.mfa`;
    for (const text of [nested(20), denied(20), `${'!('.repeat(10)}context.mfa${')'.repeat(10)}`])
      expect(() => parseCondition(text)).not.toThrow();
    for (const text of [nested(21), denied(21), `${'!('.repeat(10)}!context.mfa${')'.repeat(10)}`])
      expect(() => parseCondition(text)).toThrow(refusing('it nests deeper than 20.'));
  });

  it('reads 3,000 characters, and refuses one more', () => {
    expect(parseCondition('context.mfa'.padEnd(3_000))).toEqual(MFA);
    expect(() => parseCondition('context.mfa'.padEnd(3_001))).toThrow(
      refusing('it has more than 3000 characters.'),
    );
  });
});
