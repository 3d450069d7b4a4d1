import { type Caller, defineRead, defineWrite, type UseCases } from '@lakewarden/kernel';

import { listTablesById } from '../table/table.repository.ts';
import { hasOldTerms, lockOldTerms, putSearchRow } from './search.repository.ts';

const BATCH = 500;

const isIndexDue = defineRead({
  action: 'lakewarden:IndexTables',

  async run(scope): Promise<boolean> {
    return hasOldTerms(scope.tx);
  },
});

const indexSome = defineWrite({
  action: 'lakewarden:IndexTables',

  async run(scope): Promise<void> {
    const ids = await lockOldTerms(scope.tx, BATCH);
    for (const table of await listTablesById(scope.tx, ids)) await putSearchRow(scope.tx, table);
  },
});

/**
 * After an upgrade: tables that were made before SearchTables was, or under an older rule, get their terms. At every
 * other start it asks one question. Cut off, it goes on at the next start.
 */
export async function indexTablesForSearch(useCases: UseCases, caller: Caller): Promise<void> {
  while (await useCases.run(caller, isIndexDue, undefined)) await useCases.run(caller, indexSome, undefined);
}
