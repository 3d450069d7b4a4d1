import { createRole, deleteRole, getRole, listRoles, updateAssumeRolePolicy } from '@lakewarden/identity';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import { listingByPath, pageOf, pageShape, path, policyDocument, roleName, toRoleShape } from './shapes.ts';

const named = z.object({ RoleName: roleName });

export const roleOperations: OperationTable = {
  CreateRole: operation({
    input: named.extend({
      Path: path,
      AssumeRolePolicyDocument: policyDocument,
      Description: z
        .string()
        .max(1000)
        .regex(/^[\t\n\r\u0020-\u007e\u00a1-\u00ff]*$/)
        .optional(),
      MaxSessionDuration: z.coerce.number().int().min(3600).max(43_200).default(3600),
    }),
    useCase: createRole,
    command: (input) => ({
      name: input.RoleName,
      path: input.Path,
      assumeRolePolicyDocument: input.AssumeRolePolicyDocument,
      description: input.Description,
      maxSessionSeconds: input.MaxSessionDuration,
    }),
    answer: (role) => ({ Role: toRoleShape(role) }),
  }),
  GetRole: operation({
    input: named,
    useCase: getRole,
    command: (input) => ({ name: input.RoleName }),
    answer: (role) => ({ Role: toRoleShape(role) }),
  }),
  ListRoles: operation({
    input: listingByPath,
    useCase: listRoles,
    command: (input) => ({ pathPrefix: input.PathPrefix, ...pageOf(input) }),
    answer: (page) => ({ Roles: page.items.map(toRoleShape), ...pageShape(page) }),
  }),
  UpdateAssumeRolePolicy: operation({
    input: named.extend({ PolicyDocument: policyDocument }),
    useCase: updateAssumeRolePolicy,
    command: (input) => ({ name: input.RoleName, assumeRolePolicyDocument: input.PolicyDocument }),
    answer: () => undefined,
  }),
  DeleteRole: operation({
    input: named,
    useCase: deleteRole,
    command: (input) => ({ name: input.RoleName }),
    answer: () => undefined,
  }),
};
