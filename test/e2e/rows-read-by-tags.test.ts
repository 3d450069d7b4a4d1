import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { callGlue, type Signer } from '../support/glue.ts';
import { loadDatabases, loadGrants, loadTables } from '../support/grant-load.ts';
import { type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { newUser } from '../support/principals.ts';
import { rowsRead } from '../support/rows-read.ts';

const ACCOUNT = '111122223333';
/** Tables that carry the tag that the viewer was granted. */
const SEEN = 50;
const SEEN_DATABASES = 3;
/** Tables, each with another value of the same tag; databases; and grants that others hold. */
const MANY = 5_000;
/** Rows for each thing that is seen: its tags, the policy, itself and its database, in the five statements of GetTables. */
const FEW = 30;

/*
 * SearchTables is not among them: in the databases that somebody may know of it looks at up to 1,000 tables a request,
 * whatever he sees of them (libs/catalog/src/search/search-tables.ts).
 */
describe('what somebody who sees little of a catalog through LF-tags makes the database read', () => {
  let postgres: TestPostgres;
  let lake: Lake;
  let client: pg.Client;
  let viewer: Signer;
  const counts: Record<string, number> = {};

  const lf = async (operation: string, input: object, caller: Signer = lake) => {
    const { status, body } = await lakeFormation(caller, operation, input);
    expect({ status, body: status === 200 ? {} : body }).toEqual({ status: 200, body: {} });
    return body;
  };
  /** Nothing comes from memory: the revision is long past. */
  const list = async (operation: string, input: object): Promise<unknown[]> => {
    const headers = { 'x-lakewarden-revision': '1' };
    const { status, body } = await callGlue(viewer, operation, input, { headers });
    expect({ status, body: status === 200 ? {} : body }).toEqual({ status: 200, body: {} });
    return Object.values(body).find(Array.isArray) as unknown[]; // the one list of the answer
  };

  /** All tables of `wide`: the tag is everywhere, its value `x` is not. */
  const tagAll = (): Promise<unknown> =>
    client.query(`
      WITH tag AS (SELECT id FROM lf_tag WHERE key = 'class')
      INSERT INTO lf_tag_assignment (id, tag_id, value, database_id, table_id, column_name)
      SELECT gen_random_uuid(), tag.id, 'y', d.id, t.id, ''
      FROM tag, glue_database d JOIN glue_table t ON t.database_id = d.id WHERE d.name = 'wide'`);

  beforeAll(async () => {
    postgres = await startPostgres();
    lake = await startLake('PostgreSQL', { databaseUrl: postgres.url });
    client = new pg.Client(postgres.url);
    await client.connect();
    viewer = { url: lake.url, ...(await newUser(lake, 'viewer')) };
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'wide' } });
    const StorageDescriptor = { Columns: ['c0', 'c1'].map((Name) => ({ Name, Type: 'int' })) };
    await lake.ok('CreateTable', { DatabaseName: 'wide', TableInput: { Name: 'model', StorageDescriptor } });
    await loadTables(client, ACCOUNT, 'wide', 'model', 0, MANY);
    await loadDatabases(client, ACCOUNT, 'wide', 0, MANY);
    await loadGrants(client, ACCOUNT, 0, MANY);
    await lf('CreateLFTag', { TagKey: 'class', TagValues: ['x', 'y'] });
    await tagAll();
    const LFTags = [{ TagKey: 'class', TagValues: ['x'] }];
    for (let n = 0; n < SEEN; n += 1) {
      const Name = `t${String((n * MANY) / SEEN).padStart(6, '0')}`;
      await lf('AddLFTagsToResource', { Resource: { Table: { DatabaseName: 'wide', Name } }, LFTags });
    }
    for (let n = 0; n < SEEN_DATABASES; n += 1)
      await lf('AddLFTagsToResource', { Resource: { Database: { Name: `d${String(n)}` } }, LFTags });
    for (const [ResourceType, permission] of [
      ['TABLE', 'SELECT'],
      ['DATABASE', 'DESCRIBE'],
    ] as const) {
      await lf('GrantPermissions', {
        Principal: { DataLakePrincipalIdentifier: `arn:aws:iam::${ACCOUNT}:user/viewer` },
        Resource: { LFTagPolicy: { CatalogId: ACCOUNT, ResourceType, Expression: LFTags } },
        Permissions: [permission],
      });
    }
    await client.query('ANALYZE');
    counts['GetTables'] = await rowsRead(client, async () => {
      expect(await list('GetTables', { DatabaseName: 'wide' })).toHaveLength(SEEN);
    });
    counts['GetDatabases'] = await rowsRead(client, async () => {
      expect(await list('GetDatabases', {})).toHaveLength(1 + SEEN_DATABASES);
    });
    counts['ListPermissions'] = await rowsRead(client, async () => {
      const { PrincipalResourcePermissions: held } = await lf('ListPermissions', { MaxResults: 100 }, viewer);
      expect(held).toHaveLength(2);
    });
  });
  afterAll(async () => {
    await client.end();
    await lake.stop();
    await postgres.stop();
  });

  it.each([
    ['GetTables', SEEN],
    ['GetDatabases', SEEN_DATABASES + SEEN],
    ['ListPermissions', 2],
  ] as const)(
    'given thousands of others, %s reads a few rows for each thing that is seen',
    (listing, seen) => {
      expect(counts[listing]).toBeGreaterThan(0);
      expect(counts[listing]).toBeLessThan(FEW * seen);
    },
  );
});
