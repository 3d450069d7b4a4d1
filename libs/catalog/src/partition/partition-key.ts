import { createHash } from 'node:crypto';

import { HIVE_NULL, keyFamily, parseTyped, type PartitionKeyType } from '../expression/index.ts';

/**
 * The order of partitions as bytes: comparing two keys as bytes compares their values column by column, each by its
 * type (integers as numbers, decimals as decimals, text by code point), then by the text itself. Each part ends
 * where it can be seen to end, so a part is a prefix of the whole: `year` alone, `year, month`, and so on are ranges.
 *
 * A key is `part…part` and, only where some value is not its type's own spelling (`01` under int), the spellings:
 * equal numbers stay together, and two spellings remain two partitions (spec/catalog.md §5).
 */
const NULL_PART = Buffer.from([0xf0]);
const MISFIT_TAG = 0xf1;
const POSITIVE = 0x02;
const NEGATIVE = 0x01;
const END = 0x00;

/** How a key column's values are ordered; types that expressions cannot compare are ordered as text. */
export const orderFamily = (type: string): PartitionKeyType => keyFamily(type) ?? 'string';

const textPart = (text: string, tag?: number): Buffer => {
  // U+0000 is refused before a value comes here, so a zero byte ends the text and a prefix comes first.
  const bytes = Buffer.from(text, 'utf8');
  return tag === undefined
    ? Buffer.concat([bytes, Buffer.from([END])])
    : Buffer.concat([Buffer.from([tag]), bytes, Buffer.from([END])]);
};

const inverted = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => 0xff - byte));

/** Sign, count of the magnitude's bytes, magnitude; for negatives count and magnitude are inverted. */
function integerPart(value: bigint): Buffer {
  const magnitude = (value < 0n ? -value : value).toString(16);
  const bytes = Buffer.from(magnitude.length % 2 === 0 ? magnitude : `0${magnitude}`, 'hex');
  const sized = Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
  return value < 0n
    ? Buffer.concat([Buffer.from([NEGATIVE]), inverted(sized)])
    : Buffer.concat([Buffer.from([POSITIVE]), sized]);
}

/** Sign, count of integer digits, digits; canonical text, so the integer digits carry no leading zero. */
function decimalPart(canonical: string): Buffer {
  const isNegative = canonical.startsWith('-');
  const [integer = '', fraction = ''] = (isNegative ? canonical.slice(1) : canonical).split('.');
  const digits = integer === '0' ? '' : integer;
  const size = Buffer.from([digits.length >> 8, digits.length & 0xff]);
  const rest = Buffer.concat([size, Buffer.from(digits + fraction, 'latin1'), Buffer.from([END])]);
  return isNegative
    ? Buffer.concat([Buffer.from([NEGATIVE]), inverted(rest)])
    : Buffer.concat([Buffer.from([POSITIVE]), rest]);
}

/** The part of a value of that type, as literals of expressions and stored values both have it. */
export function typedPart(family: PartitionKeyType, value: string | bigint): Buffer {
  if (typeof value === 'bigint') return integerPart(value);
  return family === 'decimal' ? decimalPart(value) : textPart(value);
}

/** The part of a stored value. What does not fit its type sorts last, as text, before nothing and after NULL. */
export function valuePart(family: PartitionKeyType, text: string): Buffer {
  if (family === 'string') return textPart(text);
  if (text === HIVE_NULL) return NULL_PART;
  const typed = parseTyped(family, text);
  return typed === undefined ? textPart(text, MISFIT_TAG) : typedPart(family, typed);
}

/** Where the values that do not fit their type lie behind a prefix: `[prefix F1, prefix F2)`. */
export const misfitRange = (prefix: Buffer): { from: Buffer; to: Buffer } => ({
  from: Buffer.concat([prefix, Buffer.from([MISFIT_TAG])]),
  to: Buffer.concat([prefix, Buffer.from([MISFIT_TAG + 1])]),
});

const isCanonical = (family: PartitionKeyType, text: string): boolean => {
  if (family === 'string' || text === HIVE_NULL) return true;
  const typed = parseTyped(family, text);
  return typed === undefined || String(typed) === text;
};

/** A partition's identity and place in its table. */
export function partitionKey(families: readonly PartitionKeyType[], values: readonly string[]): Buffer {
  const parts = values.map((value, i) => valuePart(families[i] ?? 'string', value));
  if (!values.every((value, i) => isCanonical(families[i] ?? 'string', value))) {
    parts.push(...values.map((value) => textPart(value)));
  }
  return Buffer.concat(parts);
}

/** An index entry's key: the index's columns, in its order. */
export const indexKey = (
  families: readonly PartitionKeyType[],
  positions: readonly number[],
  values: readonly string[],
): Buffer => Buffer.concat(positions.map((at) => valuePart(families[at] ?? 'string', values[at] ?? '')));

/** The first key that does not start with these bytes; undefined when there is none. */
export function afterPrefix(prefix: Buffer): Buffer | undefined {
  for (let end = prefix.length; end > 0; end -= 1) {
    const last = prefix[end - 1];
    if (last !== undefined && last < 0xff) {
      const next = Buffer.from(prefix.subarray(0, end));
      next[end - 1] = last + 1;
      return next;
    }
  }
  return undefined;
}

/** Divisible by 1 … 10, so that every TotalSegments cuts it into equal runs. */
export const SEGMENT_BUCKETS = 2520;

export const segmentBucket = (key: Buffer): number =>
  createHash('sha256').update(key).digest().readUInt32BE(0) % SEGMENT_BUCKETS;
