import { validate } from '@lakewarden/aws-wire';
import {
  attachments,
  boundaries,
  createPolicy,
  createPolicyVersion,
  deletePolicy,
  deletePolicyVersionOf,
  getPolicy,
  type HolderKind,
  inlinePolicies,
  listHoldersOfPolicy,
  listPolicies,
  setDefaultPolicyVersion,
} from '@lakewarden/identity';
import { type Caller, invalid, type UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { arnShape, policyDescription, versionId } from '../aws/iam/policy.operations.ts';
import { path, pathPrefix, policyDocument, policyName } from '../aws/iam/shapes.ts';
import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, type GraphqlContext, USE_CASES } from './context.ts';
import { HeldPolicies } from './held-policies.ts';
import { holder, type PolicyNode, toHolderNode, toPolicyNode, toVersionNode } from './iam.shapes.ts';
import { orNull } from './or-null.ts';

const MAX_PAGE = 100;

const SCOPES = { ALL: 'All', AWS: 'AWS', LOCAL: 'Local' } as const;
const listing = z.object({
  scope: z.enum(['ALL', 'AWS', 'LOCAL']).nullish(),
  pathPrefix: pathPrefix.nullish(),
});
const ref = z.object({ arn: arnShape });
const versionRef = ref.extend({ versionId });
const inlineRef = z.object({ holder, name: policyName });
const inline = inlineRef.extend({ document: policyDocument });
const attachment = z.object({ holder, policyArn: arnShape });
const newPolicy = z.object({
  name: policyName,
  path: path.nullish(),
  description: policyDescription.nullish(),
  document: policyDocument,
});
const newVersion = ref.extend({ document: policyDocument, setAsDefault: z.boolean().nullish() });

/** @throws InvalidInputException */
function bounded({ kind, name }: { readonly kind: HolderKind; readonly name: string }) {
  if (kind === 'group') throw invalid('A permissions boundary is of a user or a role.');
  return { kind, name };
}

@Resolver('ManagedPolicy')
export class PolicyResolver {
  readonly #useCases: UseCases;
  readonly #held: HeldPolicies;

  constructor(@Inject(USE_CASES) useCases: UseCases, @Inject(HeldPolicies) held: HeldPolicies) {
    this.#useCases = useCases;
    this.#held = held;
  }

  @Query('policy')
  async policy(@CurrentCaller() caller: Caller, @Args() args: object) {
    const found = await orNull(this.#useCases.run(caller, getPolicy, validate(ref, args)));
    return found && toPolicyNode(found);
  }

  @Query('policies')
  async policies(@CurrentCaller() caller: Caller, @Args() args: PageArguments) {
    const { scope, pathPrefix: prefix } = validate(listing, args);
    const page = await this.#useCases.run(caller, listPolicies, {
      scope: SCOPES[scope ?? 'ALL'],
      pathPrefix: prefix ?? '/',
      ...pageRequest(args, MAX_PAGE),
    });
    return toConnection(page, toPolicyNode);
  }

  @ResolveField('versions')
  versions(
    @CurrentCaller() caller: Caller,
    @Context() context: GraphqlContext,
    @Parent() policy: PolicyNode,
  ) {
    return this.#held.versions(context, caller, policy);
  }

  @ResolveField('holders')
  async holders(@CurrentCaller() caller: Caller, @Parent() policy: PolicyNode, @Args() args: PageArguments) {
    const command = { arn: policy.arn, ...pageRequest(args, MAX_PAGE) };
    return toConnection(await this.#useCases.run(caller, listHoldersOfPolicy, command), toHolderNode);
  }

  @Mutation('putInlinePolicy')
  async putInlinePolicy(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const command = validate(inline, input);
    await this.#useCases.run(caller, inlinePolicies[command.holder.kind].put, command);
    return { inlinePolicy: { name: command.name, document: command.document } };
  }

  @Mutation('deleteInlinePolicy')
  async deleteInlinePolicy(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const command = validate(inlineRef, input);
    await this.#useCases.run(caller, inlinePolicies[command.holder.kind].delete, command);
    return { name: command.name };
  }

  @Mutation('attachPolicy')
  async attachPolicy(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const command = validate(attachment, input);
    await this.#useCases.run(caller, attachments[command.holder.kind].attach, command);
    return { policyArn: command.policyArn };
  }

  @Mutation('detachPolicy')
  async detachPolicy(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const command = validate(attachment, input);
    await this.#useCases.run(caller, attachments[command.holder.kind].detach, command);
    return { policyArn: command.policyArn };
  }

  @Mutation('putPermissionsBoundary')
  async putPermissionsBoundary(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const { holder: named, policyArn: arn } = validate(attachment, input);
    const of = bounded(named);
    await this.#useCases.run(caller, boundaries[of.kind].put, { holder: of, policyArn: arn });
    return { policyArn: arn };
  }

  @Mutation('deletePermissionsBoundary')
  async deletePermissionsBoundary(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const of = bounded(validate(holder, input));
    await this.#useCases.run(caller, boundaries[of.kind].delete, { holder: of });
    return { name: of.name };
  }

  @Mutation('createPolicy')
  async createPolicy(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const given = validate(newPolicy, input);
    const policy = await this.#useCases.run(caller, createPolicy, {
      name: given.name,
      path: given.path ?? '/',
      document: given.document,
      description: given.description ?? undefined,
    });
    return { policy: toPolicyNode({ kind: 'own', policy, attachments: 0 }) };
  }

  @Mutation('deletePolicy')
  async deletePolicy(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const command = validate(ref, input);
    await this.#useCases.run(caller, deletePolicy, command);
    return command;
  }

  @Mutation('createPolicyVersion')
  async createPolicyVersion(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const { setAsDefault, ...given } = validate(newVersion, input);
    const command = { ...given, setAsDefault: setAsDefault ?? false };
    return { policyVersion: toVersionNode(await this.#useCases.run(caller, createPolicyVersion, command)) };
  }

  @Mutation('deletePolicyVersion')
  deletePolicyVersion(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    return this.#onVersion(caller, deletePolicyVersionOf, input);
  }

  @Mutation('setDefaultPolicyVersion')
  setDefaultPolicyVersion(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    return this.#onVersion(caller, setDefaultPolicyVersion, input);
  }

  async #onVersion(caller: Caller, useCase: typeof setDefaultPolicyVersion, input: object) {
    const { arn, versionId: version } = validate(versionRef, input);
    await this.#useCases.run(caller, useCase, { arn, version });
    return { arn, versionId: `v${String(version)}` };
  }
}
