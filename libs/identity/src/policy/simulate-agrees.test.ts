import { type Caller, LakewardenError, type ReadScope } from '@lakewarden/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { SourcedPolicy } from './attached-policies.ts';
import { authorizeByPolicies, contextOf, principalContext } from './authorize.ts';
import { readPolicy } from './compiled-policy.ts';
import { PolicySet } from './policy-set.ts';
import { sealPolicies } from './principal-policies.ts';
import { Simulator } from './simulate-policy.ts';
import { simulatedContext } from './simulation-context.ts';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
const NOW = new Date('2026-11-25T12:00:00Z');
const CATALOG = `arn:aws:glue:${REGION}:${ACCOUNT}:catalog`;
const DATABASE = `arn:aws:glue:${REGION}:${ACCOUNT}:database/ann`;
const TABLE = `arn:aws:glue:${REGION}:${ACCOUNT}:table/ann/t`;

const action = fc.constantFrom('glue:GetTable', 'glue:DeleteTable', 'iam:GetUser');
const actionPattern = fc.constantFrom('*', 'glue:*', 'GLUE:get*', 'glue:GetTable', 'iam:*', '*');
const resourcePattern = fc.constantFrom(
  '*',
  CATALOG,
  DATABASE,
  TABLE,
  'arn:aws:glue:*:*:table/${aws:username}/*',
  'arn:aws:glue:*:*:*/${aws:PrincipalTag/team}*',
);
const condition = fc.constantFrom(
  ...Array.from({ length: 12 }, () => undefined),
  { StringEquals: { 'aws:username': 'ann' } },
  { StringNotEquals: { 'aws:PrincipalType': 'User' } },
  { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/*' } },
  { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
  { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
  { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } },
  { Bool: { 'aws:SecureTransport': 'false' } },
  { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
  { Null: { 'aws:PrincipalTag/team': 'true' } },
);
const names = fc.constantFrom<unknown>(
  '*',
  { AWS: ACCOUNT },
  { AWS: `arn:aws:iam::${ACCOUNT}:user/ann` },
  { AWS: `arn:aws:iam::${ACCOUNT}:user/bob` },
  { AWS: `arn:aws:iam::${ACCOUNT}:role/r` },
);

const statement = (isOfResource: boolean) =>
  fc
    .record({
      effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Allow', 'Deny'),
      actions: fc.array(actionPattern, { minLength: 1, maxLength: 2 }),
      isNotAction: fc.nat(7).map((n) => n === 0),
      resources: fc.array(resourcePattern, { minLength: 1, maxLength: 2 }),
      isNotResource: fc.nat(7).map((n) => n === 0),
      condition,
      names,
      isNotPrincipal: fc.nat(7).map((n) => n === 0),
    })
    .map((each) => ({
      Effect: each.effect,
      [each.isNotAction ? 'NotAction' : 'Action']: each.actions,
      [each.isNotResource ? 'NotResource' : 'Resource']: each.resources,
      ...(each.condition && { Condition: each.condition }),
      ...(isOfResource && { [each.isNotPrincipal ? 'NotPrincipal' : 'Principal']: each.names }),
    }));

const policyOf = (isOfResource: boolean): fc.Arbitrary<SourcedPolicy> =>
  fc.array(statement(isOfResource), { minLength: 1, maxLength: 3 }).map((Statement) => {
    const text = JSON.stringify({ Version: '2012-10-17', Statement });
    const document = readPolicy(text, { maxBytes: Infinity, allowPrincipal: isOfResource });
    return { name: 'p', document, source: { id: 'p', type: 'none', text } };
  });

const world = fc.record({
  /** The user's own and his groups'. */
  identity: fc.array(policyOf(false), { maxLength: 3 }),
  boundary: fc.option(fc.array(policyOf(false), { maxLength: 1 }), { nil: undefined }),
  resourcePolicy: fc.option(policyOf(true), { nil: undefined }),
  isRole: fc.boolean(),
  sourceIp: fc.constantFrom(undefined, '10.1.2.3', '192.0.2.1'),
  isSecure: fc.boolean(),
  action,
});

/** What gate 1 really answers: `allowed`, or how it refuses. */
async function answered(
  caller: Caller,
  asked: string,
  within: readonly string[],
  shared: PolicySet | undefined,
) {
  const authorize = authorizeByPolicies({ now: () => NOW }, REGION, () => Promise.resolve(shared));
  const unused = {} as unknown as Pick<ReadScope, 'tx' | 'cached'>; // gate 1 hands it to the port above alone
  try {
    await authorize(caller, asked, { arn: TABLE, accountId: ACCOUNT, within }, unused);
    return 'allowed';
  } catch (error) {
    if (!(error instanceof LakewardenError)) throw error;
    return error.message.endsWith('with an explicit deny in a policy') ? 'explicitDeny' : 'implicitDeny';
  }
}

describe('a simulation of any policies', () => {
  it('answers as the request itself is answered', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const { identity, boundary } = given;
        // Only the catalog has a policy, which is asked for its own actions.
        const resourcePolicy = given.action.startsWith('glue:') ? given.resourcePolicy : undefined;
        const role = `arn:aws:iam::${ACCOUNT}:role/r`;
        const caller: Caller = {
          accountId: ACCOUNT,
          arn: given.isRole ? `arn:aws:sts::${ACCOUNT}:assumed-role/r/s` : `arn:aws:iam::${ACCOUNT}:user/ann`,
          principalId: given.isRole ? 'AROA:s' : 'AIDA',
          ...(given.isRole && { grantee: role }),
          isAccountAdministrator: false,
          policies: sealPolicies(await PolicySet.of({ identity, boundary })),
          request: {
            id: 'r',
            isSecure: given.isSecure,
            ...(given.sourceIp !== undefined && { sourceIp: given.sourceIp }),
          },
        };
        const known = given.isRole
          ? principalContext({ arn: role, accountId: ACCOUNT, grantee: role })
          : principalContext(caller);
        // What the request says of itself and no principal tells: its caller supposes it.
        const entries = [...contextOf(caller, NOW, REGION)].flatMap(([key, values]) =>
          known.has(key) ? [] : [{ key, values }],
        );
        const simulator = await Simulator.of({
          identity,
          boundary,
          resourcePolicy,
          context: simulatedContext(known, entries),
          accountId: ACCOUNT,
          resourceOwner: ACCOUNT,
        });
        const shared = resourcePolicy && (await PolicySet.of({ identity: [resourcePolicy] }));

        const evaluations = [TABLE, DATABASE, CATALOG].map((arn) => simulator.evaluate(given.action, arn));
        const simulated = evaluations.find(({ decision }) => decision !== 'allowed')?.decision ?? 'allowed';
        expect(simulated).toBe(await answered(caller, given.action, [DATABASE, CATALOG], shared));
        seen.set(simulated, (seen.get(simulated) ?? 0) + 1);

        for (const { decision, matched, allowedByBoundary } of evaluations) {
          const effects = matched.map(({ start, end }) => [start.line, end.column > start.column]);
          expect(effects.length > 0).toBe(decision !== 'implicitDeny');
          expect(allowedByBoundary === undefined).toBe(boundary === undefined);
          if (decision === 'allowed') expect(allowedByBoundary).not.toBe(false);
        }
      }),
      { numRuns: 1_500 },
    );
    // Every answer there is has been met, many times over.
    expect([...seen.keys()].sort()).toEqual(['allowed', 'explicitDeny', 'implicitDeny']);
    expect(Math.min(...seen.values())).toBeGreaterThan(30);
  });
});
