import { randomBytes } from 'node:crypto';

import { startPostgres } from '../test/support/postgres.ts';
import { audit } from './permissions/audit.ts';
import { batches } from './permissions/batches.ts';
import { decisions } from './permissions/decisions.ts';
import { lists } from './permissions/lists.ts';
import { revokes } from './permissions/revokes.ts';
import { report, type Row } from './support/report.ts';
import { startServerProcess } from './support/server-process.ts';

/** Only some of it: `BENCH_PARTS=revokes,batches node bench/permissions.bench.ts`. */
const parts = (process.env['BENCH_PARTS'] ?? 'batches,revokes,lists,decisions,audit').split(',');

async function main(): Promise<void> {
  process.env['LAKEWARDEN_MASTER_KEY'] ??= randomBytes(32).toString('base64');
  const postgres = await startPostgres({ settings: { shared_buffers: '512MB', max_wal_size: '8GB' } });
  const rows: Row[] = [];
  const first = await startServerProcess(postgres.url);
  if (parts.includes('batches')) rows.push(...(await batches(postgres, first)));
  if (parts.includes('revokes')) {
    const second = await startServerProcess(postgres.url, first);
    rows.push(...(await revokes(first, second)));
    await second.stop();
  }
  if (parts.includes('lists')) rows.push(...(await lists(postgres, first)));
  await first.stop();
  if (parts.includes('decisions')) rows.push(...(await decisions(postgres)));
  if (parts.includes('audit')) rows.push(...(await audit(postgres)));
  await postgres.stop();
  await report('permissions', rows);
}

await main();
