import type { Caller } from '@lakewarden/kernel';
import {
  createOptIn,
  deleteOptIn,
  type ListedOptIn,
  listOptIns,
  type OptInEntry,
} from '@lakewarden/permissions';
import { z } from 'zod';

import { maxResults, pageToken, seconds } from '../glue/shapes.ts';
import { operation, type OperationTable } from '../operation.ts';
import { ALL_TABLES, condition, grantResource, principal, resource } from './shapes.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1000;

const entry = z.object({ Principal: principal, Resource: resource, Condition: condition.optional() });

const toEntry = (input: z.output<typeof entry>, caller: Caller): OptInEntry => ({
  principal: input.Principal.DataLakePrincipalIdentifier,
  resource: grantResource(input.Resource, caller),
  condition: input.Condition?.Expression === '' ? undefined : input.Condition?.Expression,
});

function toResource({ type, catalogId: CatalogId, database: DatabaseName, table: Name }: ListedOptIn) {
  switch (type) {
    case 'CATALOG':
      return { Catalog: { Id: CatalogId } };
    case 'DATABASE':
      return { Database: { CatalogId, Name: DatabaseName } };
    case 'TABLE':
      return { Table: { CatalogId, DatabaseName, Name } };
    case 'TABLE_WILDCARD':
      return { Table: { CatalogId, DatabaseName, Name: ALL_TABLES, TableWildcard: {} } };
  }
}

const toInfo = (optIn: ListedOptIn) => ({
  Resource: toResource(optIn),
  Principal: { DataLakePrincipalIdentifier: optIn.principal },
  Condition: optIn.condition === undefined ? undefined : { Expression: optIn.condition },
  LastModified: seconds(optIn.updatedAt),
  LastUpdatedBy: optIn.updatedBy,
});

export const optInOperations: OperationTable = {
  CreateLakeFormationOptIn: operation({
    input: entry,
    useCase: createOptIn,
    command: toEntry,
    answer: () => ({}),
  }),
  DeleteLakeFormationOptIn: operation({
    input: entry,
    useCase: deleteOptIn,
    command: toEntry,
    answer: () => ({}),
  }),
  ListLakeFormationOptIns: operation({
    input: z.object({
      Principal: principal.optional(),
      Resource: resource.optional(),
      MaxResults: maxResults(MAX_PAGE),
      NextToken: pageToken,
    }),
    useCase: listOptIns,
    command: (input, caller) => ({
      catalogId: caller.accountId,
      principal: input.Principal?.DataLakePrincipalIdentifier,
      resource: input.Resource && grantResource(input.Resource, caller),
      limit: input.MaxResults ?? DEFAULT_PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }) => ({ LakeFormationOptInsInfoList: items.map(toInfo), NextToken: next }),
  }),
};
