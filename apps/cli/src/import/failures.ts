import { GlueServiceException } from '@aws-sdk/client-glue';

/** Refusals that will meet every further call as well: the import ends, and the next run goes on from here. */
const FATAL = new Set([
  'AccessDenied',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

export const isNamed = (error: unknown, ...names: readonly string[]): boolean =>
  error instanceof Error && names.includes(error.name);

/** One thing could not be done and the others may: the service said so of this one. */
export const isAboutOneThing = (error: unknown): error is GlueServiceException =>
  error instanceof GlueServiceException && !FATAL.has(error.name);

/** The service has no such operation. */
export const isNotOffered = (error: unknown): boolean =>
  isNamed(error, 'UnknownOperationException', 'UnknownOperation') ||
  (error instanceof GlueServiceException && error.$metadata.httpStatusCode === 501);
