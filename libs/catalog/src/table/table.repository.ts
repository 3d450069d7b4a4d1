import { alreadyExists, asId, type Tx } from '@lakewarden/kernel';
import { isUniqueViolation, sql } from '@lakewarden/storage';

import type { LinkTarget, TableDefinition } from '../documents.ts';
import type { TableRef } from '../reference.ts';
import { putSearchRow } from '../search/search.repository.ts';
import type { PartitionKeyColumn, Table } from './table.ts';

interface TableRow {
  readonly id: string;
  readonly no: string;
  readonly database_id: string;
  readonly account_id: string;
  readonly database: string;
  readonly name: string;
  readonly version_id: string;
  readonly definition: TableDefinition;
  readonly partition_keys: readonly PartitionKeyColumn[] | null;
  readonly link_target: LinkTarget | null;
  readonly created_by: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const SELECT = `SELECT t.id, t.no, t.database_id, d.account_id, d.name AS database, t.name, t.version_id, t.definition,
  t.partition_keys, t.link_target, t.created_by, t.created_at, t.updated_at
  FROM glue_table t JOIN glue_database d ON d.id = t.database_id`;

const toTable = (row: TableRow): Table => ({
  id: asId(row.id),
  no: row.no,
  databaseId: asId(row.database_id),
  catalogId: row.account_id,
  database: row.database,
  name: row.name,
  versionId: row.version_id,
  definition: row.definition,
  partitionKeys: row.partition_keys ?? [],
  hasPartitionKeys: row.partition_keys !== null,
  ...(row.link_target !== null && { linkTarget: row.link_target }),
  createdBy: row.created_by,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export async function findTable(tx: Tx, ref: TableRef): Promise<Table | undefined> {
  const rows = await sql<TableRow>(tx, {
    text: `${SELECT} WHERE d.account_id = $1 AND d.name = $2 AND t.name = $3`,
    values: [ref.catalogId, ref.database, ref.name],
    prepared: true,
  });
  return rows.map(toTable)[0];
}

/** Those that are there, in no order. At most a page of them. */
export async function findTables(tx: Tx, refs: readonly TableRef[]): Promise<Table[]> {
  // Plan: one look into each unique index for each of them.
  const rows = await sql<TableRow>(tx, {
    text: `${SELECT} JOIN unnest($1::text[], $2::text[], $3::text[]) AS asked(account_id, database, name)
           ON asked.account_id = d.account_id AND asked.database = d.name AND asked.name = t.name`,
    values: [
      refs.map(({ catalogId }) => catalogId),
      refs.map(({ database }) => database),
      refs.map(({ name }) => name),
    ],
  });
  return rows.map(toTable);
}

export async function findTableById(tx: Tx, id: string): Promise<Table | undefined> {
  const rows = await sql<TableRow>(tx, { text: `${SELECT} WHERE t.id = $1`, values: [id], prepared: true });
  return rows.map(toTable)[0];
}

/** By name. @param afterName exclusive */
export async function listTables(
  tx: Tx,
  databaseId: string,
  afterName: string,
  limit: number,
): Promise<Table[]> {
  const rows = await sql<TableRow>(tx, {
    text: `${SELECT} WHERE t.database_id = $1 AND t.name > $2 ORDER BY t.name LIMIT $3`,
    values: [databaseId, afterName, limit],
    prepared: true,
  });
  return rows.map(toTable);
}

/** Those of the ids, by name. */
export async function listTablesById(tx: Tx, ids: readonly string[]): Promise<Table[]> {
  const rows = await sql<TableRow>(tx, {
    text: `${SELECT} WHERE t.id = ANY ($1::uuid[]) ORDER BY t.name`,
    values: [ids],
    prepared: true,
  });
  return rows.map(toTable);
}

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

export const tableExists = () => alreadyExists('Table already exists.');

export async function insertTable(tx: Tx, table: Omit<Table, 'no'>): Promise<string> {
  try {
    const [row] = await sql<{ no: string }>(tx, {
      text: `INSERT INTO glue_table (id, database_id, name, version_id, definition, partition_keys, link_target,
                                     created_by, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING no`,
      values: [
        table.id,
        table.databaseId,
        table.name,
        table.versionId,
        JSON.stringify(table.definition),
        json(table.hasPartitionKeys ? table.partitionKeys : undefined),
        json(table.linkTarget),
        table.createdBy,
        table.createdAt,
        table.updatedAt,
      ],
    });
    await putSearchRow(tx, table);
    return row?.no ?? '';
  } catch (error) {
    throw isUniqueViolation(error) ? tableExists() : error;
  }
}

export async function replaceTable(tx: Tx, table: Table): Promise<void> {
  await sql(tx, {
    text: `UPDATE glue_table SET version_id = $2, definition = $3, partition_keys = $4, link_target = $5, updated_at = $6
           WHERE id = $1`,
    values: [
      table.id,
      table.versionId,
      JSON.stringify(table.definition),
      json(table.hasPartitionKeys ? table.partitionKeys : undefined),
      json(table.linkTarget),
      table.updatedAt,
    ],
  });
  await putSearchRow(tx, table);
}

/** Keeps the definition that the next statement replaces. */
export async function archiveTableVersion(tx: Tx, tableId: Table['id']): Promise<void> {
  await sql(tx, {
    text: `INSERT INTO glue_table_version (table_id, version_id, definition, partition_keys, link_target, updated_at)
           SELECT id, version_id, definition, partition_keys, link_target, updated_at FROM glue_table WHERE id = $1`,
    values: [tableId],
  });
}

/** With its versions and indexes (by foreign keys), partitions, descriptors and index entries. */
export async function deleteTableRows(tx: Tx, table: Table): Promise<void> {
  await sql(tx, {
    text: `DELETE FROM partition_index_entry WHERE index_no IN (SELECT no FROM partition_index WHERE table_id = $1)`,
    values: [table.id],
  });
  await sql(tx, { text: 'DELETE FROM partition WHERE table_no = $1', values: [table.no] });
  await sql(tx, { text: 'DELETE FROM storage_descriptor WHERE table_no = $1', values: [table.no] });
  await sql(tx, { text: 'DELETE FROM glue_table WHERE id = $1', values: [table.id] });
}

type VersionRow = Pick<
  TableRow,
  'version_id' | 'definition' | 'partition_keys' | 'link_target' | 'updated_at'
>;

/** The table as it was. */
const asOf = (table: Table, row: VersionRow): Table => {
  const { linkTarget: _current, ...rest } = table;
  return {
    ...rest,
    versionId: row.version_id,
    definition: row.definition,
    partitionKeys: row.partition_keys ?? [],
    hasPartitionKeys: row.partition_keys !== null,
    ...(row.link_target !== null && { linkTarget: row.link_target }),
    updatedAt: row.updated_at,
  };
};

const VERSION_COLUMNS = 'version_id, definition, partition_keys, link_target, updated_at';

export async function findArchivedVersion(
  tx: Tx,
  table: Table,
  versionId: string,
): Promise<Table | undefined> {
  const rows = await sql<VersionRow>(tx, {
    text: `SELECT ${VERSION_COLUMNS} FROM glue_table_version WHERE table_id = $1 AND version_id = $2::numeric`,
    values: [table.id, versionId],
  });
  return rows.map((row) => asOf(table, row))[0];
}

/** Archived versions, oldest first. @param afterVersion exclusive; -1 from the start */
export async function listArchivedVersions(
  tx: Tx,
  table: Table,
  afterVersion: string,
  limit: number,
): Promise<Table[]> {
  const rows = await sql<VersionRow>(tx, {
    text: `SELECT ${VERSION_COLUMNS} FROM glue_table_version WHERE table_id = $1 AND version_id > $2
           ORDER BY version_id LIMIT $3`,
    values: [table.id, afterVersion, limit],
  });
  return rows.map((row) => asOf(table, row));
}

/** @returns whether there was one */
export async function deleteArchivedVersion(tx: Tx, table: Table, versionId: string): Promise<boolean> {
  const rows = await sql(tx, {
    text: 'DELETE FROM glue_table_version WHERE table_id = $1 AND version_id = $2::numeric RETURNING version_id',
    values: [table.id, versionId],
  });
  return rows.length > 0;
}
