// The newest messages by their ids: what makes it safe to say something again.

import { WINDOW_MESSAGES } from "./limits.ts";
import type { StoredMessage } from "./message.ts";

/** The newest {@linkcode WINDOW_MESSAGES} messages that were added. */
export class KnownMessages {
  readonly #byId = new Map<string, StoredMessage>();

  /** The message of that id, if it is among the newest. */
  get(id: string): StoredMessage | undefined {
    return this.#byId.get(id);
  }

  /** Adds messages and forgets the oldest that are too many. */
  add(messages: readonly StoredMessage[]): void {
    for (const message of messages) this.#byId.set(message.id, message);
    for (const id of this.#byId.keys()) {
      if (this.#byId.size <= WINDOW_MESSAGES) break;
      this.#byId.delete(id);
    }
  }

  /** Forgets all. */
  clear(): void {
    this.#byId.clear();
  }
}
