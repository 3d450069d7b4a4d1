import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { AssignedTag, TagExpression } from './expression.ts';
import { termsOf } from './tag-expression.repository.ts';

/**
 * The policies of a set of principals. Plan: the set's own rows alone, whatever the catalog holds.
 * @param inForce SQL: which grants `g` count now; without it all that are there, of which the decision takes some
 */
export const heldPolicies = (
  catalog: string,
  principals: string,
  type: 'DATABASE' | 'TABLE',
  inForce = 'true',
): string => `
  SELECT g.*, e.keys FROM lf_grant g JOIN lf_tag_expression e ON e.id = g.tag_expression_id
  WHERE g.principal = ANY (${principals}) AND g.catalog_id = ${catalog} AND g.resource_type = 'LF_TAG_POLICY_${type}'
  AND ${inForce}`;

/** What was put on the things `o`, as far as the expression of `h` names its key. */
const ASSIGNED = `(
  SELECT json_agg(json_build_object('level', CASE WHEN a.table_id IS NULL THEN 'database' ELSE 'table' END,
                                    'column', a.column_name, 'key', k.key, 'value', a.value)
                  ORDER BY a.column_name, k.key)
  FROM assigned a JOIN lf_tag k ON k.id = a.tag_id
  WHERE a.database_id = o.database_id AND (a.table_id IS NULL OR a.table_id = o.id)
  AND a.tag_id IN (SELECT x.tag_id FROM lf_tag_expression_term x WHERE x.expression_id = h.tag_expression_id))`;

/** A grant's own columns, and these three, which a grant on a thing by its name leaves empty. */
export const NO_POLICY = 'NULL::uuid AS on_id, NULL::json AS terms, NULL::json AS assigned';

export interface PolicyColumns {
  /** The table or database that the policy may reach. */
  readonly on_id: string | null;
  readonly terms: readonly (readonly [key: string, value: string])[] | null;
  readonly assigned: readonly AssignedTag[] | null;
}

/**
 * One row for each policy on tables and each of the tables $1 that it can match: every key of its expression has one of
 * its values somewhere, on the database, the table or a column. Whether they meet is for `reachOf` to say.
 * @param columns a grant's own, unqualified
 * @param catalog, principals placeholders
 */
export const tablePolicies = (
  columns: string,
  catalog: string,
  principals: string,
  inForce: string,
): string => `
  SELECT * FROM (
    WITH held AS MATERIALIZED (${heldPolicies(catalog, principals, 'TABLE', inForce)}),
    o AS MATERIALIZED (
      SELECT id, database_id FROM glue_table WHERE id = ANY (ARRAY(SELECT unnest($1::uuid[]))) AND EXISTS (SELECT FROM held)),
    assigned AS MATERIALIZED (
      SELECT a.* FROM lf_tag_assignment a
      WHERE a.database_id IN (SELECT database_id FROM o) AND a.table_id IS NULL
      UNION ALL
      SELECT a.* FROM lf_tag_assignment a WHERE a.table_id IN (SELECT id FROM o)),
    can_match AS (
      SELECT h.id AS grant_id, o.id AS on_id FROM o
      JOIN assigned a ON a.database_id = o.database_id AND (a.table_id IS NULL OR a.table_id = o.id)
      JOIN lf_tag_expression_term x ON x.tag_id = a.tag_id AND x.value = a.value
      JOIN held h ON h.tag_expression_id = x.expression_id
      GROUP BY h.id, h.keys, o.id HAVING count(DISTINCT a.tag_id) = h.keys)
    SELECT ${qualified(columns)}, o.id AS on_id, ${termsOf('h.tag_expression_id')} AS terms, ${ASSIGNED} AS assigned
    FROM can_match m JOIN held h ON h.id = m.grant_id JOIN o ON o.id = m.on_id) AS by_tag`;

/** The policies on databases whose expression the tags of the database $1 match. */
export const databasePolicies = (
  columns: string,
  catalog: string,
  principals: string,
  inForce: string,
): string => `
  SELECT * FROM (
    WITH held AS MATERIALIZED (${heldPolicies(catalog, principals, 'DATABASE', inForce)}),
    assigned AS MATERIALIZED (
      SELECT a.* FROM lf_tag_assignment a
      WHERE a.database_id = $1 AND a.table_id IS NULL AND EXISTS (SELECT FROM held)),
    can_match AS (
      SELECT h.id AS grant_id FROM assigned a
      JOIN lf_tag_expression_term x ON x.tag_id = a.tag_id AND x.value = a.value
      JOIN held h ON h.tag_expression_id = x.expression_id
      GROUP BY h.id, h.keys HAVING count(DISTINCT a.tag_id) = h.keys)
    SELECT ${qualified(columns)}, o.database_id AS on_id, ${termsOf('h.tag_expression_id')} AS terms,
           ${ASSIGNED} AS assigned
    FROM can_match m JOIN held h ON h.id = m.grant_id,
         (SELECT $1::uuid AS database_id, NULL::uuid AS id) AS o) AS by_tag`;

const qualified = (columns: string): string =>
  columns
    .split(',')
    .map((column) => `h.${column.trim()}`)
    .join(', ');

/** Where the candidates come from: a set's policies on tables, or an expression as it is asked about. */
export type Wanted = { readonly principals: readonly string[] } | { readonly expression: TagExpression };

const HELD_TERMS = `
  wanted AS MATERIALIZED (
    SELECT x.expression_id, h.keys, x.tag_id, x.value
    FROM (SELECT DISTINCT tag_expression_id, keys FROM (${heldPolicies('$1', '$2', 'TABLE')}) AS all_held) AS h
    JOIN lf_tag_expression_term x ON x.expression_id = h.tag_expression_id)`;
const ASKED_TERMS = `
  wanted AS MATERIALIZED (
    SELECT NULL::uuid AS expression_id, (x.keys)::int AS keys, t.id AS tag_id, x.value
    FROM json_to_recordset($2::json) AS x (key text, value text, keys int)
    JOIN lf_tag t ON t.catalog_id = $1 AND t.key = x.key)`;

const wantedText = (wanted: Wanted): string => ('principals' in wanted ? HELD_TERMS : ASKED_TERMS);
const wantedValue = (wanted: Wanted): unknown =>
  'principals' in wanted
    ? wanted.principals
    : JSON.stringify(
        wanted.expression.flatMap(({ key, values }) =>
          values.map((value) => ({ key, value, keys: wanted.expression.length })),
        ),
      );

/**
 * What carries the tag and value of `w`. Plan: by their index, one range for each value. The planner knows no value of
 * `w` and takes each for the average one, for which it would read all assignments of the catalog; of a range it expects
 * little, and BETWEEN says the same once more.
 * @param of `IS NULL`: databases; `IS NOT NULL`: tables and columns
 * @param within SQL: of which databases, of `a`
 */
const carriers = (of: 'IS NULL' | 'IS NOT NULL', within: string): string => `LATERAL (
      SELECT a.tag_id, a.database_id, a.table_id FROM lf_tag_assignment a
      WHERE a.tag_id = w.tag_id AND a.value = w.value AND a.value BETWEEN w.value AND w.value
      AND a.table_id ${of} AND ${within} OFFSET 0) AS a`;

/** Row by row by its id: there are as many as were reached, which the planner takes for a part of the catalog. */
const eachTable = (id: string, where: string): string => `LATERAL (
      SELECT id, database_id, name FROM glue_table WHERE id = ${id} AND ${where} OFFSET 0) AS t`;
const eachDatabase = (id: string, where: string): string => `LATERAL (
      SELECT id, name FROM glue_database WHERE id = ${id} AND ${where} OFFSET 0) AS d`;

/**
 * `whole`: databases whose own tags meet every key of an expression: each of their tables may match. `tagged`: tables
 * that need a tag of their own, or of a column, for it. Plan: what carries one of the wanted values, by its index.
 * @param within SQL: of which databases, of `a`
 */
const candidates = (within: string): string => `
  on_database AS MATERIALIZED (
    SELECT a.database_id, w.expression_id, w.keys, array_agg(DISTINCT a.tag_id) AS met
    FROM wanted w CROSS JOIN ${carriers('IS NULL', within)} GROUP BY 1, 2, 3),
  whole AS MATERIALIZED (SELECT DISTINCT database_id FROM on_database WHERE cardinality(met) = keys),
  tagged AS MATERIALIZED (
    SELECT DISTINCT table_id, database_id FROM (
      SELECT a.table_id, a.database_id
      FROM wanted w CROSS JOIN ${carriers('IS NOT NULL', within)}
      LEFT JOIN on_database d ON d.database_id = a.database_id AND d.expression_id IS NOT DISTINCT FROM w.expression_id
      GROUP BY a.table_id, a.database_id, w.expression_id, w.keys, d.met
      HAVING count(DISTINCT a.tag_id) FILTER (WHERE d.met IS NULL OR a.tag_id <> ALL (d.met))
             + coalesce(cardinality(d.met), 0) = w.keys) AS met)`;

export interface CandidateTable {
  readonly id: string;
  readonly databaseId: string;
  readonly name: string;
  readonly database: string;
}

/** The tables of one database that a set's policies may reach, by name. @param afterName exclusive */
export const listCandidatesIn = (
  tx: Tx,
  catalogId: string,
  databaseId: string,
  wanted: Wanted,
  afterName: string,
  limit: number,
): Promise<CandidateTable[]> =>
  sql<CandidateTable>(tx, {
    text: `WITH ${wantedText(wanted)}, ${candidates('a.database_id = $3')}
           SELECT c.id, d.id AS "databaseId", c.name, d.name AS database FROM (
             (SELECT t.id, t.name FROM tagged CROSS JOIN ${eachTable('tagged.table_id', 'name > $4')}
              ORDER BY t.name LIMIT $5)
             UNION
             (SELECT t.id, t.name FROM glue_table t
              WHERE t.database_id = $3 AND t.name > $4 AND EXISTS (SELECT FROM whole) ORDER BY t.name LIMIT $5)
           ) AS c JOIN glue_database d ON d.id = $3 ORDER BY c.name LIMIT $5`,
    values: [catalogId, wantedValue(wanted), databaseId, afterName, limit],
  });

/** The same in the whole catalog, by database and table. @param after exclusive */
export const listCandidates = (
  tx: Tx,
  catalogId: string,
  wanted: Wanted,
  after: { readonly database: string; readonly table: string },
  limit: number,
): Promise<CandidateTable[]> =>
  sql<CandidateTable>(tx, {
    text: `WITH ${wantedText(wanted)}, ${candidates('true')}
           SELECT c.id, c.database_id AS "databaseId", c.name, c.database FROM (
             (SELECT t.id, t.database_id, t.name, d.name AS database
              FROM tagged CROSS JOIN ${eachTable('tagged.table_id', 'true')}
              CROSS JOIN ${eachDatabase('t.database_id', 'true')}
              WHERE (d.name, t.name) > ($3 COLLATE "C", $4 COLLATE "C") ORDER BY d.name, t.name LIMIT $5)
             UNION
             (SELECT t.id, d.id, t.name, d.name
              FROM whole JOIN glue_database d ON d.id = whole.database_id
              CROSS JOIN LATERAL (
                SELECT id, name FROM glue_table
                WHERE database_id = d.id AND (d.name > $3 COLLATE "C" OR name > $4 COLLATE "C")
                ORDER BY name LIMIT $5) AS t
              WHERE d.name >= $3 COLLATE "C" ORDER BY d.name, t.name LIMIT $5)
           ) AS c ORDER BY c.database, c.name LIMIT $5`,
    values: [catalogId, wantedValue(wanted), after.database, after.table, limit],
  });

/** Databases that match the expression, by name. A database has no other tags than its own: these do. */
export const listMatchingDatabases = (
  tx: Tx,
  catalogId: string,
  expression: TagExpression,
  afterName: string,
  limit: number,
): Promise<{ readonly id: string; readonly name: string }[]> =>
  sql(tx, {
    text: `WITH ${ASKED_TERMS}, ${candidates('true')}
           SELECT d.id, d.name FROM whole CROSS JOIN ${eachDatabase('whole.database_id', 'name > $3 COLLATE "C"')}
           ORDER BY d.name LIMIT $4`,
    values: [catalogId, wantedValue({ expression }), afterName, limit],
  });

/** Databases in which a policy of the set on tables may reach one, or that one on databases reaches, by name. */
export const listCandidateDatabases = (
  tx: Tx,
  catalogId: string,
  principals: readonly string[],
  afterName: string,
  limit: number,
): Promise<{ readonly id: string; readonly name: string }[]> =>
  sql(tx, {
    text: `WITH ${HELD_TERMS}, ${candidates('true')},
           themselves AS (
             SELECT a.database_id
             FROM (SELECT DISTINCT tag_expression_id, keys FROM (${heldPolicies('$1', '$2', 'DATABASE')}) AS all_held) AS h
             JOIN lf_tag_expression_term w ON w.expression_id = h.tag_expression_id
             CROSS JOIN ${carriers('IS NULL', 'true')}
             GROUP BY a.database_id, h.tag_expression_id, h.keys HAVING count(DISTINCT a.tag_id) = h.keys)
           SELECT d.id, d.name FROM (
             SELECT database_id FROM tagged
             UNION SELECT database_id FROM whole CROSS JOIN LATERAL (
               SELECT FROM glue_table t WHERE t.database_id = whole.database_id ORDER BY t.name LIMIT 1) AS one_table
             UNION SELECT database_id FROM themselves) AS c
           CROSS JOIN ${eachDatabase('c.database_id', 'name > $3 COLLATE "C"')} ORDER BY d.name LIMIT $4`,
    values: [catalogId, principals, afterName, limit],
  });

/** Whether anyone of the set holds policies, of either kind. */
export async function findHeldPolicyTypes(
  tx: Tx,
  catalogId: string,
  principals: readonly string[],
): Promise<{ readonly isOnDatabases: boolean; readonly isOnTables: boolean }> {
  const [row] = await sql<{ readonly isOnDatabases: boolean; readonly isOnTables: boolean }>(tx, {
    text: `SELECT EXISTS (${heldPolicies('$1', '$2', 'DATABASE')}) AS "isOnDatabases",
                  EXISTS (${heldPolicies('$1', '$2', 'TABLE')}) AS "isOnTables"`,
    values: [catalogId, principals],
    prepared: true,
  });
  return row ?? { isOnDatabases: false, isOnTables: false };
}
