import type { Bounds } from './oracle-bounds.ts';
import { STORY_CONDITIONS } from './oracle-conditions.ts';
import type { OracleDecision } from './oracle-decision.ts';
import {
  columnsOf,
  type Database,
  denied,
  type Held,
  invalid,
  missing,
  type NamedThing,
  NO_TABLE,
  shows,
  showsAll,
  type Table,
  type Target,
} from './oracle-world.ts';
import type { Granting } from './story.ts';

/** What a caller may grant and take back, on what the catalog names (§9, §10). */
export class OraclePassingOn {
  readonly #decision: OracleDecision;

  constructor(decision: OracleDecision) {
    this.#decision = decision;
  }

  /** What is granted on: one entry for each row that is then held, and the columns that it reaches. */
  resolve(
    caller: string,
    on: NamedThing,
  ): { rows: (Target & Pick<Held, 'columns'>)[]; database?: Database; table?: Table } {
    if ('catalog' in on)
      return { rows: [{ kind: 'catalog', database: NO_TABLE, table: NO_TABLE, columns: [] }] };
    if ('database' in on || 'tablesOf' in on) {
      const database = this.#decision.find(caller, 'database' in on ? on.database : on.tablesOf);
      const kind = 'database' in on ? 'database' : 'tables';
      return { rows: [{ kind, database: database.id, table: NO_TABLE, columns: [] }], database };
    }
    const [database, table] = this.#decision.findTable(caller, 'table' in on ? on.table : on.of);
    const at = { database: database.id, table: table.id };
    if ('table' in on) return { rows: [{ kind: 'table', ...at, columns: [] }], database, table };
    const named = ('columns' in on ? on.columns : on.allColumnsBut).map((column) => column.toLowerCase());
    if (named.some((column) => !columnsOf(table).includes(column))) {
      // Who sees all columns may hear that one is not there.
      throw showsAll(this.#decision.givingOn(caller, database, table, 'DESCRIBE'), columnsOf(table))
        ? missing()
        : denied();
    }
    const rows =
      'columns' in on
        ? named.map((column) => ({ kind: 'column' as const, ...at, columns: [column] }))
        : [{ kind: 'except' as const, ...at, columns: [...named].sort() }];
    return { rows, database, table };
  }

  /** §9: the same permission with grant option over at least that scope. */
  mayPassOn(
    caller: string,
    { on, permissions }: { on: NamedThing; permissions: readonly string[] },
    bounds: Bounds,
  ) {
    const { rows, database, table } = this.resolve(caller, on);
    this.#decision.passing = bounds;
    const reaches = permissions.every((each) => this.reaches(caller, on, each, database, table));
    this.#decision.passing = undefined;
    if (!reaches) throw denied();
    return rows.map((row) => ({ ...row, ...bounds }));
  }

  reaches(caller: string, on: NamedThing, permission: string, database?: Database, table?: Table): boolean {
    if (database === undefined) return this.#decision.mayCatalog(caller, permission, true);
    if ('database' in on) return this.#decision.mayDatabase(caller, database, permission, true);
    const giving = this.#decision.givingOn(caller, database, table, permission, true);
    if ('columns' in on) return on.columns.every((column) => giving.some((held) => shows(held, column)));
    const excluded = 'allColumnsBut' in on ? on.allColumnsBut : [];
    const wanted = table === undefined ? [] : columnsOf(table);
    // What tags hide he cannot name; what he holds all but of, he can.
    const isNamed = giving.some(({ kind, isByTags }) => kind === 'except' && isByTags !== true);
    if (!isNamed && wanted.some((column) => !giving.some((held) => shows(held, column)))) return false;
    return showsAll(
      giving,
      wanted.filter((column) => !excluded.includes(column)),
    );
  }

  /** §10: a condition that there is, and a time that is to come. */
  boundsOf({ when, since, until }: Granting): Bounds {
    if (when !== undefined && !(when in STORY_CONDITIONS)) throw invalid();
    if (until !== undefined && (until <= 0 || (since !== undefined && since >= until))) throw invalid();
    const { hours } = this.#decision.time;
    return {
      when,
      ...(since !== undefined && { from: hours + since }),
      ...(until !== undefined && { until: hours + until }),
    };
  }
}
