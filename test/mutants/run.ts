import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { InProcessLake } from '../permissions/in-process.ts';
import { startPostgres } from '../support/postgres.ts';
import { useTemplate } from './template.ts';

/** `npm run test:mutants`: Stryker, with one PostgreSQL whose lake each of its processes copies. */
const postgres = await startPostgres({
  settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '50' },
});
try {
  await InProcessLake.prepare(postgres.url);
  useTemplate(postgres.url);
  const stryker = spawn('stryker', ['run', ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stryker.kill(signal));
  await once(stryker, 'exit');
  process.exitCode = stryker.exitCode ?? 1;
} finally {
  await postgres.stop();
}
