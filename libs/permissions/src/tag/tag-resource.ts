import { holdTable, type TableRef } from '@lakewarden/catalog';
import {
  defineWrite,
  invalid,
  LakewardenError,
  notFound,
  type Permission,
  type ReadScope,
  type WriteScope,
} from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import { resolveForGranting } from '../grant/grant-permissions.ts';
import {
  catalogIdOf,
  describeAsked,
  type GrantResource,
  type ResolvedResource,
} from '../grant/granted-resource.ts';
import { foldTag, type LFTag } from './lf-tag.ts';
import { findLFTags, lockLFTags, lockTagsOf } from './lf-tag.repository.ts';
import { listValuesOn, putTag, type TaggedThing, takeTag } from './tag-assignment.repository.ts';
import { taggingChanged } from './tag-changes.ts';
import { insufficient, mayOnTag, seesEveryTag } from './tag-permission.ts';

/** A tag as a request names it: one value, of one catalog. */
export interface LFTagPair {
  readonly catalogId?: string | undefined;
  readonly key: string;
  readonly values: readonly string[];
}

export interface TagResourceCommand {
  readonly catalogId: string;
  readonly resource: GrantResource;
  readonly tags: readonly LFTagPair[];
}

/** What could not be done, by the pair's place in the request. */
export interface TagFailure {
  readonly index: number;
  readonly error: LakewardenError;
}

/** What carries tags. */
type Taggable = Extract<GrantResource, { readonly kind: 'Database' | 'Table' | 'TableWithColumns' }>;

/** @throws InvalidInputException */
function taggable(resource: GrantResource): Taggable {
  switch (resource.kind) {
    case 'Database':
    case 'Table':
      return resource;
    case 'TableWithColumns':
      if (resource.columns.kind === 'include') return resource;
      throw invalid('LF-tags are assigned to columns by ColumnNames, not by a ColumnWildcard.');
    case 'Catalog':
    case 'TableWildcard':
    case 'DataCellsFilter':
    case 'DataLocation':
    case 'LFTag':
    case 'LFTagPolicy':
    case 'LFTagExpression':
      throw invalid(
        `LF-tags are assigned to a Database, Table or TableWithColumns, not to a ${resource.kind}.`,
      );
  }
}

/**
 * As Lake Formation has it: a tag shows the resource to whoever holds a policy on it, so that it takes what it would
 * take to grant all of that.
 */
const PASSED_ON: Readonly<Record<Taggable['kind'], readonly [Permission, ...Permission[]]>> = {
  Database: ['DESCRIBE', 'ALTER', 'DROP', 'CREATE_TABLE'],
  Table: ['DESCRIBE', 'SELECT', 'INSERT', 'DELETE', 'ALTER', 'DROP'],
  TableWithColumns: ['DESCRIBE', 'SELECT', 'INSERT', 'DELETE', 'ALTER', 'DROP'],
};

const tableOf = (resource: Taggable): TableRef | undefined =>
  resource.kind === 'Database' ? undefined : resource.table;

const toThing = (resource: Taggable, { databaseId = '', tableId }: ResolvedResource): TaggedThing => ({
  databaseId,
  tableId,
  ...(resource.kind === 'TableWithColumns' &&
    resource.columns.kind !== 'all' && { columns: resource.columns.names }),
});

/**
 * The thing by its ids. Nobody drops a column of it, or tags it, until the transaction ends.
 * @throws AccessDeniedException, EntityNotFoundException as granting on it does
 */
async function holdThing(scope: WriteScope, resource: Taggable): Promise<TaggedThing> {
  const permissions = PASSED_ON[resource.kind];
  const seen = await resolveForGranting(scope, resource, permissions, {});
  await lockLFTags(scope.tx, catalogIdOf(resource), 'shared');
  await lockTagsOf(scope.tx, seen.tableId ?? seen.databaseId ?? '');
  const table = tableOf(resource);
  if (table === undefined) return toThing(resource, seen);
  await holdTable(scope, table);
  return toThing(resource, await resolveForGranting(scope, resource, permissions, {}));
}

/** A pair that the caller may assign and remove. @throws InvalidInputException, EntityNotFoundException, AccessDeniedException */
async function requirePair(
  scope: ReadScope,
  catalogId: string,
  pair: LFTagPair,
): Promise<{ readonly tag: LFTag; readonly value: string }> {
  if (pair.catalogId !== undefined && pair.catalogId !== catalogId) {
    throw invalid(
      `LF-tag ${foldTag(pair.key)} is of account ${pair.catalogId}, the resource of ${catalogId}.`,
    );
  }
  const [value, ...others] = pair.values.map(foldTag);
  const key = foldTag(pair.key);
  if (value === undefined || others.length > 0) {
    throw invalid(
      `LF-tag ${key}: a resource holds one value of a key, and TagValues names ${String(pair.values.length)}.`,
    );
  }
  const [tag] = await findLFTags(scope.tx, catalogId, [key]);
  if (tag?.values.includes(value) === true) {
    await permitAssociate(scope, tag, value);
    return { tag, value };
  }
  if (!(await seesEveryTag(scope, catalogId))) throw insufficient('ASSOCIATE', `LF-tag ${key}=${value}`);
  throw notFound(tag === undefined ? `LF-tag ${key} not found.` : `LF-tag ${key} has no value ${value}.`);
}

async function permitAssociate(scope: ReadScope, tag: LFTag, value: string): Promise<void> {
  if (await mayOnTag(scope, tag, 'ASSOCIATE', value)) return;
  throw insufficient('ASSOCIATE', `LF-tag ${tag.key}=${value}`);
}

async function assign(scope: WriteScope, thing: TaggedThing, tag: LFTag, value: string): Promise<void> {
  const before = await listValuesOn(scope.tx, thing, tag.id);
  // Putting one value in place of another takes the other away.
  for (const { value: old } of before) {
    if (old !== value && !(await mayOnTag(scope, tag, 'ASSOCIATE', old))) {
      throw insufficient('ASSOCIATE', `LF-tag ${tag.key}, another value of which the resource has`);
    }
  }
  await putTag(scope.tx, thing, tag.id, value);
}

async function unassign(
  scope: WriteScope,
  thing: TaggedThing,
  resource: Taggable,
  { tag, value }: { readonly tag: LFTag; readonly value: string },
): Promise<void> {
  const there = (await listValuesOn(scope.tx, thing, tag.id)).filter((each) => each.value === value);
  const bare = (thing.columns ?? ['']).filter((name) => !there.some(({ column }) => column === name));
  if (bare.length > 0) {
    const on = bare.filter((name) => name !== '').map((name) => `column ${name} of `);
    // What is inherited is removed where it was put.
    throw notFound(
      `LF-tag ${tag.key}=${value} is not assigned to ${on.join('')}${describeAsked(resource)} itself.`,
    );
  }
  await takeTag(scope.tx, thing, tag.id);
}

/** Each tag by itself: what can be done is done, the rest is told. */
async function eachTag(
  scope: WriteScope,
  { catalogId, resource, tags }: TagResourceCommand,
  change: (thing: TaggedThing, on: Taggable, pair: Awaited<ReturnType<typeof requirePair>>) => Promise<void>,
): Promise<readonly TagFailure[]> {
  await authorizeLake(scope, catalogId);
  const on = taggable(resource);
  if (catalogIdOf(on) !== catalogId) {
    throw invalid(`Resource is of account ${catalogIdOf(on)}, the request of ${catalogId}.`);
  }
  if (tags.length === 0) throw invalid('LFTags names no LF-tag.');
  const thing = await holdThing(scope, on);
  const failures: TagFailure[] = [];
  const done = new Set<string>();
  for (const [index, pair] of tags.entries()) {
    try {
      if (done.has(foldTag(pair.key))) throw invalid(`LFTags names the key ${foldTag(pair.key)} twice.`);
      done.add(foldTag(pair.key));
      await change(thing, on, await requirePair(scope, catalogId, pair));
    } catch (error) {
      if (!(error instanceof LakewardenError) || error.code === 'ConcurrentModificationException')
        throw error;
      failures.push({ index, error });
    }
  }
  if (failures.length < tags.length) taggingChanged(scope, catalogId, thing);
  return failures;
}

/**
 * A value that the resource has of the same key is replaced; what it inherits is overridden.
 *
 * @returns what could not be assigned; the rest is
 * @throws AccessDeniedException the caller may not pass on all that there is to hold on the resource
 * @throws ConcurrentModificationException the resource is being dropped
 * @see spec/permissions.md §7
 */
export const addLFTagsToResource = defineWrite({
  action: 'lakeformation:AddLFTagsToResource',

  run: (scope, command: TagResourceCommand) =>
    eachTag(scope, command, (thing, _on, { tag, value }) => assign(scope, thing, tag, value)),
});

/** From the resource itself: what it inherits stays. @returns what could not be removed; the rest is */
export const removeLFTagsFromResource = defineWrite({
  action: 'lakeformation:RemoveLFTagsFromResource',

  run: (scope, command: TagResourceCommand) =>
    eachTag(scope, command, (thing, on, pair) => unassign(scope, thing, on, pair)),
});
