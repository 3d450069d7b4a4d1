import { lookUpTable, type Table, type TableRef } from '@lakewarden/catalog';
import { type Decision, type Permission, type ReadScope, showsColumn } from '@lakewarden/kernel';

import { type Mask, shownCells } from '../decision/row-filter.ts';
import { cellsOf } from '../filter/data-cells-filter.ts';
import type { FilterRef } from '../filter/data-cells-filters.ts';
import { findFilter } from '../filter/filter.repository.ts';
import type { AskedThing } from './asked-thing.ts';

/** What one sees of what he asks about. */
export interface Shown {
  /** Of a table, of columns, of SELECT through a data cells filter: the names of the columns that are shown. */
  readonly columns?: readonly string[];
  /** Of SELECT on these: the rows, where not every row is shown. */
  readonly rowFilter?: string;
  /** The columns that are not shown in all of these. */
  readonly masks?: readonly Mask[];
  /** Of a data location: the ARN of the registered one that governs it. */
  readonly registration?: string;
}

const namesOf = ({ definition, partitionKeys }: Table): string[] =>
  [...(definition.StorageDescriptor?.Columns ?? []), ...partitionKeys].map(({ Name }) => Name);

const cells = (columns: Decision['columns'], names: readonly string[]): Shown =>
  shownCells(
    columns,
    names.map((name) => name.toLowerCase()),
  );

/** What is shown of the table: its columns, or those asked about; where data is asked for, in which rows. */
async function shownOf(
  scope: ReadScope,
  { table: ref, asked }: { readonly table: TableRef; readonly asked?: readonly string[] | undefined },
  permission: Permission,
  { allowed, columns }: Decision,
): Promise<Shown> {
  const table = await lookUpTable(scope, ref);
  // Of several columns that are asked about some may be shown, and SELECT of all be missing.
  if (table === undefined || !(allowed || asked)) return { columns: [] };
  const names = namesOf(table).filter((name) => asked === undefined || asked.includes(name.toLowerCase()));
  const shown = names.filter((name) => showsColumn(columns, name.toLowerCase()));
  return {
    columns: shown,
    ...(permission === 'SELECT' && shown.length > 0 && cells(columns, asked === undefined ? names : shown)),
  };
}

/** What SELECT through a data cells filter shows. */
async function shownThrough(
  scope: ReadScope,
  { table: ref, name }: FilterRef,
  { allowed }: Decision,
): Promise<Shown> {
  const table = await lookUpTable(scope, ref);
  const filter = table === undefined ? undefined : await findFilter(scope.tx, table.id, name);
  if (table === undefined || filter === undefined || !allowed) return { columns: [] };
  const shown = [cellsOf(filter)];
  const columns = namesOf(table).filter((column) => showsColumn(shown, column.toLowerCase()));
  return { columns, ...cells(shown, columns) };
}

/** Undefined of what has no columns, and of what is asked for besides them. */
export async function whatIsShown(
  scope: ReadScope,
  { resource, registration }: AskedThing,
  permission: Permission,
  decision: Decision,
): Promise<Shown> {
  switch (resource.kind) {
    case 'Table':
      return shownOf(scope, { table: resource.table }, permission, decision);
    case 'TableWithColumns': {
      const { table, columns } = resource;
      return shownOf(scope, { table, asked: columns.names }, permission, decision);
    }
    case 'DataCellsFilter':
      return permission === 'SELECT' ? shownThrough(scope, resource, decision) : {};
    case 'DataLocation':
      return registration === undefined ? {} : { registration };
    case 'Catalog':
    case 'Database':
    case 'TableWildcard':
    case 'LFTag':
    case 'LFTagExpression':
      return {};
  }
}
