import { randomBytes } from 'node:crypto';

import autocannon from 'autocannon';

import { startPostgres } from '../test/support/postgres.ts';
import { answerOf, glue, glueCall } from './support/calls.ts';
import { report, type Row } from './support/report.ts';
import { type ServerProcess, startServerProcess } from './support/server-process.ts';

const WRITES = 200;
const CONNECTIONS = 16;
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 5);

const name = { DatabaseName: 'bench', Name: 't' };

/** Milliseconds from the answer to a write on one server until the other answers with it; no revision is sent. */
async function lags(writer: ServerProcess, reader: ServerProcess): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < WRITES; i += 1) {
    await glue(reader, 'GetTable', name); // what is kept in memory now is about to be stale
    const Description = String(i);
    const TableInput = { Name: 't', Description };
    await glue(writer, 'UpdateTable', { DatabaseName: 'bench', TableInput, SkipArchive: true });
    const answeredAt = performance.now();
    for (;;) {
      const { Table: seen } = (await glue(reader, 'GetTable', name)) as { Table: { Description?: string } };
      if (seen.Description === Description) break;
    }
    times.push(performance.now() - answeredAt);
  }
  return times.sort((a, b) => a - b);
}

/** Requests a second of all servers together. */
async function throughput(servers: readonly ServerProcess[]): Promise<number> {
  const shots = await Promise.all(
    servers.map(async (server) => {
      const call = glueCall(server, 'GetTable', name);
      await answerOf(call);
      const { requests, non2xx } = await autocannon({
        url: call.url,
        method: 'POST',
        headers: call.headers,
        body: call.body,
        connections: CONNECTIONS / servers.length,
        duration: SECONDS,
      });
      if (non2xx > 0) throw new Error(`${String(non2xx)} refusals`);
      return requests.average;
    }),
  );
  return shots.reduce((sum, each) => sum + each, 0);
}

async function main(): Promise<void> {
  process.env['LAKEWARDEN_MASTER_KEY'] ??= randomBytes(32).toString('base64');
  const postgres = await startPostgres();
  const first = await startServerProcess(postgres.url);
  const second = await startServerProcess(postgres.url, first);
  await glue(first, 'CreateDatabase', { DatabaseInput: { Name: 'bench' } });
  await glue(first, 'CreateTable', { DatabaseName: 'bench', TableInput: { Name: 't' } });

  const times = await lags(first, second);
  const rows: Row[] = [
    {
      what: 'a write seen on the other server, median',
      value: times[WRITES / 2] ?? NaN,
      unit: 'ms',
      aim: '< 100',
    },
    {
      what: 'a write seen on the other server, slowest',
      value: times.at(-1) ?? NaN,
      unit: 'ms',
      aim: '< 100',
    },
  ];
  const one = await throughput([first]);
  const two = await throughput([first, second]);
  rows.push(
    { what: 'GetTable by SigV4, one server', value: one, unit: 'requests/s' },
    {
      what: 'GetTable by SigV4, two servers',
      value: two,
      unit: 'requests/s',
      peer: 'one server, same machine',
      peerValue: one,
      ratio: two / one,
    },
  );
  await second.stop();
  await first.stop();
  await postgres.stop();
  await report('replicas', rows);
}

await main();
