import type { Id } from '@lakewarden/kernel';

/** In the order of Glue's model; the default is BACKWARD (spec/catalog.md §13). */
export const COMPATIBILITIES = [
  'NONE',
  'DISABLED',
  'BACKWARD',
  'BACKWARD_ALL',
  'FORWARD',
  'FORWARD_ALL',
  'FULL',
  'FULL_ALL',
] as const;
export type Compatibility = (typeof COMPATIBILITIES)[number];

export const DATA_FORMATS = ['AVRO', 'JSON', 'PROTOBUF'] as const;
export type DataFormat = (typeof DATA_FORMATS)[number];

export interface SchemaRegistry {
  readonly id: Id<'SchemaRegistry'>;
  readonly catalogId: string;
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface RegistrySchema {
  readonly id: Id<'RegistrySchema'>;
  readonly registryId: SchemaRegistry['id'];
  readonly catalogId: string;
  readonly registry: string;
  readonly name: string;
  readonly arn: string;
  readonly registryArn: string;
  readonly description?: string;
  readonly dataFormat: DataFormat;
  readonly compatibility: Compatibility;
  /** Versions from this one on are what the *_ALL modes compare with; it cannot be deleted. */
  readonly checkpoint: number;
  /** The highest AVAILABLE one; absent in a schema that was made without a definition. */
  readonly latestVersion?: number;
  readonly nextVersion: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** FAILURE: it did not fit its predecessors. It keeps its number and its id, for whoever asks why. */
export type SchemaVersionStatus = 'AVAILABLE' | 'FAILURE';

export interface SchemaVersion {
  readonly id: Id<'SchemaVersion'>;
  readonly number: number;
  readonly status: SchemaVersionStatus;
  readonly createdAt: Date;
}

export interface SchemaVersionWithDefinition extends SchemaVersion {
  readonly definition: string;
}
