import { invalid, type Tx } from '@lakewarden/kernel';

import type { Table } from '../table/table.ts';
import { partitionKey } from './partition-key.ts';
import {
  findPartitionValues,
  hasPartitions,
  keyFamilies,
  listPartitionIds,
  updatePartitionKeys,
} from './partition.repository.ts';

const BATCH = 5_000;

/**
 * When a key's type changes, its values order differently: every partition gets its new key in the same transaction.
 * @throws InvalidInputException the number of keys changes under partitions that exist
 */
export async function rekeyPartitions(tx: Tx, before: Table, after: Table): Promise<void> {
  const old = keyFamilies(before);
  const families = keyFamilies(after);
  if (old.length === families.length && old.every((family, i) => family === families[i])) return;
  if (!(await hasPartitions(tx, before))) return;
  if (old.length !== families.length) {
    throw invalid(
      `Table ${before.name} has partitions with ${String(old.length)} values: its number of partition keys cannot change.`,
    );
  }
  const ids = await listPartitionIds(tx, before.no);
  for (let from = 0; from < ids.length; from += BATCH) {
    const rows = await findPartitionValues(tx, ids.slice(from, from + BATCH));
    await updatePartitionKeys(
      tx,
      rows.map(({ id, values }) => ({ id, key: partitionKey(families, values) })),
    );
  }
}
