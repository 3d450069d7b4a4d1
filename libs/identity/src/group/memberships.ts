import { defineRead, defineWrite, type Page, type PageRequest, type WriteScope } from '@lakewarden/kernel';

import { pageByName } from '../names-page.ts';
import type { User } from '../user/user.ts';
import { noSuchUser, requireUser, userChange } from '../user/users.ts';
import { lockUserNamed } from '../user/user.repository.ts';
import { deleteMember, insertMember, listGroupsOf, lockGroup } from './group.repository.ts';
import type { Group } from './group.ts';
import { authorizeGroupNamed, groupChange, noSuchGroup } from './groups.ts';

export interface Membership {
  readonly groupName: string;
  readonly userName: string;
}

/** Both, locked in one order, so that neither goes away while they are joined. @throws EntityNotFoundException */
async function requireBoth(
  scope: WriteScope,
  { groupName, userName }: Membership,
): Promise<{ readonly group: Group; readonly user: User }> {
  await authorizeGroupNamed(scope, groupName);
  const { accountId } = scope.caller;
  const group = await lockGroup(scope.tx, accountId, groupName);
  if (group === undefined) throw noSuchGroup(groupName);
  const user = await lockUserNamed(scope.tx, accountId, userName);
  if (user === undefined) throw noSuchUser(userName);
  return { group, user };
}

/** Does nothing for a member, as in IAM. @throws EntityNotFoundException */
export const addUserToGroup = defineWrite({
  action: 'iam:AddUserToGroup',

  async run(scope, command: Membership): Promise<void> {
    const { group, user } = await requireBoth(scope, command);
    await insertMember(scope.tx, group.id, user.id);
    // What is cached of the user may depend on his groups, and the other way round.
    scope.changed(groupChange(group));
    scope.changed(userChange(user));
  },
});

/** @throws EntityNotFoundException the group, the user, or the membership is not there */
export const removeUserFromGroup = defineWrite({
  action: 'iam:RemoveUserFromGroup',

  async run(scope, command: Membership): Promise<void> {
    const { group, user } = await requireBoth(scope, command);
    if (!(await deleteMember(scope.tx, group.id, user.id))) throw noSuchUser(user.name);
    scope.changed(groupChange(group));
    scope.changed(userChange(user));
  },
});

export interface ListGroupsForUser extends PageRequest {
  readonly userName: string;
}

/** @throws EntityNotFoundException */
export const listGroupsForUser = defineRead({
  action: 'iam:ListGroupsForUser',

  async run(scope, command: ListGroupsForUser): Promise<Page<Group>> {
    const user = await requireUser(scope, command.userName);
    return pageByName(scope, ['ListGroupsForUser', user.id], command, (after, limit) =>
      listGroupsOf(scope.tx, user.id, after, limit),
    );
  },
});
