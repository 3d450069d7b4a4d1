import type {
  ColumnStatistics,
  DatabaseInput,
  PartitionInput,
  TableInput,
  UserDefinedFunctionInput,
} from '@aws-sdk/client-glue';

export interface SourceTable {
  readonly input: TableInput;
  /** The source's own account: a link that points into it is made to point into the target's. */
  readonly catalogId?: string | undefined;
  /** The source's own handle, for its further questions. */
  readonly id: string;
}

export interface PartitionPage {
  readonly partitions: readonly PartitionInput[];
  /** Where to go on after this page, in this run or a later one; absent at the end. */
  readonly cursor?: string | undefined;
}

/** A part of a table's partitions, read independently of the others. */
export interface PartitionStream {
  /** The same in every run that cuts the table the same way. */
  readonly name: string;
  pages(cursor?: string): AsyncIterable<PartitionPage>;
}

export interface SourceIndex {
  readonly name: string;
  readonly keys: readonly string[];
}

export interface SourceDatabase {
  readonly input: DatabaseInput;
  readonly catalogId?: string | undefined;
}

/** Where a catalog is imported from. Names come in lower case, as Glue stores them. */
export interface CatalogSource {
  /** The same in every run: a state file belongs to one source. */
  readonly name: string;
  databases(): AsyncIterable<SourceDatabase>;
  tables(database: string): AsyncIterable<SourceTable>;
  /** Oldest first, the current one last. */
  versions(database: string, table: SourceTable): AsyncIterable<TableInput>;
  partitions(database: string, table: SourceTable): Promise<readonly PartitionStream[]>;
  indexes(database: string, table: SourceTable): Promise<readonly SourceIndex[]>;
  statistics(database: string, table: SourceTable): Promise<readonly ColumnStatistics[]>;
  functions(database: string): AsyncIterable<UserDefinedFunctionInput>;
  close(): Promise<void>;
}
