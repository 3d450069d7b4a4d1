import { type KeyConstraint, type PartitionKeyType } from '../expression/index.ts';
import { followsTableOrder } from '../partition-index/index-rules.ts';
import type { PartitionIndex } from '../partition-index/partition-index.ts';
import type { Table } from '../table/table.ts';
import type { PartitionPlan } from './partition.ts';
import { afterPrefix, misfitRange, orderFamily, typedPart } from './partition-key.ts';

/** Keys from `from` (inclusive) up to `to` (exclusive; absent: to the end). */
export interface KeyRange {
  readonly from: Buffer;
  readonly to?: Buffer | undefined;
}

export interface Access {
  readonly plan: PartitionPlan;
  /** Disjoint, ascending. */
  readonly ranges: readonly KeyRange[];
  /** Whose entries are read; absent: the partitions themselves, in table order. */
  readonly entriesOf?: PartitionIndex;
}

/** More than this many ranges cost more than reading what lies between them. */
const MAX_RANGES = 32;

interface Narrowed {
  readonly ranges: readonly KeyRange[];
  readonly columns: number;
  /** Equalities count double: they keep the next column's order. */
  readonly score: number;
}

const bytes = (prefix: Buffer, part: Buffer): Buffer => Buffer.concat([prefix, part]);

/**
 * Necessary ranges over an order of columns: each column bound by equality narrows and lets the next one narrow too;
 * the first that is bound by a range is the last.
 */
function narrow(
  order: readonly { readonly at: number; readonly family: PartitionKeyType }[],
  constraints: ReadonlyMap<number, KeyConstraint>,
  withMisfits: boolean,
): Narrowed {
  let prefixes: Buffer[] = [Buffer.alloc(0)];
  const closed: KeyRange[] = [];
  let columns = 0;
  let score = 0;
  for (const { at, family } of order) {
    const constraint = constraints.get(at);
    if (constraint === undefined) break;
    // A value that does not fit its type has to be met, to be complained about (spec/catalog.md §6).
    const misfits = withMisfits && family !== 'string' ? prefixes.map(misfitRange) : [];
    const { equals, lower, upper } = constraint;
    if (equals !== undefined) {
      if (prefixes.length * equals.length > MAX_RANGES) break;
      closed.push(...misfits);
      prefixes = prefixes.flatMap((prefix) => equals.map((value) => bytes(prefix, typedPart(family, value))));
      columns += 1;
      score += 2;
      continue;
    }
    if (lower === undefined && upper === undefined) break;
    const ranges = prefixes.map((prefix): KeyRange => {
      const from = lower === undefined ? prefix : bytes(prefix, typedPart(family, lower.value));
      const to = upper === undefined ? undefined : bytes(prefix, typedPart(family, upper.value));
      return {
        from: lower?.inclusive === false ? (afterPrefix(from) ?? from) : from,
        to: to === undefined ? afterPrefix(prefix) : upper?.inclusive === true ? afterPrefix(to) : to,
      };
    });
    return { ranges: merged([...closed, ...misfits, ...ranges]), columns: columns + 1, score: score + 1 };
  }
  if (columns === 0) return { ranges: [{ from: Buffer.alloc(0) }], columns: 0, score: 0 };
  const ranges = prefixes.map((prefix): KeyRange => ({ from: prefix, to: afterPrefix(prefix) }));
  return { ranges: merged([...closed, ...ranges]), columns, score };
}

/** Ascending, without overlap, without the empty ones. */
function merged(ranges: readonly KeyRange[]): KeyRange[] {
  const sorted = ranges
    .filter(({ from, to }) => to === undefined || Buffer.compare(from, to) < 0)
    .sort((a, b) => Buffer.compare(a.from, b.from));
  const out: KeyRange[] = [];
  for (const range of sorted) {
    const last = out.at(-1);
    if (last === undefined || (last.to !== undefined && Buffer.compare(last.to, range.from) < 0)) {
      out.push(range);
    } else if (last.to !== undefined && (range.to === undefined || Buffer.compare(last.to, range.to) < 0)) {
      out[out.length - 1] = { from: last.from, to: range.to };
    }
  }
  return out;
}

const keyAt = (table: Table, at: number): string => table.partitionKeys[at]?.Name ?? '';

/**
 * The order that the expression narrows most: an ACTIVE index, or the table's own order, which counts as an index
 * that is always there. The rest of the expression filters what is read.
 */
export function chooseAccess(
  table: Table,
  indexes: readonly PartitionIndex[],
  constraints: ReadonlyMap<number, KeyConstraint>,
): Access {
  const family = (at: number): PartitionKeyType => orderFamily(table.partitionKeys[at]?.Type ?? 'string');
  const own = narrow(
    table.partitionKeys.map((_, at) => ({ at, family: family(at) })),
    constraints,
    true,
  );
  const active = indexes.filter(({ status }) => status === 'ACTIVE');

  let best: { index: PartitionIndex; narrowed: Narrowed } | undefined;
  for (const index of active.filter((each) => !followsTableOrder(table, each))) {
    const order = index.keys.map(({ name }) => {
      const at = table.partitionKeys.findIndex((key) => key.Name === name);
      return { at, family: family(at) };
    });
    const narrowed = narrow(order, constraints, false);
    if (narrowed.score > (best?.narrowed.score ?? own.score)) best = { index, narrowed };
  }
  if (best !== undefined) {
    const { index, narrowed } = best;
    const keysUsed = index.keys.slice(0, narrowed.columns).map(({ name }) => name);
    return {
      plan: { access: 'INDEX', index: index.name, keysUsed },
      ranges: narrowed.ranges,
      entriesOf: index,
    };
  }
  if (own.columns === 0) return { plan: { access: 'SCAN', keysUsed: [] }, ranges: own.ranges };
  const keysUsed = Array.from({ length: own.columns }, (_, at) => keyAt(table, at));
  // The longest index whose keys lead the table's: what the client asked for is what serves it.
  const named = active
    .filter((index) => followsTableOrder(table, index))
    .sort((a, b) => b.keys.length - a.keys.length)[0];
  return named === undefined
    ? { plan: { access: 'TABLE_ORDER', keysUsed }, ranges: own.ranges }
    : { plan: { access: 'INDEX', index: named.name, keysUsed }, ranges: own.ranges };
}
