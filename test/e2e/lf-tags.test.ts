import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Answer } from '../support/glue.ts';
import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { type KeyPair, newUser } from '../support/principals.ts';

const ACCOUNT = '111122223333';
const userArn = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`;
const DENIED = 'AccessDeniedException';
const MISSING = 'EntityNotFoundException';
const INVALID = 'InvalidInputException';

const codeOf = ({ status, body }: Answer): string => (status === 200 ? 'OK' : String(body['__type']));
const pair = (TagKey: string, ...TagValues: string[]) => ({ TagKey, TagValues });
const owned = (TagKey: string, ...TagValues: string[]) => ({ CatalogId: ACCOUNT, TagKey, TagValues });

describe.each(DATABASES)('LF-tags on %s', (databaseName) => {
  let lake: Lake;
  let ann: KeyPair;
  let bob: KeyPair;

  const lf = (operation: string, input: object = {}, caller: KeyPair = lake): Promise<Answer> =>
    lakeFormation({ url: lake.url, ...caller }, operation, input);
  const ok = async (operation: string, input: object = {}, caller?: KeyPair) => {
    const answer = await lf(operation, input, caller);
    expect([operation, codeOf(answer), answer.body]).toEqual([operation, 'OK', answer.body]);
    return answer.body;
  };
  const code = async (operation: string, input: object = {}, caller?: KeyPair) =>
    codeOf(await lf(operation, input, caller));
  const grant = (
    name: string,
    Resource: object,
    Permissions: string[],
    more: object = {},
    caller?: KeyPair,
  ) =>
    ok(
      'GrantPermissions',
      { Principal: { DataLakePrincipalIdentifier: userArn(name) }, Resource, Permissions, ...more },
      caller,
    );
  const revoke = (name: string, Resource: object, Permissions: string[]) =>
    ok('RevokePermissions', {
      Principal: { DataLakePrincipalIdentifier: userArn(name) },
      Resource,
      Permissions,
    });
  const policy = (ResourceType: string, ...Expression: object[]) => ({
    LFTagPolicy: { ResourceType, Expression },
  });
  const assign = async (Resource: object, ...LFTags: object[]) => {
    expect(await ok('AddLFTagsToResource', { Resource, LFTags })).toEqual({ Failures: [] });
  };
  const newDatabase = async (Name: string, tables: readonly string[] = ['orders', 'people']) => {
    await lake.ok('CreateDatabase', { DatabaseInput: { Name } });
    for (const table of tables) await newTable(Name, table);
  };
  const newTable = (DatabaseName: string, Name: string) =>
    lake.ok('CreateTable', {
      DatabaseName,
      TableInput: {
        Name,
        StorageDescriptor: {
          Columns: ['id', 'name', 'mail'].map((column) => ({ Name: column, Type: 'string' })),
        },
        PartitionKeys: [{ Name: 'day', Type: 'string' }],
      },
    });
  const columnsSeen = async (
    caller: KeyPair,
    DatabaseName: string,
    Name: string,
  ): Promise<string[] | string> => {
    const answer = await lake.glue('GetTable', { DatabaseName, Name }, { caller });
    if (answer.status !== 200) return codeOf(answer);
    const { StorageDescriptor, PartitionKeys } = answer.body['Table'] as {
      StorageDescriptor: { Columns: { Name: string }[] };
      PartitionKeys?: { Name: string }[];
    };
    return [...StorageDescriptor.Columns, ...(PartitionKeys ?? [])].map((column) => column.Name);
  };
  const names = async (
    caller: KeyPair,
    operation: string,
    input: object,
    list: string,
  ): Promise<string[]> => {
    const { body } = await lake.glue(operation, input, { caller });
    return ((body[list] ?? []) as { Name: string }[]).map(({ Name }) => Name);
  };
  const tablesSeen = (caller: KeyPair, DatabaseName: string) =>
    names(caller, 'GetTables', { DatabaseName }, 'TableList');

  beforeAll(async () => {
    lake = await startLake(databaseName);
    ann = await newUser(lake, 'ann');
    bob = await newUser(lake, 'bob');
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('given U+0000 in a key or a value, says that no name holds it, and makes nothing', async () => {
    const nul = 'a\u0000b';
    expect(await code('GetLFTag', { TagKey: nul })).toBe('InvalidInputException');
    expect(await code('CreateLFTag', { TagKey: 'nul', TagValues: [nul] })).toBe('InvalidInputException');
    expect(await code('CreateLFTag', { TagKey: nul, TagValues: ['v'] })).toBe('InvalidInputException');
    expect(await code('GetLFTag', { TagKey: 'nul' })).toBe('EntityNotFoundException');
  });

  it('given a tag, stores it in lower case, each value once, and changes its values', async () => {
    await ok('CreateLFTag', pair('Shade', 'Red', 'red', 'BLUE'));
    expect(await ok('GetLFTag', { TagKey: 'SHADE' })).toEqual(owned('shade', 'blue', 'red'));
    await ok('UpdateLFTag', { TagKey: 'shade', TagValuesToAdd: ['Green'], TagValuesToDelete: ['RED'] });
    expect(await ok('GetLFTag', { TagKey: 'shade' })).toEqual(owned('shade', 'blue', 'green'));
    expect(await code('CreateLFTag', pair('SHADE', 'x'))).toBe(INVALID);
    await ok('DeleteLFTag', { TagKey: 'shade' });
    expect(await code('GetLFTag', { TagKey: 'shade' })).toBe(MISSING);
    expect(await code('DeleteLFTag', { TagKey: 'shade' })).toBe(MISSING);
  });

  it('given bad input, names the fault by the exception of the model', async () => {
    await ok('CreateLFTag', pair('form', 'a', 'b'));
    const many = (count: number) => Array.from({ length: count }, (_, i) => `v${String(i)}`);
    for (const [operation, input, expected] of [
      ['CreateLFTag', pair('', 'a'), INVALID],
      ['CreateLFTag', pair('k'.repeat(129), 'a'), INVALID],
      ['CreateLFTag', pair('bad!key', 'a'), INVALID],
      ['CreateLFTag', pair('empty'), INVALID],
      ['CreateLFTag', pair('long', 'v'.repeat(257)), INVALID],
      ['CreateLFTag', pair('star', '*'), INVALID],
      ['CreateLFTag', pair('blank', ''), INVALID],
      ['CreateLFTag', { TagKey: 'nothing' }, 'ValidationException'],
      ['CreateLFTag', pair('many', ...many(1001)), 'ValidationException'],
      ['CreateLFTag', { TagKey: 7, TagValues: ['a'] }, 'ValidationException'],
      ['UpdateLFTag', { TagKey: 'form' }, INVALID],
      ['UpdateLFTag', { TagKey: 'form', TagValuesToAdd: ['c'], TagValuesToDelete: ['c'] }, INVALID],
      ['UpdateLFTag', { TagKey: 'form', TagValuesToDelete: ['a', 'b'] }, INVALID],
      ['UpdateLFTag', { TagKey: 'form', TagValuesToDelete: ['nope'] }, INVALID],
      ['UpdateLFTag', { TagKey: 'nowhere', TagValuesToAdd: ['a'] }, MISSING],
      ['CreateLFTagExpression', { Name: 'e', Expression: [] }, INVALID],
      ['CreateLFTagExpression', { Name: 'e', Expression: [pair('form', 'a'), pair('FORM', 'b')] }, INVALID],
      ['CreateLFTagExpression', { Name: 'e', Expression: [pair('form')] }, INVALID],
      ['CreateLFTagExpression', { Name: 'e', Expression: [pair('form', 'z')] }, MISSING],
      ['CreateLFTagExpression', { Name: 'e', Expression: many(51).map((key) => pair(key, 'a')) }, INVALID],
      ['GetLFTagExpression', { Name: 'none' }, MISSING],
      ['SearchTablesByLFTags', { Expression: [pair('none', 'a')] }, MISSING],
      ['SearchTablesByLFTags', { Expression: [pair('form', 'a')], MaxResults: 101 }, 'ValidationException'],
      ['SearchTablesByLFTags', { Expression: [pair('form', 'a')], NextToken: 'x' }, INVALID],
      ['AddLFTagsToResource', { Resource: { Catalog: {} }, LFTags: [pair('form', 'a')] }, INVALID],
      [
        'AddLFTagsToResource',
        { Resource: { Database: { Name: 'none' } }, LFTags: [pair('form', 'a')] },
        MISSING,
      ],
      ['AddLFTagsToResource', { Resource: {}, LFTags: [pair('form', 'a')] }, INVALID],
      ['GetResourceLFTags', { Resource: { Catalog: {} } }, INVALID],
      ['GetResourceLFTags', { Resource: { Database: { Name: 'none' } } }, MISSING],
    ] as const) {
      expect([operation, input, await code(operation, input)]).toEqual([operation, input, expected]);
    }
    const Principal = { DataLakePrincipalIdentifier: userArn('ann') };
    for (const [Resource, Permissions, expected] of [
      [{ LFTag: pair('form', 'a') }, ['SELECT'], INVALID],
      [{ LFTag: pair('form', 'z') }, ['ASSOCIATE'], MISSING],
      [{ LFTag: pair('none', 'a') }, ['ASSOCIATE'], MISSING],
      [policy('DATABASE', pair('form', 'a')), ['SELECT'], INVALID],
      [policy('TABLE', pair('form', 'a')), ['CREATE_TABLE'], INVALID],
      [policy('TABLE', pair('form', 'z')), ['SELECT'], MISSING],
      [policy('TABLE'), ['SELECT'], INVALID],
      [{ LFTagPolicy: { ResourceType: 'TABLE', ExpressionName: 'none' } }, ['SELECT'], MISSING],
      [{ LFTagPolicy: { ResourceType: 'TABLE' } }, ['SELECT'], INVALID],
      [
        { LFTagPolicy: { ResourceType: 'TABLE', Expression: [pair('form', 'a')], ExpressionName: 'e' } },
        ['SELECT'],
        INVALID,
      ],
      [
        { LFTagPolicy: { ResourceType: 'COLUMN', Expression: [pair('form', 'a')] } },
        ['SELECT'],
        'ValidationException',
      ],
      [{ LFTagExpression: { Name: 'none' } }, ['DESCRIBE'], MISSING],
    ] as const) {
      const asked = { Principal, Resource, Permissions };
      expect([asked, await code('GrantPermissions', asked)]).toEqual([asked, expected]);
    }
  });

  it('given a policy on tables, reaches what matches with all columns but those whose tags do not', async () => {
    await ok('CreateLFTag', pair('env', 'prod', 'dev'));
    await ok('CreateLFTag', pair('class', 'open', 'pii'));
    await newDatabase('shop');
    await grant('ann', policy('TABLE', pair('ENV', 'PROD'), pair('class', 'open')), ['SELECT']);
    expect(await columnsSeen(ann, 'shop', 'orders')).toBe(DENIED);

    await assign({ Database: { Name: 'shop' } }, pair('env', 'prod'), pair('class', 'open'));
    expect(await columnsSeen(ann, 'shop', 'orders')).toEqual(['id', 'name', 'mail', 'day']);
    expect(await tablesSeen(ann, 'shop')).toEqual(['orders', 'people']);
    expect(await names(ann, 'GetDatabases', {}, 'DatabaseList')).toContain('shop');

    const mail = { TableWithColumns: { DatabaseName: 'shop', Name: 'people', ColumnNames: ['MAIL', 'day'] } };
    await assign(mail, pair('class', 'pii'));
    expect(await columnsSeen(ann, 'shop', 'people')).toEqual(['id', 'name']);
    await assign({ Table: { DatabaseName: 'shop', Name: 'orders' } }, pair('env', 'dev'));
    expect(await columnsSeen(ann, 'shop', 'orders')).toBe(DENIED);
    expect(await tablesSeen(ann, 'shop')).toEqual(['people']);

    // A table that matches in none but a column.
    const id = { TableWithColumns: { DatabaseName: 'shop', Name: 'orders', ColumnNames: ['id'] } };
    await assign(id, pair('env', 'prod'));
    expect(await columnsSeen(ann, 'shop', 'orders')).toEqual(['id']);
    expect(await tablesSeen(ann, 'shop')).toEqual(['orders', 'people']);

    await revoke('ann', policy('TABLE', pair('class', 'open'), pair('env', 'prod')), ['SELECT']);
    expect(await columnsSeen(ann, 'shop', 'people')).toBe(DENIED);
    expect(await names(ann, 'GetDatabases', {}, 'DatabaseList')).not.toContain('shop');
  });

  it('given a resource, tells its tags and where they come from', async () => {
    const Table = { DatabaseName: 'shop', Name: 'people' };
    expect(await ok('GetResourceLFTags', { Resource: { Database: { Name: 'shop' } } })).toEqual({
      LFTagOnDatabase: [owned('class', 'open'), owned('env', 'prod')],
    });
    expect(await ok('GetResourceLFTags', { Resource: { Table } })).toEqual({
      LFTagOnDatabase: [owned('class', 'open'), owned('env', 'prod')],
      LFTagsOnTable: [owned('class', 'open'), owned('env', 'prod')],
      LFTagsOnColumns: ['day', 'mail'].map((Name) => ({
        Name,
        LFTags: [owned('class', 'pii'), owned('env', 'prod')],
      })),
    });
    expect(await ok('GetResourceLFTags', { Resource: { Table }, ShowAssignedLFTags: true })).toEqual({
      LFTagOnDatabase: [owned('class', 'open'), owned('env', 'prod')],
      LFTagsOnColumns: ['day', 'mail'].map((Name) => ({ Name, LFTags: [owned('class', 'pii')] })),
    });
    // A tag is seen by those who may DESCRIBE it, on what they may describe.
    expect(await code('GetResourceLFTags', { Resource: { Table } }, ann)).toBe(DENIED);
    await grant('ann', { Table }, ['DESCRIBE']);
    expect(await ok('GetResourceLFTags', { Resource: { Table } }, ann)).toEqual({});
    await grant('ann', { LFTag: pair('class', 'pii') }, ['DESCRIBE']);
    expect(await ok('GetResourceLFTags', { Resource: { Table } }, ann)).toEqual({
      LFTagsOnColumns: ['day', 'mail'].map((Name) => ({ Name, LFTags: [owned('class', 'pii')] })),
    });
    expect(await ok('GetLFTag', { TagKey: 'class' }, ann)).toEqual(owned('class', 'pii'));
    expect(await ok('ListLFTags', {}, ann)).toEqual({ LFTags: [owned('class', 'pii')] });
    expect(await code('GetLFTag', { TagKey: 'env' }, ann)).toBe(DENIED);
    expect(await code('GetLFTag', { TagKey: 'nowhere' }, ann)).toBe(DENIED);
  });

  it('given several tags at once, assigns and removes what it can and tells of the rest', async () => {
    await newDatabase('mixed', ['t']);
    const Resource = { Table: { DatabaseName: 'mixed', Name: 't' } };
    const LFTags = [
      pair('env', 'prod'),
      pair('env', 'dev'),
      pair('class', 'open', 'pii'),
      pair('none', 'a'),
      pair('class', 'none'),
      { CatalogId: '999999999999', ...pair('class', 'open') },
    ];
    const failuresOf = (body: Readonly<Record<string, unknown>>) =>
      (body['Failures'] as { LFTag: object; Error: { ErrorCode: string } }[]).map(({ LFTag, Error }) => [
        LFTag,
        Error.ErrorCode,
      ]);
    expect(failuresOf(await ok('AddLFTagsToResource', { Resource, LFTags }))).toEqual([
      [LFTags[1], INVALID],
      [LFTags[2], INVALID],
      [LFTags[3], MISSING],
      [LFTags[4], INVALID],
      [LFTags[5], INVALID],
    ]);
    expect(await ok('GetResourceLFTags', { Resource })).toEqual({ LFTagsOnTable: [owned('env', 'prod')] });
    const removed = await ok('RemoveLFTagsFromResource', {
      Resource,
      LFTags: [pair('env', 'prod'), pair('class', 'open')],
    });
    expect(failuresOf(removed)).toEqual([[pair('class', 'open'), MISSING]]);
    expect(await ok('GetResourceLFTags', { Resource })).toEqual({});
    // What is inherited is removed where it was put.
    await assign({ Database: { Name: 'mixed' } }, pair('env', 'prod'));
    expect(
      failuresOf(await ok('RemoveLFTagsFromResource', { Resource, LFTags: [pair('env', 'prod')] })),
    ).toEqual([[pair('env', 'prod'), MISSING]]);
  });

  it('given ASSOCIATE and the right to pass everything on, and no less, lets a caller tag', async () => {
    const Resource = { Table: { DatabaseName: 'mixed', Name: 't' } };
    const LFTags = [pair('class', 'open')];
    expect(await code('AddLFTagsToResource', { Resource, LFTags }, bob)).toBe(DENIED);
    const option = { PermissionsWithGrantOption: ['ALL'] };
    await grant('bob', Resource, ['ALL'], option);
    const failure = async () =>
      (
        (await ok('AddLFTagsToResource', { Resource, LFTags }, bob))['Failures'] as {
          Error: { ErrorCode: string };
        }[]
      ).map(({ Error }) => Error.ErrorCode);
    expect(await failure()).toEqual([DENIED]);
    await grant('bob', { LFTag: pair('class', 'open') }, ['ASSOCIATE']);
    expect(await failure()).toEqual([]);
    // Another value in its place takes the first away: that takes ASSOCIATE on both.
    await assign(Resource, pair('class', 'pii'));
    expect(await failure()).toEqual([DENIED]);
    await grant('bob', { LFTag: pair('class', '*') }, ['ASSOCIATE'], {
      PermissionsWithGrantOption: ['ASSOCIATE'],
    });
    expect(await failure()).toEqual([]);
    // Who holds every value with the option passes one on.
    await grant('ann', { LFTag: pair('class', 'open') }, ['ASSOCIATE'], {}, bob);
    const listed = await ok('ListPermissions', { ResourceType: 'LF_TAG' }, bob);
    expect(JSON.stringify(listed)).toContain('"TagValues":["*"]');
    expect(JSON.stringify(listed)).toContain(userArn('ann'));
    expect(JSON.stringify(listed)).not.toContain('env');
  });

  it('given a value in use, keeps it; given a key that is deleted, takes everything that names it along', async () => {
    await ok('CreateLFTag', pair('zone', 'north', 'south', 'east'));
    await newDatabase('map', ['t']);
    await assign({ Database: { Name: 'map' } }, pair('zone', 'north'));
    await grant('ann', policy('TABLE', pair('zone', 'north', 'south')), ['SELECT']);
    await ok('CreateLFTagExpression', {
      Name: 'polar',
      Description: 'cold',
      Expression: [pair('zone', 'north')],
    });
    await grant('bob', { LFTagPolicy: { ResourceType: 'DATABASE', ExpressionName: 'polar' } }, ['DESCRIBE']);
    expect(await names(bob, 'GetDatabases', {}, 'DatabaseList')).toContain('map');
    expect(await code('UpdateLFTag', { TagKey: 'zone', TagValuesToDelete: ['north'] })).toBe(INVALID);
    expect(await code('UpdateLFTag', { TagKey: 'zone', TagValuesToDelete: ['south'] })).toBe(INVALID);
    await ok('UpdateLFTag', { TagKey: 'zone', TagValuesToDelete: ['east'] });
    expect(await columnsSeen(ann, 'map', 't')).toHaveLength(4);

    const listed = await ok('ListPermissions', { ResourceType: 'LF_TAG_POLICY' });
    expect(listed['PrincipalResourcePermissions']).toMatchObject([
      {
        Principal: { DataLakePrincipalIdentifier: userArn('ann') },
        Resource: { LFTagPolicy: { ResourceType: 'TABLE', Expression: [pair('zone', 'north', 'south')] } },
        Permissions: ['SELECT'],
      },
      { Resource: { LFTagPolicy: { ResourceType: 'DATABASE', ExpressionName: 'polar' } } },
    ]);
    expect(await ok('ListLFTagExpressions')).toEqual({
      LFTagExpressions: [
        { Name: 'polar', Description: 'cold', CatalogId: ACCOUNT, Expression: [pair('zone', 'north')] },
      ],
    });

    await ok('DeleteLFTag', { TagKey: 'zone' });
    expect(await columnsSeen(ann, 'map', 't')).toBe(DENIED);
    expect(await names(bob, 'GetDatabases', {}, 'DatabaseList')).not.toContain('map');
    expect(await ok('ListPermissions', { ResourceType: 'LF_TAG_POLICY' })).toEqual({
      PrincipalResourcePermissions: [],
    });
    expect(await ok('ListLFTagExpressions')).toEqual({ LFTagExpressions: [] });
    expect(await ok('GetResourceLFTags', { Resource: { Database: { Name: 'map' } } })).toEqual({});
    await ok('CreateLFTag', pair('zone', 'north'));
    expect(await columnsSeen(ann, 'map', 't')).toBe(DENIED);
  });

  it('given a saved expression, what is granted through it follows what it says', async () => {
    await newDatabase('moving', ['t']);
    await assign({ Database: { Name: 'moving' } }, pair('env', 'dev'));
    await ok('CreateLFTagExpression', { Name: 'Live', Expression: [pair('env', 'prod')] });
    expect(await code('CreateLFTagExpression', { Name: 'Live', Expression: [pair('env', 'prod')] })).toBe(
      INVALID,
    );
    const Resource = { LFTagPolicy: { ResourceType: 'TABLE', ExpressionName: 'Live' } };
    await grant('bob', Resource, ['SELECT', 'ALTER']);
    expect(await columnsSeen(bob, 'moving', 't')).toBe(DENIED);
    await ok('UpdateLFTagExpression', { Name: 'Live', Expression: [pair('env', 'dev')] });
    expect(await columnsSeen(bob, 'moving', 't')).toHaveLength(4);
    expect(await code('GetLFTagExpression', { Name: 'Live' }, bob)).toBe(DENIED);
    await grant('bob', { LFTagExpression: { Name: 'Live' } }, ['DESCRIBE']);
    expect(await ok('GetLFTagExpression', { Name: 'Live' }, bob)).toMatchObject({
      Expression: [pair('env', 'dev')],
    });
    expect(await code('DeleteLFTagExpression', { Name: 'Live' }, bob)).toBe(DENIED);
    await ok('DeleteLFTagExpression', { Name: 'Live' });
    expect(await columnsSeen(bob, 'moving', 't')).toBe(DENIED);
    await ok('CreateLFTagExpression', { Name: 'Live', Expression: [pair('env', 'dev')] });
    expect(await columnsSeen(bob, 'moving', 't')).toBe(DENIED);
  });

  it('given tables and databases that match, finds those that the caller sees, a page at a time', async () => {
    await ok('CreateLFTag', pair('find', 'me', 'not'));
    await newDatabase('found_a', ['t1', 't2', 't3']);
    await newDatabase('found_b', ['t1']);
    await assign({ Database: { Name: 'found_a' } }, pair('find', 'me'));
    await assign({ Table: { DatabaseName: 'found_a', Name: 't2' } }, pair('find', 'not'));
    const mail = { DatabaseName: 'found_b', Name: 't1', ColumnNames: ['mail'] };
    await assign({ TableWithColumns: mail }, pair('find', 'me'));
    const search = async (kind: 'Tables' | 'Databases', caller: KeyPair = lake, MaxResults = 1) => {
      const found: string[] = [];
      let NextToken: unknown;
      do {
        const input = {
          Expression: [pair('find', 'me')],
          MaxResults,
          ...(NextToken !== undefined && { NextToken }),
        };
        const body = await ok(`Search${kind}ByLFTags`, input, caller);
        const list = (body['TableList'] ?? body['DatabaseList']) as {
          Table?: { DatabaseName: string; Name: string };
          Database?: { Name: string };
        }[];
        found.push(
          ...list.map(({ Table, Database }) =>
            Table ? `${Table.DatabaseName}.${Table.Name}` : String(Database?.Name),
          ),
        );
        NextToken = body['NextToken'];
      } while (NextToken !== undefined);
      return found;
    };
    expect(await search('Tables')).toEqual(['found_a.t1', 'found_a.t3', 'found_b.t1']);
    expect(await search('Databases')).toEqual(['found_a']);
    expect(await code('SearchTablesByLFTags', { Expression: [pair('find', 'me')] }, ann)).toBe(DENIED);
    await grant('ann', { LFTag: pair('find', 'me') }, ['DESCRIBE']);
    expect(await search('Tables', ann)).toEqual([]);
    await grant('ann', { Table: { DatabaseName: 'found_a', Name: 't3' } }, ['SELECT']);
    // The column that matches is hidden from her.
    await grant('ann', { TableWithColumns: { ...mail, ColumnNames: ['id'] } }, ['SELECT']);
    expect(await search('Tables', ann)).toEqual(['found_a.t3']);
    expect(await search('Databases', ann)).toEqual([]);
    const body = await ok('SearchTablesByLFTags', { Expression: [pair('find', 'me')], MaxResults: 1 });
    expect(body['TableList']).toEqual([
      {
        Table: { CatalogId: ACCOUNT, DatabaseName: 'found_a', Name: 't1' },
        LFTagOnDatabase: [owned('find', 'me')],
        LFTagsOnTable: [owned('find', 'me')],
      },
    ]);
  });

  it('given ALTER by a tag, leaves the columns alone that the tag does not reach', async () => {
    await ok('CreateLFTag', pair('level', 'low', 'high'));
    await newDatabase('reach', ['t']);
    const Table = { DatabaseName: 'reach', Name: 't' };
    await assign({ Table }, pair('level', 'low'));
    await assign({ TableWithColumns: { ...Table, ColumnNames: ['mail'] } }, pair('level', 'high'));
    await grant('ann', policy('TABLE', pair('level', 'low')), ['ALTER', 'SELECT']);
    const seen = await columnsSeen(ann, 'reach', 't');
    expect(seen).not.toContain('mail');
    const update = async (columns: readonly (readonly [string, string])[]) => {
      const TableInput = {
        Name: 't',
        StorageDescriptor: { Columns: columns.map(([Name, Type]) => ({ Name, Type })) },
      };
      const { status, body } = await lake.glue(
        'UpdateTable',
        { DatabaseName: 'reach', TableInput },
        { caller: ann },
      );
      return status === 200 ? 'done' : `${String(body['__type'])}: ${String(body['Message'])}`;
    };
    const refusal = await update([['id', 'string']]);
    expect(refusal).toMatch(/^AccessDeniedException: .*ALTER on t$/);
    // She does not learn by trying what it is called.
    for (const name of ['mail', 'nail']) {
      expect(
        await update([
          ['id', 'string'],
          [name, 'string'],
        ]),
      ).toBe(refusal);
    }
    await grant('ann', { Table }, ['DESCRIBE']);
    expect(await update([['id', 'string']])).toBe(refusal);
    expect(
      await update([
        ['id', 'string'],
        ['mail', 'int'],
      ]),
    ).toBe(refusal);
    expect(await columnsSeen(lake, 'reach', 't')).toContain('mail');
    // Who sees it names it as it is: that changes nothing of it.
    expect(
      await update([
        ['id', 'bigint'],
        ['mail', 'string'],
        ['more', 'int'],
      ]),
    ).toBe('done');
    expect(await columnsSeen(lake, 'reach', 't')).toEqual(['id', 'mail', 'more']);
  });

  it('given ALTER by a tag, hides what the tag does not reach from whoever writes statistics, indexes and partitions', async () => {
    await ok('CreateLFTag', pair('depth', 'low', 'high'));
    await newDatabase('deep', []);
    const Columns = ['id', 'mail'].map((Name) => ({ Name, Type: 'string' }));
    const PartitionKeys = ['day', 'site'].map((Name) => ({ Name, Type: 'string' }));
    const TableInput = { Name: 't', StorageDescriptor: { Columns }, PartitionKeys };
    await lake.ok('CreateTable', { DatabaseName: 'deep', TableInput });
    const named = { DatabaseName: 'deep', TableName: 't' };
    await lake.ok('CreatePartition', { ...named, PartitionInput: { Values: ['1', 'oslo'] } });
    await lake.ok('CreatePartitionIndex', {
      ...named,
      PartitionIndex: { IndexName: 'by_site', Keys: ['site'] },
    });
    const Table = { DatabaseName: 'deep', Name: 't' };
    await assign({ Table }, pair('depth', 'low'));
    await assign({ TableWithColumns: { ...Table, ColumnNames: ['mail', 'site'] } }, pair('depth', 'high'));
    await grant('ann', policy('TABLE', pair('depth', 'low')), ['ALTER']);
    const asAnn = async (operation: string, input: object) => {
      const { status, body } = await lake.glue(operation, { ...named, ...input }, { caller: ann });
      return status === 200 ? JSON.stringify(body) : `${String(body['__type'])}: ${String(body['Message'])}`;
    };
    /** What she hears of the hidden name, and of one that is nowhere. */
    const alike = async (operation: string, hidden: string, input: (name: string) => object) => {
      const [told, untold] = [
        await asAnn(operation, input(hidden)),
        await asAnn(operation, input(`${hidden}_none`)),
      ];
      expect([operation, told]).toEqual([operation, untold.replaceAll(`${hidden}_none`, hidden)]);
      return told;
    };
    const statistics = (ColumnName: string) => ({
      ColumnName,
      ColumnType: 'string',
      AnalyzedTime: 1,
      StatisticsData: {
        Type: 'STRING',
        StringColumnStatisticsData: {
          MaximumLength: 1,
          AverageLength: 1,
          NumberOfNulls: 0,
          NumberOfDistinctValues: 1,
        },
      },
    });
    const update = (name: string) => ({ ColumnStatisticsList: [statistics(name)] });
    await lake.ok('UpdateColumnStatisticsForTable', { ...named, ...update('mail') });
    expect(await alike('UpdateColumnStatisticsForTable', 'mail', update)).toContain('not found');
    await alike('DeleteColumnStatisticsForTable', 'mail', (ColumnName) => ({ ColumnName }));
    const kept = await lake.ok('GetColumnStatisticsForTable', { ...named, ColumnNames: ['mail'] });
    expect(kept['ColumnStatisticsList']).toHaveLength(1);
    expect(await asAnn('UpdateColumnStatisticsForTable', update('id'))).toBe('{"Errors":[]}');

    await alike('CreatePartitionIndex', 'site', (key) => ({
      PartitionIndex: { IndexName: 'mine', Keys: [key] },
    }));
    await alike('DeletePartitionIndex', 'by_site', (IndexName) => ({ IndexName }));

    const partition = (value: string) => ({ PartitionInput: { Values: ['1', value] } });
    const values = (value: string) => ({ PartitionValueList: ['1', value] });
    expect(await alike('CreatePartition', 'oslo', partition)).toMatch(/^AccessDeniedException/);
    await alike('UpdatePartition', 'oslo', (value) => ({ ...values(value), ...partition(value) }));
    await alike('UpdateColumnStatisticsForPartition', 'oslo', (value) => ({
      PartitionValues: ['1', value],
      ...update('id'),
    }));
    await alike('DeletePartition', 'oslo', (value) => ({ PartitionValues: ['1', value] }));
    expect((await lake.ok('GetPartitions', named))['Partitions']).toHaveLength(1);
  });

  it('given a column, table or database made again under its name, starts it untagged', async () => {
    await ok('CreateLFTag', pair('mark', 'x', 'y'));
    await newDatabase('again', ['t']);
    const Table = { DatabaseName: 'again', Name: 't' };
    const mail = { TableWithColumns: { ...Table, ColumnNames: ['mail'] } };
    await grant('ann', policy('TABLE', pair('mark', 'x')), ['SELECT']);
    await assign(mail, pair('mark', 'x'));
    expect(await columnsSeen(ann, 'again', 't')).toEqual(['mail']);
    const columns = (...list: string[]) => ({
      DatabaseName: 'again',
      TableInput: {
        Name: 't',
        StorageDescriptor: { Columns: list.map((Name) => ({ Name, Type: 'string' })) },
      },
    });
    await lake.ok('UpdateTable', columns('id', 'email'));
    expect(await columnsSeen(ann, 'again', 't')).toBe(DENIED);
    await lake.ok('UpdateTable', columns('id', 'mail'));
    expect(await columnsSeen(ann, 'again', 't')).toBe(DENIED);
    await assign({ Table }, pair('mark', 'x'));
    expect(await columnsSeen(ann, 'again', 't')).toEqual(['id', 'mail']);
    await lake.ok('DeleteTable', Table);
    await newTable('again', 't');
    expect(await columnsSeen(ann, 'again', 't')).toBe(DENIED);
    await assign({ Database: { Name: 'again' } }, pair('mark', 'x'));
    expect(await columnsSeen(ann, 'again', 't')).toHaveLength(4);
    await lake.ok('DeleteDatabase', { Name: 'again' });
    await newDatabase('again', ['t']);
    expect(await columnsSeen(ann, 'again', 't')).toBe(DENIED);
  });

  it('given CREATE_LF_TAG, makes a tag and holds all there is to hold on it', async () => {
    expect(await code('CreateLFTag', pair('own', 'a'), ann)).toBe(DENIED);
    await grant('ann', { Catalog: {} }, ['CREATE_LF_TAG']);
    await ok('CreateLFTag', pair('own', 'a'), ann);
    await ok('UpdateLFTag', { TagKey: 'own', TagValuesToAdd: ['b'] }, ann);
    await grant('bob', { LFTag: pair('own', 'b') }, ['DESCRIBE'], {}, ann);
    expect(await ok('GetLFTag', { TagKey: 'own' }, bob)).toEqual(owned('own', 'b'));
    expect(await code('UpdateLFTag', { TagKey: 'own', TagValuesToAdd: ['c'] }, bob)).toBe(DENIED);
    expect(await code('DeleteLFTag', { TagKey: 'own' }, bob)).toBe(DENIED);
    expect(await code('CreateLFTagExpression', { Name: 'e', Expression: [pair('own', 'a')] }, ann)).toBe(
      DENIED,
    );
    await grant('ann', { Catalog: {} }, ['CREATE_LF_TAG_EXPRESSION']);
    await ok('CreateLFTagExpression', { Name: 'e', Expression: [pair('own', 'a')] }, ann);
    // A tag that she may not see is one that is not there.
    for (const key of ['env', 'nowhere']) {
      expect(await code('CreateLFTagExpression', { Name: 'f', Expression: [pair(key, 'dev')] }, ann)).toBe(
        DENIED,
      );
    }
    await ok('DeleteLFTag', { TagKey: 'own' }, ann);
    expect(await code('GetLFTag', { TagKey: 'own' }, bob)).toBe(DENIED);
  });

  it('given a table reached by its tags, explains by which expression, and which of them match', async () => {
    await grant('ann', policy('TABLE', pair('mark', 'y'), pair('env', 'dev')), ['SELECT']);
    await newDatabase('told', ['t']);
    await assign({ Database: { Name: 'told' } }, pair('env', 'dev'));
    await assign({ Table: { DatabaseName: 'told', Name: 't' } }, pair('mark', 'y'));
    const question = `query ($input: ExplainInput!) { explain(input: $input) {
      allowed columns grants { because { kind resource permission tags { expression matching } } } } }`;
    const input = { principal: userArn('ann'), permission: 'SELECT', database: 'told', table: 't' };
    const { data } = await graphql(lake, question, { input }, await login(lake));
    expect(data?.['explain']).toEqual({
      allowed: true,
      columns: ['id', 'name', 'mail', 'day'],
      grants: {
        because: [
          {
            kind: 'tag',
            resource: 'tables tagged env=dev AND mark=y',
            permission: 'SELECT',
            tags: { expression: 'env=dev AND mark=y', matching: ['env=dev', 'mark=y'] },
          },
        ],
      },
    });
  });

  it('given a policy with grant option, passes on what reaches no further', async () => {
    const option = { PermissionsWithGrantOption: ['SELECT'] };
    await grant('ann', policy('TABLE', pair('env', 'dev', 'prod')), ['SELECT'], option);
    const pass = (Resource: object) =>
      code(
        'GrantPermissions',
        { Principal: { DataLakePrincipalIdentifier: userArn('bob') }, Resource, Permissions: ['SELECT'] },
        ann,
      );
    expect(await pass(policy('TABLE', pair('env', 'dev')))).toBe('OK');
    expect(await pass(policy('TABLE', pair('env', 'dev'), pair('class', 'pii')))).toBe('OK');
    expect(await pass(policy('TABLE', pair('class', 'pii')))).toBe(DENIED);
    expect(await pass(policy('TABLE', pair('env', 'dev'), pair('nowhere', 'x')))).toBe(DENIED);
    expect(await pass(policy('TABLE', pair('env', 'dev'), pair('find', 'not')))).toBe(DENIED);
    expect(await columnsSeen(bob, 'moving', 't')).toHaveLength(4);
  });

  it('given a crowd that makes, tags and deletes at once, loses nothing and shows no half', async () => {
    await ok('CreateLFTag', pair('race', ...Array.from({ length: 8 }, (_, i) => `v${String(i)}`)));
    await newDatabase('raced', ['t']);
    const Resource = { Table: { DatabaseName: 'raced', Name: 't' } };
    const codes = await Promise.all([
      ...Array.from({ length: 8 }, (_, i) => code('CreateLFTag', pair('once', `v${String(i)}`))),
      ...Array.from({ length: 8 }, (_, i) =>
        code('UpdateLFTag', { TagKey: 'race', TagValuesToAdd: [`w${String(i)}`] }),
      ),
      ...Array.from({ length: 8 }, (_, i) =>
        code('AddLFTagsToResource', { Resource, LFTags: [pair('race', `v${String(i)}`)] }),
      ),
    ]);
    expect(codes.slice(0, 8).filter((each) => each === 'OK')).toHaveLength(1);
    expect(new Set(codes.slice(8))).toEqual(new Set(['OK']));
    expect((await ok('GetLFTag', { TagKey: 'race' }))['TagValues']).toHaveLength(16);
    const { LFTagsOnTable } = (await ok('GetResourceLFTags', { Resource })) as {
      LFTagsOnTable: { TagValues: string[] }[];
    };
    const [value = ''] = LFTagsOnTable[0]?.TagValues ?? [];
    // Either the value goes, or the table still has it.
    const [deleted] = await Promise.all([
      code('UpdateLFTag', { TagKey: 'race', TagValuesToDelete: [value] }),
      lf('RemoveLFTagsFromResource', { Resource, LFTags: [pair('race', value)] }),
    ]);
    expect(['OK', INVALID]).toContain(deleted);
    expect(((await ok('GetLFTag', { TagKey: 'race' }))['TagValues'] as string[]).includes(value)).toBe(
      deleted !== 'OK',
    );
  });
});
