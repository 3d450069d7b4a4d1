import { createHash } from 'node:crypto';

import { Secret } from '@lakewarden/kernel';

const SECRET_NAME = /secret|password|passphrase|token|credential|private.?key|authenticationcode/i;
/** User, password and question of a URL: each may be a secret. */
const URL_SECRETS = /^([a-z][a-z0-9+.-]*:\/\/)(?:[^/?#@\s]*@)?([^?#\s]*)(\?[^#\s]*)?/i;
const MAX_STRING = 16 * 1024;
const MAX_DEPTH = 12;

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

function text(value: string): string {
  const bare = value.replace(URL_SECRETS, (_all, scheme: string, rest: string, question?: string) =>
    question === undefined ? scheme + rest : `${scheme}${rest}?[secret]`,
  );
  return bare.length <= MAX_STRING ? bare : `${bare.slice(0, MAX_STRING)}…`;
}

/** Plain values alone: a key ring or a probe that rides in a command is nobody's detail. */
function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || depth > MAX_DEPTH) return undefined;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Secret) return '[secret]';
  if (Array.isArray(value)) return value.map((item: unknown) => plain(item, depth + 1) ?? null);
  if (!isPlain(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]: [string, unknown]) => [
      name,
      SECRET_NAME.test(name) && typeof member === 'string' ? '[secret]' : plain(member, depth + 1),
    ]),
  );
}

/**
 * A command as an audit event tells it: plain members, no secrets, no more than so many characters. A longer one is told
 * by its beginning and its hash, so that it can be recognised.
 */
export function redacted(command: unknown, maxLength: number): unknown {
  const value = plain(command, 0);
  if (value === undefined) return undefined;
  const whole = JSON.stringify(value);
  if (whole.length <= maxLength) return value;
  return {
    truncated: true,
    length: whole.length,
    sha256: createHash('sha256').update(whole).digest('hex'),
    beginning: whole.slice(0, maxLength),
  };
}
