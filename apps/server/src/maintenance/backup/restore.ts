import { MasterKeys } from '@lakewarden/identity';
import type { Secret } from '@lakewarden/kernel';
import {
  CREATE_LEDGER,
  Database,
  LEDGER,
  migrate,
  type Migration,
  MIGRATION_LOCK,
  readMigrations,
} from '@lakewarden/storage';
import type pg from 'pg';

import { readMasterKeys } from '../../settings/local-files.ts';
import type { Settings } from '../../settings/settings.ts';
import { MIGRATIONS } from '../migrations.ts';
import { type Manifest, readArchive } from './archive.ts';
import { BackupError } from './backup-error.ts';
import {
  EXACT_TEXT,
  listDrops,
  listForeignKeys,
  listTables,
  quoted,
  type SchemaTable,
  type TableColumn,
} from './database-schema.ts';
import type { BackupKeys } from './passphrase.ts';
import { resealer } from './sealed-rows.ts';

export interface RestoreOptions {
  readonly path: string;
  readonly passphrase: Secret<string>;
  /** Throws away what the database holds. */
  readonly force: boolean;
  readonly onProgress?: (step: 'check' | 'restore', rows: number, total: number) => void | Promise<void>;
}

/**
 * Puts a backup into an empty database, in one transaction, its secrets under this server's master key. The file is
 * read through and checked before the database is opened, and again while it is loaded: whatever is wrong with it, the
 * target stays as it was. A backup of an older schema is loaded as it was and migrated then.
 *
 * @throws BackupError the file is damaged or another's, the database is not empty or in use
 */
export async function restore(settings: Settings, options: RestoreOptions): Promise<Manifest> {
  const checked = await check(options);
  const migrations = await migrationsOf(checked);
  const { current } = await readMasterKeys(settings);
  const database = await Database.open({
    url: settings.DATABASE_URL,
    directory: `${settings.LAKEWARDEN_DATA_DIR}/pglite`,
    maxConnections: 1,
  });
  try {
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      for (const statement of EXACT_TEXT) await client.query(statement);
      // A server that starts meanwhile waits here for the end, and finds the database as it is then.
      await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      if (database.kind === 'postgresql') await refuseWhileServing(client);
      await makeRoom(client, options.force);
      await client.query(CREATE_LEDGER);
      for (const { text } of migrations) await client.query(text);
      await new Load(client, new MasterKeys(current), options, checked).run();
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
    await migrate(database, MIGRATIONS);
  } finally {
    await database.close();
  }
  return checked;
}

async function check({ path, passphrase, onProgress }: RestoreOptions): Promise<Manifest> {
  let rows = 0;
  let found: Manifest | undefined;
  for await (const entry of readArchive(path, passphrase)) {
    if (entry.kind === 'rows') {
      rows += entry.lines.length;
      await onProgress?.('check', rows, rows);
    }
    if (entry.kind === 'manifest') found = entry.manifest;
  }
  if (found === undefined) throw new BackupError('the backup is cut off: its end is missing.');
  return found;
}

/** The first migrations of this version, as many as the backup's database had. */
async function migrationsOf(manifest: Manifest): Promise<Migration[]> {
  const known = await readMigrations(MIGRATIONS);
  const names = new Set(manifest.migrations.map(({ name }) => name));
  for (const { name, checksum } of manifest.migrations) {
    const ours = known.find((migration) => migration.name === name);
    if (ours === undefined) {
      throw new BackupError(
        `the backup was made by a newer Lakewarden (migration ${name}): restore it with that one.`,
      );
    }
    if (ours.checksum !== checksum) {
      throw new BackupError(`the backup's migration ${name} has another text than this Lakewarden's.`);
    }
  }
  return known.filter(({ name }) => names.has(name));
}

async function refuseWhileServing(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ others: string }>(
    `SELECT count(*) AS others FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'lakewarden%' AND pid <> pg_backend_pid()`,
  );
  if (rows[0]?.others !== '0') {
    throw new BackupError('a Lakewarden is running on this database: stop every server first.');
  }
}

/** @throws BackupError the database holds what may not be thrown away */
async function makeRoom(client: pg.ClientBase, force: boolean): Promise<void> {
  const tables = await listTables(client);
  if (tables.length > 0 && !tables.some(({ name }) => name === LEDGER)) {
    throw new BackupError(
      `the database holds tables that are not Lakewarden's (${tables[0]?.name ?? ''}): give it one of its own.`,
    );
  }
  for (const { name } of tables) {
    if (force || name === LEDGER) continue;
    const { rows } = await client.query(`SELECT 1 FROM ${quoted(name)} LIMIT 1`);
    if (rows.length > 0) {
      throw new BackupError(
        `the database is not empty (table ${name}). Restore into an empty one, or let --force throw away all it holds.`,
      );
    }
  }
  for (const statement of await listDrops(client)) await client.query(statement);
}

class Load {
  readonly #client: pg.ClientBase;
  readonly #masterKeys: MasterKeys;
  readonly #options: RestoreOptions;
  readonly #checked: Manifest;
  readonly #total: number;
  #rows = 0;

  constructor(client: pg.ClientBase, masterKeys: MasterKeys, options: RestoreOptions, checked: Manifest) {
    this.#client = client;
    this.#masterKeys = masterKeys;
    this.#options = options;
    this.#checked = checked;
    this.#total = checked.tables.reduce((sum, { rows }) => sum + rows, 0);
  }

  async run(): Promise<void> {
    const client = this.#client;
    const tables = new Map((await listTables(client)).map((table) => [table.name, table]));
    // Neither order nor cycles of the tables matter while there are no foreign keys; adding them checks every row.
    const foreignKeys = await listForeignKeys(client);
    for (const { drop } of foreignKeys) await client.query(drop);
    // What a trigger would write is in the backup already.
    for (const name of tables.keys()) await client.query(`ALTER TABLE ${quoted(name)} DISABLE TRIGGER USER`);
    // A migration may have written rows of its own; the backup has them, as they have become since.
    for (const name of tables.keys()) await client.query(`DELETE FROM ${quoted(name)}`);

    await this.#tables(tables);

    for (const { name, lastValue, isCalled } of this.#checked.sequences) {
      await client.query('SELECT setval($1::regclass, $2, $3)', [quoted(name), lastValue, isCalled]);
    }
    for (const name of tables.keys()) await client.query(`ALTER TABLE ${quoted(name)} ENABLE TRIGGER USER`);
    for (const { add } of foreignKeys) await client.query(add);
  }

  async #tables(tables: ReadonlyMap<string, SchemaTable>): Promise<void> {
    let keys: BackupKeys | undefined;
    let insert: ((lines: readonly string[]) => Promise<void>) | undefined;
    let isChecked = false;
    for await (const entry of readArchive(this.#options.path, this.#options.passphrase)) {
      if (entry.kind === 'header') keys = entry.keys;
      if (entry.kind === 'table') {
        if (keys === undefined) throw new Error('readArchive begins with the header');
        insert = this.#insertInto(tables.get(entry.name), entry.name, entry.columns, keys);
      }
      if (entry.kind === 'rows') await insert?.(entry.lines);
      if (entry.kind === 'manifest') {
        // Between the two readings nobody may have put another file in its place.
        isChecked = JSON.stringify(entry.manifest) === JSON.stringify(this.#checked);
      }
    }
    if (!isChecked) throw new BackupError('the backup changed while it was being restored.');
  }

  #insertInto(
    table: SchemaTable | undefined,
    name: string,
    columns: readonly TableColumn[],
    keys: BackupKeys,
  ): (lines: readonly string[]) => Promise<void> {
    const types = new Map(table?.columns.map((column) => [column.name, column.type]));
    const isSame =
      types.size === columns.length && columns.every((each) => types.get(each.name) === each.type);
    if (!isSame) throw new BackupError(`table ${name} of the backup is another than this Lakewarden's.`);
    const reseal = resealer(name, columns, keys.secrets, this.#masterKeys);
    const names = columns.map((column) => quoted(column.name)).join(', ');
    const values = columns.map(({ type }, i) => `(row ->> ${String(i)})::${type}`).join(', ');
    const text = `INSERT INTO ${quoted(name)} (${names}) OVERRIDING SYSTEM VALUE
                  SELECT ${values} FROM jsonb_array_elements($1::jsonb) AS each (row)`;
    return async (lines) => {
      const rows = reseal === undefined ? lines : lines.map(reseal);
      const { rowCount } = await this.#client.query(text, [`[${rows.join(',')}]`]);
      if (rowCount !== lines.length) throw new BackupError(`table ${name} did not take every row.`);
      this.#rows += lines.length;
      await this.#options.onProgress?.('restore', this.#rows, this.#total);
    };
  }
}
