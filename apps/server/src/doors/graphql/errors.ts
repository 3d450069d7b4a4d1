import { publicError } from '@lakewarden/aws-wire';
import { type ErrorCode, LakewardenError } from '@lakewarden/kernel';
import { type ExecutionResult, GraphQLError } from 'graphql';

import { transportFault } from '../transport-fault.ts';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * What the error was before GraphQL wrapped it, however often. By shape and not by class: graphql ships its classes
 * twice (CommonJS and ES modules), and which of them an error is depends on who made it.
 */
function rootOf(error: unknown): unknown {
  let root = error;
  while (isObject(root) && 'originalError' in root && isObject(root.originalError)) root = root.originalError;
  return root;
}

const isGraphqlError = (error: unknown): error is GraphQLError =>
  error instanceof Error && error.name === 'GraphQLError';

/** Mercurius's own faults: several validation errors in one, or a request that is none. */
const isMercuriusError = (
  error: unknown,
): error is Error & { readonly code: string; readonly errors?: readonly unknown[] } =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  error.code.startsWith('MER_ERR_');

/** V8's only sign of it. */
const isTooDeep = (error: unknown): boolean =>
  error instanceof RangeError && error.message.includes('call stack');

const requestFault = (error: Error): LakewardenError =>
  new LakewardenError(
    'ValidationException',
    isTooDeep(error) ? 'The question is nested too deep.' : error.message,
    { cause: error },
  );

function named(error: unknown): LakewardenError {
  const root = rootOf(error);
  if (root instanceof LakewardenError) return root;
  if (isMercuriusError(root)) {
    const [first] = root.errors ?? [];
    const cause = rootOf(first);
    if (cause instanceof LakewardenError) return cause;
    // Whatever else Mercurius lists was wrong with the request, and not with what it asked for.
    return requestFault(first instanceof Error ? first : root);
  }
  const unreadable = transportFault(root);
  if (unreadable !== undefined) return unreadable;
  // Errors of the request itself, its syntax and its fields: GraphQL's own words help, and tell of no data.
  return isGraphqlError(root) || (root instanceof Error && isTooDeep(root))
    ? requestFault(root)
    : publicError(root);
}

/** The one code of an error, however often it is wrapped. */
export const codeOf = (error: unknown): ErrorCode => named(error).code;

const STATUS: Partial<Record<ErrorCode, number>> = {
  MissingAuthenticationTokenException: 401,
  UnrecognizedClientException: 401,
  ExpiredTokenException: 401,
  ThrottlingException: 429,
  ServiceUnavailableException: 503,
  SerializationException: 400,
  RequestEntityTooLargeException: 413,
};

/** What somebody has to look after. */
const OPERATORS: ReadonlySet<ErrorCode> = new Set([
  'InternalServiceException',
  'ServiceUnavailableException',
]);

/**
 * An error as a subscription tells it: Mercurius sends the text of whatever is thrown, and its `extensions`.
 * @param report takes what nobody is told
 */
export function forSocket(error: unknown, requestId: string, report?: (unexpected: unknown) => void): Error {
  const { code, message } = named(error);
  if (OPERATORS.has(code)) report?.(rootOf(error));
  return Object.assign(new Error(message), { extensions: { code, requestId } });
}

export interface FormattedErrors {
  readonly statusCode: number;
  readonly response: ExecutionResult;
  /** What nobody was told; for the log. */
  readonly unexpected: readonly unknown[];
}

/** One code, the field's own, on every error (contract.md §5). */
export function formatErrors(execution: ExecutionResult, requestId: string): FormattedErrors {
  const errors = execution.errors ?? [];
  const unexpected = errors.map(rootOf).filter((root, i) => OPERATORS.has(named(errors[i]).code) && root);
  const formatted = errors.map((error) => {
    const { code, message } = named(error);
    return new GraphQLError(message, {
      ...(error.nodes !== undefined && { nodes: error.nodes }),
      ...(error.path !== undefined && { path: error.path }),
      extensions: { code, requestId },
    });
  });
  const hasData = execution.data !== undefined && execution.data !== null;
  const [first] = errors;
  const statusCode = hasData || first === undefined ? 200 : (STATUS[named(first).code] ?? 200);
  return { statusCode, response: { data: execution.data ?? null, errors: formatted }, unexpected };
}
