import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { bearerOf, iam, type KeyPair, newUser } from '../support/principals.ts';

const ACCOUNT = '111122223333';
const FILTER = { database: 'sales', table: 'orders' };
const NODE =
  'catalogId database table name rowExpression columns exceptColumns versionId createdAt updatedAt';
const create = `mutation ($i: CreateDataCellsFilterInput!) { createDataCellsFilter(input: $i) { dataCellsFilter { ${NODE} } } }`;
const update = `mutation ($i: UpdateDataCellsFilterInput!) { updateDataCellsFilter(input: $i) { dataCellsFilter { ${NODE} } } }`;
const remove = 'mutation ($i: DataCellsFilterRefInput!) { deleteDataCellsFilter(input: $i) { name } }';
const one = `query ($name: String!) { dataCellsFilter(database: "sales", table: "orders", name: $name) { ${NODE} } }`;
const listed = (first: number, after: string | null): string =>
  `dataCellsFilters(first: ${String(first)}, after: ${JSON.stringify(after)}) {
     edges { cursor node { name columns exceptColumns } } pageInfo { hasNextPage endCursor } }`;

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly name: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

describe.each(DATABASES)('filters and locations in GraphQL on %s', (databaseName) => {
  let lake: Lake;
  let token: string;
  let ann: KeyPair;
  let annsToken: string;

  /** The first field's value, or the code of the refusal. */
  const ask = async (question: string, variables: object = {}, bearer = token): Promise<unknown> => {
    const { data, errors } = await graphql(lake, question, variables, bearer);
    return errors === undefined ? Object.values(data ?? {})[0] : errors[0]?.extensions.code;
  };
  const lf = async (operation: string, input: object) => {
    const { status, body } = await lakeFormation(lake, operation, input);
    expect({ status, body: status === 200 ? {} : body }).toEqual({ status: 200, body: {} });
    return body;
  };
  const make = (name: string, more: object) => ask(create, { i: { filter: { ...FILTER, name }, ...more } });
  /** Every page of so many, by its cursors; from the table's own field, or from the catalog's. */
  async function names(first: number, kind: 'table' | 'catalog', bearer = token): Promise<string[]> {
    const found: string[] = [];
    for (let after: string | null = null; ;) {
      const field = listed(first, after);
      const answer = await ask(
        kind === 'catalog' ? `{ ${field} }` : `{ table(database: "sales", name: "orders") { ${field} } }`,
        {},
        bearer,
      );
      const page = (
        kind === 'catalog' ? answer : (answer as { dataCellsFilters: Page }).dataCellsFilters
      ) as Page;
      expect(page.edges.length).toBeLessThanOrEqual(first);
      found.push(...page.edges.map(({ node }) => node.name));
      if (!page.pageInfo.hasNextPage) return found;
      after = page.pageInfo.endCursor;
      // An edge's own cursor goes on where it stands.
      if (page.edges.length > 0) expect(page.edges.at(-1)?.cursor).toEqual(expect.any(String));
    }
  }

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
    ann = await newUser(lake, 'ann');
    annsToken = await bearerOf(lake, ann);
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'sales' } });
    const Columns = [
      { Name: 'id', Type: 'bigint' },
      { Name: 'city', Type: 'string' },
      { Name: 'email', Type: 'string' },
    ];
    for (const Name of ['orders', 'returns']) {
      await lake.ok('CreateTable', {
        DatabaseName: 'sales',
        TableInput: { Name, StorageDescriptor: { Columns } },
      });
    }
    await iam(lake, 'CreateRole', {
      RoleName: 'reads',
      AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
    });
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('makes a filter, which the Lake Formation door shows, and answers it as it is stored', async () => {
    const made = await make('oslo', { rowExpression: "city = 'Oslo'", columns: ['ID', 'city'] });
    const dataCellsFilter = {
      catalogId: ACCOUNT,
      ...FILTER,
      name: 'oslo',
      rowExpression: "city = 'Oslo'",
      columns: ['city', 'id'],
      exceptColumns: null,
      versionId: expect.any(String) as string,
      createdAt: expect.any(String) as string,
      updatedAt: expect.any(String) as string,
    };
    expect(made).toEqual({ dataCellsFilter });
    expect(await ask(one, { name: 'oslo' })).toEqual((made as { dataCellsFilter: object }).dataCellsFilter);
    const { DataCellsFilter: shown } = await lf('GetDataCellsFilter', {
      TableCatalogId: ACCOUNT,
      DatabaseName: 'sales',
      TableName: 'orders',
      Name: 'oslo',
    });
    expect(shown).toMatchObject({
      RowFilter: { FilterExpression: "city = 'Oslo'" },
      ColumnNames: ['city', 'id'],
      VersionId: (made as { dataCellsFilter: { versionId: string } }).dataCellsFilter.versionId,
    });
    expect(await ask(one, { name: 'nowhere' })).toBeNull();
  });

  it('replaces it under its version, once', async () => {
    const before = (await ask(one, { name: 'oslo' })) as { versionId: string };
    const i = {
      filter: { ...FILTER, name: 'oslo' },
      exceptColumns: ['email'],
      expectedVersionId: before.versionId,
    };
    expect(await ask(update, { i })).toMatchObject({
      dataCellsFilter: { rowExpression: null, columns: null, exceptColumns: ['email'] },
    });
    expect(await ask(update, { i })).toBe('ConcurrentModificationException');
    expect(((await ask(one, { name: 'oslo' })) as { versionId: string }).versionId).not.toBe(
      before.versionId,
    );
  });

  it.each([
    ['neither list', {}, 'InvalidInputException'],
    ['both lists', { columns: ['id'], exceptColumns: [] }, 'InvalidInputException'],
    ['an empty list', { columns: [] }, 'InvalidInputException'],
    ['a column that is not there', { columns: ['nowhere'] }, 'EntityNotFoundException'],
    ['an expression that is none', { exceptColumns: [], rowExpression: 'city =' }, 'InvalidInputException'],
    ['an endless expression', { exceptColumns: [], rowExpression: 'x'.repeat(9_999) }, 'ValidationException'],
  ])('given %s, refuses', async (_what, more, code) => {
    expect(await make('refused', more)).toBe(code);
    expect(await ask(one, { name: 'refused' })).toBeNull();
  });

  it('given a name that is taken, refuses with its AWS code', async () => {
    expect(await make('oslo', { exceptColumns: [] })).toBe('AlreadyExistsException');
  });

  it('lists by cursors: of a table, of the catalog, and to each what he may see', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await make(name, { exceptColumns: ['email'] });
    await ask(create, { i: { filter: { ...FILTER, table: 'returns', name: 'r' }, exceptColumns: [] } });
    const all = ['a', 'b', 'c', 'd', 'oslo'];
    for (const first of [1, 2, 100]) {
      expect(await names(first, 'table')).toEqual(all);
      expect((await names(first, 'catalog')).sort()).toEqual([...all, 'r'].sort());
    }
    expect(await names(2, 'catalog', annsToken)).toEqual([]);
    expect(await ask(one, { name: 'b' }, annsToken)).toBe('AccessDeniedException');
    const granted = await ask(
      'mutation ($e: [GrantEntryInput!]!) { grantPermissions(input: { entries: $e }) { failures { code } } }',
      {
        e: [
          {
            principal: `arn:aws:iam::${ACCOUNT}:user/ann`,
            permissions: ['SELECT'],
            resource: { ...FILTER, dataCellsFilter: 'b' },
          },
        ],
      },
    );
    expect(granted).toEqual({ failures: [] });
    expect(await names(2, 'catalog', annsToken)).toEqual(['b']);
    expect(await names(1, 'table', annsToken)).toEqual(['b']);
    expect(await ask(one, { name: 'b' }, annsToken)).toMatchObject({ name: 'b', exceptColumns: ['email'] });
    for (const question of [create, update]) {
      expect(
        await ask(question, { i: { filter: { ...FILTER, name: 'b' }, exceptColumns: [] } }, annsToken),
      ).toBe('AccessDeniedException');
    }
  });

  it('goes on behind the edge whose cursor it is given, and refuses a page beyond its bounds', async () => {
    const page = (await ask(`{ ${listed(3, null)} }`)) as Page;
    const second = (await ask(`{ ${listed(1, page.edges[0]?.cursor ?? '')} }`)) as Page;
    expect(second.edges[0]?.node).toEqual(page.edges[1]?.node);
    expect(await ask(`{ ${listed(101, null)} }`)).toBe('ValidationException');
    expect(await ask(`{ ${listed(0, null)} }`)).toBe('ValidationException');
    expect(await ask(`{ ${listed(1, 'forged')} }`)).toBe('InvalidInputException');
    // Within a page of tables each list of filters counts as many times.
    const deep = `{ databases(first: 100) { edges { node { tables(first: 100) { edges { node { ${listed(100, null)} } } } } } } }`;
    const { errors } = await graphql(lake, deep, {}, token);
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'ValidationException' } });
    expect(errors?.[0]?.message).toMatch(/^The question costs /);
  });

  it('deletes it, with the grants on it', async () => {
    expect(await ask(remove, { i: { ...FILTER, name: 'b' } }, annsToken)).toBe('AccessDeniedException');
    expect(await ask(remove, { i: { ...FILTER, name: 'b' } })).toEqual({ name: 'b' });
    expect(await ask(remove, { i: { ...FILTER, name: 'b' } })).toBe('EntityNotFoundException');
    expect(await names(2, 'catalog', annsToken)).toEqual([]);
  });

  describe('data locations', () => {
    const node =
      'arn roleArn withFederation hybridAccessEnabled withPrivilegedAccess expectedResourceOwnerAccount updatedAt';
    const register = `mutation ($i: RegisterDataLocationInput!) { registerDataLocation(input: $i) { dataLocation { ${node} } } }`;
    const change = `mutation ($i: UpdateDataLocationInput!) { updateDataLocation(input: $i) { dataLocation { ${node} } } }`;
    const deregister = 'mutation ($i: DataLocationRefInput!) { deregisterDataLocation(input: $i) { arn } }';
    const describeOne = `query ($arn: ID!) { dataLocation(arn: $arn) { ${node} } }`;
    const arn = 'arn:aws:s3:::lake/raw';
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/reads`;
    const arns = async (first: number, filters: object[] = []): Promise<string[]> => {
      const found: string[] = [];
      for (let after: string | null = null; ;) {
        const page = (await ask(
          `query ($f: [DataLocationFilterInput!], $n: Int, $a: String) { dataLocations(filters: $f, first: $n, after: $a) {
             edges { cursor node { arn } } pageInfo { hasNextPage endCursor } } }`,
          { f: filters, n: first, a: after },
        )) as {
          edges: { node: { arn: string } }[];
          pageInfo: { hasNextPage: boolean; endCursor: string | null };
        };
        found.push(...page.edges.map((edge) => edge.node.arn));
        if (!page.pageInfo.hasNextPage) return found;
        after = page.pageInfo.endCursor;
      }
    };

    it('registers, shows, changes and deregisters one, as the Lake Formation door does', async () => {
      expect(await ask(register, { i: { arn, useServiceLinkedRole: true, roleArn } })).toBe(
        'InvalidInputException',
      );
      expect(await ask(describeOne, { arn })).toBeNull();
      const made = {
        arn,
        roleArn: expect.stringContaining('AWSServiceRoleForLakeFormationDataAccess') as string,
        withFederation: false,
        hybridAccessEnabled: true,
        withPrivilegedAccess: false,
        expectedResourceOwnerAccount: null,
        updatedAt: expect.any(String) as string,
      };
      const i = { arn, useServiceLinkedRole: true, hybridAccessEnabled: true };
      expect(await ask(register, { i })).toEqual({ dataLocation: made });
      expect(await ask(register, { i })).toBe('AlreadyExistsException');
      expect(await ask(describeOne, { arn })).toEqual(made);
      const changed = { ...made, roleArn, withFederation: true };
      expect(await ask(change, { i: { arn, roleArn, withFederation: true } })).toEqual({
        dataLocation: changed,
      });
      const { ResourceInfo: shown } = await lf('DescribeResource', { ResourceArn: arn });
      expect(shown).toMatchObject({ RoleArn: roleArn, WithFederation: true, HybridAccessEnabled: true });
      expect(await ask(deregister, { i: { arn } })).toEqual({ arn });
      expect(await ask(deregister, { i: { arn } })).toBe('EntityNotFoundException');
      expect(await ask(change, { i: { arn, roleArn } })).toBe('EntityNotFoundException');
      expect(await ask(describeOne, { arn })).toBeNull();
    });

    it('lists them by cursors and filters', async () => {
      const all = ['a', 'b', 'c'].map((name) => `arn:aws:s3:::lake/${name}`);
      for (const each of all) await ask(register, { i: { arn: each, useServiceLinkedRole: true } });
      for (const first of [1, 2, 100]) expect(await arns(first)).toEqual(all);
      const filter = { field: 'RESOURCE_ARN', comparison: 'IN', values: all.slice(1) };
      expect(await arns(1, [filter])).toEqual(all.slice(1));
      const wrong = { field: 'RESOURCE_ARN', comparison: 'BETWEEN', values: ['x'] };
      expect(
        await ask(
          'query ($f: [DataLocationFilterInput!]) { dataLocations(filters: $f) { edges { cursor } } }',
          { f: [wrong] },
        ),
      ).toBe('InvalidInputException');
    });

    it('is for administrators', async () => {
      for (const [question, variables] of [
        [describeOne, { arn }],
        ['{ dataLocations { edges { cursor } } }', {}],
        [register, { i: { arn, useServiceLinkedRole: true } }],
        [change, { i: { arn, roleArn } }],
        [deregister, { i: { arn } }],
      ] as const) {
        expect(await ask(question, variables, annsToken)).toBe('AccessDeniedException');
      }
    });
  });
});
