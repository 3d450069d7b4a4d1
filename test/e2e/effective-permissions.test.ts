import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { type KeyPair, newUser } from '../support/principals.ts';

const ACCOUNT = '111122223333';
const principal = (name: string) => ({ DataLakePrincipalIdentifier: `arn:aws:iam::${ACCOUNT}:user/${name}` });
const DatabaseName = 'sales';

interface Held {
  readonly Principal: { readonly DataLakePrincipalIdentifier: string };
  readonly Resource: Readonly<Record<string, { readonly Name?: string; readonly ResourceArn?: string }>>;
}

/** `ann Table above`. */
const line = ({ Principal, Resource }: Held): string => {
  const [[kind, on] = []] = Object.entries(Resource);
  const who = Principal.DataLakePrincipalIdentifier.replace(/.*\//, '');
  return [who, kind, on?.Name ?? on?.ResourceArn].join(' ');
};

describe.each(DATABASES)('permissions for a path on %s', (databaseName) => {
  let lake: Lake;
  let ann: KeyPair;
  let bob: KeyPair;

  const lf = (operation: string, input: object, caller?: KeyPair) =>
    lakeFormation({ url: lake.url, ...(caller ?? lake) }, operation, input);
  const ok = async (operation: string, input: object, caller?: KeyPair) => {
    const { status, body } = await lf(operation, input, caller);
    if (status !== 200) throw new Error(`${operation}: ${JSON.stringify(body)}`);
    return body;
  };
  const grant = (name: string, Resource: object, ...Permissions: string[]) =>
    ok('GrantPermissions', { Principal: principal(name), Resource, Permissions });
  const ask = async (path: string, caller?: KeyPair, more: object = {}) => {
    const body = await ok(
      'GetEffectivePermissionsForPath',
      { ResourceArn: `arn:aws:s3:::${path}`, ...more },
      caller,
    );
    return { lines: (body['Permissions'] as Held[]).map(line), NextToken: body['NextToken'] };
  };
  /** Of ann and bob: the creator holds everything of his own besides. */
  const at = async (path: string, caller?: KeyPair): Promise<string[]> =>
    (await ask(path, caller)).lines.filter((each) => /^(ann|bob) /.test(each)).sort();

  beforeAll(async () => {
    lake = await startLake(databaseName);
    ann = await newUser(lake, 'ann', ['ReadOnlyAccess']);
    bob = await newUser(lake, 'bob', ['ReadOnlyAccess']);
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: DatabaseName, LocationUri: 's3://lake/a/' } });
    for (const [Name, Location] of [
      ['here', 's3a://Lake/a/t/'],
      ['deeper', 's3://lake/a/t/deep'],
      ['sibling', 's3://lake/ab'],
      ['nowhere', undefined],
    ] as const) {
      const StorageDescriptor = { Columns: [{ Name: 'c', Type: 'int' }], ...(Location && { Location }) };
      await lake.ok('CreateTable', { DatabaseName, TableInput: { Name, StorageDescriptor } });
      await grant('ann', { Table: { DatabaseName, Name } }, 'SELECT');
    }
    await grant('bob', { TableWithColumns: { DatabaseName, Name: 'here', ColumnNames: ['c'] } }, 'SELECT');
    await grant('bob', { Database: { Name: DatabaseName } }, 'DESCRIBE');
    for (const ResourceArn of ['arn:aws:s3:::lake/a', 'arn:aws:s3:::lake/ab']) {
      await ok('RegisterResource', { ResourceArn, UseServiceLinkedRole: true });
      await grant('ann', { DataLocation: { ResourceArn } }, 'DATA_LOCATION_ACCESS');
    }
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('given a path, tells an administrator what is held there, above and below, by whole segments', async () => {
    const around = ['ann DataLocation arn:aws:s3:::lake/a', 'bob Database sales'];
    expect(await at('lake/a/t')).toEqual(
      [...around, 'ann Table deeper', 'ann Table here', 'bob TableWithColumns here'].sort(),
    );
    expect(await at('lake/a/other')).toEqual(around);
    expect(await at('lake/a')).toEqual(await at('lake/a/t'));
    expect(await at('lake/ab/')).toEqual(['ann DataLocation arn:aws:s3:::lake/ab', 'ann Table sibling']);
    // What governs a part of the bucket does not govern the bucket.
    expect((await at('lake')).filter((each) => each.includes('DataLocation'))).toEqual([]);
    expect(await ask('elsewhere/a')).toEqual({ lines: [], NextToken: undefined });
  });

  it('given a plain user, tells what ListPermissions would', async () => {
    expect(await at('lake/a/t', bob)).toEqual(['bob Database sales', 'bob TableWithColumns here']);
    const listed = ((await ok('ListPermissions', {}, ann))['PrincipalResourcePermissions'] as Held[]).map(
      line,
    );
    const told = (await ask('lake/a/t', ann)).lines;
    expect(told).toHaveLength(3);
    expect(listed).toEqual(expect.arrayContaining(told));
  });

  it('given pages of one, goes through all of them, and takes no token of another path', async () => {
    const all = (await ask('lake/a/t')).lines;
    const seen: string[] = [];
    let token: unknown;
    do {
      const page = await ask('lake/a/t', undefined, {
        MaxResults: 1,
        ...(token !== undefined && { NextToken: token }),
      });
      expect(page.lines.length).toBeLessThanOrEqual(1);
      seen.push(...page.lines);
      token = page.NextToken;
    } while (token !== undefined);
    expect(seen).toEqual(all);
    const { NextToken } = await ask('lake/a/t', undefined, { MaxResults: 1 });
    const { status } = await lf('GetEffectivePermissionsForPath', {
      ResourceArn: 'arn:aws:s3:::lake/ab',
      NextToken,
    });
    expect(status).toBe(400);
  });

  it('given a grant on all tables, finds it by the places of the tables, and of their database', async () => {
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'wide', LocationUri: 's3://wide/home' } });
    const create = (Name: string, Location?: string) =>
      lake.ok('CreateTable', {
        DatabaseName: 'wide',
        TableInput: { Name, ...(Location !== undefined && { StorageDescriptor: { Location } }) },
      });
    await create('astray', 's3a://Other/x/./t/');
    await create('named', 's3://third/other/x/t');
    await create('view');
    await grant('bob', { Table: { DatabaseName: 'wide', TableWildcard: {} } }, 'SELECT');
    const all = ['bob Table ALL_TABLES'];
    expect(await at('wide/home/t')).toEqual(all);
    expect(await at('other/x/t/deep')).toEqual(all);
    expect(await at('other')).toEqual(all);
    expect(await at('other/x/t', bob)).toEqual(all);
    expect(await at('other/y')).toEqual([]);
    expect(await at('wide/other')).toEqual([]);
    await lake.ok('UpdateTable', {
      DatabaseName: 'wide',
      TableInput: { Name: 'astray', StorageDescriptor: { Location: 's3://wide/t' } },
    });
    expect(await at('other')).toEqual([]);
  });

  it('given the policy that leaves all to data permissions, tells a user his own', async () => {
    const cid = await newUser(lake, 'cid');
    await grant('cid', { Table: { DatabaseName, Name: 'here' } }, 'SELECT');
    expect((await ask('lake/a/t', cid)).lines).toEqual(['cid Table here']);
  });

  it('given what names no place, says so', async () => {
    for (const ResourceArn of ['s3://lake/a', 'arn:aws:s3:::lake/../a', 'nothing']) {
      const { body } = await lf('GetEffectivePermissionsForPath', { ResourceArn });
      expect(body['__type']).toBe('InvalidInputException');
    }
  });

  it('given that a location is deregistered or a table moved, tells it at the next call', async () => {
    await ok('DeregisterResource', { ResourceArn: 'arn:aws:s3:::lake/ab' });
    expect(await at('lake/ab')).toEqual(['ann Table sibling']);
    await lake.ok('UpdateTable', {
      DatabaseName,
      TableInput: { Name: 'sibling', StorageDescriptor: { Location: 's3://moved/t' } },
    });
    expect(await at('lake/ab')).toEqual([]);
    expect(await at('moved')).toEqual(['ann Table sibling']);
  });

  it('given more grants elsewhere than one batch compares, fills the page all the same', async () => {
    const columns = Array.from({ length: 46 }, (_, i) => `c${String(i)}`);
    const StorageDescriptor = {
      Columns: columns.map((Name) => ({ Name, Type: 'int' })),
      Location: 's3://far/t',
    };
    await lake.ok('CreateTable', { DatabaseName, TableInput: { Name: 'far', StorageDescriptor } });
    await newUser(lake, 'aaa', []);
    // Each pair of excluded columns is an entry of its own in the lists: 1,035.
    const entries = columns
      .flatMap((one, i) => columns.slice(i + 1).map((other) => [one, other]))
      .map((ExcludedColumnNames, i) => ({
        Id: String(i),
        Principal: principal('aaa'),
        Resource: {
          TableWithColumns: { DatabaseName, Name: 'far', ColumnWildcard: { ExcludedColumnNames } },
        },
        Permissions: ['SELECT'],
      }));
    for (let i = 0; i < entries.length; i += 20) {
      const { Failures } = await ok('BatchGrantPermissions', { Entries: entries.slice(i, i + 20) });
      expect(Failures).toEqual([]);
    }
    const found = await ask('moved');
    expect(found.lines).toContain('ann Table sibling');
    expect(found.NextToken).toBeUndefined();
    // Who holds few of his own is not shown that there are more.
    expect((await ask('moved', ann)).NextToken).toBeUndefined();
  });
});
