import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { StorageDescriptor } from '../documents.ts';
import type { Table } from '../table/table.ts';
import { fromTemplate, toTemplate } from './location-template.ts';
import type { Partition, PartitionInput } from './partition.ts';
import { orderFamily, partitionKey, segmentBucket } from './partition-key.ts';
import { spelledValues, storedValues } from './spelled-values.ts';
import { loadStorageDescriptors, storeStorageDescriptors } from './storage-descriptor.repository.ts';

export interface StoredPartition {
  /** Its identity within the table. */
  readonly key: Buffer;
  readonly partition: Partition;
}

export interface PartitionRow {
  readonly key: Buffer;
  readonly spelled: string | null;
  readonly sd_id: string | null;
  readonly location: string | null;
  readonly parameters: Readonly<Record<string, string>> | null;
  readonly created_at: Date;
  readonly last_access_at: Date | null;
  readonly last_analyzed_at: Date | null;
}

export const PARTITION_COLUMNS = `p.key, p.spelled, p.sd_id, p.location, p.parameters, p.created_at,
  p.last_access_at, p.last_analyzed_at`;

const keyNames = (table: Table): string[] => table.partitionKeys.map((key) => key.Name);
export const keyFamilies = (table: Table) => table.partitionKeys.map((key) => orderFamily(key.Type));

/** The stored key of values, in hex: their identity within the table. */
export const identityOf = (table: Table): ((values: readonly string[]) => string) => {
  const families = keyFamilies(table);
  return (values) => partitionKey(families, values).toString('hex');
};

/** Rows with their descriptors put together again. */
export async function toPartitions(tx: Tx, rows: readonly PartitionRow[]): Promise<StoredPartition[]> {
  const ids = new Set(rows.flatMap((row) => row.sd_id ?? []));
  const descriptors = await loadStorageDescriptors(tx, ids);
  return rows.map((row) => {
    const values = storedValues(row.key, row.spelled);
    return {
      key: row.key,
      partition: {
        values,
        ...(row.sd_id !== null && {
          storageDescriptor: withLocation(descriptors.get(row.sd_id) ?? {}, row.location, values),
        }),
        ...(row.parameters !== null && { parameters: row.parameters }),
        ...(row.last_access_at !== null && { lastAccessTime: row.last_access_at }),
        ...(row.last_analyzed_at !== null && { lastAnalyzedTime: row.last_analyzed_at }),
        createdAt: row.created_at,
      },
    };
  });
}

function withLocation(
  content: StorageDescriptor,
  location: string | null,
  values: readonly string[],
): StorageDescriptor {
  if (location !== null) return { ...content, Location: location };
  const template = content.Location;
  return template === undefined ? content : { ...content, Location: fromTemplate(template, values) };
}

/** The location apart where no template gives it back. */
function splitLocation(
  descriptor: StorageDescriptor,
  keys: readonly string[],
  values: readonly string[],
): { content: StorageDescriptor; location: string | null } {
  const { Location: location, ...rest } = descriptor;
  if (location === undefined) return { content: rest, location: null };
  const template = toTemplate(location, keys, values);
  return template === undefined
    ? { content: rest, location }
    : { content: { ...rest, Location: template }, location: null };
}

/** By identity, in no order; what is not there is left out. @param lock until commit, against every other writer */
export async function findPartitions(
  tx: Tx,
  table: Table,
  values: readonly (readonly string[])[],
  lock = false,
): Promise<StoredPartition[]> {
  const families = keyFamilies(table);
  // Plan: one probe of partition_pkey for each. ORDER BY: every writer locks in the same order.
  const rows = await sql<PartitionRow>(tx, {
    text: `SELECT ${PARTITION_COLUMNS} FROM partition p WHERE p.table_no = $1 AND p.key = ANY($2::bytea[])
           ${lock ? 'ORDER BY p.key FOR UPDATE' : ''}`,
    values: [table.no, values.map((each) => partitionKey(families, each))],
    prepared: true,
  });
  return toPartitions(tx, rows);
}

interface Columns {
  readonly key: Buffer;
  readonly spelled: string | null;
  readonly bucket: number;
  readonly sdId: string | null;
  readonly location: string | null;
  readonly parameters: string | null;
  readonly lastAccessAt: Date | null;
  readonly lastAnalyzedAt: Date | null;
}

async function toColumns(tx: Tx, table: Table, inputs: readonly PartitionInput[]): Promise<Columns[]> {
  const families = keyFamilies(table);
  const names = keyNames(table);
  const split = inputs.map(
    ({ storageDescriptor, values }) => storageDescriptor && splitLocation(storageDescriptor, names, values),
  );
  const ids = await storeStorageDescriptors(
    tx,
    table.no,
    split.flatMap((each): StorageDescriptor[] => (each === undefined ? [] : [each.content])),
  );
  let next = 0;
  return inputs.map((input, i) => {
    const key = partitionKey(families, input.values);
    const descriptor = split[i];
    return {
      key,
      spelled: spelledValues(key, input.values),
      bucket: segmentBucket(key),
      sdId: descriptor === undefined ? null : (ids[next++] ?? null),
      location: descriptor?.location ?? null,
      parameters: input.parameters === undefined ? null : JSON.stringify(input.parameters),
      lastAccessAt: input.lastAccessTime ?? null,
      lastAnalyzedAt: input.lastAnalyzedTime ?? null,
    };
  });
}

/**
 * All in one statement. What exists already is left as it is.
 * @returns the keys of those that were inserted, in hex
 */
export async function insertPartitions(
  tx: Tx,
  table: Table,
  inputs: readonly PartitionInput[],
  now: Date,
): Promise<ReadonlySet<string>> {
  const columns = await toColumns(tx, table, inputs);
  // ORDER BY: two batches over the same partitions wait for each other in one order and cannot deadlock.
  const rows = await sql<{ key: Buffer }>(tx, {
    text: `INSERT INTO partition (table_no, created_at, key, spelled, bucket, sd_id, location, parameters,
                                  last_access_at, last_analyzed_at)
           SELECT $1, $2, key, spelled, bucket, sd_id, location, parameters::json, last_access_at, last_analyzed_at
           FROM unnest($3::bytea[], $4::text[], $5::smallint[], $6::bigint[], $7::text[], $8::text[],
                       $9::timestamptz[], $10::timestamptz[])
             AS new (key, spelled, bucket, sd_id, location, parameters, last_access_at, last_analyzed_at)
           ORDER BY key
           ON CONFLICT (table_no, key) DO NOTHING RETURNING key`,
    values: [
      table.no,
      now,
      columns.map((each) => each.key),
      columns.map((each) => each.spelled),
      columns.map((each) => each.bucket),
      columns.map((each) => each.sdId),
      columns.map((each) => each.location),
      columns.map((each) => each.parameters),
      columns.map((each) => each.lastAccessAt),
      columns.map((each) => each.lastAnalyzedAt),
    ],
    prepared: true,
  });
  return new Set(rows.map((row) => row.key.toString('hex')));
}

/** Replaces the definition of one partition, moving it where its values differ; its creation time stays. */
export async function replacePartition(
  tx: Tx,
  table: Table,
  key: Buffer,
  input: PartitionInput,
): Promise<void> {
  const [columns] = await toColumns(tx, table, [input]);
  if (columns === undefined) return;
  await sql(tx, {
    text: `UPDATE partition SET key = $3, spelled = $4, bucket = $5, sd_id = $6, location = $7, parameters = $8,
                                last_access_at = $9, last_analyzed_at = $10 WHERE table_no = $1 AND key = $2`,
    values: [
      table.no,
      key,
      columns.key,
      columns.spelled,
      columns.bucket,
      columns.sdId,
      columns.location,
      columns.parameters,
      columns.lastAccessAt,
      columns.lastAnalyzedAt,
    ],
    prepared: true,
  });
}

export async function deletePartitionRows(tx: Tx, table: Table, keys: readonly Buffer[]): Promise<void> {
  await sql(tx, {
    text: 'DELETE FROM partition WHERE table_no = $1 AND key = ANY($2::bytea[])',
    values: [table.no, keys],
    prepared: true,
  });
}

export async function hasPartitions(tx: Tx, table: Table): Promise<boolean> {
  const rows = await sql(tx, {
    text: 'SELECT 1 FROM partition WHERE table_no = $1 LIMIT 1',
    values: [table.no],
  });
  return rows.length > 0;
}

const START = Buffer.alloc(0);

export interface KeyedValues {
  readonly key: Buffer;
  readonly values: readonly string[];
}

/** In key order. @param afterKey exclusive; absent from the start */
export async function listPartitionValues(
  tx: Tx,
  tableNo: string,
  afterKey: Buffer | undefined,
  limit: number,
): Promise<KeyedValues[]> {
  // Plan: a range of partition_pkey.
  const rows = await sql<Pick<PartitionRow, 'key' | 'spelled'>>(tx, {
    text: 'SELECT key, spelled FROM partition WHERE table_no = $1 AND key > $2 ORDER BY key LIMIT $3',
    values: [tableNo, afterKey ?? START, limit],
    prepared: true,
  });
  return rows.map(({ key, spelled }) => ({ key, values: storedValues(key, spelled) }));
}

/** No table has a negative number. */
const asideOf = (tableNo: string): string => `-${tableNo}`;

/**
 * For a change of all keys: the partitions wait under another number, so that no new key meets an old one, and what
 * is still to be done can be read in order.
 */
export async function setPartitionsAside(tx: Tx, tableNo: string): Promise<void> {
  await sql(tx, {
    text: 'UPDATE partition SET table_no = $2 WHERE table_no = $1',
    values: [tableNo, asideOf(tableNo)],
  });
}

export const listPartitionsAside = (tx: Tx, tableNo: string, limit: number): Promise<KeyedValues[]> =>
  listPartitionValues(tx, asideOf(tableNo), undefined, limit);

/** Brings partitions back under new keys. */
export async function bringPartitionsBack(
  tx: Tx,
  tableNo: string,
  rows: readonly { readonly key: Buffer; readonly values: readonly string[]; readonly newKey: Buffer }[],
): Promise<void> {
  await sql(tx, {
    text: `UPDATE partition p SET table_no = $1, key = new.new_key, spelled = new.spelled, bucket = new.bucket
           FROM unnest($3::bytea[], $4::bytea[], $5::text[], $6::smallint[]) AS new (key, new_key, spelled, bucket)
           WHERE p.table_no = $2 AND p.key = new.key`,
    values: [
      tableNo,
      asideOf(tableNo),
      rows.map(({ key }) => key),
      rows.map(({ newKey }) => newKey),
      rows.map(({ newKey, values }) => spelledValues(newKey, values)),
      rows.map(({ newKey }) => segmentBucket(newKey)),
    ],
  });
}
