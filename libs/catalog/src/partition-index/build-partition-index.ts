import { defineWrite, type WriteScope } from '@lakewarden/kernel';

import { lockTableNo } from '../locks.repository.ts';
import { keyFamilies, listPartitionValues } from '../partition/partition.repository.ts';
import { indexChange, indexProgress, type Table } from '../table/table.ts';
import { findTableById } from '../table/table.repository.ts';
import { entriesOf, keyPositions } from './index-entries.ts';
import { followsTableOrder, unfitForIndex } from './index-rules.ts';
import type { BackfillError, PartitionIndex } from './partition-index.ts';
import {
  deletePartitionIndexRow,
  deleteSomeIndexEntries,
  findPartitionIndex,
  insertEntriesOfNext,
  insertIndexEntries,
  listUnfinishedIndexes,
  setIndexProgress,
  setIndexStatus,
  trimFailedIndexes,
} from './partition-index.repository.ts';

/** Small enough that writers, who wait for a step, wait for tens of milliseconds. */
const BUILD_STEP = 5_000;
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

    const step = await buildStep(scope, table, index);
    if (step.errors.length > 0) {
      scope.changed(indexChange(table, 'UPDATED', { ...index, status: 'FAILED' }));
      await setIndexStatus(scope.tx, index.id, 'FAILED', scope.now, step.errors);
      await scope.enqueue({ kind: 'delete-partition-index', subjectId: index.id });
      await trimFailedIndexes(scope.tx, table.id);
      return 'done';
    }
    await setIndexProgress(scope.tx, index.id, step.through, index.builtCount + step.count, scope.now);
    if (step.count === BUILD_STEP) {
      scope.changed(indexProgress(table));
      return 'more';
    }
    scope.changed(indexChange(table, 'UPDATED', { ...index, status: 'ACTIVE' }));
    await setIndexStatus(scope.tx, index.id, 'ACTIVE', scope.now);
    return 'done';
  },
});

interface BuildStep {
  readonly count: number;
  /** The last key looked at. */
  readonly through: Buffer;
  readonly errors: readonly BackfillError[];
}

/** In the database where it can make every key of the step; else here, where a fault can be told. */
async function buildStep(scope: WriteScope, table: Table, index: PartitionIndex): Promise<BuildStep> {
  const families = keyFamilies(table);
  const withEntries = !followsTableOrder(table, index);
  const positions = keyPositions(table, index);
  const keys = positions.map((at) => ({ at, family: families[at] ?? 'string' }));
  const inDatabase = await insertEntriesOfNext(scope.tx, {
    tableNo: table.no,
    index,
    keys,
    limit: BUILD_STEP,
    withEntries,
  });
  if (inDatabase.odd === 0) {
    return { count: inDatabase.count, through: inDatabase.through ?? index.builtThrough, errors: [] };
  }
  const rows = await listPartitionValues(scope.tx, table.no, index.builtThrough, BUILD_STEP);
  const errors = collectErrors(table, index, rows);
  if (errors.length === 0) {
    await insertIndexEntries(
      scope.tx,
      entriesOf(
        table,
        [index],
        rows.map(({ values }) => values),
      ),
    );
  }
  return { count: rows.length, through: rows.at(-1)?.key ?? index.builtThrough, errors };
}

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
