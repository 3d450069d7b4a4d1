import type pg from 'pg';

export interface TableColumn {
  readonly name: string;
  /** As PostgreSQL spells it: `timestamp(6) with time zone`. */
  readonly type: string;
}

export interface SchemaTable {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** By PostgreSQL's own statistics; for the progress bar. */
  readonly about: number;
}

/**
 * Every table of the schema as the database itself lists it, partitions of a table with it: a later migration's are in
 * a backup without a line here. Generated columns make themselves again; what an extension owns comes with it.
 */
export async function listTables(client: pg.ClientBase): Promise<SchemaTable[]> {
  const { rows } = await client.query<{ name: string; columns: TableColumn[]; about: string }>(
    `SELECT c.relname AS name,
            coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod))
                       ORDER BY a.attnum) FILTER (WHERE a.attname IS NOT NULL), '[]') AS columns,
            greatest(c.reltuples, 0)::bigint AS about
     FROM pg_class c
     LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
     GROUP BY c.oid, c.relname, c.reltuples
     ORDER BY c.relname COLLATE "C"`,
  );
  return rows.map(({ name, columns, about }) => ({ name, columns, about: Number(about) }));
}

export interface SequenceState {
  readonly name: string;
  readonly lastValue: string;
  readonly isCalled: boolean;
}

/** A sequence knows no transaction: read after the rows it is at or past every number in them. */
export async function listSequences(client: pg.ClientBase): Promise<SequenceState[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'S' ORDER BY c.relname COLLATE "C"`,
  );
  const found: SequenceState[] = [];
  for (const { name } of rows) {
    const state = await client.query<{ last_value: string; is_called: boolean }>(
      `SELECT last_value::text, is_called FROM ${quoted(name)}`,
    );
    for (const row of state.rows) found.push({ name, lastValue: row.last_value, isCalled: row.is_called });
  }
  return found;
}

export interface ForeignKey {
  readonly drop: string;
  readonly add: string;
}

/** Statements that take every foreign key away and put it back. Copies of a partition's follow their parent's. */
export async function listForeignKeys(client: pg.ClientBase): Promise<ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(
    `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
            format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS add
     FROM pg_constraint
     WHERE contype = 'f' AND conparentid = 0 AND connamespace = current_schema()::regnamespace ORDER BY conname`,
  );
  return rows;
}

/** Statements that take away all that the schema holds, but for what an extension owns. */
export async function listDrops(client: pg.ClientBase): Promise<string[]> {
  const owned = (catalog: string, oid: string): string =>
    `NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;
  const here = 'current_schema()::regnamespace';
  const { rows } = await client.query<{ statement: string }>(
    `SELECT format('DROP TABLE IF EXISTS %I CASCADE', relname) AS statement, 1 AS step FROM pg_class
       WHERE relnamespace = ${here} AND relkind IN ('r', 'p') AND ${owned('pg_class', 'pg_class.oid')}
     UNION ALL
     SELECT format('DROP SEQUENCE IF EXISTS %I CASCADE', relname), 2 FROM pg_class
       WHERE relnamespace = ${here} AND relkind = 'S' AND ${owned('pg_class', 'pg_class.oid')}
     UNION ALL
     SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure), 3 FROM pg_proc
       WHERE pronamespace = ${here} AND ${owned('pg_proc', 'pg_proc.oid')}
     UNION ALL
     SELECT format('DROP TYPE IF EXISTS %I CASCADE', typname), 4 FROM pg_type
       WHERE typnamespace = ${here} AND typtype IN ('e', 'd') AND ${owned('pg_type', 'pg_type.oid')}
     ORDER BY step`,
  );
  return rows.map(({ statement }) => statement);
}

/** A name as SQL's identifier. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** How values are written as text: the same on every server, and nothing rounded. */
export const EXACT_TEXT = [
  `SET LOCAL TimeZone = 'UTC'`,
  `SET LOCAL DateStyle = 'ISO, YMD'`,
  `SET LOCAL IntervalStyle = 'postgres'`,
  `SET LOCAL bytea_output = 'hex'`,
  `SET LOCAL extra_float_digits = 1`,
  `SET LOCAL statement_timeout = 0`,
  `SET LOCAL idle_in_transaction_session_timeout = 0`,
];
