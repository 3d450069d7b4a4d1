import { asId, type Permission, type Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import { listFiltersById } from '../filter/filter.repository.ts';
import { databasePolicies, NO_POLICY, type PolicyColumns, tablePolicies } from '../tag/policy.repository.ts';
import { toExpression } from '../tag/tag-expression.repository.ts';
import type { InForce } from '../condition/in-force.ts';
import { isInForce } from '../condition/in-force-sql.ts';
import type { Grant, GrantedType } from './grant.ts';

export interface GrantRow {
  readonly id: string;
  readonly catalog_id: string;
  readonly resource_type: GrantedType;
  readonly database_id: string | null;
  readonly table_id: string | null;
  readonly filter_id: string | null;
  readonly principal: string;
  readonly permission: Permission;
  readonly columns: readonly string[];
  readonly condition: string;
  readonly valid_from: Date | null;
  readonly valid_until: Date | null;
  readonly grant_option: boolean;
  readonly granted_by: string;
  readonly granted_at: Date;
}

/** Unqualified. */
export const COLUMNS = `id, catalog_id, resource_type, database_id, table_id, filter_id, principal, permission, columns,
  condition, valid_from, valid_until, grant_option, granted_by, granted_at`;

/**
 * An array whose length the planner does not look at. It would take a plan made for these very values for a cheaper one,
 * and plan anew at every call: a millisecond, three times what the statement takes.
 */
const unknownArray = (place: number, type: 'uuid' | 'text'): string =>
  `ARRAY(SELECT unnest($${String(place)}::${type}[]))`;

/** What shows that its table is there: of what is held on a filter, that it shows rows of it. */
const SHOWS_TABLE = `resource_type IN ('TABLE', 'COLUMN', 'COLUMNS_EXCEPT', 'FILTER')
  AND (resource_type <> 'FILTER' OR permission = 'SELECT')`;

export const toGrant = (row: GrantRow): Grant => ({
  id: asId(row.id),
  catalogId: row.catalog_id,
  type: row.resource_type,
  databaseId: row.database_id ?? undefined,
  tableId: row.table_id ?? undefined,
  filterId: row.filter_id ?? undefined,
  principal: row.principal,
  permission: row.permission,
  columns: row.columns,
  condition: row.condition === '' ? undefined : row.condition,
  validFrom: row.valid_from ?? undefined,
  validUntil: row.valid_until ?? undefined,
  grantOption: row.grant_option,
  grantedBy: row.granted_by,
  grantedAt: row.granted_at,
});

/** Grants on data cells filters with what these show; one whose filter has gone meanwhile is gone as well. */
export async function withFilters(tx: Tx, grants: Grant[]): Promise<Grant[]> {
  const ids = grants.flatMap(({ filterId }) => filterId ?? []);
  if (ids.length === 0) return grants;
  const filters = new Map((await listFiltersById(tx, [...new Set(ids)])).map((each) => [each.id, each]));
  return grants.flatMap((grant) => {
    if (grant.filterId === undefined) return grant;
    const filter = filters.get(asId(grant.filterId));
    return filter === undefined ? [] : { ...grant, filter };
  });
}

/** A grant that names the thing, or a policy that may reach it by its tags. */
export const toBearing = (row: GrantRow & PolicyColumns): Grant => {
  const { on_id: onId, terms, assigned } = row;
  if (onId === null) return toGrant(row);
  return {
    ...toGrant(row),
    policy: { onId, expression: toExpression(terms ?? []), assigned: assigned ?? [] },
  };
};

/** On these tables, by name or by tags, on their filters and on the wildcards of these databases, to anyone of the set. */
export async function listTableGrants(
  tx: Tx,
  catalogId: string,
  tableIds: readonly string[],
  databaseIds: readonly string[],
  principals: readonly string[],
  force: InForce,
): Promise<Grant[]> {
  const rows = await sql<GrantRow & PolicyColumns>(tx, {
    // Plan: index scans that meet only the caller's own rows, whatever others hold on the same things.
    text: `SELECT ${COLUMNS}, ${NO_POLICY} FROM lf_grant
           WHERE table_id = ANY (${unknownArray(1, 'uuid')}) AND principal = ANY (${unknownArray(3, 'text')})
           AND ${isInForce(5, 6)}
           UNION ALL
           SELECT ${COLUMNS}, ${NO_POLICY} FROM lf_grant
           WHERE database_id = ANY (${unknownArray(2, 'uuid')}) AND resource_type = 'TABLE_WILDCARD'
           AND principal = ANY (${unknownArray(3, 'text')}) AND ${isInForce(5, 6)}
           UNION ALL ${tablePolicies(COLUMNS, '$4', unknownArray(3, 'text'), isInForce(5, 6, 'g.'))}`,
    values: [tableIds, databaseIds, principals, catalogId, force.conditions, force.now],
    prepared: true,
  });
  return withFilters(tx, rows.map(toBearing));
}

/** On the database and its wildcard, and one on a table in it where there is any: enough to show that it is there. */
export async function listDatabaseGrants(
  tx: Tx,
  catalogId: string,
  databaseId: string,
  principals: readonly string[],
  force: InForce,
): Promise<Grant[]> {
  const rows = await sql<GrantRow & PolicyColumns>(tx, {
    text: `SELECT ${COLUMNS}, ${NO_POLICY} FROM lf_grant
           WHERE database_id = $1 AND resource_type IN ('DATABASE', 'TABLE_WILDCARD') AND principal = ANY ($2)
           AND ${isInForce(4, 5)}
           UNION ALL
           (SELECT ${COLUMNS}, ${NO_POLICY} FROM lf_grant
            WHERE database_id = $1 AND principal = ANY ($2) AND ${SHOWS_TABLE} AND ${isInForce(4, 5)} LIMIT 1)
           UNION ALL ${databasePolicies(COLUMNS, '$3', '$2', isInForce(4, 5, 'g.'))}`,
    values: [databaseId, principals, catalogId, force.conditions, force.now],
    prepared: true,
  });
  return rows.map(toBearing);
}

export async function listCatalogGrants(
  tx: Tx,
  catalogId: string,
  principals: readonly string[],
  force: InForce,
): Promise<Grant[]> {
  const rows = await sql<GrantRow>(tx, {
    text: `SELECT ${COLUMNS} FROM lf_grant
           WHERE catalog_id = $1 AND resource_type = 'CATALOG' AND principal = ANY ($2) AND ${isInForce(3, 4)}`,
    values: [catalogId, principals, force.conditions, force.now],
    prepared: true,
  });
  return rows.map(toGrant);
}

/** On every location of the catalog: how far each of them reaches is not for SQL to say. */
export async function listLocationGrants(
  tx: Tx,
  catalogId: string,
  principals: readonly string[],
  force: InForce,
): Promise<Grant[]> {
  const rows = await sql<GrantRow>(tx, {
    text: `SELECT ${COLUMNS} FROM lf_grant
           WHERE catalog_id = $1 AND resource_type = 'DATA_LOCATION' AND principal = ANY ($2) AND ${isInForce(3, 4)} ORDER BY id`,
    values: [catalogId, principals, force.conditions, force.now],
    prepared: true,
  });
  return rows.map(toGrant);
}

/** A thing's id, and its name, by which lists go. */
export interface NamedId {
  readonly id: string;
  readonly name: string;
}

/** Databases on which, or in which, anyone of the set holds anything; by name. @param afterName exclusive */
export const listGrantedDatabases = (
  tx: Tx,
  catalogId: string,
  principals: readonly string[],
  force: InForce,
  afterName: string,
  limit: number,
): Promise<NamedId[]> =>
  sql<NamedId>(tx, {
    // Plan: the set's own grants first, then one database row each; never the catalog's whole list.
    text: `WITH granted AS MATERIALIZED (
             SELECT DISTINCT database_id FROM lf_grant
             WHERE principal = ANY ($2) AND catalog_id = $1 AND database_id IS NOT NULL
             AND (resource_type IN ('DATABASE', 'TABLE_WILDCARD') OR ${SHOWS_TABLE}) AND ${isInForce(5, 6)})
           SELECT d.id, d.name FROM granted g JOIN glue_database d ON d.id = g.database_id
           WHERE d.name > $3 ORDER BY d.name LIMIT $4`,
    values: [catalogId, principals, afterName, limit, force.conditions, force.now],
    prepared: true,
  });

/** The database's tables on which anyone of the set holds anything; by name. @param afterName exclusive */
export const listGrantedTables = (
  tx: Tx,
  catalogId: string,
  databaseId: string,
  principals: readonly string[],
  force: InForce,
  afterName: string,
  limit: number,
): Promise<NamedId[]> =>
  sql<NamedId>(tx, {
    // Plan: as above; the unique index leads with principal, catalog, type and database.
    text: `WITH granted AS MATERIALIZED (
             SELECT DISTINCT table_id FROM lf_grant
             WHERE principal = ANY ($3) AND catalog_id = $1 AND database_id = $2 AND ${SHOWS_TABLE}
             AND ${isInForce(6, 7)})
           SELECT t.id, t.name FROM granted g JOIN glue_table t ON t.id = g.table_id
           WHERE t.name > $4 ORDER BY t.name LIMIT $5`,
    values: [catalogId, databaseId, principals, afterName, limit, force.conditions, force.now],
    prepared: true,
  });

const isBounded = (row: string): string =>
  `(${row}.valid_from IS NOT NULL OR ${row}.valid_until IS NOT NULL)`;

/**
 * Adds to what is there: granting again changes nothing, granting with the option adds it. What is there for a time only
 * is replaced, option and all: an option that was given until Friday must not outlive it. What is there for good stays
 * as it is when the same is granted for a time.
 */
export async function insertGrants(tx: Tx, grants: readonly Grant[]): Promise<void> {
  await sql(tx, {
    text: `INSERT INTO lf_grant (id, catalog_id, resource_type, database_id, table_id, filter_id, principal, permission,
                                 columns, condition, valid_from, valid_until, grant_option, granted_by, granted_at)
           SELECT id, catalog_id, type, database_id, table_id, filter_id, principal, permission,
                  ARRAY(SELECT json_array_elements_text(columns)), coalesce(condition, ''), valid_from, valid_until,
                  grant_option, granted_by, granted_at
           FROM json_to_recordset($1::json) AS g (id uuid, catalog_id text, type text, database_id uuid, table_id uuid,
             filter_id uuid, principal text, permission text, columns json, condition text, valid_from timestamptz,
             valid_until timestamptz, grant_option boolean, granted_by text, granted_at timestamptz)
           ON CONFLICT (principal, catalog_id, resource_type, database_id, table_id, filter_id, permission, columns, condition)
           DO UPDATE SET grant_option = excluded.grant_option, valid_from = excluded.valid_from,
             valid_until = excluded.valid_until, granted_by = excluded.granted_by, granted_at = excluded.granted_at
           WHERE ${isBounded('lf_grant')}
             OR excluded.grant_option AND NOT lf_grant.grant_option AND NOT ${isBounded('excluded')}`,
    values: [
      JSON.stringify(
        grants.map((grant) => ({
          id: grant.id,
          catalog_id: grant.catalogId,
          type: grant.type,
          database_id: grant.databaseId,
          table_id: grant.tableId,
          filter_id: grant.filterId,
          principal: grant.principal,
          permission: grant.permission,
          columns: grant.columns,
          condition: grant.condition,
          valid_from: grant.validFrom,
          valid_until: grant.validUntil,
          grant_option: grant.grantOption,
          granted_by: grant.grantedBy,
          granted_at: grant.grantedAt,
        })),
      ),
    ],
  });
}

/** One thing and one principal, as revoking addresses them. */
export interface GrantTarget {
  readonly catalogId: string;
  readonly databaseId?: string | undefined;
  readonly tableId?: string | undefined;
  readonly filterId?: string | undefined;
  readonly principal: string;
  readonly condition?: string | undefined;
  readonly now: Date;
}

/** What that principal holds on just that thing under just that condition and has not expired, locked until commit. */
export async function lockGrantsOn(tx: Tx, target: GrantTarget): Promise<Grant[]> {
  const rows = await sql<GrantRow>(tx, {
    text: `SELECT ${COLUMNS} FROM lf_grant
           WHERE principal = $1 AND catalog_id = $2 AND database_id IS NOT DISTINCT FROM $3::uuid
           AND table_id IS NOT DISTINCT FROM $4::uuid AND filter_id IS NOT DISTINCT FROM $5::uuid
           AND condition = $6 AND (valid_until IS NULL OR valid_until > $7)
           ORDER BY id FOR UPDATE`,
    values: [
      target.principal,
      target.catalogId,
      target.databaseId ?? null,
      target.tableId ?? null,
      target.filterId ?? null,
      target.condition ?? '',
      target.now,
    ],
  });
  return rows.map(toGrant);
}

export async function deleteGrants(tx: Tx, ids: readonly string[]): Promise<void> {
  await sql(tx, { text: 'DELETE FROM lf_grant WHERE id = ANY ($1::uuid[])', values: [ids] });
}

export async function dropGrantOptions(tx: Tx, ids: readonly string[]): Promise<void> {
  await sql(tx, {
    text: 'UPDATE lf_grant SET grant_option = false WHERE id = ANY ($1::uuid[])',
    values: [ids],
  });
}

/**
 * An include list's column goes with its row; exclude lists become shorter, and two that are the same now become one:
 * the one that holds for good, else the one that ends last. Neither lends the other its option or its time.
 * @returns whether any list named one of the columns
 */
export async function dropColumnsFromLists(
  tx: Tx,
  tableId: string,
  names: readonly string[],
): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx, {
    // A list that was cut cannot be one of those that were taken away: those all name a dropped column.
    text: `WITH gone AS (
             DELETE FROM lf_grant WHERE table_id = $1 AND resource_type IN ('COLUMN', 'COLUMNS_EXCEPT')
             AND columns && $2::text[] RETURNING *),
           cut AS (
             SELECT gone.*, ARRAY(SELECT name FROM unnest(columns) WITH ORDINALITY AS each (name, place)
                                  WHERE name <> ALL ($2::text[]) ORDER BY place) AS kept
             FROM gone WHERE resource_type = 'COLUMNS_EXCEPT'),
           put AS (
             INSERT INTO lf_grant (id, catalog_id, resource_type, database_id, table_id, principal, permission,
                                   columns, condition, grant_option, granted_by, granted_at, valid_from, valid_until)
             SELECT DISTINCT ON (principal, permission, kept, condition)
                    id, catalog_id, resource_type, database_id, table_id, principal, permission,
                    kept, condition, grant_option, granted_by, granted_at, valid_from, valid_until
             FROM cut ORDER BY principal, permission, kept, condition, ${isBounded('cut')}, grant_option DESC,
               valid_until DESC, valid_from NULLS FIRST
             ON CONFLICT (principal, catalog_id, resource_type, database_id, table_id, filter_id, permission, columns, condition)
             DO UPDATE SET grant_option = excluded.grant_option, valid_from = NULL, valid_until = NULL,
               granted_by = excluded.granted_by, granted_at = excluded.granted_at
             WHERE NOT ${isBounded('excluded')}
               AND (${isBounded('lf_grant')} OR excluded.grant_option AND NOT lf_grant.grant_option))
           SELECT id FROM gone`,
    values: [tableId, names],
  });
  return rows.length > 0;
}

/** All that a principal holds. @returns what it was on, each once */
export async function deleteGrantsOf(
  tx: Tx,
  principal: string,
): Promise<{ readonly catalogId: string; readonly subjectId: string }[]> {
  return sql(tx, {
    text: `WITH gone AS (DELETE FROM lf_grant WHERE principal = $1 RETURNING catalog_id, database_id, table_id)
           SELECT DISTINCT catalog_id AS "catalogId",
                  coalesce(table_id::text, database_id::text, catalog_id) AS "subjectId" FROM gone`,
    values: [principal],
  });
}
