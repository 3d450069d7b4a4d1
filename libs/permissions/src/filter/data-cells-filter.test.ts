import type { Id } from '@lakewarden/kernel';
import { describe, expect, it } from 'vitest';

import {
  cellsOf,
  columnsOf,
  type DataCellsFilter,
  filterResource,
  noSuchFilter,
  tableOf,
} from './data-cells-filter.ts';

const NAMES = ['id', 'note'];

describe('the columns of a data cells filter', () => {
  it('are those of its list, or all but those', () => {
    expect(columnsOf({ isExcludeList: false, names: NAMES })).toEqual({ kind: 'include', names: NAMES });
    expect(columnsOf({ isExcludeList: false, names: [] })).toEqual({ kind: 'include', names: [] });
    expect(columnsOf({ isExcludeList: true, names: NAMES })).toEqual({ kind: 'exclude', names: NAMES });
    expect(columnsOf({ isExcludeList: true, names: [] })).toEqual({ kind: 'all' });
  });

  it('are shown in its rows, or in all where it names none', () => {
    const columns = { isExcludeList: false, names: NAMES };
    const shown = { kind: 'include', names: NAMES };
    expect(cellsOf({ columns })).toStrictEqual(shown);
    expect(cellsOf({ columns, rowPredicate: undefined })).toStrictEqual(shown);
    expect(cellsOf({ columns, rowPredicate: 'FALSE' })).toStrictEqual({ ...shown, rows: 'FALSE' });
  });
});

describe('a data cells filter', () => {
  const table = {
    catalogId: '111122223333',
    databaseId: 'd',
    database: 'sales',
    tableId: 't',
    table: 'orders',
  };
  const filter: DataCellsFilter = {
    ...table,
    id: 'f' as Id<'DataCellsFilter'>, // made up; nothing checks its form
    name: 'mine',
    columns: { isExcludeList: true, names: [] },
    versionId: '1',
    createdAt: new Date(0),
    updatedAt: new Date(0),
  };

  it('is decided about as a thing of its own, in its table', () => {
    expect(tableOf(filter)).toStrictEqual({ type: 'TABLE', ...table });
    expect(filterResource(filter)).toStrictEqual({ type: 'FILTER', ...table, filterId: 'f', filter: 'mine' });
  });

  it('that is not there is told with its table', () => {
    expect(noSuchFilter({ database: 'sales', name: 'orders' }, 'mine')).toMatchObject({
      code: 'EntityNotFoundException',
      message: 'Data cells filter mine of table sales.orders not found.',
    });
  });
});
