import type { GovernedResource, TagResource } from '@lakewarden/kernel';

import { type AssignedTag, describeExpression, isWithin, type TagExpression } from './expression.ts';
import { EVERY_VALUE } from './lf-tag.ts';

/**
 * Grants on LF-tags. What one is on stands in its `columns`: LF_TAG, the tag's id and one value (`*`: all of them); the
 * others, the expression's id.
 */
export type TagGrantedType =
  'LF_TAG' | 'LF_TAG_EXPRESSION' | 'LF_TAG_POLICY_DATABASE' | 'LF_TAG_POLICY_TABLE';

/** What a client asks to grant on, as far as LF-tags go (service model lakeformation, `Resource`). */
export type TagGrantResource =
  | {
      readonly kind: 'LFTag';
      readonly catalogId: string;
      readonly key: string;
      /** `*` among them: every value, also those of tomorrow. */
      readonly values: readonly string[];
    }
  | {
      readonly kind: 'LFTagPolicy';
      readonly catalogId: string;
      readonly of: 'DATABASE' | 'TABLE';
      /** Written out, or the name of a saved one. */
      readonly expression: TagExpression | { readonly name: string };
    }
  | { readonly kind: 'LFTagExpression'; readonly catalogId: string; readonly name: string };

/** A policy that reaches something, as the model sees it. */
export type TagLineType = 'TAGGED_DATABASE' | 'TAGGED_TABLE' | 'TAGGED_COLUMNS';

/** A policy that was read because of what a database or table carries. */
export interface ReachingPolicy {
  /** The database or table. */
  readonly onId: string;
  readonly expression: TagExpression;
  /** What was put on it and on what it inherits from, as far as the expression names the key. */
  readonly assigned: readonly AssignedTag[];
}

export const isTagResource = (resource: GovernedResource): resource is TagResource =>
  resource.type === 'LF_TAG' || resource.type === 'LF_TAG_EXPRESSION' || resource.type === 'LF_TAG_POLICY';

/** What a line's own thing has to be for it to bear on the resource. */
export function coversOf(resource: TagResource): readonly string[] {
  switch (resource.type) {
    case 'LF_TAG':
      return [`${resource.tagId} ${resource.value}`, `${resource.tagId} ${EVERY_VALUE}`];
    case 'LF_TAG_EXPRESSION':
    case 'LF_TAG_POLICY':
      return [resource.expressionId];
  }
}

/**
 * Whether a policy reaches at least as far as what is asked about. One that refers to a saved expression may reach
 * further tomorrow than it does now: that is passed on by who holds the same one alone.
 */
export const reachesPolicy = (
  held: { readonly expressionId: string; readonly expression: TagExpression },
  asked: Extract<TagResource, { readonly type: 'LF_TAG_POLICY' }>,
): boolean =>
  held.expressionId === asked.expressionId || (!asked.isSaved && isWithin(asked.expression, held.expression));

/** As messages and reasons name it. */
export function describeTagResource(resource: TagResource): string {
  switch (resource.type) {
    case 'LF_TAG':
      return `LF-tag ${resource.key}=${resource.value}`;
    case 'LF_TAG_EXPRESSION':
      return `LF-tag expression ${resource.name}`;
    case 'LF_TAG_POLICY':
      return `${resource.of === 'TABLE' ? 'tables' : 'databases'} tagged ${describeExpression(resource.expression)}`;
  }
}
