import avro, { type Type } from 'avsc';

import { Numbered, Proof } from '../proof.ts';

/**
 * Whether data that was written with one Avro schema can be read with another: "Schema Resolution" of the Avro
 * specification 1.11, decided for all data and not for one record.
 *
 * Not avsc's own `createResolver`: 5.7.9 keeps the half-made resolver of a record that failed inside a union and takes
 * it for good where the record is met again (docs/decisions/0010).
 */

/** The primitive types of a writer, and the reader's that take their values besides the same. */
const PROMOTIONS: Readonly<Record<string, readonly string[]>> = {
  null: [],
  boolean: [],
  double: [],
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
};

const {
  ArrayType,
  EnumType,
  FixedType,
  LogicalType,
  MapType,
  RecordType,
  UnwrappedUnionType,
  WrappedUnionType,
} = avro.types;

type UnionType = avro.types.UnwrappedUnionType | avro.types.WrappedUnionType;
const isUnion = (type: Type): type is UnionType =>
  type instanceof UnwrappedUnionType || type instanceof WrappedUnionType;

const bare = (type: Type): Type => (type instanceof LogicalType ? type.underlyingType : type);

/** Names are compared without their namespaces; the reader's aliases count. */
const unqualified = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

function isNamedAs(reader: Type, writer: Type): boolean {
  const written = unqualified(writer.name ?? '');
  return [reader.name ?? '', ...(reader.aliases ?? [])].some((name) => unqualified(name) === written);
}

interface Claims {
  readonly proof: Proof;
  readonly numbered: Numbered;
}

function recordReads(claims: Claims, reader: avro.types.RecordType, writer: avro.types.RecordType): boolean {
  if (!isNamedAs(reader, writer)) return false;
  const written = new Map(writer.fields.map((field) => [field.name, field.type]));
  return reader.fields.every((field) => {
    const sources = [field.name, ...field.aliases].flatMap((name) => written.get(name) ?? []);
    // Two written fields of one read field: whose value it gets would be a guess.
    if (sources.length > 1) return false;
    const [source] = sources;
    return source === undefined ? field.defaultValue() !== undefined : reads(claims, field.type, source);
  });
}

function enumReads(reader: avro.types.EnumType, writer: avro.types.EnumType): boolean {
  if (!isNamedAs(reader, writer)) return false;
  const known = new Set(reader.symbols);
  // avsc keeps the symbol that stands for unknown ones, and has no type for it.
  const hasDefault = 'default' in reader && reader.default !== undefined;
  return hasDefault || writer.symbols.every((symbol) => known.has(symbol));
}

function rule(claims: Claims, reader: Type, writer: Type): boolean {
  if (isUnion(writer)) return writer.types.every((branch) => reads(claims, reader, branch));
  if (isUnion(reader)) return reader.types.some((branch) => reads(claims, branch, writer));
  if (reader instanceof RecordType && writer instanceof RecordType)
    return recordReads(claims, reader, writer);
  if (reader instanceof EnumType && writer instanceof EnumType) return enumReads(reader, writer);
  if (reader instanceof FixedType && writer instanceof FixedType) {
    return isNamedAs(reader, writer) && reader.size === writer.size;
  }
  if (reader instanceof ArrayType && writer instanceof ArrayType) {
    return reads(claims, reader.itemsType, writer.itemsType);
  }
  if (reader instanceof MapType && writer instanceof MapType) {
    const [to, from]: Type[] = [reader.valuesType as Type, writer.valuesType as Type]; // avsc types it as any
    return to !== undefined && from !== undefined && reads(claims, to, from);
  }
  const wider = Object.hasOwn(PROMOTIONS, writer.typeName) ? PROMOTIONS[writer.typeName] : undefined;
  return wider !== undefined && (reader.typeName === writer.typeName || wider.includes(reader.typeName));
}

function reads(claims: Claims, reader: Type, writer: Type): boolean {
  const [to, from] = [bare(reader), bare(writer)];
  const key = `${claims.numbered.of(to)}<${claims.numbered.of(from)}`;
  return claims.proof.claim(key, () => rule(claims, to, from));
}

/** @throws InvalidInputException they are too complex to compare */
export function avroReads(reader: Type, writer: Type): boolean {
  const claims: Claims = { proof: new Proof(), numbered: new Numbered() };
  return claims.proof.decide(() => reads(claims, reader, writer));
}
