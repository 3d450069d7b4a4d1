import type { ReadScope } from '@lakewarden/kernel';

import type { Database } from './database/database.ts';
import { findDatabase } from './database/database.repository.ts';
import type { DatabaseRef, TableRef } from './reference.ts';
import type { Table } from './table/table.ts';
import { findTable } from './table/table.repository.ts';

/**
 * For libs/permissions, which asks whether a thing is there before it knows who may see it. It authorizes nothing: what
 * it finds must not reach a caller who may not know of it.
 */
export const lookUpDatabase = (scope: ReadScope, ref: DatabaseRef): Promise<Database | undefined> =>
  findDatabase(scope.tx, ref.catalogId, ref.name);

export const lookUpTable = (scope: ReadScope, ref: TableRef): Promise<Table | undefined> =>
  findTable(scope.tx, ref);
