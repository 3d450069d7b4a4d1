import type { Permission, Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { InForce } from '../condition/in-force.ts';
import type { GrantedType } from './grant.ts';
import type { ResolvedResource } from './granted-resource.ts';
import {
  LISTED_TAGS,
  type ListedTagRow,
  type ListedTags,
  onTagCondition,
  TAG_REACHES,
  toListedTags,
} from '../tag/listed-tags.repository.ts';
import { isTagResource } from '../tag/tag-grant.ts';

/** Whose grants the asker may see: everybody's, or what is held under these names or may be passed on by them. */
export type Seen = 'all' | { readonly heldBy: readonly string[] };

export interface GrantSearch {
  readonly catalogId: string;
  readonly principal: string | undefined;
  readonly types: readonly GrantedType[] | undefined;
  readonly on: ResolvedResource | undefined;
  readonly includeRelated: boolean;
  readonly seen: Seen;
  /** Which of the asker's own grants count; what has expired by then is not there. */
  readonly force: InForce;
  /** The last group's position. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** One principal's permissions on one thing in one form. */
export interface GrantGroup {
  readonly position: string;
  readonly catalogId: string;
  readonly principal: string;
  readonly type: GrantedType;
  readonly databaseId: string | undefined;
  readonly tableId: string | undefined;
  readonly database: string | undefined;
  readonly table: string | undefined;
  readonly filter: string | undefined;
  readonly columns: readonly string[];
  readonly tags: ListedTags | undefined;
  readonly condition: string | undefined;
  readonly validFrom: Date | undefined;
  readonly validUntil: Date | undefined;
  readonly permissions: readonly Permission[];
  readonly withGrantOption: readonly Permission[];
  readonly lastUpdatedAt: Date;
  readonly lastUpdatedBy: string;
}

interface GroupRow extends ListedTagRow {
  readonly principal: string;
  readonly resource_type: GrantedType;
  readonly database_key: string;
  readonly table_key: string;
  readonly columns_key: string;
  /** Its condition and validity, as one text. */
  readonly bounds_key: string;
  readonly condition: string;
  readonly valid_from: Date | null;
  readonly valid_until: Date | null;
  readonly database: string | null;
  readonly table_name: string | null;
  readonly filter: string | null;
  readonly columns: readonly string[] | null;
  readonly permissions: readonly Permission[];
  readonly with_grant_option: readonly Permission[] | null;
  readonly last_updated_at: Date;
  readonly last_updated_by: string;
}

const NIL = '00000000-0000-0000-0000-000000000000';

const positionOf = (row: GroupRow): string =>
  JSON.stringify([
    row.principal,
    row.resource_type,
    row.database_key,
    row.table_key,
    row.columns_key,
    row.bounds_key,
  ]);

/**
 * Whether a grant is on no more than the asker's own, which he may pass on. One on columns reaches grants on columns
 * that he sees: a list with any other would name it to him.
 */
const REACHES = `CASE mine.resource_type
  WHEN 'TABLE_WILDCARD' THEN g.table_id IS NOT NULL OR g.resource_type = 'TABLE_WILDCARD'
  WHEN 'COLUMN' THEN mine.table_id = g.table_id AND g.resource_type = 'COLUMN' AND g.columns <@ mine.columns
  WHEN 'COLUMNS_EXCEPT' THEN mine.table_id = g.table_id
    AND (g.resource_type = 'COLUMN' AND NOT g.columns && mine.columns
         OR g.resource_type = 'COLUMNS_EXCEPT' AND (g.columns = mine.columns OR mine.columns = '{}'))
  WHEN 'FILTER' THEN mine.filter_id = g.filter_id
  WHEN 'DATA_LOCATION' THEN g.resource_type = 'DATA_LOCATION'
    AND (g.columns = mine.columns OR starts_with(g.columns[1], mine.columns[1] || '/'))
  ${TAG_REACHES}
  WHEN 'CATALOG' THEN g.resource_type = 'CATALOG'
  ELSE mine.table_id IS NOT DISTINCT FROM g.table_id AND
       (mine.resource_type <> 'DATABASE' OR g.resource_type = 'DATABASE') END`;

/**
 * What is held under those names, and what is granted on what may be passed on by them now.
 * Plan: the holder's own rows by their principal, then others' by the table, by the database, or by there being none;
 * never the catalog's whole list. One condition for all three would take that.
 */
const seenIds = (set: string, holding: string, now: string): string => {
  const reached = (whose: string, on: string): string => `
    SELECT g.id FROM mine JOIN lf_grant g ON ${on}
    WHERE ${whose} AND g.catalog_id = $1 AND mine.database_id IS NOT DISTINCT FROM g.database_id AND ${REACHES}`;
  return `WITH held AS MATERIALIZED (SELECT * FROM lf_grant WHERE catalog_id = $1 AND principal = ANY (${set})),
      mine AS MATERIALIZED (
        SELECT * FROM held WHERE grant_option AND (condition = '' OR condition = ANY (${holding}))
        AND (valid_from IS NULL OR valid_from <= ${now}) AND (valid_until IS NULL OR valid_until > ${now}))
    SELECT id FROM held
    UNION ${reached('mine.table_id IS NOT NULL', 'g.table_id = mine.table_id')}
    UNION ${reached('mine.table_id IS NULL', 'g.database_id = mine.database_id')}
    UNION ${reached('mine.database_id IS NULL', 'g.database_id IS NULL')}`;
};

/** Columns of one grant are rows of their own; those with the grant option are listed apart from those without. */
export async function listGrantGroups(tx: Tx, search: GrantSearch): Promise<GrantGroup[]> {
  const { on, seen } = search;
  const values: unknown[] = [search.catalogId];
  const bind = (value: unknown): string => `$${String(values.push(value))}`;
  const now = bind(search.force.now);
  const conditions = ['g.catalog_id = $1', `(g.valid_until IS NULL OR g.valid_until > ${now})`];
  if (search.principal !== undefined) conditions.push(`g.principal = ${bind(search.principal)}`);
  if (search.types !== undefined) conditions.push(`g.resource_type = ANY (${bind(search.types)})`);
  if (on !== undefined) conditions.push(onCondition(on, search.includeRelated, bind));
  if (seen !== 'all') {
    const held = bind(seen.heldBy);
    conditions.push(`g.id = ANY (ARRAY(${seenIds(held, bind(search.force.conditions), now)}))`);
  }
  const after =
    search.after === undefined
      ? ''
      : `WHERE (principal, resource_type, database_key, table_key, columns_key, bounds_key) > (${(
          JSON.parse(search.after) as string[]
        ) // made by positionOf, signed by the page token
          .map((key, i) => `${bind(key)}::${i < 2 || i >= 4 ? 'text' : 'uuid'}${i < 2 ? ' COLLATE "C"' : ''}`)
          .join(', ')})`;
  const rows = await sql<GroupRow>(tx, {
    text: `SELECT x.*, d.name AS database, t.name AS table_name, f.name AS filter, ${LISTED_TAGS} FROM (
             SELECT principal, resource_type COLLATE "C" AS resource_type, database_key, table_key, columns_key,
                    tag_id, tag_expression_id, bounds_key, min(condition) AS condition, min(valid_from) AS valid_from,
                    min(valid_until) AS valid_until, array_agg(DISTINCT permission) AS permissions,
                    array_agg(DISTINCT permission) FILTER (WHERE grant_option) AS with_grant_option,
                    array_agg(DISTINCT one ORDER BY one) FILTER (WHERE one IS NOT NULL) AS columns,
                    max(granted_at) AS last_updated_at,
                    (array_agg(granted_by ORDER BY granted_at DESC))[1] AS last_updated_by
             FROM (
               SELECT g.principal, g.resource_type, g.permission, g.grant_option, g.granted_at, g.granted_by,
                      g.tag_id, g.tag_expression_id,
                      coalesce(g.database_id, '${NIL}') AS database_key, coalesce(g.table_id, '${NIL}') AS table_key,
                      CASE WHEN g.resource_type = 'COLUMN' THEN g.grant_option::text
                           WHEN g.resource_type = 'FILTER' THEN g.filter_id::text
                           -- Values of one tag are listed together where the same may be done with them.
                           WHEN g.tag_id IS NOT NULL
                             THEN concat_ws(' ', g.tag_id, g.permission, g.grant_option)
                           ELSE array_to_json(g.columns)::text END COLLATE "C" AS columns_key, g.condition, g.valid_from, g.valid_until,
                      json_build_array(g.condition, extract(epoch FROM g.valid_from), extract(epoch FROM g.valid_until))::text
                        COLLATE "C" AS bounds_key, one
               FROM lf_grant g LEFT JOIN LATERAL unnest(CASE WHEN g.tag_id IS NULL THEN g.columns ELSE g.columns[2:] END) AS one ON true
               WHERE ${conditions.join(' AND ')}) AS flat
             GROUP BY principal, resource_type, database_key, table_key, columns_key, tag_id, tag_expression_id, bounds_key) AS x
           LEFT JOIN glue_database d ON d.id = x.database_key LEFT JOIN glue_table t ON t.id = x.table_key
           LEFT JOIN lf_data_cells_filter f
             ON f.id = CASE WHEN x.resource_type = 'FILTER' THEN x.columns_key::uuid END
           ${after} ORDER BY principal, resource_type, database_key, table_key, columns_key, bounds_key
           LIMIT ${bind(search.limit)}`,
    values,
  });
  return rows.map((row) => ({
    position: positionOf(row),
    catalogId: search.catalogId,
    principal: row.principal,
    type: row.resource_type,
    databaseId: row.database_key === NIL ? undefined : row.database_key,
    tableId: row.table_key === NIL ? undefined : row.table_key,
    database: row.database ?? undefined,
    table: row.table_name ?? undefined,
    filter: row.filter ?? undefined,
    columns: row.columns ?? [],
    tags: toListedTags(row),
    condition: row.condition === '' ? undefined : row.condition,
    validFrom: row.valid_from ?? undefined,
    validUntil: row.valid_until ?? undefined,
    permissions: row.permissions,
    withGrantOption: row.with_grant_option ?? [],
    lastUpdatedAt: row.last_updated_at,
    lastUpdatedBy: row.last_updated_by,
  }));
}

function onCondition(
  on: ResolvedResource,
  includeRelated: boolean,
  bind: (value: unknown) => string,
): string {
  if (on.filterId !== undefined) return `g.filter_id = ${bind(on.filterId)}`;
  if (on.tableId !== undefined) {
    const table = `g.table_id = ${bind(on.tableId)}`;
    if (!includeRelated) return table;
    return `(${table} OR g.resource_type = 'TABLE_WILDCARD' AND g.database_id = ${bind(on.databaseId)})`;
  }
  if (on.on.type === 'DATA_LOCATION')
    return `g.resource_type = 'DATA_LOCATION' AND g.columns = ARRAY[${bind(on.on.location)}]`;
  if (isTagResource(on.on)) return onTagCondition(on.rows, bind);
  if (on.databaseId === undefined) return "g.resource_type = 'CATALOG'";
  const type = on.on.type === 'TABLE' ? 'TABLE_WILDCARD' : 'DATABASE';
  return `g.database_id = ${bind(on.databaseId)} AND g.resource_type = '${type}'`;
}
