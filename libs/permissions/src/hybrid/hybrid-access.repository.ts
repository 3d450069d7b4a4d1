import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import { byName } from '../by-name.ts';
import type { InForce } from '../condition/in-force.ts';
import type { NamedId } from '../grant/grant.repository.ts';
import type { TextRange } from './hybrid-places.ts';

export interface Located {
  readonly id: string;
  readonly location: string;
  /** Someone of the set is opted in on it, or on what it lies in. */
  readonly isOptedIn: boolean;
}

/** Whose opt-ins are looked for: the set's, under conditions that hold. */
type OptedIn = Pick<InForce, 'conditions'> & { readonly set: readonly string[] };

/** An opt-in of the set ($1) that holds ($2). */
const isOfSet = `o.principal = ANY (ARRAY(SELECT unnest($1::text[])))
  AND (o.condition = '' OR o.condition = ANY ($2))`;

/** Plan: each by an index that begins with the thing's id and goes on with the principal. */
const onTable = `EXISTS (SELECT FROM lf_opt_in o WHERE o.table_id = t.id AND ${isOfSet})`;
const onDatabaseOf = (id: string, types: string): string =>
  `EXISTS (SELECT FROM lf_opt_in o WHERE o.database_id = ${id} AND o.resource_type IN (${types}) AND ${isOfSet})`;
const onCatalogOf = (id: string): string =>
  `EXISTS (SELECT FROM lf_opt_in o WHERE o.catalog_id = ${id} AND o.resource_type = 'CATALOG' AND ${isOfSet})`;
const onAnyTableOf = onDatabaseOf('t.database_id', "'DATABASE', 'TABLE_WILDCARD'");
const onDatabase = onDatabaseOf('d.id', "'DATABASE'");

/** Where these databases and tables lie, and whether the set is opted in there; those without a location are left out. */
export const findLocated = (
  tx: Tx,
  catalogId: string,
  { set, conditions }: OptedIn,
  databaseIds: readonly string[],
  tableIds: readonly string[],
): Promise<Located[]> =>
  sql<Located>(tx, {
    // Plan: by primary key, and a look into an index or two for each.
    text: `WITH catalog AS MATERIALIZED (SELECT ${onCatalogOf('$3')} AS is_opted_in)
           SELECT t.id, t.location, c.is_opted_in OR ${onTable} OR ${onAnyTableOf} AS "isOptedIn"
           FROM glue_table t, catalog c
           WHERE t.id = ANY (ARRAY(SELECT unnest($5::uuid[]))) AND t.location IS NOT NULL
           UNION ALL
           SELECT d.id, d.location, c.is_opted_in OR ${onDatabase} FROM glue_database d, catalog c
           WHERE d.id = ANY (ARRAY(SELECT unnest($4::uuid[]))) AND d.location IS NOT NULL`,
    values: [set, conditions, catalogId, databaseIds, tableIds],
    prepared: true,
  });

export type LocatedName = NamedId & Pick<Located, 'location'>;

/** Which part of a database is looked at for tables that lie in the ranges. */
export interface TableWalk extends OptedIn {
  readonly databaseId: string;
  readonly ranges: readonly TextRange[];
  /** Exclusive. */
  readonly afterName: string;
  readonly limit: number;
}

/** Whether the set is opted in on everything in the database. */
export async function isOptedInOnDatabase(
  tx: Tx,
  catalogId: string,
  databaseId: string,
  { set, conditions }: OptedIn,
): Promise<boolean> {
  const rows = await sql<{ readonly isOptedIn: boolean }>(tx, {
    text: `SELECT ${onCatalogOf('$3')} OR ${onDatabaseOf('$4', "'DATABASE', 'TABLE_WILDCARD'")} AS "isOptedIn"`,
    values: [set, conditions, catalogId, databaseId],
    prepared: true,
  });
  return rows[0]?.isOptedIn === true;
}

/** So many ranges are asked for at once: a hybrid prefix is two for each spelling of it. */
const MAX_RANGES = 60;

/**
 * Plan: the index by location, range for range, whatever the planner thinks of how many lie there: it knows neither that
 * a database's tables lie together nor how low this limit is, and would read them all.
 */
function branches(ranges: readonly TextRange[], values: unknown[], branch: string): string {
  const bind = (value: unknown): string => `$${String(values.push(value))}`;
  return ranges
    .map(
      ({ low, high }) =>
        `(${branch} AND location >= ${bind(low)} AND location < ${bind(high)} ORDER BY location LIMIT (SELECT $4::bigint))`,
    )
    .join(' UNION ALL ');
}

/** All of a range. */
const ALL = 2 ** 40;

/** By name: all that lie there are gone through. @param values the first three, which the branch names */
async function listByName(
  tx: Tx,
  ranges: readonly TextRange[],
  values: readonly unknown[],
  branch: string,
  afterName: string,
  limit: number,
): Promise<LocatedName[]> {
  const found: LocatedName[] = [];
  for (let at = 0; at < ranges.length; at += MAX_RANGES) {
    const all = [...values, ALL, afterName, limit];
    const some = branches(ranges.slice(at, at + MAX_RANGES), all, branch);
    const next = await sql<LocatedName>(tx, {
      text: `SELECT * FROM (${some}) AS lying WHERE name > $5 ORDER BY name LIMIT $6`,
      values: all,
    });
    found.push(...next);
  }
  return found.sort(byName).slice(0, limit);
}

const TABLES_IN = `SELECT t.id, t.name, t.location FROM glue_table t WHERE t.database_id = $3 AND NOT ${onTable}`;
const DATABASES_IN = `SELECT d.id, d.name, d.location FROM glue_database d
  WHERE d.account_id = $3 AND NOT ${onCatalogOf('$3')} AND NOT ${onDatabase}`;

/** Tables in the ranges on which the set is not opted in: all of them, or any, as many as the limit. */
export async function findSomeInRanges(
  tx: Tx,
  { set, conditions, databaseId, ranges, limit }: Omit<TableWalk, 'afterName'>,
): Promise<LocatedName[]> {
  const found: LocatedName[] = [];
  for (let at = 0; at < ranges.length && found.length < limit; at += MAX_RANGES) {
    const values = [set, conditions, databaseId, limit - found.length];
    const some = branches(ranges.slice(at, at + MAX_RANGES), values, TABLES_IN);
    found.push(
      ...(await sql<LocatedName>(tx, { text: `SELECT * FROM (${some}) AS lying LIMIT $4`, values })),
    );
  }
  return found;
}

export const listInRanges = (
  tx: Tx,
  { set, conditions, databaseId, ranges, afterName, limit }: TableWalk,
): Promise<LocatedName[]> =>
  listByName(tx, ranges, [set, conditions, databaseId], TABLES_IN, afterName, limit);

/** The next tables by name, wherever they lie. */
export const listLocated = (
  tx: Tx,
  { set, conditions, databaseId, afterName, limit }: Omit<TableWalk, 'ranges'>,
): Promise<(NamedId & Located)[]> =>
  sql<NamedId & Located>(tx, {
    text: `SELECT t.id, t.name, coalesce(t.location, '') AS location, ${onTable} AS "isOptedIn"
           FROM glue_table t WHERE t.database_id = $3 AND t.name > $4 ORDER BY t.name LIMIT $5`,
    values: [set, conditions, databaseId, afterName, limit],
  });

/** Databases in the ranges on which the set is not opted in, by name. */
export const listDatabasesInRanges = (
  tx: Tx,
  catalogId: string,
  { set, conditions, ranges, afterName, limit }: Omit<TableWalk, 'databaseId'>,
): Promise<LocatedName[]> =>
  listByName(tx, ranges, [set, conditions, catalogId], DATABASES_IN, afterName, limit);
