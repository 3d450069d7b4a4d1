import 'reflect-metadata';

import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Database } from '@lakewarden/storage';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startServer } from '../../apps/server/src/server.ts';
import { readSettings, type Settings } from '../../apps/server/src/settings/settings.ts';
import { type CliOutcome, lakewarden } from '../support/cli.ts';
import { callGlue } from '../support/glue.ts';
import type { Credentials } from '../support/lake.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

interface Verified {
  readonly intact: boolean;
  readonly rows: number;
  readonly anchor: object;
  readonly last: { readonly seq: number; readonly hash: string };
}

describe('the audit trail of a backup', () => {
  let folder: string;
  let postgres: TestPostgres;
  let credentials: Credentials;
  let file: string;
  let original: Verified;

  const settingsOf = (name: string, databaseUrl: string | undefined): Settings =>
    readSettings({
      LAKEWARDEN_PORT: '0',
      LAKEWARDEN_DATA_DIR: join(folder, name),
      DATABASE_URL: databaseUrl,
      LAKEWARDEN_MASTER_KEY: randomBytes(32).toString('base64'),
    });

  const withDatabase = async (settings: Settings, statements: string): Promise<void> => {
    const directory = `${settings.LAKEWARDEN_DATA_DIR}/pglite`;
    const database = await Database.open({ url: settings.DATABASE_URL, directory });
    try {
      await database.pool.query(statements);
    } finally {
      await database.close();
    }
  };

  const serve = async <T>(settings: Settings, use: (url: string) => Promise<T>): Promise<T> => {
    const server = await startServer(settings, { log: pino({ level: 'silent' }) });
    if (server.credentialsFile !== undefined) {
      credentials = JSON.parse(await readFile(server.credentialsFile, 'utf8')) as Credentials; // written by the server
    }
    try {
      return await use(server.url);
    } finally {
      await server.close();
    }
  };

  const verify = (settings: Settings, ...words: string[]): Promise<CliOutcome> =>
    serve(settings, (url) =>
      lakewarden(['audit', 'verify', '--json', ...words, '--url', url], {
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      }),
    );
  const verified = ({ stdout }: CliOutcome): Verified => JSON.parse(stdout) as Verified; // what --json prints

  const command = async (word: 'backup' | 'restore', settings: Settings): Promise<void> => {
    const done = await lakewarden([word, file], {
      DATABASE_URL: settings.DATABASE_URL ?? '',
      LAKEWARDEN_DATA_DIR: settings.LAKEWARDEN_DATA_DIR,
      LAKEWARDEN_MASTER_KEY: settings.LAKEWARDEN_MASTER_KEY,
      LAKEWARDEN_BACKUP_PASSPHRASE: 'correct horse battery',
    });
    expect(done).toMatchObject({ code: 0, stderr: '' });
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lakewarden-backup-audit-'));
    file = join(folder, 'lake.backup');
    postgres = await startPostgres();
    const source = settingsOf('source', postgres.url);
    await serve(source, async (url) => {
      const glue = (operation: string, input: object) => callGlue({ url, ...credentials }, operation, input);
      for (const Name of ['a', 'b', 'c']) {
        expect(await glue('CreateDatabase', { DatabaseInput: { Name } })).toMatchObject({ status: 200 });
      }
      expect(await glue('GetDatabase', { Name: 'a', CatalogId: '999999999999' })).toMatchObject({
        body: { __type: 'AccessDeniedException' },
      });
    });
    original = verified(await verify(source));
    expect(original).toMatchObject({ intact: true, anchor: { seq: 0 } });
    expect(original.rows).toBeGreaterThan(4);
    await command('backup', source);
  });
  afterAll(async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['PGlite', 'PostgreSQL'])(
    'restored into %s, verifies with the head that it had, and shows a row that is changed then',
    async (kind) => {
      const isEmbedded = kind === 'PGlite';
      if (!isEmbedded) await withDatabase(settingsOf('any', postgres.url), 'CREATE DATABASE restored');
      const target = settingsOf(kind, isEmbedded ? undefined : postgres.url.replace(/[^/]*$/, 'restored'));
      await command('restore', target);

      const { seq, hash } = original.last;
      const restored = await verify(target, '--head', `${String(seq)}:${hash}`);
      expect(restored).toMatchObject({ code: 0, stderr: '' });
      expect(verified(restored)).toMatchObject({ intact: true, anchor: original.anchor });
      // It goes on behind what was restored.
      expect(verified(restored).last.seq).toBeGreaterThanOrEqual(seq);

      await withDatabase(
        target,
        `ALTER TABLE audit_event DISABLE TRIGGER USER;
         UPDATE audit_event SET body = replace(body::text, '"v":1', '"v":2')::json WHERE seq = 3;
         ALTER TABLE audit_event ENABLE TRIGGER USER`,
      );
      const tampered = await verify(target);
      expect(tampered.code).toBe(1);
      expect(tampered.stderr).toMatch(/row 3 does not fit its hash/);
    },
    180_000,
  );
});
