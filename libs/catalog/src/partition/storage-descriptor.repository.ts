import { createHash } from 'node:crypto';

import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';
import { LRUCache } from 'lru-cache';

import type { StorageDescriptor } from '../documents.ts';

/** A row is never changed once written, so its content can be kept for as long as its reader lives. */
const CACHED_DESCRIPTORS = 20_000;
const caches = new WeakMap<Tx, LRUCache<string, StorageDescriptor>>();

function cacheOf(tx: Tx): LRUCache<string, StorageDescriptor> {
  const known = caches.get(tx);
  if (known !== undefined) return known;
  const made = new LRUCache<string, StorageDescriptor>({ max: CACHED_DESCRIPTORS });
  caches.set(tx, made);
  return made;
}

export async function loadStorageDescriptors(
  tx: Tx,
  ids: ReadonlySet<string>,
): Promise<ReadonlyMap<string, StorageDescriptor>> {
  const contents = cacheOf(tx);
  const found = new Map<string, StorageDescriptor>();
  const missing: string[] = [];
  for (const id of ids) {
    const known = contents.get(id);
    if (known === undefined) missing.push(id);
    else found.set(id, known);
  }
  if (missing.length > 0) {
    const rows = await sql<{ id: string; content: StorageDescriptor }>(tx, {
      text: 'SELECT id, content FROM storage_descriptor WHERE id = ANY($1::bigint[])',
      values: [missing],
      prepared: true,
    });
    for (const { id, content } of rows) {
      contents.set(id, content);
      found.set(id, content);
    }
  }
  return found;
}

/** Keys in one order at every depth: the same descriptor is the same text whatever order a client sends. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** @returns the id of each descriptor, in order; the new ones are inserted */
export async function storeStorageDescriptors(
  tx: Tx,
  tableNo: string,
  descriptors: readonly StorageDescriptor[],
): Promise<string[]> {
  // A batch mostly holds one descriptor a hundred times: put in order and hashed once for each way it is written.
  const written = descriptors.map((descriptor) => JSON.stringify(descriptor));
  const known = new Map<string, { text: string; hash: Buffer }>();
  descriptors.forEach((descriptor, i) => {
    const key = written[i] ?? '';
    if (known.has(key)) return;
    const text = canonicalText(descriptor);
    known.set(key, { text, hash: createHash('sha256').update(text).digest().subarray(0, 16) });
  });
  const texts = written.map((key) => known.get(key)?.text ?? '');
  const hashes = written.map((key) => known.get(key)?.hash ?? Buffer.alloc(0));
  const distinct = new Map(hashes.map((hash, i) => [hash.toString('hex'), { hash, text: texts[i] ?? '' }]));
  const idByHash = new Map<string, string>();
  const find = async () => {
    const rows = await sql<{ id: string; hash: Buffer }>(tx, {
      text: 'SELECT id, hash FROM storage_descriptor WHERE table_no = $1 AND hash = ANY($2::bytea[])',
      values: [tableNo, [...distinct.values()].map(({ hash }) => hash)],
      prepared: true,
    });
    for (const row of rows) idByHash.set(row.hash.toString('hex'), row.id);
  };
  await find();
  const unknown = [...distinct].filter(([hash]) => !idByHash.has(hash)).map(([, descriptor]) => descriptor);
  if (unknown.length > 0) {
    // Another writer may be inserting the same one: whoever comes second waits, inserts nothing and finds it below.
    await sql(tx, {
      text: `INSERT INTO storage_descriptor (table_no, hash, content)
             SELECT $1, hash, content::json FROM unnest($2::bytea[], $3::text[]) AS new (hash, content) ORDER BY hash
             ON CONFLICT (table_no, hash) DO NOTHING`,
      values: [tableNo, unknown.map(({ hash }) => hash), unknown.map(({ text }) => text)],
    });
    await find();
  }
  return hashes.map((hash) => idByHash.get(hash.toString('hex')) ?? '');
}
