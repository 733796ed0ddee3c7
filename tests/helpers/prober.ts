// Somebody who does nothing but ask for the conversation now and then, with a watch in hand.

import type { Target } from "./poster.ts";

/** Between two questions. */
const PAUSE_MS = 20;

/** One who asks, from when it is made until it is closed. */
export class Prober {
  /** Milliseconds that each answer took. */
  readonly waits: number[] = [];
  /** The longest time without an answer, whatever the reason. */
  longestGapMs = 0;
  readonly #target: Target;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;

  constructor(target: Target) {
    this.#target = target;
    this.#running = this.#run();
  }

  get p99Ms(): number {
    const sorted = this.waits.toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(sorted.length * 0.99) - 1)] ?? 0;
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    let answeredAt = performance.now();
    while (!signal.aborted) {
      const startedAt = performance.now();
      try {
        const response = await fetch(`${this.#target.url}/messages.json?since=999999999`, {
          signal,
        });
        await response.body?.cancel();
        const now = performance.now();
        this.waits.push(now - startedAt);
        this.longestGapMs = Math.max(this.longestGapMs, now - answeredAt);
        answeredAt = now;
      } catch (error) {
        if (signal.aborted) return;
        // Nobody is there just now.
        if (!(error instanceof TypeError)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
