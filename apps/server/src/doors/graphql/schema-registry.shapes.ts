import { validate } from '@lakewarden/aws-wire';
import {
  type RegistrySchema,
  type RegistrySchemaRef,
  registrySchemaRef,
  type SchemaRegistry,
  schemaRegistryRef,
  type SchemaVersion,
  schemaVersionRef,
} from '@lakewarden/catalog';
import type { Caller } from '@lakewarden/kernel';
import { z } from 'zod';

import { catalogId } from '../aws/glue/shapes.ts';
import { newTags } from '../aws/glue/schema-registry.shapes.ts';

export const MAX_PAGE = 100;

export interface InCatalog {
  readonly catalogId?: string | null;
}

export interface RegistryName extends InCatalog {
  readonly name: string;
}

export interface SchemaName extends RegistryName {
  readonly registry: string;
}

/** @throws ValidationException */
export const ownerOf = (caller: Caller, { catalogId: asked }: InCatalog): string =>
  validate(z.object({ catalogId: catalogId.nullable() }), { catalogId: asked }).catalogId ?? caller.accountId;

/** @throws ValidationException */
export const tagsOf = (tags: unknown) =>
  validate(z.object({ tags: newTags.nullable() }), { tags }).tags ?? undefined;

export const registryRefOf = (caller: Caller, asked: RegistryName) =>
  schemaRegistryRef(caller, { RegistryName: asked.name }, ownerOf(caller, asked));

export const schemaRefOf = (caller: Caller, asked: SchemaName): RegistrySchemaRef =>
  registrySchemaRef(caller, { RegistryName: asked.registry, SchemaName: asked.name }, ownerOf(caller, asked));

export const versionRefOf = (caller: Caller, asked: InCatalog & { readonly id: string }) =>
  schemaVersionRef(caller, { SchemaVersionId: asked.id }, ownerOf(caller, asked));

export const toRegistryNode = ({ id: _id, ...registry }: SchemaRegistry) => registry;
export type RegistryNode = ReturnType<typeof toRegistryNode>;

export const toSchemaNode = ({ id: _id, registryId: _registryId, ...schema }: RegistrySchema) => schema;
export type SchemaNode = ReturnType<typeof toSchemaNode>;

/** What else is asked of it is read by its id. */
export const toVersionNode = (
  { catalogId: owner }: Pick<RegistrySchema, 'catalogId'>,
  { id, number, status, createdAt }: SchemaVersion,
) => ({ catalogId: owner, id, number, status, createdAt });
export type VersionNode = ReturnType<typeof toVersionNode>;
