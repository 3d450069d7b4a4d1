import {
  checkedDescription,
  checkedNewTags,
  checkSchemaVersionValidity,
  createRegistry,
  type DataFormat,
  deleteRegistry,
  getRegistry,
  listRegistries,
  listSchemas,
  updateRegistry,
} from '@lakewarden/catalog';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';

import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { orNull } from './or-null.ts';
import {
  type InCatalog,
  MAX_PAGE,
  ownerOf,
  type RegistryName,
  type RegistryNode,
  registryRefOf,
  tagsOf,
  toRegistryNode,
  toSchemaNode,
} from './schema-registry.shapes.ts';

interface RegistryInput extends RegistryName {
  readonly description?: string | null;
  readonly tags?: unknown;
}

@Resolver('SchemaRegistry')
export class SchemaRegistryResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('schemaRegistry')
  async schemaRegistry(@CurrentCaller() caller: Caller, @Args() args: RegistryName) {
    const registry = await orNull(this.#useCases.run(caller, getRegistry, registryRefOf(caller, args)));
    return registry && toRegistryNode(registry);
  }

  @Query('schemaRegistries')
  async schemaRegistries(@CurrentCaller() caller: Caller, @Args() args: PageArguments & InCatalog) {
    const command = { catalogId: ownerOf(caller, args), ...pageRequest(args, MAX_PAGE) };
    return toConnection(await this.#useCases.run(caller, listRegistries, command), toRegistryNode);
  }

  @Query('checkSchemaDefinition')
  async checkSchemaDefinition(
    @CurrentCaller() caller: Caller,
    @Args() args: InCatalog & { readonly dataFormat: DataFormat; readonly definition: string },
  ) {
    const { fault } = await this.#useCases.run(caller, checkSchemaVersionValidity, {
      catalogId: ownerOf(caller, args),
      dataFormat: args.dataFormat,
      definition: args.definition,
    });
    return { isValid: fault === undefined, fault };
  }

  @ResolveField('schemas')
  async schemas(
    @CurrentCaller() caller: Caller,
    @Parent() registry: RegistryNode,
    @Args() args: PageArguments,
  ) {
    const ref = registryRefOf(caller, registry);
    const command = { catalogId: ref.catalogId, registry: ref, ...pageRequest(args, MAX_PAGE) };
    return toConnection(await this.#useCases.run(caller, listSchemas, command), toSchemaNode);
  }

  @Mutation('createSchemaRegistry')
  async createSchemaRegistry(@CurrentCaller() caller: Caller, @Args('input') input: RegistryInput) {
    const registry = await this.#useCases.run(caller, createRegistry, {
      registry: registryRefOf(caller, input),
      description: checkedDescription(input.description ?? undefined),
      tags: checkedNewTags(tagsOf(input.tags)),
    });
    return { registry: toRegistryNode(registry) };
  }

  @Mutation('updateSchemaRegistry')
  async updateSchemaRegistry(@CurrentCaller() caller: Caller, @Args('input') input: RegistryInput) {
    const registry = await this.#useCases.run(caller, updateRegistry, {
      registry: registryRefOf(caller, input),
      description: checkedDescription(input.description ?? undefined),
    });
    return { registry: toRegistryNode(registry) };
  }

  @Mutation('deleteSchemaRegistry')
  async deleteSchemaRegistry(@CurrentCaller() caller: Caller, @Args('input') input: RegistryName) {
    const { name } = await this.#useCases.run(caller, deleteRegistry, registryRefOf(caller, input));
    return { name };
  }
}
