import { validate } from '@lakewarden/aws-wire';
import {
  batchCreatePartition,
  batchDeletePartition,
  batchUpdatePartition,
  createPartitionIndex,
  deletePartitionIndex,
  getPartitionIndexes,
  type PartitionFailure,
} from '@lakewarden/catalog';
import { type Caller, type Change, type UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Context, Mutation, Resolver, Subscription } from '@nestjs/graphql';
import { z } from 'zod';

import { nameString, partitionInput, valueList } from '../aws/glue/shapes.ts';
import { fromPartition, type PartitionInputNode, toPartitionIndexNode } from './catalog.shapes.ts';
import { CHANGES, type Changes } from './changes.ts';
import { CurrentCaller, type GraphqlContext, requireCallerNow, USE_CASES } from './context.ts';
import { forSocket } from './errors.ts';
import { type TableName, tableRefOf } from './table.resolver.ts';

const MAX_WRITES = 100;
const MAX_DELETES = 25;

const partitions = z.array(partitionInput).max(MAX_WRITES);
const updates = z
  .array(z.object({ values: valueList, partition: partitionInput }))
  .min(1)
  .max(MAX_WRITES);
const deletes = z.array(valueList).max(MAX_DELETES);
const newIndex = z.object({ name: nameString, keys: z.array(nameString).min(1).max(100) });

/** After these a table's indexes may be others, or the table may be gone. */
const TABLE_CHANGES: ReadonlySet<Change['kind']> = new Set([
  'partition-index',
  'table',
  'database',
  'account',
]);

const toFailures = (failures: readonly PartitionFailure[]) => ({
  failures: failures.map(({ values, error: { code, message } }) => ({ values, code, message })),
});

@Resolver()
export class PartitionResolver {
  readonly #useCases: UseCases;
  readonly #changes: Changes;

  constructor(@Inject(USE_CASES) useCases: UseCases, @Inject(CHANGES) changes: Changes) {
    this.#useCases = useCases;
    this.#changes = changes;
  }

  @Mutation('createPartitions')
  async createPartitions(
    @CurrentCaller() caller: Caller,
    @Args('input') input: { readonly table: TableName; readonly partitions: readonly PartitionInputNode[] },
  ) {
    const command = {
      table: tableRefOf(caller, input.table),
      partitions: validate(partitions, input.partitions.map(fromPartition)),
    };
    return toFailures(await this.#useCases.run(caller, batchCreatePartition, command));
  }

  @Mutation('updatePartitions')
  async updatePartitions(
    @CurrentCaller() caller: Caller,
    @Args('input')
    input: {
      readonly table: TableName;
      readonly updates: readonly {
        readonly values: readonly string[];
        readonly partition: PartitionInputNode;
      }[];
    },
  ) {
    const asked = input.updates.map(({ values, partition }) => ({
      values,
      partition: fromPartition(partition),
    }));
    const command = { table: tableRefOf(caller, input.table), entries: validate(updates, asked) };
    return toFailures(await this.#useCases.run(caller, batchUpdatePartition, command));
  }

  @Mutation('deletePartitions')
  async deletePartitions(
    @CurrentCaller() caller: Caller,
    @Args('input') input: { readonly table: TableName; readonly partitions: readonly (readonly string[])[] },
  ) {
    const command = {
      table: tableRefOf(caller, input.table),
      partitions: validate(deletes, input.partitions),
    };
    return toFailures(await this.#useCases.run(caller, batchDeletePartition, command));
  }

  @Mutation('createPartitionIndex')
  async createPartitionIndex(
    @CurrentCaller() caller: Caller,
    @Args('input')
    {
      table,
      ...input
    }: { readonly table: TableName; readonly name: string; readonly keys: readonly string[] },
  ) {
    const { name: indexName, keys } = validate(newIndex, input);
    const command = { table: tableRefOf(caller, table), indexName, keys };
    return {
      partitionIndex: toPartitionIndexNode(await this.#useCases.run(caller, createPartitionIndex, command)),
    };
  }

  @Mutation('deletePartitionIndex')
  async deletePartitionIndex(
    @CurrentCaller() caller: Caller,
    @Args('input') { table, name }: { readonly table: TableName; readonly name: string },
  ) {
    await this.#useCases.run(caller, deletePartitionIndex, {
      table: tableRefOf(caller, table),
      indexName: name,
    });
    return { name };
  }

  @Subscription('partitionIndexes')
  async *partitionIndexes(@Context() context: GraphqlContext, @Args('table') table: TableName) {
    try {
      yield* this.#indexesOf(context, table);
    } catch (error) {
      throw forSocket(error, context.requestId, context.report);
    }
  }

  async *#indexesOf(context: GraphqlContext, table: TableName) {
    const ref = tableRefOf(await requireCallerNow(context), table);
    const isOurs = ({ kind, accountId }: Change): boolean =>
      TABLE_CHANGES.has(kind) && accountId === ref.catalogId;
    // Listen first, then look. Other tables' changes wake it as well, and must not show.
    let told: string | undefined;
    const changes = this.#changes.listen(isOurs);
    try {
      for (;;) {
        const caller = await requireCallerNow(context);
        const indexes = await this.#useCases.run(caller, getPartitionIndexes, ref);
        const nodes = indexes.map(toPartitionIndexNode);
        const text = JSON.stringify(nodes);
        if (text !== told) yield { partitionIndexes: nodes };
        told = text;
        if ((await changes.next()).done) return;
      }
    } finally {
      await changes.return();
    }
  }
}
