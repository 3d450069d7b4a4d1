import { startPostgres } from '../test/support/postgres.ts';
import { decisions } from './permissions/decisions.ts';
import { report, type Row } from './support/report.ts';

const postgres = await startPostgres({ settings: { shared_buffers: '512MB', max_wal_size: '8GB' } });
const rows: Row[] = await decisions(postgres);
await postgres.stop();
await report('permissions', rows);
