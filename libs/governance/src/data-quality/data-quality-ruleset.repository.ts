import { asId, type Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { DataQualityRuleset, RulesetFilter, TargetTable } from './data-quality-ruleset.ts';

interface Row {
  readonly id: string;
  readonly account_id: string;
  readonly name: string;
  readonly description: string | null;
  readonly ruleset: string;
  readonly rule_count: number;
  readonly target_table: TargetTable | null;
  readonly security_configuration: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const toRuleset = (row: Row): DataQualityRuleset => ({
  id: asId(row.id),
  accountId: row.account_id,
  name: row.name,
  description: row.description ?? undefined,
  ruleset: row.ruleset,
  ruleCount: row.rule_count,
  targetTable: row.target_table ?? undefined,
  securityConfiguration: row.security_configuration ?? undefined,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** @param lock until commit, against every other writer of it */
export async function findRuleset(
  tx: Tx,
  accountId: string,
  name: string,
  lock = false,
): Promise<DataQualityRuleset | undefined> {
  const rows = await sql<Row>(tx, {
    text: `SELECT * FROM data_quality_ruleset WHERE account_id = $1 AND name = $2 ${lock ? 'FOR UPDATE' : ''}`,
    values: [accountId, name],
  });
  return rows.map(toRuleset)[0];
}

/** What a client token has made, and out of which request. */
export async function findByClientToken(
  tx: Tx,
  accountId: string,
  clientToken: string,
): Promise<{ readonly name: string; readonly requestHash: string } | undefined> {
  const [row] = await sql<{ name: string; requestHash: string }>(tx, {
    text: `SELECT name, request_hash AS "requestHash" FROM data_quality_ruleset
           WHERE account_id = $1 AND client_token = $2`,
    values: [accountId, clientToken],
  });
  return row;
}

/**
 * Waits for another writer of the same name or token, and yields to it.
 * @returns whether it was stored
 */
export async function insertRuleset(
  tx: Tx,
  made: DataQualityRuleset,
  clientToken: string | undefined,
  requestHash: string,
): Promise<boolean> {
  const rows = await sql(tx, {
    text: `INSERT INTO data_quality_ruleset (id, account_id, name, description, ruleset, rule_count, target_table,
             security_configuration, client_token, request_hash, created_at, updated_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING RETURNING id`,
    values: [
      made.id,
      made.accountId,
      made.name,
      made.description ?? null,
      made.ruleset,
      made.ruleCount,
      made.targetTable === undefined ? null : JSON.stringify(made.targetTable),
      made.securityConfiguration ?? null,
      clientToken ?? null,
      requestHash,
      made.createdAt,
      made.updatedAt,
    ],
  });
  return rows.length > 0;
}

export async function replaceRuleset(tx: Tx, changed: DataQualityRuleset): Promise<void> {
  await sql(tx, {
    text: `UPDATE data_quality_ruleset SET description = $2, ruleset = $3, rule_count = $4, updated_at = $5
           WHERE id = $1`,
    values: [changed.id, changed.description ?? null, changed.ruleset, changed.ruleCount, changed.updatedAt],
  });
}

export async function deleteRulesetRow(tx: Tx, id: DataQualityRuleset['id']): Promise<void> {
  await sql(tx, { text: 'DELETE FROM data_quality_ruleset WHERE id = $1', values: [id] });
}

/** By name. @param afterName exclusive */
export async function listRulesetRows(
  tx: Tx,
  accountId: string,
  filter: RulesetFilter,
  afterName: string,
  limit: number,
): Promise<DataQualityRuleset[]> {
  const tags = Object.entries(filter.tags ?? {});
  // Plan: a range of the unique (account_id, name), filtered; an account has hundreds.
  const rows = await sql<Row>(tx, {
    text: `SELECT * FROM data_quality_ruleset r WHERE account_id = $1 AND name > $2
             AND ($3::text IS NULL OR name = $3) AND ($4::text IS NULL OR description = $4)
             AND ($5::timestamptz IS NULL OR created_at < $5) AND ($6::timestamptz IS NULL OR created_at > $6)
             AND ($7::timestamptz IS NULL OR updated_at < $7) AND ($8::timestamptz IS NULL OR updated_at > $8)
             AND ($9::text IS NULL OR lower(target_table ->> 'DatabaseName') = lower($9))
             AND ($10::text IS NULL OR lower(target_table ->> 'TableName') = lower($10))
             AND ($11::text IS NULL OR coalesce(target_table ->> 'CatalogId', account_id) = $11)
             AND NOT EXISTS (
               SELECT FROM unnest($12::text[], $13::text[]) AS wanted (key, value)
               WHERE NOT EXISTS (
                 SELECT FROM resource_tag t WHERE t.resource_kind = 'dataQualityRuleset'
                   AND t.resource_id = r.id::text AND t.key = wanted.key AND t.value = wanted.value))
           ORDER BY name LIMIT $14`,
    values: [
      accountId,
      afterName,
      filter.name ?? null,
      filter.description ?? null,
      filter.createdBefore ?? null,
      filter.createdAfter ?? null,
      filter.modifiedBefore ?? null,
      filter.modifiedAfter ?? null,
      filter.targetTable?.DatabaseName ?? null,
      filter.targetTable?.TableName ?? null,
      filter.targetTable?.CatalogId ?? null,
      tags.map(([key]) => key),
      tags.map(([, value]) => value),
      limit,
    ],
  });
  return rows.map(toRuleset);
}
