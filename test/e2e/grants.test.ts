import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { query } from '../support/query.ts';

const ACCOUNT = '111122223333';
const ANN = `arn:aws:iam::${ACCOUNT}:user/ann`;
const ann = { DataLakePrincipalIdentifier: ANN };

describe.each(DATABASES)('Lake Formation grants on %s', (databaseName) => {
  let lake: Lake;

  const lf = (operation: string, input: object = {}) => lakeFormation(lake, operation, input);
  const ok = async (operation: string, input: object = {}) => {
    const { status, body } = await lf(operation, input);
    if (status !== 200) throw new Error(`${operation}: ${JSON.stringify(body)}`);
    return body;
  };
  const refused = async (operation: string, input: object): Promise<string> => {
    const { status, body } = await lf(operation, input);
    expect(status).not.toBe(200);
    return `${String(body['__type'])}: ${String(body['Message'] ?? body['message'])}`;
  };
  const listed = async (input: object = {}): Promise<unknown[]> =>
    (
      (await ok('ListPermissions', { Principal: ann, ...input }))['PrincipalResourcePermissions'] as Record<
        string,
        unknown
      >[]
    ).map(({ Resource, Permissions, PermissionsWithGrantOption }) => [
      Resource,
      Permissions,
      PermissionsWithGrantOption,
    ]);
  const table = { DatabaseName: 'sales', Name: 'orders' };
  const owned = { CatalogId: ACCOUNT, ...table };

  beforeAll(async () => {
    lake = await startLake(databaseName);
    await query(lake, 'iam', 'CreateUser', { UserName: 'ann' });
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'sales' } });
    const Columns = ['id', 'amount', 'address'].map((Name) => ({ Name, Type: 'string' }));
    await lake.ok('CreateTable', {
      DatabaseName: 'sales',
      TableInput: {
        Name: 'orders',
        StorageDescriptor: { Columns },
        PartitionKeys: [{ Name: 'day', Type: 'string' }],
      },
    });
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('given a table grant, lists it; granted again it stays one; revoked it is gone', async () => {
    const grant = { Principal: ann, Resource: { Table: table }, Permissions: ['SELECT', 'DESCRIBE'] };
    await ok('GrantPermissions', grant);
    await ok('GrantPermissions', { ...grant, PermissionsWithGrantOption: ['SELECT'] });
    expect(await listed()).toEqual([[{ Table: owned }, ['DESCRIBE', 'SELECT'], ['SELECT']]]);

    await ok('RevokePermissions', {
      Principal: ann,
      Resource: { Table: table },
      Permissions: [],
      PermissionsWithGrantOption: ['SELECT'],
    });
    expect(await listed()).toEqual([[{ Table: owned }, ['DESCRIBE', 'SELECT'], []]]);
    await ok('RevokePermissions', grant);
    expect(await listed()).toEqual([]);
    expect(await refused('RevokePermissions', grant)).toMatch(
      /^InvalidInputException: No permissions revoked/,
    );
  });

  it('given column lists, adds and narrows them column by column', async () => {
    const on = (ColumnNames: string[]) => ({ TableWithColumns: { ...table, ColumnNames } });
    const grant = (columns: string[]) =>
      ok('GrantPermissions', { Principal: ann, Resource: on(columns), Permissions: ['SELECT'] });
    await grant(['ID', 'amount']);
    await grant(['address']);
    expect(await listed()).toEqual([
      [{ TableWithColumns: { ...owned, ColumnNames: ['address', 'amount', 'id'] } }, ['SELECT'], []],
    ]);
    await ok('RevokePermissions', { Principal: ann, Resource: on(['address']), Permissions: ['SELECT'] });
    expect(await listed()).toEqual([
      [{ TableWithColumns: { ...owned, ColumnNames: ['amount', 'id'] } }, ['SELECT'], []],
    ]);
    // One of the two is not held: nothing is revoked.
    expect(
      await refused('RevokePermissions', {
        Principal: ann,
        Resource: on(['id', 'address']),
        Permissions: ['SELECT'],
      }),
    ).toMatch(/^InvalidInputException/);
    expect(await listed()).toHaveLength(1);
    await ok('RevokePermissions', {
      Principal: ann,
      Resource: on(['amount', 'id']),
      Permissions: ['SELECT'],
    });
    expect(await listed()).toEqual([]);
  });

  it('given what cannot be, refuses it by name and changes nothing', async () => {
    const refusedGrant = (Resource: object, Permissions: string[], more: object = {}) =>
      refused('GrantPermissions', { Principal: ann, Resource, Permissions, ...more });
    const columns = (more: object) => ({ TableWithColumns: { ...table, ...more } });

    expect(await refusedGrant({ Database: { Name: 'sales' } }, ['SELECT'])).toBe(
      'InvalidInputException: Permission SELECT cannot be granted on a Database: it takes DESCRIBE, ALTER, DROP, CREATE_TABLE, ALL.',
    );
    expect(await refusedGrant(columns({ ColumnNames: ['id'] }), ['ALL'])).toMatch(/^InvalidInputException/);
    expect(await refusedGrant(columns({ ColumnNames: ['id'], ColumnWildcard: {} }), ['SELECT'])).toMatch(
      /^InvalidInputException: .*not both/,
    );
    expect(await refusedGrant(columns({}), ['SELECT'])).toMatch(/^InvalidInputException: .*needs/);
    expect(await refusedGrant(columns({ ColumnNames: ['nope'] }), ['SELECT'])).toBe(
      'EntityNotFoundException: Column nope not found in table sales.orders.',
    );
    expect(await refusedGrant({ Table: { DatabaseName: 'sales', Name: 'nope' } }, ['SELECT'])).toBe(
      'EntityNotFoundException: Table nope not found.',
    );
    expect(
      await refusedGrant({ Table: table }, ['SELECT'], { PermissionsWithGrantOption: ['DROP'] }),
    ).toMatch(/^InvalidInputException: PermissionsWithGrantOption/);
    for (const principal of [
      'arn:aws:iam::111122223333:user/nobody',
      'arn:aws:iam::999999999999:user/x',
      'x',
    ]) {
      const Principal = { DataLakePrincipalIdentifier: principal };
      expect(await refusedGrant({ Table: table }, ['SELECT'], { Principal })).toBe(
        `InvalidInputException: Invalid principal: ${principal}`,
      );
    }
    expect(await listed()).toEqual([]);
  });

  it('given a batch, grants the good entries and names the others', async () => {
    const entry = (Id: string, Name: string, Permissions: string[]) => ({
      Id,
      Principal: ann,
      Resource: { Table: { DatabaseName: 'sales', Name } },
      Permissions,
    });
    const Entries = [
      entry('a', 'orders', ['SELECT']),
      entry('b', 'nope', ['SELECT']),
      entry('c', 'orders', ['SELECT', 'DROP']),
    ];
    const { Failures } = await ok('BatchGrantPermissions', { Entries });
    expect(Failures).toMatchObject([
      { RequestEntry: { Id: 'b' }, Error: { ErrorCode: 'EntityNotFoundException' } },
    ]);
    expect(await listed()).toEqual([[{ Table: owned }, ['DROP', 'SELECT'], []]]);
    const revoked = await ok('BatchRevokePermissions', {
      Entries: [Entries[0], entry('d', 'orders', ['ALTER'])],
    });
    expect(revoked['Failures']).toMatchObject([{ RequestEntry: { Id: 'd' } }]);
    expect(await listed()).toEqual([[{ Table: owned }, ['DROP'], []]]);
  });

  it('given a table dropped and made again under its name, lists no grant of the old one', async () => {
    expect(await listed()).toHaveLength(1);
    await lake.ok('DeleteTable', table);
    await lake.ok('CreateTable', { DatabaseName: 'sales', TableInput: { Name: 'orders' } });
    expect(await listed()).toEqual([]);
  });

  it('pages through what is granted, each once', async () => {
    const names = ['t1', 't2', 't3', 't4', 't5'];
    for (const Name of names) {
      await lake.ok('CreateTable', { DatabaseName: 'sales', TableInput: { Name } });
      const Resource = { Table: { DatabaseName: 'sales', Name } };
      await ok('GrantPermissions', { Principal: ann, Resource, Permissions: ['SELECT'] });
    }
    const seen: unknown[] = [];
    let NextToken: unknown;
    do {
      const page = await ok('ListPermissions', {
        Principal: ann,
        MaxResults: 2,
        ...(NextToken !== undefined && { NextToken }),
      });
      seen.push(...(page['PrincipalResourcePermissions'] as { Resource: { Table: { Name: string } } }[]));
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    expect(
      seen.map((each) => (each as { Resource: { Table: { Name: string } } }).Resource.Table.Name).sort(),
    ).toEqual(names);
  });

  it('answers the settings of the data lake, and keeps what is put', async () => {
    const { DataLakeSettings: before } = await ok('GetDataLakeSettings');
    expect(before).toMatchObject({
      DataLakeAdmins: [{ DataLakePrincipalIdentifier: `arn:aws:iam::${ACCOUNT}:user/admin` }],
      CreateTableDefaultPermissions: [],
    });
    const settings = { ...(before as object), ReadOnlyAdmins: [ann] };
    await ok('PutDataLakeSettings', { DataLakeSettings: settings });
    expect((await ok('GetDataLakeSettings'))['DataLakeSettings']).toEqual(settings);
    expect((await ok('GetDataLakePrincipal'))['Identity']).toBe(`arn:aws:iam::${ACCOUNT}:user/admin`);
  });
});
