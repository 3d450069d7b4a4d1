import { defineWrite } from '@lakewarden/kernel';

import { lockTableNo } from '../locks.repository.ts';
import { indexKey } from '../partition/partition-key.ts';
import { keyFamilies, listPartitionValues } from '../partition/partition.repository.ts';
import { indexChange, indexProgress, type Table } from '../table/table.ts';
import { findTableById } from '../table/table.repository.ts';
import { followsTableOrder, unfitForIndex } from './index-rules.ts';
import type { BackfillError, PartitionIndex } from './partition-index.ts';
import {
  deletePartitionIndexRow,
  deleteSomeIndexEntries,
  findPartitionIndex,
  insertIndexEntries,
  listUnfinishedIndexes,
  setIndexProgress,
  setIndexStatus,
  trimFailedIndexes,
} from './partition-index.repository.ts';

/** Small enough that writers, who wait for a step, wait for tens of milliseconds. */
const BUILD_STEP = 4_000;
const DELETE_STEP = 10_000;
const SAMPLES_PER_ERROR = 10;

export type StepOutcome = 'more' | 'done';

/**
 * One step of a build: looks at the next partitions in key order, writes their entries and how far it has come, all in
 * one transaction. Whoever takes the job up after a crash goes on behind the last step that was committed.
 */
export const buildPartitionIndexStep = defineWrite({
  action: 'lakewarden:BuildPartitionIndex',

  async run(scope, indexId: string): Promise<StepOutcome> {
    const seen = await findPartitionIndex(scope.tx, indexId);
    const table = seen && (await findTableById(scope.tx, seen.tableId));
    if (table === undefined) return 'done'; // dropped meanwhile
    // Nobody moves or deletes a partition between its being read and its entry being written.
    await lockTableNo(scope.tx, table, 'exclusive');
    const index = await findPartitionIndex(scope.tx, indexId, true);
    if (index?.status !== 'CREATING') return 'done'; // cancelled, or another replica has finished it

    const rows = await listPartitionValues(scope.tx, table.no, index.builtThrough, BUILD_STEP);
    const errors = collectErrors(table, index, rows);
    const count = index.builtCount + rows.length;
    if (errors.length > 0) {
      scope.changed(indexChange(table, 'UPDATED', { ...index, status: 'FAILED' }));
      await setIndexStatus(scope.tx, index.id, 'FAILED', scope.now, errors);
      await scope.enqueue({ kind: 'delete-partition-index', subjectId: index.id });
      await trimFailedIndexes(scope.tx, table.id);
      return 'done';
    }
    if (!followsTableOrder(table, index)) {
      const families = keyFamilies(table);
      const positions = index.keys.map(({ name }) =>
        table.partitionKeys.findIndex((key) => key.Name === name),
      );
      await insertIndexEntries(
        scope.tx,
        rows.map(({ id, values }) => ({
          indexNo: index.no,
          key: indexKey(families, positions, values),
          partitionId: id,
        })),
      );
    }
    await setIndexProgress(scope.tx, index.id, rows.at(-1)?.key ?? index.builtThrough, count, scope.now);
    if (rows.length === BUILD_STEP) {
      scope.changed(indexProgress(table));
      return 'more';
    }
    scope.changed(indexChange(table, 'UPDATED', { ...index, status: 'ACTIVE' }));
    await setIndexStatus(scope.tx, index.id, 'ACTIVE', scope.now);
    return 'done';
  },
});

function collectErrors(
  table: Table,
  index: PartitionIndex,
  rows: readonly { readonly values: readonly string[] }[],
): BackfillError[] {
  const samples = new Map<BackfillError['Code'], { Values: readonly string[] }[]>();
  for (const { values } of rows) {
    const unfit = unfitForIndex(table, index.keys, values);
    if (unfit === undefined) continue;
    const known = samples.get(unfit.code) ?? [];
    samples.set(unfit.code, known);
    if (known.length < SAMPLES_PER_ERROR) known.push({ Values: values });
  }
  return [...samples].map(([Code, Partitions]) => ({ Code, Partitions }));
}

/** One step of a deletion. A FAILED index keeps its descriptor and loses its entries. */
export const deletePartitionIndexStep = defineWrite({
  action: 'lakewarden:DeletePartitionIndex',

  async run(scope, indexId: string): Promise<StepOutcome> {
    const index = await findPartitionIndex(scope.tx, indexId, true);
    if (index === undefined || (index.status !== 'DELETING' && index.status !== 'FAILED')) return 'done';
    const gone = await deleteSomeIndexEntries(scope.tx, index.no, DELETE_STEP);
    if (gone === DELETE_STEP) return 'more';
    if (index.status === 'DELETING') {
      await deletePartitionIndexRow(scope.tx, index.id);
      const table = await findTableById(scope.tx, index.tableId);
      if (table !== undefined) scope.changed(indexChange(table, 'DELETED', index));
    }
    return 'done';
  },
});

/** At start: what a crash has left half way is queued again. A job that is queued twice does its steps once. */
export const resumePartitionIndexes = defineWrite({
  action: 'lakewarden:ResumePartitionIndexes',

  async run(scope, _nothing: undefined): Promise<number> {
    const unfinished = await listUnfinishedIndexes(scope.tx);
    for (const { id, status } of unfinished) {
      const kind = status === 'CREATING' ? 'build-partition-index' : 'delete-partition-index';
      await scope.enqueue({ kind, subjectId: id });
    }
    return unfinished.length;
  },
});
