// What this node has seen of the log: every message once, in order, handed to the one who shows it. Knows
// nothing of NATS.

import { KnownMessages } from "../known_messages.ts";
import { type StoredMessage, toStored } from "../message.ts";
import type { Entry } from "./log_stream.ts";

/** What a view tells those who count and log. */
export interface LogViewEvents {
  /** Whoever shows the messages threw. */
  deliveryFailed(error: unknown): void;
  /** What stands at `seq` is nothing that anybody could have said, or is there twice; nobody is shown it. */
  entryIgnored(seq: number): void;
}

/** What a view needs. */
export interface LogViewOptions {
  readonly events: LogViewEvents;
  /** When this node got the message of that id from its sender; `undefined` when it did not. */
  readonly receivedAt: (id: string) => number | undefined;
  /** These messages have been shown. */
  readonly shown: (messages: readonly StoredMessage[]) => void;
}

/** The log as one node has it. */
export class LogView {
  readonly #options: LogViewOptions;
  readonly #known = new KnownMessages();
  #recent: readonly StoredMessage[] = [];
  // What came before there was anybody to show it.
  #early: StoredMessage[] = [];
  #deliver: (batch: readonly StoredMessage[]) => void = (batch) => this.#early.push(...batch);
  #restart: (messages: readonly StoredMessage[]) => void = (messages) => {
    this.#recent = messages;
    this.#early = [];
  };

  constructor(options: LogViewOptions) {
    this.#options = options;
  }

  /** See `MessageStore.recent`. */
  get recent(): readonly StoredMessage[] {
    return this.#recent;
  }

  /** The message of that id, if it is among the newest that were seen. */
  get(id: string): StoredMessage | undefined {
    return this.#known.get(id);
  }

  /** See `MessageStore.tail`. */
  follow(
    deliver: (batch: readonly StoredMessage[]) => void,
    restart: (messages: readonly StoredMessage[]) => void,
  ): void {
    this.#deliver = deliver;
    this.#restart = restart;
    const early = this.#early.splice(0);
    if (early.length > 0) this.#handOver(early, () => deliver(early));
  }

  /** The log is another one and holds `entries`; returns how many messages that is. */
  restart(entries: readonly Entry[]): number {
    this.#known.clear();
    const messages = this.#read(entries);
    this.#handOver(messages, () => this.#restart(messages));
    return messages.length;
  }

  /** The log goes on with `entries`. */
  append(entries: readonly Entry[]): void {
    const messages = this.#read(entries);
    if (messages.length > 0) this.#handOver(messages, () => this.#deliver(messages));
  }

  #read(entries: readonly Entry[]): StoredMessage[] {
    const messages: StoredMessage[] = [];
    for (const { seq, message } of entries) {
      if (message === undefined || this.#known.get(message.id) !== undefined) {
        this.#options.events.entryIgnored(seq);
        continue;
      }
      const receivedAt = this.#options.receivedAt(message.id);
      const stored = toStored(message, receivedAt === undefined ? {} : { receivedAt });
      this.#known.add([stored]);
      messages.push(stored);
    }
    return messages;
  }

  #handOver(messages: readonly StoredMessage[], show: () => void): void {
    try {
      show();
    } catch (error) {
      this.#options.events.deliveryFailed(error);
    }
    this.#options.shown(messages);
  }
}
