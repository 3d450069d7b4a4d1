import { asId } from '@lakewarden/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type SearchedTable, searchByLoops } from '../../../../test/support/search-oracle.ts';
import type { Table } from '../table/table.ts';
import { COMPARATORS, type SearchFilter, searchRule } from './search-rule.ts';
import { MAX_TERMS, termsOf } from './search-terms.ts';
import { wordsOf } from './search-words.ts';

const ACCOUNT = '111122223333';
/** Few words, so that questions meet answers. */
const word = fc.constantFrom('link', 'customer', 'xx', 'Order', 'ß', 'İ', 'é', '2021', 'a', 'id');
const between = fc.constantFrom('-', '_', ' ', ':', '#', '.', '', '  ', '—');
const phrase = fc
  .array(fc.tuple(word, between), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.flat().join(''));
const columns = fc.array(fc.record({ Name: phrase, Comment: phrase }, { requiredKeys: ['Name'] }), {
  maxLength: 3,
});
const key = fc.constantFrom('classification', 'Classification', 'table_type', 'note');
const times = fc.constantFrom(0, 1000, 1001, 86_400_000);

const anyTable: fc.Arbitrary<Table> = fc
  .record({
    name: phrase.map((text) => text.toLowerCase()),
    database: phrase.map((text) => text.toLowerCase()),
    created: times,
    updated: times,
    keys: columns,
    columns,
    members: fc.record(
      { Description: phrase, Owner: phrase, TableType: phrase, Parameters: fc.dictionary(key, phrase) },
      { requiredKeys: [] },
    ),
  })
  .map((it) => ({
    id: asId('0'),
    no: '1',
    databaseId: asId('1'),
    catalogId: ACCOUNT,
    database: it.database,
    name: it.name,
    versionId: '0',
    definition: { ...it.members, StorageDescriptor: { Columns: it.columns } },
    partitionKeys: it.keys.map((each) => ({ ...each, Type: 'string' })),
    hasPartitionKeys: true,
    createdBy: '',
    createdAt: new Date(it.created),
    updatedAt: new Date(it.updated),
  }));

const document = (table: Table): SearchedTable =>
  ({
    ...table.definition,
    Name: table.name,
    DatabaseName: table.database,
    CreateTime: table.createdAt.getTime() / 1000,
    UpdateTime: table.updatedAt.getTime() / 1000,
    PartitionKeys: table.partitionKeys,
  }) as SearchedTable; // the members that the generator above makes

const anyText = fc.oneof(
  phrase,
  phrase.map((text) => `"${text}"`),
  fc.constantFrom('---', '""', '"'),
);
const anyFilter: fc.Arbitrary<SearchFilter> = fc.oneof(
  fc.record({
    key: fc.oneof(key, fc.constantFrom('Name', 'DATABASENAME', 'description', 'Owner', 'TableType')),
    value: fc.oneof(phrase, fc.constant('-')),
  }),
  fc.record({
    key: fc.constantFrom('CreateTime', 'updatetime'),
    value: times.map((time) => String(time / 1000)),
    comparator: fc.constantFrom(...COMPARATORS),
  }),
);

describe('searchRule', () => {
  it('given any tables and any question, finds what plain loops find, and its terms leave none of them out', () => {
    fc.assert(
      fc.property(
        anyTable,
        fc.option(anyText, { nil: undefined }),
        fc.array(anyFilter, { maxLength: 3 }),
        (table, text, filters) => {
          const rule = searchRule(ACCOUNT, text, filters);
          const asked = {
            ...(text !== undefined && { SearchText: text }),
            Filters: filters.map(({ key: Key, value: Value, comparator: Comparator }) => ({
              Key,
              Value,
              ...(Comparator !== undefined && { Comparator }),
            })),
          };
          const isFound = searchByLoops([document(table)], asked).length === 1;
          expect(rule.isSatisfiable && rule.matches(table)).toBe(isFound);
          if (!isFound) return;
          const terms = new Set(termsOf(table));
          expect(rule.allTerms.every((term) => terms.has(term))).toBe(true);
          expect(rule.anyTerms.length === 0 || rule.anyTerms.some((term) => terms.has(term))).toBe(true);
          const databaseWords = wordsOf(table.database);
          expect(rule.databaseWords.every((each) => databaseWords.includes(each))).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("given the original's example, finds whole words alone", () => {
    const named = (name: string): Table =>
      ({ ...fc.sample(anyTable, { numRuns: 1, seed: 1 })[0], name }) as Table;
    const { matches } = searchRule(ACCOUNT, undefined, [{ key: 'Name', value: 'link' }]);
    expect(['customer-link', 'xx-link-yy', 'xxlinkyy'].map((name) => matches(named(name)))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('given another account, has other terms for the same words', () => {
    const [ours, theirs] = [ACCOUNT, '444455556666'].map((id) => searchRule(id, 'orders', []).anyTerms);
    expect(ours).not.toEqual(theirs);
  });

  it('given more words than are kept, keeps the name and the columns', () => {
    const [table] = fc.sample(anyTable, 1);
    const many = Array.from({ length: MAX_TERMS }, (_, i) => `w${String(i)}`).join(' ');
    const large = { ...table, name: 'orders', definition: { Parameters: { many } } } as Table;
    const terms = termsOf(large);
    expect(terms).toHaveLength(MAX_TERMS);
    expect(terms).toContain(searchRule(ACCOUNT, 'orders', []).anyTerms[0]);
  });

  it.each([
    [{ key: 'CreateTime', value: 'yesterday' }, /is no time/],
    [{ key: 'UpdateTime', value: '2026-13-45' }, /is no time/],
    [{ key: 'CreateTime', value: '' }, /is no time/],
    [{ key: 'Name', value: 'x', comparator: 'LESS_THAN' as const }, /no Comparator LESS_THAN/],
  ])('given %o, refuses', (filter, message) => {
    expect(() => searchRule(ACCOUNT, undefined, [filter])).toThrow(message);
  });

  it.each([
    ['1700000000.5', 1_700_000_000_500],
    ['2026-11-24', Date.UTC(2026, 10, 24)],
    ['2026-11-24T10:00:00', Date.UTC(2026, 10, 24, 10)],
    ['2026-11-24T10:00:00.250+02:00', Date.UTC(2026, 10, 24, 8, 0, 0, 250)],
  ])('given the time %s, reads it', (value, expected) => {
    const { times: bounds } = searchRule(ACCOUNT, undefined, [{ key: 'CreateTime', value }]);
    expect(bounds[0]?.time.getTime()).toBe(expected);
  });
});
