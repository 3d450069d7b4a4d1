import type { ResolvedResource } from '../grant/resolved-resource.ts';
import type { TagExpression } from './expression.ts';
import type { TagGrantedType } from './tag-grant.ts';
import { termsOf, type TermRows, toExpression } from './tag-expression.repository.ts';

/** What a grant on LF-tags is listed with, beside its columns: which are the values of a tag then. */
export interface ListedTags {
  readonly key?: string | undefined;
  readonly expression?: TagExpression | undefined;
  /** Of a saved expression. */
  readonly expressionName?: string | undefined;
}

/** Service model lakeformation, `DataLakeResourceType`. */
export const TAG_LISTED_TYPES = {
  LF_TAG: ['LF_TAG'],
  LF_TAG_POLICY: ['LF_TAG_POLICY_DATABASE', 'LF_TAG_POLICY_TABLE'],
  LF_TAG_POLICY_DATABASE: ['LF_TAG_POLICY_DATABASE'],
  LF_TAG_POLICY_TABLE: ['LF_TAG_POLICY_TABLE'],
  LF_NAMED_TAG_EXPRESSION: ['LF_TAG_EXPRESSION'],
} as const satisfies Readonly<Record<string, readonly TagGrantedType[]>>;

export interface ListedTagRow {
  readonly tag_key: string | null;
  readonly terms: TermRows | null;
  readonly expression_name: string | null;
}

/** Of a group `x` of grants. */
export const LISTED_TAGS = `
  (SELECT key FROM lf_tag WHERE lf_tag.id = x.tag_id) AS tag_key,
  CASE WHEN x.tag_expression_id IS NOT NULL THEN ${termsOf('x.tag_expression_id')} END AS terms,
  (SELECT name FROM lf_tag_expression e WHERE e.id = x.tag_expression_id AND e.digest = '') AS expression_name`;

export function toListedTags({
  tag_key: key,
  terms,
  expression_name: name,
}: ListedTagRow): ListedTags | undefined {
  if (key === null && terms === null) return undefined;
  return {
    key: key ?? undefined,
    expression: terms === null ? undefined : toExpression(terms),
    expressionName: name ?? undefined,
  };
}

/** Whether a grant `g` on tags is on no more than the asker's own, `mine`, which he may pass on. */
export const TAG_REACHES = `WHEN 'LF_TAG' THEN g.tag_id = mine.tag_id
    AND (mine.columns[2] = '*' OR g.columns[2] = mine.columns[2])
  WHEN 'LF_TAG_EXPRESSION' THEN g.resource_type = mine.resource_type AND g.tag_expression_id = mine.tag_expression_id
  WHEN 'LF_TAG_POLICY_DATABASE' THEN g.resource_type = mine.resource_type
    AND g.tag_expression_id = mine.tag_expression_id
  WHEN 'LF_TAG_POLICY_TABLE' THEN g.resource_type = mine.resource_type
    AND g.tag_expression_id = mine.tag_expression_id`;

/** Grants on just these tags and values, or on that expression. */
export function onTagCondition(rows: ResolvedResource['rows'], bind: (value: unknown) => string): string {
  const type = bind(rows[0]?.type);
  const things = bind(rows.map(({ columns }) => columns.join(' ')));
  const id = bind(rows[0]?.columns[0]);
  const column = rows[0]?.type === 'LF_TAG' ? 'tag_id' : 'tag_expression_id';
  return `g.${column} = ${id}::uuid AND g.resource_type = ${type} AND array_to_string(g.columns, ' ') = ANY (${things})`;
}
