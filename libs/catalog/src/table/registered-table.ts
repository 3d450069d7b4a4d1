import type { ReadScope } from '@lakewarden/kernel';

import type { Table } from './table.ts';

/** What is answered from memory stays the same object, registered or not: its JSON is kept beside it. */
const registered = new WeakMap<Table, Table>();

function asRegistered(table: Table): Table {
  const known = registered.get(table);
  if (known !== undefined) return known;
  const marked: Table = { ...table, isRegistered: true };
  registered.set(table, marked);
  return marked;
}

/** Says of each whether Lake Formation has its data's place registered, as it is now. One question an account. */
export async function withRegistration(scope: ReadScope, tables: readonly Table[]): Promise<Table[]> {
  const governing = new Map<string, (location: string) => boolean>();
  for (const { catalogId } of tables) {
    if (!governing.has(catalogId)) {
      governing.set(catalogId, await scope.permissions.governedLocations(scope, catalogId));
    }
  }
  return tables.map((table) => {
    const location = table.definition.StorageDescriptor?.Location;
    const isGoverned = location !== undefined && governing.get(table.catalogId)?.(location) === true;
    return isGoverned ? asRegistered(table) : table;
  });
}
