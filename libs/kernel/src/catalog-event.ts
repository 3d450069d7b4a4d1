/**
 * One thing of a catalog that a write made, replaced or deleted, as consumers of the change feed are told of it. Names
 * are those of that moment; ids stay.
 */
export interface CatalogEvent {
  readonly kind: 'DATABASE' | 'TABLE' | 'PARTITION' | 'PARTITION_INDEX';
  readonly type: 'CREATED' | 'UPDATED' | 'DELETED';
  readonly databaseId: string;
  readonly database: string;
  /** Of a database that was renamed. */
  readonly previousName?: string | undefined;
  readonly tableId?: string | undefined;
  readonly table?: string | undefined;
  /** The table's, after the write. */
  readonly versionId?: string | undefined;
  /** The values of each partition: as many as one request may write. */
  readonly partitions?: readonly (readonly string[])[] | undefined;
  /** Where partitions were given other values: what each of `partitions` had before. */
  readonly previousPartitions?: readonly (readonly string[])[] | undefined;
  readonly partitionIndex?:
    { readonly id: string; readonly name: string; readonly status: string } | undefined;
}
