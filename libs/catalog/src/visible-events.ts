import {
  type CatalogEvent,
  type DatabaseResource,
  type Decision,
  type ReadScope,
  showsEverything,
  showsEveryRowOf,
  type TableResource,
} from '@lakewarden/kernel';

import { findTableById } from './table/table.repository.ts';

const byId = <T>(ids: readonly string[], values: readonly T[]): ReadonlyMap<string, T> =>
  new Map(values.map((value, i) => [ids[i] ?? '', value]));

/** Whether he may know the partitions' values: as GetPartitions, with every key visible. */
async function seesKeys(scope: ReadScope, tableId: string, decision: Decision): Promise<boolean> {
  if (showsEverything(decision.columns)) return true;
  const table = await findTableById(scope.tx, tableId);
  return (
    table !== undefined && table.partitionKeys.every(({ Name }) => showsEveryRowOf(decision.columns, Name))
  );
}

/**
 * Which of one catalog's events the caller may hear of: those of databases and tables that he may describe now, and of
 * partitions and their indexes where he sees the keys in every row (spec/permissions.md §9). With a thing go the grants on it: of its
 * end hear administrators, and for a table those who hold something on all tables of its database.
 */
export async function visibleEvents(
  scope: ReadScope,
  catalogId: string,
  events: readonly CatalogEvent[],
): Promise<readonly boolean[]> {
  const databases = new Map<string, DatabaseResource>();
  const tables = new Map<string, TableResource>();
  for (const { databaseId, database, tableId, table = '' } of events) {
    if (tableId === undefined)
      databases.set(databaseId, { type: 'DATABASE', catalogId, databaseId, database });
    else tables.set(tableId, { type: 'TABLE', catalogId, databaseId, database, tableId, table });
  }
  const { permissions } = scope;
  const ofDatabase = byId(
    [...databases.keys()],
    await permissions.decideDatabases(scope, 'DESCRIBE', [...databases.values()]),
  );
  const ofTable = byId(
    [...tables.keys()],
    await permissions.decideTables(scope, 'DESCRIBE', [...tables.values()]),
  );
  const keysSeen = new Map<string, boolean>();
  for (const { kind, tableId = '' } of events) {
    const decision = ofTable.get(tableId);
    if (kind === 'DATABASE' || kind === 'TABLE' || decision?.allowed !== true || keysSeen.has(tableId))
      continue;
    keysSeen.set(tableId, await seesKeys(scope, tableId, decision));
  }
  return events.map(({ kind, databaseId, tableId }) => {
    if (tableId === undefined) return ofDatabase.get(databaseId)?.allowed === true;
    if (ofTable.get(tableId)?.allowed !== true) return false;
    return kind === 'TABLE' || keysSeen.get(tableId) === true;
  });
}
