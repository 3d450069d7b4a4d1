import type { Answer as HttpAnswer } from '../support/glue.ts';
import type { Lake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { iam, type KeyPair, newUser } from '../support/principals.ts';
import { query } from '../support/query.ts';
import { arnOf, locationArn, rowExpressionOf } from './in-process.ts';
import {
  ACCOUNT,
  type Answer,
  type Granting,
  GROUPS,
  type Listener,
  type On,
  ROLE,
  type Step,
  USERS,
} from './story.ts';

const principal = (name: string) => ({ DataLakePrincipalIdentifier: arnOf(name) });
const toColumns = (names: readonly string[]) => names.map((Name) => ({ Name, Type: 'string' }));

const toConditions = (expression: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(expression).map(([TagKey, TagValues]) => ({ TagKey, TagValues }));

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
const list = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.map(record) : [];
const namesIn = (value: unknown): string[] => list(value).map(({ Name }) => String(Name));

/** As stories name what somebody is opted in on. */
function optedOn({ Resource }: Readonly<Record<string, unknown>>): string {
  const { Database, Table } = record(Resource);
  const { Name: database } = record(Database);
  if (typeof database === 'string') return `database ${database}`;
  const { DatabaseName, Name, TableWildcard } = record(Table);
  if (TableWildcard !== undefined) return `tables of ${String(DatabaseName)}`;
  return Table === undefined ? 'catalog' : `table ${String(DatabaseName)}.${String(Name)}`;
}

/** The principals of the stories, each with a key. */
export async function newPrincipals(lake: Lake): Promise<ReadonlyMap<string, KeyPair>> {
  const keys = new Map<string, KeyPair>([['admin', lake]]);
  for (const name of USERS) {
    keys.set(name, await newUser(lake, name, name === 'ned' ? [] : ['LakewardenDataAccess']));
  }
  for (const GroupName of GROUPS) await iam(lake, 'CreateGroup', { GroupName });
  await iam(lake, 'CreateRole', {
    RoleName: ROLE,
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: arnOf('ann') }, Action: ['sts:AssumeRole', 'sts:TagSession'] },
      ],
    }),
  });
  const PolicyArn = 'arn:aws:iam::aws:policy/LakewardenDataAccess';
  await iam(lake, 'AttachRolePolicy', { RoleName: ROLE, PolicyArn });
  const assumed = await query({ ...lake, ...keys.get('ann') }, 'sts', 'AssumeRole', {
    RoleArn: arnOf(`role/${ROLE}`),
    RoleSessionName: 'work',
    'Tags.member.1.Key': 'team',
    'Tags.member.1.Value': 'blue',
  });
  const [accessKeyId = '', secretAccessKey = '', sessionToken = ''] = [
    'AccessKeyId',
    'SecretAccessKey',
    'SessionToken',
  ].map((element) => assumed.texts(element)[0]);
  return keys.set(`session/${ROLE}`, { accessKeyId, secretAccessKey, sessionToken });
}

/** A story told over HTTP, by the doors alone. */
export class HttpStory implements Listener {
  readonly #lake: Lake;
  readonly #keys: ReadonlyMap<string, KeyPair>;

  constructor(lake: Lake, keys: ReadonlyMap<string, KeyPair>) {
    this.#lake = lake;
    this.#keys = keys;
  }

  async run(step: Step): Promise<Answer> {
    if (step.op === 'Join' || step.op === 'Leave') {
      const action = step.op === 'Join' ? 'AddUserToGroup' : 'RemoveUserFromGroup';
      await iam(this.#lake, action, { GroupName: step.group, UserName: step.user });
      return { code: 'OK' };
    }
    if (step.op === 'Decide') throw new Error('no door asks for a bare decision');
    if (step.op === 'Pass') throw new Error('no time goes by over HTTP');
    const { status, body } = await this.#send(step);
    if (status !== 200) return { code: String(body['__type']) };
    if (step.op === 'BatchGrant' || step.op === 'BatchRevoke') {
      const codes = new Map(
        list(body['Failures']).map(({ RequestEntry, Error: error }) => [
          record(RequestEntry)['Id'],
          String(record(error)['ErrorCode']),
        ]),
      );
      return { code: 'OK', codes: step.entries.map((_, i) => codes.get(String(i)) ?? 'OK') };
    }
    // One tag is told of: what could not be done of it is the answer.
    const [failure] = list(body['Failures']);
    if (failure !== undefined) return { code: String(record(failure['Error'])['ErrorCode']) };
    return { code: 'OK', ...this.#read(step, body) };
  }

  #signer(as: string): KeyPair {
    const found = this.#keys.get(as);
    if (found === undefined) throw new Error(`${as} has no key`);
    return found;
  }

  #at(path: string) {
    const [DatabaseName, Name] = path.split('.');
    return { DatabaseName, Name };
  }

  #partitionsAt(path: string) {
    const { DatabaseName, Name } = this.#at(path);
    return { DatabaseName, TableName: Name };
  }

  #filterAt({ filter, of }: { readonly filter: string; readonly of: string }) {
    const { DatabaseName, Name: TableName } = this.#at(of);
    return { TableCatalogId: ACCOUNT, DatabaseName, TableName, Name: filter };
  }

  #resource(on: On): object {
    if ('catalog' in on) return { Catalog: {} };
    if ('database' in on) return { Database: { Name: on.database } };
    if ('tablesOf' in on) return { Table: { DatabaseName: on.tablesOf, TableWildcard: {} } };
    if ('table' in on) return { Table: this.#at(on.table) };
    if ('location' in on) return { DataLocation: { ResourceArn: locationArn(on.location) } };
    if ('filter' in on) return { DataCellsFilter: this.#filterAt(on) };
    if ('tag' in on) return { LFTag: { TagKey: on.tag, TagValues: on.values } };
    if ('expression' in on) return { LFTagExpression: { Name: on.expression } };
    if ('tablesTagged' in on || 'databasesTagged' in on) {
      const said = 'tablesTagged' in on ? on.tablesTagged : on.databasesTagged;
      const ResourceType = 'tablesTagged' in on ? 'TABLE' : 'DATABASE';
      const what = typeof said === 'string' ? { ExpressionName: said } : { Expression: toConditions(said) };
      return { LFTagPolicy: { ResourceType, ...what } };
    }
    if ('columns' in on) return { TableWithColumns: { ...this.#at(on.of), ColumnNames: on.columns } };
    const ColumnWildcard = on.allColumnsBut.length === 0 ? {} : { ExcludedColumnNames: on.allColumnsBut };
    return { TableWithColumns: { ...this.#at(on.of), ColumnWildcard } };
  }

  #entry(step: Omit<Granting, 'op' | 'as' | 'to'>, to: string): object {
    if (step.since !== undefined || step.until !== undefined)
      throw new Error('no AWS operation takes a time');
    return {
      Principal: principal(to),
      Resource: this.#resource(step.on),
      Permissions: step.permissions,
      PermissionsWithGrantOption: step.option,
      ...(step.when !== undefined && { Condition: { Expression: step.when } }),
    };
  }

  #send(step: Exclude<Step, { op: 'Join' | 'Leave' | 'Decide' | 'Pass' }>): Promise<HttpAnswer> {
    const caller = this.#signer(step.as);
    const glue = (input: object, operation: string = step.op) =>
      this.#lake.glue(operation, input, { caller });
    const lake = (operation: string, input: object) =>
      lakeFormation({ url: this.#lake.url, ...caller }, operation, input);
    switch (step.op) {
      case 'Grant':
        return lake('GrantPermissions', this.#entry(step, step.to));
      case 'Revoke':
        return lake('RevokePermissions', this.#entry(step, step.from));
      case 'BatchGrant':
        return lake('BatchGrantPermissions', {
          Entries: step.entries.map((each, i) => ({ Id: String(i), ...this.#entry(each, each.to) })),
        });
      case 'BatchRevoke':
        return lake('BatchRevokePermissions', {
          Entries: step.entries.map((each, i) => ({ Id: String(i), ...this.#entry(each, each.from) })),
        });
      case 'Settings': {
        const open = step.isOpen
          ? [{ Principal: principal('IAM_ALLOWED_PRINCIPALS'), Permissions: ['ALL'] }]
          : [];
        return lake('PutDataLakeSettings', {
          DataLakeSettings: {
            DataLakeAdmins: step.admins.map(principal),
            ReadOnlyAdmins: step.readOnlyAdmins.map(principal),
            CreateDatabaseDefaultPermissions: open,
            CreateTableDefaultPermissions: open,
          },
        });
      }
      case 'Register':
        return lake('RegisterResource', {
          ResourceArn: locationArn(step.location),
          UseServiceLinkedRole: true,
          HybridAccessEnabled: step.hybrid,
        });
      case 'ChangeRegistration':
        return lake('UpdateResource', {
          ResourceArn: locationArn(step.location),
          RoleArn: arnOf(`role/${ROLE}`),
          HybridAccessEnabled: step.hybrid,
        });
      case 'OptIn':
      case 'OptOut':
        return lake(`${step.op === 'OptIn' ? 'Create' : 'Delete'}LakeFormationOptIn`, {
          Principal: principal(step.who),
          Resource: this.#resource(step.on),
          ...(step.when !== undefined && { Condition: { Expression: step.when } }),
        });
      case 'ListOptIns':
        return lake('ListLakeFormationOptIns', { Principal: principal(step.who) });
      case 'Deregister':
        return lake('DeregisterResource', { ResourceArn: locationArn(step.location) });
      case 'MakeTag':
        return lake('CreateLFTag', { TagKey: step.key, TagValues: step.values });
      case 'ChangeTag':
        return lake('UpdateLFTag', {
          TagKey: step.key,
          ...(step.add.length > 0 && { TagValuesToAdd: step.add }),
          ...(step.drop.length > 0 && { TagValuesToDelete: step.drop }),
        });
      case 'DropTag':
        return lake('DeleteLFTag', { TagKey: step.key });
      case 'GetTag':
        return lake('GetLFTag', { TagKey: step.key });
      case 'Assign':
      case 'Unassign':
        return lake(step.op === 'Assign' ? 'AddLFTagsToResource' : 'RemoveLFTagsFromResource', {
          Resource: this.#resource(step.on),
          LFTags: [{ TagKey: step.key, TagValues: [step.value] }],
        });
      case 'SaveExpression':
      case 'ChangeExpression':
        return lake(step.op === 'SaveExpression' ? 'CreateLFTagExpression' : 'UpdateLFTagExpression', {
          Name: step.name,
          Expression: toConditions(step.expression),
        });
      case 'DropExpression':
        return lake('DeleteLFTagExpression', { Name: step.name });
      case 'GetExpression':
        return lake('GetLFTagExpression', { Name: step.name });
      case 'ListExpressions':
        return lake('ListLFTagExpressions', {});
      case 'CreateDatabase':
        return glue({
          DatabaseInput: { Name: step.database, Description: 'told', LocationUri: step.location },
        });
      case 'RenameDatabase':
        return glue(
          {
            Name: step.database,
            DatabaseInput: { Name: step.to, Description: 'told', LocationUri: step.location },
          },
          'UpdateDatabase',
        );
      case 'GetDatabase':
      case 'DeleteDatabase':
        return glue({ Name: step.database });
      case 'GetDatabases':
        return glue({});
      case 'GetTables':
        return glue({ DatabaseName: step.database });
      case 'CreateTable':
      case 'UpdateTable': {
        const { DatabaseName, Name } = this.#at(step.table);
        const StorageDescriptor = { Columns: toColumns(step.columns), Location: step.location };
        return glue({
          DatabaseName,
          TableInput: { Name, StorageDescriptor, PartitionKeys: toColumns(step.keys) },
        });
      }
      case 'CreateFilter':
      case 'UpdateFilter': {
        const { op, rows, columns, isExclude } = step;
        const RowFilter =
          rows === 'all' ? { AllRowsWildcard: {} } : { FilterExpression: rowExpressionOf(rows) };
        const listed = isExclude
          ? { ColumnWildcard: { ExcludedColumnNames: columns } }
          : { ColumnNames: columns };
        return lake(op === 'CreateFilter' ? 'CreateDataCellsFilter' : 'UpdateDataCellsFilter', {
          TableData: { ...this.#filterAt(step), RowFilter, ...listed },
        });
      }
      case 'GetFilter':
        return lake('GetDataCellsFilter', this.#filterAt(step));
      case 'DeleteFilter':
        return lake('DeleteDataCellsFilter', this.#filterAt(step));
      case 'ListFilters':
        return lake('ListDataCellsFilter', { Table: this.#at(step.of) });
      case 'GetTable':
      case 'DeleteTable':
        return glue(this.#at(step.table));
      case 'GetPartitions':
        return glue(this.#partitionsAt(step.table));
      case 'CreatePartition':
        return glue({
          ...this.#partitionsAt(step.table),
          PartitionInput: { Values: [step.value], StorageDescriptor: { Location: step.location } },
        });
      case 'UpdatePartition':
        return glue({
          ...this.#partitionsAt(step.table),
          PartitionValueList: [step.value],
          PartitionInput: { Values: [step.value], StorageDescriptor: { Location: step.location } },
        });
      case 'DeletePartition':
        return glue({ ...this.#partitionsAt(step.table), PartitionValues: [step.value] });
    }
  }

  #read(step: Step, body: Readonly<Record<string, unknown>>): Partial<Answer> {
    if (step.op === 'GetDatabase') return { isWhole: record(body['Database'])['Description'] === 'told' };
    if (step.op === 'GetDatabases') return { names: namesIn(body['DatabaseList']) };
    if (step.op === 'GetTables') return { names: namesIn(body['TableList']) };
    if (step.op === 'GetPartitions')
      return { names: list(body['Partitions']).map(({ Values }) => String(Values)) };
    if (step.op === 'ListOptIns')
      return { names: list(body['LakeFormationOptInsInfoList']).map(optedOn).sort() };
    if (step.op === 'ListExpressions') return { names: namesIn(body['LFTagExpressions']).sort() };
    if (step.op === 'ListFilters') return { names: namesIn(body['DataCellsFilters']).sort() };
    if (step.op === 'GetFilter') {
      const { ColumnNames, ColumnWildcard } = record(body['DataCellsFilter']);
      const names = ColumnNames ?? record(ColumnWildcard)['ExcludedColumnNames'];
      return { columns: (Array.isArray(names) ? names.map(String) : []).sort() };
    }
    if (step.op === 'GetTag') return { names: body['TagValues'] as string[] }; // read by one who may
    if (step.op !== 'GetTable') return {};
    const { StorageDescriptor, PartitionKeys } = record(body['Table']);
    return { columns: [...namesIn(record(StorageDescriptor)['Columns']), ...namesIn(PartitionKeys)].sort() };
  }
}

/** What a story leaves behind: its databases with their grants, settings, memberships, grants on the catalog. */
export async function endStory(lake: Lake): Promise<void> {
  const admin = arnOf('admin');
  const settings = { DataLakeSettings: { DataLakeAdmins: [{ DataLakePrincipalIdentifier: admin }] } };
  const put = await lakeFormation(lake, 'PutDataLakeSettings', settings);
  if (put.status !== 200) throw new Error(JSON.stringify(put.body));
  for (const Name of namesIn((await lake.ok('GetDatabases'))['DatabaseList'])) {
    await lake.ok('DeleteDatabase', { Name });
  }
  const places = await lakeFormation(lake, 'ListResources');
  for (const { ResourceArn } of list(places.body['ResourceInfoList'])) {
    await lakeFormation(lake, 'DeregisterResource', { ResourceArn });
  }
  const onPlaces = await lakeFormation(lake, 'ListPermissions', { ResourceType: 'DATA_LOCATION' });
  for (const held of list(onPlaces.body['PrincipalResourcePermissions'])) {
    const { Principal, Resource, Permissions, Condition } = held;
    await lakeFormation(lake, 'RevokePermissions', { Principal, Resource, Permissions, Condition });
  }
  const optIns = await lakeFormation(lake, 'ListLakeFormationOptIns');
  for (const { Principal, Resource, Condition } of list(optIns.body['LakeFormationOptInsInfoList'])) {
    await lakeFormation(lake, 'DeleteLakeFormationOptIn', { Principal, Resource, Condition });
  }
  // With the grants on them, the expressions that name them, and what is granted through these.
  for (const { TagKey } of list((await lakeFormation(lake, 'ListLFTags')).body['LFTags'])) {
    await lakeFormation(lake, 'DeleteLFTag', { TagKey });
  }
  const held = await lakeFormation(lake, 'ListPermissions', { ResourceType: 'CATALOG' });
  for (const { Principal, Permissions, Condition } of list(held.body['PrincipalResourcePermissions'])) {
    const Resource = { Catalog: { Id: ACCOUNT } };
    await lakeFormation(lake, 'RevokePermissions', { Principal, Resource, Permissions, Condition });
  }
  for (const GroupName of GROUPS) {
    for (const UserName of await iam(lake, 'GetGroup', { GroupName }, 'UserName')) {
      await iam(lake, 'RemoveUserFromGroup', { GroupName, UserName });
    }
  }
}
