/** DQDL (Glue's Data Quality Definition Language) as a tree; spec/catalog.md §14. */

/** `last(10)`, `0.9 * avg(last(10))`, `-4.5`. A decimal keeps its text: 1.0 and 1 are written differently. */
export type NumberTerm =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'call'; readonly name: string; readonly parameters: readonly NumberTerm[] }
  | {
      readonly kind: 'arithmetic';
      readonly operator: '+' | '-' | '*' | '/';
      readonly left: NumberTerm;
      readonly right: NumberTerm;
    };

export const KEYWORDS = ['NULL', 'EMPTY', 'WHITESPACES_ONLY'] as const;
export const DURATION_UNITS = ['days', 'hours', 'minutes'] as const;
export const SIZE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

export type Value =
  | NumberTerm
  /** A text, a date or a time of day: which one is the rule's to know. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'keyword'; readonly keyword: (typeof KEYWORDS)[number] }
  | {
      readonly kind: 'quantity';
      readonly amount: string;
      readonly unit: (typeof DURATION_UNITS)[number] | (typeof SIZE_UNITS)[number];
    }
  /** `now()`, or `(now() - 3 days)`. */
  | {
      readonly kind: 'now';
      readonly shift?: {
        readonly sign: '+' | '-';
        readonly amount: string;
        readonly unit: (typeof DURATION_UNITS)[number];
      };
    };

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly value: Value }
  | { readonly kind: 'between'; readonly negated: boolean; readonly low: Value; readonly high: Value }
  | { readonly kind: 'in'; readonly negated: boolean; readonly values: readonly Value[] }
  | { readonly kind: 'matches'; readonly negated: boolean; readonly pattern: string };

/** `with threshold > 0.9`, `with hashAlgorithm = "MD5"`. */
export interface Option {
  readonly name: string;
  readonly condition: Condition;
}

export interface SimpleRule {
  readonly kind: 'rule';
  readonly type: string;
  readonly parameters: readonly string[];
  readonly condition?: Condition;
  /** SQL that chooses the rows. */
  readonly where?: string;
  readonly options: readonly Option[];
}

export type Rule =
  | SimpleRule
  /** Of two rules or more. */
  | { readonly kind: 'and' | 'or'; readonly rules: readonly Rule[] };

export interface Analyzer {
  readonly type: string;
  readonly parameters: readonly string[];
}

export interface Ruleset {
  readonly rules: readonly Rule[];
  readonly analyzers: readonly Analyzer[];
}
