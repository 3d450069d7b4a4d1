import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { TaggedResource, Tags } from './tag.ts';

/** By key. At most 50. */
export async function findTags(tx: Tx, { kind, id }: TaggedResource): Promise<Tags> {
  // Plan: a range of the primary key.
  const rows = await sql<{ key: string; value: string }>(tx, {
    text: 'SELECT key, value FROM resource_tag WHERE resource_kind = $1 AND resource_id = $2 ORDER BY key',
    values: [kind, id],
  });
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

/** Over what is there. */
export async function putTags(tx: Tx, { kind, id }: TaggedResource, tags: Tags): Promise<void> {
  await sql(tx, {
    text: `INSERT INTO resource_tag (resource_kind, resource_id, key, value)
           SELECT $1, $2, key, value FROM unnest($3::text[], $4::text[]) AS new (key, value)
           ON CONFLICT (resource_kind, resource_id, key) DO UPDATE SET value = excluded.value`,
    values: [kind, id, Object.keys(tags), Object.values(tags)],
  });
}

export async function deleteTags(
  tx: Tx,
  { kind, id }: TaggedResource,
  keys: readonly string[],
): Promise<void> {
  await sql(tx, {
    text: 'DELETE FROM resource_tag WHERE resource_kind = $1 AND resource_id = $2 AND key = ANY($3::text[])',
    values: [kind, id, keys],
  });
}

export async function deleteAllTags(
  tx: Tx,
  kind: TaggedResource['kind'],
  ids: readonly string[],
): Promise<void> {
  await sql(tx, {
    text: 'DELETE FROM resource_tag WHERE resource_kind = $1 AND resource_id = ANY($2::text[])',
    values: [kind, ids],
  });
}

/** The table is libs/governance's, which imports this lib and so cannot be asked from here. */
export async function findRulesetId(
  tx: Tx,
  accountId: string,
  name: string,
  hold: boolean,
): Promise<string | undefined> {
  const [row] = await sql<{ id: string }>(tx, {
    text: `SELECT id FROM data_quality_ruleset WHERE account_id = $1 AND name = $2 ${hold ? 'FOR UPDATE' : ''}`,
    values: [accountId, name],
  });
  return row?.id;
}
