import { COMPARATORS, RESOURCE_SHARE_TYPES, searchTables } from '@lakewarden/catalog';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import { catalogId, maxResults, pageToken, text } from './shapes.ts';
import { toTableShape } from './table.operations.ts';

const DEFAULT_PAGE = 100;
export const MAX_SEARCH_PAGE = 1000;
const MAX_FILTERS = 50;

export const valueString = text(1, 1024);

/** The model bounds no list of filters; each costs a look at every table that is looked at. */
export const searchFilters = z
  .array(z.object({ Key: valueString, Value: valueString, Comparator: z.enum(COMPARATORS).optional() }))
  .max(MAX_FILTERS);

const sortCriteria = z
  .array(z.object({ FieldName: valueString, Sort: z.enum(['ASC', 'DESC']).optional() }))
  .max(1);

export const searchOperations: OperationTable = {
  SearchTables: operation({
    input: z.object({
      CatalogId: catalogId,
      NextToken: pageToken,
      MaxResults: maxResults(MAX_SEARCH_PAGE),
      SearchText: valueString.optional(),
      Filters: searchFilters.optional(),
      SortCriteria: sortCriteria.optional(),
      ResourceShareType: z.enum(RESOURCE_SHARE_TYPES).optional(),
    }),
    useCase: searchTables,
    command: (input, caller) => {
      const [sort] = input.SortCriteria ?? [];
      return {
        catalogId: input.CatalogId ?? caller.accountId,
        text: input.SearchText,
        filters: (input.Filters ?? []).map(({ Key: key, Value: value, Comparator: comparator }) => ({
          key,
          value,
          comparator,
        })),
        sort: sort && { field: sort.FieldName, isDescending: sort.Sort === 'DESC' },
        shareType: input.ResourceShareType,
        limit: input.MaxResults ?? DEFAULT_PAGE,
        ...(input.NextToken !== undefined && { token: input.NextToken }),
      };
    },
    answer: ({ items, next }) => ({ TableList: items.map(toTableShape), NextToken: next }),
  }),
};
