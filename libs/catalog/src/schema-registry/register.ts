import { invalid, type WriteScope } from '@lakewarden/kernel';

import { isCompatible, predecessorsOf } from './compatibility.ts';
import { type Definition, requireDefinition } from './definition.ts';
import { VERSIONS_PER_SCHEMA } from './quotas.ts';
import { tooMany } from './registries.ts';
import { updateSchemaRow } from './schema.repository.ts';
import type { RegistrySchema, SchemaVersion, SchemaVersionWithDefinition } from './schema-registry.ts';
import {
  countVersions,
  findVersionByHash,
  insertVersion,
  listAvailable,
} from './schema-version.repository.ts';

/** Of earlier definitions that one new one is compared with: half a second of parsing, however they were written. */
const MAX_COMPARED_CHARS = 1_000_000;

/**
 * The earlier versions that the schema's mode compares with: the last one, or all from the checkpoint on
 * (docs/decisions/0010).
 */
async function predecessors(
  scope: WriteScope,
  schema: RegistrySchema,
): Promise<SchemaVersionWithDefinition[]> {
  const wanted = predecessorsOf(schema.compatibility);
  if (wanted === 'none') return [];
  if (wanted === 'last') return listAvailable(scope.tx, schema.id, 1, 1, MAX_COMPARED_CHARS);
  const all = await listAvailable(
    scope.tx,
    schema.id,
    schema.checkpoint,
    VERSIONS_PER_SCHEMA,
    MAX_COMPARED_CHARS,
  );
  const chars = all.reduce((sum, { definition }) => sum + definition.length, 0);
  if (chars > MAX_COMPARED_CHARS) {
    throw invalid(
      `${schema.compatibility} would compare with more than ${String(MAX_COMPARED_CHARS)} characters of earlier ` +
        'versions. Move the checkpoint (UpdateSchema) to a later one.',
    );
  }
  return all;
}

async function fits(scope: WriteScope, schema: RegistrySchema, definition: Definition): Promise<boolean> {
  const earlier = await predecessors(scope, schema);
  return earlier.every((version) =>
    isCompatible(schema.compatibility, requireDefinition(schema.dataFormat, version.definition), definition),
  );
}

export interface Registered {
  readonly schema: RegistrySchema;
  readonly version: SchemaVersion;
}

/**
 * One more version, numbered in turn. One that does not fit is kept too, as FAILURE: clients ask for its status by its
 * id. The same definition again is the version that it already is; one that failed is tried again, and keeps its
 * number while it still fails.
 *
 * Call it with the schema held, or new: whoever comes at the same time waits, and sees this version.
 */
export async function registerVersion(
  scope: WriteScope,
  schema: RegistrySchema,
  text: string,
  definition: Definition,
): Promise<Registered> {
  const same = await findVersionByHash(scope.tx, schema.id, definition.hash);
  if (same?.status === 'AVAILABLE') return { schema, version: same };
  const isAvailable = await fits(scope, schema, definition);
  if (same !== undefined && !isAvailable) return { schema, version: same };
  if ((await countVersions(scope.tx, schema.id)) >= VERSIONS_PER_SCHEMA) throw tooMany('schema versions');

  const version: SchemaVersionWithDefinition = {
    id: scope.newId<'SchemaVersion'>(),
    number: schema.nextVersion,
    status: isAvailable ? 'AVAILABLE' : 'FAILURE',
    definition: text,
    createdAt: scope.now,
  };
  const grown: RegistrySchema = {
    ...schema,
    nextVersion: version.number + 1,
    ...(isAvailable && { latestVersion: version.number }),
    updatedAt: scope.now,
  };
  await insertVersion(scope.tx, schema.id, version, definition.hash);
  await updateSchemaRow(scope.tx, grown);
  return { schema: grown, version };
}
