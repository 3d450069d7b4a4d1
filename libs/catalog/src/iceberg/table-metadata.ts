import { invalid } from '@lakewarden/kernel';

import type { Column } from '../documents.ts';
import { fromHiveType } from './hive-type.ts';
import type { CreateIcebergTableInput, FieldInput, IcebergInput } from './iceberg-input.ts';
import {
  hiveTypeOf,
  type IcebergField,
  readIcebergType,
  type SchemaEntry,
  schemaEntries,
} from './iceberg-type.ts';
import { refuseUnfitTransform } from './transform.ts';

export interface FirstMetadata {
  readonly location: string;
  /** Of the file, as Iceberg's own catalogs name it. */
  readonly path: string;
  readonly text: string;
  /** As Glue shows them. */
  readonly columns: readonly Column[];
}

export interface MetadataFacts {
  readonly tableUuid: string;
  readonly fileUuid: string;
  readonly nowMs: number;
}

/** Partition fields are numbered from here, apart from the schema's (Iceberg table spec, "Partition Evolution"). */
const FIRST_PARTITION_FIELD_ID = 1000;

/** @throws InvalidInputException */
function formatVersion(text = '2'): 1 | 2 {
  if (text === '1') return 1;
  if (text === '2') return 2;
  throw invalid(`Version ${text} of Iceberg's format is not written by this server: ask for 1 or 2.`);
}

function fieldOf(field: FieldInput): IcebergField {
  // Defaults came with format 3.
  if (field.InitialDefault !== undefined || field.WriteDefault !== undefined) {
    throw invalid(`Field ${field.Name} has a default value, which Iceberg's formats 1 and 2 do not know.`);
  }
  return {
    id: field.Id,
    name: field.Name,
    required: field.Required,
    type: readIcebergType(field.Type, field.Name),
    ...(field.Doc !== undefined && { doc: field.Doc }),
  };
}

/** Columns that a client gave in Hive's terms, as Iceberg's. Top-level fields are numbered first, as Iceberg does. */
function fieldsOfColumns(columns: readonly Column[]): IcebergField[] {
  let lastId = columns.length;
  const nextId = () => (lastId += 1);
  return columns.map((column, i) => ({
    id: i + 1,
    name: column.Name,
    required: false,
    type: fromHiveType(column.Type ?? 'string', column.Name, nextId),
    ...(column.Comment !== undefined && { doc: column.Comment }),
  }));
}

/** @throws InvalidInputException an id or a name is there twice */
function entriesById(fields: readonly IcebergField[]): ReadonlyMap<number, SchemaEntry> {
  const byId = new Map<number, SchemaEntry>();
  const paths = new Set<string>();
  for (const entry of schemaEntries(fields)) {
    if (byId.has(entry.id)) throw invalid(`The schema has the field id ${String(entry.id)} twice.`);
    if (paths.has(entry.path)) throw invalid(`The schema has the field ${entry.path} twice.`);
    byId.set(entry.id, entry);
    paths.add(entry.path);
  }
  return byId;
}

/** Iceberg table spec, "Identifier Field IDs". */
function refuseUnfitIdentifiers(ids: readonly number[], schema: ReadonlyMap<number, SchemaEntry>): void {
  for (const id of ids) {
    const field = schema.get(id);
    if (
      field === undefined ||
      !field.required ||
      field.isRepeated ||
      typeof field.type !== 'string' ||
      ['float', 'double'].includes(field.type)
    ) {
      throw invalid(
        `Identifier field ${String(id)} has to be a required field of a primitive type other than float and double.`,
      );
    }
  }
}

function partitionFields(
  spec: CreateIcebergTableInput['PartitionSpec'],
  schema: ReadonlyMap<number, SchemaEntry>,
) {
  const given = spec?.Fields ?? [];
  let lastId = Math.max(FIRST_PARTITION_FIELD_ID - 1, ...given.map(({ FieldId: id = 0 }) => id));
  const names = new Set<string>();
  const ids = new Set<number>();
  const columns = new Map([...schema.values()].map((entry) => [entry.path, entry.id]));
  return given.map(({ SourceId: sourceId, Transform: transform, Name: name, FieldId }) => {
    refuseUnfitTransform(`Partition field ${name}`, transform, sourceId, schema);
    const column = columns.get(name);
    if (names.has(name) || (column !== undefined && !(transform === 'identity' && column === sourceId))) {
      throw invalid(`Partition field ${name} has a name that is taken.`);
    }
    names.add(name);
    const id = FieldId ?? (lastId += 1);
    if (ids.has(id)) throw invalid(`Two partition fields have the id ${String(id)}.`);
    ids.add(id);
    return { 'source-id': sourceId, 'field-id': id, transform, name };
  });
}

function sortFields(order: CreateIcebergTableInput['WriteOrder'], schema: ReadonlyMap<number, SchemaEntry>) {
  return (order?.Fields ?? []).map((field) => {
    refuseUnfitTransform('WriteOrder', field.Transform, field.SourceId, schema);
    return {
      transform: field.Transform,
      'source-id': field.SourceId,
      direction: field.Direction,
      'null-order': field.NullOrder,
    };
  });
}

const toColumn = (field: IcebergField): Column => ({
  Name: field.name,
  Type: hiveTypeOf(field.type),
  ...(field.doc !== undefined && { Comment: field.doc }),
  // What Iceberg's own GlueCatalog writes beside each column (spec/catalog.md §11).
  Parameters: {
    'iceberg.field.current': 'true',
    'iceberg.field.id': String(field.id),
    'iceberg.field.optional': String(!field.required),
  },
});

/**
 * A new table's first metadata, without a snapshot (Iceberg table spec, appendix C). Schema, partition spec and sort
 * order get the numbers that a first one has; field ids stay as the client gave them.
 *
 * @param columns the TableInput's, for a client that says all in Hive's terms
 * @throws InvalidInputException naming what does not fit
 */
export function firstMetadata(
  input: IcebergInput,
  table: { readonly location: string; readonly columns: readonly Column[] },
  { tableUuid, fileUuid, nowMs }: MetadataFacts,
): FirstMetadata {
  const version = formatVersion(input.Version);
  const asked = input.CreateIcebergTableInput;
  const fields = asked === undefined ? fieldsOfColumns(table.columns) : asked.Schema.Fields.map(fieldOf);
  if (fields.length === 0) throw invalid('An Iceberg table has at least one column.');
  const schema = entriesById(fields);
  const identifiers = asked?.Schema.IdentifierFieldIds ?? [];
  refuseUnfitIdentifiers(identifiers, schema);
  const partition = partitionFields(asked?.PartitionSpec, schema);
  const sort = sortFields(asked?.WriteOrder, schema);
  const sortOrderId = sort.length === 0 ? 0 : 1;
  const current = {
    type: 'struct',
    'schema-id': 0,
    ...(identifiers.length > 0 && { 'identifier-field-ids': identifiers }),
    fields,
  };

  const metadata = {
    'format-version': version,
    'table-uuid': tableUuid,
    location: table.location,
    ...(version === 2 && { 'last-sequence-number': 0 }),
    'last-updated-ms': nowMs,
    'last-column-id': Math.max(...schema.keys()),
    ...(version === 1 && { schema: current }),
    'current-schema-id': 0,
    schemas: [current],
    ...(version === 1 && { 'partition-spec': partition }),
    'default-spec-id': 0,
    'partition-specs': [{ 'spec-id': 0, fields: partition }],
    'last-partition-id': Math.max(
      FIRST_PARTITION_FIELD_ID - 1,
      ...partition.map((field) => field['field-id']),
    ),
    'default-sort-order-id': sortOrderId,
    'sort-orders': [{ 'order-id': sortOrderId, fields: sort }],
    properties: asked?.Properties ?? {},
    'current-snapshot-id': -1,
    refs: {},
    snapshots: [],
    statistics: [],
    'partition-statistics': [],
    'snapshot-log': [],
    'metadata-log': [],
  };
  return {
    location: table.location,
    path: `metadata/00000-${fileUuid}.metadata.json`,
    text: JSON.stringify(metadata, undefined, 2),
    columns: fields.map(toColumn),
  };
}
