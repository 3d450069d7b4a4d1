import {
  defineRead,
  defineWrite,
  notFound,
  type ReadScope,
  showsColumn,
  showsEveryRowOf,
  type WriteScope,
} from '@lakewarden/kernel';

import { foldName } from '../names.ts';
import { findPartitions, type StoredPartition } from '../partition/partition.repository.ts';
import { noSuchPartition, refuseUnfitValues } from '../partition/partitions.ts';
import { authorizeTable, type TableRef } from '../reference.ts';
import { lockTableAndLink, requireTable } from '../table/require-table.ts';
import { partitionChange, type Table, tableChange } from '../table/table.ts';
import { requireVisibleKeys } from '../table/visible-table.ts';
import {
  columnNames,
  type ColumnStatistics,
  noStatistics,
  type StatisticsFailure,
} from './column-statistics.ts';
import {
  deleteStatistics,
  findStatistics,
  putStatistics,
  type StatisticsOwner,
} from './statistics.repository.ts';

/** A table, or one of its partitions. */
interface StatisticsSubject {
  readonly table: TableRef;
  readonly partition?: readonly string[] | undefined;
}

interface Owner extends StatisticsOwner {
  /** Folded. */
  readonly columns: ReadonlySet<string>;
}

/**
 * @param lock keeps the partition from being deleted or moved until the transaction ends
 * @throws EntityNotFoundException the partition; InvalidInputException too few or too many values
 */
async function ownerOf(
  scope: ReadScope,
  table: Table,
  values: readonly string[] | undefined,
  lock = false,
): Promise<Owner> {
  const tableColumns = table.definition.StorageDescriptor?.Columns ?? [];
  const { partitionKeys } = table;
  if (values === undefined) {
    return { tableNo: table.no, columns: columnNames({ columns: tableColumns, partitionKeys }) };
  }
  refuseUnfitValues(table, values);
  const [stored]: StoredPartition[] = await findPartitions(scope.tx, table, [values], lock);
  if (stored === undefined) throw noSuchPartition();
  // A partition may have columns that its table has lost, and lack those that the table got since.
  const own = stored.partition.storageDescriptor?.Columns ?? [];
  const columns = columnNames({ columns: [...own, ...tableColumns], partitionKeys });
  return { tableNo: table.no, partition: values, columns };
}

export interface GetColumnStatistics extends StatisticsSubject {
  readonly columnNames: readonly string[];
}

export interface FoundStatistics {
  readonly statistics: readonly ColumnStatistics[];
  /** Columns without statistics, as they were asked for. */
  readonly failures: readonly StatisticsFailure<string>[];
}

/** Of the columns that the caller may see. @throws EntityNotFoundException the database, the table, the partition */
const getStatistics = (action: string) =>
  defineRead({
    action,
    async run(scope, command: GetColumnStatistics): Promise<FoundStatistics> {
      await authorizeTable(scope, command.table);
      const { table, decision } = await requireTable(scope, command.table, ['DESCRIBE']);
      if (command.partition !== undefined) requireVisibleKeys(table, decision);
      const owner = await ownerOf(scope, table, command.partition);
      // Extremes and counts are data of every row: a column of which the caller does not see every row is one without
      // statistics to him.
      const shown = command.columnNames.filter((name) => showsEveryRowOf(decision.columns, foldName(name)));
      const statistics = await findStatistics(scope.tx, owner, shown);
      const found = new Set(statistics.map(({ columnName }) => foldName(columnName)));
      const missing = [...new Set(command.columnNames)].filter((name) => !found.has(foldName(name)));
      return { statistics, failures: missing.map((item) => ({ item, error: noStatistics() })) };
    },
  });

export const getColumnStatisticsForTable = getStatistics('glue:GetColumnStatisticsForTable');
export const getColumnStatisticsForPartition = getStatistics('glue:GetColumnStatisticsForPartition');

export interface UpdateColumnStatistics extends StatisticsSubject {
  readonly statistics: readonly ColumnStatistics[];
}

interface HeldOwner {
  readonly table: Table;
  readonly owner: Owner;
  /** Whether ALTER reaches the column, which by LF-tags it may not (spec/permissions.md §7). @param name folded */
  readonly reaches: (name: string) => boolean;
}

/** Table and partition, held so that neither is gone nor altered before the statistics stand. */
async function hold(scope: WriteScope, command: StatisticsSubject): Promise<HeldOwner> {
  await authorizeTable(scope, command.table);
  const { table, decision } = await lockTableAndLink(scope, command.table, ['ALTER'], 'shared', 'each');
  if (command.partition !== undefined) requireVisibleKeys(table, decision);
  return {
    table,
    owner: await ownerOf(scope, table, command.partition, true),
    reaches: (name) => showsColumn(decision.columns, name),
  };
}

const announce = (scope: WriteScope, table: Table, owner: Owner): void => {
  const { partition } = owner;
  scope.changed(
    partition === undefined ? tableChange(table, 'UPDATED') : partitionChange(table, 'UPDATED', [partition]),
  );
};

/**
 * Overwrites column by column; of two for the same column the last one stands.
 * @returns those for columns that are not there; one that ALTER does not reach is none, to him
 * @throws EntityNotFoundException the database, the table, the partition
 */
const updateStatistics = (action: string) =>
  defineWrite({
    action,
    async run(
      scope,
      command: UpdateColumnStatistics,
    ): Promise<readonly StatisticsFailure<ColumnStatistics>[]> {
      const { table, owner, reaches } = await hold(scope, command);
      const byColumn = new Map<string, ColumnStatistics>();
      const failures: StatisticsFailure<ColumnStatistics>[] = [];
      for (const item of command.statistics) {
        const name = foldName(item.columnName);
        if (owner.columns.has(name) && reaches(name)) byColumn.set(name, item);
        else failures.push({ item, error: notFound(`Column ${item.columnName} not found.`) });
      }
      if (byColumn.size === 0) return failures;
      // In one order for everybody: two updates of the same columns cannot lock each other out.
      const inOrder = [...byColumn.keys()].sort().flatMap((name) => byColumn.get(name) ?? []);
      await putStatistics(scope.tx, owner, inOrder);
      announce(scope, table, owner);
      return failures;
    },
  });

export const updateColumnStatisticsForTable = updateStatistics('glue:UpdateColumnStatisticsForTable');
export const updateColumnStatisticsForPartition = updateStatistics('glue:UpdateColumnStatisticsForPartition');

export interface DeleteColumnStatistics extends StatisticsSubject {
  readonly columnName: string;
}

/** @throws EntityNotFoundException the database, the table, the partition, the column's statistics */
const deleteStatisticsOf = (action: string) =>
  defineWrite({
    action,
    async run(scope, command: DeleteColumnStatistics): Promise<void> {
      const { table, owner, reaches } = await hold(scope, command);
      const columns = [command.columnName].filter((name) => reaches(foldName(name)));
      if ((await deleteStatistics(scope.tx, owner, columns)) === 0) throw noStatistics();
      announce(scope, table, owner);
    },
  });

export const deleteColumnStatisticsForTable = deleteStatisticsOf('glue:DeleteColumnStatisticsForTable');
export const deleteColumnStatisticsForPartition = deleteStatisticsOf(
  'glue:DeleteColumnStatisticsForPartition',
);
