import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { createGzip } from 'node:zlib';
import { pipeline } from 'node:stream/promises';

import { MasterKeys } from '@lakewarden/identity';
import type { Secret } from '@lakewarden/kernel';
import { Database, LEDGER } from '@lakewarden/storage';
import type pg from 'pg';
import type { z } from 'zod';

import { readMasterKeys } from '../../settings/local-files.ts';
import type { Settings } from '../../settings/settings.ts';
import { FORMAT, type header, type Manifest, type TableTotal, VERSION } from './archive.ts';
import { BackupError } from './backup-error.ts';
import { EXACT_TEXT, listSequences, listTables, quoted, type SchemaTable } from './database-schema.ts';
import { type BackupKeys, newBackupKeys } from './passphrase.ts';
import { resealer } from './sealed-rows.ts';

export interface BackupOptions {
  readonly path: string;
  readonly passphrase: Secret<string>;
  /** @param total about how many rows there are */
  /** Awaited: a slow listener slows the work down and nothing piles up. */
  readonly onProgress?: (rows: number, total: number) => void | Promise<void>;
}

/** Rows of one FETCH: as many as are about this large, so that wide rows do not fill the memory. */
const BATCH_CHARS = 2_000_000;
const FIRST_BATCH = 100;
const MAX_BATCH = 20_000;
const OWNER_ONLY = 0o600;

/**
 * Writes every table of the database into one file, as one instant has them: the server may go on serving meanwhile
 * (PostgreSQL); with the embedded database it has to be stopped. The file takes its name when it is whole.
 *
 * @throws BackupError the file exists, the passphrase is too short, a secret does not open
 */
export async function backUp(settings: Settings, options: BackupOptions): Promise<Manifest> {
  if (existsSync(options.path)) throw new BackupError(`${options.path} exists already: choose another name.`);
  const directory = `${settings.LAKEWARDEN_DATA_DIR}/pglite`;
  // Opening would make a new one.
  if (settings.DATABASE_URL === undefined && !existsSync(directory)) throw noLakewarden();
  const { current, next } = await readMasterKeys(settings);
  const keys = await newBackupKeys(options.passphrase);
  const database = await Database.open({
    url: settings.DATABASE_URL,
    directory,
    maxConnections: 1,
  });
  const unfinished = `${options.path}.unfinished`;
  try {
    const client = await database.pool.connect();
    try {
      const masterKeys = new MasterKeys(current, next === undefined ? [] : [next]);
      const content = new BackupContent(client, masterKeys, keys, options.onProgress);
      const file = createWriteStream(unfinished, { mode: OWNER_ONLY });
      await pipeline(content.chunks(), createGzip(), file);
      if (!file.closed) await once(file, 'close');
      await sync(unfinished);
      await rename(unfinished, options.path);
      return content.manifest();
    } finally {
      client.release();
    }
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    await database.close();
  }
}

const noLakewarden = (): BackupError =>
  new BackupError('the database holds no Lakewarden: check DATABASE_URL and LAKEWARDEN_DATA_DIR.');

/** A backup that a power cut takes back is none. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  await handle.sync();
  await handle.close();
}

class BackupContent {
  readonly #client: pg.ClientBase;
  readonly #masterKeys: MasterKeys;
  readonly #keys: BackupKeys;
  readonly #onProgress: BackupOptions['onProgress'];
  readonly #createdAt = new Date().toISOString();
  readonly #totals: TableTotal[] = [];
  #manifest: Manifest | undefined;
  #rows = 0;
  #about = 0;

  constructor(
    client: pg.ClientBase,
    masterKeys: MasterKeys,
    keys: BackupKeys,
    onProgress: BackupOptions['onProgress'],
  ) {
    this.#client = client;
    this.#masterKeys = masterKeys;
    this.#keys = keys;
    this.#onProgress = onProgress;
  }

  manifest(): Manifest {
    if (this.#manifest === undefined) throw new Error('the backup was not written');
    return this.#manifest;
  }

  async *chunks(): AsyncGenerator<string> {
    const first: z.input<typeof header> = {
      format: FORMAT,
      version: VERSION,
      createdAt: this.#createdAt,
      derivation: this.#keys.derivation,
    };
    yield `${JSON.stringify(first)}\n`;
    await this.#client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    try {
      for (const statement of EXACT_TEXT) await this.#client.query(statement);
      const tables = await listTables(this.#client);
      if (!tables.some(({ name }) => name === LEDGER)) {
        throw noLakewarden();
      }
      this.#about = tables.reduce((sum, { about }) => sum + about, 0);
      for (const table of tables) yield* this.#table(table);
      const migrations = await this.#client.query<{ name: string; checksum: string }>(
        `SELECT migration_name AS name, checksum FROM ${quoted(LEDGER)}
         WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name COLLATE "C"`,
      );
      this.#manifest = {
        createdAt: this.#createdAt,
        migrations: migrations.rows,
        tables: this.#totals,
        sequences: await listSequences(this.#client),
      };
    } finally {
      await this.#client.query('ROLLBACK');
    }
    const manifest = JSON.stringify(this.#manifest);
    const signature = this.#keys.signature(manifest).toString('base64');
    yield `${JSON.stringify({ manifest, signature })}\n`;
  }

  async *#table({ name, columns }: SchemaTable): AsyncGenerator<string> {
    yield `${JSON.stringify({ table: name, columns })}\n`;
    const reseal = resealer(name, columns, this.#masterKeys, this.#keys.secrets);
    const hash = createHash('sha256');
    let rows = 0;
    let size = FIRST_BATCH;
    // Each value as its type's own text, which any PostgreSQL reads back as it was.
    const texts = columns.map((column) => `${quoted(column.name)}::text`).join(', ');
    await this.#client.query(
      `DECLARE backup_rows NO SCROLL CURSOR FOR
       SELECT array_to_json(ARRAY[${texts}]::text[])::text AS line FROM ${quoted(name)}`,
    );
    for (;;) {
      const batch = await this.#client.query<{ line: string }>(`FETCH ${String(size)} FROM backup_rows`);
      if (batch.rows.length === 0) break;
      const text = batch.rows.map(({ line }) => `${reseal === undefined ? line : reseal(line)}\n`).join('');
      hash.update(text);
      rows += batch.rows.length;
      this.#rows += batch.rows.length;
      await this.#onProgress?.(this.#rows, Math.max(this.#about, this.#rows));
      yield text;
      const fitting = Math.floor((BATCH_CHARS * batch.rows.length) / text.length);
      size = Math.min(Math.max(fitting, 1), MAX_BATCH);
    }
    await this.#client.query('CLOSE backup_rows');
    const total = { name, rows, sha256: hash.digest('hex') };
    this.#totals.push(total);
    yield `${JSON.stringify({ end: name, rows, sha256: total.sha256 })}\n`;
  }
}
