import { alreadyExists, asId, type Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { DataCellsFilter } from './data-cells-filter.ts';

interface FilterRow {
  readonly id: string;
  readonly catalog_id: string;
  readonly database_id: string;
  readonly database: string;
  readonly table_id: string;
  readonly table_name: string;
  readonly name: string;
  readonly row_expression: string | null;
  readonly row_predicate: string | null;
  readonly is_exclude_list: boolean;
  readonly columns: readonly string[];
  readonly version_id: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const SELECT = `SELECT f.*, d.name AS database, t.name AS table_name FROM lf_data_cells_filter f
  JOIN glue_table t ON t.id = f.table_id JOIN glue_database d ON d.id = f.database_id`;

const toFilter = (row: FilterRow): DataCellsFilter => ({
  id: asId(row.id),
  catalogId: row.catalog_id,
  databaseId: row.database_id,
  database: row.database,
  tableId: row.table_id,
  table: row.table_name,
  name: row.name,
  rowExpression: row.row_expression ?? undefined,
  rowPredicate: row.row_predicate ?? undefined,
  columns: { isExcludeList: row.is_exclude_list, names: row.columns },
  versionId: row.version_id,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** @param lock holds other writers of that filter back until commit */
export async function findFilter(
  tx: Tx,
  tableId: string,
  name: string,
  lock = false,
): Promise<DataCellsFilter | undefined> {
  const [row] = await sql<FilterRow>(tx, {
    text: `${SELECT} WHERE f.table_id = $1 AND f.name = $2${lock ? ' FOR UPDATE OF f' : ''}`,
    values: [tableId, name],
    prepared: true,
  });
  return row && toFilter(row);
}

export async function listFiltersById(tx: Tx, ids: readonly string[]): Promise<DataCellsFilter[]> {
  const rows = await sql<FilterRow>(tx, {
    text: `${SELECT} WHERE f.id = ANY ($1::uuid[])`,
    values: [ids],
    prepared: true,
  });
  return rows.map(toFilter);
}

/** All of one table's, held until commit; they are bounded. */
export async function lockFiltersOf(tx: Tx, tableId: string): Promise<DataCellsFilter[]> {
  const rows = await sql<FilterRow>(tx, {
    text: `${SELECT} WHERE f.table_id = $1 ORDER BY f.name FOR UPDATE OF f`,
    values: [tableId],
    prepared: true,
  });
  return rows.map(toFilter);
}

/** Of a catalog or of one table, by table id and name. @param after exclusive */
export async function listFilters(
  tx: Tx,
  catalogId: string,
  tableId: string | undefined,
  after: { readonly tableId: string; readonly name: string } | undefined,
  limit: number,
): Promise<DataCellsFilter[]> {
  const rows = await sql<FilterRow>(tx, {
    // Plan: a range of the index over catalog, table and name.
    text: `${SELECT} WHERE f.catalog_id = $1 AND ($2::uuid IS NULL OR f.table_id = $2)
           AND ($3::uuid IS NULL OR (f.table_id, f.name) > ($3::uuid, $4 COLLATE "C"))
           ORDER BY f.table_id, f.name LIMIT $5`,
    values: [catalogId, tableId ?? null, after?.tableId ?? null, after?.name ?? '', limit],
  });
  return rows.map(toFilter);
}

export async function countFilters(tx: Tx, tableId: string): Promise<number> {
  const [row] = await sql<{ count: number }>(tx, {
    text: 'SELECT count(*)::int AS count FROM lf_data_cells_filter WHERE table_id = $1',
    values: [tableId],
  });
  return row?.count ?? 0;
}

/** @throws AlreadyExistsException the table has one of that name */
export async function insertFilter(tx: Tx, filter: DataCellsFilter): Promise<void> {
  const rows = await sql<{ id: string }>(tx, {
    text: `INSERT INTO lf_data_cells_filter (id, catalog_id, database_id, table_id, name, row_expression, row_predicate,
                                             is_exclude_list, columns, version_id, created_at, updated_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
           ON CONFLICT (table_id, name) DO NOTHING RETURNING id`,
    values: [
      filter.id,
      filter.catalogId,
      filter.databaseId,
      filter.tableId,
      filter.name,
      filter.rowExpression ?? null,
      filter.rowPredicate ?? null,
      filter.columns.isExcludeList,
      filter.columns.names,
      filter.versionId,
      filter.createdAt,
      filter.updatedAt,
    ],
  });
  if (rows.length === 0) {
    throw alreadyExists(`Data cells filter ${filter.name} of table ${filter.table} already exists.`);
  }
}

export async function replaceFilter(tx: Tx, filter: DataCellsFilter): Promise<void> {
  await sql(tx, {
    text: `UPDATE lf_data_cells_filter SET row_expression = $2, row_predicate = $3, is_exclude_list = $4, columns = $5,
           version_id = $6, updated_at = $7 WHERE id = $1`,
    values: [
      filter.id,
      filter.rowExpression ?? null,
      filter.rowPredicate ?? null,
      filter.columns.isExcludeList,
      filter.columns.names,
      filter.versionId,
      filter.updatedAt,
    ],
  });
}

/** With the grants on it. */
export async function deleteFilter(tx: Tx, id: string): Promise<void> {
  await sql(tx, { text: 'DELETE FROM lf_data_cells_filter WHERE id = $1', values: [id] });
}

/** Holds whoever would alter or drop the table, or count its filters, back until commit; not who reads it. */
export async function lockTableRow(tx: Tx, tableId: string): Promise<void> {
  await sql(tx, { text: 'SELECT id FROM glue_table WHERE id = $1 FOR NO KEY UPDATE', values: [tableId] });
}
