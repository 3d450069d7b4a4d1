import {
  defineRead,
  defineWrite,
  invalid,
  type LakewardenError,
  notFound,
  type Page,
  type PageRequest,
  toPage,
  type WriteScope,
} from '@lakewarden/kernel';

import { authorizeEveryRegistry, authorizeSchema } from './authorization.ts';
import { isCompatible } from './compatibility.ts';
import { parseDefinition, requireDefinition } from './definition.ts';
import { DefinitionFault } from './definition-fault.ts';
import { jsonPatch, type PatchOperation } from './json-patch.ts';
import { badCharacters, noSuchSchema, type RegistrySchemaRef, schemaWords } from './parameters.ts';
import { MAX_VERSION_NUMBER } from './quotas.ts';
import { type Registered, registerVersion } from './register.ts';
import { requireSchema } from './require-schema.ts';
import { updateSchemaRow } from './schema.repository.ts';
import type { DataFormat, RegistrySchema, SchemaVersion } from './schema-registry.ts';
import {
  availableAround,
  deleteVersionRows,
  findVersionByHash,
  listVersionRows,
} from './schema-version.repository.ts';
import {
  type FoundVersion,
  requireVersion,
  requireVersionOf,
  type SchemaVersionRef,
  type VersionChoice,
} from './version-ref.ts';

export interface RegisterSchemaVersion {
  readonly schema: RegistrySchemaRef;
  readonly definition: string;
}

const disabled = ({ arn, name, registry }: RegistrySchemaRef): LakewardenError =>
  invalid(
    'Compatibility DISABLED does not allow versioning. SchemaId: ' +
      `SchemaId(schemaArn=${arn ?? 'null'}, schemaName=${name}, registryName=${registry})`,
  );

/**
 * @returns the version; the one that is there when the definition is the same; in status FAILURE when it does not fit
 * @throws EntityNotFoundException, InvalidInputException, ResourceNumberLimitExceededException
 * @see spec/catalog.md §13
 */
export const registerSchemaVersion = defineWrite({
  action: 'glue:RegisterSchemaVersion',

  async run(scope, command: RegisterSchemaVersion): Promise<Registered> {
    await authorizeSchema(scope, command.schema);
    const schema = await requireSchema(scope, command.schema, 'held');
    if (schema.compatibility === 'DISABLED' && schema.nextVersion > 1) throw disabled(command.schema);
    const definition = requireDefinition(schema.dataFormat, command.definition);
    return registerVersion(scope, schema, command.definition, definition);
  },
});

/** @throws EntityNotFoundException */
export const getSchemaVersion = defineRead({
  action: 'glue:GetSchemaVersion',

  run: (scope, ref: SchemaVersionRef): Promise<FoundVersion> => requireVersion(scope, ref),
});

/** The same definition, whatever white space and order its members are written in. @throws EntityNotFoundException */
export const getSchemaByDefinition = defineRead({
  action: 'glue:GetSchemaByDefinition',

  async run(scope, command: RegisterSchemaVersion): Promise<Registered> {
    await authorizeSchema(scope, command.schema);
    const schema = await requireSchema(scope, command.schema);
    const { hash } = requireDefinition(schema.dataFormat, command.definition);
    const version = await findVersionByHash(scope.tx, schema.id, hash);
    if (version === undefined) {
      throw noSuchSchema(command.schema);
    }
    return { schema, version };
  },
});

export interface ListSchemaVersions extends PageRequest {
  readonly schema: RegistrySchemaRef;
}

/** By number. @throws EntityNotFoundException the schema */
export const listSchemaVersions = defineRead({
  action: 'glue:ListSchemaVersions',

  async run(
    scope,
    command: ListSchemaVersions,
  ): Promise<{ readonly schema: RegistrySchema; readonly page: Page<SchemaVersion> }> {
    await authorizeSchema(scope, command.schema);
    const schema = await requireSchema(scope, command.schema);
    const question = ['ListSchemaVersions', schema.id, scope.caller.arn];
    const after =
      command.token === undefined ? 0 : Number(scope.tokens.open(question, command.token).toString());
    const rows = await listVersionRows(scope.tx, schema.id, after, command.limit + 1);
    const page = toPage(rows, command.limit, (last) =>
      scope.tokens.issue(question, Buffer.from(String(last.number))),
    );
    return { schema, page };
  },
});

export interface CheckSchemaVersionValidity {
  readonly catalogId: string;
  readonly dataFormat: DataFormat;
  readonly definition: string;
}

/** Changes nothing, and compares with nothing. @returns what is wrong with the definition, or that nothing is */
export const checkSchemaVersionValidity = defineRead({
  action: 'glue:CheckSchemaVersionValidity',

  async run(scope, command: CheckSchemaVersionValidity): Promise<{ readonly fault?: string }> {
    await authorizeEveryRegistry(scope, command.catalogId);
    try {
      parseDefinition(command.dataFormat, command.definition);
      return {};
    } catch (error) {
      if (!(error instanceof DefinitionFault)) throw error;
      return { fault: error.message };
    }
  },
});

export interface GetSchemaVersionsDiff {
  readonly schema: RegistrySchemaRef;
  readonly first: VersionChoice;
  readonly second: VersionChoice;
}

/** What turns the first into the second; of Protobuf, in the JSON of its descriptor. @throws EntityNotFoundException */
export const getSchemaVersionsDiff = defineRead({
  action: 'glue:GetSchemaVersionsDiff',

  async run(scope, command: GetSchemaVersionsDiff): Promise<readonly PatchOperation[]> {
    await authorizeSchema(scope, command.schema);
    const schema = await requireSchema(scope, command.schema);
    const [first, second] = [
      await requireVersionOf(scope, schema, command.schema, command.first),
      await requireVersionOf(scope, schema, command.schema, command.second),
    ].map(({ definition }) => requireDefinition(schema.dataFormat, definition).structure);
    return jsonPatch(first ?? null, second ?? null);
  },
});

/** The numbers from the first to the last of a range. */
export interface VersionRange {
  readonly first: number;
  readonly last: number;
}

/** `5` or `5-8`. @throws InvalidInputException */
export function versionRange(text: string): VersionRange {
  const [, from, to] = /^([1-9]\d{0,5})(?:-([1-9]\d{0,5}))?$/.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to ?? from)];
  if (from === undefined || first > last || last > MAX_VERSION_NUMBER) throw badCharacters('versions');
  return { first, last };
}

export interface DeleteSchemaVersions {
  readonly schema: RegistrySchemaRef;
  readonly versions: VersionRange;
}

export interface SchemaVersionFailure {
  readonly number: number;
  readonly error: LakewardenError;
}

export interface DeletedSchemaVersions {
  readonly schema: RegistrySchema;
  /** Of numbers that were not there. */
  readonly failures: readonly SchemaVersionFailure[];
}

const refuseRange = (words: string): LakewardenError => invalid(`${words} Nothing was deleted.`);

/** A version is needed where its neighbours would not fit each other without it. */
async function refuseNeeded(
  scope: WriteScope,
  schema: RegistrySchema,
  { first, last }: VersionRange,
): Promise<void> {
  const { before, after } = await availableAround(scope.tx, schema.id, first, last);
  if (before === undefined || after === undefined) return;
  const [earlier, later] = [before, after].map(({ definition }) =>
    requireDefinition(schema.dataFormat, definition),
  );
  if (earlier && later && !isCompatible(schema.compatibility, earlier, later)) {
    throw refuseRange(
      `Compatibility ${schema.compatibility} needs a version between ${String(before.number)} and ${String(after.number)}.`,
    );
  }
}

/**
 * Numbers are not given out again.
 * @throws InvalidInputException the range holds the first version, the checkpoint, or one that the others need
 */
export const deleteSchemaVersions = defineWrite({
  action: 'glue:DeleteSchemaVersions',

  async run(scope, command: DeleteSchemaVersions): Promise<DeletedSchemaVersions> {
    const { schema: ref, versions: range } = command;
    await authorizeSchema(scope, ref);
    const schema = await requireSchema(scope, ref, 'held');
    const holds = (number: number): boolean => range.first <= number && number <= range.last;
    if (holds(1)) throw refuseRange('The first version is deleted with its schema alone (DeleteSchema).');
    if (holds(schema.checkpoint)) {
      throw refuseRange(
        `Version ${String(schema.checkpoint)} is the checkpoint. Move it first (UpdateSchema).`,
      );
    }
    await refuseNeeded(scope, schema, range);
    const deleted = new Set(await deleteVersionRows(scope.tx, schema.id, range.first, range.last));
    const { before, after } = await availableAround(
      scope.tx,
      schema.id,
      schema.nextVersion,
      schema.nextVersion,
    );
    const { latestVersion: _before, ...rest } = schema;
    const latest = after ?? before;
    const left: RegistrySchema = {
      ...rest,
      ...(latest !== undefined && { latestVersion: latest.number }),
      updatedAt: scope.now,
    };
    await updateSchemaRow(scope.tx, left);
    return { schema: left, failures: absent(ref, range, deleted) };
  },
});

/** A range may be wider than the schema ever was; nobody needs a line for each number of it. */
const MAX_FAILURES = 1_000;

function absent(
  ref: RegistrySchemaRef,
  { first, last }: VersionRange,
  deleted: ReadonlySet<number>,
): SchemaVersionFailure[] {
  const failures: SchemaVersionFailure[] = [];
  for (let number = first; number <= last && failures.length < MAX_FAILURES; number += 1) {
    if (deleted.has(number)) continue;
    const words = `${schemaWords(ref)}, VersionNumber: ${String(number)}, isLatestVersion: false`;
    failures.push({ number, error: notFound(`Schema version is not found. ${words}`) });
  }
  return failures;
}
