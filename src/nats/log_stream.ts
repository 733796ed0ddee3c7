// The stream that holds the log: its name, its limits and its identity, how a message stands in it and
// what may be read from it. Knows nothing of who waits for what.

import * as v from "valibot";
import { reasonOf, StartError } from "../errors.ts";
import { WINDOW_MESSAGES } from "../limits.ts";
import {
  type Draft,
  isMessageId,
  isNormal,
  type Message,
  normalizeName,
  normalizeText,
} from "../message.ts";
import type { ClusterConnection } from "./connection.ts";
import { differencesOf } from "./differences.ts";
import type { JetStreamClient, JetStreamManager, JsMsg, PubAck, StreamInfo } from "./library.ts";

/** The stream, and the subject of this room in it. */
export const STREAM = "PARLEY";
export const SUBJECT = "parley.log.main";

const ALL_ROOMS = "parley.log.>";

/** Subjects of a stream that has this room's messages in it. */
const SUBJECTS = [SUBJECT, "parley.log.*", ALL_ROOMS, "parley.*.*", "parley.>", ">"];

/**
 * Messages kept, whatever `--history` says: a node that was cut off for a moment, or is slower than a
 * burst, still finds in the stream what it has not shown yet.
 */
export const KEPT_MESSAGES = 4 * WINDOW_MESSAGES;

/**
 * How long NATS itself knows the ids of what it stored. It has to cover what no node knows: an answer that
 * was lost on its way, and the same message said again to a node that has not seen the first one yet. Nodes
 * show what is stored within seconds; NATS keeps every id in memory for as long as this.
 */
const DUPLICATES_KNOWN_MS = 2 * 60_000;

/** Requests about the stream; short, because a lost one is asked again. */
const REQUEST_MS = 2_000;

/** Names that were looked at before: a person says more than one thing, and looking takes its time. */
const MAX_GOOD_NAMES = 4096;

/**
 * What NATS says of an id under which it is just storing a message, where older servers answer with a
 * `seq` of 0 (`JSStreamDuplicateMessageConflict` in nats-server, of its pull request 5827).
 */
const DUPLICATE_UNDER_WAY = 10158;

/** What stands in the stream at one place; `undefined` is nothing that anybody could have said. */
export interface Entry {
  readonly seq: number;
  readonly message: Message | undefined;
}

/** Where the stream stands. */
export interface LogState {
  /** The same for everyone who looks at this stream; another for one that was removed and made anew. */
  readonly log: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** What a stream tells those who log. */
export interface LogStreamEvents {
  /** The stream was there already, and is used as it is; `what` names each limit that is another. */
  streamDiffers(what: string): void;
}

/** How to use the stream. */
export interface LogStreamOptions {
  readonly connection: ClusterConnection;
  /** Servers of NATS that hold a copy each, when the stream is made here. */
  readonly replicas: number;
  readonly events: LogStreamEvents;
}

const PayloadSchema = v.object({
  id: v.pipe(v.string(), v.check(isMessageId)),
  name: v.string(),
  text: v.pipe(v.string(), v.check((text) => isNormal(text, normalizeText))),
});
const DataSchema = v.pipe(v.string(), v.parseJson(), PayloadSchema);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The log as NATS holds it. */
export class LogStream {
  readonly #options: LogStreamOptions;
  readonly #manager: JetStreamManager;
  readonly #client: JetStreamClient;
  readonly #goodNames = new Set<string>();

  private constructor(options: LogStreamOptions, manager: JetStreamManager) {
    this.#options = options;
    this.#manager = manager;
    this.#client = manager.jetstream();
  }

  /** @throws {StartError} when this NATS has no JetStream, or has none for us. */
  static async open(options: LogStreamOptions): Promise<LogStream> {
    const { library, nats } = options.connection;
    try {
      const manager = await library.jetstream.jetstreamManager(nats, { timeout: REQUEST_MS });
      return new LogStream(options, manager);
    } catch (cause) {
      const why = cause instanceof library.core.TimeoutError
        ? "its JetStream does not answer; it may still be starting: try again"
        : `it has no JetStream for this server (${reasonOf(cause)}); start it with --jetstream`;
      throw new StartError(`Cannot use NATS at ${nats.getServer()}: ${why}`, { cause });
    }
  }

  /**
   * Where the stream stands; `undefined` when there is none.
   *
   * @throws when it cannot be read, or takes no messages of this room.
   */
  async state(): Promise<LogState | undefined> {
    const info = await this.#info();
    return info === undefined ? undefined : await stateOf(info);
  }

  /** Makes the stream, unless another node was faster. @throws when it cannot be made. */
  async make(): Promise<void> {
    try {
      await this.#manager.streams.add({ name: STREAM, ...this.#wanted() });
    } catch (error) {
      // It may be there by now, with other limits.
      if (await this.#info() === undefined) throw error;
    }
  }

  /** Says how the stream differs from one that would be made here. */
  async compare(): Promise<void> {
    const info = await this.#info();
    if (info === undefined) return;
    const differences = differencesOf(info.config, this.#wanted());
    if (differences !== "") this.#options.events.streamDiffers(differences);
  }

  /**
   * Hands a draft to NATS, in this very turn, so that drafts keep their order; resolves when it is stored,
   * or was stored before under the same id.
   */
  publish({ id, name, text }: Draft, timeoutMs: number): Promise<PubAck> {
    const payload = encoder.encode(JSON.stringify({ id, name, text }));
    return this.#client.publish(SUBJECT, payload, { msgID: id, timeout: timeoutMs });
  }

  /** Whether `error` of a publish means that the message is not stored. */
  isRefusal(error: unknown): boolean {
    const { JetStreamApiError } = this.#options.connection.library.jetstream;
    if (error instanceof JetStreamApiError) return error.code !== DUPLICATE_UNDER_WAY;
    return this.isGone(error);
  }

  /** Whether `error` means that nobody took the message: there is no stream, or nobody who looks after it. */
  isGone(error: unknown): boolean {
    return error instanceof Error && error.name === "JetStreamNotEnabled";
  }

  /** What stands at `seq`; `undefined` when it is gone. */
  async read(seq: number): Promise<Entry | undefined> {
    const stored = await this.#manager.streams.getMessage(STREAM, { seq });
    if (stored === null) return undefined;
    return { seq, message: this.#decode(stored.data, { seq, time: new Date(stored.timestamp) }) };
  }

  /** A reader of what stands from `fromSeq` on, in order and without a gap. */
  consumer(fromSeq: number) {
    return this.#client.consumers.get(STREAM, {
      filter_subjects: SUBJECT,
      opt_start_seq: fromSeq,
    });
  }

  /** Reads what a {@linkcode consumer} brought. */
  toEntry(message: JsMsg): Entry {
    const { seq } = message;
    // Whole milliseconds before they become a number: every node has to come to the same.
    const time = new Date(Number(message.timestampNanos / 1_000_000n));
    return { seq, message: this.#decode(message.data, { seq, time }) };
  }

  // As strict as with anybody who is not known: whoever may publish there can write what he likes.
  #decode(data: Uint8Array, { seq, time }: { seq: number; time: Date }): Message | undefined {
    const payload = v.safeParse(DataSchema, decoder.decode(data));
    if (!payload.success || !this.#isGoodName(payload.output.name)) return undefined;
    const { id, name, text } = payload.output;
    return { seq, id, name, text, time: time.toISOString() };
  }

  #isGoodName(name: string): boolean {
    if (this.#goodNames.has(name)) return true;
    if (!isNormal(name, normalizeName)) return false;
    if (this.#goodNames.size >= MAX_GOOD_NAMES) this.#goodNames.clear();
    this.#goodNames.add(name);
    return true;
  }

  async #info(): Promise<StreamInfo | undefined> {
    const { JetStreamApiError, JetStreamApiCodes } = this.#options.connection.library.jetstream;
    try {
      return await this.#manager.streams.info(STREAM);
    } catch (error) {
      const isMissing = error instanceof JetStreamApiError &&
        error.code === JetStreamApiCodes.StreamNotFound;
      if (isMissing) return undefined;
      throw error;
    }
  }

  #wanted() {
    const { RetentionPolicy, StorageType, DiscardPolicy } =
      this.#options.connection.library.jetstream;
    return {
      subjects: [ALL_ROOMS],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      discard: DiscardPolicy.Old,
      max_msgs_per_subject: KEPT_MESSAGES,
      duplicate_window: DUPLICATES_KNOWN_MS * 1_000_000,
      num_replicas: this.#options.replicas,
    };
  }
}

async function stateOf(info: StreamInfo): Promise<LogState> {
  if (!info.config.subjects.some((subject) => SUBJECTS.includes(subject))) {
    throw new Error(`the stream "${STREAM}" does not take "${SUBJECT}"`);
  }
  const { first_seq, last_seq } = info.state;
  return { log: await logIdOf(info), firstSeq: first_seq, lastSeq: last_seq };
}

/** The name says which stream, the moment in which it was made which one of that name. */
async function logIdOf({ config, created }: StreamInfo): Promise<string> {
  const bytes = encoder.encode(`${config.name} ${created}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return hash.slice(0, 16).toBase64({ alphabet: "base64url", omitPadding: true });
}
