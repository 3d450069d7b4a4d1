import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { lakeFormationOperations } from '../../apps/server/src/doors/aws/lakeformation/lakeformation.operations.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { spoken } from '../support/spoken.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { type KeyPair, newUser } from '../support/principals.ts';

/*
 * Inside one account: what is there, and hidden from the caller, is answered for as what is not there. Whatever is hidden
 * has zz in its name; there is nothing with qq in its name.
 */
const ACCOUNT = '111122223333';
const principal = (name: string) => ({ DataLakePrincipalIdentifier: `arn:aws:iam::${ACCOUNT}:user/${name}` });
const Principal = principal('sibling');
const ofTable = { TableCatalogId: ACCOUNT, DatabaseName: 'zzbase', TableName: 'zztable' };
const filter = { ...ofTable, Name: 'zzfilter' };
const TableData = { ...filter, RowFilter: { AllRowsWildcard: {} }, ColumnNames: ['id'] };
const pair = { TagKey: 'zzkey', TagValues: ['zzvalue'] };
const Resource = { Table: { DatabaseName: 'zzbase', Name: 'zztable' } };
const ResourceArn = 'arn:aws:s3:::zzplace/a';
const RoleArn = `arn:aws:iam::${ACCOUNT}:role/reads`;

const RESOURCES = [
  { TableWithColumns: { ...Resource.Table, ColumnNames: ['zzcolumn'] } },
  { Database: { Name: 'zzbase' } },
  { Table: { DatabaseName: 'zzbase', TableWildcard: {} } },
  Resource,
  { TableWithColumns: { ...Resource.Table, ColumnNames: ['id'] } },
  { TableWithColumns: { ...Resource.Table, ColumnWildcard: { ExcludedColumnNames: ['id'] } } },
  { DataCellsFilter: filter },
  { DataLocation: { ResourceArn } },
  { LFTag: pair },
  { LFTagPolicy: { ResourceType: 'TABLE', Expression: [pair] } },
  { LFTagPolicy: { ResourceType: 'TABLE', ExpressionName: 'zzexpression' } },
];
const permissionsOn = (resource: object): string[] => {
  if ('DataLocation' in resource) return ['DATA_LOCATION_ACCESS'];
  return 'Database' in resource || 'LFTag' in resource ? ['DESCRIBE'] : ['SELECT'];
};
const granting = RESOURCES.map((each) => ({ Principal, Resource: each, Permissions: permissionsOn(each) }));
const batch = [{ Entries: granting.map((each, index) => ({ Id: String(index), ...each })) }];
const onResources = RESOURCES.map((each) => ({ Resource: each }));
const tagged = onResources.map((each) => ({ ...each, LFTags: [pair] }));
const optIns = onResources.map((each) => ({ ...each, Principal }));

/** Questions in which hidden things are named. An operation without a line, here or below, fails the test. */
const NAMING: Readonly<Record<string, readonly object[]>> = {
  GrantPermissions: granting,
  RevokePermissions: granting,
  BatchGrantPermissions: batch,
  BatchRevokePermissions: batch,
  ListPermissions: onResources,
  GetEffectivePermissionsForPath: [{ ResourceArn }],
  CreateDataCellsFilter: [{ TableData }],
  UpdateDataCellsFilter: [{ TableData }],
  GetDataCellsFilter: [filter],
  DeleteDataCellsFilter: [filter],
  ListDataCellsFilter: [{ Table: Resource.Table }],
  UpdateLFTag: [{ TagKey: 'zzkey', TagValuesToAdd: ['more'] }],
  GetLFTag: [{ TagKey: 'zzkey' }],
  DeleteLFTag: [{ TagKey: 'zzkey' }],
  AddLFTagsToResource: tagged,
  RemoveLFTagsFromResource: tagged,
  GetResourceLFTags: onResources,
  SearchDatabasesByLFTags: [{ Expression: [pair] }],
  SearchTablesByLFTags: [{ Expression: [pair] }],
  UpdateLFTagExpression: [{ Name: 'zzexpression', Expression: [pair] }],
  GetLFTagExpression: [{ Name: 'zzexpression' }],
  DeleteLFTagExpression: [{ Name: 'zzexpression' }],
  CreateLakeFormationOptIn: optIns,
  DeleteLakeFormationOptIn: optIns,
  ListLakeFormationOptIns: onResources,
  RegisterResource: [{ ResourceArn, UseServiceLinkedRole: true }],
  DescribeResource: [{ ResourceArn }],
  UpdateResource: [{ ResourceArn, RoleArn }],
  DeregisterResource: [{ ResourceArn }],
};

/** Whom policies let in, and what is hidden from each: who holds nothing; something on another table; one column. */
const OF_TAGS = ['key', 'value', 'expression', 'place'];
const HIDDEN: Readonly<Record<string, readonly string[]>> = {
  nobody: ['base', 'table', 'filter', ...OF_TAGS],
  sibling: ['table', 'filter', ...OF_TAGS],
  part: ['column', 'filter', 'key', 'value', 'expression'],
};

/** They name what is to be made, or nothing. */
const NAMELESS: Readonly<Record<string, object>> = {
  GetDataLakeSettings: {},
  PutDataLakeSettings: { DataLakeSettings: {} },
  GetDataLakePrincipal: {},
  ListLFTags: {},
  ListLFTagExpressions: {},
  ListResources: {},
  CreateLFTag: { TagKey: 'zzkey', TagValues: ['zzvalue'] },
  CreateLFTagExpression: { Name: 'zzexpression', Expression: [pair] },
};

describe.each(DATABASES)('names that Lake Formation is asked for, on %s', (databaseName) => {
  let lake: Lake;
  const callers = new Map<string, KeyPair>();

  const lf = (operation: string, input: object, caller: KeyPair = lake) =>
    lakeFormation({ url: lake.url, ...caller }, operation, input);

  beforeAll(async () => {
    lake = await startLake(databaseName);
    for (const name of Object.keys(HIDDEN))
      callers.set(name, await newUser(lake, name, ['LakewardenDataAccess']));
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'zzbase' } });
    for (const Name of ['zztable', 'seen']) {
      const Location = Name === 'seen' ? 's3://elsewhere/' : 's3://zzplace/a/b';
      const StorageDescriptor = {
        Columns: ['id', 'zzcolumn'].map((column) => ({ Name: column, Type: 'string' })),
        Location,
      };
      await lake.ok('CreateTable', { DatabaseName: 'zzbase', TableInput: { Name, StorageDescriptor } });
    }
    const seen = { Table: { DatabaseName: 'zzbase', Name: 'seen' } };
    for (const [operation, input] of [
      ['RegisterResource', { ResourceArn, UseServiceLinkedRole: true }],
      ['CreateDataCellsFilter', { TableData }],
      ['CreateLFTag', pair],
      ['AddLFTagsToResource', { Resource, LFTags: [pair] }],
      ['CreateLFTagExpression', { Name: 'zzexpression', Expression: [pair] }],
      ['CreateLakeFormationOptIn', { Principal: principal('admin'), Resource }],
      [
        'GrantPermissions',
        {
          Principal: principal('part'),
          Resource: { TableWithColumns: { ...Resource.Table, ColumnNames: ['id'] } },
          Permissions: ['SELECT'],
        },
      ],
      [
        'GrantPermissions',
        {
          Principal,
          Resource: seen,
          Permissions: ['SELECT', 'DESCRIBE'],
          PermissionsWithGrantOption: ['SELECT'],
        },
      ],
    ] as const) {
      const { status, body } = await lf(operation, input);
      expect([status, body['Failures'] ?? []]).toEqual([200, []]);
    }
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('has a line for every operation', () => {
    expect([...Object.keys(NAMING), ...Object.keys(NAMELESS)].sort()).toEqual(
      Object.keys(lakeFormationOperations).sort(),
    );
  });

  it.each(Object.entries(NAMING))(
    '%s answers for what is hidden as for what is not there',
    async (operation, inputs) => {
      for (const [name, caller] of callers) {
        const told = async (input: object) => {
          const { status, body } = await lf(operation, input, caller);
          return { name, status, words: JSON.stringify(body).replaceAll('qq', 'zz') };
        };
        for (const input of inputs) {
          const there = await told(input);
          for (const hidden of HIDDEN[name] ?? []) {
            const asked = JSON.stringify(input);
            const elsewhere = asked.replaceAll(`zz${hidden}`, `qq${hidden}`);
            if (elsewhere === asked) continue;
            expect(await told(JSON.parse(elsewhere) as object)).toEqual(there);
          }
        }
      }
    },
  );

  it.each(Object.entries(NAMELESS))('%s shows no hidden name', async (operation, input) => {
    for (const caller of callers.values()) {
      const { body } = await lf(operation, input, caller);
      expect(spoken(body)).not.toContain('zz');
    }
  });
});
