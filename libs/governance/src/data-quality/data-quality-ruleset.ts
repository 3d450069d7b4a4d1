import type { Id } from '@lakewarden/kernel';

/** The table a ruleset is written for, by its names: the ruleset outlives it. */
export interface TargetTable {
  readonly CatalogId?: string | undefined;
  readonly DatabaseName: string;
  readonly TableName: string;
}

export interface DataQualityRuleset {
  readonly id: Id<'DataQualityRuleset'>;
  readonly accountId: string;
  readonly name: string;
  readonly description?: string | undefined;
  /** DQDL, as it came. */
  readonly ruleset: string;
  readonly ruleCount: number;
  readonly targetTable?: TargetTable | undefined;
  readonly securityConfiguration?: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a list may be cut down to; all of it must hold. */
export interface RulesetFilter {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly createdBefore?: Date | undefined;
  readonly createdAfter?: Date | undefined;
  readonly modifiedBefore?: Date | undefined;
  readonly modifiedAfter?: Date | undefined;
  readonly targetTable?: TargetTable | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}
