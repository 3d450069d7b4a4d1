import { describe, expect, it } from 'vitest';

import { columnScopeOf } from './grant.ts';

describe('the columns that a grant shows', () => {
  const columns = ['id'];

  it.each([
    ['COLUMN', { columns }, { kind: 'include', names: columns }],
    ['COLUMNS_EXCEPT', { columns }, { kind: 'exclude', names: columns }],
    // As `ColumnWildcard: {}` is granted.
    ['COLUMNS_EXCEPT', { columns: [] }, { kind: 'all' }],
    ['CATALOG', { columns: [] }, { kind: 'all' }],
    ['DATABASE', { columns: [] }, { kind: 'all' }],
    ['TABLE', { columns: [] }, { kind: 'all' }],
    ['TABLE_WILDCARD', { columns: [] }, { kind: 'all' }],
    ['DATA_LOCATION', { columns: ['s3://lake'] }, { kind: 'all' }],
    ['LF_TAG', { columns: ['tag', 'x'] }, { kind: 'all' }],
    ['LF_TAG_EXPRESSION', { columns: ['expression'] }, { kind: 'all' }],
    ['LF_TAG_POLICY_DATABASE', { columns: ['expression'] }, { kind: 'all' }],
    ['LF_TAG_POLICY_TABLE', { columns: ['expression'] }, { kind: 'all' }],
  ] as const)('on a %s with %j are %j', (type, held, shown) => {
    expect(columnScopeOf({ type, ...held })).toEqual(shown);
  });

  it('on a data cells filter are none where nobody has read what it shows', () => {
    expect(columnScopeOf({ type: 'FILTER', columns: [] })).toEqual({ kind: 'include', names: [] });
  });
});
