import { lookUpTables, type Table } from '@lakewarden/catalog';
import { type ColumnScope, type ReadScope, showsColumn } from '@lakewarden/kernel';

import type { AssignedTag } from './expression.ts';
import { findLFTags } from './lf-tag.repository.ts';
import { listAssignedTo } from './tag-assignment.repository.ts';
import { visibleTags } from './tag-permission.ts';

type Pair = Pick<AssignedTag, 'key' | 'value'>;

/** What a database or a table carries, for a caller who may know of it. */
export interface SeenTags {
  /** Without those of columns that he does not see; tags that he may not DESCRIBE are among them. */
  readonly assigned: readonly AssignedTag[];
  /** Whether he may DESCRIBE the tag. */
  readonly isVisible: (pair: Pair) => boolean;
  /** Of a table: the columns that he sees, in lower case. */
  readonly columns: readonly string[];
}

/** Which pairs the caller may DESCRIBE, of those that are assigned. */
async function visiblePairs(
  scope: ReadScope,
  catalogId: string,
  assigned: readonly AssignedTag[],
): Promise<SeenTags['isVisible']> {
  const keys = [...new Set(assigned.map(({ key }) => key))];
  if (keys.length === 0) return () => false;
  const tags = await visibleTags(scope, catalogId, await findLFTags(scope.tx, catalogId, keys));
  const values = new Map(tags.map((tag) => [tag.key, new Set(tag.values)]));
  return ({ key, value }) => values.get(key)?.has(value) === true;
}

/** In lower case. */
const columnNames = ({ definition, partitionKeys }: Table): string[] =>
  [...(definition.StorageDescriptor?.Columns ?? []), ...partitionKeys].map(({ Name }) => Name.toLowerCase());

const shownOf = (names: readonly string[], columns: readonly ColumnScope[]): string[] =>
  names.filter((name) => showsColumn(columns, name));

/**
 * Of the tables of one catalog, by id; those that the caller may not DESCRIBE, or sees no column of, are left out. As many
 * statements for a page as for one.
 */
export async function seenTagsOfTables(
  scope: ReadScope,
  catalogId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, SeenTags>> {
  const found = ids.length === 0 ? [] : await lookUpTables(scope, ids);
  const tables = found.filter((table) => table.catalogId === catalogId);
  if (tables.length === 0) return new Map();
  const decisions = await scope.permissions.decideTables(
    scope,
    'DESCRIBE',
    tables.map(({ id, databaseId, database, name }) => ({
      type: 'TABLE',
      catalogId,
      databaseId,
      database,
      tableId: id,
      table: name,
    })),
  );
  const onTables = await listAssignedTo(
    scope.tx,
    tables.map(({ id, databaseId }) => ({ tableId: id, databaseId })),
  );
  const isVisible = await visiblePairs(scope, catalogId, [...onTables.values()].flat());
  return new Map(
    tables.flatMap((table, i): [string, SeenTags][] => {
      const decision = decisions[i];
      if (decision?.allowed !== true) return [];
      const names = columnNames(table);
      const columns = shownOf(names, decision.columns);
      if (names.length > 0 && columns.length === 0) return [];
      const all = onTables.get(table.id) ?? [];
      const assigned = all.filter(({ column }) => column === '' || columns.includes(column));
      return [[table.id, { assigned, isVisible, columns }]];
    }),
  );
}

/** Of databases; those that the caller may not DESCRIBE as a whole are left out. */
export async function seenTagsOfDatabases(
  scope: ReadScope,
  catalogId: string,
  databases: readonly { readonly id: string; readonly name: string }[],
): Promise<ReadonlyMap<string, SeenTags>> {
  const decisions = await scope.permissions.decideDatabases(
    scope,
    'DESCRIBE',
    databases.map(({ id, name }) => ({ type: 'DATABASE', catalogId, databaseId: id, database: name })),
  );
  // Who is shown that it is there is told no more of it (spec/permissions.md §4).
  const seen = databases.filter((_, i) => decisions[i]?.allowed === true && decisions[i].isWhole);
  if (seen.length === 0) return new Map();
  const onDatabases = await listAssignedTo(
    scope.tx,
    seen.map(({ id }) => ({ databaseId: id })),
  );
  const isVisible = await visiblePairs(scope, catalogId, [...onDatabases.values()].flat());
  return new Map(seen.map(({ id }) => [id, { assigned: onDatabases.get(id) ?? [], isVisible, columns: [] }]));
}
