import type { Caller } from '@lakewarden/kernel';
import {
  addLFTagsToResource,
  createLFTag,
  createLFTagExpression,
  deleteLFTag,
  deleteLFTagExpression,
  getLFTag,
  getLFTagExpression,
  getResourceLFTags,
  type LFTag,
  listLFTagExpressions,
  listLFTags,
  removeLFTagsFromResource,
  type SavedExpression,
  searchDatabasesByLFTags,
  searchTablesByLFTags,
  type TagFailure,
  updateLFTag,
  updateLFTagExpression,
} from '@lakewarden/permissions';
import { z } from 'zod';

import { errorDetail } from '../glue/error-detail.ts';
import { catalogId, descriptionString, maxResults, nameString, pageToken } from '../glue/shapes.ts';
import { operation, type OperationTable } from '../operation.ts';
import { grantResource, resource } from './shapes.ts';
import {
  fromExpression,
  tagExpression,
  tagKey,
  tagValues,
  toExpression,
  toResourceTags,
} from './tag-shapes.ts';

/** Service model lakeformation 2017-03-31: PageSize, SearchPageSize, LFTagsList. */
const MAX_PAGE = 1000;
const MAX_SEARCH_PAGE = 100;
export const MAX_TAGS = 50;
const DEFAULT_PAGE = 100;

const tagRef = z.object({ CatalogId: catalogId, TagKey: tagKey });
const expressionRef = z.object({ CatalogId: catalogId, Name: nameString });
const savedExpression = expressionRef.extend({
  Description: descriptionString.optional(),
  Expression: tagExpression,
});
const page = { NextToken: pageToken, MaxResults: maxResults(MAX_PAGE) };
const searched = z.object({
  CatalogId: catalogId,
  NextToken: pageToken,
  MaxResults: maxResults(MAX_SEARCH_PAGE),
  Expression: tagExpression,
});
const tagged = z.object({
  CatalogId: catalogId,
  Resource: resource,
  LFTags: z.array(z.object({ CatalogId: catalogId, TagKey: tagKey, TagValues: tagValues })).max(MAX_TAGS),
});
type Tagged = z.output<typeof tagged>;

const ownerOf = (asked: string | undefined, caller: Caller): string => asked ?? caller.accountId;
/** What the resource names without an owner is of the request's catalog. */
const owned = (caller: Caller, owner: string | undefined): Caller =>
  owner === undefined ? caller : { ...caller, accountId: owner };

const toTagRef = ({ CatalogId, TagKey }: z.output<typeof tagRef>, caller: Caller) => ({
  catalogId: ownerOf(CatalogId, caller),
  key: TagKey,
});
const toExpressionRef = ({ CatalogId, Name }: z.output<typeof expressionRef>, caller: Caller) => ({
  catalogId: ownerOf(CatalogId, caller),
  name: Name,
});
const toSaved = (input: z.output<typeof savedExpression>, caller: Caller) => ({
  ...toExpressionRef(input, caller),
  description: input.Description,
  expression: toExpression(input.Expression),
});
const toSearch = (input: z.output<typeof searched>, caller: Caller) => ({
  catalogId: ownerOf(input.CatalogId, caller),
  expression: toExpression(input.Expression),
  limit: input.MaxResults ?? MAX_SEARCH_PAGE,
  ...(input.NextToken !== undefined && { token: input.NextToken }),
});
const toTagged = (input: Tagged, caller: Caller) => ({
  catalogId: ownerOf(input.CatalogId, caller),
  resource: grantResource(input.Resource, owned(caller, input.CatalogId)),
  tags: input.LFTags.map((pair) => ({ catalogId: pair.CatalogId, key: pair.TagKey, values: pair.TagValues })),
});
const toFailures = (failures: readonly TagFailure[], { LFTags }: Tagged) => ({
  Failures: failures.map(({ index, error }) => ({ LFTag: LFTags[index], Error: errorDetail(error) })),
});

const toTagShape = ({ catalogId: CatalogId, key, values }: LFTag) => ({
  CatalogId,
  TagKey: key,
  TagValues: values,
});
const toExpressionShape = ({ catalogId: CatalogId, name, description, expression }: SavedExpression) => ({
  Name: name,
  Description: description,
  CatalogId,
  Expression: fromExpression(expression),
});

const lfTagOperations: OperationTable = {
  CreateLFTag: operation({
    input: tagRef.extend({ TagValues: tagValues }),
    useCase: createLFTag,
    command: (input, caller) => ({ ...toTagRef(input, caller), values: input.TagValues }),
    answer: () => ({}),
  }),
  UpdateLFTag: operation({
    input: tagRef.extend({ TagValuesToDelete: tagValues.optional(), TagValuesToAdd: tagValues.optional() }),
    useCase: updateLFTag,
    command: (input, caller) => ({
      ...toTagRef(input, caller),
      valuesToAdd: input.TagValuesToAdd ?? [],
      valuesToDelete: input.TagValuesToDelete ?? [],
    }),
    answer: () => ({}),
  }),
  DeleteLFTag: operation({
    input: tagRef,
    useCase: deleteLFTag,
    command: toTagRef,
    answer: () => ({}),
  }),
  GetLFTag: operation({ input: tagRef, useCase: getLFTag, command: toTagRef, answer: toTagShape }),
  ListLFTags: operation({
    input: z.object({
      CatalogId: catalogId,
      ResourceShareType: z.enum(['FOREIGN', 'ALL']).optional(),
      ...page,
    }),
    useCase: listLFTags,
    command: (input, caller) => ({
      catalogId: ownerOf(input.CatalogId, caller),
      shareType: input.ResourceShareType,
      limit: input.MaxResults ?? DEFAULT_PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }) => ({ LFTags: items.map(toTagShape), NextToken: next }),
  }),
};

const taggingOperations: OperationTable = {
  AddLFTagsToResource: operation({
    input: tagged,
    useCase: addLFTagsToResource,
    command: toTagged,
    answer: toFailures,
  }),
  RemoveLFTagsFromResource: operation({
    input: tagged,
    useCase: removeLFTagsFromResource,
    command: toTagged,
    answer: toFailures,
  }),
  GetResourceLFTags: operation({
    input: z.object({
      CatalogId: catalogId,
      Resource: resource,
      ShowAssignedLFTags: z.boolean().optional(),
    }),
    useCase: getResourceLFTags,
    command: (input, caller) => ({
      catalogId: ownerOf(input.CatalogId, caller),
      resource: grantResource(input.Resource, owned(caller, input.CatalogId)),
      onlyAssigned: input.ShowAssignedLFTags ?? false,
    }),
    answer: (tags, input, caller) => toResourceTags(ownerOf(input.CatalogId, caller), tags),
  }),
  SearchDatabasesByLFTags: operation({
    input: searched,
    useCase: searchDatabasesByLFTags,
    command: toSearch,
    answer: ({ items, next }) => ({
      NextToken: next,
      DatabaseList: items.map(({ catalogId: owner, database, tags }) => ({
        Database: { CatalogId: owner, Name: database },
        LFTags: toResourceTags(owner, tags).LFTagOnDatabase ?? [],
      })),
    }),
  }),
  SearchTablesByLFTags: operation({
    input: searched,
    useCase: searchTablesByLFTags,
    command: toSearch,
    answer: ({ items, next }) => ({
      NextToken: next,
      TableList: items.map(({ catalogId: owner, database, table, tags }) => ({
        Table: { CatalogId: owner, DatabaseName: database, Name: table },
        ...toResourceTags(owner, tags),
      })),
    }),
  }),
};

const expressionOperations: OperationTable = {
  CreateLFTagExpression: operation({
    input: savedExpression,
    useCase: createLFTagExpression,
    command: toSaved,
    answer: () => ({}),
  }),
  UpdateLFTagExpression: operation({
    input: savedExpression,
    useCase: updateLFTagExpression,
    command: toSaved,
    answer: () => ({}),
  }),
  DeleteLFTagExpression: operation({
    input: expressionRef,
    useCase: deleteLFTagExpression,
    command: toExpressionRef,
    answer: () => ({}),
  }),
  GetLFTagExpression: operation({
    input: expressionRef,
    useCase: getLFTagExpression,
    command: toExpressionRef,
    answer: toExpressionShape,
  }),
  ListLFTagExpressions: operation({
    input: z.object({ CatalogId: catalogId, ...page }),
    useCase: listLFTagExpressions,
    command: (input, caller) => ({
      catalogId: ownerOf(input.CatalogId, caller),
      limit: input.MaxResults ?? DEFAULT_PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }) => ({ LFTagExpressions: items.map(toExpressionShape), NextToken: next }),
  }),
};

export const tagOperations: OperationTable = {
  ...lfTagOperations,
  ...taggingOperations,
  ...expressionOperations,
};
