import { buildSchema } from 'graphql';
import { MasterKeys } from '@lakewarden/identity';
import { Secret } from '@lakewarden/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { glueOperations } from '../../apps/server/src/doors/aws/glue/glue.operations.ts';
import { iamOperations } from '../../apps/server/src/doors/aws/iam/iam.operations.ts';
import { auditEvents } from '../support/audit.ts';
import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { spoken } from '../support/spoken.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { query } from '../support/query.ts';

const OWNER = '111122223333';
const STRANGER = '444455556666';
const catalog = { CatalogId: OWNER };
const database = { ...catalog, DatabaseName: 'secret' };
const table = { ...database, TableName: 'hidden' };
const named = { ...database, Name: 'hidden' };
const values = { PartitionValues: ['2021'] };
const byAnEngine = { SupportedPermissionTypes: ['COLUMN_PERMISSION', 'CELL_FILTER_PERMISSION'] };
const tableInput = { TableInput: { Name: 'hidden', PartitionKeys: [{ Name: 'k', Type: 'string' }] } };
const statisticsOfK = {
  ColumnName: 'k',
  ColumnType: 'string',
  AnalyzedTime: 0,
  StatisticsData: {
    Type: 'BINARY',
    BinaryColumnStatisticsData: { MaximumLength: 2021, AverageLength: 1, NumberOfNulls: 0 },
  },
};
const secretArn = `arn:aws:glue:us-east-1:${OWNER}:database/secret`;
const registryArn = `arn:aws:glue:us-east-1:${OWNER}:registry/hidden`;
const ofRegistry = { RegistryId: { RegistryArn: registryArn } };
const ofSchema = { SchemaId: { SchemaArn: `arn:aws:glue:us-east-1:${OWNER}:schema/hidden/hidden` } };
const ofVersion = { ...ofSchema, SchemaVersionNumber: { VersionNumber: 1 } };
const pair = { MetadataKeyValue: { MetadataKey: 'planted', MetadataValue: '1' } };
const LOCATION = 'arn:aws:s3:::secret/1';
const index = { PartitionIndex: { IndexName: 'by_k', Keys: ['k'] } };

/** How a stranger would ask each operation about the owner's things. An operation without a line here fails the test. */
const GLUE: Readonly<Record<string, object>> = {
  CreateDatabase: { ...catalog, DatabaseInput: { Name: 'planted' } },
  GetDatabase: { ...catalog, Name: 'secret' },
  GetDatabases: catalog,
  UpdateDatabase: { ...catalog, Name: 'secret', DatabaseInput: { Name: 'taken' } },
  DeleteDatabase: { ...catalog, Name: 'secret' },
  CreateTable: { ...database, TableInput: { Name: 'planted' } },
  GetTable: named,
  GetTables: database,
  UpdateTable: { ...database, ...tableInput },
  DeleteTable: named,
  BatchDeleteTable: { ...database, TablesToDelete: ['hidden'] },
  GetTableVersion: { ...table, VersionId: '0' },
  GetTableVersions: table,
  DeleteTableVersion: { ...table, VersionId: '0' },
  BatchDeleteTableVersion: { ...table, VersionIds: ['0'] },
  CreatePartition: { ...table, PartitionInput: { Values: ['2022'] } },
  BatchCreatePartition: { ...table, PartitionInputList: [{ Values: ['2022'] }] },
  GetPartition: { ...table, ...values },
  GetPartitions: table,
  BatchGetPartition: { ...table, PartitionsToGet: [{ Values: ['2021'] }] },
  UpdatePartition: { ...table, PartitionValueList: ['2021'], PartitionInput: { Values: ['2022'] } },
  BatchUpdatePartition: {
    ...table,
    Entries: [{ PartitionValueList: ['2021'], PartitionInput: { Values: ['2022'] } }],
  },
  DeletePartition: { ...table, ...values },
  BatchDeletePartition: { ...table, PartitionsToDelete: [{ Values: ['2021'] }] },
  CreatePartitionIndex: { ...table, ...index },
  GetPartitionIndexes: table,
  DeletePartitionIndex: { ...table, IndexName: 'by_k' },
  SearchTables: { ...catalog, SearchText: 'hidden' },
  GetUnfilteredTableMetadata: { ...named, ...byAnEngine },
  GetUnfilteredPartitionMetadata: { ...table, ...values, ...byAnEngine },
  GetUnfilteredPartitionsMetadata: { ...table, ...byAnEngine },
  GetColumnStatisticsForTable: { ...table, ColumnNames: ['value'] },
  UpdateColumnStatisticsForTable: { ...table, ColumnStatisticsList: [statisticsOfK] },
  DeleteColumnStatisticsForTable: { ...table, ColumnName: 'k' },
  GetColumnStatisticsForPartition: { ...table, ...values, ColumnNames: ['k'] },
  UpdateColumnStatisticsForPartition: { ...table, ...values, ColumnStatisticsList: [statisticsOfK] },
  DeleteColumnStatisticsForPartition: { ...table, ...values, ColumnName: 'k' },
  CreateUserDefinedFunction: { ...database, FunctionInput: { FunctionName: 'planted' } },
  GetUserDefinedFunction: { ...database, FunctionName: 'hidden' },
  GetUserDefinedFunctions: { ...catalog, Pattern: '*' },
  UpdateUserDefinedFunction: {
    ...database,
    FunctionName: 'hidden',
    FunctionInput: { FunctionName: 'taken' },
  },
  DeleteUserDefinedFunction: { ...database, FunctionName: 'hidden' },
  TagResource: { ResourceArn: secretArn, TagsToAdd: { planted: '1' } },
  UntagResource: { ResourceArn: secretArn, TagsToRemove: ['mine'] },
  GetTags: { ResourceArn: secretArn },
  GetCatalog: catalog,
  GetCatalogs: { ParentCatalogId: OWNER },
  UpdateCatalog: { ...catalog, CatalogInput: {} },
  DeleteCatalog: catalog,
  GetCatalogImportStatus: catalog,
  ImportCatalogToGlue: catalog,
  CreateConnection: {
    ...catalog,
    ConnectionInput: { Name: 'planted', ConnectionType: 'JDBC', ConnectionProperties: {} },
  },
  GetConnection: { ...catalog, Name: 'hidden' },
  GetConnections: catalog,
  UpdateConnection: {
    ...catalog,
    Name: 'hidden',
    ConnectionInput: { Name: 'hidden', ConnectionType: 'JDBC', ConnectionProperties: {} },
  },
  DeleteConnection: { ...catalog, ConnectionName: 'hidden' },
  BatchDeleteConnection: { ...catalog, ConnectionNameList: ['hidden'] },
  TestConnection: { ...catalog, ConnectionName: 'hidden' },
  GetDataCatalogEncryptionSettings: catalog,
  PutDataCatalogEncryptionSettings: { ...catalog, DataCatalogEncryptionSettings: {} },
  GetRegistry: ofRegistry,
  UpdateRegistry: { ...ofRegistry, Description: 'taken' },
  DeleteRegistry: ofRegistry,
  ListSchemas: ofRegistry,
  CreateSchema: { ...ofRegistry, SchemaName: 'planted', DataFormat: 'AVRO', SchemaDefinition: '"int"' },
  GetSchema: ofSchema,
  UpdateSchema: { ...ofSchema, Description: 'taken' },
  DeleteSchema: ofSchema,
  RegisterSchemaVersion: { ...ofSchema, SchemaDefinition: '"long"' },
  GetSchemaVersion: ofVersion,
  GetSchemaByDefinition: { ...ofSchema, SchemaDefinition: '"int"' },
  ListSchemaVersions: ofSchema,
  GetSchemaVersionsDiff: {
    ...ofSchema,
    FirstSchemaVersionNumber: { VersionNumber: 1 },
    SecondSchemaVersionNumber: { VersionNumber: 1 },
    SchemaDiffType: 'SYNTAX_DIFF',
  },
  DeleteSchemaVersions: { ...ofSchema, Versions: '2' },
  PutSchemaVersionMetadata: { ...ofVersion, ...pair },
  RemoveSchemaVersionMetadata: { ...ofVersion, ...pair },
  QuerySchemaVersionMetadata: ofVersion,
};
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'glue:*', Resource: '*' }],
});
/** They name no account: the caller's own is meant, and the owner's things are not there. */
const GLUE_OWN: Readonly<Record<string, { input: object; answer: string }>> = {
  CreateDataQualityRuleset: { input: { Name: 'owned', Ruleset: 'Rules = [ RowCount > 0 ]' }, answer: '200' },
  GetDataQualityRuleset: { input: { Name: 'ours' }, answer: 'EntityNotFoundException' },
  ListDataQualityRulesets: { input: {}, answer: '200' },
  UpdateDataQualityRuleset: { input: { Name: 'ours' }, answer: 'EntityNotFoundException' },
  DeleteDataQualityRuleset: { input: { Name: 'ours' }, answer: 'EntityNotFoundException' },
  CreateClassifier: { input: { JsonClassifier: { Name: 'owned', JsonPath: '$.x' } }, answer: '200' },
  GetClassifier: { input: { Name: 'ours' }, answer: 'EntityNotFoundException' },
  GetClassifiers: { input: {}, answer: '200' },
  UpdateClassifier: {
    input: { JsonClassifier: { Name: 'ours', JsonPath: '$' } },
    answer: 'EntityNotFoundException',
  },
  DeleteClassifier: { input: { Name: 'ours' }, answer: 'EntityNotFoundException' },
  CreateSecurityConfiguration: { input: { Name: 'owned', EncryptionConfiguration: {} }, answer: '200' },
  GetSecurityConfiguration: { input: { Name: 'ours' }, answer: 'EntityNotFoundException' },
  GetSecurityConfigurations: { input: {}, answer: '200' },
  DeleteSecurityConfiguration: { input: { Name: 'ours' }, answer: 'EntityNotFoundException' },
  GetResourcePolicy: { input: {}, answer: 'EntityNotFoundException' },
  GetResourcePolicies: { input: {}, answer: '200' },
  DeleteResourcePolicy: { input: {}, answer: 'EntityNotFoundException' },
  PutResourcePolicy: { input: { PolicyInJson: POLICY }, answer: '200' },
  CreateRegistry: { input: { RegistryName: 'hidden' }, answer: '200' },
  ListRegistries: { input: {}, answer: '200' },
  CheckSchemaVersionValidity: { input: { DataFormat: 'AVRO', SchemaDefinition: '"int"' }, answer: '200' },
};
/** It names no account's catalog but the caller's own, and is refused there. */
const NAMELESS = ['CreateCatalog'];

/** IAM names no account: the caller's own is meant, and the owner's names are not there. */
const TRUST = '{"Version":"2012-10-17","Statement":[]}';
const IDENTITY_POLICY =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';
const AWS_POLICY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const OWNERS_USER = `arn:aws:iam::${OWNER}:user/owned`;
const OWNERS_POLICY = `arn:aws:iam::${OWNER}:policy/owned`;

/** The same operations on the policies of users, groups and roles. */
function policyCrossings(kind: 'User' | 'Group' | 'Role', name: string) {
  const holder: Record<string, string> = { [`${kind}Name`]: name };
  const inline = { ...holder, PolicyName: 'p' };
  const attached = { ...holder, PolicyArn: AWS_POLICY };
  const answer = '404 NoSuchEntity';
  return {
    [`Put${kind}Policy`]: { members: { ...inline, PolicyDocument: IDENTITY_POLICY }, answer },
    [`Get${kind}Policy`]: { members: inline, answer },
    [`List${kind}Policies`]: { members: holder, answer },
    [`Delete${kind}Policy`]: { members: inline, answer },
    [`Attach${kind}Policy`]: { members: attached, answer },
    [`Detach${kind}Policy`]: { members: attached, answer },
    [`ListAttached${kind}Policies`]: { members: holder, answer },
  };
}

const IAM: Readonly<Record<string, { members: Record<string, string>; answer: string }>> = {
  CreateUser: { members: { UserName: 'ann' }, answer: '200' },
  GetUser: { members: { UserName: 'owned' }, answer: '404 NoSuchEntity' },
  ListUsers: { members: {}, answer: '200' },
  DeleteUser: { members: { UserName: 'owned' }, answer: '404 NoSuchEntity' },
  CreateAccessKey: { members: { UserName: 'owned' }, answer: '404 NoSuchEntity' },
  ListAccessKeys: { members: { UserName: 'owned' }, answer: '404 NoSuchEntity' },
  UpdateAccessKey: {
    members: { UserName: 'admin', AccessKeyId: '$KEY', Status: 'Inactive' },
    answer: '404 NoSuchEntity',
  },
  DeleteAccessKey: { members: { UserName: 'admin', AccessKeyId: '$KEY' }, answer: '404 NoSuchEntity' },
  CreateRole: { members: { RoleName: 'ours', AssumeRolePolicyDocument: TRUST }, answer: '200' },
  GetRole: { members: { RoleName: 'owned' }, answer: '404 NoSuchEntity' },
  ListRoles: { members: {}, answer: '200' },
  DeleteRole: { members: { RoleName: 'owned' }, answer: '404 NoSuchEntity' },
  CreateGroup: { members: { GroupName: 'ours' }, answer: '200' },
  GetGroup: { members: { GroupName: 'owned' }, answer: '404 NoSuchEntity' },
  ListGroups: { members: {}, answer: '200' },
  DeleteGroup: { members: { GroupName: 'owned' }, answer: '404 NoSuchEntity' },
  AddUserToGroup: { members: { GroupName: 'owned', UserName: 'admin' }, answer: '404 NoSuchEntity' },
  RemoveUserFromGroup: { members: { GroupName: 'owned', UserName: 'owned' }, answer: '404 NoSuchEntity' },
  ...policyCrossings('User', 'owned'),
  ...policyCrossings('Group', 'owned'),
  ...policyCrossings('Role', 'owned'),
  PutUserPermissionsBoundary: {
    members: { UserName: 'owned', PermissionsBoundary: AWS_POLICY },
    answer: '404 NoSuchEntity',
  },
  DeleteUserPermissionsBoundary: { members: { UserName: 'owned' }, answer: '404 NoSuchEntity' },
  PutRolePermissionsBoundary: {
    members: { RoleName: 'owned', PermissionsBoundary: AWS_POLICY },
    answer: '404 NoSuchEntity',
  },
  DeleteRolePermissionsBoundary: { members: { RoleName: 'owned' }, answer: '404 NoSuchEntity' },
  UpdateAssumeRolePolicy: {
    members: { RoleName: 'owned', PolicyDocument: TRUST },
    answer: '404 NoSuchEntity',
  },
  CreatePolicy: { members: { PolicyName: 'ours', PolicyDocument: IDENTITY_POLICY }, answer: '200' },
  ListPolicies: { members: {}, answer: '200' },
  GetPolicy: { members: { PolicyArn: OWNERS_POLICY }, answer: '404 NoSuchEntity' },
  DeletePolicy: { members: { PolicyArn: OWNERS_POLICY }, answer: '404 NoSuchEntity' },
  CreatePolicyVersion: {
    members: { PolicyArn: OWNERS_POLICY, PolicyDocument: IDENTITY_POLICY },
    answer: '404 NoSuchEntity',
  },
  GetPolicyVersion: { members: { PolicyArn: OWNERS_POLICY, VersionId: 'v1' }, answer: '404 NoSuchEntity' },
  ListPolicyVersions: { members: { PolicyArn: OWNERS_POLICY }, answer: '404 NoSuchEntity' },
  DeletePolicyVersion: { members: { PolicyArn: OWNERS_POLICY, VersionId: 'v1' }, answer: '404 NoSuchEntity' },
  SetDefaultPolicyVersion: {
    members: { PolicyArn: OWNERS_POLICY, VersionId: 'v1' },
    answer: '404 NoSuchEntity',
  },
  ListEntitiesForPolicy: { members: { PolicyArn: OWNERS_POLICY }, answer: '404 NoSuchEntity' },
  ListGroupsForUser: { members: { UserName: 'owned' }, answer: '404 NoSuchEntity' },
  SimulateCustomPolicy: {
    members: {
      'PolicyInputList.member.1': IDENTITY_POLICY,
      'ActionNames.member.1': 'glue:GetTable',
    },
    answer: '200',
  },
  SimulatePrincipalPolicy: {
    members: { PolicySourceArn: OWNERS_USER, 'ActionNames.member.1': 'glue:GetTable' },
    answer: '404 NoSuchEntity',
  },
  GetContextKeysForCustomPolicy: { members: { 'PolicyInputList.member.1': IDENTITY_POLICY }, answer: '200' },
  GetContextKeysForPrincipalPolicy: { members: { PolicySourceArn: OWNERS_USER }, answer: '404 NoSuchEntity' },
};

const ref = `{ database: "secret", name: "hidden", catalogId: "${OWNER}" }`;
const schemaName = `registry: "hidden", name: "hidden", catalogId: "${OWNER}"`;
const versionId = `id: "00000000-0000-7000-8000-000000000000", catalogId: "${OWNER}"`;
const filterName = `database: "secret", table: "hidden", name: "hidden", catalogId: "${OWNER}"`;
const tagged = `resource: { catalogId: "${OWNER}", database: "secret", table: "hidden" }, tags: [{ key: "hidden", value: "v2021" }]`;
const byTags = `expression: [{ key: "hidden", values: ["v2021"] }], catalogId: "${OWNER}"`;
const GRAPHQL: Readonly<Record<string, string>> = {
  'Query.lakeFormationOptIns': `{ lakeFormationOptIns(resource: ${ref.replace('name:', 'table:')}) { edges { node { principal } } } }`,
  'Mutation.createLakeFormationOptIn': `mutation { createLakeFormationOptIn(input: { principal: "${STRANGER}", resource: ${ref.replace('name:', 'table:')} }) { principal } }`,
  'Mutation.deleteLakeFormationOptIn': `mutation { deleteLakeFormationOptIn(input: { principal: "${OWNER}:IAMPrincipals", resource: ${ref.replace('name:', 'table:')} }) { principal } }`,
  'Query.lfTag': `{ lfTag(key: "hidden", catalogId: "${OWNER}") { values } }`,
  'Query.lfTags': `{ lfTags(catalogId: "${OWNER}") { edges { node { key } } } }`,
  'Query.lfTagExpression': `{ lfTagExpression(name: "hidden", catalogId: "${OWNER}") { description } }`,
  'Query.lfTagExpressions': `{ lfTagExpressions(catalogId: "${OWNER}") { edges { node { name } } } }`,
  'Query.searchTablesByLfTags': `{ searchTablesByLfTags(${byTags}) { edges { node { name } } } }`,
  'Query.searchDatabasesByLfTags': `{ searchDatabasesByLfTags(${byTags}) { edges { node { name } } } }`,
  'Mutation.createLfTag': `mutation { createLfTag(input: { key: "p", values: ["v"], catalogId: "${OWNER}" }) { lfTag { key } } }`,
  'Mutation.updateLfTag': `mutation { updateLfTag(input: { key: "hidden", valuesToAdd: ["w"], catalogId: "${OWNER}" }) { lfTag { key } } }`,
  'Mutation.deleteLfTag': `mutation { deleteLfTag(input: { key: "hidden", catalogId: "${OWNER}" }) { key } }`,
  'Mutation.createLfTagExpression': `mutation { createLfTagExpression(input: { name: "p", ${byTags} }) { lfTagExpression { name } } }`,
  'Mutation.updateLfTagExpression': `mutation { updateLfTagExpression(input: { name: "hidden", description: "taken", ${byTags} }) { lfTagExpression { name } } }`,
  'Mutation.deleteLfTagExpression': `mutation { deleteLfTagExpression(input: { name: "hidden", catalogId: "${OWNER}" }) { name } }`,
  'Mutation.addLfTagsToResource': `mutation { addLfTagsToResource(input: { ${tagged} }) { failures { code } } }`,
  'Mutation.removeLfTagsFromResource': `mutation { removeLfTagsFromResource(input: { ${tagged} }) { failures { code } } }`,
  'Query.dataCellsFilter': `{ dataCellsFilter(${filterName}) { rowExpression } }`,
  'Query.dataCellsFilters': `{ dataCellsFilters(catalogId: "${OWNER}") { edges { node { name } } } }`,
  'Mutation.createDataCellsFilter': `mutation { createDataCellsFilter(input: { filter: { ${filterName.replace('name: "hidden"', 'name: "p"')} }, exceptColumns: [] }) { dataCellsFilter { name } } }`,
  'Mutation.updateDataCellsFilter': `mutation { updateDataCellsFilter(input: { filter: { ${filterName} }, exceptColumns: [] }) { dataCellsFilter { name } } }`,
  'Mutation.deleteDataCellsFilter': `mutation { deleteDataCellsFilter(input: { ${filterName} }) { name } }`,
  'Query.database': `{ database(name: "secret", catalogId: "${OWNER}") { name } }`,
  'Query.databases': `{ databases(catalogId: "${OWNER}") { edges { node { name } } } }`,
  'Query.table': `{ table(database: "secret", name: "hidden", catalogId: "${OWNER}") { name } }`,
  'Query.explain': `{ explain(input: { permission: SELECT, catalogId: "${OWNER}", database: "secret", table: "hidden" }) { allowed } }`,
  'Query.whoCan': `{ whoCan(input: { permission: SELECT, catalogId: "${OWNER}", database: "secret", table: "hidden" }) { edges { node { principal } } } }`,
  'Query.whatIf': `{ whatIf(input: { changes: [], questions: [{ permission: SELECT, catalogId: "${OWNER}", database: "secret", table: "hidden" }] }) { before { allowed } } }`,
  'Query.permissions': `{ permissions(resource: { catalogId: "${OWNER}", database: "secret", table: "hidden" }) { edges { node { principal } } } }`,
  'Query.effectivePermissionsForPath': `{ effectivePermissionsForPath(resourceArn: "arn:aws:s3:::hidden", catalogId: "${OWNER}") { edges { node { principal } } } }`,
  'Query.dataLakeSettings': `{ dataLakeSettings(catalogId: "${OWNER}") { admins } }`,
  'Mutation.updateDataLakeSettings': `mutation { updateDataLakeSettings(input: { catalogId: "${OWNER}", settings: { admins: ["arn:aws:iam::${STRANGER}:user/admin"] } }) { dataLakeSettings { admins } } }`,
  'Query.exportCatalog': `{ exportCatalog(catalogId: "${OWNER}") { document } }`,
  'Query.planCatalog': `{ planCatalog(input: { catalogId: "${OWNER}", document: { version: 1, databases: {} } }) { base } }`,
  'Mutation.applyCatalog': `mutation { applyCatalog(input: { catalogId: "${OWNER}", document: { version: 1, databases: {} }, base: "x" }) { base } }`,
  'Mutation.createDatabase': `mutation { createDatabase(input: { name: "p", catalogId: "${OWNER}" }) { database { name } } }`,
  'Mutation.updateDatabase': `mutation { updateDatabase(input: { name: "secret", catalogId: "${OWNER}" }) { database { name } } }`,
  'Mutation.deleteDatabase': `mutation { deleteDatabase(input: { name: "secret", catalogId: "${OWNER}" }) { name } }`,
  'Mutation.createTable': `mutation { createTable(input: { table: ${ref}, definition: {} }) { table { name } } }`,
  'Mutation.updateTable': `mutation { updateTable(input: { table: ${ref}, definition: {} }) { table { name } } }`,
  'Mutation.deleteTable': `mutation { deleteTable(input: ${ref}) { name } }`,
  'Mutation.createPartitions': `mutation { createPartitions(input: { table: ${ref}, partitions: [{ values: ["1"] }] }) { failures { code } } }`,
  'Mutation.updatePartitions': `mutation { updatePartitions(input: { table: ${ref}, updates: [{ values: ["2021"], partition: { values: ["1"] } }] }) { failures { code } } }`,
  'Mutation.deletePartitions': `mutation { deletePartitions(input: { table: ${ref}, partitions: [["2021"]] }) { failures { code } } }`,
  'Mutation.createPartitionIndex': `mutation { createPartitionIndex(input: { table: ${ref}, name: "i", keys: ["k"] }) { partitionIndex { name } } }`,
  'Mutation.deletePartitionIndex': `mutation { deletePartitionIndex(input: { table: ${ref}, name: "by_k" }) { name } }`,
  'Query.searchTables': `{ searchTables(text: "hidden", catalogId: "${OWNER}") { edges { node { name } } } }`,
  'Mutation.updateColumnStatistics': `mutation { updateColumnStatistics(input: { table: ${ref}, statistics: [] }) { failures { code } } }`,
  'Mutation.deleteColumnStatistics': `mutation { deleteColumnStatistics(input: { table: ${ref}, columnName: "k" }) { name } }`,
  'Query.function': `{ function(database: "secret", name: "hidden", catalogId: "${OWNER}") { name } }`,
  'Query.functions': `{ functions(catalogId: "${OWNER}") { edges { node { name } } } }`,
  'Mutation.createFunction': `mutation { createFunction(input: { function: { database: "secret", name: "p", catalogId: "${OWNER}" }, definition: {} }) { function { name } } }`,
  'Mutation.updateFunction': `mutation { updateFunction(input: { function: ${ref}, definition: {} }) { function { name } } }`,
  'Mutation.deleteFunction': `mutation { deleteFunction(input: ${ref}) { name } }`,
  'Query.catalog': `{ catalog(id: "${OWNER}") { name } }`,
  'Query.tags': `{ tags(resourceArn: "${secretArn}") }`,
  'Mutation.tagResource': `mutation { tagResource(input: { resourceArn: "${secretArn}", tags: { planted: "1" } }) { tags } }`,
  'Mutation.untagResource': `mutation { untagResource(input: { resourceArn: "${secretArn}", keys: ["mine"] }) { tags } }`,
  'Query.connection': `{ connection(name: "hidden", catalogId: "${OWNER}") { name } }`,
  'Query.connections': `{ connections(catalogId: "${OWNER}") { edges { node { name } } } }`,
  'Mutation.createConnection': `mutation { createConnection(input: { name: "p", catalogId: "${OWNER}", type: "JDBC", properties: {} }) { connection { name } } }`,
  'Mutation.updateConnection': `mutation { updateConnection(input: { name: "hidden", catalogId: "${OWNER}", type: "JDBC", properties: {} }) { connection { name } } }`,
  'Mutation.deleteConnection': `mutation { deleteConnection(input: { name: "hidden", catalogId: "${OWNER}" }) { name } }`,
  'Mutation.testConnection': `mutation { testConnection(input: { name: "hidden", catalogId: "${OWNER}" }) { name } }`,
  'Query.encryptionSettings': `{ encryptionSettings(catalogId: "${OWNER}") { catalogEncryptionMode } }`,
  'Mutation.putEncryptionSettings': `mutation { putEncryptionSettings(input: { catalogId: "${OWNER}" }) { encryptionSettings { sseKmsKeyId } } }`,
  'Query.schemaRegistry': `{ schemaRegistry(name: "hidden", catalogId: "${OWNER}") { name } }`,
  'Query.schemaRegistries': `{ schemaRegistries(catalogId: "${OWNER}") { edges { node { name } } } }`,
  'Query.registrySchema': `{ registrySchema(${schemaName}) { name } }`,
  'Query.registrySchemas': `{ registrySchemas(catalogId: "${OWNER}") { edges { node { name } } } }`,
  'Query.schemaVersion': `{ schemaVersion(${versionId}) { number } }`,
  'Query.checkSchemaDefinition': `{ checkSchemaDefinition(dataFormat: AVRO, definition: "x", catalogId: "${OWNER}") { fault } }`,
  'Mutation.createSchemaRegistry': `mutation { createSchemaRegistry(input: { name: "p", catalogId: "${OWNER}" }) { registry { name } } }`,
  'Mutation.updateSchemaRegistry': `mutation { updateSchemaRegistry(input: { name: "hidden", catalogId: "${OWNER}" }) { registry { name } } }`,
  'Mutation.deleteSchemaRegistry': `mutation { deleteSchemaRegistry(input: { name: "hidden", catalogId: "${OWNER}" }) { name } }`,
  'Mutation.createRegistrySchema': `mutation { createRegistrySchema(input: { ${schemaName}, dataFormat: AVRO, definition: "\\"int\\"" }) { schema { name } } }`,
  'Mutation.updateRegistrySchema': `mutation { updateRegistrySchema(input: { schema: { ${schemaName} }, description: "taken" }) { schema { name } } }`,
  'Mutation.deleteRegistrySchema': `mutation { deleteRegistrySchema(input: { ${schemaName} }) { name } }`,
  'Mutation.registerSchemaVersion': `mutation { registerSchemaVersion(input: { schema: { ${schemaName} }, definition: "\\"long\\"" }) { version { number } } }`,
  'Mutation.deleteSchemaVersions': `mutation { deleteSchemaVersions(input: { schema: { ${schemaName} }, versions: "2" }) { failures { code } } }`,
  'Mutation.putSchemaVersionMetadata': `mutation { putSchemaVersionMetadata(input: { ${versionId}, key: "planted", value: "1" }) { version { number } } }`,
  'Mutation.removeSchemaVersionMetadata': `mutation { removeSchemaVersionMetadata(input: { ${versionId}, key: "planted", value: "1" }) { version { number } } }`,
  'Mutation.createAccount': `mutation { createAccount(input: { id: "777788889999", name: "x" }) { account { id } } }`,
};
/** Of IAM: the owner's names are not there. */
const HOLDER = 'holder: { kind: USER, name: "owned" }';
const ofPolicy = `arn: "${OWNERS_POLICY}"`;
const GRAPHQL_IAM: Readonly<Record<string, { question: string; answer: string }>> = Object.fromEntries(
  [
    ['Query.user', '{ user(name: "owned") { name } }', 'null'],
    ['Query.users', '{ users { edges { node { name arn attachedPolicies { arn } } } } }', 'data'],
    ['Query.group', '{ group(name: "owned") { name } }', 'null'],
    ['Query.groups', '{ groups { edges { node { name members { edges { node { name } } } } } } }', 'data'],
    ['Query.role', '{ role(name: "owned") { trustPolicy } }', 'null'],
    ['Query.roles', '{ roles { edges { node { name trustPolicy } } } }', 'data'],
    ['Query.policy', `{ policy(${ofPolicy}) { name } }`, 'null'],
    [
      'Query.policies',
      '{ policies(first: 20) { edges { node { arn holders { edges { node { name } } } versions { document } } } } }',
      'data',
    ],
    ...(
      [
        ['updateTrustPolicy', `role: "owned", document: ${JSON.stringify(TRUST)}`, 'role'],
        [
          'putInlinePolicy',
          `${HOLDER}, name: "p", document: ${JSON.stringify(IDENTITY_POLICY)}`,
          'inlinePolicy { name }',
        ],
        ['deleteInlinePolicy', `${HOLDER}, name: "p"`, 'name'],
        ['attachPolicy', `${HOLDER}, policyArn: "${AWS_POLICY}"`, 'policyArn'],
        ['detachPolicy', `${HOLDER}, policyArn: "${AWS_POLICY}"`, 'policyArn'],
        ['putPermissionsBoundary', `${HOLDER}, policyArn: "${AWS_POLICY}"`, 'policyArn'],
        ['deletePermissionsBoundary', 'kind: ROLE, name: "owned"', 'name'],
        ['deletePolicy', ofPolicy, 'arn'],
        [
          'createPolicyVersion',
          `${ofPolicy}, document: ${JSON.stringify(IDENTITY_POLICY)}`,
          'policyVersion { versionId }',
        ],
        ['deletePolicyVersion', `${ofPolicy}, versionId: "v1"`, 'arn'],
        ['setDefaultPolicyVersion', `${ofPolicy}, versionId: "v1"`, 'arn'],
      ] as const
    ).map(([field, input, shown]) => [
      `Mutation.${field}`,
      `mutation { ${field}(input: { ${input} }) { ${shown} } }`,
      'EntityNotFoundException',
    ]),
    [
      'Mutation.createPolicy',
      `mutation { createPolicy(input: { name: "theirs", document: ${JSON.stringify(IDENTITY_POLICY)} }) { policy { arn } } }`,
      'data',
    ],
  ].map(([field = '', question = '', answer = '']) => [field, { question, answer }]),
);
/** They name no account either; what a stranger gets, as `field: null | data | code`. */
const GRAPHQL_OWN: Readonly<Record<string, { question: string; answer: string }>> = {
  ...GRAPHQL_IAM,
  'Query.dataLocation': { question: `{ dataLocation(arn: "${LOCATION}") { roleArn } }`, answer: 'null' },
  'Query.dataLocations': { question: '{ dataLocations { edges { node { arn } } } }', answer: 'data' },
  'Mutation.registerDataLocation': {
    question: `mutation { registerDataLocation(input: { arn: "${LOCATION}", useServiceLinkedRole: true }) { dataLocation { roleArn } } }`,
    answer: 'data',
  },
  'Mutation.updateDataLocation': {
    question: `mutation { updateDataLocation(input: { arn: "${LOCATION}", roleArn: "arn:aws:iam::${STRANGER}:role/none" }) { dataLocation { arn } } }`,
    answer: 'InvalidInputException',
  },
  'Mutation.deregisterDataLocation': {
    question: 'mutation { deregisterDataLocation(input: { arn: "arn:aws:s3:::secret/2" }) { arn } }',
    answer: 'EntityNotFoundException',
  },
  'Query.dataQualityRuleset': { question: '{ dataQualityRuleset(name: "ours") { name } }', answer: 'null' },
  'Query.dataQualityRulesets': {
    question: '{ dataQualityRulesets { edges { node { name } } } }',
    answer: 'data',
  },
  'Mutation.createDataQualityRuleset': {
    question:
      'mutation { createDataQualityRuleset(input: { name: "theirs", ruleset: "Rules = [ RowCount > 0 ]" }) { dataQualityRuleset { name } } }',
    answer: 'data',
  },
  'Mutation.updateDataQualityRuleset': {
    question:
      'mutation { updateDataQualityRuleset(input: { name: "ours" }) { dataQualityRuleset { name } } }',
    answer: 'EntityNotFoundException',
  },
  'Mutation.deleteDataQualityRuleset': {
    question: 'mutation { deleteDataQualityRuleset(input: { name: "ours" }) { name } }',
    answer: 'EntityNotFoundException',
  },
  'Query.classifier': { question: '{ classifier(name: "ours") { name } }', answer: 'null' },
  'Query.classifiers': { question: '{ classifiers { edges { node { name } } } }', answer: 'data' },
  'Mutation.createClassifier': {
    question:
      'mutation { createClassifier(input: { name: "theirs", json: { path: "$" } }) { classifier { name } } }',
    answer: 'data',
  },
  'Mutation.updateClassifier': {
    question:
      'mutation { updateClassifier(input: { name: "ours", json: { path: "$" } }) { classifier { name } } }',
    answer: 'EntityNotFoundException',
  },
  'Mutation.deleteClassifier': {
    question: 'mutation { deleteClassifier(input: { name: "ours" }) { name } }',
    answer: 'EntityNotFoundException',
  },
  'Query.securityConfiguration': {
    question: '{ securityConfiguration(name: "ours") { name } }',
    answer: 'null',
  },
  'Query.securityConfigurations': {
    question: '{ securityConfigurations { edges { node { name } } } }',
    answer: 'data',
  },
  'Mutation.createSecurityConfiguration': {
    question:
      'mutation { createSecurityConfiguration(input: { name: "theirs" }) { securityConfiguration { name } } }',
    answer: 'data',
  },
  'Mutation.deleteSecurityConfiguration': {
    question: 'mutation { deleteSecurityConfiguration(input: { name: "ours" }) { name } }',
    answer: 'EntityNotFoundException',
  },
  'Mutation.grantPermissions': {
    question: `mutation { grantPermissions(input: { entries: [{ principal: "${STRANGER}", permissions: [SELECT], resource: { catalogId: "${OWNER}", database: "secret", table: "hidden" } }] }) { failures { code } } }`,
    answer: 'data',
  },
  'Mutation.revokePermissions': {
    question: `mutation { revokePermissions(input: { entries: [{ principal: "${STRANGER}", permissions: [SELECT], resource: { catalogId: "${OWNER}", database: "secret", table: "hidden" } }] }) { failures { code } } }`,
    answer: 'data',
  },
  'Query.auditEvents': { question: '{ auditEvents { edges { node { kind } } } }', answer: 'data' },
  'Query.auditChain': { question: '{ auditChain { accountId } }', answer: 'data' },
  'Query.webhooks': { question: '{ webhooks { edges { node { url } } } }', answer: 'data' },
  'Mutation.createWebhook': {
    question:
      'mutation { createWebhook(input: { url: "https://example.com/", database: "none" }) { webhook { url } } }',
    answer: 'data',
  },
  'Mutation.deleteWebhook': {
    question: 'mutation { deleteWebhook(input: { id: "$WEBHOOK" }) { id } }',
    answer: 'EntityNotFoundException',
  },
  'Mutation.reviveWebhook': {
    question: 'mutation { reviveWebhook(input: { id: "$WEBHOOK" }) { webhook { url } } }',
    answer: 'EntityNotFoundException',
  },
  'Query.resourcePolicy': { question: '{ resourcePolicy { policy } }', answer: 'data' },
  'Mutation.putResourcePolicy': {
    question: `mutation { putResourcePolicy(input: { policy: ${JSON.stringify(POLICY)} }) { resourcePolicy { hash } } }`,
    answer: 'data',
  },
  'Mutation.deleteResourcePolicy': {
    question: 'mutation { deleteResourcePolicy(input: {}) { catalogId } }',
    answer: 'data',
  },
};
/** They name nobody's things: who the caller is, and how he becomes one. */
const PERSONAL = ['Query.viewer', 'Mutation.login'];

describe.each(DATABASES)('two accounts on %s', (databaseName) => {
  let lake: Lake;
  let token: string;
  let stranger: { accessKeyId: string; secretAccessKey: string };
  let strangersToken: string;
  let ownersWebhook: string;

  /** All that the owner has, as he sees it. */
  /** As it was when last looked at: each test begins where the one before it has ended. */
  let world = '';
  const staysAsItWas = async (): Promise<void> => {
    const before = world;
    world = await ownersWorld();
    expect(world).toBe(before);
  };
  const ownersWorld = async (): Promise<string> =>
    JSON.stringify([
      await lake.ok('GetDatabases'),
      await lake.ok('GetTables', { DatabaseName: 'secret' }),
      await lake.ok('GetTableVersions', table),
      await lake.ok('GetPartitions', table),
      await lake.ok('GetPartitionIndexes', table),
      await lake.ok('GetColumnStatisticsForTable', { ...table, ColumnNames: ['k'] }),
      await lake.ok('GetColumnStatisticsForPartition', { ...table, ...values, ColumnNames: ['k'] }),
      await lake.ok('GetUserDefinedFunctions', { Pattern: '*' }),
      await lake.ok('GetTags', { ResourceArn: secretArn }),
      await lake.ok('ListDataQualityRulesets'),
      await lake.ok('GetConnections'),
      await lake.ok('GetClassifiers'),
      await lake.ok('GetSecurityConfigurations'),
      await lake.ok('GetDataCatalogEncryptionSettings'),
      await lake.ok('GetResourcePolicies'),
      (await graphql(lake, '{ webhooks { edges { node { id url state } } } }', {}, token)).data,
      await lake.ok('ListRegistries'),
      await lake.ok('ListSchemas'),
      await lake.ok('ListSchemaVersions', ofSchema),
      (await lakeFormation(lake, 'ListDataCellsFilter', {})).body,
      (await lakeFormation(lake, 'ListResources', {})).body,
      (await lakeFormation(lake, 'ListLFTags', {})).body,
      (await lakeFormation(lake, 'ListLakeFormationOptIns', {})).body,
      (await lakeFormation(lake, 'ListLFTagExpressions', {})).body,
      (
        await lakeFormation(lake, 'GetResourceLFTags', {
          Resource: { Table: { ...database, Name: 'hidden' } },
        })
      ).body,
      await lake.ok('QuerySchemaVersionMetadata', ofVersion),
      ...(await Promise.all(
        [
          ['ListUsers', {}],
          ['ListRoles', {}],
          ['ListGroups', {}],
          ['GetGroup', { GroupName: 'owned' }],
          ['ListAccessKeys', { UserName: 'admin' }],
          ['ListUserPolicies', { UserName: 'owned' }],
          ['ListAttachedUserPolicies', { UserName: 'owned' }],
          ['ListPolicies', { Scope: 'Local' }],
          ['ListPolicyVersions', { PolicyArn: OWNERS_POLICY }],
        ].map(async ([action, members]) =>
          (await query(lake, 'iam', action as string, members as Record<string, string>)).xml.replace(
            /<RequestId>.*?<\/RequestId>/,
            '',
          ),
        ),
      )),
    ]);

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
    const made = await graphql(
      lake,
      'mutation ($i: CreateAccountInput!) { createAccount(input: $i) { accessKey { accessKeyId secretAccessKey } } }',
      { i: { id: STRANGER, name: 'stranger' } },
      token,
    );
    stranger = (made.data?.['createAccount'] as { accessKey: typeof stranger }).accessKey;
    const sts = await query({ ...lake, ...stranger }, 'sts', 'GetWebIdentityToken', {
      'Audience.member.1': 'lakewarden',
    });
    strangersToken = sts.texts('WebIdentityToken')[0] ?? '';
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'secret' }, Tags: { mine: '2021' } });
    await lake.ok('CreateRegistry', { RegistryName: 'hidden', Description: '2021' });
    await lake.ok('CreateSchema', {
      ...ofRegistry,
      SchemaName: 'hidden',
      DataFormat: 'AVRO',
      Description: '2021',
      SchemaDefinition: '"int"',
    });
    await lake.ok('CreateUserDefinedFunction', {
      DatabaseName: 'secret',
      FunctionInput: { FunctionName: 'hidden', ClassName: '2021' },
    });
    await lake.ok('CreateTable', { DatabaseName: 'secret', ...tableInput });
    await lake.ok('UpdateTable', { DatabaseName: 'secret', ...tableInput });
    await lake.ok('CreatePartition', { ...table, PartitionInput: { Values: ['2021'] } });
    await lake.ok('UpdateColumnStatisticsForTable', { ...table, ColumnStatisticsList: [statisticsOfK] });
    await lake.ok('UpdateColumnStatisticsForPartition', {
      ...table,
      ...values,
      ColumnStatisticsList: [statisticsOfK],
    });
    await lake.ok('CreatePartitionIndex', { ...table, ...index });
    for (;;) {
      const { PartitionIndexDescriptorList: list } = await lake.ok('GetPartitionIndexes', table);
      if ((list as { IndexStatus: string }[]).every(({ IndexStatus }) => IndexStatus === 'ACTIVE')) break;
      await new Promise(setImmediate);
    }
    const lfTag = { TagKey: 'hidden', TagValues: ['v2021'] };
    const TableData = {
      TableCatalogId: OWNER,
      DatabaseName: 'secret',
      TableName: 'hidden',
      Name: 'hidden',
      RowFilter: { FilterExpression: "k = '2021'" },
      ColumnWildcard: {},
    };
    for (const [operation, input] of [
      ['CreateDataCellsFilter', { TableData }],
      ['CreateLFTag', lfTag],
      [
        'CreateLakeFormationOptIn',
        {
          Principal: { DataLakePrincipalIdentifier: `${OWNER}:IAMPrincipals` },
          Resource: { Table: { ...database, Name: 'hidden' } },
        },
      ],
      ['CreateLFTagExpression', { Name: 'hidden', Description: '2021', Expression: [lfTag] }],
      ['AddLFTagsToResource', { Resource: { Table: { ...database, Name: 'hidden' } }, LFTags: [lfTag] }],
      ['RegisterResource', { ResourceArn: LOCATION, UseServiceLinkedRole: true }],
      ['RegisterResource', { ResourceArn: 'arn:aws:s3:::secret/2', UseServiceLinkedRole: true }],
    ] as const) {
      expect((await lakeFormation(lake, operation, input)).status).toBe(200);
    }
    await lake.ok('CreateConnection', {
      ConnectionInput: {
        Name: 'hidden',
        ConnectionType: 'JDBC',
        ConnectionProperties: { USERNAME: 'u2021', PASSWORD: 'p2021' },
      },
    });
    const hook = await graphql(
      lake,
      'mutation { createWebhook(input: { url: "https://example.com/2021", database: "none" }) { webhook { id } } }',
      {},
      token,
    );
    ownersWebhook = (hook.data?.['createWebhook'] as { webhook: { id: string } }).webhook.id;
    await lake.ok('CreateDataQualityRuleset', { Name: 'ours', Ruleset: 'Rules = [ RowCount > 2021 ]' });
    await lake.ok('CreateClassifier', { JsonClassifier: { Name: 'ours', JsonPath: '$.of_2021' } });
    await lake.ok('CreateSecurityConfiguration', { Name: 'ours', EncryptionConfiguration: {} });
    await lake.ok('PutResourcePolicy', { PolicyInJson: POLICY.replace('glue:*', 'glue:Get2021') });
    for (const [action, members] of [
      ['CreateUser', { UserName: 'owned' }],
      ['CreateGroup', { GroupName: 'owned' }],
      ['CreateRole', { RoleName: 'owned', AssumeRolePolicyDocument: TRUST }],
      ['CreatePolicy', { PolicyName: 'owned', PolicyDocument: IDENTITY_POLICY }],
      ['AddUserToGroup', { GroupName: 'owned', UserName: 'owned' }],
    ] as const) {
      expect((await query(lake, 'iam', action, members)).status).toBe(200);
    }
    world = await ownersWorld();
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('has a crossing for every operation of every door', async () => {
    const keys = new MasterKeys(new Secret(Buffer.alloc(32)));
    expect([...Object.keys(GLUE), ...Object.keys(GLUE_OWN), ...NAMELESS].sort()).toEqual(
      Object.keys(glueOperations({ keys, probe: () => Promise.resolve(undefined) })).sort(),
    );
    expect(Object.keys(IAM).sort()).toEqual(Object.keys(iamOperations(keys)).sort());
    const schema = buildSchema(await (await fetch(`${lake.url}/graphql/schema.graphql`)).text());
    const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name ?? ''}.${field}`),
    );
    expect([...Object.keys(GRAPHQL), ...Object.keys(GRAPHQL_OWN), ...PERSONAL].sort()).toEqual(fields.sort());
  });

  it.each(Object.entries(GLUE))(
    "given the owner's catalog, a stranger's %s is refused",
    async (operation, input) => {
      const answer = await lake.glue(operation, input, { caller: stranger });
      expect(answer.body['__type']).toBe('AccessDeniedException');
      const requestId = answer.headers['x-amzn-requestid'];
      expect(await auditEvents(lake, strangersToken, { requestId })).toMatchObject([
        // DeleteTableVersion is a batch of one.
        {
          action: expect.stringMatching(`^glue:(Batch)?${operation}$`) as string,
          allowed: false,
          kind: 'DENIED',
        },
      ]);
      expect(await auditEvents(lake, token, { requestId })).toEqual([]);
      // The same words for what is there and what is not.
      const nowhere = JSON.parse(JSON.stringify(input).replaceAll('hidden', 'absent')) as object;
      const other = await lake.glue(operation, nowhere, { caller: stranger });
      expect(JSON.stringify(other.body).replaceAll('absent', 'hidden')).toBe(JSON.stringify(answer.body));
      await staysAsItWas();
    },
  );

  it.each(Object.entries(GLUE))(
    "given no catalog, a stranger's %s shows nothing of the owner",
    async (operation, input) => {
      const { CatalogId: _owner, ...rest } = input as { CatalogId: string };
      // An ARN names its account itself: the stranger's own, then.
      const own = JSON.parse(JSON.stringify(rest).replaceAll(OWNER, STRANGER)) as object;
      const answer = await lake.glue(operation, own, { caller: stranger });
      expect(spoken(answer.body)).not.toMatch(/111122223333|2021/);
      await staysAsItWas();
    },
  );

  it.each(Object.entries(GLUE_OWN))(
    "a stranger's %s reaches only his own account",
    async (operation, { input, answer }) => {
      const { status, body } = await lake.glue(operation, input, { caller: stranger });
      expect(status === 200 ? '200' : body['__type']).toBe(answer);
      expect(spoken(body)).not.toMatch(/111122223333|2021|"ours"/);
      await staysAsItWas();
    },
  );

  it.each(Object.entries(GRAPHQL_OWN))(
    "a stranger's %s reaches only his own account",
    async (_field, { question, answer }) => {
      const asked = question.replace('$WEBHOOK', ownersWebhook);
      const { data, errors } = await graphql(lake, asked, {}, strangersToken);
      const [value] = Object.values(data ?? {});
      expect(errors?.[0]?.extensions.code ?? (value === null ? 'null' : 'data')).toBe(answer);
      expect(spoken(data)).not.toMatch(/111122223333|2021|"ours"/);
      await staysAsItWas();
    },
  );

  it.each(Object.entries(IAM))(
    "a stranger's %s reaches only his own account",
    async (action, { members, answer }) => {
      const mine = JSON.parse(JSON.stringify(members).replace('$KEY', lake.accessKeyId)) as Record<
        string,
        string
      >;
      const answered = await query({ ...lake, ...stranger }, 'iam', action, mine);
      expect([String(answered.status), ...answered.texts('Code')].join(' ')).toBe(answer);
      // Whatever operation it is: what is written to IAM leaves an event, and a refusal too.
      const isWrite = !/^(Get|List|Simulate)/.test(action) && answered.status === 200;
      if (isWrite || answer.includes('AccessDenied')) {
        const requestId = answered.texts('RequestId')[0];
        const [event] = await auditEvents(lake, strangersToken, { requestId });
        expect(event).toMatchObject({ action: `iam:${action}`, kind: isWrite ? 'WRITTEN' : 'DENIED' });
      }
      // What he wrote himself comes back in a refusal.
      expect(answered.xml.replaceAll(OWNERS_POLICY, '')).not.toContain(OWNER);
      expect(answered.texts('UserName')).not.toContain('owned');
      await staysAsItWas();
    },
  );

  it.each(Object.entries(GRAPHQL))("a stranger's %s is refused", async (_field, question) => {
    const { data, errors } = await graphql(lake, question, {}, strangersToken);
    const requestId = (errors?.[0]?.extensions as { requestId?: string } | undefined)?.requestId;
    expect(await auditEvents(lake, strangersToken, { requestId })).toMatchObject([{ kind: 'DENIED' }]);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['AccessDeniedException']);
    expect(Object.values(data ?? {}).filter((value) => value !== null)).toEqual([]);
    await staysAsItWas();
  });

  it("given the owner's page token, refuses the stranger who holds it", async () => {
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'second' } });
    const { NextToken: mine } = await lake.ok('GetDatabases', { MaxResults: 1 });
    const { body } = await lake.glue(
      'GetDatabases',
      { MaxResults: 1, NextToken: mine },
      { caller: stranger },
    );
    expect(body['__type']).toBe('InvalidInputException');
    await lake.ok('DeleteDatabase', { Name: 'second' });
  });
});
