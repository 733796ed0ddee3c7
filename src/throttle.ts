// Gathers requests to do something into at most one run an interval. The first request after a quiet
// time runs at once, so that nobody waits when little happens.

import type { Cancel, Clock } from "./clock.ts";

/** Runs a task at most once every `intervalMs`. */
export class Throttle {
  readonly #clock: Pick<Clock, "now" | "after">;
  readonly #intervalMs: number;
  readonly #task: () => void;
  #lastRun = -Infinity;
  #cancel: Cancel | undefined;

  constructor(clock: Pick<Clock, "now" | "after">, intervalMs: number, task: () => void) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#task = task;
  }

  /** Asks for a run, on a later turn at the earliest; asking again before it happens changes nothing. */
  request(): void {
    if (this.#cancel !== undefined) return;
    const wait = Math.max(0, this.#lastRun + this.#intervalMs - this.#clock.now());
    this.#cancel = this.#clock.after(wait, () => {
      this.#cancel = undefined;
      this.#lastRun = this.#clock.now();
      this.#task();
    });
  }

  /** Calls off a run that was asked for. */
  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
