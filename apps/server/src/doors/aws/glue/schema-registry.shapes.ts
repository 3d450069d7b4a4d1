import type { RegistrySchema, SchemaRegistry, SchemaVersion } from '@lakewarden/catalog';
import { z } from 'zod';

import { tagKey } from './shapes.ts';

/**
 * The registry answers InvalidInputException, in words of its own, where the rest of Glue answers ValidationException:
 * the catalog knows its bounds, and these shapes say only what is text (spec/catalog.md §15).
 */
export const anyText = z.string();

export const registryId = z.object({ RegistryName: anyText.optional(), RegistryArn: anyText.optional() });
export const schemaId = z.object({
  SchemaArn: anyText.optional(),
  SchemaName: anyText.optional(),
  RegistryName: anyText.optional(),
});
export const versionNumber = z.object({
  LatestVersion: z.boolean().optional(),
  VersionNumber: z.number().optional(),
});
export const askedVersion = z.object({
  SchemaId: schemaId.optional(),
  SchemaVersionId: anyText.optional(),
  SchemaVersionNumber: versionNumber.optional(),
});
export const newTags = z.record(tagKey, z.string().max(256)).optional();

/** Times of the registry are text. */
const times = ({ createdAt, updatedAt }: { readonly createdAt: Date; readonly updatedAt: Date }) => ({
  CreatedTime: createdAt.toISOString(),
  UpdatedTime: updatedAt.toISOString(),
});

export const toRegistryShape = (registry: SchemaRegistry) => ({
  RegistryName: registry.name,
  RegistryArn: registry.arn,
  Description: registry.description,
  Status: 'AVAILABLE',
  ...times(registry),
});

export const toSchemaItem = (schema: RegistrySchema) => ({
  RegistryName: schema.registry,
  SchemaName: schema.name,
  SchemaArn: schema.arn,
  Description: schema.description,
  SchemaStatus: 'AVAILABLE',
  ...times(schema),
});

export const toSchemaShape = (schema: RegistrySchema) => ({
  ...toSchemaItem(schema),
  RegistryArn: schema.registryArn,
  DataFormat: schema.dataFormat,
  Compatibility: schema.compatibility,
  SchemaCheckpoint: schema.checkpoint,
  LatestSchemaVersion: schema.latestVersion,
  NextSchemaVersion: schema.nextVersion,
});

export const toVersionItem = (schema: RegistrySchema, version: SchemaVersion) => ({
  SchemaArn: schema.arn,
  SchemaVersionId: version.id,
  VersionNumber: version.number,
  Status: version.status,
  CreatedTime: version.createdAt.toISOString(),
});
