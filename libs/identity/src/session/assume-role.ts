import {
  assumedRoleArn,
  type Caller,
  defineRead,
  invalid,
  LakewardenError,
  malformed,
  parseRoleArn,
  type ReadScope,
} from '@lakewarden/kernel';

import { type AccessKeyPair, newTemporaryKeyPair } from '../access-key/access-key.ts';
import { contextOf } from '../policy/authorize.ts';
import { findManagedPolicy } from '../policy/managed-policies.ts';
import { type CompiledStatement, identityRules } from '../policy/compiled-policy.ts';
import { parsePolicyDocument } from '../policy/policy-document.ts';
import { speaksOf } from '../policy/policy-set.ts';
import { listDefaultDocuments } from '../policy/policy.repository.ts';
import { policySetOf } from '../policy/principal-policies.ts';
import type { Role } from '../role/role.ts';
import { findRole } from '../role/role.repository.ts';
import { parseTrustPolicy } from '../role/trust-policy.ts';
import type { MasterKeys } from '../secrets/master-keys.ts';
import { sealSession } from './session-token.ts';

const ACTION = 'sts:AssumeRole';
/** As in STS: a role session that assumes a further role gets an hour at the most. */
const CHAINED_SECONDS = 3_600;
const DEFAULT_SECONDS = 3_600;
const PACKED_BYTES = 2_048;

export interface AssumeRole {
  readonly keys: MasterKeys;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds?: number | undefined;
  readonly policy?: string | undefined;
  readonly policyArns?: readonly string[] | undefined;
  readonly sourceIdentity?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export interface AssumedRole {
  readonly accessKey: AccessKeyPair;
  readonly sessionToken: string;
  readonly expiresAt: Date;
  readonly arn: string;
  /** `AROA...:SESSION` */
  readonly assumedRoleId: string;
  /** Percent of what session policies may take. */
  readonly packedPolicySize: number;
}

const denied = (caller: Caller, arn: string, action = ACTION): LakewardenError =>
  new LakewardenError(
    'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${arn}`,
  );

/**
 * What has to be allowed besides: policies decide by a session's tags and source identity, so who may assume a role may
 * not therefore say what they are.
 */
const actionsOf = ({ tags, sourceIdentity }: AssumeRole): string[] => [
  ACTION,
  ...(tags !== undefined && Object.keys(tags).length > 0 ? ['sts:TagSession'] : []),
  ...(sourceIdentity !== undefined ? ['sts:SetSourceIdentity'] : []),
];

/** By name, or by the account as a whole: then the caller's own policies have to allow it as well. */
type Trust = 'caller' | 'account' | undefined;

function trustOf({ principals, isNotPrincipal }: CompiledStatement, caller: Caller): Trust {
  const names = [caller.arn, ...(caller.grantee === undefined ? [] : [caller.grantee])];
  const account = [caller.accountId, `arn:aws:iam::${caller.accountId}:root`];
  const isNamed = principals.some((each) => names.includes(each));
  const isOfAccount = principals.some((each) => account.includes(each) || each === '*');
  if (isNotPrincipal) return isNamed || isOfAccount ? undefined : 'account';
  if (isNamed) return 'caller';
  return isOfAccount ? 'account' : undefined;
}

/** @throws AccessDeniedException the trust policy or the caller's own do not let him */
function requireTrust(scope: ReadScope, role: Role, arn: string, action: string): void {
  const { caller } = scope;
  const context = contextOf(caller, scope.clock.now(), scope.home.region);
  let trust: Trust;
  for (const statement of parseTrustPolicy(role.assumeRolePolicyDocument).statements) {
    const found = trustOf(statement, caller);
    if (found === undefined || !speaksOf(statement, action, arn, context)) continue;
    if (statement.effect === 'Deny') throw denied(caller, arn, action);
    if (trust !== 'caller') trust = found;
  }
  const policies = policySetOf(caller.policies);
  const own = policies?.decide(action, arn, () => context);
  if (trust === undefined || own?.isExplicitDeny === true) throw denied(caller, arn, action);
  // A boundary or session policy that is silent denies, whoever is trusted (spec/permissions.md §11).
  const isEnough = trust === 'caller' && role.accountId === caller.accountId && policies?.isCapped !== true;
  if (!isEnough && own?.allowed !== true) throw denied(caller, arn, action);
}

/** @throws MalformedPolicyDocumentException, EntityNotFoundException */
async function sessionPolicies(
  scope: ReadScope,
  role: Role,
  command: AssumeRole,
): Promise<string[] | undefined> {
  const { policy, policyArns = [] } = command;
  if (policy === undefined && policyArns.length === 0) return undefined;
  const texts: string[] = [];
  if (policy !== undefined) {
    parsePolicyDocument(policy, identityRules(PACKED_BYTES));
    texts.push(policy);
  }
  const own = await listDefaultDocuments(scope.tx, role.accountId, policyArns);
  for (const arn of policyArns) {
    const text = findManagedPolicy(arn)?.text ?? own.find((each) => each.arn === arn)?.document;
    if (text === undefined) throw invalid(`Policy ${arn} does not exist or is not attachable.`);
    texts.push(text);
  }
  return texts;
}

function lifetime(role: Role, caller: Caller, asked: number | undefined): number {
  const most = caller.session === undefined ? role.maxSessionSeconds : CHAINED_SECONDS;
  const seconds = asked ?? Math.min(DEFAULT_SECONDS, most);
  if (seconds > most) {
    throw malformed(
      'The requested DurationSeconds exceeds the ' +
        (caller.session === undefined
          ? 'MaxSessionDuration set for this role.'
          : '1 hour session limit for roles assumed by role chaining.'),
    );
  }
  return seconds;
}

/**
 * Temporary credentials of a role, for whom its trust policy and, unless it names him, his own policies let.
 * A role that is not there and one that does not trust the caller look the same.
 *
 * @throws AccessDeniedException; ValidationException the duration; MalformedPolicyDocumentException the session policy
 */
export const assumeRole = defineRead({
  action: ACTION,
  isAlwaysAudited: true,

  async run(scope, command: AssumeRole): Promise<AssumedRole> {
    const { caller } = scope;
    const parsed = parseRoleArn(command.roleArn);
    if (parsed === undefined) throw malformed(`${command.roleArn} is invalid`);
    const role = await findRole(scope.tx, parsed.accountId, parsed.name);
    if (role?.path !== parsed.path) throw denied(caller, command.roleArn);
    for (const action of actionsOf(command)) requireTrust(scope, role, command.roleArn, action);
    const seconds = lifetime(role, caller, command.durationSeconds);
    const policies = await sessionPolicies(scope, role, command);
    const now = scope.clock.now();
    const expiresAt = new Date(now.getTime() + seconds * 1000);
    const accessKey = newTemporaryKeyPair();
    // Who goes on from a session goes on as himself: its facts come along.
    const sourceIdentity = caller.session?.sourceIdentity ?? command.sourceIdentity;
    const sessionToken = sealSession(command.keys, accessKey.accessKeyId, {
      accountId: role.accountId,
      roleId: role.id,
      sessionName: command.sessionName,
      secret: accessKey.secretAccessKey.reveal(),
      issuedAtMs: now.getTime(),
      expiresAtMs: expiresAt.getTime(),
      ...(caller.session?.mfaAt !== undefined && { mfaAtMs: caller.session.mfaAt.getTime() }),
      ...(sourceIdentity !== undefined && { sourceIdentity }),
      ...(command.tags !== undefined && { tags: command.tags }),
      ...(policies !== undefined && { policies }),
    });
    const bytes = (policies ?? []).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    return {
      accessKey,
      sessionToken,
      expiresAt,
      arn: assumedRoleArn(role.accountId, role.name, command.sessionName),
      assumedRoleId: `${role.uniqueId}:${command.sessionName}`,
      packedPolicySize: Math.min(100, Math.ceil((bytes / PACKED_BYTES) * 100)),
    };
  },
});
