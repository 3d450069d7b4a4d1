import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { StorageDescriptor } from '../documents.ts';
import type { Table } from '../table/table.ts';
import { fromTemplate, toTemplate } from './location-template.ts';
import type { Partition, PartitionInput } from './partition.ts';
import { orderFamily, partitionKey, segmentBucket } from './partition-key.ts';
import { loadStorageDescriptors, storeStorageDescriptors } from './storage-descriptor.repository.ts';

export interface StoredPartition {
  readonly id: string;
  readonly partition: Partition;
}

export interface PartitionRow {
  readonly id: string;
  readonly values: readonly string[];
  readonly sd_id: string | null;
  readonly location: string | null;
  readonly parameters: Readonly<Record<string, string>> | null;
  readonly created_at: Date;
  readonly last_access_at: Date | null;
  readonly last_analyzed_at: Date | null;
}

/** Without the key and the bucket: both follow from the values, and a page needs them for its last row alone. */
export const PARTITION_COLUMNS = `p.id, p.values, p.sd_id, p.location, p.parameters, p.created_at,
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
  return rows.map((row) => ({
    id: row.id,
    partition: {
      values: row.values,
      ...(row.sd_id !== null && { storageDescriptor: withLocation(descriptors.get(row.sd_id) ?? {}, row) }),
      ...(row.parameters !== null && { parameters: row.parameters }),
      ...(row.last_access_at !== null && { lastAccessTime: row.last_access_at }),
      ...(row.last_analyzed_at !== null && { lastAnalyzedTime: row.last_analyzed_at }),
      createdAt: row.created_at,
    },
  }));
}

function withLocation(content: StorageDescriptor, row: PartitionRow): StorageDescriptor {
  if (row.location !== null) return { ...content, Location: row.location };
  const template = content.Location;
  return template === undefined ? content : { ...content, Location: fromTemplate(template, row.values) };
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
  // Plan: one probe of the unique (table_no, key) for each. ORDER BY: every writer locks in the same order.
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
  readonly values: readonly string[];
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
      values: input.values,
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
 * @returns the id of each partition that was inserted, by its key in hex
 */
export async function insertPartitions(
  tx: Tx,
  table: Table,
  inputs: readonly PartitionInput[],
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  const columns = await toColumns(tx, table, inputs);
  // values travel as JSON: unnest would take an array of arrays apart. ORDER BY: two batches over the same
  // partitions wait for each other in one order and cannot deadlock.
  const rows = await sql<{ id: string; key: Buffer }>(tx, {
    text: `INSERT INTO partition (table_no, created_at, key, values, bucket, sd_id, location, parameters,
                                  last_access_at, last_analyzed_at)
           SELECT $1, $2, key, ARRAY(SELECT json_array_elements_text(values_json::json)), bucket, sd_id, location,
                  parameters::json, last_access_at, last_analyzed_at
           FROM unnest($3::bytea[], $4::text[], $5::smallint[], $6::bigint[], $7::text[], $8::text[],
                       $9::timestamptz[], $10::timestamptz[])
             AS new (key, values_json, bucket, sd_id, location, parameters, last_access_at, last_analyzed_at)
           ORDER BY key
           ON CONFLICT (table_no, key) DO NOTHING RETURNING id, key`,
    values: [
      table.no,
      now,
      columns.map((each) => each.key),
      columns.map((each) => JSON.stringify(each.values)),
      columns.map((each) => each.bucket),
      columns.map((each) => each.sdId),
      columns.map((each) => each.location),
      columns.map((each) => each.parameters),
      columns.map((each) => each.lastAccessAt),
      columns.map((each) => each.lastAnalyzedAt),
    ],
    prepared: true,
  });
  return new Map(rows.map((row) => [row.key.toString('hex'), row.id]));
}

/** Replaces the definition of one partition, moving it where its values differ; its creation time stays. */
export async function replacePartition(
  tx: Tx,
  table: Table,
  id: string,
  input: PartitionInput,
): Promise<void> {
  const [columns] = await toColumns(tx, table, [input]);
  if (columns === undefined) return;
  await sql(tx, {
    text: `UPDATE partition SET key = $2, values = $3, bucket = $4, sd_id = $5, location = $6, parameters = $7,
                                last_access_at = $8, last_analyzed_at = $9 WHERE id = $1`,
    values: [
      id,
      columns.key,
      columns.values,
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

export async function deletePartitionRows(tx: Tx, ids: readonly string[]): Promise<void> {
  await sql(tx, {
    text: 'DELETE FROM partition WHERE id = ANY($1::bigint[])',
    values: [ids],
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

/** In key order. @param afterKey exclusive; absent from the start */
export async function listPartitionValues(
  tx: Tx,
  tableNo: string,
  afterKey: Buffer | undefined,
  limit: number,
): Promise<{ id: string; key: Buffer; values: string[] }[]> {
  // Plan: a range of the unique (table_no, key).
  return sql(tx, {
    text: 'SELECT id, key, values FROM partition WHERE table_no = $1 AND key > $2 ORDER BY key LIMIT $3',
    values: [tableNo, afterKey ?? START, limit],
    prepared: true,
  });
}

/** The keys of all partitions, for a change of their order: a cursor over keys that change would lose its place. */
export async function listPartitionIds(tx: Tx, tableNo: string): Promise<string[]> {
  const rows = await sql<{ id: string }>(tx, {
    text: 'SELECT id FROM partition WHERE table_no = $1 ORDER BY key',
    values: [tableNo],
  });
  return rows.map(({ id }) => id);
}

export async function findPartitionValues(
  tx: Tx,
  ids: readonly string[],
): Promise<{ id: string; values: string[] }[]> {
  return sql(tx, { text: 'SELECT id, values FROM partition WHERE id = ANY($1::bigint[])', values: [ids] });
}

export async function updatePartitionKeys(
  tx: Tx,
  rows: readonly { readonly id: string; readonly key: Buffer }[],
): Promise<void> {
  await sql(tx, {
    text: `UPDATE partition p SET key = new.key, bucket = new.bucket
           FROM unnest($1::bigint[], $2::bytea[], $3::smallint[]) AS new (id, key, bucket) WHERE p.id = new.id`,
    values: [rows.map(({ id }) => id), rows.map(({ key }) => key), rows.map(({ key }) => segmentBucket(key))],
  });
}
