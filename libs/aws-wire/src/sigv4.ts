import { timingSafeEqual } from 'node:crypto';

import { LakewardenError, Secret } from '@lakewarden/kernel';

import { canonicalHeaderValue, canonicalRequest } from './canonical.ts';
import { incomplete, type PresentedCredential, type SignedRequest } from './credential.ts';
import { ALGORITHM, basicTime, sha256Hex, signatureOf } from './signing-key.ts';

export { type PresentedCredential, readCredential, type SignedRequest } from './credential.ts';

/** spec/wire.md §5. */
export const DEFAULT_SKEW_SECONDS = 300;

const wrong = (message: string): LakewardenError => new LakewardenError('InvalidSignatureException', message);

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
  'and signing method. Consult the service documentation for details.';

export interface VerifyOptions {
  readonly secretAccessKey: Secret<string>;
  /** The service's signing name. */
  readonly expectedService: string;
  readonly now: Date;
  /** Either way; {@link DEFAULT_SKEW_SECONDS} when absent. */
  readonly skewSeconds?: number;
}

/** As AWS prints it: `5 min.`; what is no whole number of minutes, in seconds. */
const duration = (seconds: number): string =>
  seconds % 60 === 0 ? `${String(seconds / 60)} min.` : `${String(seconds)} sec.`;

function checkTime(credential: PresentedCredential, now: Date, skewSeconds: number): void {
  const signedAt = credential.signedAtMs;
  const lifetime = credential.expiresSeconds ?? skewSeconds;
  if (now.getTime() - signedAt > lifetime * 1000) {
    const earliest = basicTime(new Date(now.getTime() - lifetime * 1000));
    throw wrong(
      `Signature expired: ${credential.requestTime} is now earlier than ${earliest} (${basicTime(now)} - ${duration(lifetime)})`,
    );
  }
  if (signedAt - now.getTime() > skewSeconds * 1000) {
    const latest = basicTime(new Date(now.getTime() + skewSeconds * 1000));
    throw wrong(
      `Signature not yet current: ${credential.requestTime} is still later than ${latest} (${basicTime(now)} + ${duration(skewSeconds)})`,
    );
  }
}

function checkScope(credential: PresentedCredential, expectedService: string): void {
  if (credential.service !== expectedService) {
    throw wrong(`Credential should be scoped to correct service: '${expectedService}'.`);
  }
  const day = credential.requestTime.slice(0, 8);
  if (credential.date !== day) {
    throw wrong(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${credential.date}' != '${day}'.`,
    );
  }
}

/** Whoever may add a header that is not signed may change what is asked. */
function checkSignedHeaders(signedHeaders: readonly string[], headers: ReadonlyMap<string, string>): void {
  if (!signedHeaders.includes('host')) {
    throw incomplete("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  }
  for (const name of headers.keys()) {
    if (name.startsWith('x-amz-') && !signedHeaders.includes(name)) {
      throw incomplete(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
  }
}

/** A clear text of the body's hash saves nobody the hashing: it is checked against the body. */
function bodyHash(headers: ReadonlyMap<string, string>, body: Buffer): string {
  const claimed = headers.get('x-amz-content-sha256');
  if (claimed === 'UNSIGNED-PAYLOAD' || claimed?.startsWith('STREAMING-') === true) {
    throw wrong(`The body must be signed: x-amz-content-sha256 '${claimed}' is not supported.`);
  }
  const actual = sha256Hex(body);
  if (claimed !== undefined && claimed !== actual) {
    throw wrong("The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  return actual;
}

/**
 * Checks that the holder of the secret signed exactly this request, now.
 *
 * @throws InvalidSignatureException the time, the scope, the body's hash or the signature is wrong
 * @throws IncompleteSignatureException a header that has to be signed is not
 * @see spec/wire.md §5
 */
export function verifySignature(
  request: SignedRequest,
  credential: PresentedCredential,
  options: VerifyOptions,
): void {
  checkTime(credential, options.now, options.skewSeconds ?? DEFAULT_SKEW_SECONDS);
  checkScope(credential, options.expectedService);
  const { headers } = credential;
  checkSignedHeaders(credential.signedHeaders, headers);
  const canonical = canonicalRequest({
    method: request.method,
    rawPath: request.rawPath,
    rawQuery: request.rawQuery,
    isPresigned: credential.expiresSeconds !== undefined,
    headers,
    signedHeaders: credential.signedHeaders,
    bodyHash: bodyHash(headers, request.body),
  });
  const wanted = signatureOf(canonical, credential.requestTime, credential, options.secretAccessKey);
  if (!isSame(credential.signature, wanted)) throw wrong(MISMATCH);
}

/** In constant time. Both are text of hex digits, or the first is some text of an attacker's. */
function isSame(given: string, wanted: string): boolean {
  const givenBytes = Buffer.from(given, 'utf8');
  const wantedBytes = Buffer.from(wanted, 'utf8');
  return givenBytes.length === wantedBytes.length && timingSafeEqual(givenBytes, wantedBytes);
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
  /** The service's signing name. */
  readonly service: string;
  readonly now: Date;
}

/**
 * Signs a request as the SDKs do: every header given, the host and the time.
 *
 * @returns every header to send, by lower-case name, `authorization` among them
 */
export function signRequest(request: RequestToSign): Record<string, string> {
  const requestTime = basicTime(request.now);
  const scope = { date: requestTime.slice(0, 8), region: request.region, service: request.service };
  const headers: Record<string, string> = {
    ...Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    host: request.url.host,
    'x-amz-date': requestTime,
    ...(request.sessionToken !== undefined && { 'x-amz-security-token': request.sessionToken }),
  };
  delete headers['authorization']; // an older signature is not part of what is signed
  const signedHeaders = Object.keys(headers).sort();
  const canonical = canonicalRequest({
    method: request.method,
    rawPath: request.url.pathname,
    rawQuery: request.url.search.slice(1),
    isPresigned: false,
    headers: new Map(Object.entries(headers).map(([name, value]) => [name, canonicalHeaderValue(value)])),
    signedHeaders,
    bodyHash: sha256Hex(request.body),
  });
  const signature = signatureOf(canonical, requestTime, scope, new Secret(request.secretAccessKey));
  headers['authorization'] =
    `${ALGORITHM} Credential=${request.accessKeyId}/${scope.date}/${scope.region}/${scope.service}/aws4_request, ` +
    `SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return headers;
}
