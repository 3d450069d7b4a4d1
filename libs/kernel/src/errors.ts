/** Every failure code a caller can see: the field's own exception names (spec/catalog.md §1, spec/wire.md §5). */
export const ERROR_CODES = [
  'AccessDeniedException',
  'AlreadyExistsException',
  'ConcurrentModificationException',
  'ConditionCheckFailureException',
  'ConflictException',
  'DeleteConflictException',
  'EntityNotFoundException',
  'ExpiredTokenException',
  'IdempotentParameterMismatchException',
  'IncompleteSignatureException',
  'InternalServiceException',
  'InvalidInputException',
  'InvalidSignatureException',
  'InvalidStateException',
  'MalformedPolicyDocumentException',
  'MissingAuthenticationTokenException',
  'OperationTimeoutException',
  'PermissionTypeMismatchException',
  'RequestEntityTooLargeException',
  'ResourceNotReadyException',
  'ResourceNumberLimitExceededException',
  'SerializationException',
  'ServiceUnavailableException',
  'ThrottlingException',
  'UnknownOperationException',
  'UnrecognizedClientException',
  'ValidationException',
  'VersionMismatchException',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** The only error whose text a caller sees; whatever else escapes is answered as InternalServiceException. */
export class LakewardenError extends Error {
  override readonly name = 'LakewardenError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** InvalidInputException: the request is well formed but means something that cannot be. */
export const invalid = (message: string): LakewardenError =>
  new LakewardenError('InvalidInputException', message);

/** ValidationException: a member is missing, of the wrong type, or out of its bounds. */
export const malformed = (message: string): LakewardenError =>
  new LakewardenError('ValidationException', message);

/** EntityNotFoundException. */
export const notFound = (message: string): LakewardenError =>
  new LakewardenError('EntityNotFoundException', message);

/** AlreadyExistsException. */
export const alreadyExists = (message: string): LakewardenError =>
  new LakewardenError('AlreadyExistsException', message);
