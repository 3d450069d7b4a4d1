import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { lakeFormationOperations } from '../../apps/server/src/doors/aws/lakeformation/lakeformation.operations.ts';
import { auditEvents } from '../support/audit.ts';
import { login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { iam, type KeyPair, newUser } from '../support/principals.ts';

const ACCOUNT = '111122223333';
const arnOf = (user: string): string => `arn:aws:iam::${ACCOUNT}:user/${user}`;
const ann = { DataLakePrincipalIdentifier: arnOf('ann') };
const table = { DatabaseName: 'sales', Name: 'orders' };
const Resource = { Table: table };
const select = { Principal: ann, Resource, Permissions: ['SELECT'] };
const filter = { TableCatalogId: ACCOUNT, DatabaseName: 'sales', TableName: 'orders', Name: 'few' };
const TableData = { ...filter, RowFilter: { AllRowsWildcard: {} }, ColumnNames: ['id'] };
const pair = { TagKey: 'class', TagValues: ['x'] };
const ResourceArn = 'arn:aws:s3:::lake/sales';

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lakeformation.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
});

/** READ, WRITTEN: allowed. `each item`: a batch, whose refused items have an event beside its own. */
type Outcome = 'READ' | 'WRITTEN' | 'DENIED' | 'each item' | 'nothing';

interface Line {
  readonly input: object;
  /** An administrator's. */
  readonly done: Outcome;
  /** Of somebody whom every policy lets through and who holds no grant; absent where policies alone decide. */
  readonly ungranted: Outcome | undefined;
  /** Of somebody without a policy. */
  readonly nobody: Outcome;
}
const line = (done: Outcome, input: object, ungranted: Outcome | undefined = 'DENIED'): Line => ({
  input,
  done,
  ungranted,
  nobody: ungranted === 'each item' ? 'each item' : 'DENIED',
});
const reads = (input: object, ungranted?: Outcome) => line('READ', input, ungranted);
const writes = (input: object, ungranted?: Outcome) => line('WRITTEN', input, ungranted);
const byPolicyAlone = (each: Line): Line => ({ ...each, ungranted: undefined });

/** Every operation once, in an order in which an administrator's all succeed. One without a line fails the test. */
const LINES: Readonly<Record<string, Line>> = {
  // Who asks is told who he is; nothing is decided.
  GetDataLakePrincipal: { input: {}, done: 'nothing', ungranted: 'nothing', nobody: 'nothing' },
  GetDataLakeSettings: reads({}, 'READ'),
  PutDataLakeSettings: byPolicyAlone(
    writes({ DataLakeSettings: { DataLakeAdmins: [{ DataLakePrincipalIdentifier: arnOf('admin') }] } }),
  ),
  GrantPermissions: writes(select),
  ListPermissions: reads({ Resource }, 'READ'),
  RevokePermissions: writes(select),
  BatchGrantPermissions: writes({ Entries: [{ Id: '1', ...select }] }, 'each item'),
  BatchRevokePermissions: writes({ Entries: [{ Id: '1', ...select }] }, 'each item'),
  CreateDataCellsFilter: writes({ TableData }),
  GetDataCellsFilter: reads(filter),
  UpdateDataCellsFilter: writes({ TableData: { ...TableData, ColumnNames: ['note'] } }),
  ListDataCellsFilter: reads({ Table: table }),
  DeleteDataCellsFilter: writes(filter),
  RegisterResource: byPolicyAlone(writes({ ResourceArn, UseServiceLinkedRole: true })),
  DescribeResource: reads({ ResourceArn }, 'READ'),
  UpdateResource: byPolicyAlone(writes({ ResourceArn, RoleArn: `arn:aws:iam::${ACCOUNT}:role/reads` })),
  GetEffectivePermissionsForPath: reads({ ResourceArn }, 'READ'),
  ListResources: reads({}, 'READ'),
  DeregisterResource: byPolicyAlone(writes({ ResourceArn })),
  CreateLakeFormationOptIn: writes({ Principal: ann, Resource }),
  ListLakeFormationOptIns: reads({}),
  DeleteLakeFormationOptIn: writes({ Principal: ann, Resource }),
  CreateLFTag: writes({ TagKey: 'class', TagValues: ['x'] }),
  GetLFTag: reads({ TagKey: 'class' }),
  UpdateLFTag: writes({ TagKey: 'class', TagValuesToAdd: ['y'] }),
  ListLFTags: reads({}, 'READ'),
  AddLFTagsToResource: writes({ Resource, LFTags: [pair] }),
  GetResourceLFTags: reads({ Resource }),
  SearchDatabasesByLFTags: reads({ Expression: [pair] }),
  SearchTablesByLFTags: reads({ Expression: [pair] }),
  RemoveLFTagsFromResource: writes({ Resource, LFTags: [pair] }),
  CreateLFTagExpression: writes({ Name: 'saved', Expression: [pair] }),
  GetLFTagExpression: reads({ Name: 'saved' }),
  UpdateLFTagExpression: writes({ Name: 'saved', Expression: [pair] }),
  ListLFTagExpressions: reads({}, 'READ'),
  DeleteLFTagExpression: writes({ Name: 'saved' }),
  DeleteLFTag: writes({ TagKey: 'class' }),
};

describe.each(DATABASES)('the audit trail of Lake Formation on %s', (databaseName) => {
  let lake: Lake;
  let token: string;
  let ungranted: KeyPair;
  let nobody: KeyPair;

  /** Calls, and looks at all that the call has left in the trail. */
  async function leaves(operation: string, input: object, who: string, key: KeyPair, outcome: Outcome) {
    const { status, headers, body } = await lakeFormation({ url: lake.url, ...key }, operation, input);
    const requestId = headers['x-amzn-requestid'];
    expect(requestId).toMatch(/./);
    const events = await auditEvents(lake, token, { requestId });
    const event = {
      action: `lakeformation:${operation}`,
      principal: arnOf(who),
      resource: expect.stringMatching(/./) as string,
      requestId,
      sourceIp: '127.0.0.1',
      count: 1,
    };
    const isDenied = outcome === 'DENIED';
    expect([status === 200 ? 'OK' : body['__type'], outcome]).toEqual([
      isDenied ? 'AccessDeniedException' : 'OK',
      outcome,
    ]);
    const denied = { ...event, kind: 'DENIED', allowed: false };
    if (outcome === 'nothing') expect(events).toEqual([]);
    else if (outcome === 'each item') {
      expect(body['Failures']).toMatchObject([{ Error: { ErrorCode: 'AccessDeniedException' } }]);
      const refused = [{ item: '1' }];
      expect(events).toMatchObject([
        { ...denied, refused },
        { ...event, kind: 'WRITTEN', changes: [], refused },
      ]);
    } else expect(events).toMatchObject([isDenied ? denied : { ...event, kind: outcome, allowed: true }]);
    // Who was given what, or would have been.
    if (outcome === 'WRITTEN') expect(events[0]?.details).toEqual(expect.any(Object));
  }

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
    nobody = await newUser(lake, 'nobody', []);
    ungranted = await newUser(lake, 'ungranted', ['AdministratorAccess']);
    await newUser(lake, 'ann');
    await iam(lake, 'CreateRole', { RoleName: 'reads', AssumeRolePolicyDocument: TRUST });
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'sales' } });
    const Columns = ['id', 'note'].map((Name) => ({ Name, Type: 'string' }));
    await lake.ok('CreateTable', {
      DatabaseName: 'sales',
      TableInput: { Name: 'orders', StorageDescriptor: { Columns } },
    });
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('has a line for every operation', () => {
    expect(Object.keys(LINES).sort()).toEqual(Object.keys(lakeFormationOperations).sort());
  });

  it.each(Object.entries(LINES))(
    '%s leaves one event of who did what, and one when it is refused',
    async (operation, { input, done, ungranted: without, nobody: refused }) => {
      await leaves(operation, input, 'nobody', nobody, refused);
      if (without !== undefined) await leaves(operation, input, 'ungranted', ungranted, without);
      await leaves(operation, input, 'admin', lake, done);
    },
  );
});
