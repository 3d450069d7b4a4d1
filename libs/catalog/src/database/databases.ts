import {
  type Change,
  defineRead,
  defineWrite,
  invalid,
  notFound,
  type Page,
  type PageRequest,
  type ReadScope,
  toPage,
} from '@lakewarden/kernel';

import type { DatabaseDefinition, LinkTarget } from '../documents.ts';
import {
  databaseTarget,
  fixedLink,
  isAllowed,
  isSameTarget,
  linkToLink,
  throughDatabaseLink,
} from '../link.ts';
import { lockTablesOf } from '../locks.repository.ts';
import { authorizeCatalog, authorizeDatabase, type DatabaseRef } from '../reference.ts';
import type { Tags } from '../tag/tag.ts';
import { tagNew, untagDeleted } from '../tag/tags.ts';
import { type ResourceShareType, showsOwn } from '../share-type.ts';
import type { Database } from './database.ts';
import {
  deleteDatabaseRows,
  findDatabase,
  findDatabases,
  insertDatabase,
  listDatabases,
  lockDatabase,
  lockDatabaseForChange,
  updateDatabaseRow,
} from './database.repository.ts';

/** The one wording for a database that is not there (spec/catalog.md §15). */
export const noSuchDatabase = (name: string) => notFound(`Database ${name} not found.`);

export const databaseChange = (database: Pick<Database, 'id' | 'catalogId'>): Change => ({
  accountId: database.catalogId,
  kind: 'database',
  subjectId: database.id,
});

type FindDatabase = (tx: ReadScope['tx'], catalogId: string, name: string) => Promise<Database | undefined>;

/** The database, and the link that led there. The caller has authorized the name; a target is authorized here. */
async function followed(scope: ReadScope, ref: DatabaseRef, find: FindDatabase) {
  const asked = await find(scope.tx, ref.catalogId, ref.name);
  if (asked === undefined) throw noSuchDatabase(ref.name);
  if (asked.linkTarget === undefined) return { database: asked };
  const target = await throughDatabaseLink(scope, asked.linkTarget, asked);
  const database = await find(scope.tx, target.catalogId, target.name);
  if (database === undefined) throw noSuchDatabase(target.name);
  if (database.linkTarget !== undefined) throw linkToLink(asked.name);
  return { database, link: asked };
}

/**
 * A database; through a resource link, the one behind it, which the caller has to be let into as well.
 * @throws EntityNotFoundException
 */
export const requireDatabase = (
  scope: ReadScope,
  ref: DatabaseRef,
): Promise<{ readonly database: Database; readonly link?: Database }> => followed(scope, ref, findDatabase);

/** The same, kept as it is until the transaction ends. @throws EntityNotFoundException */
export const holdDatabase = (
  scope: ReadScope,
  ref: DatabaseRef,
): Promise<{ readonly database: Database; readonly link?: Database }> => followed(scope, ref, lockDatabase);

/** Databases as GetDatabase shows them: a link with its target's properties, where the caller may see the target. */
async function seenThroughLinks(scope: ReadScope, databases: readonly Database[]): Promise<Database[]> {
  const targets: DatabaseRef[] = [];
  for (const database of databases) {
    if (database.linkTarget === undefined) continue;
    const target = databaseTarget(database.linkTarget, database);
    if (await isAllowed(authorizeDatabase(scope, target))) targets.push(target);
  }
  if (targets.length === 0) return [...databases];
  const found = await findDatabases(scope.tx, targets);
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
  if (found?.linkTarget !== undefined) throw linkToLink(name);
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
    if (command.linkTarget !== undefined && command.definition.LocationUri !== undefined) {
      throw invalid('A resource link has no LocationUri of its own: leave it out.');
    }
    if (command.linkTarget !== undefined) {
      const target = databaseTarget(command.linkTarget, command.database);
      if (target.catalogId === command.database.catalogId && target.name === command.database.name)
        throw linkToLink(target.name);
      await refuseLinkToLink(scope, command.database.name, target);
    }
    const database: Database = {
      id: scope.newId<'Database'>(),
      catalogId: command.database.catalogId,
      name: command.database.name,
      // Absent: the account's data-lake setting is copied in; a new account's is empty (contract.md §4).
      definition: { CreateTableDefaultPermissions: [], ...command.definition },
      ...(command.linkTarget !== undefined && { linkTarget: command.linkTarget }),
      createdAt: scope.now,
    };
    await insertDatabase(scope.tx, database, scope.caller.arn);
    await tagNew(scope, { kind: 'database', id: database.id }, command.tags);
    scope.changed(databaseChange(database));
    return database;
  },
});

/** A link with its target's properties, where the caller may see the target. @throws EntityNotFoundException */
export const getDatabase = defineRead({
  action: 'glue:GetDatabase',

  async run(scope, command: DatabaseRef): Promise<Database> {
    await authorizeDatabase(scope, command);
    const found = await findDatabase(scope.tx, command.catalogId, command.name);
    if (found === undefined) throw noSuchDatabase(command.name);
    const [seen = found] = await seenThroughLinks(scope, [found]);
    return seen;
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
    const rows = showsOwn(command.shareType)
      ? await listDatabases(scope.tx, command.catalogId, after, command.limit + 1)
      : [];
    const page = toPage(rows, command.limit, (last) => scope.tokens.issue(question, Buffer.from(last.name)));
    return { ...page, items: await seenThroughLinks(scope, page.items) };
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
    const { database, link } = await followed(scope, command.database, lockDatabaseForChange);
    const asked = link ?? database;
    if (command.linkTarget !== undefined && !isSameTarget(command.linkTarget, link?.linkTarget, asked))
      throw fixedLink(asked.name);
    if (link !== undefined && command.newName !== link.name)
      throw invalid('A resource link cannot be renamed: delete it and create it under its new name.');

    const name = link === undefined ? command.newName : database.name;
    if (name !== database.name) {
      await authorizeDatabase(scope, { catalogId: database.catalogId, name });
    }
    await updateDatabaseRow(scope.tx, database.id, name, command.definition);
    scope.changed(databaseChange(database));
    return { ...asked, name: command.newName, definition: command.definition };
  },
});

/** Takes tables, versions, partitions and indexes with it; of a link, the link alone. @throws EntityNotFoundException */
export const deleteDatabase = defineWrite({
  action: 'glue:DeleteDatabase',

  async run(scope, command: DatabaseRef): Promise<void> {
    await authorizeDatabase(scope, command);
    const database = await lockDatabaseForChange(scope.tx, command.catalogId, command.name);
    if (database === undefined) throw noSuchDatabase(command.name);
    // A writer that has found its table before would leave rows behind that belong to nothing.
    await lockTablesOf(scope.tx, database.id);
    await deleteDatabaseRows(scope.tx, database.id);
    await untagDeleted(scope, 'database', [database.id]);
    scope.changed(databaseChange(database));
  },
});
