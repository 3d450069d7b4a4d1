import type { Caller, UseCases } from '@lakewarden/kernel';
import { type CarriedTag, carriedByColumn, type CarriedTags, getCarriedTags } from '@lakewarden/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';

import type { ColumnNode, DatabaseNode, TableNode } from './catalog.shapes.ts';
import { CurrentCaller, type GraphqlContext, USE_CASES } from './context.ts';
import { RequestBatch } from './request-batch.ts';

interface Carrier {
  readonly catalogId: string;
  readonly id: string;
  /** Absent: it is a table. */
  readonly databaseName?: string;
}

/** What databases, tables and columns carry: one question for all that a page shows. */
@Injectable()
export class CarriedLfTags {
  readonly #carried: RequestBatch<Carrier, CarriedTags>;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#carried = new RequestBatch(async (caller, carriers) => {
      const found = await Promise.all(
        [...Map.groupBy(carriers, ({ catalogId }) => catalogId)].map(([catalogId, of]) =>
          useCases.run(caller, getCarriedTags, {
            catalogId,
            databases: of.flatMap(({ id, databaseName: name }) => (name === undefined ? [] : [{ id, name }])),
            tableIds: of.flatMap(({ id, databaseName }) => (databaseName === undefined ? [id] : [])),
          }),
        ),
      );
      return new Map(found.flatMap((each) => [...each]));
    });
  }

  of(context: GraphqlContext, caller: Caller, carrier: Carrier): Promise<CarriedTags | null> {
    return this.#carried.load(context, caller, carrier.id, carrier);
  }
}

const toNodes = (tags: readonly CarriedTag[]) =>
  tags.map(({ key, value, isInherited: inherited }) => ({ key, value, inherited }));

@Resolver('Database')
export class DatabaseLfTagsResolver {
  readonly #carried: CarriedLfTags;

  constructor(@Inject(CarriedLfTags) carried: CarriedLfTags) {
    this.#carried = carried;
  }

  @ResolveField('lfTags')
  async lfTags(
    @CurrentCaller() caller: Caller,
    @Context() context: GraphqlContext,
    @Parent() { catalogId, id, name }: DatabaseNode,
  ) {
    const carried = await this.#carried.of(context, caller, { catalogId, id, databaseName: name });
    return carried && toNodes(carried.tags);
  }
}

@Resolver('Table')
export class TableLfTagsResolver {
  readonly #carried: CarriedLfTags;

  constructor(@Inject(CarriedLfTags) carried: CarriedLfTags) {
    this.#carried = carried;
  }

  @ResolveField('lfTags')
  async lfTags(
    @CurrentCaller() caller: Caller,
    @Context() context: GraphqlContext,
    @Parent() { catalogId, id }: TableNode,
  ) {
    const carried = await this.#carried.of(context, caller, { catalogId, id });
    return carried && toNodes(carried.tags);
  }
}

@Resolver('Column')
export class ColumnLfTagsResolver {
  readonly #carried: CarriedLfTags;

  constructor(@Inject(CarriedLfTags) carried: CarriedLfTags) {
    this.#carried = carried;
  }

  @ResolveField('lfTags')
  async lfTags(
    @CurrentCaller() caller: Caller,
    @Context() context: GraphqlContext,
    @Parent() { name, table }: ColumnNode,
  ) {
    if (table === undefined) return null;
    const { catalogId, id } = table;
    const carried = await this.#carried.of(context, caller, { catalogId, id });
    return carried && toNodes(carriedByColumn(carried, name));
  }
}
