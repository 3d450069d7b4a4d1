import type { ReadScope, WriteScope } from '@lakewarden/kernel';

import type { Database } from './database/database.ts';
import { findDatabase } from './database/database.repository.ts';
import { lockTableNo } from './locks.repository.ts';
import type { DatabaseRef, TableRef } from './reference.ts';
import type { Table } from './table/table.ts';
import { findTable, listTablesById } from './table/table.repository.ts';

/**
 * For libs/permissions, which asks whether a thing is there before it knows who may see it. It authorizes nothing: what
 * it finds must not reach a caller who may not know of it.
 */
export const lookUpDatabase = (scope: ReadScope, ref: DatabaseRef): Promise<Database | undefined> =>
  findDatabase(scope.tx, ref.catalogId, ref.name);

export const lookUpTable = (scope: ReadScope, ref: TableRef): Promise<Table | undefined> =>
  findTable(scope.tx, ref);

/** Those that are there, by name. */
export const lookUpTables = (scope: ReadScope, ids: readonly string[]): Promise<Table[]> =>
  listTablesById(scope.tx, ids);

/** The table, whose columns stay as they are until the transaction ends. */
export async function holdTable(scope: WriteScope, ref: TableRef): Promise<Table | undefined> {
  for (;;) {
    const seen = await findTable(scope.tx, ref);
    if (seen === undefined) return undefined;
    await lockTableNo(scope.tx, seen, 'shared');
    // While this one waited it may have been dropped and made again under its name.
    const held = await findTable(scope.tx, ref);
    if (held?.id === seen.id) return held;
  }
}
