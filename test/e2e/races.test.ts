import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Answer } from '../support/glue.ts';
import { type Lake, startLake } from '../support/lake.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { query } from '../support/query.ts';

const AT_ONCE = 8;
const ROUNDS = 5;
const key = { PartitionKeys: [{ Name: 'k', Type: 'string' }] };
const TRUST = '{"Version":"2012-10-17","Statement":[]}';

/** Eight clients of two servers do the same thing at the same time. PGlite has one connection and cannot race. */
describe('races on two servers of one PostgreSQL', () => {
  let postgres: TestPostgres;
  let lakes: readonly Lake[];
  let sql: pg.Client;
  let made = 0;

  beforeAll(async () => {
    postgres = await startPostgres();
    const first = await startLake('PostgreSQL', { databaseUrl: postgres.url });
    lakes = [first, await startLake('PostgreSQL', { databaseUrl: postgres.url, credentials: first })];
    sql = new pg.Client({ connectionString: postgres.url });
    await sql.connect();
  });
  afterAll(async () => {
    await sql.end();
    for (const lake of [...lakes].reverse()) await lake.stop();
    await postgres.stop();
  });

  const lakeOf = (i: number): Lake => {
    const lake = lakes[i % lakes.length];
    if (lake === undefined) throw new Error('no server');
    return lake;
  };
  const first = (): Lake => lakeOf(0);
  const atOnce = <T>(call: (lake: Lake, i: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: AT_ONCE }, (_, i) => call(lakeOf(i), i)));
  const codeOf = ({ status, body }: Answer): string => (status === 200 ? 'OK' : String(body['__type']));
  const tally = (codes: readonly string[]): Record<string, number> =>
    Object.fromEntries(
      [...new Set(codes)].sort().map((code) => [code, codes.filter((each) => each === code).length]),
    );
  const newTable = async () => {
    const DatabaseName = `race${String((made += 1))}`;
    await first().ok('CreateDatabase', { DatabaseInput: { Name: DatabaseName } });
    await first().ok('CreateTable', { DatabaseName, TableInput: { Name: 't', ...key } });
    return { DatabaseName, TableName: 't' };
  };

  it('given one name, makes one database, one table, one user, one role and one group of it', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const Name = `once${String(round)}`;
      const databases = await atOnce((lake) => lake.glue('CreateDatabase', { DatabaseInput: { Name } }));
      expect(tally(databases.map(codeOf))).toEqual({ AlreadyExistsException: AT_ONCE - 1, OK: 1 });
      const tables = await atOnce((lake) =>
        lake.glue('CreateTable', { DatabaseName: Name, TableInput: { Name: 't', ...key } }),
      );
      expect(tally(tables.map(codeOf))).toEqual({ AlreadyExistsException: AT_ONCE - 1, OK: 1 });
      for (const [kind, more] of [
        ['User', {}],
        ['Role', { AssumeRolePolicyDocument: TRUST }],
        ['Group', {}],
      ] as const) {
        const answers = await atOnce((lake, i) =>
          // In letters of either case: to IAM one name.
          query(lake, 'iam', `Create${kind}`, {
            [`${kind}Name`]: i % 2 === 0 ? Name : Name.toUpperCase(),
            ...more,
          }),
        );
        expect(tally(answers.map(({ status }) => String(status)))).toEqual({ '200': 1, '409': AT_ONCE - 1 });
      }
    }
  });

  it('given the same partitions in another order from each, makes each once and names it to all the others', async () => {
    const table = await newTable();
    const values = Array.from({ length: 100 }, (_, i) => ({ Values: [String(i)] }));
    for (let round = 0; round < ROUNDS; round += 1) {
      const answers = await atOnce((lake, i) =>
        lake.glue('BatchCreatePartition', {
          ...table,
          PartitionInputList: values.map((_, n) => values[(n * (2 * i + 1) + 13 * i) % values.length]),
        }),
      );
      expect(tally(answers.map(codeOf))).toEqual({ OK: AT_ONCE });
      const failed = answers.flatMap(
        ({ body }) => body['Errors'] as { ErrorDetail: { ErrorCode: string } }[],
      );
      expect(tally(failed.map(({ ErrorDetail }) => ErrorDetail.ErrorCode))).toEqual({
        AlreadyExistsException: (AT_ONCE - 1) * values.length,
      });
      const { Partitions: found } = await first().ok('GetPartitions', { ...table, MaxResults: 1000 });
      expect(found).toHaveLength(values.length);
      for (let at = 0; at < values.length; at += 25)
        await first().ok('BatchDeletePartition', { ...table, PartitionsToDelete: values.slice(at, at + 25) });
    }
  });

  it('given partitions that change places, loses none and makes none twice', async () => {
    const table = await newTable();
    const names = Array.from({ length: AT_ONCE }, (_, i) => String(i));
    await first().ok('BatchCreatePartition', {
      ...table,
      PartitionInputList: names.map((name) => ({ Values: [name] })),
    });
    for (let round = 0; round < ROUNDS; round += 1) {
      const answers = await atOnce((lake, i) =>
        lake.glue('UpdatePartition', {
          ...table,
          PartitionValueList: [String(i)],
          PartitionInput: { Values: [String((i + 1) % AT_ONCE)] },
        }),
      );
      // All places are taken.
      expect(tally(answers.map(codeOf))).toEqual({ AlreadyExistsException: AT_ONCE });
      const moves = await atOnce((lake, i) =>
        lake.glue('UpdatePartition', {
          ...table,
          PartitionValueList: ['0'],
          PartitionInput: { Values: [i % 2 === 0 ? 'even' : 'odd'] },
        }),
      );
      expect(tally(moves.map(codeOf))).toEqual({ EntityNotFoundException: AT_ONCE - 1, OK: 1 });
      const { Partitions: found } = await first().ok('GetPartitions', table);
      const values = (found as { Values: string[] }[]).map(({ Values: [value = ''] }) => value);
      expect(values).toHaveLength(AT_ONCE);
      const moved = values.find((value) => value === 'even' || value === 'odd') ?? '';
      await first().ok('UpdatePartition', {
        ...table,
        PartitionValueList: [moved],
        PartitionInput: { Values: ['0'] },
      });
    }
  });

  it('given updates of one table, numbers its versions without a gap', async () => {
    const table = await newTable();
    const answers = await atOnce((lake, i) =>
      lake.glue('UpdateTable', {
        DatabaseName: table.DatabaseName,
        TableInput: { Name: 't', Description: String(i), ...key },
      }),
    );
    const succeeded = answers.filter(({ status }) => status === 200).length;
    expect(
      tally(
        answers.map(codeOf).filter((code) => code !== 'OK' && code !== 'ConcurrentModificationException'),
      ),
    ).toEqual({});
    const { TableVersions: versions } = await first().ok('GetTableVersions', table);
    expect((versions as { VersionId: string }[]).map(({ VersionId }) => VersionId)).toEqual(
      Array.from({ length: succeeded + 1 }, (_, i) => String(i)),
    );
  });

  it('given one index asked for by all, makes one, and its entries are those of the partitions written meanwhile', async () => {
    const DatabaseName = `race${String((made += 1))}`;
    await first().ok('CreateDatabase', { DatabaseInput: { Name: DatabaseName } });
    const PartitionKeys = ['a', 'b'].map((Name) => ({ Name, Type: 'string' }));
    await first().ok('CreateTable', { DatabaseName, TableInput: { Name: 't', PartitionKeys } });
    const table = { DatabaseName, TableName: 't' };
    const batch = (from: number) => ({
      ...table,
      PartitionInputList: Array.from({ length: 100 }, (_, i) => ({
        Values: [String(from + i), String(i % 7)],
      })),
    });
    await atOnce((lake, i) => lake.ok('BatchCreatePartition', batch(i * 100)));
    const [asked] = await Promise.all([
      atOnce((lake) =>
        lake.glue('CreatePartitionIndex', { ...table, PartitionIndex: { IndexName: 'by_b', Keys: ['b'] } }),
      ),
      atOnce((lake, i) => lake.ok('BatchCreatePartition', batch(1000 + i * 100))),
    ]);
    expect(asked.map(codeOf).filter((code) => code === 'OK')).toHaveLength(1);
    expect(asked.map(codeOf)).not.toContain('InternalServiceException');
    let status: string | undefined;
    do {
      const { PartitionIndexDescriptorList: list } = await first().ok('GetPartitionIndexes', table);
      [{ IndexStatus: status }] = list as [{ IndexStatus: string }];
    } while (status === 'CREATING');
    expect(status).toBe('ACTIVE');
    const { rows } = await sql.query<{ partitions: string; entries: string }>(
      `SELECT (SELECT count(*) FROM partition p WHERE p.table_no = t.no) AS partitions,
              (SELECT count(*) FROM partition_index_entry e WHERE e.index_no = i.no) AS entries
       FROM glue_table t JOIN glue_database d ON d.id = t.database_id JOIN partition_index i ON i.table_id = t.id
       WHERE d.name = $1`,
      [DatabaseName],
    );
    expect(rows).toEqual([{ partitions: '1600', entries: '1600' }]);
  });

  it('given a database that is deleted while it is written to, leaves nothing behind', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const table = await newTable();
      const answers = await atOnce(async (lake, i) => {
        if (i === 3) return lake.glue('DeleteDatabase', { Name: table.DatabaseName });
        if (i % 2 === 0)
          return lake.glue('CreateTable', {
            DatabaseName: table.DatabaseName,
            TableInput: { Name: `t${String(i)}`, ...key },
          });
        const PartitionInputList = Array.from({ length: 50 }, (_, n) => ({
          Values: [`${String(i)}-${String(n)}`],
        }));
        return lake.glue('BatchCreatePartition', { ...table, PartitionInputList });
      });
      expect(
        tally(answers.map(codeOf).filter((code) => !['OK', 'EntityNotFoundException'].includes(code))),
      ).toEqual({});
      expect(await first().refused('GetDatabase', { Name: table.DatabaseName })).toContain(
        'EntityNotFoundException',
      );
    }
    const { rows } = await sql.query(
      `SELECT 'partition' AS orphan FROM partition p WHERE NOT EXISTS (SELECT FROM glue_table t WHERE t.no = p.table_no)
       UNION ALL SELECT 'descriptor' FROM storage_descriptor s
       WHERE NOT EXISTS (SELECT FROM glue_table t WHERE t.no = s.table_no)
       UNION ALL SELECT 'entry' FROM partition_index_entry e
       WHERE NOT EXISTS (SELECT FROM partition_index i WHERE i.no = e.index_no)`,
    );
    expect(rows).toEqual([]);
  });

  it('given members that are added while user and group are deleted, ends with none and without a fault', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const names = { UserName: `u${String(round)}`, GroupName: `g${String(round)}` };
      await query(first(), 'iam', 'CreateUser', { UserName: names.UserName });
      await query(first(), 'iam', 'CreateGroup', { GroupName: names.GroupName });
      const answers = await atOnce((lake, i) =>
        i === 2
          ? query(lake, 'iam', 'DeleteUser', { UserName: names.UserName })
          : i === 5
            ? query(lake, 'iam', 'DeleteGroup', { GroupName: names.GroupName })
            : query(lake, 'iam', i % 2 === 0 ? 'AddUserToGroup' : 'RemoveUserFromGroup', names),
      );
      expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([]);
    }
  });
});
