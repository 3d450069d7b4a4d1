import { holderPages, type InlinePolicyRow, policyVersionsPage, type Told } from '@lakewarden/identity';
import type { Caller, ReadUseCase, UseCases } from '@lakewarden/kernel';
import { Inject, Injectable } from '@nestjs/common';

import { type GraphqlContext, USE_CASES } from './context.ts';
import {
  type GroupNode,
  type PolicyNode,
  type RoleNode,
  toVersionNode,
  type UserNode,
} from './iam.shapes.ts';
import { RequestBatch } from './request-batch.ts';

/** Each value, or why it is not told, by the name that was asked for. */
type Batch<Key, Value> = RequestBatch<Key, Told<Value>>;

const batchOf = <Key, Value>(
  useCases: UseCases,
  useCase: ReadUseCase<readonly Key[], readonly Told<Value>[]>,
): Batch<Key, Value> =>
  new RequestBatch(
    async (caller, keys) =>
      new Map((await useCases.run(caller, useCase, keys)).map((told) => [told.name, told])),
  );

/** Null where it is not there any more. @throws what it was refused with */
function valueOf<Value>(told: Told<Value> | null): Value | null {
  if (told === null) return null;
  if ('error' in told) throw told.error;
  return told.value;
}

const namesOf = (arn: string) => ({ arn, name: arn.slice(arn.lastIndexOf('/') + 1) });

interface Holders {
  readonly attached: Batch<string, readonly string[]>;
  readonly inline: Batch<string, readonly InlinePolicyRow[]>;
}

/** What hangs on users, groups and roles: one question for all that a page shows. */
@Injectable()
export class HeldPolicies {
  readonly #of: Readonly<Record<'user' | 'group' | 'role', Holders>>;
  readonly #boundaries: Readonly<Record<'user' | 'role', Batch<string, string | undefined>>>;
  readonly #versions;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    const holders = ({ attached, inline }: (typeof holderPages)['group']): Holders => ({
      attached: batchOf(useCases, attached),
      inline: batchOf(useCases, inline),
    });
    this.#of = {
      user: holders(holderPages.user),
      group: holders(holderPages.group),
      role: holders(holderPages.role),
    };
    this.#boundaries = {
      user: batchOf(useCases, holderPages.user.boundary),
      role: batchOf(useCases, holderPages.role.boundary),
    };
    this.#versions = batchOf(useCases, policyVersionsPage);
  }

  async attached(context: GraphqlContext, caller: Caller, { kind, name }: UserNode | GroupNode | RoleNode) {
    const arns = valueOf(await this.#of[kind].attached.load(context, caller, name, name));
    return arns?.map(namesOf);
  }

  async inline(context: GraphqlContext, caller: Caller, { kind, name }: UserNode | GroupNode | RoleNode) {
    return valueOf(await this.#of[kind].inline.load(context, caller, name, name));
  }

  async boundary(context: GraphqlContext, caller: Caller, { kind, name }: UserNode | RoleNode) {
    return valueOf(await this.#boundaries[kind].load(context, caller, name, name));
  }

  async versions(context: GraphqlContext, caller: Caller, { arn, policyId }: PolicyNode) {
    const versions = valueOf(await this.#versions.load(context, caller, arn, { arn, policyId }));
    return versions?.map(toVersionNode);
  }
}
