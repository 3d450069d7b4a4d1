import {
  type CatalogEvent,
  type Change,
  defineRead,
  defineWrite,
  EVERY_TABLE,
  invalid,
  notFound,
  type Page,
  type PageRequest,
  type ReadScope,
  toPage,
  type WriteScope,
} from '@lakewarden/kernel';

import { canonicalText } from '../catalog-document/compare.ts';
import type { DatabaseDefinition, LinkTarget } from '../documents.ts';
import {
  databaseTarget,
  fixedLink,
  isAllowed,
  isSameTarget,
  linkToLink,
  throughDatabaseLink,
} from '../link.ts';
import { added, databaseLocations, permitLocations } from '../location.ts';
import { lockTablesOf } from '../locks.repository.ts';
import {
  type AnyOf,
  databaseResource,
  hidingDatabase,
  insufficient,
  permitCatalog,
  permitDatabase,
  tableResource,
} from '../permission.ts';
import { authorizeCatalog, authorizeDatabase, type DatabaseRef } from '../reference.ts';
import type { Tags } from '../tag/tag.ts';
import { tagNew, untagDeleted } from '../tag/tags.ts';
import { type ResourceShareType, showsOwn } from '../share-type.ts';
import { listTables } from '../table/table.repository.ts';
import type { Database } from './database.ts';
import {
  deleteDatabaseRows,
  findDatabase,
  findDatabases,
  insertDatabase,
  listDatabases,
  listDatabasesById,
  lockDatabase,
  lockDatabaseForChange,
  updateDatabaseRow,
} from './database.repository.ts';

/** The one wording for a database that is not there (spec/catalog.md §15). */
export const noSuchDatabase = (name: string) => notFound(`Database ${name} not found.`);

/** @param previousName of one that is renamed by it */
const databaseChange = (
  { id, catalogId, name }: Pick<Database, 'id' | 'catalogId' | 'name'>,
  type: CatalogEvent['type'],
  previousName?: string,
): Change => ({
  accountId: catalogId,
  kind: 'database',
  subjectId: id,
  event: {
    kind: 'DATABASE',
    type,
    databaseId: id,
    database: name,
    ...(previousName !== undefined && { previousName }),
  },
});

type FindDatabase = (tx: ReadScope['tx'], catalogId: string, name: string) => Promise<Database | undefined>;

/** One that is there; that it is not is told to those who may list the catalog. */
const look = (
  scope: ReadScope,
  ref: DatabaseRef,
  permissions: AnyOf,
  find: FindDatabase,
): Promise<Database> =>
  hidingDatabase(scope, ref, permissions, async () => {
    const found = await find(scope.tx, ref.catalogId, ref.name);
    if (found === undefined) throw noSuchDatabase(ref.name);
    return found;
  });

/**
 * The database, and the link that led there. The caller has passed gate 1 for the name; a target passes it here. Gate
 * 2 is asked of what is found: DESCRIBE of a link, the permissions of the database itself.
 */
async function followed(scope: ReadScope, ref: DatabaseRef, permissions: AnyOf, find: FindDatabase) {
  const asked = await look(scope, ref, permissions, find);
  if (asked.linkTarget === undefined) {
    await permitDatabase(scope, asked, permissions);
    return { database: asked };
  }
  await permitDatabase(scope, asked, ['DESCRIBE'], { permissions, name: asked.name });
  const target = await throughDatabaseLink(scope, asked.linkTarget, asked);
  const database = await look(scope, target, permissions, find);
  if (database.linkTarget !== undefined) {
    await permitDatabase(scope, database, ['DESCRIBE'], { permissions, name: database.name });
    throw linkToLink(asked.name);
  }
  await permitDatabase(scope, database, permissions);
  return { database, link: asked };
}

/**
 * A database; through a resource link, the one behind it, which the caller has to be let into as well.
 * @throws EntityNotFoundException
 */
export const requireDatabase = (
  scope: ReadScope,
  ref: DatabaseRef,
  permissions: AnyOf,
): Promise<{ readonly database: Database; readonly link?: Database }> =>
  followed(scope, ref, permissions, findDatabase);

/** The same, kept as it is until the transaction ends. @throws EntityNotFoundException */
export const holdDatabase = (
  scope: ReadScope,
  ref: DatabaseRef,
  permissions: AnyOf,
): Promise<{ readonly database: Database; readonly link?: Database }> =>
  followed(scope, ref, permissions, lockDatabase);

/** Databases as GetDatabase shows them: a link with its target's properties, where the caller may see the target. */
async function seenThroughLinks(scope: ReadScope, databases: readonly Database[]): Promise<Database[]> {
  const targets: DatabaseRef[] = [];
  for (const database of databases) {
    if (database.linkTarget === undefined) continue;
    const target = databaseTarget(database.linkTarget, database);
    if (await isAllowed(authorizeDatabase(scope, target))) targets.push(target);
  }
  if (targets.length === 0) return [...databases];
  const there = await findDatabases(scope.tx, targets);
  const decisions = await scope.permissions.decideDatabases(scope, 'DESCRIBE', there.map(databaseResource));
  const found = there.filter((_, i) => decisions[i]?.allowed === true && decisions[i].isWhole);
  return databases.map((database) => {
    const target = database.linkTarget && databaseTarget(database.linkTarget, database);
    const behind = found.find(
      ({ catalogId, name }) => catalogId === target?.catalogId && name === target.name,
    );
    return behind === undefined ? database : { ...database, definition: behind.definition };
  });
}

/** Only a target that the caller may see is looked at: the refusal must not tell what is there. */
async function refuseLinkToLink(scope: ReadScope, name: string, target: DatabaseRef): Promise<void> {
  if (!(await isAllowed(authorizeDatabase(scope, target)))) return;
  const found = await findDatabase(scope.tx, target.catalogId, target.name);
  if (found?.linkTarget === undefined) return;
  if (await isAllowed(permitDatabase(scope, found, ['DESCRIBE']))) throw linkToLink(name);
}

/**
 * A database by its own name, a link as itself, whose own contents (functions, tags) the caller may work with: what is
 * held on a table in it is not enough.
 * @throws AccessDeniedException, EntityNotFoundException
 */
export async function requireOwnDatabase(
  scope: ReadScope,
  ref: DatabaseRef,
  permissions: AnyOf,
  find: FindDatabase = findDatabase,
): Promise<Database> {
  const database = await look(scope, ref, permissions, find);
  const { isWhole } = await permitDatabase(scope, database, permissions);
  if (!isWhole) throw insufficient(permissions, database.name);
  return database;
}

/** To those who hold something in a database and nothing on it: that it is there (spec/permissions.md §4). */
const nameAlone = (database: Database): Database => ({ ...database, definition: {} });

/**
 * What a database grants by itself on the tables that others will make in it is a grant: another list than the one that
 * is there takes the right to pass these permissions on, on all tables (spec/permissions.md §4, §9).
 * @throws AccessDeniedException
 */
async function requireRightToDefaults(
  scope: ReadScope,
  database: Pick<Database, 'id' | 'catalogId' | 'name'>,
  given: DatabaseDefinition,
  current: readonly unknown[] | undefined,
): Promise<void> {
  const wanted = given.CreateTableDefaultPermissions ?? [];
  if (wanted.length === 0 || canonicalText(wanted) === canonicalText(current)) return;
  const every = { ...databaseResource(database), type: 'TABLE', tableId: EVERY_TABLE, table: '*' } as const;
  const question = { permission: 'ALL', resource: every, withGrantOption: true } as const;
  if ((await scope.permissions.decide(scope, question)).allowed) return;
  throw insufficient(
    ['ALL'],
    `the tables of ${database.name} with grant option: CreateTableDefaultPermissions`,
  );
}

export interface CreateDatabase {
  readonly database: DatabaseRef;
  readonly definition: DatabaseDefinition;
  readonly linkTarget?: LinkTarget | undefined;
  readonly tags?: Tags | undefined;
}

/**
 * @throws AlreadyExistsException the name is taken
 * @throws InvalidInputException a link with a location of its own, or to a link; its target need not be there yet
 * @see spec/catalog.md §3
 */
export const createDatabase = defineWrite({
  action: 'glue:CreateDatabase',

  async run(scope, command: CreateDatabase): Promise<Database> {
    await authorizeDatabase(scope, command.database);
    await permitCatalog(scope, command.database.catalogId, 'CREATE_DATABASE');
    if (command.linkTarget !== undefined && command.definition.LocationUri !== undefined) {
      throw invalid('A resource link has no LocationUri of its own: leave it out.');
    }
    if (command.linkTarget !== undefined) {
      const target = databaseTarget(command.linkTarget, command.database);
      if (target.catalogId === command.database.catalogId && target.name === command.database.name)
        throw linkToLink(target.name);
      await refuseLinkToLink(scope, command.database.name, target);
    }
    const { catalogId } = command.database;
    await permitLocations(scope, { catalogId, locations: databaseLocations(command.definition) });
    const defaults = await scope.permissions.defaults(scope, catalogId);
    const database: Database = {
      id: scope.newId<'Database'>(),
      catalogId,
      name: command.database.name,
      // Absent: the account's data-lake setting is copied in; a new account's is empty (contract.md §4).
      definition: { CreateTableDefaultPermissions: defaults.table, ...command.definition },
      ...(command.linkTarget !== undefined && { linkTarget: command.linkTarget }),
      createdAt: scope.now,
    };
    await requireRightToDefaults(scope, database, command.definition, defaults.table);
    await insertDatabase(scope.tx, database, scope.caller.arn);
    await tagNew(scope, { kind: 'database', id: database.id }, command.tags);
    await scope.permissions.created(scope, databaseResource(database), defaults.database);
    scope.changed(databaseChange(database, 'CREATED'));
    return database;
  },
});

/** A link with its target's properties, where the caller may see the target. @throws EntityNotFoundException */
export const getDatabase = defineRead({
  action: 'glue:GetDatabase',

  async run(scope, command: DatabaseRef): Promise<Database> {
    await authorizeDatabase(scope, command);
    const found = await look(scope, command, ['DESCRIBE'], findDatabase);
    const decision = await permitDatabase(scope, found, ['DESCRIBE']);
    const [seen = found] = await seenThroughLinks(scope, [found]);
    return decision.isWhole ? seen : nameAlone(seen);
  },
});

export interface GetDatabases extends PageRequest {
  readonly catalogId: string;
  /** `FOREIGN`: those that other accounts share with the caller's alone; `ALL`: with the own. Absent: the own alone. */
  readonly shareType?: ResourceShareType | undefined;
}

/** By name. Nobody can share a database yet, and nothing is federated: the own ones, links included, are all. */
export const getDatabases = defineRead({
  action: 'glue:GetDatabases',

  async run(scope, command: GetDatabases): Promise<Page<Database>> {
    await authorizeCatalog(scope, command.catalogId);
    const question = ['GetDatabases', command.catalogId, command.shareType ?? null, scope.caller.arn];
    const after = command.token === undefined ? '' : scope.tokens.open(question, command.token).toString();
    const limit = command.limit + 1;
    const visible = showsOwn(command.shareType)
      ? await scope.permissions.visibleDatabases(scope, command.catalogId, after, limit)
      : [];
    const rows =
      visible === 'all'
        ? await listDatabases(scope.tx, command.catalogId, after, limit)
        : await listDatabasesById(scope.tx, visible);
    const page = toPage(rows, command.limit, (last) => scope.tokens.issue(question, Buffer.from(last.name)));
    const seen = await seenThroughLinks(scope, page.items);
    if (visible === 'all') return { ...page, items: seen };
    const decisions = await scope.permissions.decideDatabases(
      scope,
      'DESCRIBE',
      page.items.map(databaseResource),
    );
    // A grant that does not count for the caller brings a name into the list: the decision knows.
    const items = seen.flatMap((one, i) => {
      const decision = decisions[i];
      if (decision?.allowed !== true) return [];
      return [decision.isWhole ? one : nameAlone(one)];
    });
    return { ...page, items };
  },
});

export interface UpdateDatabase {
  readonly database: DatabaseRef;
  /** Another name than the database's own renames it: tables and grants hang on its id and come along. */
  readonly newName: string;
  readonly definition: DatabaseDefinition;
  /** As the client sent it; a link keeps the target that it was made with. */
  readonly linkTarget?: LinkTarget | undefined;
}

/**
 * Replaces: what the definition does not hold is cleared. Through a resource link it is the target that is replaced.
 * @throws EntityNotFoundException
 * @throws InvalidInputException a database is to become a link, or a link to be renamed or pointed elsewhere
 * @throws AlreadyExistsException the new name is taken
 */
export const updateDatabase = defineWrite({
  action: 'glue:UpdateDatabase',

  async run(scope, command: UpdateDatabase): Promise<Database> {
    await authorizeDatabase(scope, command.database);
    const { database, link } = await followed(scope, command.database, ['ALTER'], lockDatabaseForChange);
    const asked = link ?? database;
    if (command.linkTarget !== undefined && !isSameTarget(command.linkTarget, link?.linkTarget, asked))
      throw fixedLink(asked.name);
    if (link !== undefined && command.newName !== link.name)
      throw invalid('A resource link cannot be renamed: delete it and create it under its new name.');

    const name = link === undefined ? command.newName : database.name;
    if (name !== database.name) {
      await authorizeDatabase(scope, { catalogId: database.catalogId, name });
    }
    await requireRightToDefaults(
      scope,
      database,
      command.definition,
      database.definition.CreateTableDefaultPermissions,
    );
    await permitLocations(scope, {
      catalogId: database.catalogId,
      locations: added(databaseLocations(command.definition), databaseLocations(database.definition)),
    });
    await updateDatabaseRow(scope.tx, database.id, name, command.definition);
    scope.changed(
      databaseChange({ ...database, name }, 'UPDATED', name === database.name ? undefined : database.name),
    );
    return { ...asked, name: command.newName, definition: command.definition };
  },
});

const TABLES_AT_ONCE = 1_000;

/** A database is dropped with all that is in it, or not at all (spec/permissions.md §9, §13). */
async function requireDropOfEveryTable(scope: WriteScope, database: Database): Promise<void> {
  const every = { ...databaseResource(database), type: 'TABLE', tableId: EVERY_TABLE, table: '*' } as const;
  const { allowed } = await scope.permissions.decide(scope, { permission: 'DROP', resource: every });
  if (allowed) return;
  for (let after = ''; ;) {
    const tables = await listTables(scope.tx, database.id, after, TABLES_AT_ONCE);
    const decisions = await scope.permissions.decideTables(scope, 'DROP', tables.map(tableResource));
    if (decisions.some((decision) => !decision.allowed)) {
      throw insufficient(['DROP'], `the tables of ${database.name}`);
    }
    if (tables.length < TABLES_AT_ONCE) return;
    after = tables.at(-1)?.name ?? after;
  }
}

/** Takes tables, versions, partitions and indexes with it; of a link, the link alone. @throws EntityNotFoundException */
export const deleteDatabase = defineWrite({
  action: 'glue:DeleteDatabase',

  async run(scope, command: DatabaseRef): Promise<void> {
    await authorizeDatabase(scope, command);
    const database = await look(scope, command, ['DROP'], lockDatabaseForChange);
    await permitDatabase(scope, database, ['DROP']);
    // A writer that has found its table before would leave rows behind that belong to nothing.
    await lockTablesOf(scope.tx, database.id);
    await requireDropOfEveryTable(scope, database);
    await deleteDatabaseRows(scope.tx, database.id);
    await untagDeleted(scope, 'database', [database.id]);
    // For its tables as well: there may be a hundred thousand of them.
    scope.changed(databaseChange(database, 'DELETED'));
  },
});
