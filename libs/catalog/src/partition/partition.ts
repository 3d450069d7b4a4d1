import type { LakewardenError, Page } from '@lakewarden/kernel';

import type { StorageDescriptor } from '../documents.ts';

/** What a client says a partition is. */
export interface PartitionInput {
  readonly values: readonly string[];
  readonly storageDescriptor?: StorageDescriptor | undefined;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly lastAccessTime?: Date | undefined;
  readonly lastAnalyzedTime?: Date | undefined;
}

export interface Partition extends PartitionInput {
  readonly createdAt: Date;
}

/** One item of a batch that could not be done. */
export interface PartitionFailure {
  readonly values: readonly string[];
  readonly error: LakewardenError;
}

export interface Segment {
  readonly number: number;
  /** 1–10. */
  readonly total: number;
}

/** How a page was found, for `explain`. */
export interface PartitionPlan {
  /** The index that narrowed the search; undefined when the table's own order, or nothing, did. */
  readonly index?: string;
  readonly access: 'INDEX' | 'TABLE_ORDER' | 'SCAN';
  /** Leading columns of the order that the expression fixed or bounded. */
  readonly keysUsed: readonly string[];
}

export interface PartitionPage extends Page<Partition> {
  readonly plan: PartitionPlan;
  /** About how many bytes the page holds in memory. */
  readonly sizeBytes: number;
}
