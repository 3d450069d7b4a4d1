import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';

const ACCOUNT = '111122223333';
const arnOf = (path: string): string => `arn:aws:glue:us-east-1:${ACCOUNT}:${path}`;
const field = (name: string, type: string, more: object = {}) => ({ name, type, ...more });
const person = (...fields: object[]): string =>
  JSON.stringify({ type: 'record', name: 'Person', fields: [field('Name', 'string'), ...fields] });
const AVRO = person();
const WITH_AGE = person(field('Age', 'int', { default: 0 }));
const NEEDS_AGE = person(field('Age', 'int'));
const CLOSED = '{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}';
const CLOSED_WITH_B =
  '{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"additionalProperties":false}';
const proto = (body: string): string => `syntax = "proto3"; package p; message Person { ${body} }`;
const NOBODY = '00000000-0000-0000-0000-000000000000';

describe.each(DATABASES)('the schema registry on %s', (databaseName) => {
  let lake: Lake;
  let made = 0;
  let registry: string;

  beforeAll(async () => {
    lake = await startLake(databaseName);
  });
  afterAll(async () => {
    await lake.stop();
  });
  beforeEach(async () => {
    registry = `r${String((made += 1))}`;
    await lake.ok('CreateRegistry', { RegistryName: registry });
  });

  const id = () => ({ SchemaId: { RegistryName: registry, SchemaName: 's' } });
  const create = (definition: string, more: object = {}) =>
    lake.ok('CreateSchema', {
      RegistryId: { RegistryName: registry },
      SchemaName: 's',
      DataFormat: 'AVRO',
      SchemaDefinition: definition,
      ...more,
    });
  const register = (definition: string) =>
    lake.ok('RegisterSchemaVersion', { ...id(), SchemaDefinition: definition });
  const numbers = async () =>
    (
      (await lake.ok('ListSchemaVersions', id()))['Schemas'] as { VersionNumber: number; Status: string }[]
    ).map(({ VersionNumber, Status }) => `${String(VersionNumber)} ${Status}`);

  it('keeps registries: made, described, listed by name, deleted with all that is in them', async () => {
    const RegistryName = `z${registry}`;
    const RegistryId = { RegistryName };
    const answer = await lake.ok('CreateRegistry', { RegistryName, Description: 'd', Tags: { a: '1' } });
    const RegistryArn = arnOf(`registry/${RegistryName}`);
    expect(answer).toEqual({ RegistryName, RegistryArn, Description: 'd', Tags: { a: '1' } });
    expect(await lake.ok('GetTags', { ResourceArn: RegistryArn })).toEqual({ Tags: { a: '1' } });
    expect(await lake.ok('UpdateRegistry', { RegistryId, Description: 'new' })).toEqual({
      RegistryName,
      RegistryArn,
    });
    expect(await lake.ok('GetRegistry', { RegistryId: { RegistryArn } })).toEqual({
      RegistryName,
      RegistryArn,
      Description: 'new',
      Status: 'AVAILABLE',
      CreatedTime: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      UpdatedTime: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
    const seen: string[] = [];
    for (let NextToken: unknown; ;) {
      const page = await lake.ok('ListRegistries', { MaxResults: 1, NextToken });
      seen.push(...(page['Registries'] as { RegistryName: string }[]).map((each) => each.RegistryName));
      NextToken = page['NextToken'];
      if (NextToken === undefined) break;
    }
    expect(seen).toContain(RegistryName);
    expect(seen).toEqual([...new Set(seen)].sort());

    await lake.ok('CreateSchema', {
      RegistryId,
      SchemaName: 's',
      DataFormat: 'AVRO',
      SchemaDefinition: AVRO,
    });
    expect(await lake.ok('DeleteRegistry', { RegistryId })).toEqual({
      RegistryName,
      RegistryArn,
      Status: 'DELETING',
    });
    expect(await lake.refused('GetRegistry', { RegistryId })).toBe(
      `EntityNotFoundException: Registry is not found. RegistryName: ${RegistryName}`,
    );
    expect(await lake.refused('GetSchema', { SchemaId: { RegistryName, SchemaName: 's' } })).toBe(
      `EntityNotFoundException: Schema is not found. RegistryName: ${RegistryName}, SchemaName: s, SchemaArn: null`,
    );
  });

  it('makes a schema with its first version, and answers both', async () => {
    const answer = await create(AVRO, { Description: 'd', Tags: { k: 'v' }, Compatibility: 'FULL' });
    expect(answer).toEqual({
      RegistryName: registry,
      RegistryArn: arnOf(`registry/${registry}`),
      SchemaName: 's',
      SchemaArn: arnOf(`schema/${registry}/s`),
      Description: 'd',
      DataFormat: 'AVRO',
      Compatibility: 'FULL',
      SchemaCheckpoint: 1,
      LatestSchemaVersion: 1,
      NextSchemaVersion: 2,
      SchemaStatus: 'AVAILABLE',
      Tags: { k: 'v' },
      SchemaVersionId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      SchemaVersionStatus: 'AVAILABLE',
    });
    expect(await lake.ok('GetTags', { ResourceArn: answer['SchemaArn'] })).toEqual({ Tags: { k: 'v' } });
    const byId = await lake.ok('GetSchemaVersion', { SchemaVersionId: answer['SchemaVersionId'] });
    expect(byId).toMatchObject({ SchemaDefinition: AVRO, DataFormat: 'AVRO', VersionNumber: 1 });
    expect(
      await lake.ok('GetSchemaVersion', { ...id(), SchemaVersionNumber: { LatestVersion: true } }),
    ).toEqual(byId);
    expect(await lake.ok('DeleteSchema', id())).toEqual({
      SchemaArn: answer['SchemaArn'],
      SchemaName: 's',
      Status: 'DELETING',
    });
    expect(await lake.refused('GetSchemaVersion', { SchemaVersionId: answer['SchemaVersionId'] })).toBe(
      `EntityNotFoundException: Schema version is not found. SchemaVersionId: ${String(answer['SchemaVersionId'])}`,
    );
  });

  it('given no registry, makes the schema in default-registry', async () => {
    const SchemaName = `in-${registry}`;
    const answer = await lake.ok('CreateSchema', { SchemaName, DataFormat: 'JSON', SchemaDefinition: '{}' });
    expect(answer['SchemaArn']).toBe(arnOf(`schema/default-registry/${SchemaName}`));
    expect(answer['Compatibility']).toBe('BACKWARD');
    const { Schemas } = await lake.ok('ListSchemas', { RegistryId: {} });
    expect((Schemas as { SchemaName: string }[]).map((each) => each.SchemaName)).toContain(SchemaName);
  });

  it('given no definition, keeps the schema empty until its first version is registered', async () => {
    await create(AVRO, { SchemaDefinition: undefined, Compatibility: 'DISABLED' });
    const empty = await lake.ok('GetSchema', id());
    expect(empty).toMatchObject({ NextSchemaVersion: 1 });
    expect(empty).not.toHaveProperty('LatestSchemaVersion');
    expect(await register(AVRO)).toMatchObject({ VersionNumber: 1, Status: 'AVAILABLE' });
    expect(await lake.refused('RegisterSchemaVersion', { ...id(), SchemaDefinition: AVRO })).toBe(
      'InvalidInputException: Compatibility DISABLED does not allow versioning. SchemaId: ' +
        `SchemaId(schemaArn=null, schemaName=s, registryName=${registry})`,
    );
  });

  it('given the same definition in other white space and order, answers the version that it is', async () => {
    const { SchemaVersionId } = await create(AVRO);
    const { type, name, fields } = JSON.parse(AVRO) as Record<string, unknown>;
    const again = JSON.stringify({ fields, name, type }, null, 4);
    expect(await register(again)).toEqual({ SchemaVersionId, VersionNumber: 1, Status: 'AVAILABLE' });
    expect(await lake.ok('GetSchemaByDefinition', { ...id(), SchemaDefinition: again })).toMatchObject({
      SchemaVersionId,
      Status: 'AVAILABLE',
    });
    // One more than JSON's numbers can tell apart.
    await create('{"maximum": 9007199254740992}', {
      SchemaName: 't',
      DataFormat: 'JSON',
      Compatibility: 'NONE',
    });
    const next = await lake.ok('RegisterSchemaVersion', {
      SchemaId: { RegistryName: registry, SchemaName: 't' },
      SchemaDefinition: '{"maximum": 9007199254740993}',
    });
    expect(next['VersionNumber']).toBe(2);
    expect(await lake.refused('GetSchemaByDefinition', { ...id(), SchemaDefinition: WITH_AGE })).toMatch(
      /^EntityNotFoundException: Schema is not found\. RegistryName/,
    );
  });

  it.each([
    ['AVRO', 'BACKWARD', AVRO, WITH_AGE, 'AVAILABLE'],
    ['AVRO', 'BACKWARD', AVRO, NEEDS_AGE, 'FAILURE'],
    ['AVRO', 'FORWARD', AVRO, NEEDS_AGE, 'AVAILABLE'],
    ['AVRO', 'FORWARD', NEEDS_AGE, AVRO, 'FAILURE'],
    ['AVRO', 'FULL', AVRO, WITH_AGE, 'AVAILABLE'],
    ['AVRO', 'FULL', AVRO, NEEDS_AGE, 'FAILURE'],
    ['AVRO', 'NONE', AVRO, '"int"', 'AVAILABLE'],
    ['JSON', 'BACKWARD', CLOSED, CLOSED_WITH_B, 'AVAILABLE'],
    ['JSON', 'FORWARD', CLOSED, CLOSED_WITH_B, 'FAILURE'],
    ['JSON', 'FORWARD', CLOSED_WITH_B, CLOSED, 'AVAILABLE'],
    ['PROTOBUF', 'BACKWARD', proto('string n = 1;'), proto('string n = 1; int32 i = 2;'), 'AVAILABLE'],
    ['PROTOBUF', 'FULL', proto('string n = 1;'), proto('int32 n = 1;'), 'FAILURE'],
    ['PROTOBUF', 'BACKWARD', proto('int32 n = 1;'), proto('int64 n = 1;'), 'AVAILABLE'],
    ['PROTOBUF', 'FORWARD', proto('int32 n = 1;'), proto('int64 n = 1;'), 'FAILURE'],
  ])(
    'given %s and %s, lets a version through or keeps it as FAILURE (%#)',
    async (format, mode, one, two, status) => {
      await create(one, { DataFormat: format, Compatibility: mode });
      expect(await register(two)).toMatchObject({ VersionNumber: 2, Status: status });
      const isAvailable = status === 'AVAILABLE';
      expect(await lake.ok('GetSchema', id())).toMatchObject({
        LatestSchemaVersion: isAvailable ? 2 : 1,
        NextSchemaVersion: 3,
      });
      const latest = await lake.ok('GetSchemaVersion', {
        ...id(),
        SchemaVersionNumber: { LatestVersion: true },
      });
      expect(latest['SchemaDefinition']).toBe(isAvailable ? two : one);
      // Asked again, it is the same version.
      expect(await register(two)).toMatchObject({ VersionNumber: 2, Status: status });
    },
  );

  it('compares with the last version, or under _ALL with all from the checkpoint on', async () => {
    const [first, second, third] = ['int', 'long', 'float'].map((type) => `"${type}"`);
    await create(first ?? '', { Compatibility: 'NONE' });
    await register('"string"');
    await register(second ?? '');
    await lake.ok('UpdateSchema', { ...id(), Compatibility: 'BACKWARD' });
    expect(await register(third ?? '')).toMatchObject({ VersionNumber: 4, Status: 'AVAILABLE' });
    await lake.ok('UpdateSchema', { ...id(), Compatibility: 'BACKWARD_ALL' });
    expect(await register('"double"')).toMatchObject({ VersionNumber: 5, Status: 'FAILURE' });
    await lake.ok('UpdateSchema', { ...id(), SchemaVersionNumber: { VersionNumber: 3 } });
    // What failed once may fit now: it becomes one more version, and the failed one stays what it was.
    expect(await register('"double"')).toMatchObject({ VersionNumber: 6, Status: 'AVAILABLE' });
    expect(await numbers()).toEqual([
      '1 AVAILABLE',
      '2 AVAILABLE',
      '3 AVAILABLE',
      '4 AVAILABLE',
      '5 FAILURE',
      '6 AVAILABLE',
    ]);
    expect(
      await lake.refused('UpdateSchema', { ...id(), SchemaVersionNumber: { VersionNumber: 5 } }),
    ).toMatch(/^InvalidInputException: Version 5 is in FAILURE status/);
  });

  it('deletes versions but the first, the checkpoint and those the others need', async () => {
    await create('"int"', { Compatibility: 'NONE' });
    for (const type of ['long', 'float', 'double', 'string']) await register(`"${type}"`);
    const remove = (Versions: string) => lake.ok('DeleteSchemaVersions', { ...id(), Versions });
    const kept = (Versions: string) => lake.refused('DeleteSchemaVersions', { ...id(), Versions });
    expect(await kept('1-2')).toMatch(/^InvalidInputException: The first version/);
    await lake.ok('UpdateSchema', { ...id(), SchemaVersionNumber: { VersionNumber: 3 } });
    expect(await kept('2-4')).toMatch(/^InvalidInputException: Version 3 is the checkpoint/);
    expect(await kept('4-2')).toMatch(/^InvalidInputException: .*Parameter Name: versions/);
    const gone = await remove('4-6');
    expect(gone['SchemaVersionErrors']).toEqual([
      {
        VersionNumber: 6,
        ErrorDetails: {
          ErrorCode: 'EntityNotFoundException',
          ErrorMessage: expect.stringContaining('VersionNumber: 6') as string,
        },
      },
    ]);
    expect(await numbers()).toEqual(['1 AVAILABLE', '2 AVAILABLE', '3 AVAILABLE']);
    expect(await lake.ok('GetSchema', id())).toMatchObject({ LatestSchemaVersion: 3, NextSchemaVersion: 6 });
    expect(await register('"bytes"')).toMatchObject({ VersionNumber: 6 });

    await create('"bytes"', { SchemaName: 'chain', Compatibility: 'BACKWARD' });
    const SchemaId = { RegistryName: registry, SchemaName: 'chain' };
    const chain = (definition: string) =>
      lake.ok('RegisterSchemaVersion', { SchemaId, SchemaDefinition: definition });
    await chain('["bytes","int"]');
    await lake.ok('UpdateSchema', { SchemaId, Compatibility: 'NONE' });
    await chain('"int"');
    await lake.ok('UpdateSchema', { SchemaId, Compatibility: 'BACKWARD' });
    expect(await lake.refused('DeleteSchemaVersions', { SchemaId, Versions: '2' })).toMatch(
      /^InvalidInputException: Compatibility BACKWARD needs a version between 1 and 3/,
    );
  });

  it('shows the difference of two versions as JSON Patch', async () => {
    await create(AVRO);
    await register(WITH_AGE);
    const difference = async (first: object, second: object) =>
      JSON.parse(
        String(
          (
            await lake.ok('GetSchemaVersionsDiff', {
              ...id(),
              FirstSchemaVersionNumber: first,
              SecondSchemaVersionNumber: second,
              SchemaDiffType: 'SYNTAX_DIFF',
            })
          )['Diff'],
        ),
      ) as unknown;
    expect(await difference({ VersionNumber: 1 }, { LatestVersion: true })).toEqual([
      { op: 'add', path: '/fields/1', value: { name: 'Age', type: 'int', default: 0 } },
    ]);
    expect(await difference({ VersionNumber: 2 }, { VersionNumber: 1 })).toEqual([
      { op: 'remove', path: '/fields/1' },
    ]);
    expect(await difference({ VersionNumber: 2 }, { LatestVersion: true })).toEqual([]);
  });

  it('keeps ten pairs of metadata a version, several values of a key among them', async () => {
    const { SchemaVersionId } = await create(AVRO);
    const by = { ...id(), SchemaVersionNumber: { VersionNumber: 1 } };
    const pair = (MetadataKey: string, MetadataValue: string) => ({
      MetadataKeyValue: { MetadataKey, MetadataValue },
    });
    expect(await lake.ok('PutSchemaVersionMetadata', { SchemaVersionId, ...pair('k', 'v0') })).toEqual({
      LatestVersion: false,
      VersionNumber: 0,
      SchemaVersionId,
      MetadataKey: 'k',
      MetadataValue: 'v0',
    });
    expect(await lake.ok('PutSchemaVersionMetadata', { ...by, ...pair('k', 'v1') })).toMatchObject({
      RegistryName: registry,
      SchemaName: 's',
      VersionNumber: 1,
    });
    expect(await lake.refused('PutSchemaVersionMetadata', { ...by, ...pair('k', 'v1') })).toBe(
      `AlreadyExistsException: Resource already exist for schema version id: ${String(SchemaVersionId)}, ` +
        'metadata key: k, metadata value: v1',
    );
    for (let i = 2; i < 10; i += 1)
      await lake.ok('PutSchemaVersionMetadata', { ...by, ...pair(`k${String(i)}`, 'v') });
    expect(await lake.refused('PutSchemaVersionMetadata', { ...by, ...pair('one', 'more') })).toBe(
      'ResourceNumberLimitExceededException: Your resource limits for Schema Version Metadata have been exceeded.',
    );
    const { MetadataInfoMap } = await lake.ok('QuerySchemaVersionMetadata', {
      SchemaVersionId,
      MetadataList: [{ MetadataKey: 'k' }, { MetadataKey: 'k9', MetadataValue: 'other' }],
    });
    expect(MetadataInfoMap).toMatchObject({
      k: { MetadataValue: 'v1', OtherMetadataValueList: [{ MetadataValue: 'v0' }] },
    });
    expect(Object.keys(MetadataInfoMap as object)).toEqual(['k']);
    const page = await lake.ok('QuerySchemaVersionMetadata', { SchemaVersionId, MaxResults: 5 });
    const rest = await lake.ok('QuerySchemaVersionMetadata', {
      SchemaVersionId,
      MaxResults: 5,
      NextToken: page['NextToken'],
    });
    expect(
      Object.keys({ ...(page['MetadataInfoMap'] as object), ...(rest['MetadataInfoMap'] as object) }),
    ).toHaveLength(9);
    expect(rest).not.toHaveProperty('NextToken');
    await lake.ok('RemoveSchemaVersionMetadata', { ...by, ...pair('k', 'v0') });
    expect(await lake.refused('RemoveSchemaVersionMetadata', { ...by, ...pair('k', 'v0') })).toMatch(
      /^EntityNotFoundException: /,
    );
  });

  it('tells whether a text is a schema, and why it is none', async () => {
    const check = (DataFormat: string, SchemaDefinition: string) =>
      lake.ok('CheckSchemaVersionValidity', { DataFormat, SchemaDefinition });
    for (const [format, text] of [
      ['AVRO', AVRO],
      ['JSON', '{"$schema":"http://json-schema.org/draft-04/schema#","minimum":1,"exclusiveMinimum":true}'],
      ['JSON', '{"$schema":"http://json-schema.org/draft-06/schema#","const":1}'],
      ['JSON', '{"properties":{"self":{"$ref":"#"}}}'],
      ['PROTOBUF', proto('map<string, int32> m = 1;')],
      [
        'PROTOBUF',
        'syntax = "proto3"; import "google/protobuf/timestamp.proto"; message A { google.protobuf.Timestamp t = 1; }',
      ],
    ] as const) {
      expect(await check(format, text)).toEqual({ Valid: true });
    }
    for (const [format, text, words] of [
      ['AVRO', '{"type":: "record"}', /JSON/],
      ['AVRO', '{"type":"constructor"}', /type/],
      ['AVRO', '{"type":"record","fields":[]}', /./],
      ['AVRO', '['.repeat(80_000), /./],
      ['JSON', `${'[['.repeat(70)}${']]'.repeat(70)}`, /nested deeper/],
      ['JSON', '{"type":"strnig"}', /type|allowed/],
      ['JSON', '{"$ref":"http://127.0.0.1:1/other.json"}', /not in this document/],
      [
        'JSON',
        '{"$schema":"https://json-schema.org/draft/2020-12/schema"}',
        /draft-04, draft-06 or draft-07/,
      ],
      ['JSON', '{"pattern":"("}', /regular expression/],
      ['JSON', '{"$schema":"http://json-schema.org/draft-04/schema#","exclusiveMinimum":1}', /draft-04/],
      ['PROTOBUF', 'message A { Unknown u = 1; }', /./],
      ['PROTOBUF', 'syntax = "proto3"; import "/etc/passwd"; message A {}', /not fetched/],
      ['PROTOBUF', 'edition = "2023"; message A {}', /editions/],
      ['PROTOBUF', 'message A { extensions 100 to 200; }', /extensions/],
      ['PROTOBUF', 'message A { repeated group G = 1 { optional int32 x = 1; } }', /groups/],
      ['PROTOBUF', `syntax = "proto3"; ${'message A {'.repeat(9_000)}`, /./],
      ['PROTOBUF', 'syntax = "proto3";', /no message/],
    ] as const) {
      const answer = await check(format, text);
      expect({ text: text.slice(0, 80), ...answer }).toMatchObject({
        Valid: false,
        Error: expect.stringMatching(words) as string,
      });
    }
    expect(
      await lake.refused('CreateSchema', {
        RegistryId: { RegistryName: registry },
        SchemaName: 'x',
        DataFormat: 'AVRO',
        SchemaDefinition: '{',
      }),
    ).toMatch(/^InvalidInputException: Schema definition of AVRO data format is invalid: /);
  });

  it("refuses in the registry's own words", async () => {
    await create(AVRO);
    const byName = { RegistryName: registry, SchemaName: 's' };
    const SchemaArn = arnOf(`schema/${registry}/s`);
    const long = 'toolong'.repeat(80);
    const badName =
      'The parameter value contains one or more characters that are not valid. Parameter Name: ';
    const badLength = 'The resource name contains too many or too few characters. Parameter Name: ';
    const schema = {
      RegistryId: { RegistryName: registry },
      SchemaName: 'x',
      DataFormat: 'AVRO',
      SchemaDefinition: AVRO,
    };
    const version = { SchemaVersionNumber: { VersionNumber: 1 } };
    for (const [operation, input, message] of [
      ['CreateRegistry', { RegistryName: long }, `${badLength}registryName`],
      ['CreateRegistry', { RegistryName: '' }, `${badLength}registryName`],
      ['CreateRegistry', { RegistryName: 'A,B' }, `${badName}registryName`],
      [
        'CreateRegistry',
        { RegistryName: 'x', Description: 'toolong'.repeat(350) },
        `${badLength}description`,
      ],
      ['CreateRegistry', { RegistryName: 'x', Description: 'a\u0000' }, `${badName}description`],
      [
        'CreateRegistry',
        {
          RegistryName: 'x',
          Tags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${String(i)}`, 'v'])),
        },
        'New Tags cannot be empty or more than 50',
      ],
      ['CreateSchema', { ...schema, SchemaName: 'a b' }, `${badName}schemaName`],
      ['CreateSchema', { ...schema, SchemaName: long }, `${badLength}schemaName`],
      ['CreateSchema', { ...schema, DataFormat: 'INVALID' }, 'Data format is not valid.'],
      ['CreateSchema', { ...schema, Compatibility: 'INVALID' }, 'Compatibility is not valid.'],
      ['CreateSchema', { ...schema, SchemaDefinition: ' '.repeat(10) }, `${badName}schemaDefinition`],
      [
        'CreateSchema',
        { ...schema, SchemaDefinition: `"int"${' '.repeat(170_000)}` },
        `${badLength}schemaDefinition`,
      ],
      [
        'CreateSchema',
        { ...schema, RegistryId: { RegistryArn: `invalid:${arnOf('registry/r')}` } },
        `${badName}registryArn`,
      ],
      [
        'CreateSchema',
        { ...schema, RegistryId: { RegistryName: 'r', RegistryArn: arnOf('registry/r') } },
        'One of registryName or registryArn has to be provided, both cannot be provided.',
      ],
      [
        'GetSchema',
        { SchemaId: { ...byName, SchemaArn } },
        'One of (registryName and schemaName) or schemaArn has to be provided, both cannot be provided.',
      ],
      [
        'GetSchema',
        { SchemaId: { SchemaName: 's' } },
        'At least one of (registryName and schemaName) or schemaArn has to be provided.',
      ],
      [
        'GetSchemaVersion',
        {},
        'At least one of (registryName and schemaName) or schemaArn has to be provided.',
      ],
      ['GetSchemaVersion', { SchemaId: byName }, 'One of version number (or) latest version is required.'],
      [
        'GetSchemaVersion',
        { SchemaId: byName, SchemaVersionNumber: { VersionNumber: 1, LatestVersion: true } },
        'Only one of VersionNumber or LatestVersion is required.',
      ],
      [
        'GetSchemaVersion',
        { SchemaVersionId: NOBODY, ...version },
        'No other input parameters can be specified when fetching by SchemaVersionId.',
      ],
      ['GetSchemaVersion', { SchemaVersionId: 'x' }, `${badName}SchemaVersionId`],
      ['UpdateSchema', { SchemaId: byName }, 'One of VersionNumber or Compatibility has to be provided.'],
      [
        'PutSchemaVersionMetadata',
        { SchemaId: byName, ...version, MetadataKeyValue: { MetadataKey: 'a~b', MetadataValue: 'v' } },
        `${badName}key`,
      ],
      [
        'PutSchemaVersionMetadata',
        { SchemaId: byName, ...version, MetadataKeyValue: { MetadataKey: 'a', MetadataValue: '~' } },
        `${badName}value`,
      ],
    ] as const) {
      expect(await lake.refused(operation, input)).toBe(`InvalidInputException: ${message}`);
    }
    expect(await lake.refused('CreateRegistry', { RegistryName: registry })).toBe(
      `AlreadyExistsException: Registry already exists. RegistryName: ${registry}`,
    );
    expect(await lake.refused('CreateSchema', { ...schema, SchemaName: 's' })).toBe(
      'AlreadyExistsException: Schema already exists. SchemaName: s',
    );
    const elsewhere = SchemaArn.replace('us-east-1', 'eu-west-1');
    expect(await lake.refused('GetSchema', { SchemaId: { SchemaArn: elsewhere } })).toBe(
      `EntityNotFoundException: Schema is not found. RegistryName: ${registry}, SchemaName: s, SchemaArn: ${elsewhere}`,
    );
    expect(
      await lake.refused('GetSchemaVersion', { SchemaId: byName, SchemaVersionNumber: { VersionNumber: 2 } }),
    ).toBe(
      `EntityNotFoundException: Schema version is not found. RegistryName: ${registry}, SchemaName: s, ` +
        'SchemaArn: null, VersionNumber: 2, isLatestVersion: false',
    );
    expect(await lake.refused('GetSchemaVersion', { SchemaVersionId: NOBODY })).toBe(
      `EntityNotFoundException: Schema version is not found. SchemaVersionId: ${NOBODY}`,
    );
  });

  it('given many registrations at once, gives each definition one number and loses none', async () => {
    await create('"int"', { Compatibility: 'NONE' });
    const types = ['long', 'float', 'double', 'string', 'bytes', 'boolean'];
    const answers = await Promise.all([...types, ...types].map((type) => register(`"${type}"`)));
    const ids = new Map(answers.map((each) => [String(each['SchemaVersionId']), each['VersionNumber']]));
    expect([...ids.values()].sort()).toEqual([2, 3, 4, 5, 6, 7]);
    expect(await numbers()).toEqual([1, 2, 3, 4, 5, 6, 7].map((number) => `${String(number)} AVAILABLE`));
  });

  it('does all of it in GraphQL too', async () => {
    const token = await login(lake);
    const ask = async (query: string, variables: object = {}) => {
      const { data, errors } = await graphql(lake, query, variables, token);
      expect(errors).toBeUndefined();
      return data;
    };
    const name = `g-${registry}`;
    const schema = { registry: name, name: 's' };
    await ask(
      'mutation ($i: CreateSchemaRegistryInput!) { createSchemaRegistry(input: $i) { registry { arn } } }',
      {
        i: { name, description: 'd', tags: { a: '1' } },
      },
    );
    const created = await ask(
      'mutation ($i: CreateRegistrySchemaInput!) { createRegistrySchema(input: $i) { schema { arn latestVersion } version { id number definition } } }',
      { i: { ...schema, dataFormat: 'AVRO', definition: AVRO } },
    );
    expect(created).toMatchObject({
      createRegistrySchema: {
        schema: { arn: arnOf(`schema/${name}/s`), latestVersion: 1 },
        version: { number: 1, definition: AVRO },
      },
    });
    const registered = await ask(
      'mutation ($i: RegisterSchemaVersionInput!) { registerSchemaVersion(input: $i) { version { id number status } } }',
      { i: { schema, definition: WITH_AGE } },
    );
    expect(registered).toMatchObject({
      registerSchemaVersion: { version: { number: 2, status: 'AVAILABLE' } },
    });
    const { version } = (registered as { registerSchemaVersion: { version: { id: string } } })
      .registerSchemaVersion;
    const put = { i: { id: version.id, key: 'k', value: 'v' } };
    await ask(
      'mutation ($i: SchemaVersionMetadataInput!) { putSchemaVersionMetadata(input: $i) { version { id } } }',
      put,
    );
    expect(
      await ask(
        `query ($n: String!, $d: String!) { schemaRegistry(name: $n) { description schemas { edges { node {
           name dataFormat compatibility checkpoint nextVersion
           version { number metadata { key value } } first: version(number: 1) { number } none: version(number: 9) { id }
           versionByDefinition(definition: $d) { number } diff(from: 2, to: 1) { op path }
           versions(first: 1) { edges { node { number } } pageInfo { hasNextPage } } } } } } }`,
        { n: name, d: AVRO },
      ),
    ).toEqual({
      schemaRegistry: {
        description: 'd',
        schemas: {
          edges: [
            {
              node: {
                name: 's',
                dataFormat: 'AVRO',
                compatibility: 'BACKWARD',
                checkpoint: 1,
                nextVersion: 3,
                version: { number: 2, metadata: [{ key: 'k', value: 'v' }] },
                first: { number: 1 },
                none: null,
                versionByDefinition: { number: 1 },
                diff: [{ op: 'remove', path: '/fields/1' }],
                versions: { edges: [{ node: { number: 1 } }], pageInfo: { hasNextPage: true } },
              },
            },
          ],
        },
      },
    });
    await ask(
      'mutation ($i: SchemaVersionMetadataInput!) { removeSchemaVersionMetadata(input: $i) { version { id } } }',
      put,
    );
    expect(
      await ask(
        `query ($v: ID!) { schemaVersion(id: $v) { number metadata { key } }
           schemaRegistries(first: 100) { edges { node { name } } } registrySchemas(first: 100) { edges { node { name } } }
           registrySchema(registry: "nowhere", name: "s") { name }
           checkSchemaDefinition(dataFormat: JSON, definition: "{") { isValid } }`,
        { v: version.id },
      ),
    ).toMatchObject({
      schemaVersion: { number: 2, metadata: [] },
      registrySchema: null,
      checkSchemaDefinition: { isValid: false },
    });
    expect(
      await ask(
        `mutation ($s: RegistrySchemaName!) {
           updateRegistrySchema(input: { schema: $s, compatibility: NONE, description: "new" }) { schema { compatibility description } }
           deleteSchemaVersions(input: { schema: $s, versions: "2-3" }) { schema { latestVersion } failures { number code } }
           deleteRegistrySchema(input: $s) { name } }`,
        { s: schema },
      ),
    ).toEqual({
      updateRegistrySchema: { schema: { compatibility: 'NONE', description: 'new' } },
      deleteSchemaVersions: {
        schema: { latestVersion: 1 },
        failures: [{ number: 3, code: 'EntityNotFoundException' }],
      },
      deleteRegistrySchema: { name: 's' },
    });
    expect(
      await ask(
        `mutation ($n: String!) { updateSchemaRegistry(input: { name: $n }) { registry { description } }
           deleteSchemaRegistry(input: { name: $n }) { name } }`,
        { n: name },
      ),
    ).toEqual({ updateSchemaRegistry: { registry: { description: null } }, deleteSchemaRegistry: { name } });
  });
});
