import { type CatalogEvent, type Change, type Id, notFound } from '@lakewarden/kernel';

import type { Column, LinkTarget, TableDefinition } from '../documents.ts';
import type { PartitionIndex } from '../partition-index/partition-index.ts';

/** A partition key as declared; its name is folded. */
export interface PartitionKeyColumn extends Column {
  readonly Name: string;
  readonly Type: string;
}

export interface Table {
  readonly id: Id<'Table'>;
  /** Carried by partitions in place of the id: a table is 8 bytes in each of ten million rows. */
  readonly no: string;
  readonly databaseId: Id<'Database'>;
  readonly catalogId: string;
  readonly database: string;
  readonly name: string;
  /** Rises by one with every UpdateTable, from 0 (spec/catalog.md §16). */
  readonly versionId: string;
  readonly definition: TableDefinition;
  readonly partitionKeys: readonly PartitionKeyColumn[];
  /** As the client gave them: absent and empty differ for some. */
  readonly hasPartitionKeys: boolean;
  readonly linkTarget?: LinkTarget;
  /** Of what reads answer: its data lies in a registered location. */
  readonly isRegistered?: true;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What reads of partitions need to know of a table; cached until either changes. */
export interface TableWithIndexes {
  readonly table: Table;
  readonly indexes: readonly PartitionIndex[];
}

/** The one wording for a table that is not there (spec/catalog.md §15). */
export const noSuchTable = (name: string) => notFound(`Table ${name} not found.`);

type ChangedTable = Pick<Table, 'id' | 'catalogId' | 'databaseId' | 'database' | 'name' | 'versionId'>;

const changeOf = (
  kind: Change['kind'],
  table: ChangedTable,
  event: Pick<CatalogEvent, 'kind' | 'type' | 'partitions' | 'previousPartitions' | 'partitionIndex'>,
): Change => ({
  accountId: table.catalogId,
  kind,
  subjectId: table.id,
  event: {
    ...event,
    databaseId: table.databaseId,
    database: table.database,
    tableId: table.id,
    table: table.name,
    versionId: table.versionId,
  },
});

export const tableChange = (table: ChangedTable, type: CatalogEvent['type']): Change =>
  changeOf('table', table, { kind: 'TABLE', type });

/** @param previous what each of them had before, where it has moved */
export const partitionChange = (
  table: ChangedTable,
  type: CatalogEvent['type'],
  partitions: readonly (readonly string[])[],
  previous?: readonly (readonly string[])[],
): Change =>
  changeOf('partition', table, {
    kind: 'PARTITION',
    type,
    partitions,
    ...(previous !== undefined && { previousPartitions: previous }),
  });

export const indexChange = (
  table: ChangedTable,
  type: CatalogEvent['type'],
  { id, name, status }: Pick<PartitionIndex, 'id' | 'name' | 'status'>,
): Change =>
  changeOf('partition-index', table, { kind: 'PARTITION_INDEX', type, partitionIndex: { id, name, status } });

/** A step of a build: the index has come further, and is what it was. */
export const indexProgress = (table: Pick<Table, 'id' | 'catalogId'>): Change => ({
  accountId: table.catalogId,
  kind: 'partition-index',
  subjectId: table.id,
});
