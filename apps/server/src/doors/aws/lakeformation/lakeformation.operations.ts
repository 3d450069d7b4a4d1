import type { OperationTable } from '../operation.ts';
import { dataCellsFilterOperations } from './data-cells-filter.operations.ts';
import { locationOperations } from './location.operations.ts';
import { optInOperations } from './opt-in.operations.ts';
import { permissionOperations } from './permission.operations.ts';
import { permissionsForPathOperations } from './permissions-for-path.operations.ts';
import { settingsOperations } from './settings.operations.ts';
import { tagOperations } from './tag.operations.ts';

export const lakeFormationOperations: OperationTable = {
  ...locationOperations,
  ...optInOperations,
  ...permissionOperations,
  ...permissionsForPathOperations,
  ...settingsOperations,
  ...dataCellsFilterOperations,
  ...tagOperations,
};
