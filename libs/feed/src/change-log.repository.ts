import type { Change, Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { StoredWrite } from './event.ts';

/** Bounds every statement on the log. */
export const STEP = 1_000;

/**
 * Gives the account's committed writes that have none yet their positions, in the order of their revisions.
 *
 * Revisions are handed out before commit, so a reader that goes by them would miss a write that commits late. Positions
 * are handed out afterwards, under the lock of the account's row: what has none yet comes behind everything that has.
 * Two writes of one thing keep their order: the second draws its revision when the first has committed.
 *
 * @returns how many; at most STEP
 */
export async function placeChanges(tx: Tx, accountId: string): Promise<number> {
  // A volatile function: its statements see what was committed while it waited for the lock.
  const [row] = await sql<{ placed: number }>(tx, {
    text: 'SELECT place_changes($1, $2) AS placed',
    values: [accountId, STEP],
    prepared: true,
  });
  return row?.placed ?? 0;
}

export interface LogState {
  /** The last position given. */
  readonly position: bigint;
  /** Up to here writes have been trimmed. */
  readonly trimmedThrough: bigint;
}

interface LogRow {
  readonly last: string;
  readonly trimmed_through: string;
  readonly position: string | null;
  readonly revision: string;
  readonly action: string;
  readonly principal: string;
  readonly request_id: string;
  readonly changes: readonly Change[];
  readonly at: Date;
}

/** The state of the log and what comes behind a position, of one moment. @param after exclusive */
export async function readLog(
  tx: Tx,
  accountId: string,
  after: bigint,
  limit: number,
): Promise<LogState & { readonly writes: readonly StoredWrite[] }> {
  // Plan: the log's row by its key; change_account_id_position_revision_idx from `after` on.
  const rows = await sql<LogRow>(tx, {
    text: `SELECT l.position AS last, l.trimmed_through, c.*
           FROM change_log l LEFT JOIN LATERAL (
             SELECT position, revision, action, principal, request_id, changes, at FROM change
             WHERE account_id = l.account_id AND position > $2 ORDER BY position LIMIT $3) c ON true
           WHERE l.account_id = $1 ORDER BY c.position`,
    values: [accountId, after.toString(), limit],
    prepared: true,
  });
  const [first] = rows;
  return {
    position: BigInt(first?.last ?? 0),
    trimmedThrough: BigInt(first?.trimmed_through ?? 0),
    writes: rows.flatMap((row) =>
      row.position === null
        ? []
        : [
            {
              position: BigInt(row.position),
              revision: row.revision,
              action: row.action,
              principal: row.principal,
              requestId: row.request_id,
              changes: row.changes,
              at: row.at,
            },
          ],
    ),
  };
}

/**
 * Deletes from the beginning of the account's log what is older, and notes how far.
 * @returns how many; at most STEP
 */
export async function trimChangesOf(tx: Tx, accountId: string, olderThan: Date): Promise<number> {
  const [row] = await sql<{ trimmed: number }>(tx, {
    text: 'SELECT trim_changes($1, $2, $3) AS trimmed',
    values: [accountId, olderThan, STEP],
  });
  return row?.trimmed ?? 0;
}

/** The first account behind this one that has written anything; '' is nobody's: background work and the server's own. */
export async function nextAccountWithChanges(tx: Tx, after: string | undefined): Promise<string | undefined> {
  // Plan: the first entry of the index behind `after`, not every row of the account before.
  const [row] = await sql<{ account_id: string }>(tx, {
    text: `SELECT account_id FROM change ${after === undefined ? '' : 'WHERE account_id > $1'} ORDER BY account_id LIMIT 1`,
    values: after === undefined ? [] : [after],
  });
  return row?.account_id;
}
