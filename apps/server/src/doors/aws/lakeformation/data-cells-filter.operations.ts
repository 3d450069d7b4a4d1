import { tableRef } from '@lakewarden/catalog';
import { type Caller, invalid } from '@lakewarden/kernel';
import {
  createDataCellsFilter,
  type DataCellsFilter,
  deleteDataCellsFilter,
  type FilterColumns,
  type FilterInput,
  getDataCellsFilter,
  listDataCellsFilter,
  MAX_ROW_EXPRESSION_CHARS,
  updateDataCellsFilter,
} from '@lakewarden/permissions';
import { z } from 'zod';

import { catalogId, maxResults, nameString, pageToken } from '../glue/shapes.ts';
import { operation, type OperationTable } from '../operation.ts';
import { columnNames, filterNames, filterRef, fold } from './shapes.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1000;

const tableData = filterNames.extend({
  RowFilter: z
    .object({
      FilterExpression: z.string().max(MAX_ROW_EXPRESSION_CHARS).optional(),
      AllRowsWildcard: z.object({}).optional(),
    })
    .optional(),
  ColumnNames: columnNames.optional(),
  ColumnWildcard: z.object({ ExcludedColumnNames: columnNames.optional() }).optional(),
  VersionId: nameString.optional(),
});
type TableData = z.output<typeof tableData>;

/** @throws InvalidInputException both lists, or neither */
function columnsOf({ ColumnNames, ColumnWildcard }: TableData): FilterColumns {
  if ((ColumnNames === undefined) === (ColumnWildcard === undefined)) {
    throw invalid('A data cells filter takes ColumnNames or ColumnWildcard, one of the two.');
  }
  if (ColumnNames === undefined) {
    return { isExcludeList: true, names: fold(ColumnWildcard?.ExcludedColumnNames ?? []).sort() };
  }
  if (ColumnNames.length === 0) throw invalid('ColumnNames names no column.');
  return { isExcludeList: false, names: fold(ColumnNames).sort() };
}

/** @throws InvalidInputException an expression and the wildcard, or neither */
function rowsOf({ RowFilter }: TableData): string | undefined {
  const expression = RowFilter?.FilterExpression;
  const isAll = RowFilter?.AllRowsWildcard !== undefined;
  // Clients send an empty expression beside the wildcard.
  if (isAll && (expression === undefined || expression === '')) return undefined;
  if (isAll || expression === undefined) {
    throw invalid('RowFilter takes FilterExpression or AllRowsWildcard, one of the two.');
  }
  return expression;
}

const toInput = (data: TableData, caller: Caller): FilterInput => ({
  ...filterRef(data, caller),
  rowExpression: rowsOf(data),
  columns: columnsOf(data),
});

const toShape = (filter: DataCellsFilter) => ({
  TableCatalogId: filter.catalogId,
  DatabaseName: filter.database,
  TableName: filter.table,
  Name: filter.name,
  RowFilter:
    filter.rowExpression === undefined ? { AllRowsWildcard: {} } : { FilterExpression: filter.rowExpression },
  ...(filter.columns.isExcludeList
    ? { ColumnWildcard: { ExcludedColumnNames: filter.columns.names } }
    : { ColumnNames: filter.columns.names }),
  VersionId: filter.versionId,
});

export const dataCellsFilterOperations: OperationTable = {
  CreateDataCellsFilter: operation({
    input: z.object({ TableData: tableData }),
    useCase: createDataCellsFilter,
    command: ({ TableData }, caller) => toInput(TableData, caller),
    answer: () => ({}),
  }),
  UpdateDataCellsFilter: operation({
    input: z.object({ TableData: tableData }),
    useCase: updateDataCellsFilter,
    command: ({ TableData }, caller) => ({
      ...toInput(TableData, caller),
      expectedVersionId: TableData.VersionId,
    }),
    answer: () => ({}),
  }),
  GetDataCellsFilter: operation({
    input: filterNames,
    useCase: getDataCellsFilter,
    command: filterRef,
    answer: (filter) => ({ DataCellsFilter: toShape(filter) }),
  }),
  DeleteDataCellsFilter: operation({
    // None of its members is marked required in the service model; without them there is nothing to delete.
    input: filterNames,
    useCase: deleteDataCellsFilter,
    command: filterRef,
    answer: () => ({}),
  }),
  ListDataCellsFilter: operation({
    input: z.object({
      Table: z.object({ CatalogId: catalogId, DatabaseName: nameString, Name: nameString }).optional(),
      NextToken: pageToken,
      MaxResults: maxResults(MAX_PAGE),
    }),
    useCase: listDataCellsFilter,
    command: ({ Table, NextToken, MaxResults }, caller) => ({
      catalogId: Table?.CatalogId ?? caller.accountId,
      table:
        Table &&
        tableRef(caller, { catalogId: Table.CatalogId, database: Table.DatabaseName, name: Table.Name }),
      limit: MaxResults ?? DEFAULT_PAGE,
      ...(NextToken !== undefined && { token: NextToken }),
    }),
    answer: ({ items, next }) => ({ DataCellsFilters: items.map(toShape), NextToken: next }),
  }),
};
