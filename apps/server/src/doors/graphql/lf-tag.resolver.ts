import { validate } from '@lakewarden/aws-wire';
import type { Caller, UseCases } from '@lakewarden/kernel';
import {
  createLFTag,
  createLFTagExpression,
  deleteLFTag,
  deleteLFTagExpression,
  getLFTag,
  getLFTagExpression,
  listLFTagExpressions,
  listLFTags,
  updateLFTag,
  updateLFTagExpression,
} from '@lakewarden/permissions';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { catalogId, descriptionString, nameString } from '../aws/glue/shapes.ts';
import { tagKey, tagValues } from '../aws/lakeformation/tag-shapes.ts';
import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { lfTagExpression, ofCatalog } from './lf-tag.shapes.ts';
import { orNull } from './or-null.ts';

const MAX_PAGE = 100;

const catalogArgument = z.object({ catalogId: catalogId.nullable() });
const tagName = catalogArgument.extend({ key: tagKey });
const newTag = tagName.extend({ values: tagValues });
const tagChange = tagName.extend({ valuesToAdd: tagValues.nullish(), valuesToDelete: tagValues.nullish() });
const expressionName = catalogArgument.extend({ name: nameString });
const savedExpression = expressionName.extend({
  description: descriptionString.nullish(),
  expression: lfTagExpression,
});

@Resolver()
export class LfTagResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('lfTag')
  lfTag(@CurrentCaller() caller: Caller, @Args() args: object) {
    return orNull(this.#useCases.run(caller, getLFTag, ofCatalog(caller, validate(tagName, args))));
  }

  @Query('lfTags')
  async lfTags(@CurrentCaller() caller: Caller, @Args() args: PageArguments) {
    const command = { ...ofCatalog(caller, validate(catalogArgument, args)), ...pageRequest(args, MAX_PAGE) };
    return toConnection(await this.#useCases.run(caller, listLFTags, command), (tag) => tag);
  }

  @Mutation('createLfTag')
  async createLfTag(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const command = ofCatalog(caller, validate(newTag, input));
    return { lfTag: await this.#useCases.run(caller, createLFTag, command) };
  }

  @Mutation('updateLfTag')
  async updateLfTag(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const { valuesToAdd, valuesToDelete, ...named } = ofCatalog(caller, validate(tagChange, input));
    const lfTag = await this.#useCases.run(caller, updateLFTag, {
      ...named,
      valuesToAdd: valuesToAdd ?? [],
      valuesToDelete: valuesToDelete ?? [],
    });
    return { lfTag };
  }

  @Mutation('deleteLfTag')
  async deleteLfTag(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const command = ofCatalog(caller, validate(tagName, input));
    await this.#useCases.run(caller, deleteLFTag, command);
    return { key: command.key };
  }

  @Query('lfTagExpression')
  lfTagExpression(@CurrentCaller() caller: Caller, @Args() args: object) {
    const command = ofCatalog(caller, validate(expressionName, args));
    return orNull(this.#useCases.run(caller, getLFTagExpression, command));
  }

  @Query('lfTagExpressions')
  async lfTagExpressions(@CurrentCaller() caller: Caller, @Args() args: PageArguments) {
    const command = { ...ofCatalog(caller, validate(catalogArgument, args)), ...pageRequest(args, MAX_PAGE) };
    return toConnection(
      await this.#useCases.run(caller, listLFTagExpressions, command),
      (expression) => expression,
    );
  }

  @Mutation('createLfTagExpression')
  createLfTagExpression(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    return this.#save(caller, createLFTagExpression, input);
  }

  @Mutation('updateLfTagExpression')
  updateLfTagExpression(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    return this.#save(caller, updateLFTagExpression, input);
  }

  @Mutation('deleteLfTagExpression')
  async deleteLfTagExpression(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const command = ofCatalog(caller, validate(expressionName, input));
    await this.#useCases.run(caller, deleteLFTagExpression, command);
    return { name: command.name };
  }

  async #save(caller: Caller, useCase: typeof createLFTagExpression, input: object) {
    const { description, ...named } = ofCatalog(caller, validate(savedExpression, input));
    const command = { ...named, description: description ?? undefined };
    return { lfTagExpression: await this.#useCases.run(caller, useCase, command) };
  }
}
