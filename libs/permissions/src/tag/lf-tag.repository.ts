import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { LFTag } from './lf-tag.ts';

/** Sets these locks apart from every other use of advisory locks (libs/catalog/src/locks.repository.ts has the others). */
const LF_TAG_LOCK_CLASS = 7_240;
const TAGGED_THING_LOCK_CLASS = 7_241;

interface TagRow {
  readonly id: string;
  readonly catalogId: string;
  readonly key: string;
  readonly values: readonly string[];
}

const TAG = `SELECT t.id, t.catalog_id AS "catalogId", t.key,
  ARRAY(SELECT v.value FROM lf_tag_value v WHERE v.tag_id = t.id ORDER BY v.value) AS values FROM lf_tag t`;

/**
 * Until commit: `exclusive`, nobody else changes tags, expressions or grants on them, or assigns any; `shared`, tags
 * stay as they are while they are assigned.
 */
export async function lockLFTags(tx: Tx, catalogId: string, lock: 'shared' | 'exclusive'): Promise<void> {
  const name = lock === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  await sql(tx, {
    text: `SELECT ${name}($1::int, hashtext($2))`,
    values: [LF_TAG_LOCK_CLASS, catalogId],
  });
}

/** Until commit nobody else assigns tags to that database or table, or takes any from it. */
export async function lockTagsOf(tx: Tx, thingId: string): Promise<void> {
  await sql(tx, {
    text: 'SELECT pg_advisory_xact_lock($1::int, hashtext($2))',
    values: [TAGGED_THING_LOCK_CLASS, thingId],
  });
}

/** Those that are there, by key. */
export const findLFTags = (tx: Tx, catalogId: string, keys: readonly string[]): Promise<LFTag[]> =>
  sql<TagRow>(tx, {
    text: `${TAG} WHERE t.catalog_id = $1 AND t.key = ANY ($2) ORDER BY t.key`,
    values: [catalogId, keys],
    prepared: true,
  });

/** By key. @param principals undefined: every tag; else those alone on which one of them holds anything */
export const listLFTags = (
  tx: Tx,
  catalogId: string,
  principals: readonly string[] | undefined,
  afterKey: string,
  limit: number,
): Promise<LFTag[]> =>
  principals === undefined
    ? sql<TagRow>(tx, {
        text: `${TAG} WHERE t.catalog_id = $1 AND t.key > $2 ORDER BY t.key LIMIT $3`,
        values: [catalogId, afterKey, limit],
        prepared: true,
      })
    : sql<TagRow>(tx, {
        // Plan: the set's own grants first, then one tag each.
        text: `WITH held AS MATERIALIZED (
                 SELECT DISTINCT tag_id FROM lf_grant
                 WHERE principal = ANY ($4) AND catalog_id = $1 AND resource_type = 'LF_TAG')
               ${TAG} JOIN held ON held.tag_id = t.id WHERE t.key > $2 ORDER BY t.key LIMIT $3`,
        values: [catalogId, afterKey, limit, principals],
        prepared: true,
      });

/** @returns false where the key is taken */
export async function insertLFTag(
  tx: Tx,
  tag: LFTag & { readonly createdBy: string; readonly createdAt: Date },
): Promise<boolean> {
  const rows = await sql(tx, {
    text: `INSERT INTO lf_tag (id, catalog_id, key, created_by, created_at) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (catalog_id, key) DO NOTHING RETURNING id`,
    values: [tag.id, tag.catalogId, tag.key, tag.createdBy, tag.createdAt],
  });
  if (rows.length === 0) return false;
  await insertValues(tx, tag.id, tag.values);
  return true;
}

export async function insertValues(tx: Tx, tagId: string, values: readonly string[]): Promise<void> {
  await sql(tx, {
    text: `INSERT INTO lf_tag_value (tag_id, value) SELECT $1::uuid, unnest($2::text[]) ON CONFLICT DO NOTHING`,
    values: [tagId, values],
  });
}

/** Which of the values something carries, or a saved expression or the expression of a grant names. */
export async function findUsedValues(
  tx: Tx,
  tagId: string,
  values: readonly string[],
): Promise<{ readonly value: string; readonly isAssigned: boolean }[]> {
  return sql(tx, {
    text: `SELECT v AS value, EXISTS (SELECT FROM lf_tag_assignment a WHERE a.tag_id = $1 AND a.value = v) AS "isAssigned"
           FROM unnest($2::text[]) AS v
           WHERE EXISTS (SELECT FROM lf_tag_assignment a WHERE a.tag_id = $1 AND a.value = v)
           OR EXISTS (SELECT FROM lf_tag_expression_term x WHERE x.tag_id = $1 AND x.value = v) ORDER BY v`,
    values: [tagId, values],
  });
}

/** With the grants on just these values. */
export async function deleteValues(tx: Tx, tagId: string, values: readonly string[]): Promise<void> {
  await sql(tx, {
    text: 'DELETE FROM lf_grant WHERE tag_id = $1 AND columns[2] = ANY ($2::text[])',
    values: [tagId, values],
  });
  await sql(tx, {
    text: 'DELETE FROM lf_tag_value WHERE tag_id = $1 AND value = ANY ($2::text[])',
    values: [tagId, values],
  });
}

/** With all that hangs on it: what carries it loses it, and the expressions that name it go with their grants. */
export async function deleteLFTagRows(tx: Tx, tagId: string): Promise<void> {
  await sql(tx, { text: 'DELETE FROM lf_tag_assignment WHERE tag_id = $1', values: [tagId] });
  await sql(tx, {
    text: `DELETE FROM lf_tag_expression WHERE id IN (SELECT expression_id FROM lf_tag_expression_term WHERE tag_id = $1)`,
    values: [tagId],
  });
  await sql(tx, { text: 'DELETE FROM lf_tag WHERE id = $1', values: [tagId] });
}
