export type {
  Column,
  DatabaseDefinition,
  LinkTarget,
  StorageDescriptor,
  TableDefinition,
} from './documents.ts';
export type { Catalog } from './catalog/catalog.ts';
export * from './catalog/catalogs.ts';
export * from './classifier/classifier.ts';
export * from './classifier/classifiers.ts';
export type {
  AuthenticationConfiguration,
  Connection,
  ConnectionDefinition,
  ConnectionRef,
} from './connection/connection.ts';
export * from './connection/connections.ts';
export type { PostgresTarget } from './connection/postgres-target.ts';
export { isSecretProperty } from './connection/secrets.ts';
export * from './connection/test-connection.ts';
export * from './database/databases.ts';
export type { Database } from './database/database.ts';
export { isStorableText } from './documents.ts';
export * from './encryption-settings/encryption-settings.ts';
export * from './encryption-settings/put-encryption-settings.ts';
export * from './function/function.ts';
export * from './function/functions.ts';
export type { CreateIcebergTableInput, IcebergInput } from './iceberg/iceberg-input.ts';
export * from './partition/get-partitions.ts';
export * from './partition/partition.ts';
export * from './partition/partitions.ts';
export * from './partition-index/build-partition-index.ts';
export * from './partition-index/partition-index.ts';
export * from './partition-index/partition-indexes.ts';
export { authorizeTable, databaseRef, type DatabaseRef, tableRef, type TableRef } from './reference.ts';
export * from './resource-policy/resource-policies.ts';
export type { ResourcePolicy } from './resource-policy/resource-policy.ts';
export * from './security-configuration/security-configurations.ts';
export type {
  EncryptionConfiguration,
  SecurityConfiguration,
} from './security-configuration/security-configuration.ts';
export { indexTablesForSearch } from './search/index-tables.ts';
export { COMPARATORS, type SearchFilter } from './search/search-rule.ts';
export * from './search/search-tables.ts';
export { RESOURCE_SHARE_TYPES, type ResourceShareType } from './share-type.ts';
export type * from './statistics/column-statistics.ts';
export { decimalText, parseDecimal } from './statistics/decimal-text.ts';
export * from './statistics/statistics.ts';
export * from './tag/resource-tags.ts';
export { MAX_TAGS, type TaggedResource, type Tags } from './tag/tag.ts';
export * from './tag/tags.ts';
export type { Table } from './table/table.ts';
export * from './table/create-table.ts';
export * from './table/get-tables.ts';
export * from './table/tables.ts';
export * from './table/table-versions.ts';
export * from './table/trim-table-versions.ts';
export { insufficient, permitTable } from './permission.ts';
export { type PermittedTable, requireTable } from './table/require-table.ts';
export { visibleEvents } from './visible-events.ts';
export { holdTable, lookUpDatabase, lookUpTable, lookUpTables } from './lookup.ts';
export * from './catalog-document/catalog-document.ts';
export * from './catalog-document/catalog-documents.ts';
export type { ReadCatalog, ReadDatabase, ReadTable } from './catalog-document/read-catalog.ts';
export { checkedCompatibility } from './schema-registry/compatibility.ts';
export { checkedDataFormat } from './schema-registry/definition.ts';
export type { PatchOperation } from './schema-registry/json-patch.ts';
export type { Metadata, MetadataPair } from './schema-registry/metadata.repository.ts';
export {
  type AskedRegistry,
  type AskedSchema,
  checkedDescription,
  checkedNewTags,
  checkedRegistryName,
  checkedSchemaName,
  registrySchemaRef,
  type RegistrySchemaRef,
  schemaRegistryRef,
  type SchemaRegistryRef,
} from './schema-registry/parameters.ts';
export * from './schema-registry/registries.ts';
export * from './schema-registry/schema-registry.ts';
export * from './schema-registry/schema-version-metadata.ts';
export * from './schema-registry/schema-versions.ts';
export * from './schema-registry/schemas.ts';
export {
  type AskedVersion,
  type AskedVersionNumber,
  type FoundVersion,
  schemaVersionRef,
  type SchemaVersionRef,
  versionChoice,
  type VersionChoice,
} from './schema-registry/version-ref.ts';
