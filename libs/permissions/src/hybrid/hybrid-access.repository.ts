import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

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

const lows = (ranges: readonly TextRange[]): string[] => ranges.map(({ low }) => low);
const highs = (ranges: readonly TextRange[]): string[] => ranges.map(({ high }) => high);

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

const inRanges = (order: string): string =>
  // Plan: the index by location, range for range; never the database's whole list.
  `SELECT t.id, t.name, t.location FROM unnest($4::text[], $5::text[]) AS range (low, high)
   JOIN glue_table t ON t.database_id = $3 AND t.location >= range.low AND t.location < range.high
   WHERE t.name > $6 AND NOT ${onTable} ${order} LIMIT $7`;

const valuesOf = ({ set, conditions, databaseId, ranges, afterName, limit }: TableWalk): unknown[] => [
  set,
  conditions,
  databaseId,
  lows(ranges),
  highs(ranges),
  afterName,
  limit,
];

/** Tables in the ranges on which the set is not opted in, in no order: all of them, or as many as the limit. */
export const findSomeInRanges = (tx: Tx, walk: TableWalk): Promise<LocatedName[]> =>
  sql<LocatedName>(tx, { text: inRanges(''), values: valuesOf(walk) });

/** The same by name. The database goes through all that lie there. */
export const listInRanges = (tx: Tx, walk: TableWalk): Promise<LocatedName[]> =>
  sql<LocatedName>(tx, { text: inRanges('ORDER BY t.name'), values: valuesOf(walk) });

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
  sql<LocatedName>(tx, {
    text: `SELECT d.id, d.name, d.location FROM unnest($4::text[], $5::text[]) AS range (low, high)
           JOIN glue_database d ON d.account_id = $3 AND d.location >= range.low AND d.location < range.high
           WHERE d.name > $6 AND NOT ${onCatalogOf('d.account_id')} AND NOT ${onDatabase}
           ORDER BY d.name LIMIT $7`,
    values: [set, conditions, catalogId, lows(ranges), highs(ranges), afterName, limit],
  });
