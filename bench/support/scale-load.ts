import type pg from 'pg';

/**
 * Rows in sets, as SQL: by HTTP ten million partitions would take longer than what is measured. The bytes are the
 * server's own (stored-form.property.test.ts and layout-migration.test.ts compare both): the key of text values is
 * each value ended by a zero byte, `spelled` is NULL for such keys, the bucket is the head of the key's SHA-256.
 * The descriptor is the one that the server stored for a partition made through its door.
 */
const STEP = 1_000_000;

const KEY = `convert_to(to_char(at, 'YYYY'), 'UTF8') || '\\x00' || convert_to(to_char(at, 'MM'), 'UTF8') || '\\x00'
  || convert_to(to_char(at, 'DD'), 'UTF8') || '\\x00' || convert_to(to_char(at, 'HH24'), 'UTF8') || '\\x00'`;
const BUCKET = `(('x' || encode(substring(sha256(key) FROM 1 FOR 4), 'hex'))::bit(32)::bigint % 2520)::smallint`;

/** Hours counted back from the end of 2021, as `year, month, day, hour`; what exists stays. */
export async function loadHours(client: pg.Client, table: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += STEP) {
    await client.query(
      `INSERT INTO partition (table_no, sd_id, created_at, bucket, key)
       SELECT no, sd_id, now(), ${BUCKET}, key FROM (
         SELECT t.no, d.id AS sd_id, ${KEY} AS key
         FROM glue_table t JOIN storage_descriptor d ON d.table_no = t.no,
              LATERAL (SELECT timestamp '2021-12-31 23:00' - make_interval(hours => h) AS at
                       FROM generate_series($2::int, $3::int) h) hours
         WHERE t.name = $1 ORDER BY 3) made ON CONFLICT DO NOTHING`,
      [table, from, Math.min(count, from + STEP) - 1],
    );
  }
}

/** Tables `t0`, `t1`, … like the named one, in its database, each with its own descriptor and 100 hours. */
export async function loadTables(client: pg.Client, like: string, count: number): Promise<void> {
  await client.query(
    `INSERT INTO glue_table (id, database_id, name, version_id, definition, partition_keys, created_by, created_at, updated_at)
     SELECT gen_random_uuid(), database_id, 't' || n, version_id, definition, partition_keys, created_by, created_at, updated_at
     FROM glue_table, generate_series(0, $2::int - 1) n WHERE name = $1`,
    [like, count],
  );
  await client.query(
    `INSERT INTO table_search
     SELECT t.id, d.account_id, t.database_id, t.name, t.created_at, t.updated_at, 0, ARRAY[]::BIGINT[]
     FROM glue_table model JOIN glue_table t ON t.database_id = model.database_id AND t.id <> model.id
     JOIN glue_database d ON d.id = t.database_id WHERE model.name = $1`,
    [like],
  );
  await client.query(
    `INSERT INTO storage_descriptor (table_no, hash, content)
     SELECT made.no, d.hash, d.content FROM glue_table model JOIN storage_descriptor d ON d.table_no = model.no
     JOIN glue_table made ON made.database_id = model.database_id AND made.id <> model.id WHERE model.name = $1`,
    [like],
  );
  await client.query(
    `INSERT INTO partition (table_no, sd_id, created_at, bucket, key)
     SELECT no, sd_id, now(), ${BUCKET}, key FROM (
       SELECT t.no, d.id AS sd_id, ${KEY} AS key
       FROM glue_table model JOIN glue_table t ON t.database_id = model.database_id AND t.id <> model.id
       JOIN storage_descriptor d ON d.table_no = t.no,
            LATERAL (SELECT timestamp '2021-12-31 23:00' - make_interval(hours => h) AS at
                     FROM generate_series(0, 99) h) hours
       WHERE model.name = $1 ORDER BY 1, 3) made`,
    [like],
  );
}

export async function bytesOf(client: pg.Client, relation: string): Promise<number> {
  const { rows } = await client.query<{ size: string }>(
    'SELECT pg_total_relation_size($1::regclass) AS size',
    [relation],
  );
  return Number(rows[0]?.size ?? 0);
}

export async function countOf(client: pg.Client, relation: string): Promise<number> {
  const { rows } = await client.query<{ count: string }>(`SELECT count(*) AS count FROM ${relation}`);
  return Number(rows[0]?.count ?? 0);
}
