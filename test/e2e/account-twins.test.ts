import { MasterKeys, TokenService } from '@lakewarden/identity';
import { Secret, systemClock } from '@lakewarden/kernel';
import { buildSchema, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { operationTables } from '../../apps/server/src/doors/aws/operation-tables.ts';
import { callGlue, type Signer } from '../support/glue.ts';
import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { query, type QueryAnswer } from '../support/query.ts';

const TRUST = '{"Version":"2012-10-17","Statement":[]}';
const table = { DatabaseName: 'sales', TableName: 'hours' };
const columns = {
  StorageDescriptor: { Columns: [{ Name: 'value', Type: 'double' }], Location: 's3://place/hours' },
};
const schema = { SchemaId: { RegistryName: 'streams', SchemaName: 'person' } };
const keys = { PartitionKeys: [{ Name: 'k', Type: 'string' }] };

const statisticsOfK = {
  ColumnName: 'k',
  AnalyzedTime: 0,
  StatisticsData: {
    Type: 'BINARY',
    BinaryColumnStatisticsData: { MaximumLength: 1, AverageLength: 1, NumberOfNulls: 0 },
  },
};

/** Each read, asked of one's own things. The other account has things of the same names. */
const GLUE_READS: Readonly<Record<string, object>> = {
  GetDatabase: { Name: 'sales' },
  GetDatabases: {},
  GetTable: { DatabaseName: 'sales', Name: 'hours' },
  GetTables: { DatabaseName: 'sales' },
  GetTableVersion: table,
  GetTableVersions: table,
  GetPartition: { ...table, PartitionValues: ['1'] },
  GetPartitions: table,
  BatchGetPartition: { ...table, PartitionsToGet: [{ Values: ['1'] }, { Values: ['2'] }] },
  GetPartitionIndexes: table,
  SearchTables: { SearchText: 'hours other ours theirs' },
  GetColumnStatisticsForTable: { ...table, ColumnNames: ['k'] },
  GetColumnStatisticsForPartition: { ...table, PartitionValues: ['1'], ColumnNames: ['k'] },
  GetUserDefinedFunction: { DatabaseName: 'sales', FunctionName: 'add' },
  GetUserDefinedFunctions: { Pattern: '*' },
  GetRegistry: { RegistryId: { RegistryName: 'streams' } },
  ListRegistries: {},
  GetSchema: schema,
  ListSchemas: { RegistryId: { RegistryName: 'streams' } },
  GetConnection: { Name: 'source' },
  GetConnections: {},
  GetClassifier: { Name: 'rows' },
  GetClassifiers: {},
  GetSecurityConfiguration: { Name: 'sealed' },
  GetSecurityConfigurations: {},
  GetDataCatalogEncryptionSettings: {},
  GetDataQualityRuleset: { Name: 'complete' },
  ListDataQualityRulesets: {},
};
/** Their input or answer is the account itself: the crossing is written out below. */
const BY_ACCOUNT = [
  'GetCatalog',
  'GetCatalogImportStatus',
  'GetCatalogs',
  'GetTags',
  'GetSchemaByDefinition',
  'GetSchemaVersion',
  'GetSchemaVersionsDiff',
  'GetResourcePolicies',
  'GetResourcePolicy',
  'ListSchemaVersions',
  'GetUnfilteredTableMetadata',
  'GetUnfilteredPartitionMetadata',
  'GetUnfilteredPartitionsMetadata',
];
const IAM_READS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  GetUser: { UserName: 'ann' },
  ListUsers: {},
  ListAccessKeys: { UserName: 'admin' },
  GetRole: { RoleName: 'reader' },
  ListRoles: {},
  GetGroup: { GroupName: 'analysts' },
  ListGroups: {},
  ListGroupsForUser: { UserName: 'ann' },
  GetUserPolicy: { UserName: 'ann', PolicyName: 'p' },
  ListUserPolicies: { UserName: 'ann' },
  ListAttachedUserPolicies: { UserName: 'ann' },
  GetGroupPolicy: { GroupName: 'analysts', PolicyName: 'p' },
  ListGroupPolicies: { GroupName: 'analysts' },
  ListAttachedGroupPolicies: { GroupName: 'analysts' },
  GetRolePolicy: { RoleName: 'reader', PolicyName: 'p' },
  ListRolePolicies: { RoleName: 'reader' },
  ListAttachedRolePolicies: { RoleName: 'reader' },
  ListPolicies: { Scope: 'Local' },
};
/** They take an ARN, which holds the account: account-borders.test.ts crosses them. */
const IAM_BY_ARN = ['GetPolicy', 'GetPolicyVersion', 'ListPolicyVersions', 'ListEntitiesForPolicy'];
/** The one takes nothing of any account, the other an ARN that holds it. */
const IAM_CONTEXT_KEYS = ['GetContextKeysForCustomPolicy', 'GetContextKeysForPrincipalPolicy'];
const PAGED =
  'GetDatabases GetTables GetTableVersions GetPartitions SearchTables GetUserDefinedFunctions ListRegistries ListSchemas GetConnections GetClassifiers GetSecurityConfigurations ListDataQualityRulesets ListUsers ListRoles GetGroup ListGroups ListGroupsForUser ListPolicies';
/** Every field that takes a cursor, by type. */
const CURSORS: Readonly<Record<string, string>> = {
  'Query.databases': 'databases(first: 1 $) { pageInfo { endCursor } }',
  'Database.tables': 'database(name: "sales") { tables(first: 1 $) { pageInfo { endCursor } } }',
  'Query.searchTables': 'searchTables(first: 1 $) { pageInfo { endCursor } }',
  'Query.functions': 'functions(first: 1 $) { pageInfo { endCursor } }',
  'Database.functions': 'database(name: "sales") { functions(first: 1 $) { pageInfo { endCursor } } }',
  'Table.partitions':
    'table(database: "sales", name: "hours") { partitions(first: 1 $) { pageInfo { endCursor } } }',
  'Table.versions':
    'table(database: "sales", name: "hours") { versions(first: 1 $) { pageInfo { endCursor } } }',
  'Query.lakeFormationOptIns': 'lakeFormationOptIns(first: 1 $) { pageInfo { endCursor } }',
  'Query.users': 'users(first: 1 $) { pageInfo { endCursor } }',
  'Query.groups': 'groups(first: 1 $) { pageInfo { endCursor } }',
  'Query.roles': 'roles(first: 1 $) { pageInfo { endCursor } }',
  'Query.policies': 'policies(scope: LOCAL, first: 1 $) { pageInfo { endCursor } }',
  'User.groups': 'user(name: "ann") { groups(first: 1 $) { pageInfo { endCursor } } }',
  'Group.members': 'group(name: "analysts") { members(first: 1 $) { pageInfo { endCursor } } }',
  'ManagedPolicy.holders':
    'policy(arn: "arn:aws:iam::aws:policy/AdministratorAccess") { holders(first: 1 $) { pageInfo { endCursor } } }',
  'Query.lfTags': 'lfTags(first: 1 $) { pageInfo { endCursor } }',
  'Query.lfTagExpressions': 'lfTagExpressions(first: 1 $) { pageInfo { endCursor } }',
  'Query.searchTablesByLfTags':
    'searchTablesByLfTags(expression: [{ key: "e", values: ["v"] }], first: 1 $) { pageInfo { endCursor } }',
  'Query.searchDatabasesByLfTags':
    'searchDatabasesByLfTags(expression: [{ key: "e", values: ["v"] }], first: 1 $) { pageInfo { endCursor } }',
  'Query.dataCellsFilters': 'dataCellsFilters(first: 1 $) { pageInfo { endCursor } }',
  'Table.dataCellsFilters':
    'table(database: "sales", name: "hours") { dataCellsFilters(first: 1 $) { pageInfo { endCursor } } }',
  'Query.dataLocations': 'dataLocations(first: 1 $) { pageInfo { endCursor } }',
  'Query.connections': 'connections(first: 1 $) { pageInfo { endCursor } }',
  'Query.classifiers': 'classifiers(first: 1 $) { pageInfo { endCursor } }',
  'Query.securityConfigurations': 'securityConfigurations(first: 1 $) { pageInfo { endCursor } }',
  'Query.dataQualityRulesets': 'dataQualityRulesets(first: 1 $) { pageInfo { endCursor } }',
  'Query.whoCan':
    'whoCan(input: { permission: DESCRIBE, database: "sales", table: "hours" }, first: 1 $) { pageInfo { endCursor } }',
  'Query.permissions': 'permissions(first: 1 $) { pageInfo { endCursor } }',
  'Query.effectivePermissionsForPath':
    'effectivePermissionsForPath(resourceArn: "arn:aws:s3:::place", first: 1 $) { pageInfo { endCursor } }',
  'Database.permissions': 'database(name: "sales") { permissions(first: 1 $) { pageInfo { endCursor } } }',
  'Table.permissions':
    'table(database: "sales", name: "hours") { permissions(first: 1 $) { pageInfo { endCursor } } }',
  'Query.auditEvents': 'auditEvents(first: 1 $) { pageInfo { endCursor } }',
  'Query.webhooks': 'webhooks(first: 1 $) { pageInfo { endCursor } }',
  'Query.schemaRegistries': 'schemaRegistries(first: 1 $) { pageInfo { endCursor } }',
  'Query.registrySchemas': 'registrySchemas(first: 1 $) { pageInfo { endCursor } }',
  'SchemaRegistry.schemas':
    'schemaRegistry(name: "streams") { schemas(first: 1 $) { pageInfo { endCursor } } }',
  'RegistrySchema.versions':
    'registrySchema(registry: "streams", name: "person") { versions(first: 1 $) { pageInfo { endCursor } } }',
};
/** IAM has another name for what is no token of its own (spec/wire.md §6). */
const OF_IAM = /^(User|Group|ManagedPolicy)\.|^Query\.(users|groups|roles|policies)$/;

const policyOf = (mark: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Sid: mark, Effect: 'Allow', Principal: '*', Action: 'glue:*', Resource: '*' },
  });
const definitionOf = (mark: string, doc: string): string =>
  JSON.stringify({ type: 'enum', name: 'E', symbols: [mark], doc });

const accountOf = (mark: string): string => (mark === 'ours' ? '111122223333' : '444455556666');

const HOLDERS = [
  ['User', 'ann'],
  ['Group', 'analysts'],
  ['Role', 'reader'],
] as const;

const isRead = (operation: string): boolean => /^(Get|List|BatchGet|Search)/.test(operation);
const withoutRequestId = ({ xml }: QueryAnswer): string => xml.replace(/<RequestId>.*?<\/RequestId>/, '');

describe.each(DATABASES)('two accounts whose things have the same names, on %s', (databaseName) => {
  let lake: Lake;
  let ours: Signer;
  let theirs: Signer;
  let tokens: { ours: string; theirs: string };

  const ok = async (signer: Signer, operation: string, input: object): Promise<string> => {
    const { status, body } = await callGlue(signer, operation, input);
    if (status !== 200) throw new Error(`${operation}: ${JSON.stringify(body)}`);
    return JSON.stringify(body);
  };
  const iam = async (signer: Signer, action: string, members: Readonly<Record<string, string>>) => {
    const answer = await query(signer, 'iam', action, members);
    if (answer.status !== 200) throw new Error(`${action}: ${answer.xml}`);
    return answer;
  };

  /** The same names in both; `mark` in everything that has a place for it. */
  const furnish = async (signer: Signer, mark: string): Promise<void> => {
    for (const Name of ['sales', 'staff'])
      await ok(signer, 'CreateDatabase', { DatabaseInput: { Name, Description: mark }, Tags: { mark } });
    for (const RegistryName of ['streams', 'topics'])
      await ok(signer, 'CreateRegistry', { RegistryName, Description: mark });
    for (const SchemaName of ['person', 'place'])
      await ok(signer, 'CreateSchema', {
        RegistryId: { RegistryName: 'streams' },
        SchemaName,
        Description: mark,
        DataFormat: 'AVRO',
        SchemaDefinition: definitionOf(mark, '1'),
      });
    await ok(signer, 'RegisterSchemaVersion', { ...schema, SchemaDefinition: definitionOf(mark, '2') });
    for (const Name of ['source', 'sink']) {
      const ConnectionProperties = { USERNAME: mark, PASSWORD: mark };
      await ok(signer, 'CreateConnection', {
        ConnectionInput: { Name, ConnectionType: 'JDBC', ConnectionProperties },
      });
    }
    for (const Name of ['rows', 'lines'])
      await ok(signer, 'CreateClassifier', { XMLClassifier: { Name, Classification: mark } });
    for (const Name of ['sealed', 'open']) {
      const S3Encryption = [{ S3EncryptionMode: 'SSE-S3', Mark: mark }];
      await ok(signer, 'CreateSecurityConfiguration', { Name, EncryptionConfiguration: { S3Encryption } });
    }
    await ok(signer, 'PutDataCatalogEncryptionSettings', {
      DataCatalogEncryptionSettings: {
        EncryptionAtRest: { CatalogEncryptionMode: 'SSE-KMS', SseAwsKmsKeyId: mark },
      },
    });
    await ok(signer, 'PutResourcePolicy', { PolicyInJson: policyOf(mark) });
    for (const Name of ['complete', 'fresh'])
      await ok(signer, 'CreateDataQualityRuleset', {
        Name,
        Description: mark,
        Ruleset: 'Rules = [ RowCount > 0 ]',
      });
    for (const FunctionName of ['add', 'subtract'])
      await ok(signer, 'CreateUserDefinedFunction', {
        DatabaseName: 'sales',
        FunctionInput: { FunctionName, ClassName: mark },
      });
    for (const Name of ['hours', 'other']) {
      const TableInput = { Name, Description: mark, ...columns, ...keys };
      await ok(signer, 'CreateTable', { DatabaseName: 'sales', TableInput });
      await ok(signer, 'UpdateTable', { DatabaseName: 'sales', TableInput });
    }
    for (const Name of ['e', 'f']) {
      const LFTags = [{ TagKey: Name, TagValues: ['v'] }];
      for (const [operation, input] of [
        ['CreateLFTag', { TagKey: Name, TagValues: ['v', mark] }],
        ['CreateLFTagExpression', { Name, Description: mark, Expression: LFTags }],
        ['AddLFTagsToResource', { Resource: { Database: { Name: 'sales' } }, LFTags }],
        ['AddLFTagsToResource', { Resource: { Database: { Name: 'staff' } }, LFTags }],
        [
          'CreateLakeFormationOptIn',
          {
            Principal: { DataLakePrincipalIdentifier: `${accountOf(mark)}:IAMPrincipals` },
            Resource: { Database: { Name: Name === 'e' ? 'sales' : 'staff' } },
          },
        ],
      ] as const) {
        expect((await lakeFormation(signer, operation, input)).status).toBe(200);
      }
    }
    for (const Name of ['f', 'g']) {
      const TableData = {
        DatabaseName: 'sales',
        TableName: 'hours',
        Name,
        RowFilter: { FilterExpression: `k = '${mark}'` },
        ColumnWildcard: {},
      };
      const ResourceArn = `arn:aws:s3:::${mark}/${Name}`;
      for (const [operation, input] of [
        ['CreateDataCellsFilter', { TableData }],
        ['RegisterResource', { ResourceArn, UseServiceLinkedRole: true }],
      ] as const) {
        expect((await lakeFormation(signer, operation, input)).status).toBe(200);
      }
    }
    const PartitionInputList = ['1', '2'].map((value) => ({ Values: [value], Parameters: { mark } }));
    await ok(signer, 'BatchCreatePartition', { ...table, PartitionInputList });
    for (const partition of [undefined, ['1']]) {
      await ok(signer, `UpdateColumnStatisticsFor${partition === undefined ? 'Table' : 'Partition'}`, {
        ...table,
        PartitionValues: partition,
        ColumnStatisticsList: [{ ...statisticsOfK, ColumnType: mark }],
      });
    }
    await ok(signer, 'CreatePartitionIndex', { ...table, PartitionIndex: { IndexName: mark, Keys: ['k'] } });
    while ((await ok(signer, 'GetPartitionIndexes', table)).includes('CREATING'))
      await new Promise(setImmediate);
    for (const name of ['ann', 'bob']) await iam(signer, 'CreateUser', { UserName: name, Path: `/${mark}/` });
    for (const RoleName of ['reader', 'writer'])
      await iam(signer, 'CreateRole', { RoleName, AssumeRolePolicyDocument: TRUST, Path: `/${mark}/` });
    for (const GroupName of ['analysts', 'others']) {
      await iam(signer, 'CreateGroup', { GroupName, Path: `/${mark}/` });
      for (const UserName of ['ann', 'bob']) await iam(signer, 'AddUserToGroup', { GroupName, UserName });
    }
    const PolicyDocument = `{"Version":"2012-10-17","Statement":[{"Sid":"${mark}","Effect":"Allow","Action":"glue:Get*","Resource":"*"}]}`;
    for (const PolicyName of ['p', 'q']) {
      const made = await iam(signer, 'CreatePolicy', { PolicyName, PolicyDocument, Path: `/${mark}/` });
      const PolicyArn = made.texts('Arn')[0] ?? '';
      for (const [kind, name] of HOLDERS) {
        await iam(signer, `Put${kind}Policy`, { [`${kind}Name`]: name, PolicyName, PolicyDocument });
        await iam(signer, `Attach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn });
      }
    }
  };
  const worldOf = async (signer: Signer): Promise<string> => {
    const answers = [];
    for (const [operation, input] of Object.entries(GLUE_READS))
      answers.push(await ok(signer, operation, input));
    for (const [action, members] of Object.entries(IAM_READS))
      answers.push(withoutRequestId(await iam(signer, action, members)));
    return answers.join('\n');
  };

  beforeAll(async () => {
    lake = await startLake(databaseName);
    ours = lake;
    const token = await login(lake);
    const { data } = await graphql(
      lake,
      'mutation { createAccount(input: { id: "444455556666", name: "twin" }) { accessKey { accessKeyId secretAccessKey } } }',
      {},
      token,
    );
    const { accessKey } = data?.['createAccount'] as { accessKey: Omit<Signer, 'url'> };
    theirs = { url: lake.url, ...accessKey };
    const sts = await query(theirs, 'sts', 'GetWebIdentityToken', { 'Audience.member.1': 'lakewarden' });
    tokens = { ours: token, theirs: sts.texts('WebIdentityToken')[0] ?? '' };
    await furnish(ours, 'ours');
    await furnish(theirs, 'theirs');
    for (const [mark, bearer] of Object.entries(tokens)) {
      // Nothing is ever sent: neither has a database of that name.
      const made = `createWebhook(input: { url: "https://example.com/${mark}", database: "none" }) { secret }`;
      const { errors } = await graphql(lake, `mutation { a: ${made} b: ${made} }`, {}, bearer);
      expect(errors).toBeUndefined();
    }
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('has a crossing for every service, every read and every field that pages', async () => {
    const masterKeys = new MasterKeys(new Secret(Buffer.alloc(32)));
    const tables = operationTables(
      masterKeys,
      new TokenService('', systemClock, () => Promise.resolve([])),
      () => Promise.resolve(undefined),
    );
    // Lake Formation's catalog is one of the request's own members: grants.test.ts and permissions.test.ts cross it.
    expect(Object.keys(tables)).toEqual(['glue', 'iam', 'lakeformation', 'sts']);
    expect([...Object.keys(GLUE_READS), ...BY_ACCOUNT].sort()).toEqual(
      Object.keys(tables.glue).filter(isRead).sort(),
    );
    expect([...Object.keys(IAM_READS), ...IAM_BY_ARN, ...IAM_CONTEXT_KEYS].sort()).toEqual(
      Object.keys(tables.iam).filter(isRead).sort(),
    );
    expect(Object.keys(tables.sts)).toEqual(['AssumeRole', 'GetCallerIdentity', 'GetWebIdentityToken']);
    const schema = buildSchema(await (await fetch(`${lake.url}/graphql/schema.graphql`)).text());
    const paged = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      // A subscription's cursor is a place in its own account's feed: change-feed.test.ts crosses it.
      .filter(({ name }) => name !== 'Subscription')
      .flatMap((type) =>
        Object.values(type.getFields())
          .filter(({ args }) => args.some(({ name }) => name === 'after'))
          .map(({ name }) => `${type.name}.${name}`),
      );
    expect(paged.sort()).toEqual(Object.keys(CURSORS).sort());
  });

  it.each(Object.entries(GLUE_READS))('%s shows each its own', async (operation, input) => {
    for (const [signer, own, others] of [
      [ours, /"ours"/, /theirs|444455556666/],
      [theirs, /"theirs"/, /"ours"|111122223333/],
    ] as const) {
      const answer = await ok(signer, operation, input);
      expect(answer).toMatch(own);
      expect(answer).not.toMatch(others);
    }
  });

  it('shows each its own webhooks', async () => {
    for (const [mark, bearer] of Object.entries(tokens)) {
      const { data } = await graphql(lake, '{ webhooks { edges { node { url } } } }', {}, bearer);
      const node = { url: `https://example.com/${mark}` };
      expect(data).toEqual({ webhooks: { edges: [{ node }, { node }] } });
    }
  });

  it('given an account for a name, shows each its own catalog and tags', async () => {
    for (const [signer, own, mark] of [
      [ours, '111122223333', 'ours'],
      [theirs, '444455556666', 'theirs'],
    ] as const) {
      const catalogs = await ok(signer, 'GetCatalogs', { IncludeRoot: true });
      expect(JSON.parse(catalogs)).toMatchObject({ CatalogList: [{ CatalogId: own }] });
      expect(JSON.parse(await ok(signer, 'GetCatalog', { CatalogId: own }))).toMatchObject({
        Catalog: { CatalogId: own, ResourceArn: `arn:aws:glue:us-east-1:${own}:catalog` },
      });
      const DataLakeAdmins = [{ DataLakePrincipalIdentifier: `arn:aws:iam::${own}:user/admin` }];
      const DataLakeSettings = { DataLakeAdmins, AllowFullTableExternalDataAccess: true };
      expect((await lakeFormation(signer, 'PutDataLakeSettings', { DataLakeSettings })).status).toBe(200);
      const engine = { CatalogId: own, SupportedPermissionTypes: ['COLUMN_PERMISSION'] };
      for (const [operation, input] of [
        ['GetUnfilteredTableMetadata', { DatabaseName: 'sales', Name: 'hours' }],
        ['GetUnfilteredPartitionMetadata', { ...table, PartitionValues: ['1'] }],
        ['GetUnfilteredPartitionsMetadata', table],
      ] as const) {
        const answer = await ok(signer, operation, { ...input, ...engine });
        expect(answer).toContain(`"${mark}"`);
        expect(answer).not.toMatch(mark === 'ours' ? /theirs|444455556666/ : /"ours"|111122223333/);
      }
      const ResourceArn = `arn:aws:glue:us-east-1:${own}:database/sales`;
      expect(JSON.parse(await ok(signer, 'GetTags', { ResourceArn }))).toEqual({ Tags: { mark } });
      const policy = { PolicyInJson: policyOf(mark) };
      expect(JSON.parse(await ok(signer, 'GetResourcePolicy', {}))).toMatchObject(policy);
      expect(JSON.parse(await ok(signer, 'GetResourcePolicies', {}))).toMatchObject({
        GetResourcePoliciesResponseList: [policy],
      });
    }
  });

  it("given a schema's names, shows each its own versions, by number, by id and by definition", async () => {
    for (const [signer, own, mark, other] of [
      [ours, '111122223333', 'ours', 'theirs'],
      [theirs, '444455556666', 'theirs', 'ours'],
    ] as const) {
      const SchemaArn = `arn:aws:glue:us-east-1:${own}:schema/streams/person`;
      const version = { ...schema, SchemaVersionNumber: { VersionNumber: 1 } };
      const found = JSON.parse(await ok(signer, 'GetSchemaVersion', version)) as Record<string, string>;
      expect(found).toMatchObject({ SchemaArn, SchemaDefinition: definitionOf(mark, '1') });
      const byId = { SchemaVersionId: found['SchemaVersionId'] };
      expect(JSON.parse(await ok(signer, 'GetSchemaVersion', byId))).toEqual(found);
      const stranger = signer === ours ? theirs : ours;
      expect((await callGlue(stranger, 'GetSchemaVersion', byId)).body['__type']).toBe(
        'EntityNotFoundException',
      );
      const versions = { Schemas: [{ SchemaArn }, { SchemaArn }] };
      expect(JSON.parse(await ok(signer, 'ListSchemaVersions', schema))).toMatchObject(versions);
      const byText = (whose: string) => ({ ...schema, SchemaDefinition: definitionOf(whose, '1') });
      expect(JSON.parse(await ok(signer, 'GetSchemaByDefinition', byText(mark)))).toMatchObject(byId);
      expect((await callGlue(signer, 'GetSchemaByDefinition', byText(other))).body['__type']).toBe(
        'EntityNotFoundException',
      );
      const difference = await ok(signer, 'GetSchemaVersionsDiff', {
        ...schema,
        FirstSchemaVersionNumber: { VersionNumber: 1 },
        SecondSchemaVersionNumber: { VersionNumber: 2 },
        SchemaDiffType: 'SYNTAX_DIFF',
      });
      expect(JSON.parse(difference)).toEqual({ Diff: '[{"op":"replace","path":"/doc","value":"2"}]' });
    }
  });

  it.each(Object.entries(IAM_READS))('%s shows each its own', async (action, members) => {
    for (const [signer, others] of [
      [ours, '444455556666'],
      [theirs, '111122223333'],
    ] as const) {
      const answer = withoutRequestId(await iam(signer, action, members));
      expect(answer).not.toContain(others);
      expect(answer).not.toContain(signer === ours ? theirs.accessKeyId : ours.accessKeyId);
    }
  });

  it('STS says to each who he is, and gives him a token of his own', async () => {
    const identity = await query(theirs, 'sts', 'GetCallerIdentity');
    expect(identity.texts('Arn')).toEqual(['arn:aws:iam::444455556666:user/admin']);
    const { data } = await graphql(lake, '{ viewer { accountId } }', {}, tokens.theirs);
    expect(data).toEqual({ viewer: { accountId: '444455556666' } });
  });

  it("given the other's page token, refuses it in every operation that pages", async () => {
    const paged: string[] = [];
    for (const [operation, input] of Object.entries(GLUE_READS)) {
      const { body } = await callGlue(ours, operation, { ...input, MaxResults: 1 });
      if (body['NextToken'] === undefined) continue;
      paged.push(operation);
      const crossed = { ...input, MaxResults: 1, NextToken: body['NextToken'] };
      expect((await callGlue(theirs, operation, crossed)).body['__type']).toBe('InvalidInputException');
      expect((await callGlue(ours, operation, crossed)).status).toBe(200);
    }
    for (const [action, members] of Object.entries(IAM_READS)) {
      const [Marker] = (await iam(ours, action, { ...members, MaxItems: '1' })).texts('Marker');
      if (Marker === undefined) continue;
      paged.push(action);
      const crossed = { ...members, MaxItems: '1', Marker };
      expect((await query(theirs, 'iam', action, crossed)).texts('Code')).toEqual(['ValidationError']);
      expect((await query(ours, 'iam', action, crossed)).status).toBe(200);
    }
    expect(paged.join(' ')).toBe(PAGED);
  });

  it.each(Object.entries(CURSORS))("given the other's cursor, %s refuses it", async (field, question) => {
    const first = await graphql(lake, `{ ${question.replace('$', '')} }`, {}, tokens.ours);
    const cursor = /"endCursor":"([^"]+)"/.exec(JSON.stringify(first.data))?.[1] ?? '';
    const next = `{ ${question.replace('$', `after: "${cursor}"`)} }`;
    expect((await graphql(lake, next, {}, tokens.ours)).errors).toBeUndefined();
    const { errors } = await graphql(lake, next, {}, tokens.theirs);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([
      OF_IAM.test(field) ? 'ValidationException' : 'InvalidInputException',
    ]);
  });

  it("given a resource link into the other's catalog, shows nothing that lies behind it", async () => {
    const CatalogId = '111122223333';
    await ok(theirs, 'CreateDatabase', {
      DatabaseInput: { Name: 'peek', TargetDatabase: { CatalogId, DatabaseName: 'sales' } },
    });
    await ok(theirs, 'CreateTable', {
      DatabaseName: 'staff',
      TableInput: { Name: 'peek', TargetTable: { CatalogId, DatabaseName: 'sales', Name: 'hours' } },
    });
    for (const [operation, input] of Object.entries(GLUE_READS)) {
      // It goes through no name, and finds one's own table of the same columns.
      if (operation === 'SearchTables') continue;
      for (const through of [
        { ...input, DatabaseName: 'peek' },
        { ...input, DatabaseName: 'staff', Name: 'peek', TableName: 'peek' },
      ]) {
        const { body } = await callGlue(theirs, operation, through);
        expect(JSON.stringify(body)).not.toMatch(/"ours"|"value"/);
      }
    }
    await ok(theirs, 'DeleteTable', { DatabaseName: 'staff', Name: 'peek' });
    await ok(theirs, 'DeleteDatabase', { Name: 'peek' });
  });

  it("given the other's access key id and one's own secret, refuses the signature", async () => {
    const forged = { ...theirs, accessKeyId: ours.accessKeyId };
    expect((await callGlue(forged, 'GetDatabases')).body['__type']).toBe('InvalidSignatureException');
  });

  it('given one that empties its account, leaves the other byte for byte', async () => {
    const before = await worldOf(ours);
    for (const Name of ['sales', 'staff']) await ok(theirs, 'DeleteDatabase', { Name });
    for (const PolicyName of ['p', 'q']) {
      const PolicyArn = `arn:aws:iam::444455556666:policy/theirs/${PolicyName}`;
      for (const [kind, name] of HOLDERS) {
        await iam(theirs, `Delete${kind}Policy`, { [`${kind}Name`]: name, PolicyName });
        await iam(theirs, `Detach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn });
      }
      await iam(theirs, 'DeletePolicy', { PolicyArn });
    }
    for (const GroupName of ['analysts', 'others']) {
      for (const UserName of ['ann', 'bob'])
        await iam(theirs, 'RemoveUserFromGroup', { GroupName, UserName });
      await iam(theirs, 'DeleteGroup', { GroupName });
    }
    for (const UserName of ['ann', 'bob']) await iam(theirs, 'DeleteUser', { UserName });
    for (const RoleName of ['reader', 'writer']) await iam(theirs, 'DeleteRole', { RoleName });
    expect(await ok(theirs, 'GetDatabases', {})).toBe('{"DatabaseList":[]}');
    expect(await worldOf(ours)).toBe(before);
  });
});
