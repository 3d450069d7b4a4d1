import { validate } from '@lakewarden/aws-wire';
import { databaseRef, tableRef } from '@lakewarden/catalog';
import { type Caller, invalid, type UseCases } from '@lakewarden/kernel';
import {
  addLFTagsToResource,
  type GrantResource,
  removeLFTagsFromResource,
  searchDatabasesByLFTags,
  searchTablesByLFTags,
} from '@lakewarden/permissions';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { catalogId, nameString } from '../aws/glue/shapes.ts';
import { columnNames, fold } from '../aws/lakeformation/shapes.ts';
import { MAX_TAGS } from '../aws/lakeformation/tag.operations.ts';
import { MAX_TEXT, tagKey } from '../aws/lakeformation/tag-shapes.ts';
import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { lfTagExpression, ofCatalog } from './lf-tag.shapes.ts';

const MAX_PAGE = 100;

const resource = z.object({
  catalogId: catalogId.nullable(),
  database: nameString,
  table: nameString.nullish(),
  columns: columnNames.nullish(),
});
const tagging = z.object({
  resource,
  tags: z.array(z.object({ key: tagKey, value: z.string().max(MAX_TEXT) })).max(MAX_TAGS),
});
const search = z.object({ catalogId: catalogId.nullable(), expression: lfTagExpression });

/** @throws InvalidInputException columns of no table, or none */
function toResource(caller: Caller, given: z.output<typeof resource>): GrantResource {
  const { catalogId: owner, database, table, columns } = given;
  const account = owner ?? undefined;
  if (table == null) {
    if (columns != null) throw invalid('Columns are named with their table.');
    return { kind: 'Database', database: databaseRef(caller, { catalogId: account, name: database }) };
  }
  const ref = tableRef(caller, { catalogId: account, database, name: table });
  if (columns == null) return { kind: 'Table', table: ref };
  if (columns.length === 0) throw invalid('columns names no column.');
  return { kind: 'TableWithColumns', table: ref, columns: { kind: 'include', names: fold(columns) } };
}

@Resolver()
export class LfTaggingResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('searchTablesByLfTags')
  async searchTablesByLfTags(@CurrentCaller() caller: Caller, @Args() args: PageArguments) {
    const command = { ...ofCatalog(caller, validate(search, args)), ...pageRequest(args, MAX_PAGE) };
    const page = await this.#useCases.run(caller, searchTablesByLFTags, command);
    return toConnection(page, ({ catalogId: owner, database, table, tags }) => ({
      catalogId: owner,
      database,
      name: table,
      databaseLfTags: tags.database,
      lfTags: tags.table,
      columns: tags.columns.map(({ name, tags: lfTags }) => ({ name, lfTags })),
    }));
  }

  @Query('searchDatabasesByLfTags')
  async searchDatabasesByLfTags(@CurrentCaller() caller: Caller, @Args() args: PageArguments) {
    const command = { ...ofCatalog(caller, validate(search, args)), ...pageRequest(args, MAX_PAGE) };
    const page = await this.#useCases.run(caller, searchDatabasesByLFTags, command);
    return toConnection(page, ({ catalogId: owner, database: name, tags }) => ({
      catalogId: owner,
      name,
      lfTags: tags.database,
    }));
  }

  @Mutation('addLfTagsToResource')
  addLfTagsToResource(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    return this.#tag(caller, addLFTagsToResource, input);
  }

  @Mutation('removeLfTagsFromResource')
  removeLfTagsFromResource(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    return this.#tag(caller, removeLFTagsFromResource, input);
  }

  async #tag(caller: Caller, useCase: typeof addLFTagsToResource, input: object) {
    const { resource: on, tags } = validate(tagging, input);
    const failures = await this.#useCases.run(caller, useCase, {
      catalogId: on.catalogId ?? caller.accountId,
      resource: toResource(caller, on),
      tags: tags.map(({ key, value }) => ({ key, values: [value] })),
    });
    return {
      failures: failures.map(({ index, error: { code, message } }) => ({
        index,
        key: tags[index]?.key ?? '',
        value: tags[index]?.value ?? '',
        code,
        message,
      })),
    };
  }
}
