import protobuf from 'protobufjs';

import { DefinitionFault, faultsOf } from '../definition-fault.ts';

export type ProtobufLabel = 'single' | 'required' | 'repeated' | 'map';

export interface ProtobufField {
  readonly number: number;
  readonly name: string;
  readonly label: ProtobufLabel;
  /** `int32`, or the full name of a message or enum. */
  readonly type: string;
  readonly kind: 'scalar' | 'message' | 'enum';
  /** Of a map. */
  readonly keyType?: string;
  /** Full name; absent for the one that a proto3 `optional` brings along. */
  readonly oneof?: string;
}

export interface ProtobufMessage {
  readonly name: string;
  readonly fields: ReadonlyMap<number, ProtobufField>;
}

export interface ProtobufEnum {
  readonly name: string;
  readonly numbers: ReadonlySet<number>;
  /** proto2's: a number that it does not know is no value of it. */
  readonly isClosed: boolean;
}

export interface ProtobufFile {
  readonly messages: ReadonlyMap<string, ProtobufMessage>;
  readonly enums: ReadonlyMap<string, ProtobufEnum>;
  /** The descriptor in JSON, for differences to be shown in. */
  readonly descriptor: unknown;
}

function labelOf(field: protobuf.Field): ProtobufLabel {
  if (field instanceof protobuf.MapField) return 'map';
  if (field.repeated) return 'repeated';
  return field.required ? 'required' : 'single';
}

function kindOf({ resolvedType: type }: protobuf.Field): ProtobufField['kind'] {
  if (type === null) return 'scalar';
  return type instanceof protobuf.Enum ? 'enum' : 'message';
}

function toField(field: protobuf.Field): ProtobufField {
  const { resolvedType: type, partOf: oneof } = field;
  return {
    number: field.id,
    name: field.name,
    label: labelOf(field),
    type: type?.fullName ?? field.type,
    kind: kindOf(field),
    ...(field instanceof protobuf.MapField && { keyType: field.keyType }),
    ...(oneof !== null && !oneof.isProto3Optional && { oneof: oneof.fullName }),
  };
}

/** Undefined in a message that was made without, which the types do not say. */
const hasExtensions = ({ extensions }: { readonly extensions?: readonly unknown[] | null }): boolean =>
  (extensions ?? []).length > 0;

/** Glue takes proto2 and proto3 "without support for extensions or groups" (developer guide, Schema Registry). */
function refuseUnsupported(object: protobuf.ReflectionObject): void {
  const isExtension = object instanceof protobuf.Field && object.extend !== undefined;
  const isExtended = object instanceof protobuf.Type && hasExtensions(object);
  if (isExtension || isExtended) throw new DefinitionFault(`extensions are not supported (${object.name})`);
  if (object instanceof protobuf.Type && 'group' in object && object.group === true) {
    throw new DefinitionFault(`groups are not supported (${object.name})`);
  }
}

function everyObject(root: protobuf.Root): protobuf.ReflectionObject[] {
  const found: protobuf.ReflectionObject[] = [];
  const waiting: protobuf.ReflectionObject[] = [...root.nestedArray];
  for (let object = waiting.pop(); object !== undefined; object = waiting.pop()) {
    found.push(object);
    if (object instanceof protobuf.Namespace) waiting.push(...object.nestedArray);
  }
  return found;
}

/** Of the libraries only those that protobufjs carries in memory; nothing is read from anywhere. */
function addImports(root: protobuf.Root, imports: readonly string[]): void {
  for (const path of new Set(imports)) {
    const known = path.startsWith('google/protobuf/') ? protobuf.common.get(path) : null;
    if (known?.nested === undefined) {
      throw new DefinitionFault(
        `import ${path.slice(0, 200)} is none of the well-known types; others are not fetched`,
      );
    }
    root.addJSON(known.nested);
  }
}

/** @throws DefinitionFault */
export function parseProtobuf(text: string): ProtobufFile {
  return faultsOf(() => {
    if (protobuf.tokenize(text, false).next() === 'edition') {
      throw new DefinitionFault('editions are not supported: proto2 or proto3');
    }
    const { root, imports, weakImports } = protobuf.parse(text, new protobuf.Root(), { keepCase: true });
    const descriptor: unknown = root.toJSON();
    const own = everyObject(root);
    own.forEach(refuseUnsupported);
    if (!own.some((object) => object instanceof protobuf.Type))
      throw new DefinitionFault('it has no message');
    addImports(root, [...(imports ?? []), ...(weakImports ?? [])]);
    root.resolveAll();

    const objects = everyObject(root);
    const messages = objects.filter((object) => object instanceof protobuf.Type);
    const enums = objects.filter((object) => object instanceof protobuf.Enum);
    return {
      messages: new Map(messages.map((message) => [message.fullName, toMessage(message)])),
      enums: new Map(enums.map((each) => [each.fullName, toEnum(each)])),
      descriptor,
    };
  });
}

const toMessage = (message: protobuf.Type): ProtobufMessage => ({
  name: message.fullName,
  fields: new Map(message.fieldsArray.map((field) => [field.id, toField(field)])),
});

/** protobufjs derives it from the syntax, and has no type for it. */
const isClosed = (object: protobuf.Enum): boolean =>
  (object as unknown as { readonly _features?: { readonly enum_type?: string } })._features?.enum_type ===
  'CLOSED';

const toEnum = (each: protobuf.Enum): ProtobufEnum => ({
  name: each.fullName,
  numbers: new Set(Object.values(each.values)),
  isClosed: isClosed(each),
});
