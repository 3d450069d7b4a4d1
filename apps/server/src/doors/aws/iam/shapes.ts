import { encodeRfc3986 } from '@lakewarden/aws-wire';
import type { Group, Role, User } from '@lakewarden/identity';
import { groupArn, type Page, roleArn, userArn } from '@lakewarden/kernel';
import { z } from 'zod';

/** IAM's own bounds (service model 2010-05-08). */
const entityName = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[\w+=,.@-]+$/);
export const userName = entityName(64);
export const roleName = entityName(64);
export const groupName = entityName(128);
export const policyName = entityName(128);
export const policyDocument = z
  .string()
  .min(1)
  .max(131_072)
  .regex(/^[\t\n\r\u0020-\u00ff]+$/);
export const path = z
  .string()
  .min(1)
  .max(512)
  .regex(/^(\/|\/[\u0021-\u007f]+\/)$/)
  .default('/');

export const pathPrefix = z
  .string()
  .min(1)
  .max(512)
  .regex(/^\/[\u0021-\u007f]*$/);

const paging = {
  Marker: z.string().min(1).max(8192).optional(),
  MaxItems: z.coerce.number().int().min(1).max(1000).default(100),
};
export const listing = z.object(paging);
export const listingByPath = z.object({
  ...paging,
  PathPrefix: pathPrefix.default('/'),
});

export const pageOf = (input: z.output<typeof listing>) => ({
  limit: input.MaxItems,
  ...(input.Marker !== undefined && { token: input.Marker }),
});

/** `IsTruncated` is always there, `Marker` only with more to come (spec/wire.md §4). */
export const pageShape = ({ next }: Page<unknown>) => ({ IsTruncated: next !== undefined, Marker: next });

export const toUserShape = (user: User) => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.uniqueId,
  Arn: userArn(user.accountId, user.path, user.name),
  CreateDate: user.createdAt,
});

export const toGroupShape = (group: Group) => ({
  Path: group.path,
  GroupName: group.name,
  GroupId: group.uniqueId,
  Arn: groupArn(group.accountId, group.path, group.name),
  CreateDate: group.createdAt,
});

export const toRoleShape = (role: Role) => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.uniqueId,
  Arn: roleArn(role.accountId, role.path, role.name),
  CreateDate: role.createdAt,
  // Policy documents are URL-encoded in answers (spec/wire.md §4).
  AssumeRolePolicyDocument: encodeRfc3986(role.assumeRolePolicyDocument),
  Description: role.description,
  MaxSessionDuration: role.maxSessionSeconds,
});
