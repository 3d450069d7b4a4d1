import { type Change, type Id, notFound } from '@lakewarden/kernel';

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

export const tableChange = (
  table: Pick<Table, 'id' | 'catalogId'>,
  kind: Change['kind'] = 'table',
): Change => ({
  accountId: table.catalogId,
  kind,
  subjectId: table.id,
});
