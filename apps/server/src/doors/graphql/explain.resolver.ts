import { validate } from '@lakewarden/aws-wire';
import { type Caller, PERMISSIONS, type UseCases } from '@lakewarden/kernel';
import { type Explain, explain, toExplained } from '@lakewarden/permissions';
import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { CurrentCaller, USE_CASES } from './context.ts';
import { grantedResource, toGrantResource } from './grant-resource.shapes.ts';

/** Named as a grant names it, by the members that are one thing to ask about. */
const askedResource = grantedResource.omit({ exceptColumns: true, lfTagPolicy: true });

export const whoCanInput = askedResource.extend({ permission: z.enum(PERMISSIONS) });
export const explainInput = whoCanInput.extend({ principal: z.string().min(1).max(255).nullish() });

/** @throws InvalidInputException unless just one thing is named */
export const toQuestion = (caller: Caller, { permission, ...named }: z.output<typeof whoCanInput>) => ({
  permission,
  resource: toExplained(toGrantResource(named, caller)),
});

export const toExplain = (
  caller: Caller,
  { principal, ...asked }: z.output<typeof explainInput>,
): Explain => ({ principal: principal ?? undefined, ...toQuestion(caller, asked) });

@Resolver()
export class ExplainResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('explain')
  explain(@CurrentCaller() caller: Caller, @Args('input') input: z.output<typeof explainInput>) {
    const valid = validate(explainInput, input);
    return this.#useCases.run(caller, explain, toExplain(caller, valid));
  }
}
