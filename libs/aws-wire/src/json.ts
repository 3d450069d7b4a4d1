import { LakewardenError } from '@lakewarden/kernel';

const MAX_DEPTH = 100;

const unreadable = (message: string) => new LakewardenError('SerializationException', message);

/** Nesting is looked at before parsing: a deep body must cost nothing. */
function refuseDeep(text: string): void {
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

/**
 * A JSON 1.1 body. Empty counts as `{}`, null as absent.
 * @throws SerializationException it is no JSON object
 */
export function decodeJson(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  const text = body.toString('utf8');
  refuseDeep(text);
  let value: unknown;
  try {
    value = JSON.parse(text, function (this: unknown, key: string, member: unknown) {
      return key === '__proto__' || (member === null && !Array.isArray(this)) ? undefined : member;
    });
  } catch {
    throw unreadable('The request body is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unreadable('The request body must be a JSON object.');
  }
  return value as Record<string, unknown>; // just checked
}

/** Epoch seconds with fraction for times; absent members left out. */
export function encodeJson(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key: string, member: unknown) {
    // Date has a toJSON of its own, which has run by now: look at what it was.
    const original = this[key];
    if (original instanceof Date) return original.getTime() / 1000;
    if (original instanceof Uint8Array) return Buffer.from(original).toString('base64');
    if (typeof member === 'number' && !Number.isFinite(member)) {
      return Number.isNaN(member) ? 'NaN' : member > 0 ? 'Infinity' : '-Infinity';
    }
    return member === null ? undefined : member;
  });
}
