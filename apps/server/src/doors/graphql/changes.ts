import type { Change } from '@lakewarden/kernel';

export const CHANGES = Symbol('Changes');

export interface ChangeSignal {
  /** Resolves at the next change; changes that pile up meanwhile count as one. */
  next(): Promise<{ readonly done: boolean }>;
  return(): Promise<void>;
}

/** Tells subscriptions that something has changed. */
export interface Changes {
  listen(isWanted: (change: Change) => boolean): ChangeSignal;
}
