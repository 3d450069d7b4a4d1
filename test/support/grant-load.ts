import type pg from 'pg';

/**
 * Databases, tables and grants in sets, as SQL: where the door is not what is measured. The rows are those that the
 * doors write; the tables are copies of one that was made through them.
 */

/** Databases `d0`, `d1`, … like the named one. @param to exclusive */
export async function loadDatabases(
  client: pg.Client,
  accountId: string,
  like: string,
  from: number,
  to: number,
): Promise<void> {
  await client.query(
    `INSERT INTO glue_database (id, account_id, name, definition, created_by, created_at)
     SELECT gen_random_uuid(), account_id, 'd' || n, definition, created_by, created_at
     FROM glue_database, generate_series($3::int, $4::int - 1) n WHERE account_id = $1 AND name = $2`,
    [accountId, like, from, to],
  );
}

/** In the named database tables `t000000`, `t000001`, … like the model. @param to exclusive */
export async function loadTables(
  client: pg.Client,
  accountId: string,
  database: string,
  like: string,
  from: number,
  to: number,
): Promise<void> {
  await client.query(
    `WITH made AS (
       INSERT INTO glue_table (id, database_id, name, version_id, definition, partition_keys, created_by, created_at, updated_at)
       SELECT gen_random_uuid(), d.id, 't' || lpad(n::text, 6, '0'), model.version_id, model.definition,
              model.partition_keys, model.created_by, model.created_at, model.updated_at
       FROM glue_database d, glue_table model JOIN glue_database home ON home.id = model.database_id,
            generate_series($4::int, $5::int - 1) n
       WHERE d.account_id = $1 AND d.name = $2 AND home.account_id = $1 AND model.name = $3
       RETURNING no, database_id),
     described AS (
       INSERT INTO storage_descriptor (table_no, hash, content)
       SELECT made.no, s.hash, s.content
       FROM made, glue_table model JOIN glue_database home ON home.id = model.database_id
       JOIN storage_descriptor s ON s.table_no = model.no WHERE home.account_id = $1 AND model.name = $3
       RETURNING 1)
     SELECT count(*) FROM described`,
    [accountId, database, like, from, to],
  );
}

export const principalOf = (accountId: string, n: number): string =>
  `arn:aws:iam::${accountId}:user/u${String(n)}`;

/** How the grants of one principal lie: as many tables, one after the other in this step, from a place of his own. */
export const tableOf = (principal: number, nth: number, tables: number): number =>
  (principal * 7 + nth * 101) % tables;

const PRINCIPALS = 10_000;

/**
 * Grants `from` to `to` of a world of 10,000 principals, dealt out in turns; of four of a principal one is SELECT on a
 * table, one on a column of it, one on all columns but one, one DESCRIBE. Tables by name over all databases.
 */
export async function loadGrants(
  client: pg.Client,
  accountId: string,
  from: number,
  to: number,
): Promise<void> {
  // A million rows, each checked against three tables, would be most of the bench's time.
  await client.query(`SET session_replication_role = replica`);
  // With statistics: the planner would otherwise go through all places for each grant.
  await client.query(
    `CREATE TEMPORARY TABLE place AS
     SELECT (row_number() OVER (ORDER BY d.name, t.name) - 1)::int AS place, t.id, t.database_id
     FROM glue_table t JOIN glue_database d ON d.id = t.database_id WHERE d.account_id = '${accountId}'`,
  );
  await client.query('CREATE UNIQUE INDEX ON place (place)');
  await client.query('ANALYZE place');
  await client.query(
    `INSERT INTO lf_grant (id, catalog_id, resource_type, database_id, table_id, principal, permission, columns,
                           grant_option, granted_by, granted_at)
     SELECT gen_random_uuid(), $1, (ARRAY['TABLE', 'COLUMN', 'COLUMNS_EXCEPT', 'TABLE'])[nth % 4 + 1], database_id,
            place.id, 'arn:aws:iam::' || $1 || ':user/u' || who, CASE nth % 4 WHEN 3 THEN 'DESCRIBE' ELSE 'SELECT' END,
            CASE WHEN nth % 4 IN (1, 2) THEN ARRAY['c1'] ELSE ARRAY[]::text[] END, false, 'arn:aws:iam::' || $1 ||
            ':user/admin', now()
     FROM (SELECT g % $4::int AS who, g / $4::int AS nth FROM generate_series($2::int, $3::int - 1) g) dealt
     JOIN place ON place.place = (who * 7 + nth * 101) % (SELECT count(*)::int FROM place)`,
    [accountId, from, to, PRINCIPALS],
  );
  await client.query('DROP TABLE place');
  await client.query(`SET session_replication_role = origin`);
  await client.query('ANALYZE lf_grant');
}
