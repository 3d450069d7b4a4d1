import {
  defineRead,
  type Page,
  type PageRequest,
  policyArn,
  type ReadScope,
  toPage,
} from '@lakewarden/kernel';

import { pageByName, refuseMarker } from '../names-page.ts';
import { type Told, refusalOf } from './holder-page.ts';
import { listHoldersAfter, listHoldersOf, type PolicyHolder } from './holder.repository.ts';
import {
  awsVersion,
  findManagedPolicy,
  listManagedPolicies,
  type ManagedPolicy,
} from './managed-policies.ts';
import { type AnyPolicy, requirePolicy } from './policies.ts';
import type { Policy, PolicyVersion } from './policy.ts';
import { listPolicyRows, listVersionsOfAll } from './policy.repository.ts';

export interface ListPolicies extends PageRequest {
  readonly scope: 'All' | 'AWS' | 'Local';
  readonly pathPrefix: string;
}

type Listed = AnyPolicy & { readonly name: string };

/** AWS's own come before the account's: a space is before every letter of a name. */
const listedAws = (policy: ManagedPolicy): Listed => ({ kind: 'aws', policy, name: ` ${policy.name}` });
const listedOwn = (policy: Policy): Listed => ({ kind: 'own', policy, attachments: 0, name: policy.name });

/** AWS's own first, then the account's, each by name. */
export const listPolicies = defineRead({
  action: 'iam:ListPolicies',

  async run(scope, command: ListPolicies): Promise<Page<AnyPolicy>> {
    const { accountId } = scope.caller;
    await scope.authorize({ arn: policyArn(accountId, '/', '*'), accountId });
    const { pathPrefix } = command;
    const aws = command.scope === 'Local' || pathPrefix !== '/' ? [] : listManagedPolicies().map(listedAws);
    const question = ['ListPolicies', pathPrefix, command.scope];
    return pageByName<Listed>(scope, question, command, async (after, limit) => {
      const first = aws.filter(({ name }) => name > after).slice(0, limit);
      if (command.scope === 'AWS' || first.length === limit) return first;
      const afterOwn = after.startsWith(' ') ? '' : after;
      const own = await listPolicyRows(scope.tx, accountId, pathPrefix, afterOwn, limit - first.length);
      return [...first, ...own.map(listedOwn)];
    });
  },
});

async function authorizeHolders(scope: ReadScope, arn: string): Promise<void> {
  await scope.authorize({ arn, accountId: scope.caller.accountId });
  if (findManagedPolicy(arn) === undefined) await requirePolicy(scope, arn);
}

/** Users, groups and roles that hold it, or are bounded by it. */
export const listEntitiesForPolicy = defineRead({
  action: 'iam:ListEntitiesForPolicy',

  async run(scope, { arn }: { readonly arn: string }): Promise<readonly PolicyHolder[]> {
    await authorizeHolders(scope, arn);
    return listHoldersOf(scope.tx, scope.caller.accountId, arn);
  },
});

export interface ListHoldersOfPolicy extends PageRequest {
  readonly arn: string;
}

/** The same by pages; by kind and name. */
export const listHoldersOfPolicy = defineRead({
  action: 'iam:ListEntitiesForPolicy',

  async run(scope, { arn, limit, token }: ListHoldersOfPolicy): Promise<Page<PolicyHolder>> {
    await authorizeHolders(scope, arn);
    const { accountId, arn: caller } = scope.caller;
    const question = ['ListEntitiesForPolicy', arn, accountId, caller];
    // Neither a kind nor a name has a space in it.
    const [kind = '', name = ''] =
      token === undefined ? [] : scope.tokens.open(question, token, refuseMarker).toString().split(' ');
    const found = await listHoldersAfter(scope.tx, accountId, arn, { kind, name }, limit + 1);
    return toPage(found, limit, (last) =>
      scope.tokens.issue(question, Buffer.from(`${last.kind} ${last.name}`)),
    );
  },
});

type VersionTold = { readonly version: PolicyVersion; readonly isDefault: boolean };

export interface AskedPolicy {
  readonly arn: string;
  /** Absent of AWS's own. */
  readonly policyId?: string | undefined;
}

/** The versions of a page of policies, newest first, with their documents; by ARN. In as many statements as of one. */
export const policyVersionsPage = defineRead({
  action: 'iam:ListPolicyVersions',

  async run(scope, policies: readonly AskedPolicy[]): Promise<readonly Told<readonly VersionTold[]>[]> {
    const { accountId } = scope.caller;
    const refused: Told<readonly VersionTold[]>[] = [];
    const allowed: AskedPolicy[] = [];
    for (const policy of policies) {
      const { arn } = policy;
      const error = await refusalOf(scope, { arn, accountId }, [
        'iam:ListPolicyVersions',
        'iam:GetPolicyVersion',
      ]);
      if (error === undefined) allowed.push(policy);
      else refused.push({ name: arn, error });
    }
    const ids = allowed.flatMap(({ policyId }) => policyId ?? []);
    const rows = ids.length === 0 ? [] : await listVersionsOfAll(scope.tx, accountId, ids);
    const own = Map.groupBy(rows, ({ policyId }) => policyId);
    return [
      ...refused,
      ...allowed.map(({ arn, policyId }) => {
        const aws = findManagedPolicy(arn);
        const versions = (own.get(policyId ?? '') ?? []).map(({ isDefault, ...version }) => ({
          version,
          isDefault,
        }));
        return { name: arn, value: aws === undefined ? versions : [awsVersion(aws)] };
      }),
    ];
  },
});
