import {
  type Decision,
  showsAllColumns,
  showsColumn,
  showsEverything,
  showsEveryRowOf,
} from '@lakewarden/kernel';

import type { Column, StorageDescriptor, TableDefinition } from '../documents.ts';
import { hidesEveryColumn, insufficient } from '../permission.ts';
import type { Table } from './table.ts';

const showing =
  ({ columns }: Decision) =>
  (name: string): boolean =>
    showsColumn(columns, name.toLowerCase());

/** Whether a list shows the table. */
export const isShown = (table: Table, decision: Decision): boolean =>
  decision.allowed && !hidesEveryColumn(table, decision);

/** The words of a text that could be a column's name: what is between two of everything else. */
const WORD = /[\p{L}\p{N}_]+/gu;

/** Whether the text speaks of one of the hidden columns: as a whole, or as a word in it. */
function namesAny(text: string, hidden: ReadonlySet<string>): boolean {
  const lower = text.toLowerCase();
  if (hidden.has(lower)) return true;
  for (const [word] of lower.matchAll(WORD)) if (hidden.has(word)) return true;
  // A name of more than one word.
  return [...hidden].some((name) => /[^\p{L}\p{N}_]/u.test(name) && lower.includes(name));
}

/** Whether anything in a document speaks of a hidden column: keys and texts, however deep. */
const mentions = (value: unknown, hidden: ReadonlySet<string>): boolean =>
  value !== undefined && namesAny(JSON.stringify(value), hidden);

/** Without the members that speak of a hidden column. */
const cutMembers = <T extends object>(document: T, hidden: ReadonlySet<string>): T =>
  Object.fromEntries(
    Object.entries(document).filter(([name, value]) => !mentions({ [name]: value as unknown }, hidden)),
  ) as T; // the same members, fewer of them; every member of Glue's documents may be absent

/** Spark keeps a column's extremes in its table's parameters. */
const COLUMN_STATISTICS = /^spark\.sql\.statistics\.colstats\.(.+)\.[^.]+$/;

/** Parameters without those that speak of a hidden column, or tell of values in rows that are not shown (spec §6). */
export function visibleParameters<T extends object>(
  parameters: T,
  decision: Decision,
  hidden: ReadonlySet<string>,
): T {
  const cut = cutMembers(parameters, hidden);
  if (!isRowLimited(decision)) return cut;
  return Object.fromEntries(
    Object.entries(cut).filter(([name]) => {
      const [, column] = COLUMN_STATISTICS.exec(name.toLowerCase()) ?? [];
      return column === undefined || showsEveryRowOf(decision.columns, column);
    }),
  ) as T; // the same members, fewer of them
}

/** Whether data cells filters show some column in some rows only. */
const isRowLimited = ({ columns }: Decision): boolean =>
  columns.some(({ rows }) => rows !== undefined) && !showsEverything(columns);

/** Skewed values are data: for those who see all rows of the columns that they are of. */
function tellsOfOtherRows(skewed: unknown, { columns }: Decision): boolean {
  const names =
    typeof skewed === 'object' && skewed !== null && 'SkewedColumnNames' in skewed
      ? skewed.SkewedColumnNames
      : undefined;
  return !Array.isArray(names) || names.some((name) => !showsEveryRowOf(columns, String(name).toLowerCase()));
}

/** The visible columns. What one says of itself may speak of another, which is hidden: name and type stay. */
const cutColumns = <C extends Column>(
  columns: readonly C[],
  decision: Decision,
  hidden: ReadonlySet<string>,
): readonly C[] =>
  columns
    .filter(({ Name }) => showing(decision)(Name))
    .map((column) => {
      if (!mentions([column.Comment, column.Parameters], hidden)) return column;
      const { Comment: _comment, Parameters: _parameters, ...rest } = column;
      return rest as C; // the same members without two that may be absent
    });

/** What of a descriptor the decision shows. Bucket, sort and skew settings that name a hidden column go with it. */
export function visibleDescriptor(
  descriptor: StorageDescriptor | undefined,
  decision: Decision,
  hidden: ReadonlySet<string>,
): StorageDescriptor | undefined {
  if (descriptor === undefined) return undefined;
  const { Columns, Parameters, SerdeInfo, SkewedInfo, ...rest } = descriptor;
  const isSkewShown =
    SkewedInfo !== undefined && !(isRowLimited(decision) && tellsOfOtherRows(SkewedInfo, decision));
  return {
    ...cutMembers(isSkewShown ? { ...rest, SkewedInfo } : rest, hidden),
    ...(Columns !== undefined && { Columns: cutColumns(Columns, decision, hidden) }),
    ...(typeof Parameters === 'object' &&
      Parameters !== null && { Parameters: visibleParameters(Parameters, decision, hidden) }),
    ...(typeof SerdeInfo === 'object' && SerdeInfo !== null && { SerdeInfo: cutSerde(SerdeInfo, hidden) }),
  };
}

function cutSerde(serde: object, hidden: ReadonlySet<string>): object {
  const { Parameters, ...rest } = serde as { readonly Parameters?: object };
  return {
    ...cutMembers(rest, hidden),
    ...(Parameters !== undefined && { Parameters: cutMembers(Parameters, hidden) }),
  };
}

/** Names of the columns and keys that the decision does not show; lower case. */
export function hiddenColumns(table: Table, decision: Decision): ReadonlySet<string> {
  if (showsAllColumns(decision.columns)) return new Set();
  const all = [...(table.definition.StorageDescriptor?.Columns ?? []), ...table.partitionKeys];
  return new Set(all.map(({ Name }) => Name.toLowerCase()).filter((name) => !showing(decision)(name)));
}

const kept = new WeakMap<Table, WeakMap<Decision, Table>>();

/**
 * The table as the decision shows it: its columns cut, and with them whatever else names a hidden one
 * (spec/permissions.md §4, §9). The same objects give the same object, so that what hangs on it can be kept.
 * @param current of an archived version: what the table hides now was perhaps a parameter then, and no column
 */
export function visibleTable(table: Table, decision: Decision, current: Table = table): Table {
  const hidden = new Set([...hiddenColumns(table, decision), ...hiddenColumns(current, decision)]);
  if (hidden.size === 0 && !isRowLimited(decision)) return table;
  const known = kept.get(table)?.get(decision);
  if (known !== undefined) return known;
  const { StorageDescriptor, Parameters, ...rest } = table.definition;
  const definition: TableDefinition = {
    ...cutMembers(rest, hidden),
    ...(StorageDescriptor !== undefined && {
      StorageDescriptor: visibleDescriptor(StorageDescriptor, decision, hidden),
    }),
    ...(Parameters !== undefined && { Parameters: visibleParameters(Parameters, decision, hidden) }),
  };
  const cut: Table = {
    ...table,
    definition,
    partitionKeys: cutColumns(table.partitionKeys, decision, hidden),
  };
  const byDecision = kept.get(table) ?? new WeakMap<Decision, Table>();
  kept.set(table, byDecision.set(decision, cut));
  return cut;
}

/**
 * Partition values are the keys' data: they are shown only to those who see every key, in every row
 * (spec/permissions.md §6, §9).
 * @throws AccessDeniedException
 */
export function requireVisibleKeys(table: Table, decision: Decision): void {
  if (table.partitionKeys.some(({ Name }) => !showsEveryRowOf(decision.columns, Name.toLowerCase()))) {
    throw insufficient(['SELECT'], `the partition keys of ${table.name}`);
  }
}
