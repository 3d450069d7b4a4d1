import { createHash } from 'node:crypto';

import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { InForce } from '../condition/in-force.ts';
import { isInForce } from '../condition/in-force-sql.ts';
import type { TagExpression } from './expression.ts';
import type { SavedExpression } from './lf-tag.ts';

interface ExpressionRow {
  readonly id: string;
  readonly catalogId: string;
  readonly name: string;
  readonly description: string | null;
  readonly terms: TermRows;
}

/** Key and value, by key and value. */
export type TermRows = readonly (readonly [key: string, value: string])[];

export function toExpression(terms: TermRows): TagExpression {
  const byKey = new Map<string, string[]>();
  for (const [key, value] of terms) byKey.set(key, [...(byKey.get(key) ?? []), value]);
  return [...byKey].map(([key, values]) => ({ key, values }));
}

/** The terms of the expression `id` (SQL), as TermRows. */
export const termsOf = (id: string): string => `(
  SELECT coalesce(json_agg(json_build_array(k.key, term.value) ORDER BY k.key, term.value), '[]')
  FROM lf_tag_expression_term AS term JOIN lf_tag k ON k.id = term.tag_id WHERE term.expression_id = ${id})`;

const EXPRESSION = `SELECT e.id, e.catalog_id AS "catalogId", e.name, e.description, ${termsOf('e.id')} AS terms
  FROM lf_tag_expression e`;

const toSaved = ({ terms, description, ...row }: ExpressionRow): SavedExpression => ({
  ...row,
  description: description ?? undefined,
  expression: toExpression(terms),
});

export async function findExpression(
  tx: Tx,
  catalogId: string,
  name: string,
): Promise<SavedExpression | undefined> {
  const [row] = await sql<ExpressionRow>(tx, {
    text: `${EXPRESSION} WHERE e.catalog_id = $1 AND e.name = $2 AND e.digest = ''`,
    values: [catalogId, name],
  });
  return row && toSaved(row);
}

/** A caller's set, and which grants count for him now. */
export interface Holders {
  readonly principals: readonly string[];
  readonly force: InForce;
}

/** By name. @param holders undefined: every one; else those alone on which one of them holds anything */
export async function listExpressions(
  tx: Tx,
  catalogId: string,
  holders: Holders | undefined,
  afterName: string,
  limit: number,
): Promise<SavedExpression[]> {
  const rows = await sql<ExpressionRow>(tx, {
    text: `${EXPRESSION} WHERE e.catalog_id = $1 AND e.name > $2 AND e.digest = ''
           AND ($4::text[] IS NULL OR e.id IN (
             SELECT tag_expression_id FROM lf_grant
             WHERE principal = ANY ($4) AND catalog_id = $1 AND resource_type = 'LF_TAG_EXPRESSION'
             AND ${isInForce(5, 6)}))
           ORDER BY e.name LIMIT $3`,
    values: [
      catalogId,
      afterName,
      limit,
      holders?.principals ?? null,
      holders?.force.conditions ?? [],
      holders?.force.now ?? null,
    ],
  });
  return rows.map(toSaved);
}

interface NewExpression {
  readonly id: string;
  readonly catalogId: string;
  readonly name: string;
  readonly digest: string;
  readonly description?: string | undefined;
  readonly expression: TagExpression;
}

async function insertTerms(
  tx: Tx,
  { id, catalogId, expression }: Pick<NewExpression, 'id' | 'catalogId' | 'expression'>,
): Promise<void> {
  const terms = expression.flatMap(({ key, values }) => values.map((value) => ({ key, value })));
  await sql(tx, {
    text: `INSERT INTO lf_tag_expression_term (expression_id, tag_id, value)
           SELECT $1::uuid, t.id, x.value FROM json_to_recordset($3::json) AS x (key text, value text)
           JOIN lf_tag t ON t.catalog_id = $2 AND t.key = x.key`,
    values: [id, catalogId, JSON.stringify(terms)],
  });
}

async function insertExpression(tx: Tx, one: NewExpression): Promise<boolean> {
  const rows = await sql(tx, {
    text: `INSERT INTO lf_tag_expression (id, catalog_id, name, digest, description, keys)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (catalog_id, name, digest) DO NOTHING RETURNING id`,
    values: [one.id, one.catalogId, one.name, one.digest, one.description ?? null, one.expression.length],
  });
  if (rows.length === 0) return false;
  await insertTerms(tx, one);
  return true;
}

/** @returns false where the name is taken */
export const insertSavedExpression = (tx: Tx, one: SavedExpression): Promise<boolean> =>
  insertExpression(tx, { ...one, digest: '' });

export async function replaceExpression(tx: Tx, one: SavedExpression): Promise<void> {
  await sql(tx, { text: 'DELETE FROM lf_tag_expression_term WHERE expression_id = $1', values: [one.id] });
  await sql(tx, {
    text: 'UPDATE lf_tag_expression SET description = $2, keys = $3 WHERE id = $1',
    values: [one.id, one.description ?? null, one.expression.length],
  });
  await insertTerms(tx, one);
}

/** With the grants on it and those that refer to it. */
export async function deleteExpression(tx: Tx, id: string): Promise<void> {
  await sql(tx, { text: 'DELETE FROM lf_tag_expression WHERE id = $1', values: [id] });
}

const digestOf = (catalogId: string, expression: TagExpression): string =>
  createHash('sha256')
    .update(JSON.stringify([catalogId, expression]))
    .digest('hex');

/**
 * What an expression that has no name is known by: the same expression always has the same id (RFC 9562, version 8), so
 * a grant that is revoked is found by what it says.
 * @param expression canonical
 */
export function unnamedExpressionId(catalogId: string, expression: TagExpression): string {
  const hex = digestOf(catalogId, expression);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Makes it known for grants to refer to, where it is not yet. @param expression canonical */
export async function keepUnnamedExpression(
  tx: Tx,
  catalogId: string,
  expression: TagExpression,
): Promise<void> {
  await insertExpression(tx, {
    id: unnamedExpressionId(catalogId, expression),
    catalogId,
    name: '',
    digest: digestOf(catalogId, expression),
    expression,
  });
}

/** Expressions without a name that no grant refers to any more, among those that name one of the values. */
export async function deleteUnusedExpressions(
  tx: Tx,
  tagId: string,
  values: readonly string[],
): Promise<void> {
  await sql(tx, {
    text: `DELETE FROM lf_tag_expression e WHERE e.digest <> ''
           AND e.id IN (SELECT expression_id FROM lf_tag_expression_term WHERE tag_id = $1 AND value = ANY ($2::text[]))
           AND NOT EXISTS (SELECT FROM lf_grant g WHERE g.tag_expression_id = e.id)`,
    values: [tagId, values],
  });
}
