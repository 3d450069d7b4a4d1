/**
 * The embedded database, in a thread of its own: a long statement never holds up the thread that answers requests.
 * It is fed the PostgreSQL wire protocol as bytes, one whole message group at a time, and answers in bytes.
 */
import { parentPort, workerData } from 'node:worker_threads';

import { PGlite } from '@electric-sql/pglite';

const port = parentPort;
if (port === null) throw new Error('pglite-worker.ts runs as a worker thread only');

const { directory } = workerData as { directory: string }; // written by embedded.ts alone
/** PostgreSQL's default of 128 MB costs as much resident memory; the operating system's own cache serves as well. */
const SHARED_BUFFERS = 'shared_buffers=32MB';

const database = await PGlite.create({
  dataDir: directory,
  relaxedDurability: false,
  startParams: [...PGlite.defaultStartParams, '-c', SHARED_BUFFERS],
});

/** ReadyForQuery: 'Z', its length 5 in four bytes, the transaction's state. */
const READY_BYTES = 6;

const isReadyAt = (answer: Uint8Array, offset: number): boolean =>
  offset >= 0 && answer[offset] === 0x5a && answer[offset + 4] === 5;

/**
 * After an error PGlite 0.4 says ReadyForQuery twice (seen: `1 E Z Z`), once for the error and once for the Sync;
 * a client that counts them would take the second for the answer to its next question.
 * Only a true ReadyForQuery can stand before the last one: CommandComplete ends in a zero byte.
 */
function withoutRepeatedReady(answer: Uint8Array): Uint8Array {
  const last = answer.length - READY_BYTES;
  return isReadyAt(answer, last) && isReadyAt(answer, last - READY_BYTES) ? answer.subarray(0, last) : answer;
}

/** `S` severity, `C` code, `M` message: the fields of an ErrorResponse, each ended by a zero byte. */
const DEATH = /S(?:PANIC|FATAL)\0.*?M([^\0]*)\0/s;

/**
 * PANIC and FATAL end PostgreSQL, as where the disk is full while it writes its log: nothing would be answered any more,
 * and whoever waits would wait for ever. The process ends with it; the next start recovers what was committed.
 */
function endIfDead(answer: Uint8Array): void {
  if (isReadyAt(answer, answer.length - READY_BYTES)) return;
  const [, message] = DEATH.exec(Buffer.from(answer).toString('utf8')) ?? [];
  if (message === undefined) return;
  setImmediate(() => {
    throw new Error(`the embedded database has ended: ${message}`);
  });
}

/** Requests are answered strictly in the order they came. */
let queue = Promise.resolve();

port.on('message', (message: Uint8Array | 'close' | 'reset') => {
  queue = queue.then(async () => {
    if (message === 'close') {
      await database.close();
      port.postMessage('closed');
      port.close();
      return;
    }
    if (message === 'reset') {
      await database.exec('ROLLBACK');
      await database.exec('DISCARD ALL');
      return;
    }
    const answer = withoutRepeatedReady(await database.execProtocolRaw(message, { syncToFs: true }));
    endIfDead(answer);
    // A copy: PGlite may hand out a view of memory that it goes on using.
    const copy = new Uint8Array(answer);
    port.postMessage(copy, [copy.buffer]);
  });
});

port.postMessage('ready');
