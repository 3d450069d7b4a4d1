import { validate } from '@lakewarden/aws-wire';
import { tableRef } from '@lakewarden/catalog';
import { type Caller, invalid, type UseCases } from '@lakewarden/kernel';
import {
  createDataCellsFilter,
  type DataCellsFilter,
  deleteDataCellsFilter,
  type FilterColumns,
  type FilterInput,
  type FilterRef,
  getDataCellsFilter,
  listDataCellsFilter,
  type ListDataCellsFilter,
  MAX_ROW_EXPRESSION_CHARS,
  updateDataCellsFilter,
} from '@lakewarden/permissions';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { catalogId, nameString } from '../aws/glue/shapes.ts';
import { columnNames, fold } from '../aws/lakeformation/shapes.ts';
import type { TableNode } from './catalog.shapes.ts';
import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { orNull } from './or-null.ts';
import { tableRefOf } from './table.resolver.ts';

const MAX_PAGE = 100;

const catalogArgument = z.object({ catalogId: catalogId.nullable() });
const filterName = catalogArgument.extend({ database: nameString, table: nameString, name: nameString });
const filterInput = z.object({
  filter: filterName,
  rowExpression: z.string().max(MAX_ROW_EXPRESSION_CHARS).nullish(),
  columns: columnNames.nullish(),
  exceptColumns: columnNames.nullish(),
  expectedVersionId: nameString.nullish(),
});

const refOf = (caller: Caller, { database, table, name, catalogId: owner }: z.output<typeof filterName>) =>
  ({
    table: tableRef(caller, { database, name: table, catalogId: owner ?? undefined }),
    name,
  }) satisfies FilterRef;

/** @throws InvalidInputException both lists, or neither */
function columnsOf({ columns, exceptColumns }: z.output<typeof filterInput>): FilterColumns {
  if (columns == null && exceptColumns == null) {
    throw invalid('A data cells filter takes columns or exceptColumns, one of the two.');
  }
  if (columns != null && exceptColumns != null) {
    throw invalid('A data cells filter takes columns or exceptColumns, not both.');
  }
  if (columns?.length === 0) throw invalid('columns names no column.');
  return { isExcludeList: columns == null, names: fold(columns ?? exceptColumns ?? []).sort() };
}

const toInput = (given: z.output<typeof filterInput>, caller: Caller): FilterInput => ({
  ...refOf(caller, given.filter),
  rowExpression: given.rowExpression ?? undefined,
  columns: columnsOf(given),
});

const toNode = ({ columns: { isExcludeList, names }, ...filter }: DataCellsFilter) => ({
  catalogId: filter.catalogId,
  database: filter.database,
  table: filter.table,
  name: filter.name,
  rowExpression: filter.rowExpression,
  columns: isExcludeList ? undefined : names,
  exceptColumns: isExcludeList ? names : undefined,
  versionId: filter.versionId,
  createdAt: filter.createdAt,
  updatedAt: filter.updatedAt,
});

@Resolver('Table')
export class DataCellsFilterResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('dataCellsFilter')
  async dataCellsFilter(@CurrentCaller() caller: Caller, @Args() args: object) {
    const ref = refOf(caller, validate(filterName, args));
    const filter = await orNull(this.#useCases.run(caller, getDataCellsFilter, ref));
    return filter && toNode(filter);
  }

  @Query('dataCellsFilters')
  async dataCellsFilters(@CurrentCaller() caller: Caller, @Args() args: PageArguments) {
    const owner = validate(catalogArgument, args).catalogId ?? caller.accountId;
    return this.#list(caller, { catalogId: owner, ...pageRequest(args, MAX_PAGE) });
  }

  @ResolveField('dataCellsFilters')
  async filtersOfTable(
    @CurrentCaller() caller: Caller,
    @Parent() table: TableNode,
    @Args() args: PageArguments,
  ) {
    const ref = tableRefOf(caller, table);
    return this.#list(caller, { catalogId: ref.catalogId, table: ref, ...pageRequest(args, MAX_PAGE) });
  }

  @Mutation('createDataCellsFilter')
  async createDataCellsFilter(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const command = toInput(validate(filterInput, input), caller);
    return { dataCellsFilter: toNode(await this.#useCases.run(caller, createDataCellsFilter, command)) };
  }

  @Mutation('updateDataCellsFilter')
  async updateDataCellsFilter(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const given = validate(filterInput, input);
    const filter = await this.#useCases.run(caller, updateDataCellsFilter, {
      ...toInput(given, caller),
      expectedVersionId: given.expectedVersionId ?? undefined,
    });
    return { dataCellsFilter: toNode(filter) };
  }

  @Mutation('deleteDataCellsFilter')
  async deleteDataCellsFilter(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const ref = refOf(caller, validate(filterName, input));
    await this.#useCases.run(caller, deleteDataCellsFilter, ref);
    return { name: ref.name };
  }

  async #list(caller: Caller, command: ListDataCellsFilter) {
    return toConnection(await this.#useCases.run(caller, listDataCellsFilter, command), toNode);
  }
}
