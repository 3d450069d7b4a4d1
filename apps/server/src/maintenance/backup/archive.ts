import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

import type { Secret } from '@lakewarden/kernel';
import { z } from 'zod';

import { BackupError } from './backup-error.ts';
import { type BackupKeys, derivation, isSignedBy, openBackupKeys } from './passphrase.ts';

/**
 * The file, gzip over lines of JSON:
 *
 *   {"format":"lakewarden-backup","version":1,...}     the header
 *   {"table":"account","columns":[...]}                for every table,
 *   ["111122223333","first",null,...]                    a line a row, each value as PostgreSQL's text,
 *   {"end":"account","rows":1,"sha256":"..."}            and what must have come
 *   {"manifest":{...},"signature":"..."}               the last line: all of it once more, signed
 */
export const FORMAT = 'lakewarden-backup';
export const VERSION = 1;

const tableTotal = z.object({ name: z.string(), rows: z.int(), sha256: z.hex() });
export type TableTotal = z.output<typeof tableTotal>;

const migration = z.object({ name: z.string(), checksum: z.string() });

export const header = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  createdAt: z.iso.datetime(),
  derivation,
});

export const manifest = z.object({
  createdAt: z.iso.datetime(),
  migrations: z.array(migration),
  tables: z.array(tableTotal),
  sequences: z.array(z.object({ name: z.string(), lastValue: z.string(), isCalled: z.boolean() })),
});
export type Manifest = z.output<typeof manifest>;

const tableLine = z.object({
  table: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
});
const endLine = z.object({ end: z.string(), rows: z.int(), sha256: z.hex() });
const lastLine = z.object({ manifest: z.string(), signature: z.base64() });

export type ArchiveEntry =
  | { readonly kind: 'header'; readonly keys: BackupKeys }
  | { readonly kind: 'table'; readonly name: string; readonly columns: z.output<typeof tableLine>['columns'] }
  | { readonly kind: 'rows'; readonly lines: readonly string[] }
  | { readonly kind: 'manifest'; readonly manifest: Manifest };

const NEWLINE = 0x0a;
/** Rows handed on at once, in characters. */
const BATCH_CHARS = 1_000_000;

const altered = (what: string, cause?: unknown): BackupError =>
  new BackupError(`the backup was altered or damaged: ${what}.`, { cause });

async function* lines(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  const unzipped = createGunzip();
  file.on('error', (error) => unzipped.destroy(error));
  file.pipe(unzipped);
  let rest: Buffer[] = [];
  try {
    for await (const chunk of unzipped) {
      let bytes = chunk as Buffer; // a stream without an encoding gives nothing else
      for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE)) {
        rest.push(bytes.subarray(0, at));
        yield Buffer.concat(rest).toString('utf8');
        rest = [];
        bytes = bytes.subarray(at + 1);
      }
      if (bytes.length > 0) rest.push(bytes);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'Z_BUF_ERROR')
      throw new BackupError('the backup is cut off: its end is missing.', { cause: error });
    if (typeof code === 'string' && code.startsWith('Z_')) throw altered('it does not unpack', error);
    throw error;
  } finally {
    file.destroy();
  }
  if (rest.length > 0) throw altered('it ends in the middle of a line');
}

function parsed<T>(shape: z.ZodType<T>, line: string): T | undefined {
  try {
    return shape.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // no JSON
  }
}

/**
 * The file's content, checked as it goes by; what has been handed on is certain only when the manifest has come, the
 * last of all.
 * @throws BackupError no backup, another passphrase, cut off or altered
 */
export async function* readArchive(path: string, passphrase: Secret<string>): AsyncGenerator<ArchiveEntry> {
  let keys: BackupKeys | undefined;
  let open: { name: string; rows: number; hash: ReturnType<typeof createHash> } | undefined;
  let batch: string[] = [];
  let batchChars = 0;
  let isComplete = false;
  const seen: TableTotal[] = [];

  for await (const line of lines(path)) {
    if (isComplete) throw altered('something stands behind its end');
    if (keys === undefined) {
      const first = parsed(header, line);
      if (first === undefined)
        throw new BackupError(`this is no Lakewarden backup of version ${String(VERSION)}.`);
      keys = await openBackupKeys(passphrase, first.derivation);
      yield { kind: 'header', keys };
    } else if (open !== undefined && line.startsWith('[')) {
      open.rows += 1;
      open.hash.update(line).update('\n');
      batch.push(line);
      batchChars += line.length;
      if (batchChars >= BATCH_CHARS) {
        yield { kind: 'rows', lines: batch };
        batch = [];
        batchChars = 0;
      }
    } else if (open !== undefined) {
      const end = parsed(endLine, line);
      const total = { name: open.name, rows: open.rows, sha256: open.hash.digest('hex') };
      if (end?.end !== total.name || end.rows !== total.rows || end.sha256 !== total.sha256) {
        throw altered(`the rows of table ${open.name} do not match their checksum`);
      }
      if (batch.length > 0) yield { kind: 'rows', lines: batch };
      batch = [];
      batchChars = 0;
      seen.push(total);
      open = undefined;
    } else {
      const table = parsed(tableLine, line);
      if (table !== undefined) {
        open = { name: table.table, rows: 0, hash: createHash('sha256') };
        yield { kind: 'table', name: table.table, columns: table.columns };
        continue;
      }
      const last = parsed(lastLine, line);
      if (last === undefined || !isSignedBy(keys, last.manifest, last.signature)) {
        throw altered('its manifest does not match its signature');
      }
      const content = parsed(manifest, last.manifest);
      if (content === undefined || JSON.stringify(content.tables) !== JSON.stringify(seen)) {
        throw altered('its tables are not those of its manifest');
      }
      isComplete = true;
      yield { kind: 'manifest', manifest: content };
    }
  }
  if (!isComplete) throw new BackupError('the backup is cut off: its end is missing.');
}
