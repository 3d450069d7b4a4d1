import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterEach, describe, expect, it } from 'vitest';

import { DATABASES } from '../support/lake.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { eventually, type FaultServer, startFaultServer } from './support/fault-server.ts';
import { MixedLoad } from './support/mixed-load.ts';
import { newSeed, randomOf } from './support/random.ts';

const run = promisify(execFile);
/** A fresh database takes some 60 MiB of it. */
const DISK_MIB = 160;
/** What is left for the load before the disk is full; a WAL segment is 16 MiB. */
const LEFT_MIB = 6;
const CLIENTS = 4;

describe.each(DATABASES)('A full disk under %s', (databaseName) => {
  let disk = '';
  let postgres: TestPostgres | undefined;
  let server: FaultServer | undefined;

  afterEach(async () => {
    await server?.kill();
    await postgres?.stop();
    await run('umount', [disk]);
    await rm(disk, { recursive: true, force: true });
  });

  it('given a disk that fills under load, acknowledges nothing that is lost, and goes on when there is room', async () => {
    disk = await mkdtemp(join(tmpdir(), 'lakewarden-disk-'));
    await run('mount', ['-t', 'tmpfs', '-o', `size=${String(DISK_MIB)}m`, 'tmpfs', disk]);
    if (databaseName === 'PostgreSQL') {
      postgres = await startPostgres({
        parent: disk,
        settings: { max_wal_size: '32MB', min_wal_size: '32MB', wal_recycle: 'off' },
      });
    }
    const directory = join(disk, 'lakewarden');
    await mkdir(directory);
    const options = { directory, ...(postgres !== undefined && { databaseUrl: postgres.url }) };
    server = await startFaultServer(options);
    const load = new MixedLoad(randomOf(newSeed()));
    await load.prepare(server);
    const running = server;

    const { bavail, bsize } = await statfs(disk);
    const ballast = join(disk, 'ballast');
    await writeFile(ballast, Buffer.alloc(Math.max(bavail * bsize - LEFT_MIB * 2 ** 20, 0), 1));
    let isFull = false;
    const hasEnded = running.ended.then(() => (isFull = true));
    // Until a write is refused for want of room, or the process has ended over it.
    const filling = load.run(running, CLIENTS, () => isFull);
    let n = 0;
    // Nothing that a compressed column could make small.
    const noise = () => randomBytes(150_000).toString('base64');
    let refusal = 'the process ended';
    const refused = eventually(
      async () => {
        if (isFull) return true;
        const { status, body } = await running.glue('CreateTable', {
          DatabaseName: 'd',
          TableInput: { Name: `full_${String(n)}`, Parameters: { x: noise() } },
        });
        n += 1;
        if (status === 200) return undefined;
        refusal = `${String(status)} ${String(body['__type'])}`;
        return true;
      },
      'the disk is full',
      60_000,
    );
    // Where the process ends over it, the request in flight has no answer.
    await Promise.race([
      refused.catch(async (error: unknown) => {
        if (!(error instanceof TypeError)) throw error;
        await hasEnded;
      }),
      hasEnded,
    ]);
    isFull = true;
    await filling;

    await rm(ballast);
    // PostgreSQL that could not write its log has ended rather than lie; whoever looks after it starts it again.
    await postgres?.restart('fast');
    const stillRuns = await Promise.race([
      running.ended.then(() => false),
      running.glue('GetDatabases').then(
        () => true,
        () => false,
      ),
    ]);
    if (!stillRuns) server = await startFaultServer(options);
    const again = server;
    await eventually(
      async () => ((await again.glue('GetDatabases')).status === 200 ? true : undefined),
      'the server answers again',
    );
    expect(await load.verify(again)).toEqual([]);
    await again.ok('CreateTable', { DatabaseName: 'd', TableInput: { Name: 'after' } });
    expect((await again.stop()).code).toBe(0);
    process.stdout.write(
      `${databaseName}: disk full: ${refusal}, the process ${stillRuns ? 'went on' : 'ended and was started again'}\n`,
    );
  }, 180_000);
});
