import { defineRead, defineWrite, invalid, isAccountId, LakewardenError } from '@lakewarden/kernel';

import { type AccessKeyPair, newAccessKeyPair } from '../access-key/access-key.ts';
import type { MasterKeys } from '../secrets/master-keys.ts';
import {
  findFirstAccountId,
  insertAccount,
  lockFirstAccount,
  type NewAccount,
} from './account.repository.ts';

export interface CreateFirstAccount {
  readonly keys: MasterKeys;
  readonly accountId: string;
  /** Absent: generated. */
  readonly accessKey?: AccessKeyPair | undefined;
  readonly passwordHash?: string | undefined;
}

/** Whether the first start has been. */
export const hasFirstAccount = defineRead({
  action: 'lakewarden:HasFirstAccount',
  run: async (scope, _nothing: undefined): Promise<boolean> =>
    (await findFirstAccountId(scope.tx)) !== undefined,
});

/** At the first start, on an empty database. @returns the administrator's key; undefined when an account exists */
export const createFirstAccount = defineWrite({
  action: 'lakewarden:CreateFirstAccount',

  async run(scope, command: CreateFirstAccount): Promise<AccessKeyPair | undefined> {
    // Two servers that start at once on one empty database: the second finds the first one's account.
    await lockFirstAccount(scope.tx);
    if ((await findFirstAccountId(scope.tx)) !== undefined) return undefined;
    const pair = command.accessKey ?? newAccessKeyPair();
    const account: NewAccount = { id: command.accountId, name: 'main', organization: true };
    await insertAccount(scope.tx, command.keys, account, pair, scope.now, command.passwordHash);
    scope.changed({ accountId: account.id, kind: 'account', subjectId: account.id });
    return pair;
  },
});

export interface CreateAccount extends NewAccount {
  readonly keys: MasterKeys;
}

/**
 * An account with its first administrator (contract.md §7).
 * @throws AccessDeniedException the caller is no administrator of the first account
 * @throws AlreadyExistsException, InvalidInputException
 */
export const createAccount = defineWrite({
  action: 'lakewarden:CreateAccount',

  async run(scope, command: CreateAccount): Promise<{ account: NewAccount; accessKey: AccessKeyPair }> {
    const { accountId } = scope.caller;
    await scope.authorize({ arn: `arn:aws:iam::${accountId}:root`, accountId });
    if ((await findFirstAccountId(scope.tx)) !== accountId) {
      throw new LakewardenError(
        'AccessDeniedException',
        'Only an administrator of the first account makes accounts.',
      );
    }
    if (!isAccountId(command.id)) throw invalid(`Account id ${command.id} is not twelve digits.`);
    const account: NewAccount = { id: command.id, name: command.name, organization: command.organization };
    const accessKey = newAccessKeyPair();
    await insertAccount(scope.tx, command.keys, account, accessKey, scope.now);
    scope.changed({ accountId: account.id, kind: 'account', subjectId: account.id });
    return { account, accessKey };
  },
});
