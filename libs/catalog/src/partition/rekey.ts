import { invalid, type Tx } from '@lakewarden/kernel';

import { entriesOf } from '../partition-index/index-entries.ts';
import {
  deleteEntriesOfTable,
  insertIndexEntries,
  listPartitionIndexes,
  restartBuilds,
} from '../partition-index/partition-index.repository.ts';
import type { Table } from '../table/table.ts';
import { partitionKey } from './partition-key.ts';
import {
  bringPartitionsBack,
  hasPartitions,
  keyFamilies,
  listPartitionsAside,
  setPartitionsAside,
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
  // Entries hold the keys that change; a build that is under way has come as far as one of them.
  const active = (await listPartitionIndexes(tx, after.id)).filter(({ status }) => status === 'ACTIVE');
  await deleteEntriesOfTable(tx, after.id);
  await restartBuilds(tx, after.id);
  await setPartitionsAside(tx, before.no);
  for (;;) {
    const rows = await listPartitionsAside(tx, before.no, BATCH);
    await bringPartitionsBack(
      tx,
      before.no,
      rows.map(({ key, values }) => ({ key, values, newKey: partitionKey(families, values) })),
    );
    await insertIndexEntries(
      tx,
      entriesOf(
        after,
        active,
        rows.map(({ values }) => values),
      ),
    );
    if (rows.length < BATCH) return;
  }
}
