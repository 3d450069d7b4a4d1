import { invalid, type WriteScope } from '@lakewarden/kernel';

import type { TableDefinition } from '../documents.ts';
import type { TableInput } from '../table/table-rules.ts';
import type { IcebergInput } from './iceberg-input.ts';
import { type FirstMetadata, firstMetadata } from './table-metadata.ts';

const withoutSlash = (location: string): string => location.replace(/(?<=[^/])\/+$/, '');

/** Where the table is to lie. @throws InvalidInputException it is said nowhere, or twice and differently */
function locationOf(input: IcebergInput, definition: TableDefinition): string {
  const asked = input.CreateIcebergTableInput?.Location;
  const described = definition.StorageDescriptor?.Location;
  const location = asked ?? described;
  if (location === undefined || location === '') throw invalid('An Iceberg table needs a Location.');
  if (asked !== undefined && described !== undefined && withoutSlash(asked) !== withoutSlash(described)) {
    throw invalid('CreateIcebergTableInput and StorageDescriptor name different locations.');
  }
  return withoutSlash(location);
}

/** What TableInput says that the metadata file could not hold, or that it says as well. */
function refuseUnfitTable(input: IcebergInput, table: TableInput): void {
  if (table.linkTarget !== undefined) throw invalid('A resource link has no table format of its own.');
  if (table.definition.Parameters?.['metadata_location'] !== undefined) {
    throw invalid('The table has a metadata_location already: leave OpenTableFormatInput out.');
  }
  if (
    input.CreateIcebergTableInput !== undefined &&
    (table.definition.StorageDescriptor?.Columns?.length ?? 0) > 0
  ) {
    throw invalid('The columns are those of CreateIcebergTableInput.Schema: leave them out of TableInput.');
  }
}

function refusePartitionKeys(table: TableInput): void {
  if ((table.partitionKeys?.length ?? 0) > 0) {
    throw invalid(
      'An Iceberg table has no PartitionKeys: say how it is partitioned in CreateIcebergTableInput.PartitionSpec.',
    );
  }
}

export interface IcebergTable {
  readonly definition: TableDefinition;
  /** Takes the metadata file back: the table is not made after all. */
  discard(): Promise<void>;
}

/**
 * Writes a new table's first metadata file, so that the table can point at it: the file is on the disk before the
 * transaction can commit, and a crash in between leaves a file that nothing points at.
 *
 * At a location that the server has no way to, a table in Hive's terms is only marked as Iceberg, for an engine to
 * write its metadata (docs/decisions/0004); a CreateIcebergTableInput, of which nothing would be kept, is refused.
 *
 * @throws InvalidInputException
 * @see spec/catalog.md §11
 */
export async function beginIcebergTable(
  scope: WriteScope,
  input: IcebergInput,
  table: TableInput,
): Promise<IcebergTable> {
  refuseUnfitTable(input, table);
  const { definition } = table;
  const asIceberg = { ...definition.Parameters, table_type: 'ICEBERG' };
  const location = locationOf(input, definition);
  if (!scope.files.reaches(location)) {
    if (input.CreateIcebergTableInput !== undefined) {
      throw invalid(
        `The server cannot write at ${location}: create the table with the engine, or at a file:// location.`,
      );
    }
    return { definition: { ...definition, Parameters: asIceberg }, discard: () => Promise.resolve() };
  }
  refusePartitionKeys(table);
  const columns = definition.StorageDescriptor?.Columns ?? [];
  const metadata: FirstMetadata = firstMetadata(
    input,
    { location, columns },
    { tableUuid: scope.newId(), fileUuid: scope.newId(), nowMs: scope.now.getTime() },
  );
  const metadataLocation = await scope.files.create(location, metadata.path, metadata.text);
  return {
    definition: {
      ...definition,
      TableType: definition.TableType ?? 'EXTERNAL_TABLE',
      Parameters: { ...asIceberg, metadata_location: metadataLocation },
      StorageDescriptor: { ...definition.StorageDescriptor, Columns: metadata.columns, Location: location },
    },
    discard: () => scope.files.discard(location, metadata.path),
  };
}
