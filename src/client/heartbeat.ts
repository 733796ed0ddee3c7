// Notices that the other side is gone. A socket whose network vanished stays "open" for minutes, so
// silence is broken with a ping, and a ping with no answer is a verdict.

import type { Cancel } from "../clock.ts";
import type { Timer } from "./platform.ts";

/** Silence that calls for a ping. Proxies cut idle connections at 60 s, the server at 30 s. */
export const SILENCE_MS = 25_000;
/** How long an answer may take. */
export const ANSWER_MS = 5_000;

/** What a {@linkcode Heartbeat} does. */
export interface HeartbeatActions {
  ping(): void;
  /** Nothing came; called once, and never after {@linkcode Heartbeat.stop}. */
  dead(): void;
}

/** Watches one connection at a time. Anything that comes in counts as a sign of life. */
export class Heartbeat {
  readonly #timer: Timer;
  readonly #actions: HeartbeatActions;
  #cancel: Cancel | undefined;

  constructor(timer: Timer, actions: HeartbeatActions) {
    this.#timer = timer;
    this.#actions = actions;
  }

  /** Something came in. */
  heard(): void {
    this.#after(SILENCE_MS, () => this.probe(ANSWER_MS));
  }

  /** Something must come in within `withinMs`. */
  expect(withinMs: number): void {
    this.#after(withinMs, () => {
      this.stop();
      this.#actions.dead();
    });
  }

  /** Asks for a sign of life within `withinMs`. */
  probe(withinMs: number): void {
    this.expect(withinMs);
    this.#actions.ping();
  }

  /** Stops watching, until the next call of another method. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #after(delayMs: number, task: () => void): void {
    this.#cancel?.();
    this.#cancel = this.#timer.after(delayMs, task);
  }
}
