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

/** null counts as absent; `__proto__` would be a member of no model. */
function withoutNulls(this: unknown, key: string, member: unknown): unknown {
  return key === '__proto__' || (member === null && !Array.isArray(this)) ? undefined : member;
}

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
      text.includes('null') || text.includes('__proto__') ? JSON.parse(text, withoutNulls) : JSON.parse(text);
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
