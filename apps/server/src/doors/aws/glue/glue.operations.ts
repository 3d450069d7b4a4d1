import type { OperationTable } from '../operation.ts';
import { databaseOperations } from './database.operations.ts';
import { partitionIndexOperations } from './partition-index.operations.ts';
import { partitionOperations } from './partition.operations.ts';
import { tableOperations } from './table.operations.ts';

export const glueOperations: OperationTable = {
  ...databaseOperations,
  ...tableOperations,
  ...partitionOperations,
  ...partitionIndexOperations,
};
