import { defineRead, LakewardenError } from '@lakewarden/kernel';
import {
  type GrantResource,
  type ListedType,
  type ListPermissions,
  listPermissions,
} from '@lakewarden/permissions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  expectRefused,
  granting,
  onAllColumnsBut,
  onAllTables,
  onCatalog,
  onColumns,
  onDatabase,
  onFilter,
  onTable,
} from '../../../../test/permissions/granting.ts';
import { arnOf, callerOf, InProcessLake, InProcessStory } from '../../../../test/permissions/in-process.ts';
import { ACCOUNT, step, type WrittenStep } from '../../../../test/permissions/story.ts';
import { placeOfArn } from '../location/location-path.ts';

const MANY = 100;
/** A column may be called that. */
const ODD = 's3://lake/a';
const place: GrantResource = {
  kind: 'DataLocation',
  catalogId: ACCOUNT,
  location: placeOfArn('arn:aws:s3:::lake/a'),
};
const tag = (...values: string[]): GrantResource => ({
  kind: 'LFTag',
  catalogId: ACCOUNT,
  key: 'env',
  values,
});
const tagged = (of: 'DATABASE' | 'TABLE', said: string, ...values: string[]): GrantResource => ({
  kind: 'LFTagPolicy',
  catalogId: ACCOUNT,
  of,
  expression: said === 'saved' ? { name: said } : [{ key: said, values }],
});
const saved = (name = 'saved'): GrantResource => ({ kind: 'LFTagExpression', catalogId: ACCOUNT, name });

/** What ann holds, in the order and the form in which it is listed. */
const HELD: readonly object[] = [
  { type: 'CATALOG', columns: [], permissions: ['CREATE_DATABASE'] },
  { type: 'COLUMNS', database: 'sales', table: 'orders', columns: ['id', ODD], permissions: ['SELECT'] },
  { type: 'COLUMNS_EXCEPT', database: 'sales', table: 'orders', columns: [], permissions: ['SELECT'] },
  { type: 'DATABASE', database: 'sales', columns: [], permissions: ['ALTER', 'DROP'] },
  { type: 'DATA_LOCATION', columns: ['arn:aws:s3:::lake/a'], permissions: ['DATA_LOCATION_ACCESS'] },
  { type: 'FILTER', database: 'sales', table: 'orders', filter: 'few', columns: [], permissions: ['SELECT'] },
  { type: 'LF_TAG', columns: ['x', 'y'], tags: { key: 'env' }, permissions: ['DESCRIBE'] },
  { type: 'LF_TAG_EXPRESSION', tags: { expressionName: 'saved' }, permissions: ['ALTER'] },
  { type: 'LF_TAG_POLICY_DATABASE', tags: { expressionName: 'saved' }, permissions: ['DROP'] },
  {
    type: 'LF_TAG_POLICY_TABLE',
    tags: { expression: [{ key: 'env', values: ['y'] }], expressionName: undefined },
    permissions: ['INSERT'],
  },
  { type: 'TABLE', database: 'sales', table: 'orders', columns: [], permissions: ['INSERT'] },
  { type: 'TABLE_WILDCARD', database: 'sales', table: undefined, columns: [], permissions: ['DELETE'] },
];

describe('ListPermissions', () => {
  let lake: InProcessLake;
  const { grant } = granting(() => lake);
  const ask = (as: string, more: Partial<ListPermissions> = {}) =>
    lake.run(callerOf(as, []), listPermissions, {
      catalogId: ACCOUNT,
      limit: MANY,
      ...more,
    });
  /** Who holds what, shortly. */
  const told = async (as: string, more: Partial<ListPermissions> = {}) =>
    (await ask(as, more)).items.map(
      ({ principal, type, permissions }) => `${principal.replace(/^.*\//, '')} ${type} ${permissions.join()}`,
    );
  const ofAnn = { principal: arnOf('ann') };

  beforeAll(async () => {
    lake = await InProcessLake.start();
    const story = new InProcessStory(lake, '');
    const steps: WrittenStep[] = [
      { op: 'Settings', admins: ['admin'], readOnlyAdmins: ['cat'] },
      { op: 'CreateDatabase', database: 'sales' },
      { op: 'CreateTable', table: 'sales.orders', columns: ['id', 'note', ODD] },
      { op: 'CreateTable', table: 'sales.other', columns: ['id'] },
      { op: 'CreateFilter', filter: 'few', of: 'sales.orders', columns: ['id'] },
      { op: 'CreateFilter', filter: 'none', of: 'sales.orders', columns: ['id'] },
      { op: 'MakeTag', key: 'env', values: ['x', 'y', 'z'] },
      { op: 'SaveExpression', name: 'saved', expression: { env: ['x'] } },
      { op: 'Register', location: 's3://lake' },
    ];
    for (const each of steps)
      expect({ each, ...(await story.run(step.parse(each))) }).toMatchObject({ code: 'OK' });
    await grant('ann', onCatalog, ['CREATE_DATABASE']);
    await grant('ann', onColumns(ODD, 'id'), ['SELECT'], { option: ['SELECT'] });
    await grant('ann', onAllColumnsBut(), ['SELECT']);
    await grant('ann', place, ['DATA_LOCATION_ACCESS']);
    await grant('ann', onDatabase(), ['DROP', 'ALTER'], { option: ['ALTER'] });
    await grant('ann', onFilter(), ['SELECT']);
    await grant('ann', tag('x', 'y'), ['DESCRIBE']);
    await grant('ann', saved(), ['ALTER']);
    await grant('ann', tagged('DATABASE', 'saved'), ['DROP']);
    await grant('ann', tagged('TABLE', 'env', 'y'), ['INSERT']);
    await grant('ann', onTable(), ['INSERT']);
    await grant('ann', onAllTables(), ['DELETE']);
    await grant('bob', onTable(), ['ALTER'], { option: ['ALTER'] });
    await grant('liz', onColumns('id'), ['SELECT']);
  });
  afterAll(async () => {
    await lake.close();
  });

  it('tells of each thing what is held on it, in its form', async () => {
    const { items } = await ask('admin', ofAnn);
    expect(items).toMatchObject(HELD);
    for (const item of items)
      expect(item).toMatchObject({
        principal: arnOf('ann'),
        catalogId: ACCOUNT,
        condition: undefined,
        validFrom: undefined,
        validUntil: undefined,
        withGrantOption: item.type === 'COLUMNS' ? ['SELECT'] : item.type === 'DATABASE' ? ['ALTER'] : [],
        lastUpdatedAt: expect.any(Date) as Date,
        lastUpdatedBy: arnOf('admin'),
      });
  });

  it.each([
    ['CATALOG', ['CATALOG']],
    ['DATABASE', ['DATABASE']],
    ['TABLE', ['COLUMNS', 'COLUMNS_EXCEPT', 'FILTER', 'TABLE', 'TABLE_WILDCARD']],
    ['DATA_LOCATION', ['DATA_LOCATION']],
    ['LF_TAG', ['LF_TAG']],
    ['LF_TAG_POLICY', ['LF_TAG_POLICY_DATABASE', 'LF_TAG_POLICY_TABLE']],
    ['LF_TAG_POLICY_DATABASE', ['LF_TAG_POLICY_DATABASE']],
    ['LF_TAG_POLICY_TABLE', ['LF_TAG_POLICY_TABLE']],
    ['LF_NAMED_TAG_EXPRESSION', ['LF_TAG_EXPRESSION']],
  ] as readonly (readonly [ListedType, readonly string[]])[])(
    'of the type %s tells of %j',
    async (resourceType, types) => {
      const { items } = await ask('admin', { ...ofAnn, resourceType });
      expect(items.map(({ type }) => type).sort()).toEqual(types);
    },
  );

  it.each([
    [onCatalog, ['CATALOG']],
    [onDatabase(), ['DATABASE']],
    [onAllTables(), ['TABLE_WILDCARD']],
    [onTable(), ['COLUMNS', 'COLUMNS_EXCEPT', 'FILTER', 'TABLE']],
    [onColumns('id'), ['COLUMNS', 'COLUMNS_EXCEPT', 'FILTER', 'TABLE']],
    [onFilter(), ['FILTER']],
    [onFilter('none'), []],
    [place, ['DATA_LOCATION']],
    [tag('x'), ['LF_TAG']],
    [tag('z'), []],
    [saved(), ['LF_TAG_EXPRESSION']],
    [tagged('DATABASE', 'saved'), ['LF_TAG_POLICY_DATABASE']],
    [tagged('TABLE', 'saved'), []],
    [tagged('TABLE', 'env', 'y'), ['LF_TAG_POLICY_TABLE']],
  ] as readonly (readonly [GrantResource, readonly string[]])[])(
    'about %j tells of %j',
    async (resource, types) => {
      for (const includeRelated of [undefined, false]) {
        const { items } = await ask('admin', { ...ofAnn, resource, includeRelated });
        expect(items.map(({ type }) => type).sort()).toEqual(types);
      }
    },
  );

  it('about a table with what is related tells also of what is held on all tables', async () => {
    const { items } = await ask('admin', { ...ofAnn, resource: onTable(), includeRelated: true });
    expect(items.map(({ type }) => type).sort()).toEqual([
      'COLUMNS',
      'COLUMNS_EXCEPT',
      'FILTER',
      'TABLE',
      'TABLE_WILDCARD',
    ]);
  });

  it('tells others of what they hold, and of what is held on what they may pass on', async () => {
    const onOrders = ['COLUMNS SELECT', 'COLUMNS_EXCEPT SELECT', 'FILTER SELECT', 'TABLE INSERT'];
    expect(await told('bob')).toEqual([
      'admin TABLE ALL',
      ...onOrders.map((each) => `ann ${each}`),
      'bob TABLE ALTER',
      'liz COLUMNS SELECT',
    ]);
    expect(await told('liz')).toEqual(['liz COLUMNS SELECT']);
    expect(await told('liz', { principal: arnOf('ann') })).toEqual([]);
    const byAnn = await told('ann');
    expect(byAnn.filter((each) => !each.startsWith('ann'))).toEqual([
      'admin DATABASE ALL',
      'liz COLUMNS SELECT',
    ]);
    expect(byAnn).toHaveLength(HELD.length + 2);
    expect(await told('session/reader')).toEqual([]);
    expect((await told('cat')).length).toBe((await told('admin')).length);
  });

  it('tells what is not there to who sees all, and tells others that nothing is held on it', async () => {
    for (const [resource, message] of [
      [onDatabase('nope'), 'Database nope not found.'],
      [onTable('nope'), 'Table nope not found.'],
      [onFilter('nope'), 'Data cells filter nope of table sales.orders not found.'],
      [saved('nope'), 'LF-tag expression nope not found.'],
    ] as const) {
      await expectRefused(ask('admin', { resource }), 'EntityNotFoundException', message);
      const page = await ask('ann', { resource });
      expect([page.items, page.next]).toEqual([[], undefined]);
    }
  });

  it('lists the grants on a table whichever columns are named, and tells who sees all that there is no such column', async () => {
    const message = 'Column nope not found in table sales.orders.';
    await expectRefused(ask('admin', { resource: onColumns('nope') }), 'EntityNotFoundException', message);
    for (const name of ['ann', 'liz', 'session/reader']) {
      const { items } = await ask(name, { resource: onTable('orders') });
      expect(items.length > 0).toBe(name !== 'session/reader');
      // Whoever holds some columns would hear of the hidden ones by what is listed of them and what is not.
      for (const column of ['id', 'amount', 'nope']) {
        expect((await ask(name, { resource: onColumns(column) })).items).toEqual(items);
      }
    }
  });

  it('tells anybody of bad input', async () => {
    const resource = tagged('TABLE', 'env');
    for (const as of ['admin', 'ann'])
      await expectRefused(
        ask(as, { resource }),
        'InvalidInputException',
        "Expression: TagValues of 'env' names no value.",
      );
  });

  it('of another catalog’s resource asks whether the caller may ask there', async () => {
    const other = '999999999999';
    const asked: string[] = [];
    const inBoth = defineRead({
      action: 'lakeformation:ListPermissions',
      run: (scope, resource: GrantResource) =>
        listPermissions.run(
          {
            ...scope,
            authorize: ({ accountId }) => {
              asked.push(accountId);
              return accountId === ACCOUNT
                ? Promise.resolve()
                : Promise.reject(new LakewardenError('AccessDeniedException', `not in ${accountId}`));
            },
          },
          { catalogId: ACCOUNT, limit: MANY, resource },
        ),
    });
    const admin = callerOf('admin', []);
    await lake.run(admin, inBoth, onTable());
    expect(asked).toEqual([ACCOUNT]);
    await expectRefused(
      lake.run(admin, inBoth, { kind: 'Catalog', catalogId: other }),
      'AccessDeniedException',
      `not in ${other}`,
    );
  });
});
