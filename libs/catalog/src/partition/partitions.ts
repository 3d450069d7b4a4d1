import {
  alreadyExists,
  defineRead,
  defineWrite,
  invalid,
  LakewardenError,
  notFound,
  type ReadScope,
  type WriteScope,
} from '@lakewarden/kernel';

import { isStorableText } from '../documents.ts';
import { entriesOf } from '../partition-index/index-entries.ts';
import { unfitForIndex } from '../partition-index/index-rules.ts';
import type { PartitionIndex } from '../partition-index/partition-index.ts';
import {
  deleteIndexEntries,
  insertIndexEntries,
  listPartitionIndexes,
} from '../partition-index/partition-index.repository.ts';
import { type AnyOf, seenByWriter } from '../permission.ts';
import { authorizeTable, type TableRef } from '../reference.ts';
import { droppedColumns } from '../statistics/column-statistics.ts';
import {
  deleteStatistics,
  deleteStatisticsOfPartitions,
  moveStatistics,
} from '../statistics/statistics.repository.ts';
import {
  added,
  notPermitted,
  partitionLocations,
  permitTableLocations,
  refusedTableLocations,
} from '../location.ts';
import { partitionChange, type Table } from '../table/table.ts';
import { lockTableAndLink, requireTable } from '../table/require-table.ts';
import { requireVisibleKeys } from '../table/visible-table.ts';
import type { Partition, PartitionFailure, PartitionInput } from './partition.ts';
import { visiblePartition } from './visible-partition.ts';
import {
  deletePartitionRows,
  findPartitions,
  identityOf,
  insertPartitions,
  replacePartition,
  type StoredPartition,
} from './partition.repository.ts';

/** The one wording for a partition that is not there (spec/catalog.md §15). */
export const noSuchPartition = () => notFound('Cannot find partition.');
const partitionExists = () => alreadyExists('Partition already exists.');

/**
 * As many values as keys, none empty, each storable.
 * @throws InvalidInputException
 */
export function refuseUnfitValues(table: Table, values: readonly string[]): void {
  if (values.length !== table.partitionKeys.length || values.length === 0) {
    throw invalid('The number of partition keys do not match the number of partition values');
  }
  for (const [i, value] of values.entries()) {
    const name = table.partitionKeys[i]?.Name ?? '';
    if (value === '') throw invalid(`The value of partition key ${name} is empty.`);
    if (!isStorableText(value))
      throw invalid(`The value of partition key ${name} has a character that cannot be stored.`);
  }
}

/** Indexes that writers keep in step: also the one that is being built. */
const keptIndexes = (indexes: readonly PartitionIndex[]): PartitionIndex[] =>
  indexes.filter(({ status }) => status === 'ACTIVE' || status === 'CREATING');

function refuseUnfitForIndexes(
  table: Table,
  indexes: readonly PartitionIndex[],
  values: readonly string[],
): void {
  for (const index of indexes) {
    const unfit = unfitForIndex(table, index.keys, values);
    if (unfit !== undefined) throw invalid(unfit.message);
  }
}

/** Splits a batch into what passes the check and what does not; only the field's own errors are per item. */
function sift<Item extends { readonly values: readonly string[] }>(
  items: readonly Item[],
  check: (item: Item) => void,
): { fit: Item[]; failures: PartitionFailure[] } {
  const fit: Item[] = [];
  const failures: PartitionFailure[] = [];
  for (const item of items) {
    try {
      check(item);
      fit.push(item);
    } catch (error) {
      if (!(error instanceof LakewardenError)) throw error;
      failures.push({ values: item.values, error });
    }
  }
  return { fit, failures };
}

interface HeldTable {
  readonly table: Table;
  readonly indexes: readonly PartitionIndex[];
}

/** spec/permissions.md §9: who may write the data may say where it lies. */
const ADD: AnyOf = ['ALTER', 'INSERT'];
const REMOVE: AnyOf = ['ALTER', 'DELETE'];

/** @throws AccessDeniedException also where he writes by LF-tags that hide a key: he would learn its values */
async function holdTable(scope: WriteScope, ref: TableRef, permissions: AnyOf): Promise<HeldTable> {
  await authorizeTable(scope, ref);
  const { table, decision } = await lockTableAndLink(scope, ref, permissions, 'shared', 'each');
  requireVisibleKeys(table, await seenByWriter(scope, table, decision));
  return { table, indexes: keptIndexes(await listPartitionIndexes(scope.tx, table.id)) };
}

async function addPartitions(
  scope: WriteScope,
  { table, indexes }: HeldTable,
  inputs: readonly PartitionInput[],
): Promise<PartitionFailure[]> {
  const identity = identityOf(table);
  const seen = new Set<string>();
  const refused = await refusedTableLocations(scope, table, inputs.flatMap(partitionLocations));
  const { fit, failures } = sift(inputs, (input) => {
    refuseUnfitValues(table, input.values);
    refuseUnfitForIndexes(table, indexes, input.values);
    const place = partitionLocations(input).find((location) => refused.includes(location));
    if (place !== undefined) throw notPermitted(place);
    const id = identity(input.values);
    if (seen.has(id)) throw partitionExists();
    seen.add(id);
  });
  if (fit.length === 0) return failures;
  const inserted = await insertPartitions(scope.tx, table, fit, scope.now);
  const made: (readonly string[])[] = [];
  for (const { values } of fit) {
    if (inserted.has(identity(values))) made.push(values);
    else failures.push({ values, error: partitionExists() });
  }
  await insertIndexEntries(scope.tx, entriesOf(table, indexes, made));
  if (made.length > 0) scope.changed(partitionChange(table, 'CREATED', made));
  return failures;
}

export interface CreatePartition {
  readonly table: TableRef;
  readonly partition: PartitionInput;
}

/** @throws AlreadyExistsException, InvalidInputException, EntityNotFoundException */
export const createPartition = defineWrite({
  action: 'glue:CreatePartition',

  async run(scope, command: CreatePartition): Promise<void> {
    const [failure] = await addPartitions(scope, await holdTable(scope, command.table, ADD), [
      command.partition,
    ]);
    if (failure !== undefined) throw failure.error;
  },
});

export interface BatchCreatePartition {
  readonly table: TableRef;
  readonly partitions: readonly PartitionInput[];
}

/** The good ones are made; the same values twice: the first wins. @returns what could not be made */
export const batchCreatePartition = defineWrite({
  action: 'glue:BatchCreatePartition',

  async run(scope, command: BatchCreatePartition): Promise<readonly PartitionFailure[]> {
    return addPartitions(scope, await holdTable(scope, command.table, ADD), command.partitions);
  },
});

export interface PartitionUpdate {
  readonly values: readonly string[];
  readonly partition: PartitionInput;
}

/** Statistics come along when the partition moves; those of columns that it has lost go. */
async function keepStatistics(
  scope: WriteScope,
  table: Table,
  before: PartitionInput,
  after: PartitionInput,
): Promise<void> {
  const columnsOf = ({ storageDescriptor }: PartitionInput) => ({
    columns: [...(storageDescriptor?.Columns ?? []), ...(table.definition.StorageDescriptor?.Columns ?? [])],
    partitionKeys: table.partitionKeys,
  });
  const dropped = droppedColumns(columnsOf(before), columnsOf(after));
  if (dropped.length > 0) {
    await deleteStatistics(scope.tx, { tableNo: table.no, partition: before.values }, dropped);
  }
  if (after.values.some((value, i) => value !== before.values[i])) {
    await moveStatistics(scope.tx, table.no, before.values, after.values);
  }
}

async function changePartition(
  scope: WriteScope,
  { table, indexes }: HeldTable,
  { values, partition }: PartitionUpdate,
): Promise<PartitionUpdate> {
  refuseUnfitValues(table, values);
  refuseUnfitValues(table, partition.values);
  refuseUnfitForIndexes(table, indexes, partition.values);
  const isMove = partition.values.some((value, i) => value !== values[i]);
  const found = await findPartitions(scope.tx, table, isMove ? [values, partition.values] : [values], true);
  const same = (a: readonly string[]) => (stored: StoredPartition) =>
    stored.partition.values.every((value, i) => value === a[i]);
  const current = found.find(same(values));
  if (current === undefined) throw noSuchPartition();
  if (isMove && found.some(same(partition.values))) throw partitionExists();

  await permitTableLocations(
    scope,
    table,
    added(partitionLocations(partition), partitionLocations(current.partition)),
  );
  await replacePartition(scope.tx, table, current.key, partition);
  await keepStatistics(scope, table, current.partition, partition);
  if (isMove) {
    await deleteIndexEntries(scope.tx, entriesOf(table, indexes, [values]));
    await insertIndexEntries(scope.tx, entriesOf(table, indexes, [partition.values]));
  }
  return { values: current.partition.values, partition };
}

/** One event for all that were updated, in their order. */
function announceUpdates(scope: WriteScope, table: Table, updates: readonly PartitionUpdate[]): void {
  if (updates.length === 0) return;
  const before = updates.map(({ values }) => values);
  const after = updates.map(({ partition }) => partition.values);
  const isMove = after.some((values, n) => values.some((value, i) => value !== before[n]?.[i]));
  scope.changed(partitionChange(table, 'UPDATED', after, isMove ? before : undefined));
}

export interface UpdatePartition extends PartitionUpdate {
  readonly table: TableRef;
}

/** Replaces the definition; other values move the partition. @throws EntityNotFoundException, AlreadyExistsException */
export const updatePartition = defineWrite({
  action: 'glue:UpdatePartition',

  async run(scope, command: UpdatePartition): Promise<void> {
    const held = await holdTable(scope, command.table, ['ALTER']);
    announceUpdates(scope, held.table, [await changePartition(scope, held, command)]);
  },
});

export interface BatchUpdatePartition {
  readonly table: TableRef;
  readonly entries: readonly PartitionUpdate[];
}

/** In the order of the request. @returns what could not be updated */
export const batchUpdatePartition = defineWrite({
  action: 'glue:BatchUpdatePartition',

  async run(scope, command: BatchUpdatePartition): Promise<readonly PartitionFailure[]> {
    const held = await holdTable(scope, command.table, ['ALTER']);
    const failures: PartitionFailure[] = [];
    const updates: PartitionUpdate[] = [];
    for (const entry of command.entries) {
      try {
        updates.push(await changePartition(scope, held, entry));
      } catch (error) {
        if (!(error instanceof LakewardenError) || error.code === 'ConcurrentModificationException')
          throw error;
        failures.push({ values: entry.values, error });
      }
    }
    announceUpdates(scope, held.table, updates);
    return failures;
  },
});

async function removePartitions(
  scope: WriteScope,
  { table, indexes }: HeldTable,
  asked: readonly (readonly string[])[],
): Promise<PartitionFailure[]> {
  const { fit, failures } = sift(
    asked.map((values) => ({ values })),
    ({ values }) => {
      refuseUnfitValues(table, values);
    },
  );
  const found = await findPartitions(
    scope.tx,
    table,
    fit.map(({ values }) => values),
    true,
  );
  const identity = identityOf(table);
  const byIdentity = new Map(found.map((stored) => [identity(stored.partition.values), stored]));
  const gone: StoredPartition[] = [];
  for (const { values } of fit) {
    const stored = byIdentity.get(identity(values));
    byIdentity.delete(identity(values)); // asked for twice: the second time it is gone
    if (stored === undefined) failures.push({ values, error: noSuchPartition() });
    else gone.push(stored);
  }
  if (gone.length === 0) return failures;
  const values = gone.map(({ partition }) => partition.values);
  await deleteStatisticsOfPartitions(scope.tx, table.no, values);
  await deleteIndexEntries(scope.tx, entriesOf(table, indexes, values));
  await deletePartitionRows(
    scope.tx,
    table,
    gone.map(({ key }) => key),
  );
  scope.changed(partitionChange(table, 'DELETED', values));
  return failures;
}

export interface DeletePartition {
  readonly table: TableRef;
  readonly values: readonly string[];
}

/** @throws EntityNotFoundException, InvalidInputException */
export const deletePartition = defineWrite({
  action: 'glue:DeletePartition',

  async run(scope, command: DeletePartition): Promise<void> {
    const [failure] = await removePartitions(scope, await holdTable(scope, command.table, REMOVE), [
      command.values,
    ]);
    if (failure !== undefined) throw failure.error;
  },
});

export interface BatchDeletePartition {
  readonly table: TableRef;
  readonly partitions: readonly (readonly string[])[];
}

/** @returns what could not be deleted */
export const batchDeletePartition = defineWrite({
  action: 'glue:BatchDeletePartition',

  async run(scope, command: BatchDeletePartition): Promise<readonly PartitionFailure[]> {
    return removePartitions(scope, await holdTable(scope, command.table, REMOVE), command.partitions);
  },
});

export interface GetPartition {
  readonly table: TableRef;
  readonly values: readonly string[];
}

/** Of a table whose caller has been asked for his permission. @throws EntityNotFoundException, InvalidInputException */
export async function readPartition(
  scope: ReadScope,
  table: Table,
  values: readonly string[],
): Promise<Partition> {
  refuseUnfitValues(table, values);
  const [stored] = await findPartitions(scope.tx, table, [values]);
  if (stored === undefined) throw noSuchPartition();
  return stored.partition;
}

/** @throws EntityNotFoundException, InvalidInputException */
export const getPartition = defineRead({
  action: 'glue:GetPartition',

  async run(scope, command: GetPartition): Promise<Partition> {
    await authorizeTable(scope, command.table);
    const { table, decision } = await requireTable(scope, command.table, ['DESCRIBE']);
    requireVisibleKeys(table, decision);
    return visiblePartition(table, decision)(await readPartition(scope, table, command.values));
  },
});

export interface BatchGetPartition {
  readonly table: TableRef;
  readonly partitions: readonly (readonly string[])[];
}

/** In the request's order; what is not there is left out, what is asked for twice is answered once. */
export const batchGetPartition = defineRead({
  action: 'glue:BatchGetPartition',

  async run(scope: ReadScope, command: BatchGetPartition): Promise<readonly Partition[]> {
    await authorizeTable(scope, command.table);
    const { table, decision } = await requireTable(scope, command.table, ['DESCRIBE']);
    requireVisibleKeys(table, decision);
    for (const values of command.partitions) refuseUnfitValues(table, values);
    const found = await findPartitions(scope.tx, table, command.partitions);
    const identity = identityOf(table);
    const byIdentity = new Map(found.map(({ partition }) => [identity(partition.values), partition]));
    const asked = new Set(command.partitions.map(identity));
    return [...asked].flatMap((id) => byIdentity.get(id) ?? []).map(visiblePartition(table, decision));
  },
});
