import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { ChainPlace, SealedRow } from './chain.ts';

/** Bounds every statement on the trail. */
export const STEP = 500;

export interface PendingEvent {
  readonly accountId: string;
  readonly id: string;
  readonly body: string;
}

export async function insertPending(tx: Tx, events: readonly PendingEvent[]): Promise<void> {
  await sql(tx, {
    text: `INSERT INTO audit_pending (account_id, id, body)
           SELECT account_id, id, body::json FROM unnest($1::text[], $2::uuid[], $3::text[]) AS e (account_id, id, body)`,
    values: [
      events.map(({ accountId }) => accountId),
      events.map(({ id }) => id),
      events.map(({ body }) => body),
    ],
    prepared: true,
  });
}

/** Accounts with events that are not sealed. The table holds what is seconds old. */
export async function listUnsealedAccounts(tx: Tx): Promise<string[]> {
  const rows = await sql<{ account_id: string }>(tx, {
    text: 'SELECT DISTINCT account_id FROM audit_pending',
  });
  return rows.map(({ account_id: id }) => id);
}

/** Seals the account's committed events, the oldest first. @returns how many; at most STEP */
export async function sealEvents(tx: Tx, accountId: string): Promise<number> {
  const [row] = await sql<{ sealed: number }>(tx, {
    text: 'SELECT seal_audit($1, $2) AS sealed',
    values: [accountId, STEP],
    prepared: true,
  });
  return row?.sealed ?? 0;
}

export interface ChainState {
  readonly head: ChainPlace;
  readonly anchor: ChainPlace;
}

interface HeadRow {
  readonly seq: string;
  readonly hash: string;
  readonly anchor_seq: string;
  readonly anchor_hash: string;
}

export async function readChainState(tx: Tx, accountId: string): Promise<ChainState> {
  const [row] = await sql<HeadRow>(tx, {
    text: `SELECT seq, encode(hash, 'hex') AS hash, anchor_seq, encode(anchor_hash, 'hex') AS anchor_hash
           FROM audit_head WHERE account_id = $1`,
    values: [accountId],
  });
  return {
    head: { seq: Number(row?.seq ?? 0), hash: row?.hash ?? '' },
    anchor: { seq: Number(row?.anchor_seq ?? 0), hash: row?.anchor_hash ?? '' },
  };
}

interface SealedRowRow {
  readonly seq: string;
  readonly id: string;
  readonly event: string;
  readonly hash: string;
}

const toSealed = (row: SealedRowRow): SealedRow => ({ ...row, seq: Number(row.seq) });
const SEALED = `seq, id, body::text AS event, encode(hash, 'hex') AS hash`;

/** In the chain's order. @param after exclusive */
export async function readSealed(
  tx: Tx,
  accountId: string,
  after: number,
  limit: number,
): Promise<SealedRow[]> {
  const rows = await sql<SealedRowRow>(tx, {
    text: `SELECT ${SEALED} FROM audit_event WHERE account_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
    values: [accountId, after, limit],
  });
  return rows.map(toSealed);
}

export interface EventFilter {
  readonly principal?: string | undefined;
  readonly action?: string | undefined;
  readonly resource?: string | undefined;
  readonly allowed?: boolean | undefined;
  /** Inclusive. */
  readonly from?: Date | undefined;
  /** Exclusive. */
  readonly to?: Date | undefined;
  readonly requestId?: string | undefined;
}

/** The newest first. @param before exclusive */
export async function findEvents(
  tx: Tx,
  accountId: string,
  filter: EventFilter,
  before: number | undefined,
  limit: number,
): Promise<SealedRow[]> {
  const values: unknown[] = [accountId];
  const conditions = ['account_id = $1'];
  const where = (condition: string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(`${condition} $${String(values.length)}`);
  };
  where('seq <', before);
  where('principal =', filter.principal);
  where('action =', filter.action);
  where('resource =', filter.resource);
  where('allowed =', filter.allowed?.toString());
  where('request_id =', filter.requestId);
  where('at >=', filter.from?.toISOString());
  where('at <', filter.to?.toISOString());
  values.push(limit);
  const rows = await sql<SealedRowRow>(tx, {
    // Plan: the index of one filter backwards from `before`, each in the order of the pages; the key without one.
    text: `SELECT ${SEALED} FROM audit_event WHERE ${conditions.join(' AND ')}
           ORDER BY seq DESC LIMIT $${String(values.length)}`,
    values,
  });
  return rows.map(toSealed);
}

/** @returns how many; at most STEP */
export async function trimEvents(tx: Tx, accountId: string, olderThan: Date): Promise<number> {
  const [row] = await sql<{ trimmed: number }>(tx, {
    text: 'SELECT trim_audit($1, $2, $3) AS trimmed',
    values: [accountId, olderThan.toISOString(), STEP],
  });
  return row?.trimmed ?? 0;
}

/** The first account behind this one that has a chain, and for how many days it keeps it. */
export async function nextChain(
  tx: Tx,
  after: string,
  parameter: string,
): Promise<{ readonly accountId: string; readonly days: string | null } | undefined> {
  const [row] = await sql<{ account_id: string; days: string | null }>(tx, {
    text: `SELECT h.account_id, s.settings -> 'parameters' ->> $2 AS days
           FROM audit_head h LEFT JOIN data_lake_settings s ON s.account_id = h.account_id
           WHERE h.account_id > $1 ORDER BY h.account_id LIMIT 1`,
    values: [after, parameter],
  });
  return row && { accountId: row.account_id, days: row.days };
}
