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

import { lockDatabase } from '../database/database.repository.ts';
import { requireOwnDatabase } from '../database/databases.ts';
import type { AnyOf } from '../permission.ts';
import { authorizeCatalog, authorizeDatabase, authorizeFunction } from '../reference.ts';
import { tableNamePattern } from '../table/table-name-pattern.ts';
import type { FunctionDefinition, FunctionRef, UserDefinedFunction } from './function.ts';
import {
  deleteFunctionRow,
  findFunction,
  type FunctionPosition,
  insertFunction,
  listFunctionsIn,
  listFunctionsOf,
  replaceFunction,
} from './function.repository.ts';

const databaseOf = ({ catalogId, database }: FunctionRef) => ({ catalogId, name: database });

const noSuchFunction = (name: string) => notFound(`Function ${name} not found.`);

const functionChange = (changed: Pick<UserDefinedFunction, 'id' | 'catalogId'>): Change => ({
  accountId: changed.catalogId,
  kind: 'function',
  subjectId: changed.id,
});

/** @throws EntityNotFoundException the database, or else the function, is not there */
async function requireFunction(
  scope: ReadScope,
  ref: FunctionRef,
  permissions: AnyOf,
  lock = false,
): Promise<UserDefinedFunction> {
  await requireOwnDatabase(scope, databaseOf(ref), permissions);
  const found = await findFunction(scope.tx, ref, lock);
  if (found === undefined) throw noSuchFunction(ref.name);
  return found;
}

export interface CreateUserDefinedFunction {
  readonly function: FunctionRef;
  readonly definition: FunctionDefinition;
}

/** @throws AlreadyExistsException, EntityNotFoundException (the database), InvalidInputException (a link) */
export const createUserDefinedFunction = defineWrite({
  action: 'glue:CreateUserDefinedFunction',

  async run(scope, command: CreateUserDefinedFunction): Promise<UserDefinedFunction> {
    const ref = command.function;
    await authorizeFunction(scope, ref);
    const database = await requireOwnDatabase(scope, databaseOf(ref), ['CREATE_TABLE'], lockDatabase);
    if (database.linkTarget !== undefined) {
      throw invalid(`${database.name} is a resource link: make the function in the database it points at.`);
    }
    const made: UserDefinedFunction = {
      id: scope.newId<'UserDefinedFunction'>(),
      databaseId: database.id,
      catalogId: database.catalogId,
      database: database.name,
      name: ref.name,
      definition: command.definition,
      createdAt: scope.now,
    };
    await insertFunction(scope.tx, made);
    scope.changed(functionChange(made));
    return made;
  },
});

/** @throws EntityNotFoundException */
export const getUserDefinedFunction = defineRead({
  action: 'glue:GetUserDefinedFunction',

  async run(scope, command: FunctionRef): Promise<UserDefinedFunction> {
    await authorizeFunction(scope, command);
    return requireFunction(scope, command, ['DESCRIBE']);
  },
});

export interface GetUserDefinedFunctions extends PageRequest {
  readonly catalogId: string;
  /** Absent: every database of the catalog. */
  readonly database?: string | undefined;
  /** The whole name, without case; the rule of GetTables.Expression. */
  readonly pattern: string;
  readonly functionType?: string | undefined;
}

/** Functions a pattern looks at before it lets go of the request with a shorter page and a token. */
const SCAN_LIMIT = 10_000;
const BATCH = 1_000;

const START: FunctionPosition = { name: '', id: '00000000-0000-0000-0000-000000000000' };

const positionOf = (token: Buffer): FunctionPosition => ({
  id: token.subarray(0, START.id.length).toString(),
  name: token.subarray(START.id.length).toString(),
});

/** By name. @throws EntityNotFoundException the database; InvalidInputException the pattern */
export const getUserDefinedFunctions = defineRead({
  action: 'glue:GetUserDefinedFunctions',

  async run(scope, command: GetUserDefinedFunctions): Promise<Page<UserDefinedFunction>> {
    const list = await lister(scope, command);
    const matches = tableNamePattern(command.pattern);
    const { catalogId, database, pattern, functionType } = command;
    const question = [
      'GetUserDefinedFunctions',
      catalogId,
      database,
      pattern,
      functionType,
      scope.caller.arn,
    ];
    const tokenAfter = ({ id, name }: FunctionPosition) =>
      scope.tokens.issue(question, Buffer.from(`${id}${name}`));
    let after = command.token === undefined ? START : positionOf(scope.tokens.open(question, command.token));
    const found: UserDefinedFunction[] = [];
    for (let seen = 0; seen < SCAN_LIMIT; seen += BATCH) {
      const rows = await list(after, BATCH);
      const shown = await shownDatabases(scope, rows);
      for (const row of rows) {
        if (!shown.has(row.databaseId)) continue;
        const isOfType = functionType === undefined || row.definition.FunctionType === functionType;
        if (isOfType && matches(row.name)) found.push(row);
      }
      if (found.length > command.limit || rows.length < BATCH)
        return toPage(found, command.limit, tokenAfter);
      after = rows.at(-1) ?? after;
    }
    return { ...toPage(found, command.limit, tokenAfter), next: tokenAfter(after) };
  },
});

/** Of these functions' databases, those whose functions the caller may see. */
async function shownDatabases(
  scope: ReadScope,
  rows: readonly UserDefinedFunction[],
): Promise<ReadonlySet<string>> {
  const databases = [...new Map(rows.map((row) => [row.databaseId, row])).values()];
  const decisions = await scope.permissions.decideDatabases(
    scope,
    'DESCRIBE',
    databases.map(({ databaseId, catalogId, database }) => ({
      type: 'DATABASE',
      catalogId,
      databaseId,
      database,
    })),
  );
  const isShown = (i: number): boolean => decisions[i]?.allowed === true && decisions[i].isWhole;
  return new Set(databases.filter((_, i) => isShown(i)).map(({ databaseId }) => databaseId));
}

/** One database's functions or all of the catalog's, once the caller may see them. @throws EntityNotFoundException */
async function lister(
  scope: ReadScope,
  { catalogId, database: name }: GetUserDefinedFunctions,
): Promise<(after: FunctionPosition, limit: number) => Promise<UserDefinedFunction[]>> {
  if (name === undefined) {
    await authorizeCatalog(scope, catalogId);
    return (after, limit) => listFunctionsIn(scope.tx, catalogId, after, limit);
  }
  await authorizeDatabase(scope, { catalogId, name });
  const database = await requireOwnDatabase(scope, { catalogId, name }, ['DESCRIBE']);
  return (after, limit) => listFunctionsOf(scope.tx, database.id, after, limit);
}

export interface UpdateUserDefinedFunction {
  readonly function: FunctionRef;
  /** Another name than the function's own renames it. */
  readonly newName: string;
  readonly definition: FunctionDefinition;
}

/** Replaces the definition. @throws EntityNotFoundException; AlreadyExistsException the new name is taken */
export const updateUserDefinedFunction = defineWrite({
  action: 'glue:UpdateUserDefinedFunction',

  async run(scope, command: UpdateUserDefinedFunction): Promise<UserDefinedFunction> {
    await authorizeFunction(scope, command.function);
    const current = await requireFunction(scope, command.function, ['ALTER'], true);
    if (command.newName !== current.name) {
      await authorizeFunction(scope, { ...command.function, name: command.newName });
    }
    const changed = { ...current, name: command.newName, definition: command.definition };
    await replaceFunction(scope.tx, changed);
    scope.changed(functionChange(changed));
    return changed;
  },
});

/** @throws EntityNotFoundException */
export const deleteUserDefinedFunction = defineWrite({
  action: 'glue:DeleteUserDefinedFunction',

  async run(scope, command: FunctionRef): Promise<void> {
    await authorizeFunction(scope, command);
    const found = await requireFunction(scope, command, ['DROP'], true);
    await deleteFunctionRow(scope.tx, found.id);
    scope.changed(functionChange(found));
  },
});
