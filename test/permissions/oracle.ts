import { OracleCatalog } from './oracle-catalog.ts';
import { STORY_CONDITIONS } from './oracle-conditions.ts';
import { OracleDecision } from './oracle-decision.ts';
import { OracleFilterSteps } from './oracle-filter-steps.ts';
import { seenCells } from './oracle-filters.ts';
import { OracleGrants } from './oracle-grants.ts';
import type { OptedOn } from './oracle-hybrid.ts';
import { OraclePassingOn } from './oracle-passing-on.ts';
import { OracleTagSteps } from './oracle-tag-steps.ts';
import {
  columnsOf,
  denied,
  invalid,
  IS_THERE,
  missing,
  NO_TABLE,
  Refusal,
  shows,
  taken,
} from './oracle-world.ts';
import { type Answer, pathOf, type Step } from './story.ts';

/**
 * The decision rule again, from the specification alone and in plain loops over plain data: what the lake answers is
 * compared with it. It imports nothing of the code that it judges.
 */
export class Oracle {
  readonly #decision = new OracleDecision();
  readonly #passingOn = new OraclePassingOn(this.#decision);
  readonly #catalog = new OracleCatalog(this.#decision);
  readonly #filterSteps = new OracleFilterSteps(this.#decision, this.#passingOn);
  readonly #tagSteps = new OracleTagSteps(this.#decision, this.#passingOn);
  readonly #grants = new OracleGrants(this.#decision, this.#passingOn, this.#filterSteps, this.#tagSteps);

  /** The groups of a user; for whoever has to present him. */
  groupsOf(user: string): string[] {
    return this.#decision.members.filter((member) => member.user === user).map(({ group }) => group);
  }

  run(step: Step): Answer {
    try {
      return { code: 'OK', ...this.#do(step) };
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      return { code: refusal.code };
    }
  }

  #do(step: Step): Partial<Answer> {
    // §1, gate 1: ned has no policy; settings are for account administrators.
    if ('as' in step && step.as === 'ned') throw denied();
    switch (step.op) {
      case 'Grant':
        return this.#grants.grant(step);
      case 'Revoke':
        return this.#grants.revoke(step);
      case 'BatchGrant':
      case 'BatchRevoke':
        return this.#grants.batch(step);
      case 'Pass':
        this.#decision.time.hours += step.hours;
        return {};
      case 'Settings':
        if (step.as !== 'admin') throw denied();
        this.#decision.admins = step.admins;
        this.#decision.readOnlyAdmins = step.readOnlyAdmins;
        this.#decision.isOpen = step.isOpen;
        return {};
      case 'OptIn':
      case 'OptOut':
      case 'ListOptIns':
        return this.#onOptIns(step);
      case 'ChangeRegistration':
        if (!this.#decision.isAdmin(step.as) && step.as !== 'admin') throw denied();
        if (!this.#decision.locations.isRegistered(step.location)) throw missing();
        this.#decision.hybrid.register(step.location, step.hybrid);
        return {};
      case 'Register':
      case 'Deregister': {
        // §4: the account's administrator by policy may as well.
        if (!this.#decision.isAdmin(step.as) && step.as !== 'admin') throw denied();
        if (step.op === 'Register' && !this.#decision.locations.register(step.location)) throw taken();
        if (step.op === 'Deregister' && !this.#decision.locations.deregister(step.location)) throw missing();
        if (step.op === 'Register') this.#decision.hybrid.register(step.location, step.hybrid);
        else this.#decision.hybrid.deregister(step.location);
        return {};
      }
      case 'Join':
        this.#decision.members.push({ group: step.group, user: step.user });
        return {};
      case 'Leave':
        this.#decision.members = this.#decision.members.filter(
          ({ group, user }) => group !== step.group || user !== step.user,
        );
        return {};
      case 'CreateDatabase':
      case 'GetDatabase':
      case 'RenameDatabase':
      case 'DeleteDatabase':
        return this.#catalog.onDatabase(step);
      case 'GetDatabases': {
        const names = this.#decision.databases
          .filter((database) => this.#decision.mayDatabase(step.as, database, 'DESCRIBE'))
          .map(({ name }) => name);
        return { names: names.sort() };
      }
      case 'GetTables': {
        const database = this.#decision.database(step.as, step.database, 'DESCRIBE');
        const seen = database.tables.filter((table) => this.#decision.seesTable(step.as, database, table));
        return { names: seen.map(({ name }) => name).sort() };
      }
      case 'CreateTable':
        return this.#catalog.createTable(step);
      case 'GetTable':
      case 'UpdateTable':
      case 'DeleteTable':
      case 'GetPartitions':
      case 'CreatePartition':
      case 'UpdatePartition':
      case 'DeletePartition':
        return this.#catalog.onTable(step);
      case 'CreateFilter':
      case 'UpdateFilter':
      case 'GetFilter':
      case 'DeleteFilter':
      case 'ListFilters':
        return this.#filterSteps.onFilter(step);
      case 'Decide':
        return this.#decide(step);
      case 'MakeTag':
      case 'ChangeTag':
      case 'DropTag':
      case 'GetTag':
      case 'Assign':
      case 'Unassign':
      case 'SaveExpression':
      case 'ChangeExpression':
      case 'DropExpression':
      case 'GetExpression':
      case 'ListExpressions':
        return this.#tagSteps.onTags(step);
    }
  }

  /** §8: a data lake administrator opts principals in and out; read-only ones see who is. */
  #onOptIns(step: Extract<Step, { op: 'OptIn' | 'OptOut' | 'ListOptIns' }>): Partial<Answer> {
    const seesAll = step.op === 'ListOptIns' && this.#decision.isReadOnlyAdmin(step.as);
    if (!this.#decision.isAdmin(step.as) && !seesAll) throw denied();
    if (step.op === 'ListOptIns') {
      return {
        names: this.#decision.hybrid
          .optInsOf(step.who)
          .map((each) => this.#optedOn(each))
          .sort(),
      };
    }
    const { as, on, who, when } = step;
    const isThing = 'catalog' in on || 'database' in on || 'tablesOf' in on || 'table' in on;
    if (!isThing) throw invalid();
    const [target] = this.#passingOn.resolve(as, on).rows;
    if (target === undefined) throw missing();
    const optedOn: OptedOn = {
      kind:
        'catalog' in on ? 'catalog' : 'database' in on ? 'database' : 'tablesOf' in on ? 'tables' : 'table',
      ...(target.database !== NO_TABLE && { database: target.database }),
      ...(target.table !== NO_TABLE && { table: target.table }),
    };
    if (step.op === 'OptOut') {
      if (!this.#decision.hybrid.optOut(optedOn, who, when)) throw missing();
      return {};
    }
    if (who === 'IAM_ALLOWED_PRINCIPALS' || !IS_THERE.test(who)) throw invalid();
    if (when !== undefined && !(when in STORY_CONDITIONS)) throw invalid();
    this.#decision.hybrid.optIn(optedOn, who, when);
    return {};
  }

  #optedOn({ kind, database: id, table }: OptedOn): string {
    const database = this.#decision.databases.find((each) => each.id === id);
    if (kind === 'catalog' || database === undefined) return 'catalog';
    if (kind === 'database') return `database ${database.name}`;
    if (kind === 'tables') return `tables of ${database.name}`;
    return `table ${database.name}.${String(database.tables.find((each) => each.id === table)?.name)}`;
  }

  #decide(step: Extract<Step, { op: 'Decide' }>): Partial<Answer> {
    const { as, permission, withGrantOption } = step;
    if ('catalog' in step.on) {
      if (!this.#decision.mayCatalog(as, permission, withGrantOption)) throw denied();
      return {};
    }
    if ('database' in step.on) {
      const { database: name } = step.on;
      const database = this.#decision.databases.find((each) => each.name === name);
      if (database === undefined || !this.#decision.mayDatabase(as, database, permission, withGrantOption))
        throw denied();
      return {};
    }
    const [databaseName, tableName] = 'table' in step.on ? pathOf(step.on.table) : [step.on.tablesOf, ''];
    const database = this.#decision.databases.find(({ name }) => name === databaseName);
    if (database === undefined) throw denied();
    const table = database.tables.find(({ name }) => name === tableName);
    if (table === undefined && 'table' in step.on) throw denied();
    const giving = this.#decision.givingOn(as, database, table, permission, withGrantOption);
    if (giving.length === 0) throw denied();
    if (table === undefined) return {};
    const cells =
      permission === 'SELECT' && !withGrantOption ? seenCells(giving, columnsOf(table)) : undefined;
    return {
      ...(cells !== undefined && { cells }),
      columns: columnsOf(table)
        .filter((name) => giving.some((held) => shows(held, name)))
        .sort(),
    };
  }
}
