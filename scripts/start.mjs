// `npm start`: builds what is missing or older than its source, then becomes the server.
import { spawn, spawnSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';

import { MEMORY_ENVIRONMENT, MEMORY_FLAGS } from './memory-flags.mjs';

const built = statSync('apps/server/dist/main.js', { throwIfNoEntry: false })?.mtimeMs ?? 0;
const newest = Math.max(
  ...globSync(['apps/server/src/**/*.ts', 'prisma/schema.prisma']).map((file) => statSync(file).mtimeMs),
);
if (built < newest) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
}
const server = spawn(
  process.execPath,
  [...MEMORY_FLAGS, '--enable-source-maps', 'apps/server/dist/main.js'],
  {
    stdio: 'inherit',
    env: { ...MEMORY_ENVIRONMENT, ...process.env },
  },
);
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.kill(signal));
server.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
