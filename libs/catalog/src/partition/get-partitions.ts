import {
  defineRead,
  invalid,
  type PageRequest,
  type ReadScope,
  showsEverything,
  tag,
  toPage,
} from '@lakewarden/kernel';

import {
  evaluate,
  comparesTypedKeys,
  compileExpression,
  type Expression,
  type ExpressionKey,
  keyConstraints,
  parseExpression,
} from '../expression/index.ts';
import { authorizeTable, type TableRef } from '../reference.ts';
import type { TableWithIndexes } from '../table/table.ts';
import { requireTable } from '../table/require-table.ts';
import { requireVisibleKeys } from '../table/visible-table.ts';
import type { PartitionPage, PartitionPlan, Segment } from './partition.ts';
import {
  type BucketRange,
  countEntries,
  countRowsRead,
  type PartitionSearch,
  type Position,
  searchPartitions,
} from './partition-search.repository.ts';
import { SEGMENT_BUCKETS, segmentBucket } from './partition-key.ts';
import type { StoredPartition } from './partition.repository.ts';
import { type Access, chooseAccess } from './plan.ts';
import { VALUES_SQL } from './spelled-values.ts';
import { visiblePartition } from './visible-partition.ts';

export interface GetPartitions extends PageRequest {
  readonly table: TableRef;
  readonly expression?: string | undefined;
  readonly segment?: Segment | undefined;
}

/** Beyond this many matches, sorting them anew for each page costs more than walking the table's own order. */
const MAX_SORTED_ENTRIES = 20_000;
/** A page in memory, seen: 250 MiB for 110,000 partitions of two values and one column. */
const ABOUT_BYTES_PER_PARTITION = 2_400;

const ORDER_TAG: Record<Position['order'], number> = { key: 0x4b, bucket: 0x42 };

const encodePosition = (position: Position): Buffer => {
  if (position.order === 'key') return Buffer.concat([Buffer.from([ORDER_TAG.key]), position.key]);
  const bucket = Buffer.alloc(2);
  bucket.writeUInt16BE(position.bucket);
  return Buffer.concat([Buffer.from([ORDER_TAG.bucket]), bucket, position.key]);
};

const decodePosition = (bytes: Buffer): Position =>
  bytes[0] === ORDER_TAG.key
    ? { order: 'key', key: bytes.subarray(1) }
    : { order: 'bucket', bucket: bytes.readUInt16BE(1), key: bytes.subarray(3) };

/** Equal runs of buckets; every total from 1 to 10 divides their number. */
function bucketRange(segment: Segment | undefined): BucketRange | undefined {
  if (segment === undefined || segment.total === 1) return undefined;
  const run = SEGMENT_BUCKETS / segment.total;
  return { from: segment.number * run, to: (segment.number + 1) * run };
}

interface Question {
  readonly search: PartitionSearch;
  readonly expression: Expression | undefined;
  readonly keys: readonly ExpressionKey[];
}

async function planSearch(
  scope: ReadScope,
  { table, indexes }: TableWithIndexes,
  command: GetPartitions,
  after: Position | undefined,
): Promise<Question> {
  const keys = table.partitionKeys.map(({ Name: name, Type: type }) => ({ name, type }));
  const expression = parseExpression(command.expression, keys);
  const constraints = expression === undefined ? new Map() : keyConstraints(expression);
  let access: Access = chooseAccess(table, indexes, constraints);
  if (
    access.entriesOf !== undefined &&
    (await countEntries(scope.tx, access, MAX_SORTED_ENTRIES)) >= MAX_SORTED_ENTRIES
  ) {
    access = chooseAccess(table, [], constraints);
  }
  const buckets = bucketRange(command.segment);
  const order = after?.order ?? (buckets !== undefined && access.plan.access === 'SCAN' ? 'bucket' : 'key');
  return {
    expression,
    keys,
    search: {
      table,
      access,
      buckets,
      after,
      order,
      limit: command.limit + 1,
      filter:
        expression && ((firstParameter) => compileExpression(expression, keys, VALUES_SQL, firstParameter)),
    },
  };
}

function openToken(
  scope: ReadScope,
  question: readonly unknown[],
  token: string | undefined,
): Position | undefined {
  return token === undefined ? undefined : decodePosition(scope.tokens.open(question, token));
}

const questionOf = (scope: ReadScope, tableId: string, command: GetPartitions): readonly unknown[] => [
  'GetPartitions',
  tableId,
  command.expression ?? '',
  command.segment?.number ?? 0,
  command.segment?.total ?? 1,
  scope.caller.arn,
];

async function loadPage(
  scope: ReadScope,
  found: TableWithIndexes,
  command: GetPartitions,
  after: Position | undefined,
): Promise<PartitionPage> {
  const asked = questionOf(scope, found.table.id, command);
  const { search, expression, keys } = await planSearch(scope, found, command, after);
  const rows = await searchPartitions(scope.tx, search);
  // SQL lets through what may not fit its type; here it is complained about, or turns out not to match.
  const isMatch = ({ partition }: StoredPartition): boolean =>
    expression === undefined ||
    !comparesTypedKeys(expression) ||
    evaluate(expression, keys, partition.values) === true;
  const positionOf = ({ key }: StoredPartition): Position =>
    search.order === 'key' ? { order: 'key', key } : { order: 'bucket', bucket: segmentBucket(key), key };
  const tokenAfter = (row: StoredPartition) => scope.tokens.issue(asked, encodePosition(positionOf(row)));
  const last = rows[command.limit - 1];
  const matching = rows.slice(0, command.limit).filter(isMatch);
  const page = toPage(matching, command.limit, tokenAfter);
  return {
    items: matching.map(({ partition }) => partition),
    cursorAt: page.cursorAt,
    // Behind the last row that was read, match or not.
    ...(rows.length > command.limit && last !== undefined && { next: tokenAfter(last) }),
    plan: search.access.plan,
    // Twice: a door may keep the page's text beside it.
    sizeBytes: 200 + 2 * matching.length * ABOUT_BYTES_PER_PARTITION,
  };
}

/**
 * A page of all partitions of a table whose caller has been asked for his permission elsewhere; nothing is cut.
 * @throws InvalidInputException, InvalidStateException as GetPartitions
 */
export async function pageOfPartitions(
  scope: ReadScope,
  found: TableWithIndexes,
  command: GetPartitions,
): Promise<PartitionPage> {
  refuseUnfitSegment(command.segment);
  const asked = questionOf(scope, found.table.id, command);
  return loadPage(scope, found, command, openToken(scope, asked, command.token));
}

function refuseUnfitSegment(segment: Segment | undefined): void {
  if (segment !== undefined && segment.number >= segment.total) {
    throw invalid(
      `SegmentNumber ${String(segment.number)} is not below TotalSegments ${String(segment.total)}.`,
    );
  }
}

/**
 * In key order, or, for a segment without a usable condition, in the order of its hash buckets; stable across pages.
 *
 * @throws EntityNotFoundException the table
 * @throws InvalidInputException the expression, the segment or the token
 * @throws InvalidStateException a stored value that is compared does not fit its key's type
 * @see spec/catalog.md §5, §6
 */
export const getPartitions = defineRead({
  action: 'glue:GetPartitions',

  async run(scope, command: GetPartitions): Promise<PartitionPage> {
    await authorizeTable(scope, command.table);
    refuseUnfitSegment(command.segment);
    const found = await requireTable(scope, command.table, ['DESCRIBE']);
    requireVisibleKeys(found.table, found.decision);
    const { id, databaseId } = found.table;
    // Tokens are the caller's own, so they are issued outside what callers share: the key holds the caller.
    const asked = questionOf(scope, id, command);
    // Before memory is asked: what is kept outlives the token that it was asked with.
    const after = openToken(scope, asked, command.token);
    const key = ['partitions', ...asked, command.limit, command.token ?? ''].join('\n');
    if (!showsEverything(found.decision.columns)) {
      // Cut for this caller's grants of this moment: not kept.
      const page = await loadPage(scope, found, command, after);
      return { ...page, items: page.items.map(visiblePartition(found.table, found.decision)) };
    }
    return scope.cached(key, async () => ({
      value: await loadPage(scope, found, command, after),
      tags: [tag('partition', id), tag('partition-index', id), tag('table', id), tag('database', databaseId)],
    }));
  },
});

export interface PartitionSearchExplained {
  readonly plan: PartitionPlan;
  /** Partitions or index entries looked at for the first page. */
  readonly rowsRead: number;
}

/** How the first page of that question is found: by which index, and how many rows are read for it. */
export const explainGetPartitions = defineRead({
  action: 'glue:GetPartitions',

  async run(scope, command: GetPartitions): Promise<PartitionSearchExplained> {
    await authorizeTable(scope, command.table);
    refuseUnfitSegment(command.segment);
    const found = await requireTable(scope, command.table, ['DESCRIBE']);
    requireVisibleKeys(found.table, found.decision);
    const { search } = await planSearch(scope, found, command, undefined);
    return { plan: search.access.plan, rowsRead: await countRowsRead(scope.tx, search) };
  },
});
