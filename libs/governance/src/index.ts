export type { DataQualityRuleset, RulesetFilter, TargetTable } from './data-quality/data-quality-ruleset.ts';
export * from './data-quality/data-quality-rulesets.ts';
export { parseRuleset } from './data-quality/dqdl/parse.ts';
export { printRuleset, ruleText } from './data-quality/dqdl/print.ts';
export type * from './data-quality/dqdl/ruleset.ts';
export {
  type AuditChainPage,
  type ListAuditEvents,
  listAuditEvents,
  type ReadAuditChain,
  readAuditChain,
} from './audit/audit-events.ts';
export type { EventFilter } from './audit/audit.repository.ts';
export { BufferedAuditTrail, type TrailPorts } from './audit/buffered-trail.ts';
export { ChainCheck, type ChainFault, type ChainPlace, hashAfter, type SealedRow } from './audit/chain.ts';
export { type AuditTrimStep, retentionDays, trimAudit } from './audit/trim-audit.ts';
