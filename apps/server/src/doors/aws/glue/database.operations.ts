import {
  createDatabase,
  type Database,
  databaseRef,
  deleteDatabase,
  getDatabase,
  getDatabases,
  RESOURCE_SHARE_TYPES,
  updateDatabase,
} from '@lakewarden/catalog';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import { catalogId, databaseInput, maxResults, nameString, pageToken, seconds, tagsMap } from './shapes.ts';

const toShape = (database: Database) => ({
  Name: database.name,
  ...database.definition,
  ...(database.linkTarget !== undefined && { TargetDatabase: database.linkTarget }),
  CreateTime: seconds(database.createdAt),
  CatalogId: database.catalogId,
});

const PAGE = 100;

const attributes = z
  .array(z.enum(['NAME', 'TARGET_DATABASE']))
  .min(1)
  .refine((wanted) => wanted.includes('NAME'), 'Member must contain NAME')
  .optional();

export const databaseOperations: OperationTable = {
  CreateDatabase: operation({
    input: z.object({ CatalogId: catalogId, DatabaseInput: databaseInput, Tags: tagsMap.optional() }),
    useCase: createDatabase,
    command: ({ CatalogId, DatabaseInput: { Name, TargetDatabase, ...definition }, Tags }, caller) => ({
      database: databaseRef(caller, { catalogId: CatalogId, name: Name }),
      definition,
      linkTarget: TargetDatabase,
      tags: Tags,
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
    input: z.object({
      CatalogId: catalogId,
      NextToken: pageToken,
      MaxResults: maxResults(PAGE),
      ResourceShareType: z.enum(RESOURCE_SHARE_TYPES).optional(),
      AttributesToGet: attributes,
    }),
    useCase: getDatabases,
    command: (input, caller) => ({
      catalogId: input.CatalogId ?? caller.accountId,
      shareType: input.ResourceShareType,
      limit: input.MaxResults ?? PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }, { AttributesToGet: wanted }) => ({
      DatabaseList: items.map((database) =>
        wanted === undefined
          ? toShape(database)
          : {
              Name: database.name,
              CatalogId: database.catalogId,
              ...(wanted.includes('TARGET_DATABASE') && { TargetDatabase: database.linkTarget }),
            },
      ),
      NextToken: next,
    }),
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
