import type { Table } from '../table/table.ts';

/** A table that may not have its number yet: its words are made when it is. */
export type DescribedTable = Omit<Table, 'no'>;

/** Letters, digits and marks make words; everything else, `_` as well, lies between them (spec/catalog.md §4). */
const BETWEEN_WORDS = /[^\p{L}\p{N}\p{M}]+/u;

/** In lower case. `customer-link` holds `customer` and `link`. */
export const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(BETWEEN_WORDS)
    .filter((word) => word !== '');

/**
 * What SearchText looks through: names, description, column names, comments, parameters, keys included. Of a table as
 * one caller sees it, that is what he sees and no more.
 */
export function searchedTexts({ name, definition, partitionKeys }: DescribedTable): string[] {
  const columns = [...(definition.StorageDescriptor?.Columns ?? []), ...partitionKeys];
  const texts = [
    name,
    definition.Description,
    ...columns.flatMap(({ Name, Comment }) => [Name, Comment]),
    ...Object.entries(definition.Parameters ?? {}).flat(),
  ];
  return texts.filter((text): text is string => text !== undefined && text !== '');
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Properties that a filter names, by key in lower case; every other key is a parameter's. */
const PROPERTIES: Readonly<Record<string, (table: DescribedTable) => string | undefined>> = {
  name: ({ name }) => name,
  databasename: ({ database }) => database,
  description: ({ definition }) => definition.Description,
  owner: ({ definition }) => textOf(definition['Owner']),
  tabletype: ({ definition }) => definition.TableType,
};

/** The values of what a filter names: of parameters, those whose key is the same but for case. */
export function propertyTexts(table: DescribedTable, key: string): string[] {
  const folded = key.toLowerCase();
  const property = Object.hasOwn(PROPERTIES, folded) ? PROPERTIES[folded] : undefined;
  if (property !== undefined) {
    const value = property(table);
    return value === undefined ? [] : [value];
  }
  return Object.entries(table.definition.Parameters ?? {}).flatMap(([name, value]) =>
    name.toLowerCase() === folded ? [value] : [],
  );
}

/** Filters can ask for these, and SearchText does not look there. */
export const filteredOnlyTexts = (table: DescribedTable): string[] => [
  ...propertyTexts(table, 'owner'),
  ...propertyTexts(table, 'tabletype'),
];
