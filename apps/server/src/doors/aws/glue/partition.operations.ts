import {
  batchCreatePartition,
  batchDeletePartition,
  batchGetPartition,
  batchUpdatePartition,
  createPartition,
  deletePartition,
  getPartition,
  getPartitions,
  type Partition,
  type PartitionFailure,
  tableRef,
  updatePartition,
} from '@lakewarden/catalog';
import type { Caller } from '@lakewarden/kernel';
import { z } from 'zod';

import { errorDetail } from './error-detail.ts';
import { operation, type OperationTable } from '../operation.ts';
import { maxResults, pageToken, partitionInput, seconds, tableNames, valueList } from './shapes.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1000;

type Names = z.output<typeof tableNames>;

const tableOf = (input: Names, caller: Caller) =>
  tableRef(caller, { catalogId: input.CatalogId, database: input.DatabaseName, name: input.TableName });

export const toPartitionShape = (
  partition: Partition,
  table: { database: string; name: string; catalogId: string },
  withColumns = true,
) => ({
  Values: partition.values,
  DatabaseName: table.database,
  TableName: table.name,
  CreationTime: seconds(partition.createdAt),
  LastAccessTime: partition.lastAccessTime && seconds(partition.lastAccessTime),
  StorageDescriptor: withColumns
    ? partition.storageDescriptor
    : partition.storageDescriptor && { ...partition.storageDescriptor, Columns: undefined },
  Parameters: partition.parameters,
  LastAnalyzedTime: partition.lastAnalyzedTime && seconds(partition.lastAnalyzedTime),
  CatalogId: table.catalogId,
});

/** The names as an answer says them: folded, like the table's own. */
export const namesIn = (input: Names, accountId: string) => ({
  database: input.DatabaseName.toLowerCase(),
  name: input.TableName.toLowerCase(),
  catalogId: input.CatalogId ?? accountId,
});

const toFailure = ({ values, error }: PartitionFailure) => ({
  PartitionValues: values,
  ErrorDetail: errorDetail(error),
});

const transaction = {
  // Governed tables are gone: accepted and ignored (spec/catalog.md §2).
  TransactionId: z.string().min(1).max(255).optional(),
};

export const partitionOperations: OperationTable = {
  CreatePartition: operation({
    input: tableNames.extend({ PartitionInput: partitionInput }),
    useCase: createPartition,
    command: (input, caller) => ({ table: tableOf(input, caller), partition: input.PartitionInput }),
    answer: () => ({}),
  }),
  BatchCreatePartition: operation({
    input: tableNames.extend({ PartitionInputList: z.array(partitionInput).max(100) }),
    useCase: batchCreatePartition,
    command: (input, caller) => ({ table: tableOf(input, caller), partitions: input.PartitionInputList }),
    answer: (failures) => ({ Errors: failures.map(toFailure) }),
  }),
  UpdatePartition: operation({
    input: tableNames.extend({ PartitionValueList: valueList, PartitionInput: partitionInput }),
    useCase: updatePartition,
    command: (input, caller) => ({
      table: tableOf(input, caller),
      values: input.PartitionValueList,
      partition: input.PartitionInput,
    }),
    answer: () => ({}),
  }),
  BatchUpdatePartition: operation({
    input: tableNames.extend({
      Entries: z
        .array(z.object({ PartitionValueList: valueList, PartitionInput: partitionInput }))
        .min(1)
        .max(100),
    }),
    useCase: batchUpdatePartition,
    command: (input, caller) => ({
      table: tableOf(input, caller),
      entries: input.Entries.map(({ PartitionValueList: values, PartitionInput: partition }) => ({
        values,
        partition,
      })),
    }),
    answer: (failures) => ({
      Errors: failures.map(({ values, error }) => ({
        PartitionValueList: values,
        ErrorDetail: errorDetail(error),
      })),
    }),
  }),
  GetPartition: operation({
    input: tableNames.extend({ PartitionValues: valueList }),
    useCase: getPartition,
    command: (input, caller) => ({ table: tableOf(input, caller), values: input.PartitionValues }),
    answer: (partition, input, caller) => ({
      Partition: toPartitionShape(partition, namesIn(input, caller.accountId)),
    }),
  }),
  BatchGetPartition: operation({
    input: tableNames.extend({ PartitionsToGet: z.array(z.object({ Values: valueList })).max(1000) }),
    useCase: batchGetPartition,
    command: (input, caller) => ({
      table: tableOf(input, caller),
      partitions: input.PartitionsToGet.map(({ Values }) => Values),
    }),
    answer: (partitions, input, caller) => ({
      Partitions: partitions.map((partition) =>
        toPartitionShape(partition, namesIn(input, caller.accountId)),
      ),
      UnprocessedKeys: [],
    }),
  }),
  GetPartitions: operation({
    input: tableNames.extend({
      ...transaction,
      Expression: z.string().optional(),
      NextToken: pageToken,
      Segment: z
        .object({ SegmentNumber: z.int().min(0).max(9), TotalSegments: z.int().min(1).max(10) })
        .optional(),
      MaxResults: maxResults(MAX_PAGE),
      ExcludeColumnSchema: z.boolean().optional(),
    }),
    useCase: getPartitions,
    command: (input, caller) => ({
      table: tableOf(input, caller),
      expression: input.Expression,
      segment: input.Segment && { number: input.Segment.SegmentNumber, total: input.Segment.TotalSegments },
      limit: input.MaxResults ?? DEFAULT_PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    variant: (input) =>
      JSON.stringify([input.CatalogId, input.DatabaseName, input.TableName, input.ExcludeColumnSchema]),
    answer: ({ items, next }, input, caller) => ({
      Partitions: items.map((partition) =>
        toPartitionShape(partition, namesIn(input, caller.accountId), input.ExcludeColumnSchema !== true),
      ),
      NextToken: next,
    }),
  }),
  DeletePartition: operation({
    input: tableNames.extend({ PartitionValues: valueList }),
    useCase: deletePartition,
    command: (input, caller) => ({ table: tableOf(input, caller), values: input.PartitionValues }),
    answer: () => ({}),
  }),
  BatchDeletePartition: operation({
    input: tableNames.extend({ PartitionsToDelete: z.array(z.object({ Values: valueList })).max(25) }),
    useCase: batchDeletePartition,
    command: (input, caller) => ({
      table: tableOf(input, caller),
      partitions: input.PartitionsToDelete.map(({ Values }) => Values),
    }),
    // Left out when all went well (spec/catalog.md §1.10).
    answer: (failures) => (failures.length === 0 ? {} : { Errors: failures.map(toFailure) }),
  }),
};
