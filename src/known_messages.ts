// The newest messages by their ids: what makes it safe to say something again.

import { WINDOW_MESSAGES } from "./limits.ts";
import type { StoredMessage } from "./message.ts";

/**
 * The newest {@linkcode WINDOW_MESSAGES} messages that were added, at least, and at most twice as many: the
 * oldest are forgotten all at once, because a map that loses its entries one by one walks over their places.
 */
export class KnownMessages {
  #newer = new Map<string, StoredMessage>();
  #older: ReadonlyMap<string, StoredMessage> = new Map();

  /** The message of that id, if it is among the newest. */
  get(id: string): StoredMessage | undefined {
    return this.#newer.get(id) ?? this.#older.get(id);
  }

  /** Adds messages. */
  add(messages: readonly StoredMessage[]): void {
    for (const message of messages) {
      if (this.#newer.size === WINDOW_MESSAGES) {
        this.#older = this.#newer;
        this.#newer = new Map();
      }
      this.#newer.set(message.id, message);
    }
  }

  /** Forgets all. */
  clear(): void {
    this.#newer = new Map();
    this.#older = new Map();
  }
}
