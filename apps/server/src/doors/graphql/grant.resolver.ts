import { validate } from '@lakewarden/aws-wire';
import { type Caller, invalid, PERMISSIONS, type UseCases } from '@lakewarden/kernel';
import {
  batchGrantPermissions,
  batchRevokePermissions,
  type GrantEntry,
  MAX_CHANGES,
  MAX_QUESTIONS,
  whatIf,
  whoCan,
} from '@lakewarden/permissions';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { catalogId, nameString } from '../aws/glue/shapes.ts';
import { columnNames, grantResource, type ResourceShape } from '../aws/lakeformation/shapes.ts';
import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { explainInput, resourceOf, toExplain } from './explain.resolver.ts';

/** spec/permissions.md §10. */
const MAX_ENTRIES = 1_000;
const MAX_PAGE = 100;

const permissions = z.array(z.enum(PERMISSIONS)).max(20);
const resource = z.object({
  catalogId: catalogId.nullable(),
  database: nameString.nullish(),
  table: nameString.nullish(),
  allTables: z.boolean().nullish(),
  columns: columnNames.nullish(),
  exceptColumns: columnNames.nullish(),
  dataCellsFilter: nameString.nullish(),
});
const entry = z.object({
  principal: z.string().min(1).max(255),
  permissions,
  withGrantOption: permissions.nullish(),
  resource,
});
const entries = z.object({ entries: z.array(entry).min(1).max(MAX_ENTRIES) });
const trial = z.object({
  changes: z.array(z.object({ kind: z.enum(['GRANT', 'REVOKE']), entry })).max(MAX_CHANGES),
  questions: z.array(explainInput).min(1).max(MAX_QUESTIONS),
});

/** As Lake Formation's own door names it. @throws InvalidInputException two things are named at once */
function shapeOf(named: z.output<typeof resource>): ResourceShape {
  const { catalogId: owner, database, table, allTables, columns, exceptColumns, dataCellsFilter } = named;
  const CatalogId = owner ?? undefined;
  const parts = [allTables === true, columns, exceptColumns, dataCellsFilter].filter((part) => Boolean(part));
  if (parts.length > 1) {
    throw invalid('A resource takes one of allTables, columns, exceptColumns and dataCellsFilter.');
  }
  if (typeof database !== 'string') {
    if (typeof table === 'string' || parts.length > 0) throw invalid('A table is named with its database.');
    return { Catalog: { Id: CatalogId } };
  }
  if (typeof table !== 'string') {
    if (allTables === true) return { Table: { CatalogId, DatabaseName: database, TableWildcard: {} } };
    if (parts.length > 0) throw invalid('Columns and filters are named with their table.');
    return { Database: { CatalogId, Name: database } };
  }
  if (allTables === true) throw invalid('A resource takes a table or allTables.');
  const of = { CatalogId, DatabaseName: database, Name: table };
  if (Array.isArray(columns)) return { TableWithColumns: { ...of, ColumnNames: columns } };
  if (Array.isArray(exceptColumns)) {
    return { TableWithColumns: { ...of, ColumnWildcard: { ExcludedColumnNames: exceptColumns } } };
  }
  if (typeof dataCellsFilter !== 'string') return { Table: of };
  return {
    DataCellsFilter: {
      TableCatalogId: CatalogId,
      DatabaseName: database,
      TableName: table,
      Name: dataCellsFilter,
    },
  };
}

const toEntry = (given: z.output<typeof entry>, caller: Caller): GrantEntry => ({
  principal: given.principal,
  resource: grantResource(shapeOf(given.resource), caller),
  permissions: given.permissions,
  withGrantOption: given.withGrantOption ?? [],
});

@Resolver()
export class GrantResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('whoCan')
  async whoCan(@CurrentCaller() caller: Caller, @Args() args: PageArguments & { readonly input: object }) {
    const { permission, ...named } = validate(explainInput, args.input);
    const command = { ...pageRequest(args, MAX_PAGE), permission, resource: resourceOf(caller, named) };
    return toConnection(await this.#useCases.run(caller, whoCan, command), (explanation) => explanation);
  }

  @Query('whatIf')
  whatIf(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const { changes, questions } = validate(trial, input);
    return this.#useCases.run(caller, whatIf, {
      changes: changes.map((change) => ({ kind: change.kind, entry: toEntry(change.entry, caller) })),
      questions: questions.map((question) => toExplain(caller, question)),
    });
  }

  @Mutation('grantPermissions')
  grantPermissions(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    return this.#batch(caller, batchGrantPermissions, input);
  }

  @Mutation('revokePermissions')
  revokePermissions(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    return this.#batch(caller, batchRevokePermissions, input);
  }

  async #batch(caller: Caller, useCase: typeof batchGrantPermissions, input: object) {
    const asked = validate(entries, input).entries;
    const command = asked.map((each, index) => ({ id: String(index), ...toEntry(each, caller) }));
    const failures = await this.#useCases.run(caller, useCase, command);
    return {
      failures: failures.map(({ id, error }) => ({
        index: Number(id),
        code: error.code,
        message: error.message,
      })),
    };
  }
}
