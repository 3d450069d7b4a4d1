import { validate } from '@lakewarden/aws-wire';
import type { Membership } from '@lakewarden/identity';
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
const membership = z.object({ user: holder, group: holder });
const others = { entry: none, settings: none, policy: none, membership: none };
const change = z.discriminatedUnion('kind', [
  z.object({ ...others, kind: z.enum(['GRANT', 'REVOKE']), entry: grantEntry }),
  z.object({ ...others, kind: z.literal('UPDATE_SETTINGS'), settings: settingsInput }),
  z.object({
    ...others,
    kind: z.enum(['ATTACH_POLICY', 'DETACH_POLICY', 'PUT_PERMISSIONS_BOUNDARY']),
    policy: attachment,
  }),
  z.object({
    ...others,
    kind: z.literal('DELETE_PERMISSIONS_BOUNDARY'),
    policy: attachment.extend({ arn: none }),
  }),
  z.object({
    ...others,
    kind: z.literal('PUT_INLINE_POLICY'),
    policy: z.object({ holder, name: policyName, document: policyDocument, arn: none }),
  }),
  z.object({
    ...others,
    kind: z.literal('DELETE_INLINE_POLICY'),
    policy: z.object({ holder, name: policyName, arn: none, document: none }),
  }),
  z.object({ ...others, kind: z.enum(['ADD_USER_TO_GROUP', 'REMOVE_USER_FROM_GROUP']), membership }),
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

/** @throws InvalidInputException: groups have no boundary */
function boundedOf(arn: string) {
  const { kind, ...named } = holderOf(arn);
  if (kind === 'group')
    throw invalid(`A permissions boundary is of a user or a role, not of a group: ${arn}`);
  return { kind, ...named };
}

/** @throws InvalidInputException it is not one of each, or they are of two accounts */
function membershipOf({ user, group }: z.output<typeof membership>): Membership & { accountId: string } {
  const [whom, into] = [holderOf(user), holderOf(group)];
  if (whom.kind !== 'user') throw invalid(`Not the ARN of a user: ${user}`);
  if (into.kind !== 'group') throw invalid(`Not the ARN of a group: ${group}`);
  if (whom.accountId !== into.accountId) throw invalid('A group and its members are of one account.');
  return { accountId: into.accountId, userName: whom.name, groupName: into.name };
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
    case 'PUT_PERMISSIONS_BOUNDARY':
      return { kind: asked.kind, holder: boundedOf(asked.policy.holder), policyArn: asked.policy.arn };
    case 'DELETE_PERMISSIONS_BOUNDARY':
      return { kind: asked.kind, holder: boundedOf(asked.policy.holder) };
    case 'ADD_USER_TO_GROUP':
    case 'REMOVE_USER_FROM_GROUP':
      return { kind: asked.kind, membership: membershipOf(asked.membership) };
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
