// The messages of a client as something to loop over, for bots and pipes. Listens; connects nothing.

import type { Message } from "../message.ts";
import type { Since } from "../protocol.ts";
import type { ChatClient } from "./client.ts";

/** Messages that may wait for a slow loop; one that falls further behind is told so by an error. */
export const MAX_QUEUED = 10_000;

/** A message, and where to go on reading after it. */
export interface Received extends Message {
  /** Give it to the next client as its `since`, and nothing is missed and nothing comes again. */
  readonly since: Since;
}

/** What a loop over messages is made of. */
export interface MessageLoopOptions {
  /** Whether to begin with the server's last messages. @default {false} */
  readonly past?: boolean;
  /** Ends the loop, after what has come by then. */
  readonly signal?: AbortSignal;
}

/**
 * Every message that comes after the call, in order and each once, over reconnects and restarts, until
 * `signal` aborts. Call it before `connect`, or the first ones may be missed. When the client was made
 * with `since`, what followed that comes first.
 *
 * @throws {RangeError} in the loop, when it is {@linkcode MAX_QUEUED} messages behind.
 *
 * @example A bot that answers
 * ```ts
 * import { createClient } from "../create_client.ts";
 * import { messagesOf } from "./messages.ts";
 *
 * const client = createClient({ url: "http://localhost:8000" });
 * const messages = messagesOf(client);
 * client.connect();
 * await client.join("Echo");
 * for await (const { name, text } of messages) {
 *   if (text === "!ping") await client.send(`pong, ${name}`);
 * }
 * ```
 */
export function messagesOf(
  client: Pick<ChatClient, "listen" | "since">,
  options: MessageLoopOptions = {},
): AsyncGenerator<Received, void, void> {
  const queue = new MessageQueue();
  // A client that goes on from somewhere gets its past as `messages`, and a reset then says that what
  // followed can only be had from there on.
  let takesReset = options.past === true || client.since !== undefined;
  const stop = client.listen((event) => {
    if (event.type === "messages" || (event.type === "reset" && takesReset)) {
      const log = client.since?.log ?? "";
      queue.add(
        event.messages.map((message) => ({ ...message, since: { log, seq: message.seq } })),
      );
    }
    takesReset ||= event.type === "reset";
  });
  options.signal?.addEventListener("abort", () => queue.end(), { once: true });
  if (options.signal?.aborted) queue.end();
  return drain(queue, stop);
}

async function* drain(queue: MessageQueue, stop: () => void): AsyncGenerator<Received, void, void> {
  try {
    for (let message = await queue.next(); message !== undefined; message = await queue.next()) {
      yield message;
    }
  } finally {
    stop();
  }
}

class MessageQueue {
  #messages: Received[] = [];
  #isOver = false;
  #hasOverflowed = false;
  #wake: () => void = () => {};

  add(messages: readonly Received[]): void {
    if (this.#isOver) return;
    this.#hasOverflowed ||= this.#messages.length + messages.length > MAX_QUEUED;
    if (!this.#hasOverflowed) this.#messages.push(...messages);
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  /** The next message, or `undefined` after the last. */
  async next(): Promise<Received | undefined> {
    while (this.#messages.length === 0 && !this.#isOver && !this.#hasOverflowed) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const message = this.#messages.shift();
    if (message === undefined && this.#hasOverflowed) {
      throw new RangeError(`Cannot go on: the loop is more than ${MAX_QUEUED} messages behind`);
    }
    return message;
  }
}
