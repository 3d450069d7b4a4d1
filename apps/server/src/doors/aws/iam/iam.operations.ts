import {
  type AccessKey,
  createAccessKey,
  createUser,
  deleteAccessKey,
  deleteUser,
  getUser,
  listAccessKeys,
  listUsers,
  type MasterKeys,
  updateAccessKey,
} from '@lakewarden/identity';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import { groupOperations } from './group.operations.ts';
import { policyOperations } from './policy.operations.ts';
import { roleOperations } from './role.operations.ts';
import { simulationOperations } from './simulation.operations.ts';
import { listingByPath, pageOf, pageShape, path, toUserShape, userName } from './shapes.ts';

const accessKeyId = z.string().regex(/^\w{16,128}$/);
const ofUser = z.object({ UserName: userName.optional() });

const toKeyShape = (key: AccessKey) => ({
  UserName: key.userName,
  AccessKeyId: key.accessKeyId,
  Status: key.status,
  CreateDate: key.createdAt,
});

/** @param keys seal the secrets of new access keys */
export const iamOperations = (keys: MasterKeys): OperationTable => ({
  ...roleOperations,
  ...groupOperations,
  ...policyOperations,
  ...simulationOperations,
  CreateUser: operation({
    input: z.object({ UserName: userName, Path: path }),
    useCase: createUser,
    command: (input) => ({ name: input.UserName, path: input.Path }),
    answer: (user) => ({ User: toUserShape(user) }),
  }),
  GetUser: operation({
    input: ofUser,
    useCase: getUser,
    command: (input) => ({ name: input.UserName }),
    answer: (user) => ({ User: toUserShape(user) }),
  }),
  ListUsers: operation({
    input: listingByPath,
    useCase: listUsers,
    command: (input) => ({ pathPrefix: input.PathPrefix, ...pageOf(input) }),
    answer: (page) => ({ Users: page.items.map(toUserShape), ...pageShape(page) }),
  }),
  DeleteUser: operation({
    input: z.object({ UserName: userName }),
    useCase: deleteUser,
    command: (input) => ({ name: input.UserName }),
    answer: () => undefined,
  }),
  CreateAccessKey: operation({
    input: ofUser,
    useCase: createAccessKey,
    command: (input) => ({ name: input.UserName, keys }),
    answer: ({ key, secretAccessKey }) => ({
      AccessKey: { ...toKeyShape(key), SecretAccessKey: secretAccessKey.reveal() },
    }),
  }),
  ListAccessKeys: operation({
    input: ofUser,
    useCase: listAccessKeys,
    command: (input) => ({ name: input.UserName }),
    answer: (list) => ({ AccessKeyMetadata: list.map(toKeyShape), IsTruncated: false }),
  }),
  UpdateAccessKey: operation({
    input: ofUser.extend({ AccessKeyId: accessKeyId, Status: z.enum(['Active', 'Inactive']) }),
    useCase: updateAccessKey,
    command: (input) => ({ name: input.UserName, accessKeyId: input.AccessKeyId, status: input.Status }),
    answer: () => undefined,
  }),
  DeleteAccessKey: operation({
    input: ofUser.extend({ AccessKeyId: accessKeyId }),
    useCase: deleteAccessKey,
    command: (input) => ({ name: input.UserName, accessKeyId: input.AccessKeyId }),
    answer: () => undefined,
  }),
});
