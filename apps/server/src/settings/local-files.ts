import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Secret } from '@lakewarden/kernel';

import type { Settings } from './settings.ts';

const OWNER_ONLY = 0o600;

/** The master key: from the settings, else from the data folder, where the first start puts a new one. */
export async function readMasterKey(settings: Settings): Promise<Secret<Buffer>> {
  if (settings.LAKEWARDEN_MASTER_KEY !== undefined)
    return new Secret(Buffer.from(settings.LAKEWARDEN_MASTER_KEY, 'base64'));
  await mkdir(settings.LAKEWARDEN_DATA_DIR, { recursive: true });
  const path = join(settings.LAKEWARDEN_DATA_DIR, 'master.key');
  try {
    // wx: of two servers that start at once one writes, both read.
    await writeFile(path, `${randomBytes(32).toString('base64')}\n`, { mode: OWNER_ONLY, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return new Secret(Buffer.from((await readFile(path, 'utf8')).trim(), 'base64'));
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
