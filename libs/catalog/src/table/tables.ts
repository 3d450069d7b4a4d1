import {
  type Decision,
  defineRead,
  defineWrite,
  invalid,
  LakewardenError,
  notFound,
  type ReadScope,
  type WriteScope,
} from '@lakewarden/kernel';

import { requireDatabase } from '../database/databases.ts';
import { fixedLink, isSameTarget } from '../link.ts';
import { added, permitTableLocations, tableLocations } from '../location.ts';
import { refuseChangedIndexedKeys } from '../partition-index/index-rules.ts';
import { listPartitionIndexes } from '../partition-index/partition-index.repository.ts';
import { rekeyPartitions } from '../partition/rekey.ts';
import { insufficient, seenByWriter, tableResource } from '../permission.ts';
import { authorizeDatabase, authorizeTable, type DatabaseRef, tableIn, type TableRef } from '../reference.ts';
import { droppedColumns } from '../statistics/column-statistics.ts';
import { deleteStatisticsOfColumns } from '../statistics/statistics.repository.ts';
import { lockTable, lockTableAndLink, requireTableView, seenThrough } from './require-table.ts';
import { type Table, tableChange } from './table.ts';
import { partitionKeyColumns, type TableInput } from './table-rules.ts';
import { archiveTableVersion, deleteTableRows, replaceTable } from './table.repository.ts';
import { hiddenColumns } from './visible-table.ts';

/** A link with its target's properties, under its own names. @throws EntityNotFoundException */
export const getTable = defineRead({
  action: 'glue:GetTable',

  async run(scope, command: TableRef): Promise<Table> {
    await authorizeTable(scope, command);
    return requireTableView(scope, command);
  },
});

export interface UpdateTable extends TableInput {
  readonly table: TableRef;
  /** The version the caller has read; another one now means that somebody else has written. */
  readonly expectedVersionId?: string | undefined;
  readonly skipArchive: boolean;
  /** The request has an UpdateOpenTableFormatInput. */
  readonly isOpenTableFormatUpdate?: boolean;
}

const raced = (): LakewardenError =>
  new LakewardenError(
    'ConcurrentModificationException',
    'Update table failed due to concurrent modifications.',
  );

/** An Iceberg commit that names another predecessor than the current metadata would lose a commit (spec §11). */
function refuseLostIcebergCommit(current: Table, input: TableInput): void {
  const before = current.definition.Parameters;
  const after = input.definition.Parameters;
  if (before?.['table_type']?.toUpperCase() !== 'ICEBERG') return;
  const claimed = after?.['previous_metadata_location'];
  const unchanged = after?.['metadata_location'] === before['metadata_location'];
  if (claimed !== undefined && !unchanged && claimed !== before['metadata_location']) throw raced();
}

/**
 * Replaces the whole definition, through a resource link that of its target. Compare and write are one transaction
 * under the table's lock.
 * @throws EntityNotFoundException
 * @throws InvalidInputException a table is to become a link, or a link to point elsewhere; two links in a row
 * @throws ConcurrentModificationException the expected version is not the current one
 */
export const updateTable = defineWrite({
  action: 'glue:UpdateTable',

  async run(scope, command: UpdateTable): Promise<Table> {
    await authorizeTable(scope, command.table);
    if (command.isOpenTableFormatUpdate === true) {
      throw invalid(
        'UpdateOpenTableFormatInput is not supported: commit with an Iceberg client, which swaps metadata_location.',
      );
    }
    const partitionKeys = partitionKeyColumns(command.partitionKeys);
    const {
      table: current,
      link,
      decision,
    } = await lockTableAndLink(scope, command.table, ['ALTER'], 'exclusive', 'onlyOne');
    if (
      command.linkTarget !== undefined &&
      !isSameTarget(command.linkTarget, link?.linkTarget, link ?? current)
    )
      throw fixedLink((link ?? current).name);
    if (command.expectedVersionId !== undefined && command.expectedVersionId !== current.versionId)
      throw raced();
    if (command.expectedVersionId === undefined) refuseLostIcebergCommit(current, command);

    const moved = added(tableLocations(command.definition), tableLocations(current.definition));
    await permitTableLocations(scope, current, moved);

    const next: Table = {
      ...current,
      versionId: (BigInt(current.versionId) + 1n).toString(),
      definition: command.definition,
      partitionKeys,
      hasPartitionKeys: command.partitionKeys !== undefined,
      updatedAt: scope.now,
    };
    await refuseUnreachedChange(scope, current, next, decision);
    refuseChangedIndexedKeys(current, next, await listPartitionIndexes(scope.tx, current.id));
    await rekeyPartitions(scope.tx, current, next);
    if (!command.skipArchive) await archiveTableVersion(scope.tx, current.id);
    await replaceTable(scope.tx, next);
    const dropped = droppedColumns(columnsOf(current), columnsOf(next));
    await deleteStatisticsOfColumns(scope.tx, next.no, dropped);
    await scope.permissions.columnsDropped(scope, tableResource(next), dropped);
    if (isRetyped(current, next)) {
      await scope.permissions.columnsChanged(scope, tableResource(next), typesOf(next));
    }
    scope.changed(tableChange(next, 'UPDATED'));
    return seenThrough(link, next);
  },
});

/**
 * ALTER by an LF-tag policy does not reach the columns whose own tags do not match (spec/permissions.md §7): they stay
 * as they are. Who does not even see them writes no definition (§9: it would be a part of one): by what is refused, and
 * what is not, he would learn their names.
 * @throws AccessDeniedException one of them is dropped, or changed, or hidden
 */
async function refuseUnreachedChange(
  scope: ReadScope,
  current: Table,
  next: Table,
  decision: Decision,
): Promise<void> {
  const unreached = hiddenColumns(current, decision);
  if (unreached.size === 0) return;
  const isPart = hiddenColumns(current, await seenByWriter(scope, current, decision)).size > 0;
  const after = new Set(columnTexts(next));
  const isChanged = columnTexts(current, unreached).some((column) => !after.has(column));
  if (isPart || isChanged) throw insufficient(['ALTER'], next.name);
}

/** Each column, or each of these, as it is and where. */
const columnTexts = ({ definition, partitionKeys }: Table, only?: ReadonlySet<string>): string[] =>
  [definition.StorageDescriptor?.Columns ?? [], partitionKeys].flatMap((columns, role) =>
    columns
      .filter(({ Name }) => only?.has(Name.toLowerCase()) ?? true)
      .map(({ Name, Type }) => JSON.stringify([role, Name.toLowerCase(), Type])),
  );

const columnsOf = ({ definition, partitionKeys }: Table) => ({
  columns: definition.StorageDescriptor?.Columns,
  partitionKeys,
});

/** Names and types of all columns, as data cells filters are read by. */
const typesOf = ({ definition, partitionKeys }: Table) =>
  [...(definition.StorageDescriptor?.Columns ?? []), ...partitionKeys].map(({ Name, Type }) => ({
    name: Name.toLowerCase(),
    type: typeof Type === 'string' ? Type : undefined,
  }));

const isRetyped = (before: Table, after: Table): boolean =>
  JSON.stringify(typesOf(before)) !== JSON.stringify(typesOf(after));

async function dropTable(scope: WriteScope, table: Table): Promise<void> {
  await deleteTableRows(scope.tx, table);
  scope.changed(tableChange(table, 'DELETED'));
}

/** With versions, partitions and indexes, of a link the link alone; a build under way is cancelled. @throws EntityNotFoundException */
export const deleteTable = defineWrite({
  action: 'glue:DeleteTable',

  async run(scope, command: TableRef): Promise<void> {
    await authorizeTable(scope, command);
    await dropTable(scope, await lockTable(scope, command, ['DROP'], 'exclusive', 'database'));
  },
});

export interface BatchDeleteTable {
  readonly database: DatabaseRef;
  readonly names: readonly string[];
}

export interface TableFailure {
  readonly name: string;
  readonly error: LakewardenError;
}

/** @returns what was not there, or may not be dropped by the caller */
export const batchDeleteTable = defineWrite({
  action: 'glue:BatchDeleteTable',

  async run(scope, command: BatchDeleteTable): Promise<readonly TableFailure[]> {
    await authorizeDatabase(scope, command.database);
    const { database } = await requireDatabase(scope, command.database, ['DESCRIBE']);
    const failures: TableFailure[] = [];
    // In one order for everybody: two batches over the same tables cannot lock each other out.
    for (const name of [...new Set(command.names)].sort()) {
      const ref = tableIn(database, name);
      try {
        await authorizeTable(scope, ref);
        await dropTable(scope, await lockTable(scope, ref, ['DROP'], 'exclusive', 'database'));
      } catch (error) {
        if (!(error instanceof LakewardenError)) throw error;
        if (error.code !== 'EntityNotFoundException' && error.code !== 'AccessDeniedException') throw error;
        failures.push({
          name,
          error: error.code === 'EntityNotFoundException' ? notFound('Table not found') : error,
        });
      }
    }
    return failures;
  },
});
