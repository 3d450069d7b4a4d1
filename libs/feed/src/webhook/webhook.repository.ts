import { type MasterKeys, sealedContext } from '@lakewarden/identity';
import type { Secret, Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { FeedFilter } from '../event.ts';
import type { Webhook, WebhookState } from './webhook.ts';

interface WebhookRow {
  readonly id: string;
  readonly account_id: string;
  readonly maker: string;
  readonly url: string;
  readonly secret_sealed: Buffer;
  readonly database_name: string | null;
  readonly table_name: string | null;
  readonly kinds: NonNullable<FeedFilter['kinds']>;
  readonly position: string;
  readonly state: WebhookState;
  readonly failures: number;
  readonly last_error: string | null;
  readonly created_at: Date;
}

const toWebhook = (row: WebhookRow): Webhook => ({
  id: row.id,
  accountId: row.account_id,
  maker: row.maker,
  url: row.url,
  filter: {
    database: row.database_name ?? undefined,
    table: row.table_name ?? undefined,
    kinds: row.kinds.length === 0 ? undefined : row.kinds,
  },
  position: BigInt(row.position),
  state: row.state,
  failures: row.failures,
  lastError: row.last_error ?? undefined,
  createdAt: row.created_at,
});

/** Holds every other maker of webhooks of the account back until the transaction ends. @returns how many there are */
export async function countWebhooksLocked(tx: Tx, accountId: string): Promise<number> {
  // NO KEY: whoever writes what refers to the account goes on.
  await sql(tx, { text: 'SELECT 1 FROM account WHERE id = $1 FOR NO KEY UPDATE', values: [accountId] });
  const [row] = await sql<{ count: number }>(tx, {
    text: 'SELECT count(*)::int AS count FROM webhook WHERE account_id = $1',
    values: [accountId],
  });
  return row?.count ?? 0;
}

/** @param secret is sealed here */
export async function insertWebhook(
  tx: Tx,
  keys: MasterKeys,
  secret: Secret<string>,
  made: Webhook,
): Promise<void> {
  await sql(tx, {
    text: `INSERT INTO webhook (id, account_id, url, secret_sealed, database_name, table_name, kinds, position, state,
                                failures, created_at, maker)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    values: [
      made.id,
      made.accountId,
      made.url,
      keys.seal(secret.reveal(), sealedContext('webhook', made.id)),
      made.filter.database ?? null,
      made.filter.table ?? null,
      made.filter.kinds ?? [],
      made.position.toString(),
      made.state,
      made.failures,
      made.createdAt,
      made.maker,
    ],
  });
}

/** The oldest first: by id. @param afterId exclusive */
export async function listWebhookRows(
  tx: Tx,
  accountId: string,
  afterId: string,
  limit: number,
): Promise<Webhook[]> {
  const rows = await sql<WebhookRow>(tx, {
    text: 'SELECT * FROM webhook WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3',
    values: [accountId, afterId, limit],
  });
  return rows.map(toWebhook);
}

/** @returns whether it was there */
export async function deleteWebhookRow(tx: Tx, accountId: string, id: string): Promise<boolean> {
  const rows = await sql(tx, {
    text: 'DELETE FROM webhook WHERE account_id = $1 AND id = $2 RETURNING id',
    values: [accountId, id],
  });
  return rows.length > 0;
}

/** A dead one lives again as the reviver's, from a position where one is given; another one stays as it is. */
export async function reviveWebhookRow(
  tx: Tx,
  accountId: string,
  id: string,
  maker: string,
  position: bigint | undefined,
): Promise<Webhook | undefined> {
  await sql(tx, {
    text: `UPDATE webhook SET state = 'ACTIVE', failures = 0, last_error = NULL, position = coalesce($3, position),
                              maker = $4
           WHERE account_id = $1 AND id = $2 AND state = 'DEAD'`,
    values: [accountId, id, position?.toString() ?? null, maker],
  });
  const rows = await sql<WebhookRow>(tx, {
    text: 'SELECT * FROM webhook WHERE account_id = $1 AND id = $2',
    values: [accountId, id],
  });
  return rows.map(toWebhook)[0];
}

/** Living ones behind whose position their account's log goes on, by id. @param afterId exclusive */
export async function listDueWebhookIds(tx: Tx, afterId: string, limit: number): Promise<string[]> {
  // Plan: webhooks by their key; change_account_id_position_revision_idx twice for each, one entry.
  const rows = await sql<{ id: string }>(tx, {
    text: `SELECT w.id FROM webhook w WHERE w.id > $1 AND w.state = 'ACTIVE' AND (
             EXISTS (SELECT 1 FROM change c WHERE c.account_id = w.account_id AND c.position > w.position)
             OR EXISTS (SELECT 1 FROM change c WHERE c.account_id = w.account_id AND c.position IS NULL))
           ORDER BY w.id LIMIT $2`,
    values: [afterId, limit],
    prepared: true,
  });
  return rows.map(({ id }) => id);
}

/** A living one, and what it is signed with. */
export async function findLivingWebhook(
  tx: Tx,
  keys: MasterKeys,
  id: string,
): Promise<{ readonly webhook: Webhook; readonly secret: Secret<string> } | undefined> {
  const [row] = await sql<WebhookRow>(tx, {
    text: `SELECT * FROM webhook WHERE id = $1 AND state = 'ACTIVE'`,
    values: [id],
  });
  if (row === undefined) return undefined;
  return { webhook: toWebhook(row), secret: keys.open(row.secret_sealed, sealedContext('webhook', id)) };
}

/** Never back: another server may have gone on meanwhile. @returns whether it still lives */
export async function advanceWebhook(tx: Tx, id: string, position: bigint): Promise<boolean> {
  const rows = await sql(tx, {
    text: `UPDATE webhook SET position = greatest(position, $2), failures = 0, last_error = NULL
           WHERE id = $1 AND state = 'ACTIVE' RETURNING id`,
    values: [id, position.toString()],
  });
  return rows.length > 0;
}

/** @param atMost failures in a row; the last of them ends it. @returns its state; undefined when it is gone */
export async function failWebhook(
  tx: Tx,
  id: string,
  reason: string,
  atMost: number,
): Promise<WebhookState | undefined> {
  const [row] = await sql<{ state: WebhookState }>(tx, {
    text: `UPDATE webhook SET failures = failures + 1, last_error = $2,
                              state = CASE WHEN failures + 1 >= $3 THEN 'DEAD' ELSE state END
           WHERE id = $1 AND state = 'ACTIVE' RETURNING state`,
    values: [id, reason, atMost],
  });
  return row?.state;
}
