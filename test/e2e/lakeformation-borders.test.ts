import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { lakeFormationOperations } from '../../apps/server/src/doors/aws/lakeformation/lakeformation.operations.ts';
import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { spoken } from '../support/spoken.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import type { KeyPair } from '../support/principals.ts';

const OWNER = '111122223333';
const CatalogId = OWNER;
const Principal = { DataLakePrincipalIdentifier: `arn:aws:iam::${OWNER}:user/admin` };
const ofTable = { TableCatalogId: OWNER, DatabaseName: 'secret', TableName: 'hidden' };
const filter = { ...ofTable, Name: 'hidden' };
const TableData = { ...filter, RowFilter: { AllRowsWildcard: {} }, ColumnNames: ['value'] };
const Resource = { Table: { CatalogId, DatabaseName: 'secret', Name: 'hidden' } };
const grant = { Principal, Resource, Permissions: ['SELECT'] };

const tag = { CatalogId, TagKey: 'hidden' };
const pair = { TagKey: 'hidden', TagValues: ['v'] };

/** How a stranger would ask about the owner's things. An operation without a line, here or below, fails the test. */
const CROSSED: Readonly<Record<string, object>> = {
  GetDataLakeSettings: { CatalogId },
  PutDataLakeSettings: { CatalogId, DataLakeSettings: { DataLakeAdmins: [Principal] } },
  GrantPermissions: grant,
  RevokePermissions: grant,
  ListPermissions: { CatalogId },
  GetEffectivePermissionsForPath: { CatalogId, ResourceArn: 'arn:aws:s3:::secret/hidden' },
  CreateDataCellsFilter: { TableData: { ...TableData, Name: 'planted' } },
  UpdateDataCellsFilter: { TableData: { ...TableData, ColumnNames: ['other'] } },
  GetDataCellsFilter: filter,
  DeleteDataCellsFilter: filter,
  ListDataCellsFilter: { Table: Resource.Table },
  CreateLFTag: { CatalogId, TagKey: 'planted', TagValues: ['v'] },
  UpdateLFTag: { ...tag, TagValuesToAdd: ['planted'] },
  GetLFTag: tag,
  DeleteLFTag: tag,
  ListLFTags: { CatalogId },
  AddLFTagsToResource: { CatalogId, Resource, LFTags: [pair] },
  RemoveLFTagsFromResource: { CatalogId, Resource, LFTags: [pair] },
  GetResourceLFTags: { CatalogId, Resource },
  SearchDatabasesByLFTags: { CatalogId, Expression: [pair] },
  SearchTablesByLFTags: { CatalogId, Expression: [pair] },
  CreateLFTagExpression: { CatalogId, Name: 'planted', Expression: [pair] },
  UpdateLFTagExpression: { CatalogId, Name: 'hidden', Expression: [pair] },
  GetLFTagExpression: { CatalogId, Name: 'hidden' },
  DeleteLFTagExpression: { CatalogId, Name: 'hidden' },
  ListLFTagExpressions: { CatalogId },
  CreateLakeFormationOptIn: { Principal, Resource },
  DeleteLakeFormationOptIn: { Principal, Resource },
  ListLakeFormationOptIns: { Resource },
};

/** What is refused entry by entry. */
const BATCHES: Readonly<Record<string, object>> = {
  BatchGrantPermissions: { Entries: [{ Id: '1', ...grant }] },
  BatchRevokePermissions: { Entries: [{ Id: '1', ...grant }] },
};

const ResourceArn = 'arn:aws:s3:::secret/hidden';
const RoleArn = 'arn:aws:iam::444455556666:role/reads';

/** Of the caller's own account: there is no other to name. With what a stranger hears of the owner's things. */
const OWN: Readonly<Record<string, { readonly input: object; readonly code: string }>> = {
  GetDataLakePrincipal: { input: {}, code: 'OK' },
  RegisterResource: { input: { ResourceArn, UseServiceLinkedRole: true }, code: 'OK' },
  DescribeResource: { input: { ResourceArn }, code: 'EntityNotFoundException' },
  // The role is looked for first, in his own account too.
  UpdateResource: { input: { ResourceArn, RoleArn }, code: 'InvalidInputException' },
  DeregisterResource: { input: { ResourceArn }, code: 'EntityNotFoundException' },
  ListResources: { input: {}, code: 'OK' },
};

describe.each(DATABASES)('Lake Formation between accounts on %s', (databaseName) => {
  let lake: Lake;
  let stranger: KeyPair;

  const lf = (operation: string, input: object, caller: KeyPair = lake) =>
    lakeFormation({ url: lake.url, ...caller }, operation, input);
  /** All that a stranger could have changed. */
  const ownersWorld = async (): Promise<string> =>
    JSON.stringify([
      (await lf('GetDataLakeSettings', {})).body,
      (await lf('ListPermissions', {})).body,
      (await lf('ListDataCellsFilter', {})).body,
      (await lf('ListResources', {})).body,
      (await lf('ListLakeFormationOptIns', {})).body,
      (await lf('ListLFTags', {})).body,
      (await lf('ListLFTagExpressions', {})).body,
      (await lf('GetResourceLFTags', { Resource })).body,
    ]);

  beforeAll(async () => {
    lake = await startLake(databaseName);
    const { data } = await graphql(
      lake,
      'mutation { createAccount(input: { id: "444455556666", name: "other" }) { accessKey { accessKeyId secretAccessKey } } }',
      {},
      await login(lake),
    );
    stranger = (data?.['createAccount'] as { accessKey: KeyPair }).accessKey;
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'secret' } });
    const Columns = ['value', 'other'].map((Name) => ({ Name, Type: 'string' }));
    await lake.ok('CreateTable', {
      DatabaseName: 'secret',
      TableInput: { Name: 'hidden', StorageDescriptor: { Columns } },
    });
    for (const [operation, input] of [
      ['CreateDataCellsFilter', { TableData }],
      ['RegisterResource', { ResourceArn, UseServiceLinkedRole: true }],
      ['CreateLakeFormationOptIn', { Principal, Resource }],
      ['CreateLFTag', { TagKey: 'hidden', TagValues: ['v'] }],
      ['AddLFTagsToResource', { Resource, LFTags: [pair] }],
      ['CreateLFTagExpression', { Name: 'hidden', Expression: [pair] }],
    ] as const) {
      expect((await lf(operation, input)).status).toBe(200);
    }
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('has a line for every operation', () => {
    expect([...Object.keys(CROSSED), ...Object.keys(BATCHES), ...Object.keys(OWN)].sort()).toEqual(
      Object.keys(lakeFormationOperations).sort(),
    );
  });

  it.each(Object.entries(CROSSED))(
    "given the owner's catalog, a stranger's %s is refused",
    async (operation, input) => {
      const before = await ownersWorld();
      const { body } = await lf(operation, input, stranger);
      expect(body['__type']).toBe('AccessDeniedException');
      // The same words for what is there and what is not.
      const nowhere = JSON.parse(JSON.stringify(input).replaceAll('hidden', 'absent')) as object;
      const other = await lf(operation, nowhere, stranger);
      expect(JSON.stringify(other.body).replaceAll('absent', 'hidden')).toBe(JSON.stringify(body));
      expect(await ownersWorld()).toBe(before);
    },
  );

  it.each(Object.entries(BATCHES))(
    "given the owner's catalog, a stranger's %s does nothing",
    async (operation, input) => {
      const before = await ownersWorld();
      const { body } = await lf(operation, input, stranger);
      expect(body['Failures']).toMatchObject([{ Error: { ErrorCode: 'AccessDeniedException' } }]);
      expect(await ownersWorld()).toBe(before);
    },
  );

  it.each(Object.entries({ ...CROSSED, ...BATCHES }))(
    "given no catalog, a stranger's %s shows nothing of the owner",
    async (operation, input) => {
      const own = JSON.parse(
        JSON.stringify(input, (name, value: unknown) =>
          /CatalogId$/.test(name) ? undefined : value,
        ).replaceAll(OWNER, '444455556666'),
      ) as object;
      const before = await ownersWorld();
      const { body } = await lf(operation, own, stranger);
      expect(spoken(body)).not.toContain(OWNER);
      expect(await ownersWorld()).toBe(before);
    },
  );

  it.each(Object.entries(OWN))(
    "a stranger's %s reaches only his own account",
    async (operation, { input, code }) => {
      const { body: before } = await lf('ListResources', {}, stranger);
      for (const { ResourceArn: arn } of (before['ResourceInfoList'] ?? []) as { ResourceArn: string }[]) {
        expect((await lf('DeregisterResource', { ResourceArn: arn }, stranger)).status).toBe(200);
      }
      const world = await ownersWorld();
      const { status, body } = await lf(operation, input, stranger);
      expect(status === 200 ? 'OK' : body['__type']).toBe(code);
      expect(spoken(body)).not.toContain(OWNER);
      expect(await ownersWorld()).toBe(world);
    },
  );
});
