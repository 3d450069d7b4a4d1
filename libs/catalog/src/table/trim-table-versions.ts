import { defineWrite } from '@lakewarden/kernel';

import { trimVersions } from './version-retention.repository.ts';

export interface TrimTableVersions {
  /** Resume behind this table; absent: from the first. */
  readonly afterTable?: string | undefined;
  /** How many versions of a table are kept, the current one among them; at least 1. */
  readonly keep: number;
}

export interface TrimmedVersions {
  readonly trimmed: number;
  /** Absent when every table has been looked at. */
  readonly nextAfter?: string | undefined;
}

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
const TABLES = 200;
const ROWS = 1_000;

/**
 * One step: the oldest versions of a few tables, at most 1,000. The current version is the table's own row, and is never
 * looked at; nobody who writes a table waits for this.
 */
export const trimTableVersions = defineWrite({
  action: 'lakewarden:TrimTableVersions',

  async run(scope, { afterTable = BEFORE_ALL, keep }: TrimTableVersions): Promise<TrimmedVersions> {
    const bounds = { tables: TABLES, rows: ROWS };
    const { trimmed, last } = await trimVersions(scope.tx, afterTable, Math.max(keep - 1, 0), bounds);
    // A full step may have left some behind: the same tables once more.
    return { trimmed, nextAfter: trimmed === ROWS ? afterTable : last };
  },
});
