import { getEffectivePermissionsForPath } from '@lakewarden/permissions';
import { z } from 'zod';

import { catalogId, maxResults, pageToken } from '../glue/shapes.ts';
import { operation, type OperationTable } from '../operation.ts';
import { toHeldShape } from './permission.operations.ts';
import { resourceArn } from './shapes.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1000;

export const permissionsForPathOperations: OperationTable = {
  GetEffectivePermissionsForPath: operation({
    input: z.object({
      CatalogId: catalogId,
      ResourceArn: resourceArn,
      NextToken: pageToken,
      MaxResults: maxResults(MAX_PAGE),
    }),
    useCase: getEffectivePermissionsForPath,
    command: (input, caller) => ({
      catalogId: input.CatalogId ?? caller.accountId,
      arn: input.ResourceArn,
      limit: input.MaxResults ?? DEFAULT_PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }) => ({ Permissions: items.map(toHeldShape), NextToken: next }),
  }),
};
