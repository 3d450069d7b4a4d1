import { getCallerIdentity, getWebIdentityToken, type TokenService } from '@lakewarden/identity';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';

export const stsOperations = (tokens: TokenService): OperationTable => ({
  GetCallerIdentity: operation({
    input: z.object({}),
    useCase: getCallerIdentity,
    command: () => undefined,
    answer: ({ userId, accountId, arn }) => ({ UserId: userId, Account: accountId, Arn: arn }),
  }),
  GetWebIdentityToken: operation({
    input: z.object({ Audience: z.array(z.string().min(1).max(1000)).min(1).max(10) }),
    useCase: getWebIdentityToken,
    command: (input) => ({ tokens, audience: input.Audience }),
    answer: ({ token, expiresAt }) => ({ WebIdentityToken: token, Expiration: expiresAt }),
  }),
});
