import { appendFileSync, closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';

import { z } from 'zod';

const header = z.object({ version: z.literal(1), import: z.string() });
const line = z.union([
  z.object({ done: z.string() }),
  z.object({ table: z.string(), stream: z.string(), cursor: z.string() }),
]);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the last line of a run that was killed while it wrote
  }
};

/**
 * How far an import has come, one JSON line a step, so that a killed run loses at most its last one. What a step says
 * is done lies in the target already; doing it again would find it there and change nothing.
 */
export class ImportState {
  readonly path: string;
  readonly #done = new Set<string>();
  readonly #cursors = new Map<string, string>();
  #file: number | undefined;

  /**
   * @param identity of the import: source, target and what was chosen
   * @throws Error the file belongs to another import
   */
  constructor(path: string, identity: string) {
    this.path = path;
    const text = readIfThere(path);
    const [first = '', ...lines] = text.split('\n');
    if (text !== '') {
      const known = header.safeParse(parsed(first));
      if (!known.success)
        throw new Error(`${path} is no state file of an import: name another with --state.`);
      if (known.data.import !== identity) {
        throw new Error(
          `${path} belongs to another import (${known.data.import}): name another with --state.`,
        );
      }
    }
    for (const each of lines) {
      const { success, data } = line.safeParse(parsed(each));
      if (!success) continue;
      if ('done' in data) this.#done.add(data.done);
      else this.#cursors.set(JSON.stringify([data.table, data.stream]), data.cursor);
    }
    this.#file = openSync(path, 'a', 0o600);
    if (text === '') this.#append({ version: 1, import: identity });
    // A line that was cut off must not swallow the next one.
    else if (!text.endsWith('\n')) appendFileSync(this.#file, '\n');
  }

  isDone(table: string): boolean {
    return this.#done.has(table);
  }

  cursorOf(table: string, stream: string): string | undefined {
    return this.#cursors.get(JSON.stringify([table, stream]));
  }

  done(table: string): void {
    this.#append({ done: table });
  }

  reached(table: string, stream: string, cursor: string): void {
    this.#append({ table, stream, cursor });
  }

  /** @param isComplete nothing is left to go on with: the next run compares everything anew */
  close(isComplete: boolean): void {
    if (this.#file === undefined) return;
    fsyncSync(this.#file);
    closeSync(this.#file);
    this.#file = undefined;
    if (isComplete) rmSync(this.path, { force: true });
  }

  #append(step: object): void {
    if (this.#file !== undefined) writeSync(this.#file, `${JSON.stringify(step)}\n`);
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
