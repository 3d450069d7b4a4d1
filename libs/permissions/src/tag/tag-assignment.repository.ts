import { LakewardenError, newId, type Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { AssignedTag } from './expression.ts';

/** A database, a table, or some of a table's columns. */
export interface TaggedThing {
  readonly databaseId: string;
  readonly tableId?: string | undefined;
  /** In lower case. Absent: the table itself. */
  readonly columns?: readonly string[] | undefined;
}

/** What was put on each database, and on the table and its columns, by the table's id, or the database's alone. */
export async function listAssignedTo(
  tx: Tx,
  things: readonly Pick<TaggedThing, 'databaseId' | 'tableId'>[],
): Promise<ReadonlyMap<string, AssignedTag[]>> {
  const rows = await sql<AssignedTag & { readonly id: string }>(tx, {
    text: `SELECT coalesce(o.table_id, o.database_id) AS id,
                  CASE WHEN a.table_id IS NULL THEN 'database' ELSE 'table' END AS level,
                  a.column_name AS column, k.key, a.value
           FROM unnest($1::uuid[], $2::uuid[]) AS o (table_id, database_id)
           JOIN lf_tag_assignment a ON a.database_id = o.database_id AND (a.table_id IS NULL OR a.table_id = o.table_id)
           JOIN lf_tag k ON k.id = a.tag_id ORDER BY a.column_name, k.key`,
    values: [things.map(({ tableId }) => tableId ?? null), things.map(({ databaseId }) => databaseId)],
    prepared: true,
  });
  return Map.groupBy(rows, ({ id }) => id);
}

const placesOf = ({ columns }: TaggedThing): readonly string[] => columns ?? [''];

/** The values of the tag on the thing itself, each column's by itself. */
export const listValuesOn = (
  tx: Tx,
  thing: TaggedThing,
  tagId: string,
): Promise<{ readonly column: string; readonly value: string }[]> =>
  sql(tx, {
    text: `SELECT column_name AS column, value FROM lf_tag_assignment
           WHERE database_id = $1 AND table_id IS NOT DISTINCT FROM $2::uuid AND column_name = ANY ($3) AND tag_id = $4`,
    values: [thing.databaseId, thing.tableId ?? null, placesOf(thing), tagId],
  });

/** foreign_key_violation: the database, or the table, is gone. */
const isGone = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === '23503';

/** In place of another value of the key, where there is one. @throws ConcurrentModificationException it is being dropped */
export async function putTag(tx: Tx, thing: TaggedThing, tagId: string, value: string): Promise<void> {
  const places = placesOf(thing);
  try {
    await sql(tx, {
      text: `INSERT INTO lf_tag_assignment (id, tag_id, value, database_id, table_id, column_name)
             SELECT id, $3, $4, $1, $2, name FROM unnest($5::uuid[], $6::text[]) AS place (id, name)
             ON CONFLICT (database_id, table_id, column_name, tag_id) DO UPDATE SET value = excluded.value`,
      values: [thing.databaseId, thing.tableId ?? null, tagId, value, places.map(() => newId()), places],
    });
  } catch (error) {
    if (!isGone(error)) throw error;
    throw new LakewardenError(
      'ConcurrentModificationException',
      'The resource is being dropped by another request.',
      { cause: error },
    );
  }
}

export async function takeTag(tx: Tx, thing: TaggedThing, tagId: string): Promise<void> {
  await sql(tx, {
    text: `DELETE FROM lf_tag_assignment WHERE database_id = $1 AND table_id IS NOT DISTINCT FROM $2::uuid
           AND column_name = ANY ($3) AND tag_id = $4`,
    values: [thing.databaseId, thing.tableId ?? null, placesOf(thing), tagId],
  });
}

/** Columns that are dropped lose their tags. @returns whether any had one */
export async function untagColumns(tx: Tx, tableId: string, names: readonly string[]): Promise<boolean> {
  const rows = await sql(tx, {
    text: `DELETE FROM lf_tag_assignment WHERE table_id = $1 AND column_name = ANY ($2) AND column_name <> '' RETURNING id`,
    values: [tableId, names],
  });
  return rows.length > 0;
}
