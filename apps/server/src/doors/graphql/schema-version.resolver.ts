import {
  checkedMetadataKey,
  checkedMetadataValue,
  deleteSchemaVersions,
  getSchemaVersion,
  putSchemaVersionMetadata,
  querySchemaVersionMetadata,
  registerSchemaVersion,
  removeSchemaVersionMetadata,
  versionRange,
} from '@lakewarden/catalog';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';

import { CurrentCaller, USE_CASES } from './context.ts';
import { orNull } from './or-null.ts';
import {
  type InCatalog,
  type SchemaName,
  schemaRefOf,
  toSchemaNode,
  toVersionNode,
  type VersionNode,
  versionRefOf,
} from './schema-registry.shapes.ts';

/** A version has ten pairs at most: its keys are one page. */
const EVERY_KEY = 50;

interface VersionId extends InCatalog {
  readonly id: string;
}

interface MetadataInput extends VersionId {
  readonly key: string;
  readonly value: string;
}

const changeOf = (caller: Caller, input: MetadataInput) => ({
  version: versionRefOf(caller, input),
  pair: { key: checkedMetadataKey(input.key), value: checkedMetadataValue(input.value) },
});

@Resolver('RegistrySchemaVersion')
export class SchemaVersionResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('schemaVersion')
  async schemaVersion(@CurrentCaller() caller: Caller, @Args() args: VersionId) {
    const found = await orNull(this.#useCases.run(caller, getSchemaVersion, versionRefOf(caller, args)));
    return found && toVersionNode(found.schema, found.version);
  }

  @ResolveField('definition')
  async definition(@CurrentCaller() caller: Caller, @Parent() node: VersionNode) {
    const { version } = await this.#useCases.run(caller, getSchemaVersion, versionRefOf(caller, node));
    return version.definition;
  }

  @ResolveField('metadata')
  async metadata(@CurrentCaller() caller: Caller, @Parent() node: VersionNode) {
    const command = { version: versionRefOf(caller, node), wanted: [], limit: EVERY_KEY };
    const { page } = await this.#useCases.run(caller, querySchemaVersionMetadata, command);
    return page.items.flatMap(({ values }) => values);
  }

  @Mutation('registerSchemaVersion')
  async registerSchemaVersion(
    @CurrentCaller() caller: Caller,
    @Args('input') input: { readonly schema: SchemaName; readonly definition: string },
  ) {
    const command = { schema: schemaRefOf(caller, input.schema), definition: input.definition };
    const { schema, version } = await this.#useCases.run(caller, registerSchemaVersion, command);
    return { version: toVersionNode(schema, version) };
  }

  @Mutation('deleteSchemaVersions')
  async deleteSchemaVersions(
    @CurrentCaller() caller: Caller,
    @Args('input') input: { readonly schema: SchemaName; readonly versions: string },
  ) {
    const command = {
      schema: schemaRefOf(caller, input.schema),
      versions: versionRange(input.versions),
    };
    const { schema, failures } = await this.#useCases.run(caller, deleteSchemaVersions, command);
    return {
      schema: toSchemaNode(schema),
      failures: failures.map(({ number, error: { code, message } }) => ({ number, code, message })),
    };
  }

  @Mutation('putSchemaVersionMetadata')
  async putSchemaVersionMetadata(@CurrentCaller() caller: Caller, @Args('input') input: MetadataInput) {
    const command = changeOf(caller, input);
    const { schema, version } = await this.#useCases.run(caller, putSchemaVersionMetadata, command);
    return { version: toVersionNode(schema, version) };
  }

  @Mutation('removeSchemaVersionMetadata')
  async removeSchemaVersionMetadata(@CurrentCaller() caller: Caller, @Args('input') input: MetadataInput) {
    const command = changeOf(caller, input);
    const { schema, version } = await this.#useCases.run(caller, removeSchemaVersionMetadata, command);
    return { version: toVersionNode(schema, version) };
  }
}
