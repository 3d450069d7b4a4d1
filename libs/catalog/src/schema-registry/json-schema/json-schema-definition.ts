import { createRequire } from 'node:module';

import { Ajv, type ValidateFunction } from 'ajv';

import { DefinitionFault } from '../definition-fault.ts';
import { isJsonObject, type Json } from '../json-text.ts';
import {
  type Draft,
  draftOf,
  everySchema,
  isSchema,
  type JsonSchemaDocument,
  resolverOf,
} from './document.ts';
import { DRAFT_04 } from './draft-04.ts';

const require = createRequire(import.meta.url);

/** Of ajv's own copies. `enum` loses uniqueItems: comparing 80,000 values with each other takes minutes. */
function metaschema(name: string): object {
  const { $id: _id, ...copy } = structuredClone(
    require(`ajv/dist/refs/json-schema-${name}.json`) as {
      $id: string;
      properties: { enum: { uniqueItems?: boolean } };
    },
  );
  delete copy.properties.enum.uniqueItems;
  return copy;
}

/** Compiled from the metaschemas alone: no caller's schema ever becomes code. */
const compile = (schema: object): ValidateFunction =>
  new Ajv({
    strict: false,
    validateFormats: false,
    meta: false,
    validateSchema: false,
    logger: false,
  }).compile(schema);

const SOURCES: Readonly<Record<Draft, () => object>> = {
  'draft-04': () => DRAFT_04,
  'draft-06': () => metaschema('draft-06'),
  'draft-07': () => metaschema('draft-07'),
};
const compiled = new Map<Draft, ValidateFunction>();

function validatorOf(draft: Draft): ValidateFunction {
  const known = compiled.get(draft);
  if (known !== undefined) return known;
  const made = compile(SOURCES[draft]());
  compiled.set(draft, made);
  return made;
}

function isRegExp(pattern: string): boolean {
  for (const flags of ['u', '']) {
    try {
      new RegExp(pattern, flags); // parsed, never run
      return true;
    } catch {
      continue;
    }
  }
  return false;
}

/** @throws DefinitionFault */
export function parseJsonSchema(definition: Json): JsonSchemaDocument {
  const draft = draftOf(definition);
  if (!isSchema(definition)) throw new DefinitionFault('a JSON Schema is an object');
  const validate = validatorOf(draft);
  if (!validate(definition)) {
    const [first] = validate.errors ?? [];
    throw new DefinitionFault(
      `${first?.instancePath ?? ''} ${first?.message ?? 'is not valid'} (${draft})`.trim(),
    );
  }
  const resolve = resolverOf(definition, draft);
  for (const schema of everySchema(definition)) {
    const { $ref: ref, pattern, patternProperties } = schema;
    if (typeof ref === 'string' && resolve(ref) === undefined) {
      throw new DefinitionFault(`$ref ${ref.slice(0, 200)} is not in this document; others are not fetched`);
    }
    const patterns = isJsonObject(patternProperties) ? Object.keys(patternProperties) : [];
    const bad = [...patterns, ...(typeof pattern === 'string' ? [pattern] : [])].find(
      (text) => !isRegExp(text),
    );
    if (bad !== undefined) throw new DefinitionFault(`${bad.slice(0, 200)} is not a regular expression`);
  }
  return { draft, root: definition, resolve };
}
