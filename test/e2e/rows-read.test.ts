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
const SEEN = 20;
const SEEN_DATABASES = 3;
/** Tables, databases, and grants that others hold. */
const MANY = 5_000;
/** Rows for each thing that is seen: its grants, itself, its database. */
const FEW = 8;

describe('what somebody who sees little of a catalog makes the database read', () => {
  let postgres: TestPostgres;
  let lake: Lake;
  let client: pg.Client;
  let viewer: Signer;
  let counts: Readonly<Record<string, number>> = {};
  let hybrid: Readonly<Record<string, number>> = {};

  /** Nothing comes from memory: the revision is long past. */
  const list = async (operation: string, input: object): Promise<unknown[]> => {
    const headers = { 'x-lakewarden-revision': '1' };
    const { status, body } = await callGlue(viewer, operation, input, { headers });
    expect({ status, body: status === 200 ? {} : body }).toEqual({ status: 200, body: {} });
    return Object.values(body).find(Array.isArray) as unknown[]; // the one list of the answer
  };

  async function measure(): Promise<Record<string, number>> {
    await client.query('ANALYZE');
    return {
      GetTables: await rowsRead(client, async () => {
        expect(await list('GetTables', { DatabaseName: 'wide' })).toHaveLength(SEEN);
      }),
      GetDatabases: await rowsRead(client, async () => {
        expect(await list('GetDatabases', {})).toHaveLength(1 + SEEN_DATABASES);
      }),
      ListPermissions: await rowsRead(client, async () => {
        const { body } = await lakeFormation(viewer, 'ListPermissions', { MaxResults: 100 });
        expect(body['PrincipalResourcePermissions']).toHaveLength(SEEN + SEEN_DATABASES);
      }),
    };
  }

  /** Besides what is granted, some of the tables lie under a hybrid location; in another database all do. */
  async function measureHybrid(): Promise<Record<string, number>> {
    const lie = (where: string, values: readonly unknown[]) =>
      client.query(
        `UPDATE glue_table t SET definition = jsonb_set(t.definition::jsonb, '{StorageDescriptor,Location}',
           to_jsonb('s3://' || $2 || '/' || t.name))::json
         FROM glue_database d WHERE d.id = t.database_id AND d.name = $1 AND ${where}`,
        [...values],
      );
    await lie('true', ['wide', 'other']);
    await lie(`substring(t.name FROM '[0-9]+')::int % ${String(MANY / SEEN)} = 1`, ['wide', 'hybrid/wide']);
    await lake.ok('CreateDatabase', {
      DatabaseInput: { Name: 'dense', LocationUri: 's3://hybrid/dense' },
    });
    const StorageDescriptor = { Columns: [{ Name: 'c0', Type: 'int' }] };
    await lake.ok('CreateTable', {
      DatabaseName: 'dense',
      TableInput: { Name: 'pattern', StorageDescriptor },
    });
    await loadTables(client, ACCOUNT, 'dense', 'pattern', 0, MANY);
    await lie('true', ['dense', 'hybrid/dense']);
    for (const [ResourceArn, HybridAccessEnabled] of [
      ['arn:aws:s3:::hybrid', true],
      ['arn:aws:s3:::other', false],
    ] as const) {
      const input = { ResourceArn, UseServiceLinkedRole: true, HybridAccessEnabled };
      expect((await lakeFormation(lake, 'RegisterResource', input)).status).toBe(200);
    }
    await client.query('ANALYZE');
    return {
      sparse: await rowsRead(client, async () => {
        expect(await list('GetTables', { DatabaseName: 'wide' })).toHaveLength(2 * SEEN);
      }),
      dense: await rowsRead(client, async () => {
        const input = { DatabaseName: 'dense', MaxResults: 100 };
        expect(await list('GetTables', input)).toHaveLength(100);
      }),
      databases: await rowsRead(client, async () => {
        expect(await list('GetDatabases', {})).toHaveLength(2 + SEEN_DATABASES);
      }),
    };
  }

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

    const grant = async (Resource: object, permission: string, option: readonly string[] = []) => {
      const { status } = await lakeFormation(lake, 'GrantPermissions', {
        Principal: { DataLakePrincipalIdentifier: `arn:aws:iam::${ACCOUNT}:user/viewer` },
        Resource,
        Permissions: [permission],
        PermissionsWithGrantOption: option,
      });
      expect(status).toBe(200);
    };
    for (let n = 0; n < SEEN; n += 1) {
      const Name = `t${String((n * MANY) / SEEN).padStart(6, '0')}`;
      await grant({ Table: { DatabaseName: 'wide', Name } }, 'SELECT');
    }
    for (let n = 0; n < SEEN_DATABASES; n += 1)
      await grant({ Database: { Name: `d${String(n)}` } }, 'DESCRIBE');

    counts = await measure();
    hybrid = await measureHybrid();
  });
  afterAll(async () => {
    await client.end();
    await lake.stop();
    await postgres.stop();
  });

  it.each(['GetTables', 'GetDatabases', 'ListPermissions'])(
    'given thousands of others, %s reads a few rows for each thing that is seen',
    (listing) => {
      expect(counts[listing]).toBeGreaterThan(SEEN_DATABASES);
      expect(counts[listing]).toBeLessThan(FEW * (SEEN + SEEN_DATABASES));
    },
  );

  it.each([
    ['sparse', 2 * SEEN],
    ['dense', 100],
    ['databases', SEEN + SEEN_DATABASES],
  ])('given hybrid locations, lists (%s) read a few rows for each thing that is seen', (which, seen) => {
    expect(hybrid[which]).toBeGreaterThan(SEEN_DATABASES);
    expect(hybrid[which]).toBeLessThan(FEW * seen);
  });
});
