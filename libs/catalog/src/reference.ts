import {
  type Caller,
  catalogArn,
  databaseArn,
  functionArn,
  type ReadScope,
  tableArn,
} from '@lakewarden/kernel';

import { foldName } from './names.ts';

/** A database by its name, as a caller says it. */
export interface DatabaseRef {
  readonly catalogId: string;
  readonly name: string;
}

/** A table by its names, as a caller says them. */
export interface TableRef {
  readonly catalogId: string;
  readonly database: string;
  readonly name: string;
}

/** `CatalogId` defaults to the caller's account (spec/catalog.md §1.2). */
export const databaseRef = (
  caller: Caller,
  asked: { catalogId?: string | undefined; name: string },
): DatabaseRef => ({
  catalogId: asked.catalogId ?? caller.accountId,
  name: foldName(asked.name),
});

export const tableRef = (
  caller: Caller,
  asked: { catalogId?: string | undefined; database: string; name: string },
): TableRef => ({
  catalogId: asked.catalogId ?? caller.accountId,
  database: foldName(asked.database),
  name: foldName(asked.name),
});

/** A table of a database that has been found. */
export const tableIn = (
  database: { readonly catalogId: string; readonly name: string },
  name: string,
): TableRef => ({
  catalogId: database.catalogId,
  database: database.name,
  name,
});

const homeOf = (scope: ReadScope, accountId: string) => ({ region: scope.home.region, accountId });

/** Before anything is looked up: an answer must not tell a stranger whether a name exists. */
export const authorizeCatalog = (scope: ReadScope, catalogId: string): Promise<void> =>
  scope.authorize({ arn: catalogArn(homeOf(scope, catalogId)), accountId: catalogId });

export const authorizeDatabase = (scope: ReadScope, ref: DatabaseRef): Promise<void> => {
  const home = homeOf(scope, ref.catalogId);
  return scope.authorize({
    arn: databaseArn(home, ref.name),
    accountId: ref.catalogId,
    within: [catalogArn(home)],
  });
};

export const authorizeTable = (scope: ReadScope, ref: TableRef): Promise<void> => {
  const home = homeOf(scope, ref.catalogId);
  return scope.authorize({
    arn: tableArn(home, ref.database, ref.name),
    accountId: ref.catalogId,
    within: [databaseArn(home, ref.database), catalogArn(home)],
  });
};

export const authorizeFunction = (scope: ReadScope, ref: TableRef): Promise<void> =>
  scope.authorize({
    arn: functionArn(homeOf(scope, ref.catalogId), ref.database, ref.name),
    accountId: ref.catalogId,
    within: [
      databaseArn(homeOf(scope, ref.catalogId), ref.database),
      catalogArn(homeOf(scope, ref.catalogId)),
    ],
  });
