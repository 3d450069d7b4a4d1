import {
  createPartitionIndex,
  deletePartitionIndex,
  getPartitionIndexes,
  type PartitionIndex,
  tableRef,
} from '@lakewarden/catalog';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import { nameString, pageToken, tableNames } from './shapes.ts';

export const partitionIndex = z.object({ IndexName: nameString, Keys: z.array(nameString).min(1).max(100) });

const toShape = (index: PartitionIndex) => ({
  IndexName: index.name,
  Keys: index.keys.map(({ name, type }) => ({ Name: name, Type: type })),
  IndexStatus: index.status,
  ...(index.status === 'FAILED' && { BackfillErrors: index.backfillErrors }),
});

const named = (input: z.output<typeof tableNames>) => ({
  catalogId: input.CatalogId,
  database: input.DatabaseName,
  name: input.TableName,
});

export const partitionIndexOperations: OperationTable = {
  CreatePartitionIndex: operation({
    input: tableNames.extend({ PartitionIndex: partitionIndex }),
    useCase: createPartitionIndex,
    command: (input, caller) => ({
      table: tableRef(caller, named(input)),
      indexName: input.PartitionIndex.IndexName,
      keys: input.PartitionIndex.Keys,
    }),
    answer: () => ({}),
  }),
  GetPartitionIndexes: operation({
    input: tableNames.extend({ NextToken: pageToken }),
    useCase: getPartitionIndexes,
    command: (input, caller) => tableRef(caller, named(input)),
    answer: (indexes) => ({ PartitionIndexDescriptorList: indexes.map(toShape) }),
  }),
  DeletePartitionIndex: operation({
    input: tableNames.extend({ IndexName: nameString }),
    useCase: deletePartitionIndex,
    command: (input, caller) => ({ table: tableRef(caller, named(input)), indexName: input.IndexName }),
    answer: () => ({}),
  }),
};
