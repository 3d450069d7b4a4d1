import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startMoto } from '../../bench/support/moto.ts';
import type { ServerProcess } from '../../bench/support/server-process.ts';
import { lakewarden } from '../support/cli.ts';
import { type Lake, startLake } from '../support/lake.ts';

const run = promisify(execFile);
const PARTITIONS = 250;

/** moto's own Glue, filled by boto3: a source that this project has not written. */
describe('lakewarden import glue, from moto', () => {
  let moto: ServerProcess;
  let lake: Lake;
  let directory: string;

  const FILL = `
import boto3, sys
glue = boto3.client('glue', endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='testing', aws_secret_access_key='testing')
glue.create_database(DatabaseInput={'Name': 'sales', 'Description': 'from moto', 'LocationUri': 's3://lake/sales/', 'Parameters': {'a': 'b'}})
sd = lambda where: {'Columns': [{'Name': 'id', 'Type': 'bigint', 'Comment': 'key'}], 'Location': where, 'InputFormat': 'i', 'OutputFormat': 'o',
  'SerdeInfo': {'SerializationLibrary': 'org.example.Serde', 'Parameters': {'serialization.format': '1'}}}
glue.create_table(DatabaseName='sales', TableInput={'Name': 'orders', 'Owner': 'ann', 'TableType': 'EXTERNAL_TABLE', 'Parameters': {'classification': 'csv'},
  'StorageDescriptor': sd('s3://lake/sales/orders/'), 'PartitionKeys': [{'Name': 'day', 'Type': 'date'}, {'Name': 'n', 'Type': 'int'}]})
glue.create_table(DatabaseName='sales', TableInput={'Name': 'plain', 'StorageDescriptor': sd('s3://lake/sales/plain/')})
for version in range(2):
  glue.update_table(DatabaseName='sales', TableInput={'Name': 'plain', 'Description': 'version %d' % version, 'StorageDescriptor': sd('s3://lake/sales/plain/')})
for start in range(0, ${String(PARTITIONS)}, 50):
  glue.batch_create_partition(DatabaseName='sales', TableName='orders', PartitionInputList=[{'Values': ['2021-01-01', str(n)],
    'Parameters': {'rows': str(n)}, 'StorageDescriptor': sd('s3://lake/sales/orders/%d/' % n)} for n in range(start, start + 50)])
`;

  beforeAll(async () => {
    const started = await startMoto();
    if (started === undefined) throw new Error("moto is missing: pip install 'moto[server,glue]'");
    moto = started;
    lake = await startLake('PGlite');
    directory = await mkdtemp(join(tmpdir(), 'lakewarden-moto-'));
    await run('python3', ['-c', FILL, moto.url]);
  });
  afterAll(async () => {
    await moto.stop();
    await lake.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('brings databases, tables, versions and partitions over, and finds them there the next time', async () => {
    const words = ['import', 'glue', '--from-endpoint', moto.url, '--url', lake.url, '--versions', '--json'];
    const environment = {
      AWS_ACCESS_KEY_ID: moto.accessKeyId,
      AWS_SECRET_ACCESS_KEY: moto.secretAccessKey,
      AWS_SESSION_TOKEN: '',
      AWS_REGION: 'us-east-1',
      LAKEWARDEN_ACCESS_KEY_ID: lake.accessKeyId,
      LAKEWARDEN_SECRET_ACCESS_KEY: lake.secretAccessKey,
    };
    // moto has neither of the two, and says so with an internal error.
    const importAll = () => lakewarden([...words, '--skip', 'functions,statistics'], environment, directory);
    const first = await importAll();
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(first.stdout)).toMatchObject({
      isComplete: true,
      counts: {
        databases: { created: 1 },
        tables: { created: 2 },
        versions: { created: 2 },
        partitions: { created: PARTITIONS },
      },
    });
    expect(await lake.ok('GetDatabase', { Name: 'sales' })).toMatchObject({
      Database: { Description: 'from moto', LocationUri: 's3://lake/sales/', Parameters: { a: 'b' } },
    });
    expect(
      await lake.ok('GetPartition', {
        DatabaseName: 'sales',
        TableName: 'orders',
        PartitionValues: ['2021-01-01', '249'],
      }),
    ).toMatchObject({
      Partition: {
        Parameters: { rows: '249' },
        StorageDescriptor: {
          Location: 's3://lake/sales/orders/249/',
          Columns: [{ Name: 'id', Type: 'bigint', Comment: 'key' }],
          SerdeInfo: { Parameters: { 'serialization.format': '1' } },
        },
      },
    });
    const { TableVersions: versions } = await lake.ok('GetTableVersions', {
      DatabaseName: 'sales',
      TableName: 'plain',
    });
    const descriptions = (versions as { Table: { Description?: string } }[]).map(
      ({ Table: { Description } }) => Description,
    );
    expect(descriptions.sort()).toEqual(['version 0', 'version 1', undefined]);

    const second = await importAll();
    expect(JSON.parse(second.stdout)).toMatchObject({
      counts: {
        databases: { unchanged: 1, created: 0 },
        tables: { unchanged: 2, created: 0 },
        partitions: { unchanged: PARTITIONS, created: 0 },
      },
    });
  });
});
