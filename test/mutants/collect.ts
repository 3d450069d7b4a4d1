// What test files get for 'vitest' under Stryker (runner.ts): a register of tests that can be run again and again in one
// process, in any order. Vitest itself starts a worker, loads everything and starts a lake for each mutant anew.
import { format } from 'node:util';

export { expect } from 'vitest';

type Body = (...row: readonly unknown[]) => unknown;

export interface CollectedTest {
  readonly name: string;
  readonly body: Body;
  readonly file: CollectedFile;
}

export interface CollectedFile {
  readonly path: string;
  readonly beforeAll: Body[];
  readonly beforeEach: Body[];
  readonly afterEach: Body[];
  readonly afterAll: Body[];
}

export const collected: CollectedTest[] = [];
let file: CollectedFile = { path: '', beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] };
const titles: string[] = [];

export async function collect(path: string, load: () => Promise<unknown>): Promise<void> {
  file = { path, beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] };
  await load();
}

export function describe(title: string, body: () => void): void {
  titles.push(title);
  body();
  titles.pop();
}

/** @param more how long it may take, before or after the body: all may take the same here */
function add(title: string, first: Body | Readonly<Record<string, unknown>>, more?: Body | number): void {
  const body = typeof first === 'function' ? first : more;
  if (typeof body !== 'function') throw new Error(`${title} is no test`);
  collected.push({ name: [file.path, ...titles, title].join(' > '), body, file });
}

export const it = Object.assign(add, {
  each:
    (rows: readonly unknown[]) =>
    (title: string, body: Body): void => {
      for (const [i, row] of rows.entries()) {
        const values: readonly unknown[] = Array.isArray(row) ? row : [row];
        const words = values.slice(0, title.split('%').length - 1);
        // Titles repeat; names may not.
        add(`${format(title, ...words)} (${String(i)})`, () => body(...values));
      }
    },
});

export function beforeAll(body: Body): void {
  file.beforeAll.push(body);
}

export function beforeEach(body: Body): void {
  file.beforeEach.push(body);
}

export function afterEach(body: Body): void {
  file.afterEach.push(body);
}

export function afterAll(body: Body): void {
  file.afterAll.push(body);
}
