import { type Cacheable, type Change, tag } from '@lakewarden/kernel';
import { LRUCache } from 'lru-cache';

import type { ChangeFeed } from './change-feed.ts';

const MAX_BYTES = 32 * 1024 * 1024;
/** An entry's cost where its own size is not known: a table's metadata with its columns. */
const DEFAULT_ENTRY_BYTES = 4 * 1024;
const MAX_AGE_MS = 60 * 60 * 1000;
const REMEMBERED_CHANGES = 4_096;

interface Entry {
  readonly value: object;
  readonly tags: readonly string[];
}

/**
 * What reads have loaded, until the change feed says that it is stale. A value that was being loaded while one of its
 * tags changed is answered but not kept: otherwise a slow read could put back what a write has just cleared.
 */
export class ChangeAwareCache {
  readonly #feed: ChangeFeed;
  readonly #keysByTag = new Map<string, Set<string>>();
  readonly #entries: LRUCache<string, Entry>;
  /** When each tag last changed, by the count of changes so far; older ones are forgotten with `#forgottenBefore`. */
  readonly #changedAt = new Map<string, number>();
  #changes = 0;
  #forgottenBefore = 0;
  hits = 0;
  misses = 0;

  constructor(feed: ChangeFeed, maxBytes = MAX_BYTES) {
    this.#feed = feed;
    this.#entries = new LRUCache<string, Entry>({
      maxSize: maxBytes,
      // Page tokens inside cached pages live for a day; what is kept is always much younger.
      ttl: MAX_AGE_MS,
      sizeCalculation: ({ value }) =>
        'sizeBytes' in value && typeof value.sizeBytes === 'number'
          ? Math.max(value.sizeBytes, 1)
          : DEFAULT_ENTRY_BYTES,
      dispose: ({ tags }, key) => {
        this.#untag(key, tags);
      },
    });
    feed.on('change', (change) => {
      this.#forget(change);
    });
    feed.on('gap', () => {
      this.clear();
    });
  }

  async get<T extends object>(key: string, load: () => Promise<Cacheable<T>>): Promise<T> {
    const known = this.#feed.isLive ? this.#entries.get(key) : undefined;
    if (known !== undefined) {
      this.hits += 1;
      return known.value as T; // a key names one loader, so one type
    }
    this.misses += 1;
    const startedAt = this.#changes;
    const { value, tags } = await load();
    if (tags.length > 0 && this.#feed.isLive && !this.#changedSince(startedAt, tags)) {
      this.#entries.set(key, { value, tags });
      for (const each of tags) {
        const keys = this.#keysByTag.get(each) ?? new Set();
        this.#keysByTag.set(each, keys.add(key));
      }
    }
    return value;
  }

  /**
   * For writes: what is known is used, what is loaded is not kept. It may come from a transaction that is undone.
   */
  async peek<T extends object>(key: string, load: () => Promise<Cacheable<T>>): Promise<T> {
    const known = this.#feed.isLive ? this.#entries.get(key) : undefined;
    return known === undefined ? (await load()).value : (known.value as T); // a key names one loader, so one type
  }

  clear(): void {
    this.#changes += 1;
    this.#forgottenBefore = this.#changes;
    this.#changedAt.clear();
    this.#entries.clear();
  }

  #changedSince(startedAt: number, tags: readonly string[]): boolean {
    return (
      startedAt < this.#forgottenBefore || tags.some((each) => (this.#changedAt.get(each) ?? 0) > startedAt)
    );
  }

  #forget(change: Change): void {
    if (change.kind === 'account') {
      // Whatever belongs to the account; rare, so everything goes.
      this.clear();
      return;
    }
    const changed = tag(change.kind, change.subjectId);
    this.#changes += 1;
    this.#changedAt.delete(changed); // set again below, as the newest
    this.#changedAt.set(changed, this.#changes);
    if (this.#changedAt.size > REMEMBERED_CHANGES) {
      const oldest = this.#changedAt.entries().next().value;
      if (oldest !== undefined) {
        this.#changedAt.delete(oldest[0]);
        this.#forgottenBefore = oldest[1];
      }
    }
    for (const key of [...(this.#keysByTag.get(changed) ?? [])]) this.#entries.delete(key);
  }

  #untag(key: string, tags: readonly string[]): void {
    for (const each of tags) {
      const keys = this.#keysByTag.get(each);
      keys?.delete(key);
      if (keys?.size === 0) this.#keysByTag.delete(each);
    }
  }
}
