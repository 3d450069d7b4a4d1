import { LakewardenError } from '@lakewarden/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parsePolicyDocument, type PolicyRules } from './policy-document.ts';

const attached: PolicyRules = { maxBytes: 6144, allowPrincipal: false };
const onResource: PolicyRules = { maxBytes: 10_240, allowPrincipal: true };
const trust: PolicyRules = { maxBytes: 2048, allowPrincipal: true, allowResource: false };

const allow = { Effect: 'Allow', Action: 'glue:Get*', Resource: '*' };
const document = (...statements: object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

function faultOf(text: string, rules = attached): string {
  try {
    parsePolicyDocument(text, rules);
  } catch (error) {
    if (error instanceof LakewardenError && error.code === 'MalformedPolicyDocumentException') {
      return error.message;
    }
    throw error;
  }
  return 'accepted';
}

describe('parsePolicyDocument', () => {
  it('given a policy attached to a principal, says what it means', () => {
    const text = document({
      Sid: 'Read',
      Effect: 'Deny',
      NotAction: ['glue:Get*', '*'],
      NotResource: 'arn:aws:glue:*:111122223333:table/${aws:username}/*',
      Condition: {
        'ForAnyValue:StringLikeIfExists': { 'aws:PrincipalTag/team': ['a*', 'b'] },
        Bool: { 'aws:MultiFactorAuthPresent': true },
        NumericLessThan: { 'aws:MultiFactorAuthAge': 3600 },
        IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '2001:db8::/32'] },
        DateLessThan: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' },
      },
    });
    expect(parsePolicyDocument(text, attached)).toEqual({
      version: '2012-10-17',
      statements: [
        {
          sid: 'Read',
          effect: 'Deny',
          actions: { negated: true, patterns: ['glue:Get*', '*'] },
          resources: { negated: true, patterns: ['arn:aws:glue:*:111122223333:table/${aws:username}/*'] },
          conditions: [
            {
              operator: 'StringLike',
              quantifier: 'ForAnyValue',
              ifExists: true,
              key: 'aws:PrincipalTag/team',
              values: ['a*', 'b'],
            },
            { operator: 'Bool', ifExists: false, key: 'aws:MultiFactorAuthPresent', values: ['true'] },
            { operator: 'NumericLessThan', ifExists: false, key: 'aws:MultiFactorAuthAge', values: ['3600'] },
            {
              operator: 'IpAddress',
              ifExists: false,
              key: 'aws:SourceIp',
              values: ['10.0.0.0/8', '2001:db8::/32'],
            },
            {
              operator: 'DateLessThan',
              ifExists: false,
              key: 'aws:CurrentTime',
              values: ['2027-01-01T00:00:00Z'],
            },
          ],
        },
      ],
    });
  });

  it('given a policy on a resource, knows whom it means', () => {
    const role = 'arn:aws:iam::111122223333:role/etl';
    const principals = (Principal: unknown) =>
      parsePolicyDocument(document({ ...allow, Principal }), onResource).statements[0]?.principals;
    const nobody = { negated: false, everyone: false, aws: [], services: [], federated: [] };
    expect(principals('*')).toEqual({ ...nobody, everyone: true });
    expect(principals({ AWS: ['111122223333', role, '*'] })).toEqual({
      ...nobody,
      everyone: true,
      aws: ['111122223333', role],
    });
    expect(principals({ Service: 'glue.amazonaws.com' })).toEqual({
      ...nobody,
      services: ['glue.amazonaws.com'],
    });
  });

  it('given one statement without a list, and no version, reads it as the older version', () => {
    const { version, statements } = parsePolicyDocument(JSON.stringify({ Statement: allow }), attached);
    expect([version, statements.length]).toEqual(['2008-10-17', 1]);
  });

  it('given a trust policy, wants a principal and no resource', () => {
    const statement = {
      Effect: 'Allow',
      Action: 'sts:AssumeRoleWithSAML',
      Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/corp' },
      Condition: { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
    };
    expect(faultOf(document(statement), trust)).toBe('accepted');
    expect(faultOf(document({ ...statement, Resource: '*' }), trust)).toContain('names no Resource');
  });

  const faults: readonly (readonly [what: string, text: string, fault: RegExp, rules?: PolicyRules])[] = [
    ['no JSON', '{', /^The policy is malformed: it is not JSON/],
    ['a list', '[]', /not a JSON object/],
    ['an unknown element', '{"Statements":[]}', /no element "Statements"/],
    ['no statement', '{"Version":"2012-10-17"}', /has no Statement/],
    ['no statements', document(), /at Statement: it is empty/],
    ['an unknown version', JSON.stringify({ Version: '2020-01-01', Statement: allow }), /at Version/],
    ['a statement that is none', document([]), /at Statement\[0\]: \[\] is not an object/],
    ['a misspelt element', document({ ...allow, Actions: '*' }), /at Statement\[0\]: .*"Actions"/],
    ['no effect', document({ ...allow, Effect: 'allow' }), /at Statement\[0\]\.Effect: "allow"/],
    ['no action', document({ Effect: 'Allow', Resource: '*' }), /neither Action nor NotAction/],
    ['both', document({ ...allow, NotAction: '*' }), /both Action and NotAction/],
    ['no service', document({ ...allow, Action: ['glue:*', 'GetTable'] }), /at Statement\[0\]\.Action\[1\]/],
    ['a service by wildcard', document({ ...allow, Action: '*:*' }), /\.Action: "\*:\*"/],
    ['an empty list', document({ ...allow, Action: [] }), /at least one/],
    ['no resource', document({ Effect: 'Allow', Action: '*' }), /neither Resource nor NotResource/],
    ['no ARN', document({ ...allow, Resource: 'table/a' }), /is not an ARN/],
    ['an open variable', document({ ...allow, Resource: 'arn:aws:s3:::${aws:username' }), /variable/],
    ['a principal', document({ ...allow, Principal: '*' }), /names none/],
    ['no principal', document(allow), /neither Principal nor NotPrincipal/, onResource],
    [
      'part of a principal',
      document({ ...allow, Principal: { AWS: 'arn:aws:iam::111122223333:role/*' } }),
      /\.AWS/,
      onResource,
    ],
    ['an unknown kind', document({ ...allow, Principal: { Human: 'x' } }), /"Human"/, onResource],
    ['nobody', document({ ...allow, Principal: {} }), /names nobody/, onResource],
    ['a repeated Sid', document({ ...allow, Sid: 'a' }, { ...allow, Sid: 'a' }), /Statement\[1\]\.Sid/],
    [
      'an unknown operator',
      document({ ...allow, Condition: { StringEqual: { 'aws:userid': 'x' } } }),
      /at Statement\[0\]\.Condition\.StringEqual: there is no condition operator/,
    ],
    [
      'NullIfExists',
      document({ ...allow, Condition: { NullIfExists: { 'aws:userid': 'true' } } }),
      /no condition operator/,
    ],
    [
      'an operator of Object',
      document({ ...allow, Condition: { toString: { 'aws:userid': 'x' } } }),
      /no condition operator/,
    ],
    ['a key that is none', document({ ...allow, Condition: { Bool: { mfa: 'true' } } }), /condition key/],
    [
      'a number that is none',
      document({ ...allow, Condition: { NumericEquals: { 'a:b': ['1', 'x'] } } }),
      /\.a:b\[1\]: NumericEquals/,
    ],
    [
      'an address that is none',
      document({ ...allow, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/33' } } }),
      /CIDR/,
    ],
    [
      'a date that is none',
      document({ ...allow, Condition: { DateEquals: { 'aws:CurrentTime': '2027-13-01' } } }),
      /date/,
    ],
    [
      'a text too long',
      document({ ...allow, Resource: `arn:aws:s3:::${'x'.repeat(7000)}` }),
      /may have 6144/,
    ],
  ];
  for (const [what, text, fault, rules] of faults) {
    it(`given ${what}, names the fault and its place`, () => {
      expect(faultOf(text, rules)).toMatch(fault);
    });
  }

  it('counts no white space', () => {
    const text = JSON.stringify({ Statement: allow }, null, 4).replaceAll('\n', `\n${' '.repeat(2000)}`);
    expect(text.length).toBeGreaterThan(6144);
    expect(faultOf(text)).toBe('accepted');
  });

  it('given any JSON at all, accepts it or says MalformedPolicyDocumentException', () => {
    const part = fc.oneof(fc.jsonValue(), fc.constantFrom('*', 'Allow', 'glue:*', ['*']));
    const statement = fc.record(
      { Effect: part, Action: part, Resource: part, Principal: part, Condition: part, Sid: part },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(part, statement, fc.array(statement)),
        fc.boolean(),
        (Statement, allowPrincipal) => {
          faultOf(JSON.stringify({ Version: '2012-10-17', Statement }), { ...attached, allowPrincipal });
        },
      ),
      { numRuns: 500 },
    );
  });
});
