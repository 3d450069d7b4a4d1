import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { auditEvents } from '../support/audit.ts';
import type { Answer } from '../support/glue.ts';
import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { bearerOf, iam, type KeyPair, newUser } from '../support/principals.ts';

const ACCOUNT = '111122223333';
const userArn = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`;
const Principal = (name: string) => ({ DataLakePrincipalIdentifier: userArn(name) });
const typeOf = ({ body }: Answer): string => (typeof body['__type'] === 'string' ? body['__type'] : 'OK');
const DENIED = 'AccessDeniedException';
const MISSING = 'EntityNotFoundException';
const INVALID = 'InvalidInputException';
const LAKE = 'arn:aws:s3:::lake';

const CATALOG = { Catalog: { Id: ACCOUNT } };
const DATABASE = { Database: { CatalogId: ACCOUNT, Name: 'sales' } };
const TABLE = { Table: { CatalogId: ACCOUNT, DatabaseName: 'sales', Name: 'orders' } };
const TABLES = {
  Table: { CatalogId: ACCOUNT, DatabaseName: 'sales', Name: 'ALL_TABLES', TableWildcard: {} },
};

interface OptIn {
  readonly Resource: object;
  readonly Principal: { readonly DataLakePrincipalIdentifier: string };
  readonly Condition?: object;
  readonly LastModified: number;
  readonly LastUpdatedBy: string;
}

describe.each(DATABASES)('hybrid access on %s', (databaseName) => {
  let lake: Lake;
  let token: string;
  let ann: KeyPair;
  let bob: KeyPair;

  const lf = (operation: string, input: object = {}, caller?: KeyPair) =>
    lakeFormation({ url: lake.url, ...(caller ?? lake) }, operation, input);
  const ok = async (operation: string, input: object = {}, caller?: KeyPair) => {
    const { status, body } = await lf(operation, input, caller);
    if (status !== 200) throw new Error(`${operation}: ${JSON.stringify(body)}`);
    return body;
  };
  const codeOf = async (operation: string, input: object, caller?: KeyPair): Promise<string> =>
    typeOf(await lf(operation, input, caller));
  const optIn = (name: string, Resource: object, more: object = {}) =>
    ok('CreateLakeFormationOptIn', { Principal: Principal(name), Resource, ...more });
  const optOut = (name: string, Resource: object) =>
    ok('DeleteLakeFormationOptIn', { Principal: Principal(name), Resource });
  const listed = async (input: object = {}): Promise<OptIn[]> =>
    (await ok('ListLakeFormationOptIns', input))['LakeFormationOptInsInfoList'] as OptIn[]; // shape of the answer
  const get = async (caller: KeyPair, Name = 'orders'): Promise<string> =>
    typeOf(await lake.glue('GetTable', { DatabaseName: 'sales', Name }, { caller }));
  const namesOf = async (operation: string, input: object, caller: KeyPair): Promise<string[]> => {
    const names: string[] = [];
    for (let NextToken: unknown; ;) {
      const { status, body } = await lake.glue(operation, { ...input, NextToken }, { caller });
      if (status !== 200) throw new Error(JSON.stringify(body));
      const found = (body['TableList'] ?? body['DatabaseList']) as { Name: string }[]; // one of the two is there
      names.push(...found.map(({ Name }) => Name));
      NextToken = body['NextToken'];
      if (NextToken === undefined) return names;
    }
  };
  const tableInput = (Name: string, Location?: string) => ({
    Name,
    StorageDescriptor: { Columns: ['id', 'mail'].map((each) => ({ Name: each, Type: 'string' })), Location },
  });
  const make = (Name: string, Location?: string, DatabaseName = 'sales') =>
    lake.ok('CreateTable', { DatabaseName, TableInput: tableInput(Name, Location) });
  const register = (ResourceArn: string, HybridAccessEnabled: boolean) =>
    ok('RegisterResource', { ResourceArn, UseServiceLinkedRole: true, HybridAccessEnabled });

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
    const policies = ['AWSGlueConsoleFullAccess', 'LakewardenDataAccess'];
    ann = await newUser(lake, 'ann', policies);
    bob = await newUser(lake, 'bob', policies);
    await iam(lake, 'CreateRole', {
      RoleName: 'keeper',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
      }),
    });
    await register(LAKE, true);
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'sales', LocationUri: 's3://lake/sales' } });
    await make('orders', 's3://lake/sales/orders');
    await make('elsewhere');
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('given opt-ins, lists them by principal and resource, page by page, and forgets those that are taken back', async () => {
    const before = Date.now() / 1000;
    const Condition = { Expression: 'context.mfa = true' };
    await optIn('ann', CATALOG);
    await optIn('ann', DATABASE);
    await optIn('ann', { Table: { DatabaseName: 'sales', TableWildcard: {} } });
    await optIn('bob', { Table: { DatabaseName: 'sales', Name: 'orders' } }, { Condition });
    // Once more is the same one.
    await optIn('ann', DATABASE);

    const all = await listed();
    expect(all.map(({ Resource, Principal: who, Condition: when }) => [Resource, who, when])).toEqual([
      [CATALOG, Principal('ann'), undefined],
      [DATABASE, Principal('ann'), undefined],
      [TABLES, Principal('ann'), undefined],
      [TABLE, Principal('bob'), Condition],
    ]);
    for (const { LastModified, LastUpdatedBy } of all) {
      expect(LastModified).toBeGreaterThan(before - 60);
      expect(LastUpdatedBy).toBe(userArn('admin'));
    }
    expect(await listed({ Principal: Principal('bob') })).toEqual(all.slice(3));
    for (const [i, Resource] of [CATALOG, DATABASE, TABLES, TABLE].entries()) {
      expect(await listed({ Resource })).toEqual(all.slice(i, i + 1));
    }
    expect(await listed({ Resource: TABLE, Principal: Principal('ann') })).toEqual([]);

    const pages: OptIn[] = [];
    let NextToken: unknown;
    do {
      const page = await ok('ListLakeFormationOptIns', { MaxResults: 1, NextToken });
      pages.push(...(page['LakeFormationOptInsInfoList'] as OptIn[]));
      NextToken = page['NextToken'];
      if (NextToken !== undefined) {
        const other = { MaxResults: 1, NextToken, Principal: Principal('ann') };
        expect(await codeOf('ListLakeFormationOptIns', other)).toBe(INVALID);
      }
    } while (NextToken !== undefined);
    expect(pages).toEqual(all);

    // As they are listed.
    for (const { Resource, Principal: who, Condition: when } of all) {
      const input = { Resource, Principal: who, Condition: when };
      await ok('DeleteLakeFormationOptIn', input);
      expect(await codeOf('DeleteLakeFormationOptIn', input)).toBe(MISSING);
    }
    expect(await listed()).toEqual([]);
  });

  it('says and does the same in GraphQL, page by page', async () => {
    const field = 'principal catalogId database table allTables condition updatedBy';
    const ask = async (question: string, variables: object = {}, bearer = token): Promise<unknown> => {
      const { data, errors } = await graphql(lake, question, variables, bearer);
      return errors === undefined ? Object.values(data ?? {})[0] : errors[0]?.extensions.code;
    };
    const change = (kind: 'create' | 'delete', i: object, bearer = token) =>
      ask(
        `mutation ($i: LakeFormationOptInInput!) { ${kind}LakeFormationOptIn(input: $i) { principal } }`,
        { i },
        bearer,
      );
    const principal = userArn('ann');
    const all = async (first: number): Promise<object[]> => {
      const nodes: object[] = [];
      for (let after: string | null = null; ;) {
        const { edges, pageInfo } = (await ask(
          `query ($p: ID, $n: Int, $a: String) { lakeFormationOptIns(principal: $p, first: $n, after: $a) {
             edges { cursor node { ${field} } } pageInfo { hasNextPage endCursor } } }`,
          { p: principal, n: first, a: after },
        )) as {
          edges: { node: object }[];
          pageInfo: { hasNextPage: boolean; endCursor: string };
        };
        nodes.push(...edges.map(({ node }) => node));
        if (!pageInfo.hasNextPage) return nodes;
        after = pageInfo.endCursor;
      }
    };
    const of = (more: object) => ({
      principal,
      catalogId: ACCOUNT,
      database: 'sales',
      table: null,
      allTables: false,
      condition: null,
      updatedBy: userArn('admin'),
      ...more,
    });
    const things = [
      [{}, { database: null }],
      [{ database: 'sales' }, {}],
      [{ database: 'sales', allTables: true }, { allTables: true }],
      [{ database: 'sales', table: 'orders' }, { table: 'orders' }],
    ] as const;
    for (const [resource] of things) {
      expect(await change('create', { principal, resource })).toEqual({ principal });
    }
    for (const first of [1, 3, 100]) expect(await all(first)).toEqual(things.map(([, node]) => of(node)));
    expect((await listed({ Principal: Principal('ann') })).map(({ Resource }) => Resource)).toEqual([
      CATALOG,
      DATABASE,
      TABLES,
      TABLE,
    ]);
    const resource = { database: 'sales', table: 'orders' };
    const one = `{ lakeFormationOptIns(resource: { database: "sales", table: "orders" }) { edges { node { ${field} } } } }`;
    expect(await ask(one)).toEqual({ edges: [{ node: of({ table: 'orders' }) }] });
    expect(await change('create', { principal, resource: { ...resource, columns: ['id'] } })).toBe(INVALID);
    expect(await change('create', { principal: userArn('nobody'), resource })).toBe(INVALID);
    expect(await change('create', { principal, resource: { ...resource, table: 'none' } })).toBe(MISSING);
    const bearer = await bearerOf(lake, ann);
    expect(await change('delete', { principal, resource }, bearer)).toBe(DENIED);
    expect(await ask(one, {}, bearer)).toBe(DENIED);
    for (const [each] of things)
      expect(await change('delete', { principal, resource: each })).toEqual({ principal });
    expect(await change('delete', { principal, resource })).toBe(MISSING);
    expect(await all(1)).toEqual([]);
  });

  it('given what nobody can be opted in on, or is not there, says so by the exceptions of the model', async () => {
    const who = { Principal: Principal('ann') };
    const columns = { DatabaseName: 'sales', Name: 'orders', ColumnNames: ['id'] };
    for (const [input, code] of [
      [{ ...who, Resource: { TableWithColumns: columns } }, INVALID],
      [{ ...who, Resource: { DataLocation: { ResourceArn: LAKE } } }, INVALID],
      [{ ...who, Resource: { LFTag: { TagKey: 'k', TagValues: ['v'] } } }, INVALID],
      [{ ...who, Resource: {} }, INVALID],
      [{ ...who, Resource: { Table: { DatabaseName: 'sales' } } }, INVALID],
      [{ ...who, Resource: { Table: { ...TABLES.Table, Name: 'orders' } } }, INVALID],
      [{ ...who, Resource: { ...TABLE, ...DATABASE } }, INVALID],
      [{ ...who, Resource: TABLE, Condition: { Expression: 'context.moon = 1' } }, INVALID],
      [{ Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' }, Resource: TABLE }, INVALID],
      [{ Principal: Principal('nobody'), Resource: TABLE }, INVALID],
      [{ ...who, Resource: { Table: { DatabaseName: 'sales', Name: 'none' } } }, MISSING],
      [{ ...who, Resource: { Database: { Name: 'none' } } }, MISSING],
      [{ Resource: TABLE }, 'ValidationException'],
      [who, 'ValidationException'],
      [{ ...who, Resource: TABLE, Condition: { Expression: 'x'.repeat(3001) } }, 'ValidationException'],
    ] as const) {
      expect([input, await codeOf('CreateLakeFormationOptIn', input)]).toEqual([input, code]);
    }
    const { body } = await lf('CreateLakeFormationOptIn', {
      ...who,
      Resource: { TableWithColumns: columns },
    });
    expect(body['Message']).toContain('TableWithColumns');
    for (const MaxResults of [0, 1001]) {
      expect(await codeOf('ListLakeFormationOptIns', { MaxResults })).toBe('ValidationException');
    }
    for (const operation of ['CreateLakeFormationOptIn', 'DeleteLakeFormationOptIn']) {
      expect(await codeOf(operation, { ...who, Resource: TABLE }, ann)).toBe(DENIED);
    }
    expect(await codeOf('ListLakeFormationOptIns', {}, ann)).toBe(DENIED);
    expect(await listed()).toEqual([]);
  });

  it('given a hybrid location, lets IAM alone decide about who is not opted in, from the next call on', async () => {
    expect([await get(ann), await get(bob), await get(ann, 'elsewhere')]).toEqual(['OK', 'OK', DENIED]);
    await optIn('ann', TABLE);
    expect([await get(ann), await get(bob)]).toEqual([DENIED, 'OK']);
    await ok('GrantPermissions', {
      Principal: Principal('ann'),
      Resource: { TableWithColumns: { DatabaseName: 'sales', Name: 'orders', ColumnNames: ['id'] } },
      Permissions: ['SELECT'],
    });
    const seen = await lake.glue('GetTable', { DatabaseName: 'sales', Name: 'orders' }, { caller: ann });
    expect(JSON.stringify(seen.body)).not.toContain('mail');
    await optOut('ann', TABLE);
    expect(
      (await lake.glue('GetTable', { DatabaseName: 'sales', Name: 'orders' }, { caller: ann })).body['Table'],
    ).toMatchObject({ StorageDescriptor: { Columns: [{ Name: 'id' }, { Name: 'mail' }] } });
    // IAM decides: a policy that says no is obeyed.
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: 'glue:GetTable', Resource: '*' }],
    });
    await iam(lake, 'PutUserPolicy', { UserName: 'bob', PolicyName: 'no', PolicyDocument });
    expect(await get(bob)).toBe(DENIED);
    await iam(lake, 'DeleteUserPolicy', { UserName: 'bob', PolicyName: 'no' });
    expect(await get(bob)).toBe('OK');
  });

  it('given a location that moves, or is registered otherwise, decides anew at the next call', async () => {
    const move = (Location: string) =>
      lake.ok('UpdateTable', { DatabaseName: 'sales', TableInput: tableInput('orders', Location) });
    const moveDatabase = (LocationUri: string) =>
      lake.ok('UpdateDatabase', { Name: 'sales', DatabaseInput: { Name: 'sales', LocationUri } });
    const database = async () => typeOf(await lake.glue('GetDatabase', { Name: 'sales' }, { caller: bob }));
    const both = async () => [await get(bob), await database()];
    expect(await both()).toEqual(['OK', 'OK']);
    await move('s3://other/orders');
    expect(await both()).toEqual([DENIED, 'OK']);
    await move('s3://lake/sales/orders');
    await moveDatabase('s3://other/sales');
    expect(await both()).toEqual(['OK', DENIED]);
    await moveDatabase('s3://lake/sales');
    expect(await both()).toEqual(['OK', 'OK']);
    await register(`${LAKE}/sales/orders`, false);
    expect(await both()).toEqual([DENIED, 'OK']);
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/keeper`;
    const update = (ResourceArn: string, HybridAccessEnabled: boolean) =>
      ok('UpdateResource', { ResourceArn, RoleArn, HybridAccessEnabled });
    await update(`${LAKE}/sales/orders`, true);
    expect(await both()).toEqual(['OK', 'OK']);
    await update(LAKE, false);
    expect(await both()).toEqual(['OK', DENIED]);
    await ok('DeregisterResource', { ResourceArn: `${LAKE}/sales/orders` });
    expect(await both()).toEqual([DENIED, DENIED]);
    await update(LAKE, true);
    expect(await both()).toEqual(['OK', 'OK']);
  });

  it('given many tables, lists those that are open, page by page, with what is granted', async () => {
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'wide', LocationUri: 's3://lake/wide' } });
    await register(`${LAKE}/wide/closed`, false);
    const open: string[] = [];
    for (let n = 0; n < 40; n += 1) {
      const Name = `t${String(n).padStart(2, '0')}`;
      // Many one after the other, then far between.
      const isOpen = n < 15 || n % 6 === 0;
      const place = isOpen ? 'open' : ['closed', 'closed', '../wide/open', 'op%65n'][n % 4];
      await make(Name, `s3://lake/wide/${String(place)}/${Name}`, 'wide');
      if (isOpen) open.push(Name);
    }
    await ok('GrantPermissions', {
      Principal: Principal('ann'),
      Resource: { Table: { DatabaseName: 'wide', Name: 't17' } },
      Permissions: ['DESCRIBE'],
    });
    for (const Name of ['t03', 't36']) await optIn('ann', { Table: { DatabaseName: 'wide', Name } });
    const anns = [...open.filter((name) => name !== 't03' && name !== 't36'), 't17'].sort();
    for (const MaxResults of [1, 2, 3, 5, 100]) {
      expect(await namesOf('GetTables', { DatabaseName: 'wide', MaxResults }, bob)).toEqual(open);
      expect(await namesOf('GetTables', { DatabaseName: 'wide', MaxResults }, ann)).toEqual(anns);
    }
    expect(await namesOf('SearchTables', { SearchText: 't36' }, bob)).toEqual(['t36']);
    expect(await namesOf('SearchTables', { SearchText: 't36' }, ann)).toEqual([]);
    expect(await namesOf('SearchTables', { SearchText: 't16' }, bob)).toEqual([]);

    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'hidden' } });
    for (const MaxResults of [1, 100]) {
      expect(await namesOf('GetDatabases', { MaxResults }, bob)).toEqual(['sales', 'wide']);
    }
    await optIn('bob', { Database: { Name: 'wide' } });
    expect(await namesOf('GetDatabases', {}, bob)).toEqual(['sales']);
    await optIn('bob', CATALOG);
    expect(await namesOf('GetDatabases', {}, bob)).toEqual([]);
    await optOut('bob', CATALOG);
    await lake.ok('DeleteDatabase', { Name: 'wide' });
    await ok('DeregisterResource', { ResourceArn: `${LAKE}/wide/closed` });
    expect(await listed()).toEqual([]);
  });

  it('given a principal, table or database made again under its name, starts without opt-ins', async () => {
    await newUser(lake, 'cat', []);
    await optIn('cat', DATABASE);
    for (const AccessKeyId of await iam(lake, 'ListAccessKeys', { UserName: 'cat' }, 'AccessKeyId')) {
      await iam(lake, 'DeleteAccessKey', { UserName: 'cat', AccessKeyId });
    }
    await iam(lake, 'DeleteUser', { UserName: 'cat' });
    expect(await listed()).toEqual([]);
    const cat = await newUser(lake, 'cat');
    expect(typeOf(await lake.glue('GetDatabase', { Name: 'sales' }, { caller: cat }))).toBe('OK');

    await make('again', 's3://lake/sales/again');
    await optIn('bob', { Table: { DatabaseName: 'sales', Name: 'again' } });
    expect(await get(bob, 'again')).toBe(DENIED);
    await lake.ok('DeleteTable', { DatabaseName: 'sales', Name: 'again' });
    await make('again', 's3://lake/sales/again');
    expect(await get(bob, 'again')).toBe('OK');
    expect(await listed()).toEqual([]);
  });

  it('given an engine that may have whole tables, gives it this one for who is not opted in', async () => {
    await ok('PutDataLakeSettings', {
      DataLakeSettings: {
        DataLakeAdmins: [Principal('admin')],
        AllowFullTableExternalDataAccess: true,
        ExternalDataFilteringAllowList: [{ DataLakePrincipalIdentifier: ACCOUNT }],
      },
    });
    const unfiltered = async () => {
      const { status, body } = await lake.glue(
        'GetUnfilteredTableMetadata',
        {
          CatalogId: ACCOUNT,
          DatabaseName: 'sales',
          Name: 'orders',
          SupportedPermissionTypes: ['COLUMN_PERMISSION', 'CELL_FILTER_PERMISSION'],
        },
        { caller: ann },
      );
      return status === 200 ? body : { code: body['__type'] };
    };
    const of = { TableCatalogId: ACCOUNT, DatabaseName: 'sales', TableName: 'orders', Name: 'some' };
    await ok('CreateDataCellsFilter', {
      TableData: { ...of, RowFilter: { FilterExpression: "id = '1'" }, ColumnNames: ['id'] },
    });
    await ok('RevokePermissions', {
      Principal: Principal('ann'),
      Resource: { TableWithColumns: { DatabaseName: 'sales', Name: 'orders', ColumnNames: ['id'] } },
      Permissions: ['SELECT'],
    });
    await ok('GrantPermissions', {
      Principal: Principal('ann'),
      Resource: { DataCellsFilter: of },
      Permissions: ['SELECT'],
    });
    const whole = await unfiltered();
    expect(whole).toMatchObject({ AuthorizedColumns: ['id', 'mail'], IsRegisteredWithLakeFormation: true });
    expect(whole).not.toHaveProperty('RowFilter');
    // An engine that may have whole tables alone is refused what is cut.
    await optIn('ann', TABLE);
    expect(await unfiltered()).toEqual({ code: DENIED });
    await optOut('ann', TABLE);
  });

  it('says why: explain, whoCan and the audit trail name the hybrid location', async () => {
    const asked = { permission: 'SELECT', database: 'sales', table: 'orders' };
    const ask = async (question: string, variables: object) => {
      const { data, errors } = await graphql(lake, question, variables, token);
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
      return Object.values(data ?? {})[0];
    };
    const explained = () =>
      ask(
        `query ($i: ExplainInput!) { explain(input: $i) { allowed columns
           grants { because { kind principal resource permission grantOption } missing { permission } } } }`,
        { i: { principal: userArn('bob'), ...asked } },
      );
    const because = {
      kind: 'hybrid',
      principal: userArn('bob'),
      resource: `hybrid location ${LAKE}`,
      permission: 'ALL',
      grantOption: false,
    };
    expect(await explained()).toEqual({
      allowed: true,
      columns: ['id', 'mail'],
      grants: { because: [because], missing: [] },
    });
    const whoCan = async () => {
      const found = (await ask(
        'query ($i: WhoCanInput!) { whoCan(input: $i) { edges { node { principal } } } }',
        { i: asked },
      )) as { edges: { node: { principal: string } }[] }; // as it was asked for
      return found.edges.map(({ node }) => node.principal);
    };
    expect(await whoCan()).toEqual(expect.arrayContaining([userArn('ann'), userArn('bob')]));
    await optIn('bob', TABLE);
    expect(await explained()).toEqual({
      allowed: false,
      columns: [],
      grants: { because: [], missing: [{ permission: 'SELECT' }] },
    });
    expect(await whoCan()).not.toContain(userArn('bob'));
    const events = await auditEvents(lake, token, { action: 'lakeformation:CreateLakeFormationOptIn' }, 1);
    expect(events).toMatchObject([{ principal: userArn('admin'), allowed: true }]);
    await optOut('bob', TABLE);
    await lake.glue('DeleteTable', { DatabaseName: 'sales', Name: 'again' }, { caller: bob });
    const [deleted] = await auditEvents(
      lake,
      token,
      { action: 'glue:DeleteTable', principal: userArn('bob') },
      1,
    );
    expect(deleted?.because).toContainEqual(
      expect.objectContaining({ kind: 'hybrid', id: LAKE, principal: userArn('bob') }),
    );
  });
});
