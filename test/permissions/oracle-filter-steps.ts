import type { Bounds, Permit } from './oracle-bounds.ts';
import type { OracleDecision } from './oracle-decision.ts';
import type { OracleFilter } from './oracle-filters.ts';
import type { OraclePassingOn } from './oracle-passing-on.ts';
import {
  columnsOf,
  type Database,
  denied,
  invalid,
  IS_THERE,
  missing,
  shows,
  showsAll,
  type Table,
  taken,
} from './oracle-world.ts';
import type { Answer, FilterStep, Granting, Revoking, Step } from './story.ts';

/** Data cells filters: what is done to them, and granted on them (§6). */
export class OracleFilterSteps {
  readonly #decision: OracleDecision;
  readonly #passingOn: OraclePassingOn;

  constructor(decision: OracleDecision, passingOn: OraclePassingOn) {
    this.#decision = decision;
    this.#passingOn = passingOn;
  }

  /** Who sees all that could be granted of a table may hear that it has no filter of a name. */
  #mayKnowFilters(caller: string, database: Database, table: Table): boolean {
    return (
      this.#decision.isReadOnlyAdmin(caller) ||
      showsAll(this.#decision.givingOn(caller, database, table, 'SELECT', true), columnsOf(table))
    );
  }

  /** §9: SELECT with grant option over at least these columns. */
  #mayShow(
    caller: string,
    of: string,
    { columns, isExclude }: { readonly columns: readonly string[]; readonly isExclude: boolean },
    [database, table]: readonly [Database, Table],
    passing?: Bounds,
  ): boolean {
    const on = isExclude ? { allColumnsBut: [...columns], of } : { columns: [...columns], of };
    this.#decision.passing = passing;
    const isAny = this.#decision.givingOn(caller, database, table, 'SELECT', true).length > 0;
    const shows = isAny && this.#passingOn.reaches(caller, on, 'SELECT', database, table);
    this.#decision.passing = undefined;
    return shows;
  }

  /** By what is held on the filter, or by who could grant as much himself. */
  #mayFilter(
    caller: string,
    [database, table, filter]: readonly [Database, Table, OracleFilter],
    permission: string,
    passing?: Bounds,
  ): boolean {
    if (this.#decision.isAdmin(caller)) return true;
    const isPassing = passing !== undefined;
    if (!isPassing && permission === 'DESCRIBE' && this.#decision.isReadOnlyAdmin(caller)) return true;
    if (this.#decision.filters.isHeld(filter, permission, this.#decision.names(caller), passing)) return true;
    return this.#mayShow(caller, `${database.name}.${table.name}`, filter, [database, table], passing);
  }

  #findFilter(caller: string, of: string, name: string): readonly [Database, Table, OracleFilter] {
    const [database, table] = this.#decision.findTable(caller, of);
    const filter = this.#decision.filters.find(table.id, name);
    if (filter === undefined) throw this.#mayKnowFilters(caller, database, table) ? missing() : denied();
    return [database, table, filter];
  }

  onFilter(step: FilterStep): Partial<Answer> {
    switch (step.op) {
      case 'CreateFilter':
      case 'UpdateFilter':
        return this.#putFilter(step);
      case 'GetFilter':
      case 'DeleteFilter': {
        const found = this.#findFilter(step.as, step.of, step.filter);
        const permission = step.op === 'GetFilter' ? 'DESCRIBE' : 'DROP';
        if (!this.#mayFilter(step.as, found, permission)) throw denied();
        if (step.op === 'GetFilter') return { columns: [...found[2].columns].sort() };
        this.#decision.filters.drop((filter) => filter === found[2]);
        return {};
      }
      case 'ListFilters': {
        const [database, table] = this.#decision.findTable(step.as, step.of);
        const seen = this.#decision.filters
          .of(table.id)
          .filter((filter) => this.#mayFilter(step.as, [database, table, filter], 'DESCRIBE'));
        // §9: who sees neither the table nor a filter of it is not told that it is there.
        if (seen.length === 0 && !this.#decision.seesTable(step.as, database, table)) throw denied();
        return { names: seen.map(({ name }) => name).sort() };
      }
    }
  }

  #putFilter(step: Extract<Step, { op: 'CreateFilter' | 'UpdateFilter' }>): Partial<Answer> {
    const { as, of, filter: name, isExclude } = step;
    const [database, table] = this.#decision.findTable(as, of);
    const columns = step.columns.map((column) => column.toLowerCase());
    const rows = step.rows === 'all' ? 'all' : { ...step.rows, column: step.rows.column.toLowerCase() };
    // One that is held already is changed by who could grant it without a condition, for good.
    const passing = step.op === 'UpdateFilter' ? {} : undefined;
    if (!this.#mayShow(as, of, { columns, isExclude }, [database, table], passing)) throw denied();
    this.#decision.passing = passing;
    const giving = this.#decision.givingOn(as, database, table, 'SELECT', true);
    this.#decision.passing = undefined;
    // Whoever could look at a column that is hidden from him would learn its values by the rows.
    if (rows !== 'all' && !giving.some((held) => shows(held, rows.column))) throw denied();
    const there = columnsOf(table);
    const named = [...columns, ...(rows === 'all' ? [] : [rows.column])];
    const seesAll = showsAll(this.#decision.givingOn(as, database, table, 'DESCRIBE'), there);
    // Who does not hears the same of what is hidden and what is not there.
    if (!seesAll && named.some((column) => !there.includes(column))) throw denied();
    if (columns.some((column) => !there.includes(column))) throw missing();
    if (rows !== 'all' && !columnsOf(table).includes(rows.column)) throw invalid();
    const known = this.#decision.filters.find(table.id, name);
    if (step.op === 'CreateFilter') {
      if (known !== undefined) throw taken();
      this.#decision.filters.add({ database: database.id, table: table.id, name, rows, columns, isExclude });
      return {};
    }
    if (known === undefined) throw this.#mayKnowFilters(as, database, table) ? missing() : denied();
    if (!this.#mayShow(as, of, known, [database, table], passing)) throw denied();
    Object.assign(known, { rows, columns, isExclude });
    return {};
  }

  /** §3: SELECT on a filter, DESCRIBE and DROP for managing it. */
  #permitFilter(
    { filter, of }: { readonly filter: string; readonly of: string },
    as: string,
    permissions: readonly string[],
    passing: Bounds,
  ): OracleFilter {
    if (permissions.some((each) => !['SELECT', 'DESCRIBE', 'DROP'].includes(each))) throw invalid();
    const found = this.#findFilter(as, of, filter);
    if (permissions.some((permission) => !this.#mayFilter(as, found, permission, passing))) throw denied();
    return found[2];
  }

  grantFilter(on: { readonly filter: string; readonly of: string }, step: Granting): () => void {
    const { as, permissions, option, to } = step;
    const bounds = this.#passingOn.boundsOf(step);
    const filter = this.#permitFilter(on, as, permissions, bounds);
    if (to === 'IAM_ALLOWED_PRINCIPALS' || !IS_THERE.test(to)) throw invalid();
    return () => {
      for (const permission of permissions)
        this.#decision.filters.grant(filter, to, permission, {
          option: option.includes(permission),
          ...bounds,
        });
    };
  }

  revokeFilter(
    on: { readonly filter: string; readonly of: string },
    { as, permissions, option, from, when }: Revoking,
  ): Partial<Answer> {
    const until = this.#decision.time.hours;
    const filter = this.#permitFilter(on, as, [...permissions, ...option], { when, until });
    const permit: Permit = (permission, end) => {
      this.#permitFilter(on, as, [permission], { when, until: end });
    };
    if (!this.#decision.filters.revoke(filter, from, permissions, option, { when }, permit)) throw invalid();
    return {};
  }
}
