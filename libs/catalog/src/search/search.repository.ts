import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { Comparator, TimeBound } from './search-rule.ts';
import type { DescribedTable } from './search-words.ts';
import { TERMS_VERSION, termsOf } from './search-terms.ts';

/** Whatever writes a table writes this in the same transaction. */
export async function putSearchRow(tx: Tx, table: DescribedTable): Promise<void> {
  await sql(tx, {
    text: `INSERT INTO table_search (table_id, account_id, database_id, name, created_at, updated_at, terms_version,
                                     terms)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8::bigint[])
           ON CONFLICT (table_id) DO UPDATE SET updated_at = excluded.updated_at,
             terms_version = excluded.terms_version, terms = excluded.terms`,
    values: [
      table.id,
      table.catalogId,
      table.databaseId,
      table.name,
      table.createdAt,
      table.updatedAt,
      TERMS_VERSION,
      termsOf(table),
    ],
    prepared: true,
  });
}

/** Whether there are tables whose terms are of an older version. */
export async function hasOldTerms(tx: Tx): Promise<boolean> {
  // Plan: the first entry of (terms_version).
  const rows = await sql(tx, {
    text: 'SELECT 1 FROM table_search WHERE terms_version < $1 LIMIT 1',
    values: [TERMS_VERSION],
  });
  return rows.length > 0;
}

/** Some of those tables, held until the transaction ends: another replica that starts waits, and finds others. */
export async function lockOldTerms(tx: Tx, limit: number): Promise<string[]> {
  const rows = await sql<{ table_id: string }>(tx, {
    text: `SELECT table_id FROM table_search WHERE terms_version < $1 ORDER BY table_id LIMIT $2 FOR UPDATE`,
    values: [TERMS_VERSION, limit],
  });
  return rows.map(({ table_id }) => table_id);
}

/** Databases whose name holds the text; at most so many. */
export async function findDatabasesHolding(
  tx: Tx,
  catalogId: string,
  text: string,
  limit: number,
): Promise<{ id: string; name: string }[]> {
  // Plan: the account's range of (account_id, name): an account has some ten thousand databases at most.
  return sql(tx, {
    text: `SELECT id, name FROM glue_database WHERE account_id = $1 AND position($2 in name) > 0
           ORDER BY name LIMIT $3`,
    values: [catalogId, text, limit],
  });
}

export const SORT_FIELDS = ['name', 'createdAt', 'updatedAt'] as const;
export type SortField = (typeof SORT_FIELDS)[number];

export interface SearchOrder {
  readonly field: SortField;
  readonly isDescending: boolean;
}

/** A place in the order: behind a value, and where values repeat, behind an id. */
export interface SearchPosition {
  readonly value: string | Date;
  readonly id: string;
}

export interface Narrowed {
  readonly catalogId: string;
  readonly allTerms: readonly string[];
  readonly anyTerms: readonly string[];
  readonly times: readonly TimeBound[];
  /** Absent: every database. */
  readonly databaseIds?: readonly string[] | undefined;
}

const COLUMNS: Record<SortField, string> = { name: 'name', createdAt: 'created_at', updatedAt: 'updated_at' };
const TYPES: Record<SortField, string> = { name: 'text', createdAt: 'timestamptz', updatedAt: 'timestamptz' };
const OPERATORS: Record<Comparator, string> = {
  EQUALS: '=',
  GREATER_THAN: '>',
  LESS_THAN: '<',
  GREATER_THAN_EQUALS: '>=',
  LESS_THAN_EQUALS: '<=',
};

/** What narrows the search, as SQL over table_search; the rule decides on what is left. */
function conditionOf(narrowed: Narrowed, values: unknown[]): string {
  const bind = (value: unknown): string => `$${String(values.push(value))}`;
  const { allTerms, anyTerms, databaseIds } = narrowed;
  const parts = narrowed.times.map(
    ({ property, comparator, time }) => `${COLUMNS[property]} ${OPERATORS[comparator]} ${bind(time)}`,
  );
  if (allTerms.length > 0) parts.push(`terms @> ${bind(allTerms)}::bigint[]`);
  if (anyTerms.length > 0) parts.push(`terms && ${bind(anyTerms)}::bigint[]`);
  if (databaseIds !== undefined) parts.push(`database_id = ANY(${bind(databaseIds)}::uuid[])`);
  return parts.length === 0 ? 'true' : parts.join(' AND ');
}

/** A page's way through the order: behind the position, in its direction. */
function wayOf({ field, isDescending }: SearchOrder, after: SearchPosition | undefined, values: unknown[]) {
  const column = COLUMNS[field];
  const direction = isDescending ? 'DESC' : 'ASC';
  const behind =
    after === undefined
      ? 'true'
      : `(${column}, table_id) ${isDescending ? '<' : '>'} ($${String(values.push(after.value))}::${TYPES[field]},
          $${String(values.push(after.id))}::uuid)`;
  return { column, behind, order: `${column} ${direction}, table_id ${direction}` };
}

/** Tables that may match, in no order. */
export async function findCandidates(
  tx: Tx,
  narrowed: Narrowed,
  field: SortField,
  limit: number,
): Promise<SearchPosition[]> {
  const values: unknown[] = [narrowed.catalogId];
  const condition = conditionOf(narrowed, values);
  // Plan: the GIN index for terms, else the index of the time or of the database, whichever is narrower.
  return sql(tx, {
    text: `SELECT table_id AS id, ${COLUMNS[field]} AS value FROM table_search
           WHERE account_id = $1 AND ${condition} LIMIT $${String(values.push(limit))}`,
    values,
  });
}

/** Tables that may match among the next so many of the order, whether they match or not; in order. */
export async function scanCandidates(
  tx: Tx,
  narrowed: Narrowed,
  order: SearchOrder,
  after: SearchPosition | undefined,
  window: { readonly rows: number; readonly limit: number },
): Promise<SearchPosition[]> {
  const values: unknown[] = [narrowed.catalogId];
  const condition = conditionOf(narrowed, values);
  const way = wayOf(order, after, values);
  // Plan: a range of the order's index, left as soon as there are enough.
  return sql(tx, {
    text: `SELECT id, value FROM (
             SELECT table_id AS id, ${way.column} AS value, * FROM table_search
             WHERE account_id = $1 AND ${way.behind} ORDER BY ${way.order} LIMIT $${String(values.push(window.rows))}
           ) AS next WHERE ${condition} LIMIT $${String(values.push(window.limit))}`,
    values,
  });
}

/** Where that window ends; undefined when the order ends in it. */
export async function endOfWindow(
  tx: Tx,
  catalogId: string,
  order: SearchOrder,
  after: SearchPosition | undefined,
  rows: number,
): Promise<SearchPosition | undefined> {
  const values: unknown[] = [catalogId];
  const way = wayOf(order, after, values);
  const found = await sql<SearchPosition>(tx, {
    text: `SELECT table_id AS id, ${way.column} AS value FROM table_search
           WHERE account_id = $1 AND ${way.behind} ORDER BY ${way.order}
           OFFSET $${String(values.push(rows - 1))} LIMIT 1`,
    values,
  });
  return found[0];
}
