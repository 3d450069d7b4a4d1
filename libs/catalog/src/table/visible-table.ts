import { type Decision, showsAllColumns, showsColumn } from '@lakewarden/kernel';

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

export const visibleParameters = (
  parameters: Readonly<Record<string, string>>,
  hidden: ReadonlySet<string>,
): Readonly<Record<string, string>> => cutMembers(parameters, hidden);

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
  const { Columns, Parameters, SerdeInfo, ...rest } = descriptor;
  return {
    ...cutMembers(rest, hidden),
    ...(Columns !== undefined && { Columns: cutColumns(Columns, decision, hidden) }),
    ...(typeof Parameters === 'object' &&
      Parameters !== null && { Parameters: cutMembers(Parameters, hidden) }),
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
  if (hidden.size === 0) return table;
  const known = kept.get(table)?.get(decision);
  if (known !== undefined) return known;
  const { StorageDescriptor, Parameters, ...rest } = table.definition;
  const definition: TableDefinition = {
    ...cutMembers(rest, hidden),
    ...(StorageDescriptor !== undefined && {
      StorageDescriptor: visibleDescriptor(StorageDescriptor, decision, hidden),
    }),
    ...(Parameters !== undefined && { Parameters: cutMembers(Parameters, hidden) }),
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
 * Partition values are the keys' data: they are shown only to those who see every key (spec/permissions.md §9).
 * @throws AccessDeniedException
 */
export function requireVisibleKeys(table: Table, decision: Decision): void {
  if (table.partitionKeys.some(({ Name }) => !showing(decision)(Name))) {
    throw insufficient(['SELECT'], `the partition keys of ${table.name}`);
  }
}
