import { validate } from '@lakewarden/aws-wire';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { MAX_CHANGES, MAX_QUESTIONS, whatIf } from '@lakewarden/permissions';
import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { CurrentCaller, USE_CASES } from './context.ts';
import { explainInput, toExplain } from './explain.resolver.ts';
import { grantEntry, toGrantEntry } from './grant.resolver.ts';

const trial = z.object({
  changes: z.array(z.object({ kind: z.enum(['GRANT', 'REVOKE']), entry: grantEntry })).max(MAX_CHANGES),
  questions: z.array(explainInput).min(1).max(MAX_QUESTIONS),
});

@Resolver()
export class WhatIfResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('whatIf')
  whatIf(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const { changes, questions } = validate(trial, input);
    return this.#useCases.run(caller, whatIf, {
      changes: changes.map((change) => ({ kind: change.kind, entry: toGrantEntry(change.entry, caller) })),
      questions: questions.map((question) => toExplain(caller, question)),
    });
  }
}
