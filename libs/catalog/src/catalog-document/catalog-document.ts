import type { Column, DatabaseDefinition, LinkTarget, TableDefinition } from '../documents.ts';
import type { PartitionInput } from '../partition/partition.ts';

/** A catalog as one document: what people keep in a repository and apply. Names are folded. */
export interface CatalogDocument {
  /**
   * `catalog`: it means the whole catalog, and a database that it does not name is too many; `databases`: it speaks of
   * the databases that it names and of no other.
   */
  readonly scope: 'catalog' | 'databases';
  readonly databases: ReadonlyMap<string, DatabaseDocument>;
}

export interface DatabaseDocument {
  readonly definition: DatabaseDefinition;
  readonly linkTarget?: LinkTarget | undefined;
  readonly tables: ReadonlyMap<string, TableDocument>;
}

export interface TableDocument {
  readonly definition: TableDefinition;
  readonly partitionKeys?: readonly Column[] | undefined;
  readonly linkTarget?: LinkTarget | undefined;
  /** Name → keys. */
  readonly indexes: ReadonlyMap<string, readonly string[]>;
  /** Absent: the document does not speak of partitions. */
  readonly partitions?: readonly PartitionInput[] | undefined;
}

/** One document, one transaction: larger catalogs are kept in several (`scope: databases`). */
export const MAX_DOCUMENT_DATABASES = 1_000;
export const MAX_DOCUMENT_TABLES = 10_000;
export const MAX_DOCUMENT_PARTITIONS = 50_000;

/** A member that becomes another. */
export interface MemberChange {
  /** `StorageDescriptor.Columns.0.Type`. */
  readonly path: string;
  /** Absent: it was not there, or will not be. */
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface CatalogChange {
  readonly action: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly kind: 'DATABASE' | 'TABLE' | 'PARTITION_INDEX' | 'PARTITION';
  readonly database: string;
  readonly table?: string;
  /** Of the index. */
  readonly index?: string;
  /** Of the partition. */
  readonly values?: readonly string[];
  /** Of an UPDATE. */
  readonly members: readonly MemberChange[];
}

export interface CatalogPlan {
  /** Stands for what the plan was made from: an apply with it is refused once that has changed. */
  readonly base: string;
  readonly changes: readonly CatalogChange[];
}
