import {
  type Change,
  defineRead,
  defineWrite,
  groupArn,
  LakewardenError,
  notFound,
  type Page,
  type PageRequest,
  type ReadScope,
} from '@lakewarden/kernel';

import { newUniqueId } from '../access-key/access-key.ts';
import { pageByName } from '../names-page.ts';
import { refuseWithPolicies } from '../policy/delete-conflict.ts';
import type { User } from '../user/user.ts';
import {
  deleteGroupRow,
  findGroup,
  insertGroup,
  listGroupRows,
  listMembers,
  lockGroup,
} from './group.repository.ts';
import type { Group } from './group.ts';

/** @param path its own, which policies may name; `/` of one that is not there */
const authorizeGroup = (
  { authorize, caller: { accountId } }: ReadScope,
  name: string,
  path = '/',
): Promise<void> =>
  authorize({ arn: groupArn(accountId, path, name), asked: groupArn(accountId, '/', name), accountId });

/** The one that is there is authorized by its own path. */
export const authorizeGroupNamed = async (scope: ReadScope, name: string): Promise<void> =>
  authorizeGroup(scope, name, (await findGroup(scope.tx, scope.caller.accountId, name))?.path);

export const groupChange = ({ accountId, id }: Group): Change => ({
  accountId,
  kind: 'identity',
  subjectId: id,
});

export const noSuchGroup = (name: string) => notFound(`The group with name ${name} cannot be found.`);

export interface CreateGroup {
  readonly name: string;
  readonly path: string;
}

/** @throws AlreadyExistsException */
export const createGroup = defineWrite({
  action: 'iam:CreateGroup',

  async run(scope, { name, path }: CreateGroup): Promise<Group> {
    await authorizeGroup(scope, name, path);
    const group: Group = {
      id: scope.newId<'Group'>(),
      accountId: scope.caller.accountId,
      name,
      path,
      uniqueId: newUniqueId('AGPA'),
      createdAt: scope.now,
    };
    await insertGroup(scope.tx, group);
    scope.changed(groupChange(group));
    return group;
  },
});

export interface GetGroup extends PageRequest {
  readonly name: string;
}

export interface GroupWithMembers {
  readonly group: Group;
  readonly members: Page<User>;
}

/** A group and one page of its members. @throws EntityNotFoundException */
export const getGroup = defineRead({
  action: 'iam:GetGroup',

  async run(scope, command: GetGroup): Promise<GroupWithMembers> {
    await authorizeGroupNamed(scope, command.name);
    const group = await findGroup(scope.tx, scope.caller.accountId, command.name);
    if (group === undefined) throw noSuchGroup(command.name);
    const members = await pageByName(scope, ['GetGroup', group.id], command, (after, limit) =>
      listMembers(scope.tx, group.id, after, limit),
    );
    return { group, members };
  },
});

export interface ListGroups extends PageRequest {
  readonly pathPrefix: string;
}

export const listGroups = defineRead({
  action: 'iam:ListGroups',

  async run(scope, command: ListGroups): Promise<Page<Group>> {
    await authorizeGroup(scope, '*');
    const { pathPrefix } = command;
    return pageByName(scope, ['ListGroups', pathPrefix], command, (after, limit) =>
      listGroupRows(scope.tx, scope.caller.accountId, pathPrefix, after, limit),
    );
  },
});

/** @throws EntityNotFoundException; DeleteConflictException it still has members */
export const deleteGroup = defineWrite({
  action: 'iam:DeleteGroup',

  async run(scope, { name }: { readonly name: string }): Promise<void> {
    await authorizeGroupNamed(scope, name);
    const group = await lockGroup(scope.tx, scope.caller.accountId, name);
    if (group === undefined) throw noSuchGroup(name);
    if ((await listMembers(scope.tx, group.id, '', 1)).length > 0) {
      throw new LakewardenError(
        'DeleteConflictException',
        'Cannot delete entity, must remove users from group first.',
      );
    }
    await refuseWithPolicies(scope, group.id, 'group');
    await deleteGroupRow(scope.tx, group.id);
    await scope.permissions.forgetPrincipal(scope, groupArn(group.accountId, group.path, group.name));
    scope.changed(groupChange(group));
  },
});
