import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { matchesPattern, parsePattern } from './pattern.ts';
import { identityRules, readPolicy } from './compiled-policy.ts';
import { PolicySet, type PolicySources } from './policy-set.ts';

const policy = (...statements: object[]) => [
  {
    name: 'p',
    document: readPolicy(
      JSON.stringify({ Version: '2012-10-17', Statement: statements }),
      identityRules(10_000),
    ),
  },
];
const allow = (Action: string, Resource = '*', more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const deny = (Action: string, Resource = '*', more: object = {}) => ({
  Effect: 'Deny',
  Action,
  Resource,
  ...more,
});

async function decided(
  sources: PolicySources,
  action: string,
  resource: string,
  context: Readonly<Record<string, readonly string[]>> = {},
): Promise<boolean> {
  const set = await PolicySet.of(sources);
  return set.decide(action, resource, () => new Map(Object.entries(context))).allowed;
}

describe('PolicySet', () => {
  // Policies in, decisions out: the model beside its table (spec/permissions.md §11).
  const identity = policy(
    allow('glue:Get*', 'arn:aws:glue:::t/*'),
    deny('glue:GetTable', 'arn:aws:glue:::t/secret'),
  );
  it.each([
    ['an Allow that fits', { identity }, 'glue:GetTable', 'arn:aws:glue:::t/a', true],
    ['an action in another case', { identity }, 'GLUE:gettable', 'arn:aws:glue:::t/a', true],
    ['another action', { identity }, 'glue:DeleteTable', 'arn:aws:glue:::t/a', false],
    ['another resource', { identity }, 'glue:GetTable', 'arn:aws:glue:::u/a', false],
    ['a Deny over the Allow', { identity }, 'glue:GetTable', 'arn:aws:glue:::t/secret', false],
    ['no policy at all', { identity: [] }, 'glue:GetTable', 'arn:aws:glue:::t/a', false],
    [
      'a boundary that is silent',
      { identity, boundary: policy(allow('s3:*')) },
      'glue:GetTable',
      'arn:aws:glue:::t/a',
      false,
    ],
    [
      'a boundary that allows',
      { identity, boundary: policy(allow('*')) },
      'glue:GetTable',
      'arn:aws:glue:::t/a',
      true,
    ],
    [
      'a boundary alone',
      { identity: [], boundary: policy(allow('*')) },
      'glue:GetTable',
      'arn:aws:glue:::t/a',
      false,
    ],
    [
      'a boundary whose policy is gone',
      { identity, boundary: [] },
      'glue:GetTable',
      'arn:aws:glue:::t/a',
      false,
    ],
    [
      'a session policy that is silent',
      { identity, session: policy(allow('s3:*')) },
      'glue:GetTable',
      'arn:aws:glue:::t/a',
      false,
    ],
    [
      'a Deny in the session policy',
      { identity, session: policy(allow('*'), deny('glue:*')) },
      'glue:GetTable',
      'arn:aws:glue:::t/a',
      false,
    ],
    [
      'NotAction',
      { identity: policy({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }) },
      'glue:GetTable',
      'arn:aws:glue:::x',
      true,
    ],
    [
      'NotAction that names it',
      { identity: policy({ Effect: 'Allow', NotAction: 'glue:*', Resource: '*' }) },
      'glue:GetTable',
      'arn:aws:glue:::x',
      false,
    ],
    [
      'NotResource that names it',
      { identity: policy({ Effect: 'Allow', Action: '*', NotResource: 'arn:aws:glue:::x' }) },
      'glue:GetTable',
      'arn:aws:glue:::x',
      false,
    ],
  ] as const)('given %s, answers as the rule says', async (_case, sources, action, resource, expected) => {
    expect(await decided(sources, action, resource)).toBe(expected);
  });

  const when = (Condition: object) => ({ identity: policy(allow('*', '*', { Condition })) });
  it.each([
    [{ StringEquals: { 'aws:username': ['ann', 'bob'] } }, { 'aws:username': ['bob'] }, true],
    [{ StringEquals: { 'aws:username': 'ann' } }, { 'aws:username': ['Ann'] }, false],
    [{ StringEquals: { 'aws:username': 'ann' } }, {}, false],
    [{ StringEqualsIfExists: { 'aws:username': 'ann' } }, {}, true],
    [{ StringNotEquals: { 'aws:username': ['ann', 'bob'] } }, { 'aws:username': ['bob'] }, false],
    [{ StringNotEquals: { 'aws:username': 'ann' } }, {}, true],
    [{ StringLike: { 'aws:username': 'a*' } }, { 'aws:username': ['ann'] }, true],
    [{ StringEquals: { 'aws:username': 'a*' } }, { 'aws:username': ['ann'] }, false],
    [{ Bool: { 'aws:MultiFactorAuthPresent': true } }, { 'aws:multifactorauthpresent': ['true'] }, true],
    [{ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, {}, false],
    [{ Null: { 'aws:MultiFactorAuthAge': 'true' } }, {}, true],
    [{ NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } }, { 'aws:multifactorauthage': ['3599'] }, true],
    [
      { NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } },
      { 'aws:multifactorauthage': ['soon'] },
      false,
    ],
    [
      { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
      { 'aws:currenttime': ['2026-11-25T00:00:00.000Z'] },
      true,
    ],
    [
      { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '2001:db8::/32'] } },
      { 'aws:sourceip': ['10.1.2.3'] },
      true,
    ],
    [{ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, { 'aws:sourceip': ['11.1.2.3'] }, false],
    [{ NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, { 'aws:sourceip': ['11.1.2.3'] }, true],
    [
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/a*' } },
      { 'aws:principalarn': ['arn:aws:iam::1:user/ann'] },
      true,
    ],
    [
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*' } },
      { 'aws:principalarn': ['arn:aws:iam::1:user/ann'] },
      false,
    ],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } }, { 'aws:tagkeys': ['a', 'c'] }, false],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } }, {}, true],
    [{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a', 'b'] } }, { 'aws:tagkeys': ['c', 'b'] }, true],
    [{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a'] } }, {}, false],
    [{ StringEquals: { 'aws:username': 'ann', 'aws:userid': 'x' } }, { 'aws:username': ['ann'] }, false],
  ] as const)('given the condition %j and %j, answers %s', async (condition, context, expected) => {
    expect(await decided(when(condition), 'a:B', 'r', context)).toBe(expected);
  });

  it('puts variables in as text: what they hold is no wildcard, and without a value nothing matches', async () => {
    const own = { identity: policy(allow('*', 'arn:aws:s3:::home/${aws:username}/*')) };
    const of = (name: string) => ({ 'aws:username': [name] });
    expect(await decided(own, 'a:B', 'arn:aws:s3:::home/ann/x', of('ann'))).toBe(true);
    expect(await decided(own, 'a:B', 'arn:aws:s3:::home/bob/x', of('ann'))).toBe(false);
    expect(await decided(own, 'a:B', 'arn:aws:s3:::home/bob/x', of('*'))).toBe(false);
    expect(await decided(own, 'a:B', 'arn:aws:s3:::home/${aws:username}/x')).toBe(false);
    const literal = { identity: policy(allow('*', 'arn:aws:s3:::${*}')) };
    expect(await decided(literal, 'a:B', 'arn:aws:s3:::*')).toBe(true);
    expect(await decided(literal, 'a:B', 'arn:aws:s3:::x')).toBe(false);
  });
});

describe('matchesPattern', () => {
  /** The oracle: by definition, one character of the text after the other. */
  const fits = (pattern: string, text: string): boolean => {
    if (pattern === '') return text === '';
    const [first = '', rest] = [pattern[0], pattern.slice(1)];
    if (first === '*') return fits(rest, text) || (text !== '' && fits(pattern, text.slice(1)));
    return text !== '' && (first === '?' || first === text[0]) && fits(rest, text.slice(1));
  };

  it('agrees with the definition', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
    fc.assert(
      fc.property(pattern, text, (asked, given) => {
        expect(matchesPattern(parsePattern(asked), given)).toBe(fits(asked, given));
      }),
      { numRuns: 2_000 },
    );
  });

  it('given many stars, takes no time to speak of', () => {
    expect(matchesPattern(parsePattern(`${'a*'.repeat(500)}b`), 'a'.repeat(5_000))).toBe(false);
  });
});
