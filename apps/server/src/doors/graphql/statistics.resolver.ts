import { validate } from '@lakewarden/aws-wire';
import {
  deleteColumnStatisticsForPartition,
  deleteColumnStatisticsForTable,
  getColumnStatisticsForPartition,
  getColumnStatisticsForTable,
  updateColumnStatisticsForPartition,
  updateColumnStatisticsForTable,
} from '@lakewarden/catalog';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { valueList } from '../aws/glue/shapes.ts';
import { MAX_STATISTICS_READ, MAX_STATISTICS_WRITTEN } from '../aws/glue/statistics.operations.ts';
import { columnNameString, columnStatistics } from '../aws/glue/statistics.shapes.ts';
import type { TableNode } from './catalog.shapes.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { type StatisticsMembers, fromStatistics, toStatisticsNode } from './statistics.shapes.ts';
import { type TableName, tableRefOf } from './table.resolver.ts';

interface Subject {
  readonly table: TableName;
  readonly partition?: readonly string[] | null;
}

const names = z.array(columnNameString).max(MAX_STATISTICS_READ);
const written = z.array(columnStatistics).max(MAX_STATISTICS_WRITTEN);

/** @throws ValidationException */
const subjectOf = (caller: Caller, { table, partition }: Subject) => ({
  table: tableRefOf(caller, table),
  partition: validate(valueList.optional(), partition ?? undefined),
});

@Resolver('Table')
export class StatisticsResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @ResolveField('columnStatistics')
  async columnStatistics(
    @CurrentCaller() caller: Caller,
    @Parent() table: TableNode,
    @Args() args: { readonly columns: readonly string[]; readonly partition?: readonly string[] | null },
  ) {
    const command = {
      ...subjectOf(caller, { table, partition: args.partition ?? null }),
      columnNames: validate(names, args.columns),
    };
    const useCase =
      command.partition === undefined ? getColumnStatisticsForTable : getColumnStatisticsForPartition;
    const { statistics } = await this.#useCases.run(caller, useCase, command);
    return statistics.map(toStatisticsNode);
  }

  @Mutation('updateColumnStatistics')
  async updateColumnStatistics(
    @CurrentCaller() caller: Caller,
    @Args('input') input: Subject & { readonly statistics: readonly StatisticsMembers[] },
  ) {
    const command = {
      ...subjectOf(caller, input),
      statistics: validate(written, input.statistics.map(fromStatistics)),
    };
    const useCase =
      command.partition === undefined ? updateColumnStatisticsForTable : updateColumnStatisticsForPartition;
    const failures = await this.#useCases.run(caller, useCase, command);
    return {
      failures: failures.map(({ item, error: { code, message } }) => ({
        columnName: item.columnName,
        code,
        message,
      })),
    };
  }

  @Mutation('deleteColumnStatistics')
  async deleteColumnStatistics(
    @CurrentCaller() caller: Caller,
    @Args('input') input: Subject & { readonly columnName: string },
  ) {
    const command = { ...subjectOf(caller, input), columnName: validate(columnNameString, input.columnName) };
    const useCase =
      command.partition === undefined ? deleteColumnStatisticsForTable : deleteColumnStatisticsForPartition;
    await this.#useCases.run(caller, useCase, command);
    return { name: input.columnName };
  }
}
