import type { ProtobufField, ProtobufFile, ProtobufLabel, ProtobufMessage } from './protobuf-definition.ts';

/**
 * Whether data that was written with one Protobuf definition can be read with another: "Updating A Message Type" of
 * the language guide, with no value cut short, and with nothing lost that the reader has a field for. Linear in the
 * size of both.
 */

/** A writer's scalar, and the reader's that take all of its values from the same bytes. */
const READABLE: Readonly<Record<string, readonly string[]>> = {
  bool: ['int32', 'uint32', 'int64', 'uint64'],
  int32: ['int64'],
  uint32: ['int64', 'uint64'],
  sint32: ['sint64'],
  string: ['bytes'],
};

/** Written alone or in a list their bytes are the same; numbers are packed in lists, and not alone. */
const isLengthDelimited = ({ kind, type }: ProtobufField): boolean =>
  kind === 'message' || type === 'string' || type === 'bytes';

function labelReads(reader: ProtobufField, writer: ProtobufField): boolean {
  if (reader.label === writer.label) return true;
  const fits: Readonly<Record<ProtobufLabel, readonly ProtobufLabel[]>> = {
    single: ['required'],
    // What was written may be absent.
    required: [],
    repeated: isLengthDelimited(writer) ? ['single', 'required'] : [],
    map: [],
  };
  return fits[reader.label].includes(writer.label);
}

interface Files {
  readonly reader: ProtobufFile;
  readonly writer: ProtobufFile;
}

function enumReads(files: Files, name: string): boolean {
  const to = files.reader.enums.get(name);
  const from = files.writer.enums.get(name);
  if (to === undefined || from === undefined) return false;
  return !to.isClosed || [...from.numbers].every((number) => to.numbers.has(number));
}

function typeReads(files: Files, reader: ProtobufField, writer: ProtobufField): boolean {
  if (reader.keyType !== writer.keyType) return false;
  if (reader.kind === 'scalar' && writer.kind === 'enum') return ['int32', 'int64'].includes(reader.type);
  if (reader.kind !== writer.kind) return false;
  if (reader.kind === 'scalar') {
    return reader.type === writer.type || (READABLE[writer.type]?.includes(reader.type) ?? false);
  }
  // A message of another name might be read too, but nobody has said that it is meant.
  return reader.type === writer.type && (reader.kind === 'message' || enumReads(files, reader.type));
}

/** A oneof keeps the last of its fields: fields that could both be written must not come together in one. */
function oneofsRead(reader: ProtobufMessage, writer: ProtobufMessage): boolean {
  const homes = new Map<string, (string | undefined)[]>();
  for (const { oneof, number } of reader.fields.values()) {
    const written = writer.fields.get(number);
    if (oneof === undefined || written === undefined) continue;
    const known = homes.get(oneof);
    if (known === undefined) homes.set(oneof, [written.oneof]);
    else known.push(written.oneof);
  }
  return [...homes.values()].every(
    ([first, ...more]) => more.length === 0 || (first !== undefined && more.every((home) => home === first)),
  );
}

export function protobufReads(reader: ProtobufFile, writer: ProtobufFile): boolean {
  const files: Files = { reader, writer };
  return [...writer.messages.values()].every((written) => {
    const read = reader.messages.get(written.name);
    if (read === undefined || !oneofsRead(read, written)) return false;
    return [...read.fields.values()].every((field) => {
      const source = written.fields.get(field.number);
      // A field that the reader does not know is skipped; one that it has and nobody wrote is empty.
      if (source === undefined) return field.label !== 'required';
      return labelReads(field, source) && typeReads(files, field, source);
    });
  });
}
