import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { freePort } from './free-port.ts';

const run = promisify(execFile);

/** A real MariaDB of its own on a free port: Debian's mariadb-server, never as root. */
export async function startMariadb(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'lakewarden-mariadb-'));
  await chmod(directory, 0o777);
  const port = await freePort();
  const isRoot = process.getuid?.() === 0;
  const common = [
    '--no-defaults',
    `--datadir=${join(directory, 'data')}`,
    ...(isRoot ? ['--user=mysql'] : []),
  ];
  await run('mariadb-install-db', [...common, '--skip-test-db']).catch((cause: unknown) => {
    throw new Error('MariaDB is missing: apt-get install mariadb-server', { cause });
  });
  const init = join(directory, 'init.sql');
  await writeFile(
    init,
    `CREATE DATABASE metastore CHARACTER SET utf8mb4; CREATE USER 'hive'@'%' IDENTIFIED BY 'hive';
     GRANT ALL ON metastore.* TO 'hive'@'%';\n`.replaceAll('; ', ';\n'),
  );
  await chmod(init, 0o644);
  const server = spawn(
    'mariadbd',
    [
      ...common,
      `--port=${String(port)}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      `--socket=${join(directory, 'socket')}`,
      `--pid-file=${join(directory, 'pid')}`,
      `--init-file=${init}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('ready for connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', () => {
      reject(new Error(said));
    });
  });
  return {
    url: `mysql://hive:hive@127.0.0.1:${String(port)}/metastore`,
    async stop() {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await gone;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
