import { MasterKeys } from '@lakewarden/identity';
import { Secret } from '@lakewarden/kernel';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { glueOperations } from '../../apps/server/src/doors/aws/glue/glue.operations.ts';
import { readEvents } from '../support/events.ts';
import type { Answer } from '../support/glue.ts';
import { graphql, type GraphqlAnswer } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { spoken } from '../support/spoken.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { iam, type KeyPair, newUser } from '../support/principals.ts';
import { query } from '../support/query.ts';

/*
 * Gate 2 alone: callers whom every policy lets through (AdministratorAccess, AWSGlueConsoleFullAccess) and who hold no
 * grant, or one on a few columns. What is hidden from them has zz in its name.
 */
const ACCOUNT = '111122223333';
const DENIED = 'AccessDeniedException';
const database = { DatabaseName: 'zzbase' };
const table = { ...database, TableName: 'zztable' };
const named = { ...database, Name: 'zztable' };
const values = { PartitionValues: ['zzvalue'] };
const arn = { ResourceArn: `arn:aws:glue:us-east-1:${ACCOUNT}:database/zzbase` };
const fn = { ...database, FunctionName: 'zzfunction' };
const tableInput = { TableInput: { Name: 'zztable', PartitionKeys: [{ Name: 'k', Type: 'string' }] } };
const statistics = (ColumnName: string) => ({
  ColumnName,
  ColumnType: 'string',
  AnalyzedTime: 0,
  StatisticsData: {
    Type: 'BINARY',
    BinaryColumnStatisticsData: { MaximumLength: 1, AverageLength: 1, NumberOfNulls: 0 },
  },
});

const byAnEngine = { CatalogId: '111122223333', SupportedPermissionTypes: ['COLUMN_PERMISSION'] };

/** Refused, in the same words whether the table, or its database, is there or not. */
const REFUSED: Readonly<Record<string, object>> = {
  CreateDatabase: { DatabaseInput: { Name: 'zzbase' } },
  GetDatabase: { Name: 'zzbase' },
  UpdateDatabase: { Name: 'zzbase', DatabaseInput: { Name: 'taken' } },
  DeleteDatabase: { Name: 'zzbase' },
  CreateTable: { ...database, ...tableInput },
  GetTable: named,
  GetTables: database,
  UpdateTable: { ...database, ...tableInput },
  DeleteTable: named,
  BatchDeleteTable: { ...database, TablesToDelete: ['zztable'] },
  GetTableVersion: { ...table, VersionId: '0' },
  GetTableVersions: table,
  DeleteTableVersion: { ...table, VersionId: '0' },
  BatchDeleteTableVersion: { ...table, VersionIds: ['0'] },
  CreatePartition: { ...table, PartitionInput: { Values: ['zzvalue'] } },
  BatchCreatePartition: { ...table, PartitionInputList: [{ Values: ['zzvalue'] }] },
  GetPartition: { ...table, ...values },
  GetPartitions: { ...table, Expression: "k = 'zzvalue'" },
  BatchGetPartition: { ...table, PartitionsToGet: [{ Values: ['zzvalue'] }] },
  UpdatePartition: { ...table, PartitionValueList: ['zzvalue'], PartitionInput: { Values: ['2'] } },
  BatchUpdatePartition: {
    ...table,
    Entries: [{ PartitionValueList: ['zzvalue'], PartitionInput: { Values: ['2'] } }],
  },
  DeletePartition: { ...table, ...values },
  BatchDeletePartition: { ...table, PartitionsToDelete: [{ Values: ['zzvalue'] }] },
  CreatePartitionIndex: { ...table, PartitionIndex: { IndexName: 'i', Keys: ['k'] } },
  GetPartitionIndexes: table,
  DeletePartitionIndex: { ...table, IndexName: 'zzindex' },
  GetColumnStatisticsForTable: { ...table, ColumnNames: ['zzcolumn'] },
  UpdateColumnStatisticsForTable: { ...table, ColumnStatisticsList: [statistics('zzcolumn')] },
  DeleteColumnStatisticsForTable: { ...table, ColumnName: 'zzcolumn' },
  GetColumnStatisticsForPartition: { ...table, ...values, ColumnNames: ['k'] },
  UpdateColumnStatisticsForPartition: { ...table, ...values, ColumnStatisticsList: [statistics('k')] },
  DeleteColumnStatisticsForPartition: { ...table, ...values, ColumnName: 'k' },
  GetUnfilteredTableMetadata: { ...named, ...byAnEngine },
  GetUnfilteredPartitionMetadata: { ...table, ...values, ...byAnEngine },
  GetUnfilteredPartitionsMetadata: { ...table, ...byAnEngine },
  CreateUserDefinedFunction: { ...database, FunctionInput: { FunctionName: 'zzfunction' } },
  GetUserDefinedFunction: fn,
  UpdateUserDefinedFunction: { ...fn, FunctionInput: { FunctionName: 'taken' } },
  DeleteUserDefinedFunction: fn,
  TagResource: { ...arn, TagsToAdd: { planted: '1' } },
  UntagResource: { ...arn, TagsToRemove: ['zztag'] },
  GetTags: arn,
};

/** Empty, and nothing tells that something was left out. */
const LISTS: Readonly<Record<string, { input: object; answer: object }>> = {
  GetDatabases: { input: {}, answer: { DatabaseList: [] } },
  SearchTables: { input: { SearchText: 'zztable' }, answer: { TableList: [] } },
  GetUserDefinedFunctions: { input: { Pattern: '*' }, answer: { UserDefinedFunctions: [] } },
};

/** spec/permissions.md §9: nothing of databases, tables and columns; policies alone decide. */
const IAM_ONLY =
  `GetCatalog GetCatalogs CreateCatalog UpdateCatalog DeleteCatalog GetCatalogImportStatus ImportCatalogToGlue
  CreateConnection GetConnection GetConnections UpdateConnection DeleteConnection BatchDeleteConnection TestConnection
  GetDataCatalogEncryptionSettings PutDataCatalogEncryptionSettings
  CreateRegistry ListRegistries GetRegistry UpdateRegistry DeleteRegistry
  CreateSchema ListSchemas GetSchema UpdateSchema DeleteSchema CheckSchemaVersionValidity RegisterSchemaVersion
  GetSchemaVersion GetSchemaByDefinition ListSchemaVersions GetSchemaVersionsDiff DeleteSchemaVersions
  PutSchemaVersionMetadata RemoveSchemaVersionMetadata QuerySchemaVersionMetadata
  CreateDataQualityRuleset GetDataQualityRuleset ListDataQualityRulesets UpdateDataQualityRuleset DeleteDataQualityRuleset
  CreateClassifier GetClassifier GetClassifiers UpdateClassifier DeleteClassifier
  CreateSecurityConfiguration GetSecurityConfiguration GetSecurityConfigurations DeleteSecurityConfiguration
  GetResourcePolicy GetResourcePolicies PutResourcePolicy DeleteResourcePolicy`.split(/\s+/);

const ref = '{ database: "zzbase", name: "zztable" }';
const everything = `name description parameters
  storageDescriptor { columns { name type comment parameters } location bucketColumns sortColumns { column } parameters }
  partitionKeys { name comment } partitionIndexes { name keys { name } }
  partitions { edges { node { values parameters storageDescriptor { columns { name } } } } }
  columnStatistics(columns: ["id", "k"]) { columnName }
  lfTags { key value } columns { lfTags { key value } }
  versions { edges { node { parameters storageDescriptor { columns { name } } } } }`;
const byTags = 'expression: [{ key: "t", values: ["v"] }]';
const tagged = 'resource: { database: "zzbase", table: "zztable" }, tags: [{ key: "t", value: "v" }]';
const GRAPHQL_REFUSED: Readonly<Record<string, string>> = {
  'Query.database':
    '{ database(name: "zzbase") { name tables { edges { node { name } } } tags functions { edges { node { name } } } } }',
  'Query.table': `{ table(database: "zzbase", name: "zztable") { ${everything} } }`,
  'Query.function': '{ function(database: "zzbase", name: "zzfunction") { name } }',
  'Query.explain':
    '{ explain(input: { permission: SELECT, database: "zzbase", table: "zztable" }) { allowed grants { because { principal } } } }',
  'Query.whoCan':
    '{ whoCan(input: { permission: SELECT, database: "zzbase", table: "zztable" }) { edges { node { principal } } } }',
  'Query.whatIf':
    '{ whatIf(input: { changes: [], questions: [{ permission: SELECT, database: "zzbase", table: "zztable" }] }) { before { allowed } } }',
  'Query.lakeFormationOptIns':
    '{ lakeFormationOptIns(resource: { database: "zzbase", table: "zztable" }) { edges { node { principal } } } }',
  'Mutation.createLakeFormationOptIn':
    'mutation { createLakeFormationOptIn(input: { principal: "111122223333:IAMPrincipals", resource: { database: "zzbase", table: "zztable" } }) { principal } }',
  'Mutation.deleteLakeFormationOptIn':
    'mutation { deleteLakeFormationOptIn(input: { principal: "111122223333:IAMPrincipals", resource: { database: "zzbase", table: "zztable" } }) { principal } }',
  'Query.lfTag': '{ lfTag(key: "t") { values } }',
  'Query.lfTagExpression': '{ lfTagExpression(name: "e") { description } }',
  'Query.searchTablesByLfTags': `{ searchTablesByLfTags(${byTags}) { edges { node { name } } } }`,
  'Query.searchDatabasesByLfTags': `{ searchDatabasesByLfTags(${byTags}) { edges { node { name } } } }`,
  'Mutation.createLfTag': 'mutation { createLfTag(input: { key: "t", values: ["v"] }) { lfTag { key } } }',
  'Mutation.updateLfTag':
    'mutation { updateLfTag(input: { key: "t", valuesToAdd: ["v"] }) { lfTag { key } } }',
  'Mutation.deleteLfTag': 'mutation { deleteLfTag(input: { key: "t" }) { key } }',
  'Mutation.createLfTagExpression': `mutation { createLfTagExpression(input: { name: "e", ${byTags} }) { lfTagExpression { name } } }`,
  'Mutation.updateLfTagExpression': `mutation { updateLfTagExpression(input: { name: "e", ${byTags} }) { lfTagExpression { name } } }`,
  'Mutation.deleteLfTagExpression': 'mutation { deleteLfTagExpression(input: { name: "e" }) { name } }',
  'Mutation.addLfTagsToResource': `mutation { addLfTagsToResource(input: { ${tagged} }) { failures { code } } }`,
  'Mutation.removeLfTagsFromResource': `mutation { removeLfTagsFromResource(input: { ${tagged} }) { failures { code } } }`,
  'Query.dataCellsFilter': '{ dataCellsFilter(database: "zzbase", table: "zztable", name: "f") { columns } }',
  'Mutation.createDataCellsFilter':
    'mutation { createDataCellsFilter(input: { filter: { database: "zzbase", table: "zztable", name: "f" }, exceptColumns: [] }) { dataCellsFilter { name } } }',
  'Mutation.updateDataCellsFilter':
    'mutation { updateDataCellsFilter(input: { filter: { database: "zzbase", table: "zztable", name: "f" }, exceptColumns: [] }) { dataCellsFilter { name } } }',
  'Mutation.deleteDataCellsFilter':
    'mutation { deleteDataCellsFilter(input: { database: "zzbase", table: "zztable", name: "f" }) { name } }',
  'Query.tags': `{ tags(resourceArn: "${arn.ResourceArn}") }`,
  'Mutation.createDatabase': 'mutation { createDatabase(input: { name: "zzbase" }) { database { name } } }',
  'Mutation.updateDatabase': 'mutation { updateDatabase(input: { name: "zzbase" }) { database { name } } }',
  'Mutation.deleteDatabase': 'mutation { deleteDatabase(input: { name: "zzbase" }) { name } }',
  'Mutation.createTable': `mutation { createTable(input: { table: ${ref}, definition: {} }) { table { name } } }`,
  'Mutation.updateTable': `mutation { updateTable(input: { table: ${ref}, definition: {} }) { table { name } } }`,
  'Mutation.deleteTable': `mutation { deleteTable(input: ${ref}) { name } }`,
  'Mutation.createPartitions': `mutation { createPartitions(input: { table: ${ref}, partitions: [{ values: ["1"] }] }) { failures { code } } }`,
  'Mutation.updatePartitions': `mutation { updatePartitions(input: { table: ${ref}, updates: [{ values: ["zzvalue"], partition: { values: ["1"] } }] }) { failures { code } } }`,
  'Mutation.deletePartitions': `mutation { deletePartitions(input: { table: ${ref}, partitions: [["zzvalue"]] }) { failures { code } } }`,
  'Mutation.createPartitionIndex': `mutation { createPartitionIndex(input: { table: ${ref}, name: "i", keys: ["k"] }) { partitionIndex { name } } }`,
  'Mutation.deletePartitionIndex': `mutation { deletePartitionIndex(input: { table: ${ref}, name: "zzindex" }) { name } }`,
  'Mutation.updateColumnStatistics': `mutation { updateColumnStatistics(input: { table: ${ref}, statistics: [] }) { failures { code } } }`,
  'Mutation.deleteColumnStatistics': `mutation { deleteColumnStatistics(input: { table: ${ref}, columnName: "zzcolumn" }) { name } }`,
  'Mutation.createFunction': `mutation { createFunction(input: { function: { database: "zzbase", name: "zzfunction" }, definition: {} }) { function { name } } }`,
  'Mutation.updateFunction': `mutation { updateFunction(input: { function: { database: "zzbase", name: "zzfunction" }, definition: {} }) { function { name } } }`,
  'Mutation.deleteFunction': `mutation { deleteFunction(input: { database: "zzbase", name: "zzfunction" }) { name } }`,
  'Mutation.tagResource': `mutation { tagResource(input: { resourceArn: "${arn.ResourceArn}", tags: { planted: "1" } }) { tags } }`,
  'Mutation.untagResource': `mutation { untagResource(input: { resourceArn: "${arn.ResourceArn}", keys: ["zztag"] }) { tags } }`,
  // Told of everything: for those who see everything.
  'Query.webhooks': '{ webhooks { edges { node { url database table } } } }',
  'Mutation.createWebhook':
    'mutation { createWebhook(input: { url: "https://example.com/" }) { webhook { url } } }',
  'Mutation.deleteWebhook':
    'mutation { deleteWebhook(input: { id: "00000000-0000-7000-8000-000000000000" }) { id } }',
  'Mutation.reviveWebhook':
    'mutation { reviveWebhook(input: { id: "00000000-0000-7000-8000-000000000000" }) { webhook { url } } }',
};
const DOCUMENT = '{ version: 1, scope: "databases", databases: { zzbase: { tables: { zztable: {} } } } }';
/** The same answer whether the names are there or not, and none of what is there. */
const GRAPHQL_LISTS: Readonly<Record<string, string>> = {
  'Query.databases': '{ databases { edges { node { name } } pageInfo { hasNextPage endCursor } } }',
  'Query.functions': '{ functions { edges { node { name } } pageInfo { hasNextPage endCursor } } }',
  'Query.searchTables':
    '{ searchTables(text: "zztable") { edges { node { name } } pageInfo { hasNextPage endCursor } } }',
  'Query.lfTags': '{ lfTags { edges { node { key values } } pageInfo { hasNextPage endCursor } } }',
  'Query.lfTagExpressions':
    '{ lfTagExpressions { edges { node { name } } pageInfo { hasNextPage endCursor } } }',
  'Query.dataCellsFilters':
    '{ dataCellsFilters { edges { node { name columns } } pageInfo { hasNextPage endCursor } } }',
  'Query.permissions':
    '{ permissions(resource: { database: "zzbase", table: "zztable" }, includeRelated: true) { edges { node { principal } } } }',
  'Query.effectivePermissionsForPath':
    '{ effectivePermissionsForPath(resourceArn: "arn:aws:s3:::lake") { edges { node { principal resource { database table columns } } } } }',
  'Query.exportCatalog': '{ exportCatalog(partitions: true) { document } }',
  'Mutation.grantPermissions':
    'mutation { grantPermissions(input: { entries: [{ principal: "111122223333", permissions: [SELECT], resource: { database: "zzbase", table: "zztable" } }] }) { failures { code } } }',
  'Mutation.revokePermissions':
    'mutation { revokePermissions(input: { entries: [{ principal: "111122223333", permissions: [SELECT], resource: { database: "zzbase", table: "zztable" } }] }) { failures { code } } }',
  'Query.planCatalog': `{ planCatalog(input: { document: ${DOCUMENT}, prune: true }) { changes { action kind } } }`,
  'Mutation.applyCatalog': `mutation { applyCatalog(input: { document: ${DOCUMENT}, base: "x" }) { base } }`,
};
const GRAPHQL_IAM_ONLY = `Query.viewer Mutation.login Mutation.createAccount Query.catalog
  Query.auditEvents Query.auditChain Query.dataLakeSettings Mutation.updateDataLakeSettings
  Query.connection Query.connections Mutation.createConnection Mutation.updateConnection Mutation.deleteConnection
  Mutation.testConnection Query.encryptionSettings Mutation.putEncryptionSettings
  Query.schemaRegistry Query.schemaRegistries Query.registrySchema Query.registrySchemas Query.schemaVersion
  Query.checkSchemaDefinition Mutation.createSchemaRegistry Mutation.updateSchemaRegistry Mutation.deleteSchemaRegistry
  Mutation.createRegistrySchema Mutation.updateRegistrySchema Mutation.deleteRegistrySchema Mutation.registerSchemaVersion
  Mutation.deleteSchemaVersions Mutation.putSchemaVersionMetadata Mutation.removeSchemaVersionMetadata
  Query.dataQualityRuleset Query.dataQualityRulesets Mutation.createDataQualityRuleset Mutation.updateDataQualityRuleset
  Mutation.deleteDataQualityRuleset Query.classifier Query.classifiers Mutation.createClassifier Mutation.updateClassifier
  Mutation.deleteClassifier Query.securityConfiguration Query.securityConfigurations Mutation.createSecurityConfiguration
  Mutation.deleteSecurityConfiguration Query.resourcePolicy Mutation.putResourcePolicy
  Mutation.deleteResourcePolicy
  Query.dataLocation Query.dataLocations Mutation.registerDataLocation Mutation.updateDataLocation
  Mutation.deregisterDataLocation
  Query.user Query.users Query.group Query.groups Query.role Query.roles Query.policy Query.policies
  Mutation.updateTrustPolicy Mutation.putInlinePolicy Mutation.deleteInlinePolicy Mutation.attachPolicy
  Mutation.detachPolicy Mutation.putPermissionsBoundary Mutation.deletePermissionsBoundary Mutation.createPolicy
  Mutation.deletePolicy Mutation.createPolicyVersion Mutation.deletePolicyVersion
  Mutation.setDefaultPolicyVersion`.split(/\s+/);
/** Each has a case of its own below. */
const SUBSCRIPTIONS = ['Subscription.changes', 'Subscription.partitionIndexes'];

/** What is asked of the table that the caller sees a part of, by its own names; never the hidden ones. */
const asSeen = <T>(asked: T): T =>
  JSON.parse(
    JSON.stringify(asked)
      .replaceAll('zzbase', 'base')
      .replaceAll('zztable', 'seen')
      .replaceAll('zzvalue', 'v')
      .replaceAll('zzcolumn', 'id'),
  ) as T;
/** The same question of names that are not there. */
const elsewhere = <T>(asked: T, name: string): T =>
  JSON.parse(JSON.stringify(asked).replaceAll(name, name.replace('zz', 'qq'))) as T;
const codeOf = ({ status, body }: Answer): string => (status === 200 ? 'OK' : String(body['__type']));
const wordsOf = (answer: unknown): string => JSON.stringify(answer).replaceAll(/qq(?=base|table)/g, 'zz');
const told = ({ data, errors }: GraphqlAnswer): object => ({
  data,
  errors: errors?.map(({ message, extensions }) => [extensions.code, message]),
});

describe.each(DATABASES)('gate 2 alone, on %s', (databaseName) => {
  let lake: Lake;
  let nobody: KeyPair;
  let console: KeyPair;
  let part: KeyPair;
  const tokens = new Map<string, string>();

  const tokenOf = async (caller: KeyPair): Promise<string> => {
    const known = tokens.get(caller.accessKeyId);
    if (known !== undefined) return known;
    const sts = await query({ ...lake, ...caller }, 'sts', 'GetWebIdentityToken', {
      'Audience.member.1': 'lakewarden',
    });
    const token = sts.texts('WebIdentityToken')[0] ?? '';
    tokens.set(caller.accessKeyId, token);
    return token;
  };
  const userArn = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`;
  const lf = (operation: string, input: object, caller: KeyPair = lake): Promise<Answer> =>
    lakeFormation({ url: lake.url, ...caller }, operation, input);
  const grant = async (principal: string, Resource: object, Permissions: string[], more: object = {}) => {
    const Principal = { DataLakePrincipalIdentifier: principal };
    expect(codeOf(await lf('GrantPermissions', { Principal, Resource, Permissions, ...more }))).toBe('OK');
  };
  const as = (caller: KeyPair, operation: string, input: object = {}): Promise<Answer> =>
    lake.glue(operation, input, { caller });
  const world = async (): Promise<string> =>
    JSON.stringify([
      await lake.ok('GetDatabases'),
      await lake.ok('GetTables', { DatabaseName: 'base' }),
      await lake.ok('GetTables', database),
      await lake.ok('GetTableVersions', table),
      await lake.ok('GetPartitions', table),
      await lake.ok('GetPartitionIndexes', table),
      await lake.ok('GetUserDefinedFunctions', { Pattern: '*' }),
      await lake.ok('GetTags', arn),
    ]);

  async function fill(DatabaseName: string, Name: string, value: string): Promise<void> {
    await lake.ok('CreateDatabase', {
      DatabaseInput: { Name: DatabaseName, Description: 'zzdescription', LocationUri: 's3://zz/' },
      Tags: { zztag: 'zz' },
    });
    const input = (Parameters: object, more: object[] = []) => ({
      DatabaseName,
      TableInput: {
        Name,
        Description: 'of zzcolumn',
        StorageDescriptor: {
          Columns: [{ Name: 'id', Type: 'string', Comment: 'joined with zzcolumn' }, ...more],
          Location: `s3://lake/${value}/`,
          SortColumns: [{ Column: 'zzcolumn', SortOrder: 1 }],
        },
        PartitionKeys: [{ Name: 'k', Type: 'string', Comment: 'before zzcolumn' }],
        Parameters: { classification: 'parquet', ...Parameters },
      },
    });
    // The first version speaks of a column that it does not have yet.
    await lake.ok('CreateTable', input({ planned: 'zzcolumn' }));
    const column = { Name: 'zzcolumn', Type: 'string' };
    await lake.ok('UpdateTable', input({ 'comment-of-zzcolumn': 'x', plain: 'y' }, [column]));
    const of = { DatabaseName, TableName: Name };
    await lake.ok('CreatePartition', {
      ...of,
      PartitionInput: {
        Values: [value],
        Parameters: { about: 'zzcolumn' },
        StorageDescriptor: { Columns: [{ Name: 'id' }, column] },
      },
    });
    await lake.ok('UpdateColumnStatisticsForTable', {
      ...of,
      ColumnStatisticsList: [statistics('id'), statistics('zzcolumn')],
    });
    await lake.ok('CreatePartitionIndex', { ...of, PartitionIndex: { IndexName: 'i', Keys: ['k'] } });
    for (;;) {
      const { PartitionIndexDescriptorList: list } = await lake.ok('GetPartitionIndexes', of);
      if ((list as { IndexStatus: string }[]).every(({ IndexStatus }) => IndexStatus === 'ACTIVE')) break;
      await new Promise(setImmediate);
    }
  }

  beforeAll(async () => {
    lake = await startLake(databaseName);
    nobody = await newUser(lake, 'nobody', ['AdministratorAccess']);
    console = await newUser(lake, 'console', ['AWSGlueConsoleFullAccess']);
    part = await newUser(lake, 'part', ['AdministratorAccess']);
    await fill('zzbase', 'zztable', 'zzvalue');
    await fill('base', 'seen', 'v');
    await lake.ok('CreateTable', { DatabaseName: 'base', TableInput: { Name: 'zzsibling' } });
    for (const DatabaseName of ['zzbase', 'base']) {
      await lake.ok('CreateUserDefinedFunction', {
        DatabaseName,
        FunctionInput: { FunctionName: 'zzfunction', ClassName: 'zzclass' },
      });
    }
    const seen = { DatabaseName: 'base', Name: 'seen', ColumnNames: ['id', 'k'] };
    await grant(userArn('part'), { TableWithColumns: seen }, ['SELECT'], {
      PermissionsWithGrantOption: ['SELECT'],
    });
    const LFTags = [{ TagKey: 'zzkey', TagValues: ['zztagged'] }];
    for (const [operation, input] of [
      ['CreateLFTag', LFTags[0] ?? {}],
      ['CreateLFTagExpression', { Name: 'zzexpression', Expression: LFTags }],
      ['AddLFTagsToResource', { Resource: { Table: { DatabaseName: 'base', Name: 'seen' } }, LFTags }],
    ] as const) {
      expect(codeOf(await lf(operation, input))).toBe('OK');
    }
    // What others hold must not name to him what he does not see.
    await newUser(lake, 'zzother');
    const hidden = { ...seen, ColumnNames: ['zzcolumn'] };
    await grant(userArn('zzother'), { TableWithColumns: hidden }, ['SELECT']);
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('has a line for every operation and every field', async () => {
    const keys = new MasterKeys(new Secret(Buffer.alloc(32)));
    expect([...Object.keys(REFUSED), ...Object.keys(LISTS), ...IAM_ONLY].sort()).toEqual(
      Object.keys(glueOperations({ keys, probe: () => Promise.resolve(undefined) })).sort(),
    );
    const schema = buildSchema(await (await fetch(`${lake.url}/graphql/schema.graphql`)).text());
    const fields = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
      (type) => Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name ?? ''}.${field}`),
    );
    const listed = [...Object.keys(GRAPHQL_REFUSED), ...Object.keys(GRAPHQL_LISTS), ...GRAPHQL_IAM_ONLY];
    expect([...listed, ...SUBSCRIPTIONS].sort()).toEqual(fields.sort());
  });

  it.each(Object.entries(REFUSED))(
    'refuses %s, and does not tell what is there',
    async (operation, input) => {
      for (const caller of [nobody, console]) {
        const there = await as(caller, operation, input);
        expect(codeOf(there)).toBe(DENIED);
        expect(wordsOf(there.body)).toContain('Insufficient Lake Formation permission(s)');
        for (const name of ['zztable', 'zzbase']) {
          const nowhere = await as(caller, operation, elsewhere(input, name));
          expect(wordsOf(nowhere.body)).toBe(wordsOf(there.body));
        }
      }
    },
  );

  it.each(Object.entries(LISTS))(
    'answers %s as if nothing were there',
    async (operation, { input, answer }) => {
      for (const caller of [nobody, console])
        expect((await as(caller, operation, input)).body).toEqual(answer);
    },
  );

  it.each(Object.entries(GRAPHQL_REFUSED))(
    'refuses %s, and does not tell what is there',
    async (_field, question) => {
      const bearer = await tokenOf(nobody);
      const there = await graphql(lake, question, {}, bearer);
      expect(there.errors?.map(({ extensions }) => extensions.code)).toEqual([DENIED]);
      for (const name of ['zztable', 'zzbase']) {
        const nowhere = await graphql(lake, elsewhere(question, name), {}, bearer);
        expect(wordsOf(told(nowhere))).toBe(wordsOf(told(there)));
      }
    },
  );

  it.each(Object.entries(GRAPHQL_LISTS))('answers %s as if nothing were there', async (_field, question) => {
    const bearer = await tokenOf(nobody);
    const there = told(await graphql(lake, question, {}, bearer));
    if (!question.includes('zz')) expect(spoken(there)).not.toMatch(/zz|"base"|"seen"/);
    for (const name of ['zztable', 'zzbase']) {
      expect(wordsOf(told(await graphql(lake, elsewhere(question, name), {}, bearer)))).toBe(wordsOf(there));
    }
  });

  it('has let nobody change anything', async () => {
    const before = await world();
    for (const [operation, input] of Object.entries(REFUSED)) await as(nobody, operation, input);
    expect(await world()).toBe(before);
  });

  it.each(Object.entries(REFUSED))(
    'given SELECT on columns, %s shows no hidden name',
    async (operation, input) => {
      const before = await world();
      const { body } = await as(part, operation, asSeen(input));
      expect(spoken(body).replaceAll('zzfunction', '')).not.toContain('zz');
      if (/^(Create|Update|Delete|Tag|Untag|Batch(Create|Update|Delete))/.test(operation)) {
        expect(await world()).toBe(before);
      }
    },
  );

  it.each(Object.entries(LISTS))(
    'given SELECT on columns, %s shows no hidden name',
    async (operation, { input }) => {
      const { status, body } = await as(part, operation, asSeen(input));
      expect(status).toBe(200);
      expect(spoken(body)).not.toContain('zz');
    },
  );

  it.each([...Object.entries(GRAPHQL_REFUSED), ...Object.entries(GRAPHQL_LISTS)])(
    'given SELECT on columns, %s shows no hidden name',
    async (_field, question) => {
      const before = await world();
      const answer = told(await graphql(lake, asSeen(question), {}, await tokenOf(part)));
      expect(spoken(answer).replaceAll('zzfunction', '')).not.toContain('zz');
      expect(await world()).toBe(before);
    },
  );

  it('given SELECT on columns, shows them: what is not there to be seen is not what the cases above saw', async () => {
    const { body } = await as(part, 'GetTable', { DatabaseName: 'base', Name: 'seen' });
    expect(body['Table']).toMatchObject({
      StorageDescriptor: { Columns: [{ Name: 'id', Type: 'string' }] },
      PartitionKeys: [{ Name: 'k' }],
      Parameters: { classification: 'parquet', plain: 'y' },
    });
    const of = { DatabaseName: 'base', TableName: 'seen' };
    expect((await as(part, 'GetTableVersions', of)).body['TableVersions']).toHaveLength(2);
    expect((await as(part, 'GetPartitions', of)).body['Partitions']).toMatchObject([{ Values: ['v'] }]);
    const found = (await as(part, 'SearchTables', { SearchText: 'seen' })).body;
    expect(found['TableList']).toMatchObject([{ Name: 'seen' }]);
    expect(found['NextToken']).toBeUndefined();
    expect((await as(part, 'SearchTables', { SearchText: 'zzcolumn' })).body).toEqual({ TableList: [] });
    const asked = async (name: string) =>
      JSON.stringify(
        (await as(part, 'GetColumnStatisticsForTable', { ...of, ColumnNames: [name] })).body,
      ).replaceAll(name, '*');
    expect(await asked('zzcolumn')).toBe(await asked('nothing'));
    const filtered = async (name: string) =>
      JSON.stringify(
        (await as(part, 'GetPartitions', { ...of, Expression: `${name} = 'x'` })).body,
      ).replaceAll(name, '*');
    expect(await filtered('zzcolumn')).toBe(await filtered('nothing'));
  });

  it('lists no grants, and refuses to pass on what is there as what is not', async () => {
    expect((await lf('ListPermissions', {}, nobody)).body).toEqual({ PrincipalResourcePermissions: [] });
    const listed = await lf('ListPermissions', {}, part);
    expect(listed.body['PrincipalResourcePermissions']).toHaveLength(1);
    expect(spoken(listed.body)).not.toContain('zz');
    const Principal = { DataLakePrincipalIdentifier: userArn('console') };
    for (const operation of ['GrantPermissions', 'RevokePermissions']) {
      for (const Resource of [
        { Database: { Name: 'zzbase' } },
        { Table: { ...database, TableWildcard: {} } },
        { Table: named },
        { TableWithColumns: { ...named, ColumnNames: ['id'] } },
      ]) {
        const Permissions = 'Database' in Resource ? ['DESCRIBE'] : ['SELECT'];
        const there = await lf(operation, { Principal, Resource, Permissions }, nobody);
        expect(codeOf(there)).toBe(DENIED);
        for (const name of ['zztable', 'zzbase']) {
          const nowhere = elsewhere({ Principal, Resource, Permissions }, name);
          expect(wordsOf((await lf(operation, nowhere, nobody)).body)).toBe(wordsOf(there.body));
        }
      }
      const onColumn = (name: string) => ({
        Principal,
        Permissions: ['SELECT'],
        Resource: { TableWithColumns: { DatabaseName: 'base', Name: 'seen', ColumnNames: [name] } },
      });
      const hidden = await lf(operation, onColumn('zzcolumn'), part);
      expect(codeOf(hidden)).toBe(DENIED);
      expect((await lf(operation, onColumn('nothing'), part)).body).toEqual(hidden.body);
    }
  });

  it('given ALL on the catalog, lists no grants of others and no names', async () => {
    const maker = await newUser(lake, 'maker', ['AdministratorAccess']);
    await grant(userArn('maker'), { Catalog: {} }, ['ALL'], { PermissionsWithGrantOption: ['ALL'] });
    const { body } = await lf('ListPermissions', {}, maker);
    expect(spoken(body)).not.toContain('zz');
    const Principal = { DataLakePrincipalIdentifier: userArn('maker') };
    const asked = { Principal, Resource: { Table: named }, Permissions: ['SELECT'] };
    const there = await lf('GrantPermissions', asked, maker);
    expect(codeOf(there)).toBe(DENIED);
    expect(wordsOf((await lf('GrantPermissions', elsewhere(asked, 'zztable'), maker)).body)).toBe(
      wordsOf(there.body),
    );
  });

  it('tells of changes what the catalog would show', async () => {
    expect((await readEvents(lake, await tokenOf(nobody), { after: 'earliest' })).events).toEqual([]);
    const { events } = await readEvents(lake, await tokenOf(part), { after: 'earliest' });
    expect(spoken(events)).not.toContain('zz');
    expect(new Set(events.map(({ kind }) => kind))).toEqual(
      new Set(['DATABASE', 'TABLE', 'PARTITION', 'PARTITION_INDEX']),
    );
    // A hidden event is not one of the page either.
    const one = await readEvents(lake, await tokenOf(part), { after: 'earliest', limit: '1' });
    expect(one.events.map(({ database: name }) => name)).toEqual(['base']);

    const keyless = await newUser(lake, 'keyless', ['AdministratorAccess']);
    const columns = { DatabaseName: 'base', Name: 'seen', ColumnNames: ['id'] };
    await grant(userArn('keyless'), { TableWithColumns: columns }, ['SELECT']);
    const hers = (await readEvents(lake, await tokenOf(keyless), { after: 'earliest' })).events;
    expect(new Set(hers.map(({ kind }) => kind))).toEqual(new Set(['DATABASE', 'TABLE']));
  });

  it('refuses a link, to what is there, to what is not and to a link alike, by its own name', async () => {
    await lake.ok('CreateDatabase', {
      DatabaseInput: { Name: 'links', TargetDatabase: { DatabaseName: 'zzbase' } },
    });
    await lake.ok('CreateTable', {
      DatabaseName: 'base',
      TableInput: { Name: 'link', TargetTable: { DatabaseName: 'zzbase', Name: 'zztable' } },
    });
    const messageOf = async (operation: string, input: object) =>
      String((await as(nobody, operation, input)).body['Message']);
    for (const operation of ['GetTable', 'UpdateTable', 'DeleteTable']) {
      const input = (DatabaseName: string, Name: string) =>
        operation === 'UpdateTable' ? { DatabaseName, TableInput: { Name } } : { DatabaseName, Name };
      const missing = await messageOf(operation, input('nowhere', 'link'));
      expect(await messageOf(operation, input('base', 'link'))).toBe(missing);
      expect(await messageOf(operation, input('links', 'link'))).toBe(missing);
    }
    const rename = (Name: string) => ({ Name, DatabaseInput: { Name } });
    expect(await messageOf('UpdateDatabase', rename('links'))).toBe(
      (await messageOf('UpdateDatabase', rename('nowhere'))).replace('nowhere', 'links'),
    );

    // A link of his own tells no more of its target.
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'home' } });
    await grant(userArn('nobody'), { Database: { Name: 'home' } }, ['CREATE_TABLE']);
    const through: string[] = [];
    for (const [Name, DatabaseName, target] of [
      ['to_link', 'base', 'link'],
      ['to_linked', 'links', 'link'],
      ['to_nothing', 'nowhere', 'link'],
    ] as const) {
      const TableInput = { Name, TargetTable: { DatabaseName, Name: target } };
      expect(codeOf(await as(nobody, 'CreateTable', { DatabaseName: 'home', TableInput }))).toBe('OK');
      through.push(JSON.stringify((await as(nobody, 'GetTable', { DatabaseName: 'home', Name })).body));
    }
    expect(new Set(through).size).toBe(1);
    expect(through[0]).toContain(DENIED);
  });

  it("lets a database's table defaults grant only what who sets them may pass on", async () => {
    const owner = await newUser(lake, 'owner', ['AdministratorAccess']);
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'shared' } });
    await grant(userArn('owner'), { Database: { Name: 'shared' } }, ['ALTER', 'CREATE_TABLE']);
    const withDefaults = (Name: string, Permissions: string[] = ['ALL']) => ({
      Name,
      CreateTableDefaultPermissions: [
        { Principal: { DataLakePrincipalIdentifier: userArn('owner') }, Permissions },
      ],
    });
    const update = (caller: KeyPair, DatabaseInput: object) =>
      as(caller, 'UpdateDatabase', { Name: 'shared', DatabaseInput });
    expect(codeOf(await update(owner, withDefaults('shared')))).toBe(DENIED);
    await lake.ok('CreateTable', { DatabaseName: 'shared', TableInput: { Name: 'others' } });
    expect(codeOf(await as(owner, 'GetTable', { DatabaseName: 'shared', Name: 'others' }))).toBe(DENIED);
    await grant(userArn('owner'), { Catalog: {} }, ['CREATE_DATABASE']);
    expect(codeOf(await as(owner, 'CreateDatabase', { DatabaseInput: withDefaults('own') }))).toBe(DENIED);
    // An administrator of the lake may; then sending back what is there changes nothing.
    expect(codeOf(await update(lake, withDefaults('shared')))).toBe('OK');
    expect(codeOf(await update(owner, { ...withDefaults('shared'), Description: 'mine' }))).toBe('OK');
    expect(codeOf(await update(owner, withDefaults('shared', ['SELECT'])))).toBe(DENIED);
  });

  it('refuses settings and grants of another account, and to who administers nothing', async () => {
    const settings = (await lf('GetDataLakeSettings', {})).body['DataLakeSettings'] as object;
    const DataLakeSettings = {
      ...settings,
      DataLakeAdmins: [{ DataLakePrincipalIdentifier: userArn('console') }],
    };
    const CatalogId = '444455556666';
    const Principal = { DataLakePrincipalIdentifier: userArn('nobody') };
    for (const [operation, input] of [
      ['GetDataLakeSettings', { CatalogId }],
      ['PutDataLakeSettings', { CatalogId, DataLakeSettings }],
      ['ListPermissions', { CatalogId }],
      ['GrantPermissions', { CatalogId, Principal, Resource: { Catalog: {} }, Permissions: ['ALL'] }],
      ['GrantPermissions', { Principal, Resource: { Catalog: { Id: CatalogId } }, Permissions: ['ALL'] }],
      [
        'RevokePermissions',
        { Principal, Resource: { Database: { CatalogId, Name: 'd' } }, Permissions: ['ALL'] },
      ],
    ] as const) {
      expect([operation, codeOf(await lf(operation, input))]).toEqual([operation, DENIED]);
    }
    const { body } = await lf('BatchGrantPermissions', {
      CatalogId,
      Entries: [{ Id: '1', Principal, Resource: { Catalog: {} }, Permissions: ['ALL'] }],
    });
    expect(body['Failures']).toMatchObject([{ Error: { ErrorCode: DENIED } }]);

    const lakeOnly = await newUser(lake, 'lakeonly', ['AWSLakeFormationDataAdmin']);
    expect(codeOf(await lf('PutDataLakeSettings', { DataLakeSettings }, lakeOnly))).toBe(DENIED);
    expect(codeOf(await lf('PutDataLakeSettings', { DataLakeSettings }, console))).toBe(DENIED);
    // A boundary takes AdministratorAccess its name.
    await iam(lake, 'PutUserPermissionsBoundary', {
      UserName: 'lakeonly',
      PermissionsBoundary: 'arn:aws:iam::aws:policy/AWSLakeFormationDataAdmin',
    });
    await iam(lake, 'AttachUserPolicy', {
      UserName: 'lakeonly',
      PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    });
    expect(codeOf(await lf('PutDataLakeSettings', { DataLakeSettings }, lakeOnly))).toBe(DENIED);
    // An administrator of the account makes himself one, and stays none when he is made again under his name.
    const DataLakeAdmins = [lake, nobody].map((_, i) => ({
      DataLakePrincipalIdentifier: userArn(i === 0 ? 'admin' : 'again'),
    }));
    const again = await newUser(lake, 'again', ['AdministratorAccess']);
    const made = { DataLakeSettings: { ...settings, DataLakeAdmins } };
    expect(codeOf(await lf('PutDataLakeSettings', made, again))).toBe('OK');
    expect(codeOf(await as(again, 'GetTable', named))).toBe('OK');
    const bearer = await tokenOf(again);
    const [keyId = ''] = await iam(lake, 'ListAccessKeys', { UserName: 'again' }, 'AccessKeyId');
    await iam(lake, 'DeleteAccessKey', { UserName: 'again', AccessKeyId: keyId });
    const attached = { UserName: 'again', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' };
    await iam(lake, 'DetachUserPolicy', attached);
    // Demoted, then gone: his bearer token stands for what he is now.
    const question = '{ databases { edges { node { name } } } }';
    expect((await graphql(lake, question, {}, bearer)).errors?.[0]?.extensions.code).toBe(DENIED);
    await iam(lake, 'DeleteUser', { UserName: 'again' });
    expect((await graphql(lake, question, {}, bearer)).errors?.[0]?.extensions.code).toBe(
      'UnrecognizedClientException',
    );
    const second = await newUser(lake, 'again', ['AdministratorAccess']);
    expect(codeOf(await as(second, 'GetTable', named))).toBe(DENIED);
    expect(
      codeOf(
        await lf(
          'GrantPermissions',
          {
            Principal,
            Resource: { Catalog: {} },
            Permissions: ['ALL'],
          },
          second,
        ),
      ),
    ).toBe(DENIED);
  });

  it('gives a role what its sessions make, and a session no more than it has', async () => {
    const trust = (AWS: string, Action: string | string[]) =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS }, Action }] });
    const newRole = async (RoleName: string, document: string, policy: string) => {
      await iam(lake, 'CreateRole', { RoleName, AssumeRolePolicyDocument: document });
      await iam(lake, 'AttachRolePolicy', { RoleName, PolicyArn: `arn:aws:iam::aws:policy/${policy}` });
      return `arn:aws:iam::${ACCOUNT}:role/${RoleName}`;
    };
    const assume = (caller: KeyPair, RoleArn: string, more: Record<string, string> = {}) =>
      query({ ...lake, ...caller }, 'sts', 'AssumeRole', { RoleArn, RoleSessionName: 'work', ...more });
    const session = (answer: Awaited<ReturnType<typeof query>>): KeyPair => {
      expect(answer.status).toBe(200);
      const [accessKeyId = '', secretAccessKey = '', sessionToken = ''] = [
        'AccessKeyId',
        'SecretAccessKey',
        'SessionToken',
      ].flatMap((element) => answer.texts(element).slice(0, 1));
      return { accessKeyId, secretAccessKey, sessionToken };
    };
    const plain = await newUser(lake, 'plain', []);
    const maker = await newRole('making', trust(userArn('plain'), 'sts:AssumeRole'), 'AdministratorAccess');
    await grant(maker, { Catalog: {} }, ['CREATE_DATABASE']);
    const first = session(await assume(plain, maker));
    expect(codeOf(await as(first, 'CreateDatabase', { DatabaseInput: { Name: 'made' } }))).toBe('OK');
    expect(codeOf(await as(first, 'CreateTable', { DatabaseName: 'made', TableInput: { Name: 't' } }))).toBe(
      'OK',
    );
    const { body } = await lf('ListPermissions', {
      Resource: { Table: { DatabaseName: 'made', Name: 't' } },
    });
    expect(body['PrincipalResourcePermissions']).toMatchObject([
      { Principal: { DataLakePrincipalIdentifier: maker }, Permissions: ['ALL'] },
    ]);
    const other = session(await assume(plain, maker, { RoleSessionName: 'later' }));
    expect(codeOf(await as(other, 'GetTable', { DatabaseName: 'made', Name: 't' }))).toBe('OK');
    expect(codeOf(await as(other, 'GetTable', named))).toBe(DENIED);

    // Tags and source identity are not the caller's to choose where only AssumeRole is allowed.
    const tagged = { 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'finance' };
    expect((await assume(plain, maker, tagged)).xml).toContain('sts:TagSession');
    expect((await assume(plain, maker, { SourceIdentity: 'somebody' })).xml).toContain(
      'sts:SetSourceIdentity',
    );
    await iam(lake, 'UpdateAssumeRolePolicy', {
      RoleName: 'making',
      PolicyDocument: trust(userArn('plain'), ['sts:AssumeRole', 'sts:TagSession']),
    });
    const finance = session(await assume(plain, maker, tagged));
    const audience = { 'Audience.member.1': 'lakewarden' };
    for (const narrowed of [
      finance,
      session(
        await assume(plain, maker, {
          Policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
        }),
      ),
    ]) {
      expect((await query({ ...lake, ...narrowed }, 'sts', 'GetWebIdentityToken', audience)).status).toBe(
        400,
      );
    }
    // A token ends with the session that it was made from.
    const short = await assume(plain, maker, { DurationSeconds: '900' });
    const token = await query({ ...lake, ...session(short) }, 'sts', 'GetWebIdentityToken', audience);
    const claims = JSON.parse(
      Buffer.from((token.texts('WebIdentityToken')[0] ?? '').split('.')[1] ?? '', 'base64url').toString(),
    ) as { exp: number };
    expect(claims.exp * 1000).toBeLessThanOrEqual(Date.parse(short.texts('Expiration')[0] ?? ''));

    // A boundary holds on the way into another role, though that one trusts by name.
    const further = await newRole('further', trust(maker, 'sts:AssumeRole'), 'AdministratorAccess');
    expect((await assume(other, further)).status).toBe(200);
    await iam(lake, 'PutRolePermissionsBoundary', {
      RoleName: 'making',
      PermissionsBoundary: 'arn:aws:iam::aws:policy/AWSGlueConsoleFullAccess',
    });
    expect((await assume(other, further)).status).toBe(403);
  });
});
