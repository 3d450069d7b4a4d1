import { type ErrorCode, LakewardenError } from '@lakewarden/kernel';

import { encodeQueryError } from './query.ts';
import type { Protocol, Service } from './services.ts';

interface Rendering {
  /** JSON 1.1. */
  readonly status: number;
  /** REST-JSON, where it differs. */
  readonly restStatus?: number;
  /** Query's own code and status. */
  readonly query: readonly [code: string, status: number];
  /** Front-end faults say `message`; the services' modelled ones `Message`. */
  readonly isFrontEnd?: boolean;
}

/** One row a code: a new one does not compile until every door answers it (spec/wire.md §2–5). */
const RENDERINGS: Readonly<Record<ErrorCode, Rendering>> = {
  AccessDeniedException: { status: 400, restStatus: 403, query: ['AccessDenied', 403] },
  AlreadyExistsException: { status: 400, query: ['EntityAlreadyExists', 409] },
  ConcurrentModificationException: { status: 400, query: ['ConcurrentModification', 409] },
  ConditionCheckFailureException: { status: 400, query: ['ConditionCheckFailure', 400] },
  ConflictException: { status: 400, query: ['Conflict', 409] },
  DeleteConflictException: { status: 400, query: ['DeleteConflict', 409] },
  EntityNotFoundException: { status: 400, query: ['NoSuchEntity', 404] },
  ExpiredTokenException: { status: 400, restStatus: 403, query: ['ExpiredToken', 403], isFrontEnd: true },
  IdempotentParameterMismatchException: { status: 400, query: ['IdempotentParameterMismatch', 400] },
  IncompleteSignatureException: {
    status: 400,
    restStatus: 403,
    query: ['IncompleteSignature', 400],
    isFrontEnd: true,
  },
  InternalServiceException: { status: 500, query: ['InternalFailure', 500] },
  InvalidInputException: { status: 400, query: ['InvalidInput', 400] },
  InvalidSignatureException: {
    status: 400,
    restStatus: 403,
    query: ['SignatureDoesNotMatch', 403],
    isFrontEnd: true,
  },
  InvalidStateException: { status: 400, query: ['InvalidInput', 400] },
  MalformedPolicyDocumentException: { status: 400, query: ['MalformedPolicyDocument', 400] },
  MissingAuthenticationTokenException: {
    status: 400,
    restStatus: 403,
    query: ['MissingAuthenticationToken', 403],
    isFrontEnd: true,
  },
  OperationTimeoutException: { status: 400, query: ['RequestTimeout', 400] },
  PermissionTypeMismatchException: { status: 400, query: ['PermissionTypeMismatch', 400] },
  RequestEntityTooLargeException: { status: 413, query: ['RequestEntityTooLarge', 413], isFrontEnd: true },
  ResourceNotReadyException: { status: 400, query: ['InvalidInput', 400] },
  ResourceNumberLimitExceededException: { status: 400, query: ['LimitExceeded', 409] },
  SerializationException: { status: 400, query: ['MalformedQueryString', 400], isFrontEnd: true },
  // AWS's common error of that name; every SDK repeats after a 503.
  ServiceUnavailableException: { status: 503, query: ['ServiceUnavailable', 503], isFrontEnd: true },
  ThrottlingException: { status: 400, restStatus: 429, query: ['Throttling', 400], isFrontEnd: true },
  UnknownOperationException: {
    status: 400,
    restStatus: 404,
    query: ['InvalidAction', 400],
    isFrontEnd: true,
  },
  UnrecognizedClientException: {
    status: 400,
    restStatus: 403,
    query: ['InvalidClientTokenId', 403],
    isFrontEnd: true,
  },
  ValidationException: { status: 400, query: ['ValidationError', 400], isFrontEnd: true },
  VersionMismatchException: { status: 400, query: ['VersionMismatch', 409] },
};

export interface RenderedError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const INTERNAL = new LakewardenError(
  'InternalServiceException',
  'An internal error occurred. Give the request id to the operator.',
);

/** What a caller may see of an error: the field's own, or nothing but that there was one. */
export const publicError = (error: unknown): LakewardenError =>
  error instanceof LakewardenError ? error : INTERNAL;

/** SDKs back off by their own rule; browsers, curl and proxies go by this. */
export const RETRY_AFTER_SECONDS = '1';

/** Whether the same request may succeed a moment later. */
export const isRetryable = (code: ErrorCode): boolean =>
  code === 'ThrottlingException' || code === 'ServiceUnavailableException';

export function renderError(
  protocol: Protocol,
  service: Service | undefined,
  error: unknown,
  requestId: string,
): RenderedError {
  const { code, message } = publicError(error);
  const rendering = RENDERINGS[code];
  const retry = isRetryable(code) ? { 'retry-after': RETRY_AFTER_SECONDS } : {};
  if (protocol === 'query') {
    const [queryCode, status] = rendering.query;
    return {
      status,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId, ...retry },
      body: encodeQueryError(service, { code: queryCode, message, isReceiver: status >= 500 }, requestId),
    };
  }
  return {
    status: (protocol === 'rest-json' ? rendering.restStatus : undefined) ?? rendering.status,
    headers: {
      'content-type': protocol === 'json' ? 'application/x-amz-json-1.1' : 'application/json',
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': code,
      ...retry,
    },
    body: JSON.stringify({ __type: code, [rendering.isFrontEnd === true ? 'message' : 'Message']: message }),
  };
}
