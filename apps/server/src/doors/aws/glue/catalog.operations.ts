import {
  type Catalog,
  createCatalog,
  deleteCatalog,
  getCatalog,
  getCatalogImportStatus,
  getCatalogs,
  importCatalogToGlue,
  updateCatalog,
} from '@lakewarden/catalog';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import { catalogId, maxResults, pageToken, requiredCatalogId, seconds } from './shapes.ts';

const toShape = (catalog: Catalog) => ({
  CatalogId: catalog.catalogId,
  Name: catalog.name,
  ResourceArn: catalog.arn,
  CreateTime: seconds(catalog.createdAt),
  CreateTableDefaultPermissions: catalog.defaults.table,
  CreateDatabaseDefaultPermissions: catalog.defaults.database,
});

const catalogName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^(?!aws:)[^./\\]+$/);
const catalogInput = z.looseObject({});

export const catalogOperations: OperationTable = {
  GetCatalog: operation({
    input: z.object({ CatalogId: requiredCatalogId }),
    useCase: getCatalog,
    command: (input) => input.CatalogId,
    answer: (catalog) => ({ Catalog: toShape(catalog) }),
  }),
  GetCatalogs: operation({
    input: z.object({
      ParentCatalogId: catalogId,
      NextToken: pageToken,
      MaxResults: maxResults(1000),
      Recursive: z.boolean().optional(),
      IncludeRoot: z.boolean().optional(),
    }),
    useCase: getCatalogs,
    command: (input) => ({
      parentCatalogId: input.ParentCatalogId,
      includeRoot: input.IncludeRoot,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: (catalogs) => ({ CatalogList: catalogs.map(toShape) }),
  }),
  CreateCatalog: operation({
    input: z.object({ Name: catalogName, CatalogInput: catalogInput }),
    useCase: createCatalog,
    command: (_input, caller) => caller.accountId,
    answer: () => ({}),
  }),
  UpdateCatalog: operation({
    input: z.object({ CatalogId: requiredCatalogId, CatalogInput: catalogInput }),
    useCase: updateCatalog,
    command: (input) => input.CatalogId,
    answer: () => ({}),
  }),
  DeleteCatalog: operation({
    input: z.object({ CatalogId: requiredCatalogId }),
    useCase: deleteCatalog,
    command: (input) => input.CatalogId,
    answer: () => ({}),
  }),
  GetCatalogImportStatus: operation({
    input: z.object({ CatalogId: catalogId }),
    useCase: getCatalogImportStatus,
    command: (input, caller) => input.CatalogId ?? caller.accountId,
    answer: ({ isCompleted }) => ({ ImportStatus: { ImportCompleted: isCompleted } }),
  }),
  ImportCatalogToGlue: operation({
    input: z.object({ CatalogId: catalogId }),
    useCase: importCatalogToGlue,
    command: (input, caller) => input.CatalogId ?? caller.accountId,
    answer: () => ({}),
  }),
};
