import {
  arnOfPlace,
  type DataLocation,
  deregisterResource,
  describeResource,
  listResources,
  LOCATION_FIELDS,
  LOCATION_OPERATORS,
  registerResource,
  updateResource,
} from '@lakewarden/permissions';
import { z } from 'zod';

import { maxResults, pageToken, seconds } from '../glue/shapes.ts';
import { operation, type OperationTable } from '../operation.ts';
import { resourceArn } from './shapes.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1000;
export const MAX_VALUES = 100;
export const MAX_FILTERS = 20;

export const roleArn = z
  .string()
  .max(2048)
  .regex(/^arn:aws:iam::[0-9]*:role\/.*$/);
export const accountId = z.string().regex(/^\d{12}$/);

const toInfo = (location: DataLocation) => ({
  ResourceArn: arnOfPlace(location.location),
  RoleArn: location.roleArn,
  LastModified: seconds(location.updatedAt),
  WithFederation: location.withFederation,
  HybridAccessEnabled: location.hybridAccessEnabled,
  WithPrivilegedAccess: location.withPrivilegedAccess,
  // Nobody has tried the role: the server vends no credentials for it yet.
  VerificationStatus: 'NOT_VERIFIED',
  ExpectedResourceOwnerAccount: location.expectedOwnerAccount,
});

export const locationOperations: OperationTable = {
  RegisterResource: operation({
    input: z.object({
      ResourceArn: resourceArn,
      UseServiceLinkedRole: z.boolean().default(false),
      RoleArn: roleArn.optional(),
      WithFederation: z.boolean().default(false),
      HybridAccessEnabled: z.boolean().default(false),
      WithPrivilegedAccess: z.boolean().default(false),
      ExpectedResourceOwnerAccount: accountId.optional(),
    }),
    useCase: registerResource,
    command: (input) => ({
      arn: input.ResourceArn,
      roleArn: input.RoleArn,
      useServiceLinkedRole: input.UseServiceLinkedRole,
      withFederation: input.WithFederation,
      hybridAccessEnabled: input.HybridAccessEnabled,
      withPrivilegedAccess: input.WithPrivilegedAccess,
      expectedOwnerAccount: input.ExpectedResourceOwnerAccount,
    }),
    answer: () => ({}),
  }),
  UpdateResource: operation({
    input: z.object({
      RoleArn: roleArn,
      ResourceArn: resourceArn,
      WithFederation: z.boolean().optional(),
      HybridAccessEnabled: z.boolean().optional(),
      ExpectedResourceOwnerAccount: accountId.optional(),
    }),
    useCase: updateResource,
    command: (input) => ({
      arn: input.ResourceArn,
      roleArn: input.RoleArn,
      withFederation: input.WithFederation,
      hybridAccessEnabled: input.HybridAccessEnabled,
      expectedOwnerAccount: input.ExpectedResourceOwnerAccount,
    }),
    answer: () => ({}),
  }),
  DeregisterResource: operation({
    input: z.object({ ResourceArn: resourceArn }),
    useCase: deregisterResource,
    command: (input) => ({ arn: input.ResourceArn }),
    answer: () => ({}),
  }),
  DescribeResource: operation({
    input: z.object({ ResourceArn: resourceArn }),
    useCase: describeResource,
    command: (input) => ({ arn: input.ResourceArn }),
    answer: (found) => ({ ResourceInfo: toInfo(found) }),
  }),
  ListResources: operation({
    input: z.object({
      FilterConditionList: z
        .array(
          z.object({
            Field: z.enum(LOCATION_FIELDS),
            ComparisonOperator: z.enum(LOCATION_OPERATORS),
            StringValueList: z.array(z.string().max(2048)).max(MAX_VALUES).default([]),
          }),
        )
        .min(1)
        .max(MAX_FILTERS)
        .optional(),
      MaxResults: maxResults(MAX_PAGE),
      NextToken: pageToken,
    }),
    useCase: listResources,
    command: (input) => ({
      filters: (input.FilterConditionList ?? []).map((each) => ({
        field: each.Field,
        operator: each.ComparisonOperator,
        values: each.StringValueList,
      })),
      limit: input.MaxResults ?? DEFAULT_PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }) => ({ ResourceInfoList: items.map(toInfo), NextToken: next }),
  }),
};
