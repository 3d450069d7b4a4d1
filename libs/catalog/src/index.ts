export type {
  Column,
  DatabaseDefinition,
  LinkTarget,
  StorageDescriptor,
  TableDefinition,
} from './documents.ts';
export * from './database/databases.ts';
export type { Database } from './database/database.ts';
export { isStorableText } from './documents.ts';
export * from './partition/get-partitions.ts';
export * from './partition/partition.ts';
export * from './partition/partitions.ts';
export * from './partition-index/build-partition-index.ts';
export * from './partition-index/partition-index.ts';
export * from './partition-index/partition-indexes.ts';
export { databaseRef, type DatabaseRef, tableRef, type TableRef } from './reference.ts';
export type { Table } from './table/table.ts';
export * from './table/create-table.ts';
export * from './table/get-tables.ts';
export * from './table/tables.ts';
export * from './table/table-versions.ts';
export { lookUpDatabase, lookUpTable } from './lookup.ts';
