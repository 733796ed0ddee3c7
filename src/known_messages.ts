// The newest messages by their ids: what makes it safe to say something again.

import { WINDOW_MESSAGES } from "./limits.ts";
import type { StoredMessage } from "./message.ts";

/** The newest {@linkcode WINDOW_MESSAGES} messages that were added. */
export class KnownMessages {
  readonly #byId = new Map<string, StoredMessage>();
  // In the order in which they came, as a ring. The map knows it too, but walks from its beginning over
  // everything that was deleted there.
  readonly #ids: string[] = [];
  #next = 0;

  /** The message of that id, if it is among the newest. */
  get(id: string): StoredMessage | undefined {
    return this.#byId.get(id);
  }

  /** Adds messages and forgets the oldest that are too many. */
  add(messages: readonly StoredMessage[]): void {
    for (const message of messages) {
      const oldest = this.#ids[this.#next];
      if (oldest !== undefined) this.#byId.delete(oldest);
      this.#ids[this.#next] = message.id;
      this.#next = (this.#next + 1) % WINDOW_MESSAGES;
      this.#byId.set(message.id, message);
    }
  }

  /** Forgets all. */
  clear(): void {
    this.#byId.clear();
    this.#ids.length = 0;
    this.#next = 0;
  }
}
