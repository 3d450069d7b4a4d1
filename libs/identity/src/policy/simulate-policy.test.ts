import { describe, expect, it } from 'vitest';

import type { PolicySource, SourcedPolicy } from './attached-policies.ts';
import { principalContext } from './authorize.ts';
import { readPolicy } from './compiled-policy.ts';
import { type Simulated, Simulator } from './simulate-policy.ts';
import { type ContextEntry, contextKeysOf, simulatedContext } from './simulation-context.ts';
import { MAX_WORK, workOf } from './simulation-work.ts';

const ACCOUNT = '111122223333';
const ANN = { arn: `arn:aws:iam::${ACCOUNT}:user/eng/ann`, accountId: ACCOUNT, principalId: 'AIDAANN' };
const TABLE = `arn:aws:glue:us-east-1:${ACCOUNT}:table/d/t`;
const FOREIGN = 'arn:aws:glue:us-east-1:999999999999:table/d/t';

const textOf = (...statements: object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
const say = (Effect: 'Allow' | 'Deny', Action: string, Resource = '*', more: object = {}) => ({
  Effect,
  Action,
  Resource,
  ...more,
});

function policy(id: string, type: PolicySource['type'], ...statements: object[]): SourcedPolicy {
  const text = textOf(...statements);
  const document = readPolicy(text, { maxBytes: Infinity, allowPrincipal: type === 'resource' });
  return { name: id, document, source: { id, type, text } };
}

const simulated = (more: Partial<Simulated>): Simulated => ({
  identity: [],
  context: principalContext(ANN),
  accountId: ACCOUNT,
  resourceOwner: ACCOUNT,
  ...more,
});

async function evaluated(more: Partial<Simulated>, action = 'glue:GetTable', resource = TABLE) {
  return (await Simulator.of(simulated(more))).evaluate(action, resource);
}

const reads = policy('user_ann_reads', 'user', say('Allow', 'glue:Get*'));
const stops = policy(
  'group_g_stops',
  'group',
  say('Allow', 'glue:*'),
  say('Deny', '*', 'arn:aws:glue:*:*:table/d/*'),
);
const toAnn = (Effect: 'Allow' | 'Deny') =>
  policy('ResourcePolicy', 'resource', say(Effect, 'glue:GetTable', TABLE, { Principal: { AWS: ANN.arn } }));
const toBob = policy(
  'ResourcePolicy',
  'resource',
  say('Allow', 'glue:*', '*', { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/bob` } }),
);

describe('a simulation', () => {
  it.each([
    ['an Allow', { identity: [reads] }, 'allowed', ['user_ann_reads'], undefined],
    ['nothing', { identity: [] }, 'implicitDeny', [], undefined],
    ['a Deny in another policy', { identity: [reads, stops] }, 'explicitDeny', ['group_g_stops'], undefined],
    [
      'a Deny in two',
      { identity: [stops, reads], boundary: [stops] },
      'explicitDeny',
      ['group_g_stops', 'group_g_stops'],
      false,
    ],
    [
      'a boundary that allows',
      { identity: [reads], boundary: [policy('b', 'user-managed', say('Allow', 'glue:*'))] },
      'allowed',
      ['user_ann_reads'],
      true,
    ],
    [
      'a boundary that is silent',
      { identity: [reads], boundary: [policy('b', 'user-managed', say('Allow', 's3:*'))] },
      'implicitDeny',
      [],
      false,
    ],
    ['a boundary whose policy is gone', { identity: [reads], boundary: [] }, 'implicitDeny', [], false],
    [
      'a boundary alone',
      { identity: [], boundary: [policy('b', 'aws-managed', say('Allow', '*'))] },
      'implicitDeny',
      [],
      true,
    ],
    [
      "the resource's Allow alone",
      { identity: [], resourcePolicy: toAnn('Allow') },
      'allowed',
      ['ResourcePolicy'],
      undefined,
    ],
    [
      "the resource's Allow beside a boundary",
      { identity: [], resourcePolicy: toAnn('Allow'), boundary: [reads] },
      'implicitDeny',
      [],
      true,
    ],
    [
      "the resource's Deny",
      { identity: [reads], resourcePolicy: toAnn('Deny') },
      'explicitDeny',
      ['ResourcePolicy'],
      undefined,
    ],
    [
      "the resource's Allow of another",
      { identity: [], resourcePolicy: toBob },
      'implicitDeny',
      [],
      undefined,
    ],
  ] as const)('given %s, answers as gate 1 would', async (_case, sources, decision, ids, byBoundary) => {
    const found = await evaluated(sources);
    expect([found.decision, found.matched.map(({ policyId }) => policyId), found.allowedByBoundary]).toEqual([
      decision,
      ids,
      byBoundary,
    ]);
    expect(found.sides).toBeUndefined();
  });

  it('given a Deny behind an Allow in one document, points at the Deny', async () => {
    const { matched } = await evaluated({ identity: [stops] });
    const [{ start, end } = expect.fail()] = matched;
    expect(stops.source.text.slice(start.column - 1, end.column - 1)).toBe(
      JSON.stringify(say('Deny', '*', 'arn:aws:glue:*:*:table/d/*')),
    );
  });

  it.each([
    ['both', [reads], true, 'allowed', 'allowed', 'allowed'],
    ['the caller alone', [reads], false, 'implicitDeny', 'allowed', 'implicitDeny'],
    ['the owner alone', [], true, 'implicitDeny', 'implicitDeny', 'allowed'],
    ['a Deny of the caller', [reads, stops], true, 'explicitDeny', 'explicitDeny', 'allowed'],
  ] as const)(
    'given a resource of another account, asks both sides: %s',
    async (_case, identity, isShared, decision, own, shared) => {
      const open = policy('ResourcePolicy', 'resource', say('Allow', '*', '*', { Principal: '*' }));
      const found = await evaluated(
        { identity, ...(isShared && { resourcePolicy: open }) },
        'glue:GetTable',
        FOREIGN,
      );
      expect([found.decision, found.sides]).toEqual([decision, { identity: own, resource: shared }]);
    },
  );

  it('given a resource whose ARN names no account, goes by its supposed owner', async () => {
    const bucket = 'arn:aws:s3:::lake/x';
    const identity = [policy('p', 'none', say('Allow', 's3:*'))];
    expect((await evaluated({ identity }, 's3:GetObject', bucket)).decision).toBe('allowed');
    const foreign = await evaluated({ identity, resourceOwner: '999999999999' }, 's3:GetObject', bucket);
    expect(foreign.decision).toBe('implicitDeny');
  });
});

describe('what a simulation knows of the request', () => {
  const when = (Condition: object, Resource = '*', more: object = {}) =>
    policy('p', 'none', say('Allow', 'glue:GetTable', Resource, { Condition, ...more }));
  const asked = async (identity: SourcedPolicy, entries: readonly ContextEntry[], resource = TABLE) => {
    const context = simulatedContext(principalContext(ANN), entries);
    const { decision, missing } = await evaluated(
      { identity: [identity], context },
      'glue:GetTable',
      resource,
    );
    return [decision, missing];
  };
  const ip = { key: 'AWS:sourceip', values: ['10.1.2.3'], type: 'ip' } as const;
  const inOffice = when({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } });

  it.each([
    ['a key that is not given', inOffice, [], ['implicitDeny', ['aws:SourceIp']]],
    ['a key in another case', inOffice, [ip], ['allowed', []]],
    ["the principal's own keys", when({ StringEquals: { 'aws:username': 'ann' } }), [], ['allowed', []]],
    [
      'his id',
      when({ StringEquals: { 'aws:userid': 'AIDAANN', 'aws:PrincipalAccount': ACCOUNT } }),
      [],
      ['allowed', []],
    ],
    [
      'another name than his own',
      when({ StringEquals: { 'aws:username': 'ann' } }),
      [{ key: 'aws:UserName', values: ['bob'] }],
      ['implicitDeny', []],
    ],
    [
      'several values',
      when({ 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'b' } }),
      [{ key: 'aws:TagKeys', values: ['a', 'b'], type: 'stringList' }],
      ['allowed', []],
    ],
    [
      'a variable without a value in a resource that fits otherwise',
      when({}, 'arn:aws:glue:*:*:table/${aws:PrincipalTag/db}/t'),
      [],
      ['implicitDeny', ['aws:PrincipalTag/db']],
    ],
    [
      'a variable without a value in a resource that cannot fit',
      when({}, 'arn:aws:glue:*:*:table/${aws:PrincipalTag/db}/u'),
      [],
      ['implicitDeny', []],
    ],
    [
      'a variable with a default',
      when({}, "arn:aws:glue:*:*:table/${aws:PrincipalTag/db, 'd'}/t"),
      [],
      ['allowed', []],
    ],
    [
      'a variable in a value',
      when({ StringEquals: { 'aws:username': '${saml:sub}' } }),
      [],
      ['implicitDeny', ['saml:sub']],
    ],
    [
      'a NotResource that might name it',
      policy('p', 'none', {
        Effect: 'Deny',
        Action: '*',
        NotResource: 'arn:aws:glue:*:*:table/${aws:PrincipalTag/db}/*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
      [],
      ['implicitDeny', ['aws:PrincipalTag/db', 'aws:SecureTransport']],
    ],
    [
      'a statement about something else',
      policy(
        'p',
        'none',
        say('Allow', 's3:*', '*', { Condition: { Bool: { 'aws:SecureTransport': true } } }),
      ),
      [],
      ['implicitDeny', []],
    ],
  ] as const)('given %s, says what is missing', async (_case, identity, entries, expected) => {
    expect(await asked(identity, entries)).toEqual(expected);
  });

  it.each([
    ['a key without a service', { key: 'username', values: ['x'] }],
    ['the key that the decision keeps for itself', { key: 'principal names', values: [ANN.arn] }],
    ['a control character', { key: 'aws:a\u0000b', values: ['x'] }],
    ['no value', { key: 'aws:x', values: [] }],
    ['two values of one', { key: 'aws:x', values: ['a', 'b'], type: 'string' }],
    ['no number', { key: 'aws:x', values: ['soon'], type: 'numeric' }],
    ['no number in a list', { key: 'aws:x', values: ['1', 'soon'], type: 'numericList' }],
    ['no boolean', { key: 'aws:x', values: ['yes'], type: 'boolean' }],
    ['no address', { key: 'aws:x', values: ['10.0.0.0/8'], type: 'ip' }],
    ['no date', { key: 'aws:x', values: ['yesterday'], type: 'date' }],
  ] as const)('given %s, refuses', (_case, entry) => {
    expect(() => simulatedContext(new Map(), [entry])).toThrow(
      expect.objectContaining({ code: 'InvalidInputException' }) as Error,
    );
  });

  it('given a key twice, refuses', () => {
    expect(() => simulatedContext(new Map(), [ip, { ...ip, key: 'aws:SourceIp' }])).toThrow(/given twice/);
  });

  it('names the keys of policies once, as they are spelled, variables too', () => {
    const { document } = when(
      { StringEquals: { 'aws:username': ['${saml:sub}', '${AWS:UserName}'] }, Bool: { 'a:B': 'true' } },
      'arn:aws:s3:::x/${aws:userid}/${*}',
    );
    expect(contextKeysOf(document.statements)).toEqual(['a:B', 'aws:userid', 'aws:username', 'saml:sub']);
    const older = readPolicy(
      JSON.stringify({ Statement: say('Allow', '*', 'arn:aws:s3:::x/${aws:userid}') }),
      { maxBytes: 1_000, allowPrincipal: false },
    );
    expect(contextKeysOf(older.statements)).toEqual([]);
  });
});

describe('the work of a simulation', () => {
  const hostile = (count: number): SourcedPolicy =>
    policy(
      'p',
      'none',
      say('Allow', '*', '*', {
        Condition: { StringLike: { 'a:b': Array.from({ length: count }, () => '*${c:d}b') } },
      }),
    );
  const contextOf = (length: number) =>
    new Map([
      ['a:b', ['a'.repeat(length)]],
      ['c:d', ['a'.repeat(length / 2)]],
    ]);

  it('sees what variables make of short patterns, and bounds the time of what it lets through', async () => {
    const work = (count: number, length: number) =>
      workOf(hostile(count).document.statements, contextOf(length), 20, 20);
    expect(work(1_000, 2_000)).toBeGreaterThan(MAX_WORK);
    const context = contextOf(1_000);
    const count = Math.floor(MAX_WORK / (work(101, 1_000) - work(100, 1_000)));
    const simulator = await Simulator.of(simulated({ identity: [hostile(count)], context }));
    // Half a second where nobody else works: the test's own limit is another order of work.
    expect(simulator.evaluate('glue:GetTable', TABLE)).toMatchObject({ decision: 'implicitDeny' });
  });

  it('does not take a usual question for a costly one', () => {
    const statements = Array.from({ length: 50 }, () => reads.document.statements).flat();
    const work = workOf(statements, principalContext(ANN), 'glue:GetTable'.length, TABLE.length);
    expect(MAX_WORK / work).toBeGreaterThan(500);
  });
});
