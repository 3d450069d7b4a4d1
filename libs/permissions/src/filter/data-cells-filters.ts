import { lookUpTable, permitTable, type Table, type TableRef } from '@lakewarden/catalog';
import {
  type ColumnScope,
  defineRead,
  defineWrite,
  invalid,
  LakewardenError,
  notFound,
  type Page,
  type PageRequest,
  type Permission,
  type ReadScope,
  showsColumn,
  type TableResource,
  toPage,
  unionOf,
  type WriteScope,
} from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import { reachingWithin } from '../condition/grant-bounds.ts';
import { grantedInside } from '../grant/grant.ts';
import { mayKnow } from '../grant/may-know.ts';
import { reaches } from '../grant/reaches.ts';
import type { TypedColumn } from './column-type.ts';
import {
  columnsOf,
  type DataCellsFilter,
  type FilterColumns,
  filterResource,
  filterText,
  noSuchFilter,
} from './data-cells-filter.ts';
import {
  countFilters,
  deleteFilter,
  findFilter,
  insertFilter,
  listFilters,
  lockTableRow,
  replaceFilter,
} from './filter.repository.ts';
import { columnsNamedIn, readRowExpression } from './row-expression.ts';

/** `[L]`: more than anybody tells apart by name; each bears on decisions about the table. */
export const MAX_FILTERS_PER_TABLE = 100;

export interface FilterRef {
  readonly table: TableRef;
  readonly name: string;
}

/** What a filter is to show. */
export interface FilterInput extends FilterRef {
  /** Absent: every row. */
  readonly rowExpression?: string | undefined;
  readonly columns: FilterColumns;
}

/** The same words for what one may not do and for what is not there. */
const insufficient = (required: string, on: string): LakewardenError =>
  new LakewardenError(
    'AccessDeniedException',
    `Insufficient Lake Formation permission(s): Required ${required} on ${on}`,
  );

const tableText = ({ database, name }: TableRef): string => `table ${database}.${name}`;

const noPassingOn = (ref: TableRef): LakewardenError =>
  insufficient('SELECT with grant option', tableText(ref));

const resourceOf = (table: Table): TableResource => ({
  type: 'TABLE',
  catalogId: table.catalogId,
  databaseId: table.databaseId,
  database: table.database,
  tableId: table.id,
  table: table.name,
});

const typedColumns = ({ definition, partitionKeys }: Table): TypedColumn[] =>
  [...(definition.StorageDescriptor?.Columns ?? []), ...partitionKeys].map(({ Name, Type }) => ({
    name: Name.toLowerCase(),
    type: typeof Type === 'string' ? Type : undefined,
  }));

/** @throws AccessDeniedException, EntityNotFoundException the table is not there, and the caller may know or may not */
async function findTableFor(scope: ReadScope, ref: TableRef, refusal: LakewardenError): Promise<Table> {
  const table = await lookUpTable(scope, ref);
  if (table !== undefined) return table;
  throw (await mayKnow(scope, { kind: 'Table', table: ref }))
    ? notFound(`Table ${ref.name} not found.`)
    : refusal;
}

/** The table, whose columns nobody changes until commit. */
async function holdTable(scope: WriteScope, ref: TableRef, refusal: LakewardenError): Promise<Table> {
  for (;;) {
    const seen = await findTableFor(scope, ref, refusal);
    await lockTableRow(scope.tx, seen.id);
    // While this one waited it may have been altered, or dropped and made again under its name.
    const held = await findTableFor(scope, ref, refusal);
    if (held.id === seen.id) return held;
  }
}

/** A new filter shows nobody anything. One that there is may be held without the conditions and times of its changer. */
type Change = 'create' | 'update';

/** Whether he could grant those columns, in every row: then he may show less of them under a name. */
async function mayPassOn(
  scope: WriteScope,
  resource: TableResource,
  change: Change,
  columns: ColumnScope,
  further: readonly string[] = [],
): Promise<boolean> {
  const decision = await scope.permissions.decide(scope, {
    permission: 'SELECT',
    resource,
    withGrantOption: true,
  });
  const held = change === 'create' ? decision : reachingWithin(decision, {}, scope.now);
  if (!reaches(held, columns)) return false;
  // Who could write an expression over a hidden column would learn its values by the rows that are left.
  const reach = unionOf(held.columns);
  return further.every((name) => showsColumn([reach], name));
}

async function mayDo(scope: ReadScope, filter: DataCellsFilter, permission: Permission): Promise<boolean> {
  const held = await scope.permissions.decide(scope, { permission, resource: filterResource(filter) });
  return held.allowed && reaches(held, columnsOf(filter.columns));
}

/** Lists name columns that are there; the expression fits them. @throws InvalidInputException, EntityNotFoundException */
function fitted(table: Table, { columns, rowExpression }: FilterInput): string | undefined {
  if (table.linkTarget !== undefined) {
    throw invalid(
      `${table.name} is a resource link: a data cells filter is made on the table that it leads to.`,
    );
  }
  const typed = typedColumns(table);
  const unknown = columns.names.filter((name) => !typed.some((column) => column.name === name));
  if (unknown.length > 0) {
    throw notFound(`Column ${unknown.join(', ')} not found in table ${table.database}.${table.name}.`);
  }
  return rowExpression === undefined ? undefined : readRowExpression(rowExpression, typed).sql;
}

/** What the command asks for, once the caller may pass on all that it shows and looks at. */
async function checkedInput(
  scope: WriteScope,
  input: FilterInput,
  change: Change,
): Promise<readonly [Table, string | undefined]> {
  const named = input.rowExpression === undefined ? [] : columnsNamedIn(input.rowExpression);
  await authorizeLake(scope, input.table.catalogId);
  const table = await holdTable(scope, input.table, noPassingOn(input.table));
  if (!(await mayPassOn(scope, resourceOf(table), change, columnsOf(input.columns), named))) {
    throw noPassingOn(input.table);
  }
  // Who does not see every column hears the same of a hidden one and of one that is not there.
  const there = new Set(typedColumns(table).map(({ name }) => name));
  const isUnknown = [...input.columns.names, ...named].some((name) => !there.has(name));
  if (isUnknown && !(await mayKnow(scope, { kind: 'Table', table: input.table }))) {
    throw noPassingOn(input.table);
  }
  return [table, fitted(table, input)];
}

/** Tells who keeps decisions that the table's filters are other ones now. */
function announce(scope: WriteScope, table: TableResource): void {
  const changed = (subjectId: string) => {
    scope.changed({ accountId: table.catalogId, kind: 'grant', subjectId });
  };
  changed(table.tableId);
  // With the last filter that was granted to somebody the table goes from his sight, and perhaps the database.
  changed(grantedInside(table.databaseId));
}

/**
 * Takes SELECT with grant option on the table's columns that the filter shows or looks at.
 * @throws InvalidInputException the row expression, or the table is a link
 * @throws EntityNotFoundException the table or a column; AlreadyExistsException the name is taken
 * @throws ResourceNumberLimitExceededException the table has 100
 */
export const createDataCellsFilter = defineWrite({
  action: 'lakeformation:CreateDataCellsFilter',

  async run(scope, input: FilterInput): Promise<DataCellsFilter> {
    const [table, rowPredicate] = await checkedInput(scope, input, 'create');
    if ((await countFilters(scope.tx, table.id)) >= MAX_FILTERS_PER_TABLE) {
      throw new LakewardenError(
        'ResourceNumberLimitExceededException',
        `Table ${table.database}.${table.name} has ${String(MAX_FILTERS_PER_TABLE)} data cells filters, which is the limit.`,
      );
    }
    const filter: DataCellsFilter = {
      id: scope.newId<'DataCellsFilter'>(),
      catalogId: table.catalogId,
      databaseId: table.databaseId,
      database: table.database,
      tableId: table.id,
      table: table.name,
      name: input.name,
      rowExpression: input.rowExpression,
      rowPredicate,
      columns: input.columns,
      versionId: scope.newId<'FilterVersion'>(),
      createdAt: scope.now,
      updatedAt: scope.now,
    };
    await insertFilter(scope.tx, filter);
    announce(scope, resourceOf(table));
    return filter;
  },
});

export interface UpdateDataCellsFilter extends FilterInput {
  /** Refuses to overwrite another version. */
  readonly expectedVersionId?: string | undefined;
}

/**
 * Replaces what the filter shows. Takes the right to pass on what it showed, and what it is to show, for good.
 * @throws ConcurrentModificationException the expected version is not the current one
 */
export const updateDataCellsFilter = defineWrite({
  action: 'lakeformation:UpdateDataCellsFilter',

  async run(scope, input: UpdateDataCellsFilter): Promise<DataCellsFilter> {
    const [table, rowPredicate] = await checkedInput(scope, input, 'update');
    const current = await findFilter(scope.tx, table.id, input.name, true);
    if (current === undefined) {
      throw (await mayKnowFilters(scope, input))
        ? noSuchFilter(input.table, input.name)
        : noPassingOn(input.table);
    }
    if (!(await mayPassOn(scope, resourceOf(table), 'update', columnsOf(current.columns))))
      throw noPassingOn(input.table);
    if (input.expectedVersionId !== undefined && input.expectedVersionId !== current.versionId) {
      throw new LakewardenError(
        'ConcurrentModificationException',
        `Data cells filter ${input.name} is at version ${current.versionId}, not ${input.expectedVersionId}.`,
      );
    }
    const filter: DataCellsFilter = {
      ...current,
      rowExpression: input.rowExpression,
      rowPredicate,
      columns: input.columns,
      versionId: scope.newId<'FilterVersion'>(),
      updatedAt: scope.now,
    };
    await replaceFilter(scope.tx, filter);
    announce(scope, resourceOf(table));
    return filter;
  },
});

const mayKnowFilters = (scope: ReadScope, { table, name }: FilterRef): Promise<boolean> =>
  mayKnow(scope, { kind: 'DataCellsFilter', table, name });

/** A filter that the caller may do this to. @throws AccessDeniedException, EntityNotFoundException */
async function requireFilter(
  scope: ReadScope,
  ref: FilterRef,
  permission: 'DESCRIBE' | 'DROP',
  lock: boolean,
): Promise<DataCellsFilter> {
  await authorizeLake(scope, ref.table.catalogId);
  const refusal = insufficient(permission, filterText(ref.table, ref.name));
  const table = await findTableFor(scope, ref.table, refusal);
  const filter = await findFilter(scope.tx, table.id, ref.name, lock);
  if (filter === undefined)
    throw (await mayKnowFilters(scope, ref)) ? noSuchFilter(ref.table, ref.name) : refusal;
  if (!(await mayDo(scope, filter, permission))) throw refusal;
  return filter;
}

/** Shown to who holds anything on it, and to who could pass it on. */
export const getDataCellsFilter = defineRead({
  action: 'lakeformation:GetDataCellsFilter',

  async run(scope, ref: FilterRef): Promise<DataCellsFilter> {
    return requireFilter(scope, ref, 'DESCRIBE', false);
  },
});

/** The grants on it go with it. */
export const deleteDataCellsFilter = defineWrite({
  action: 'lakeformation:DeleteDataCellsFilter',

  async run(scope, ref: FilterRef): Promise<void> {
    const filter = await requireFilter(scope, ref, 'DROP', true);
    await deleteFilter(scope.tx, filter.id);
    announce(scope, { ...filterResource(filter), type: 'TABLE' });
  },
});

export interface ListDataCellsFilter extends PageRequest {
  readonly catalogId: string;
  /** Absent: of the whole catalog. */
  readonly table?: TableRef | undefined;
}

/** How many are looked at for one page: who sees few of many gets short pages, and a token. */
const MAX_LOOKED_AT = 1000;

/**
 * Those that GetDataCellsFilter would show; by table and name.
 * @throws AccessDeniedException, EntityNotFoundException of a table that the caller names, and does not see
 */
export const listDataCellsFilter = defineRead({
  action: 'lakeformation:ListDataCellsFilter',

  async run(scope, command: ListDataCellsFilter): Promise<Page<DataCellsFilter>> {
    const { catalogId, table: ref, limit } = command;
    await authorizeLake(scope, catalogId);
    const question = ['ListDataCellsFilter', catalogId, ref?.database, ref?.name, scope.caller.arn];
    const table =
      ref === undefined
        ? undefined
        : await findTableFor(scope, ref, insufficient('DESCRIBE', tableText(ref)));
    const token = command.token === undefined ? undefined : scope.tokens.open(question, command.token);
    const start = token?.toString();
    let after = start === undefined ? undefined : { tableId: start.slice(0, 36), name: start.slice(36) };
    const shown: DataCellsFilter[] = [];
    let isMore = true;
    for (let looked = 0; isMore && shown.length <= limit && looked < MAX_LOOKED_AT;) {
      const found = await listFilters(scope.tx, catalogId, table?.id, after, limit + 1);
      isMore = found.length > limit;
      looked += found.length;
      for (const filter of found) if (await mayDo(scope, filter, 'DESCRIBE')) shown.push(filter);
      const last = found.at(-1);
      if (last !== undefined) after = { tableId: last.tableId, name: last.name };
    }
    if (ref !== undefined && table !== undefined && shown.length === 0) {
      // That a hidden table has no filter for him would tell that it is there.
      await permitTable(scope, table, ['DESCRIBE'], { permissions: ['DESCRIBE'], name: tableText(ref) });
    }
    const tokenAfter = ({ tableId, name }: { tableId: string; name: string }) =>
      scope.tokens.issue(question, Buffer.from(`${tableId}${name}`));
    const page = toPage(shown, limit, tokenAfter);
    if (page.next !== undefined || !isMore || after === undefined) return page;
    return { ...page, next: tokenAfter(after) };
  },
});
