import {
  type Change,
  defineRead,
  defineWrite,
  LakewardenError,
  notFound,
  type Page,
  type PageRequest,
  type ReadScope,
  userArn,
  type WriteScope,
} from '@lakewarden/kernel';

import { type AccessKeyPair, newAccessKeyPair, newUniqueId } from '../access-key/access-key.ts';
import { pageByName } from '../names-page.ts';
import { refuseWithPolicies } from '../policy/delete-conflict.ts';
import type { MasterKeys } from '../secrets/master-keys.ts';
import type { AccessKey, User } from './user.ts';
import {
  deleteUserKey,
  deleteUserRow,
  findUser,
  findUserByUniqueId,
  insertUser,
  insertUserKey,
  isInGroup,
  listUserKeys,
  listUserRows,
  lockUser,
  setUserKeyStatus,
} from './user.repository.ts';

/** As in IAM. */
const MAX_ACCESS_KEYS = 2;

/** @param path its own, which policies may name; `/` of one that is not there */
const authorizeUser = (scope: ReadScope, name: string, path = '/'): Promise<void> =>
  scope.authorize({
    arn: userArn(scope.caller.accountId, path, name),
    asked: userArn(scope.caller.accountId, '/', name),
    accountId: scope.caller.accountId,
  });

export const userChange = (user: User): Change => ({
  accountId: user.accountId,
  kind: 'identity',
  subjectId: user.id,
});

export const noSuchUser = (name: string) => notFound(`The user with name ${name} cannot be found.`);

/** The named user; without a name the caller's own. @throws EntityNotFoundException */
export async function requireUser(scope: ReadScope, name: string | undefined): Promise<User> {
  const { accountId, principalId } = scope.caller;
  const user =
    name === undefined
      ? await findUserByUniqueId(scope.tx, accountId, principalId)
      : await findUser(scope.tx, accountId, name);
  await authorizeUser(scope, name ?? user?.name ?? '*', user?.path);
  if (user === undefined) throw noSuchUser(name ?? principalId);
  return user;
}

/** The same, locked: it was there, and stays. */
async function requireLockedUser(scope: WriteScope, name: string | undefined): Promise<User> {
  const user = await requireUser(scope, name);
  if (!(await lockUser(scope.tx, user.id))) throw noSuchUser(user.name);
  return user;
}

export interface CreateUser {
  readonly name: string;
  readonly path: string;
}

/** A user without any policy, as in AWS (contract.md §4). @throws AlreadyExistsException */
export const createUser = defineWrite({
  action: 'iam:CreateUser',

  async run(scope, command: CreateUser): Promise<User> {
    await authorizeUser(scope, command.name, command.path);
    const user: User = {
      id: scope.newId<'User'>(),
      accountId: scope.caller.accountId,
      name: command.name,
      path: command.path,
      uniqueId: newUniqueId('AIDA'),
      createdAt: scope.now,
    };
    await insertUser(scope.tx, user);
    scope.changed(userChange(user));
    return user;
  },
});

export interface UserName {
  /** Absent: the caller's own. */
  readonly name?: string | undefined;
}

/** @throws EntityNotFoundException */
export const getUser = defineRead({
  action: 'iam:GetUser',
  run: (scope, command: UserName): Promise<User> => requireUser(scope, command.name),
});

export interface ListUsers extends PageRequest {
  readonly pathPrefix: string;
}

export const listUsers = defineRead({
  action: 'iam:ListUsers',

  async run(scope, command: ListUsers): Promise<Page<User>> {
    await authorizeUser(scope, '*');
    const { pathPrefix } = command;
    return pageByName(scope, ['ListUsers', pathPrefix], command, (after, limit) =>
      listUserRows(scope.tx, scope.caller.accountId, pathPrefix, after, limit),
    );
  },
});

/** @throws EntityNotFoundException; DeleteConflictException it still has access keys or groups */
export const deleteUser = defineWrite({
  action: 'iam:DeleteUser',

  async run(scope, command: { readonly name: string }): Promise<void> {
    const user = await requireLockedUser(scope, command.name);
    if ((await listUserKeys(scope.tx, user)).length > 0) {
      throw new LakewardenError(
        'DeleteConflictException',
        'Cannot delete entity, must delete access keys first.',
      );
    }
    await refuseWithPolicies(scope, user.id, 'user');
    if (await isInGroup(scope.tx, user.id)) {
      throw new LakewardenError(
        'DeleteConflictException',
        'Cannot delete entity, must remove users from group first.',
      );
    }
    await deleteUserRow(scope.tx, user.id);
    await scope.permissions.forgetPrincipal(scope, userArn(user.accountId, user.path, user.name));
    scope.changed(userChange(user));
  },
});

export interface CreateAccessKey extends UserName {
  readonly keys: MasterKeys;
}

export interface CreatedAccessKey {
  readonly key: AccessKey;
  readonly secretAccessKey: AccessKeyPair['secretAccessKey'];
}

/** The only time its secret is told. @throws ResourceNumberLimitExceededException the user has two */
export const createAccessKey = defineWrite({
  action: 'iam:CreateAccessKey',

  async run(scope, command: CreateAccessKey): Promise<CreatedAccessKey> {
    const user = await requireLockedUser(scope, command.name);
    if ((await listUserKeys(scope.tx, user)).length >= MAX_ACCESS_KEYS) {
      throw new LakewardenError(
        'ResourceNumberLimitExceededException',
        `Cannot exceed quota for AccessKeysPerUser: ${String(MAX_ACCESS_KEYS)}`,
      );
    }
    const pair = newAccessKeyPair();
    await insertUserKey(scope.tx, command.keys, user, pair, scope.now);
    scope.changed(userChange(user));
    const key: AccessKey = {
      accessKeyId: pair.accessKeyId,
      userName: user.name,
      status: 'Active',
      createdAt: scope.now,
    };
    return { key, secretAccessKey: pair.secretAccessKey };
  },
});

export const listAccessKeys = defineRead({
  action: 'iam:ListAccessKeys',

  async run(scope, command: UserName): Promise<readonly AccessKey[]> {
    return listUserKeys(scope.tx, await requireUser(scope, command.name));
  },
});

const noSuchKey = (id: string) => notFound(`The Access Key with id ${id} cannot be found.`);

export interface UpdateAccessKey extends UserName {
  readonly accessKeyId: string;
  readonly status: AccessKey['status'];
}

/** @throws EntityNotFoundException */
export const updateAccessKey = defineWrite({
  action: 'iam:UpdateAccessKey',

  async run(scope, command: UpdateAccessKey): Promise<void> {
    const user = await requireUser(scope, command.name);
    if (!(await setUserKeyStatus(scope.tx, user, command.accessKeyId, command.status))) {
      throw noSuchKey(command.accessKeyId);
    }
    scope.changed(userChange(user));
  },
});

export interface DeleteAccessKey extends UserName {
  readonly accessKeyId: string;
}

/** @throws EntityNotFoundException */
export const deleteAccessKey = defineWrite({
  action: 'iam:DeleteAccessKey',

  async run(scope, command: DeleteAccessKey): Promise<void> {
    const user = await requireUser(scope, command.name);
    if (!(await deleteUserKey(scope.tx, user, command.accessKeyId))) throw noSuchKey(command.accessKeyId);
    scope.changed(userChange(user));
  },
});

export interface CallerIdentity {
  readonly userId: string;
  readonly accountId: string;
  readonly arn: string;
}

/** Whoever can sign may ask who he is. */
export const getCallerIdentity = defineRead({
  action: 'sts:GetCallerIdentity',

  run: ({ caller }, _command: undefined): Promise<CallerIdentity> =>
    Promise.resolve({ userId: caller.principalId, accountId: caller.accountId, arn: caller.arn }),
});
