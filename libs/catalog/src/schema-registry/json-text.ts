import { DefinitionFault, faultsOf } from './definition-fault.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [member: string]: Json;
}

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** No schema that people write comes near it; every recursion over a definition is bounded by it. */
export const MAX_DEPTH = 64;

const childrenOf = (value: Json): readonly Json[] => {
  if (Array.isArray(value)) return value as readonly Json[];
  return isJsonObject(value) ? Object.values(value) : [];
};

/** Without recursion: 170,000 opening brackets must not reach the end of the stack. */
function refuseDeep(root: Json): void {
  let level: readonly Json[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new DefinitionFault(`it is nested deeper than ${String(MAX_DEPTH)} levels`);
    level = level.flatMap(childrenOf);
  }
}

/** @throws DefinitionFault */
export function parseJson(text: string): Json {
  const parsed = faultsOf(() => JSON.parse(text) as Json); // JSON.parse makes nothing else
  refuseDeep(parsed);
  return parsed;
}

/** Members in one order, without white space: two texts of one structure are one text. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] ?? null)}`);
  return `{${members.join(',')}}`;
}

/** Two such numbers may be one and the same once parsed (2^53 and 2^53 + 1). */
const LONG_NUMBER = /\d{16}/;

/** What makes two definitions in JSON the same one: their structure; or their text, where parsing would lose some. */
export const canonicalText = (text: string, parsed: Json): string =>
  LONG_NUMBER.test(text) ? text.trim() : canonicalJson(parsed);
