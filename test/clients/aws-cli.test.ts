import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Lake, startLake } from '../support/lake.ts';

const run = promisify(execFile);

/** The unmodified AWS CLI: `pip install awscli`. */
describe('the AWS CLI', () => {
  let lake: Lake;

  beforeAll(async () => {
    lake = await startLake('PGlite');
    await run('aws', ['--version']).catch((cause: unknown) => {
      throw new Error('the AWS CLI is missing: pip install awscli', { cause });
    });
  });
  afterAll(async () => {
    await lake.stop();
  });

  const aws = async (...words: string[]): Promise<unknown> => {
    const { stdout } = await run('aws', [...words, '--output', 'json'], {
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: lake.accessKeyId,
        AWS_SECRET_ACCESS_KEY: lake.secretAccessKey,
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_ENDPOINT_URL: lake.url,
      },
    });
    return stdout === '' ? undefined : JSON.parse(stdout);
  };

  it('given the tour of the partition-index post, makes a table, an index, and finds the partitions of a day', async () => {
    const names = ['--database-name', 'partition_index', '--table-name', 'table_with_index'];
    const keys = ['year', 'month', 'day', 'hour'].map((Name) => ({ Name, Type: 'string' }));
    await aws('glue', 'create-database', '--database-input', 'Name=partition_index');
    await aws(
      'glue',
      'create-table',
      '--database-name',
      'partition_index',
      '--table-input',
      JSON.stringify({
        Name: 'table_with_index',
        PartitionKeys: keys,
        StorageDescriptor: { Columns: [{ Name: 'value', Type: 'double' }], Location: 's3://lake/t/' },
      }),
    );
    for (const day of ['01', '02']) {
      const inputs = Array.from({ length: 24 }, (_, hour) => ({
        Values: ['2021', '04', day, String(hour).padStart(2, '0')],
      }));
      await aws('glue', 'batch-create-partition', ...names, '--partition-input-list', JSON.stringify(inputs));
    }
    await aws(
      'glue',
      'create-partition-index',
      ...names,
      '--partition-index',
      'Keys=year,month,day,hour,IndexName=year-month-day-hour',
    );

    let status: unknown;
    do {
      const answer = (await aws('glue', 'get-partition-indexes', ...names)) as {
        PartitionIndexDescriptorList: { IndexName: string; IndexStatus: string }[];
      };
      status = answer.PartitionIndexDescriptorList[0]?.IndexStatus;
    } while (status === 'CREATING');
    expect(status).toBe('ACTIVE');

    const found = (await aws(
      'glue',
      'get-partitions',
      ...names,
      '--expression',
      "year='2021' and month='04' and day='01'",
    )) as {
      Partitions: { Values: string[] }[];
    };
    expect(found.Partitions.map(({ Values }) => Values[2])).toEqual(Array(24).fill('01'));
  });

  it('given a new user with a key, knows him, refuses him the catalog, and forgets a key that is switched off', async () => {
    await aws('iam', 'create-user', '--user-name', 'ann');
    const made = (await aws('iam', 'create-access-key', '--user-name', 'ann')) as {
      AccessKey: { AccessKeyId: string; SecretAccessKey: string };
    };
    const asAnn = {
      ...process.env,
      AWS_ACCESS_KEY_ID: made.AccessKey.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: made.AccessKey.SecretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: lake.url,
    };
    const { stdout } = await run('aws', ['sts', 'get-caller-identity', '--output', 'json'], { env: asAnn });
    expect(JSON.parse(stdout)).toMatchObject({
      Account: '111122223333',
      Arn: 'arn:aws:iam::111122223333:user/ann',
    });
    await expect(run('aws', ['glue', 'get-databases'], { env: asAnn })).rejects.toThrow(
      'AccessDeniedException',
    );
    await expect(aws('iam', 'delete-user', '--user-name', 'ann')).rejects.toThrow('DeleteConflict');

    const key = ['--user-name', 'ann', '--access-key-id', made.AccessKey.AccessKeyId];
    await aws('iam', 'update-access-key', ...key, '--status', 'Inactive');
    await expect(run('aws', ['sts', 'get-caller-identity'], { env: asAnn })).rejects.toThrow(
      'InvalidClientTokenId',
    );
    await aws('iam', 'delete-access-key', ...key);
    await aws('iam', 'delete-user', '--user-name', 'ann');
    const { Users: users } = (await aws('iam', 'list-users')) as { Users: { UserName: string }[] };
    expect(users.map(({ UserName }) => UserName)).toEqual(['admin']);
  });

  it('given a table that is not there, prints the field’s own error', async () => {
    await expect(aws('glue', 'get-table', '--database-name', 'nope', '--name', 't')).rejects.toThrow(
      'An error occurred (EntityNotFoundException) when calling the GetTable operation: Database nope not found.',
    );
  });

  it('given a wrong secret, refuses the signature', async () => {
    const attempt = run('aws', ['glue', 'get-databases'], {
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: lake.accessKeyId,
        AWS_SECRET_ACCESS_KEY: 'wrong',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_ENDPOINT_URL: lake.url,
      },
    });
    await expect(attempt).rejects.toThrow('InvalidSignatureException');
  });
});
