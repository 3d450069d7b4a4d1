import {
  assumeRole,
  getCallerIdentity,
  getWebIdentityToken,
  type MasterKeys,
  type TokenService,
} from '@lakewarden/identity';
import { z } from 'zod';

import { policyDocument } from '../iam/shapes.ts';
import { operation, type OperationTable } from '../operation.ts';

const sessionName = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[\w+=,.@-]*$/);

export const stsOperations = (keys: MasterKeys, tokens: TokenService): OperationTable => ({
  AssumeRole: operation({
    input: z.object({
      RoleArn: z.string().min(20).max(2048),
      RoleSessionName: sessionName,
      DurationSeconds: z.coerce.number().int().min(900).max(43_200).optional(),
      Policy: policyDocument.optional(),
      PolicyArns: z
        .array(z.object({ arn: z.string().min(20).max(2048) }))
        .max(10)
        .optional(),
      SourceIdentity: sessionName.optional(),
      Tags: z
        .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))
        .max(50)
        .optional(),
    }),
    useCase: assumeRole,
    command: (input) => ({
      keys,
      roleArn: input.RoleArn,
      sessionName: input.RoleSessionName,
      durationSeconds: input.DurationSeconds,
      policy: input.Policy,
      policyArns: input.PolicyArns?.map(({ arn }) => arn),
      sourceIdentity: input.SourceIdentity,
      tags: input.Tags && Object.fromEntries(input.Tags.map(({ Key, Value }) => [Key, Value])),
    }),
    answer: (assumed) => ({
      Credentials: {
        AccessKeyId: assumed.accessKey.accessKeyId,
        SecretAccessKey: assumed.accessKey.secretAccessKey.reveal(),
        SessionToken: assumed.sessionToken,
        Expiration: assumed.expiresAt,
      },
      AssumedRoleUser: { AssumedRoleId: assumed.assumedRoleId, Arn: assumed.arn },
      PackedPolicySize: assumed.packedPolicySize,
    }),
  }),
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
