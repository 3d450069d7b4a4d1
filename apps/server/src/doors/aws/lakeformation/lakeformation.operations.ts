import type { OperationTable } from '../operation.ts';
import { dataCellsFilterOperations } from './data-cells-filter.operations.ts';
import { permissionOperations } from './permission.operations.ts';
import { settingsOperations } from './settings.operations.ts';

export const lakeFormationOperations: OperationTable = {
  ...permissionOperations,
  ...settingsOperations,
  ...dataCellsFilterOperations,
};
