import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';

import { LakewardenError, Secret } from '@lakewarden/kernel';
import { LRUCache } from 'lru-cache';

import { canonicalPath, canonicalQuery } from './canonical.ts';

/** A request as it came, before anything is changed. */
export interface SignedRequest {
  readonly method: string;
  /** Before the `?`. */
  readonly rawPath: string;
  /** After the `?`, empty where there is none. */
  readonly rawQuery: string;
  /** Names and values in turn, as Node gives them. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface PresentedCredential {
  readonly accessKeyId: string;
  /** yyyymmdd */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly sessionToken?: string;
  /** yyyymmddThhmmssZ */
  readonly requestTime: string;
  /** Presigned: seconds. */
  readonly expiresSeconds?: number;
  /** The request's headers by lower-case name, as they enter the signature. */
  readonly headers: ReadonlyMap<string, string>;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const TIME = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;
const MAX_PRESIGNED_SECONDS = 604_800;
/** spec/wire.md §5. */
export const DEFAULT_SKEW_SECONDS = 300;

const missing = () =>
  new LakewardenError('MissingAuthenticationTokenException', 'Missing Authentication Token');
const incomplete = (message: string) => new LakewardenError('IncompleteSignatureException', message);
const wrong = (message: string) => new LakewardenError('InvalidSignatureException', message);

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
  'and signing method. Consult the service documentation for details.';

const oneBlank = (text: string): string => (text.includes('  ') ? text.replace(/ {2,}/g, ' ') : text);

/** Lower-case name → values in order. */
function headersOf(raw: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    const value = oneBlank((raw[i + 1] ?? '').trim());
    const known = headers.get(name);
    headers.set(name, known === undefined ? value : `${known},${value}`);
  }
  return headers;
}

function readScope(text: string): Pick<PresentedCredential, 'accessKeyId' | 'date' | 'region' | 'service'> {
  const parts = text.split('/');
  const [service, terminator] = parts.slice(-2);
  const [date, region] = parts.slice(-4, -2);
  const accessKeyId = parts.slice(0, -4).join('/');
  if (terminator !== 'aws4_request' || !accessKeyId || !date || !region || !service) {
    throw incomplete(
      'Credential must be of the form <access key id>/<yyyymmdd>/<region>/<service>/aws4_request.',
    );
  }
  return { accessKeyId, date, region, service };
}

/**
 * Who a request says it is from; nothing is verified yet.
 * @throws MissingAuthenticationTokenException, IncompleteSignatureException
 */
export function readCredential(request: SignedRequest): PresentedCredential {
  const headers = headersOf(request.rawHeaders);
  const authorization = headers.get('authorization');
  if (authorization !== undefined) return fromHeader(authorization, headers);
  if (request.rawQuery.includes('X-Amz-')) return fromQuery(new URLSearchParams(request.rawQuery), headers);
  throw missing();
}

function fromHeader(authorization: string, headers: ReadonlyMap<string, string>): PresentedCredential {
  if (!authorization.startsWith(`${ALGORITHM} `)) {
    if (!authorization.startsWith('AWS')) throw missing();
    throw incomplete(`Only ${ALGORITHM} signatures are supported.`);
  }
  const fields = new Map<string, string>();
  for (const part of authorization.slice(ALGORITHM.length + 1).split(',')) {
    const equals = part.indexOf('=');
    fields.set(part.slice(0, Math.max(equals, 0)).trim(), part.slice(equals + 1).trim());
  }
  const need = (name: string): string => {
    const value = fields.get(name);
    if (!value) throw incomplete(`Authorization header requires '${name}' parameter.`);
    return value;
  };
  const scope = readScope(need('Credential'));
  const signedHeaders = need('SignedHeaders').split(';');
  const signature = need('Signature');
  const date = headers.get('date');
  const requestTime = headers.get('x-amz-date') ?? (date === undefined ? '' : isoBasic(new Date(date)));
  if (!TIME.test(requestTime)) {
    throw incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  const sessionToken = headers.get('x-amz-security-token');
  return {
    ...scope,
    signedHeaders,
    signature,
    requestTime,
    headers,
    ...(sessionToken !== undefined && { sessionToken }),
  };
}

function fromQuery(query: URLSearchParams, headers: ReadonlyMap<string, string>): PresentedCredential {
  const need = (name: string): string => {
    const value = query.get(name);
    if (!value) throw incomplete(`AWS query-string parameters must include '${name}'.`);
    return value;
  };
  if (need('X-Amz-Algorithm') !== ALGORITHM) throw incomplete(`Only ${ALGORITHM} signatures are supported.`);
  const scope = readScope(need('X-Amz-Credential'));
  const signedHeaders = need('X-Amz-SignedHeaders').split(';');
  const signature = need('X-Amz-Signature');
  const requestTime = need('X-Amz-Date');
  const expiresSeconds = Number(need('X-Amz-Expires'));
  if (!TIME.test(requestTime)) throw incomplete('X-Amz-Date must be of the form yyyymmddThhmmssZ.');
  if (!Number.isInteger(expiresSeconds) || expiresSeconds < 1 || expiresSeconds > MAX_PRESIGNED_SECONDS) {
    throw incomplete(`X-Amz-Expires must be between 1 and ${String(MAX_PRESIGNED_SECONDS)} seconds.`);
  }
  const sessionToken = query.get('X-Amz-Security-Token');
  return {
    ...scope,
    signedHeaders,
    signature,
    requestTime,
    expiresSeconds,
    headers,
    ...(sessionToken !== null && { sessionToken }),
  };
}

const isoBasic = (date: Date): string =>
  Number.isNaN(date.getTime()) ? '' : date.toISOString().replace(/[-:]|\.\d{3}/g, '');

function instant(text: string): number {
  const [, year, month, day, hour, minute, second] = TIME.exec(text) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
}

const sha256 = (data: Buffer | string): string => hash('sha256', data, 'hex');
const hmac = (key: KeyObject | Buffer | string, data: string): Buffer =>
  createHmac('sha256', key).update(data).digest();

/** Keys derived from one secret: a day, a few regions and services. */
const KEYS_PER_SECRET = 64;
/** By the secret's own object, so that a key lives no longer than what it was derived from. */
const signingKeys = new WeakMap<Secret<string>, LRUCache<string, KeyObject>>();

function signingKey(secret: Secret<string>, date: string, region: string, service: string): KeyObject {
  const derived = signingKeys.get(secret) ?? new LRUCache<string, KeyObject>({ max: KEYS_PER_SECRET });
  signingKeys.set(secret, derived);
  const scope = `${date}/${region}/${service}`;
  const known = derived.get(scope);
  if (known !== undefined) return known;
  const steps = hmac(hmac(hmac(`AWS4${secret.reveal()}`, date), region), service);
  const key = createSecretKey(hmac(steps, 'aws4_request'));
  derived.set(scope, key);
  return key;
}

export interface VerifyOptions {
  readonly secretAccessKey: Secret<string>;
  readonly expectedService: string;
  readonly now: Date;
  readonly skewSeconds?: number;
}

function checkTime(credential: PresentedCredential, now: Date, skewSeconds: number): void {
  const signedAt = instant(credential.requestTime);
  const skew = skewSeconds * 1000;
  const lifetime = credential.expiresSeconds === undefined ? skew : credential.expiresSeconds * 1000;
  if (now.getTime() - signedAt > lifetime) {
    const earliest = isoBasic(new Date(now.getTime() - lifetime));
    throw wrong(
      `Signature expired: ${credential.requestTime} is now earlier than ${earliest} (${isoBasic(now)} - ${String(Math.round(skewSeconds / 60))} min.)`,
    );
  }
  if (signedAt - now.getTime() > skew) {
    const latest = isoBasic(new Date(now.getTime() + skew));
    throw wrong(
      `Signature not yet current: ${credential.requestTime} is still later than ${latest} (${isoBasic(now)} + ${String(Math.round(skewSeconds / 60))} min.)`,
    );
  }
}

function bodyHash(headers: ReadonlyMap<string, string>, body: Buffer): string {
  const actual = sha256(body);
  const claimed = headers.get('x-amz-content-sha256');
  if (claimed !== undefined && claimed !== actual) {
    throw wrong("The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  return actual;
}

/**
 * @throws InvalidSignatureException the time, the scope or the signature is wrong
 * @throws IncompleteSignatureException a header that has to be signed is not
 */
export function verifySignature(
  request: SignedRequest,
  credential: PresentedCredential,
  options: VerifyOptions,
): void {
  checkTime(credential, options.now, options.skewSeconds ?? DEFAULT_SKEW_SECONDS);
  if (credential.service !== options.expectedService) {
    throw wrong(`Credential should be scoped to correct service: '${options.expectedService}'.`);
  }
  if (credential.date !== credential.requestTime.slice(0, 8)) {
    throw wrong(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${credential.date}' != '${credential.requestTime.slice(0, 8)}'.`,
    );
  }
  const { headers } = credential;
  const signed = new Set(credential.signedHeaders);
  if (!signed.has('host')) throw incomplete("'Host' must be a signed header.");
  for (const name of headers.keys()) {
    if (name.startsWith('x-amz-') && !signed.has(name))
      throw incomplete(`'${name}' must be a signed header.`);
  }
  const canonicalRequest = [
    request.method,
    canonicalPath(request.rawPath),
    canonicalQuery(request.rawQuery, credential.expiresSeconds !== undefined),
    ...credential.signedHeaders.map((name) => `${name}:${headers.get(name) ?? ''}`),
    '',
    credential.signedHeaders.join(';'),
    bodyHash(headers, request.body),
  ].join('\n');
  const expected = signature(credential, options.secretAccessKey, canonicalRequest);
  const given = Buffer.from(credential.signature, 'latin1');
  const wanted = Buffer.from(expected, 'latin1');
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw wrong(MISMATCH);
}

function signature(
  {
    date,
    region,
    service,
    requestTime,
  }: Pick<PresentedCredential, 'date' | 'region' | 'service' | 'requestTime'>,
  secret: Secret<string>,
  canonicalRequest: string,
): string {
  const stringToSign = [
    ALGORITHM,
    requestTime,
    `${date}/${region}/${service}/aws4_request`,
    sha256(canonicalRequest),
  ].join('\n');
  return createHmac('sha256', signingKey(secret, date, region, service))
    .update(stringToSign)
    .digest('hex');
}

export interface RequestToSign {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
  readonly service: string;
  readonly now: Date;
}

/** @returns every header to send, Authorization among them */
export function signRequest(request: RequestToSign): Record<string, string> {
  const { url, region, service, accessKeyId } = request;
  const requestTime = isoBasic(request.now);
  const date = requestTime.slice(0, 8);
  const headers: Record<string, string> = {
    ...Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    host: url.host,
    'x-amz-date': requestTime,
    ...(request.sessionToken !== undefined && { 'x-amz-security-token': request.sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const canonicalRequest = [
    request.method,
    canonicalPath(url.pathname),
    canonicalQuery(url.search.slice(1), false),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ {2,}/g, ' ')}`),
    '',
    names.join(';'),
    sha256(request.body),
  ].join('\n');
  const signed = signature(
    { date, region, service, requestTime },
    new Secret(request.secretAccessKey),
    canonicalRequest,
  );
  headers['authorization'] =
    `${ALGORITHM} Credential=${accessKeyId}/${date}/${region}/${service}/aws4_request, ` +
    `SignedHeaders=${names.join(';')}, Signature=${signed}`;
  return headers;
}
