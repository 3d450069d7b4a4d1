import { defineWrite } from '@lakewarden/kernel';

import { nextAccountWithChanges, STEP, trimChangesOf } from './change-log.repository.ts';

export interface TrimChanges {
  /** Resume behind this account; absent: from the first. */
  readonly afterAccount?: string | undefined;
  readonly maxAgeMs: number;
}

/** How far trimming has come, and what it has deleted. */
export interface TrimStep {
  readonly trimmed: number;
  /** Absent when everything has been looked at. */
  readonly next?: Omit<TrimChanges, 'maxAgeMs'> | undefined;
}

/**
 * One step: at most 1,000 writes of one account, the oldest first. Nobody waits for it but a reader of that account's
 * feed. Consumers that were still to be told of them are told that their cursor has expired.
 */
export const trimChanges = defineWrite({
  action: 'lakewarden:TrimChanges',

  async run(scope, { afterAccount, maxAgeMs }: TrimChanges): Promise<TrimStep> {
    const accountId = await nextAccountWithChanges(scope.tx, afterAccount);
    if (accountId === undefined) return { trimmed: 0 };
    const trimmed = await trimChangesOf(scope.tx, accountId, new Date(scope.now.getTime() - maxAgeMs));
    return { trimmed, next: trimmed === STEP ? { afterAccount } : { afterAccount: accountId } };
  },
});
