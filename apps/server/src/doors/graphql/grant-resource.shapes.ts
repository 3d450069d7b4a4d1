import { type Caller, invalid } from '@lakewarden/kernel';
import type { GrantResource, HeldPermissions } from '@lakewarden/permissions';
import { z } from 'zod';

import { catalogId, nameString } from '../aws/glue/shapes.ts';
import { columnNames, grantResource, resourceArn, type ResourceShape } from '../aws/lakeformation/shapes.ts';
import { tagKey, tagValues } from '../aws/lakeformation/tag-shapes.ts';

const MAX_TERMS = 50;

const tag = z.object({ key: tagKey, values: tagValues });
const tagPolicy = z.object({
  resourceType: z.enum(['DATABASE', 'TABLE']),
  expression: z.array(tag).max(MAX_TERMS).nullish(),
  expressionName: nameString.nullish(),
});

export const grantedResource = z.object({
  catalogId: catalogId.nullable(),
  database: nameString.nullish(),
  table: nameString.nullish(),
  allTables: z.boolean().nullish(),
  columns: columnNames.nullish(),
  exceptColumns: columnNames.nullish(),
  dataCellsFilter: nameString.nullish(),
  dataLocation: resourceArn.nullish(),
  lfTag: tag.nullish(),
  lfTagPolicy: tagPolicy.nullish(),
  lfTagExpression: nameString.nullish(),
});
export type GrantedResourceInput = z.output<typeof grantedResource>;

type TagPolicyInput = z.output<typeof tagPolicy>;

const toTag = ({ key, values }: z.output<typeof tag>) => ({ TagKey: key, TagValues: values });

const toTagPolicy = (CatalogId: string | undefined, asked: TagPolicyInput): ResourceShape => ({
  LFTagPolicy: {
    CatalogId,
    ResourceType: asked.resourceType,
    Expression: asked.expression?.map(toTag),
    ExpressionName: asked.expressionName ?? undefined,
  },
});

/**
 * What is not of a database.
 * @param parts what is named of a database or table besides them
 * @throws InvalidInputException two things are named at once
 */
function apartOf(named: GrantedResourceInput, parts: number): ResourceShape | undefined {
  const { dataLocation, lfTag, lfTagPolicy, lfTagExpression } = named;
  const CatalogId = named.catalogId ?? undefined;
  const apart: ResourceShape[] = [
    ...(typeof dataLocation === 'string' ? [{ DataLocation: { CatalogId, ResourceArn: dataLocation } }] : []),
    ...(lfTag ? [{ LFTag: { CatalogId, ...toTag(lfTag) } }] : []),
    ...(lfTagPolicy ? [toTagPolicy(CatalogId, lfTagPolicy)] : []),
    ...(typeof lfTagExpression === 'string'
      ? [{ LFTagExpression: { CatalogId, Name: lfTagExpression } }]
      : []),
  ];
  const [first] = apart;
  if (first === undefined) return undefined;
  const isMore = parts > 0 || typeof named.database === 'string' || typeof named.table === 'string';
  if (apart.length > 1 || isMore) {
    throw invalid(
      'A resource takes one of database, dataLocation, lfTag, lfTagPolicy and lfTagExpression, or none for the catalog.',
    );
  }
  return first;
}

/** As Lake Formation's own door names it. @throws InvalidInputException two things are named at once */
function shapeOf(named: GrantedResourceInput): ResourceShape {
  const { catalogId: owner, database, table, allTables, columns, exceptColumns, dataCellsFilter } = named;
  const CatalogId = owner ?? undefined;
  const parts = [allTables === true, columns, exceptColumns, dataCellsFilter].filter((part) => Boolean(part));
  if (parts.length > 1) {
    throw invalid('A resource takes one of allTables, columns, exceptColumns and dataCellsFilter.');
  }
  const apart = apartOf(named, parts.length);
  if (typeof database !== 'string') {
    if (typeof table === 'string' || parts.length > 0) throw invalid('A table is named with its database.');
    return apart ?? { Catalog: { Id: CatalogId } };
  }
  if (typeof table !== 'string') {
    if (allTables === true) return { Table: { CatalogId, DatabaseName: database, TableWildcard: {} } };
    if (parts.length > 0) throw invalid('Columns and filters are named with their table.');
    return { Database: { CatalogId, Name: database } };
  }
  if (allTables === true) throw invalid('A resource takes a table or allTables.');
  const of = { CatalogId, DatabaseName: database, Name: table };
  if (Array.isArray(columns)) return { TableWithColumns: { ...of, ColumnNames: columns } };
  if (Array.isArray(exceptColumns)) {
    return { TableWithColumns: { ...of, ColumnWildcard: { ExcludedColumnNames: exceptColumns } } };
  }
  if (typeof dataCellsFilter !== 'string') return { Table: of };
  return {
    DataCellsFilter: {
      TableCatalogId: CatalogId,
      DatabaseName: database,
      TableName: table,
      Name: dataCellsFilter,
    },
  };
}

/** @throws InvalidInputException unless just one thing is named */
export const toGrantResource = (named: GrantedResourceInput, caller: Caller): GrantResource =>
  grantResource(shapeOf(named), caller);

/** The members that name it, beside its catalog. */
function resourceMembers(
  held: HeldPermissions,
): { readonly type: string } & Readonly<Record<string, unknown>> {
  const { database, table, columns, tags } = held;
  switch (held.type) {
    case 'CATALOG':
      return { type: 'CATALOG' };
    case 'DATABASE':
      return { type: 'DATABASE', database };
    case 'TABLE':
      return { type: 'TABLE', database, table };
    case 'TABLE_WILDCARD':
      return { type: 'ALL_TABLES', database, allTables: true };
    case 'COLUMNS':
      return { type: 'COLUMNS', database, table, columns };
    case 'COLUMNS_EXCEPT':
      return { type: 'COLUMNS_EXCEPT', database, table, exceptColumns: columns };
    case 'FILTER':
      return { type: 'DATA_CELLS_FILTER', database, table, dataCellsFilter: held.filter };
    case 'DATA_LOCATION':
      return { type: 'DATA_LOCATION', dataLocation: columns[0] };
    case 'LF_TAG':
      return { type: 'LF_TAG', lfTag: { key: tags?.key, values: columns } };
    case 'LF_TAG_EXPRESSION':
      return { type: 'LF_TAG_EXPRESSION', lfTagExpression: tags?.expressionName };
    case 'LF_TAG_POLICY_DATABASE':
    case 'LF_TAG_POLICY_TABLE': {
      const { expression, expressionName } = tags ?? {};
      const resourceType = held.type === 'LF_TAG_POLICY_TABLE' ? 'TABLE' : 'DATABASE';
      // Of a saved expression the name alone, as ListPermissions has it: what it says is for those who may describe it.
      const said = expressionName === undefined ? { expression } : { expressionName };
      return { type: 'LF_TAG_POLICY', lfTagPolicy: { resourceType, ...said } };
    }
  }
}

export const toHeldNode = (held: HeldPermissions) => ({
  principal: held.principal,
  resource: { catalogId: held.catalogId, ...resourceMembers(held) },
  permissions: held.permissions,
  permissionsWithGrantOption: held.withGrantOption,
  condition: held.condition,
  validFrom: held.validFrom,
  validUntil: held.validUntil,
  grantedBy: held.lastUpdatedBy,
  grantedAt: held.lastUpdatedAt,
});
