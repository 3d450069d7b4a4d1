import { indexKey, orderFamily, partitionKey } from '../partition/partition-key.ts';
import type { Table } from '../table/table.ts';
import { followsTableOrder } from './index-rules.ts';
import type { PartitionIndex } from './partition-index.ts';
import type { IndexEntry } from './partition-index.repository.ts';

/** Where an index's keys stand among the table's. */
export const keyPositions = (table: Table, index: Pick<PartitionIndex, 'keys'>): number[] =>
  index.keys.map(({ name }) => table.partitionKeys.findIndex((key) => key.Name === name));

/** What these partitions have in these indexes. */
export function entriesOf(
  table: Table,
  indexes: readonly PartitionIndex[],
  partitions: readonly (readonly string[])[],
): IndexEntry[] {
  const own = indexes.filter((index) => !followsTableOrder(table, index));
  if (own.length === 0) return [];
  const families = table.partitionKeys.map((key) => orderFamily(key.Type));
  const keyed = partitions.map((values) => ({ values, partitionKey: partitionKey(families, values) }));
  return own.flatMap((index) => {
    const positions = keyPositions(table, index);
    return keyed.map(({ values, partitionKey: key }) => ({
      indexNo: index.no,
      key: indexKey(families, positions, values),
      partitionKey: key,
    }));
  });
}
