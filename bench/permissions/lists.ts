import pg from 'pg';

import type { Signer } from '../../test/support/glue.ts';
import type { TestPostgres } from '../../test/support/postgres.ts';
import { loadDatabases, loadGrants, loadTables } from '../../test/support/grant-load.ts';
import type { Row } from '../support/report.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { median, timed } from './median.ts';
import { ask, askLake, FIRST_ACCOUNT, newAccount, newSigner } from './server.ts';

const OTHER_ACCOUNT = '444455556666';
const SEEN = 50;
const SMALL = 100;
const LARGE = 100_000;
const SEEN_DATABASES = 5;
const ROUNDS = 100;
/** Gives what is in memory no part in the answer: this revision is long past. */
const ASKED_ANEW = { 'x-lakewarden-revision': '1' };

interface Catalog {
  readonly viewer: Signer;
  readonly times: Record<Listing, number[]>;
}

const LISTINGS = ['GetTables', 'GetDatabases', 'ListPermissions'] as const;
type Listing = (typeof LISTINGS)[number];

/** A database of that many tables, and ten times fewer others; somebody sees 50 of the first, and 5 of the others. */
async function makeCatalog(
  client: pg.Client,
  admin: Signer,
  accountId: string,
  tables: number,
): Promise<Catalog> {
  await ask(admin, 'CreateDatabase', { DatabaseInput: { Name: 'wide' } });
  const Columns = ['c0', 'c1', 'c2'].map((Name) => ({ Name, Type: 'int' }));
  const TableInput = { Name: 'model', StorageDescriptor: { Columns } };
  await ask(admin, 'CreateTable', { DatabaseName: 'wide', TableInput });
  await loadTables(client, accountId, 'wide', 'model', 0, tables);
  await loadDatabases(client, accountId, 'wide', 0, tables / 10);
  // Others hold as much of it as there is.
  await loadGrants(client, accountId, 0, tables);
  await client.query('ANALYZE');
  const viewer = await newSigner(admin, 'viewer');
  const principal = { DataLakePrincipalIdentifier: `arn:aws:iam::${accountId}:user/viewer` };
  const grant = (Resource: object, permission: string) =>
    askLake(admin, 'GrantPermissions', { Principal: principal, Resource, Permissions: [permission] });
  for (let n = 0; n < SEEN; n += 1) {
    const Name = `t${String((n * tables) / SEEN).padStart(6, '0')}`;
    await grant({ Table: { DatabaseName: 'wide', Name } }, 'SELECT');
  }
  for (let n = 0; n < SEEN_DATABASES; n += 1) {
    await grant({ Database: { Name: `d${String(n * 2)}` } }, 'DESCRIBE');
  }
  return { viewer, times: { GetTables: [], GetDatabases: [], ListPermissions: [] } };
}

/** All pages of the list, by its own name of what is listed. */
async function count(viewer: Signer, listing: Listing): Promise<number> {
  switch (listing) {
    case 'GetTables': {
      const { TableList, NextToken } = await ask(viewer, listing, { DatabaseName: 'wide' }, ASKED_ANEW);
      return lengthOf(TableList, NextToken);
    }
    case 'GetDatabases': {
      const { DatabaseList, NextToken } = await ask(viewer, listing, {}, ASKED_ANEW);
      return lengthOf(DatabaseList, NextToken);
    }
    case 'ListPermissions': {
      const { body } = await askLake(viewer, listing, { MaxResults: 100 });
      return lengthOf(body['PrincipalResourcePermissions'], body['NextToken']);
    }
  }
}

function lengthOf(list: unknown, token: unknown): number {
  if (!Array.isArray(list) || token !== undefined) throw new Error('not one page');
  return list.length;
}

const EXPECTED: Readonly<Record<Listing, number>> = {
  GetTables: SEEN,
  GetDatabases: 1 + SEEN_DATABASES,
  ListPermissions: SEEN + SEEN_DATABASES,
};

/** What somebody who sees 50 tables waits for, where there are 100 and where there are 100,000; nothing from memory. */
export async function lists(postgres: TestPostgres, server: ServerProcess): Promise<Row[]> {
  const client = new pg.Client(postgres.url);
  await client.connect();
  const other = await newAccount(server, OTHER_ACCOUNT);
  const small = await makeCatalog(client, server, FIRST_ACCOUNT, SMALL);
  const large = await makeCatalog(client, other, OTHER_ACCOUNT, LARGE);
  await client.end();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { viewer, times } of [small, large]) {
      for (const listing of LISTINGS) {
        const took = await timed(async () => {
          const found = await count(viewer, listing);
          if (found !== EXPECTED[listing]) throw new Error(`${listing} lists ${String(found)}`);
        });
        if (round > 0) times[listing].push(took);
      }
    }
  }
  return LISTINGS.map((listing) => {
    const [value, peerValue] = [median(large.times[listing]), median(small.times[listing])];
    return {
      what: `${listing} of ${String(EXPECTED[listing])}, a catalog of 100,000 tables`,
      value,
      unit: 'ms',
      peer: 'a catalog of 100',
      peerValue,
      ratio: value / peerValue,
      aim: '<= 1.5',
    };
  });
}
