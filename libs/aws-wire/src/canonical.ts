/** RFC 3986: everything but the unreserved characters, hex in capitals. Text that is no Unicode becomes U+FFFD. */
export const encodeRfc3986 = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const UNRESERVED = /^[A-Za-z0-9\-_.~]*$/;
const PERCENT = 0x25;

/** What each byte is written as. */
const ENCODED: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  return UNRESERVED.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
});

/** Node gives the request line as latin1, one character a byte; so bytes are what is encoded. */
const encodeByte = (charCode: number): string => ENCODED[charCode & 0xff] ?? '';

function encodeSegment(segment: string): string {
  if (UNRESERVED.test(segment)) return segment;
  let encoded = '';
  for (let i = 0; i < segment.length; i += 1) encoded += encodeByte(segment.charCodeAt(i));
  return encoded;
}

/** Dot segments and doubled slashes go, then every segment is encoded again (all services but S3). */
export function canonicalPath(rawPath: string): string {
  if (rawPath === '' || rawPath === '/') return '/';
  const segments: string[] = [];
  for (const segment of rawPath.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(encodeSegment(segment));
  }
  const path = `/${segments.join('/')}`;
  return rawPath.endsWith('/') && path !== '/' ? `${path}/` : path;
}

const hexDigit = (code: number): number => {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
};

/** Decoded and strictly encoded, byte by byte, so that bytes which are no UTF-8 stay what they are. */
function recode(text: string): string {
  if (UNRESERVED.test(text)) return text;
  let encoded = '';
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    const high = code === PERCENT ? hexDigit(text.charCodeAt(i + 1)) : -1;
    const low = high < 0 ? -1 : hexDigit(text.charCodeAt(i + 2));
    if (low < 0) encoded += encodeByte(code);
    else {
      encoded += encodeByte(high * 16 + low);
      i += 2;
    }
  }
  return encoded;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The parameters of a raw query, strictly encoded. A `+` in a raw query is a plus sign, not a blank. */
export function encodedParameters(rawQuery: string): [name: string, value: string][] {
  return rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? [recode(pair), '']
        : [recode(pair.slice(0, equals)), recode(pair.slice(equals + 1))];
    });
}

/** Sorted by encoded name, then value; a presigned query's own signature is left out. */
export function canonicalQuery(rawQuery: string, isPresigned: boolean): string {
  if (rawQuery === '') return '';
  return encodedParameters(rawQuery)
    .filter(([name]) => !(isPresigned && name === 'X-Amz-Signature'))
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** Trimmed, inner runs of blanks made one. */
export function canonicalHeaderValue(value: string): string {
  const text = value.trim();
  return text.includes('  ') ? text.replace(/ {2,}/g, ' ') : text;
}

/** Lower-case name → value; repeated headers are joined by a comma, in order. */
export function canonicalHeaders(rawHeaders: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const value = canonicalHeaderValue(rawHeaders[i + 1] ?? '');
    const known = headers.get(name);
    headers.set(name, known === undefined ? value : `${known},${value}`);
  }
  return headers;
}

export interface CanonicalParts {
  readonly method: string;
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly isPresigned: boolean;
  readonly headers: ReadonlyMap<string, string>;
  readonly signedHeaders: readonly string[];
  readonly bodyHash: string;
}

/** spec/wire.md §5. A signed header that did not come counts as empty, and so does not match. */
export function canonicalRequest(parts: CanonicalParts): string {
  let lines = '';
  for (const name of parts.signedHeaders) lines += `${name}:${parts.headers.get(name) ?? ''}\n`;
  return (
    `${parts.method}\n${canonicalPath(parts.rawPath)}\n${canonicalQuery(parts.rawQuery, parts.isPresigned)}\n` +
    `${lines}\n${parts.signedHeaders.join(';')}\n${parts.bodyHash}`
  );
}
