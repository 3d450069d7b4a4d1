import { validate } from '@lakewarden/aws-wire';
import {
  applyCatalog,
  exportCatalog,
  type PlanCatalog,
  planCatalog,
  type ReadDatabase,
  type ReadTable,
  type TableDocument,
} from '@lakewarden/catalog';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';

import { exportArguments, planArguments, readDocument, writeDatabase } from './catalog-document.shapes.ts';
import { CurrentCaller, USE_CASES } from './context.ts';

interface PlanInput {
  readonly catalogId?: string | null;
  readonly document: unknown;
  readonly prune?: boolean | null;
}

const toTable = ({ table, indexes, partitions }: ReadTable): TableDocument => ({
  definition: table.definition,
  partitionKeys: table.hasPartitionKeys ? table.partitionKeys : undefined,
  linkTarget: table.linkTarget,
  indexes: new Map(indexes.map(({ name, keys }) => [name, keys.map((key) => key.name)])),
  partitions,
});

const toDatabase = ({ database, tables }: ReadDatabase): Record<string, unknown> =>
  writeDatabase({
    definition: database.definition,
    linkTarget: database.linkTarget,
    tables: new Map([...tables].map(([name, each]) => [name, toTable(each)])),
  });

@Resolver()
export class CatalogDocumentResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('exportCatalog')
  async exportCatalog(
    @CurrentCaller() caller: Caller,
    @Args()
    args: {
      readonly catalogId?: string | null;
      readonly databases?: readonly string[] | null;
      readonly partitions?: boolean | null;
    },
  ) {
    const { catalogId, databases, partitions } = validate(exportArguments, args);
    const catalog = await this.#useCases.run(caller, exportCatalog, {
      catalogId: catalogId ?? caller.accountId,
      databases: databases?.map((name) => name.toLowerCase()),
      withPartitions: partitions ?? false,
    });
    const document = {
      version: 1,
      scope: databases === undefined || databases === null ? 'catalog' : 'databases',
      databases: Object.fromEntries([...catalog].map(([name, each]) => [name, toDatabase(each)])),
    };
    return { document };
  }

  @Query('planCatalog')
  planCatalog(@CurrentCaller() caller: Caller, @Args('input') input: PlanInput) {
    return this.#useCases.run(caller, planCatalog, this.#command(caller, input));
  }

  @Mutation('applyCatalog')
  applyCatalog(@CurrentCaller() caller: Caller, @Args('input') input: PlanInput & { readonly base: string }) {
    const command = { ...this.#command(caller, input), base: input.base };
    return this.#useCases.run(caller, applyCatalog, command);
  }

  #command(caller: Caller, input: PlanInput): PlanCatalog {
    const { catalogId, document, prune } = validate(planArguments, input);
    return {
      catalogId: catalogId ?? caller.accountId,
      document: readDocument(document),
      prune: prune ?? false,
    };
  }
}
