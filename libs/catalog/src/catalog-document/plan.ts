import { invalid } from '@lakewarden/kernel';

import type { Column, LinkTarget, TableDefinition } from '../documents.ts';
import type { PartitionInput } from '../partition/partition.ts';
import { partitionKeyColumns } from '../table/table-rules.ts';
import type { Table } from '../table/table.ts';
import type {
  CatalogChange,
  CatalogDocument,
  DatabaseDocument,
  MemberChange,
  TableDocument,
} from './catalog-document.ts';
import { compareMembers } from './compare.ts';
import type { ReadCatalog, ReadDatabase, ReadTable } from './read-catalog.ts';

export interface PlanRules {
  /** What the document does not name goes. */
  readonly prune: boolean;
}

/** What has to be done for the catalog to be as the document says; in the document's order, deletions last. */
export function planChanges(
  current: ReadCatalog,
  wanted: CatalogDocument,
  { prune }: PlanRules,
): readonly CatalogChange[] {
  const changes: CatalogChange[] = [];
  const deletions: CatalogChange[] = [];
  for (const [database, document] of wanted.databases) {
    const there = current.get(database);
    changes.push(...databaseChanges(database, there, document));
    for (const [table, tableDocument] of document.tables) {
      const one = tableChanges({ database, table }, there?.tables.get(table), tableDocument, prune);
      changes.push(...one);
    }
    if (!prune) continue;
    for (const table of there?.tables.keys() ?? []) {
      if (!document.tables.has(table)) {
        deletions.push({ action: 'DELETE', kind: 'TABLE', database, table, members: [] });
      }
    }
  }
  if (prune && wanted.scope === 'catalog') {
    for (const database of current.keys()) {
      if (!wanted.databases.has(database)) {
        deletions.push({ action: 'DELETE', kind: 'DATABASE', database, members: [] });
      }
    }
  }
  return [...changes, ...deletions];
}

/** A link keeps its target, a thing stays what it is: the wording is the operations' own. */
function refuseAnotherLink(
  path: string,
  before: LinkTarget | undefined,
  after: LinkTarget | undefined,
): void {
  const isLink = before !== undefined;
  if (isLink !== (after !== undefined) || compareMembers(before, after).length > 0) {
    throw invalid(
      `${path} cannot become a resource link, nor stop being one, nor point elsewhere: delete it first.`,
    );
  }
}

/** An account's default is stored with the database; a document need not say that it is empty. */
const withDefaults = (definition: DatabaseDocument['definition']) => ({
  CreateTableDefaultPermissions: [],
  ...definition,
});

function databaseChanges(
  database: string,
  current: ReadDatabase | undefined,
  wanted: DatabaseDocument,
): CatalogChange[] {
  if (current === undefined) return [{ action: 'CREATE', kind: 'DATABASE', database, members: [] }];
  refuseAnotherLink(database, current.database.linkTarget, wanted.linkTarget);
  if (wanted.linkTarget !== undefined) return [];
  const members = compareMembers(withDefaults(current.database.definition), withDefaults(wanted.definition));
  return members.length === 0 ? [] : [{ action: 'UPDATE', kind: 'DATABASE', database, members }];
}

/** Where an Iceberg table stands is its own commits' business: an older document must not take them back. */
const ICEBERG_STATE = ['metadata_location', 'previous_metadata_location'];

const isIceberg = ({ Parameters: parameters }: TableDefinition): boolean =>
  parameters?.['table_type']?.toUpperCase() === 'ICEBERG';

/** The document's definition, but for what the table itself goes on with. */
export function definitionToWrite(current: Table, wanted: TableDefinition): TableDefinition {
  if (!isIceberg(current.definition) || !isIceberg(wanted)) return wanted;
  const kept = Object.entries(current.definition.Parameters ?? {}).filter(([name]) =>
    ICEBERG_STATE.includes(name),
  );
  const rest = Object.entries(wanted.Parameters ?? {}).filter(([name]) => !ICEBERG_STATE.includes(name));
  return { ...wanted, Parameters: Object.fromEntries([...rest, ...kept]) };
}

/** As they are compared: none at all and an empty list mean the same. */
const keysOf = (keys: readonly Column[] | undefined): readonly Column[] | undefined => {
  const columns = partitionKeyColumns(keys);
  return columns.length === 0 ? undefined : columns;
};

interface TableName {
  readonly database: string;
  readonly table: string;
}

function tableChanges(
  name: TableName,
  current: ReadTable | undefined,
  wanted: TableDocument,
  prune: boolean,
): CatalogChange[] {
  const creation = { action: 'CREATE', kind: 'TABLE', ...name, members: [] } as const;
  if (current === undefined) return [creation, ...partChanges(name, undefined, wanted, prune)];
  refuseAnotherLink(`${name.database}.${name.table}`, current.table.linkTarget, wanted.linkTarget);
  if (wanted.linkTarget !== undefined) return [];
  const members = compareMembers(
    { ...current.table.definition, PartitionKeys: keysOf(current.table.partitionKeys) },
    { ...definitionToWrite(current.table, wanted.definition), PartitionKeys: keysOf(wanted.partitionKeys) },
  );
  const update: CatalogChange[] =
    members.length === 0 ? [] : [{ action: 'UPDATE', kind: 'TABLE', ...name, members }];
  return [...update, ...partChanges(name, current, wanted, prune)];
}

function partChanges(
  name: TableName,
  current: ReadTable | undefined,
  wanted: TableDocument,
  prune: boolean,
): CatalogChange[] {
  return [
    ...indexChanges(name, current, wanted, prune),
    ...(wanted.partitions === undefined ? [] : partitionChanges(name, current, wanted.partitions, prune)),
  ];
}

function indexChanges(
  name: TableName,
  current: ReadTable | undefined,
  wanted: TableDocument,
  prune: boolean,
): CatalogChange[] {
  const there = new Map(current?.indexes.map((index) => [index.name, index.keys.map((key) => key.name)]));
  const changes: CatalogChange[] = [];
  for (const [index, asked] of wanted.indexes) {
    const keys = asked.map((key) => key.toLowerCase());
    const known = there.get(index);
    const change = { kind: 'PARTITION_INDEX', ...name, index } as const;
    if (known === undefined) changes.push({ ...change, action: 'CREATE', members: [] });
    else if (known.join('\n') !== keys.join('\n')) {
      changes.push({ ...change, action: 'UPDATE', members: [{ path: 'Keys', before: known, after: keys }] });
    }
  }
  for (const index of prune ? there.keys() : []) {
    if (!wanted.indexes.has(index)) {
      changes.push({ action: 'DELETE', kind: 'PARTITION_INDEX', ...name, index, members: [] });
    }
  }
  return changes;
}

const membersOf = (partition: PartitionInput): object => ({
  StorageDescriptor: partition.storageDescriptor,
  Parameters: partition.parameters,
  LastAccessTime: partition.lastAccessTime?.getTime(),
  LastAnalyzedTime: partition.lastAnalyzedTime?.getTime(),
});

function partitionChanges(
  name: TableName,
  current: ReadTable | undefined,
  wanted: readonly PartitionInput[],
  prune: boolean,
): CatalogChange[] {
  const there = new Map(current?.partitions?.map((each) => [JSON.stringify(each.values), each]));
  const changes: CatalogChange[] = [];
  const named = new Set<string>();
  for (const partition of wanted) {
    const key = JSON.stringify(partition.values);
    if (named.has(key)) {
      throw invalid(`${name.database}.${name.table} names the partition ${key} more than once.`);
    }
    named.add(key);
    const known = there.get(key);
    const change = { kind: 'PARTITION', ...name, values: partition.values } as const;
    if (known === undefined) changes.push({ ...change, action: 'CREATE', members: [] });
    else {
      const members: MemberChange[] = compareMembers(membersOf(known), membersOf(partition));
      if (members.length > 0) changes.push({ ...change, action: 'UPDATE', members });
    }
  }
  for (const [key, { values }] of prune ? there : []) {
    if (!named.has(key)) changes.push({ action: 'DELETE', kind: 'PARTITION', ...name, values, members: [] });
  }
  return changes;
}
