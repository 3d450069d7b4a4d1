import {
  type ColumnScope,
  type Id,
  type LakewardenError,
  notFound,
  type TableResource,
} from '@lakewarden/kernel';

/** Rows and columns of one table, to be granted under a name (spec/permissions.md §6). */
export interface DataCellsFilter {
  readonly id: Id<'DataCellsFilter'>;
  readonly catalogId: string;
  readonly databaseId: string;
  readonly database: string;
  readonly tableId: string;
  readonly table: string;
  readonly name: string;
  /** As the client wrote it; absent: every row. */
  readonly rowExpression?: string | undefined;
  /** The same as SQL; absent: every row. */
  readonly rowPredicate?: string | undefined;
  readonly columns: FilterColumns;
  readonly versionId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Lower case, sorted. */
export interface FilterColumns {
  readonly isExcludeList: boolean;
  readonly names: readonly string[];
}

/** What a row expression admits that no longer fits its table. */
export const NO_ROW = 'FALSE';

/** As messages and reasons name it. */
export const filterText = (
  table: { readonly database: string; readonly name: string },
  name: string,
): string => `data cells filter ${name} of table ${table.database}.${table.name}`;

export const noSuchFilter = (
  table: { readonly database: string; readonly name: string },
  name: string,
): LakewardenError =>
  notFound(`Data cells filter ${name} of table ${table.database}.${table.name} not found.`);

/** The columns of a filter, in whatever rows. */
export const columnsOf = ({ isExcludeList, names }: FilterColumns): ColumnScope =>
  !isExcludeList
    ? { kind: 'include', names }
    : names.length === 0
      ? { kind: 'all' }
      : { kind: 'exclude', names };

/** What a grant of SELECT on the filter shows. */
export const cellsOf = (filter: Pick<DataCellsFilter, 'columns' | 'rowPredicate'>): ColumnScope => ({
  ...columnsOf(filter.columns),
  ...(filter.rowPredicate !== undefined && { rows: filter.rowPredicate }),
});

export const tableOf = (filter: DataCellsFilter): TableResource => ({
  type: 'TABLE',
  catalogId: filter.catalogId,
  databaseId: filter.databaseId,
  database: filter.database,
  tableId: filter.tableId,
  table: filter.table,
});

export const filterResource = (filter: DataCellsFilter) =>
  ({ ...tableOf(filter), type: 'FILTER', filterId: filter.id, filter: filter.name }) as const;
