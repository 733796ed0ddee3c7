// One reading of the log, from some place to its end and then along with it. It ends when the stream or
// the connection does; whoever wants more opens another.

import type { Entry, LogStream } from "./log_stream.ts";
import type { ConsumerMessages } from "./library.ts";
import { endOf, READING, unlessEnded } from "./reading.ts";

/** The part of a log that a reading needs. */
export type ReadableLog = Pick<LogStream, "consumer" | "toEntry">;

/** A reading that has reached the end of the log once. */
export class Tail {
  /** Resolves when it has ended, with an error unless it was told to, or when nothing comes any more. */
  readonly ended: Promise<unknown>;
  readonly #messages: ConsumerMessages;
  readonly #remove: () => Promise<unknown>;
  readonly #arrived: Entry[];
  #deliver: ((entries: readonly Entry[]) => void) | undefined;
  #isScheduled = false;

  private constructor(
    messages: ConsumerMessages,
    options: { remove: () => Promise<unknown>; arrived: Entry[] },
  ) {
    this.#messages = messages;
    this.#remove = options.remove;
    this.#arrived = options.arrived;
    this.ended = endOf(messages);
  }

  /**
   * Reads from `fromSeq` on, until everything is read that was there when it began.
   *
   * @throws when the stream or the connection is lost on the way.
   */
  static async open(stream: ReadableLog, fromSeq: number): Promise<Tail> {
    const consumer = await stream.consumer(fromSeq);
    const { num_pending } = await consumer.info(true);
    const caughtUp = Promise.withResolvers<void>();
    if (num_pending === 0) caughtUp.resolve();
    const arrived: Entry[] = [];
    // deno-lint-ignore prefer-const -- the first messages may come before there is a tail
    let tail: Tail | undefined;
    const messages = await consumer.consume({
      ...READING,
      callback(message) {
        arrived.push(stream.toEntry(message));
        // The oldest may be removed while they are waited for; the newest is there.
        if (message.info.pending === 0 || arrived.length >= num_pending) caughtUp.resolve();
        if (tail !== undefined) tail.#schedule();
      },
    });
    tail = new Tail(messages, { remove: () => consumer.delete(), arrived });
    await unlessEnded(tail, caughtUp.promise);
    return tail;
  }

  /** Takes what has been read and is not delivered yet. */
  take(): Entry[] {
    return this.#arrived.splice(0);
  }

  /** From now on calls `deliver` with what came in one turn, in order. */
  follow(deliver: (entries: readonly Entry[]) => void): void {
    this.#deliver = deliver;
    this.#schedule();
  }

  /** Ends it; nothing is delivered any more. */
  stop(): void {
    this.#deliver = undefined;
    this.#messages.stop();
  }

  /** Ends it, and tells NATS that it need not remember it. */
  async close(): Promise<void> {
    this.stop();
    // NATS forgets it by itself, too, some minutes later.
    await this.#remove().catch((error) => error);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#deliver === undefined) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      const entries = this.take();
      if (entries.length > 0) this.#deliver?.(entries);
    });
  }
}
