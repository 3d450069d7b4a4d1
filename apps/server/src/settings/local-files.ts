import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Secret } from '@lakewarden/kernel';

import type { Settings } from './settings.ts';

const OWNER_ONLY = 0o600;

const keyPath = (settings: Settings): string => join(settings.LAKEWARDEN_DATA_DIR, 'master.key');

export interface StoredMasterKeys {
  readonly current: Secret<Buffer>;
  /** Of a rotation that was cut off: some secrets may lie under it already. */
  readonly next?: Secret<Buffer>;
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

const keyOf = (text: string): Secret<Buffer> => new Secret(Buffer.from(text.trim(), 'base64'));

/** wx: of two processes that do it at once one writes, both read. @returns the key that the file then holds */
async function keyInFile(path: string): Promise<Secret<Buffer>> {
  try {
    const handle = await open(path, 'wx', OWNER_ONLY);
    await handle.writeFile(`${randomBytes(32).toString('base64')}\n`);
    // Secrets are sealed under it from now on: it has to be there after a power cut too.
    await handle.sync();
    await handle.close();
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
  return keyOf(await readFile(path, 'utf8'));
}

/** The master key: from the settings, else from the data folder, where the first start puts a new one. */
export async function readMasterKeys(settings: Settings): Promise<StoredMasterKeys> {
  if (settings.LAKEWARDEN_MASTER_KEY !== undefined) return { current: keyOf(settings.LAKEWARDEN_MASTER_KEY) };
  await mkdir(settings.LAKEWARDEN_DATA_DIR, { recursive: true });
  const path = keyPath(settings);
  const current = await keyInFile(path);
  try {
    return { current, next: keyOf(await readFile(`${path}.next`, 'utf8')) };
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
    return { current };
  }
}

/** A new key beside the current one, on the disk before anything is sealed under it. */
export const prepareNextMasterKey = (settings: Settings): Promise<Secret<Buffer>> =>
  keyInFile(`${keyPath(settings)}.next`);

/** The next key takes the current one's place. @returns where it is kept */
export async function promoteNextMasterKey(settings: Settings): Promise<string> {
  const path = keyPath(settings);
  await rename(`${path}.next`, path);
  return path;
}

/** contract.md §2. */
export interface AdminCredentials {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly consoleUser: string;
  readonly consolePassword: string;
}

/** @returns where they are kept */
export async function writeAdminCredentials(
  settings: Settings,
  credentials: AdminCredentials,
): Promise<string> {
  await mkdir(settings.LAKEWARDEN_DATA_DIR, { recursive: true });
  const path = join(settings.LAKEWARDEN_DATA_DIR, 'admin-credentials.json');
  await writeFile(path, `${JSON.stringify(credentials, null, 2)}\n`, { mode: OWNER_ONLY });
  return path;
}
