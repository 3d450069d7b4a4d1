import {
  defineRead,
  defineWrite,
  invalid,
  LakewardenError,
  notFound,
  parsePolicyArn,
  policyArn,
  type ReadScope,
  type WriteScope,
} from '@lakewarden/kernel';

import { newUniqueId } from '../access-key/access-key.ts';
import { listHoldersOf } from './holder.repository.ts';
import { awsVersion, findManagedPolicy, type ManagedPolicy } from './managed-policies.ts';
import type { Policy, PolicyVersion } from './policy.ts';
import { identityRules, POLICY_MAX_BYTES } from './compiled-policy.ts';
import { parsePolicyDocument } from './policy-document.ts';
import {
  deletePolicyRow,
  deletePolicyVersion,
  findPolicy,
  insertPolicy,
  insertPolicyVersion,
  listPolicyVersions,
  setDefaultVersion,
} from './policy.repository.ts';

/** As in IAM. */
const MAX_VERSIONS = 5;

const noSuchPolicy = (arn: string) => notFound(`Policy ${arn} does not exist or is not attachable.`);

const parseManaged = (document: string): void => {
  parsePolicyDocument(document, identityRules(POLICY_MAX_BYTES.managed));
};

const conflict = (message: string) => new LakewardenError('DeleteConflictException', message);

/** One of the caller's account's own. @throws EntityNotFoundException, AccessDeniedException */
export async function requirePolicy(scope: ReadScope, arn: string, lock = false): Promise<Policy> {
  const { accountId } = scope.caller;
  await scope.authorize({ arn, accountId });
  const parsed = parsePolicyArn(arn);
  if (parsed === undefined) throw invalid(`ARN ${arn} is not valid.`);
  if (parsed.accountId === 'aws') throw invalid(`Policy ${arn} is AWS's own and cannot be changed.`);
  const found =
    parsed.accountId === accountId
      ? await findPolicy(scope.tx, accountId, parsed.path, parsed.name, lock)
      : undefined;
  if (found === undefined) throw noSuchPolicy(arn);
  return found;
}

/** Whoever holds it has what it says in memory. */
async function policyChanged(scope: WriteScope, policy: Policy): Promise<void> {
  const arn = policyArn(policy.accountId, policy.path, policy.name);
  for (const { id } of await listHoldersOf(scope.tx, policy.accountId, arn)) {
    scope.changed({ accountId: policy.accountId, kind: 'identity', subjectId: id });
  }
  scope.changed({ accountId: policy.accountId, kind: 'identity', subjectId: policy.id });
}

export interface CreatePolicy {
  readonly name: string;
  readonly path: string;
  readonly document: string;
  readonly description?: string | undefined;
}

/** @throws AlreadyExistsException, MalformedPolicyDocumentException */
export const createPolicy = defineWrite({
  action: 'iam:CreatePolicy',

  async run(scope, { name, path, document, description }: CreatePolicy): Promise<Policy> {
    const { accountId } = scope.caller;
    await scope.authorize({ arn: policyArn(accountId, path, name), accountId });
    parseManaged(document);
    const policy: Policy = {
      id: scope.newId<'Policy'>(),
      accountId,
      name,
      path,
      uniqueId: newUniqueId('ANPA'),
      ...(description !== undefined && { description }),
      defaultVersion: 1,
      lastVersion: 1,
      createdAt: scope.now,
      updatedAt: scope.now,
    };
    await insertPolicy(scope.tx, policy, document);
    scope.changed({ accountId, kind: 'identity', subjectId: policy.id });
    return policy;
  },
});

export type AnyPolicy =
  | { readonly kind: 'own'; readonly policy: Policy; readonly attachments: number }
  | { readonly kind: 'aws'; readonly policy: ManagedPolicy };

/** The account's own, or one of AWS's. @throws EntityNotFoundException */
export const getPolicy = defineRead({
  action: 'iam:GetPolicy',

  async run(scope, { arn }: { readonly arn: string }): Promise<AnyPolicy> {
    const aws = findManagedPolicy(arn);
    if (aws !== undefined) {
      await scope.authorize({ arn, accountId: scope.caller.accountId });
      return { kind: 'aws', policy: aws };
    }
    const policy = await requirePolicy(scope, arn);
    const attachments = await listHoldersOf(scope.tx, policy.accountId, arn);
    return { kind: 'own', policy, attachments: attachments.length };
  },
});

/** @throws EntityNotFoundException; DeleteConflictException it is attached, or has other versions */
export const deletePolicy = defineWrite({
  action: 'iam:DeletePolicy',

  async run(scope, { arn }: { readonly arn: string }): Promise<void> {
    const policy = await requirePolicy(scope, arn, true);
    if ((await listHoldersOf(scope.tx, policy.accountId, arn)).length > 0) {
      throw conflict('Cannot delete a policy attached to entities.');
    }
    if ((await listPolicyVersions(scope.tx, policy.id)).length > 1) {
      throw conflict(
        'This policy has more than one version. Before you delete a policy, you must delete its versions.',
      );
    }
    await deletePolicyRow(scope.tx, policy.id);
    scope.changed({ accountId: policy.accountId, kind: 'identity', subjectId: policy.id });
  },
});

export interface CreatePolicyVersion {
  readonly arn: string;
  readonly document: string;
  readonly setAsDefault: boolean;
}

/** @throws ResourceNumberLimitExceededException it has five */
export const createPolicyVersion = defineWrite({
  action: 'iam:CreatePolicyVersion',

  async run(scope, command: CreatePolicyVersion): Promise<{ version: PolicyVersion; isDefault: boolean }> {
    const policy = await requirePolicy(scope, command.arn, true);
    parseManaged(command.document);
    if ((await listPolicyVersions(scope.tx, policy.id)).length >= MAX_VERSIONS) {
      throw new LakewardenError(
        'ResourceNumberLimitExceededException',
        `A managed policy can have up to ${String(MAX_VERSIONS)} versions. Delete one first.`,
      );
    }
    const version: PolicyVersion = {
      policyId: policy.id,
      version: policy.lastVersion + 1,
      document: command.document,
      createdAt: scope.now,
    };
    await insertPolicyVersion(scope.tx, version);
    const current = command.setAsDefault ? version.version : policy.defaultVersion;
    await setDefaultVersion(scope.tx, policy, current, version.version, scope.now);
    await policyChanged(scope, policy);
    return { version, isDefault: command.setAsDefault };
  },
});

export interface NamedVersion {
  readonly arn: string;
  readonly version: number;
}

const noSuchVersion = ({ arn, version }: NamedVersion) =>
  notFound(`Policy ${arn} version v${String(version)} does not exist or is not attachable.`);

/** @throws EntityNotFoundException */
export const getPolicyVersion = defineRead({
  action: 'iam:GetPolicyVersion',

  async run(scope, command: NamedVersion): Promise<{ version: PolicyVersion; isDefault: boolean }> {
    const aws = findManagedPolicy(command.arn);
    if (aws !== undefined && command.version === 1) {
      await scope.authorize({ arn: command.arn, accountId: scope.caller.accountId });
      return awsVersion(aws);
    }
    const policy = await requirePolicy(scope, command.arn);
    const versions = await listPolicyVersions(scope.tx, policy.id);
    const version = versions.find((each) => each.version === command.version);
    if (version === undefined) throw noSuchVersion(command);
    return { version, isDefault: version.version === policy.defaultVersion };
  },
});

/** Newest first. @throws EntityNotFoundException */
export const listPolicyVersionsOf = defineRead({
  action: 'iam:ListPolicyVersions',

  async run(
    scope,
    { arn }: { readonly arn: string },
  ): Promise<readonly { version: PolicyVersion; isDefault: boolean }[]> {
    const aws = findManagedPolicy(arn);
    if (aws !== undefined) {
      await scope.authorize({ arn, accountId: scope.caller.accountId });
      return [awsVersion(aws)];
    }
    const policy = await requirePolicy(scope, arn);
    const versions = await listPolicyVersions(scope.tx, policy.id);
    return versions.map((version) => ({ version, isDefault: version.version === policy.defaultVersion }));
  },
});

/** @throws EntityNotFoundException; DeleteConflictException it is the default one */
export const deletePolicyVersionOf = defineWrite({
  action: 'iam:DeletePolicyVersion',

  async run(scope, command: NamedVersion): Promise<void> {
    const policy = await requirePolicy(scope, command.arn, true);
    if (command.version === policy.defaultVersion) {
      throw conflict('Cannot delete the default version of a policy.');
    }
    if (!(await deletePolicyVersion(scope.tx, policy.id, command.version))) throw noSuchVersion(command);
  },
});

/** @throws EntityNotFoundException */
export const setDefaultPolicyVersion = defineWrite({
  action: 'iam:SetDefaultPolicyVersion',

  async run(scope, command: NamedVersion): Promise<void> {
    const policy = await requirePolicy(scope, command.arn, true);
    const versions = await listPolicyVersions(scope.tx, policy.id);
    if (!versions.some(({ version }) => version === command.version)) throw noSuchVersion(command);
    await setDefaultVersion(scope.tx, policy, command.version, policy.lastVersion, scope.now);
    await policyChanged(scope, policy);
  },
});

/** A policy that can be attached. @throws EntityNotFoundException */
export async function requireAttachable(scope: ReadScope, arn: string): Promise<void> {
  if (findManagedPolicy(arn) !== undefined) return;
  const parsed = parsePolicyArn(arn);
  const { accountId } = scope.caller;
  const found =
    parsed?.accountId === accountId
      ? await findPolicy(scope.tx, accountId, parsed.path, parsed.name)
      : undefined;
  if (found === undefined) throw noSuchPolicy(arn);
}
