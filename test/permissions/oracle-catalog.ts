import { addTo, isForATime } from './oracle-bounds.ts';
import type { OracleDecision } from './oracle-decision.ts';
import { showsEveryRow } from './oracle-filters.ts';
import {
  columnsOf,
  type Database,
  denied,
  type Held,
  invalid,
  missing,
  NO_TABLE,
  type Table,
  taken,
  type Target,
} from './oracle-world.ts';
import { type Answer, pathOf, type Step } from './story.ts';

/** Databases, tables and partitions: what is done to them (§9). */
export class OracleCatalog {
  readonly #decision: OracleDecision;

  constructor(decision: OracleDecision) {
    this.#decision = decision;
  }

  onDatabase(
    step: Extract<Step, { op: 'CreateDatabase' | 'GetDatabase' | 'RenameDatabase' | 'DeleteDatabase' }>,
  ): Partial<Answer> {
    const isTaken = (name: string) => this.#decision.databases.some((each) => each.name === name);
    switch (step.op) {
      case 'CreateDatabase': {
        if (!this.#decision.mayCatalog(step.as, 'CREATE_DATABASE')) throw denied();
        this.#decision.place(step.as, { now: step.location });
        if (isTaken(step.database)) throw taken();
        const { location } = step;
        const made = {
          id: (this.#decision.ids += 1),
          name: step.database,
          isOpen: this.#decision.isOpen,
          tables: [],
          location,
        };
        this.#decision.databases.push(made);
        this.#created(
          step.as,
          { kind: 'database', database: made.id, table: NO_TABLE },
          this.#decision.isOpen,
        );
        return {};
      }
      case 'GetDatabase': {
        const database = this.#decision.database(step.as, step.database, 'DESCRIBE');
        return { isWhole: this.#decision.seesWholeDatabase(step.as, database) };
      }
      case 'RenameDatabase': {
        const database = this.#decision.database(step.as, step.database, 'ALTER');
        if (step.location !== database.location) this.#decision.place(step.as, { now: step.location });
        if (step.to !== database.name && isTaken(step.to)) throw taken();
        database.name = step.to;
        database.location = step.location;
        return {};
      }
      case 'DeleteDatabase': {
        const database = this.#decision.database(step.as, step.database, 'DROP');
        // §9: it goes with all that is in it, or not at all.
        const mayDrop = (table: Table) =>
          this.#decision.givingOn(step.as, database, table, 'DROP').length > 0;
        if (!database.tables.every(mayDrop)) throw denied();
        this.#decision.databases = this.#decision.databases.filter((each) => each !== database);
        this.#decision.filters.drop((filter) => filter.database === database.id);
        this.#decision.held = this.#decision.held.filter((held) => held.database !== database.id);
        this.#decision.tags.databaseGone(database.id);
        this.#decision.hybrid.gone((on) => on.database === database.id);
        return {};
      }
    }
  }

  /** §4: the creator, of a role session the role, holds ALL with grant option. */
  #created(caller: string, target: Target, isOpen: boolean): void {
    const creator = caller.replace('session/', 'role/');
    this.#decision.hold({ ...target, columns: [], principal: creator, permission: 'ALL', option: true });
    if (!isOpen) return;
    const everybody = { principal: 'IAM_ALLOWED_PRINCIPALS', permission: 'ALL', option: false };
    this.#decision.hold({ ...target, ...everybody, columns: [] });
  }

  createTable(step: Extract<Step, { op: 'CreateTable' }>): Partial<Answer> {
    const [databaseName, name] = pathOf(step.table);
    const database = this.#decision.database(step.as, databaseName, 'CREATE_TABLE');
    this.#decision.place(step.as, { now: step.location, database });
    if (database.tables.some((each) => each.name === name)) throw taken();
    const { columns, keys, location } = step;
    const made: Table = {
      id: (this.#decision.ids += 1),
      name,
      columns,
      keys,
      location,
      partitions: new Map(),
    };
    database.tables.push(made);
    this.#created(step.as, { kind: 'table', database: database.id, table: made.id }, database.isOpen);
    return {};
  }

  onTable(
    step: Extract<
      Step,
      {
        op:
          | 'GetTable'
          | 'UpdateTable'
          | 'DeleteTable'
          | 'GetPartitions'
          | 'CreatePartition'
          | 'UpdatePartition'
          | 'DeletePartition';
      }
    >,
  ): Partial<Answer> {
    switch (step.op) {
      case 'GetTable': {
        const [database, table] = this.#decision.table(step.as, step.table, 'DESCRIBE');
        return { columns: this.#decision.visible(step.as, database, table, 'DESCRIBE').sort() };
      }
      case 'UpdateTable': {
        const [database, table] = this.#decision.table(step.as, step.table, 'ALTER');
        this.#decision.place(step.as, { now: step.location, before: table.location, database });
        // §7: what an ALTER by tags does not reach stays as it is; §9: who does not see all of it writes a part.
        const reached = this.#decision.visible(step.as, database, table, 'ALTER');
        const seen = this.#decision.visible(step.as, database, table, 'DESCRIBE');
        const isKept = (name: string) =>
          table.columns.includes(name) ? step.columns.includes(name) : step.keys.includes(name);
        const before = columnsOf(table);
        if (before.some((name) => !reached.includes(name) && !seen.includes(name))) throw denied();
        if (before.some((name) => !reached.includes(name) && !isKept(name))) throw denied();
        // As in Glue: partitions have a value for each key.
        if (table.partitions.size > 0 && step.keys.length !== table.keys.length) throw invalid();
        table.location = step.location;
        table.columns = step.columns;
        table.keys = step.keys;
        this.#dropColumns(
          table,
          before.filter((column) => !columnsOf(table).includes(column)),
        );
        return {};
      }
      case 'DeleteTable': {
        const [database, table] = this.#decision.table(step.as, step.table, 'DROP');
        database.tables = database.tables.filter((each) => each !== table);
        this.#decision.filters.drop((filter) => filter.table === table.id);
        this.#decision.held = this.#decision.held.filter((held) => held.table !== table.id);
        this.#decision.tags.tableGone(table.id);
        this.#decision.hybrid.gone((on) => on.table === table.id);
        return {};
      }
      case 'GetPartitions': {
        const [database, table] = this.#decision.table(step.as, step.table, 'DESCRIBE');
        this.#refuseHiddenKeys(step.as, database, table);
        return { names: [...table.partitions.keys()].sort() };
      }
      case 'CreatePartition': {
        const [database, table] = this.#decision.table(step.as, step.table, 'ALTER', 'INSERT');
        this.#refuseHiddenKeys(step.as, database, table);
        if (table.keys.length !== 1) throw invalid();
        this.#decision.place(step.as, { now: step.location, before: table.location, database });
        if (table.partitions.has(step.value)) throw taken();
        table.partitions.set(step.value, step.location);
        return {};
      }
      case 'UpdatePartition': {
        const [database, table] = this.#decision.table(step.as, step.table, 'ALTER');
        this.#refuseHiddenKeys(step.as, database, table);
        if (table.keys.length !== 1) throw invalid();
        if (!table.partitions.has(step.value)) throw missing();
        const isMove = step.location !== table.partitions.get(step.value);
        if (isMove) this.#decision.place(step.as, { now: step.location, before: table.location, database });
        table.partitions.set(step.value, step.location);
        return {};
      }
      case 'DeletePartition': {
        const [database, table] = this.#decision.table(step.as, step.table, 'ALTER', 'DELETE');
        this.#refuseHiddenKeys(step.as, database, table);
        if (table.keys.length !== 1) throw invalid();
        if (!table.partitions.delete(step.value)) throw missing();
        return {};
      }
    }
  }

  /** §9: partition values only with the keys visible, to those as well who write them. */
  #refuseHiddenKeys(caller: string, database: Database, table: Table): void {
    const giving = this.#decision.givingOn(caller, database, table, 'DESCRIBE');
    if (table.keys.some((key) => !showsEveryRow(giving, key))) throw denied();
  }

  /** §5: a dropped column leaves its lists. */
  #dropColumns(table: Table, dropped: readonly string[]): void {
    this.#decision.filters.dropColumns(table.id, dropped);
    this.#decision.tags.columnsGone(table.id, dropped);
    const isCut = (held: Held) =>
      held.table === table.id && held.columns.some((column) => dropped.includes(column));
    const cut = this.#decision.held.filter((held) => isCut(held) && held.kind === 'except');
    this.#decision.held = this.#decision.held.filter((held) => !isCut(held));
    // Of two that are now the same the one that holds for good is left, else one with the option, else the longer one.
    const rank = (held: Held) => [isForATime(held) ? 1 : 0, held.option ? 0 : 1, -(held.until ?? Infinity)];
    cut.sort((a, b) => {
      const [mine, theirs] = [rank(a), rank(b)];
      const at = mine.findIndex((each, i) => each !== theirs[i]);
      return at < 0 ? (a.from ?? -Infinity) - (b.from ?? -Infinity) : (mine[at] ?? 0) - (theirs[at] ?? 0);
    });
    for (const held of cut) {
      const columns = held.columns.filter((column) => !dropped.includes(column));
      const shorter = { ...held, columns };
      const same = this.#decision.held.find((each) => this.#decision.isSame(each, shorter));
      if (same === undefined) this.#decision.held.push(shorter);
      else if (!isForATime(shorter)) addTo(same, shorter);
    }
  }
}
