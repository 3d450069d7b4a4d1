import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

import { lockDirectory } from './directory-lock.ts';

const SYNC = 'S'.charCodeAt(0);
const SIMPLE_QUERY = 'Q'.charCodeAt(0);
const FLUSH = 'H'.charCodeAt(0);
const TERMINATE = 'X'.charCodeAt(0);

/** What node-postgres asks of a socket. */
class WorkerSocket extends Duplex {
  #pending: Buffer = Buffer.alloc(0);
  #started = false;
  readonly #worker: Worker;
  readonly #receive = (message: unknown): void => {
    if (message instanceof Uint8Array && message.length > 0) this.push(Buffer.from(message.buffer));
  };

  constructor(worker: Worker) {
    super();
    this.#worker = worker;
    worker.on('message', this.#receive);
  }

  connect(): this {
    queueMicrotask(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // The worker pushes as it answers.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#send(chunk);
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)));
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#worker.off('message', this.#receive);
    this.push(null);
    done(error);
  }

  /**
   * Passes on whole groups only. PGlite answers an error with ReadyForQuery as soon as it stands at the end of what
   * it was given, so a Parse sent before its Sync would count as a finished question.
   */
  #send(bytes: Buffer): void {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    if (!this.#endsGroup()) return;
    const group = new Uint8Array(this.#pending);
    this.#pending = Buffer.alloc(0);
    this.#started = true;
    this.#worker.postMessage(group, [group.buffer]);
  }

  #endsGroup(): boolean {
    const pending = this.#pending;
    // The startup message alone has no type byte: its length comes first.
    if (!this.#started) return pending.length >= 4 && pending.length >= pending.readUInt32BE(0);
    let type = 0;
    let offset = 0;
    while (offset + 5 <= pending.length) {
      type = pending[offset] ?? 0;
      offset += 1 + pending.readUInt32BE(offset + 1);
    }
    if (offset !== pending.length) return false;
    if (type === TERMINATE) {
      this.#pending = Buffer.alloc(0); // passed on, it would end PGlite's only session
      this.destroy();
    }
    return type === SYNC || type === SIMPLE_QUERY || type === FLUSH;
  }
}

/** A PGlite database that node-postgres speaks to as if it were a server with one connection. */
export interface EmbeddedDatabase {
  /** For pg's `stream` option. PGlite has one session: never more than one at a time. */
  openSocket(): Duplex;
  close(): Promise<void>;
}

const nextMessage = (worker: Worker, expected: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const listen = (message: unknown): void => {
      if (message !== expected) return;
      worker.off('message', listen);
      worker.off('error', reject);
      resolve();
    };
    worker.on('message', listen);
    worker.once('error', reject);
  });

/** The first start runs initdb in a process of its own: its 370 MiB would stay with the server. */
async function initialise(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const script = fileURLToPath(new URL('./pglite-initdb.ts', import.meta.url));
  await promisify(execFile)(process.execPath, [script, directory]);
}

async function start(directory: string): Promise<Worker> {
  const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), {
    workerData: { directory },
    // Its answers are short-lived: a small nursery gives them back soon. PostgreSQL's own memory is not counted here.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  worker.setMaxListeners(0);
  await nextMessage(worker, 'ready');
  return worker;
}

async function close(worker: Worker): Promise<void> {
  const closed = nextMessage(worker, 'closed');
  worker.postMessage('close');
  await closed;
  await worker.terminate();
}

/**
 * @param directory a folder, or `memory://` for a database that is gone at exit
 * @throws Error another server has the folder
 */
export async function openEmbeddedDatabase(directory: string): Promise<EmbeddedDatabase> {
  const isInMemory = directory.startsWith('memory:');
  const unlock = isInMemory ? () => undefined : await lockDirectory(directory);
  if (!isInMemory && !existsSync(join(directory, 'PG_VERSION'))) await initialise(directory);
  const worker = await start(directory);
  let socket: WorkerSocket | undefined;
  return {
    openSocket() {
      socket?.destroy();
      // A client that went away may have left a transaction open and statements prepared.
      worker.postMessage('reset');
      socket = new WorkerSocket(worker);
      return socket;
    },
    async close() {
      await close(worker);
      unlock();
    },
  };
}
