/**
 * Glue's own documents, in Glue's own member names. They are stored as they came and given back as they were: a
 * client that reads what it wrote gets the same JSON (docs/decisions/0002).
 */
export interface Column {
  readonly Name: string;
  readonly Type?: string | undefined;
  readonly Comment?: string | undefined;
  readonly Parameters?: Readonly<Record<string, string>> | undefined;
}

export interface StorageDescriptor {
  readonly Columns?: readonly Column[] | undefined;
  readonly Location?: string | undefined;
  readonly [member: string]: unknown;
}

/** TableInput without Name and PartitionKeys, which have columns of their own. */
export interface TableDefinition {
  readonly Description?: string | undefined;
  readonly TableType?: string | undefined;
  readonly StorageDescriptor?: StorageDescriptor | undefined;
  readonly Parameters?: Readonly<Record<string, string>> | undefined;
  readonly [member: string]: unknown;
}

/** DatabaseInput without Name and TargetDatabase. */
export interface DatabaseDefinition {
  readonly Description?: string | undefined;
  readonly LocationUri?: string | undefined;
  readonly Parameters?: Readonly<Record<string, string>> | undefined;
  readonly CreateTableDefaultPermissions?: readonly unknown[] | undefined;
  readonly [member: string]: unknown;
}

/** What a resource link points at. */
export interface LinkTarget {
  /** Absent: the catalog that the link lies in. */
  readonly CatalogId?: string | undefined;
  readonly DatabaseName: string;
  /** A table link's; absent on a database link. */
  readonly Name?: string | undefined;
  readonly Region?: string | undefined;
}

const MAX_LONE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/u;

/** Neither U+0000 nor half a surrogate pair can be stored in PostgreSQL as it came. */
export const isStorableText = (text: string): boolean => !text.includes('\u0000') && !MAX_LONE.test(text);
