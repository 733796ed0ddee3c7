// The store of a single machine: one JSON file. What arrives while a write is running goes into the
// next write together (group commit), so the disk is asked as rarely as it can answer.

import type { Clock } from "./clock.ts";
import type { DataDirectory } from "./data_directory.ts";
import type { ChatError } from "./errors.ts";
import { repair } from "./file_repair.ts";
import { KnownMessages } from "./known_messages.ts";
import { type Draft, type StoredMessage, toStored } from "./message.ts";
import { decodeFile, encodeFile, type MessagesFile } from "./messages_file.ts";
import { type Appended, MAX_WAITING, type MessageStore, notSaved } from "./store.ts";

/** The conversation, in the data directory. */
export const MESSAGES_FILE = "messages.json";

/** A file of 1000 messages of the largest size has 8 MiB; what is larger is no file of ours. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

/**
 * How long a draft may wait for the disk. A disk that has to spin up first is in time; who says
 * something waits no longer than this for an answer.
 */
export const SAVE_DEADLINE_MS = 10_000;

// Every write has this much of it for itself. A process that stood still (stopped, or its machine paused)
// hears of its timers first when it goes on, and then of the write that has long succeeded.
const LAST_MOMENT_MS = 1_000;

/** What a file store tells those who count and log. */
export interface FileStoreEvents {
  /** One write with `messages` in it took `seconds`. */
  committed(messages: number, seconds: number): void;
  /** A write failed, or took too long; `first` when the one before had not. */
  commitFailed(error: unknown, first: boolean): void;
  /** A write succeeded after one that had failed. */
  commitRecovered(): void;
  /** The file was damaged: it was copied to `copiedTo`, and `kept` messages of it live on. */
  repaired(repair: { copiedTo: string; kept: number }): void;
  /** Whoever reads the tail threw. */
  deliveryFailed(error: unknown): void;
}

/** What a file store is made of. */
export interface FileStoreOptions {
  readonly directory: DataDirectory;
  /** Messages kept in the file. */
  readonly history: number;
  readonly clock: Clock;
  /** A fresh id for a log. */
  readonly newLogId: () => string;
  readonly events: FileStoreEvents;
}

interface Waiting {
  readonly draft: Draft;
  readonly receivedAt: number;
  readonly outcome: PromiseWithResolvers<Appended>;
}

const encoder = new TextEncoder();

/**
 * The log in a JSON file. Ids are known as far back as the newest 4096 messages of this run, and after
 * a restart as far back as the file reaches.
 */
export class FileStore implements MessageStore {
  readonly log: string;
  readonly recent: readonly StoredMessage[];

  readonly #options: FileStoreOptions;
  readonly #waiting: Waiting[] = [];
  readonly #waitingById = new Map<string, Waiting>();
  readonly #known = new KnownMessages();
  #kept: readonly StoredMessage[];
  #deliver: (batch: readonly StoredMessage[]) => void = () => {};
  #writing: Promise<void> | undefined;
  #trouble: ChatError | undefined;
  // A write is under way that has taken too long, and was given up. The next one waits for its end all
  // the same: a late rename would put an old file over a new one.
  #isHanging = false;
  // A write that was given up has succeeded: the file holds what everyone was told is refused.
  #isFileAhead = false;
  #isClosed = false;

  private constructor(options: FileStoreOptions, file: MessagesFile) {
    this.#options = options;
    this.log = file.log;
    this.recent = file.messages;
    this.#kept = file.messages;
    this.#known.add(file.messages);
  }

  /**
   * Opens the log, and mends its file when that is damaged: see the README, "The data file".
   *
   * @throws {StartError} when there is a file and it cannot be read, or cannot be mended.
   */
  static async open(options: FileStoreOptions): Promise<FileStore> {
    const { directory, history, newLogId } = options;
    await directory.removeTemporary(MESSAGES_FILE);
    const bytes = await directory.read(MESSAGES_FILE, MAX_FILE_BYTES);
    if (bytes === undefined) return new FileStore(options, { log: newLogId(), messages: [] });
    // Not fatal: bytes that are no UTF-8 become U+FFFD and damage one message, not the reading.
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    const whole = decodeFile(text, history);
    if (whole !== undefined) return new FileStore(options, whole);
    const { file, copiedTo } = await repair(options, { name: MESSAGES_FILE, text, bytes });
    options.events.repaired({ copiedTo, kept: file.messages.length });
    return new FileStore(options, file);
  }

  get trouble(): ChatError | undefined {
    return this.#trouble;
  }

  tail(deliver: (batch: readonly StoredMessage[]) => void): void {
    this.#deliver = deliver;
  }

  append(draft: Draft): Promise<Appended> {
    const message = this.#known.get(draft.id);
    if (message !== undefined) return Promise.resolve({ message, isNew: false });
    const twin = this.#waitingById.get(draft.id);
    if (twin !== undefined) {
      return twin.outcome.promise.then(({ message }) => ({ message, isNew: false }));
    }
    if (this.#isClosed) return Promise.reject(notSaved("the server is stopping"));
    if (this.#isHanging && this.#trouble !== undefined) return Promise.reject(this.#trouble);
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(notSaved("too many messages are waiting for the disk"));
    }
    const receivedAt = this.#options.clock.now();
    const waiting = { draft, receivedAt, outcome: Promise.withResolvers<Appended>() };
    this.#waiting.push(waiting);
    this.#waitingById.set(draft.id, waiting);
    this.#writing ??= this.#writeAll();
    return waiting.outcome.promise;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
    this.#options.directory.close();
  }

  async #writeAll(): Promise<void> {
    // What else arrived in this turn of the event loop belongs to the same write.
    await Promise.resolve();
    // Once more without a draft when the file is ahead: what nobody was shown must not be what a
    // restart brings to light, and the disk shows whether it answers again.
    while (this.#waiting.length > 0 || this.#isFileAhead) {
      await this.#commit(this.#waiting.splice(0));
    }
    this.#writing = undefined;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const { clock, history, events } = this.#options;
    const startedAt = clock.now();
    const messages = this.#toMessages(batch);
    const kept = [...this.#kept, ...messages].slice(-history);
    try {
      if (!await this.#write(kept, batch)) return;
    } catch (error) {
      this.#refuse(batch, error);
      return;
    }
    this.#kept = kept;
    this.#known.add(messages);
    events.committed(messages.length, (clock.now() - startedAt) / 1000);
    if (this.#trouble !== undefined) events.commitRecovered();
    this.#trouble = undefined;
    this.#show(batch, messages);
  }

  // Returns whether the write was in time. One that was not has been refused, whatever became of it.
  async #write(kept: readonly StoredMessage[], batch: readonly Waiting[]): Promise<boolean> {
    const { clock, directory } = this.#options;
    const age = clock.now() - (batch[0]?.receivedAt ?? clock.now());
    let cancel = clock.after(Math.max(0, SAVE_DEADLINE_MS - LAST_MOMENT_MS - age), () => {
      cancel = clock.after(LAST_MOMENT_MS, () => this.#giveUp(batch));
    });
    this.#isFileAhead = false;
    try {
      const text = encodeFile({ log: this.log, messages: kept });
      await directory.replace(MESSAGES_FILE, encoder.encode(text));
      this.#isFileAhead = this.#isHanging;
    } catch (error) {
      if (!this.#isHanging) throw error;
    } finally {
      cancel();
    }
    const isInTime = !this.#isHanging;
    this.#isHanging = false;
    return isInTime;
  }

  #giveUp(batch: readonly Waiting[]): void {
    this.#isHanging = true;
    const cause = new Error(`The disk has not answered for ${SAVE_DEADLINE_MS} ms`);
    this.#refuse([...batch, ...this.#waiting.splice(0)], cause, "the disk does not answer");
  }

  #toMessages(batch: readonly Waiting[]): StoredMessage[] {
    const time = this.#options.clock.date().toISOString();
    const lastSeq = this.#kept.at(-1)?.seq ?? 0;
    return batch.map(({ draft, receivedAt }, index) => {
      const { id, name, text } = draft;
      return toStored({ seq: lastSeq + 1 + index, id, name, text, time }, { receivedAt });
    });
  }

  #show(batch: readonly Waiting[], messages: readonly StoredMessage[]): void {
    if (messages.length === 0) return;
    try {
      this.#deliver(messages);
    } catch (error) {
      this.#options.events.deliveryFailed(error);
    }
    messages.forEach((message, index) => {
      this.#waitingById.delete(message.id);
      batch[index]?.outcome.resolve({ message, isNew: true });
    });
  }

  #refuse(
    batch: readonly Waiting[],
    cause: unknown,
    why = "the disk refused it; it may be full or read-only",
  ): void {
    this.#options.events.commitFailed(cause, this.#trouble === undefined);
    this.#trouble = notSaved(why, cause);
    for (const { draft, outcome } of batch) {
      this.#waitingById.delete(draft.id);
      outcome.reject(this.#trouble);
    }
  }
}
