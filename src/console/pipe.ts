// The chat as a program among programs: lines in, lines out, an exit status.

import * as v from "valibot";
import type { ChatClient } from "../client/client.ts";
import type { ClientEvent } from "../client/events.ts";
import type { Status } from "../client/link.ts";
import { messagesOf } from "../client/messages.ts";
import type { Cancel, Clock } from "../clock.ts";
import { ChatError } from "../errors.ts";
import { isMessageId, type Message } from "../message.ts";
import type { Since } from "../protocol.ts";
import { toJson, toLine } from "./lines.ts";

/** How long a server may be out of reach for a run that has something to send and an end. */
export const GIVE_UP_MS = 30_000;

/** What a pipe needs. */
export interface PipeOptions {
  readonly client: ChatClient;
  readonly clock: Pick<Clock, "after">;
  readonly name: string;
  readonly json: boolean;
  /** Go on reading when the input has ended. */
  readonly follow: boolean;
  /** Lines of the input, without their ends. */
  readonly input: AsyncIterable<string>;
  /** Returns whether anybody reads it. */
  readonly print: (line: string) => boolean;
  /** For what is neither a message in nor a message out. */
  readonly warn: (line: string) => void;
  /** Called after each message was printed, and for one's own, too. */
  readonly remember: (since: Since) => Promise<void>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const InputSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    text: v.string(),
    id: v.optional(v.pipe(v.string(), v.check(isMessageId))),
  }),
);

/**
 * Sends every line of the input and prints every message of others, until the input has ended and all
 * of it is stored; with `follow` until the signal. Ends, too, when nobody reads what is printed. Resolves
 * with the exit status: 0 when everything that was read from the input is stored, else 1.
 *
 * @throws {ChatError} when the name cannot be had, or without `follow` when the server is out of reach
 * for {@linkcode GIVE_UP_MS}.
 * @throws {RangeError} when printing and remembering is too slow for what comes in.
 */
export async function runPipe(options: PipeOptions): Promise<number> {
  const { client, follow, signal } = options;
  const stop = new AbortController();
  const trouble = new Trouble(options);
  const printing = printMessages(options, AbortSignal.any([signal, stop.signal]));
  client.connect();
  const sender = new Sender(options);
  const sending = sender.run();
  try {
    const enough = follow ? sending.then(() => trouble.fatal) : sending;
    await Promise.race([enough, printing, trouble.fatal]);
  } finally {
    trouble.close();
    stop.abort();
    client.close();
  }
  // What had come by then.
  await printing;
  return sender.hasFailed || client.unsent.length > 0 ? 1 : 0;
}

async function printMessages(
  { client, name, json, print, remember }: PipeOptions,
  signal: AbortSignal,
): Promise<void> {
  const format: (message: Message) => string = json ? toJson : toLine;
  for await (const message of messagesOf(client, { signal })) {
    if (message.name !== name && !print(format(message))) return;
    await remember(message.since);
  }
}

/** Carries the input to the server. */
class Sender {
  /** Whether a line was not taken. */
  hasFailed = false;
  readonly #options: PipeOptions;

  constructor(options: PipeOptions) {
    this.#options = options;
  }

  /** Ends with the input; rejects when the name cannot be had. */
  async run(): Promise<void> {
    const { client, name, input } = this.#options;
    await client.join(name);
    for await (const line of input) {
      if (line.trim() !== "") await this.#send(line);
    }
  }

  async #send(line: string): Promise<void> {
    const { client, json, warn } = this.#options;
    try {
      // With --json too, a line that is no object is simply a message.
      const isObject = json && line.trimStart().startsWith("{");
      const { text, id } = isObject ? parseInput(line) : { text: line };
      await client.send(text, id);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      warn(error.message);
      this.hasFailed = true;
    }
  }
}

function parseInput(line: string): { text: string; id?: string | undefined } {
  const result = v.safeParse(InputSchema, line);
  if (result.success) return result.output;
  throw new ChatError(
    "bad_request",
    'Cannot read a line of the input: it must be an object such as {"text":"hello","id":"a1"}',
  );
}

/** Says what goes wrong on the way, and knows when to give up. */
class Trouble {
  readonly #options: PipeOptions;
  readonly #fatal = Promise.withResolvers<never>();
  #isBreakSaid = false;
  #cancelGiveUp: Cancel | undefined;

  constructor(options: PipeOptions) {
    this.#options = options;
    // It may come when nobody waits any more.
    this.#fatal.promise.catch(() => {});
    options.client.listen((event) => this.#happened(event));
    this.#watchReach("connecting");
  }

  /** Rejects when going on makes no sense. */
  get fatal(): Promise<never> {
    return this.#fatal.promise;
  }

  close(): void {
    this.#cancelGiveUp?.();
  }

  #happened(event: ClientEvent): void {
    const { warn } = this.#options;
    switch (event.type) {
      case "refused":
        return this.#fatal.reject(event.error);
      case "delayed":
      case "error":
        return warn(event.error.message);
      case "messages":
        return event.skipped > 0 ? warn(`${event.skipped} messages were missed`) : undefined;
      case "status":
        // Once for each break, not for each attempt.
        if (event.status === "waiting" && !this.#isBreakSaid) warn("No connection; trying again…");
        if (event.status !== "connecting") this.#isBreakSaid = event.status === "waiting";
        return this.#watchReach(event.status);
    }
  }

  #watchReach(status: Status): void {
    if (status === "connected" || status === "closed") {
      this.#cancelGiveUp?.();
      this.#cancelGiveUp = undefined;
    } else if (!this.#options.follow) {
      this.#cancelGiveUp ??= this.#options.clock.after(GIVE_UP_MS, () => {
        const error = new ChatError("not_saved", "Cannot send: the server cannot be reached");
        this.#fatal.reject(error);
      });
    }
  }
}
