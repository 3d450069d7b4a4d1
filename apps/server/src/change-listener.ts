import type { Change } from '@lakewarden/kernel';
import type { ChangeFeed } from '@lakewarden/storage';

import type { Changes, ChangeSignal } from './doors/graphql/changes.ts';

/** The change feed for subscriptions. Changes that pile up while a client reads count as one. */
export class ChangeListener implements Changes {
  readonly #feed: ChangeFeed;
  readonly #signals = new Set<ChangeSignal>();

  constructor(feed: ChangeFeed) {
    this.#feed = feed;
  }

  listen(isWanted: (change: Change) => boolean): ChangeSignal {
    let isPending = false;
    let isOver = false;
    let wake: (() => void) | undefined;
    const onChange = (change: Change): void => {
      if (!isWanted(change)) return;
      isPending = true;
      wake?.();
    };
    const onGap = (): void => {
      isPending = true;
      wake?.();
    };
    this.#feed.on('change', onChange).on('gap', onGap);
    const signal: ChangeSignal = {
      next: async () => {
        if (!isPending && !isOver) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        isPending = false;
        return { done: isOver };
      },
      return: () => {
        isOver = true;
        this.#feed.off('change', onChange).off('gap', onGap);
        this.#signals.delete(signal);
        wake?.();
        return Promise.resolve();
      },
    };
    this.#signals.add(signal);
    return signal;
  }

  /** Nobody waits any longer: the server is about to close. */
  async close(): Promise<void> {
    await Promise.all([...this.#signals].map((signal) => signal.return()));
  }
}
