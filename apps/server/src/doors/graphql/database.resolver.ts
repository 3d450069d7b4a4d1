import { validate } from '@lakewarden/aws-wire';
import {
  createDatabase,
  databaseRef,
  deleteDatabase,
  getDatabase,
  getDatabases,
  getTables,
  updateDatabase,
} from '@lakewarden/catalog';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { catalogId, databaseInput, nameString, tagsMap } from '../aws/glue/shapes.ts';
import {
  type DatabaseMembers,
  type DatabaseNode,
  fromDatabase,
  type LinkTargetInput,
  toDatabaseNode,
  toTableNode,
} from './catalog.shapes.ts';
import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { orNull } from './or-null.ts';

const MAX_PAGE = 100;

interface DatabaseName {
  readonly name: string;
  readonly catalogId?: string | null;
}

const catalogArgument = z.object({ catalogId: catalogId.nullable() });
const databaseName = catalogArgument.extend({ name: nameString });

/** @throws ValidationException a name that can be none */
const refOf = (caller: Caller, asked: DatabaseName) => {
  const { name, catalogId: owner } = validate(databaseName, asked);
  return databaseRef(caller, { name, catalogId: owner ?? undefined });
};

@Resolver('Database')
export class DatabaseResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('database')
  async database(@CurrentCaller() caller: Caller, @Args() args: DatabaseName) {
    const database = await orNull(this.#useCases.run(caller, getDatabase, refOf(caller, args)));
    return database && toDatabaseNode(database);
  }

  @Query('databases')
  async databases(
    @CurrentCaller() caller: Caller,
    @Args() args: PageArguments & { catalogId?: string | null },
  ) {
    const page = await this.#useCases.run(caller, getDatabases, {
      catalogId: validate(catalogArgument, args).catalogId ?? caller.accountId,
      ...pageRequest(args, MAX_PAGE),
    });
    return toConnection(page, toDatabaseNode);
  }

  @ResolveField('tables')
  async tables(
    @CurrentCaller() caller: Caller,
    @Parent() database: DatabaseNode,
    @Args() args: PageArguments & { expression?: string | null },
  ) {
    const page = await this.#useCases.run(caller, getTables, {
      database: refOf(caller, database),
      expression: args.expression ?? undefined,
      ...pageRequest(args, MAX_PAGE),
    });
    return toConnection(page, toTableNode);
  }

  @Mutation('createDatabase')
  async createDatabase(
    @CurrentCaller() caller: Caller,
    @Args('input')
    input: DatabaseName &
      DatabaseMembers & { readonly linkTarget?: LinkTargetInput | null; readonly tags?: object | null },
  ) {
    const {
      Name: _name,
      TargetDatabase: linkTarget,
      ...definition
    } = validate(databaseInput, fromDatabase(input.name, input, input.linkTarget));
    const tags = validate(tagsMap.optional(), input.tags ?? undefined);
    const command = { database: refOf(caller, input), definition, linkTarget, tags };
    return { database: toDatabaseNode(await this.#useCases.run(caller, createDatabase, command)) };
  }

  @Mutation('updateDatabase')
  async updateDatabase(
    @CurrentCaller() caller: Caller,
    @Args('input') input: DatabaseName & DatabaseMembers & { newName?: string | null },
  ) {
    const newName = input.newName ?? input.name;
    const {
      Name: _name,
      TargetDatabase: _link,
      ...definition
    } = validate(databaseInput, fromDatabase(newName, input));
    const command = {
      database: refOf(caller, input),
      newName: refOf(caller, { name: newName }).name,
      definition,
    };
    return { database: toDatabaseNode(await this.#useCases.run(caller, updateDatabase, command)) };
  }

  @Mutation('deleteDatabase')
  async deleteDatabase(@CurrentCaller() caller: Caller, @Args('input') input: DatabaseName) {
    const ref = refOf(caller, input);
    await this.#useCases.run(caller, deleteDatabase, ref);
    return { name: ref.name };
  }
}
