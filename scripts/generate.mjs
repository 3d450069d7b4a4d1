// Makes what is derived from the Prisma schema. Prisma's CLI wants an engine that only its migrate commands use;
// naming any existing file keeps it from downloading one.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

const schema = 'prisma/schema.prisma';
const made = 'libs/storage/src/generated/client.ts';
const isFresh = statSync(made, { throwIfNoEntry: false })?.mtimeMs >= statSync(schema).mtimeMs;
if (!isFresh) {
  const { status } = spawnSync(process.execPath, ['node_modules/prisma/build/index.js', 'generate'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
  process.exit(status ?? 1);
}
