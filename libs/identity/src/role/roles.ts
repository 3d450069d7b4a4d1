import {
  type Change,
  defineRead,
  defineWrite,
  notFound,
  type Page,
  type PageRequest,
  type ReadScope,
  roleArn,
} from '@lakewarden/kernel';

import { newUniqueId } from '../access-key/access-key.ts';
import { pageByName } from '../names-page.ts';
import { refuseWithPolicies } from '../policy/delete-conflict.ts';
import { deleteRoleRow, findRole, insertRole, listRoleRows, setTrustPolicy } from './role.repository.ts';
import type { Role } from './role.ts';
import { parseTrustPolicy } from './trust-policy.ts';

/** @param path its own, which policies may name; `/` of one that is not there */
const authorizeRole = (
  { authorize, caller: { accountId } }: ReadScope,
  name: string,
  path = '/',
): Promise<void> =>
  authorize({ arn: roleArn(accountId, path, name), asked: roleArn(accountId, '/', name), accountId });

/** The one that is there is authorized by its own path. */
const authorizeRoleNamed = async (scope: ReadScope, name: string): Promise<void> =>
  authorizeRole(scope, name, (await findRole(scope.tx, scope.caller.accountId, name))?.path);

const roleChange = ({ accountId, id }: Role): Change => ({ accountId, kind: 'identity', subjectId: id });

const noSuchRole = (name: string) => notFound(`The role with name ${name} cannot be found.`);

export interface CreateRole {
  readonly name: string;
  readonly path: string;
  readonly assumeRolePolicyDocument: string;
  readonly description?: string | undefined;
  readonly maxSessionSeconds: number;
}

/** A role without any policy. @throws AlreadyExistsException, MalformedPolicyDocumentException */
export const createRole = defineWrite({
  action: 'iam:CreateRole',

  async run(scope, { description, ...command }: CreateRole): Promise<Role> {
    await authorizeRole(scope, command.name, command.path);
    parseTrustPolicy(command.assumeRolePolicyDocument);
    const role: Role = {
      id: scope.newId<'Role'>(),
      accountId: scope.caller.accountId,
      ...command,
      ...(description !== undefined && { description }),
      uniqueId: newUniqueId('AROA'),
      createdAt: scope.now,
    };
    await insertRole(scope.tx, role);
    scope.changed(roleChange(role));
    return role;
  },
});

/** @throws EntityNotFoundException */
export const getRole = defineRead({
  action: 'iam:GetRole',

  async run(scope, { name }: { readonly name: string }): Promise<Role> {
    await authorizeRoleNamed(scope, name);
    const role = await findRole(scope.tx, scope.caller.accountId, name);
    if (role === undefined) throw noSuchRole(name);
    return role;
  },
});

export interface ListRoles extends PageRequest {
  readonly pathPrefix: string;
}

export const listRoles = defineRead({
  action: 'iam:ListRoles',

  async run(scope, command: ListRoles): Promise<Page<Role>> {
    await authorizeRole(scope, '*');
    const { pathPrefix } = command;
    return pageByName(scope, ['ListRoles', pathPrefix], command, (after, limit) =>
      listRoleRows(scope.tx, scope.caller.accountId, pathPrefix, after, limit),
    );
  },
});

export interface UpdateAssumeRolePolicy {
  readonly name: string;
  readonly assumeRolePolicyDocument: string;
}

/** Sessions that are open stay open. @throws EntityNotFoundException, MalformedPolicyDocumentException */
export const updateAssumeRolePolicy = defineWrite({
  action: 'iam:UpdateAssumeRolePolicy',

  async run(scope, command: UpdateAssumeRolePolicy): Promise<void> {
    await authorizeRoleNamed(scope, command.name);
    parseTrustPolicy(command.assumeRolePolicyDocument);
    const role = await findRole(scope.tx, scope.caller.accountId, command.name);
    if (role === undefined) throw noSuchRole(command.name);
    await setTrustPolicy(scope.tx, role.id, command.assumeRolePolicyDocument);
    scope.changed(roleChange(role));
  },
});

/** @throws EntityNotFoundException; DeleteConflictException it still has policies */
export const deleteRole = defineWrite({
  action: 'iam:DeleteRole',

  async run(scope, { name }: { readonly name: string }): Promise<void> {
    await authorizeRoleNamed(scope, name);
    const found = await findRole(scope.tx, scope.caller.accountId, name);
    if (found !== undefined) await refuseWithPolicies(scope, found.id, 'role');
    const role = await deleteRoleRow(scope.tx, scope.caller.accountId, name);
    if (role === undefined) throw noSuchRole(name);
    await scope.permissions.forgetPrincipal(scope, roleArn(role.accountId, role.path, role.name));
    scope.changed(roleChange(role));
  },
});
