import type { Id } from '@lakewarden/kernel';

/** CREATING → ACTIVE → DELETING → gone; CREATING → FAILED (spec/catalog.md §7). */
export type PartitionIndexStatus = 'CREATING' | 'ACTIVE' | 'DELETING' | 'FAILED';

export interface IndexKey {
  readonly name: string;
  readonly type: string;
}

/** Why a build failed, with a few of the partitions that made it fail. */
export interface BackfillError {
  readonly Code:
    | 'ENCRYPTED_PARTITION_ERROR'
    | 'INTERNAL_ERROR'
    | 'INVALID_PARTITION_TYPE_DATA_ERROR'
    | 'MISSING_PARTITION_VALUE_ERROR'
    | 'UNSUPPORTED_PARTITION_CHARACTER_ERROR';
  readonly Partitions: readonly { readonly Values: readonly string[] }[];
}

export interface PartitionIndex {
  readonly id: Id<'PartitionIndex'>;
  /** Carried by entries in place of the id. */
  readonly no: string;
  readonly tableId: Id<'Table'>;
  readonly name: string;
  readonly keys: readonly IndexKey[];
  readonly status: PartitionIndexStatus;
  readonly backfillErrors: readonly BackfillError[];
  /** Partitions looked at so far while CREATING. */
  readonly builtCount: number;
  /** The last partition key looked at; empty at the start. */
  readonly builtThrough: Buffer;
  readonly createdAt: Date;
}
