import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { type Lake, startLake } from '../support/lake.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { query } from '../support/query.ts';

const REVISION = 'x-lakewarden-revision';

describe('two servers on one PostgreSQL', () => {
  let postgres: TestPostgres;
  let first: Lake;
  let second: Lake;

  beforeAll(async () => {
    postgres = await startPostgres();
    first = await startLake('PostgreSQL', { databaseUrl: postgres.url });
    second = await startLake('PostgreSQL', { databaseUrl: postgres.url, credentials: first });
    await first.ok('CreateDatabase', { DatabaseInput: { Name: 'db' } });
  });
  afterAll(async () => {
    await second.stop();
    await first.stop();
    await postgres.stop();
  });

  const names = (name: string) => ({ DatabaseName: 'db', Name: name });
  const make = (name: string) =>
    first.ok('CreateTable', {
      DatabaseName: 'db',
      TableInput: { Name: name, PartitionKeys: [{ Name: 'k', Type: 'int' }], StorageDescriptor: {} },
    });
  const describeOn = async (lake: Lake, name: string, headers = {}) => {
    const { body } = await lake.glue('GetTable', names(name), { headers });
    return (body['Table'] as { Description?: string } | undefined)?.Description;
  };
  const rewrite = async (name: string, description: string): Promise<string> => {
    const { headers } = await first.glue('UpdateTable', {
      DatabaseName: 'db',
      TableInput: { Name: name, Description: description, PartitionKeys: [{ Name: 'k', Type: 'int' }] },
    });
    return headers[REVISION] ?? '';
  };

  it('given the revision of a write on one, the other answers with that write, every time', async () => {
    await make('at_once');
    for (let i = 0; i < 50; i += 1) {
      await describeOn(second, 'at_once'); // what is kept in memory now is about to be stale
      const revision = await rewrite('at_once', String(i));
      expect(revision).toMatch(/^\d+$/);
      expect(await describeOn(second, 'at_once', { [REVISION]: revision })).toBe(String(i));
    }
  });

  it('given no revision, hears of the write by itself', async () => {
    await make('by_notify');
    await describeOn(second, 'by_notify');
    await rewrite('by_notify', 'new');
    // Ends with the test's own time limit if nothing ever comes.
    while ((await describeOn(second, 'by_notify')) !== 'new') await new Promise(setImmediate);
    expect(await describeOn(second, 'by_notify')).toBe('new');
  });

  it('given a key that one has made inactive, the other refuses it by that revision', async () => {
    const token = await login(first);
    const { data } = await graphql(
      first,
      'mutation ($i: CreateAccountInput!) { createAccount(input: $i) { accessKey { accessKeyId secretAccessKey } } }',
      { i: { id: '444455556666', name: 'lob' } },
      token,
    );
    const { accessKey } = data?.['createAccount'] as {
      accessKey: { accessKeyId: string; secretAccessKey: string };
    };
    expect((await second.glue('GetDatabases', {}, { caller: accessKey })).status).toBe(200);
    const { status } = await query({ ...first, ...accessKey }, 'iam', 'UpdateAccessKey', {
      UserName: 'admin',
      AccessKeyId: accessKey.accessKeyId,
      Status: 'Inactive',
    });
    expect(status).toBe(200);
    const refused = await second.glue(
      'GetDatabases',
      {},
      { caller: accessKey, headers: { [REVISION]: '1' } },
    );
    expect(refused.body['__type']).toBe('UnrecognizedClientException');
  });

  it('given an index made on one, one of them builds it, once, and both use it', async () => {
    await make('indexed');
    const table = { DatabaseName: 'db', TableName: 'indexed' };
    await first.ok('BatchCreatePartition', {
      ...table,
      PartitionInputList: Array.from({ length: 100 }, (_, i) => ({ Values: [String(i)] })),
    });
    await first.ok('CreatePartitionIndex', { ...table, PartitionIndex: { IndexName: 'by_k', Keys: ['k'] } });
    const statusOn = async (lake: Lake) => {
      const { PartitionIndexDescriptorList: list } = await lake.ok('GetPartitionIndexes', table);
      return (list as { IndexStatus: string }[]).map(({ IndexStatus }) => IndexStatus).join();
    };
    while ((await statusOn(second)) === 'CREATING') await new Promise(setImmediate);
    expect([await statusOn(first), await statusOn(second)]).toEqual(['ACTIVE', 'ACTIVE']);
    const runs = await Promise.all(
      [first, second].map(async ({ url }) => {
        const text = await (await fetch(`${url}/metrics`)).text();
        return Number(
          /lakewarden_job_seconds_count\{job="build-partition-index".*\} (\d+)/.exec(text)?.[1] ?? 0,
        );
      }),
    );
    expect(runs.reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it('counts questions by door and operation, and the time of the database', async () => {
    const token = await login(first);
    const answer = await graphql(
      first,
      'mutation { createDatabase(input: { name: "counted" }) { database { name } } }',
      {},
      token,
    );
    expect(answer.headers.get(REVISION)).toMatch(/^\d+$/);
    const text = await (await fetch(`${first.url}/metrics`)).text();
    expect(text).toContain(
      'lakewarden_request_seconds_count{door="graphql",operation="mutation.createDatabase",code="OK"} 1',
    );
    expect(text).toMatch(
      /lakewarden_request_seconds_count\{door="glue",operation="UpdateTable",code="OK"\} \d+/,
    );
    expect(Number(/^lakewarden_database_seconds_total (\S+)/m.exec(text)?.[1])).toBeGreaterThan(0);
  });
});
