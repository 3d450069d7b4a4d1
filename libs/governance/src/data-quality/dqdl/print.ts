import type { Analyzer, Condition, NumberTerm, Rule, Ruleset, SimpleRule, Value } from './ruleset.ts';

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

function numberText(term: NumberTerm): string {
  switch (term.kind) {
    case 'number':
      return term.text;
    case 'call':
      return `${term.name}(${term.parameters.map(numberText).join(', ')})`;
    case 'arithmetic':
      return `(${numberText(term.left)} ${term.operator} ${numberText(term.right)})`;
  }
}

function valueText(value: Value): string {
  switch (value.kind) {
    case 'text':
      return quoted(value.text);
    case 'keyword':
      return value.keyword;
    case 'quantity':
      return `${value.amount} ${value.unit}`;
    case 'now':
      return value.shift === undefined
        ? 'now()'
        : `(now() ${value.shift.sign} ${value.shift.amount} ${value.shift.unit})`;
    case 'number':
    case 'call':
    case 'arithmetic':
      return numberText(value);
  }
}

function conditionText(condition: Condition): string {
  if (condition.kind === 'compare') return `${condition.operator} ${valueText(condition.value)}`;
  const not = condition.negated ? 'not ' : '';
  switch (condition.kind) {
    case 'between':
      return `${not}between ${valueText(condition.low)} and ${valueText(condition.high)}`;
    case 'in':
      return `${not}in [${condition.values.map(valueText).join(', ')}]`;
    case 'matches':
      return `${not}matches ${quoted(condition.pattern)}`;
  }
}

const simpleRuleText = ({ type, parameters, condition, where, options }: SimpleRule): string =>
  [
    type,
    ...parameters.map(quoted),
    ...(condition === undefined ? [] : [conditionText(condition)]),
    ...(where === undefined ? [] : [`where ${quoted(where)}`]),
    ...options.map((option) => `with ${option.name} ${conditionText(option.condition)}`),
  ].join(' ');

/** One rule, as a result names it (`EvaluatedRule`). */
export const ruleText = (rule: Rule): string =>
  rule.kind === 'rule'
    ? simpleRuleText(rule)
    : rule.rules.map((each) => `(${ruleText(each)})`).join(` ${rule.kind} `);

const analyzerText = ({ type, parameters }: Analyzer): string => [type, ...parameters.map(quoted)].join(' ');

const section = (name: string, entries: readonly string[]): string =>
  `${name} = [${entries.map((entry) => `\n    ${entry}`).join(',')}\n]`;

/** DQDL that means this ruleset. */
export const printRuleset = ({ rules, analyzers }: Ruleset): string =>
  [
    section('Rules', rules.map(ruleText)),
    ...(analyzers.length === 0 ? [] : [section('Analyzers', analyzers.map(analyzerText))]),
  ].join('\n');
