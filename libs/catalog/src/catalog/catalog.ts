/** The default catalog of an account: the only one it has (spec/catalog.md §12). */
export interface Catalog {
  readonly catalogId: string;
  readonly arn: string;
  /** The account's id, as the original names it. */
  readonly name: string;
  readonly createdAt: Date;
  /** What the account's settings grant on its new databases and tables, in Glue's own form. */
  readonly defaults: { readonly database: readonly unknown[]; readonly table: readonly unknown[] };
}
