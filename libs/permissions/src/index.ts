export { dataPermissions } from './decision/decide.ts';
export {
  batchGrantPermissions,
  type BatchEntry,
  type BatchFailure,
  type GrantEntry,
  grantPermissions,
} from './grant/grant-permissions.ts';
export type { GrantResource } from './grant/granted-resource.ts';
export {
  type HeldPermissions,
  type ListedType,
  type ListPermissions,
  listPermissions,
} from './grant/list-permissions.ts';
export type { GrantBounds } from './condition/grant-bounds.ts';
export * from './location/data-locations.ts';
export type { DataLocation } from './location/data-location.ts';
export { LOCATION_FIELDS, LOCATION_OPERATORS } from './location/location-filter.ts';
export { getEffectivePermissionsForPath } from './location/permissions-for-path.ts';
export type { ListedOptIn } from './hybrid/opt-in.ts';
export { createOptIn, deleteOptIn, listOptIns, type OptInEntry } from './hybrid/opt-ins.ts';
export { arnOfPlace, placeOfArn } from './location/location-path.ts';
export { batchRevokePermissions, revokePermissions } from './grant/revoke-permissions.ts';
export type { DataLakeSettings, DefaultPermissions } from './settings/data-lake-settings.ts';
export {
  getDataLakeSettings,
  putDataLakeSettings,
  type PutDataLakeSettings,
  updateDataLakeSettings,
  type UpdateDataLakeSettings,
} from './settings/put-data-lake-settings.ts';
export type { DataCellsFilter, FilterColumns } from './filter/data-cells-filter.ts';
export {
  createDataCellsFilter,
  deleteDataCellsFilter,
  type FilterInput,
  type FilterRef,
  getDataCellsFilter,
  listDataCellsFilter,
  type ListDataCellsFilter,
  MAX_FILTERS_PER_TABLE,
  updateDataCellsFilter,
  type UpdateDataCellsFilter,
} from './filter/data-cells-filters.ts';
export { MAX_ROW_EXPRESSION_CHARS } from './filter/row-expression.ts';
export {
  type EngineRequest,
  getUnfilteredPartitionMetadata,
  getUnfilteredPartitionsMetadata,
  getUnfilteredTableMetadata,
  PERMISSION_TYPES,
  type UnfilteredTable,
} from './unfiltered/get-unfiltered.ts';
export { explain, type Explain, type Explanation } from './explain/explain.ts';
export { type ExplainedResource, toExplained } from './explain/explained-resource.ts';
export { seesLake } from './sees-lake.ts';
export type { ListedTags } from './tag/listed-tags.repository.ts';
export type { TagCondition, TagExpression } from './tag/expression.ts';
export type { LFTag, SavedExpression } from './tag/lf-tag.ts';
export {
  createLFTag,
  deleteLFTag,
  getLFTag,
  listLFTagsPage as listLFTags,
  updateLFTag,
} from './tag/lf-tags.ts';
export { type CarriedTag, type CarriedTags, carriedByColumn, getCarriedTags } from './tag/carried-tags.ts';
export { getResourceLFTags, type ResourceTags, type TagList } from './tag/resource-tags.ts';
export {
  type FoundDatabase,
  type FoundTable,
  searchDatabasesByLFTags,
  searchTablesByLFTags,
} from './tag/search-by-tags.ts';
export {
  createLFTagExpression,
  deleteLFTagExpression,
  getLFTagExpression,
  listLFTagExpressions,
  updateLFTagExpression,
} from './tag/tag-expressions.ts';
export { addLFTagsToResource, removeLFTagsFromResource, type TagFailure } from './tag/tag-resource.ts';
export { whoCan, type WhoCan } from './explain/who-can.ts';
export { MAX_CHANGES, MAX_QUESTIONS, whatIf, type WhatIf, type WhatIfAnswer } from './explain/what-if.ts';
export type { TriedChange } from './explain/tried-change.ts';
