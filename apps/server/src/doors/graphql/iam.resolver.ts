import { validate } from '@lakewarden/aws-wire';
import {
  getGroup,
  getRole,
  getUser,
  listGroups,
  listGroupsForUser,
  listRoles,
  listUsers,
  updateAssumeRolePolicy,
} from '@lakewarden/identity';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { groupName, pathPrefix, policyDocument, roleName, userName } from '../aws/iam/shapes.ts';
import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { type GroupNode, toGroupNode, toRoleNode, toUserNode, type UserNode } from './iam.shapes.ts';
import { orNull } from './or-null.ts';

const MAX_PAGE = 100;

const byPath = z.object({ pathPrefix: pathPrefix.nullish() });
const trust = z.object({ role: roleName, document: policyDocument });

/** @throws ValidationException */
const listingOf = (args: PageArguments) => ({
  pathPrefix: validate(byPath, args).pathPrefix ?? '/',
  ...pageRequest(args, MAX_PAGE),
});

@Resolver()
export class IamResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('user')
  async user(@CurrentCaller() caller: Caller, @Args() args: object) {
    const { name } = validate(z.object({ name: userName.nullish() }), args);
    const user = await orNull(this.#useCases.run(caller, getUser, { name: name ?? undefined }));
    return user && toUserNode(user);
  }

  @Query('users')
  async users(@CurrentCaller() caller: Caller, @Args() args: PageArguments) {
    return toConnection(await this.#useCases.run(caller, listUsers, listingOf(args)), toUserNode);
  }

  @Query('group')
  async group(@CurrentCaller() caller: Caller, @Args() args: object) {
    const { name } = validate(z.object({ name: groupName }), args);
    const found = await orNull(this.#useCases.run(caller, getGroup, { name, limit: 1 }));
    return found && toGroupNode(found.group);
  }

  @Query('groups')
  async groups(@CurrentCaller() caller: Caller, @Args() args: PageArguments) {
    return toConnection(await this.#useCases.run(caller, listGroups, listingOf(args)), toGroupNode);
  }

  @Query('role')
  async role(@CurrentCaller() caller: Caller, @Args() args: object) {
    const role = await orNull(
      this.#useCases.run(caller, getRole, validate(z.object({ name: roleName }), args)),
    );
    return role && toRoleNode(role);
  }

  @Query('roles')
  async roles(@CurrentCaller() caller: Caller, @Args() args: PageArguments) {
    return toConnection(await this.#useCases.run(caller, listRoles, listingOf(args)), toRoleNode);
  }

  @Mutation('updateTrustPolicy')
  async updateTrustPolicy(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const { role, document } = validate(trust, input);
    await this.#useCases.run(caller, updateAssumeRolePolicy, {
      name: role,
      assumeRolePolicyDocument: document,
    });
    return { role, trustPolicy: document };
  }
}

@Resolver('User')
export class UserGroupsResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @ResolveField('groups')
  async groups(@CurrentCaller() caller: Caller, @Parent() user: UserNode, @Args() args: PageArguments) {
    const command = { userName: user.name, ...pageRequest(args, MAX_PAGE) };
    return toConnection(await this.#useCases.run(caller, listGroupsForUser, command), toGroupNode);
  }
}

@Resolver('Group')
export class GroupMembersResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @ResolveField('members')
  async members(@CurrentCaller() caller: Caller, @Parent() group: GroupNode, @Args() args: PageArguments) {
    const command = { name: group.name, ...pageRequest(args, MAX_PAGE) };
    const { members } = await this.#useCases.run(caller, getGroup, command);
    return toConnection(members, toUserNode);
  }
}
