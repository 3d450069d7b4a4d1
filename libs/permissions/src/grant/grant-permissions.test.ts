import { createTable } from '@lakewarden/catalog';
import type { Permission } from '@lakewarden/kernel';
import type { GrantResource } from '@lakewarden/permissions';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

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

const tag = (...values: string[]): GrantResource => ({
  kind: 'LFTag',
  catalogId: ACCOUNT,
  key: 'env',
  values,
});
const tablesTagged = (expression: Record<string, string[]>): GrantResource => ({
  kind: 'LFTagPolicy',
  catalogId: ACCOUNT,
  of: 'TABLE',
  expression: Object.entries(expression).map(([key, values]) => ({ key, values })),
});
const saved = (name: string): GrantResource => ({ kind: 'LFTagExpression', catalogId: ACCOUNT, name });
const place = (arn: string): GrantResource => ({
  kind: 'DataLocation',
  catalogId: ACCOUNT,
  location: placeOfArn(arn),
});

describe('GrantPermissions', () => {
  let lake: InProcessLake;
  let story: InProcessStory;
  const { grant, held } = granting(() => lake);
  const tell = async (...steps: WrittenStep[]): Promise<void> => {
    for (const each of steps)
      expect({ each, ...(await story.run(step.parse(each))) }).toMatchObject({ code: 'OK' });
  };

  beforeAll(async () => {
    lake = await InProcessLake.start();
  });
  beforeEach(async () => {
    story = new InProcessStory(lake, '');
    await tell(
      { op: 'CreateDatabase', database: 'sales' },
      { op: 'CreateTable', table: 'sales.orders', columns: ['ID', 'note'], keys: ['day'] },
      { op: 'CreateFilter', filter: 'few', of: 'sales.orders', columns: ['id'] },
      { op: 'MakeTag', key: 'env', values: ['x', 'y'] },
      { op: 'Register', location: 's3://lake/a' },
    );
  });
  afterEach(async () => {
    expect(await held('ned')).toEqual([]);
    await story.end();
  });
  afterAll(async () => {
    await lake.close();
  });

  it('refuses a principal that is none', async () => {
    for (const principal of ['nobody', 'role/nobody', 'group/nobody']) {
      await expectRefused(
        grant(principal, onTable(), ['SELECT']),
        'InvalidInputException',
        `Invalid principal: ${arnOf(principal)}`,
      );
      expect(await held(principal)).toEqual([]);
    }
  });

  it('lets IAM_ALLOWED_PRINCIPALS have ALL and nothing else', async () => {
    const everybody = 'IAM_ALLOWED_PRINCIPALS';
    for (const permissions of [['SELECT'], ['ALL', 'SELECT']] as const) {
      await expectRefused(
        grant(everybody, onTable(), permissions),
        'InvalidInputException',
        'IAM_ALLOWED_PRINCIPALS takes the permission ALL and no other.',
      );
      expect(await held(everybody)).toEqual([]);
    }
    await grant(everybody, onTable(), ['ALL']);
    expect(await held(everybody)).toMatchObject([{ type: 'TABLE', permissions: ['ALL'] }]);
  });

  it.each([
    [[], [], 'Permissions names no permission.'],
    [[], ['SELECT'], 'Permissions names no permission.'],
    [['SELECT'], ['DROP'], 'PermissionsWithGrantOption must be among Permissions: DROP is not.'],
    [
      ['SELECT'],
      ['SELECT', 'DROP', 'ALTER'],
      'PermissionsWithGrantOption must be among Permissions: DROP, ALTER are not.',
    ],
    [
      ['SELECT', 'CREATE_TABLE'],
      [],
      'Permission CREATE_TABLE cannot be granted on a Table: it takes DESCRIBE, SELECT, INSERT, DELETE, ALTER, DROP, ALL.',
    ],
  ] as readonly (readonly [Permission[], Permission[], string])[])(
    'refuses %j with %j to be passed on, and grants nothing: %s',
    async (permissions, option, message) => {
      await expectRefused(grant('ned', onTable(), permissions, { option }), 'InvalidInputException', message);
    },
  );

  /** What is not there, what an administrator hears of it, and what one who may not know hears. */
  const missing: readonly (readonly [GrantResource, Permission, string, string])[] = [
    [onDatabase('nope'), 'ALTER', 'Database nope not found.', 'database nope'],
    [onAllTables('nope'), 'ALTER', 'Database nope not found.', 'all tables of database nope'],
    [onTable('t', 'nope'), 'ALTER', 'Table t not found.', 'table nope.t'],
    [onTable('nope'), 'ALTER', 'Table nope not found.', 'table sales.nope'],
    [onFilter('few', 'nope'), 'DROP', 'Table nope not found.', 'data cells filter few of table sales.nope'],
    [
      onFilter('nope'),
      'DROP',
      'Data cells filter nope of table sales.orders not found.',
      'data cells filter nope of table sales.orders',
    ],
    [
      onColumns('id', 'nope', 'no'),
      'SELECT',
      'Column nope, no not found in table sales.orders.',
      'table sales.orders',
    ],
    [onAllColumnsBut('nope'), 'SELECT', 'Column nope not found in table sales.orders.', 'table sales.orders'],
    [tag('x', 'z'), 'DESCRIBE', 'LF-tag env has no value z.', 'LF-tag env=x|z'],
    [tablesTagged({ env: ['z'] }), 'ALTER', 'LF-tag env has no value z.', 'tables tagged env=z'],
    [saved('nope'), 'ALTER', 'LF-tag expression nope not found.', 'LF-tag expression nope'],
  ];

  it.each(missing)('of what is not there, %j, tells who may know', async (resource, permission, words) => {
    await expectRefused(grant('ned', resource, [permission]), 'EntityNotFoundException', words);
  });

  it.each(missing)(
    'of what is not there, %j, tells others as if it were',
    async (resource, permission, _words, text) => {
      await expectRefused(
        grant('ned', resource, [permission], { as: 'ann' }),
        'AccessDeniedException',
        `Insufficient Lake Formation permission(s): Required ${permission} with grant option on ${text}`,
      );
    },
  );

  it.each([
    [onCatalog, 'CREATE_DATABASE', `catalog ${ACCOUNT}`],
    [onDatabase(), 'ALTER', 'database sales'],
    [onAllTables(), 'ALTER', 'all tables of database sales'],
    [onTable(), 'ALTER', 'table sales.orders'],
    [onColumns('id'), 'SELECT', 'table sales.orders'],
    [onFilter(), 'SELECT', 'data cells filter few of table sales.orders'],
    [place('arn:aws:s3:::lake/a'), 'DATA_LOCATION_ACCESS', 'location arn:aws:s3:::lake/a'],
    [tag('x'), 'DESCRIBE', 'LF-tag env=x'],
  ] as readonly (readonly [GrantResource, Permission, string])[])(
    'of what is there, %j, tells who holds %s without the grant option no more',
    async (resource, permission, text) => {
      const message = `Insufficient Lake Formation permission(s): Required ${permission} with grant option on ${text}`;
      await grant('ann', resource, [permission]);
      await expectRefused(
        grant('ned', resource, [permission], { as: 'ann' }),
        'AccessDeniedException',
        message,
      );
    },
  );

  it('on a table without columns knows its partition keys alone', async () => {
    const table = { catalogId: ACCOUNT, database: 'sales', name: 'bare' };
    const partitionKeys = [{ Name: 'Day', Type: 'string' }];
    await lake.run(callerOf('admin', []), createTable, { table, definition: {}, partitionKeys });
    const columns = (...names: string[]): GrantResource => ({
      kind: 'TableWithColumns',
      table,
      columns: { kind: 'include', names },
    });
    await expectRefused(
      grant('ned', columns('day', 'id'), ['SELECT']),
      'EntityNotFoundException',
      'Column id not found in table sales.bare.',
    );
    await grant('ann', columns('day'), ['SELECT']);
    expect(await held('ann')).toMatchObject([{ table: 'bare', columns: ['day'] }]);
  });

  it('tells anybody what cannot be an expression', async () => {
    await expectRefused(
      grant('ned', tablesTagged({ env: [] }), ['SELECT'], { as: 'ann' }),
      'InvalidInputException',
      "Expression: TagValues of 'env' names no value.",
    );
  });

  it('names the first permission that may not be passed on, and grants none of them', async () => {
    await grant('ann', onTable(), ['SELECT', 'ALTER'], { option: ['SELECT'] });
    await expectRefused(
      grant('ned', onTable(), ['SELECT', 'ALTER', 'DROP'], { as: 'ann' }),
      'AccessDeniedException',
      'Insufficient Lake Formation permission(s): Required ALTER with grant option on table sales.orders',
    );
  });

  it('on a location is made where one is registered, or a prefix of it', async () => {
    await expectRefused(
      grant('ned', place('arn:aws:s3:::lake/b'), ['DATA_LOCATION_ACCESS']),
      'EntityNotFoundException',
      'No registered location governs s3://lake/b: register it, or a prefix of it, first.',
    );
    await grant('ann', place('arn:aws:s3:::lake/a/b'), ['DATA_LOCATION_ACCESS']);
    expect(await held('ann')).toMatchObject([{ type: 'DATA_LOCATION', columns: ['arn:aws:s3:::lake/a/b'] }]);
  });

  it('needs every value of an LF-tag that it names with the grant option', async () => {
    await grant('ann', tag('x'), ['DESCRIBE'], { option: ['DESCRIBE'] });
    await grant('ann', tag('y'), ['DESCRIBE']);
    await grant('bob', tag('x'), ['DESCRIBE'], { as: 'ann' });
    await expectRefused(
      grant('ned', tag('x', 'y'), ['DESCRIBE'], { as: 'ann' }),
      'AccessDeniedException',
      'Insufficient Lake Formation permission(s): Required DESCRIBE with grant option on LF-tag env=x|y',
    );
  });
});
