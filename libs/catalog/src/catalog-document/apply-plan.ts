import { invalid, type WriteScope, type WriteUseCase } from '@lakewarden/kernel';

import { createDatabase, deleteDatabase, updateDatabase } from '../database/databases.ts';
import { MAX_PARTITION_INDEXES, newPartitionIndex, typedIndexKeys } from '../partition-index/index-rules.ts';
import {
  insertPartitionIndex,
  listPartitionIndexes,
  setIndexStatus,
} from '../partition-index/partition-index.repository.ts';
import type { PartitionFailure, PartitionInput } from '../partition/partition.ts';
import { batchCreatePartition, batchDeletePartition, batchUpdatePartition } from '../partition/partitions.ts';
import { createPartitionIndex, deletePartitionIndex } from '../partition-index/partition-indexes.ts';
import { authorizeTable, type TableRef } from '../reference.ts';
import { createTable } from '../table/create-table.ts';
import { lockTableAndLink } from '../table/require-table.ts';
import { indexChange } from '../table/table.ts';
import { deleteTable, updateTable } from '../table/tables.ts';
import { visibleTable } from '../table/visible-table.ts';
import type { CatalogChange, CatalogDocument, DatabaseDocument, TableDocument } from './catalog-document.ts';
import { definitionToWrite } from './plan.ts';
import type { ReadCatalog } from './read-catalog.ts';

const BATCH = 1_000;

/** The scope in which the use case's own action is asked for. */
const asked = (scope: WriteScope, { action: own }: { readonly action: string }): WriteScope => ({
  ...scope,
  authorize: (resource, action = own) => scope.authorize(resource, action),
});

/** Another use case inside this transaction: it asks for its own action, as if it had been called by itself. */
export const within = <Command, Answer>(
  scope: WriteScope,
  useCase: WriteUseCase<Command, Answer>,
  command: Command,
): Promise<Answer> => useCase.run(asked(scope, useCase), command);

interface Applied {
  readonly catalogId: string;
  readonly current: ReadCatalog;
  readonly wanted: CatalogDocument;
}

/** Does what was planned, in the plan's order; the first refusal undoes all of it. */
export async function applyChanges(
  scope: WriteScope,
  applied: Applied,
  changes: readonly CatalogChange[],
): Promise<void> {
  const created = new Set<string>();
  const indexed = new Map<string, CatalogChange[]>();
  const partitioned = new Map<string, CatalogChange[]>();
  const deletions: CatalogChange[] = [];
  for (const change of changes) {
    const key = JSON.stringify([change.database, change.table]);
    if (change.kind === 'PARTITION') partitioned.set(key, [...(partitioned.get(key) ?? []), change]);
    else if (change.kind === 'PARTITION_INDEX') indexed.set(key, [...(indexed.get(key) ?? []), change]);
    else if (change.action === 'DELETE') deletions.push(change);
    else if (change.kind === 'DATABASE') await applyDatabase(scope, applied, change);
    else {
      await applyTable(scope, applied, change);
      if (change.action === 'CREATE') created.add(key);
    }
  }
  for (const [key, each] of indexed) {
    // A new table was made with its indexes: there was nothing to build.
    if (!created.has(key)) await applyIndexes(scope, applied, each);
  }
  for (const each of partitioned.values()) await applyPartitions(scope, applied, each);
  for (const { kind, database, table = '' } of deletions) {
    const { catalogId } = applied;
    if (kind === 'TABLE') await within(scope, deleteTable, { catalogId, database, name: table });
    else await within(scope, deleteDatabase, { catalogId, name: database });
  }
}

function documentOf({ wanted }: Applied, change: CatalogChange): DatabaseDocument {
  const document = wanted.databases.get(change.database);
  if (document === undefined)
    throw new Error(`a change of ${change.database}, which the document does not name`);
  return document;
}

function tableOf(applied: Applied, change: CatalogChange): { ref: TableRef; document: TableDocument } {
  const name = change.table ?? '';
  const document = documentOf(applied, change).tables.get(name);
  if (document === undefined) throw new Error(`a change of ${name}, which the document does not name`);
  return { ref: { catalogId: applied.catalogId, database: change.database, name }, document };
}

async function applyDatabase(scope: WriteScope, applied: Applied, change: CatalogChange): Promise<void> {
  const { definition, linkTarget } = documentOf(applied, change);
  const database = { catalogId: applied.catalogId, name: change.database };
  if (change.action === 'CREATE') await within(scope, createDatabase, { database, definition, linkTarget });
  else {
    const newName = change.database;
    // Absent it would be gone: an update replaces.
    const whole = { CreateTableDefaultPermissions: [], ...definition };
    await within(scope, updateDatabase, { database, newName, definition: whole });
  }
}

async function applyTable(scope: WriteScope, applied: Applied, change: CatalogChange): Promise<void> {
  const { ref, document } = tableOf(applied, change);
  const { definition, partitionKeys, linkTarget } = document;
  const current = applied.current.get(ref.database)?.tables.get(ref.name);
  if (change.action === 'CREATE' || current === undefined) {
    const indexes = [...document.indexes].map(([indexName, keys]) => ({ indexName, keys }));
    await within(scope, createTable, { table: ref, definition, partitionKeys, linkTarget, indexes });
    return;
  }
  await within(scope, updateTable, {
    table: ref,
    definition: definitionToWrite(current.table, definition),
    partitionKeys,
    skipArchive: false,
  });
}

/**
 * The rule that a table builds or deletes one index at a time is for clients that come one by one; builds do not mind
 * each other, and a document names all at once. At most three serve in the end.
 */
async function applyIndexes(
  scope: WriteScope,
  applied: Applied,
  changes: readonly CatalogChange[],
): Promise<void> {
  const [first] = changes;
  if (first === undefined) return;
  const { ref, document } = tableOf(applied, first);
  for (const { action } of changes) {
    const useCase = action === 'CREATE' ? createPartitionIndex : deletePartitionIndex;
    await authorizeTable(asked(scope, useCase), ref);
  }
  const { table, decision } = await lockTableAndLink(scope, ref, ['ALTER'], 'exclusive', 'each');
  const serving = (await listPartitionIndexes(scope.tx, table.id)).filter(
    ({ status }) => status === 'ACTIVE' || status === 'CREATING',
  );
  const keysByName = new Map(serving.map((index) => [index.name, index.keys.map(({ name }) => name)]));
  for (const { action, index = '' } of changes) {
    if (action === 'CREATE') continue;
    const gone = serving.find(({ name }) => name === index);
    if (gone === undefined) throw new Error(`the index ${index} is not there any more`);
    await setIndexStatus(scope.tx, gone.id, 'DELETING', scope.now);
    await scope.enqueue({ kind: 'delete-partition-index', subjectId: gone.id });
    scope.changed(indexChange(table, 'UPDATED', { ...gone, status: 'DELETING' }));
    keysByName.delete(index);
  }
  for (const { action, index = '' } of changes) {
    if (action === 'DELETE') continue;
    const keys = typedIndexKeys(visibleTable(table, decision), document.indexes.get(index) ?? []);
    const made = newPartitionIndex(scope, table, index, keys, 'CREATING');
    await insertPartitionIndex(scope.tx, made);
    await scope.enqueue({ kind: 'build-partition-index', subjectId: made.id });
    scope.changed(indexChange(table, 'CREATED', made));
    keysByName.set(
      index,
      keys.map(({ name }) => name),
    );
  }
  const where = `${ref.database}.${ref.name}`;
  if (keysByName.size > MAX_PARTITION_INDEXES) {
    throw invalid(
      `${where} would have ${String(keysByName.size)} partition indexes: at most three serve a table.`,
    );
  }
  if (new Set([...keysByName.values()].map((keys) => keys.join('\n'))).size < keysByName.size) {
    throw invalid(`${where} would have two partition indexes over the same keys.`);
  }
}

async function applyPartitions(
  scope: WriteScope,
  applied: Applied,
  changes: readonly CatalogChange[],
): Promise<void> {
  const [first] = changes;
  if (first === undefined) return;
  const { ref: table, document } = tableOf(applied, first);
  const wanted = new Map(document.partitions?.map((each) => [JSON.stringify(each.values), each]));
  const inputs = (action: CatalogChange['action']): PartitionInput[] =>
    changes
      .filter((change) => change.action === action)
      .flatMap(({ values }) => wanted.get(JSON.stringify(values)) ?? []);
  for (const partitions of batches(inputs('CREATE'))) {
    refuseFailures(table, await within(scope, batchCreatePartition, { table, partitions }));
  }
  for (const batch of batches(inputs('UPDATE'))) {
    const entries = batch.map((partition) => ({ values: partition.values, partition }));
    refuseFailures(table, await within(scope, batchUpdatePartition, { table, entries }));
  }
  const gone = changes.filter(({ action }) => action === 'DELETE').flatMap(({ values }) => [values ?? []]);
  for (const partitions of batches(gone)) {
    refuseFailures(table, await within(scope, batchDeletePartition, { table, partitions }));
  }
}

const batches = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / BATCH) }, (_, i) => items.slice(i * BATCH, (i + 1) * BATCH));

function refuseFailures(table: TableRef, [failure]: readonly PartitionFailure[]): void {
  if (failure === undefined) return;
  const where = `${table.database}.${table.name}, partition ${JSON.stringify(failure.values)}`;
  throw invalid(`${where}: ${failure.error.message}`);
}
