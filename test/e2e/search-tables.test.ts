import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { startPostgres } from '../support/postgres.ts';
import { type Asked, searchByLoops, type SearchedTable } from '../support/search-oracle.ts';

const WORDS = ['link', 'customer', 'xx', 'Order', 'é', '2021', 'a', 'id'] as const;
const pick = <Item>(items: readonly Item[], n: number): Item => items[n % items.length] as Item; // never empty

/** Forty tables in three databases that share a few words in every place there is for one. */
const TABLES = Array.from({ length: 40 }, (_, i) => {
  const word = (n: number) => pick(WORDS, i * 7 + n * 3);
  return {
    DatabaseName: pick(['sales', 'sales_eu', 'customer-care'], i),
    TableInput: {
      Name: `${word(0)}${pick(['-', '_', ''], i)}t${String(i)}`,
      ...(i % 3 === 0 && { Description: `${word(1)} of the ${word(2)}.` }),
      ...(i % 4 === 0 && { Owner: `${word(3)}-owner` }),
      ...(i % 2 === 0 && { TableType: 'EXTERNAL_TABLE' }),
      PartitionKeys: i % 5 === 0 ? [{ Name: `${word(4)}_day`, Type: 'string' }] : [],
      StorageDescriptor: {
        Columns: [
          { Name: `${word(5)}_${word(6)}`, Type: 'int', ...(i % 2 && { Comment: `the ${word(0)}` }) },
        ],
      },
      Parameters: { classification: pick(['parquet', 'csv', 'json-lines'], i), [`p${word(1)}`]: word(2) },
    },
  };
});

const anyWord = fc.constantFrom(...WORDS, 't7', 'owner', 'parquet', 'lines', 'absent');
const anyText = fc.oneof(
  fc.array(anyWord, { minLength: 1, maxLength: 3 }).map((words) => words.join(' ')),
  anyWord.map((word) => `"${word}"`),
  fc.constantFrom('"id_a"', '"the order"', '"ORDER_2021"', '""', '--'),
);
const anyFilter = fc.record({
  Key: fc.constantFrom(
    'Name',
    'DatabaseName',
    'description',
    'Owner',
    'TableType',
    'Classification',
    'pid',
    'nope',
  ),
  Value: fc.oneof(
    anyWord,
    fc.constantFrom('customer-care', 'sales', 'eu', 'json:lines', 'EXTERNAL_TABLE', '-'),
  ),
});
const anyQuestion: fc.Arbitrary<Asked> = fc.record(
  { SearchText: anyText, Filters: fc.array(anyFilter, { maxLength: 2 }) },
  { requiredKeys: [] },
);

const nameOf = ({ DatabaseName, Name }: SearchedTable) => `${DatabaseName}.${Name}`;

describe.each(DATABASES)('SearchTables on %s', (databaseName) => {
  let lake: Lake;
  let all: SearchedTable[];

  const page = async (input: object) => {
    const { TableList, NextToken } = await lake.ok('SearchTables', input);
    return { found: TableList as SearchedTable[], next: NextToken };
  };
  /** Every page, and that none comes twice. */
  const search = async (input: object): Promise<SearchedTable[]> => {
    const found: SearchedTable[] = [];
    const tokens = new Set<unknown>();
    for (let NextToken: unknown; ;) {
      const got = await page({ ...input, NextToken });
      found.push(...got.found);
      if (got.next === undefined) return found;
      expect(tokens.has(got.next)).toBe(false);
      tokens.add(got.next);
      NextToken = got.next;
    }
  };
  const names = async (input: object) => (await search(input)).map(({ Name }) => Name);

  beforeAll(async () => {
    lake = await startLake(databaseName);
    for (const Name of ['sales', 'sales_eu', 'customer-care'])
      await lake.ok('CreateDatabase', { DatabaseInput: { Name } });
    for (const table of TABLES) await lake.ok('CreateTable', table);
    all = [];
    for (const DatabaseName of ['sales', 'sales_eu', 'customer-care'])
      all.push(...((await lake.ok('GetTables', { DatabaseName }))['TableList'] as SearchedTable[]));
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('given any question and page size, finds what plain loops find, by name', async () => {
    await fc.assert(
      fc.asyncProperty(anyQuestion, fc.integer({ min: 1, max: 50 }), async (asked, MaxResults) => {
        const found = await search({ ...asked, MaxResults });
        expect(found.map(({ Name }) => Name)).toEqual(
          [...found.map(({ Name }) => Name)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
        );
        expect(found.map(nameOf).sort()).toEqual(searchByLoops(all, asked).map(nameOf).sort());
      }),
      { numRuns: 60 },
    );
  });

  it('answers the table as GetTables does', async () => {
    const [first] = all;
    const [found] = await search({ SearchText: `"${first?.Name ?? ''}"` });
    expect(found).toEqual(first);
  });

  it('given a sort, keeps to it over pages, both ways', async () => {
    for (const FieldName of ['Name', 'CreateTime', 'updatetime']) {
      const up = await search({ SortCriteria: [{ FieldName, Sort: 'ASC' }], MaxResults: 7 });
      const down = await search({ SortCriteria: [{ FieldName, Sort: 'DESC' }], MaxResults: 9 });
      expect(up).toHaveLength(all.length);
      expect(down.map(nameOf)).toEqual(up.map(nameOf).reverse());
      const keys = up.map((table) =>
        FieldName === 'Name' ? table.Name : FieldName === 'CreateTime' ? table.CreateTime : table.UpdateTime,
      );
      expect(keys.every((each, i) => i === 0 || (keys[i - 1] ?? each) <= each)).toBe(true);
    }
    const filtered = { Filters: [{ Key: 'classification', Value: 'csv' }], MaxResults: 2 };
    const down = await search({ ...filtered, SortCriteria: [{ FieldName: 'CreateTime', Sort: 'DESC' }] });
    const up = await search({ ...filtered, SortCriteria: [{ FieldName: 'CreateTime' }] });
    expect(down.map(nameOf)).toEqual(up.map(nameOf).reverse());
  });

  it('given times, compares them', async () => {
    const times = all.map(({ CreateTime }) => CreateTime).sort((a, b) => a - b);
    const middle = String(times[20]);
    for (const Comparator of [
      'EQUALS',
      'GREATER_THAN',
      'LESS_THAN',
      'GREATER_THAN_EQUALS',
      'LESS_THAN_EQUALS',
    ]) {
      const asked = { Filters: [{ Key: 'CreateTime', Value: middle, Comparator }] };
      const found = await search({ ...asked, MaxResults: 3 });
      expect(found.map(nameOf).sort()).toEqual(searchByLoops(all, asked).map(nameOf).sort());
      expect(found.length).toBeGreaterThan(0);
    }
  });

  it('given a change, finds the new words at once and the old ones no more', async () => {
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'changing' } });
    const input = (Description: string) => ({
      DatabaseName: 'changing',
      TableInput: { Name: 'changed', Description },
    });
    await lake.ok('CreateTable', input('quagga'));
    expect(await names({ SearchText: 'quagga' })).toEqual(['changed']);
    await lake.ok('UpdateTable', input('zebra'));
    expect(await names({ SearchText: 'quagga' })).toEqual([]);
    expect(await names({ SearchText: 'zebra' })).toEqual(['changed']);
    const inDatabase = (Value: string) => ({
      Filters: [{ Key: 'DatabaseName', Value }],
      SearchText: 'zebra',
    });
    await lake.ok('UpdateDatabase', { Name: 'changing', DatabaseInput: { Name: 'renamed-one' } });
    expect(await names(inDatabase('changing'))).toEqual([]);
    expect(await names(inDatabase('renamed'))).toEqual(['changed']);
    await lake.ok('DeleteTable', { DatabaseName: 'renamed-one', Name: 'changed' });
    expect(await names({ SearchText: 'zebra' })).toEqual([]);
    await lake.ok('CreateTable', { ...input('zebra'), DatabaseName: 'renamed-one' });
    await lake.ok('DeleteDatabase', { Name: 'renamed-one' });
    expect(await names({ SearchText: 'zebra' })).toEqual([]);
  });

  it('given a ResourceShareType, shows none of another account while none is shared', async () => {
    expect(await search({ ResourceShareType: 'ALL' })).toHaveLength(all.length);
    expect(await search({ ResourceShareType: 'FOREIGN' })).toEqual([]);
  });

  it('given a resource link, lists it as itself', async () => {
    const TargetTable = { CatalogId: '111122223333', DatabaseName: 'sales', Name: 'elsewhere' };
    await lake.ok('CreateTable', { DatabaseName: 'sales', TableInput: { Name: 'okapi', TargetTable } });
    expect(await search({ SearchText: 'okapi' })).toMatchObject([{ Name: 'okapi', TargetTable }]);
    await lake.ok('DeleteTable', { DatabaseName: 'sales', Name: 'okapi' });
  });

  it("given another question's token, refuses it", async () => {
    const { next } = await page({ SearchText: 'parquet', MaxResults: 1 });
    expect(next).toBeDefined();
    for (const other of [{ SearchText: 'csv' }, {}, { SearchText: 'parquet', ResourceShareType: 'ALL' }]) {
      expect(await lake.refused('SearchTables', { ...other, NextToken: next })).toMatch(
        /^InvalidInputException: NextToken/,
      );
    }
  });

  it.each([
    [{ SortCriteria: [{ FieldName: 'Owner' }] }, /^InvalidInputException: .*only by Name/],
    [
      { SortCriteria: [{ FieldName: 'Name' }, { FieldName: 'Name' }] },
      /^ValidationException: .*sortCriteria/,
    ],
    [{ SortCriteria: [{ FieldName: 'Name', Sort: 'UP' }] }, /^ValidationException/],
    [{ Filters: [{ Key: 'CreateTime', Value: 'now' }] }, /^InvalidInputException: .*is no time/],
    [{ Filters: [{ Key: 'Name', Value: 'a', Comparator: 'LESS_THAN' }] }, /^InvalidInputException/],
    [{ Filters: [{ Key: 'Name' }] }, /^ValidationException: .*value/],
    [{ SearchText: '' }, /^ValidationException: .*searchText/],
    [{ SearchText: 'x'.repeat(1025) }, /^ValidationException/],
    [{ MaxResults: 1001 }, /^ValidationException/],
    [{ ResourceShareType: 'MINE' }, /^ValidationException/],
  ])('given %j, refuses', async (input, refusal) => {
    expect(await lake.refused('SearchTables', input)).toMatch(refusal);
  });

  it('given GraphQL, searches, sorts and pages', async () => {
    const token = await login(lake);
    const ask = `query ($after: String) { searchTables(text: "parquet", filters: [{ key: "DatabaseName", value: "eu" }],
      sort: { field: CREATE_TIME, descending: true }, first: 2, after: $after)
      { edges { node { name database } } pageInfo { hasNextPage endCursor } } }`;
    const found: unknown[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { data } = await graphql(lake, ask, { after }, token);
      const { edges, pageInfo } = data?.['searchTables'] as {
        edges: { node: { name: string } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
      found.push(...edges.map(({ node }) => node.name));
      more = pageInfo.hasNextPage;
      after = pageInfo.endCursor;
    }
    const asked = { SearchText: 'parquet', Filters: [{ Key: 'DatabaseName', Value: 'eu' }] };
    expect(found).toEqual(
      (await search({ ...asked, SortCriteria: [{ FieldName: 'CreateTime', Sort: 'DESC' }] })).map(
        ({ Name }) => Name,
      ),
    );
    const refused = await graphql(lake, '{ searchTables(text: "") { edges { cursor } } }', {}, token);
    expect(refused.errors?.[0]?.extensions.code).toBe('ValidationException');
  });
});

it('given tables that are older than the search, indexes them before it listens', async () => {
  const postgres = await startPostgres();
  const database = new pg.Client(postgres.url);
  const before = await startLake('PostgreSQL', { databaseUrl: postgres.url });
  try {
    await database.connect();
    await before.ok('CreateDatabase', { DatabaseInput: { Name: 'old' } });
    await before.ok('CreateTable', { DatabaseName: 'old', TableInput: { Name: 'quagga' } });
    // As the migration leaves them.
    await database.query(`UPDATE table_search SET terms_version = 0, terms = '{}'`);
    const asked = { SearchText: 'quagga' };
    expect((await before.ok('SearchTables', asked))['TableList']).toEqual([]);
    const after = await startLake('PostgreSQL', { databaseUrl: postgres.url, credentials: before });
    expect((await after.ok('SearchTables', asked))['TableList']).toMatchObject([{ Name: 'quagga' }]);
    await after.stop();
  } finally {
    await database.end();
    await before.stop();
    await postgres.stop();
  }
});
