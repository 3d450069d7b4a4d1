import { defineRead } from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import { effectiveTags, type Tags } from './expression.ts';
import { type SeenTags, seenTagsOfDatabases, seenTagsOfTables } from './seen-tags.ts';

export interface CarriedTag {
  readonly key: string;
  readonly value: string;
  /** From the database, or of a column from its table. */
  readonly isInherited: boolean;
}

/** What one database or table carries. */
export interface CarriedTags {
  /** By key. */
  readonly tags: readonly CarriedTag[];
  /** Of a table: those columns that carry others than its own, by name in lower case. */
  readonly columns: ReadonlyMap<string, readonly CarriedTag[]>;
}

/** @param own keys that were put on the thing itself */
const listed = (tags: Tags, own: ReadonlySet<string>, isVisible: SeenTags['isVisible']): CarriedTag[] =>
  [...tags]
    .map(([key, value]) => ({ key, value, isInherited: !own.has(key) }))
    .filter(isVisible)
    .sort((a, b) => (a.key < b.key ? -1 : 1));

function carried({ assigned, isVisible }: SeenTags, level: 'database' | 'table'): CarriedTags {
  const effective = effectiveTags(assigned);
  const ownOf = (column: string) =>
    new Set(assigned.filter((each) => each.level === level && each.column === column).map(({ key }) => key));
  return {
    tags: listed(effective[level], ownOf(''), isVisible),
    columns: new Map(
      [...effective.columns].map(([name, tags]) => [name, listed(tags, ownOf(name), isVisible)]),
    ),
  };
}

/** What a column carries, its own tags and its table's. */
export const carriedByColumn = ({ tags, columns }: CarriedTags, name: string): readonly CarriedTag[] =>
  columns.get(name.toLowerCase()) ?? tags.map((tag) => ({ ...tag, isInherited: true }));

export interface GetCarriedTags {
  readonly catalogId: string;
  /** Of the catalog's own answers: ids are no caller's to choose. */
  readonly databases: readonly { readonly id: string; readonly name: string }[];
  readonly tableIds: readonly string[];
}

/**
 * The same as GetResourceLFTags for a page of databases and tables, by id, in as many statements as for one. What the
 * caller may not describe, or what is gone, is not in it.
 */
export const getCarriedTags = defineRead({
  action: 'lakeformation:GetResourceLFTags',

  async run(
    scope,
    { catalogId, databases, tableIds }: GetCarriedTags,
  ): Promise<ReadonlyMap<string, CarriedTags>> {
    await authorizeLake(scope, catalogId);
    const onDatabases = await seenTagsOfDatabases(scope, catalogId, databases);
    const onTables = await seenTagsOfTables(scope, catalogId, tableIds);
    return new Map([
      ...[...onDatabases].map(([id, seen]) => [id, carried(seen, 'database')] as const),
      ...[...onTables].map(([id, seen]) => [id, carried(seen, 'table')] as const),
    ]);
  },
});
