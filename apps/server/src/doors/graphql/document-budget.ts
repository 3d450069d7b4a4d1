import { LRUCache } from 'lru-cache';

/** Characters of all documents that are kept parsed and compiled: some hundreds of an application's questions. */
const MAX_CHARACTERS = 1024 * 1024;

/**
 * Mercurius keeps the documents that it parsed, and those that it refused, by their number. A document of a hundred
 * kilobytes takes some ten megabytes parsed: this counts their text, and has them all forgotten when it is too much.
 */
export class DocumentBudget {
  readonly #known: LRUCache<string, true>;
  #isOver = false;

  constructor(maxCharacters = MAX_CHARACTERS) {
    this.#known = new LRUCache({
      maxSize: maxCharacters,
      sizeCalculation: (_value, source) => source.length + 1,
      dispose: (_value, _source, reason) => {
        if (reason === 'evict') this.#isOver = true;
      },
    });
  }

  /** @param forgetAll empties the cache of documents */
  take(source: string, forgetAll: () => void): void {
    if (this.#known.get(source) === true) return;
    this.#known.set(source, true);
    // One that is larger than the whole budget is never kept here, but is there.
    if (!this.#isOver && this.#known.has(source)) return;
    this.#known.clear();
    this.#isOver = false;
    forgetAll();
  }
}
