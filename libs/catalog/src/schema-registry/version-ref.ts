import { type Caller, invalid, notFound, type LakewardenError, type ReadScope } from '@lakewarden/kernel';

import { authorizeFoundSchema, authorizeSchema } from './authorization.ts';
import {
  type AskedSchema,
  badCharacters,
  badLength,
  noSchemaNamed,
  registrySchemaRef,
  type RegistrySchemaRef,
  schemaWords,
} from './parameters.ts';
import { MAX_VERSION_NUMBER } from './quotas.ts';
import { findHomeOfVersion, findVersion } from './schema-version.repository.ts';
import type { RegistrySchema, SchemaVersionWithDefinition } from './schema-registry.ts';
import { requireSchema } from './require-schema.ts';

/** A number, or whichever is the latest that fits. */
export type VersionChoice = number | 'latest';

/** A version, as a caller says it. */
export type SchemaVersionRef =
  | { readonly id: string; readonly catalogId: string }
  | { readonly schema: RegistrySchemaRef; readonly choice: VersionChoice };

export interface AskedVersionNumber {
  readonly LatestVersion?: boolean | undefined;
  readonly VersionNumber?: number | undefined;
}

export interface AskedVersion {
  readonly SchemaId?: AskedSchema | undefined;
  readonly SchemaVersionId?: string | undefined;
  readonly SchemaVersionNumber?: AskedVersionNumber | undefined;
}

const UUID = /^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$/;

/** @throws InvalidInputException */
export function versionChoice({ LatestVersion, VersionNumber }: AskedVersionNumber): VersionChoice {
  if (LatestVersion === true && VersionNumber !== undefined) {
    throw invalid('Only one of VersionNumber or LatestVersion is required.');
  }
  if (LatestVersion === true) return 'latest';
  if (VersionNumber === undefined) throw noVersionNamed();
  if (!Number.isInteger(VersionNumber) || VersionNumber < 1 || VersionNumber > MAX_VERSION_NUMBER) {
    throw badLength('versionNumber');
  }
  return VersionNumber;
}

const noVersionNamed = (): LakewardenError =>
  invalid('One of version number (or) latest version is required.');

/** @throws InvalidInputException */
export function schemaVersionRef(
  caller: Caller,
  { SchemaId: schema, SchemaVersionId: id, SchemaVersionNumber: number }: AskedVersion,
  catalogId: string = caller.accountId,
): SchemaVersionRef {
  if (id !== undefined) {
    if (schema !== undefined || number !== undefined) {
      throw invalid('No other input parameters can be specified when fetching by SchemaVersionId.');
    }
    if (!UUID.test(id)) throw badCharacters('SchemaVersionId');
    return { id, catalogId };
  }
  if (schema === undefined) throw noSchemaNamed();
  if (number === undefined) throw noVersionNamed();
  return { schema: registrySchemaRef(caller, schema, catalogId), choice: versionChoice(number) };
}

/** A version in its schema. */
export interface FoundVersion {
  readonly schema: RegistrySchema;
  readonly version: SchemaVersionWithDefinition;
}

const noSuchVersionId = (id: string): LakewardenError =>
  notFound(`Schema version is not found. SchemaVersionId: ${id}`);

const noSuchVersion = (ref: RegistrySchemaRef, choice: VersionChoice): LakewardenError =>
  notFound(
    `Schema version is not found. ${schemaWords(ref)}, VersionNumber: ${choice === 'latest' ? 'null' : String(choice)}, ` +
      `isLatestVersion: ${String(choice === 'latest')}`,
  );

/** @throws EntityNotFoundException */
export async function requireVersionOf(
  scope: ReadScope,
  schema: RegistrySchema,
  ref: RegistrySchemaRef,
  choice: VersionChoice,
): Promise<SchemaVersionWithDefinition> {
  const number = choice === 'latest' ? schema.latestVersion : choice;
  const version = number === undefined ? undefined : await findVersion(scope.tx, schema.id, number);
  if (version === undefined) throw noSuchVersion(ref, choice);
  return version;
}

/**
 * Authorizes, and then looks.
 * @param lock `held`: nobody else changes the schema, or its versions, until the transaction ends
 * @throws EntityNotFoundException
 */
export async function requireVersion(
  scope: ReadScope,
  ref: SchemaVersionRef,
  lock?: 'held',
): Promise<FoundVersion> {
  if ('schema' in ref) {
    await authorizeSchema(scope, ref.schema);
    const schema = await requireSchema(scope, ref.schema, lock);
    return { schema, version: await requireVersionOf(scope, schema, ref.schema, ref.choice) };
  }
  const home = await findHomeOfVersion(scope.tx, ref.catalogId, ref.id);
  const named = home && { catalogId: ref.catalogId, registry: home.registry, name: home.name };
  await authorizeFoundSchema(scope, ref.catalogId, named);
  if (home === undefined || named === undefined) throw noSuchVersionId(ref.id);
  const schema = await requireSchema(scope, named, lock);
  const version = await findVersion(scope.tx, schema.id, home.number);
  // Deleted meanwhile, schema and all, and made again under its name.
  if (version?.id !== ref.id) throw noSuchVersionId(ref.id);
  return { schema, version };
}
