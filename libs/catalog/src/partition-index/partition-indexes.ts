import { defineRead, defineWrite, notFound, showsEveryRowOf, type WriteScope } from '@lakewarden/kernel';

import { authorizeTable, type TableRef } from '../reference.ts';
import { indexChange, type Table } from '../table/table.ts';
import { lockTableAndLink, requireTable } from '../table/require-table.ts';
import { hiddenColumns, visibleTable } from '../table/visible-table.ts';
import { newPartitionIndex, refuseIfTaken, typedIndexKeys } from './index-rules.ts';
import type { PartitionIndex } from './partition-index.ts';
import { insertPartitionIndex, listPartitionIndexes, setIndexStatus } from './partition-index.repository.ts';

export interface CreatePartitionIndex {
  readonly table: TableRef;
  readonly indexName: string;
  readonly keys: readonly string[];
}

/**
 * Registers an index and queues its build. The table stays readable and writable meanwhile.
 *
 * @returns the index, CREATING
 * @throws InvalidInputException a key is unknown, repeats, or has a type that cannot be indexed
 * @throws AlreadyExistsException the name, or the same keys in the same order, are taken
 * @throws ResourceNumberLimitExceededException three exist, or one is being built or deleted
 * @see spec/catalog.md §7
 */
export const createPartitionIndex = defineWrite({
  action: 'glue:CreatePartitionIndex',

  async run(scope, command: CreatePartitionIndex): Promise<PartitionIndex> {
    await authorizeTable(scope, command.table);
    // Exclusive: whoever writes partitions after this sees the index and keeps it in step.
    const { table, decision } = await lockTableAndLink(scope, command.table, ['ALTER'], 'exclusive', 'each');
    // A key that ALTER does not reach (by LF-tags, spec/permissions.md §7) is none, to him.
    const keys = typedIndexKeys(visibleTable(table, decision), command.keys);
    refuseIfTaken(await listPartitionIndexes(scope.tx, table.id), command.indexName, keys);

    const index = newPartitionIndex(scope, table, command.indexName, keys, 'CREATING');
    await insertPartitionIndex(scope.tx, index);
    // Queued in this transaction: a crash after commit cannot leave an index that nobody builds.
    await scope.enqueue({ kind: 'build-partition-index', subjectId: index.id });
    scope.changed(indexChange(table, 'CREATED', index));
    return { ...index, no: '' };
  },
});

/** Oldest first; FAILED builds with what made them fail. @throws EntityNotFoundException */
export const getPartitionIndexes = defineRead({
  action: 'glue:GetPartitionIndexes',

  async run(scope, command: TableRef): Promise<readonly PartitionIndex[]> {
    await authorizeTable(scope, command);
    const { table, decision } = await requireTable(scope, command, ['DESCRIBE']);
    const hidden = hiddenColumns(table, decision);
    const indexes = await listPartitionIndexes(scope.tx, table.id);
    const seesValues = table.partitionKeys.every(({ Name }) => showsEveryRowOf(decision.columns, Name));
    const withoutValues = (index: PartitionIndex): PartitionIndex => ({
      ...index,
      backfillErrors: index.backfillErrors.map((error) => ({ ...error, Partitions: [] })),
    });
    // An index over a hidden key would name it; what made its build fail are partitions, by their values.
    return indexes
      .filter(({ keys }) => keys.every(({ name }) => !hidden.has(name)))
      .map((index) => (seesValues ? index : withoutValues(index)));
  },
});

export interface DeletePartitionIndex {
  readonly table: TableRef;
  readonly indexName: string;
}

/** Stops being used at once; its entries go in the background. A build under way is cancelled. */
export const deletePartitionIndex = defineWrite({
  action: 'glue:DeletePartitionIndex',

  async run(scope, command: DeletePartitionIndex): Promise<void> {
    await authorizeTable(scope, command.table);
    const { table, decision } = await lockTableAndLink(scope, command.table, ['ALTER'], 'exclusive', 'each');
    const hidden = hiddenColumns(table, decision);
    const indexes = (await listPartitionIndexes(scope.tx, table.id)).filter(({ keys }) =>
      keys.every(({ name }) => !hidden.has(name)),
    );
    const named = indexes.filter((index) => index.name === command.indexName && index.status !== 'DELETING');
    const index = named.find(({ status }) => status !== 'FAILED') ?? named.at(-1);
    if (index === undefined) throw notFound(`Partition Index ${command.indexName} not found.`);
    await beginDeletion(scope, table, index);
  },
});

async function beginDeletion(scope: WriteScope, table: Table, index: PartitionIndex): Promise<void> {
  await setIndexStatus(scope.tx, index.id, 'DELETING', scope.now);
  await scope.enqueue({ kind: 'delete-partition-index', subjectId: index.id });
  scope.changed(indexChange(table, 'UPDATED', { ...index, status: 'DELETING' }));
}
