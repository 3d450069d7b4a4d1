import {
  createUserDefinedFunction,
  deleteUserDefinedFunction,
  getUserDefinedFunction,
  getUserDefinedFunctions,
  tableRef,
  updateUserDefinedFunction,
  type UserDefinedFunction,
} from '@lakewarden/catalog';
import type { Caller } from '@lakewarden/kernel';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import {
  catalogId,
  functionInput,
  functionType,
  maxResults,
  nameString,
  pageToken,
  seconds,
} from './shapes.ts';

const PAGE = 100;

const toShape = (found: UserDefinedFunction) => ({
  FunctionName: found.name,
  DatabaseName: found.database,
  ...found.definition,
  CreateTime: seconds(found.createdAt),
  CatalogId: found.catalogId,
});

const databaseName = z.object({ CatalogId: catalogId, DatabaseName: nameString });
const names = databaseName.extend({ FunctionName: nameString });

/** Function names are folded as table names are (spec/catalog.md §2). */
const functionRef = (
  input: { CatalogId?: string | undefined; DatabaseName: string },
  name: string,
  caller: Caller,
) => tableRef(caller, { catalogId: input.CatalogId, database: input.DatabaseName, name });

export const functionOperations: OperationTable = {
  CreateUserDefinedFunction: operation({
    input: databaseName.extend({ FunctionInput: functionInput.required({ FunctionName: true }) }),
    useCase: createUserDefinedFunction,
    command: ({ FunctionInput: { FunctionName: name, ...definition }, ...database }, caller) => ({
      function: functionRef(database, name, caller),
      definition,
    }),
    answer: () => ({}),
  }),
  GetUserDefinedFunction: operation({
    input: names,
    useCase: getUserDefinedFunction,
    command: (input, caller) => functionRef(input, input.FunctionName, caller),
    answer: (found) => ({ UserDefinedFunction: toShape(found) }),
  }),
  GetUserDefinedFunctions: operation({
    input: z.object({
      CatalogId: catalogId,
      DatabaseName: nameString.optional(),
      Pattern: nameString,
      FunctionType: functionType.optional(),
      NextToken: pageToken,
      MaxResults: maxResults(PAGE),
    }),
    useCase: getUserDefinedFunctions,
    command: (input, caller) => ({
      catalogId: input.CatalogId ?? caller.accountId,
      database: input.DatabaseName?.toLowerCase(),
      pattern: input.Pattern,
      functionType: input.FunctionType,
      limit: input.MaxResults ?? PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }) => ({ UserDefinedFunctions: items.map(toShape), NextToken: next }),
  }),
  UpdateUserDefinedFunction: operation({
    input: names.extend({ FunctionInput: functionInput }),
    useCase: updateUserDefinedFunction,
    command: ({ FunctionInput: { FunctionName: newName, ...definition }, ...input }, caller) => ({
      function: functionRef(input, input.FunctionName, caller),
      newName: functionRef(input, newName ?? input.FunctionName, caller).name,
      definition,
    }),
    answer: () => ({}),
  }),
  DeleteUserDefinedFunction: operation({
    input: names,
    useCase: deleteUserDefinedFunction,
    command: (input, caller) => functionRef(input, input.FunctionName, caller),
    answer: () => ({}),
  }),
};
