import {
  createDatabase,
  createPartition,
  createTable,
  deleteDatabase,
  deletePartition,
  deleteTable,
  getDatabase,
  getDatabases,
  getPartitions,
  getTable,
  getTables,
  updateDatabase,
  updatePartition,
  updateTable,
} from '@lakewarden/catalog';
import { type Caller, defineRead, LakewardenError, type UseCase } from '@lakewarden/kernel';
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
  grantPermissions,
  listDataCellsFilter,
  listLFTagExpressions,
  listOptIns,
  putDataLakeSettings,
  registerResource,
  removeLFTagsFromResource,
  revokePermissions,
  updateDataCellsFilter,
  updateLFTag,
  updateLFTagExpression,
  updateResource,
} from '@lakewarden/permissions';

import { arnOf, callerOf } from './in-process-callers.ts';
import { StoryClock } from './in-process-clock.ts';
import { decided } from './in-process-decide.ts';
import { emptyLake } from './in-process-end.ts';
import {
  columnsOf,
  filterInput,
  locationArn,
  settingsOf,
  tableInput,
  toConditions,
} from './in-process-inputs.ts';
import type { InProcessLake } from './in-process-lake.ts';
import { StoryNames } from './in-process-names.ts';
import {
  ACCOUNT,
  type Answer,
  type Decide,
  type Granting,
  type Listener,
  type Revoking,
  ROLE,
  type Step,
  type TagStep,
} from './story.ts';

const MANY = 100;

/** One story's own databases in a lake that it shares with others. */
export class InProcessStory implements Listener {
  readonly #lake: InProcessLake;
  readonly #names: StoryNames;
  readonly #suffix: string;
  readonly #members: { readonly group: string; readonly user: string }[] = [];

  constructor(lake: InProcessLake, suffix: string) {
    this.#lake = lake;
    this.#suffix = suffix;
    this.#names = new StoryNames(suffix, lake.clock);
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
        for (const question of asked) answers.push(await decided(scope, this.#names, question));
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

  async #batch(step: Extract<Step, { op: 'BatchGrant' | 'BatchRevoke' }>): Promise<Partial<Answer>> {
    const of = (each: Pick<Granting, 'to'> | Pick<Revoking, 'from'>) => ('to' in each ? each.to : each.from);
    const entries = step.entries.map((each, i) => ({ id: String(i), ...this.#names.entry(each, of(each)) }));
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
        await ask(grantPermissions, this.#names.entry(step, step.to));
        return {};
      case 'Revoke':
        await ask(revokePermissions, this.#names.entry(step, step.from));
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
          resource: this.#names.resource(step.on),
          condition: step.when,
        });
        return {};
      case 'ListOptIns': {
        const principal = arnOf(step.who);
        const { items } = await ask(listOptIns, { catalogId: ACCOUNT, principal, limit: MANY });
        return { names: items.map((each) => this.#names.optedOn(each)).sort() };
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
          database: this.#names.database(step.database),
          definition: { Description: 'told', LocationUri: step.location },
        });
        return {};
      case 'GetDatabase': {
        const { definition } = await ask(getDatabase, this.#names.database(step.database));
        return { isWhole: definition.Description === 'told' };
      }
      case 'RenameDatabase': {
        const newName = this.#names.database(step.to).name;
        const database = this.#names.database(step.database);
        const definition = { Description: 'told', LocationUri: step.location };
        await ask(updateDatabase, { database, newName, definition });
        return {};
      }
      case 'DeleteDatabase':
        await ask(deleteDatabase, this.#names.database(step.database));
        return {};
      case 'GetTables': {
        const database = this.#names.database(step.database);
        const { items } = await ask(getTables, { database, limit: MANY });
        return { names: items.map(({ name }) => name) };
      }
      case 'CreateTable':
        await ask(createTable, { table: this.#names.table(step.table), ...tableInput(step) });
        return {};
      case 'UpdateTable':
        await ask(updateTable, {
          table: this.#names.table(step.table),
          skipArchive: true,
          ...tableInput(step),
        });
        return {};
      case 'GetTable':
        return { columns: columnsOf(await ask(getTable, this.#names.table(step.table))).sort() };
      case 'DeleteTable':
        await ask(deleteTable, this.#names.table(step.table));
        return {};
      case 'GetPartitions': {
        const { items } = await ask(getPartitions, { table: this.#names.table(step.table), limit: MANY });
        return { names: items.map(({ values }) => values[0] ?? '') };
      }
      case 'CreatePartition':
        await ask(createPartition, {
          table: this.#names.table(step.table),
          partition: { values: [step.value], storageDescriptor: { Location: step.location } },
        });
        return {};
      case 'UpdatePartition':
        await ask(updatePartition, {
          table: this.#names.table(step.table),
          values: [step.value],
          partition: { values: [step.value], storageDescriptor: { Location: step.location } },
        });
        return {};
      case 'DeletePartition':
        await ask(deletePartition, { table: this.#names.table(step.table), values: [step.value] });
        return {};
      case 'CreateFilter':
        await ask(createDataCellsFilter, filterInput(this.#names.table(step.of), step));
        return {};
      case 'UpdateFilter':
        await ask(updateDataCellsFilter, filterInput(this.#names.table(step.of), step));
        return {};
      case 'GetFilter': {
        const found = await ask(getDataCellsFilter, { table: this.#names.table(step.of), name: step.filter });
        return { columns: [...found.columns.names].sort() };
      }
      case 'DeleteFilter':
        await ask(deleteDataCellsFilter, { table: this.#names.table(step.of), name: step.filter });
        return {};
      case 'ListFilters': {
        const table = this.#names.table(step.of);
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
        const [failure] = await ask(useCase, { catalogId, resource: this.#names.resource(step.on), tags });
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
}
