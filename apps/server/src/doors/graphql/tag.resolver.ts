import { validate } from '@lakewarden/aws-wire';
import { getDatabaseTags, getTags, tagResource, untagResource } from '@lakewarden/catalog';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { glueArn, tagKey, tagsMap } from '../aws/glue/shapes.ts';
import type { DatabaseNode } from './catalog.shapes.ts';
import { CurrentCaller, USE_CASES } from './context.ts';

const toAdd = z.object({ resourceArn: glueArn, tags: tagsMap });
const toRemove = z.object({ resourceArn: glueArn, keys: z.array(tagKey).max(50) });

@Resolver('Database')
export class TagResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('tags')
  tags(@CurrentCaller() caller: Caller, @Args('resourceArn') resourceArn: string) {
    return this.#useCases.run(caller, getTags, validate(glueArn, resourceArn));
  }

  @ResolveField('tags')
  databaseTags(@CurrentCaller() caller: Caller, @Parent() { catalogId, name }: DatabaseNode) {
    return this.#useCases.run(caller, getDatabaseTags, { catalogId, name });
  }

  @Mutation('tagResource')
  async tagResource(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    return { tags: await this.#useCases.run(caller, tagResource, validate(toAdd, input)) };
  }

  @Mutation('untagResource')
  async untagResource(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    return { tags: await this.#useCases.run(caller, untagResource, validate(toRemove, input)) };
  }
}
