import { getCallerIdentity } from '@lakewarden/identity';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';

export const stsOperations: OperationTable = {
  GetCallerIdentity: operation({
    input: z.object({}),
    useCase: getCallerIdentity,
    command: () => undefined,
    answer: ({ userId, accountId, arn }) => ({ UserId: userId, Account: accountId, Arn: arn }),
  }),
};
