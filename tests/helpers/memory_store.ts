// A store for tests that are about something else: keeps the promises of `MessageStore`, but for the
// one about dying, since all it has is memory.

import { ChatError } from "../../src/errors.ts";
import { type Draft, type StoredMessage, toStored } from "../../src/message.ts";
import type { Appended, MessageStore } from "../../src/store.ts";

/** What stays when a {@linkcode MemoryStore} is closed and the next one is opened on it. */
export class MemoryDisk {
  readonly log: string = `log-${crypto.randomUUID()}`;
  messages: readonly StoredMessage[] = [];
  /** Refuses every write. */
  isBroken = false;
}

/** How to open a {@linkcode MemoryStore}. */
export interface MemoryStoreOptions {
  /** @default a new one */
  readonly disk?: MemoryDisk;
  /** Messages kept. @default 100 */
  readonly history?: number;
}

/** Each message is a batch of its own; ids are known as far back as the history reaches. */
export class MemoryStore implements MessageStore {
  readonly disk: MemoryDisk;
  readonly recent: readonly StoredMessage[];
  readonly #history: number;
  #deliver: (batch: readonly StoredMessage[]) => void = () => {};
  #trouble: ChatError | undefined;
  #isClosed = false;

  constructor({ disk = new MemoryDisk(), history = 100 }: MemoryStoreOptions = {}) {
    this.disk = disk;
    this.#history = history;
    disk.messages = disk.messages.slice(-history);
    this.recent = disk.messages;
  }

  get log(): string {
    return this.disk.log;
  }

  get trouble(): ChatError | undefined {
    return this.#trouble;
  }

  tail(deliver: (batch: readonly StoredMessage[]) => void): void {
    this.#deliver = deliver;
  }

  // Nothing is awaited in here, so nothing can come in between; only the answer is late.
  // deno-lint-ignore require-await -- what it throws has to be a rejection
  async append({ id, name, text }: Draft): Promise<Appended> {
    const known = this.disk.messages.find((message) => message.id === id);
    if (known !== undefined) return { message: known, isNew: false };
    if (this.#isClosed) throw notSaved("the store is closed");
    if (this.disk.isBroken) throw this.#trouble = notSaved("the memory is broken");
    this.#trouble = undefined;
    const seq = (this.disk.messages.at(-1)?.seq ?? 0) + 1;
    const message = toStored({ seq, id, name, text, time: new Date().toISOString() });
    this.disk.messages = [...this.disk.messages, message].slice(-this.#history);
    this.#deliver([message]);
    return { message, isNew: true };
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }
}

function notSaved(why: string): ChatError {
  return new ChatError("not_saved", `Cannot save the message: ${why}; try again`);
}
