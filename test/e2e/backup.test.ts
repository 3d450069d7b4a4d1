import 'reflect-metadata';

import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { SEALED_COLUMNS } from '@lakewarden/identity';
import { Secret } from '@lakewarden/kernel';
import { Database, migrate } from '@lakewarden/storage';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { listTables, quoted } from '../../apps/server/src/maintenance/backup/database-schema.ts';
import { backUp, restore } from '../../apps/server/src/maintenance/index.ts';
import { startServer } from '../../apps/server/src/server.ts';
import { readSettings, type Settings } from '../../apps/server/src/settings/settings.ts';
import { lakewarden } from '../support/cli.ts';
import { type Answer, callGlue } from '../support/glue.ts';
import type { Credentials } from '../support/lake.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const passphrase = new Secret('correct horse battery');
const PARTITIONS = 3_000;
const AWKWARD = 'é "quoted" \\back\\ \ttab \u2028 line\nbreak {1,NULL} 😀';
const MIGRATIONS = 'prisma/migrations';

/** What a table holds: its rows as text in one order, without what is sealed anew under every key. */
type World = Readonly<Record<string, readonly string[]>>;

describe('backup and restore', () => {
  let folder: string;
  let postgres: TestPostgres;
  let credentials: Credentials;
  let file: string;
  let original: World;
  let atPostgres: Settings;

  const settingsOf = (name: string, databaseUrl?: string): Settings =>
    readSettings({
      LAKEWARDEN_PORT: '0',
      LAKEWARDEN_DATA_DIR: join(folder, name),
      DATABASE_URL: databaseUrl,
      LAKEWARDEN_MASTER_KEY: randomBytes(32).toString('base64'),
    });

  const newPostgresDatabase = async (name: string): Promise<string> => {
    await withDatabase(atPostgres, (database) => database.pool.query(`CREATE DATABASE ${quoted(name)}`));
    return postgres.url.replace(/[^/]*$/, name);
  };

  async function withDatabase<T>(settings: Settings, use: (database: Database) => Promise<T>): Promise<T> {
    const database = await Database.open({
      url: settings.DATABASE_URL,
      directory: `${settings.LAKEWARDEN_DATA_DIR}/pglite`,
    });
    try {
      return await use(database);
    } finally {
      await database.close();
    }
  }

  const world = (settings: Settings): Promise<World> =>
    withDatabase(settings, async (database) => {
      const client = await database.pool.connect();
      try {
        const found: Record<string, string[]> = {};
        for (const { name, columns } of await listTables(client)) {
          const texts = columns
            .filter(
              (column) => !SEALED_COLUMNS.some((each) => each.table === name && each.column === column.name),
            )
            .map((column) => `${quoted(column.name)}::text`);
          const { rows } = await client.query<{ line: string }>(
            `SELECT array_to_json(ARRAY[${texts.join(', ')}]::text[])::text AS line FROM ${quoted(name)} ORDER BY 1`,
          );
          found[name] = rows.map(({ line }) => line).sort();
        }
        return found;
      } finally {
        client.release();
      }
    });

  const serve = async <T>(
    settings: Settings,
    use: (glue: (operation: string, input?: object) => Promise<Answer>) => Promise<T>,
  ): Promise<T> => {
    const server = await startServer(settings, { log: pino({ level: 'silent' }) });
    if (server.credentialsFile !== undefined) {
      credentials = JSON.parse(await readFile(server.credentialsFile, 'utf8')) as Credentials;
    }
    try {
      return await use((operation, input) => callGlue({ url: server.url, ...credentials }, operation, input));
    } finally {
      await server.close();
    }
  };

  const logs = { DatabaseName: 'logs', TableName: 'clicks' };
  const fill = async (glue: (operation: string, input?: object) => Promise<Answer>): Promise<void> => {
    const ok = async (operation: string, input: object): Promise<void> => {
      expect(await glue(operation, input)).toMatchObject({ status: 200 });
    };
    await ok('CreateDatabase', { DatabaseInput: { Name: 'logs', Description: AWKWARD } });
    const TableInput = {
      Name: 'clicks',
      Parameters: { note: AWKWARD, empty: '' },
      PartitionKeys: [
        { Name: 'day', Type: 'int' },
        { Name: 'city', Type: 'string' },
      ],
      StorageDescriptor: { Columns: [{ Name: 'id', Type: 'bigint' }], Location: 's3://lake/clicks/' },
    };
    await ok('CreateTable', { DatabaseName: 'logs', TableInput });
    await ok('UpdateTable', { DatabaseName: 'logs', TableInput: { ...TableInput, Owner: 'ann' } });
    for (let from = 0; from < PARTITIONS; from += 100) {
      await ok('BatchCreatePartition', {
        ...logs,
        PartitionInputList: Array.from({ length: 100 }, (_, i) => ({
          Values: [String(from + i), AWKWARD],
          Parameters: i % 2 === 0 ? { rows: AWKWARD } : undefined,
          StorageDescriptor: { Columns: [{ Name: 'id', Type: 'bigint' }], Location: `s3://x/${String(i)}` },
        })),
      });
    }
    await ok('CreatePartitionIndex', { ...logs, PartitionIndex: { IndexName: 'by_city', Keys: ['city'] } });
    for (;;) {
      const { body } = await glue('GetPartitionIndexes', logs);
      const [index] = body['PartitionIndexDescriptorList'] as { IndexStatus: string }[];
      if (index?.IndexStatus === 'ACTIVE') break;
    }
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lakewarden-backup-'));
    postgres = await startPostgres();
    atPostgres = settingsOf('postgres', postgres.url);
    file = join(folder, 'lake.backup');
    await serve(atPostgres, async (glue) => {
      await fill(glue);
      let isWritten = false;
      // While serving: what is committed once the backup has begun is not of its instant.
      await backUp(atPostgres, {
        path: file,
        passphrase,
        onProgress: async () => {
          if (isWritten) return;
          isWritten = true;
          original = await world(atPostgres);
          expect(await glue('CreateDatabase', { DatabaseInput: { Name: 'later' } })).toMatchObject({
            status: 200,
          });
          expect(await glue('DeletePartition', { ...logs, PartitionValues: ['0', AWKWARD] })).toMatchObject({
            status: 200,
          });
        },
      });
      expect(isWritten).toBe(true);
    });
  });
  afterAll(async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const contentOf = async (): Promise<string> => gunzipSync(await readFile(file)).toString();
  const altered = async (name: string, bytes: Buffer): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  };

  it('holds every table that the database has, and shows no secret', async () => {
    const listed = await withDatabase(atPostgres, async ({ pool }) => {
      const { rows } = await pool.query<{ name: string }>(
        `SELECT table_name AS name FROM information_schema.tables
         WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name COLLATE "C"`,
      );
      return rows.map(({ name }) => name);
    });
    const content = await contentOf();
    const tables = [...content.matchAll(/^\{"table":"(\w+)"/gm)].map(([, name]) => name);
    expect(tables).toEqual(listed);
    expect(tables).toContain('partition');
    expect(content).not.toContain(credentials.secretAccessKey);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('knows every column that holds sealed values', async () => {
    const columns = await withDatabase(atPostgres, async ({ pool }) => {
      const { rows } = await pool.query<{ place: string }>(
        `SELECT table_name || '.' || column_name AS place FROM information_schema.columns
         WHERE table_schema = 'public' AND column_name LIKE '%sealed%' AND data_type = 'bytea'`,
      );
      return rows.map(({ place }) => place);
    });
    expect(SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort()).toEqual(columns.sort());
  });

  it('PostgreSQL to PGlite and back: every table equal, keys still open, numbers go on', async () => {
    const embedded = settingsOf('embedded');
    const manifest = await restore(embedded, { path: file, passphrase, force: false });
    expect(manifest.tables.find(({ name }) => name === 'partition')?.rows).toBe(PARTITIONS);
    expect(await world(embedded)).toEqual(original);

    const again = join(folder, 'again.backup');
    await backUp(embedded, { path: again, passphrase });
    const second = settingsOf('second', await newPostgresDatabase('second'));
    await restore(second, { path: again, passphrase, force: false });
    expect(await world(second)).toEqual(original);

    for (const settings of [embedded, second]) {
      await serve(settings, async (glue) => {
        const { status, body } = await glue('GetPartitions', {
          ...logs,
          Expression: `day = 0`,
        });
        expect({ status, count: (body['Partitions'] as unknown[]).length }).toEqual({
          status: 200,
          count: 1,
        });
        // Identity columns go on behind what was restored.
        const TableInput = { Name: 'new', PartitionKeys: [{ Name: 'k', Type: 'string' }] };
        expect(await glue('CreateTable', { DatabaseName: 'logs', TableInput })).toMatchObject({
          status: 200,
        });
        const PartitionInput = { Values: ['1'], StorageDescriptor: { Columns: [] } };
        expect(
          await glue('CreatePartition', { DatabaseName: 'logs', TableName: 'new', PartitionInput }),
        ).toMatchObject({ status: 200 });
        expect(await glue('GetDatabase', { Name: 'later' })).toMatchObject({ status: 400 });
      });
    }
  }, 180_000);

  describe.each(['PGlite', 'PostgreSQL'])(
    'given a file that cannot be trusted, leaves %s as it was:',
    (kind) => {
      let target: Settings;
      let before: World;

      beforeAll(async () => {
        const name = `target_${kind.toLowerCase()}`;
        target = settingsOf(name, kind === 'PGlite' ? undefined : await newPostgresDatabase(name));
        await withDatabase(target, (database) => migrate(database, MIGRATIONS));
        before = await world(target);
      });

      const refused = (path: string, with_ = passphrase): Promise<string> =>
        restore(target, { path, passphrase: with_, force: true }).then(
          () => 'restored',
          (error: unknown) => String(error),
        );

      // Once, at the end: nothing here ever puts anything back. Each opening of PGlite costs a second.
      afterAll(async () => {
        expect(await world(target)).toEqual(before);
      });

      it('cut off anywhere, says so', async () => {
        const bytes = await readFile(file);
        for (const part of [0.2, 0.9, 0.999]) {
          const path = await altered('cut', bytes.subarray(0, Math.floor(bytes.length * part)));
          expect(await refused(path)).toMatch(/cut off/);
        }
        const lines = (await contentOf()).trimEnd().split('\n').slice(0, -1).join('\n');
        expect(await refused(await altered('cut', gzipSync(`${lines}\n`)))).toMatch(/cut off/);
      });

      it('altered in a byte, a row, or a row with its checksums, says so', async () => {
        const bytes = await readFile(file);
        const middle = Math.floor(bytes.length / 2);
        bytes.writeUInt8(bytes.readUInt8(middle) ^ 0x10, middle);
        expect(await refused(await altered('byte', bytes))).toMatch(/altered or damaged/);

        const content = await contentOf();
        const row = content.replace('"ann"', '"eve"').replace('\\"ann\\"', '\\"eve\\"');
        expect(row).not.toBe(content);
        expect(await refused(await altered('row', gzipSync(row)))).toMatch(/do not match their checksum/);

        const lines = content.trimEnd().split('\n');
        const last = JSON.parse(lines.at(-1) ?? '') as { manifest: string; signature: string };
        const forged = { ...last, manifest: last.manifest.replace('"sha256":"', '"sha256":"0') };
        const text = [...lines.slice(0, -1), JSON.stringify(forged)].join('\n');
        expect(await refused(await altered('forged', gzipSync(`${text}\n`)))).toMatch(/signature/);
        expect(await refused(await altered('more', gzipSync(`${content}[]\n`)))).toMatch(/behind its end/);
      });

      it('of another passphrase, or no backup at all, says so', async () => {
        expect(await refused(file, new Secret('incorrect horse'))).toMatch(/passphrase does not open/);
        expect(await refused(await altered('none', gzipSync('hello\n')))).toMatch(/no Lakewarden backup/);
        expect(await refused(await altered('none', Buffer.from('hello')))).toMatch(/altered or damaged/);
        expect(await refused(join(folder, 'absent'))).toMatch(/ENOENT/);
      });

      it('of a newer Lakewarden, says so', async () => {
        const newer = settingsOf(`newer_${kind}`, await newPostgresDatabase(`newer_${kind}`));
        await withDatabase(newer, async (database) => {
          await migrate(database, MIGRATIONS);
          await database.pool.query(
            `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'y', '29991231_z', now())`,
          );
        });
        const path = join(folder, `newer_${kind}.backup`);
        await backUp(newer, { path, passphrase });
        expect(await refused(path)).toMatch(/made by a newer Lakewarden \(migration 29991231_z\)/);
      });

      it('with a table that this version does not have, says so', async () => {
        const odd = settingsOf(`odd_${kind}`, await newPostgresDatabase(`odd_${kind}`));
        await withDatabase(odd, async (database) => {
          await migrate(database, MIGRATIONS);
          await database.pool.query('CREATE TABLE stranger (id int)');
        });
        const path = join(folder, `odd_${kind}.backup`);
        await backUp(odd, { path, passphrase });
        expect(await refused(path)).toMatch(/table stranger of the backup is another/);
      });

      it('stopped in the middle of loading, takes all of it back', async () => {
        const stopped = restore(target, {
          path: file,
          passphrase,
          force: true,
          onProgress: (step, rows, total) => {
            if (step === 'restore' && rows > total / 2) throw new Error('stopped');
          },
        });
        await expect(stopped).rejects.toThrow('stopped');
      });
    },
  );

  it('given a database that is not empty, in use, or another’s, refuses; --force throws the old away', async () => {
    const full = settingsOf('full', await newPostgresDatabase('full'));
    await serve(full, async (glue) => {
      await glue('CreateDatabase', { DatabaseInput: { Name: 'old' } });
      await expect(restore(full, { path: file, passphrase, force: true })).rejects.toThrow(
        /Lakewarden is running on this database/,
      );
    });
    await expect(restore(full, { path: file, passphrase, force: false })).rejects.toThrow(
      /database is not empty \(table access_key\)/,
    );
    await restore(full, { path: file, passphrase, force: true });
    expect(await world(full)).toEqual(original);

    const foreign = settingsOf('foreign', await newPostgresDatabase('foreign'));
    await withDatabase(foreign, ({ pool }) => pool.query('CREATE TABLE theirs (id int)'));
    await expect(restore(foreign, { path: file, passphrase, force: true })).rejects.toThrow(
      /tables that are not Lakewarden's \(theirs\)/,
    );
  });

  it('by the command: both ways, with a passphrase from a file or the environment', async () => {
    const out = join(folder, 'cli.backup');
    const of = (settings: Settings): NodeJS.ProcessEnv => ({
      DATABASE_URL: settings.DATABASE_URL ?? '',
      LAKEWARDEN_DATA_DIR: settings.LAKEWARDEN_DATA_DIR,
      LAKEWARDEN_MASTER_KEY: settings.LAKEWARDEN_MASTER_KEY,
    });
    const secret = join(folder, 'passphrase');
    await writeFile(secret, 'a passphrase in a file\n');

    const none = await lakewarden(['backup', out], of(atPostgres));
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toMatch(/^lakewarden: no passphrase: set LAKEWARDEN_BACKUP_PASSPHRASE/);
    const short = await lakewarden(['backup', out], {
      ...of(atPostgres),
      LAKEWARDEN_BACKUP_PASSPHRASE: 'short',
    });
    expect(short.stderr).toMatch(/8 characters or more/);
    expect(await readdir(folder)).not.toContain('cli.backup');

    const nowhere = { ...of(settingsOf('nowhere')), LAKEWARDEN_BACKUP_PASSPHRASE: 'long enough' };
    expect((await lakewarden(['backup', out], nowhere)).stderr).toMatch(/the database holds no Lakewarden/);

    const made = await lakewarden(['backup', out, '--passphrase-file', secret, '--json'], of(atPostgres));
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(made.stdout)).toMatchObject({ file: out, tables: { partition: PARTITIONS - 1 } });
    const twice = await lakewarden(['backup', out, '--passphrase-file', secret], of(atPostgres));
    expect(twice.stderr).toMatch(/exists already/);

    const target = settingsOf('cli');
    const restored = await lakewarden(['restore', out], {
      ...of(target),
      LAKEWARDEN_BACKUP_PASSPHRASE: 'a passphrase in a file',
    });
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect(restored.stdout).toMatch(/^partition +2,999$/m);
    expect(await world(target)).toEqual(await world(atPostgres));
  });
});
