import { isUtf8 } from 'node:buffer';

import { LakewardenError } from '@lakewarden/kernel';

const MAX_DEPTH = 100;

const unreadable = (message: string) => new LakewardenError('SerializationException', message);

/** Nesting is looked at before parsing: a deep body must cost nothing. */
function refuseDeep(text: string): void {
  // Too short to be too deep: each level opens and closes.
  if (text.length <= 2 * MAX_DEPTH) return;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === 0x5c) i += 1;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH)
        throw unreadable(`The request body is nested more than ${String(MAX_DEPTH)} levels deep.`);
    } else if (char === 0x7d || char === 0x5d) depth -= 1;
  }
}

/** Node has both since 21; TypeScript's library does not name them yet. */
interface RawJson {
  readonly rawJSON: string;
}
const { rawJSON, isRawJSON } = JSON as unknown as {
  readonly rawJSON: (text: string) => RawJson;
  readonly isRawJSON: (value: unknown) => value is RawJson;
};

/** An integer with so many digits may be beyond 2^53, where a double is no longer exact. */
const MAY_BE_LONG = /\d{16}/;
const INTEGER = /^-?\d+$/;

/** null counts as absent; `__proto__` would be a member of no model. Integers that a double cannot hold stay as they came. */
function revive(
  this: unknown,
  key: string,
  member: unknown,
  context?: { readonly source?: string },
): unknown {
  if (key === '__proto__' || (member === null && !Array.isArray(this))) return undefined;
  if (typeof member !== 'number' || Number.isSafeInteger(member)) return member;
  const source = context?.source;
  return source !== undefined && INTEGER.test(source) ? rawJSON(source) : member;
}

/** The whole number that a member of a decoded body is, however long; undefined when it is none. */
export function integerOf(member: unknown): bigint | undefined {
  if (typeof member === 'bigint') return member;
  if (typeof member === 'number') return Number.isInteger(member) ? BigInt(member) : undefined;
  return isRawJSON(member) ? BigInt(member.rawJSON) : undefined;
}

/** An integer of any length as a member of an answer. */
export const jsonInteger = (value: bigint): number | RawJson => {
  const double = Number(value);
  return Number.isSafeInteger(double) ? double : rawJSON(String(value));
};

const NOT_FINITE = ['NaN', 'Infinity', '-Infinity'];

/** The double that a member of a decoded body is: a number, or the name of one that JSON has no number for (spec/wire.md §2). */
export function doubleOf(member: unknown): number | undefined {
  if (typeof member === 'string') return NOT_FINITE.includes(member) ? Number(member) : undefined;
  if (typeof member === 'number') return member;
  return isRawJSON(member) ? Number(member.rawJSON) : undefined;
}

/** A double as a member of an answer. */
export const jsonDouble = (value: number): number | string | RawJson => {
  if (!Number.isFinite(value)) return String(value);
  return Object.is(value, -0) ? rawJSON('-0.0') : value;
};

/**
 * A JSON 1.1 body. Empty counts as `{}`, null as absent.
 * @throws SerializationException it is no JSON object
 */
export function decodeJson(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  // Read leniently, it would be stored with U+FFFD in it.
  if (!isUtf8(body)) throw unreadable('The request body is not valid UTF-8.');
  const text = body.toString('utf8');
  refuseDeep(text);
  let value: unknown;
  try {
    // The reviver is slow and mostly idle: only for bodies that may hold what it takes out.
    value =
      text.includes('null') || text.includes('__proto__') || MAY_BE_LONG.test(text)
        ? JSON.parse(text, revive)
        : JSON.parse(text);
  } catch {
    throw unreadable('The request body is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unreadable('The request body must be a JSON object.');
  }
  return value as Record<string, unknown>; // just checked
}

/** An answer's body. Operation tables give times as numbers and leave absent members undefined, so plain JSON it is. */
export const encodeJson = (answer: object): string => JSON.stringify(answer);
