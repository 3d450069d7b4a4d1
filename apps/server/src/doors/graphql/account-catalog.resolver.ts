import { validate } from '@lakewarden/aws-wire';
import { getCatalog, getTags } from '@lakewarden/catalog';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';

import { catalogId } from '../aws/glue/shapes.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { orNull } from './or-null.ts';

@Resolver('Catalog')
export class AccountCatalogResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('catalog')
  async catalog(@CurrentCaller() caller: Caller, @Args('id') id?: string | null) {
    const asked = validate(catalogId, id ?? undefined) ?? caller.accountId;
    const catalog = await orNull(this.#useCases.run(caller, getCatalog, asked));
    return catalog && { ...catalog, id: catalog.catalogId };
  }

  @ResolveField('tags')
  tags(@CurrentCaller() caller: Caller, @Parent() { arn }: { readonly arn: string }) {
    return this.#useCases.run(caller, getTags, arn);
  }
}
