import {
  createDatabase,
  createPartition,
  createTable,
  type DatabaseRef,
  deleteDatabase,
  deletePartition,
  deleteTable,
  getDatabase,
  getDatabases,
  getPartitions,
  getTable,
  getTables,
  lookUpDatabase,
  lookUpTable,
  type TableRef,
  updateDatabase,
  updatePartition,
  updateTable,
} from '@lakewarden/catalog';
import {
  type Caller,
  type ColumnScope,
  defineRead,
  EVERY_TABLE,
  type GovernedResource,
  LakewardenError,
  type ReadScope,
  showsColumn,
  type UseCase,
} from '@lakewarden/kernel';
import {
  addLFTagsToResource,
  batchGrantPermissions,
  batchRevokePermissions,
  createDataCellsFilter,
  createLFTag,
  createLFTagExpression,
  createOptIn,
  deleteDataCellsFilter,
  deleteLFTag,
  deleteLFTagExpression,
  deleteOptIn,
  deregisterResource,
  getDataCellsFilter,
  getLFTag,
  getLFTagExpression,
  type GrantEntry,
  grantPermissions,
  type GrantResource,
  listDataCellsFilter,
  type ListedOptIn,
  listLFTagExpressions,
  listOptIns,
  placeOfArn,
  putDataLakeSettings,
  registerResource,
  removeLFTagsFromResource,
  revokePermissions,
  updateDataCellsFilter,
  updateLFTag,
  updateLFTagExpression,
  updateResource,
} from '@lakewarden/permissions';

import { cellsShown } from './cells.ts';
import { arnOf, callerOf } from './in-process-callers.ts';
import { HOUR_MS, StoryClock } from './in-process-clock.ts';
import { emptyLake } from './in-process-end.ts';
import {
  columnsOf,
  filterInput,
  isPermission,
  locationArn,
  permissionsOf,
  settingsOf,
  tableInput,
  toConditions,
} from './in-process-inputs.ts';
import type { InProcessLake } from './in-process-lake.ts';
import {
  ACCOUNT,
  type Answer,
  type Decide,
  type Granting,
  type Listener,
  type On,
  pathOf,
  type Revoking,
  ROLE,
  type Step,
  type TagStep,
} from './story.ts';

const MANY = 100;

/** One story's own databases in a lake that it shares with others. */
export class InProcessStory implements Listener {
  readonly #lake: InProcessLake;
  readonly #suffix: string;
  readonly #members: { readonly group: string; readonly user: string }[] = [];

  constructor(lake: InProcessLake, suffix: string) {
    this.#lake = lake;
    this.#suffix = suffix;
  }

  async run(step: Step): Promise<Answer> {
    try {
      return { code: 'OK', ...(await this.#do(step)) };
    } catch (error) {
      if (!(error instanceof LakewardenError)) throw error;
      return { code: error.code };
    }
  }

  /** Many decisions in one go. */
  decideAll(as: string, questions: readonly Decide[]): Promise<readonly Answer[]> {
    const useCase = defineRead({
      action: 'test:Decide',
      run: async (scope, asked: readonly Decide[]) => {
        const answers: Answer[] = [];
        for (const question of asked) answers.push(await this.#decide(scope, question));
        return answers;
      },
    });
    return this.#lake.run(this.#caller(as), useCase, questions);
  }

  /** Leaves the lake as the next story expects it. */
  async end(): Promise<void> {
    await this.run({ op: 'Settings', as: 'admin', admins: ['admin'], readOnlyAdmins: [], isOpen: false });
    await emptyLake(this.#lake);
  }

  #caller(name: string): Caller {
    return callerOf(
      name,
      this.#members.filter(({ user }) => user === name).map(({ group }) => group),
    );
  }

  #databaseRef(name: string): DatabaseRef {
    return { catalogId: ACCOUNT, name: `${name}${this.#suffix}` };
  }

  #tableRef(path: string): TableRef {
    const [database, name] = pathOf(path);
    return { catalogId: ACCOUNT, database: `${database}${this.#suffix}`, name };
  }

  #grantResource(on: On): GrantResource {
    if ('catalog' in on) return { kind: 'Catalog', catalogId: ACCOUNT };
    if ('database' in on) return { kind: 'Database', database: this.#databaseRef(on.database) };
    if ('tablesOf' in on) return { kind: 'TableWildcard', database: this.#databaseRef(on.tablesOf) };
    if ('table' in on) return { kind: 'Table', table: this.#tableRef(on.table) };
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
    const table = this.#tableRef(on.of);
    if ('filter' in on) return { kind: 'DataCellsFilter', table, name: on.filter };
    // The doors fold them.
    const names = ('columns' in on ? on.columns : on.allColumnsBut).map((name) => name.toLowerCase());
    if ('columns' in on) return { kind: 'TableWithColumns', table, columns: { kind: 'include', names } };
    const columns: ColumnScope = names.length === 0 ? { kind: 'all' } : { kind: 'exclude', names };
    return { kind: 'TableWithColumns', table, columns };
  }

  #optedOn({ type, database = '', table }: ListedOptIn): string {
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

  #entry(
    step: Pick<Granting, 'on' | 'permissions' | 'option' | 'when' | 'since' | 'until'>,
    principal: string,
  ): GrantEntry {
    const at = (hours: number | undefined) =>
      hours === undefined ? undefined : new Date(this.#lake.clock.now().getTime() + hours * HOUR_MS);
    return {
      principal: arnOf(principal),
      resource: this.#grantResource(step.on),
      permissions: permissionsOf(step.permissions),
      withGrantOption: permissionsOf(step.option),
      condition: step.when,
      validFrom: at(step.since),
      validUntil: at(step.until),
    };
  }

  async #batch(step: Extract<Step, { op: 'BatchGrant' | 'BatchRevoke' }>): Promise<Partial<Answer>> {
    const of = (each: Pick<Granting, 'to'> | Pick<Revoking, 'from'>) => ('to' in each ? each.to : each.from);
    const entries = step.entries.map((each, i) => ({ id: String(i), ...this.#entry(each, of(each)) }));
    const useCase = step.op === 'BatchGrant' ? batchGrantPermissions : batchRevokePermissions;
    const failures = await this.#lake.run(this.#caller(step.as), useCase, entries);
    const codes = new Map(failures.map(({ id, error }) => [id, error.code]));
    return { codes: entries.map(({ id }) => codes.get(id) ?? 'OK') };
  }

  async #do(step: Step): Promise<Partial<Answer>> {
    if (step.op === 'Join') {
      this.#members.push({ group: step.group, user: step.user });
      return {};
    }
    if (step.op === 'Leave') {
      const at = this.#members.findIndex(({ group, user }) => group === step.group && user === step.user);
      if (at >= 0) this.#members.splice(at, 1);
      return {};
    }
    if (step.op === 'Pass') {
      const { clock } = this.#lake;
      if (!(clock instanceof StoryClock)) throw new Error('no time goes by in this lake');
      clock.pass(step.hours);
      return {};
    }
    const ask = <Command, Result>(useCase: UseCase<Command, Result>, command: Command) =>
      this.#lake.run(this.#caller(step.as), useCase, command);
    switch (step.op) {
      case 'Grant':
        await ask(grantPermissions, this.#entry(step, step.to));
        return {};
      case 'Revoke':
        await ask(revokePermissions, this.#entry(step, step.from));
        return {};
      case 'BatchGrant':
      case 'BatchRevoke':
        return this.#batch(step);
      case 'Settings':
        await ask(putDataLakeSettings, { catalogId: ACCOUNT, settings: settingsOf(step) });
        return {};
      case 'Register':
        await ask(registerResource, {
          arn: locationArn(step.location),
          useServiceLinkedRole: true,
          withFederation: false,
          hybridAccessEnabled: step.hybrid,
          withPrivilegedAccess: false,
        });
        return {};
      case 'ChangeRegistration':
        await ask(updateResource, {
          arn: locationArn(step.location),
          roleArn: arnOf(`role/${ROLE}`),
          hybridAccessEnabled: step.hybrid,
        });
        return {};
      case 'OptIn':
      case 'OptOut':
        await ask(step.op === 'OptIn' ? createOptIn : deleteOptIn, {
          principal: arnOf(step.who),
          resource: this.#grantResource(step.on),
          condition: step.when,
        });
        return {};
      case 'ListOptIns': {
        const principal = arnOf(step.who);
        const { items } = await ask(listOptIns, { catalogId: ACCOUNT, principal, limit: MANY });
        return { names: items.map((each) => this.#optedOn(each)).sort() };
      }
      case 'Deregister':
        await ask(deregisterResource, { arn: locationArn(step.location) });
        return {};
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
        return this.#onTags(step);
      case 'Decide': {
        const [decided] = await this.decideAll(step.as, [step]);
        return decided ?? {};
      }
      case 'GetDatabases': {
        const { items } = await ask(getDatabases, { catalogId: ACCOUNT, limit: MANY });
        return { names: items.map(({ name }) => name.slice(0, name.length - this.#suffix.length)) };
      }
      case 'CreateDatabase':
        await ask(createDatabase, {
          database: this.#databaseRef(step.database),
          definition: { Description: 'told', LocationUri: step.location },
        });
        return {};
      case 'GetDatabase': {
        const { definition } = await ask(getDatabase, this.#databaseRef(step.database));
        return { isWhole: definition.Description === 'told' };
      }
      case 'RenameDatabase': {
        const newName = this.#databaseRef(step.to).name;
        const database = this.#databaseRef(step.database);
        const definition = { Description: 'told', LocationUri: step.location };
        await ask(updateDatabase, { database, newName, definition });
        return {};
      }
      case 'DeleteDatabase':
        await ask(deleteDatabase, this.#databaseRef(step.database));
        return {};
      case 'GetTables': {
        const database = this.#databaseRef(step.database);
        const { items } = await ask(getTables, { database, limit: MANY });
        return { names: items.map(({ name }) => name) };
      }
      case 'CreateTable':
        await ask(createTable, { table: this.#tableRef(step.table), ...tableInput(step) });
        return {};
      case 'UpdateTable':
        await ask(updateTable, {
          table: this.#tableRef(step.table),
          skipArchive: true,
          ...tableInput(step),
        });
        return {};
      case 'GetTable':
        return { columns: columnsOf(await ask(getTable, this.#tableRef(step.table))).sort() };
      case 'DeleteTable':
        await ask(deleteTable, this.#tableRef(step.table));
        return {};
      case 'GetPartitions': {
        const { items } = await ask(getPartitions, { table: this.#tableRef(step.table), limit: MANY });
        return { names: items.map(({ values }) => values[0] ?? '') };
      }
      case 'CreatePartition':
        await ask(createPartition, {
          table: this.#tableRef(step.table),
          partition: { values: [step.value], storageDescriptor: { Location: step.location } },
        });
        return {};
      case 'UpdatePartition':
        await ask(updatePartition, {
          table: this.#tableRef(step.table),
          values: [step.value],
          partition: { values: [step.value], storageDescriptor: { Location: step.location } },
        });
        return {};
      case 'DeletePartition':
        await ask(deletePartition, { table: this.#tableRef(step.table), values: [step.value] });
        return {};
      case 'CreateFilter':
        await ask(createDataCellsFilter, filterInput(this.#tableRef(step.of), step));
        return {};
      case 'UpdateFilter':
        await ask(updateDataCellsFilter, filterInput(this.#tableRef(step.of), step));
        return {};
      case 'GetFilter': {
        const found = await ask(getDataCellsFilter, { table: this.#tableRef(step.of), name: step.filter });
        return { columns: [...found.columns.names].sort() };
      }
      case 'DeleteFilter':
        await ask(deleteDataCellsFilter, { table: this.#tableRef(step.of), name: step.filter });
        return {};
      case 'ListFilters': {
        const table = this.#tableRef(step.of);
        const { items } = await ask(listDataCellsFilter, { catalogId: ACCOUNT, table, limit: MANY });
        return { names: items.map(({ name }) => name).sort() };
      }
    }
  }

  async #onTags(step: TagStep): Promise<Partial<Answer>> {
    const ask = <Command, Result>(useCase: UseCase<Command, Result>, command: Command) =>
      this.#lake.run(this.#caller(step.as), useCase, command);
    const catalogId = ACCOUNT;
    switch (step.op) {
      case 'MakeTag':
        await ask(createLFTag, { catalogId, key: step.key, values: step.values });
        return {};
      case 'ChangeTag':
        await ask(updateLFTag, {
          catalogId,
          key: step.key,
          valuesToAdd: step.add,
          valuesToDelete: step.drop,
        });
        return {};
      case 'DropTag':
        await ask(deleteLFTag, { catalogId, key: step.key });
        return {};
      case 'GetTag':
        return { names: [...(await ask(getLFTag, { catalogId, key: step.key })).values] };
      case 'Assign':
      case 'Unassign': {
        const tags = [{ key: step.key, values: [step.value] }];
        const useCase = step.op === 'Assign' ? addLFTagsToResource : removeLFTagsFromResource;
        const [failure] = await ask(useCase, { catalogId, resource: this.#grantResource(step.on), tags });
        if (failure !== undefined) throw failure.error;
        return {};
      }
      case 'SaveExpression':
      case 'ChangeExpression': {
        const useCase = step.op === 'SaveExpression' ? createLFTagExpression : updateLFTagExpression;
        await ask(useCase, { catalogId, name: step.name, expression: toConditions(step.expression) });
        return {};
      }
      case 'DropExpression':
        await ask(deleteLFTagExpression, { catalogId, name: step.name });
        return {};
      case 'GetExpression':
        await ask(getLFTagExpression, { catalogId, name: step.name });
        return {};
      case 'ListExpressions': {
        const { items } = await ask(listLFTagExpressions, { catalogId, limit: MANY });
        return { names: items.map(({ name }) => name) };
      }
    }
  }

  async #decide(scope: ReadScope, { permission, on, withGrantOption }: Decide): Promise<Answer> {
    const refused = { code: 'AccessDeniedException' };
    if (!isPermission(permission)) return refused;
    const decide = (resource: GovernedResource) =>
      scope.permissions.decide(scope, { permission, resource, withGrantOption });
    if ('catalog' in on) {
      return (await decide({ type: 'CATALOG', catalogId: ACCOUNT })).allowed ? { code: 'OK' } : refused;
    }
    if ('table' in on) {
      const table = await lookUpTable(scope, this.#tableRef(on.table));
      if (table === undefined) return refused;
      const { databaseId, database } = table;
      const path = { catalogId: ACCOUNT, databaseId, database, tableId: table.id, table: table.name };
      const { allowed, columns } = await decide({ type: 'TABLE', ...path });
      if (!allowed) return refused;
      const shown = columnsOf(table).filter((name) => showsColumn(columns, name));
      const isFiltered = permission === 'SELECT' && columns.some(({ rows }) => rows !== undefined);
      const cells = isFiltered ? cellsShown(columns, columnsOf(table)) : undefined;
      return { code: 'OK', columns: shown.sort(), ...(cells !== undefined && { cells }) };
    }
    const ref = this.#databaseRef('database' in on ? on.database : on.tablesOf);
    const database = await lookUpDatabase(scope, ref);
    if (database === undefined) return refused;
    const path = { catalogId: ACCOUNT, databaseId: database.id, database: database.name };
    const { allowed } = await decide(
      'database' in on
        ? { type: 'DATABASE', ...path }
        : { type: 'TABLE', ...path, tableId: EVERY_TABLE, table: '*' },
    );
    return allowed ? { code: 'OK' } : refused;
  }
}
