import { validate } from '@lakewarden/aws-wire';
import {
  createDataQualityRuleset,
  type DataQualityRuleset,
  deleteDataQualityRuleset,
  getDataQualityRuleset,
  listDataQualityRulesets,
  updateDataQualityRuleset,
} from '@lakewarden/governance';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';

import { newRuleset, rulesetFilter, rulesetText } from '../aws/glue/data-quality.shapes.ts';
import { descriptionString, nameString } from '../aws/glue/shapes.ts';
import { given } from './catalog.shapes.ts';
import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { orNull } from './or-null.ts';

const MAX_PAGE = 1000;

interface TableMembers {
  readonly catalogId?: string | null;
  readonly database: string;
  readonly name: string;
}

interface RulesetMembers {
  readonly name: string;
  readonly description?: string | null;
  readonly ruleset?: string | null;
  readonly table?: TableMembers | null;
  readonly tags?: Readonly<Record<string, string>> | null;
  readonly clientToken?: string | null;
}

const toGlueTable = (table: TableMembers | null | undefined) =>
  table && given({ CatalogId: table.catalogId, DatabaseName: table.database, TableName: table.name });

const toNode = ({ targetTable, ...found }: DataQualityRuleset) => ({
  ...found,
  table: targetTable && {
    catalogId: targetTable.CatalogId,
    database: targetTable.DatabaseName,
    name: targetTable.TableName,
  },
});

@Resolver('DataQualityRuleset')
export class DataQualityResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('dataQualityRuleset')
  async dataQualityRuleset(@CurrentCaller() caller: Caller, @Args('name') name: string) {
    const command = { name: validate(nameString, name) };
    const found = await orNull(this.#useCases.run(caller, getDataQualityRuleset, command));
    return found && toNode(found);
  }

  @Query('dataQualityRulesets')
  async dataQualityRulesets(
    @CurrentCaller() caller: Caller,
    @Args() args: PageArguments & { readonly table?: TableMembers | null },
  ) {
    const { TargetTable } = validate(rulesetFilter, given({ TargetTable: toGlueTable(args.table) }));
    const command = { filter: { targetTable: TargetTable }, ...pageRequest(args, MAX_PAGE) };
    return toConnection(await this.#useCases.run(caller, listDataQualityRulesets, command), toNode);
  }

  @Mutation('createDataQualityRuleset')
  async createDataQualityRuleset(@CurrentCaller() caller: Caller, @Args('input') input: RulesetMembers) {
    const valid = validate(
      newRuleset,
      given({
        Name: input.name,
        Description: input.description,
        Ruleset: input.ruleset,
        TargetTable: toGlueTable(input.table),
        Tags: input.tags,
        ClientToken: input.clientToken,
      }),
    );
    const name = await this.#useCases.run(caller, createDataQualityRuleset, {
      name: valid.Name,
      description: valid.Description,
      ruleset: valid.Ruleset,
      targetTable: valid.TargetTable,
      tags: valid.Tags,
      clientToken: valid.ClientToken,
    });
    const made = await this.#useCases.run(caller, getDataQualityRuleset, { name });
    return { dataQualityRuleset: toNode(made) };
  }

  @Mutation('updateDataQualityRuleset')
  async updateDataQualityRuleset(@CurrentCaller() caller: Caller, @Args('input') input: RulesetMembers) {
    const changed = await this.#useCases.run(caller, updateDataQualityRuleset, {
      name: validate(nameString, input.name),
      description: validate(descriptionString.optional(), input.description ?? undefined),
      ruleset: validate(rulesetText.optional(), input.ruleset ?? undefined),
    });
    return { dataQualityRuleset: toNode(changed) };
  }

  @Mutation('deleteDataQualityRuleset')
  async deleteDataQualityRuleset(
    @CurrentCaller() caller: Caller,
    @Args('input') input: { readonly name: string },
  ) {
    const name = validate(nameString, input.name);
    await this.#useCases.run(caller, deleteDataQualityRuleset, { name });
    return { name };
  }
}
