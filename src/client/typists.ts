// Who is writing. The server only says that somebody is; that they stopped has to be concluded.

import type { Cancel } from "../clock.ts";
import type { Timer } from "./platform.ts";

/** Somebody not heard of for this long has stopped. Twice the interval of those who write. */
export const TYPING_EXPIRES_MS = 6_000;

/** The names of everyone who is writing, in the order in which they began. */
export class Typists {
  readonly #timer: Timer;
  readonly #changed: (names: readonly string[]) => void;
  readonly #expiries = new Map<string, Cancel>();

  /** `changed` gets all the names whenever they are others than before. */
  constructor(timer: Timer, changed: (names: readonly string[]) => void) {
    this.#timer = timer;
    this.#changed = changed;
  }

  /** These are writing right now. */
  heard(names: readonly string[]): void {
    const before = this.#expiries.size;
    for (const name of names) {
      this.#expiries.get(name)?.();
      this.#expiries.set(name, this.#timer.after(TYPING_EXPIRES_MS, () => this.stopped([name])));
    }
    if (this.#expiries.size !== before) this.#tell();
  }

  /** These have sent what they wrote, or left. */
  stopped(names: Iterable<string>): void {
    const before = this.#expiries.size;
    for (const name of names) {
      this.#expiries.get(name)?.();
      this.#expiries.delete(name);
    }
    if (this.#expiries.size !== before) this.#tell();
  }

  /** Nobody is. */
  clear(): void {
    this.stopped([...this.#expiries.keys()]);
  }

  #tell(): void {
    this.#changed([...this.#expiries.keys()]);
  }
}
