import { LakewardenError } from '@lakewarden/kernel';

const TOO_LARGE = 413;

/** What was found wrong with a request before anybody read what it says; undefined for every other error. */
export function transportFault(error: unknown): LakewardenError | undefined {
  if (error instanceof LakewardenError) return error;
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number')
    return undefined;
  const { statusCode, message } = error;
  if (statusCode < 400 || statusCode >= 500) return undefined;
  const code = statusCode === TOO_LARGE ? 'RequestEntityTooLargeException' : 'SerializationException';
  return new LakewardenError(code, message, { cause: error });
}
