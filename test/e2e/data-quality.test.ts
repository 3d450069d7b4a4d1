import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';

const OWN = '111122223333';
const anyNumber = expect.any(Number) as number;
const RULES = 'Rules = [ IsComplete "id", RowCount > 10 ]';

describe.each(DATABASES)('data quality rulesets on %s', (databaseName) => {
  let lake: Lake;
  let token: string;

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
  });
  afterAll(async () => {
    await lake.stop();
  });

  const TargetTable = { DatabaseName: 'db', TableName: 't' };

  it('given one, keeps all that was said of it, counts its rules, and deletes it with its tags', async () => {
    const input = { Name: 'Full', Description: 'd', Ruleset: RULES, TargetTable, Tags: { team: 'x' } };
    expect(await lake.ok('CreateDataQualityRuleset', input)).toEqual({ Name: 'Full' });
    const shown = {
      Name: 'Full',
      Description: 'd',
      TargetTable,
      CreatedOn: anyNumber,
      LastModifiedOn: anyNumber,
    };
    expect(await lake.ok('GetDataQualityRuleset', { Name: 'Full' })).toEqual({ ...shown, Ruleset: RULES });
    expect(await lake.ok('ListDataQualityRulesets')).toEqual({ Rulesets: [{ ...shown, RuleCount: 2 }] });
    const ResourceArn = `arn:aws:glue:us-east-1:${OWN}:dataQualityRuleset/Full`;
    await lake.ok('TagResource', { ResourceArn, TagsToAdd: { more: 'y' } });
    expect(await lake.ok('GetTags', { ResourceArn })).toEqual({ Tags: { team: 'x', more: 'y' } });
    expect(await lake.refused('CreateDataQualityRuleset', input)).toMatch(/^AlreadyExistsException/);
    await lake.ok('DeleteDataQualityRuleset', { Name: 'Full' });
    for (const operation of ['GetDataQualityRuleset', 'DeleteDataQualityRuleset']) {
      expect(await lake.refused(operation, { Name: 'Full' })).toMatch(/^EntityNotFoundException/);
    }
    await lake.ok('CreateDataQualityRuleset', { Name: 'Full', Ruleset: RULES });
    expect(await lake.ok('GetTags', { ResourceArn })).toEqual({ Tags: {} });
    await lake.ok('DeleteDataQualityRuleset', { Name: 'Full' });
  });

  it('given DQDL that does not parse, names line and column and keeps nothing, old or new', async () => {
    const wrong = 'Rules = [\n  IsCmplete "id" ]';
    const fault = /^InvalidInputException: .*line 2, column 3: there is no rule type IsCmplete/;
    expect(await lake.refused('CreateDataQualityRuleset', { Name: 'w', Ruleset: wrong })).toMatch(fault);
    expect(await lake.refused('GetDataQualityRuleset', { Name: 'w' })).toMatch(/^EntityNotFoundException/);
    await lake.ok('CreateDataQualityRuleset', { Name: 'w', Ruleset: RULES });
    expect(await lake.refused('UpdateDataQualityRuleset', { Name: 'w', Ruleset: wrong })).toMatch(fault);
    expect(await lake.ok('UpdateDataQualityRuleset', { Name: 'w', Description: 'new' })).toEqual({
      Name: 'w',
      Description: 'new',
      Ruleset: RULES,
    });
    expect(
      await lake.refused('CreateDataQualityRuleset', { Name: 'long', Ruleset: 'x'.repeat(65_537) }),
    ).toMatch(/^ValidationException: .*'ruleset'/);
    await lake.ok('DeleteDataQualityRuleset', { Name: 'w' });
  });

  it('given a client token again, answers as before; with another request, refuses', async () => {
    const input = { Name: 'once', Ruleset: RULES, ClientToken: 'tok' };
    const answers = await Promise.all([1, 2, 3].map(() => lake.glue('CreateDataQualityRuleset', input)));
    expect(answers.map(({ status, body }) => [status, body['Name']])).toEqual(
      [1, 2, 3].map(() => [200, 'once']),
    );
    await lake.ok('UpdateDataQualityRuleset', { Name: 'once', Description: 'changed' });
    expect(await lake.ok('CreateDataQualityRuleset', input)).toEqual({ Name: 'once' });
    for (const other of [{ Name: 'twice' }, { Tags: { a: 'b' } }, { Ruleset: 'Rules = [ RowCount > 1 ]' }]) {
      expect(await lake.refused('CreateDataQualityRuleset', { ...input, ...other })).toMatch(
        /^IdempotentParameterMismatchException: .*it made once/,
      );
    }
    expect(await lake.refused('CreateDataQualityRuleset', { ...input, ClientToken: 'other' })).toMatch(
      /^AlreadyExistsException/,
    );
    await lake.ok('DeleteDataQualityRuleset', { Name: 'once' });
  });

  it('given filters and pages, lists what matches once, by name', async () => {
    const make = (Name: string, more: object) =>
      lake.ok('CreateDataQualityRuleset', { Name, Ruleset: RULES, ...more });
    await make('l1', { TargetTable, Tags: { a: '1', b: '2' } });
    await make('l2', { Description: 'two', Tags: { a: '1' } });
    await make('l3', { TargetTable: { ...TargetTable, TableName: 'u' } });
    const list = async (input: object) => {
      const names: string[] = [];
      for (let NextToken: unknown, first = true; first || NextToken !== undefined; first = false) {
        const page = await lake.ok('ListDataQualityRulesets', { ...input, MaxResults: 1, NextToken });
        names.push(...(page['Rulesets'] as { Name: string }[]).map(({ Name }) => Name));
        ({ NextToken } = page);
      }
      return names;
    };
    expect(await list({})).toEqual(['l1', 'l2', 'l3']);
    expect(await list({ Filter: { TargetTable } })).toEqual(['l1']);
    expect(await list({ Filter: { TargetTable: { ...TargetTable, CatalogId: OWN } } })).toEqual(['l1']);
    expect(await list({ Filter: { Description: 'two' } })).toEqual(['l2']);
    expect(await list({ Tags: { a: '1' } })).toEqual(['l1', 'l2']);
    expect(await list({ Tags: { a: '1', b: '2' } })).toEqual(['l1']);
    expect(await list({ Filter: { CreatedAfter: 1, LastModifiedBefore: 4_000_000_000 } })).toHaveLength(3);
    expect(await list({ Filter: { CreatedAfter: 4_000_000_000 } })).toEqual([]);
    expect(await list({ Filter: { Name: 'l3' } })).toEqual(['l3']);
  });

  it('in GraphQL, creates, changes, lists by table and deletes', async () => {
    const ask = async (question: string) => (await graphql(lake, question, {}, token)).data;
    const fields = 'dataQualityRuleset { name ruleCount description table { database name } }';
    expect(
      await ask(
        `mutation { createDataQualityRuleset(input: { name: "gq", ruleset: "Rules = [ RowCount > 1 ]", table: { database: "g", name: "t" } }) { ${fields} } }`,
      ),
    ).toEqual({
      createDataQualityRuleset: {
        dataQualityRuleset: {
          name: 'gq',
          ruleCount: 1,
          description: null,
          table: { database: 'g', name: 't' },
        },
      },
    });
    expect(
      await ask(
        `mutation { updateDataQualityRuleset(input: { name: "gq", description: "x", ruleset: "Rules = [ RowCount > 1, RowCount < 9 ]" }) { ${fields} } }`,
      ),
    ).toMatchObject({ updateDataQualityRuleset: { dataQualityRuleset: { ruleCount: 2, description: 'x' } } });
    expect(
      await ask('{ dataQualityRulesets(table: { database: "G", name: "t" }) { edges { node { name } } } }'),
    ).toEqual({ dataQualityRulesets: { edges: [{ node: { name: 'gq' } }] } });
    await ask('mutation { deleteDataQualityRuleset(input: { name: "gq" }) { name } }');
    expect(await ask('{ dataQualityRuleset(name: "gq") { name } }')).toEqual({ dataQualityRuleset: null });
  });
});
