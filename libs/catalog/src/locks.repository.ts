import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

/** `shared`: the table stays as it is while its partitions are written; `exclusive`: nobody else writes any of it. */
export type TableLock = 'shared' | 'exclusive';

/** Sets these locks apart from every other use of advisory locks. */
const TABLE_LOCK_CLASS = 7_205;
const DATABASE_LOCK_CLASS = 7_206;
const TAG_LOCK_CLASS = 7_207;

// The database's comes first, for everybody: whoever holds a table's never waits for a database's.
const LOCK_TABLE: Record<TableLock, string> = {
  shared: `SELECT pg_advisory_xact_lock_shared($1::int, $2::int),
                  pg_advisory_xact_lock_shared($3::int, ($4::bigint % 2147483647)::int)`,
  exclusive: `SELECT pg_advisory_xact_lock_shared($1::int, $2::int),
                     pg_advisory_xact_lock($3::int, ($4::bigint % 2147483647)::int)`,
};

/** Random bits of a UUIDv7, as PostgreSQL's int. Two databases that share them wait for each other and nothing more. */
const lockNumber = (databaseId: string): number => Number.parseInt(databaseId.slice(-8), 16) | 0;

/**
 * Holds until commit. Advisory locks and not the table's row: shared row locks of many writers pile up on one row,
 * and let an exclusive one wait for ever; these queue fairly and write nothing.
 */
export async function lockTableNo(
  tx: Tx,
  table: { readonly no: string; readonly databaseId: string },
  lock: TableLock,
): Promise<void> {
  const values = [DATABASE_LOCK_CLASS, lockNumber(table.databaseId), TABLE_LOCK_CLASS, table.no];
  await sql(tx, { text: LOCK_TABLE[lock], values, prepared: true });
}

/** Every table of the database at once, however many: nobody writes to any of them until the transaction ends. */
export async function lockTablesOf(tx: Tx, databaseId: string): Promise<void> {
  await sql(tx, {
    text: 'SELECT pg_advisory_xact_lock($1::int, $2::int)',
    values: [DATABASE_LOCK_CLASS, lockNumber(databaseId)],
  });
}

/** Until commit nobody else changes the tags of that resource. */
export async function lockTagsOf(tx: Tx, resourceId: string): Promise<void> {
  await sql(tx, {
    text: 'SELECT pg_advisory_xact_lock($1::int, hashtext($2))',
    values: [TAG_LOCK_CLASS, resourceId],
  });
}
