// Says that something is being written, as often as others need to hear it and no more.

import type { Cancel } from "../clock.ts";
import type { Timer } from "./platform.ts";

/** The server hears of writing at most this often. */
export const TYPING_INTERVAL_MS = 3_000;

/** What a writer tells. */
export class TypingSignal {
  readonly #timer: Timer;
  readonly #send: () => void;
  // While it is there, the server has just heard of writing.
  #cancel: Cancel | undefined;

  constructor(timer: Timer, send: () => void) {
    this.#timer = timer;
    this.#send = send;
  }

  /** To be called at every key. */
  key(): void {
    if (this.#cancel !== undefined) return;
    this.#cancel = this.#timer.after(TYPING_INTERVAL_MS, () => this.#cancel = undefined);
    this.#send();
  }

  /** The server has heard of nothing: the connection is another one. */
  reset(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
