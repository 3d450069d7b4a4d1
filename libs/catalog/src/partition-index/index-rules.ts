import { alreadyExists, invalid, LakewardenError, type WriteScope } from '@lakewarden/kernel';

import { HIVE_NULL, keyFamily, parseTyped } from '../expression/index.ts';
import { foldName } from '../names.ts';
import { indexChange, type Table } from '../table/table.ts';
import type { BackfillError, IndexKey, PartitionIndex } from './partition-index.ts';
import { insertPartitionIndex } from './partition-index.repository.ts';

/** What a client asks for: names only. */
export interface IndexRequest {
  readonly indexName: string;
  readonly keys: readonly string[];
}

export const MAX_PARTITION_INDEXES = 3;

/** spec/catalog.md §7: text, integers and dates; not timestamp, decimal or anything else. */
const INDEXABLE = new Set(['string', 'integer', 'date']);

const isFailed = (index: PartitionIndex): boolean => index.status === 'FAILED';

/**
 * @returns the asked keys with the table's types, in the asked order
 * @throws InvalidInputException a key is unknown, repeats, or has a type that cannot be indexed
 */
export function typedIndexKeys(table: Table, names: readonly string[]): IndexKey[] {
  // Partition keys are stored in lower case (spec/catalog.md §2), so a client's `Year` means `year`.
  const asked = names.map(foldName);
  const keys = asked.flatMap((name) => table.partitionKeys.find((key) => key.Name === name) ?? []);
  if (keys.length < asked.length) {
    const unknown = asked.filter((name) => !keys.some((key) => key.Name === name));
    // Glue's own wording: clients and their tests match on it (spec/catalog.md §7).
    throw invalid(`IndexKeys not a part of PartitionColumns. Verify the indexKeys : [${unknown.join(', ')}]`);
  }
  if (new Set(asked).size < asked.length) {
    throw invalid(`An index names each key once: [${asked.join(', ')}]`);
  }
  for (const { Name: name, Type: type } of keys) {
    if (!INDEXABLE.has(keyFamily(type) ?? '')) {
      throw invalid(`Partition key ${name} has type ${type}, which cannot be indexed.`);
    }
  }
  return keys.map(({ Name: name, Type: type }) => ({ name, type }));
}

const sameKeys = (a: readonly IndexKey[], b: readonly IndexKey[]): boolean =>
  a.length === b.length && a.every((key, i) => key.name === b[i]?.name);

/** @throws AlreadyExistsException, ResourceNumberLimitExceededException */
export function refuseIfTaken(
  existing: readonly PartitionIndex[],
  name: string,
  keys: readonly IndexKey[],
): void {
  const live = existing.filter((index) => !isFailed(index));
  if (live.some((index) => index.name === name)) {
    throw alreadyExists(`Partition Index ${name} already exists with the same name.`);
  }
  const same = live.find((index) => sameKeys(index.keys, keys));
  if (same !== undefined)
    throw alreadyExists(`Partition Index ${same.name} already exists with the same keys.`);
  const busy = live.find((index) => index.status !== 'ACTIVE');
  if (busy !== undefined) {
    throw new LakewardenError(
      'ResourceNumberLimitExceededException',
      `Index ${busy.name} is in ${busy.status} state. Only 1 index can be created or deleted simultaneously per table.`,
    );
  }
  if (live.length >= MAX_PARTITION_INDEXES) {
    throw new LakewardenError(
      'ResourceNumberLimitExceededException',
      `Partition index limit exceeded. Maximum: ${String(MAX_PARTITION_INDEXES)}`,
    );
  }
}

export const newPartitionIndex = (
  scope: WriteScope,
  table: Table,
  name: string,
  keys: readonly IndexKey[],
  status: PartitionIndex['status'],
): Omit<PartitionIndex, 'no'> => ({
  id: scope.newId<'PartitionIndex'>(),
  tableId: table.id,
  name,
  keys,
  status,
  backfillErrors: [],
  builtCount: 0,
  builtThrough: Buffer.alloc(0),
  createdAt: scope.now,
});

/** CreateTable's own indexes: a table without partitions has nothing to build. */
export async function createIndexesWithTable(
  scope: WriteScope,
  table: Table,
  requests: readonly IndexRequest[],
): Promise<void> {
  const made: PartitionIndex[] = [];
  for (const { indexName, keys: names } of requests) {
    const keys = typedIndexKeys(table, names);
    refuseIfTaken(made, indexName, keys);
    const index = newPartitionIndex(scope, table, indexName, keys, 'ACTIVE');
    await insertPartitionIndex(scope.tx, index);
    scope.changed(indexChange(table, 'CREATED', index));
    made.push({ ...index, no: '' });
  }
}

/**
 * Once an index exists, key names stay, and so do type and order of indexed keys (spec/catalog.md §7).
 * @throws InvalidInputException
 */
export function refuseChangedIndexedKeys(
  before: Table,
  after: Table,
  indexes: readonly PartitionIndex[],
): void {
  const live = indexes.filter((index) => !isFailed(index));
  if (live.length === 0) return;
  const renamed =
    before.partitionKeys.length !== after.partitionKeys.length ||
    before.partitionKeys.some((key, i) => key.Name !== after.partitionKeys[i]?.Name);
  if (renamed) {
    throw invalid(
      `Table ${before.name} has partition indexes: its partition keys cannot be renamed, added or removed.`,
    );
  }
  const indexed = new Set(live.flatMap((index) => index.keys.map((key) => key.name)));
  for (const [i, key] of before.partitionKeys.entries()) {
    if (indexed.has(key.Name) && key.Type !== after.partitionKeys[i]?.Type) {
      throw invalid(`Partition key ${key.Name} is indexed: its type cannot change.`);
    }
  }
}

/** Characters that an indexed value may not hold (spec/catalog.md §7). */
const FORBIDDEN = ['\u0000', '\u0001', '\u0002'];

/** Why these values cannot stand in an index over these keys; undefined when they can. */
export function unfitForIndex(
  table: Table,
  keys: readonly IndexKey[],
  values: readonly string[],
): { code: BackfillError['Code']; message: string } | undefined {
  for (const { name, type } of keys) {
    const value = values[table.partitionKeys.findIndex((key) => key.Name === name)];
    if (value === undefined || value === '') {
      return { code: 'MISSING_PARTITION_VALUE_ERROR', message: `The indexed key ${name} has no value.` };
    }
    if (FORBIDDEN.some((char) => value.includes(char))) {
      return {
        code: 'UNSUPPORTED_PARTITION_CHARACTER_ERROR',
        message: `The value of the indexed key ${name} has a character that an index cannot hold.`,
      };
    }
    const family = keyFamily(type);
    if (family === undefined || family === 'string' || value === HIVE_NULL) continue;
    if (parseTyped(family, value) === undefined) {
      return {
        code: 'INVALID_PARTITION_TYPE_DATA_ERROR',
        message: `The indexed key ${name} has type ${type}: "${value}" does not fit it.`,
      };
    }
  }
  return undefined;
}

/** An index whose keys lead the table's own is served by the table's own order and needs no entries. */
export const followsTableOrder = (table: Table, index: Pick<PartitionIndex, 'keys'>): boolean =>
  index.keys.every((key, i) => key.name === table.partitionKeys[i]?.Name);
