/** Glue's IcebergInput, in Glue's own member names: what a client asks of a table's first metadata. */
export interface IcebergInput {
  readonly Version?: string | undefined;
  /** Absent: location and columns are the TableInput's. */
  readonly CreateIcebergTableInput?: CreateIcebergTableInput | undefined;
}

export interface CreateIcebergTableInput {
  readonly Location: string;
  readonly Schema: IcebergSchemaInput;
  readonly PartitionSpec?: { readonly Fields: readonly PartitionFieldInput[] } | undefined;
  readonly WriteOrder?: { readonly Fields: readonly SortFieldInput[] } | undefined;
  readonly Properties?: Readonly<Record<string, string>> | undefined;
}

export interface IcebergSchemaInput {
  readonly IdentifierFieldIds?: readonly number[] | undefined;
  readonly Fields: readonly FieldInput[];
}

export interface FieldInput {
  readonly Id: number;
  readonly Name: string;
  /** A JSON document: the name of a primitive type, or a struct, list or map as Iceberg writes it. */
  readonly Type?: unknown;
  readonly Required: boolean;
  readonly Doc?: string | undefined;
  readonly InitialDefault?: unknown;
  readonly WriteDefault?: unknown;
}

export interface PartitionFieldInput {
  readonly SourceId: number;
  readonly Transform: string;
  readonly Name: string;
  readonly FieldId?: number | undefined;
}

export interface SortFieldInput {
  readonly SourceId: number;
  readonly Transform: string;
  readonly Direction: 'asc' | 'desc';
  readonly NullOrder: 'nulls-first' | 'nulls-last';
}
