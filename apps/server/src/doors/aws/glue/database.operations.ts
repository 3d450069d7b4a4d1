import {
  createDatabase,
  type Database,
  databaseRef,
  deleteDatabase,
  getDatabase,
  getDatabases,
  updateDatabase,
} from '@lakewarden/catalog';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import { catalogId, databaseInput, maxResults, nameString, pageToken, seconds } from './shapes.ts';

const toShape = (database: Database) => ({
  Name: database.name,
  ...database.definition,
  ...(database.linkTarget !== undefined && { TargetDatabase: database.linkTarget }),
  CreateTime: seconds(database.createdAt),
  CatalogId: database.catalogId,
});

const PAGE = 100;

export const databaseOperations: OperationTable = {
  CreateDatabase: operation({
    input: z.object({ CatalogId: catalogId, DatabaseInput: databaseInput }),
    useCase: createDatabase,
    command: ({ CatalogId, DatabaseInput: { Name, TargetDatabase, ...definition } }, caller) => ({
      database: databaseRef(caller, { catalogId: CatalogId, name: Name }),
      definition,
      linkTarget: TargetDatabase,
    }),
    answer: () => ({}),
  }),
  GetDatabase: operation({
    input: z.object({ CatalogId: catalogId, Name: nameString }),
    useCase: getDatabase,
    command: (input, caller) => databaseRef(caller, { catalogId: input.CatalogId, name: input.Name }),
    answer: (database) => ({ Database: toShape(database) }),
  }),
  GetDatabases: operation({
    input: z.object({ CatalogId: catalogId, NextToken: pageToken, MaxResults: maxResults(PAGE) }),
    useCase: getDatabases,
    command: (input, caller) => ({
      catalogId: input.CatalogId ?? caller.accountId,
      limit: input.MaxResults ?? PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }) => ({ DatabaseList: items.map(toShape), NextToken: next }),
  }),
  UpdateDatabase: operation({
    input: z.object({ CatalogId: catalogId, Name: nameString, DatabaseInput: databaseInput }),
    useCase: updateDatabase,
    command: (
      { CatalogId, Name: current, DatabaseInput: { Name, TargetDatabase, ...definition } },
      caller,
    ) => ({
      database: databaseRef(caller, { catalogId: CatalogId, name: current }),
      newName: databaseRef(caller, { name: Name }).name,
      definition,
      linkTarget: TargetDatabase,
    }),
    answer: () => ({}),
  }),
  DeleteDatabase: operation({
    input: z.object({ CatalogId: catalogId, Name: nameString }),
    useCase: deleteDatabase,
    command: (input, caller) => databaseRef(caller, { catalogId: input.CatalogId, name: input.Name }),
    answer: () => ({}),
  }),
};
