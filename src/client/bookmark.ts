// Where a reader stands in a log, so that nothing is shown twice and reading goes on where it ended.

import type { Message } from "../message.ts";
import type { Since } from "../protocol.ts";

/** The last message a reader has had. */
export class Bookmark {
  #since: Since | undefined;

  constructor(since?: Since) {
    this.#since = since;
  }

  /** What to ask the server for: everything after this. */
  get since(): Since | undefined {
    return this.#since;
  }

  /** Begins anew, in `log`, with `messages` already read. */
  reset(log: string, messages: readonly Message[]): void {
    this.#since = { log, seq: messages.at(-1)?.seq ?? 0 };
  }

  /**
   * Moves past `messages` and returns those that are new. The server sends everything in the order
   * of `seq`, except a stored message that a repeated `send` brings back, and that one is old.
   */
  advance(messages: readonly Message[]): readonly Message[] {
    const { log, seq } = this.#since ?? { log: "", seq: 0 };
    const fresh = messages.filter((message) => message.seq > seq);
    const last = fresh.at(-1);
    if (last !== undefined) this.#since = { log, seq: last.seq };
    return fresh;
  }
}
