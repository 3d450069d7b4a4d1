import 'reflect-metadata';

import { readFile } from 'node:fs/promises';

import { startServer } from './server.ts';
import { readSettings, SettingsError } from './settings/settings.ts';

/** sysexits.h: configuration error. */
const EX_CONFIG = 78;
/** contract.md §2 gives ten seconds. What is still under way then was not acknowledged, and is lost as in a crash. */
const LAST_MOMENT_MS = 9_500;
/** A client in conversation asks again within it, and learns that its connection ends. */
const DRAIN_GRACE_MS = 1_000;

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const server = await startServer(settings, { drainGraceMs: DRAIN_GRACE_MS });
  process.stdout.write(`Lakewarden serves on ${server.url}\n`);
  if (server.credentialsFile !== undefined) {
    const credentials = await readFile(server.credentialsFile, 'utf8');
    process.stdout.write(
      `First start. The administrator's credentials, kept in ${server.credentialsFile}:\n${credentials}`,
    );
  }
  let isStopping = false;
  const stop = (): void => {
    // A terminal's Ctrl-C comes twice: to the process group, and passed on by `npm start`.
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(0), LAST_MOMENT_MS).unref();
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        // The clients have their answers; what could not be put away in order is put away by the next start.
        process.stderr.write(`the stop was not clean: ${String(error)}\n`);
        process.exit(0);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
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
