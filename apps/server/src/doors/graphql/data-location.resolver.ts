import { validate } from '@lakewarden/aws-wire';
import type { Caller, UseCases } from '@lakewarden/kernel';
import {
  arnOfPlace,
  type DataLocation,
  deregisterResource,
  describeResource,
  listResources,
  LOCATION_FIELDS,
  LOCATION_OPERATORS,
  registerResource,
  updateResource,
} from '@lakewarden/permissions';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { accountId, MAX_FILTERS, MAX_VALUES, roleArn } from '../aws/lakeformation/location.operations.ts';
import { resourceArn } from '../aws/lakeformation/shapes.ts';
import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { orNull } from './or-null.ts';

const MAX_PAGE = 100;

const ref = z.object({ arn: resourceArn });
const flag = z.boolean().nullish();
const registered = ref.extend({
  roleArn: roleArn.nullish(),
  useServiceLinkedRole: flag,
  withFederation: flag,
  hybridAccessEnabled: flag,
  withPrivilegedAccess: flag,
  expectedResourceOwnerAccount: accountId.nullish(),
});
const updated = ref.extend({
  roleArn,
  withFederation: flag,
  hybridAccessEnabled: flag,
  expectedResourceOwnerAccount: accountId.nullish(),
});
const filters = z.object({
  filters: z
    .array(
      z.object({
        field: z.enum(LOCATION_FIELDS),
        comparison: z.enum(LOCATION_OPERATORS),
        values: z.array(z.string().max(2048)).max(MAX_VALUES),
      }),
    )
    .max(MAX_FILTERS)
    .nullish(),
});

const toNode = ({ location, expectedOwnerAccount, ...shown }: DataLocation) => ({
  arn: arnOfPlace(location),
  roleArn: shown.roleArn,
  withFederation: shown.withFederation,
  hybridAccessEnabled: shown.hybridAccessEnabled,
  withPrivilegedAccess: shown.withPrivilegedAccess,
  expectedResourceOwnerAccount: expectedOwnerAccount,
  updatedAt: shown.updatedAt,
});

@Resolver()
export class DataLocationResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('dataLocation')
  async dataLocation(@CurrentCaller() caller: Caller, @Args() args: object) {
    const found = await orNull(this.#useCases.run(caller, describeResource, validate(ref, args)));
    return found && toNode(found);
  }

  @Query('dataLocations')
  async dataLocations(@CurrentCaller() caller: Caller, @Args() args: PageArguments) {
    const asked = validate(filters, args).filters ?? [];
    const page = await this.#useCases.run(caller, listResources, {
      filters: asked.map(({ field, comparison: operator, values }) => ({ field, operator, values })),
      ...pageRequest(args, MAX_PAGE),
    });
    return toConnection(page, toNode);
  }

  @Mutation('registerDataLocation')
  async registerDataLocation(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const { expectedResourceOwnerAccount, ...given } = validate(registered, input);
    const location = await this.#useCases.run(caller, registerResource, {
      arn: given.arn,
      roleArn: given.roleArn ?? undefined,
      useServiceLinkedRole: given.useServiceLinkedRole ?? false,
      withFederation: given.withFederation ?? false,
      hybridAccessEnabled: given.hybridAccessEnabled ?? false,
      withPrivilegedAccess: given.withPrivilegedAccess ?? false,
      expectedOwnerAccount: expectedResourceOwnerAccount ?? undefined,
    });
    return { dataLocation: toNode(location) };
  }

  @Mutation('updateDataLocation')
  async updateDataLocation(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const { expectedResourceOwnerAccount, ...given } = validate(updated, input);
    const location = await this.#useCases.run(caller, updateResource, {
      arn: given.arn,
      roleArn: given.roleArn,
      withFederation: given.withFederation ?? undefined,
      hybridAccessEnabled: given.hybridAccessEnabled ?? undefined,
      expectedOwnerAccount: expectedResourceOwnerAccount ?? undefined,
    });
    return { dataLocation: toNode(location) };
  }

  @Mutation('deregisterDataLocation')
  async deregisterDataLocation(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const { arn } = validate(ref, input);
    await this.#useCases.run(caller, deregisterResource, { arn });
    return { arn };
  }
}
