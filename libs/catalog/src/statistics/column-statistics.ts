import { type LakewardenError, notFound } from '@lakewarden/kernel';

import type { Column } from '../documents.ts';
import { foldName } from '../names.ts';
import type { PartitionKeyColumn } from '../table/table.ts';

/** `unscaled × 10^-scale`. */
export interface DecimalNumber {
  /** Two's complement, big-endian, as it came. */
  readonly unscaled: Buffer;
  readonly scale: number;
}

interface Range<Value> {
  readonly minimum?: Value | undefined;
  readonly maximum?: Value | undefined;
  readonly nulls: bigint;
  readonly distinctValues: bigint;
}

/** One kind of statistics a type of column (spec/catalog.md §8). */
export type StatisticsData =
  | { readonly type: 'BOOLEAN'; readonly trues: bigint; readonly falses: bigint; readonly nulls: bigint }
  | ({ readonly type: 'DATE' } & Range<Date>)
  | ({ readonly type: 'DECIMAL' } & Range<DecimalNumber>)
  | ({ readonly type: 'DOUBLE' } & Range<number>)
  | ({ readonly type: 'LONG' } & Range<bigint>)
  | {
      readonly type: 'STRING';
      readonly maximumLength: bigint;
      readonly averageLength: number;
      readonly nulls: bigint;
      readonly distinctValues: bigint;
    }
  | {
      readonly type: 'BINARY';
      readonly maximumLength: bigint;
      readonly averageLength: number;
      readonly nulls: bigint;
    };

export interface ColumnStatistics {
  /** As the client wrote it; compared without case. */
  readonly columnName: string;
  readonly columnType: string;
  readonly analyzedAt: Date;
  readonly data: StatisticsData;
}

/** One column that could not be done. */
export interface StatisticsFailure<Item> {
  readonly item: Item;
  readonly error: LakewardenError;
}

/** The one wording for a column without statistics (spec/catalog.md §8). */
export const noStatistics = () => notFound('Statistics do not exist for this column');

interface Columns {
  readonly columns: readonly Column[] | undefined;
  readonly partitionKeys: readonly PartitionKeyColumn[];
}

/** The names under which statistics may stand, folded. */
export const columnNames = ({ columns, partitionKeys }: Columns): Set<string> =>
  new Set([...(columns ?? []), ...partitionKeys].map(({ Name }) => foldName(Name)));

/** Columns that were there and are not any more: their statistics would be those of another column of that name. */
export function droppedColumns(before: Columns, after: Columns): string[] {
  const kept = columnNames(after);
  return [...columnNames(before)].filter((name) => !kept.has(name));
}
