import type { Permission } from '@lakewarden/kernel';
import { describe, expect, it } from 'vitest';

import { placeOfArn } from '../location/location-path.ts';
import {
  catalogIdOf,
  describeAsked,
  type GrantResource,
  refuseUnfitPermissions,
} from './granted-resource.ts';

const catalogId = '111122223333';
const database = { catalogId, name: 'sales' };
const table = { catalogId, database: 'sales', name: 'orders' };
const policy = { kind: 'LFTagPolicy', catalogId, expression: [{ key: 'env', values: ['x', 'y'] }] } as const;
const onTables = ['DESCRIBE', 'SELECT', 'INSERT', 'DELETE', 'ALTER', 'DROP', 'ALL'] as const;
const onDatabases = ['DESCRIBE', 'ALTER', 'DROP', 'CREATE_TABLE', 'ALL'] as const;

/** Each, as a refusal names it, as one of permissions that do not fit calls its kind, and what it takes. */
const RESOURCES: readonly (readonly [
  resource: GrantResource,
  words: string,
  kind: string,
  takes: readonly Permission[],
])[] = [
  [
    { kind: 'Catalog', catalogId },
    'catalog 111122223333',
    'Catalog',
    ['CREATE_DATABASE', 'CREATE_LF_TAG', 'CREATE_LF_TAG_EXPRESSION', 'ALL'],
  ],
  [{ kind: 'Database', database }, 'database sales', 'Database', onDatabases],
  [{ kind: 'TableWildcard', database }, 'all tables of database sales', 'TableWildcard', onTables],
  [{ kind: 'Table', table }, 'table sales.orders', 'Table', onTables],
  [
    { kind: 'TableWithColumns', table, columns: { kind: 'include', names: ['id'] } },
    'table sales.orders',
    'TableWithColumns',
    ['SELECT'],
  ],
  [
    { kind: 'DataCellsFilter', table, name: 'few' },
    'data cells filter few of table sales.orders',
    'DataCellsFilter',
    ['SELECT', 'DESCRIBE', 'DROP'],
  ],
  [
    { kind: 'DataLocation', catalogId, location: placeOfArn('arn:aws:s3:::lake/a') },
    'location arn:aws:s3:::lake/a',
    'DataLocation',
    ['DATA_LOCATION_ACCESS'],
  ],
  [
    { kind: 'LFTag', catalogId, key: 'env', values: ['x', 'y'] },
    'LF-tag env=x|y',
    'LFTag',
    ['DESCRIBE', 'ASSOCIATE', 'ALTER', 'DROP'],
  ],
  [
    { kind: 'LFTagExpression', catalogId, name: 'saved' },
    'LF-tag expression saved',
    'LFTagExpression',
    ['DESCRIBE', 'ALTER', 'DROP'],
  ],
  [{ ...policy, of: 'TABLE' }, 'tables tagged env=x|y', 'LFTagPolicy of TABLEs', onTables],
  [{ ...policy, of: 'DATABASE' }, 'databases tagged env=x|y', 'LFTagPolicy of DATABASEs', onDatabases],
];

describe('what is granted on', () => {
  it.each(RESOURCES)('%j is the account’s, and is told as "%s"', (resource, words) => {
    expect(catalogIdOf(resource)).toBe(catalogId);
    expect(describeAsked(resource)).toBe(words);
  });

  it.each(RESOURCES)('%j (%s, %s) takes %j and no other permission', (resource, _words, kind, takes) => {
    refuseUnfitPermissions(resource, takes, takes);
    const other: Permission = kind === 'DataLocation' ? 'SELECT' : 'DATA_LOCATION_ACCESS';
    const refusal = expect.objectContaining({
      code: 'InvalidInputException',
      message: `Permission ${other} cannot be granted on a ${kind}: it takes ${takes.join(', ')}.`,
    }) as Error;
    expect(() => {
      refuseUnfitPermissions(resource, [...takes, other], []);
    }).toThrow(refusal);
    expect(() => {
      refuseUnfitPermissions(resource, takes, [other]);
    }).toThrow(refusal);
  });
});
