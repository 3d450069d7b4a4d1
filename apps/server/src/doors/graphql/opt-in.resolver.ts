import { validate } from '@lakewarden/aws-wire';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { createOptIn, deleteOptIn, type ListedOptIn, listOptIns } from '@lakewarden/permissions';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { grantedResource, toGrantResource } from './grant-resource.shapes.ts';
import { grantEntry } from './grant.resolver.ts';

const MAX_PAGE = 100;

const entry = grantEntry.pick({ principal: true, resource: true, condition: true });
const listing = z.object({ principal: entry.shape.principal.nullish(), resource: grantedResource.nullish() });

const toNode = (optIn: ListedOptIn) => ({
  principal: optIn.principal,
  catalogId: optIn.catalogId,
  database: optIn.database,
  table: optIn.table,
  allTables: optIn.type === 'TABLE_WILDCARD',
  condition: optIn.condition,
  updatedBy: optIn.updatedBy,
  updatedAt: optIn.updatedAt,
});

@Resolver()
export class OptInResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('lakeFormationOptIns')
  async lakeFormationOptIns(@CurrentCaller() caller: Caller, @Args() args: PageArguments) {
    const { principal, resource } = validate(listing, args);
    const page = await this.#useCases.run(caller, listOptIns, {
      catalogId: caller.accountId,
      principal: principal ?? undefined,
      resource: resource == null ? undefined : toGrantResource(resource, caller),
      ...pageRequest(args, MAX_PAGE),
    });
    return toConnection(page, toNode);
  }

  @Mutation('createLakeFormationOptIn')
  createLakeFormationOptIn(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    return this.#change(caller, createOptIn, input);
  }

  @Mutation('deleteLakeFormationOptIn')
  deleteLakeFormationOptIn(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    return this.#change(caller, deleteOptIn, input);
  }

  async #change(caller: Caller, useCase: typeof createOptIn, input: object) {
    const { principal, resource, condition } = validate(entry, input);
    await this.#useCases.run(caller, useCase, {
      principal,
      resource: toGrantResource(resource, caller),
      // An empty one is none, as for Lake Formation's own door.
      condition: condition === '' ? undefined : (condition ?? undefined),
    });
    return { principal };
  }
}
