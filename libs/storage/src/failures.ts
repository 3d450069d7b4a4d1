import { LakewardenError } from '@lakewarden/kernel';

/** What a failed transaction is known to have left behind. */
export type Aftermath = 'nothing-changed' | 'unknown';

/** SQLSTATEs that say that the server, not the statement, is at fault (PostgreSQL, appendix A). */
const SERVER_STATES = new Set([
  '25006', // read_only_sql_transaction: a standby after a failover
  '25P03', // idle_in_transaction_session_timeout
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
]);
/** Connection exceptions, insufficient resources (a full disk, too many connections), system errors. */
const SERVER_CLASSES = new Set(['08', '53', '58']);
/** After these the connection is gone, or may go before the server's word on a COMMIT has come. */
const CUT_STATES = /^(?:08|57P0|25P03)/;

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT', // a Unix socket that is not there
]);
/** Prisma's own: unreachable, timed out, closed, and a transaction that could not begin or go on. */
const PRISMA_CODES = new Set([
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028'],
  ...['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout'], // its adapter's, where nobody has put a code to them
]);

/** pg and pg-pool give these no code. */
const LOST_WORDS = /^(?:Connection terminated|Client has encountered a connection error|Client was closed)/;
const WAITED_TOO_LONG = 'timeout exceeded when trying to connect';

interface Layer {
  readonly code: string | undefined;
  readonly message: string;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const MAX_LAYERS = 8;

/** The error and whatever it wraps: Prisma hides the driver's code two objects deep. */
function layersOf(error: unknown): Layer[] {
  const layers: Layer[] = [];
  const queue = [error];
  for (let at = 0; at < queue.length && at < MAX_LAYERS; at += 1) {
    const each = queue[at];
    if (!isObject(each)) continue;
    const { code, originalCode, kind, message, cause, meta } = each;
    layers.push({
      code: [originalCode, code, kind].find((known) => typeof known === 'string'),
      message: typeof message === 'string' ? message : '',
    });
    queue.push(cause);
    if (isObject(meta)) queue.push(meta['driverAdapterError']);
  }
  return layers;
}

/** Not a socket's (EPIPE) nor Prisma's (P1017). */
const isSqlState = (code: string): boolean => /^(?=.*\d)[0-9A-OQ-Z][0-9A-Z]{4}$/.test(code);

function isServerFault({ code, message }: Layer): boolean {
  if (LOST_WORDS.test(message)) return true;
  if (code === undefined) return false;
  if (SOCKET_CODES.has(code) || PRISMA_CODES.has(code)) return true;
  return isSqlState(code) && (SERVER_STATES.has(code) || SERVER_CLASSES.has(code.slice(0, 2)));
}

/** Whether the server has said itself, on a connection that stands, that the COMMIT failed. */
const isServersWord = ({ code }: Layer): boolean =>
  code !== undefined && isSqlState(code) && !CUT_STATES.test(code);

export const busy = (cause?: unknown): LakewardenError =>
  new LakewardenError('ThrottlingException', 'Rate exceeded', { cause });

/**
 * Failures of the database that have a name of their own in the field; every other error as it is. A lost database is
 * told as what a client repeats, with what is known of the write: spec/wire.md §6 forbids a 5xx after a commit.
 *
 * @param aftermath `unknown` once COMMIT has been sent
 */
export function explainFailure(error: unknown, aftermath: Aftermath = 'nothing-changed'): unknown {
  if (error instanceof LakewardenError) return error;
  const layers = layersOf(error);
  const has = (...codes: string[]) => layers.some(({ code }) => code !== undefined && codes.includes(code));
  // serialization_failure, deadlock_detected, lock_not_available; Prisma's write conflict
  if (has('40001', '40P01', '55P03', 'P2034')) {
    return new LakewardenError(
      'ConcurrentModificationException',
      'Another request changed the same thing at the same time. Try again.',
      { cause: error },
    );
  }
  // query_canceled
  if (has('57014')) {
    return new LakewardenError(
      'OperationTimeoutException',
      'The database took too long. Narrow the request, or add a partition index.',
      { cause: error },
    );
  }
  // character_not_in_repertoire: U+0000, which JSON may hold and PostgreSQL's text may not
  if (has('22021')) {
    return new LakewardenError(
      'InvalidInputException',
      'A text holds a character that no name can hold (U+0000).',
      {
        cause: error,
      },
    );
  }
  if (layers.some(({ message }) => message === WAITED_TOO_LONG)) return busy(error);
  if (!layers.some(isServerFault)) return error;
  return new LakewardenError(
    'ServiceUnavailableException',
    aftermath === 'nothing-changed' || layers.some(isServersWord)
      ? 'The database cannot be reached or cannot write. Nothing was changed: try again.'
      : 'The database went away while the change was being made final. Look whether it was made, or try again.',
    { cause: error },
  );
}
