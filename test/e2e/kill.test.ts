import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { signRequest } from '@lakewarden/aws-wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { auditEvents } from '../support/audit.ts';
import { login } from '../support/graphql.ts';
import { DATABASES } from '../support/lake.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { newUser } from '../support/principals.ts';

const BATCH = 20;

/** The server as a process of its own, killed without warning in the middle of writes. */
describe.each(DATABASES)('kill -9 on %s', (databaseName) => {
  let directory: string;
  let postgres: TestPostgres | undefined;
  let child: ChildProcess | undefined;
  let url = '';

  const start = async (): Promise<void> => {
    const server = spawn(process.execPath, ['apps/server/dist/main.js'], {
      env: {
        ...process.env,
        LAKEWARDEN_PORT: '0',
        LAKEWARDEN_DATA_DIR: directory,
        LAKEWARDEN_LOG_LEVEL: 'silent',
        DATABASE_URL: postgres?.url ?? '',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = server;
    url = await new Promise<string>((resolve, reject) => {
      let text = '';
      server.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const found = /serves on (\S+)/.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      });
      server.once('exit', (code) => {
        reject(new Error(`the server ended with ${String(code)}: ${text}`));
      });
    });
  };

  const kill = async (): Promise<void> => {
    const server = child;
    if (server === undefined) return;
    child = undefined;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lakewarden-kill-'));
    postgres = databaseName === 'PostgreSQL' ? await startPostgres() : undefined;
    await start();
  });
  afterAll(async () => {
    await kill();
    await postgres?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  interface Key {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  }
  const credentials = async () =>
    JSON.parse(await readFile(join(directory, 'admin-credentials.json'), 'utf8')) as Key & {
      readonly consolePassword: string;
    };
  const glue = async (operation: string, input: object, by?: Key): Promise<Record<string, unknown>> => {
    const { accessKeyId, secretAccessKey } = by ?? (await credentials());
    const key = { accessKeyId, secretAccessKey };
    const body = JSON.stringify(input);
    const headers = signRequest({
      method: 'POST',
      url: new URL('/', url),
      headers: { 'x-amz-target': `AWSGlue.${operation}`, 'content-type': 'application/x-amz-json-1.1' },
      body,
      ...key,
      region: 'us-east-1',
      service: 'glue',
      now: new Date(),
    });
    const answer = await fetch(url, { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as Record<string, unknown>;
  };

  const stored = async (table: object): Promise<Map<string, number>> => {
    const count = new Map<string, number>();
    let NextToken: unknown;
    do {
      const page = await glue('GetPartitions', { ...table, MaxResults: 1000, NextToken });
      for (const { Values } of page['Partitions'] as { Values: string[] }[]) {
        const [batch = ''] = Values;
        count.set(batch, (count.get(batch) ?? 0) + 1);
      }
      NextToken = page['NextToken'];
    } while (NextToken !== undefined);
    return count;
  };

  it('loses no acknowledged batch, leaves no half one, and finishes the index that was being built', async () => {
    const table = { DatabaseName: 'd', TableName: 't' };
    await glue('CreateDatabase', { DatabaseInput: { Name: 'd' } });
    const PartitionKeys = ['batch', 'n'].map((Name) => ({ Name, Type: 'string' }));
    await glue('CreateTable', { DatabaseName: 'd', TableInput: { Name: 't', PartitionKeys } });
    const acknowledged = new Set<string>();

    for (let round = 0; round < 2; round += 1) {
      let next = 0;
      const enough = 30;
      const write = async (): Promise<void> => {
        for (;;) {
          const batch = `${String(round)}-${String((next += 1))}`;
          const PartitionInputList = Array.from({ length: BATCH }, (_, n) => ({
            Values: [batch, String(n)],
          }));
          await glue('BatchCreatePartition', { ...table, PartitionInputList });
          acknowledged.add(batch);
          if (next === enough) {
            await glue('CreatePartitionIndex', {
              ...table,
              PartitionIndex: { IndexName: `i${String(round)}`, Keys: ['n', 'batch'].slice(round) },
            });
          }
          if (next > 2 * enough) await kill();
        }
      };
      // Every writer ends when the server it speaks to is gone.
      await Promise.allSettled([write(), write(), write(), write()]);
      await start();

      const found = await stored(table);
      expect([...acknowledged].filter((batch) => found.get(batch) !== BATCH)).toEqual([]);
      expect([...found.values()].filter((count) => count !== BATCH)).toEqual([]);
    }

    let indexes: { IndexStatus: string }[];
    do {
      const answer = await glue('GetPartitionIndexes', table);
      indexes = answer['PartitionIndexDescriptorList'] as { IndexStatus: string }[];
    } while (indexes.some(({ IndexStatus }) => IndexStatus === 'CREATING'));
    expect(indexes.map(({ IndexStatus }) => IndexStatus)).toEqual(['ACTIVE', 'ACTIVE']);
    const found = await stored(table);
    const { Partitions } = await glue('GetPartitions', { ...table, Expression: "n = '7'", MaxResults: 1000 });
    expect((Partitions as unknown[]).length).toBe(found.size);
  });

  it('leaves no Iceberg table that points at nothing', async () => {
    await glue('CreateDatabase', { DatabaseInput: { Name: 'ice' } });
    const acknowledged = new Set<string>();
    for (let round = 0; round < 2; round += 1) {
      let next = 0;
      const write = async (): Promise<void> => {
        for (;;) {
          next += 1;
          const Name = `t${String(round)}_${String(next)}`;
          const made = glue('CreateTable', {
            DatabaseName: 'ice',
            TableInput: {
              Name,
              StorageDescriptor: {
                Location: `file://${directory}/lake/${Name}`,
                Columns: [{ Name: 'id', Type: 'bigint' }],
              },
            },
            OpenTableFormatInput: { IcebergInput: { MetadataOperation: 'CREATE' } },
          });
          // While this one, and those of the other writers, are under way.
          if (next > 20) await Promise.allSettled([made, kill()]);
          await made;
          acknowledged.add(Name);
        }
      };
      await Promise.allSettled([write(), write(), write(), write()]);
      await start();

      const found = new Map<string, string>();
      let NextToken: unknown;
      do {
        const page = await glue('GetTables', { DatabaseName: 'ice', NextToken });
        for (const { Name, Parameters } of page['TableList'] as {
          Name: string;
          Parameters: { metadata_location: string };
        }[])
          found.set(Name, Parameters.metadata_location);
        NextToken = page['NextToken'];
      } while (NextToken !== undefined);
      expect([...acknowledged].filter((name) => !found.has(name))).toEqual([]);
      for (const location of found.values()) {
        const metadata: unknown = JSON.parse(await readFile(location.slice('file://'.length), 'utf8'));
        expect(metadata).toMatchObject({ 'format-version': 2, 'last-column-id': 1 });
      }
    }
  });

  it('has the audit event of every write that was acknowledged and of every refusal that was answered', async () => {
    const ann = await newUser({ url, ...(await credentials()) }, 'ann');
    const written = new Set<string>();
    const refused = new Set<string>();
    let next = 0;
    const work = async (): Promise<void> => {
      for (;;) {
        const n = (next += 1);
        const Name = `audited${String(n)}`;
        if (n % 2 === 0) {
          await glue('CreateDatabase', { DatabaseInput: { Name } });
          written.add(Name);
        } else {
          const refusal = await glue('GetDatabase', { Name }, ann).then(
            () => 'answered',
            (error: unknown) => String(error),
          );
          if (!refusal.includes('AccessDenied')) throw new Error(refusal);
          refused.add(Name);
        }
        if (n > 60) await kill();
      }
    };
    await Promise.allSettled([work(), work(), work(), work()]);
    await start();

    const token = await login({ url, consolePassword: (await credentials()).consolePassword });
    const told = (events: Awaited<ReturnType<typeof auditEvents>>) =>
      new Set(
        events.map(({ resource, changes }) => (changes as { database?: string }[])[0]?.database ?? resource),
      );
    const made = told(await auditEvents({ url }, token, { action: 'glue:CreateDatabase' }, 1000));
    const denied = told(
      await auditEvents({ url }, token, { action: 'glue:GetDatabase', allowed: false }, 1000),
    );
    expect([written.size, refused.size].every((size) => size > 10)).toBe(true);
    expect([...written].filter((name) => !made.has(name))).toEqual([]);
    expect([...refused].filter((name) => ![...denied].some((arn) => arn.endsWith(`/${name}`)))).toEqual([]);
  });
});
