import pg from 'pg';

import type { TestPostgres } from '../../test/support/postgres.ts';
import { iam } from '../../test/support/principals.ts';
import type { Row } from '../support/report.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { ask, askLake, FIRST_ACCOUNT } from './server.ts';

const GRANTS = 10_000;
/** As many as one BatchGrantPermissions takes (service model lakeformation). */
const BATCH = 20;
const AT_ONCE = 4;
const USERS = 100;
const TABLES = 100;

interface Deal {
  readonly says: string;
  /** The user and the table of the nth grant, by number. */
  readonly of: (nth: number) => readonly [user: number, table: number];
}

/** Both ways that people grant: many users one table after the other, and many tables one user after the other. */
const DEALS: readonly Deal[] = [
  { says: '20 users of one table', of: (nth) => [nth % USERS, Math.floor(nth / USERS)] },
  { says: '20 tables of one user', of: (nth) => [Math.floor(nth / TABLES), TABLES + (nth % TABLES)] },
];

/** Grants a second, by a few clients at once. */
async function rate(send: (client: number, batch: readonly number[]) => Promise<unknown>): Promise<number> {
  const batches = Array.from({ length: GRANTS / BATCH }, (_, b) =>
    Array.from({ length: BATCH }, (_each, i) => b * BATCH + i),
  );
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async (_, client) => {
      for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) await send(client, batch);
    }),
  );
  return (GRANTS / (performance.now() - startedAt)) * 1000;
}

async function fill(server: ServerProcess): Promise<void> {
  await ask(server, 'CreateDatabase', { DatabaseInput: { Name: 'batched' } });
  for (let n = 0; n < 2 * TABLES; n += 1) {
    const TableInput = {
      Name: `t${String(n)}`,
      StorageDescriptor: { Columns: [{ Name: 'c', Type: 'int' }] },
    };
    await ask(server, 'CreateTable', { DatabaseName: 'batched', TableInput });
  }
  for (let n = 0; n < USERS; n += 1) await iam(server, 'CreateUser', { UserName: `b${String(n)}` });
}

/** Ten thousand grants through the door, and the same rows by plain inserts of as many at a time. */
export async function batches(postgres: TestPostgres, server: ServerProcess): Promise<Row[]> {
  await fill(server);
  const clients = Array.from({ length: AT_ONCE }, () => new pg.Client(postgres.url));
  await Promise.all(clients.map((client) => client.connect()));
  const rows: Row[] = [];
  for (const { says, of } of DEALS) {
    const value = await rate((_client, batch) => grantAll(server, batch.map(of)));
    const made = await takeGrants(clients);
    const peerValue = await rate((client, batch) =>
      insert(
        clients[client],
        batch.map((n) => made[n] ?? []),
      ),
    );
    await takeGrants(clients);
    rows.push({
      what: `10,000 grants by BatchGrantPermissions, ${says}`,
      value,
      unit: 'grants/s',
      peer: 'the same rows by plain inserts of 20',
      peerValue,
      ratio: value / peerValue,
      aim: '>= 1,000',
    });
  }
  await Promise.all(clients.map((client) => client.end()));
  return rows;
}

async function grantAll(
  server: ServerProcess,
  batch: readonly (readonly [user: number, table: number])[],
): Promise<void> {
  const { body } = await askLake(server, 'BatchGrantPermissions', {
    Entries: batch.map(([user, table], n) => ({
      Id: String(n),
      Principal: { DataLakePrincipalIdentifier: `arn:aws:iam::${FIRST_ACCOUNT}:user/b${String(user)}` },
      Resource: { Table: { DatabaseName: 'batched', Name: `t${String(table)}` } },
      Permissions: ['SELECT'],
    })),
  });
  if (JSON.stringify(body) !== '{"Failures":[]}') throw new Error(JSON.stringify(body));
}

type GrantRow = readonly unknown[];

const COLUMNS = [
  ['id', 'uuid'],
  ['catalog_id', 'text'],
  ['resource_type', 'text'],
  ['database_id', 'uuid'],
  ['table_id', 'uuid'],
  ['principal', 'text'],
  ['permission', 'text'],
  ['granted_by', 'text'],
  ['granted_at', 'timestamptz'],
] as const;
const NAMES = COLUMNS.map(([name]) => name).join(', ');

/** The rows that the server has made, taken away again. */
async function takeGrants([client]: readonly pg.Client[]): Promise<GrantRow[]> {
  if (client === undefined) return [];
  const { rows } = await client.query<unknown[]>({
    text: `DELETE FROM lf_grant USING glue_database d WHERE d.id = database_id AND d.name = 'batched'
           AND permission = 'SELECT' RETURNING ${COLUMNS.map(([name]) => `lf_grant.${name}`).join(', ')}`,
    rowMode: 'array',
  });
  if (rows.length !== GRANTS) throw new Error(`${String(rows.length)} grants were made`);
  return rows;
}

async function insert(client: pg.Client | undefined, rows: readonly GrantRow[]): Promise<void> {
  const values = COLUMNS.map((_, c) => rows.map((row) => row[c]));
  await client?.query({
    name: 'insert',
    text: `INSERT INTO lf_grant (${NAMES})
           SELECT * FROM unnest(${COLUMNS.map(([, type], c) => `$${String(c + 1)}::${type}[]`).join(', ')})`,
    values,
  });
}
