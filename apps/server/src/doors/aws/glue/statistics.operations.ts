import {
  type ColumnStatistics,
  deleteColumnStatisticsForPartition,
  deleteColumnStatisticsForTable,
  type FoundStatistics,
  getColumnStatisticsForPartition,
  getColumnStatisticsForTable,
  type StatisticsFailure,
  tableRef,
  updateColumnStatisticsForPartition,
  updateColumnStatisticsForTable,
} from '@lakewarden/catalog';
import type { Caller } from '@lakewarden/kernel';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import { errorDetail } from './error-detail.ts';
import { tableNames, valueList } from './shapes.ts';
import { columnNameString, columnStatistics, toStatisticsShape } from './statistics.shapes.ts';

/** spec/catalog.md §2. */
export const MAX_STATISTICS_READ = 100;
export const MAX_STATISTICS_WRITTEN = 25;

const ofTable = tableNames;
const ofPartition = tableNames.extend({ PartitionValues: valueList });

const toRead = { ColumnNames: z.array(columnNameString).max(MAX_STATISTICS_READ) };
const toWrite = { ColumnStatisticsList: z.array(columnStatistics).max(MAX_STATISTICS_WRITTEN) };
const toDelete = { ColumnName: columnNameString };

type Names = z.output<typeof tableNames> & { readonly PartitionValues?: string[] };

const subject = (input: Names, caller: Caller) => ({
  table: tableRef(caller, {
    catalogId: input.CatalogId,
    database: input.DatabaseName,
    name: input.TableName,
  }),
  partition: input.PartitionValues,
});

const found = ({ statistics, failures }: FoundStatistics) => ({
  ColumnStatisticsList: statistics.map(toStatisticsShape),
  Errors: failures.map(({ item: ColumnName, error }) => ({ ColumnName, Error: errorDetail(error) })),
});

const written = (failures: readonly StatisticsFailure<ColumnStatistics>[]) => ({
  Errors: failures.map(({ item, error }) => ({
    ColumnStatistics: toStatisticsShape(item),
    Error: errorDetail(error),
  })),
});

export const statisticsOperations: OperationTable = {
  GetColumnStatisticsForTable: operation({
    input: ofTable.extend(toRead),
    useCase: getColumnStatisticsForTable,
    command: (input, caller) => ({ ...subject(input, caller), columnNames: input.ColumnNames }),
    answer: found,
  }),
  GetColumnStatisticsForPartition: operation({
    input: ofPartition.extend(toRead),
    useCase: getColumnStatisticsForPartition,
    command: (input, caller) => ({ ...subject(input, caller), columnNames: input.ColumnNames }),
    answer: found,
  }),
  UpdateColumnStatisticsForTable: operation({
    input: ofTable.extend(toWrite),
    useCase: updateColumnStatisticsForTable,
    command: (input, caller) => ({ ...subject(input, caller), statistics: input.ColumnStatisticsList }),
    answer: written,
  }),
  UpdateColumnStatisticsForPartition: operation({
    input: ofPartition.extend(toWrite),
    useCase: updateColumnStatisticsForPartition,
    command: (input, caller) => ({ ...subject(input, caller), statistics: input.ColumnStatisticsList }),
    answer: written,
  }),
  DeleteColumnStatisticsForTable: operation({
    input: ofTable.extend(toDelete),
    useCase: deleteColumnStatisticsForTable,
    command: (input, caller) => ({ ...subject(input, caller), columnName: input.ColumnName }),
    answer: () => ({}),
  }),
  DeleteColumnStatisticsForPartition: operation({
    input: ofPartition.extend(toDelete),
    useCase: deleteColumnStatisticsForPartition,
    command: (input, caller) => ({ ...subject(input, caller), columnName: input.ColumnName }),
    answer: () => ({}),
  }),
};
