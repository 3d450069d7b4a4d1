import {
  type Change,
  defineRead,
  defineWrite,
  LakewardenError,
  notFound,
  type Page,
  type PageRequest,
  type ReadScope,
  toPage,
  type Tx,
} from '@lakewarden/kernel';

import { authorizeCatalog } from '../reference.ts';
import {
  policyHash,
  refuseForeignPolicy,
  refuseResourceArn,
  type ResourcePolicy,
} from './resource-policy.ts';
import {
  deleteResourcePolicyRow,
  findResourcePolicy,
  lockResourcePolicy,
  saveResourcePolicy,
} from './resource-policy.repository.ts';

const authorize = (scope: ReadScope): Promise<void> => authorizeCatalog(scope, scope.caller.accountId);

const policyChange = (accountId: string): Change => ({
  accountId,
  kind: 'resource-policy',
  subjectId: accountId,
});

const conditionFailed = (message: string) => new LakewardenError('ConditionCheckFailureException', message);

function refuseOtherHash(current: ResourcePolicy | undefined, wanted: string | undefined): void {
  if (wanted !== undefined && wanted !== current?.hash) {
    throw conditionFailed(
      current === undefined
        ? 'There is no policy to replace.'
        : 'The policy has changed: its hash is another.',
    );
  }
}

export interface PutResourcePolicy {
  readonly policy: string;
  readonly resourceArn?: string | undefined;
  readonly hashCondition?: string | undefined;
  readonly existsCondition: 'MUST_EXIST' | 'NOT_EXIST' | 'NONE';
  readonly enableHybrid: boolean;
}

/**
 * @throws ConditionCheckFailureException; InvalidInputException the document is malformed or names what is not the
 * catalog's
 */
export const putResourcePolicy = defineWrite({
  action: 'glue:PutResourcePolicy',

  async run(scope, command: PutResourcePolicy): Promise<ResourcePolicy> {
    await authorize(scope);
    const { accountId } = scope.caller;
    refuseResourceArn(scope.home, command.resourceArn);
    refuseForeignPolicy(command.policy, accountId);
    await lockResourcePolicy(scope.tx, accountId);
    const current = await findResourcePolicy(scope.tx, accountId);
    if (command.existsCondition === 'MUST_EXIST' && current === undefined) {
      throw conditionFailed('There is no policy, and MUST_EXIST was asked for.');
    }
    if (command.existsCondition === 'NOT_EXIST' && current !== undefined) {
      throw conditionFailed('There is a policy, and NOT_EXIST was asked for.');
    }
    refuseOtherHash(current, command.hashCondition);
    const policy: ResourcePolicy = {
      accountId,
      policy: command.policy,
      hash: policyHash(command.policy),
      enableHybrid: command.enableHybrid,
      createdAt: current?.createdAt ?? scope.now,
      updatedAt: scope.now,
    };
    await saveResourcePolicy(scope.tx, policy);
    scope.changed(policyChange(accountId));
    return policy;
  },
});

export interface ResourcePolicyOf {
  readonly resourceArn?: string | undefined;
}

/** @throws EntityNotFoundException none was put */
export const getResourcePolicy = defineRead({
  action: 'glue:GetResourcePolicy',

  async run(scope, command: ResourcePolicyOf): Promise<ResourcePolicy> {
    await authorize(scope);
    refuseResourceArn(scope.home, command.resourceArn);
    const policy = await findResourcePolicy(scope.tx, scope.caller.accountId);
    if (policy === undefined) throw notFound('Policy not found');
    return policy;
  },
});

/** The catalog's own policy, where there is one: single resources have none. */
export const getResourcePolicies = defineRead({
  action: 'glue:GetResourcePolicies',

  async run(scope, { limit, token }: PageRequest): Promise<Page<ResourcePolicy>> {
    await authorize(scope);
    const question = ['GetResourcePolicies', scope.caller.accountId, scope.caller.arn];
    const tokenAfter = () => scope.tokens.issue(question, Buffer.alloc(0));
    // The only place that a token can name is behind the only policy.
    if (token !== undefined) scope.tokens.open(question, token);
    const policy =
      token === undefined ? await findResourcePolicy(scope.tx, scope.caller.accountId) : undefined;
    return toPage(policy === undefined ? [] : [policy], limit, tokenAfter);
  },
});

export interface DeleteResourcePolicy extends ResourcePolicyOf {
  readonly hashCondition?: string | undefined;
}

/** @throws EntityNotFoundException, ConditionCheckFailureException */
export const deleteResourcePolicy = defineWrite({
  action: 'glue:DeleteResourcePolicy',

  async run(scope, command: DeleteResourcePolicy): Promise<void> {
    await authorize(scope);
    const { accountId } = scope.caller;
    refuseResourceArn(scope.home, command.resourceArn);
    await lockResourcePolicy(scope.tx, accountId);
    const current = await findResourcePolicy(scope.tx, accountId);
    if (current === undefined) throw notFound('Policy does not exist');
    refuseOtherHash(current, command.hashCondition);
    await deleteResourcePolicyRow(scope.tx, accountId);
    scope.changed(policyChange(accountId));
  },
});

/** The text of the account's policy, for gate 1: asked before anybody is authorized, so nobody is. */
export const readResourcePolicy = async (tx: Tx, accountId: string): Promise<string | undefined> =>
  (await findResourcePolicy(tx, accountId))?.policy;
