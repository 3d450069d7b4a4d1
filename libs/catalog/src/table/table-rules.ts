import { invalid } from '@lakewarden/kernel';

import type { Column, LinkTarget, TableDefinition } from '../documents.ts';
import { foldName } from '../names.ts';
import type { PartitionKeyColumn } from './table.ts';

/** What a client says a table is. */
export interface TableInput {
  readonly definition: TableDefinition;
  readonly partitionKeys?: readonly Column[] | undefined;
  readonly linkTarget?: LinkTarget | undefined;
}

const COMPLEX_TYPE = /^\s*(?:array|map|struct|uniontype)\b/i;

/**
 * Partition keys: primitive, named once, without Parameters; their names are folded (spec/catalog.md §2, §4).
 * @throws InvalidInputException
 */
export function partitionKeyColumns(keys: readonly Column[] = []): PartitionKeyColumn[] {
  const seen = new Set<string>();
  return keys.map((key) => {
    const name = foldName(key.Name);
    if (seen.has(name)) throw invalid(`Partition key ${name} is named more than once.`);
    seen.add(name);
    if (key.Parameters !== undefined) throw invalid('Parameters not supported for partition columns');
    const type = key.Type ?? 'string';
    if (COMPLEX_TYPE.test(type)) {
      throw invalid(`Partition key ${name} has type ${type}: only primitive types can partition a table.`);
    }
    return { ...key, Name: name, Type: type };
  });
}

/** @throws InvalidInputException a link that carries a table's own parts, or points at no table */
export function refuseUnfitLink(input: TableInput): void {
  if (input.linkTarget === undefined) return;
  if (input.linkTarget.Name === undefined) throw invalid('TargetTable names no table.');
  if (input.definition.StorageDescriptor !== undefined || (input.partitionKeys?.length ?? 0) > 0) {
    throw invalid(
      'A resource link has no StorageDescriptor and no PartitionKeys of its own: leave them out.',
    );
  }
}

const VERSION = /^\d{1,18}$/;

/** @throws InvalidInputException */
export function versionNumber(text: string): string {
  if (!VERSION.test(text)) throw invalid(`Version ${text} is not an integer.`);
  return BigInt(text).toString();
}
