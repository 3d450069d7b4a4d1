import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';

interface TableAnswer {
  readonly VersionId: string;
  readonly TableType?: string;
  readonly Description?: string;
  readonly Parameters: Readonly<Record<string, string>>;
  readonly StorageDescriptor: { readonly Location: string; readonly Columns: readonly object[] };
}

/** spec/catalog.md §11. */
describe.each(DATABASES)('Iceberg tables on %s', (databaseName) => {
  let lake: Lake;
  let made = 0;

  beforeAll(async () => {
    lake = await startLake(databaseName);
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'ice' } });
  });
  afterAll(async () => {
    await lake.stop();
  });

  const newName = (): string => `t${String((made += 1))}`;
  const locationOf = (name: string): string => `file://${lake.lakeFolder}/ice/${name}`;
  const getTable = async (Name: string) =>
    (await lake.ok('GetTable', { DatabaseName: 'ice', Name }))['Table'] as TableAnswer;
  const filesOf = (name: string): Promise<string[]> =>
    readdir(join(lake.lakeFolder, 'ice', name, 'metadata')).catch(() => []);

  const schema = {
    Type: 'struct',
    IdentifierFieldIds: [1],
    Fields: [
      { Id: 1, Name: 'id', Type: 'long', Required: true, Doc: 'key' },
      { Id: 2, Name: 'at', Type: 'timestamptz', Required: false },
      {
        Id: 3,
        Name: 'tags',
        Required: false,
        Type: { type: 'list', 'element-id': 5, element: 'string', 'element-required': true },
      },
      {
        Id: 4,
        Name: 'place',
        Required: false,
        Type: {
          type: 'struct',
          fields: [
            { id: 6, name: 'city', required: true, type: 'string' },
            {
              id: 7,
              name: 'counts',
              required: false,
              type: {
                type: 'map',
                'key-id': 8,
                key: 'string',
                'value-id': 9,
                value: 'decimal(9,2)',
                'value-required': false,
              },
            },
          ],
        },
      },
    ],
  };
  const createInput = (name: string, more: object = {}, version?: string) => ({
    DatabaseName: 'ice',
    Name: name,
    OpenTableFormatInput: {
      IcebergInput: {
        MetadataOperation: 'CREATE',
        ...(version !== undefined && { Version: version }),
        CreateIcebergTableInput: { Location: locationOf(name), Schema: schema, ...more },
      },
    },
  });

  describe('CreateTable with CreateIcebergTableInput', () => {
    it('writes the first metadata file, and the table points at it', async () => {
      const name = newName();
      await lake.ok(
        'CreateTable',
        createInput(name, {
          PartitionSpec: {
            SpecId: 7,
            Fields: [
              { SourceId: 2, Transform: 'day', Name: 'at_day' },
              { SourceId: 6, Transform: 'bucket[16]', Name: 'city_bucket', FieldId: 1005 },
            ],
          },
          WriteOrder: {
            OrderId: 3,
            Fields: [{ SourceId: 1, Transform: 'identity', Direction: 'asc', NullOrder: 'nulls-last' }],
          },
          Properties: { 'write.format.default': 'parquet' },
        }),
      );

      const table = await getTable(name);
      const [file = ''] = await filesOf(name);
      expect(file).toMatch(/^00000-[0-9a-f-]{36}\.metadata\.json$/);
      expect(table).toMatchObject({
        TableType: 'EXTERNAL_TABLE',
        VersionId: '0',
        Parameters: { table_type: 'ICEBERG', metadata_location: `${locationOf(name)}/metadata/${file}` },
        StorageDescriptor: {
          Location: locationOf(name),
          Columns: [
            {
              Name: 'id',
              Type: 'bigint',
              Comment: 'key',
              Parameters: {
                'iceberg.field.id': '1',
                'iceberg.field.optional': 'false',
                'iceberg.field.current': 'true',
              },
            },
            { Name: 'at', Type: 'timestamp' },
            { Name: 'tags', Type: 'array<string>' },
            {
              Name: 'place',
              Type: 'struct<city:string,counts:map<string,decimal(9,2)>>',
              Parameters: { 'iceberg.field.id': '4', 'iceberg.field.optional': 'true' },
            },
          ],
        },
      });

      const metadata: unknown = JSON.parse(
        await readFile(join(lake.lakeFolder, 'ice', name, 'metadata', file), 'utf8'),
      );
      expect(metadata).toMatchObject({
        'format-version': 2,
        location: locationOf(name),
        'last-sequence-number': 0,
        'last-column-id': 9,
        'current-schema-id': 0,
        schemas: [{ type: 'struct', 'schema-id': 0, 'identifier-field-ids': [1] }],
        'default-spec-id': 0,
        'partition-specs': [
          {
            'spec-id': 0,
            fields: [
              { 'source-id': 2, 'field-id': 1006, transform: 'day', name: 'at_day' },
              { 'source-id': 6, 'field-id': 1005, transform: 'bucket[16]', name: 'city_bucket' },
            ],
          },
        ],
        'last-partition-id': 1006,
        'default-sort-order-id': 1,
        'sort-orders': [
          {
            'order-id': 1,
            fields: [{ 'source-id': 1, transform: 'identity', direction: 'asc', 'null-order': 'nulls-last' }],
          },
        ],
        properties: { 'write.format.default': 'parquet' },
        'current-snapshot-id': -1,
        snapshots: [],
      });
    });

    it('given format version 1, writes what readers of version 1 look for', async () => {
      const name = newName();
      await lake.ok('CreateTable', createInput(name, {}, '1'));
      const [file = ''] = await filesOf(name);
      const metadata: unknown = JSON.parse(
        await readFile(join(lake.lakeFolder, 'ice', name, 'metadata', file), 'utf8'),
      );
      expect(metadata).toMatchObject({
        'format-version': 1,
        schema: { 'schema-id': 0 },
        'partition-spec': [],
      });
      expect(metadata).not.toHaveProperty('last-sequence-number');
    });

    it.each([
      ['another version', {}, '3', 'Version 3'],
      [
        'a type that is none',
        { Schema: { Fields: [{ Id: 1, Name: 'a', Type: 'varchar(3)', Required: false }] } },
      ],
      [
        'a type document without ids',
        {
          Schema: { Fields: [{ Id: 1, Name: 'a', Type: { type: 'list', element: 'int' }, Required: false }] },
        },
      ],
      ['no field', { Schema: { Fields: [] } }],
      [
        'an id twice, the second nested',
        {
          Schema: {
            Fields: [
              { Id: 1, Name: 'a', Type: 'int', Required: false },
              {
                Id: 2,
                Name: 'b',
                Required: false,
                Type: { type: 'list', 'element-id': 1, element: 'int', 'element-required': false },
              },
            ],
          },
        },
      ],
      [
        'a name twice',
        {
          Schema: {
            Fields: [1, 2].map((Id) => ({ Id, Name: 'a', Type: 'int', Required: false })),
          },
        },
      ],
      ['an identifier that is optional', { Schema: { ...schema, IdentifierFieldIds: [2] } }],
      [
        'a default value',
        {
          Schema: { Fields: [{ Id: 1, Name: 'a', Type: 'int', Required: false, InitialDefault: 0 }] },
        },
      ],
      [
        'a partition of an unknown field',
        {
          PartitionSpec: { Fields: [{ SourceId: 99, Transform: 'identity', Name: 'p' }] },
        },
        undefined,
        'no field 99',
      ],
      [
        'a transform that does not go with its source',
        {
          PartitionSpec: { Fields: [{ SourceId: 1, Transform: 'day', Name: 'p' }] },
        },
        undefined,
        'day cannot be applied to id',
      ],
      [
        'a transform that is none',
        {
          PartitionSpec: { Fields: [{ SourceId: 1, Transform: 'bucket[0]', Name: 'p' }] },
        },
      ],
      [
        'a partition of a list’s element',
        {
          PartitionSpec: { Fields: [{ SourceId: 5, Transform: 'identity', Name: 'p' }] },
        },
      ],
      [
        'a partition named like another column',
        {
          PartitionSpec: { Fields: [{ SourceId: 2, Transform: 'day', Name: 'id' }] },
        },
      ],
      [
        'an order over nothing',
        {
          WriteOrder: {
            OrderId: 1,
            Fields: [{ SourceId: 99, Transform: 'identity', Direction: 'asc', NullOrder: 'nulls-first' }],
          },
        },
      ],
    ] as const)(
      'given %s, refuses, makes no table and writes no file',
      async (_what, more, version?, message?) => {
        const name = newName();
        const refusal = await lake.refused('CreateTable', createInput(name, more, version));
        expect(refusal).toContain('InvalidInputException');
        expect(refusal).toContain(message ?? '');
        expect(await lake.refused('GetTable', { DatabaseName: 'ice', Name: name })).toContain(
          'EntityNotFound',
        );
        expect(await filesOf(name)).toEqual([]);
      },
    );

    it('given a location outside the local roots, or through a link, refuses it', async () => {
      const name = newName();
      await mkdir(join(lake.lakeFolder, 'ice'), { recursive: true });
      await symlink('/tmp', join(lake.lakeFolder, 'ice', 'away'));
      for (const Location of [
        `file:///tmp/${name}`,
        `file://${lake.lakeFolder}/../${name}`,
        `file://${lake.lakeFolder}/ice/away/${name}`,
      ]) {
        const refusal = await lake.refused('CreateTable', createInput(name, { Location }));
        expect(refusal).toContain(`InvalidInputException: Location ${Location}`);
      }
      expect(
        await lake.refused('CreateTable', createInput(name, { Location: `s3://lake/${name}` })),
      ).toContain('InvalidInputException: The server cannot write at s3://');
    });

    it('given a name that is taken, leaves no second file', async () => {
      const name = newName();
      await lake.ok('CreateTable', createInput(name));
      expect(await lake.refused('CreateTable', createInput(name))).toBe(
        'AlreadyExistsException: Table already exists.',
      );
      expect(await filesOf(name)).toHaveLength(1);
    });

    it('given an index that cannot be, takes the file back', async () => {
      const name = newName();
      const refusal = await lake.refused('CreateTable', {
        ...createInput(name),
        PartitionIndexes: [{ IndexName: 'i', Keys: ['nope'] }],
      });
      expect(refusal).toContain('InvalidInputException');
      expect(await filesOf(name)).toEqual([]);
    });

    it('given eight at once, makes one table, and its file is the one that is left', async () => {
      const name = newName();
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => lake.glue('CreateTable', createInput(name))),
      );
      const codes = answers.map(({ status, body }) => (status === 200 ? 'OK' : body['__type']));
      expect(codes.sort()).toEqual([...Array<string>(7).fill('AlreadyExistsException'), 'OK']);
      const { Parameters: parameters } = await getTable(name);
      expect((await filesOf(name)).map((file) => `${locationOf(name)}/metadata/${file}`)).toEqual([
        parameters['metadata_location'],
      ]);
    });

    it('given neither TableInput nor a definition, or no name, names the missing member', async () => {
      const missing = (member: string) =>
        `ValidationException: 1 validation error detected: Value 'null' at '${member}' failed to satisfy constraint: Member must not be null`;
      expect(await lake.refused('CreateTable', { DatabaseName: 'ice' })).toBe(missing('tableInput'));
      expect(await lake.refused('UpdateTable', { DatabaseName: 'ice', Name: 'x' })).toBe(
        missing('tableInput'),
      );
      expect(
        await lake.refused('CreateTable', { DatabaseName: 'ice', Name: 'x', TableInput: { Name: 'y' } }),
      ).toContain("ValidationException: 1 validation error detected: Value 'x' at 'name'");
      const { Name: _name, ...nameless } = createInput('x');
      expect(await lake.refused('CreateTable', nameless)).toBe(missing('name'));
    });
  });

  describe('CreateTable with IcebergInput beside a TableInput', () => {
    const input = (Name: string, Columns: object[], Location: string, more: object = {}) => ({
      DatabaseName: 'ice',
      TableInput: { Name, Description: 'd', StorageDescriptor: { Columns, Location }, ...more },
      OpenTableFormatInput: { IcebergInput: { MetadataOperation: 'CREATE', Version: '2' } },
    });

    it('reads the Hive columns as a schema', async () => {
      const name = newName();
      const columns = [
        { Name: 'a', Type: 'tinyint', Comment: 'first' },
        { Name: 'b', Type: 'struct<x:int, y:array<decimal(10,2)>>' },
        { Name: 'c', Type: 'map<string,varchar(7)>' },
      ];
      await lake.ok('CreateTable', input(name, columns, `${locationOf(name)}/`));
      const table = await getTable(name);
      expect(table).toMatchObject({
        Description: 'd',
        StorageDescriptor: {
          Location: locationOf(name),
          Columns: [
            { Name: 'a', Type: 'int', Comment: 'first', Parameters: { 'iceberg.field.id': '1' } },
            { Name: 'b', Type: 'struct<x:int,y:array<decimal(10,2)>>' },
            { Name: 'c', Type: 'map<string,string>' },
          ],
        },
      });
      const file = table.Parameters['metadata_location'] ?? '';
      const metadata = JSON.parse(await readFile(file.slice('file://'.length), 'utf8')) as {
        schemas: { fields: object[] }[];
      };
      expect(metadata).toMatchObject({ 'last-column-id': 8 });
      expect(metadata.schemas[0]?.fields).toMatchObject([
        { id: 1, name: 'a', required: false, type: 'int', doc: 'first' },
        {
          id: 2,
          type: {
            type: 'struct',
            fields: [
              { id: 4, name: 'x' },
              { id: 5, name: 'y', type: { 'element-id': 6, element: 'decimal(10, 2)' } },
            ],
          },
        },
        { id: 3, type: { type: 'map', 'key-id': 7, key: 'string', 'value-id': 8, value: 'string' } },
      ]);
    });

    it.each([
      'uniontype<int>',
      'array<int',
      'struct<int>',
      'decimal(39,1)',
      'nope',
      'int>',
      `${'array<'.repeat(60)}int`,
    ])('given a column of type %s, refuses it by name', async (Type) => {
      const name = newName();
      expect(
        await lake.refused('CreateTable', input(name, [{ Name: 'odd', Type }], locationOf(name))),
      ).toContain('InvalidInputException: Column odd has the type');
      expect(await filesOf(name)).toEqual([]);
    });

    it('given partition keys, or a metadata_location, or no location, refuses', async () => {
      const name = newName();
      const column = [{ Name: 'a', Type: 'int' }];
      for (const [location, more] of [
        [locationOf(name), { PartitionKeys: [{ Name: 'k', Type: 'string' }] }],
        [locationOf(name), { Parameters: { metadata_location: 's3://x' } }],
        ['', {}],
      ] as const) {
        expect(await lake.refused('CreateTable', input(name, column, location, more))).toContain(
          'InvalidInputException',
        );
      }
    });

    it('at s3://, which the server has no way to, marks the table and keeps the columns as they came', async () => {
      const name = newName();
      const columns = [{ Name: 'a', Type: 'tinyint' }];
      await lake.ok('CreateTable', input(name, columns, 's3://lake/t'));
      const table = await getTable(name);
      expect(table.Parameters).toEqual({ table_type: 'ICEBERG' });
      expect(table.StorageDescriptor).toEqual({ Columns: columns, Location: 's3://lake/t' });
    });
  });

  it('given a type nested a thousand deep in GraphQL, refuses it by name', async () => {
    const name = newName();
    const depth = 1_000;
    const element = '{"type":"list","element-id":1,"element-required":false,"element":';
    const type: unknown = JSON.parse(`${element.repeat(depth)}"int"${'}'.repeat(depth)}`);
    const { errors } = await graphql(
      lake,
      'mutation ($i: CreateTableInput!) { createTable(input: $i) { table { name } } }',
      {
        i: {
          table: { database: 'ice', name },
          definition: {},
          iceberg: { location: locationOf(name), fields: [{ id: 2, name: 'deep', type, required: false }] },
        },
      },
      await login(lake),
    );
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['InvalidInputException']);
  });

  it('GraphQL makes one with the same words in its own form', async () => {
    const name = newName();
    const token = await login(lake);
    const { data, errors } = await graphql(
      lake,
      'mutation ($i: CreateTableInput!) { createTable(input: $i) { table { parameters columns { name type } } } }',
      {
        i: {
          table: { database: 'ice', name },
          definition: { description: 'made by GraphQL' },
          iceberg: {
            location: locationOf(name),
            fields: [
              { id: 1, name: 'id', type: 'long', required: true },
              {
                id: 2,
                name: 'tags',
                type: { type: 'list', 'element-id': 3, element: 'string', 'element-required': false },
                required: false,
              },
            ],
            identifierFieldIds: [1],
            partitionSpec: [{ sourceId: 1, transform: 'bucket[4]', name: 'id_bucket' }],
            writeOrder: [{ sourceId: 1, transform: 'identity', direction: 'DESC', nullOrder: 'NULLS_FIRST' }],
            properties: { owner: 'ann' },
          },
        },
      },
      token,
    );
    expect(errors).toBeUndefined();
    const [file = ''] = await filesOf(name);
    expect(data?.['createTable']).toEqual({
      table: {
        parameters: { table_type: 'ICEBERG', metadata_location: `${locationOf(name)}/metadata/${file}` },
        columns: [
          { name: 'id', type: 'bigint' },
          { name: 'tags', type: 'array<string>' },
        ],
      },
    });
    expect(
      JSON.parse(await readFile(join(lake.lakeFolder, 'ice', name, 'metadata', file), 'utf8')),
    ).toMatchObject({
      'format-version': 2,
      properties: { owner: 'ann' },
      'sort-orders': [{ fields: [{ direction: 'desc', 'null-order': 'nulls-first' }] }],
      'partition-specs': [{ fields: [{ transform: 'bucket[4]', 'field-id': 1000 }] }],
    });
  });

  describe('commits: metadata_location swapped', () => {
    /** A table as Iceberg's GlueCatalog writes it. */
    const committed = async (Name: string, location: string, previous?: string, more: object = {}) =>
      lake.glue('UpdateTable', {
        DatabaseName: 'ice',
        TableInput: {
          Name,
          TableType: 'EXTERNAL_TABLE',
          Parameters: {
            table_type: 'iceberg',
            metadata_location: location,
            ...(previous !== undefined && { previous_metadata_location: previous }),
          },
        },
        ...more,
      });
    const begun = async (): Promise<string> => {
      const Name = newName();
      // With Lake Formation the client first makes a table with a type and a location alone.
      await lake.ok('CreateTable', {
        DatabaseName: 'ice',
        TableInput: {
          Name,
          Parameters: { table_type: 'iceberg' },
          StorageDescriptor: { Location: `s3://lake/${Name}` },
        },
      });
      expect((await committed(Name, 'm0', undefined, { VersionId: '0', SkipArchive: true })).status).toBe(
        200,
      );
      return Name;
    };
    const raced = {
      status: 400,
      body: {
        __type: 'ConcurrentModificationException',
        Message: 'Update table failed due to concurrent modifications.',
      },
    };

    it('given the version that was read, commits; given a stale one, refuses and changes nothing', async () => {
      const name = await begun();
      expect((await getTable(name)).VersionId).toBe('1');
      expect((await committed(name, 'm1', 'm0', { VersionId: '1' })).status).toBe(200);
      expect(await committed(name, 'm1b', 'm0', { VersionId: '1' })).toMatchObject(raced);
      // Named by its version alone: what the parameters claim is the client's own affair.
      expect(await committed(name, 'm1c', 'm1', { VersionId: '0' })).toMatchObject(raced);
      const { VersionId: version, Parameters: parameters } = await getTable(name);
      expect([version, parameters['metadata_location']]).toEqual(['2', 'm1']);
    });

    it('given no version, refuses a predecessor that is not the current metadata, and nothing else', async () => {
      const name = await begun();
      expect(await committed(name, 'm1', 'other')).toMatchObject(raced);
      expect((await committed(name, 'm1', 'm0')).status).toBe(200);
      expect(await committed(name, 'm2', 'm0')).toMatchObject(raced);
      // The same metadata once more, as for a change of the description: its predecessor is the older one, rightly.
      expect((await committed(name, 'm1', 'm0')).status).toBe(200);
      expect((await committed(name, 'm2', 'm1')).status).toBe(200);
      // No predecessor named: an engine that overwrites on purpose.
      expect((await committed(name, 'm3')).status).toBe(200);
      expect((await getTable(name)).Parameters['metadata_location']).toBe('m3');
    });

    it('keeps replaced versions unless SkipArchive; takes Force and ViewUpdateAction', async () => {
      const name = await begun();
      await committed(name, 'm1', 'm0', { SkipArchive: true, Force: true });
      await committed(name, 'm2', 'm1', { SkipArchive: false, ViewUpdateAction: 'REPLACE' });
      await committed(name, 'm3', 'm2');
      const { TableVersions: versions } = await lake.ok('GetTableVersions', {
        DatabaseName: 'ice',
        TableName: name,
      });
      expect((versions as { VersionId: string }[]).map(({ VersionId }) => VersionId)).toEqual([
        '2',
        '3',
        '4',
      ]);
    });

    it('given sixteen commits on one base at once, lets exactly one through', async () => {
      const name = await begun();
      for (let round = 0; round < 5; round += 1) {
        const { VersionId, Parameters: parameters } = await getTable(name);
        const answers = await Promise.all(
          Array.from({ length: 16 }, (_, i) =>
            committed(
              name,
              `r${String(round)}-${String(i)}`,
              parameters['metadata_location'],
              i % 2 === 0 ? { VersionId, SkipArchive: true } : { SkipArchive: true },
            ),
          ),
        );
        expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
        expect(answers.filter(({ status }) => status !== 200)).toMatchObject(Array(15).fill(raced));
      }
    });

    it('given UpdateOpenTableFormatInput, names it and changes nothing', async () => {
      const name = await begun();
      const input = {
        DatabaseName: 'ice',
        Name: name,
        UpdateOpenTableFormatInput: { UpdateIcebergInput: { UpdateIcebergTableInput: { Updates: [] } } },
      };
      expect(await lake.refused('UpdateTable', input)).toContain(
        'InvalidInputException: UpdateOpenTableFormatInput is not supported',
      );
      expect((await getTable(name)).VersionId).toBe('1');
    });
  });
});
