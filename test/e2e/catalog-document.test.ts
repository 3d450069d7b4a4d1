import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

import { type CliOutcome, lakewarden } from '../support/cli.ts';
import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';

interface Document {
  readonly version: number;
  scope: string;
  readonly databases: Record<string, Members>;
}
type Members = Record<string, unknown>;

const PLAN = `query ($input: PlanCatalogInput!) { planCatalog(input: $input) { base changes { action kind } } }`;
const APPLY = `mutation ($input: ApplyCatalogInput!) { applyCatalog(input: $input) { base } }`;

describe.each(DATABASES)('the catalog as code, on %s', (databaseName) => {
  let lake: Lake;
  let directory: string;
  let token: string;

  const run = (...words: string[]): Promise<CliOutcome> =>
    lakewarden(
      [...words, '--url', lake.url],
      {
        AWS_ACCESS_KEY_ID: lake.accessKeyId,
        AWS_SECRET_ACCESS_KEY: lake.secretAccessKey,
        AWS_SESSION_TOKEN: '',
        LAKEWARDEN_ACCESS_KEY_ID: '',
      },
      directory,
    );
  const exported = async (...words: string[]): Promise<string> => {
    const outcome = await run('export', ...words);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    return outcome.stdout;
  };
  const apply = async (document: object | string, ...words: string[]): Promise<CliOutcome> => {
    const text = typeof document === 'string' ? document : stringify(document);
    await writeFile(join(directory, 'lake.yaml'), text);
    return run('apply', 'lake.yaml', ...words);
  };
  const applied = async (document: object | string, ...words: string[]): Promise<string> => {
    const outcome = await apply(document, ...words);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    return outcome.stdout;
  };
  const state = async (): Promise<unknown> =>
    (await graphql(lake, '{ exportCatalog(partitions: true) { document } }', {}, token)).data;
  const refused = async (document: object | string): Promise<string> => {
    const before = await state();
    const outcome = await apply(document);
    expect(outcome.code).toBe(1);
    expect(await state()).toEqual(before);
    return outcome.stderr;
  };

  const orders = { DatabaseName: 'sales', TableName: 'orders' };
  const settled = async (): Promise<unknown[]> => {
    for (;;) {
      const { PartitionIndexDescriptorList: all } = await lake.ok('GetPartitionIndexes', orders);
      const list = all as { IndexName: string; IndexStatus: string; Keys: { Name: string }[] }[];
      if (list.every(({ IndexStatus }) => IndexStatus === 'ACTIVE')) {
        return list.map(({ IndexName, Keys }) => [IndexName, ...Keys.map(({ Name }) => Name)]);
      }
      await new Promise(setImmediate);
    }
  };

  const start = (): Document => ({
    version: 1,
    scope: 'catalog',
    databases: {
      sales: {
        Description: 'Orders & invoices: "all" of them',
        Parameters: { owner: 'ann', 'a.b/c': ' padded ' },
        Tables: {
          items: { TableType: 'EXTERNAL_TABLE', StorageDescriptor: { Columns: [{ Name: 'id' }] } },
          orders: {
            TableType: 'EXTERNAL_TABLE',
            Parameters: { classification: 'parquet' },
            StorageDescriptor: {
              Columns: [
                { Name: 'id', Type: 'bigint', Comment: 'key' },
                { Name: 'sum', Type: 'decimal(10,2)' },
              ],
              Location: 's3://lake/orders/',
              SerdeInfo: { SerializationLibrary: 'org.example.Serde', Parameters: { 'field.delim': '\t' } },
            },
            PartitionKeys: [
              { Name: 'year', Type: 'string' },
              { Name: 'city', Type: 'string' },
            ],
            PartitionIndexes: { by_city: ['city'], by_year: ['year'] },
            Partitions: [
              { Values: ['2021', 'Zürich'], Parameters: { rows: '1' } },
              { Values: ['2022', 'no'], StorageDescriptor: { Location: 's3://lake/orders/2/' } },
            ],
          },
        },
      },
      shared: { TargetDatabase: { CatalogId: '111122223333', DatabaseName: 'sales' } },
    },
  });
  const ordersIn = (document: Document): Members => {
    const tables = document.databases['sales']?.['Tables'] as Record<string, Members>;
    return tables['orders'] ?? {};
  };

  beforeAll(async () => {
    lake = await startLake(databaseName);
    directory = await mkdtemp(join(tmpdir(), 'lakewarden-code-'));
    token = await login(lake);
  });
  beforeEach(async () => {
    const input = { document: start(), prune: true };
    const plan = await graphql(lake, PLAN, { input }, token);
    const { base } = plan.data?.['planCatalog'] as { base: string };
    expect((await graphql(lake, APPLY, { input: { ...input, base } }, token)).errors).toBeUndefined();
    await settled();
  });
  afterAll(async () => {
    await lake.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('writes what it was given, in one order, and finds nothing to do in what it wrote', async () => {
    const text = await exported('--partitions');
    expect(parse(text)).toEqual(start());
    expect(await exported('--partitions')).toBe(text);
    expect(await applied(text)).toBe('No changes.\n');
    expect(await applied(text, '--prune', '--dry-run')).toBe('No changes.\n');
    const one = parse(await exported('--database', 'SALES')) as Document;
    expect([one.scope, Object.keys(one.databases)]).toEqual(['databases', ['sales']]);
    expect(ordersIn(one)).not.toHaveProperty('Partitions');
    expect((await run('export', '--database', 'absent')).stderr).toMatch(
      /^lakewarden: EntityNotFoundException: Database absent not found\.\n$/,
    );
  });

  it('shows each change as a plan, does nothing on a dry run, and then does it', async () => {
    const next = start();
    const sales = next.databases['sales'] ?? {};
    sales['Description'] = 'Orders';
    next.databases['new'] = { Tables: { t: { TableType: 'VIRTUAL_VIEW' } } };
    const table = ordersIn(next);
    (table['StorageDescriptor'] as Members)['Location'] = 's3://lake/elsewhere/';
    table['PartitionIndexes'] = { by_city: ['city', 'year'], both: ['year', 'city'], by_year: ['year'] };
    table['Partitions'] = [
      { Values: ['2021', 'Zürich'], Parameters: { rows: '2' } },
      { Values: ['2023', 'Bern'] },
    ];
    const lines = [
      '+ database new',
      '+ table new.t',
      '~ database sales',
      '    Description: "Orders & invoices: \\"all\\" of them" → "Orders"',
      '~ table sales.orders',
      '    StorageDescriptor.Location: "s3://lake/orders/" → "s3://lake/elsewhere/"',
      '~ partition index sales.orders/by_city',
      '    Keys.0: "city" → "city"',
      '+ partition index sales.orders/both',
      '~ partition sales.orders ["2021","Zürich"]',
      '    Parameters.rows: "1" → "2"',
      '+ partition sales.orders ["2023","Bern"]',
    ].filter((line) => !line.includes('Keys.0'));
    const before = await exported('--partitions');
    const dry = await applied(next, '--dry-run');
    for (const line of lines) expect(dry.split('\n')).toContain(line);
    expect(dry).toMatch(/^ {4}Keys: \["city"\] → \["city","year"\]$/m);
    expect(dry).toMatch(/^Plan: 4 to create, 4 to update, 0 to delete\.$/m);
    expect(await exported('--partitions')).toBe(before);

    expect(await applied(next)).toMatch(/^Applied: 4 to create, 4 to update, 0 to delete\.$/m);
    expect(await applied(next)).toBe('No changes.\n');
    expect(await settled()).toEqual(
      expect.arrayContaining([
        ['by_city', 'city', 'year'],
        ['both', 'year', 'city'],
        ['by_year', 'year'],
      ]),
    );
    const { Partitions: found } = await lake.ok('GetPartitions', { ...orders, Expression: "city = 'Bern'" });
    expect(found).toHaveLength(1);
    // Not pruned: what the file no longer names is still there.
    await lake.ok('GetPartition', { ...orders, PartitionValues: ['2022', 'no'] });
    const { TableVersions: versions } = await lake.ok('GetTableVersions', orders);
    expect((versions as unknown[]).length).toBeGreaterThan(1);
  });

  it('given --prune, deletes what the document does not name, and other databases for a whole catalog alone', async () => {
    const next = start();
    const table = ordersIn(next);
    table['PartitionIndexes'] = { by_year: ['year'] };
    table['Partitions'] = [{ Values: ['2021', 'Zürich'], Parameters: { rows: '1' } }];
    delete (next.databases['sales']?.['Tables'] as Members)['items'];
    delete next.databases['shared'];
    const some = { ...next, scope: 'databases' };
    const plan = await applied(some, '--prune');
    expect(plan).toContain('- table sales.items, with its versions, partitions and indexes\n');
    expect(plan).toContain(
      '- partition index sales.orders/by_city\n- partition sales.orders ["2022","no"]\n',
    );
    expect(plan).not.toContain('shared');
    expect(await settled()).toEqual([['by_year', 'year']]);
    expect(await applied(next, '--prune')).toBe(
      '- database shared, with its tables and their partitions\nApplied: 0 to create, 0 to update, 1 to delete.\n',
    );
    expect(parse(await exported('--partitions'))).toEqual(next);
  });

  it('given a fault in the last of many changes, does none of them', async () => {
    const next = start();
    next.databases['another'] = { Tables: { t: {} } };
    ordersIn(next)['Partitions'] = [{ Values: ['2024', 'Bern'] }, { Values: ['only one'] }];
    expect(await refused(next)).toMatch(
      /InvalidInputException: sales\.orders, partition \["only one"\]: The number of partition keys/,
    );
    ordersIn(next)['Partitions'] = [];
    ordersIn(next)['PartitionIndexes'] = {
      a: ['year'],
      b: ['city'],
      c: ['year', 'city'],
      d: ['city', 'year'],
    };
    expect(await refused(next)).toMatch(
      /partition indexes: at most three|two partition indexes over the same/,
    );
    next.databases['shared'] = {};
    expect(await refused(next)).toMatch(/shared cannot become a resource link, nor stop being one/);
  });

  it('given a catalog that changed since the plan, refuses', async () => {
    const document = { version: 1, databases: { sales: { Description: 'mine' } } };
    const planned = await graphql(lake, PLAN, { input: { document } }, token);
    const { base } = planned.data?.['planCatalog'] as { base: string };
    await lake.ok('CreateTable', { DatabaseName: 'sales', TableInput: { Name: 'meanwhile' } });
    const late = await graphql(lake, APPLY, { input: { document, base } }, token);
    expect(late.errors?.[0]?.extensions.code).toBe('ConcurrentModificationException');
    // Another document, or another rule, was never looked at.
    const again = await graphql(lake, PLAN, { input: { document } }, token);
    const now = (again.data?.['planCatalog'] as { base: string }).base;
    const other = await graphql(lake, APPLY, { input: { document, prune: true, base: now } }, token);
    expect(other.errors?.[0]?.extensions.code).toBe('ConcurrentModificationException');
    const right = await graphql(lake, APPLY, { input: { document, base: now } }, token);
    expect(right.errors).toBeUndefined();
  });

  it('leaves an Iceberg table where its own commits have brought it', async () => {
    const at = (location: string) => ({ table_type: 'ICEBERG', metadata_location: location, owner: 'ann' });
    const TableInput = { Name: 'ice', Parameters: at('s3://lake/ice/2.json') };
    await lake.ok('CreateTable', { DatabaseName: 'sales', TableInput });
    const document = {
      version: 1,
      databases: {
        sales: { ...start().databases['sales'], Tables: { ice: { Parameters: at('s3://lake/ice/1.json') } } },
      },
    };
    expect(await applied(document)).toBe('No changes.\n');
    document.databases.sales.Tables.ice.Parameters.owner = 'bob';
    expect(await applied(document)).toContain('    Parameters.owner: "ann" → "bob"\n');
    const { Table: ice } = await lake.ok('GetTable', { DatabaseName: 'sales', Name: 'ice' });
    expect(ice).toMatchObject({ Parameters: { ...at('s3://lake/ice/2.json'), owner: 'bob' } });
  });

  it.each([
    ['no YAML', 'version: 1\ndatabases:\n  sales: {Description: [}\n', /lake\.yaml:3:\d+: /],
    [
      'a member twice',
      'version: 1\ndatabases:\n  a: {}\n  a: {}\n',
      /lake\.yaml:4:3: Map keys must be unique/,
    ],
    [
      'a misspelt member',
      'version: 1\ndatabases:\n  sales:\n    Tables:\n      orders:\n        Locatoin: x\n',
      /lake\.yaml:6:19: at \/databases\/sales\/Tables\/orders\/Locatoin: unknown member/,
    ],
    [
      'a number for a text',
      'version: 1\ndatabases:\n  sales:\n    Tables:\n      t: {Partitions: [{Values: [2021]}]}\n',
      /lake\.yaml:5:34: at \/databases\/sales\/Tables\/t\/Partitions\/0\/Values\/0: .*expected string/,
    ],
    [
      'a member of a later version',
      'version: 1\ndatabases: {}\ngrants: []\n',
      /lake\.yaml:3:9: at \/grants: unknown/,
    ],
    ['another version', 'version: 2\ndatabases: {}\n', /lake\.yaml:1:10: at \/version: /],
    [
      'two names that fold into one',
      'version: 1\ndatabases: {Sales: {}, sales: {}}\n',
      /sales is named more than once/,
    ],
    ['nothing', '', /lake\.yaml holds nothing/],
  ])('given %s, says where and does nothing', async (_what, text, message) => {
    expect(await refused(text)).toMatch(message);
  });

  it('keeps members that this version has no name for', async () => {
    await lake.ok('CreateTable', {
      DatabaseName: 'sales',
      TableInput: {
        Name: 'future',
        FromTheFuture: { a: [1] },
        StorageDescriptor: { Location: 'l', Later: 1 },
      },
    });
    const text = await exported();
    expect(parse(text)).toMatchObject({
      databases: {
        sales: {
          Tables: {
            future: {
              Other: { FromTheFuture: { a: [1] } },
              StorageDescriptor: { Location: 'l', Other: { Later: 1 } },
            },
          },
        },
      },
    });
    expect(await applied(text)).toBe('No changes.\n');
  });

  it('by --json, gives the plan to machines', async () => {
    const { stdout } = await apply({ version: 1, databases: { sales: {}, z: {} } }, '--dry-run', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      isApplied: false,
      changes: [
        { action: 'UPDATE', kind: 'DATABASE', database: 'sales' },
        { action: 'CREATE', database: 'z' },
      ],
    });
  });
});
