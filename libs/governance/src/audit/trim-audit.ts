import { defineWrite } from '@lakewarden/kernel';

import { nextChain, STEP, trimEvents } from './audit.repository.ts';

/** In DataLakeSettings.Parameters: how many days of the trail are kept. */
export const RETENTION_PARAMETER = 'AUDIT_RETENTION_DAYS';
const DEFAULT_DAYS = 365;
const MAX_DAYS = 36_500;
const DAY_MS = 24 * 60 * 60 * 1000;

/** What is no number of days keeps more, not less. */
export function retentionDays(text: string | null): number {
  if (text === null) return DEFAULT_DAYS;
  return /^[1-9]\d{0,4}$/.test(text) ? Math.min(Number(text), MAX_DAYS) : MAX_DAYS;
}

/** How far trimming has come, and what it has deleted. */
export interface AuditTrimStep {
  readonly trimmed: number;
  /** Go on behind this account; absent when everything has been looked at. */
  readonly afterAccount?: string | undefined;
}

/** One step: at most 500 events of one account, the oldest first. What is left still verifies. */
export const trimAudit = defineWrite({
  action: 'lakewarden:TrimAudit',

  async run(scope, afterAccount: string): Promise<AuditTrimStep> {
    const chain = await nextChain(scope.tx, afterAccount, RETENTION_PARAMETER);
    if (chain === undefined) return { trimmed: 0 };
    const keptFrom = new Date(scope.now.getTime() - retentionDays(chain.days) * DAY_MS);
    const trimmed = await trimEvents(scope.tx, chain.accountId, keptFrom);
    return { trimmed, afterAccount: trimmed === STEP ? afterAccount : chain.accountId };
  },
});
