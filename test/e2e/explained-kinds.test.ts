import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { lakewarden } from '../support/cli.ts';
import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { bearerOf, iam, newUser } from '../support/principals.ts';

const ACCOUNT = '111122223333';
const STRANGER = '444455556666';
const userArn = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`;
const ORDERS = { database: 'sales', table: 'orders' };
const DENIED = 'AccessDeniedException';

interface Kind {
  readonly permission: string;
  readonly on: Readonly<Record<string, unknown>>;
  /** The same kind of thing, that is not there. */
  readonly none: Readonly<Record<string, unknown>>;
  /** What is granted for it, if that is not the thing itself. */
  readonly grant?: object;
  readonly resource: string;
  readonly action: string;
  /** Where it is several: each of them. */
  readonly each?: readonly string[];
  readonly more?: object;
}
const KINDS: readonly Kind[] = [
  {
    permission: 'DATA_LOCATION_ACCESS',
    on: { dataLocation: 'arn:aws:s3:::lake/sales/2026' },
    none: { dataLocation: 'arn:aws:s3:::elsewhere' },
    grant: { dataLocation: 'arn:aws:s3:::lake/sales' },
    resource: 'location s3://lake/sales/2026',
    action: 'glue:CreateTable',
    more: { registration: 'arn:aws:s3:::lake/sales' },
  },
  {
    permission: 'SELECT',
    on: { ...ORDERS, dataCellsFilter: 'mine' },
    none: { ...ORDERS, dataCellsFilter: 'none' },
    resource: 'data cells filter mine of table sales.orders',
    action: 'glue:GetTable',
    more: { columns: ['id'], rowFilter: "id = '1'" },
  },
  {
    permission: 'ASSOCIATE',
    on: { lfTag: { key: 'class', values: ['open', 'pii'] } },
    none: { lfTag: { key: 'class', values: ['none'] } },
    resource: 'LF-tag class=open|pii',
    each: ['LF-tag class=open', 'LF-tag class=pii'],
    action: 'lakeformation:AddLFTagsToResource',
  },
  {
    permission: 'DROP',
    on: { lfTag: { key: 'class', values: ['open'] } },
    none: { lfTag: { key: 'none', values: ['open'] } },
    grant: { lfTag: { key: 'class', values: ['*'] } },
    resource: 'LF-tag class=*',
    action: 'lakeformation:DeleteLFTag',
  },
  {
    permission: 'ALTER',
    on: { lfTagExpression: 'Open' },
    none: { lfTagExpression: 'None' },
    resource: 'LF-tag expression Open',
    action: 'lakeformation:UpdateLFTagExpression',
  },
  {
    permission: 'INSERT',
    on: { database: 'sales', allTables: true },
    none: { database: 'none', allTables: true },
    resource: 'all tables of database sales',
    action: 'glue:BatchCreatePartition',
  },
  {
    permission: 'SELECT',
    on: { ...ORDERS, columns: ['Mail'] },
    none: { ...ORDERS, columns: ['none'] },
    resource: 'column mail of table sales.orders',
    action: 'glue:GetTable',
    more: { columns: ['mail'], rowFilter: null },
  },
];

describe.each(DATABASES)('explain of every kind of thing on %s', (databaseName) => {
  let lake: Lake;
  let token: string;
  let annsToken: string;
  let strangersToken: string;

  const say = async (question: string, variables: object, bearer = token): Promise<unknown> => {
    const { data, errors } = await graphql(lake, question, variables, bearer);
    const [error] = errors ?? [];
    return error === undefined ? Object.values(data ?? {})[0] : [error.extensions.code, error.message];
  };
  const explain = (input: object, bearer?: string) =>
    say(
      `query ($i: ExplainInput!) { explain(input: $i) { principal resource allowed registration columns rowFilter
         policies { action allowed } grants { allowed because { principal grantedBy } missing { permission resource } }
         nearMisses { why } } }`,
      { i: input },
      bearer,
    );
  const whoCan = (input: object, bearer?: string) =>
    say(
      'query ($i: WhoCanInput!) { whoCan(input: $i) { edges { node { principal resource } } } }',
      { i: input },
      bearer,
    );
  const whatIf = (changes: object[], questions: object[], bearer?: string) =>
    say(
      'query ($i: WhatIfInput!) { whatIf(input: $i) { before { allowed } after { allowed resource } } }',
      { i: { changes, questions } },
      bearer,
    );
  const entryOf = ({ permission, on, grant }: Kind) => ({
    principal: userArn('ann'),
    permissions: [permission],
    resource: grant ?? on,
  });
  const change = async (kind: 'grant' | 'revoke', entry: object) => {
    expect(
      await say(
        `mutation ($e: [GrantEntryInput!]!) { ${kind}Permissions(input: { entries: $e }) { failures { message } } }`,
        { e: [entry] },
      ),
    ).toEqual({ failures: [] });
  };
  const lf = async (operation: string, input: object) => {
    const { status, body } = await lakeFormation(lake, operation, input);
    expect([status, body]).toEqual([200, body]);
  };
  const cli = (...words: string[]) =>
    lakewarden([...words, '--url', lake.url], {
      AWS_ACCESS_KEY_ID: lake.accessKeyId,
      AWS_SECRET_ACCESS_KEY: lake.secretAccessKey,
    });

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['glue:*', 'lakeformation:*', 'sts:*'], Resource: '*' }],
    };
    const ann = await newUser(lake, 'ann', []);
    await iam(lake, 'PutUserPolicy', {
      UserName: 'ann',
      PolicyName: 'all',
      PolicyDocument: JSON.stringify(policy),
    });
    annsToken = await bearerOf(lake, ann);
    const made = (await say(
      'mutation ($i: CreateAccountInput!) { createAccount(input: $i) { accessKey { accessKeyId secretAccessKey } } }',
      { i: { id: STRANGER, name: 'stranger' } },
    )) as { accessKey: { accessKeyId: string; secretAccessKey: string } };
    strangersToken = await bearerOf(lake, made.accessKey);
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'sales' } });
    const Columns = ['id', 'mail'].map((Name) => ({ Name, Type: 'string' }));
    await lake.ok('CreateTable', {
      DatabaseName: 'sales',
      TableInput: { Name: 'orders', StorageDescriptor: { Columns } },
    });
    const tags = { TagKey: 'class', TagValues: ['open', 'pii'] };
    await lf('RegisterResource', { ResourceArn: 'arn:aws:s3:::lake/sales', UseServiceLinkedRole: true });
    await lf('CreateLFTag', tags);
    await lf('CreateLFTagExpression', { Name: 'Open', Expression: [tags] });
    await lf('CreateDataCellsFilter', {
      TableData: {
        TableCatalogId: ACCOUNT,
        DatabaseName: 'sales',
        TableName: 'orders',
        Name: 'mine',
        RowFilter: { FilterExpression: "id = '1'" },
        ColumnNames: ['id'],
      },
    });
  });
  afterAll(async () => {
    await lake.stop();
  });

  it.each(KINDS)('explains $permission on $resource as it is granted and revoked', async (kind) => {
    const { permission, on, resource, action, each = [resource], more } = kind;
    const question = { principal: userArn('ann'), permission, ...on };
    const policies = { action, allowed: true };
    const before = {
      resource,
      allowed: false,
      policies,
      grants: { allowed: false, because: [], missing: each.map((one) => ({ permission, resource: one })) },
    };
    expect(await explain(question)).toMatchObject(before);
    expect(await whatIf([{ kind: 'GRANT', entry: entryOf(kind) }], [question])).toEqual([
      { before: { allowed: false }, after: { allowed: true, resource } },
    ]);
    await change('grant', entryOf(kind));
    const because = each.map(() => ({ principal: userArn('ann'), grantedBy: userArn('admin') }));
    const after = { resource, allowed: true, policies, grants: { because, missing: [] }, ...more };
    expect(await explain(question)).toMatchObject(after);
    const { principal: _ann, ...herself } = question;
    expect(await explain(herself, annsToken)).toMatchObject(after);
    const found = await whoCan({ permission, ...on });
    expect(found).toMatchObject({
      edges: expect.arrayContaining([{ node: { principal: userArn('ann'), resource } }]) as unknown,
    });
    await change('revoke', entryOf(kind));
    expect(await explain(question)).toMatchObject(before);
    expect(JSON.stringify(await whoCan({ permission, ...on }))).not.toContain(userArn('ann'));
    const bounded = { ...entryOf(kind), condition: 'context.mfa' };
    await change('grant', bounded);
    expect(await explain(question)).toMatchObject({
      ...before,
      nearMisses: each.map(() => ({ why: 'CONDITION' })),
    });
    await change('revoke', bounded);
  });

  it.each(KINDS)(
    'given $permission on $resource, tells strangers the same of what is there and not',
    async (kind) => {
      const { permission, on, none } = kind;
      const asks = [
        (thing: object) => explain({ permission, ...thing }, annsToken),
        (thing: object) => explain({ principal: userArn('admin'), permission, ...thing }, annsToken),
        (thing: object) => whoCan({ permission, ...thing }, annsToken),
        (thing: object) => whatIf([], [{ permission, ...thing }], annsToken),
        (thing: object) => explain({ permission, catalogId: ACCOUNT, ...thing }, strangersToken),
        (thing: object) => whoCan({ permission, catalogId: ACCOUNT, ...thing }, strangersToken),
        (thing: object) => whatIf([], [{ permission, catalogId: ACCOUNT, ...thing }], strangersToken),
      ];
      for (const ask of asks) {
        const told = await ask(on);
        expect(told).toEqual([DENIED, expect.any(String)]);
        expect(await ask(none)).toEqual(told);
      }
      for (const thing of [on, none]) {
        // In the stranger's own lake there is none of it.
        expect(await explain({ permission, ...thing }, strangersToken)).toEqual([
          'EntityNotFoundException',
          expect.any(String),
        ]);
      }
      expect(await explain({ permission, ...none })).toEqual(['EntityNotFoundException', expect.any(String)]);
    },
  );

  it('refuses what cannot be asked, by its fault', async () => {
    const refuses = async (input: object, message: string) => {
      const told = [
        expect.stringMatching(/^(InvalidInput|Validation)Exception$/),
        expect.stringContaining(message),
      ];
      expect([input, await explain(input)]).toEqual([input, told]);
      expect([input, await whoCan(input)]).toEqual([input, told]);
      expect([input, await whatIf([], [input])]).toEqual([input, told]);
    };
    const dataLocation = 'arn:aws:s3:::lake/sales';
    await refuses({ permission: 'SELECT', dataLocation }, 'it takes DATA_LOCATION_ACCESS');
    await refuses({ permission: 'ASSOCIATE', ...ORDERS }, 'Permission ASSOCIATE is not asked for on a Table');
    await refuses({ permission: 'DESCRIBE', dataLocation, ...ORDERS }, 'takes one of database, dataLocation');
    await refuses(
      { permission: 'DESCRIBE', dataLocation, columns: ['id'] },
      'takes one of database, dataLocation',
    );
    await refuses({ permission: 'SELECT', columns: ['id'] }, 'A table is named with its database');
    await refuses({ permission: 'SELECT', database: 'sales', columns: ['id'] }, 'named with their table');
    await refuses(
      { permission: 'SELECT', ...ORDERS, columns: ['id'], dataCellsFilter: 'mine' },
      'takes one of allTables',
    );
    await refuses({ permission: 'SELECT', ...ORDERS, allTables: true }, 'a table or allTables');
    await refuses({ permission: 'SELECT', ...ORDERS, columns: [] }, 'names no column');
    await refuses({ permission: 'DESCRIBE', lfTag: { key: 'class', values: [] } }, 'names no value');
    await refuses(
      { permission: 'DATA_LOCATION_ACCESS', dataLocation: 's3://lake' },
      'names no data location',
    );
  });

  it('is asked on the command line', async () => {
    for (const kind of KINDS) await change('grant', entryOf(kind));
    const ann = ['--principal', userArn('ann'), '--action'];
    const [place, tag, fault] = await Promise.all([
      cli('explain', ...ann, 'data_location_access', '--location', 'arn:aws:s3:::lake/sales/2026'),
      cli('who-can', '--action', 'associate', '--lf-tag', 'class=open,pii', '--json'),
      cli('explain', ...ann, 'select', '--location', 'arn:aws:s3:::lake/sales'),
    ]);
    expect([place.code, place.stderr]).toEqual([0, '']);
    expect(place.stdout.split('\n').slice(0, 4)).toEqual([
      `${userArn('ann')} may DATA_LOCATION_ACCESS location s3://lake/sales/2026`,
      'policies: glue:CreateTable is allowed',
      'grants: allowed',
      'registered: arn:aws:s3:::lake/sales',
    ]);
    expect([tag.code, tag.stderr]).toEqual([0, '']);
    expect(tag.stdout).toContain(userArn('ann'));
    expect([fault.code, fault.stdout]).toEqual([1, '']);
    expect(fault.stderr).toContain('it takes DATA_LOCATION_ACCESS');
    for (const kind of KINDS) await change('revoke', entryOf(kind));
  });
});
