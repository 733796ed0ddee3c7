// The store of many machines: a stream of NATS JetStream. What this node says goes out by a publish and is
// shown, as everywhere else, when it comes back by the tail: every node has the same log in the same order.

import type { Clock } from "../clock.ts";
import { ChatError, reasonOf, StartError } from "../errors.ts";
import { type Draft, type StoredMessage, toStored } from "../message.ts";
import { type Appended, MAX_WAITING, type MessageStore, notSaved } from "../store.ts";
import type { ClusterConnection } from "./connection.ts";
import { LogFollower } from "./follower.ts";
import { inTime } from "./in_time.ts";
import { type Entry, LogStream, type LogStreamEvents } from "./log_stream.ts";
import { LogView, type LogViewEvents } from "./log_view.ts";
import { StoreHealth, type StoreHealthEvents, UNREACHABLE } from "./store_health.ts";

/** How long a draft may wait to be stored and shown. */
export const SAVE_DEADLINE_MS = 5_000;

// Of that, what NATS has for its answer; the rest is for the tail.
const ACK_MS = 4_000;

// Once more before a draft is refused: a process that stood still hears of its timers first when it goes on,
// and then of the message that has long come.
const LAST_MOMENT_MS = 250;

/** What this store tells those who count and log. */
export interface NatsStoreEvents extends LogStreamEvents, LogViewEvents, StoreHealthEvents {
  /** NATS has stored `messages` and has answered after `seconds`. */
  committed(messages: number, seconds: number): void;
  /** The log could not be read; that is tried again. */
  tailFailed(error: unknown): void;
  /** The log is another one, with these many of its messages here. */
  logRestarted(messages: number): void;
}

/** What a store is made of. */
export interface NatsStoreOptions {
  readonly connection: ClusterConnection;
  /** Servers of NATS that hold a copy each of a stream that is made here. */
  readonly replicas: number;
  readonly clock: Clock;
  readonly events: NatsStoreEvents;
}

interface Waiting {
  readonly draft: Draft;
  readonly receivedAt: number;
  /** Resolves when the tail has brought it. */
  readonly arrived: PromiseWithResolvers<StoredMessage>;
  /** Resolves when the log was not followed for a while and is again: what was under way is no more. */
  lost: PromiseWithResolvers<undefined>;
  outcome: Promise<Appended> | undefined;
}

/**
 * The log in a stream. Ids are known as far back as the newest 4096 messages that this node has seen, and
 * by NATS for two minutes, whichever node they were sent to.
 */
export class NatsStore implements MessageStore {
  readonly #options: NatsStoreOptions;
  readonly #stream: LogStream;
  readonly #waiting = new Map<string, Waiting>();
  readonly #view: LogView;
  readonly #health: StoreHealth;
  #follower: LogFollower | undefined;
  #isClosed = false;

  private constructor(options: NatsStoreOptions, stream: LogStream) {
    this.#options = options;
    this.#stream = stream;
    this.#health = new StoreHealth(options.clock, options.events);
    this.#view = new LogView({
      events: options.events,
      receivedAt: (id) => this.#waiting.get(id)?.receivedAt,
      shown: (messages) => {
        for (const message of messages) this.#waiting.get(message.id)?.arrived.resolve(message);
      },
    });
  }

  /** @throws {StartError} when there is no JetStream, or its stream can be neither made nor read. */
  static async open(options: NatsStoreOptions): Promise<NatsStore> {
    const stream = await LogStream.open(options);
    const store = new NatsStore(options, stream);
    const { connection, clock } = options;
    const listener = {
      entries: (entries: readonly Entry[]) => store.#view.append(entries),
      restarted(entries: readonly Entry[]) {
        const messages = store.#view.restart(entries);
        if (store.#follower !== undefined) options.events.logRestarted(messages);
      },
      following: (isFollowing: boolean) => store.#setFollowing(isFollowing),
      failed: (error: unknown) => options.events.tailFailed(error),
    };
    try {
      store.#follower = await LogFollower.open({ connection, stream, clock, listener });
      await stream.compare();
      return store;
    } catch (cause) {
      await store.#follower?.close();
      const why = reasonOf(cause);
      throw new StartError(`Cannot use the log in NATS: ${why}; see docs/cluster.md`, { cause });
    }
  }

  get log(): string {
    return this.#follower?.log ?? "";
  }

  get recent(): readonly StoredMessage[] {
    return this.#view.recent;
  }

  get #isFollowing(): boolean {
    return this.#follower?.isFollowing === true;
  }

  get trouble(): ChatError | undefined {
    return this.#health.trouble;
  }

  tail(
    deliver: (batch: readonly StoredMessage[]) => void,
    restart: (messages: readonly StoredMessage[]) => void = () => {},
  ): void {
    this.#view.follow(deliver, restart);
  }

  append(draft: Draft): Promise<Appended> {
    const message = this.#view.get(draft.id);
    if (message !== undefined) return Promise.resolve({ message, isNew: false });
    const twin = this.#waiting.get(draft.id)?.outcome;
    if (twin !== undefined) return twin.then(({ message }) => ({ message, isNew: false }));
    if (this.#isClosed) return Promise.reject(notSaved("the server is stopping"));
    // Not even tried: what is published now would go out when NATS is back, long after the refusal.
    if (!this.#isFollowing) {
      const cause = new Error("There is no connection to NATS, or no stream in it");
      return Promise.reject(this.#health.refuse(cause, UNREACHABLE));
    }
    if (this.#waiting.size >= MAX_WAITING) {
      return Promise.reject(notSaved("too many messages are waiting for NATS"));
    }
    const receivedAt = this.#options.clock.now();
    const waiting: Waiting = {
      draft,
      receivedAt,
      arrived: Promise.withResolvers(),
      lost: Promise.withResolvers(),
      outcome: undefined,
    };
    this.#waiting.set(draft.id, waiting);
    waiting.outcome = this.#store(waiting).finally(() => this.#waiting.delete(draft.id));
    return waiting.outcome;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled([...this.#waiting.values()].map(({ outcome }) => outcome));
    this.#health.close();
    await this.#follower?.close();
  }

  async #store(waiting: Waiting): Promise<Appended> {
    const { draft } = waiting;
    let isNew = true;
    let failure: unknown = new Error("NATS has stored the message and has not brought it");
    try {
      const published = this.#stream.publish(draft, this.#leftMs(waiting, ACK_MS));
      const ack = await Promise.race([published, waiting.lost.promise]);
      if (ack === undefined) return await this.#storeAgain(waiting);
      this.#options.events.committed(1, (this.#options.clock.now() - waiting.receivedAt) / 1000);
      this.#health.stored();
      isNew = !ack.duplicate;
      // Without a place it is under way, and the tail brings it.
      if (ack.duplicate && ack.seq > 0 && ack.seq <= (this.#follower?.lastSeq ?? 0)) {
        return { message: await this.#original(draft, ack.seq), isNew };
      }
    } catch (error) {
      if (error instanceof ChatError) throw error;
      if (this.#stream.isGone(error)) this.#follower?.doubt();
      if (this.#stream.isRefusal(error)) throw this.#health.refuse(error, "NATS refused it");
      failure = error;
    }
    // That the answer was lost says nothing about the message: it may be on its way to everyone.
    const options = { clock: this.#options.clock, ms: this.#leftMs(waiting, SAVE_DEADLINE_MS) };
    try {
      return { message: await inTime(options, () => waiting.arrived.promise), isNew };
    } catch {
      throw this.#health.refuse(failure, "NATS does not answer");
    }
  }

  // NATS has the id if it has the message, so nothing is stored twice.
  async #storeAgain(waiting: Waiting): Promise<Appended> {
    const message = this.#view.get(waiting.draft.id);
    if (message !== undefined) return { message, isNew: true };
    waiting.lost = Promise.withResolvers();
    return await this.#store(waiting);
  }

  #leftMs({ receivedAt }: Waiting, totalMs: number): number {
    return Math.max(LAST_MOMENT_MS, totalMs - (this.#options.clock.now() - receivedAt));
  }

  // What was stored under the id of `draft` before, and shown before by this node or in an earlier life.
  async #original(draft: Draft, seq: number): Promise<StoredMessage> {
    const known = this.#view.get(draft.id);
    if (known !== undefined) return known;
    const entry = await this.#stream.read(seq);
    if (entry?.message?.id === draft.id) return toStored(entry.message);
    if (entry !== undefined) {
      throw this.#health.refuse(
        new Error(`${seq} is another message`),
        "NATS has its id for another one",
      );
    }
    // Stored within the last two minutes, and so much after it that it is gone: the sender may take it for
    // said. Nobody has it any more to say what it was, or when.
    return toStored({ ...draft, seq, time: this.#options.clock.date().toISOString() });
  }

  #setFollowing(isFollowing: boolean): void {
    this.#health.setFollowing(isFollowing);
    if (!isFollowing) return;
    // The tail has brought whatever was stored of these; the others are said again, in their order.
    for (const { lost } of this.#waiting.values()) lost.resolve(undefined);
  }
}
