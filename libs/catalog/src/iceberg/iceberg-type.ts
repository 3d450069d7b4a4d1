import { invalid } from '@lakewarden/kernel';
import { z } from 'zod';

/** A type as Iceberg's JSON has it (Iceberg table spec, appendix C). */
export type IcebergType = string | IcebergStruct | IcebergList | IcebergMap;

export interface IcebergField {
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: IcebergType;
  readonly doc?: string | undefined;
}

export interface IcebergStruct {
  readonly type: 'struct';
  readonly fields: readonly IcebergField[];
}

export interface IcebergList {
  readonly type: 'list';
  readonly 'element-id': number;
  readonly element: IcebergType;
  readonly 'element-required': boolean;
}

export interface IcebergMap {
  readonly type: 'map';
  readonly 'key-id': number;
  readonly key: IcebergType;
  readonly 'value-id': number;
  readonly value: IcebergType;
  readonly 'value-required': boolean;
}

const MAX_ID = 2_147_483_647;
const MAX_DECIMAL_PRECISION = 38;
/** Deeper types are nobody's; the bound keeps recursion off the stack's end. */
export const MAX_TYPE_DEPTH = 50;

/** What formats 1 and 2 know. */
const PRIMITIVE =
  /^(?:boolean|int|long|float|double|date|time|timestamp|timestamptz|string|uuid|binary|fixed\[[1-9]\d{0,8}\]|decimal\(\d{1,2}, ?\d{1,2}\))$/;
const DECIMAL = /^decimal\((\d+), ?(\d+)\)$/;

const isPrimitive = (type: string): boolean => {
  if (!PRIMITIVE.test(type)) return false;
  const [, precision = '1', scale = '0'] = DECIMAL.exec(type) ?? [];
  return (
    Number(precision) >= 1 && Number(precision) <= MAX_DECIMAL_PRECISION && Number(scale) <= Number(precision)
  );
};

const id = z.int().min(1).max(MAX_ID);

const structDocument = z.object({
  type: z.literal('struct'),
  fields: z.array(
    z.object({
      id,
      name: z.string().min(1).max(1024),
      required: z.boolean(),
      type: z.unknown(),
      doc: z.string().optional(),
    }),
  ),
});
const listDocument = z.object({
  type: z.literal('list'),
  'element-id': id,
  element: z.unknown(),
  'element-required': z.boolean(),
});
const mapDocument = z.object({
  type: z.literal('map'),
  'key-id': id,
  key: z.unknown(),
  'value-id': id,
  value: z.unknown(),
  'value-required': z.boolean(),
});
const nestedDocument = z.discriminatedUnion('type', [structDocument, listDocument, mapDocument]);

/**
 * A type that a client sent as a JSON document.
 * @throws InvalidInputException naming the field that it belongs to
 */
export function readIcebergType(document: unknown, field: string, depth = 0): IcebergType {
  if (depth > MAX_TYPE_DEPTH)
    throw invalid(`Field ${field.slice(0, 100)} has a type that is nested too deep.`);
  if (typeof document === 'string') {
    if (isPrimitive(document)) return document;
    throw invalid(`Field ${field} has the type ${document}, which Iceberg's formats 1 and 2 do not know.`);
  }
  const { success, data } = nestedDocument.safeParse(document);
  if (!success) {
    throw invalid(
      `Field ${field} has a type that is neither a name nor a struct, list or map with the ids of Iceberg's JSON.`,
    );
  }
  switch (data.type) {
    case 'struct':
      return {
        type: 'struct',
        fields: data.fields.map((each) => ({
          ...each,
          type: readIcebergType(each.type, `${field}.${each.name}`, depth + 1),
        })),
      };
    case 'list':
      return { ...data, element: readIcebergType(data.element, `${field}.element`, depth + 1) };
    case 'map':
      return {
        ...data,
        key: readIcebergType(data.key, `${field}.key`, depth + 1),
        value: readIcebergType(data.value, `${field}.value`, depth + 1),
      };
  }
}

/** The type as Glue's columns show it (Iceberg's IcebergToGlueConverter). */
export function hiveTypeOf(type: IcebergType): string {
  if (typeof type !== 'string') {
    switch (type.type) {
      case 'struct':
        return `struct<${type.fields.map((field) => `${field.name}:${hiveTypeOf(field.type)}`).join(',')}>`;
      case 'list':
        return `array<${hiveTypeOf(type.element)}>`;
      case 'map':
        return `map<${hiveTypeOf(type.key)},${hiveTypeOf(type.value)}>`;
    }
  }
  const [, precision, scale] = DECIMAL.exec(type) ?? [];
  if (precision !== undefined && scale !== undefined) return `decimal(${precision},${scale})`;
  if (type.startsWith('fixed[')) return 'binary';
  switch (type) {
    case 'long':
      return 'bigint';
    case 'time':
    case 'uuid':
      return 'string';
    case 'timestamptz':
      return 'timestamp';
    default:
      return type;
  }
}

/** One field of a schema, at any depth. */
export interface SchemaEntry {
  readonly id: number;
  /** `a.b`, `tags.element`, `counts.value`. */
  readonly path: string;
  readonly required: boolean;
  readonly type: IcebergType;
  /** Inside a list or map a field has many values a row, and can neither partition nor sort nor identify one. */
  readonly isRepeated: boolean;
}

/** All fields, depth first. */
export function* schemaEntries(
  fields: readonly IcebergField[],
  above = '',
  isRepeated = false,
): Generator<SchemaEntry> {
  for (const { id: fieldId, name, required, type } of fields) {
    const entry = { id: fieldId, path: above + name, required, type, isRepeated };
    yield entry;
    yield* entriesInside(entry);
  }
}

function* entriesInside({ path, type, isRepeated }: SchemaEntry): Generator<SchemaEntry> {
  if (typeof type === 'string') return;
  switch (type.type) {
    case 'struct':
      yield* schemaEntries(type.fields, `${path}.`, isRepeated);
      return;
    case 'list': {
      const element = {
        id: type['element-id'],
        path: `${path}.element`,
        required: type['element-required'],
        type: type.element,
        isRepeated: true,
      };
      yield element;
      yield* entriesInside(element);
      return;
    }
    case 'map': {
      const key = {
        id: type['key-id'],
        path: `${path}.key`,
        required: true,
        type: type.key,
        isRepeated: true,
      };
      const value = {
        id: type['value-id'],
        path: `${path}.value`,
        required: type['value-required'],
        type: type.value,
        isRepeated: true,
      };
      yield key;
      yield* entriesInside(key);
      yield value;
      yield* entriesInside(value);
    }
  }
}
