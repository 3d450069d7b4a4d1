import { validate } from '@lakewarden/aws-wire';
import { searchTables } from '@lakewarden/catalog';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { MAX_SEARCH_PAGE, searchFilters, valueString } from '../aws/glue/search.operations.ts';
import { catalogId } from '../aws/glue/shapes.ts';
import { given, toTableNode } from './catalog.shapes.ts';
import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';

interface SearchArguments extends PageArguments {
  readonly text?: string | null;
  readonly filters?:
    readonly { readonly key: string; readonly value: string; readonly comparator?: string | null }[] | null;
  readonly sort?: {
    readonly field: 'NAME' | 'CREATE_TIME' | 'UPDATE_TIME';
    readonly descending?: boolean | null;
  } | null;
  readonly catalogId?: string | null;
}

const asked = z.object({
  text: valueString.nullish(),
  filters: searchFilters,
  catalogId: catalogId.nullable(),
});

@Resolver('Query')
export class SearchResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('searchTables')
  async searchTables(@CurrentCaller() caller: Caller, @Args() args: SearchArguments) {
    const filters = (args.filters ?? []).map(({ key, value, comparator }) =>
      given({ Key: key, Value: value, Comparator: comparator }),
    );
    const valid = validate(asked, { text: args.text, filters, catalogId: args.catalogId });
    const page = await this.#useCases.run(caller, searchTables, {
      catalogId: valid.catalogId ?? caller.accountId,
      text: valid.text ?? undefined,
      filters: valid.filters.map(({ Key: key, Value: value, Comparator: comparator }) => ({
        key,
        value,
        comparator,
      })),
      // `CREATE_TIME` is Glue's CreateTime.
      sort: args.sort
        ? { field: args.sort.field.replace('_', ''), isDescending: args.sort.descending ?? false }
        : undefined,
      ...pageRequest(args, MAX_SEARCH_PAGE),
    });
    return toConnection(page, toTableNode);
  }
}
