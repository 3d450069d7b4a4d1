import {
  checkedDescription,
  checkedNewTags,
  checkedSchemaName,
  type Compatibility,
  createSchema,
  type DataFormat,
  deleteSchema,
  getSchema,
  getSchemaByDefinition,
  getSchemaVersion,
  getSchemaVersionsDiff,
  listSchemas,
  listSchemaVersions,
  schemaRegistryRef,
  updateSchema,
  versionChoice,
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
  type SchemaName,
  type SchemaNode,
  schemaRefOf,
  tagsOf,
  toSchemaNode,
  toVersionNode,
} from './schema-registry.shapes.ts';

interface CreateSchemaInput extends InCatalog {
  readonly registry?: string | null;
  readonly name: string;
  readonly dataFormat: DataFormat;
  readonly compatibility?: Compatibility | null;
  readonly definition?: string | null;
  readonly description?: string | null;
  readonly tags?: unknown;
}

interface UpdateSchemaInput {
  readonly schema: SchemaName;
  readonly compatibility?: Compatibility | null;
  readonly checkpoint?: number | null;
  readonly description?: string | null;
}

@Resolver('RegistrySchema')
export class RegistrySchemaResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('registrySchema')
  async registrySchema(@CurrentCaller() caller: Caller, @Args() args: SchemaName) {
    const schema = await orNull(this.#useCases.run(caller, getSchema, schemaRefOf(caller, args)));
    return schema && toSchemaNode(schema);
  }

  @Query('registrySchemas')
  async registrySchemas(@CurrentCaller() caller: Caller, @Args() args: PageArguments & InCatalog) {
    const command = { catalogId: ownerOf(caller, args), ...pageRequest(args, MAX_PAGE) };
    return toConnection(await this.#useCases.run(caller, listSchemas, command), toSchemaNode);
  }

  @ResolveField('version')
  async version(
    @CurrentCaller() caller: Caller,
    @Parent() node: SchemaNode,
    @Args('number', { nullable: true }) number?: number | null,
  ) {
    const choice = versionChoice(
      typeof number === 'number' ? { VersionNumber: number } : { LatestVersion: true },
    );
    const ref = { schema: schemaRefOf(caller, node), choice };
    const found = await orNull(this.#useCases.run(caller, getSchemaVersion, ref));
    return found && toVersionNode(found.schema, found.version);
  }

  @ResolveField('versionByDefinition')
  async versionByDefinition(
    @CurrentCaller() caller: Caller,
    @Parent() node: SchemaNode,
    @Args('definition') definition: string,
  ) {
    const command = { schema: schemaRefOf(caller, node), definition };
    const found = await orNull(this.#useCases.run(caller, getSchemaByDefinition, command));
    return found && toVersionNode(found.schema, found.version);
  }

  @ResolveField('versions')
  async versions(@CurrentCaller() caller: Caller, @Parent() node: SchemaNode, @Args() args: PageArguments) {
    const command = { schema: schemaRefOf(caller, node), ...pageRequest(args, MAX_PAGE) };
    const { schema, page } = await this.#useCases.run(caller, listSchemaVersions, command);
    return toConnection(page, (version) => toVersionNode(schema, version));
  }

  @ResolveField('diff')
  diff(
    @CurrentCaller() caller: Caller,
    @Parent() node: SchemaNode,
    @Args() { from, to }: { readonly from: number; readonly to: number },
  ) {
    return this.#useCases.run(caller, getSchemaVersionsDiff, {
      schema: schemaRefOf(caller, node),
      first: versionChoice({ VersionNumber: from }),
      second: versionChoice({ VersionNumber: to }),
    });
  }

  @Mutation('createRegistrySchema')
  async createRegistrySchema(@CurrentCaller() caller: Caller, @Args('input') input: CreateSchemaInput) {
    const { schema, version } = await this.#useCases.run(caller, createSchema, {
      registry: schemaRegistryRef(
        caller,
        { RegistryName: input.registry ?? undefined },
        ownerOf(caller, input),
      ),
      name: checkedSchemaName(input.name),
      dataFormat: input.dataFormat,
      compatibility: input.compatibility ?? 'BACKWARD',
      description: checkedDescription(input.description ?? undefined),
      definition: input.definition ?? undefined,
      tags: checkedNewTags(tagsOf(input.tags)),
    });
    return { schema: toSchemaNode(schema), version: version && toVersionNode(schema, version) };
  }

  @Mutation('updateRegistrySchema')
  async updateRegistrySchema(@CurrentCaller() caller: Caller, @Args('input') input: UpdateSchemaInput) {
    const schema = await this.#useCases.run(caller, updateSchema, {
      schema: schemaRefOf(caller, input.schema),
      compatibility: input.compatibility ?? undefined,
      checkpoint:
        typeof input.checkpoint === 'number' ? versionChoice({ VersionNumber: input.checkpoint }) : undefined,
      description: checkedDescription(input.description ?? undefined),
    });
    return { schema: toSchemaNode(schema) };
  }

  @Mutation('deleteRegistrySchema')
  async deleteRegistrySchema(@CurrentCaller() caller: Caller, @Args('input') input: SchemaName) {
    const { name } = await this.#useCases.run(caller, deleteSchema, schemaRefOf(caller, input));
    return { name };
  }
}
