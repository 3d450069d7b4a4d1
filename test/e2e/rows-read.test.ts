import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { callGlue, type Signer } from '../support/glue.ts';
import { loadDatabases, loadGrants, loadTables } from '../support/grant-load.ts';
import { type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { newUser } from '../support/principals.ts';

const ACCOUNT = '111122223333';
const SEEN = 20;
const SEEN_DATABASES = 3;
/** Tables, databases, and grants that others hold. */
const MANY = 5_000;
/** Rows for each thing that is seen: its grants, itself, its database. */
const FEW = 8;

interface Statement {
  readonly text: string;
  readonly values?: unknown[];
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

/** Rows that the plan took out of tables, also those that it threw away again. */
function rowsOf(plan: Plan): number {
  const below = (plan.Plans ?? []).reduce((sum, each) => sum + rowsOf(each), 0);
  if (plan['Relation Name'] === undefined) return below;
  const { 'Rows Removed by Filter': filtered = 0, 'Rows Removed by Index Recheck': rechecked = 0 } = plan;
  return below + (plan['Actual Rows'] + filtered + rechecked) * plan['Actual Loops'];
}

const isRead = (asked: unknown): asked is Statement =>
  typeof asked === 'object' &&
  asked !== null &&
  'text' in asked &&
  typeof asked.text === 'string' &&
  /^\s*(SELECT|WITH)\b/.test(asked.text) &&
  /\b(lf_grant|glue_table|glue_database)\b/.test(asked.text);

describe('what somebody who sees little of a catalog makes the database read', () => {
  let postgres: TestPostgres;
  let lake: Lake;
  let client: pg.Client;
  let viewer: Signer;
  let counts: Readonly<Record<string, number>> = {};

  /** Answers the question, then has the plans of its statements say what they read. */
  async function rowsRead(ask: () => Promise<unknown>): Promise<number> {
    const asked: Statement[] = [];
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own client below
    const query = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => never; // it is overloaded
    const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
      this: pg.Client,
      ...args
    ) {
      if (isRead(args[0])) asked.push(args[0]);
      return query.apply(this, args);
    });
    try {
      await ask();
    } finally {
      spy.mockRestore();
    }
    expect(asked.length).toBeGreaterThan(0);
    let rows = 0;
    for (const { text, values = [] } of asked) {
      const { rows: plans } = await client.query<{ 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>(
        `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`,
        values,
      );
      for (const plan of plans[0]?.['QUERY PLAN'] ?? []) rows += rowsOf(plan.Plan);
    }
    return rows;
  }
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
      GetTables: await rowsRead(async () => {
        expect(await list('GetTables', { DatabaseName: 'wide' })).toHaveLength(SEEN);
      }),
      GetDatabases: await rowsRead(async () => {
        expect(await list('GetDatabases', {})).toHaveLength(1 + SEEN_DATABASES);
      }),
      ListPermissions: await rowsRead(async () => {
        const { body } = await lakeFormation(viewer, 'ListPermissions', { MaxResults: 100 });
        expect(body['PrincipalResourcePermissions']).toHaveLength(SEEN + SEEN_DATABASES);
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
});
