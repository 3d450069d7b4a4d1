export type { DataQualityRuleset, RulesetFilter, TargetTable } from './data-quality/data-quality-ruleset.ts';
export * from './data-quality/data-quality-rulesets.ts';
export { parseRuleset } from './data-quality/dqdl/parse.ts';
export { printRuleset, ruleText } from './data-quality/dqdl/print.ts';
export type * from './data-quality/dqdl/ruleset.ts';
