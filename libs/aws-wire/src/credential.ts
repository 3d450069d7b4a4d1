import { LakewardenError } from '@lakewarden/kernel';

import { canonicalHeaders, encodedParameters } from './canonical.ts';
import { ALGORITHM, basicTime, type SigningScope } from './signing-key.ts';

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

export interface PresentedCredential extends SigningScope {
  readonly accessKeyId: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly sessionToken?: string;
  /** yyyymmddThhmmssZ */
  readonly requestTime: string;
  /** The same, in milliseconds since the epoch. */
  readonly signedAtMs: number;
  /** Every header of the request, as it is signed. */
  readonly headers: ReadonlyMap<string, string>;
  /** Presigned: seconds. */
  readonly expiresSeconds?: number;
}

const MAX_PRESIGNED_SECONDS = 604_800;
const TIME = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;
const DATE = /^\d{8}$/;
/** Any one of them says that the query string is meant as a signature, SigV2's among them. */
const PRESIGNED = /(?:^|&)(?:X-Amz-(?:Algorithm|Credential|Signature)|AWSAccessKeyId)=/;

const missing = (): LakewardenError =>
  new LakewardenError('MissingAuthenticationTokenException', 'Missing Authentication Token');
export const incomplete = (message: string): LakewardenError =>
  new LakewardenError('IncompleteSignatureException', message);

/** The last time that was read: callers sign many requests in one second. */
let lastTime = { text: '', ms: NaN };

/** Milliseconds since the epoch; NaN for what is no time, such as a 13th month. */
function instantOf(basic: string): number {
  if (basic === lastTime.text) return lastTime.ms;
  const [, year, month, day, hour, minute, second] = TIME.exec(basic) ?? [];
  const ms = Date.parse(
    `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}Z`,
  );
  // The 30th of February would be read as the 1st of March.
  if (Number.isNaN(ms) || basicTime(new Date(ms)) !== basic) return NaN;
  lastTime = { text: basic, ms };
  return ms;
}

function readScope(text: string): SigningScope & { readonly accessKeyId: string } {
  const [accessKeyId, date, region, service, terminator, ...more] = text.split('/');
  if (
    !accessKeyId ||
    !region ||
    !service ||
    date === undefined ||
    !DATE.test(date) ||
    terminator !== 'aws4_request' ||
    more.length > 0
  ) {
    throw incomplete(
      'Credential must be of the form <access key id>/<yyyymmdd>/<region>/<service>/aws4_request.',
    );
  }
  return { accessKeyId, date, region, service };
}

/**
 * Who a request says it is from; nothing is verified yet.
 *
 * @throws MissingAuthenticationTokenException there are no credentials
 * @throws IncompleteSignatureException they cannot be read, or are not SigV4's (spec/wire.md §5)
 */
export function readCredential(request: SignedRequest): PresentedCredential {
  const headers = canonicalHeaders(request.rawHeaders);
  const authorization = headers.get('authorization');
  if (authorization !== undefined) return fromHeader(authorization, headers);
  if (PRESIGNED.test(request.rawQuery)) return fromQuery(request.rawQuery, headers);
  throw missing();
}

const FIELDS = ['Credential', 'Signature', 'SignedHeaders'] as const;

function fieldsOf(authorization: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of authorization.slice(ALGORITHM.length + 1).split(',')) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0)).trim();
    // Two of a kind would let another reader of this header see another caller.
    if (fields.has(name)) throw incomplete('Authorization header has a parameter twice.');
    fields.set(name, part.slice(equals + 1).trim());
  }
  return fields;
}

function fromHeader(authorization: string, headers: ReadonlyMap<string, string>): PresentedCredential {
  if (!authorization.startsWith(`${ALGORITHM} `)) {
    if (!authorization.startsWith('AWS')) throw missing();
    throw incomplete(`Only ${ALGORITHM} signatures are supported.`);
  }
  const fields = fieldsOf(authorization);
  const date = Date.parse(headers.get('date') ?? '');
  const requestTime = headers.get('x-amz-date') ?? (Number.isNaN(date) ? '' : basicTime(new Date(date)));
  const faults = FIELDS.filter((name) => !fields.get(name)).map(
    (name) => `Authorization header requires '${name}' parameter.`,
  );
  const signedAtMs = instantOf(requestTime);
  if (Number.isNaN(signedAtMs)) {
    faults.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  // The algorithm alone: an answer never repeats a signature.
  if (faults.length > 0) throw incomplete(`${faults.join(' ')} Authorization=${ALGORITHM}`);
  const sessionToken = headers.get('x-amz-security-token');
  return {
    ...readScope(fields.get('Credential') ?? ''),
    signedHeaders: (fields.get('SignedHeaders') ?? '').split(';'),
    signature: fields.get('Signature') ?? '',
    requestTime,
    signedAtMs,
    headers,
    ...(sessionToken !== undefined && { sessionToken }),
  };
}

/** Read as it is signed, so that a `+` is a plus sign here too. */
function presignedParameters(rawQuery: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, encoded] of encodedParameters(rawQuery)) {
    if (!name.startsWith('X-Amz-')) continue;
    if (parameters.has(name))
      throw incomplete(`AWS query-string parameters must include '${name}' only once.`);
    try {
      parameters.set(name, decodeURIComponent(encoded));
    } catch (cause) {
      throw new LakewardenError('IncompleteSignatureException', `'${name}' is not UTF-8 text.`, { cause });
    }
  }
  return parameters;
}

function fromQuery(rawQuery: string, headers: ReadonlyMap<string, string>): PresentedCredential {
  const parameters = presignedParameters(rawQuery);
  const need = (name: string): string => {
    const value = parameters.get(name);
    if (!value) throw incomplete(`AWS query-string parameters must include '${name}'.`);
    return value;
  };
  if (need('X-Amz-Algorithm') !== ALGORITHM) throw incomplete(`Only ${ALGORITHM} signatures are supported.`);
  const scope = readScope(need('X-Amz-Credential'));
  const requestTime = need('X-Amz-Date');
  const signedAtMs = instantOf(requestTime);
  if (Number.isNaN(signedAtMs)) throw incomplete('X-Amz-Date must be of the form yyyymmddThhmmssZ.');
  const expires = need('X-Amz-Expires');
  const expiresSeconds = /^\d{1,6}$/.test(expires) ? Number(expires) : 0;
  if (expiresSeconds < 1 || expiresSeconds > MAX_PRESIGNED_SECONDS) {
    throw incomplete(`X-Amz-Expires must be between 1 and ${String(MAX_PRESIGNED_SECONDS)} seconds.`);
  }
  const sessionToken = parameters.get('X-Amz-Security-Token');
  return {
    ...scope,
    signedHeaders: need('X-Amz-SignedHeaders').split(';'),
    signature: need('X-Amz-Signature'),
    requestTime,
    signedAtMs,
    headers,
    expiresSeconds,
    ...(sessionToken !== undefined && { sessionToken }),
  };
}
