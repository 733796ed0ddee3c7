// Somebody who does nothing but ask for the conversation now and then, with a watch in hand.

import type { Target } from "./poster.ts";

/** Between two questions. */
const PAUSE_MS = 20;

/** One who asks, from when it is made until it is closed. */
export class Prober {
  /** Milliseconds that each answer took. */
  readonly waits: number[] = [];
  failures = 0;
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
    while (!signal.aborted) {
      const startedAt = performance.now();
      try {
        const response = await fetch(`${this.#target.url}/messages.json?since=999999999`, {
          signal,
        });
        await response.body?.cancel();
        this.waits.push(performance.now() - startedAt);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof TypeError)) throw error;
        this.failures++;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
