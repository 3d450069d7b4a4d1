import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { type KeyPair, newUser } from '../support/principals.ts';
import { query } from '../support/query.ts';

const userArn = (name: string) => `arn:aws:iam::111122223333:user/${name}`;
const FIELDS = `admins readOnlyAdmins createDatabaseDefaultPermissions { principal permissions }
  createTableDefaultPermissions { principal permissions } parameters trustedResourceOwners allowExternalDataFiltering
  allowFullTableExternalDataAccess externalDataFilteringAllowList authorizedSessionTagValueList`;
const ALL = {
  admins: [userArn('admin'), userArn('ann')],
  readOnlyAdmins: [userArn('bob')],
  createDatabaseDefaultPermissions: [{ principal: 'IAM_ALLOWED_PRINCIPALS', permissions: ['ALL'] }],
  createTableDefaultPermissions: [{ principal: userArn('ann'), permissions: ['SELECT', 'DESCRIBE'] }],
  parameters: { CROSS_ACCOUNT_VERSION: '4' },
  trustedResourceOwners: ['444455556666'],
  allowExternalDataFiltering: true,
  allowFullTableExternalDataAccess: true,
  externalDataFilteringAllowList: ['444455556666'],
  authorizedSessionTagValueList: ['Amazon EMR'],
};

describe.each(DATABASES)('data lake settings in GraphQL on %s', (databaseName) => {
  let lake: Lake;
  let token: string;
  let ann: KeyPair;

  const ask = async (question: string, variables: object = {}, bearer = token): Promise<unknown> => {
    const { data, errors } = await graphql(lake, question, variables, bearer);
    if (errors !== undefined) return errors[0]?.extensions.code;
    return Object.values(data ?? {})[0];
  };
  const settings = (bearer = token) => ask(`{ dataLakeSettings { ${FIELDS} } }`, {}, bearer);
  const update = (changes: object, bearer = token) =>
    ask(
      `mutation ($i: UpdateDataLakeSettingsInput!) { updateDataLakeSettings(input: $i) { dataLakeSettings { ${FIELDS} } } }`,
      { i: { settings: changes } },
      bearer,
    );
  const tokenOf = async (caller: KeyPair) =>
    (
      await query({ url: lake.url, ...caller }, 'sts', 'GetWebIdentityToken', {
        'Audience.member.1': 'lakewarden',
      })
    ).texts('WebIdentityToken')[0] ?? '';
  const sees = async (caller: KeyPair) =>
    (await lake.glue('GetDatabase', { Name: 'sales' }, { caller })).status === 200;

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
    ann = await newUser(lake, 'ann');
    await newUser(lake, 'bob');
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'sales' } });
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('shows those of a new account, changes what is given and leaves the rest, as Lake Formation tells it', async () => {
    const fresh = await settings();
    expect(fresh).toMatchObject({ admins: [userArn('admin')], readOnlyAdmins: [], parameters: {} });
    expect(await sees(ann)).toBe(false);
    const readOnly = { readOnlyAdmins: [userArn('ann')] };
    expect(await update(readOnly)).toEqual({ dataLakeSettings: { ...(fresh as object), ...readOnly } });
    expect(await sees(ann)).toBe(true);
    expect(await update({ readOnlyAdmins: [], admins: null })).toEqual({ dataLakeSettings: fresh });
    expect(await sees(ann)).toBe(false);
    expect(await update(ALL)).toEqual({ dataLakeSettings: ALL });
    expect(await settings()).toEqual(ALL);
    const { body } = await lakeFormation(lake, 'GetDataLakeSettings');
    expect(body).toEqual({
      DataLakeSettings: {
        DataLakeAdmins: ALL.admins.map((DataLakePrincipalIdentifier) => ({ DataLakePrincipalIdentifier })),
        ReadOnlyAdmins: [{ DataLakePrincipalIdentifier: userArn('bob') }],
        CreateDatabaseDefaultPermissions: [
          { Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' }, Permissions: ['ALL'] },
        ],
        CreateTableDefaultPermissions: [
          { Principal: { DataLakePrincipalIdentifier: userArn('ann') }, Permissions: ['SELECT', 'DESCRIBE'] },
        ],
        Parameters: ALL.parameters,
        TrustedResourceOwners: ALL.trustedResourceOwners,
        AllowExternalDataFiltering: true,
        AllowFullTableExternalDataAccess: true,
        ExternalDataFilteringAllowList: [{ DataLakePrincipalIdentifier: '444455556666' }],
        AuthorizedSessionTagValueList: ALL.authorizedSessionTagValueList,
      },
    });
  });

  it('given many who change each another setting at once, loses none', async () => {
    await update({ ...ALL, readOnlyAdmins: [] });
    const each = Object.entries({
      readOnlyAdmins: [userArn('bob')],
      parameters: { mark: '1' },
      trustedResourceOwners: ['777788889999'],
      authorizedSessionTagValueList: ['one'],
      allowExternalDataFiltering: false,
      externalDataFilteringAllowList: ['777788889999'],
    });
    await Promise.all(each.map(([name, value]) => update({ [name]: value })));
    expect(await settings()).toEqual({ ...ALL, ...Object.fromEntries(each) });
  });

  it('is refused to others, and refuses what cannot be', async () => {
    await update({ ...ALL, admins: [userArn('admin')], readOnlyAdmins: [] });
    const before = await settings();
    expect(await update({ admins: [userArn('ann')] }, await tokenOf(ann))).toBe('AccessDeniedException');
    const nobody = await tokenOf(await newUser(lake, 'nobody', []));
    expect(await settings(nobody)).toBe('AccessDeniedException');
    const many = Array.from({ length: 31 }, (_, i) => userArn(`u${String(i)}`));
    for (const changes of [
      { admins: many },
      { admins: [''] },
      { parameters: { '': 'x' } },
      { parameters: { x: 1 } },
      { createTableDefaultPermissions: [{ principal: userArn('ann'), permissions: ['FLY'] }] },
    ]) {
      expect(await update(changes)).toBe('ValidationException');
    }
    expect(await settings()).toEqual(before);
  });
});
