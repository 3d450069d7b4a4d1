import type { Clock } from '@lakewarden/kernel';

export const HOUR_MS = 3_600_000;

/** A clock that stands still until a story lets time go by. */
export class StoryClock implements Clock {
  #nowMs: number;

  constructor(nowMs = Date.now()) {
    this.#nowMs = nowMs;
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  pass(hours: number): void {
    this.#nowMs += hours * HOUR_MS;
  }
}
