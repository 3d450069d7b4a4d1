import type { DatabaseRef, TableRef } from '@lakewarden/catalog';
import type { Clock, ColumnScope } from '@lakewarden/kernel';
import { type GrantEntry, type GrantResource, type ListedOptIn, placeOfArn } from '@lakewarden/permissions';

import { arnOf } from './in-process-callers.ts';
import { HOUR_MS } from './in-process-clock.ts';
import { locationArn, permissionsOf, toConditions } from './in-process-inputs.ts';
import { ACCOUNT, type Granting, type On, pathOf } from './story.ts';

/** What a story's names stand for: its own databases, beside those of others. */
export class StoryNames {
  readonly #suffix: string;
  readonly #clock: Clock;

  constructor(suffix: string, clock: Clock) {
    this.#suffix = suffix;
    this.#clock = clock;
  }

  database(name: string): DatabaseRef {
    return { catalogId: ACCOUNT, name: `${name}${this.#suffix}` };
  }

  table(path: string): TableRef {
    const [database, name] = pathOf(path);
    return { catalogId: ACCOUNT, database: `${database}${this.#suffix}`, name };
  }

  resource(on: On): GrantResource {
    if ('catalog' in on) return { kind: 'Catalog', catalogId: ACCOUNT };
    if ('database' in on) return { kind: 'Database', database: this.database(on.database) };
    if ('tablesOf' in on) return { kind: 'TableWildcard', database: this.database(on.tablesOf) };
    if ('table' in on) return { kind: 'Table', table: this.table(on.table) };
    if ('location' in on)
      return { kind: 'DataLocation', catalogId: ACCOUNT, location: placeOfArn(locationArn(on.location)) };
    if ('tag' in on) return { kind: 'LFTag', catalogId: ACCOUNT, key: on.tag, values: on.values };
    if ('expression' in on) return { kind: 'LFTagExpression', catalogId: ACCOUNT, name: on.expression };
    if ('tablesTagged' in on || 'databasesTagged' in on) {
      const said = 'tablesTagged' in on ? on.tablesTagged : on.databasesTagged;
      return {
        kind: 'LFTagPolicy',
        catalogId: ACCOUNT,
        of: 'tablesTagged' in on ? 'TABLE' : 'DATABASE',
        expression: typeof said === 'string' ? { name: said } : toConditions(said),
      };
    }
    const table = this.table(on.of);
    if ('filter' in on) return { kind: 'DataCellsFilter', table, name: on.filter };
    // The doors fold them.
    const names = ('columns' in on ? on.columns : on.allColumnsBut).map((name) => name.toLowerCase());
    if ('columns' in on) return { kind: 'TableWithColumns', table, columns: { kind: 'include', names } };
    const columns: ColumnScope = names.length === 0 ? { kind: 'all' } : { kind: 'exclude', names };
    return { kind: 'TableWithColumns', table, columns };
  }

  optedOn({ type, database = '', table }: ListedOptIn): string {
    const name = database.slice(0, database.length - this.#suffix.length);
    switch (type) {
      case 'CATALOG':
        return 'catalog';
      case 'DATABASE':
        return `database ${name}`;
      case 'TABLE':
        return `table ${name}.${String(table)}`;
      case 'TABLE_WILDCARD':
        return `tables of ${name}`;
    }
  }

  entry(
    step: Pick<Granting, 'on' | 'permissions' | 'option' | 'when' | 'since' | 'until'>,
    principal: string,
  ): GrantEntry {
    const at = (hours: number | undefined) =>
      hours === undefined ? undefined : new Date(this.#clock.now().getTime() + hours * HOUR_MS);
    return {
      principal: arnOf(principal),
      resource: this.resource(step.on),
      permissions: permissionsOf(step.permissions),
      withGrantOption: permissionsOf(step.option),
      condition: step.when,
      validFrom: at(step.since),
      validUntil: at(step.until),
    };
  }
}
