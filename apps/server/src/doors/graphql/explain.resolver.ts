import { validate } from '@lakewarden/aws-wire';
import { databaseRef, tableRef } from '@lakewarden/catalog';
import { type Caller, invalid, PERMISSIONS, type UseCases } from '@lakewarden/kernel';
import { type Explain, explain, type ExplainedResource } from '@lakewarden/permissions';
import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { catalogId, nameString } from '../aws/glue/shapes.ts';
import { CurrentCaller, USE_CASES } from './context.ts';

export const explainInput = z.object({
  principal: z.string().min(1).max(255).nullish(),
  permission: z.enum(PERMISSIONS),
  catalogId: catalogId.nullable(),
  database: nameString.nullish(),
  table: nameString.nullish(),
});

export function resourceOf(
  caller: Caller,
  {
    catalogId: asked,
    database,
    table,
  }: Pick<z.output<typeof explainInput>, 'catalogId' | 'database' | 'table'>,
): ExplainedResource {
  const owner = asked ?? undefined;
  if (typeof database !== 'string') {
    if (typeof table === 'string') throw invalid('A table is named with its database.');
    return { kind: 'Catalog', catalogId: owner ?? caller.accountId };
  }
  return typeof table === 'string'
    ? { kind: 'Table', table: tableRef(caller, { catalogId: owner, database, name: table }) }
    : { kind: 'Database', database: databaseRef(caller, { catalogId: owner, name: database }) };
}

export const toExplain = (caller: Caller, asked: z.output<typeof explainInput>): Explain => ({
  principal: asked.principal ?? undefined,
  permission: asked.permission,
  resource: resourceOf(caller, asked),
});

@Resolver()
export class ExplainResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('explain')
  explain(@CurrentCaller() caller: Caller, @Args('input') input: z.output<typeof explainInput>) {
    const valid = validate(explainInput, input);
    return this.#useCases.run(caller, explain, toExplain(caller, valid));
  }
}
