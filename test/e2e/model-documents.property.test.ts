import fc, { type Arbitrary } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { type Document, documentsOf } from '../support/model-documents.ts';

const RUNS = { numRuns: 60 };

/** What the server alone says. */
const SERVER = {
  table: [
    'DatabaseName',
    'CreateTime',
    'UpdateTime',
    'CreatedBy',
    'IsRegisteredWithLakeFormation',
    'CatalogId',
    'VersionId',
    'IsMultiDialectView',
  ],
  database: ['CreateTime', 'CatalogId'],
  partition: ['DatabaseName', 'TableName', 'CreationTime', 'CatalogId'],
  function: ['DatabaseName', 'CreateTime', 'CatalogId'],
};

const without = (document: unknown, members: readonly string[]): Document =>
  Object.fromEntries(Object.entries(document as Document).filter(([member]) => !members.includes(member)));

/** Keys are of primitive types, named once, and have no Parameters; the rest of Column is the model's. */
const partitionKeys = fc
  .uniqueArray(documentsOf('Column', { 'Column.Parameters': undefined }) as Arbitrary<Document>, {
    selector: (key) => String(key['Name']).toLowerCase(),
    maxLength: 3,
  })
  .chain((keys) =>
    fc.tuple(
      ...keys.map((key) =>
        fc
          .constantFrom('string', 'int', 'bigint', 'date', 'decimal(10,2)', 'char(3)', 'boolean')
          .map((Type) => ({ ...key, Type })),
      ),
    ),
  );

/** Links have no parts of their own, and have their own test. */
const tables = documentsOf('TableInput', {
  'TableInput.Name': undefined,
  'TableInput.TargetTable': undefined,
  'TableInput.PartitionKeys': partitionKeys,
}) as Arbitrary<Document>;

/** Names of keys are folded (spec/catalog.md §2); nothing else of a document changes. */
const folded = (input: Document): Document => {
  const { PartitionKeys: keys } = input as { PartitionKeys?: { Name: string }[] };
  return keys === undefined
    ? input
    : { ...input, PartitionKeys: keys.map((key) => ({ ...key, Name: key.Name.toLowerCase() })) };
};

/** Whatever the service model allows comes back as it was written. */
describe.each(DATABASES)("documents of the service model's own shapes on %s", (databaseName) => {
  let lake: Lake;
  let token: string;

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'd' } });
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('given a TableInput, and another in its place, answers each as it came, and GraphQL the same', async () => {
    const read = async () => {
      const { Table } = await lake.ok('GetTable', { DatabaseName: 'd', Name: 't' });
      const { data, errors } = await graphql(lake, '{ table(database: "d", name: "t") { glue } }', {}, token);
      expect(errors).toBeUndefined();
      expect((data?.['table'] as { glue: unknown }).glue).toEqual(Table);
      return without(Table, [...SERVER.table, 'Name']);
    };
    await fc.assert(
      fc.asyncProperty(tables, tables, async (first, second) => {
        await lake.ok('CreateTable', { DatabaseName: 'd', TableInput: { ...first, Name: 't' } });
        try {
          expect(await read()).toEqual(folded(first));
          await lake.ok('UpdateTable', { DatabaseName: 'd', TableInput: { ...second, Name: 't' } });
          expect(await read()).toEqual(folded(second));
          const { TableVersion: version } = await lake.ok('GetTableVersion', {
            DatabaseName: 'd',
            TableName: 't',
            VersionId: '0',
          });
          const archived = (version as { Table: Document }).Table;
          expect(without(archived, [...SERVER.table, 'Name'])).toEqual(folded(first));
        } finally {
          await lake.ok('DeleteTable', { DatabaseName: 'd', Name: 't' });
        }
      }),
      RUNS,
    );
  });

  it('given PartitionInputs, answers each as it came', async () => {
    const table = { DatabaseName: 'd', TableName: 'p' };
    await lake.ok('CreateTable', {
      DatabaseName: 'd',
      TableInput: { Name: 'p', PartitionKeys: ['a', 'b'].map((Name) => ({ Name, Type: 'string' })) },
    });
    const value = (documentsOf('ValueString') as Arbitrary<string>).filter((text) => text !== '');
    const partitions = fc.uniqueArray(
      documentsOf('PartitionInput', { 'PartitionInput.Values': fc.tuple(value, value) }).map((input) => ({
        Values: ['a', 'b'],
        ...(input as Document),
      })),
      { selector: ({ Values }) => JSON.stringify(Values), minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(partitions, partitions, async (inputs, [replacement]) => {
        const all = inputs.map(({ Values }) => ({ Values }));
        expect(await lake.ok('BatchCreatePartition', { ...table, PartitionInputList: inputs })).toEqual({
          Errors: [],
        });
        try {
          const { Partitions: found } = await lake.ok('BatchGetPartition', {
            ...table,
            PartitionsToGet: all,
          });
          expect((found as Document[]).map((each) => without(each, SERVER.partition))).toEqual(inputs);
          const [first] = inputs;
          const next = { ...replacement, Values: first?.Values };
          await lake.ok('UpdatePartition', {
            ...table,
            PartitionValueList: first?.Values,
            PartitionInput: next,
          });
          const { Partition } = await lake.ok('GetPartition', { ...table, PartitionValues: first?.Values });
          expect(without(Partition, SERVER.partition)).toEqual(next);
        } finally {
          await lake.ok('BatchDeletePartition', { ...table, PartitionsToDelete: all });
        }
      }),
      RUNS,
    );
  });

  it('given a DatabaseInput, and another in its place, answers each as it came', async () => {
    const databases = documentsOf('DatabaseInput', {
      'DatabaseInput.Name': undefined,
      'DatabaseInput.TargetDatabase': undefined,
    }) as Arbitrary<Document>;
    const read = async () => {
      const { Database } = await lake.ok('GetDatabase', { Name: 'x' });
      return without(Database, [...SERVER.database, 'Name']);
    };
    await fc.assert(
      fc.asyncProperty(databases, databases, async (first, second) => {
        await lake.ok('CreateDatabase', { DatabaseInput: { ...first, Name: 'x' } });
        try {
          // Absent, it is the account's own default (spec/catalog.md §3).
          expect(await read()).toEqual({ CreateTableDefaultPermissions: [], ...first });
          await lake.ok('UpdateDatabase', { Name: 'x', DatabaseInput: { ...second, Name: 'x' } });
          expect(await read()).toEqual(second);
        } finally {
          await lake.ok('DeleteDatabase', { Name: 'x' });
        }
      }),
      RUNS,
    );
  });

  it('given a UserDefinedFunctionInput, and another in its place, answers each as it came', async () => {
    const functions = documentsOf('UserDefinedFunctionInput', {
      'UserDefinedFunctionInput.FunctionName': undefined,
    }) as Arbitrary<Document>;
    const named = { DatabaseName: 'd', FunctionName: 'f' };
    const read = async () => {
      const { UserDefinedFunction: found } = await lake.ok('GetUserDefinedFunction', named);
      return without(found, [...SERVER.function, 'FunctionName']);
    };
    await fc.assert(
      fc.asyncProperty(functions, functions, async (first, second) => {
        const input = (document: Document) => ({ FunctionInput: { ...document, FunctionName: 'f' } });
        await lake.ok('CreateUserDefinedFunction', { DatabaseName: 'd', ...input(first) });
        try {
          expect(await read()).toEqual(first);
          await lake.ok('UpdateUserDefinedFunction', { ...named, ...input(second) });
          expect(await read()).toEqual(second);
        } finally {
          await lake.ok('DeleteUserDefinedFunction', named);
        }
      }),
      RUNS,
    );
  });
});
