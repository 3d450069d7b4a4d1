import { validate } from '@lakewarden/aws-wire';
import {
  createUserDefinedFunction,
  deleteUserDefinedFunction,
  getUserDefinedFunction,
  getUserDefinedFunctions,
  updateUserDefinedFunction,
  type UserDefinedFunction,
} from '@lakewarden/catalog';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { catalogId, functionInput, nameString } from '../aws/glue/shapes.ts';
import { type DatabaseNode, given } from './catalog.shapes.ts';
import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { orNull } from './or-null.ts';
import { type TableName, tableRefOf } from './table.resolver.ts';

const MAX_PAGE = 100;

interface FunctionMembers {
  readonly className?: string | null;
  readonly ownerName?: string | null;
  readonly ownerType?: string | null;
  readonly type?: string | null;
  readonly resources?: readonly { readonly type?: string | null; readonly uri?: string | null }[] | null;
}

type FunctionPage = PageArguments & { readonly pattern?: string | null };

const listArguments = z.object({ catalogId: catalogId.nullable(), pattern: nameString.nullish() });

/** Glue's document, for its shape to check. @throws ValidationException */
const definitionOf = (name: string, input: FunctionMembers) => {
  const { FunctionName: _name, ...definition } = validate(
    functionInput,
    given({
      FunctionName: name,
      ClassName: input.className,
      OwnerName: input.ownerName,
      OwnerType: input.ownerType,
      FunctionType: input.type,
      ResourceUris: input.resources?.map(({ type, uri }) => given({ ResourceType: type, Uri: uri })),
    }),
  );
  return definition;
};

const toNode = ({ definition, ...found }: UserDefinedFunction) => ({
  ...found,
  className: definition.ClassName,
  ownerName: definition.OwnerName,
  ownerType: definition.OwnerType,
  type: definition.FunctionType,
  resources: (definition.ResourceUris ?? []).map(({ ResourceType: type, Uri: uri }) => ({ type, uri })),
});

@Resolver('Database')
export class FunctionResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('function')
  async function(@CurrentCaller() caller: Caller, @Args() args: TableName) {
    const found = await orNull(this.#useCases.run(caller, getUserDefinedFunction, tableRefOf(caller, args)));
    return found && toNode(found);
  }

  @Query('functions')
  allFunctions(
    @CurrentCaller() caller: Caller,
    @Args() args: FunctionPage & { readonly catalogId?: string | null },
  ) {
    return this.#list(caller, args, args.catalogId, undefined);
  }

  @ResolveField('functions')
  functions(@CurrentCaller() caller: Caller, @Parent() database: DatabaseNode, @Args() args: FunctionPage) {
    return this.#list(caller, args, database.catalogId, database.name);
  }

  @Mutation('createFunction')
  async createFunction(
    @CurrentCaller() caller: Caller,
    @Args('input') input: { readonly function: TableName; readonly definition: FunctionMembers },
  ) {
    const made = await this.#useCases.run(caller, createUserDefinedFunction, {
      function: tableRefOf(caller, input.function),
      definition: definitionOf(input.function.name, input.definition),
    });
    return { function: toNode(made) };
  }

  @Mutation('updateFunction')
  async updateFunction(
    @CurrentCaller() caller: Caller,
    @Args('input')
    input: {
      readonly function: TableName;
      readonly newName?: string | null;
      readonly definition: FunctionMembers;
    },
  ) {
    const name = input.newName ?? input.function.name;
    const changed = await this.#useCases.run(caller, updateUserDefinedFunction, {
      function: tableRefOf(caller, input.function),
      newName: tableRefOf(caller, { ...input.function, name }).name,
      definition: definitionOf(name, input.definition),
    });
    return { function: toNode(changed) };
  }

  @Mutation('deleteFunction')
  async deleteFunction(@CurrentCaller() caller: Caller, @Args('input') input: TableName) {
    const ref = tableRefOf(caller, input);
    await this.#useCases.run(caller, deleteUserDefinedFunction, ref);
    return { name: ref.name };
  }

  async #list(
    caller: Caller,
    args: FunctionPage,
    owner: string | null | undefined,
    database: string | undefined,
  ) {
    const valid = validate(listArguments, { catalogId: owner, pattern: args.pattern });
    const page = await this.#useCases.run(caller, getUserDefinedFunctions, {
      catalogId: valid.catalogId ?? caller.accountId,
      database,
      pattern: valid.pattern ?? '*',
      ...pageRequest(args, MAX_PAGE),
    });
    return toConnection(page, toNode);
  }
}
