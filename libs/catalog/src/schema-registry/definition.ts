import { createHash } from 'node:crypto';

import { invalid } from '@lakewarden/kernel';
import type { Type } from 'avsc';

import { isStorableText } from '../documents.ts';
import { parseAvro } from './avro/avro-definition.ts';
import { avroReads } from './avro/avro-resolution.ts';
import { DefinitionFault } from './definition-fault.ts';
import type { JsonSchemaDocument } from './json-schema/document.ts';
import { parseJsonSchema } from './json-schema/json-schema-definition.ts';
import { isJsonSchemaSubset } from './json-schema/json-schema-subset.ts';
import { canonicalText, type Json, parseJson } from './json-text.ts';
import { badCharacters, badLength } from './parameters.ts';
import { parseProtobuf, type ProtobufFile } from './protobuf/protobuf-definition.ts';
import { protobufReads } from './protobuf/protobuf-fields.ts';
import { MAX_DEFINITION } from './quotas.ts';
import { DATA_FORMATS, type DataFormat } from './schema-registry.ts';

interface Parsed {
  /** Of the canonical form: what makes two definitions the same. */
  readonly hash: Buffer;
  /** In JSON, for differences to be shown in. */
  readonly structure: Json;
}

/** A definition that is one of its format. */
export type Definition =
  | (Parsed & { readonly format: 'AVRO'; readonly model: Type })
  | (Parsed & { readonly format: 'JSON'; readonly model: JsonSchemaDocument })
  | (Parsed & { readonly format: 'PROTOBUF'; readonly model: ProtobufFile });

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** @throws InvalidInputException */
export function checkedDataFormat(format: string): DataFormat {
  const known = DATA_FORMATS.find((each) => each === format);
  if (known === undefined) throw invalid('Data format is not valid.');
  return known;
}

/** @throws DefinitionFault it is no schema of the format; InvalidInputException its length or characters */
export function parseDefinition(format: DataFormat, text: string): Definition {
  if (text.length < 1 || text.length > MAX_DEFINITION) throw badLength('schemaDefinition');
  if (text.trim() === '' || !isStorableText(text)) throw badCharacters('schemaDefinition');
  if (format === 'PROTOBUF') {
    const model = parseProtobuf(text);
    // The descriptor is made of JSON's own types.
    return { format, hash: sha256(text), structure: model.descriptor as Json, model };
  }
  const structure = parseJson(text);
  const hash = sha256(canonicalText(text, structure));
  return format === 'AVRO'
    ? { format, hash, structure, model: parseAvro(structure) }
    : { format, hash, structure, model: parseJsonSchema(structure) };
}

/** @throws InvalidInputException in Glue's words (spec/catalog.md §15) */
export function requireDefinition(format: DataFormat, text: string): Definition {
  try {
    return parseDefinition(format, text);
  } catch (error) {
    if (!(error instanceof DefinitionFault)) throw error;
    throw invalid(`Schema definition of ${format} data format is invalid: ${error.message}`);
  }
}

/**
 * Whether whoever reads by the one can read what was written by the other. A schema's versions have one format.
 * @throws InvalidInputException they are too complex to compare
 */
export function reads(reader: Definition, writer: Definition): boolean {
  if (reader.format === 'AVRO' && writer.format === 'AVRO') return avroReads(reader.model, writer.model);
  if (reader.format === 'JSON' && writer.format === 'JSON') {
    return isJsonSchemaSubset(writer.model, reader.model);
  }
  if (reader.format === 'PROTOBUF' && writer.format === 'PROTOBUF') {
    return protobufReads(reader.model, writer.model);
  }
  return false;
}
