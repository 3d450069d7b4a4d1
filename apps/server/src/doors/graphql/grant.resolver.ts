import { validate } from '@lakewarden/aws-wire';
import { type Caller, PERMISSIONS, type UseCases } from '@lakewarden/kernel';
import {
  batchGrantPermissions,
  batchRevokePermissions,
  type GrantEntry,
  whoCan,
} from '@lakewarden/permissions';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { toQuestion, whoCanInput } from './explain.resolver.ts';
import { grantedResource, toGrantResource } from './grant-resource.shapes.ts';

/** spec/permissions.md §10. */
const MAX_ENTRIES = 1_000;
const MAX_PAGE = 100;
/** Service model lakeformation, `Condition.Expression`. */
const MAX_CONDITION = 3_000;

const permissions = z.array(z.enum(PERMISSIONS)).max(20);
/** Postgres' own years reach less far back than ISO 8601's. */
const instant = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine((at) => at.getTime() >= 0, 'Member must not lie before 1970');

export const grantEntry = z.object({
  principal: z.string().min(1).max(255),
  permissions,
  withGrantOption: permissions.nullish(),
  resource: grantedResource,
  condition: z.string().max(MAX_CONDITION).nullish(),
  validFrom: instant.nullish(),
  validUntil: instant.nullish(),
});
const entries = z.object({ entries: z.array(grantEntry).min(1).max(MAX_ENTRIES) });

/** An empty condition is none, as for Lake Formation's own door. */
export const toGrantEntry = (given: z.output<typeof grantEntry>, caller: Caller): GrantEntry => ({
  principal: given.principal,
  resource: toGrantResource(given.resource, caller),
  permissions: given.permissions,
  withGrantOption: given.withGrantOption ?? [],
  condition: given.condition === '' ? undefined : (given.condition ?? undefined),
  validFrom: given.validFrom ?? undefined,
  validUntil: given.validUntil ?? undefined,
});

@Resolver()
export class GrantResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('whoCan')
  async whoCan(@CurrentCaller() caller: Caller, @Args() args: PageArguments & { readonly input: object }) {
    const question = toQuestion(caller, validate(whoCanInput, args.input));
    const command = { ...pageRequest(args, MAX_PAGE), ...question };
    return toConnection(await this.#useCases.run(caller, whoCan, command), (explanation) => explanation);
  }

  @Mutation('grantPermissions')
  grantPermissions(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    return this.#batch(caller, batchGrantPermissions, input);
  }

  @Mutation('revokePermissions')
  revokePermissions(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    return this.#batch(caller, batchRevokePermissions, input);
  }

  async #batch(caller: Caller, useCase: typeof batchGrantPermissions, input: object) {
    const asked = validate(entries, input).entries;
    const command = asked.map((each, index) => ({ id: String(index), ...toGrantEntry(each, caller) }));
    const failures = await this.#useCases.run(caller, useCase, command);
    return {
      failures: failures.map(({ id, error }) => ({
        index: Number(id),
        code: error.code,
        message: error.message,
      })),
    };
  }
}
