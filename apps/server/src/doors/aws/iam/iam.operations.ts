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
  type User,
} from '@lakewarden/identity';
import { userArn } from '@lakewarden/kernel';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';

const userName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w+=,.@-]+$/);
const path = z
  .string()
  .min(1)
  .max(512)
  .regex(/^(\/|\/[\u0021-\u007f]+\/)$/)
  .default('/');
const accessKeyId = z.string().regex(/^\w{16,128}$/);
const ofUser = z.object({ UserName: userName.optional() });

const toUserShape = (user: User) => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.uniqueId,
  Arn: userArn(user.accountId, user.path, user.name),
  CreateDate: user.createdAt,
});

const toKeyShape = (key: AccessKey) => ({
  UserName: key.userName,
  AccessKeyId: key.accessKeyId,
  Status: key.status,
  CreateDate: key.createdAt,
});

/** @param keys seal the secrets of new access keys */
export const iamOperations = (keys: MasterKeys): OperationTable => ({
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
    input: z.object({
      PathPrefix: z.string().min(1).max(512).default('/'),
      Marker: z.string().max(8192).optional(),
      MaxItems: z.coerce.number().int().min(1).max(1000).default(100),
    }),
    useCase: listUsers,
    command: (input) => ({
      pathPrefix: input.PathPrefix,
      limit: input.MaxItems,
      ...(input.Marker !== undefined && { token: input.Marker }),
    }),
    answer: ({ items, next }) => ({
      Users: items.map(toUserShape),
      IsTruncated: next !== undefined,
      Marker: next,
    }),
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
