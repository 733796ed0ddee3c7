// How long to wait before trying again. Arithmetic only: the waiting is done elsewhere.

/** The first wait is at most this long. */
export const FIRST_DELAY_MS = 500;
/** No wait is longer than this. */
export const LONGEST_DELAY_MS = 30_000;

/**
 * Waits that double from half a second to half a minute, each drawn evenly from zero to its ceiling
 * ("full jitter"): a thousand clients that lost the same server do not all come back at once.
 *
 * @example
 * ```ts
 * import { Backoff } from "./backoff.ts";
 *
 * const backoff = new Backoff(Math.random);
 * backoff.next(); // 0 to 500
 * backoff.next(); // 0 to 1000
 * ```
 */
export class Backoff {
  readonly #random: () => number;
  readonly #places: number;
  #attempt = 0;

  /**
   * `random` returns numbers from 0 up to but not including 1, as `Math.random` does. With several `places`
   * to try in turn the waits grow once a round, when all have been tried.
   */
  constructor(random: () => number, places = 1) {
    this.#random = random;
    this.#places = places;
  }

  /** The next wait in milliseconds. */
  next(): number {
    const round = Math.floor(this.#attempt++ / this.#places);
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** round);
    return this.#random() * ceiling;
  }

  /** A wait of 15 to 30 s, for a server that said it is asked too much. */
  long(): number {
    return LONGEST_DELAY_MS / 2 * (1 + this.#random());
  }

  /** Starts over: it worked. */
  reset(): void {
    this.#attempt = 0;
  }
}
