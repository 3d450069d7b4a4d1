import {
  deleteResourcePolicy,
  getResourcePolicies,
  getResourcePolicy,
  putResourcePolicy,
  type ResourcePolicy,
} from '@lakewarden/catalog';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import { existsCondition, hashString, policyText } from './settings.shapes.ts';
import { glueArn, maxResults, pageToken, seconds } from './shapes.ts';

const PAGE = 100;
const MAX_PAGE = 1000;

const ofResource = z.object({ ResourceArn: glueArn.optional() });

const toShape = ({ policy, hash, createdAt, updatedAt }: ResourcePolicy) => ({
  PolicyInJson: policy,
  PolicyHash: hash,
  CreateTime: seconds(createdAt),
  UpdateTime: seconds(updatedAt),
});

export const resourcePolicyOperations: OperationTable = {
  PutResourcePolicy: operation({
    input: ofResource.extend({
      PolicyInJson: policyText,
      PolicyHashCondition: hashString.optional(),
      PolicyExistsCondition: existsCondition.default('NONE'),
      EnableHybrid: z.enum(['TRUE', 'FALSE']).default('FALSE'),
    }),
    useCase: putResourcePolicy,
    command: (input) => ({
      policy: input.PolicyInJson,
      resourceArn: input.ResourceArn,
      hashCondition: input.PolicyHashCondition,
      existsCondition: input.PolicyExistsCondition,
      enableHybrid: input.EnableHybrid === 'TRUE',
    }),
    answer: ({ hash }) => ({ PolicyHash: hash }),
  }),
  GetResourcePolicy: operation({
    input: ofResource,
    useCase: getResourcePolicy,
    command: (input) => ({ resourceArn: input.ResourceArn }),
    answer: toShape,
  }),
  GetResourcePolicies: operation({
    input: z.object({ MaxResults: maxResults(MAX_PAGE), NextToken: pageToken }),
    useCase: getResourcePolicies,
    command: (input) => ({
      limit: input.MaxResults ?? PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }) => ({ GetResourcePoliciesResponseList: items.map(toShape), NextToken: next }),
  }),
  DeleteResourcePolicy: operation({
    input: ofResource.extend({ PolicyHashCondition: hashString.optional() }),
    useCase: deleteResourcePolicy,
    command: (input) => ({ resourceArn: input.ResourceArn, hashCondition: input.PolicyHashCondition }),
    answer: () => ({}),
  }),
};
