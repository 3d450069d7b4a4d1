import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../json-text.ts';
import type { Draft, JsonSchemaDocument, Schema } from './document.ts';

/** A schema in its document. */
export interface Located {
  readonly document: JsonSchemaDocument;
  readonly schema: Schema;
}

/** The same, where it is no boolean and no reference. */
export interface Constraint {
  readonly document: JsonSchemaDocument;
  readonly schema: JsonObject;
  /** Alternatives that were dealt with one by one. */
  readonly without?: 'anyOf' | 'oneOf';
}

/** What a draft does not know means nothing in it. */
const UNKNOWN: Readonly<Record<Draft, readonly string[]>> = {
  'draft-04': ['const', 'contains', 'propertyNames', 'if', 'then', 'else'],
  'draft-06': ['if', 'then', 'else'],
  'draft-07': [],
};

export function keyword({ document, schema, without }: Constraint, name: string): Json | undefined {
  if (name === without || !Object.hasOwn(schema, name) || UNKNOWN[document.draft].includes(name))
    return undefined;
  return schema[name];
}

export function numberOf(constraint: Constraint, name: string): number | undefined {
  const value = keyword(constraint, name);
  return typeof value === 'number' ? value : undefined;
}

export function textsOf(constraint: Constraint, name: string): readonly string[] {
  const value = keyword(constraint, name);
  return Array.isArray(value) ? (value as readonly Json[]).filter((each) => typeof each === 'string') : [];
}

/** A schema inside another; the metaschema has seen to it that it is one. */
export const inner = (constraint: Constraint, value: Json | undefined): Located | undefined =>
  typeof value === 'boolean' || isJsonObject(value)
    ? { document: constraint.document, schema: value }
    : undefined;

export const innerOf = (constraint: Constraint, name: string): Located | undefined =>
  inner(constraint, keyword(constraint, name));

/** Lists and maps of schemas are asked for once a name and once an element: each is made once. */
const made = new WeakMap<Json & object, readonly Located[] | ReadonlyMap<string, Located>>();

export function innersOf(constraint: Constraint, name: string): readonly Located[] {
  const value = keyword(constraint, name);
  if (!Array.isArray(value)) return [];
  const known = made.get(value);
  if (Array.isArray(known)) return known as readonly Located[];
  const list = (value as readonly Json[]).flatMap((each) => inner(constraint, each) ?? []);
  made.set(value, list);
  return list;
}

export function innerMapOf(constraint: Constraint, name: string): ReadonlyMap<string, Located> {
  const value = keyword(constraint, name);
  if (!isJsonObject(value)) return new Map();
  const known = made.get(value);
  if (known instanceof Map) return known as ReadonlyMap<string, Located>;
  const map = new Map(
    Object.entries(value).flatMap(([key, each]) => {
      const located = inner(constraint, each);
      return located === undefined ? [] : [[key, located] as const];
    }),
  );
  made.set(value, map);
  return map;
}

export const TYPES = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'] as const;
export type JsonType = (typeof TYPES)[number];

/** `number` are the numbers that are no integers: the two exclude each other here. */
export function typeOf(value: Json): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'boolean') return 'boolean';
  return typeof value === 'string' ? 'string' : 'object';
}

export function allowsType(constraint: Constraint, type: JsonType): boolean {
  const named = keyword(constraint, 'type');
  if (named === undefined) return true;
  const names = Array.isArray(named) ? (named as readonly Json[]) : [named];
  return names.includes(type) || (type === 'integer' && names.includes('number'));
}

/** `enum` and `const`: the values that are left; undefined where there may be any. */
export function valuesOf(constraint: Constraint): readonly Json[] | undefined {
  const constant = keyword(constraint, 'const');
  const list = keyword(constraint, 'enum');
  const listed = Array.isArray(list) ? (list as readonly Json[]) : undefined;
  if (constant === undefined) return listed;
  const words = canonicalJson(constant);
  return (listed ?? [constant]).filter((value) => canonicalJson(value) === words);
}
