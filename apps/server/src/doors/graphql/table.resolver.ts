import { validate } from '@lakewarden/aws-wire';
import {
  createTable,
  deleteTable,
  explainGetPartitions,
  getPartition,
  getPartitionIndexes,
  getPartitions,
  getTable,
  getTableVersions,
  type GetPartitions,
  tableRef,
  type TableRef,
  updateTable,
} from '@lakewarden/catalog';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { catalogId, nameString, tableInput, valueList } from '../aws/glue/shapes.ts';
import {
  fromTableDefinition,
  type LinkTargetInput,
  type TableDefinitionInput,
  type TableNode,
  toPartitionIndexNode,
  toPartitionNode,
  toTableNode,
} from './catalog.shapes.ts';
import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { fromIcebergTable, type IcebergTableInput } from './iceberg.shapes.ts';
import { orNull } from './or-null.ts';

const MAX_PAGE = 100;
const MAX_PARTITION_PAGE = 1000;

export interface TableName {
  readonly database: string;
  readonly name: string;
  readonly catalogId?: string | null;
}

const tableName = z.object({ database: nameString, name: nameString, catalogId: catalogId.nullable() });
const segment = z.object({ number: z.int().min(0).max(9), total: z.int().min(1).max(10) });

/** @throws ValidationException a name that can be none */
export const tableRefOf = (caller: Caller, asked: TableName): TableRef => {
  const { database, name, catalogId: owner } = validate(tableName, asked);
  return tableRef(caller, { database, name, catalogId: owner ?? undefined });
};

interface PartitionArguments extends PageArguments {
  readonly expression?: string | null;
  readonly segment?: { readonly number: number; readonly total: number } | null;
}

@Resolver('Table')
export class TableResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('table')
  async table(@CurrentCaller() caller: Caller, @Args() args: TableName) {
    const table = await orNull(this.#useCases.run(caller, getTable, tableRefOf(caller, args)));
    return table && toTableNode(table);
  }

  @ResolveField('partitions')
  async partitions(
    @CurrentCaller() caller: Caller,
    @Parent() table: TableNode,
    @Args() args: PartitionArguments,
  ) {
    const command: GetPartitions = {
      table: tableRefOf(caller, table),
      expression: args.expression ?? undefined,
      segment: validate(segment.nullish(), args.segment) ?? undefined,
      ...pageRequest(args, MAX_PARTITION_PAGE),
    };
    const page = await this.#useCases.run(caller, getPartitions, command);
    return { ...toConnection(page, toPartitionNode), command };
  }

  @ResolveField('partition')
  async partition(
    @CurrentCaller() caller: Caller,
    @Parent() table: TableNode,
    @Args('values') values: string[],
  ) {
    const command = { table: tableRefOf(caller, table), values: validate(valueList, values) };
    const partition = await orNull(this.#useCases.run(caller, getPartition, command));
    return partition && toPartitionNode(partition);
  }

  @ResolveField('partitionIndexes')
  async partitionIndexes(@CurrentCaller() caller: Caller, @Parent() table: TableNode) {
    const indexes = await this.#useCases.run(caller, getPartitionIndexes, tableRefOf(caller, table));
    return indexes.map(toPartitionIndexNode);
  }

  @ResolveField('versions')
  async versions(@CurrentCaller() caller: Caller, @Parent() table: TableNode, @Args() args: PageArguments) {
    const command = { table: tableRefOf(caller, table), ...pageRequest(args, MAX_PAGE) };
    return toConnection(await this.#useCases.run(caller, getTableVersions, command), toTableNode);
  }

  @Mutation('createTable')
  async createTable(
    @CurrentCaller() caller: Caller,
    @Args('input')
    input: {
      readonly table: TableName;
      readonly definition: TableDefinitionInput;
      readonly linkTarget?: LinkTargetInput | null;
      readonly iceberg?: IcebergTableInput | null;
      readonly partitionIndexes?:
        readonly { readonly name: string; readonly keys: readonly string[] }[] | null;
    },
  ) {
    const valid = validate(
      tableInput,
      fromTableDefinition(input.table.name, input.definition, input.linkTarget),
    );
    const table = await this.#useCases.run(caller, createTable, {
      table: tableRefOf(caller, input.table),
      definition: valid.definition,
      linkTarget: valid.linkTarget,
      partitionKeys: valid.partitionKeys ?? [],
      indexes: input.partitionIndexes?.map(({ name: indexName, keys }) => ({ indexName, keys })),
      ...(input.iceberg != null && { iceberg: fromIcebergTable(input.iceberg) }),
    });
    return { table: toTableNode(table) };
  }

  @Mutation('updateTable')
  async updateTable(
    @CurrentCaller() caller: Caller,
    @Args('input')
    input: {
      readonly table: TableName;
      readonly definition: TableDefinitionInput;
      readonly expectedVersionId?: string | null;
      readonly skipArchive?: boolean | null;
    },
  ) {
    const valid = validate(tableInput, fromTableDefinition(input.table.name, input.definition));
    const table = await this.#useCases.run(caller, updateTable, {
      table: tableRefOf(caller, input.table),
      definition: valid.definition,
      partitionKeys: valid.partitionKeys ?? [],
      expectedVersionId: input.expectedVersionId ?? undefined,
      skipArchive: input.skipArchive ?? false,
    });
    return { table: toTableNode(table) };
  }

  @Mutation('deleteTable')
  async deleteTable(@CurrentCaller() caller: Caller, @Args('input') input: TableName) {
    const ref = tableRefOf(caller, input);
    await this.#useCases.run(caller, deleteTable, ref);
    return { name: ref.name };
  }
}

@Resolver('PartitionConnection')
export class PartitionConnectionResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @ResolveField('explain')
  async explain(@CurrentCaller() caller: Caller, @Parent() { command }: { readonly command: GetPartitions }) {
    const { plan, rowsRead } = await this.#useCases.run(caller, explainGetPartitions, command);
    return { ...plan, rowsRead };
  }
}
