import { readFile } from 'node:fs/promises';

import { Secret } from '@lakewarden/kernel';
import { backUp, readSettings, restore } from '@lakewarden/server/maintenance';
import { Command } from 'commander';

import { startProgress } from './progress.ts';
import { textTable } from './text-table.ts';

interface CommonOptions {
  readonly passphraseFile?: string;
  readonly json?: boolean;
}

/** @throws Error there is none */
async function readPassphrase({ passphraseFile }: CommonOptions): Promise<Secret<string>> {
  const fromEnvironment = process.env['LAKEWARDEN_BACKUP_PASSPHRASE'];
  const text =
    passphraseFile === undefined
      ? fromEnvironment
      : (await readFile(passphraseFile, 'utf8')).replace(/\r?\n$/, '');
  if (text === undefined || text === '') {
    throw new Error(
      'no passphrase: set LAKEWARDEN_BACKUP_PASSPHRASE or name a file with --passphrase-file. It seals the secrets ' +
        'in the backup; without it nobody can restore them.',
    );
  }
  return new Secret(text);
}

interface Content {
  readonly createdAt: string;
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
}

function print(what: string, file: string, { createdAt, tables }: Content, json: boolean): void {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  process.stdout.write(
    json
      ? `${JSON.stringify({ file, createdAt, rows, tables: Object.fromEntries(tables.map((each) => [each.name, each.rows])) })}\n`
      : `${textTable(
          ['table', 'rows'],
          tables.map((each) => [each.name, each.rows]),
        )}${what} ${rows.toLocaleString('en')} rows: ${file}\n`,
  );
}

export const backupCommand = new Command('backup')
  .description(
    'write the whole database into FILE; PostgreSQL while serving, the embedded one with the server stopped',
  )
  .argument('<file>')
  .option('--passphrase-file <file>', 'holds the passphrase; else LAKEWARDEN_BACKUP_PASSPHRASE')
  .option('--json', 'for machines')
  .action(async (file: string, options: CommonOptions) => {
    const passphrase = await readPassphrase(options);
    const progress = startProgress('backup');
    try {
      const content = await backUp(readSettings(process.env), {
        path: file,
        passphrase,
        onProgress: (rows, total) => {
          progress.update(rows, total, 'rows');
        },
      });
      progress.stop();
      print('Backed up', file, content, options.json === true);
    } finally {
      progress.stop();
    }
  });

export const restoreCommand = new Command('restore')
  .description('put FILE into an empty database, all of it or nothing; stop the servers first')
  .argument('<file>')
  .option('--passphrase-file <file>', 'holds the passphrase; else LAKEWARDEN_BACKUP_PASSPHRASE')
  .option('--force', 'throw away everything that the database holds now')
  .option('--json', 'for machines')
  .action(async (file: string, options: CommonOptions & { force?: boolean }) => {
    const passphrase = await readPassphrase(options);
    const progress = startProgress('restore');
    try {
      const content = await restore(readSettings(process.env), {
        path: file,
        passphrase,
        force: options.force === true,
        onProgress: (step, rows, total) => {
          progress.update(rows, total, step === 'check' ? 'rows checked' : 'rows');
        },
      });
      progress.stop();
      print('Restored', file, content, options.json === true);
    } finally {
      progress.stop();
    }
  });
