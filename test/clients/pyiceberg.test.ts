import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DATABASES, type Lake, startLake } from '../support/lake.ts';

const run = promisify(execFile);
const scripts = fileURLToPath(new URL('pyiceberg/', import.meta.url));
const COMMITS = 25;
/** Two Python processes, on a machine that may be busy. */
const RACE_TIMEOUT_MS = 300_000;

interface TableRead {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly snapshots: number;
  readonly properties: Readonly<Record<string, string>>;
}

/** The unmodified PyIceberg GlueCatalog: `pip install 'pyiceberg[glue,pyarrow]'`. */
describe.each(DATABASES)('PyIceberg on %s', (databaseName) => {
  let lake: Lake;

  beforeAll(async () => {
    await run('python3', ['-c', 'import pyiceberg.catalog.glue, pyarrow']).catch((cause: unknown) => {
      throw new Error("PyIceberg is missing: pip install 'pyiceberg[glue,pyarrow]'", { cause });
    });
    lake = await startLake(databaseName);
  });
  afterAll(async () => {
    await lake.stop();
  });

  const python = async (script: string, ...words: string[]): Promise<unknown> => {
    const { stdout } = await run('python3', [script, ...words], {
      cwd: scripts,
      env: {
        ...process.env,
        LAKEWARDEN_URL: lake.url,
        AWS_ACCESS_KEY_ID: lake.accessKeyId,
        AWS_SECRET_ACCESS_KEY: lake.secretAccessKey,
        WAREHOUSE: `file://${lake.lakeFolder}`,
        PYTHONDONTWRITEBYTECODE: '1',
      },
    });
    return JSON.parse(stdout);
  };

  const refusedCommits = async (): Promise<number> => {
    const metrics = await (await fetch(`${lake.url}/metrics`)).text();
    const counts = metrics
      .split('\n')
      .filter((line) => line.includes('_count{') && line.includes('operation="UpdateTable"'))
      .filter((line) => line.includes('code="ConcurrentModificationException"'));
    return counts.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };

  it('given a namespace and a table, creates, commits, evolves, reads, renames and drops', async () => {
    expect(await python('walk.py')).toEqual({
      namespaces: [['sales']],
      namespace: 'all of it',
      twice: 'NamespaceAlreadyExistsError',
      tableTwice: 'TableAlreadyExistsError',
      rows: [10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
      all: 10,
      snapshots: 3,
      columns: ['id', 'country', 'items', 'note'],
      tables: [['sales', 'orders']],
      renamed: 10,
      old: 'NoSuchTableError',
      full: 'NamespaceNotEmptyError',
      gone: 'NoSuchNamespaceError',
    });
    expect(await lake.ok('GetDatabases')).toEqual({ DatabaseList: [] });
  });

  it(
    `given two writers with ${String(COMMITS)} commits each on one table, loses none`,
    async () => {
      await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'race' } });
      await lake.ok('CreateTable', {
        DatabaseName: 'race',
        TableInput: {
          Name: 'counts',
          StorageDescriptor: {
            Location: `file://${lake.lakeFolder}/race/counts`,
            Columns: [
              { Name: 'writer', Type: 'string' },
              { Name: 'n', Type: 'bigint' },
            ],
          },
        },
        OpenTableFormatInput: { IcebergInput: { MetadataOperation: 'CREATE' } },
      });

      const writers = ['a', 'b'];
      const meeting = join(lake.lakeFolder, 'meeting');
      await mkdir(meeting);
      await Promise.all(writers.map((writer) => python('race.py', writer, String(COMMITS), meeting)));
      const all = writers.flatMap((writer) => Array.from({ length: COMMITS }, (_, n) => ({ writer, n })));
      const { rows, snapshots, properties } = (await python('read.py', 'race.counts')) as TableRead;
      const sorted = (list: readonly object[]) => list.map((row) => JSON.stringify(row)).sort();
      expect(sorted(rows)).toEqual(sorted(all));
      expect(Object.keys(properties).sort()).toEqual(
        all.map(({ writer, n }) => `${writer}-${String(n)}`).sort(),
      );
      expect(snapshots).toBe(2 * COMMITS);
      // Every commit raised the version by one, and no refused one did.
      const { Table } = await lake.ok('GetTable', { DatabaseName: 'race', Name: 'counts' });
      expect(Table).toMatchObject({ VersionId: String(2 * COMMITS) });
      // Otherwise they took turns, and nothing has been tried. (PyIceberg tries again by itself too: the server knows.)
      expect(await refusedCommits()).toBeGreaterThan(0);
    },
    RACE_TIMEOUT_MS,
  );

  it.each(['1', '2'])(
    'reads and writes a table of format %s whose metadata the server wrote',
    async (version) => {
      const database = `made${version}`;
      await lake.ok('CreateDatabase', { DatabaseInput: { Name: database } });
      await lake.ok('CreateTable', {
        DatabaseName: database,
        Name: 't',
        OpenTableFormatInput: {
          IcebergInput: {
            MetadataOperation: 'CREATE',
            Version: version,
            CreateIcebergTableInput: {
              Location: `file://${lake.lakeFolder}/${database}/t`,
              Schema: {
                Type: 'struct',
                IdentifierFieldIds: [1],
                Fields: [
                  { Id: 1, Name: 'id', Type: 'long', Required: true },
                  { Id: 2, Name: 'price', Type: 'decimal(9, 2)', Required: false },
                  {
                    Id: 3,
                    Name: 'tags',
                    Required: false,
                    Type: { type: 'list', 'element-id': 4, element: 'string', 'element-required': false },
                  },
                ],
              },
              PartitionSpec: { Fields: [{ SourceId: 1, Transform: 'identity', Name: 'id' }] },
              WriteOrder: {
                OrderId: 1,
                Fields: [{ SourceId: 1, Transform: 'identity', Direction: 'desc', NullOrder: 'nulls-last' }],
              },
              Properties: { owner: 'ann' },
            },
          },
        },
      });
      const row = { id: 17, price: null, tags: ['a', 'b'] };
      expect(await python('read.py', `${database}.t`, '--append', JSON.stringify(row))).toEqual({
        version: Number(version),
        spec: ['identity'],
        order: ['identity'],
        identifiers: ['id'],
        types: { id: 'long', price: 'decimal(9, 2)', tags: 'list<string>' },
        rows: [row],
        snapshots: 1,
        properties: { owner: 'ann' },
      });
    },
  );
});
