import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Database } from '@lakewarden/storage';
import { afterEach, describe, expect, it } from 'vitest';

import { DATABASES } from '../support/lake.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { IS_LONG, startFaultServer } from './support/fault-server.ts';
import { MixedLoad } from './support/mixed-load.ts';
import { newSeed, randomOf } from './support/random.ts';

const KILLS = IS_LONG ? 20 : 3;
const CLIENTS = 6;
/** Between starting and being killed; a start's own work, recovery and index builds, falls into it as well. */
const MAX_WRITES_BEFORE_KILL = 120;
const TIMEOUT_MS = 600_000;

describe.each(DATABASES)('kill -9 at random moments on %s', (databaseName) => {
  let directory = '';
  let postgres: TestPostgres | undefined;

  afterEach(async () => {
    await postgres?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** The rows of every partition index, past the server. */
  const indexEntries = async (): Promise<unknown[]> => {
    const database = await Database.open({ url: postgres?.url, directory: join(directory, 'pglite') });
    try {
      const { rows } = await database.pool.query<Record<string, string>>(
        `SELECT i.name, encode(e.key, 'hex') AS key, encode(e.partition_key, 'hex') AS partition
         FROM partition_index_entry e LEFT JOIN partition_index i ON i.no = e.index_no
         ORDER BY i.name, e.key, e.partition_key`,
      );
      return rows;
    } finally {
      await database.close();
    }
  };

  it(
    `given ${String(KILLS)} kills under mixed load, finds every acknowledged write, no half batch, and indexes equal to a rebuild`,
    async () => {
      const random = randomOf(newSeed());
      directory = await mkdtemp(join(tmpdir(), 'lakewarden-kills-'));
      postgres = databaseName === 'PostgreSQL' ? await startPostgres() : undefined;
      const options = { directory, ...(postgres !== undefined && { databaseUrl: postgres.url }) };
      const load = new MixedLoad(random);
      let server = await startFaultServer(options);
      await load.prepare(server);

      for (let round = 0; round < KILLS; round += 1) {
        let writesLeft = 1 + Math.floor(random() * MAX_WRITES_BEFORE_KILL);
        const doomed = server;
        await load.run(
          doomed,
          CLIENTS,
          () => false, // each client ends when nothing answers any more
          () => {
            writesLeft -= 1;
            if (writesLeft === 0) doomed.signal('SIGKILL');
          },
        );
        await doomed.ended;
        server = await startFaultServer(options);
        expect(await load.verify(server), `after kill ${String(round + 1)}`).toEqual([]);
      }
      expect(load.acknowledged).toBeGreaterThan(KILLS);
      process.stdout.write(
        `${databaseName}: ${String(KILLS)} kills, ${String(load.acknowledged)} acknowledged writes, all found\n`,
      );

      await load.indexesAreActive(server);
      expect((await server.stop()).code).toBe(0);
      const kept = await indexEntries();
      server = await startFaultServer(options);
      await load.rebuildIndexes(server);
      expect((await server.stop()).code).toBe(0);
      expect(kept.length).toBeGreaterThan(0);
      expect(await indexEntries()).toEqual(kept);
    },
    TIMEOUT_MS,
  );
});
