import mysql from 'mysql2/promise';
import pg from 'pg';

/** A row of the metastore, by its columns' own names. Numbers of 64 bits come as text. */
export type Row = Readonly<Record<string, unknown>>;

export interface MetastoreDatabase {
  /** One statement in standard SQL: names in double quotes, `?` for each value. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

const CONNECTIONS = 8;
const CONNECT_TIMEOUT_MS = 10_000;

/** Opens the metastore for reading alone. @throws Error the URL names neither PostgreSQL nor MySQL */
export function openMetastore(url: string): MetastoreDatabase {
  const { protocol } = new URL(url);
  if (protocol === 'postgresql:' || protocol === 'postgres:') return openPostgres(url);
  if (protocol === 'mysql:' || protocol === 'mariadb:') return openMysql(url.replace(/^mariadb:/, 'mysql:'));
  throw new Error(`--from ${protocol}// is neither postgresql:// nor mysql://.`);
}

function openPostgres(url: string): MetastoreDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'lakewarden import hive',
    options: '-c default_transaction_read_only=on',
  });
  pool.on('error', () => undefined); // replaced by the pool; the statement that needs it fails by itself
  return {
    async query(text, values = []) {
      let next = 0;
      const numbered = text.replaceAll('?', () => `$${String((next += 1))}`);
      const { rows } = await pool.query<Row>(numbered, [...values]);
      return rows;
    },
    close: () => pool.end(),
  };
}

function openMysql(url: string): MetastoreDatabase {
  const pool = mysql.createPool({
    uri: url,
    connectionLimit: CONNECTIONS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
  const ready = new WeakSet<mysql.PoolConnection>();
  return {
    async query(text, values = []) {
      const connection = await pool.getConnection();
      try {
        if (!ready.has(connection)) {
          await connection.query("SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')");
          await connection.query('SET SESSION TRANSACTION READ ONLY');
          ready.add(connection);
        }
        const [rows] = await connection.query<mysql.RowDataPacket[]>(text, [...values]);
        return rows;
      } finally {
        connection.release();
      }
    },
    close: () => pool.end(),
  };
}
