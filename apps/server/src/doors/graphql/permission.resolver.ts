import { validate } from '@lakewarden/aws-wire';
import { databaseRef } from '@lakewarden/catalog';
import type { Caller, Page, UseCases } from '@lakewarden/kernel';
import {
  getEffectivePermissionsForPath,
  type HeldPermissions,
  type ListPermissions,
  listPermissions,
} from '@lakewarden/permissions';
import { Inject } from '@nestjs/common';
import { Args, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { catalogId } from '../aws/glue/shapes.ts';
import { resourceArn } from '../aws/lakeformation/shapes.ts';
import type { TableNode } from './catalog.shapes.ts';
import { type Connection, type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { grantedResource, toGrantResource, toHeldNode } from './grant-resource.shapes.ts';
import { tableRefOf } from './table.resolver.ts';

/** ListPermissions' own. */
const MAX_PAGE = 1_000;

const LISTED_TYPES = [
  'CATALOG',
  'DATABASE',
  'TABLE',
  'DATA_LOCATION',
  'LF_TAG',
  'LF_TAG_POLICY',
  'LF_TAG_POLICY_DATABASE',
  'LF_TAG_POLICY_TABLE',
  'LF_NAMED_TAG_EXPRESSION',
] as const;

const filters = z.object({
  principal: z.string().min(1).max(255).nullish(),
  resource: grantedResource.nullish(),
  resourceType: z.enum(LISTED_TYPES).nullish(),
  includeRelated: z.boolean().nullish(),
  catalogId: catalogId.nullable(),
});
const place = z.object({ resourceArn, catalogId: catalogId.nullable() });

const toHeldConnection = (page: Page<HeldPermissions>): Connection<ReturnType<typeof toHeldNode>> =>
  toConnection(page, toHeldNode);

/** As ListPermissions has it: what the resource names without an owner is of the catalog that is asked about. */
function toList(caller: Caller, asked: z.output<typeof filters>): Omit<ListPermissions, 'limit' | 'token'> {
  const owner = asked.catalogId ?? asked.resource?.catalogId ?? caller.accountId;
  return {
    catalogId: owner,
    principal: asked.principal ?? undefined,
    resourceType: asked.resourceType ?? undefined,
    resource: asked.resource ? toGrantResource(asked.resource, { ...caller, accountId: owner }) : undefined,
    includeRelated: asked.includeRelated ?? false,
  };
}

@Resolver()
export class PermissionResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('permissions')
  async permissions(@CurrentCaller() caller: Caller, @Args() args: PageArguments) {
    const command = { ...toList(caller, validate(filters, args)), ...pageRequest(args, MAX_PAGE) };
    return toHeldConnection(await this.#useCases.run(caller, listPermissions, command));
  }

  @Query('effectivePermissionsForPath')
  async effectivePermissionsForPath(@CurrentCaller() caller: Caller, @Args() args: PageArguments) {
    const { resourceArn: arn, catalogId: owner } = validate(place, args);
    const command = { catalogId: owner ?? caller.accountId, arn, ...pageRequest(args, MAX_PAGE) };
    return toHeldConnection(await this.#useCases.run(caller, getEffectivePermissionsForPath, command));
  }
}

@Resolver('Database')
export class DatabasePermissionsResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @ResolveField('permissions')
  async permissions(
    @CurrentCaller() caller: Caller,
    @Parent() { name, catalogId: owner }: { readonly name: string; readonly catalogId: string },
    @Args() args: PageArguments,
  ) {
    const database = databaseRef(caller, { catalogId: owner, name });
    const command = {
      catalogId: owner,
      resource: { kind: 'Database', database } as const,
      ...pageRequest(args, MAX_PAGE),
    };
    return toHeldConnection(await this.#useCases.run(caller, listPermissions, command));
  }
}

@Resolver('Table')
export class TablePermissionsResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @ResolveField('permissions')
  async permissions(
    @CurrentCaller() caller: Caller,
    @Parent() parent: TableNode,
    @Args() args: PageArguments & { readonly includeRelated?: boolean | null },
  ) {
    const table = tableRefOf(caller, parent);
    const command = {
      catalogId: table.catalogId,
      resource: { kind: 'Table', table } as const,
      includeRelated: args.includeRelated ?? false,
      ...pageRequest(args, MAX_PAGE),
    };
    return toHeldConnection(await this.#useCases.run(caller, listPermissions, command));
  }
}
