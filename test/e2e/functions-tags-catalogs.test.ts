import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';

const OWN = '111122223333';
const arnOf = (database: string) => `arn:aws:glue:us-east-1:${OWN}:database/${database}`;

describe.each(DATABASES)('functions, tags and catalogs on %s', (databaseName) => {
  let lake: Lake;
  let token: string;

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
  });
  afterAll(async () => {
    await lake.stop();
  });

  const createDatabase = (Name: string, Tags?: object) =>
    lake.ok('CreateDatabase', { DatabaseInput: { Name }, ...(Tags !== undefined && { Tags }) });
  const createFunction = (DatabaseName: string, FunctionName: string, more: object = {}) =>
    lake.ok('CreateUserDefinedFunction', { DatabaseName, FunctionInput: { FunctionName, ...more } });
  const namesOf = async (input: object): Promise<string[]> => {
    const names: string[] = [];
    for (let NextToken: unknown, first = true; first || NextToken !== undefined; first = false) {
      const page = await lake.ok('GetUserDefinedFunctions', { ...input, NextToken });
      const functions = page['UserDefinedFunctions'] as { FunctionName: string; DatabaseName: string }[];
      names.push(...functions.map(({ DatabaseName, FunctionName }) => `${DatabaseName}.${FunctionName}`));
      ({ NextToken } = page);
    }
    return names;
  };

  describe('user-defined functions', () => {
    const input = {
      FunctionName: 'Add_One',
      ClassName: 'org.example.AddOne',
      OwnerName: 'ann',
      OwnerType: 'USER',
      FunctionType: 'REGULAR_FUNCTION',
      ResourceUris: [{ ResourceType: 'JAR', Uri: 's3://jars/add.jar' }],
    };

    it('given one, keeps all that was said of it, and folds its name', async () => {
      await createDatabase('udf');
      await lake.ok('CreateUserDefinedFunction', { DatabaseName: 'UDF', FunctionInput: input });
      const found = await lake.ok('GetUserDefinedFunction', { DatabaseName: 'udf', FunctionName: 'ADD_ONE' });
      expect(found['UserDefinedFunction']).toEqual({
        ...input,
        FunctionName: 'add_one',
        DatabaseName: 'udf',
        CatalogId: OWN,
        CreateTime: expect.any(Number) as number,
      });
      expect(
        await lake.refused('CreateUserDefinedFunction', { DatabaseName: 'udf', FunctionInput: input }),
      ).toBe('AlreadyExistsException: Function already exists.');
    });

    it('given another name in the input, renames and replaces; a taken one is refused', async () => {
      await createDatabase('renames');
      await createFunction('renames', 'old', { ClassName: 'a' });
      await createFunction('renames', 'taken');
      const { UserDefinedFunction: before } = await lake.ok('GetUserDefinedFunction', {
        DatabaseName: 'renames',
        FunctionName: 'old',
      });
      const rename = (FunctionName: string, newName: string) => ({
        DatabaseName: 'renames',
        FunctionName,
        FunctionInput: { FunctionName: newName, OwnerName: 'bob' },
      });
      expect(await lake.refused('UpdateUserDefinedFunction', rename('old', 'taken'))).toContain(
        'AlreadyExists',
      );
      await lake.ok('UpdateUserDefinedFunction', rename('old', 'New'));
      expect(await namesOf({ DatabaseName: 'renames', Pattern: '*' })).toEqual([
        'renames.new',
        'renames.taken',
      ]);
      const { UserDefinedFunction: after } = await lake.ok('GetUserDefinedFunction', {
        DatabaseName: 'renames',
        FunctionName: 'new',
      });
      expect(after).toEqual({
        FunctionName: 'new',
        DatabaseName: 'renames',
        CatalogId: OWN,
        OwnerName: 'bob',
        CreateTime: (before as { CreateTime: number }).CreateTime,
      });
      expect(await lake.refused('UpdateUserDefinedFunction', rename('old', 'x'))).toBe(
        'EntityNotFoundException: Function old not found.',
      );
    });

    it("given the patterns of Hive and Trino, lists by GetTables' rule, one database or all", async () => {
      await createDatabase('trino');
      await createDatabase('trino2');
      for (const name of ['trino__add.one__1', 'trino__add.one__2', 'trino__addxone__3', 'hive_f'])
        await createFunction('trino', name);
      await createFunction('trino2', 'trino__add.one__9');
      const list = (Pattern: string) => namesOf({ DatabaseName: 'trino', Pattern });
      expect(await list('trino__\\Qadd.one\\E__.*')).toEqual([
        'trino.trino__add.one__1',
        'trino.trino__add.one__2',
      ]);
      expect(await list('trino__.*')).toHaveLength(3);
      expect(await list('HIVE_F')).toEqual(['trino.hive_f']);
      expect(await list('*')).toEqual(await list('.*'));
      expect(await namesOf({ Pattern: 'trino__\\Qadd.one\\E__*', MaxResults: 1 })).toEqual([
        'trino.trino__add.one__1',
        'trino.trino__add.one__2',
        'trino2.trino__add.one__9',
      ]);
      expect(await lake.refused('GetUserDefinedFunctions', { Pattern: '(' })).toMatch(
        /^InvalidInputException/,
      );
      expect(await lake.refused('GetUserDefinedFunctions', { DatabaseName: 'trino' })).toMatch(
        /^ValidationException.*'pattern'/,
      );
    });

    it('given a name in many databases, pages through each of them once', async () => {
      const databases = Array.from({ length: 5 }, (_, i) => `many${String(i)}`);
      for (const name of databases) {
        await createDatabase(name);
        await createFunction(name, 'same_name');
      }
      const found = await namesOf({ Pattern: 'same_name', MaxResults: 2 });
      expect(found.sort()).toEqual(databases.map((name) => `${name}.same_name`));
    });

    it('given a FunctionType, lists that type alone', async () => {
      await createDatabase('types');
      await createFunction('types', 'sum_all', { FunctionType: 'AGGREGATE_FUNCTION' });
      await createFunction('types', 'one', { FunctionType: 'REGULAR_FUNCTION' });
      expect(
        await namesOf({ DatabaseName: 'types', Pattern: '*', FunctionType: 'AGGREGATE_FUNCTION' }),
      ).toEqual(['types.sum_all']);
    });

    it('given its database deleted and made again, the function is gone', async () => {
      await createDatabase('gone');
      await createFunction('gone', 'f');
      await lake.ok('DeleteDatabase', { Name: 'gone' });
      await createDatabase('gone');
      expect(await namesOf({ DatabaseName: 'gone', Pattern: '*' })).toEqual([]);
      expect(
        await lake.refused('DeleteUserDefinedFunction', { DatabaseName: 'gone', FunctionName: 'f' }),
      ).toBe('EntityNotFoundException: Function f not found.');
      expect(await lake.refused('GetUserDefinedFunction', { DatabaseName: 'nope', FunctionName: 'f' })).toBe(
        'EntityNotFoundException: Database nope not found.',
      );
    });

    it('given GraphQL, makes, renames, lists and deletes', async () => {
      await createDatabase('gq');
      const made = await graphql(
        lake,
        `
          mutation ($i: CreateFunctionInput!) {
            createFunction(input: $i) {
              function {
                name
                type
                resources {
                  type
                  uri
                }
              }
            }
          }
        `,
        {
          i: {
            function: { database: 'gq', name: 'F' },
            definition: { type: 'REGULAR_FUNCTION', resources: [{ type: 'JAR', uri: 's3://j' }] },
          },
        },
        token,
      );
      expect(made.data).toEqual({
        createFunction: {
          function: { name: 'f', type: 'REGULAR_FUNCTION', resources: [{ type: 'JAR', uri: 's3://j' }] },
        },
      });
      await graphql(
        lake,
        'mutation { updateFunction(input: { function: { database: "gq", name: "f" }, newName: "g", definition: { className: "c" } }) { function { name } } }',
        {},
        token,
      );
      const { data } = await graphql(
        lake,
        `
          {
            function(database: "gq", name: "g") {
              className
            }
            gone: function(database: "gq", name: "f") {
              name
            }
            database(name: "gq") {
              functions(pattern: "g*") {
                edges {
                  node {
                    name
                    database
                  }
                }
              }
            }
          }
        `,
        {},
        token,
      );
      expect(data).toEqual({
        function: { className: 'c' },
        gone: null,
        database: { functions: { edges: [{ node: { name: 'g', database: 'gq' } }] } },
      });
      await graphql(
        lake,
        'mutation { deleteFunction(input: { database: "gq", name: "g" }) { name } }',
        {},
        token,
      );
      expect(await namesOf({ DatabaseName: 'gq', Pattern: '*' })).toEqual([]);
    });
  });

  describe('tags', () => {
    const tags = async (database: string) =>
      (await lake.ok('GetTags', { ResourceArn: arnOf(database) }))['Tags'];

    it('given tags at creation and later, keeps them through a rename and loses them with the database', async () => {
      await createDatabase('tagged', { team: 'a', cost: '1' });
      await lake.ok('TagResource', { ResourceArn: arnOf('tagged'), TagsToAdd: { team: 'b', empty: '' } });
      await lake.ok('UntagResource', { ResourceArn: arnOf('tagged'), TagsToRemove: ['cost', 'absent'] });
      expect(await tags('tagged')).toEqual({ team: 'b', empty: '' });
      await lake.ok('UpdateDatabase', { Name: 'tagged', DatabaseInput: { Name: 'retagged' } });
      expect(await tags('retagged')).toEqual({ team: 'b', empty: '' });
      await lake.ok('DeleteDatabase', { Name: 'retagged' });
      await createDatabase('retagged');
      expect(await tags('retagged')).toEqual({});
    });

    it('given the catalog, tags it', async () => {
      const ResourceArn = `arn:aws:glue:us-east-1:${OWN}:catalog`;
      await lake.ok('TagResource', { ResourceArn, TagsToAdd: { owner: 'platform' } });
      expect(await lake.ok('GetTags', { ResourceArn })).toEqual({ Tags: { owner: 'platform' } });
    });

    it('given a 51st tag, refuses it and keeps the fifty', async () => {
      const fifty = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${String(i)}`, 'v']));
      await createDatabase('fifty', fifty);
      expect(
        await lake.refused('TagResource', { ResourceArn: arnOf('fifty'), TagsToAdd: { one: 'more' } }),
      ).toMatch(/^InvalidInputException: .*at most 50/);
      await lake.ok('TagResource', { ResourceArn: arnOf('fifty'), TagsToAdd: { k0: 'new' } });
      expect(await tags('fifty')).toEqual({ ...fifty, k0: 'new' });
    });

    it('given two writers of thirty tags each, lets one through', async () => {
      await createDatabase('raced');
      const thirty = (prefix: string) =>
        Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${prefix}${String(i)}`, 'v']));
      const statuses = await Promise.all(
        ['a', 'b'].map(
          async (prefix) =>
            (await lake.glue('TagResource', { ResourceArn: arnOf('raced'), TagsToAdd: thirty(prefix) }))
              .status,
        ),
      );
      expect(statuses.sort()).toEqual([200, 400]);
      expect(Object.keys((await tags('raced')) as object)).toHaveLength(30);
    });

    it.each([
      ['no ARN', 'x', 'InvalidInputException: x is not the ARN of a Glue resource.'],
      ['no name', `arn:aws:glue:us-east-1:${OWN}:database/`, 'InvalidInputException'],
      ['another service', `arn:aws:s3:::bucket`, 'InvalidInputException'],
      [
        'what carries none',
        `arn:aws:glue:us-east-1:${OWN}:table/db/t`,
        'InvalidInputException: A table carries no',
      ],
      ['an unknown database', arnOf('nope'), 'EntityNotFoundException: Database nope not found.'],
      ['another region', `arn:aws:glue:eu-west-1:${OWN}:catalog`, 'EntityNotFoundException'],
    ])('given %s, refuses', async (_what, ResourceArn, refusal) => {
      expect(await lake.refused('GetTags', { ResourceArn })).toContain(refusal);
      expect(await lake.refused('TagResource', { ResourceArn, TagsToAdd: { a: 'b' } })).toContain(refusal);
    });

    it.each([
      ['a reserved key', { 'aws:a': 'x' }, /^InvalidInputException: .*reserved/],
      ['an empty key', { '': 'x' }, /^ValidationException/],
      ['a long key', { ['k'.repeat(129)]: 'x' }, /^ValidationException/],
      ['a long value', { k: 'x'.repeat(257) }, /^ValidationException/],
    ])('given %s, refuses to create with it', async (_what, Tags, refusal) => {
      expect(await lake.refused('CreateDatabase', { DatabaseInput: { Name: 'untagged' }, Tags })).toMatch(
        refusal,
      );
      expect(await lake.refused('GetDatabase', { Name: 'untagged' })).toMatch(/^EntityNotFound/);
    });

    it('given GraphQL, tags, shows and removes', async () => {
      const ask = (question: string) => graphql(lake, question, {}, token);
      await ask(
        'mutation { createDatabase(input: { name: "gqtags", tags: { a: "1", b: "2" } }) { database { name } } }',
      );
      const arn = arnOf('gqtags');
      const added = await ask(
        `mutation { tagResource(input: { resourceArn: "${arn}", tags: { c: "3" } }) { tags } }`,
      );
      expect(added.data).toEqual({ tagResource: { tags: { a: '1', b: '2', c: '3' } } });
      const removed = await ask(
        `mutation { untagResource(input: { resourceArn: "${arn}", keys: ["a"] }) { tags } }`,
      );
      expect(removed.data).toEqual({ untagResource: { tags: { b: '2', c: '3' } } });
      const { data } = await ask(`{ tags(resourceArn: "${arn}") database(name: "gqtags") { tags } }`);
      expect(data).toEqual({ tags: { b: '2', c: '3' }, database: { tags: { b: '2', c: '3' } } });
    });
  });

  describe('catalogs', () => {
    it('given the account, by its id or ARN, answers its default catalog', async () => {
      const arn = `arn:aws:glue:us-east-1:${OWN}:catalog`;
      for (const CatalogId of [OWN, arn]) {
        expect(await lake.ok('GetCatalog', { CatalogId })).toEqual({
          Catalog: {
            CatalogId: OWN,
            Name: OWN,
            ResourceArn: arn,
            CreateTime: expect.any(Number) as number,
            CreateTableDefaultPermissions: [],
            CreateDatabaseDefaultPermissions: [],
          },
        });
      }
      expect(await lake.refused('GetCatalog', { CatalogId: `${OWN}:nested` })).toMatch(/^EntityNotFound/);
      expect(await lake.refused('GetCatalog', { CatalogId: arnOf('x') })).toMatch(/^InvalidInput/);
      const { data } = await graphql(lake, '{ catalog { id arn tags } }', {}, token);
      expect(data).toMatchObject({ catalog: { id: OWN, arn } });
    });

    it("given the lake's defaults, answers them", async () => {
      const defaults = [
        { Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' }, Permissions: ['ALL'] },
      ];
      const { DataLakeSettings: before } = (await lakeFormation(lake, 'GetDataLakeSettings')).body as {
        DataLakeSettings: object;
      };
      const put = (DataLakeSettings: object) =>
        lakeFormation(lake, 'PutDataLakeSettings', { DataLakeSettings });
      await put({ ...before, CreateTableDefaultPermissions: defaults });
      expect(await lake.ok('GetCatalog', { CatalogId: OWN })).toMatchObject({
        Catalog: { CreateTableDefaultPermissions: defaults, CreateDatabaseDefaultPermissions: [] },
      });
      await put(before);
    });

    it('lists the root only when asked for it, and only where it can be', async () => {
      expect(await lake.ok('GetCatalogs')).toEqual({ CatalogList: [] });
      for (const input of [{ IncludeRoot: true }, { IncludeRoot: true, ParentCatalogId: OWN }]) {
        expect(await lake.ok('GetCatalogs', input)).toMatchObject({ CatalogList: [{ CatalogId: OWN }] });
      }
      const ParentCatalogId = `${OWN}:nested`;
      expect(await lake.refused('GetCatalogs', { ParentCatalogId, IncludeRoot: true })).toMatch(
        /^InvalidInput/,
      );
      expect(await lake.refused('GetCatalogs', { ParentCatalogId })).toMatch(/^EntityNotFound/);
      expect(await lake.refused('GetCatalogs', { NextToken: 'x' })).toMatch(/^InvalidInput/);
      expect(await lake.refused('GetCatalogs', { MaxResults: 1001 })).toMatch(/^ValidationException/);
    });

    it.each([
      ['CreateCatalog', { Name: 'nested', CatalogInput: {} }, /^InvalidInput.*not offered/],
      ['UpdateCatalog', { CatalogId: OWN, CatalogInput: {} }, /^InvalidInput.*not offered/],
      ['DeleteCatalog', { CatalogId: OWN }, /^InvalidInput.*not offered/],
      ['CreateCatalog', { Name: 'a.b', CatalogInput: {} }, /^ValidationException/],
      ['CreateCatalog', { Name: 'x'.repeat(65), CatalogInput: {} }, /^ValidationException/],
      ['CreateCatalog', { Name: 'aws:x', CatalogInput: {} }, /^ValidationException/],
    ])('refuses %s %j', async (operation, input, refusal) => {
      expect(await lake.refused(operation, input)).toMatch(refusal);
    });

    it('says that the import is done, and does nothing more when asked to import', async () => {
      expect(await lake.ok('GetCatalogImportStatus')).toEqual({ ImportStatus: { ImportCompleted: true } });
      expect(await lake.ok('ImportCatalogToGlue')).toEqual({});
    });
  });

  describe('GetDatabases', () => {
    it('given AttributesToGet, answers those alone', async () => {
      const target = { CatalogId: OWN, DatabaseName: 'elsewhere' };
      await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'aa_link', TargetDatabase: target } });
      const [first] = (
        await lake.ok('GetDatabases', { AttributesToGet: ['NAME', 'TARGET_DATABASE'], MaxResults: 1 })
      )['DatabaseList'] as object[];
      expect(first).toEqual({ Name: 'aa_link', CatalogId: OWN, TargetDatabase: target });
      const [named] = (await lake.ok('GetDatabases', { AttributesToGet: ['NAME'], MaxResults: 1 }))[
        'DatabaseList'
      ] as object[];
      expect(named).toEqual({ Name: 'aa_link', CatalogId: OWN });
      for (const AttributesToGet of [[], ['TARGET_DATABASE'], ['OTHER']])
        expect(await lake.refused('GetDatabases', { AttributesToGet })).toMatch(/^ValidationException/);
    });

    it('given a ResourceShareType, shows none of another account while none is shared', async () => {
      const list = async (ResourceShareType?: string) =>
        ((await lake.ok('GetDatabases', { ResourceShareType }))['DatabaseList'] as unknown[]).length;
      expect(await list('ALL')).toBe(await list());
      expect(await list()).toBeGreaterThan(0);
      expect(await list('FOREIGN')).toBe(0);
      expect(await list('FEDERATED')).toBe(0);
      const { NextToken } = await lake.ok('GetDatabases', { MaxResults: 1 });
      expect(await lake.refused('GetDatabases', { NextToken, ResourceShareType: 'ALL' })).toMatch(
        /^InvalidInputException: NextToken/,
      );
    });
  });
});
