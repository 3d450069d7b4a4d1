import 'reflect-metadata';

import { readFile } from 'node:fs/promises';

import { startServer } from './server.ts';
import { readSettings, SettingsError } from './settings/settings.ts';

/** sysexits.h: configuration error. */
const EX_CONFIG = 78;
const DRAIN_MS = 10_000;

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const server = await startServer(settings);
  process.stdout.write(`Lakewarden serves on ${server.url}\n`);
  if (server.credentialsFile !== undefined) {
    const credentials = await readFile(server.credentialsFile, 'utf8');
    process.stdout.write(
      `First start. The administrator's credentials, kept in ${server.credentialsFile}:\n${credentials}`,
    );
  }
  const stop = (): void => {
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
    void server.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

try {
  await main();
} catch (error) {
  if (error instanceof SettingsError) {
    process.stderr.write(`${error.message}\n`);
    process.exit(EX_CONFIG);
  }
  throw error;
}
