import { validate } from '@lakewarden/aws-wire';
import { type Caller, invalid, parseHolderArn, type UseCases } from '@lakewarden/kernel';
import { MAX_CHANGES, MAX_QUESTIONS, type TriedChange, whatIf } from '@lakewarden/permissions';
import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { policyDocument, policyName } from '../aws/iam/shapes.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { settingsInput, toSettingsChanges } from './data-lake-settings.resolver.ts';
import { explainInput, toExplain } from './explain.resolver.ts';
import { grantEntry, toGrantEntry } from './grant.resolver.ts';

/** A member of another kind: what would be ignored is refused. */
const none = z.null().optional();
const holder = z.string().min(1).max(2_048);
const policyArn = z.string().min(20).max(2_048);

const attachment = z.object({ holder, arn: policyArn, name: none, document: none });
const change = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['GRANT', 'REVOKE']), entry: grantEntry, settings: none, policy: none }),
  z.object({ kind: z.literal('UPDATE_SETTINGS'), settings: settingsInput, entry: none, policy: none }),
  z.object({
    kind: z.enum(['ATTACH_POLICY', 'DETACH_POLICY']),
    policy: attachment,
    entry: none,
    settings: none,
  }),
  z.object({
    kind: z.literal('PUT_INLINE_POLICY'),
    policy: z.object({ holder, name: policyName, document: policyDocument, arn: none }),
    entry: none,
    settings: none,
  }),
  z.object({
    kind: z.literal('DELETE_INLINE_POLICY'),
    policy: z.object({ holder, name: policyName, arn: none, document: none }),
    entry: none,
    settings: none,
  }),
]);

const trial = z.object({
  changes: z.array(change).max(MAX_CHANGES),
  questions: z.array(explainInput).min(1).max(MAX_QUESTIONS),
});

/** @throws InvalidInputException */
function holderOf(arn: string): { accountId: string; kind: 'user' | 'group' | 'role'; name: string } {
  const parts = parseHolderArn(arn);
  if (parts === undefined) throw invalid(`Not the ARN of a user, group or role: ${arn}`);
  return { accountId: parts.accountId, kind: parts.kind, name: parts.name };
}

function toChange(caller: Caller, asked: z.output<typeof change>): TriedChange {
  switch (asked.kind) {
    case 'GRANT':
    case 'REVOKE':
      return { kind: asked.kind, entry: toGrantEntry(asked.entry, caller) };
    case 'UPDATE_SETTINGS': {
      const changes = toSettingsChanges(asked.settings);
      return { kind: asked.kind, settings: { catalogId: caller.accountId, changes } };
    }
    case 'ATTACH_POLICY':
    case 'DETACH_POLICY': {
      const { holder: on, arn } = asked.policy;
      return { kind: asked.kind, holder: holderOf(on), policyArn: arn };
    }
    case 'PUT_INLINE_POLICY': {
      const { holder: on, name, document } = asked.policy;
      return { kind: asked.kind, holder: holderOf(on), name, document };
    }
    case 'DELETE_INLINE_POLICY':
      return { kind: asked.kind, holder: holderOf(asked.policy.holder), name: asked.policy.name };
  }
}

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
      changes: changes.map((each) => toChange(caller, each)),
      questions: questions.map((question) => toExplain(caller, question)),
    });
  }
}
