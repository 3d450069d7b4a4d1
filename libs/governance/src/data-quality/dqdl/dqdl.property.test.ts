import { LakewardenError } from '@lakewarden/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseRuleset } from './parse.ts';
import { printRuleset } from './print.ts';
import { RULE_TYPES } from './rule-types.ts';
import type { Condition, NumberTerm, Rule, Ruleset, Value } from './ruleset.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const amount = fc.nat({ max: 1000 }).map(String);
const durationUnit = fc.constantFrom('days' as const, 'hours' as const, 'minutes' as const);
const digits = fc.oneof(
  amount,
  fc.tuple(amount, amount).map((parts) => parts.join('.')),
);
const number = fc
  .oneof(
    digits,
    digits.map((each) => `-${each}`),
  )
  .map((each) => ({ kind: 'number' as const, text: each }));

const { term } = fc.letrec<{ term: NumberTerm }>((tie) => ({
  term: fc.oneof(
    { depthSize: 'small', withCrossShrink: true, maxDepth: 5 },
    number,
    fc.record({
      kind: fc.constant('call' as const),
      name: fc.constantFrom('avg', 'last', 'percentile', 'std'),
      parameters: fc.array(tie('term'), { maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant('arithmetic' as const),
      operator: fc.constantFrom('+' as const, '-' as const, '*' as const, '/' as const),
      left: tie('term'),
      right: tie('term'),
    }),
  ),
}));

const value: fc.Arbitrary<Value> = fc.oneof(
  term,
  text.map((each) => ({ kind: 'text' as const, text: each })),
  fc
    .constantFrom('NULL' as const, 'EMPTY' as const, 'WHITESPACES_ONLY' as const)
    .map((keyword) => ({ kind: 'keyword' as const, keyword })),
  fc.record({
    kind: fc.constant('quantity' as const),
    amount,
    unit: fc.oneof(durationUnit, fc.constantFrom('B' as const, 'GB' as const)),
  }),
  fc.constant({ kind: 'now' as const }),
  fc.record({
    kind: fc.constant('now' as const),
    shift: fc.record({ sign: fc.constantFrom('+' as const, '-' as const), amount, unit: durationUnit }),
  }),
);

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    kind: fc.constant('compare' as const),
    operator: fc.constantFrom(
      '=' as const,
      '!=' as const,
      '<' as const,
      '<=' as const,
      '>' as const,
      '>=' as const,
    ),
    value,
  }),
  fc.record({ kind: fc.constant('between' as const), negated: fc.boolean(), low: value, high: value }),
  fc.record({
    kind: fc.constant('in' as const),
    negated: fc.boolean(),
    values: fc.array(value, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('matches' as const), negated: fc.boolean(), pattern: text }),
);

const simple: fc.Arbitrary<Rule> = fc.constantFrom(...Object.entries(RULE_TYPES)).chain(([type, shape]) => {
  const [least, most] = shape.parameters;
  const base = {
    kind: fc.constant('rule' as const),
    type: fc.constant(type),
    parameters: fc.array(text, { minLength: least, maxLength: Math.min(most, least + 3) }),
    where: text,
    options: fc.array(fc.record({ name: fc.constantFrom('threshold', 'timeZone'), condition }), {
      maxLength: 2,
    }),
  };
  const optional = { requiredKeys: ['kind', 'type', 'parameters', 'options'] as const };
  if (shape.condition === 'none') return fc.record(base, { requiredKeys: [...optional.requiredKeys] });
  return fc.record(
    { ...base, condition },
    {
      requiredKeys: [
        ...optional.requiredKeys,
        ...(shape.condition === 'required' ? (['condition'] as const) : []),
      ],
    },
  );
});

const { rule } = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    simple,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      rules: fc.array(tie('rule'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

const ruleset: fc.Arbitrary<Ruleset> = fc.record({
  rules: fc.array(rule, { minLength: 1, maxLength: 4 }),
  analyzers: fc.array(
    fc.record({
      type: fc.constant('Uniqueness'),
      parameters: fc.array(text, { minLength: 1, maxLength: 3 }),
    }),
    { maxLength: 2 },
  ),
});

function faultOf(source: string): string {
  try {
    parseRuleset(source);
  } catch (error) {
    if (error instanceof LakewardenError && error.code === 'InvalidInputException') return error.message;
    throw error;
  }
  return 'parsed';
}

describe('DQDL', () => {
  it('given a tree, printing and parsing it gives the same tree', () => {
    fc.assert(
      fc.property(ruleset, (tree) => {
        expect(parseRuleset(printRuleset(tree))).toEqual(tree);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    'IsPrimaryKey "colA" "colB"',
    'RowCount between (0.9 * average(last(10))) and 1.1 * average(last(10))',
    'Completeness of col_1 not between 0.5 and 0.8 where "a > 100"',
    'ColumnCorrelation of col_1 and "col abc" between -0.44 and 0.8',
    'ColumnDataType "c" in ["Date","String"] with threshold > 0.9',
    'ColumnValues "d" > (now() - 1 days)',
    'ColumnValues "d" not in [1,2,NULL] with threshold not between 0.4 and 0.8',
    'ColumnValues "a" matches "[a-z]*\\d" with threshold <= 0.4 where "x"',
    'DataFreshness "a" between 2 days and 4 days',
    'ReferentialIntegrity "a,b" "ref.{c,d}" = 0.99',
    'CustomSql "select a from primary" with threshold > 0.5',
    'DetectAnomalies of ColumnCorrelation of "a" and "b"',
    'FileMatch "S3://P" in ["h"] with hashAlgorithm = "MD5" with "dataFrame" = "true"',
    'FileSize not in [500 KB,150 GB]',
    '((RowCount > 0) AND (IsComplete "b")) OR ((IsComplete "a") and (IsUnique "a"))',
  ])('reads %s', (source) => {
    expect(
      faultOf(`# a comment\nRules = [ ${source} ]\nAnalyzers = [ Completeness "x", AllStatistics ]`),
    ).toBe('parsed');
  });

  it.each([
    ['', /line 1, column 1: there is no rule/],
    ['Rules = []', /there is no rule/],
    ['rules = [ RowCount > 0 ]', /line 1, column 1: a ruleset is Rules/],
    ['Rules = [\n  RowCount > 0,\n  IsCmplete "a"\n]', /line 3, column 3: there is no rule type IsCmplete/],
    ['Rules = [ RowCount > 0, ]', /column 25: a rule is wanted behind the comma/],
    ['Rules = [ IsComplete ]', /IsComplete takes 1 parameter, not 0/],
    ['Rules = [ Mean "a" ]', /Mean needs an expression/],
    ['Rules = [ IsComplete "a" > 1 ]', /IsComplete takes no expression/],
    ['Rules = [ Mean "a > 1 ]', /column 16: this text has no closing quote/],
    ['Rules = [ (RowCount > 0) and IsComplete "a" ]', /each rule that is joined stands in parentheses/],
    [
      'Rules = [ (RowCount > 0) and (RowCount > 1) or (RowCount > 2) ]',
      /column 45: and and or do not stand side by side/,
    ],
    ['Rules = [ RowCount ~ 1 ]', /"~" means nothing here/],
    ['Rules = [ RowCount > 0 ] Rules = [ RowCount > 0 ]', /second time/],
    [`Rules = [ ${'('.repeat(30_000)}`, /nest at most 20 deep/],
    [`Rules = [ RowCount > ${'('.repeat(30_000)}`, /numbers nest at most 20 deep/],
  ])('given %.60s, names line and column', (source, fault) => {
    expect(faultOf(source)).toMatch(fault);
  });

  it('given any text, parses it or says InvalidInputException', () => {
    const piece = fc.constantFrom(
      'Rules',
      '=',
      '[',
      ']',
      '(',
      ')',
      'RowCount',
      '>',
      '1',
      '"a"',
      'and',
      'in',
      'not',
      'with',
      ',',
      'now()',
      '-',
      'last(',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((all) => all.join(' ')),
        ),
        (source) => void faultOf(source),
      ),
      { numRuns: 1000 },
    );
  });
});
