import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { query } from '../support/query.ts';

const OWNER = '111122223333';
const STRANGER = '444455556666';
const keys = [{ Name: 'k', Type: 'string' }];

interface TableAnswer {
  readonly Name: string;
  readonly DatabaseName: string;
  readonly Description?: string;
  readonly VersionId: string;
  readonly TargetTable?: object;
}

/** The table of spec/catalog.md §4, "Resource links, by operation", row by row. */
describe.each(DATABASES)('resource links on %s', (databaseName) => {
  let lake: Lake;
  let made = 0;

  beforeAll(async () => {
    lake = await startLake(databaseName);
  });
  afterAll(async () => {
    await lake.stop();
  });

  /**
   * `target` with the table `orders` (one partition, two versions); `link` leads to it; `own` has the table link
   * `peek`, which leads to `orders`; `target` has a table link of its own, `inner`, to `own.plain`.
   */
  const newWorld = async () => {
    const n = String((made += 1));
    const names = { target: `target${n}`, link: `link${n}`, own: `own${n}` };
    await lake.ok('CreateDatabase', {
      DatabaseInput: { Name: names.target, Description: 'sales', LocationUri: 's3://lake/sales' },
    });
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: names.own } });
    await lake.ok('CreateDatabase', {
      DatabaseInput: {
        Name: names.link,
        TargetDatabase: { CatalogId: OWNER, DatabaseName: names.target.toUpperCase() },
      },
    });
    const create = (DatabaseName: string, TableInput: object) =>
      lake.ok('CreateTable', { DatabaseName, TableInput });
    await create(names.target, { Name: 'orders', Description: 'first', PartitionKeys: keys });
    await lake.ok('UpdateTable', {
      DatabaseName: names.target,
      TableInput: { Name: 'orders', Description: 'second', PartitionKeys: keys },
    });
    await lake.ok('CreatePartition', {
      DatabaseName: names.target,
      TableName: 'orders',
      PartitionInput: { Values: ['a'] },
    });
    await create(names.own, { Name: 'plain', Description: 'plain' });
    await create(names.own, {
      Name: 'peek',
      TargetTable: { CatalogId: OWNER, DatabaseName: names.target, Name: 'Orders' },
    });
    await create(names.target, {
      Name: 'inner',
      TargetTable: { CatalogId: OWNER, DatabaseName: names.own, Name: 'plain' },
    });
    return names;
  };

  const getDatabase = async (Name: string) => (await lake.ok('GetDatabase', { Name }))['Database'];
  const getTable = async (DatabaseName: string, Name: string) =>
    (await lake.ok('GetTable', { DatabaseName, Name }))['Table'] as TableAnswer;
  const valuesIn = async (DatabaseName: string, TableName: string): Promise<string[]> => {
    const { Partitions: found } = await lake.ok('GetPartitions', { DatabaseName, TableName });
    return (found as { Values: string[] }[]).map(({ Values }) => Values.join());
  };

  describe('GetDatabase and GetDatabases', () => {
    it("given a link, show the target's properties under the link's name", async () => {
      const { link, target } = await newWorld();
      const expected = {
        Name: link,
        Description: 'sales',
        LocationUri: 's3://lake/sales',
        CatalogId: OWNER,
        TargetDatabase: { CatalogId: OWNER, DatabaseName: target.toUpperCase() },
      };
      expect(await getDatabase(link)).toMatchObject(expected);
      const listed: unknown[] = [];
      let token: unknown;
      do {
        const page = await lake.ok('GetDatabases', { NextToken: token });
        listed.push(...(page['DatabaseList'] as unknown[]));
        token = page['NextToken'];
      } while (token !== undefined);
      expect(listed).toContainEqual(expect.objectContaining(expected));
    });

    it("given a link whose target is not there, show the link's own; using it names the target", async () => {
      await lake.ok('CreateDatabase', {
        DatabaseInput: { Name: 'early', Description: 'own', TargetDatabase: { DatabaseName: 'later' } },
      });
      expect(await getDatabase('early')).toMatchObject({ Name: 'early', Description: 'own' });
      const missing = 'EntityNotFoundException: Database later not found.';
      expect(await lake.refused('GetTables', { DatabaseName: 'early' })).toBe(missing);
      expect(await lake.refused('GetTable', { DatabaseName: 'early', Name: 't' })).toBe(missing);
      expect(await lake.refused('CreateTable', { DatabaseName: 'early', TableInput: { Name: 't' } })).toBe(
        missing,
      );
      await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'later' } });
      expect(await lake.ok('GetTables', { DatabaseName: 'early' })).toEqual({ TableList: [] });
    });
  });

  describe('UpdateDatabase', () => {
    it('given a link, updates its target', async () => {
      const { link, target } = await newWorld();
      await lake.ok('UpdateDatabase', { Name: link, DatabaseInput: { Name: link, Description: 'new' } });
      const { Description: description, LocationUri: location } = (await getDatabase(target)) as {
        Description: string;
        LocationUri?: string;
      };
      expect([description, location]).toEqual(['new', undefined]);
      expect(await getDatabase(link)).toMatchObject({ Name: link, Description: 'new' });
    });

    it('given another target or another name, refuses; given the target it has, takes it', async () => {
      const { link, target, own } = await newWorld();
      const update = (Name: string, more: object) => ({ Name, DatabaseInput: { Name, ...more } });
      const elsewhere = { TargetDatabase: { CatalogId: OWNER, DatabaseName: own } };
      expect(await lake.refused('UpdateDatabase', update(link, elsewhere))).toContain('InvalidInput');
      expect(await lake.refused('UpdateDatabase', update(own, elsewhere))).toContain('InvalidInput');
      expect(
        await lake.refused('UpdateDatabase', { Name: link, DatabaseInput: { Name: `${link}x` } }),
      ).toContain('InvalidInput');
      await lake.ok('UpdateDatabase', update(link, { TargetDatabase: { DatabaseName: target } }));
      expect(await getDatabase(target)).toMatchObject({ Name: target });
    });
  });

  it('DeleteDatabase, given a link, deletes the link alone', async () => {
    const { link, target } = await newWorld();
    await lake.ok('DeleteDatabase', { Name: link });
    expect(await lake.refused('GetTable', { DatabaseName: link, Name: 'orders' })).toBe(
      `EntityNotFoundException: Database ${link} not found.`,
    );
    expect(await valuesIn(target, 'orders')).toEqual(['a']);
  });

  describe('CreateTable', () => {
    it('given a database link, creates in the target', async () => {
      const { link, target } = await newWorld();
      await lake.ok('CreateTable', { DatabaseName: link, TableInput: { Name: 'fresh' } });
      expect(await getTable(target, 'fresh')).toMatchObject({ Name: 'fresh', DatabaseName: target });
      expect(await lake.refused('CreateTable', { DatabaseName: link, TableInput: { Name: 'fresh' } })).toBe(
        'AlreadyExistsException: Table already exists.',
      );
    });

    it('given a table link through a database link, a link to a link, or to itself, refuses', async () => {
      const { link, target, own } = await newWorld();
      const tableLink = (DatabaseName: string, to: object) => ({
        DatabaseName,
        TableInput: { Name: 'l', TargetTable: { CatalogId: OWNER, ...to } },
      });
      for (const input of [
        tableLink(link, { DatabaseName: own, Name: 'plain' }),
        tableLink(own, { DatabaseName: own, Name: 'peek' }),
        tableLink(own, { DatabaseName: link, Name: 'orders' }),
        tableLink(own, { DatabaseName: own, Name: 'L' }),
      ]) {
        expect(await lake.refused('CreateTable', input)).toContain('InvalidInputException');
      }
      for (const DatabaseName of [link, 'ring']) {
        const DatabaseInput = { Name: 'ring', TargetDatabase: { CatalogId: OWNER, DatabaseName } };
        expect(await lake.refused('CreateDatabase', { DatabaseInput })).toContain('InvalidInputException');
      }
      expect(await lake.refused('GetTable', { DatabaseName: target, Name: 'l' })).toContain('EntityNotFound');
    });
  });

  describe('UpdateTable', () => {
    it("given a database link or a table link, updates the target's table", async () => {
      const { link, target, own } = await newWorld();
      for (const [DatabaseName, Name] of [
        [link, 'orders'],
        [own, 'peek'],
      ] as const) {
        const { VersionId } = await getTable(DatabaseName, Name);
        await lake.ok('UpdateTable', {
          DatabaseName,
          VersionId,
          TableInput: { Name, Description: `by ${DatabaseName}`, PartitionKeys: keys },
        });
        expect(await getTable(target, 'orders')).toMatchObject({
          Name: 'orders',
          Description: `by ${DatabaseName}`,
          VersionId: String(Number(VersionId) + 1),
        });
        expect(await getTable(target, 'orders')).not.toHaveProperty('TargetTable');
      }
      expect(await valuesIn(own, 'peek')).toEqual(['a']);
    });

    it('given both as links, or a table that is to become one or to point elsewhere, refuses', async () => {
      const { link, target, own } = await newWorld();
      const TargetTable = { CatalogId: OWNER, DatabaseName: own, Name: 'plain' };
      for (const input of [
        { DatabaseName: link, TableInput: { Name: 'inner', Description: 'x' } },
        { DatabaseName: own, TableInput: { Name: 'peek', TargetTable } },
        { DatabaseName: target, TableInput: { Name: 'orders', TargetTable } },
      ]) {
        expect(await lake.refused('UpdateTable', input)).toContain('InvalidInputException');
      }
      expect(await getTable(own, 'plain')).toMatchObject({ Description: 'plain', VersionId: '0' });
      expect(await getTable(target, 'orders')).toMatchObject({ Description: 'second', VersionId: '1' });
    });
  });

  describe('DeleteTable and BatchDeleteTable', () => {
    it('given a database link, delete the table, or the table link, in the target', async () => {
      const { link, target, own } = await newWorld();
      await lake.ok('DeleteTable', { DatabaseName: link, Name: 'inner' });
      expect(await getTable(own, 'plain')).toMatchObject({ Name: 'plain' });
      await lake.ok('CreateTable', { DatabaseName: target, TableInput: { Name: 'second' } });
      const { Errors } = await lake.ok('BatchDeleteTable', {
        DatabaseName: link,
        TablesToDelete: ['orders', 'second', 'nowhere'],
      });
      expect((Errors as { TableName: string }[]).map(({ TableName }) => TableName)).toEqual(['nowhere']);
      expect(await lake.ok('GetTables', { DatabaseName: target })).toEqual({ TableList: [] });
    });

    it('given a table link, delete the link alone', async () => {
      const { target, own } = await newWorld();
      await lake.ok('DeleteTable', { DatabaseName: own, Name: 'peek' });
      expect(await lake.refused('GetTable', { DatabaseName: own, Name: 'peek' })).toContain('EntityNotFound');
      const TargetTable = { CatalogId: OWNER, DatabaseName: target, Name: 'orders' };
      await lake.ok('CreateTable', { DatabaseName: own, TableInput: { Name: 'peek', TargetTable } });
      await lake.ok('BatchDeleteTable', { DatabaseName: own, TablesToDelete: ['peek'] });
      expect(await lake.refused('GetTable', { DatabaseName: own, Name: 'peek' })).toContain('EntityNotFound');
      expect(await valuesIn(target, 'orders')).toEqual(['a']);
    });
  });

  describe('GetTable, GetTableVersion and GetTableVersions', () => {
    it('given a database link, show the table in the target; a table link there as it is', async () => {
      const { link, target, own } = await newWorld();
      expect(await getTable(link, 'orders')).toEqual(await getTable(target, 'orders'));
      const inner = await getTable(link, 'inner');
      expect(inner).toMatchObject({ TargetTable: { DatabaseName: own, Name: 'plain' } });
      expect(inner).not.toHaveProperty('Description');
      const { TableVersions: versions } = await lake.ok('GetTableVersions', {
        DatabaseName: link,
        TableName: 'orders',
      });
      expect((versions as { VersionId: string }[]).map(({ VersionId }) => VersionId)).toEqual(['0', '1']);
    });

    it("given a table link, show the target's properties under the link's names", async () => {
      const { own, target } = await newWorld();
      const expected = {
        Name: 'peek',
        DatabaseName: own,
        TargetTable: { CatalogId: OWNER, DatabaseName: target, Name: 'Orders' },
        PartitionKeys: keys,
      };
      expect(await getTable(own, 'peek')).toMatchObject({
        ...expected,
        Description: 'second',
        VersionId: '1',
      });
      const named = { DatabaseName: own, TableName: 'peek' };
      const { TableVersion: first } = await lake.ok('GetTableVersion', { ...named, VersionId: '0' });
      expect(first).toMatchObject({ VersionId: '0', Table: { ...expected, Description: 'first' } });
      const { TableVersions: versions } = await lake.ok('GetTableVersions', named);
      expect(versions).toMatchObject([
        { VersionId: '0', Table: expected },
        { VersionId: '1', Table: expected },
      ]);
      await lake.ok('DeleteTableVersion', { ...named, VersionId: '0' });
      const { TableVersions: left } = await lake.ok('GetTableVersions', {
        DatabaseName: target,
        TableName: 'orders',
      });
      expect(left).toHaveLength(1);
    });

    it("given a link, sees the target's changes and its drop at once", async () => {
      const { own, link, target } = await newWorld();
      await getTable(own, 'peek');
      await getTable(link, 'orders');
      await lake.ok('UpdateTable', {
        DatabaseName: target,
        TableInput: { Name: 'orders', Description: 'third', PartitionKeys: keys },
      });
      expect((await getTable(own, 'peek')).Description).toBe('third');
      expect((await getTable(link, 'orders')).Description).toBe('third');
      await lake.ok('DeleteTable', { DatabaseName: target, Name: 'orders' });
      for (const [DatabaseName, Name] of [
        [own, 'peek'],
        [link, 'orders'],
      ] as const)
        expect(await lake.refused('GetTable', { DatabaseName, Name })).toBe(
          'EntityNotFoundException: Table orders not found.',
        );
    });
  });

  it('GetTables follows every table link of an own database, and none behind a database link', async () => {
    const { own, link, target } = await newWorld();
    await lake.ok('CreateTable', {
      DatabaseName: own,
      TableInput: { Name: 'astray', TargetTable: { DatabaseName: target, Name: 'nowhere' } },
    });
    const listed = async (DatabaseName: string, more: object = {}) => {
      const { TableList: tables } = await lake.ok('GetTables', { DatabaseName, ...more });
      return (tables as TableAnswer[]).map((table) => [table.DatabaseName, table.Name, table.Description]);
    };
    expect(await listed(own)).toEqual([
      [own, 'astray', undefined],
      [own, 'peek', 'second'],
      [own, 'plain', 'plain'],
    ]);
    expect(await listed(own, { Expression: 'p*' })).toEqual([
      [own, 'peek', 'second'],
      [own, 'plain', 'plain'],
    ]);
    expect(await listed(link)).toEqual([
      [target, 'inner', undefined],
      [target, 'orders', 'second'],
    ]);
    const { NextToken: next } = await lake.ok('GetTables', { DatabaseName: link, MaxResults: 1 });
    expect(await listed(link, { MaxResults: 1, NextToken: next })).toEqual([[target, 'orders', 'second']]);
  });

  describe('partitions and partition indexes', () => {
    it('given either link, or one behind the other, act on the target', async () => {
      const { own, link, target } = await newWorld();
      await lake.ok('DeleteTable', { DatabaseName: own, Name: 'plain' });
      await lake.ok('CreateTable', {
        DatabaseName: own,
        TableInput: { Name: 'plain', PartitionKeys: keys },
      });
      for (const [DatabaseName, TableName, home, name] of [
        [link, 'orders', target, 'orders'],
        [own, 'peek', target, 'orders'],
        [link, 'inner', own, 'plain'],
      ] as const) {
        const names = { DatabaseName, TableName };
        const value = `by ${DatabaseName}`;
        const before = await valuesIn(home, name);
        await lake.ok('CreatePartition', { ...names, PartitionInput: { Values: [value] } });
        expect(await valuesIn(DatabaseName, TableName)).toEqual([...before, value].sort());
        expect(await valuesIn(home, name)).toEqual([...before, value].sort());
        expect(await lake.ok('GetPartition', { ...names, PartitionValues: [value] })).toMatchObject({
          Partition: { Values: [value] },
        });
        await lake.ok('UpdatePartition', {
          ...names,
          PartitionValueList: [value],
          PartitionInput: { Values: ['moved'] },
        });
        const { Partitions: moved } = await lake.ok('BatchGetPartition', {
          ...names,
          PartitionsToGet: [{ Values: ['moved'] }],
        });
        expect(moved).toHaveLength(1);
        await lake.ok('DeletePartition', { ...names, PartitionValues: ['moved'] });
        expect(await valuesIn(home, name)).toEqual(before);

        await lake.ok('CreatePartitionIndex', {
          ...names,
          PartitionIndex: { IndexName: 'by_k', Keys: ['k'] },
        });
        for (;;) {
          const { PartitionIndexDescriptorList: list } = await lake.ok('GetPartitionIndexes', {
            DatabaseName: home,
            TableName: name,
          });
          const [index] = list as { IndexName: string; IndexStatus: string }[];
          expect(index?.IndexName).toBe('by_k');
          if (index?.IndexStatus === 'ACTIVE') break;
          await new Promise(setImmediate);
        }
        await lake.ok('DeletePartitionIndex', { ...names, IndexName: 'by_k' });
        for (;;) {
          const { PartitionIndexDescriptorList: list } = await lake.ok('GetPartitionIndexes', names);
          if ((list as unknown[]).length === 0) break;
          await new Promise(setImmediate);
        }
      }
    });
  });

  it('GraphQL makes links, says where they lead, and goes through them', async () => {
    const token = await login(lake);
    const { target } = await newWorld();
    const ask = async (text: string) => {
      const { data, errors } = await graphql(lake, text, {}, token);
      expect(errors).toBeUndefined();
      return data;
    };
    await ask(`mutation { createDatabase(input: { name: "way", linkTarget: { database: "${target}" } }) {
      database { name } } }`);
    await ask(`mutation { createDatabase(input: { name: "home" }) { database { name } } }`);
    await ask(`mutation { createTable(input: { table: { database: "home", name: "shortcut" }, definition: {},
      linkTarget: { database: "${target}", name: "orders" } }) { table { name } } }`);
    const leads = `linkTarget { catalogId database name }`;
    expect(
      await ask(`{ database(name: "way") { description ${leads} tables { edges { node { database name } } } }
        table(database: "home", name: "shortcut") { database description ${leads}
          partitions { edges { node { values } } } versions { edges { node { versionId } } } } }`),
    ).toEqual({
      database: {
        description: 'sales',
        linkTarget: { catalogId: OWNER, database: target, name: null },
        tables: { edges: ['inner', 'orders'].map((name) => ({ node: { database: target, name } })) },
      },
      table: {
        database: 'home',
        description: 'second',
        linkTarget: { catalogId: OWNER, database: target, name: 'orders' },
        partitions: { edges: [{ node: { values: ['a'] } }] },
        versions: { edges: ['0', '1'].map((versionId) => ({ node: { versionId } })) },
      },
    });
  });

  it("given a link into another's catalog, shows its own members, and refuses whatever would go through", async () => {
    const token = await login(lake);
    const { data } = await graphql(
      lake,
      `mutation { createAccount(input: { id: "${STRANGER}", name: "s" }) { accessKey { accessKeyId secretAccessKey } } }`,
      {},
      token,
    );
    const { accessKey: caller } = data?.['createAccount'] as {
      accessKey: { accessKeyId: string; secretAccessKey: string };
    };
    const { target } = await newWorld();
    const as = (operation: string, input: object) => lake.glue(operation, input, { caller });
    const to = { CatalogId: OWNER, DatabaseName: target };
    await as('CreateDatabase', { DatabaseInput: { Name: 'mine' } });
    expect(
      (
        await as('CreateDatabase', {
          DatabaseInput: { Name: 'peek', Description: 'own', TargetDatabase: to },
        })
      ).status,
    ).toBe(200);
    const TableInput = { Name: 'peek', Description: 'own', TargetTable: { ...to, Name: 'orders' } };
    expect((await as('CreateTable', { DatabaseName: 'mine', TableInput })).status).toBe(200);

    const { body: shown } = await as('GetDatabase', { Name: 'peek' });
    expect(shown).toMatchObject({ Database: { Name: 'peek', Description: 'own', CatalogId: STRANGER } });
    const { body: tables } = await as('GetTables', { DatabaseName: 'mine' });
    expect(tables).toMatchObject({ TableList: [{ Name: 'peek', Description: 'own' }] });
    const refusal = async (operation: string, input: object) => (await as(operation, input)).body['__type'];
    for (const [operation, input] of [
      ['GetTables', { DatabaseName: 'peek' }],
      ['UpdateDatabase', { Name: 'peek', DatabaseInput: { Name: 'peek' } }],
      ['CreateTable', { DatabaseName: 'peek', TableInput: { Name: 'planted' } }],
      ['GetTable', { DatabaseName: 'peek', Name: 'orders' }],
      ['GetTable', { DatabaseName: 'peek', Name: 'nowhere' }],
      ['DeleteTable', { DatabaseName: 'peek', Name: 'orders' }],
      ['BatchDeleteTable', { DatabaseName: 'peek', TablesToDelete: ['orders'] }],
      ['GetTable', { DatabaseName: 'mine', Name: 'peek' }],
      ['UpdateTable', { DatabaseName: 'mine', TableInput: { Name: 'peek' } }],
      ['GetTableVersions', { DatabaseName: 'mine', TableName: 'peek' }],
      ['GetPartitions', { DatabaseName: 'mine', TableName: 'peek' }],
      ['GetPartitions', { DatabaseName: 'peek', TableName: 'orders' }],
      ['CreatePartition', { DatabaseName: 'mine', TableName: 'peek', PartitionInput: { Values: ['x'] } }],
      ['GetPartitionIndexes', { DatabaseName: 'mine', TableName: 'peek' }],
    ] as const)
      expect([operation, await refusal(operation, input)]).toEqual([operation, 'AccessDeniedException']);
    expect((await as('DeleteTable', { DatabaseName: 'mine', Name: 'peek' })).status).toBe(200);
    expect((await as('DeleteDatabase', { Name: 'peek' })).status).toBe(200);
    expect(await valuesIn(target, 'orders')).toEqual(['a']);
  });

  describe('with grants: DESCRIBE on the link, and the permission of the operation on its target', () => {
    const me = { DataLakePrincipalIdentifier: `arn:aws:iam::${OWNER}:user/admin` };
    const boss = { DataLakePrincipalIdentifier: `arn:aws:iam::${OWNER}:user/boss` };
    let names: Awaited<ReturnType<typeof newWorld>>;

    const lf = async (operation: string, input: object) => {
      const { status, body } = await lakeFormation(lake, operation, input);
      if (status !== 200) throw new Error(`${operation}: ${JSON.stringify(body)}`);
      return body;
    };
    const administer = async (...DataLakeAdmins: object[]) => {
      const { DataLakeSettings: settings } = await lf('GetDataLakeSettings', {});
      await lf('PutDataLakeSettings', { DataLakeSettings: { ...(settings as object), DataLakeAdmins } });
    };

    beforeAll(async () => {
      await query(lake, 'iam', 'CreateUser', { UserName: 'boss' });
      names = await newWorld();
      const own = (Resource: object) =>
        lf('RevokePermissions', {
          Principal: me,
          Resource,
          Permissions: ['ALL'],
          PermissionsWithGrantOption: ['ALL'],
        });
      // What a creator holds on what he has made; of the links he keeps it.
      await own({ Database: { Name: names.target } });
      await own({ Table: { DatabaseName: names.target, Name: 'orders' } });
      await own({ Table: { DatabaseName: names.target, Name: 'inner' } });
      await administer(boss);
    });
    afterAll(async () => {
      await administer(me);
    });

    it('given nothing on the target, shows the link as it is and goes no further', async () => {
      const { link, own, target } = names;
      const shown = await getDatabase(link);
      expect(shown).toMatchObject({ Name: link, TargetDatabase: { DatabaseName: target.toUpperCase() } });
      expect(shown).not.toHaveProperty('Description');
      const { TableList: tables } = await lake.ok('GetTables', { DatabaseName: own, Expression: 'peek' });
      expect(tables).toMatchObject([{ Name: 'peek', TargetTable: { DatabaseName: target } }]);
      expect((tables as object[])[0]).not.toHaveProperty('Description');
      for (const [operation, input] of [
        ['GetTables', { DatabaseName: link }],
        ['GetTable', { DatabaseName: own, Name: 'peek' }],
        ['GetTable', { DatabaseName: link, Name: 'orders' }],
        ['GetTable', { DatabaseName: link, Name: 'nowhere' }],
        ['GetTableVersions', { DatabaseName: own, TableName: 'peek' }],
        ['GetPartitions', { DatabaseName: own, TableName: 'peek' }],
        ['CreateTable', { DatabaseName: link, TableInput: { Name: 'planted' } }],
        ['UpdateDatabase', { Name: link, DatabaseInput: { Name: link } }],
        ['DeleteTable', { DatabaseName: link, Name: 'orders' }],
      ] as const)
        expect([operation, await lake.refused(operation, input)]).toEqual([
          operation,
          expect.stringMatching(/^AccessDeniedException: Insufficient Lake Formation permission/),
        ]);
    });

    it('given DESCRIBE on the target, shows it through the link, and changes nothing', async () => {
      const { link, own, target } = names;
      await administer(me, boss);
      for (const Resource of [
        { Database: { Name: target } },
        { Table: { DatabaseName: target, Name: 'orders' } },
      ])
        await lf('GrantPermissions', { Principal: me, Resource, Permissions: ['DESCRIBE'] });
      await administer(boss);
      expect(await getDatabase(link)).toMatchObject({ Name: link, Description: 'sales' });
      expect(await getTable(own, 'peek')).toMatchObject({ Name: 'peek', Description: 'second' });
      expect(await getTable(link, 'orders')).toMatchObject({ Name: 'orders', Description: 'second' });
      const { TableList: tables } = await lake.ok('GetTables', { DatabaseName: link });
      expect((tables as TableAnswer[]).map(({ Name }) => Name)).toEqual(['orders']);
      for (const [operation, input] of [
        ['UpdateTable', { DatabaseName: own, TableInput: { Name: 'peek', PartitionKeys: keys } }],
        ['UpdateDatabase', { Name: link, DatabaseInput: { Name: link } }],
        ['CreatePartition', { DatabaseName: own, TableName: 'peek', PartitionInput: { Values: ['x'] } }],
        ['DeleteTable', { DatabaseName: link, Name: 'orders' }],
      ] as const)
        expect(await lake.refused(operation, input)).toContain('AccessDeniedException');
      // The links are his own to drop.
      await lake.ok('DeleteTable', { DatabaseName: own, Name: 'peek' });
      await lake.ok('DeleteDatabase', { Name: link });
    });
  });
});
