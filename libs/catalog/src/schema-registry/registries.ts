import {
  defineRead,
  defineWrite,
  LakewardenError,
  type Page,
  type PageRequest,
  type ReadScope,
  schemaRegistryArn,
  toPage,
  type WriteScope,
} from '@lakewarden/kernel';

import type { Tags } from '../tag/tag.ts';
import { tagNew, untagDeleted } from '../tag/tags.ts';
import { authorizeEveryRegistry, authorizeRegistry, homeOf } from './authorization.ts';
import { noSuchRegistry, type SchemaRegistryRef } from './parameters.ts';
import { REGISTRIES_PER_ACCOUNT } from './quotas.ts';
import {
  countRegistries,
  deleteRegistryRow,
  findRegistry,
  holdRegistriesOf,
  insertRegistry,
  listRegistryRows,
  updateRegistryRow,
} from './registry.repository.ts';
import { schemaIdsOf } from './schema.repository.ts';
import type { SchemaRegistry } from './schema-registry.ts';

export const tooMany = (what: string): LakewardenError =>
  new LakewardenError(
    'ResourceNumberLimitExceededException',
    `More ${what} cannot be created. The maximum limit has been reached.`,
  );

/** @throws EntityNotFoundException */
export async function requireRegistry(
  scope: ReadScope,
  ref: SchemaRegistryRef,
  lock?: 'held',
): Promise<SchemaRegistry> {
  const isElsewhere = ref.region !== undefined && ref.region !== scope.home.region;
  const registry = isElsewhere
    ? undefined
    : await findRegistry(scope.tx, homeOf(scope, ref.catalogId), ref.name, lock);
  if (registry === undefined) throw noSuchRegistry(ref);
  return registry;
}

/**
 * @throws ResourceNumberLimitExceededException the account is full
 * @throws AlreadyExistsException the name is taken
 */
export async function makeRegistry(
  scope: WriteScope,
  ref: { readonly catalogId: string; readonly name: string },
  description?: string,
): Promise<SchemaRegistry> {
  await holdRegistriesOf(scope.tx, ref.catalogId);
  if ((await countRegistries(scope.tx, ref.catalogId)) >= REGISTRIES_PER_ACCOUNT) {
    throw tooMany('registries');
  }
  const registry: SchemaRegistry = {
    id: scope.newId<'SchemaRegistry'>(),
    catalogId: ref.catalogId,
    name: ref.name,
    arn: schemaRegistryArn(homeOf(scope, ref.catalogId), ref.name),
    ...(description !== undefined && { description }),
    createdAt: scope.now,
    updatedAt: scope.now,
  };
  await insertRegistry(scope.tx, registry);
  return registry;
}

export interface CreateRegistry {
  readonly registry: SchemaRegistryRef;
  readonly description?: string | undefined;
  readonly tags?: Tags | undefined;
}

/** @throws AlreadyExistsException, ResourceNumberLimitExceededException */
export const createRegistry = defineWrite({
  action: 'glue:CreateRegistry',

  async run(scope, command: CreateRegistry): Promise<SchemaRegistry> {
    await authorizeRegistry(scope, command.registry);
    const registry = await makeRegistry(scope, command.registry, command.description);
    await tagNew(scope, { kind: 'registry', id: registry.id }, command.tags);
    return registry;
  },
});

/** @throws EntityNotFoundException */
export const getRegistry = defineRead({
  action: 'glue:GetRegistry',

  async run(scope, ref: SchemaRegistryRef): Promise<SchemaRegistry> {
    await authorizeRegistry(scope, ref);
    return requireRegistry(scope, ref);
  },
});

export interface ListRegistries extends PageRequest {
  readonly catalogId: string;
}

/** By name. */
export const listRegistries = defineRead({
  action: 'glue:ListRegistries',

  async run(scope, command: ListRegistries): Promise<Page<SchemaRegistry>> {
    await authorizeEveryRegistry(scope, command.catalogId);
    const question = ['ListRegistries', command.catalogId, scope.caller.arn];
    const after = command.token === undefined ? '' : scope.tokens.open(question, command.token).toString();
    const rows = await listRegistryRows(scope.tx, homeOf(scope, command.catalogId), after, command.limit + 1);
    return toPage(rows, command.limit, (last) => scope.tokens.issue(question, Buffer.from(last.name)));
  },
});

export interface UpdateRegistry {
  readonly registry: SchemaRegistryRef;
  readonly description: string | undefined;
}

/** @throws EntityNotFoundException */
export const updateRegistry = defineWrite({
  action: 'glue:UpdateRegistry',

  async run(scope, { registry: ref, description }: UpdateRegistry): Promise<SchemaRegistry> {
    await authorizeRegistry(scope, ref);
    const { description: _before, ...registry } = await requireRegistry(scope, ref, 'held');
    await updateRegistryRow(scope.tx, registry.id, description, scope.now);
    return { ...registry, ...(description !== undefined && { description }), updatedAt: scope.now };
  },
});

/** With its schemas and their versions, at once: what is answered as DELETING is gone. @throws EntityNotFoundException */
export const deleteRegistry = defineWrite({
  action: 'glue:DeleteRegistry',

  async run(scope, ref: SchemaRegistryRef): Promise<SchemaRegistry> {
    await authorizeRegistry(scope, ref);
    const registry = await requireRegistry(scope, ref, 'held');
    await untagDeleted(scope, 'schema', await schemaIdsOf(scope.tx, registry.id));
    await untagDeleted(scope, 'registry', [registry.id]);
    await deleteRegistryRow(scope.tx, registry.id);
    return registry;
  },
});
