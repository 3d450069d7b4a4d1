import {
  defineRead,
  defineWrite,
  invalid,
  type Page,
  type PageRequest,
  registrySchemaArn,
  toPage,
  type WriteScope,
} from '@lakewarden/kernel';

import type { Tags } from '../tag/tag.ts';
import { tagNew, untagDeleted } from '../tag/tags.ts';
import { authorizeEveryRegistry, authorizeRegistry, authorizeSchema, homeOf } from './authorization.ts';
import { requireDefinition } from './definition.ts';
import { DEFAULT_REGISTRY, type RegistrySchemaRef, type SchemaRegistryRef } from './parameters.ts';
import { SCHEMAS_PER_REGISTRY } from './quotas.ts';
import { type Registered, registerVersion } from './register.ts';
import { findRegistry, holdRegistriesOf } from './registry.repository.ts';
import { makeRegistry, requireRegistry, tooMany } from './registries.ts';
import { requireSchema } from './require-schema.ts';
import {
  countSchemas,
  deleteSchemaRow,
  insertSchema,
  listSchemaRows,
  updateSchemaRow,
} from './schema.repository.ts';
import type { Compatibility, DataFormat, RegistrySchema, SchemaRegistry } from './schema-registry.ts';
import { requireVersionOf, type VersionChoice } from './version-ref.ts';

/** The registry, held; the default one is made by whoever asks first. @throws EntityNotFoundException */
async function registryToFill(scope: WriteScope, ref: SchemaRegistryRef): Promise<SchemaRegistry> {
  if (ref.name !== DEFAULT_REGISTRY) return requireRegistry(scope, ref, 'held');
  const find = () => findRegistry(scope.tx, homeOf(scope, ref.catalogId), ref.name, 'held');
  const known = await find();
  if (known !== undefined) return known;
  await holdRegistriesOf(scope.tx, ref.catalogId);
  // Somebody may have made it while this one waited.
  return (await find()) ?? (await makeRegistry(scope, ref));
}

export interface CreateSchema {
  readonly registry: SchemaRegistryRef;
  readonly name: string;
  readonly dataFormat: DataFormat;
  readonly compatibility: Compatibility;
  readonly description?: string | undefined;
  readonly definition?: string | undefined;
  readonly tags?: Tags | undefined;
}

export interface CreatedSchema {
  readonly schema: RegistrySchema;
  /** Absent where no definition was given. */
  readonly version?: Registered['version'];
}

/**
 * @throws EntityNotFoundException the registry
 * @throws AlreadyExistsException, InvalidInputException the definition; ResourceNumberLimitExceededException
 * @see spec/catalog.md §13
 */
export const createSchema = defineWrite({
  action: 'glue:CreateSchema',

  async run(scope, command: CreateSchema): Promise<CreatedSchema> {
    const { registry: ref, name, definition: text } = command;
    await authorizeRegistry(scope, ref);
    await authorizeSchema(scope, { catalogId: ref.catalogId, registry: ref.name, name });
    const definition = text === undefined ? undefined : requireDefinition(command.dataFormat, text);
    const registry = await registryToFill(scope, ref);
    if ((await countSchemas(scope.tx, registry.id)) >= SCHEMAS_PER_REGISTRY) throw tooMany('schemas');
    const schema: RegistrySchema = {
      id: scope.newId<'RegistrySchema'>(),
      registryId: registry.id,
      catalogId: registry.catalogId,
      registry: registry.name,
      name,
      arn: registrySchemaArn(homeOf(scope, registry.catalogId), registry.name, name),
      registryArn: registry.arn,
      ...(command.description !== undefined && { description: command.description }),
      dataFormat: command.dataFormat,
      compatibility: command.compatibility,
      checkpoint: 1,
      nextVersion: 1,
      createdAt: scope.now,
      updatedAt: scope.now,
    };
    await insertSchema(scope.tx, schema);
    await tagNew(scope, { kind: 'schema', id: schema.id }, command.tags);
    if (text === undefined || definition === undefined) return { schema };
    return registerVersion(scope, schema, text, definition);
  },
});

/** @throws EntityNotFoundException */
export const getSchema = defineRead({
  action: 'glue:GetSchema',

  async run(scope, ref: RegistrySchemaRef): Promise<RegistrySchema> {
    await authorizeSchema(scope, ref);
    return requireSchema(scope, ref);
  },
});

export interface ListSchemas extends PageRequest {
  readonly catalogId: string;
  /** Of this registry alone. */
  readonly registry?: SchemaRegistryRef | undefined;
}

/** No name holds a line break. */
const SEPARATOR = '\n';

/** By registry, then by name. @throws EntityNotFoundException the registry */
export const listSchemas = defineRead({
  action: 'glue:ListSchemas',

  async run(scope, command: ListSchemas): Promise<Page<RegistrySchema>> {
    const { registry: ref } = command;
    await (ref === undefined
      ? authorizeEveryRegistry(scope, command.catalogId)
      : authorizeRegistry(scope, ref));
    const catalogId = ref?.catalogId ?? command.catalogId;
    const registry = ref === undefined ? undefined : (await requireRegistry(scope, ref)).name;
    const question = ['ListSchemas', catalogId, registry, scope.caller.arn];
    const [afterRegistry = '', afterName = ''] =
      command.token === undefined
        ? []
        : scope.tokens.open(question, command.token).toString().split(SEPARATOR);
    const rows = await listSchemaRows(
      scope.tx,
      homeOf(scope, catalogId),
      registry,
      { registry: afterRegistry, name: afterName },
      command.limit + 1,
    );
    return toPage(rows, command.limit, (last) =>
      scope.tokens.issue(question, Buffer.from(last.registry + SEPARATOR + last.name)),
    );
  },
});

export interface UpdateSchema {
  readonly schema: RegistrySchemaRef;
  readonly compatibility?: Compatibility | undefined;
  readonly checkpoint?: VersionChoice | undefined;
  readonly description?: string | undefined;
}

/**
 * What is absent stays. Versions that are there are not compared anew (the service model says so).
 * @throws EntityNotFoundException the schema, or the version for a checkpoint
 * @throws InvalidInputException the version for a checkpoint does not fit, or nothing to change is named
 */
export const updateSchema = defineWrite({
  action: 'glue:UpdateSchema',

  async run(scope, command: UpdateSchema): Promise<RegistrySchema> {
    const { schema: ref, compatibility, checkpoint, description } = command;
    await authorizeSchema(scope, ref);
    if (compatibility === undefined && checkpoint === undefined && description === undefined) {
      throw invalid('One of VersionNumber or Compatibility has to be provided.');
    }
    const schema = await requireSchema(scope, ref, 'held');
    const version =
      checkpoint === undefined ? undefined : await requireVersionOf(scope, schema, ref, checkpoint);
    if (version !== undefined && version.status !== 'AVAILABLE') {
      throw invalid(
        `Version ${String(version.number)} is in ${version.status} status and can be no checkpoint.`,
      );
    }
    const updated: RegistrySchema = {
      ...schema,
      ...(description !== undefined && { description }),
      ...(compatibility !== undefined && { compatibility }),
      ...(version !== undefined && { checkpoint: version.number }),
      updatedAt: scope.now,
    };
    await updateSchemaRow(scope.tx, updated);
    return updated;
  },
});

/** With its versions, at once: what is answered as DELETING is gone. @throws EntityNotFoundException */
export const deleteSchema = defineWrite({
  action: 'glue:DeleteSchema',

  async run(scope, ref: RegistrySchemaRef): Promise<RegistrySchema> {
    await authorizeSchema(scope, ref);
    const schema = await requireSchema(scope, ref, 'held');
    await deleteSchemaRow(scope.tx, schema.id);
    await untagDeleted(scope, 'schema', [schema.id]);
    return schema;
  },
});
