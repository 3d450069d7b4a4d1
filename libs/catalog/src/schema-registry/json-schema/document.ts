import { DefinitionFault } from '../definition-fault.ts';
import { isJsonObject, type Json, type JsonObject } from '../json-text.ts';

export type Draft = 'draft-04' | 'draft-06' | 'draft-07';

/** A boolean is a schema too, from draft-06 on. */
export type Schema = boolean | JsonObject;

export const isSchema = (value: Json | undefined): value is Schema =>
  typeof value === 'boolean' || isJsonObject(value);

/** A JSON Schema and what its references mean. References to other documents are refused when it is parsed. */
export interface JsonSchemaDocument {
  readonly draft: Draft;
  readonly root: Schema;
  readonly resolve: (ref: string) => Schema | undefined;
}

const DRAFTS: Readonly<Record<string, Draft>> = {
  'http://json-schema.org/draft-04/schema': 'draft-04',
  'http://json-schema.org/draft-06/schema': 'draft-06',
  'http://json-schema.org/draft-07/schema': 'draft-07',
};

/** Without `$schema` it is the newest that Glue takes. @throws DefinitionFault */
export function draftOf(root: Json): Draft {
  const named = isJsonObject(root) ? root['$schema'] : undefined;
  if (named === undefined) return 'draft-07';
  const draft =
    typeof named === 'string' ? DRAFTS[named.replace(/#$/, '').replace(/^https:/, 'http:')] : undefined;
  if (draft === undefined) {
    throw new DefinitionFault('$schema must be the URI of draft-04, draft-06 or draft-07');
  }
  return draft;
}

const ONE = [
  'not',
  'if',
  'then',
  'else',
  'contains',
  'propertyNames',
  'additionalItems',
  'additionalProperties',
];
const LIST = ['allOf', 'anyOf', 'oneOf'];
const MAP = ['properties', 'patternProperties', 'definitions', 'dependencies'];

/** The schemas right inside one. What stands in `enum`, `const` or `default` is data. */
export function* subschemas(schema: JsonObject): Generator<JsonObject> {
  const { items } = schema;
  for (const inner of [
    ...ONE.map((keyword) => schema[keyword]),
    ...LIST.flatMap((keyword) => schema[keyword] ?? []),
    ...MAP.flatMap((keyword) => {
      const map = schema[keyword];
      return isJsonObject(map) ? Object.values(map) : [];
    }),
    ...(Array.isArray(items) ? (items as readonly Json[]) : [items]),
  ]) {
    if (isJsonObject(inner)) yield inner;
  }
}

/** Every schema object of a document, from the outside in. */
export function* everySchema(root: Json): Generator<JsonObject> {
  if (!isJsonObject(root)) return;
  const waiting = [root];
  for (let schema = waiting.pop(); schema !== undefined; schema = waiting.pop()) {
    yield schema;
    waiting.push(...subschemas(schema));
  }
}

const unescaped = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');

/** RFC 6901, as a URI fragment. */
function atPointer(root: Json, pointer: string): Json | undefined {
  let found: Json | undefined = root;
  for (const token of pointer.split('/').slice(1).map(unescaped)) {
    if (Array.isArray(found)) found = (found as readonly Json[])[Number(token)];
    else if (isJsonObject(found) && Object.hasOwn(found, token)) found = found[token];
    else return undefined;
  }
  return found;
}

function decoded(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined; // a stray %: no such fragment
  }
}

/** How references of the document are resolved: inside it, and nowhere else. */
export function resolverOf(root: Json, draft: Draft): (ref: string) => Schema | undefined {
  const idKeyword = draft === 'draft-04' ? 'id' : '$id';
  const byId = new Map<string, JsonObject>();
  for (const schema of everySchema(root)) {
    const id = schema[idKeyword];
    if (typeof id === 'string' && !byId.has(id.replace(/#$/, ''))) byId.set(id.replace(/#$/, ''), schema);
  }
  return (ref) => {
    const mark = ref.indexOf('#');
    const base = mark < 0 ? ref : ref.slice(0, mark);
    const fragment = decoded(mark < 0 ? '' : ref.slice(mark + 1));
    const start = base === '' ? root : byId.get(base);
    if (start === undefined || fragment === undefined) return undefined;
    const found =
      fragment === '' || fragment.startsWith('/') ? atPointer(start, fragment) : byId.get(`#${fragment}`);
    return isSchema(found) ? found : undefined;
  };
}
