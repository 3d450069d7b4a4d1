import { type Caller, invalid } from '@lakewarden/kernel';
import type {
  GrantResource,
  HeldPermissions,
  ResourceTags,
  TagExpression,
  TagList,
} from '@lakewarden/permissions';
import { z } from 'zod';

import { catalogId, nameString } from '../glue/shapes.ts';

/** The use cases say what is too long, in the asker's own terms; this only bounds what is read. */
export const MAX_TEXT = 1024;
export const MAX_ITEMS = 1_000;

export const tagKey = z.string().max(MAX_TEXT);
export const tagValues = z.array(z.string().max(MAX_TEXT)).max(MAX_ITEMS);
export const tagExpression = z.array(z.object({ TagKey: tagKey, TagValues: tagValues })).max(MAX_ITEMS);

/** Of `Resource` (service model lakeformation), what is of LF-tags. */
export const tagResources = {
  LFTag: z.object({ CatalogId: catalogId, TagKey: tagKey, TagValues: tagValues }).optional(),
  LFTagPolicy: z
    .object({
      CatalogId: catalogId,
      ResourceType: z.enum(['DATABASE', 'TABLE']),
      Expression: tagExpression.optional(),
      ExpressionName: nameString.optional(),
    })
    .optional(),
  LFTagExpression: z.object({ CatalogId: catalogId, Name: nameString }).optional(),
};
type TagResourceShape = z.output<z.ZodObject<typeof tagResources>>;

export const toExpression = (given: z.output<typeof tagExpression>): TagExpression =>
  given.map(({ TagKey, TagValues }) => ({ key: TagKey, values: TagValues }));

/** @throws InvalidInputException */
export function tagGrantResource(
  { LFTag, LFTagPolicy, LFTagExpression }: TagResourceShape,
  caller: Caller,
): GrantResource | undefined {
  if (LFTag !== undefined) {
    if (LFTag.TagValues.length === 0) throw invalid('LFTag: TagValues names no value.');
    const { CatalogId, TagKey, TagValues } = LFTag;
    return { kind: 'LFTag', catalogId: CatalogId ?? caller.accountId, key: TagKey, values: TagValues };
  }
  if (LFTagPolicy !== undefined) {
    const { CatalogId, ResourceType, Expression, ExpressionName } = LFTagPolicy;
    if ((Expression === undefined) === (ExpressionName === undefined)) {
      throw invalid('LFTagPolicy takes an Expression or an ExpressionName, one of the two.');
    }
    return {
      kind: 'LFTagPolicy',
      catalogId: CatalogId ?? caller.accountId,
      of: ResourceType,
      expression: ExpressionName === undefined ? toExpression(Expression ?? []) : { name: ExpressionName },
    };
  }
  if (LFTagExpression === undefined) return undefined;
  const { CatalogId, Name } = LFTagExpression;
  return { kind: 'LFTagExpression', catalogId: CatalogId ?? caller.accountId, name: Name };
}

export const fromExpression = (expression: TagExpression) =>
  expression.map(({ key, values }) => ({ TagKey: key, TagValues: values }));

/** What is held on LF-tags, as ListPermissions names it. */
export function toTagResource({ type, catalogId: CatalogId, columns, tags }: HeldPermissions): object {
  const { key, expression = [], expressionName } = tags ?? {};
  if (type === 'LF_TAG') return { LFTag: { CatalogId, TagKey: key, TagValues: columns } };
  if (type === 'LF_TAG_EXPRESSION') return { LFTagExpression: { CatalogId, Name: expressionName } };
  return {
    LFTagPolicy: {
      CatalogId,
      ResourceType: type === 'LF_TAG_POLICY_TABLE' ? 'TABLE' : 'DATABASE',
      ...(expressionName === undefined
        ? { Expression: fromExpression(expression) }
        : { ExpressionName: expressionName }),
    },
  };
}

const toPairs = (CatalogId: string, tags: TagList) =>
  tags.map(({ key, value }) => ({ CatalogId, TagKey: key, TagValues: [value] }));

/** Lists that hold nothing are left out, as AWS does. */
export const toResourceTags = (catalog: string, { database, table, columns }: ResourceTags) => ({
  ...(database.length > 0 && { LFTagOnDatabase: toPairs(catalog, database) }),
  ...(table.length > 0 && { LFTagsOnTable: toPairs(catalog, table) }),
  ...(columns.length > 0 && {
    LFTagsOnColumns: columns.map(({ name, tags }) => ({ Name: name, LFTags: toPairs(catalog, tags) })),
  }),
});
