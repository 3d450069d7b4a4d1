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
import { lockTablesOf } from '../locks.repository.ts';
import { authorizeCatalog, authorizeDatabase, type DatabaseRef } from '../reference.ts';
import type { Database } from './database.ts';
import {
  deleteDatabaseRows,
  findDatabase,
  insertDatabase,
  listDatabases,
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

/** @throws EntityNotFoundException */
export async function requireDatabase(scope: ReadScope, ref: DatabaseRef): Promise<Database> {
  const database = await findDatabase(scope.tx, ref.catalogId, ref.name);
  if (database === undefined) throw noSuchDatabase(ref.name);
  return database;
}

export interface CreateDatabase {
  readonly database: DatabaseRef;
  readonly definition: DatabaseDefinition;
  readonly linkTarget?: LinkTarget | undefined;
}

/**
 * @throws AlreadyExistsException the name is taken
 * @throws InvalidInputException a link with a location of its own
 * @see spec/catalog.md §3
 */
export const createDatabase = defineWrite({
  action: 'glue:CreateDatabase',

  async run(scope, command: CreateDatabase): Promise<Database> {
    await authorizeDatabase(scope, command.database);
    if (command.linkTarget !== undefined && command.definition.LocationUri !== undefined) {
      throw invalid('A resource link has no LocationUri of its own: leave it out.');
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
    scope.changed(databaseChange(database));
    return database;
  },
});

/** @throws EntityNotFoundException */
export const getDatabase = defineRead({
  action: 'glue:GetDatabase',

  async run(scope, command: DatabaseRef): Promise<Database> {
    await authorizeDatabase(scope, command);
    return requireDatabase(scope, command);
  },
});

export interface GetDatabases extends PageRequest {
  readonly catalogId: string;
}

/** Own databases and links, by name. */
export const getDatabases = defineRead({
  action: 'glue:GetDatabases',

  async run(scope, command: GetDatabases): Promise<Page<Database>> {
    await authorizeCatalog(scope, command.catalogId);
    const question = ['GetDatabases', command.catalogId, scope.caller.arn];
    const after = command.token === undefined ? '' : scope.tokens.open(question, command.token).toString();
    const rows = await listDatabases(scope.tx, command.catalogId, after, command.limit + 1);
    return toPage(rows, command.limit, (last) => scope.tokens.issue(question, Buffer.from(last.name)));
  },
});

export interface UpdateDatabase {
  readonly database: DatabaseRef;
  /** Another name than the database's own renames it: tables and grants hang on its id and come along. */
  readonly newName: string;
  readonly definition: DatabaseDefinition;
}

/**
 * Replaces: what the definition does not hold is cleared.
 * @throws EntityNotFoundException
 * @throws AlreadyExistsException the new name is taken
 */
export const updateDatabase = defineWrite({
  action: 'glue:UpdateDatabase',

  async run(scope, command: UpdateDatabase): Promise<Database> {
    await authorizeDatabase(scope, command.database);
    const database = await lockDatabaseForChange(scope.tx, command.database.catalogId, command.database.name);
    if (database === undefined) throw noSuchDatabase(command.database.name);
    if (command.newName !== database.name) {
      await authorizeDatabase(scope, { catalogId: database.catalogId, name: command.newName });
    }
    await updateDatabaseRow(scope.tx, database.id, command.newName, command.definition);
    scope.changed(databaseChange(database));
    return { ...database, name: command.newName, definition: command.definition };
  },
});

/** Takes tables, versions, partitions and indexes with it. @throws EntityNotFoundException */
export const deleteDatabase = defineWrite({
  action: 'glue:DeleteDatabase',

  async run(scope, command: DatabaseRef): Promise<void> {
    await authorizeDatabase(scope, command);
    const database = await lockDatabaseForChange(scope.tx, command.catalogId, command.name);
    if (database === undefined) throw noSuchDatabase(command.name);
    // A writer that has found its table before would leave rows behind that belong to nothing.
    await lockTablesOf(scope.tx, database.id);
    await deleteDatabaseRows(scope.tx, database.id);
    scope.changed(databaseChange(database));
  },
});
