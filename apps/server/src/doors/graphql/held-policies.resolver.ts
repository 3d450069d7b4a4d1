import type { Caller } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';

import { CurrentCaller, type GraphqlContext } from './context.ts';
import { HeldPolicies } from './held-policies.ts';
import type { GroupNode, RoleNode, UserNode } from './iam.shapes.ts';

@Resolver('User')
export class UserPoliciesResolver {
  readonly #held: HeldPolicies;

  constructor(@Inject(HeldPolicies) held: HeldPolicies) {
    this.#held = held;
  }

  @ResolveField('attachedPolicies')
  attached(@CurrentCaller() caller: Caller, @Context() context: GraphqlContext, @Parent() user: UserNode) {
    return this.#held.attached(context, caller, user);
  }

  @ResolveField('inlinePolicies')
  inline(@CurrentCaller() caller: Caller, @Context() context: GraphqlContext, @Parent() user: UserNode) {
    return this.#held.inline(context, caller, user);
  }

  @ResolveField('permissionsBoundary')
  boundary(@CurrentCaller() caller: Caller, @Context() context: GraphqlContext, @Parent() user: UserNode) {
    return this.#held.boundary(context, caller, user);
  }
}

@Resolver('Group')
export class GroupPoliciesResolver {
  readonly #held: HeldPolicies;

  constructor(@Inject(HeldPolicies) held: HeldPolicies) {
    this.#held = held;
  }

  @ResolveField('attachedPolicies')
  attached(@CurrentCaller() caller: Caller, @Context() context: GraphqlContext, @Parent() group: GroupNode) {
    return this.#held.attached(context, caller, group);
  }

  @ResolveField('inlinePolicies')
  inline(@CurrentCaller() caller: Caller, @Context() context: GraphqlContext, @Parent() group: GroupNode) {
    return this.#held.inline(context, caller, group);
  }
}

@Resolver('Role')
export class RolePoliciesResolver {
  readonly #held: HeldPolicies;

  constructor(@Inject(HeldPolicies) held: HeldPolicies) {
    this.#held = held;
  }

  @ResolveField('attachedPolicies')
  attached(@CurrentCaller() caller: Caller, @Context() context: GraphqlContext, @Parent() role: RoleNode) {
    return this.#held.attached(context, caller, role);
  }

  @ResolveField('inlinePolicies')
  inline(@CurrentCaller() caller: Caller, @Context() context: GraphqlContext, @Parent() role: RoleNode) {
    return this.#held.inline(context, caller, role);
  }

  @ResolveField('permissionsBoundary')
  boundary(@CurrentCaller() caller: Caller, @Context() context: GraphqlContext, @Parent() role: RoleNode) {
    return this.#held.boundary(context, caller, role);
  }
}
