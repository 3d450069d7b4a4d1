import type { OperationTable } from '../operation.ts';
import { catalogOperations } from './catalog.operations.ts';
import { classifierOperations } from './classifier.operations.ts';
import { connectionOperations, type ConnectionPorts } from './connection.operations.ts';
import { dataQualityOperations } from './data-quality.operations.ts';
import { databaseOperations } from './database.operations.ts';
import { functionOperations } from './function.operations.ts';
import { partitionIndexOperations } from './partition-index.operations.ts';
import { partitionOperations } from './partition.operations.ts';
import { searchOperations } from './search.operations.ts';
import { statisticsOperations } from './statistics.operations.ts';
import { resourcePolicyOperations } from './resource-policy.operations.ts';
import { settingsOperations } from './settings.operations.ts';
import { schemaRegistryOperations } from './schema-registry.operations.ts';
import { schemaVersionOperations } from './schema-version.operations.ts';
import { tableOperations } from './table.operations.ts';
import { tagOperations } from './tag.operations.ts';
import { unfilteredOperations } from './unfiltered.operations.ts';

/** @param ports what connections need: the keys that seal their passwords, and what tries them */
export const glueOperations = (ports: ConnectionPorts): OperationTable => ({
  ...databaseOperations,
  ...tableOperations,
  ...partitionOperations,
  ...partitionIndexOperations,
  ...searchOperations,
  ...statisticsOperations,
  ...unfilteredOperations,
  ...functionOperations,
  ...tagOperations,
  ...catalogOperations,
  ...classifierOperations,
  ...dataQualityOperations,
  ...settingsOperations,
  ...resourcePolicyOperations,
  ...connectionOperations(ports),
  ...schemaRegistryOperations,
  ...schemaVersionOperations,
});
