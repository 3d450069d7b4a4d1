/** What a new database, or a new table, grants by itself. */
export interface DefaultPermission {
  readonly principal: string;
  readonly permissions: readonly string[];
}

/** The default catalog of an account: the only one it has (spec/catalog.md §12). */
export interface Catalog {
  readonly catalogId: string;
  readonly arn: string;
  /** The account's id, as the original names it. */
  readonly name: string;
  readonly createdAt: Date;
  /** The account's data-lake settings; empty in a new account. */
  readonly databaseDefaults: readonly DefaultPermission[];
  readonly tableDefaults: readonly DefaultPermission[];
}
